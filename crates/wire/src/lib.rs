//! What leaves the program for a person or another program: errors, and what a phone needs to work alone.
//!
//! A [`qianmo_core::Fault`] carries a code and values; here it gets its words. The words live in `errors/zh/*.toml`
//! and `errors/en/*.toml`, one file per area, one table per code with `title`, `detail` and `hint`, and are built
//! into the program. [`render`] fills them in; [`Problem`] is the result, shaped after RFC 9457.
//!
//! [`programme`] carries the compiled rules, [`village`] the records of a village, [`due`] a due list, [`sync`] what device and server
//! exchange; each has a version or is
//! read leniently: what this program doesn't know is passed over.
//!
//! What may not come in: rules of any programme, files at run time, HTTP. Whoever prints chooses where.

mod catalogue;
pub mod due;
mod problem;
pub mod programme;
pub mod sync;
pub mod village;

pub use catalogue::{Entry, Lang, codes, entry};
pub use problem::{Problem, render};
