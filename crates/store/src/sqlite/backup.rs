//! A data folder's part in backups: a copy of the file as of one moment, and its rows for a server.

use std::path::Path;
use std::time::Duration;

use qianmo_core::Fault;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, params_from_iter};

use super::fault::named;
use super::link::{Link, line};
use super::{SqliteStore, read};
use crate::Store;
use crate::audit::Tail;
use crate::backup::{Manifest, Moment, Table, finish, prepare, tables};
use crate::clock::now_ms;
use crate::db::{Cell, Db, Line};

/// Pages copied at a time.
const PAGES: i32 = 4096;

impl SqliteStore {
    /// See [`crate::Store::backup`].
    pub(super) fn back_up(&self, dest: &Path) -> Result<Manifest, Fault> {
        let to = prepare(dest)?;
        let connection = &self.link.connection;
        connection.execute_batch("BEGIN").map_err(named(&self.link.file))?;
        // The first reading fixes the moment: from here on this handle sees nothing newer, and writers aren't hindered.
        let done = Moment::of(&self.link, read::cut(connection).map_err(named(&self.link.file))?).and_then(|moment| {
            copy(connection, &to).map_err(named(&to))?;
            Ok(moment)
        });
        self.link.rollback();
        let done = done.and_then(|moment| finish(dest, moment, now_ms()));
        if done.is_err() {
            // Half a backup is none.
            let _ = std::fs::remove_file(&to);
        }
        done
    }

    /// The end of the audit chain.
    pub(crate) fn end_of_chain(&self) -> Result<Tail, Fault> {
        Tail::read(&self.link)
    }

    /// The tables of a folder, up to date.
    pub(crate) fn tables_to_copy(&self) -> Result<Vec<Table>, Fault> {
        tables(&self.link)
    }

    /// The connection, to write rows that come from elsewhere.
    pub(crate) fn to_fill(&self) -> &dyn Db {
        &self.link
    }

    /// Does something while this handle sees one moment.
    pub(crate) fn in_one_moment<T>(&self, work: impl FnOnce(Moment) -> Result<T, Fault>) -> Result<T, Fault> {
        self.link.connection.execute_batch("BEGIN").map_err(named(&self.link.file))?;
        let done = self.cut().and_then(|cut| work(Moment::of(&self.link, cut)?));
        self.link.rollback();
        done
    }

    /// Hands out the rows of a table.
    pub(crate) fn each_line(&self, table: &Table, each: &mut dyn FnMut(Line) -> Result<(), Fault>) -> Result<(), Fault> {
        let file = &self.link.file;
        let mut statement = self.link.connection.prepare(&Link::sql(&table.select(table.county))).map_err(named(file))?;
        let columns = statement.column_count();
        let mut rows = statement.query(params_from_iter(<[Cell; 0]>::default())).map_err(named(file))?;
        while let Some(row) = rows.next().map_err(named(file))? {
            each(line(row, columns).map_err(named(file))?)?;
        }
        Ok(())
    }
}

fn copy(from: &Connection, to: &Path) -> rusqlite::Result<()> {
    let mut to = Connection::open(to)?;
    let backup = Backup::new(from, &mut to)?;
    loop {
        match backup.step(PAGES)? {
            StepResult::Done => break,
            StepResult::More => {}
            // Another process looks at the new file: strange, but it passes.
            _ => std::thread::sleep(Duration::from_millis(20)),
        }
    }
    drop(backup);
    to.close().map_err(|(_, error)| error)
}
