//! Reading: single records, chains, and the scans of the log.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::Arc;

use qianmo_core::{AreaCode, Fault, RecordId, SubjectId};
use rusqlite::types::{FromSqlError, ValueRef};
use rusqlite::{Connection, Params, Row as SqlRow};

type SqlResult<T> = rusqlite::Result<T>;

use super::SqliteStore;
use super::fault::named;
use crate::audit::{EachRaw, RawRows};
use crate::row::{ActionRef, Cut, Order, Row, RowRef, Scan};
use crate::seal::open_values;
use crate::sight::sql::{Dialect, about, in_force, opens};
use crate::words::Words;

const SELECT: &str = "SELECT r.seq, r.id, r.form, r.form_version, r.kind, r.subject, r.resident, r.area, r.organisation, r.worker, \
                      r.device, r.at, r.recorded_at, r.action, \
                      CASE WHEN r.target IS NOT NULL THEN (SELECT t.id FROM record t WHERE t.seq = r.target) END, r.reason, r.fields, r.digest \
                      FROM record r ";

/// Where in the log a scan looks.
const BOUNDS: &str = "r.seq > ? AND r.seq <= ?";

/// The chain of corrections around one record: back to the statement, then forward.
pub(super) const CHAIN: &str = "WHERE r.seq IN (
    WITH RECURSIVE
        back (seq, target) AS (
            SELECT seq, target FROM record WHERE id = ?
            UNION ALL SELECT b.seq, b.target FROM record b JOIN back ON b.seq = back.target
        ),
        chain (seq) AS (
            SELECT min(seq) FROM back
            UNION ALL SELECT f.seq FROM record f JOIN chain ON f.target = chain.seq
        )
    SELECT seq FROM chain) ORDER BY r.seq";

/// The end of the log.
pub(super) fn cut(connection: &Connection) -> SqlResult<Cut> {
    let seq = connection.prepare_cached("SELECT coalesce(max(seq), 0) FROM record")?.query_row((), |row| row.get(0))?;
    Ok(Cut(seq))
}

impl SqliteStore {
    /// The rows that a condition selects.
    pub(super) fn rows(&self, condition: &str, params: impl Params) -> Result<Vec<Row>, Fault> {
        let mut rows = Vec::new();
        self.each_row(&format!("{SELECT}{condition}"), params, &mut |row| {
            rows.push(row.to_row());
            Ok(())
        })?;
        Ok(rows)
    }

    /// Those of the rows at these positions that are in force.
    pub(super) fn in_force_at(&self, positions: &[i64]) -> Result<Vec<Row>, Fault> {
        let mut condition = String::from("WHERE NOT EXISTS (SELECT 1 FROM record o WHERE o.target = r.seq)");
        push_in(&mut condition, "r.seq", positions.iter().copied());
        condition.push_str(" ORDER BY r.seq");
        self.rows(&condition, ())
    }

    /// The condition that a record is of one of these forms.
    pub(super) fn of_forms(&self, forms: Option<&[&str]>) -> Result<String, Fault> {
        let mut sql = String::new();
        if let Some(forms) = forms {
            let words = self.words(true)?;
            push_in(&mut sql, "r.form", forms.iter().filter_map(|form| words.number(form)));
        }
        Ok(sql)
    }

    /// See [`crate::Store::scan`].
    pub(super) fn scan_in_force(&self, what: &Scan<'_>, each: &mut dyn FnMut(&RowRef<'_>) -> Result<(), Fault>) -> Result<Cut, Fault> {
        let end = cut(&self.link.connection).map_err(named(&self.link.file))?;
        let until = what.cut.unwrap_or(end);
        if until > end {
            return Err(Fault::new("STORE-0106").with("cut", until).with("end", end));
        }
        if what.is_empty() {
            return Ok(until);
        }
        let (from, to) = what.bounds(until);
        let mut sql = scan_sql(what, &*self.words(true)?);
        sql.push_str(" AND r.action < 2");
        if what.is_selective() {
            // A few rows out of many: what overrules them is looked up for each.
            let _ = write!(sql, " AND {}", in_force(&until.0.to_string(), DIALECT));
            end_sql(&mut sql, what);
            self.each_asked(&sql, what, [from, to], each)?;
        } else {
            let overruled = self.overruled(until).map_err(named(&self.link.file))?;
            end_sql(&mut sql, what);
            self.each_asked(&sql, what, [from, to], &mut |row| if overruled.contains(&row.seq) { Ok(()) } else { each(row) })?;
        }
        Ok(until)
    }

    /// See [`crate::Store::scan_changes`].
    pub(super) fn scan_everything(&self, what: &Scan<'_>, each: &mut dyn FnMut(&RowRef<'_>) -> Result<(), Fault>) -> Result<Cut, Fault> {
        let end = cut(&self.link.connection).map_err(named(&self.link.file))?;
        let until = what.cut.map_or(end, |cut| cut.min(end));
        if what.is_empty() {
            return Ok(what.since.unwrap_or_default());
        }
        let (from, to) = what.bounds(until);
        let mut sql = scan_sql(what, &*self.words(true)?);
        end_sql(&mut sql, what);
        let (mut rows, mut last) = (0, Cut::START);
        self.each_asked(&sql, what, [from, to], &mut |row| {
            (rows, last) = (rows + 1, Cut(row.seq));
            each(row)
        })?;
        Ok(if what.rows_max == Some(rows) { last } else { until })
    }

    /// See [`crate::Store::scan_log`].
    pub(super) fn scan_all(&self, since: Cut, each: &mut dyn FnMut(&RowRef<'_>) -> Result<(), Fault>) -> Result<Cut, Fault> {
        let mut reached = since;
        self.each_row(&format!("{SELECT}WHERE r.seq > ? ORDER BY r.seq"), [since.0], &mut |row| {
            reached = Cut(row.seq);
            each(row)
        })?;
        Ok(reached)
    }

    /// Positions of the records superseded or voided as of a cut.
    fn overruled(&self, until: Cut) -> SqlResult<HashSet<i64>> {
        let mut statement = self.link.connection.prepare_cached("SELECT target FROM record WHERE target IS NOT NULL AND seq <= ?")?;
        statement.query_map([until.0], |row| row.get(0))?.collect()
    }

    fn each_row(&self, sql: &str, params: impl Params, each: &mut dyn FnMut(&RowRef<'_>) -> Result<(), Fault>) -> Result<(), Fault> {
        self.each_opened(sql, true, params, each)
    }

    /// Rows of a scan. A statement that names residents or positions is asked once: it isn't kept, and has its bounds in the text, because SQLite
    /// plans it a second time for values that come later.
    fn each_asked(
        &self,
        sql: &str,
        what: &Scan<'_>,
        bounds: [i64; 2],
        each: &mut dyn FnMut(&RowRef<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        if what.residents.is_none() && what.positions.is_none() {
            return self.each_opened(sql, true, bounds, each);
        }
        let [from, to] = bounds;
        let sql = sql.replacen(BOUNDS, &format!("r.seq > {from} AND r.seq <= {to}"), 1);
        self.each_opened(&sql, false, (), each)
    }

    fn each_opened(
        &self,
        sql: &str,
        keep: bool,
        params: impl Params,
        each: &mut dyn FnMut(&RowRef<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.each_stored(sql, keep, params, &mut |row, words| {
            let row = read_row(row, words, false).map_err(named(&self.link.file))?;
            let values = open_values(self.keyed.sealing(), row.id, row.values)?;
            each(&RowRef { values: &values, ..row })
        })
    }

    fn each_stored(
        &self,
        sql: &str,
        keep: bool,
        params: impl Params,
        each: &mut dyn FnMut(&SqlRow<'_>, &Words) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let wrong = named(&self.link.file);
        let mut words = self.words(false)?;
        let (mut kept, mut once);
        let statement: &mut rusqlite::Statement<'_> = if keep {
            kept = self.link.connection.prepare_cached(sql).map_err(&wrong)?;
            &mut kept
        } else {
            once = self.link.connection.prepare(sql).map_err(&wrong)?;
            &mut once
        };
        let mut rows = statement.query(params).map_err(&wrong)?;
        while let Some(row) = rows.next().map_err(&wrong)? {
            // Another process may have written a name that we haven't read yet.
            if !knows(&words, row).map_err(&wrong)? {
                words = self.words(true)?;
            }
            each(row, &words)?;
        }
        Ok(())
    }

    /// The names; with `again` those of now, otherwise as they were when last read.
    pub(super) fn words(&self, again: bool) -> Result<Arc<Words>, Fault> {
        let held = self.words.borrow().clone();
        if held.is_empty() || (again && !held.is_current(&self.link)?) {
            let words = Arc::new(Words::read(&self.link, self.keyed.sealing())?);
            self.words.replace(words.clone());
            return Ok(words);
        }
        Ok(held)
    }
}

impl RawRows for SqliteStore {
    fn raw_rows(&self, from: i64, to: i64, each: EachRaw<'_>) -> Result<(), Fault> {
        self.words.replace(Arc::default());
        self.each_stored(&format!("{SELECT}WHERE r.seq BETWEEN ? AND ? ORDER BY r.seq"), true, [from, to], &mut |row, words| {
            let seq: i64 = row.get(0).map_err(named(&self.link.file))?;
            let altered = |_| Fault::new("STORE-0402").with("seq", seq);
            let digest = row.get_ref(17).and_then(|cell| Ok(cell.as_blob_or_null()?)).map_err(altered)?;
            each(&read_row(row, words, true).map_err(altered)?, digest)
        })
    }

    fn set_digest(&self, seq: i64, digest: &[u8; 32]) -> Result<(), Fault> {
        let set = || self.link.connection.prepare_cached("UPDATE record SET digest = ? WHERE seq = ?")?.execute((digest, seq));
        set().map(drop).map_err(named(&self.link.file))
    }

    fn end(&self) -> Result<i64, Fault> {
        Ok(cut(&self.link.connection).map_err(named(&self.link.file))?.0)
    }
}

pub(super) const DIALECT: Dialect = Dialect { county: None, id: |id| format!("x'{}'", id.0.simple()) };

fn scan_sql(what: &Scan<'_>, words: &Words) -> String {
    let mut sql = format!("{SELECT}{}WHERE {BOUNDS}", if what.order == Order::Subject { "JOIN word w ON w.id = r.form " } else { "" });
    if let Some(forms) = what.forms {
        push_in(&mut sql, "r.form", forms.iter().filter_map(|form| words.number(form)));
    }
    if let Some(areas) = what.areas {
        push_in(&mut sql, "r.area", areas.iter().map(|area| i64::try_from(area.number()).unwrap_or(i64::MAX)));
    }
    if let Some(positions) = what.positions {
        push_in(&mut sql, "r.seq", positions.iter().copied());
    }
    if what.corrections {
        sql.push_str(" AND r.target IS NOT NULL");
    }
    if let Some(residents) = what.residents {
        let _ = write!(sql, " AND {}", about(residents, DIALECT));
    }
    if let Some(sight) = what.sight {
        let _ = write!(sql, " AND {}", opens(sight, words, DIALECT));
    }
    sql
}

fn end_sql(sql: &mut String, what: &Scan<'_>) {
    sql.push_str(match what.order {
        Order::Log => " ORDER BY r.seq",
        Order::Subject => " ORDER BY w.text, r.subject, r.at, r.seq",
        Order::Newest => " ORDER BY r.seq DESC",
    });
    if let Some(rows) = what.rows_max {
        let _ = write!(sql, " LIMIT {rows}");
    }
}

fn push_in(sql: &mut String, column: &str, numbers: impl Iterator<Item = i64>) {
    let mut numbers: Vec<i64> = numbers.collect();
    numbers.sort_unstable();
    let _ = write!(sql, " AND {column} IN (");
    for (i, number) in numbers.iter().enumerate() {
        let _ = write!(sql, "{}{number}", if i > 0 { "," } else { "" });
    }
    sql.push(')');
}

/// Whether the row's names are among those read.
fn knows(words: &Words, row: &SqlRow<'_>) -> SqlResult<bool> {
    let known = |column| -> SqlResult<bool> { Ok(row.get::<_, Option<i64>>(column)?.is_none_or(|id| words.text(id).is_some())) };
    Ok(known(2)? && known(4)? && known(9)? && known(10)?)
}

fn read_row<'a>(row: &'a SqlRow<'_>, words: &'a Words, stored: bool) -> SqlResult<RowRef<'a>> {
    let word = |id| if stored { words.stored(id) } else { words.text(id) };
    let name = |column| -> SqlResult<Option<&'a str>> { Ok(row.get::<_, Option<i64>>(column)?.and_then(word).map(|text| &**text)) };
    let uuid = |column| -> SqlResult<Option<uuid::Uuid>> {
        match row.get_ref(column)? {
            ValueRef::Null => Ok(None),
            other => Ok(Some(uuid::Uuid::from_bytes(other.as_blob()?.try_into().map_err(|_| FromSqlError::InvalidType)?))),
        }
    };
    let must = |found: Option<uuid::Uuid>| found.ok_or(FromSqlError::InvalidType);
    let area = u64::try_from(row.get::<_, i64>(7)?).ok().and_then(|number| AreaCode::from_number(number).ok());
    Ok(RowRef {
        seq: row.get(0)?,
        id: RecordId(must(uuid(1)?)?),
        form: name(2)?.ok_or(FromSqlError::InvalidType)?,
        form_version: row.get(3)?,
        subject_kind: name(4)?.ok_or(FromSqlError::InvalidType)?,
        subject: SubjectId(must(uuid(5)?)?),
        resident: uuid(6)?.map(SubjectId),
        area: area.ok_or(FromSqlError::InvalidType)?,
        organisation: uuid(8)?.map(SubjectId),
        worker: name(9)?,
        device: name(10)?,
        at_days: row.get(11)?,
        recorded_at: row.get(12)?,
        action: match row.get::<_, i64>(13)? {
            0 => ActionRef::State,
            1 => ActionRef::Supersede(RecordId(must(uuid(14)?)?)),
            _ => ActionRef::Void { record: RecordId(must(uuid(14)?)?), reason: row.get_ref(15)?.as_str_or_null()?.unwrap_or_default() },
        },
        values: row.get_ref(16)?.as_str()?,
    })
}
