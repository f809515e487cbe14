//! Answers: cells, rows, sheets, documents, files.

use std::path::Path;
use std::sync::{Arc, PoisonError};

use qianmo_analytics::{Columns, Ledger, Wanted};
use qianmo_core::pack::Pack;
use qianmo_core::{AreaCode, Fault, Numbers, Part, Period};
use qianmo_desk::suppress::Rule;
use qianmo_desk::{CellAt, Cells, CellsAsked, Change, Document, Figures, FileAsked, FileKind, ReturnSheet, Rows, Seen};
use qianmo_reports::{DocumentFormat, Fonts, Sheet, SheetFormat, book, write_document, write_sheets};
use qianmo_store::Cut;

use super::follow::advance;
use super::state::State;
use super::{LiveFigures, Shared, lock};
use crate::paper::{Print, return_form, summary_periods, wanted_by};
use crate::rows::{drilled, listed, masked_columns, seen_rows};
use crate::{publish, screen};

/// All records as of a position.
pub(super) struct View {
    pub(super) cut: Cut,
    columns: Arc<Columns>,
}

/// Sees to it that these cells are held and followed, and gives a state that has them.
///
/// Computing takes a while and the log goes on: what was computed for one position is brought forward, change by change, until it
/// stands where the state stands.
pub(super) fn hold(shared: &Shared, wanted: &Wanted) -> Result<(Cut, Ledger), Fault> {
    let mut state = shared.now()?;
    if state.ledger.holds(wanted) {
        return Ok((state.cut, state.ledger));
    }
    let computing = lock(&shared.computing);
    state = shared.now()?;
    if state.ledger.holds(wanted) {
        return Ok((state.cut, state.ledger));
    }
    let mut own = state.ledger.empty();
    let compute = |own: &mut Ledger, state: &State| {
        let (common, people) = state.parts(None)?;
        own.keep(state.ledger.compute(&[&common, &people], wanted)?);
        Ok::<(), Fault>(())
    };
    compute(&mut own, &state)?;
    loop {
        let mut held = shared.state.write().unwrap_or_else(PoisonError::into_inner);
        if held.cut == state.cut {
            held.ledger.take(own);
            drop(computing);
            return Ok((held.cut, held.ledger.clone()));
        }
        let now = held.clone();
        drop(held);
        let turns = lock(&shared.recent).between(state.cut, now.cut);
        if let Some(turns) = turns {
            advance(&mut own, &turns, &now)?;
        } else {
            own = own.empty();
            compute(&mut own, &now)?;
        }
        state = now;
    }
}

impl Shared {
    fn known(&self, indicators: &[Arc<str>]) -> Result<(), Fault> {
        let packs = self.packs();
        let Some(unknown) = indicators.iter().find(|id| packs.indicator(id).is_none()) else { return Ok(()) };
        let fault = Fault::new("ANALYTICS-0201").with("indicator", unknown);
        Err(match qianmo_core::fault::suggest(unknown, packs.indicators().map(|i| &*i.id)) {
            Some(near) => fault.with("suggestion", near),
            None => fault,
        })
    }

    /// The state as it is, once the records are read.
    pub(super) fn now(&self) -> Result<State, Fault> {
        let mut loaded = lock(&self.loaded);
        while loaded.is_none() {
            loaded = self.was_loaded.wait(loaded).unwrap_or_else(PoisonError::into_inner);
        }
        if let Some(Err(fault)) = &*loaded {
            return Err(fault.clone());
        }
        drop(loaded);
        Ok(self.state.read().unwrap_or_else(PoisonError::into_inner).clone())
    }

    /// The state as it is, with all records.
    fn view(&self) -> Result<View, Fault> {
        let state = self.now()?;
        Ok(View { cut: state.cut, columns: state.columns()? })
    }

    fn print(&self, area: AreaCode, cut: Cut) -> Print<'_> {
        Print { packs: self.packs(), areas: &self.areas, area, cut, printed: (self.settings.today)() }
    }

    fn cells(&self, asked: &CellsAsked) -> Result<Cells, Fault> {
        self.known(&asked.indicators)?;
        for area in &asked.areas {
            self.areas.require(*area)?;
        }
        let (cut, ledger) = hold(self, &Wanted { periods: asked.periods.clone(), indicators: asked.indicators.clone() })?;
        let all = || self.packs().indicators().map(|indicator| indicator.id.clone()).collect();
        let indicators: Vec<Arc<str>> = if asked.indicators.is_empty() { all() } else { asked.indicators.clone() };
        let mut cells = Vec::with_capacity(indicators.len() * asked.areas.len() * asked.periods.len());
        for indicator in &indicators {
            for area in &asked.areas {
                for period in &asked.periods {
                    let cell = ledger.cell(indicator, *area, *period).unwrap_or_default();
                    cells.push(CellAt { indicator: indicator.clone(), area: *area, period: *period, cell });
                }
            }
        }
        Ok(Cells { cut, cells })
    }

    /// A state at a past position, with one return's cells.
    fn past(&self, cut: Cut, wanted: &Wanted) -> Result<(Cut, Ledger), Fault> {
        let store = (self.open)()?;
        let (columns, cut) = crate::columns(&*store, self.packs(), &self.areas, Some(cut))?;
        let mut ledger = Ledger::new(self.engine.clone(), self.areas.clone());
        ledger.keep(ledger.compute(&[&columns], wanted)?);
        Ok((cut, ledger))
    }

    /// A return's sheets and the position that they show.
    fn return_sheets(
        &self,
        id: &str,
        area: AreaCode,
        period: Period,
        cut: Option<Cut>,
        published: bool,
    ) -> Result<(Cut, Vec<Sheet>), Fault> {
        self.areas.require(area)?;
        let form = return_form(self.packs(), id)?;
        let wanted = wanted_by(form, period);
        let now = self.now()?.cut;
        let (cut, ledger) = match cut.filter(|cut| *cut != now) {
            Some(cut) => self.past(cut, &wanted)?,
            None => hold(self, &wanted)?,
        };
        let mut sheets = self.print(area, cut).return_sheets(form, period, &ledger)?;
        if published {
            let areas = [&[area], self.areas.children(area)].concat();
            publish::sheets(self.rule()?, self.packs(), &ledger, form, &mut sheets, &areas, period);
        }
        Ok((cut, sheets))
    }

    fn summary(&self, area: AreaCode, year: i16, published: bool) -> Result<(Cut, qianmo_reports::Document), Fault> {
        let (cut, ledger) = hold(self, &Wanted::periods(&summary_periods(year)))?;
        let composed = self.print(area, cut).summary(year, &ledger, None);
        let mut document =
            composed.map_err(|faults| faults.into_iter().next().unwrap_or_else(|| Fault::new("CORE-0104").with("code", area)))?;
        if published {
            publish::document(self.rule()?, self.packs(), &ledger, &mut document);
        }
        Ok((cut, document))
    }

    /// Which counts are suppressed in what is published: as the data's settings say, else as this was set up.
    fn rule(&self) -> Result<Rule, Fault> {
        let store = (self.open)()?;
        Ok(Rule::set(&*store)?.unwrap_or(self.settings.rule))
    }

    fn booklet(&self, pack: &Pack, format: &str) -> Result<Vec<u8>, Fault> {
        let packs = self.packs();
        let format: DocumentFormat = format.parse()?;
        let document = book::compose(&book::Request { packs, pack, printed: (self.settings.today)() });
        write_document(&document, format, &self.fonts(format == DocumentFormat::Pdf))
    }

    fn fonts(&self, needed: bool) -> Fonts {
        if needed { (self.settings.fonts)() } else { Fonts::none() }
    }

    fn file(&self, asked: &FileAsked<'_>) -> Result<Vec<u8>, Fault> {
        self.areas.require(asked.area)?;
        let extension = Path::new(asked.format).file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let sheets = match asked.what {
            FileKind::Summary => {
                let format: DocumentFormat = extension.parse()?;
                let (_, document) = self.summary(asked.area, asked.period.year(), asked.published)?;
                return write_document(&document, format, &self.fonts(format == DocumentFormat::Pdf));
            }
            FileKind::Roster(id) if asked.published => return Err(Fault::new("FIGURES-0103").with("id", id)),
            FileKind::Roster(id) => {
                let view = self.view()?;
                let print = self.print(asked.area, view.cut);
                vec![print.roster(&self.engine, &view.columns, id, asked.period, asked.exposed, asked.seen)?]
            }
            FileKind::Return(id) => self.return_sheets(id, asked.area, asked.period, None, asked.published)?.1,
        };
        let format: SheetFormat = extension.parse()?;
        write_sheets(&sheets, format, &self.fonts(format == SheetFormat::Pdf))
    }
}

impl Figures for LiveFigures {
    fn booklet(&self, pack: &Pack, format: &str) -> Result<Vec<u8>, Fault> {
        self.shared.booklet(pack, format)
    }

    fn cells(&self, asked: &CellsAsked) -> Result<Cells, Fault> {
        self.shared.cells(asked)
    }

    fn drill(&self, indicator: &str, area: AreaCode, period: Period, part: Part, seen: &Seen) -> Result<Rows, Fault> {
        let shared = &self.shared;
        shared.areas.require(area)?;
        let view = shared.view()?;
        let mut tables = shared.engine.drill(&view.columns, &shared.areas, indicator, area, period, part)?;
        for table in &mut tables {
            seen_rows(&view.columns, table, seen);
        }
        Ok(drilled(&view.columns, shared.packs(), &masked_columns(shared.packs()), tables, view.cut))
    }

    fn roster(&self, id: &str, area: AreaCode, period: Period, seen: &Seen) -> Result<Rows, Fault> {
        self.shared.areas.require(area)?;
        let view = self.shared.view()?;
        let print = self.shared.print(area, view.cut);
        let (roster, mut table) = print.roster_rows(&self.shared.engine, &view.columns, id, period)?;
        seen_rows(&view.columns, &mut table, seen);
        Ok(listed(&view.columns, roster, table, view.cut))
    }

    fn return_form(&self, id: &str, area: AreaCode, period: Period, cut: Option<Cut>) -> Result<ReturnSheet, Fault> {
        let (cut, sheets) = self.shared.return_sheets(id, area, period, cut, false)?;
        let form = return_form(self.shared.packs(), id)?;
        Ok(screen::return_sheet(form, &sheets, self.shared.areas.children(area), area, period, cut))
    }

    fn document(&self, area: AreaCode, year: i16) -> Result<Document, Fault> {
        self.shared.areas.require(area)?;
        let (cut, document) = self.shared.summary(area, year, false)?;
        Ok(screen::document(&document, cut))
    }

    fn file(&self, what: &FileAsked<'_>) -> Result<Vec<u8>, Fault> {
        self.shared.file(what)
    }

    fn reached(&self) -> Cut {
        self.shared.state.read().unwrap_or_else(PoisonError::into_inner).cut
    }

    fn written(&self, _: &Change) {
        // Told once for all that comes in until it is worked in.
        if !std::mem::replace(&mut lock(&self.shared.news).written, true) {
            self.shared.woken.notify_one();
        }
    }

    fn subscribe(&self, each: Box<dyn FnMut(&Change) -> bool + Send>) {
        lock(&self.shared.followers).push(each);
    }
}
