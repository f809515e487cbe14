//! `roster`, `return`: lists and tables as on paper.

use std::path::Path;

use qianmo_core::{Fault, Period};
use qianmo_desk::Seen;
use qianmo_figures::{Print, return_form as form_of, wanted_by};
use qianmo_reports::{Fonts, SheetFormat, write_sheets};

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

/// What is printed about the area of a computed folder.
pub(crate) fn print(computed: &Computed) -> Print<'_> {
    let (folder, printed) = (&computed.folder, crate::commands::synth::today());
    Print { packs: &folder.packs, areas: &folder.areas, area: computed.area, cut: computed.cut, printed }
}

/// The rows of a roster, laid out.
pub(crate) fn roster_sheet(computed: &Computed, id: &str, period: Period, expose: bool) -> Result<qianmo_reports::Sheet, Fault> {
    print(computed).roster(&computed.engine, &computed.columns, id, period, expose, &Seen::Everybody)
}

/// The sheets of a return, its indicators computed for the period.
pub(crate) fn return_sheets(computed: &Computed, id: &str, period: Period) -> Result<Vec<qianmo_reports::Sheet>, Fault> {
    let form = form_of(&computed.folder.packs, id)?;
    let cube = computed.engine.compute(&computed.columns, &computed.folder.areas, &wanted_by(form, period))?;
    print(computed).return_sheets(form, period, &cube)
}
