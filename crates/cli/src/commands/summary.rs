//! `summary`: the annual work summary and next year's plan.

use std::path::Path;

use jiff::civil::date;
use qianmo_core::Date;
use qianmo_figures::{Print, summary_periods};
use qianmo_reports::{Document, DocumentFormat, write_document};

use crate::args::Summary;
use crate::commands::indicators::{Computed, compute};
use crate::commands::sheet::{fonts, print};
use crate::failure::Failure;
use crate::folder::write_file;
use crate::output::line;

pub(crate) fn run(args: &Summary, packs: Option<&Path>) -> Result<(), Failure> {
    let format: DocumentFormat = args.out.extension().and_then(|e| e.to_str()).unwrap_or_default().parse()?;
    let year = args.scope.period.year();
    let computed = compute(&args.scope, packs, &summary_periods(year), &[])?;
    let document = document(&computed, year, args.date, args.organisation.as_deref())?;
    write_file(&args.out, &write_document(&document, format, &fonts(format == DocumentFormat::Pdf))?)?;
    line(&format!("已写出 {}（{} 个数字，都可追溯到记录）。", args.out.display(), document.references.len()));
    Ok(())
}

/// The summary composed from a computed folder.
pub(crate) fn document(computed: &Computed, year: i16, printed: Option<Date>, by: Option<&str>) -> Result<Document, Failure> {
    let print = Print { printed: printed.unwrap_or(date(year + 1, 1, 5)), ..print(computed) };
    Ok(print.summary(year, &computed.cube, by)?)
}
