//! The bounds that no pack may cross: forbidden words, and scores on reproductive choice.
//!
//! Source: 人口与计划生育法 (2021 amendment), articles 17 to 20; design, section 9. Tests: `tests/bounds.rs`.

mod choice;
mod lineage;
mod words;

use qianmo_core::pack::Packs;

use crate::part::Doc;
use crate::source::Sink;

/// Reports what crosses the bounds, and marks indicators that read facts of choice as such.
pub(crate) fn check(packs: &mut Packs, docs: &[Doc<'_>], sink: &Sink) {
    words::check(docs, sink);
    choice::check(packs, docs, sink);
}
