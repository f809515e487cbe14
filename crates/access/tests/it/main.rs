//! Who sees and does what, asked of small fictional packs and of the shipped ones.

#![expect(clippy::unwrap_used, reason = "tests")]

mod consent;
mod document;
mod due;
mod laws;
mod matrix;
mod rights;
mod sealing;
mod shipped;
mod world;
mod writes;
