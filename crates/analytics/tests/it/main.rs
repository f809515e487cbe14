//! The engine on real packs and on a small one of the test's own.

mod support;
mod township;
mod toy;
