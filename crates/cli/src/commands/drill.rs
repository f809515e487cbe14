//! `drill`: from a number to the subjects and records behind it.

use std::collections::BTreeMap;
use std::path::Path;

use qianmo_analytics::{Engine, Table};
use qianmo_core::{Kind, Value};
use qianmo_store::Store;

use crate::args::{Drill, Format};
use crate::commands::sql::table;
use crate::failure::Failure;
use crate::folder::Folder;
use crate::output::line;

pub(crate) fn run(args: &Drill, packs: Option<&Path>) -> Result<(), Failure> {
    let folder = Folder::open(&args.scope.data, packs)?;
    let area = folder.area(args.scope.area)?;
    let (columns, cut) = folder.columns(args.scope.cut)?;
    let engine = Engine::new(folder.packs.clone())?;
    let tables = engine.drill(&columns, &folder.areas, &args.indicator, area, args.scope.period, args.part)?;
    let mut total = 0;
    for mut behind in tables {
        total += behind.rows.len();
        records(&folder, &mut behind, cut.0)?;
        if !behind.rows.is_empty() || args.format != Format::Table {
            table(&behind, args.format)?;
        }
    }
    if args.format == Format::Table {
        line(&format!("共 {total} 行；数据截点 {cut}。查看一条记录：qianmo record show 记录编号 --data {}", args.scope.data.display()));
    }
    Ok(())
}

/// Adds the column `records`: ids of the subject's records in force.
fn records(folder: &Folder, behind: &mut Table, cut: i64) -> Result<(), Failure> {
    let Some(subject) = behind.column("subject") else { return Ok(()) };
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    behind.columns.push(qianmo_analytics::TableColumn { id: "records".into(), kind: Kind::Text });
    for row in &mut behind.rows {
        let id = row[subject].to_string();
        if !known.contains_key(&id) {
            let rows = folder.store.records_of(id.parse()?)?;
            let replaced: Vec<_> = rows.iter().filter(|r| r.seq <= cut).filter_map(|r| target(&r.head().action)).collect();
            let stands = |r: &&qianmo_store::Row| {
                let head = r.head();
                r.seq <= cut && !replaced.contains(&head.id) && !matches!(head.action, qianmo_core::Action::Void { .. })
            };
            let list: Vec<String> = rows.iter().filter(stands).map(|r| format!("{}@{}", r.head().form, r.head().id)).collect();
            known.insert(id.clone(), list.join(" "));
        }
        row.push(Value::text(&known[&id]));
    }
    Ok(())
}

fn target(action: &qianmo_core::Action) -> Option<qianmo_core::RecordId> {
    match action {
        qianmo_core::Action::State => None,
        qianmo_core::Action::Supersede(record) | qianmo_core::Action::Void { record, .. } => Some(*record),
    }
}
