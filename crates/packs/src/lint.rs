//! stub
use qianmo_core::Fault;
use qianmo_core::pack::Packs;
/// Fields nobody uses.
#[must_use]
pub fn dead_fields(_packs: &Packs) -> Vec<Fault> { Vec::new() }
