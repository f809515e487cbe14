//! stub
use super::{Context, Doc};
use qianmo_core::pack::Pack;
pub(super) fn read(_context: &Context<'_>, _doc: &Doc<'_>, _pack: &mut Pack) {}
