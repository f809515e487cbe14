//! Keeping the directory true to the log: line by line with each group that is written, or all of it anew.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use qianmo_core::{Action, AreaCode, Fault, Record, SubjectId};

use super::fold::{COLUMNS, Line, Said, Sheets, fold, keys_of};
use super::policy::Plan;
use super::{id_list, list, opened_name};
use crate::Store;
use crate::db::{Cell, read, transaction};
use crate::row::{Cut, Scan};
use crate::sight::sql::Dialect;
use crate::tables::Tables;
use crate::words::Words;

/// Residents whose lines are worked on at a time.
const CHUNK: usize = 1000;
const KEY_COLUMNS: [&str; 4] = ["kind", "text", "area", "resident"];

/// The sheets that a group has written, with their positions.
pub(crate) type Written<'a> = Vec<(&'a Record, i64)>;

/// What is needed to keep a directory.
pub(crate) struct Keeper<'a> {
    pub(crate) tables: Tables<'a>,
    pub(crate) plan: &'a Plan,
    pub(crate) dialect: Dialect,
    /// The store itself, in whose transaction this happens.
    pub(crate) store: &'a dyn Store,
}

/// Follows the records that were just written, from the position `before` to `end`; nothing when this handle keeps no directory.
pub(crate) fn follow(keeper: &Keeper<'_>, written: &Written<'_>, before: i64, end: i64) -> Result<(), Fault> {
    if keeper.plan.policy.is_empty() || before == end {
        return Ok(());
    }
    let at = "UPDATE directory SET seq = $1 WHERE county = @county AND seq = $2 AND policy = $3";
    let print = keeper.plan.print.as_str();
    if keeper.tables.db.execute(at, &[end.into(), before.into(), print.into()])? == 0 {
        // Somebody without a directory wrote in between; or another program keeps it, by another policy.
        return match keeper.state()? {
            Some((policy, seq)) if policy == print => keeper.catch_up(seq, end),
            _ => Ok(()),
        };
    }
    let mut fresh: BTreeMap<SubjectId, Option<Vec<Said>>> = BTreeMap::new();
    for (record, seq) in written {
        let said = Said::by_record(&keeper.plan.policy, record, *seq);
        let sheets = fresh.entry(record.subject.id).or_insert_with(|| Some(Vec::new()));
        match (said, &record.action, sheets.as_mut()) {
            (Some(said), Action::State, Some(sheets)) => sheets.push(said),
            _ => *sheets = None,
        }
    }
    let residents: Vec<SubjectId> = fresh.keys().copied().collect();
    for residents in residents.chunks(CHUNK) {
        let held = keeper.held(residents)?;
        let (mut lines, mut asked) = (BTreeMap::new(), Vec::new());
        for resident in residents {
            match fresh.remove(resident).flatten().filter(|_| !held.contains_key(resident)) {
                // Without a line there is no other sheet in force.
                Some(sheets) => drop(lines.insert(*resident, sheets)),
                None => asked.push(*resident),
            }
        }
        lines.extend(keeper.sheets_of(&asked)?);
        keeper.put(residents, &held, lines, end)?;
    }
    Ok(())
}

/// Brings the directory up to date when a store is opened: all of it when it was made by another policy or never.
pub(crate) fn keep(keeper: &Keeper<'_>) -> Result<(), Fault> {
    let plan = keeper.plan;
    let now = |state: &Option<(String, i64)>, end: i64| state.as_ref().is_some_and(|(policy, seq)| *policy == plan.print && *seq == end);
    if plan.policy.is_empty() || now(&keeper.state()?, keeper.store.cut()?.0) {
        return Ok(());
    }
    transaction(keeper.tables.db, || {
        let end = keeper.store.cut()?.0;
        match keeper.state()? {
            // Another process was first.
            state if now(&state, end) => Ok(()),
            Some((policy, seq)) if policy == plan.print => keeper.catch_up(seq, end),
            _ => keeper.anew(end).map(drop),
        }
    })
}

/// Makes the directory anew; the number of residents in it.
pub(crate) fn rebuild(keeper: &Keeper<'_>) -> Result<u64, Fault> {
    if keeper.plan.policy.is_empty() {
        return Ok(0);
    }
    transaction(keeper.tables.db, || keeper.anew(keeper.store.cut()?.0))
}

/// A line as it stands.
struct Held {
    area: Option<AreaCode>,
    arrived: Option<i64>,
    name: Option<String>,
}

impl Keeper<'_> {
    fn state(&self) -> Result<Option<(String, i64)>, Fault> {
        let db = self.tables.db;
        let lines = db.query("SELECT policy, seq FROM directory WHERE county = @county", &[])?;
        Ok(read(db, &lines, |line| Ok((line.text(0)?.to_owned(), line.int(1)?)))?.pop())
    }

    fn set_state(&self, end: i64) -> Result<(), Fault> {
        let sql = "INSERT INTO directory (county, policy, seq) VALUES (@county, $1, $2) \
                   ON CONFLICT (county) DO UPDATE SET policy = excluded.policy, seq = excluded.seq";
        self.tables.db.execute(sql, &[self.plan.print.as_str().into(), end.into()]).map(drop)
    }

    /// Follows the log from where the directory stands.
    fn catch_up(&self, since: i64, end: i64) -> Result<(), Fault> {
        let forms = self.plan.policy.forms();
        let forms: Vec<&str> = forms.iter().map(|form| &**form).collect();
        let mut residents = BTreeSet::new();
        let what = Scan { since: Some(Cut(since)), forms: Some(&forms), ..Scan::default() };
        self.store.scan_changes(&what, &mut |row| {
            residents.insert(row.subject);
            Ok(())
        })?;
        let residents: Vec<SubjectId> = residents.into_iter().collect();
        for residents in residents.chunks(CHUNK) {
            let held = self.held(residents)?;
            self.put(residents, &held, self.sheets_of(residents)?, end)?;
        }
        self.set_state(end)
    }

    fn anew(&self, end: i64) -> Result<u64, Fault> {
        let db = self.tables.db;
        db.execute("DELETE FROM resident_key WHERE county = @county", &[])?;
        db.execute("DELETE FROM resident WHERE county = @county", &[])?;
        let words = Words::read(db, self.tables.sealing)?;
        let forms: Vec<u64> = self.plan.policy.forms().iter().filter_map(|form| u64::try_from(words.number(form)?).ok()).collect();
        // Ids only: opening sealed values is the dear part, and done once a sheet.
        let sql = format!(
            "SELECT r.seq, r.subject FROM record r WHERE {} AND {} AND r.action < 2 AND r.seq > $1 ORDER BY r.seq LIMIT {CHUNK}",
            self.dialect.mine("r"),
            self.dialect.numbers_in("r.form", 2)
        );
        let (mut since, mut count) = (0, 0);
        while !forms.is_empty() {
            let lines = db.query(&sql, &[since.into(), list(forms.iter().copied())])?;
            let rows = read(db, &lines, |line| Ok((line.int(0)?, SubjectId(line.uuid_or(1)?.ok_or(())?))))?;
            since = rows.last().map_or(since, |(seq, _)| *seq);
            let residents: BTreeSet<SubjectId> = rows.iter().map(|(_, resident)| *resident).collect();
            let all: Vec<SubjectId> = residents.into_iter().collect();
            let done = self.held(&all)?;
            let new: Vec<SubjectId> = all.into_iter().filter(|resident| !done.contains_key(resident)).collect();
            let sheets = self.sheets_of(&new)?;
            count += sheets.len() as u64;
            self.put(&new, &HashMap::new(), sheets, end)?;
            if rows.len() < CHUNK {
                break;
            }
        }
        self.set_state(end)?;
        Ok(count)
    }

    /// The lines that there are.
    fn held(&self, residents: &[SubjectId]) -> Result<HashMap<SubjectId, Held>, Fault> {
        if residents.is_empty() {
            return Ok(HashMap::new());
        }
        let db = self.tables.db;
        let among = self.dialect.ids_in("resident", 1);
        let sql = format!("SELECT resident, area, arrived, name FROM resident WHERE county = @county AND {among}");
        let lines = db.query(&sql, &[id_list(residents.iter().copied())])?;
        let lines = read(db, &lines, |line| {
            let id = SubjectId(line.uuid_or(0)?.ok_or(())?);
            Ok((id, Held { area: line.area_or(1)?, arrived: line.int_or(2)?, name: line.text_or(3)?.map(str::to_owned) }))
        })?;
        let mut held = HashMap::with_capacity(lines.len());
        for (id, mut line) in lines {
            line.name = line.name.map(|name| opened_name(self.plan, &self.tables, id, name)).transpose()?;
            held.insert(id, line);
        }
        Ok(held)
    }

    /// The sheets in force about residents.
    fn sheets_of(&self, residents: &[SubjectId]) -> Result<Sheets, Fault> {
        let forms = self.plan.policy.forms();
        let forms: Vec<&str> = forms.iter().map(|form| &**form).collect();
        let mut sheets = Sheets::new();
        let what = Scan { residents: Some(residents), forms: Some(&forms), ..Scan::default() };
        self.store.scan(&what, &mut |row| {
            if let Some(said) = Said::by_row(&self.plan.policy, row)? {
                sheets.entry(row.subject).or_default().push(said);
            }
            Ok(())
        })?;
        Ok(sheets)
    }

    /// Puts what the sheets say in the place of what is held; a resident without sheets goes.
    fn put(&self, residents: &[SubjectId], held: &HashMap<SubjectId, Held>, mut sheets: Sheets, end: i64) -> Result<(), Fault> {
        let (db, plan, sealing) = (self.tables.db, self.plan, self.tables.sealing);
        let (mut rows, mut key_rows) = (Vec::with_capacity(residents.len()), Vec::new());
        for &resident in residents {
            let line = sheets.remove(&resident).map(fold);
            let old = held.get(&resident);
            let new_keys = line.as_ref().map(|line| key_cells(&keys_of(line.name.as_deref(), plan, sealing, false), home(line), resident));
            if let Some(old) = old {
                let same = line.as_ref().is_some_and(|line| home(line) == old.area && line.name == old.name);
                self.remove(resident, old, !same)?;
                key_rows.extend(new_keys.filter(|_| !same).into_iter().flatten());
            } else {
                key_rows.extend(new_keys.into_iter().flatten());
            }
            let Some(line) = line else { continue };
            let arrived = match old {
                Some(old) if old.area == home(&line) => old.arrived,
                Some(_) => Some(end),
                None => line.home.map(|(_, seq)| seq),
            };
            rows.push(line.cells(resident, arrived, plan, sealing));
        }
        db.insert_many("resident", &COLUMNS, &rows)?;
        key_rows.sort_unstable_by(|a, b| key_order(a).cmp(&key_order(b)));
        db.insert_many("resident_key", &KEY_COLUMNS, &key_rows)
    }

    fn remove(&self, resident: SubjectId, old: &Held, keys: bool) -> Result<(), Fault> {
        let db = self.tables.db;
        if keys {
            let sql = "DELETE FROM resident_key WHERE county = @county AND kind = $1 AND text = $2 AND area = $3 AND resident = $4";
            for cells in key_cells(&keys_of(old.name.as_deref(), self.plan, self.tables.sealing, true), old.area, resident) {
                db.execute(sql, &cells)?;
            }
        }
        db.execute("DELETE FROM resident WHERE county = @county AND resident = $1", &[resident.into()]).map(drop)
    }
}

fn home(line: &Line) -> Option<AreaCode> {
    line.home.map(|(area, _)| area)
}

fn key_cells(keys: &[(i64, String)], area: Option<AreaCode>, resident: SubjectId) -> Vec<Vec<Cell>> {
    let area = area.map_or(Cell::Int(0), Cell::from);
    keys.iter().map(|(kind, text)| vec![(*kind).into(), text.as_str().into(), area.clone(), resident.into()]).collect()
}

/// In the order of the table: pages are touched once.
fn key_order(row: &[Cell]) -> (i64, &str) {
    match row {
        [Cell::Int(kind), Cell::Text(text), ..] => (*kind, text),
        _ => (0, ""),
    }
}
