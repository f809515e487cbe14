//! What a schedule can't mean: services that nothing can satisfy, two rules for one service.

use qianmo_core::pack::Packs;

use crate::source::Sink;

/// Checks the schedules of all packs together.
pub(in crate::part) fn check(packs: &Packs, sink: &Sink) {
    let _ = (packs, sink);
}
