//! Runs the worked cases of packs: records in, indicator cells out.

use std::sync::Arc;

use jiff::civil::date;
use qianmo_core::pack::{Case, Packs};
use qianmo_core::{
    Action, Area, AreaCode, AreaKind, AreaTree, Cell, Fault, FieldType, Numbers, Record, RecordId, Subject, SubjectId, Value,
};
use uuid::Uuid;

use crate::columns::{ColumnsBuilder, RowHead};
use crate::cube::Wanted;
use crate::engine::Engine;

/// What a case got wrong.
pub type CaseFault = Fault;

const TOWNSHIP: u64 = 990_101_100_000;

/// Runs every case of every pack.
///
/// Faults: `CASE-0101` a cell other than expected, `CASE-0102` a record refused that should be taken, `CASE-0103` a record
/// taken that should be refused, `CASE-0104` a form or indicator that isn't there.
/// Errors: as [`Engine::compute`].
pub fn run_cases(engine: &Engine) -> Result<(usize, Vec<CaseFault>), Fault> {
    let packs = engine.packs().clone();
    let mut faults = Vec::new();
    let mut count = 0;
    for case in packs.packs.iter().flat_map(|pack| &pack.cases) {
        count += 1;
        run_case(engine, &packs, case, &mut faults)?;
    }
    Ok((count, faults))
}

fn run_case(engine: &Engine, packs: &Packs, case: &Case, faults: &mut Vec<Fault>) -> Result<(), Fault> {
    let fault = |code| Fault::new(code).with("case", &case.title).at(case.place.clone());
    let mut villages: Vec<&str> = vec![""];
    villages.extend(case.records.iter().map(|record| record.village.as_str()));
    villages.sort_unstable();
    villages.dedup();
    let village = |name: &str| {
        let place = villages.iter().position(|held| *held == name).unwrap_or(0);
        AreaCode::from_number(TOWNSHIP + 200 + place as u64)
    };
    let mut areas = vec![area(AreaCode::from_number(TOWNSHIP)?, AreaKind::Township, None)];
    for name in &villages {
        areas.push(area(village(name)?, AreaKind::Village, Some(areas[0].code)));
    }
    let root = areas[0].code;
    let areas = Arc::new(AreaTree::new(areas)?);
    let mut builder = ColumnsBuilder::new(packs, &areas)?;
    for (i, record) in case.records.iter().enumerate() {
        let Some(form) = packs.form(&record.form) else {
            faults.push(fault("CASE-0104").with("id", &record.form));
            continue;
        };
        let leaf = village(&record.village)?;
        let subject = if &*form.subject == "area" { SubjectId::of_area(leaf) } else { named(&record.subject) };
        let mut values = record.values.clone();
        for field in &form.fields {
            if let (FieldType::Ref(_), Some(Value::Text(name))) = (&field.kind, values.get(&field.id)) {
                let id = Value::text(&named(name).to_string());
                values.insert(field.id.clone(), id);
            }
        }
        let resident = match (&record.resident, &*form.subject) {
            (Some(name), _) => Some(named(name)),
            (None, "resident") => Some(subject),
            _ => None,
        };
        let filled = Record {
            id: RecordId(Uuid::from_u128(i as u128 + 1)),
            form: record.form.clone(),
            form_version: form.version,
            subject: Subject { kind: form.subject.clone(), id: subject },
            resident,
            area: leaf,
            organisation: None,
            worker: None,
            device: None,
            at: record.at,
            recorded_at: 0,
            action: Action::State,
            values,
        };
        let expected: Vec<&str> = case.refused.iter().filter(|(n, _)| *n == i + 1).map(|(_, code)| code.as_str()).collect();
        let refused = form.check(&filled, date(9999, 12, 31)).refused;
        for code in expected.iter().filter(|code| !refused.iter().any(|f| f.code == **code)) {
            faults.push(fault("CASE-0103").with("record", i + 1).with("code", code));
        }
        if let Some(first) = refused.iter().find(|f| !expected.contains(&f.code)) {
            faults.push(fault("CASE-0102").with("record", i + 1).with("why", first));
        }
        if refused.is_empty() {
            let head = RowHead { record: filled.id, form: &filled.form, subject, resident, organisation: None, area: leaf, at: filled.at };
            builder.push(&head, filled.values.iter().map(|(id, value)| (&**id, value.clone())));
        }
    }
    if case.expect.is_empty() {
        return Ok(());
    }
    let wanted = Wanted { periods: vec![case.period], indicators: case.expect.iter().map(|(id, ..)| id.clone()).collect() };
    let cube = engine.compute(&builder.finish()?, &areas, &wanted)?;
    for (id, numerator, denominator) in &case.expect {
        if packs.indicator(id).is_none() {
            faults.push(fault("CASE-0104").with("id", id));
            continue;
        }
        let cell = cube.cell(id, root, case.period).unwrap_or_default();
        let agrees = cell.numerator == *numerator && denominator.is_none_or(|below| cell.denominator == Some(below));
        if !agrees {
            let expected = Cell { numerator: *numerator, denominator: *denominator };
            faults.push(fault("CASE-0101").with("indicator", id).with("expected", show(expected)).with("computed", show(cell)));
        }
    }
    Ok(())
}

fn show(cell: Cell) -> String {
    cell.denominator.map_or_else(|| cell.numerator.to_string(), |below| format!("{}/{below}", cell.numerator))
}

fn area(code: AreaCode, kind: AreaKind, parent: Option<AreaCode>) -> Area {
    Area { code, name: code.to_string(), kind, parent, valid_from: date(1900, 1, 1), valid_to: None }
}

/// A subject by its name in a case: the same name is the same subject.
fn named(name: &str) -> SubjectId {
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    SubjectId(Uuid::from_u64_pair(hash, 0x8000_0000_0000_0001))
}
