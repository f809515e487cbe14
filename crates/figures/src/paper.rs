//! Rosters, returns and the summary of one state of the data.

use std::sync::Arc;

use jiff::civil::Date;
use qianmo_analytics::{Columns, Engine, Table, Wanted};
use qianmo_core::pack::{Packs, Return, Roster};
use qianmo_core::{AreaCode, AreaTree, Fault, Numbers, Period};
use qianmo_desk::Seen;
use qianmo_reports::roster::Heading;
use qianmo_reports::summary::{Request, compose};
use qianmo_reports::{Document, Sheet, returns, roster};
use qianmo_store::Cut;

use crate::rows::seen_rows;

/// What is printed: about which area, as of which position, on which day.
#[derive(Debug, Clone, Copy)]
pub struct Print<'a> {
    /// The packs in use.
    pub packs: &'a Packs,
    /// The division tree.
    pub areas: &'a AreaTree,
    /// Whose it is.
    pub area: AreaCode,
    /// As of which position.
    pub cut: Cut,
    /// Date of printing.
    pub printed: Date,
}

impl<'a> Print<'a> {
    /// The rows of a roster.
    ///
    /// Errors: `FIGURES-0101` no such roster; as [`Engine::roster_rows`].
    pub fn roster_rows(&self, engine: &Engine, columns: &Columns, id: &str, period: Period) -> Result<(&'a Roster, Table), Fault> {
        let packs = self.packs;
        let all = || packs.packs.iter().flat_map(|pack| &pack.rosters).map(|roster| &*roster.id);
        let roster = packs.roster(id).ok_or_else(|| unknown("FIGURES-0101", id, all()))?;
        let range = period.range(roster.calendar);
        let rows = engine.roster_rows(columns, self.areas, &roster.view, self.area, range, roster.only.as_ref())?;
        Ok((roster, rows))
    }

    /// A roster, laid out. `expose` prints identity numbers and phones in full.
    ///
    /// Errors: as [`Print::roster_rows`]; those of laying it out.
    pub fn roster(&self, engine: &Engine, columns: &Columns, id: &str, period: Period, expose: bool, seen: &Seen) -> Result<Sheet, Fault> {
        let (roster, mut rows) = self.roster_rows(engine, columns, id, period)?;
        seen_rows(columns, &mut rows, seen);
        let ids: Vec<Arc<str>> = rows.columns.iter().map(|column| column.id.clone()).collect();
        self.with_heading(period, expose, |heading| roster::build(roster, &ids, &rows.rows, heading))
    }

    /// The sheets of a return, its numbers from wherever they were computed.
    ///
    /// Errors: those of laying it out.
    pub fn return_sheets(&self, form: &Return, period: Period, numbers: &dyn Numbers) -> Result<Vec<Sheet>, Fault> {
        let source = returns::Source { packs: self.packs, numbers, areas: self.areas, area: self.area };
        self.with_heading(period, false, |heading| returns::build(form, &source, heading))
    }

    /// The summary of a year and the next year's plan, printed on a day by an organisation (its health centre when absent).
    ///
    /// Errors, all at once: those of the templates, `CORE-0104`.
    pub fn summary(&self, year: i16, numbers: &dyn Numbers, by: Option<&str>) -> Result<Document, Vec<Fault>> {
        let area = self.areas.require(self.area).map_err(|fault| vec![fault])?;
        let signed = organisation(&area.name);
        compose(&Request {
            packs: self.packs,
            numbers,
            areas: self.areas,
            area: self.area,
            year,
            printed: self.printed,
            organisation: by.unwrap_or(&signed),
            cut: &format!("第{}条日志", self.cut),
        })
    }

    fn with_heading<T>(&self, period: Period, expose: bool, build: impl FnOnce(&Heading<'_>) -> Result<T, Fault>) -> Result<T, Fault> {
        let area = self.areas.require(self.area)?;
        build(&Heading {
            area: &area.name,
            organisation: &organisation(&area.name),
            period,
            as_of: &self.cut.to_string(),
            printed: self.printed,
            expose,
        })
    }
}

/// The return with this id.
///
/// Errors: `FIGURES-0102` no such return.
pub fn return_form<'p>(packs: &'p Packs, id: &str) -> Result<&'p Return, Fault> {
    let all = || packs.packs.iter().flat_map(|pack| &pack.returns).map(|form| &*form.id);
    packs.return_form(id).ok_or_else(|| unknown("FIGURES-0102", id, all()))
}

/// The cells that a return needs.
#[must_use]
pub fn wanted_by(form: &Return, period: Period) -> Wanted {
    Wanted { periods: vec![period], indicators: form.rows.iter().filter_map(|row| row.indicator.clone()).collect() }
}

/// No such roster or return, with those there are.
fn unknown<'a>(code: &'static str, id: &str, known: impl Iterator<Item = &'a str>) -> Fault {
    let known: Vec<&str> = known.collect();
    Fault::new(code).with("id", id).with("known", known.join("、"))
}

/// Who signs when nobody is named.
#[must_use]
pub fn organisation(area: &str) -> String {
    format!("{area}卫生院")
}

/// The periods that a summary needs: the year and the one before it, for 比上年.
#[must_use]
pub fn summary_periods(year: i16) -> [Period; 2] {
    [Period::Year(year), Period::Year(year - 1)]
}
