//! A server's part in backups: a county's rows as of one moment into a data folder, and back.

use std::path::Path;

use qianmo_core::{AreaCode, Fault};

use super::PostgresStore;
use crate::backup::{Filler, Manifest, Moment, finish, prepare};
use crate::clock::now_ms;
use crate::db::Db;
use crate::{DirectoryPolicy, Options, SqliteStore, Store};

/// Rows fetched at a time.
const ROWS: usize = 2000;

impl PostgresStore {
    /// See [`crate::Store::backup`].
    pub(super) fn back_up(&self, dest: &Path) -> Result<Manifest, Fault> {
        prepare(dest)?;
        self.link.begin_moment()?;
        let done = self.copy_to(dest);
        self.link.rollback();
        let done = done.and_then(|moment| finish(dest, moment, now_ms()));
        if done.is_err() {
            // Half a backup is none.
            let _ = std::fs::remove_dir_all(dest);
        }
        done
    }

    fn copy_to(&self, dest: &Path) -> Result<Moment, Fault> {
        let moment = Moment::of(&self.link, self.log_end()?)?;
        let folder = SqliteStore::create(dest)?;
        let db = folder.to_fill();
        db.begin()?;
        for table in &folder.tables_to_copy()? {
            let mut rows = Filler::new(db, table, table.county);
            self.link.each_line(&table.name, &table.select(true), ROWS, &mut |line| rows.add(line))?;
            rows.end()?;
        }
        db.commit()?;
        Ok(moment)
    }

    /// Begins the log of a county with everything that stands in a data folder: one that was restored from a backup, or one that moves to a
    /// server. All of it or nothing; before it is committed it is read back and checked as [`Store::verify`] does. Needs no keys.
    ///
    /// Errors: `STORE-0002` the county has a log there, `STORE-0802` not what stands in the folder, those of [`PostgresStore::open`] and
    /// [`Store::verify`].
    pub fn import(url: &str, county: AreaCode, folder: &SqliteStore, options: &Options) -> Result<Self, Fault> {
        // The directory comes along as it is.
        let bare = Options { sealing: None, directory: DirectoryPolicy::default(), ..options.clone() };
        let store = Self::create(url, county, &bare)?;
        let done = folder.in_one_moment(|moment| store.fill_from(folder, &moment));
        if let Err(fault) = done {
            store.link.rollback();
            // As if nothing had been begun.
            let _ = store.link.execute("DELETE FROM log WHERE county = @county", &[]);
            return Err(fault);
        }
        drop(store);
        Self::open(url, Some(county), options)
    }

    fn fill_from(&self, folder: &SqliteStore, moment: &Moment) -> Result<(), Fault> {
        self.link.begin()?;
        for table in &folder.tables_to_copy()? {
            let mut rows = Filler::new(&self.link, table, true);
            folder.each_line(table, &mut |line| rows.add(line))?;
            rows.end()?;
        }
        self.link.execute("UPDATE log SET end_seq = $1 WHERE county = @county", &[moment.cut.0.into()])?;
        let tail = crate::audit::Tail::read(&self.link)?;
        if (tail.seq, tail.hash) != (moment.tail.seq, moment.tail.hash) {
            return Err(Fault::new("STORE-0802").with("folder", &self.link.shown));
        }
        self.verify()?;
        self.link.commit()
    }
}
