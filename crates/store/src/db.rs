//! The little of SQL that both databases speak, so that tables beside the record log are written and read once.
//!
//! Statements use `$1`, `$2`, … for values and `@county` where the county's number stands; types are whole numbers, text and
//! bytes. The record log itself is each database's own business: there speed decides.

use qianmo_core::{AreaCode, Fault, RecordId, SubjectId};
use uuid::Uuid;

/// A value in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    Null,
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
}

/// A connection, as far as both databases are alike. Faults are those that every method of [`crate::Store`] may have.
pub(crate) trait Db {
    /// Runs a statement; the number of rows changed.
    fn execute(&self, sql: &str, values: &[Cell]) -> Result<u64, Fault>;

    /// Runs a query.
    fn query(&self, sql: &str, values: &[Cell]) -> Result<Vec<Line>, Fault>;

    /// Adds many rows to a table in one go. The county is the first column of each and isn't among `columns`.
    fn insert_many(&self, table: &str, columns: &[&str], rows: &[Vec<Cell>]) -> Result<(), Fault>;

    /// Begins a transaction that keeps other writers out until its end.
    fn begin(&self) -> Result<(), Fault>;

    /// Makes the transaction durable.
    fn commit(&self) -> Result<(), Fault>;

    /// Undoes the transaction; if that fails the connection is lost, and so is the transaction.
    fn rollback(&self);

    /// The fault of a table that holds what can't be.
    fn damaged(&self) -> Fault;
}

/// Runs `work` in one transaction: all of it or nothing.
pub(crate) fn transaction<T>(db: &dyn Db, work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    struct Open<'a>(Option<&'a dyn Db>);
    impl Drop for Open<'_> {
        // Also when `work` panics: the next transaction must find a clean connection.
        fn drop(&mut self) {
            if let Some(db) = self.0 {
                db.rollback();
            }
        }
    }
    db.begin()?;
    let mut open = Open(Some(db));
    let value = work()?;
    db.commit()?;
    open.0 = None;
    Ok(value)
}

/// One row of an answer. Reading it by position fails with `STORE-0005` when the column holds something else.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) cells: Vec<Cell>,
}

impl Line {
    /// A whole number, if there is any.
    pub(crate) fn int_or(&self, column: usize) -> Result<Option<i64>, ()> {
        match self.cells.get(column) {
            Some(Cell::Null) => Ok(None),
            Some(Cell::Int(n)) => Ok(Some(*n)),
            _ => Err(()),
        }
    }

    pub(crate) fn int(&self, column: usize) -> Result<i64, ()> {
        self.int_or(column)?.ok_or(())
    }

    /// Text, if there is any.
    pub(crate) fn text_or(&self, column: usize) -> Result<Option<&str>, ()> {
        match self.cells.get(column) {
            Some(Cell::Null) => Ok(None),
            Some(Cell::Text(text)) => Ok(Some(text)),
            _ => Err(()),
        }
    }

    pub(crate) fn text(&self, column: usize) -> Result<&str, ()> {
        self.text_or(column)?.ok_or(())
    }

    /// Bytes, if there are any.
    pub(crate) fn blob_or(&self, column: usize) -> Result<Option<&[u8]>, ()> {
        match self.cells.get(column) {
            Some(Cell::Null) => Ok(None),
            Some(Cell::Blob(bytes)) => Ok(Some(bytes)),
            _ => Err(()),
        }
    }

    pub(crate) fn blob(&self, column: usize) -> Result<&[u8], ()> {
        self.blob_or(column)?.ok_or(())
    }

    /// An id, if there is any.
    pub(crate) fn uuid_or(&self, column: usize) -> Result<Option<Uuid>, ()> {
        self.blob_or(column)?.map(|bytes| Uuid::from_slice(bytes).map_err(|_| ())).transpose()
    }

    /// An area's code, if there is any.
    pub(crate) fn area_or(&self, column: usize) -> Result<Option<AreaCode>, ()> {
        let code = |number| u64::try_from(number).ok().and_then(|number| AreaCode::from_number(number).ok()).ok_or(());
        self.int_or(column)?.map(code).transpose()
    }
}

/// What the rows mean, by a reader of one row.
pub(crate) fn read<T>(db: &dyn Db, lines: &[Line], each: impl Fn(&Line) -> Result<T, ()>) -> Result<Vec<T>, Fault> {
    lines.iter().map(|line| each(line).map_err(|()| db.damaged())).collect()
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}
impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
impl From<&[u8]> for Cell {
    fn from(bytes: &[u8]) -> Self {
        Self::Blob(bytes.to_vec())
    }
}
impl From<AreaCode> for Cell {
    fn from(code: AreaCode) -> Self {
        Self::Int(i64::try_from(code.number()).expect("a code has twelve digits"))
    }
}
impl From<SubjectId> for Cell {
    fn from(id: SubjectId) -> Self {
        Self::Blob(id.0.as_bytes().to_vec())
    }
}
impl From<RecordId> for Cell {
    fn from(id: RecordId) -> Self {
        Self::Blob(id.0.as_bytes().to_vec())
    }
}
impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
