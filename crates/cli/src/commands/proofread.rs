//! `proofread`: the numbers of a text, by themselves and against the records.

use std::collections::HashMap;
use std::path::Path;

use qianmo_core::{Fault, Numbers, Place, format_decimal};
use qianmo_proofread::{KnownValue, ReadError, Records, check, check_against};

use crate::args::{Proofread, ProofreadFormat, Scope};
use crate::commands::indicators::{Computed, compute};
use crate::failure::Failure;
use crate::folder::{read_file, write_file};
use crate::output::line;

pub(crate) fn run(args: &Proofread, packs: Option<&Path>) -> Result<(), Failure> {
    let bytes = read_file(&args.file)?;
    let file = args.file.display().to_string();
    let text = qianmo_proofread::read(&bytes).map_err(|e| unreadable(&e, &file))?;
    let report = match (&args.data, args.period) {
        (None, None) if args.area.is_none() => check(&text),
        (Some(data), Some(period)) => {
            let scope = Scope { data: data.clone(), area: args.area, period, cut: None };
            check_against(&text, &Known::new(&compute(&scope, packs, &[period], &[])?, &scope))
        }
        (None, _) => return Err(Fault::new("CLI-0209").with("missing", "--data").into()),
        (Some(_), None) => return Err(Fault::new("CLI-0209").with("missing", "--period").into()),
    };
    let out = match args.format {
        ProofreadFormat::Table => report.to_table(),
        ProofreadFormat::Json => report.to_json(),
        ProofreadFormat::Html => report.to_html(&text, &file),
    };
    if let Some(file) = &args.out {
        write_file(file, out.as_bytes())?;
    } else {
        line(out.trim_end());
    }
    Ok(())
}

fn unreadable(error: &ReadError, file: &str) -> Fault {
    let fault = Fault::new(error.code()).at(Place::Text { file: file.to_owned(), line: 1, column: 1 });
    match error {
        ReadError::TooLarge { bytes } => fault.with("megabytes", bytes >> 20),
        _ => fault,
    }
}

/// Computed values by the names and synonyms of their indicators.
struct Known(HashMap<String, Vec<KnownValue>>);

impl Known {
    fn new(computed: &Computed, scope: &Scope) -> Self {
        let mut known: HashMap<String, Vec<KnownValue>> = HashMap::new();
        for indicator in computed.folder.packs.indicators() {
            let cell = computed.cube.cell(&indicator.id, computed.area, scope.period);
            let Some(value) = cell.and_then(|cell| cell.rounded(indicator.scale, indicator.decimals)) else { continue };
            let value = KnownValue {
                name: indicator.name.clone(),
                value: format_decimal(Some(value), indicator.decimals),
                unit: indicator.unit.clone(),
            };
            for name in indicator.synonyms.iter().chain([&indicator.name]) {
                known.entry(name.clone()).or_default().push(value.clone());
            }
        }
        Self(known)
    }
}

impl Records for Known {
    fn known(&self, label: &str) -> Vec<KnownValue> {
        self.0.get(label).cloned().unwrap_or_default()
    }
}
