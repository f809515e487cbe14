//! The division tree and the settings as tables.

use std::collections::BTreeMap;

use qianmo_core::{Area, AreaCode, AreaKind, AreaTree, Fault};

use crate::db::{Cell, Db, Line, read, transaction};
use crate::{date_of_days, days_of_date};

/// The whole tree.
pub(crate) fn tree(db: &dyn Db) -> Result<AreaTree, Fault> {
    let lines = db.query("SELECT code, name, kind, parent, valid_from, valid_to FROM area WHERE county = @county", &[])?;
    AreaTree::new(read(db, &lines, area)?)
}

/// Adds or replaces areas, once it is clear that they make a tree with the others.
pub(crate) fn put(db: &dyn Db, areas: &[Area]) -> Result<(), Fault> {
    transaction(db, || {
        let before = tree(db)?;
        let mut all: BTreeMap<AreaCode, Area> = before.iter().map(|area| (area.code, area.clone())).collect();
        all.extend(areas.iter().map(|area| (area.code, area.clone())));
        AreaTree::new(all.into_values().collect())?;
        for area in areas {
            db.execute("DELETE FROM area WHERE county = @county AND code = $1", &[area.code.into()])?;
            let values = [
                area.code.into(),
                area.name.as_str().into(),
                area.kind.word().into(),
                area.parent.into(),
                i64::from(days_of_date(area.valid_from)).into(),
                area.valid_to.map(|date| i64::from(days_of_date(date))).into(),
            ];
            let sql = "INSERT INTO area (county, code, name, kind, parent, valid_from, valid_to) VALUES (@county, $1, $2, $3, $4, $5, $6)";
            db.execute(sql, &values)?;
        }
        Ok(())
    })
}

fn area(line: &Line) -> Result<Area, ()> {
    let days = |number: i64| i32::try_from(number).map(date_of_days).map_err(|_| ());
    Ok(Area {
        code: line.area_or(0)?.ok_or(())?,
        name: line.text(1)?.to_owned(),
        kind: AreaKind::from_word(line.text(2)?).ok_or(())?,
        parent: line.area_or(3)?,
        valid_from: days(line.int(4)?)?,
        valid_to: line.int_or(5)?.map(days).transpose()?,
    })
}

/// A setting.
pub(crate) fn setting(db: &dyn Db, key: &str) -> Result<Option<String>, Fault> {
    let lines = db.query("SELECT value FROM setting WHERE county = @county AND key = $1", &[key.into()])?;
    Ok(read(db, &lines, |line| line.text(0).map(str::to_owned))?.pop())
}

/// Sets a setting.
pub(crate) fn set_setting(db: &dyn Db, key: &str, value: &str) -> Result<(), Fault> {
    let sql = "INSERT INTO setting (county, key, value) VALUES (@county, $1, $2) \
               ON CONFLICT (county, key) DO UPDATE SET value = excluded.value";
    db.execute(sql, &[key.into(), value.into()]).map(drop)
}

/// The folder's own random text, made when first asked for.
pub(crate) fn secret(db: &dyn Db) -> Result<String, Fault> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Fault::new("STORE-0007").with("file", "random").with("why", error))?;
    let value: Cell = uuid::Uuid::from_bytes(bytes).simple().to_string().as_str().into();
    let sql = "INSERT INTO setting (county, key, value) VALUES (@county, 'secret', $1) ON CONFLICT (county, key) DO NOTHING";
    db.execute(sql, &[value])?;
    setting(db, "secret")?.ok_or_else(|| db.damaged())
}
