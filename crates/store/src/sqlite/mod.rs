//! The embedded store: one SQLite file, `qianmo.db`, in the data folder.
//!
//! WAL mode with full synchronisation: when an append returns, its pages are on the disk. Reading goes on beside
//! a writer of another process. The folder, copied while no process has it open, is a backup.

mod append;
mod backup;
mod fault;
mod link;
mod migrations;
mod read;

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;
use qianmo_core::{Area, AreaTree, Fault, RecordId, SubjectId};
use rusqlite::{Connection, OpenFlags};

use crate::accounts::{Accounts, AccountsMut};
use crate::arrivals::{Arrivals, ArrivalsMut};
use crate::audit::{self, Anchor, Audited, Hash, Trail};
use crate::backup::{FILE, Manifest};
use crate::clock::now_ms;
use crate::directory::{self, Directory, Keeper, Plan};
use crate::drafts::{Drafts, DraftsMut};
use crate::filings::{Filings, FilingsMut};
use crate::row::{Appended, Cut, Row, RowRef, Scan, Submission};
use crate::seal::Keyed;
use crate::sight::Masks;
use crate::tables::Tables;
use crate::words::Words;
use crate::{Options, Store, areas, seal};
use fault::named;
use link::Link;

/// Bytes of a page. Chosen with the cache by measurement: twice the default's write rate.
const PAGE_SIZE: i64 = 8192;
/// Page cache, in KiB.
const CACHE_KIB: i64 = 64 * 1024;
/// Statements kept prepared; the driver's own sixteen are fewer than one request uses.
const STATEMENTS: usize = 128;
/// Pages of write-ahead log before it is folded into the file.
const CHECKPOINT_PAGES: i64 = 8000;

/// A data folder, open.
#[derive(Debug)]
pub struct SqliteStore {
    link: Link,
    keyed: Keyed,
    hash: Hash,
    words: RefCell<Arc<Words>>,
    masks: Masks,
    plan: Plan,
}

impl SqliteStore {
    /// Opens the data folder `dir`; one made by an older version is brought up to date.
    ///
    /// Errors: `STORE-0001` no data folder there, `STORE-0003` made by a newer version, `STORE-0004` locked,
    /// `STORE-0005` damaged.
    pub fn open(dir: &Path) -> Result<Self, Fault> {
        Self::open_with(dir, &Options::default())
    }

    /// Opens a data folder with options; errors as [`SqliteStore::open`].
    pub fn open_with(dir: &Path, options: &Options) -> Result<Self, Fault> {
        let file = dir.join(FILE);
        if !file.is_file() {
            return Err(Fault::new("STORE-0001").with("folder", dir.display()));
        }
        Self::connect(file, options)
    }

    /// Makes a new data folder at `dir`, which may exist but may hold no data yet.
    ///
    /// Errors: `STORE-0002` there is one already, `STORE-0007` the folder can't be made.
    pub fn create(dir: &Path) -> Result<Self, Fault> {
        Self::create_with(dir, &Options::default())
    }

    /// Makes a data folder with options; errors as [`SqliteStore::create`].
    pub fn create_with(dir: &Path, options: &Options) -> Result<Self, Fault> {
        let file = dir.join(FILE);
        if file.exists() {
            return Err(Fault::new("STORE-0002").with("folder", dir.display()));
        }
        std::fs::create_dir_all(dir).map_err(|error| Fault::new("STORE-0007").with("file", dir.display()).with("why", error))?;
        Self::connect(file, options)
    }

    fn connect(file: PathBuf, options: &Options) -> Result<Self, Fault> {
        let open = || {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags(&file, flags)?;
            connection.busy_timeout(options.wait)?;
            connection.set_prepared_statement_cache_capacity(STATEMENTS);
            connection.pragma_update(None, "page_size", PAGE_SIZE)?;
            Ok(connection)
        };
        let mut connection = open().map_err(named(&file))?;
        migrations::check_version(&connection, &file)?;
        let set = |connection: &Connection| {
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
            connection.pragma_update(None, "temp_store", "MEMORY")?;
            connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
            connection.pragma_update(None, "journal_size_limit", CHECKPOINT_PAGES * PAGE_SIZE)
        };
        set(&connection).map_err(named(&file))?;
        migrations::migrate(&mut connection, &file)?;
        if let Some(bytes) = options.bytes_max {
            let pages = i64::try_from(bytes).unwrap_or(i64::MAX) / PAGE_SIZE;
            connection.pragma_update(None, "max_page_count", pages).map_err(named(&file))?;
        }
        let link = Link { connection, file };
        let keyed = Keyed::new(&link, options.sealing.as_ref())?;
        let plan = Plan::new(&options.directory, options.sealing.as_ref());
        let store = Self { link, keyed, hash: options.hash, words: RefCell::default(), masks: options.all_masks(), plan };
        audit::adopt(&store.link, &store, store.hash, now_ms())?;
        directory::keep(&store.keeper())?;
        Ok(store)
    }
}

impl SqliteStore {
    fn tables(&self) -> Tables<'_> {
        Tables { db: &self.link, sealing: self.keyed.sealing(), hash: self.hash }
    }

    fn keeper(&self) -> Keeper<'_> {
        Keeper { tables: self.tables(), plan: &self.plan, dialect: read::DIALECT, store: self }
    }
}

impl Store for SqliteStore {
    fn append_group(&mut self, group: &[Submission<'_>]) -> Result<Vec<Result<Appended, Fault>>, Fault> {
        self.write_group(group)
    }

    fn cut(&self) -> Result<Cut, Fault> {
        read::cut(&self.link.connection).map_err(named(&self.link.file))
    }

    fn record(&self, id: RecordId) -> Result<Option<Row>, Fault> {
        let mut found = self.rows("WHERE r.id = ?", [id.0.as_bytes()])?;
        Ok(found.pop())
    }

    fn history(&self, id: RecordId) -> Result<Vec<Row>, Fault> {
        self.rows(read::CHAIN, [id.0.as_bytes()])
    }

    fn records_of(&self, subject: SubjectId) -> Result<Vec<Row>, Fault> {
        self.rows("WHERE r.subject = ? ORDER BY r.seq", [subject.0.as_bytes()])
    }

    fn records_of_many(&self, subjects: &[SubjectId], forms: Option<&[&str]>) -> Result<Vec<Row>, Fault> {
        let of_forms = self.of_forms(forms)?;
        if let [only] = subjects {
            return self.rows(&format!("WHERE r.subject = ?{of_forms} ORDER BY r.seq"), [only.0.as_bytes()]);
        }
        let among = read::DIALECT.ids_in("r.subject", 1).replace('$', "?");
        self.rows(&format!("WHERE {among}{of_forms} ORDER BY r.seq"), [directory::id_list(subjects.iter().copied())])
    }

    fn first_of(&self, subject: SubjectId) -> Result<Option<Row>, Fault> {
        let first = "WHERE r.seq = (SELECT min(f.seq) FROM record f WHERE f.subject = ?)";
        Ok(self.rows(first, [subject.0.as_bytes()])?.pop())
    }

    fn find(&self, index: &str, value: &str) -> Result<Vec<Row>, Fault> {
        self.in_force_at(&seal::positions(&self.link, self.keyed.sealing(), index, value)?)
    }

    fn scan(&self, what: &Scan<'_>, each: &mut dyn FnMut(&RowRef<'_>) -> Result<(), Fault>) -> Result<Cut, Fault> {
        self.scan_in_force(what, each)
    }

    fn scan_log(&self, since: Cut, each: &mut dyn FnMut(&RowRef<'_>) -> Result<(), Fault>) -> Result<Cut, Fault> {
        self.scan_all(since, each)
    }

    fn scan_changes(&self, what: &Scan<'_>, each: &mut dyn FnMut(&RowRef<'_>) -> Result<(), Fault>) -> Result<Cut, Fault> {
        self.scan_everything(what, each)
    }

    fn masks(&self) -> &Masks {
        &self.masks
    }

    fn directory(&self) -> Result<Directory<'_>, Fault> {
        Ok(Directory::new(self.tables(), &self.plan, self.words(false)?, read::DIALECT))
    }

    fn rebuild_directory(&mut self) -> Result<u64, Fault> {
        self.keyed.check()?;
        directory::rebuild(&self.keeper())
    }

    fn areas(&self) -> Result<AreaTree, Fault> {
        areas::tree(&self.link)
    }

    fn put_areas(&mut self, areas: &[Area]) -> Result<(), Fault> {
        areas::put(&self.tables(), areas)
    }

    fn setting(&self, key: &str) -> Result<Option<String>, Fault> {
        areas::setting(&self.link, key)
    }

    fn set_setting(&mut self, key: &str, value: &str) -> Result<(), Fault> {
        areas::change_setting(&self.tables(), key, value)
    }

    fn secret(&mut self) -> Result<String, Fault> {
        areas::secret(&self.link, self.keyed.sealing())
    }

    fn accounts(&self) -> Accounts<'_> {
        Accounts::new(self.tables())
    }

    fn accounts_mut(&mut self) -> AccountsMut<'_> {
        AccountsMut::new(self.tables())
    }

    fn arrivals(&self) -> Arrivals<'_> {
        Arrivals::new(self.tables())
    }

    fn arrivals_mut(&mut self) -> ArrivalsMut<'_> {
        ArrivalsMut::new(self.tables())
    }

    fn filings(&self) -> Filings<'_> {
        Filings::new(self.tables())
    }

    fn filings_mut(&mut self) -> FilingsMut<'_> {
        FilingsMut::new(self.tables())
    }

    fn drafts(&self) -> Drafts<'_> {
        Drafts::new(self.tables())
    }

    fn drafts_mut(&mut self) -> DraftsMut<'_> {
        DraftsMut::new(self.tables())
    }

    fn trail(&self, what: &Trail<'_>) -> Result<Vec<Audited>, Fault> {
        audit::entries(&self.link, self.keyed.sealing(), what)
    }

    fn backup(&self, dest: &Path) -> Result<Manifest, Fault> {
        self.back_up(dest)
    }

    fn anchor(&mut self, day: Date) -> Result<Anchor, Fault> {
        audit::anchor(&self.link, day)
    }

    fn verify_with(&self, anchors: &[Anchor]) -> Result<(), Fault> {
        let file = &self.link.file;
        let answer: String = self.link.connection.query_row("PRAGMA integrity_check(1)", (), |row| row.get(0)).map_err(named(file))?;
        if answer != "ok" {
            return Err(fault::damaged(file));
        }
        audit::verify(&self.link, self, anchors)
    }
}
