//! From the figures of a year to a township of fictional people whose records add up to them, exactly.
//!
//! In: the packs' `synth` parts (`docs/packs/format.md`, section synth.toml) and a figures file. Out: areas and a stream of
//! records. The same seed gives the same township. Figures that contradict each other are refused before
//! anything is written, each with the figures that clash and their values.
//!
//! What may not come in: any programme. What a vaccination or a claim looks like stands in the packs; this crate
//! knows groups, draws, shares, links and records. No files, no clock, no store: the caller reads and writes.
//!
//! Way of a run: [`figures`] read, `facts` checked, `script` prepared, `plan` made for the year, `emit` to the sink, then
//! the same for each year lived on.

mod area;
mod bind;
mod emit;
mod facts;
mod fake;
pub mod figures;
mod links;
mod make;
mod members;
mod plan;
mod random;
mod script;
mod share;
mod township;

pub use figures::{Figure, Figures};
pub use township::{Options, Township, generate};
