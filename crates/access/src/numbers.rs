//! Which numbers may be seen: indicators, and what is made of them (returns, summaries, rosters' totals).
//!
//! A number needs a grant with the sensitivity of everything it reads: what may not be seen may not be counted either.

use std::collections::BTreeSet;
use std::sync::Arc;

use qianmo_core::{AreaCode, Fault};

use crate::Access;

impl Access {
    /// Whether an indicator of an area may be seen: as number, numerator, denominator, in any document.
    #[must_use]
    pub fn number(&self, indicator: &str, area: AreaCode) -> bool {
        let Some(guarded) = self.guard.indicator(indicator) else { return false };
        self.held.iter().any(|held| held.reaches(area) && held.counts(guarded))
    }

    /// The indicators of an area that may be seen: what a document, dashboard or stream leaves in.
    #[must_use]
    pub fn numbers(&self, area: AreaCode) -> BTreeSet<Arc<str>> {
        let held: Vec<_> = self.held.iter().filter(|held| held.reaches(area)).collect();
        let seen = self.guard.indicators.iter().filter(|(_, guarded)| held.iter().any(|held| held.counts(guarded)));
        seen.map(|(id, _)| id.clone()).collect()
    }

    /// Errors: `ACCESS-0104` when the area is outside, `ACCESS-0102` when the indicator may not be seen or isn't there.
    pub fn require_number(&self, indicator: &str, area: AreaCode) -> Result<(), Fault> {
        self.require_area(area)?;
        if self.number(indicator, area) { Ok(()) } else { Err(Fault::new("ACCESS-0102")) }
    }

    /// Whether anything of a programme may be seen as numbers in an area: whether its section of a summary is written at all.
    #[must_use]
    pub fn programme(&self, pack: &str, area: AreaCode) -> bool {
        let mut of_pack = self.guard.indicators.iter().filter(|(_, guarded)| *guarded.pack == *pack);
        of_pack.any(|(id, _)| self.number(id, area))
    }

    /// Whether any numbers of an area may be seen, such as how lately something was written there.
    #[must_use]
    pub fn any_number(&self, area: AreaCode) -> bool {
        self.held.iter().any(|held| held.reaches(area) && held.duties.numbers && held.residents.is_none())
    }

    /// Whether every cell of a return may be seen in an area: only then it can be filed or approved.
    #[must_use]
    pub fn whole_return(&self, id: &str, area: AreaCode) -> bool {
        let cells = self.guard.returns.get(id);
        cells.is_some_and(|cells| !cells.is_empty() && cells.iter().all(|cell| self.number(cell, area)))
    }

    /// Whether some grant reaches an area.
    #[must_use]
    pub fn reaches(&self, area: AreaCode) -> bool {
        self.held.iter().any(|held| held.reaches(area))
    }

    /// Errors: `ACCESS-0104` when no grant reaches the area, whether it exists or not.
    pub fn require_area(&self, area: AreaCode) -> Result<(), Fault> {
        if self.reaches(area) { Ok(()) } else { Err(Fault::new("ACCESS-0104").with("area", area)) }
    }
}
