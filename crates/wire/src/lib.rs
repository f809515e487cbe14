//! What leaves the program for a person or another program: for now, errors.
//!
//! A [`qianmo_core::Fault`] carries a code and values; here it gets its words. The words live in `errors/zh/*.toml`
//! and `errors/en/*.toml`, one file per area, one table per code with `title`, `detail` and `hint`, and are built
//! into the program. [`render`] fills them in; [`Problem`] is the result, shaped after RFC 9457.
//!
//! What may not come in: rules of any programme, files at run time, HTTP. Whoever prints chooses where.

mod catalogue;
mod problem;

pub use catalogue::{Entry, Lang, codes, entry};
pub use problem::{Problem, render};
