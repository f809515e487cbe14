//! The open file, as the tables beside the record log see it.

use std::path::PathBuf;

use qianmo_core::Fault;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, Row, params_from_iter};

use super::fault::{damaged, named};
use crate::db::{Cell, Db, Line};

/// A connection and its file.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) connection: Connection,
    pub(super) file: PathBuf,
}

impl Link {
    /// The statement as SQLite writes it. A folder holds one log, so its county is always the same.
    pub(super) fn sql(text: &str) -> String {
        text.replace("@county", "0").replace('$', "?")
    }
}

impl Db for Link {
    fn execute(&self, sql: &str, values: &[Cell]) -> Result<u64, Fault> {
        let run = || self.connection.prepare_cached(&Self::sql(sql))?.execute(params_from_iter(values));
        run().map(|rows| rows as u64).map_err(named(&self.file))
    }

    fn query(&self, sql: &str, values: &[Cell]) -> Result<Vec<Line>, Fault> {
        let run = || {
            let mut statement = self.connection.prepare_cached(&Self::sql(sql))?;
            let columns = statement.column_count();
            statement.query_map(params_from_iter(values), |row| line(row, columns))?.collect::<rusqlite::Result<Vec<_>>>()
        };
        run().map_err(named(&self.file))
    }

    fn insert_many(&self, table: &str, columns: &[&str], rows: &[Vec<Cell>]) -> Result<(), Fault> {
        let marks = ", ?".repeat(columns.len());
        let insert = || {
            let sql = format!("INSERT INTO {table} (county, {}) VALUES (0{marks})", columns.join(", "));
            let mut statement = self.connection.prepare_cached(&sql)?;
            rows.iter().try_for_each(|row| statement.execute(params_from_iter(row)).map(drop))
        };
        insert().map_err(named(&self.file))
    }

    fn begin(&self) -> Result<(), Fault> {
        self.connection.execute_batch("BEGIN IMMEDIATE").map_err(named(&self.file))
    }

    fn commit(&self) -> Result<(), Fault> {
        self.connection.execute_batch("COMMIT").map_err(named(&self.file))
    }

    fn rollback(&self) {
        // A full disk may have ended the transaction already.
        if !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }

    fn damaged(&self) -> Fault {
        damaged(&self.file)
    }
}

pub(super) fn line(row: &Row<'_>, columns: usize) -> rusqlite::Result<Line> {
    let mut cells = Vec::with_capacity(columns);
    for column in 0..columns {
        cells.push(match row.get_ref(column)? {
            ValueRef::Null => Cell::Null,
            ValueRef::Integer(n) => Cell::Int(n),
            ValueRef::Blob(bytes) => Cell::Blob(bytes.to_vec()),
            text => Cell::Text(text.as_str()?.to_owned()),
        });
    }
    Ok(Line { cells })
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(n) => ValueRef::Integer(*n),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}
