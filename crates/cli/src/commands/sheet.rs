//! `roster`, `return`: lists and tables as on paper.

use std::path::Path;
use std::sync::Arc;

use qianmo_analytics::Wanted;
use qianmo_core::{Date, Fault, Period};
use qianmo_reports::roster::Heading;
use qianmo_reports::{Fonts, SheetFormat, returns, roster as rosters, write_sheets};

use crate::args::Sheet;
use crate::commands::indicators::{Computed, compute};
use crate::failure::Failure;
use crate::folder::write_file;
use crate::output::line;

pub(crate) fn roster(args: &Sheet, packs: Option<&Path>) -> Result<(), Failure> {
    let format = format(&args.out)?;
    let computed = compute(&args.scope, packs, &[], &[])?;
    let sheets = vec![roster_sheet(&computed, &args.id, args.scope.period, args.unmasked)?];
    save(&args.out, &sheets, format)
}

pub(crate) fn return_form(args: &Sheet, packs: Option<&Path>) -> Result<(), Failure> {
    let format = format(&args.out)?;
    let computed = compute(&args.scope, packs, &[], &[])?;
    save(&args.out, &return_sheets(&computed, &args.id, args.scope.period)?, format)
}

fn save(out: &Path, sheets: &[qianmo_reports::Sheet], format: SheetFormat) -> Result<(), Failure> {
    write_file(out, &write_sheets(sheets, format, &fonts(format == SheetFormat::Pdf))?)?;
    line(&format!("已写出 {}（{} 行）。", out.display(), sheets.iter().map(|sheet| sheet.rows.len()).sum::<usize>()));
    Ok(())
}

/// The system's fonts, looked for only when a PDF is to be set.
pub(crate) fn fonts(needed: bool) -> Fonts {
    if needed { Fonts::system() } else { Fonts::none() }
}

fn format(out: &Path) -> Result<SheetFormat, Fault> {
    out.extension().and_then(|e| e.to_str()).unwrap_or_default().parse()
}

/// The rows of a roster, laid out.
pub(crate) fn roster_sheet(computed: &Computed, id: &str, period: Period, expose: bool) -> Result<qianmo_reports::Sheet, Fault> {
    let packs = &computed.folder.packs;
    let roster = packs.roster(id).ok_or_else(|| unknown("CLI-0207", id, packs.packs.iter().flat_map(|p| &p.rosters).map(|r| &*r.id)))?;
    let range = period.range(roster.calendar);
    let areas = &computed.folder.areas;
    let rows = computed.engine.roster_rows(&computed.columns, areas, &roster.view, computed.area, range, roster.only.as_ref())?;
    let ids: Vec<Arc<str>> = rows.columns.iter().map(|column| column.id.clone()).collect();
    with_heading(computed, period, expose, |heading| rosters::build(roster, &ids, &rows.rows, heading))
}

/// The sheets of a return, its indicators computed for the period.
pub(crate) fn return_sheets(computed: &Computed, id: &str, period: Period) -> Result<Vec<qianmo_reports::Sheet>, Fault> {
    let packs = &computed.folder.packs;
    let form = packs.return_form(id).ok_or_else(|| unknown("CLI-0208", id, packs.packs.iter().flat_map(|p| &p.returns).map(|r| &*r.id)))?;
    let indicators = form.rows.iter().filter_map(|row| row.indicator.clone()).collect();
    let wanted = Wanted { periods: vec![period], indicators };
    let cube = computed.engine.compute(&computed.columns, &computed.folder.areas, &wanted)?;
    let source = returns::Source { packs, numbers: &cube, areas: &computed.folder.areas, area: computed.area };
    with_heading(computed, period, false, |heading| returns::build(form, &source, heading))
}

/// No such roster or return, with those there are.
fn unknown<'a>(code: &'static str, id: &str, known: impl Iterator<Item = &'a str>) -> Fault {
    let known: Vec<&str> = known.collect();
    Fault::new(code).with("id", id).with("known", known.join("、"))
}

fn with_heading<T>(
    computed: &Computed,
    period: Period,
    expose: bool,
    build: impl FnOnce(&Heading<'_>) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let area = computed.folder.areas.require(computed.area)?;
    let printed: Date = crate::commands::synth::today();
    build(&Heading { area: &area.name, organisation: &organisation(&area.name), period, as_of: &computed.cut.to_string(), printed, expose })
}

/// Who signs when nobody is named.
pub(crate) fn organisation(area: &str) -> String {
    format!("{area}卫生院")
}
