//! Programmes (专项): pack text -> checked, typed [`Packs`], all faults at once with file, line and column.
//!
//! Start at [`load`]. A fault carries a code of `errors/*/pack.toml`; what could be read is given back beside
//! the faults, so that a tool can go on. The shape of the result is `qianmo_core::pack`, the language of the
//! files `docs/packs/format.md`, that of the expressions `qianmo_core::expr`.
//!
//! What lives here: the reading layer over TOML, the parser and types of expressions, the reader of each kind of
//! file, references between packs, the bounds (forbidden words, reproductive choice), the linter of dead fields.
//!
//! What may not come in: file system, clock, network, query engine (columns of views are checked by
//! `qianmo-analytics`), running of worked cases, any knowledge of a disease.

mod bounds;
pub mod expression;
mod index;
mod lint;
mod part;
mod reader;
mod source;
mod units;

use std::collections::BTreeMap;

use qianmo_core::pack::Packs;
use qianmo_core::{Fault, Place};

pub use lint::dead_fields;
pub use units::{known_units, scale};

/// What loading gave: everything that could be read, and everything that is wrong.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// The packs, in the order in which they need each other. Parts with faults are missing or incomplete.
    pub packs: Packs,
    /// What must be put right, by file, line and column. Packs with faults are not to be used.
    pub faults: Vec<Fault>,
    /// What should be better but stops nothing.
    pub warnings: Vec<Fault>,
    /// Where fields stand, by form and field.
    fields: BTreeMap<(String, String), Place>,
}

impl Loaded {
    /// The fields that nothing uses (`PACK-0701`), each at its place.
    #[must_use]
    pub fn dead_fields(&self) -> Vec<Fault> {
        let place = |fault: &Fault| {
            let param = |name| fault.param(name).unwrap_or("").to_owned();
            self.fields.get(&(param("form"), param("field"))).cloned().unwrap_or_default()
        };
        let placed = dead_fields(&self.packs).into_iter().map(|fault| {
            let place = place(&fault);
            fault.at(place)
        });
        source::sorted(placed.collect())
    }
}

/// Loads packs from their files: path (`maternal_health/pack.toml`, with `/`) and text.
///
/// The order of the files doesn't matter. Errors: the codes of `errors/zh/pack.toml` but those of the linter
/// (`PACK-07..`), which [`Loaded::dead_fields`] gives.
#[must_use]
pub fn load(files: &[(String, String)]) -> Loaded {
    part::load(files)
}
