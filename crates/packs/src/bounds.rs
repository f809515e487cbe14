//! stub
use qianmo_core::pack::Packs;
use crate::part::Doc;
use crate::source::Sink;
pub(crate) fn check(_packs: &mut Packs, _docs: &[Doc<'_>], _sink: &Sink) {}
