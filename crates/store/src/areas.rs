//! The division tree and the settings as tables.

use std::collections::BTreeMap;

use qianmo_core::{Area, AreaCode, AreaKind, AreaTree, Fault};

use crate::audit::{Actor, Deed, Entry};
use crate::clock::now_ms;
use crate::db::{Cell, Db, Line, read};
use crate::seal::{Sealing, open_text, stored_text};
use crate::tables::Tables;
use crate::{date_of_days, days_of_date};

/// The whole tree.
pub(crate) fn tree(db: &dyn Db) -> Result<AreaTree, Fault> {
    let lines = db.query("SELECT code, name, kind, parent, valid_from, valid_to FROM area WHERE county = @county", &[])?;
    AreaTree::new(read(db, &lines, area)?)
}

/// Adds or replaces areas, once it is clear that they make a tree with the others.
pub(crate) fn put(tables: &Tables<'_>, areas: &[Area]) -> Result<(), Fault> {
    let db = tables.db;
    tables.audited(|| {
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
        let codes: Vec<String> = areas.iter().map(|area| area.code.to_string()).collect();
        let entry = Entry::new(now_ms(), &Actor::default(), Deed::Setting).with(format!("areas: {}", codes.join(" ")));
        Ok(((), Some(entry)))
    })
}

/// A query for the codes of some areas and of all below them, to stand after `IN`; the areas become values of the statement.
pub(crate) fn below(areas: &[AreaCode], values: &mut Vec<Cell>) -> String {
    if areas.is_empty() {
        return "SELECT 0 WHERE 1 = 0".to_owned();
    }
    let mut named = Vec::with_capacity(areas.len());
    for area in areas {
        values.push((*area).into());
        named.push(format!("SELECT CAST(${} AS bigint)", values.len()));
    }
    format!(
        "WITH RECURSIVE named (code) AS ({}), below (code) AS (SELECT code FROM named UNION \
         SELECT a.code FROM area a JOIN below b ON a.parent = b.code WHERE a.county = @county) SELECT code FROM below",
        named.join(" UNION ALL ")
    )
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

/// Sets a setting, and notes it.
pub(crate) fn change_setting(tables: &Tables<'_>, key: &str, value: &str) -> Result<(), Fault> {
    tables.audited(|| {
        set_setting(tables.db, key, value)?;
        Ok(((), Some(Entry::new(now_ms(), &Actor::default(), Deed::Setting).with(format!("setting: {key}")))))
    })
}

/// The folder's own random text, made when first asked for; sealed when there are keys, for with it identity numbers
/// could be guessed from the ids made of them.
pub(crate) fn secret(db: &dyn Db, sealing: Option<&Sealing>) -> Result<String, Fault> {
    let held = setting(db, "secret")?;
    if let Some(stored) = &held {
        let secret = open_text(sealing, b"secret", stored)?;
        if sealing.is_some() && *stored == secret {
            set_setting(db, "secret", &stored_text(sealing, b"secret", &secret))?;
        }
        return Ok(secret);
    }
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Fault::new("STORE-0007").with("file", "random").with("why", error))?;
    let secret = uuid::Uuid::from_bytes(bytes).simple().to_string();
    let value: Cell = stored_text(sealing, b"secret", &secret).as_str().into();
    let sql = "INSERT INTO setting (county, key, value) VALUES (@county, 'secret', $1) ON CONFLICT (county, key) DO NOTHING";
    db.execute(sql, &[value])?;
    // Another process may have been first.
    open_text(sealing, b"secret", &setting(db, "secret")?.ok_or_else(|| db.damaged())?)
}
