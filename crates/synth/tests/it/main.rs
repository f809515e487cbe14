//! The generator from figures to records: on a toy programme, and on the shipped packs.

mod contradictions;
mod exact;
mod lived_on;
mod property;
mod script_faults;
mod shipped;
mod toy;
