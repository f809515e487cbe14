//! Reading: single records, chains, and the scans of the log.
//!
//! The log only grows and a cut bounds it, so a scan needs no transaction: it reads page after page by position, and
//! the connection is free while the callback runs.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::Arc;

use postgres::Row as SqlRow;
use postgres::types::ToSql;
use qianmo_core::{AreaCode, Fault, RecordId, SubjectId};
use uuid::Uuid;

use super::PostgresStore;
use crate::audit::{EachRaw, RawRows};
use crate::db::Db as _;
use crate::row::{ActionRef, Cut, Order, Row, RowRef, Scan};
use crate::seal::open_values;
use crate::sight::sql::{Dialect, about, in_force, opens};
use crate::words::Words;

/// Rows fetched at a time.
const PAGE: usize = 4096;

pub(super) const SELECT: &str = "SELECT r.seq, r.id, r.form, r.form_version, r.kind, r.subject, r.resident, r.area, r.organisation, r.worker, \
                      r.device, r.at, r.recorded_at, r.action, t.id, r.reason, r.fields, r.digest \
                      FROM record r LEFT JOIN record t ON t.county = r.county AND t.seq = r.target ";

/// The chain of corrections around one record: back to the statement, then forward. `$1` is the county, `$2` the id.
const CHAIN: &str = "WHERE r.county = $1 AND r.seq IN (
    WITH RECURSIVE
        back (seq, target) AS (
            SELECT seq, target FROM record WHERE county = $1 AND id = $2
            UNION ALL SELECT b.seq, b.target FROM record b JOIN back ON b.county = $1 AND b.seq = back.target
        ),
        chain (seq) AS (
            SELECT min(seq) FROM back
            UNION ALL SELECT f.seq FROM record f JOIN chain ON f.county = $1 AND f.target = chain.seq
        )
    SELECT seq FROM chain) ORDER BY r.seq";

type Each<'a> = &'a mut dyn FnMut(&RowRef<'_>) -> Result<(), Fault>;

impl PostgresStore {
    pub(super) fn county(&self) -> i32 {
        i32::try_from(self.link.county).expect("a county has six digits")
    }

    pub(super) fn log_end(&self) -> Result<Cut, Fault> {
        let county = self.county();
        let rows = self.link.repeat(|live| live.query("SELECT end_seq FROM log WHERE county = $1", &[&county]))?;
        Ok(Cut(rows.first().map_or(0, |row| row.get(0))))
    }

    pub(super) fn by_id(&self, id: RecordId) -> Result<Vec<Row>, Fault> {
        self.rows("WHERE r.county = $1 AND r.id = $2", &id.0)
    }

    pub(super) fn chain(&self, id: RecordId) -> Result<Vec<Row>, Fault> {
        self.rows(CHAIN, &id.0)
    }

    pub(super) fn about(&self, subject: SubjectId) -> Result<Vec<Row>, Fault> {
        self.rows("WHERE r.county = $1 AND r.subject = $2 ORDER BY r.seq", &subject.0)
    }

    pub(super) fn about_any(&self, subjects: &[SubjectId], forms: Option<&[&str]>) -> Result<Vec<Row>, Fault> {
        let ids: Vec<Uuid> = subjects.iter().map(|subject| subject.0).collect();
        let of_forms = self.filter(&Scan { forms, ..Scan::default() })?;
        self.rows(&format!("WHERE r.county = $1 AND r.subject = ANY ($2){of_forms} ORDER BY r.seq"), &ids)
    }

    pub(super) fn first_about(&self, subject: SubjectId) -> Result<Vec<Row>, Fault> {
        self.rows("WHERE r.county = $1 AND r.seq = (SELECT min(f.seq) FROM record f WHERE f.county = $1 AND f.subject = $2)", &subject.0)
    }

    /// Those of the rows at these positions that are in force.
    pub(super) fn in_force_at(&self, positions: &[i64]) -> Result<Vec<Row>, Fault> {
        let overruled = "SELECT 1 FROM record o WHERE o.county = r.county AND o.target = r.seq";
        self.rows(&format!("WHERE r.county = $1 AND r.seq = ANY ($2) AND NOT EXISTS ({overruled}) ORDER BY r.seq"), &positions)
    }

    fn rows(&self, condition: &str, key: &(dyn ToSql + Sync)) -> Result<Vec<Row>, Fault> {
        let mut rows = Vec::new();
        let county = self.county();
        self.page(&format!("{SELECT}{condition}"), true, &[&county, key], &mut |row| {
            rows.push(row.to_row());
            Ok(())
        })?;
        Ok(rows)
    }

    /// See [`crate::Store::scan`].
    pub(super) fn scan_in_force(&self, what: &Scan<'_>, each: Each<'_>) -> Result<Cut, Fault> {
        let end = self.log_end()?;
        let until = what.cut.unwrap_or(end);
        if until > end {
            return Err(Fault::new("STORE-0106").with("cut", until).with("end", end));
        }
        if what.is_empty() {
            return Ok(until);
        }
        let mut filter = self.filter(what)?;
        filter.push_str(" AND r.action < 2");
        if what.is_selective() {
            // A few rows out of many: what overrules them is looked up for each.
            let _ = write!(filter, " AND {}", in_force(&until.0.to_string(), self.dialect()));
            self.ordered(what, &filter, until, each)?;
        } else {
            let overruled = self.overruled(until)?;
            self.ordered(what, &filter, until, &mut |row| if overruled.contains(&row.seq) { Ok(()) } else { each(row) })?;
        }
        Ok(until)
    }

    /// See [`crate::Store::scan_changes`].
    pub(super) fn scan_everything(&self, what: &Scan<'_>, each: Each<'_>) -> Result<Cut, Fault> {
        let end = self.log_end()?;
        let until = what.cut.map_or(end, |cut| cut.min(end));
        if what.is_empty() {
            return Ok(what.since.unwrap_or_default());
        }
        let (mut rows, mut last) = (0, Cut::START);
        self.ordered(what, &self.filter(what)?, until, &mut |row| {
            (rows, last) = (rows + 1, Cut(row.seq));
            each(row)
        })?;
        Ok(if what.rows_max == Some(rows) { last } else { until })
    }

    fn ordered(&self, what: &Scan<'_>, filter: &str, until: Cut, each: Each<'_>) -> Result<(), Fault> {
        let bounds = what.bounds(until);
        match what.order {
            Order::Log => self.pages(filter, bounds, what.rows_max, false, each),
            Order::Newest => self.pages(filter, bounds, what.rows_max, true, each),
            Order::Subject => self.sorted(filter, bounds, what.rows_max, each),
        }
    }

    /// See [`crate::Store::scan_log`].
    pub(super) fn scan_all(&self, since: Cut, each: Each<'_>) -> Result<Cut, Fault> {
        let end = self.log_end()?;
        self.pages("", (since.0, end.0), None, false, each)?;
        Ok(since.max(end))
    }

    /// Page after page, by position, forwards or backwards; after the first of the bounds, up to and with the second.
    fn pages(&self, filter: &str, bounds: (i64, i64), rows_max: Option<usize>, backwards: bool, each: Each<'_>) -> Result<(), Fault> {
        let county = self.county();
        let ((mut from, mut to), mut left) = (bounds, rows_max.unwrap_or(usize::MAX));
        let order = if backwards { "DESC" } else { "ASC" };
        while left > 0 {
            let size = left.min(PAGE);
            let sql = format!("{SELECT}WHERE r.county = $1 AND r.seq > $2 AND r.seq <= $3 {filter} ORDER BY r.seq {order} LIMIT {size}");
            let (mut rows, mut last) = (0, from);
            // Only the plain statement is worth keeping: the others are many.
            self.page(&sql, filter.is_empty(), &[&county, &from, &to], &mut |row| {
                rows += 1;
                last = row.seq;
                each(row)
            })?;
            if rows < size {
                return Ok(());
            }
            left -= rows;
            if backwards { to = last - 1 } else { from = last }
        }
        Ok(())
    }

    /// Sorted by form, subject, date and position: the server keeps the sorted rows beside while we fetch them.
    fn sorted(&self, filter: &str, (from, to): (i64, i64), rows_max: Option<usize>, each: Each<'_>) -> Result<(), Fault> {
        let county = self.county();
        let limit = rows_max.map_or_else(String::new, |rows| format!(" LIMIT {rows}"));
        // A callback may sort, too.
        self.cursors.set(self.cursors.get().wrapping_add(1));
        let cursor = format!("sorted_{}", self.cursors.get());
        let sql = format!(
            "DECLARE {cursor} CURSOR WITH HOLD FOR {SELECT}JOIN word w ON w.county = r.county AND w.id = r.form \
             WHERE r.county = {county} AND r.seq > {from} AND r.seq <= {to} {filter} ORDER BY w.text, r.subject, r.at, r.seq{limit}"
        );
        self.link.run(|live| live.client.batch_execute(&sql))?;
        let mut fetch = || {
            loop {
                let mut rows = 0;
                self.page(&format!("FETCH {PAGE} FROM {cursor}"), false, &[], &mut |row| {
                    rows += 1;
                    each(row)
                })?;
                if rows < PAGE {
                    return Ok(());
                }
            }
        };
        let done = fetch();
        // A lost connection takes the cursor along.
        let _ = self.link.run(|live| live.client.batch_execute(&format!("CLOSE {cursor}")));
        done
    }

    /// One page of rows; the callback may use the connection.
    fn page(&self, sql: &str, keep: bool, params: &[&(dyn ToSql + Sync)], each: Each<'_>) -> Result<(), Fault> {
        self.page_stored(sql, keep, params, &mut |row, words| {
            let read = read_row(row, words, false).map_err(|error| super::fault::fault(&error, &self.link.shown))?;
            let row = read.ok_or_else(|| self.link.damaged())?;
            let values = open_values(self.keyed.sealing(), row.id, row.values)?;
            each(&RowRef { values: &values, ..row })
        })
    }

    fn page_stored(
        &self,
        sql: &str,
        keep: bool,
        params: &[&(dyn ToSql + Sync)],
        each: &mut dyn FnMut(&SqlRow, &Words) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let rows = self.link.repeat(|live| if keep { live.query(sql, params) } else { live.client.query(sql, params) })?;
        let mut words = self.words(false)?;
        for row in &rows {
            // Another process may have written a name that we haven't read yet.
            if !knows(&words, row) {
                words = self.words(true)?;
            }
            each(row, &words)?;
        }
        Ok(())
    }

    /// Positions of the records superseded or voided as of a cut.
    fn overruled(&self, until: Cut) -> Result<HashSet<i64>, Fault> {
        let county = self.county();
        let sql = "SELECT target FROM record WHERE county = $1 AND target IS NOT NULL AND seq <= $2";
        let rows = self.link.repeat(|live| live.query(sql, &[&county, &until.0]))?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    fn filter(&self, what: &Scan<'_>) -> Result<String, Fault> {
        let mut sql = String::new();
        if let Some(forms) = what.forms {
            let words = self.words(true)?;
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
            let _ = write!(sql, " AND {}", about(residents, self.dialect()));
        }
        if let Some(sight) = what.sight {
            let words = self.words(true)?;
            let _ = write!(sql, " AND {}", opens(sight, &words, self.dialect()));
        }
        Ok(sql)
    }

    pub(super) fn dialect(&self) -> Dialect {
        Dialect { county: Some(self.link.county), id: |id| format!("'{}'::uuid", id.0) }
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

impl RawRows for PostgresStore {
    fn raw_rows(&self, from: i64, to: i64, each: EachRaw<'_>) -> Result<(), Fault> {
        let county = self.county();
        let sql = format!("{SELECT}WHERE r.county = $1 AND r.seq >= $2 AND r.seq <= $3 ORDER BY r.seq LIMIT {PAGE}");
        self.words.replace(Arc::default());
        let mut at = from;
        loop {
            let (mut rows, mut next) = (0, at);
            self.page_stored(&sql, true, &[&county, &at, &to], &mut |row, words| {
                rows += 1;
                let seq: i64 = row.get(0);
                let read = read_row(row, words, true).ok().flatten();
                let (Some(read), Ok(digest)) = (read, row.try_get::<_, Option<&[u8]>>(17)) else {
                    return Err(Fault::new("STORE-0402").with("seq", seq));
                };
                next = seq + 1;
                each(&read, digest)
            })?;
            at = next;
            if rows < PAGE {
                return Ok(());
            }
        }
    }

    fn set_digest(&self, seq: i64, digest: &[u8; 32]) -> Result<(), Fault> {
        let values = [digest.as_slice().into(), seq.into()];
        self.link.execute("UPDATE record SET digest = $1 WHERE county = @county AND seq = $2", &values).map(drop)
    }

    fn end(&self) -> Result<i64, Fault> {
        let lines = self.link.query("SELECT coalesce(max(seq), 0) FROM record WHERE county = @county", &[])?;
        lines.first().and_then(|line| line.int(0).ok()).ok_or_else(|| self.link.damaged())
    }
}

fn push_in(sql: &mut String, column: &str, numbers: impl Iterator<Item = i64>) {
    let mut numbers: Vec<i64> = numbers.collect();
    numbers.sort_unstable();
    if numbers.is_empty() {
        sql.push_str(" AND false");
        return;
    }
    let _ = write!(sql, " AND {column} IN (");
    for (i, number) in numbers.iter().enumerate() {
        let _ = write!(sql, "{}{number}", if i > 0 { "," } else { "" });
    }
    sql.push(')');
}

/// Whether the row's names are among those read.
fn knows(words: &Words, row: &SqlRow) -> bool {
    [2, 4, 9, 10].into_iter().all(|column| row.get::<_, Option<i64>>(column).is_none_or(|id| words.text(id).is_some()))
}

/// The row; `None` when it holds what no writer of ours put there.
pub(super) fn read_row<'a>(row: &'a SqlRow, words: &'a Words, stored: bool) -> Result<Option<RowRef<'a>>, postgres::Error> {
    let word = |id| if stored { words.stored(id) } else { words.text(id) };
    let name = |column: usize| -> Result<Option<&'a str>, postgres::Error> {
        Ok(row.try_get::<_, Option<i64>>(column)?.and_then(word).map(|text| &**text))
    };
    let uuid = |column: usize| row.try_get::<_, Option<Uuid>>(column);
    let area = u64::try_from(row.try_get::<_, i64>(7)?).ok().and_then(|number| AreaCode::from_number(number).ok());
    let (Some(form), Some(subject_kind), Some(area)) = (name(2)?, name(4)?, area) else { return Ok(None) };
    let action = match (row.try_get::<_, i16>(13)?, uuid(14)?) {
        (0, None) => ActionRef::State,
        (1, Some(target)) => ActionRef::Supersede(RecordId(target)),
        (2, Some(target)) => ActionRef::Void { record: RecordId(target), reason: row.try_get::<_, Option<&str>>(15)?.unwrap_or_default() },
        _ => return Ok(None),
    };
    Ok(Some(RowRef {
        seq: row.try_get(0)?,
        id: RecordId(row.try_get(1)?),
        form,
        form_version: u32::try_from(row.try_get::<_, i64>(3)?).unwrap_or(u32::MAX),
        subject_kind,
        subject: SubjectId(row.try_get(5)?),
        resident: uuid(6)?.map(SubjectId),
        area,
        organisation: uuid(8)?.map(SubjectId),
        worker: name(9)?,
        device: name(10)?,
        at_days: row.try_get(11)?,
        recorded_at: row.try_get(12)?,
        action,
        values: row.try_get(16)?,
    }))
}
