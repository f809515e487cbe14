//! Runs the worked cases of packs: records in, indicator cells out.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::date;
use qianmo_core::form::complete;
use qianmo_core::pack::{Case, Packs};
use qianmo_core::schedule::{CaseDue, Planner};
use qianmo_core::{
    Action, Area, AreaCode, AreaKind, AreaTree, Cell, Fault, FieldType, Known, Numbers, Record, RecordId, Subject, SubjectId, Value,
};
use uuid::Uuid;

use crate::build::{ColumnsBuilder, RowHead};
use crate::cube::Wanted;
use crate::engine::Engine;

/// What a case got wrong.
pub type CaseFault = Fault;

const TOWNSHIP: u64 = 990_101_100_000;

/// Runs every case of every pack.
///
/// Faults: `CASE-0101` a cell other than expected, `CASE-0102` a record refused that should be taken, `CASE-0103` a record
/// taken that should be refused, `CASE-0104` a form or indicator that isn't there, `CASE-0105` a derived value other than
/// expected, `CASE-0106` a service in another state than expected.
/// Errors: as [`Engine::compute`].
pub fn run_cases(engine: &Engine) -> Result<(usize, Vec<CaseFault>), Fault> {
    let packs = engine.packs().clone();
    let mut faults = Vec::new();
    let planner = Planner::new(&packs);
    let mut count = 0;
    for case in packs.packs.iter().flat_map(|pack| &pack.cases) {
        count += 1;
        run_case(engine, &packs, &planner, case, &mut faults)?;
    }
    Ok((count, faults))
}

fn run_case(engine: &Engine, packs: &Packs, planner: &Planner, case: &Case, faults: &mut Vec<Fault>) -> Result<(), Fault> {
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
    let mut taken: Vec<(usize, Record)> = Vec::new();
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
        let person = resident.map(|resident| sheet(packs, &taken, resident)).unwrap_or_default();
        let expected: Vec<&str> = case.refused.iter().filter(|(n, _)| *n == i + 1).map(|(_, code)| code.as_str()).collect();
        let refused = form.check(&filled, &Known::on(date(9999, 12, 31)).about(&person)).refused;
        for code in expected.iter().filter(|code| !refused.iter().any(|f| f.code == **code)) {
            faults.push(fault("CASE-0103").with("record", i + 1).with("code", code));
        }
        if let Some(first) = refused.iter().find(|f| !expected.contains(&f.code)) {
            faults.push(fault("CASE-0102").with("record", i + 1).with("why", first));
        }
        if refused.is_empty() {
            let head = RowHead { record: filled.id, form: &filled.form, subject, resident, organisation: None, area: leaf, at: filled.at };
            builder.push(&head, filled.values.iter().map(|(id, value)| (&**id, value.clone())));
            taken.push((i + 1, filled));
        }
    }
    check_derived(packs, case, &taken, faults);
    faults.extend(check_due(planner, case, &taken));
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

/// Holds the expected states of services against what the planner says of the records taken.
fn check_due(planner: &Planner, case: &Case, taken: &[(usize, Record)]) -> Vec<Fault> {
    let records: Vec<&Record> = taken.iter().map(|(_, record)| record).collect();
    let fault = |due: &CaseDue| {
        let of = |(number, _): &&(usize, Record)| case.records[number - 1].subject == due.subject;
        let subject = taken.iter().find(of).map_or_else(|| named(&due.subject), |(_, record)| record.subject.id);
        Some(planner.check_case(due, subject, &records)?.with("case", &case.title))
    };
    case.due.iter().filter_map(fault).collect()
}

/// Compares the derived values of the records taken with those expected.
fn check_derived(packs: &Packs, case: &Case, taken: &[(usize, Record)], faults: &mut Vec<Fault>) {
    for (number, expected) in &case.derived {
        let found = taken.iter().find(|(held, _)| held == number);
        let Some((record, form)) = found.and_then(|(_, record)| Some((record, packs.form(&record.form)?))) else { continue };
        let person = record.resident.map(|resident| sheet(packs, taken, resident)).unwrap_or_default();
        let made = form.derive(record.at, &record.values, &person);
        for (derived, value) in form.derived.iter().zip(&made) {
            let Some(wanted) = expected.get(&derived.field.id) else { continue };
            let same = value == wanted || value.compare(wanted).is_some_and(std::cmp::Ordering::is_eq);
            if !same {
                let shown = |value: &Value| if value.is_null() { "未知".to_owned() } else { value.to_string() };
                let fault = Fault::new("CASE-0105").with("case", &case.title).at(case.place.clone()).with("record", number);
                faults.push(fault.with("field", &derived.field.id).with("expected", shown(wanted)).with("computed", shown(value)));
            }
        }
    }
}

/// The person's sheet from the records taken so far, later dates completing earlier ones.
fn sheet(packs: &Packs, taken: &[(usize, Record)], resident: SubjectId) -> BTreeMap<Arc<str>, Value> {
    let mut sheet = BTreeMap::new();
    let Some(form) = packs.person_sheet() else { return sheet };
    let mut sheets: Vec<&Record> =
        taken.iter().map(|(_, record)| record).filter(|record| record.form == form.id && record.subject.id == resident).collect();
    sheets.sort_by_key(|record| record.at);
    for record in sheets {
        complete(&mut sheet, &record.values);
    }
    sheet
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
