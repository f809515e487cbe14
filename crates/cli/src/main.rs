//! `qianmo`.
fn main() {}
