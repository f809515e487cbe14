//! `export`: the columns as Parquet, and what the engine asks of them as SQL with its answers.

use std::path::Path;

use qianmo_analytics::{Engine, Wanted};
use qianmo_core::{Fault, Numbers, Period};

use crate::args::Export;
use crate::failure::Failure;
use crate::folder::{Folder, write_file};
use crate::output::line;

pub(crate) fn run(args: &Export, packs: Option<&Path>) -> Result<(), Failure> {
    let folder = Folder::open(&args.data.data, packs)?;
    let (columns, _) = folder.columns(None)?;
    std::fs::create_dir_all(&args.out)
        .map_err(|e| Fault::new("CLI-0102").with("file", args.out.display()).with("reason", e))?;
    let tables = qianmo_analytics::export(&columns, &args.out)?;
    if let Some(period) = args.period {
        queries(&folder, &columns, period, &args.out)?;
    }
    line(&format!("已导出 {} 张表到 {}。", tables.len(), args.out.display()));
    Ok(())
}

/// `queries.json`: for each view and calendar of its indicators the aggregation, and our own township sums beside it.
fn queries(folder: &Folder, columns: &qianmo_analytics::Columns, period: Period, out: &Path) -> Result<(), Failure> {
    let engine = Engine::new(folder.packs.clone())?;
    let cube = engine.compute(columns, &folder.areas, &Wanted::periods(&[period]))?;
    let root = folder.area(None)?;
    let mut list = Vec::new();
    for view in folder.packs.views() {
        let calendars: std::collections::BTreeSet<_> =
            folder.packs.indicators().filter(|i| i.view.as_ref() == Some(&view.id)).map(|i| i.calendar).collect();
        for calendar in calendars {
            let (start, end) = period.range(calendar);
            let (sql, sums) = engine.aggregation_sql(view, start, end);
            let expected: Vec<serde_json::Value> = sums
                .into_iter()
                .filter(|(id, ..)| folder.packs.indicator(id).is_some_and(|i| i.calendar == calendar))
                .map(|(id, above, below)| {
                    let cell = cube.cell(&id, root, period).unwrap_or_default();
                    serde_json::json!({
                        "indicator": &*id, "numerator_column": above, "denominator_column": below,
                        "numerator": above.map(|_| cell.numerator.normalize().to_string()),
                        "denominator": below.and(cell.denominator).map(|d| d.normalize().to_string()),
                    })
                })
                .collect();
            list.push(serde_json::json!({ "view": &*view.id, "start": start.to_string(), "end": end.to_string(), "sql": sql, "expected": expected }));
        }
    }
    let text = serde_json::to_string_pretty(&list).unwrap_or_default();
    Ok(write_file(&out.join("queries.json"), text.as_bytes())?)
}
