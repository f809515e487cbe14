//! The division tree as a table.

use std::collections::BTreeMap;
use std::path::Path;

use qianmo_core::{Area, AreaCode, AreaKind, AreaTree, Fault};
use rusqlite::types::FromSqlError;
use rusqlite::{Connection, Row};

use super::fault::named;
use crate::{date_of_days, days_of_date};

/// The whole tree.
pub(super) fn read(connection: &Connection, file: &Path) -> Result<AreaTree, Fault> {
    let rows = || -> rusqlite::Result<Vec<Area>> {
        let sql = "SELECT code, name, kind, parent, valid_from, valid_to FROM area";
        connection.prepare_cached(sql)?.query_map((), area)?.collect()
    };
    AreaTree::new(rows().map_err(named(file))?)
}

/// Adds or replaces areas, once it is clear that they make a tree with the others.
pub(super) fn put(connection: &mut Connection, file: &Path, areas: &[Area]) -> Result<(), Fault> {
    let before = read(connection, file)?;
    let mut all: BTreeMap<AreaCode, Area> = before.iter().map(|area| (area.code, area.clone())).collect();
    all.extend(areas.iter().map(|area| (area.code, area.clone())));
    AreaTree::new(all.into_values().collect())?;
    let mut write = || {
        let transaction = connection.transaction()?;
        for area in areas {
            transaction.prepare_cached("INSERT OR REPLACE INTO area VALUES (?, ?, ?, ?, ?, ?)")?.execute((
                number(area.code),
                &area.name,
                area.kind.word(),
                area.parent.map(number),
                days_of_date(area.valid_from),
                area.valid_to.map(days_of_date),
            ))?;
        }
        transaction.commit()
    };
    write().map_err(named(file))
}

fn number(code: AreaCode) -> i64 {
    i64::try_from(code.number()).expect("a code has twelve digits")
}

fn area(row: &Row<'_>) -> rusqlite::Result<Area> {
    let code = |number: i64| u64::try_from(number).ok().and_then(|number| AreaCode::from_number(number).ok());
    Ok(Area {
        code: code(row.get(0)?).ok_or(FromSqlError::InvalidType)?,
        name: row.get(1)?,
        kind: AreaKind::from_word(row.get_ref(2)?.as_str()?).ok_or(FromSqlError::InvalidType)?,
        parent: row.get::<_, Option<i64>>(3)?.map(|number| code(number).ok_or(FromSqlError::InvalidType)).transpose()?,
        valid_from: date_of_days(row.get(4)?),
        valid_to: row.get::<_, Option<i32>>(5)?.map(date_of_days),
    })
}
