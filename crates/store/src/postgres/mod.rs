//! The store of a county: tables in PostgreSQL, every key beginning with the county, so that counties can be spread
//! over machines.
//!
//! A handle is one connection and one county's log. The driver is synchronous; a server keeps one handle for its
//! writer and a few for readers, each on a thread of its own (docs/decisions/0005). A connection that breaks is made
//! again; a group caught by it is written again, which does no harm because writing is idempotent.

mod append;
mod backup;
mod fault;
mod link;
mod migrations;
mod read;
mod tls;

use std::cell::{Cell as Counter, RefCell};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;
use qianmo_core::{Area, AreaCode, AreaTree, Fault, RecordId, SubjectId};

use crate::accounts::{Accounts, AccountsMut};
use crate::arrivals::{Arrivals, ArrivalsMut};
use crate::audit::{self, Anchor, Audited, Hash, Trail};
use crate::backup::Manifest;
use crate::clock::now_ms;
use crate::db::{Db, read as read_lines};
use crate::directory::{self, Directory, Keeper, Plan};
use crate::drafts::{Drafts, DraftsMut};
use crate::filings::{Filings, FilingsMut};
use crate::row::{Appended, Cut, Row, RowRef, Scan, Submission};
use crate::seal::Keyed;
use crate::sight::Masks;
use crate::tables::Tables;
use crate::words::Words;
use crate::{Options, Store, areas, seal};
use link::Link;

/// A county's log in a PostgreSQL database.
pub struct PostgresStore {
    link: Link,
    keyed: Keyed,
    hash: Hash,
    words: RefCell<Arc<Words>>,
    masks: Masks,
    plan: Plan,
    cursors: Counter<u32>,
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").field("database", &self.link.shown).field("county", &self.link.county).finish_non_exhaustive()
    }
}

impl PostgresStore {
    /// Opens the log of a county (any area's code inside it, such as `530523000000`); without one, the only log that
    /// the database has. `url` is what libpq takes: `postgresql://user@host/name` or `host=… user=… dbname=…`; tables stand in
    /// the first schema of its search path. With `sslmode=` and `sslrootcert=` in it the connection is encrypted as libpq would do it: `require`,
    /// `verify-ca`, `verify-full`; without, it isn't. A schema made by an older version is brought up to date.
    ///
    /// Errors: `STORE-0001` no log there (or several, and none was named), `STORE-0003` made by a newer version, `STORE-0008` no
    /// connection within [`Options::wait`], `STORE-0010` what the address says of TLS can't be done, `STORE-0011` the server's certificate isn't trusted.
    pub fn open(url: &str, county: Option<AreaCode>, options: &Options) -> Result<Self, Fault> {
        let mut link = Link::new(url, county.map_or(0, number), options.wait)?;
        migrations::migrate(&link, false)?;
        let lines = link.query("SELECT county FROM log ORDER BY county", &[])?;
        let counties = read_lines(&link, &lines, |line| u32::try_from(line.int(0)?).map_err(|_| ()))?;
        match (county, counties.as_slice()) {
            (Some(_), all) if all.contains(&link.county) => {}
            (None, [only]) => link.county = *only,
            _ => return Err(Fault::new("STORE-0001").with("folder", &link.shown)),
        }
        Self::of(link, options)
    }

    /// Begins the log of a county, and makes the tables where there are none yet.
    ///
    /// Errors: `STORE-0002` the county has a log there, and those of [`PostgresStore::open`].
    pub fn create(url: &str, county: AreaCode, options: &Options) -> Result<Self, Fault> {
        let link = Link::new(url, number(county), options.wait)?;
        migrations::migrate(&link, true)?;
        let new = link.execute("INSERT INTO log (county, end_seq) VALUES (@county, 0) ON CONFLICT (county) DO NOTHING", &[])?;
        if new == 0 {
            return Err(Fault::new("STORE-0002").with("folder", &link.shown));
        }
        Self::of(link, options)
    }

    fn of(link: Link, options: &Options) -> Result<Self, Fault> {
        let keyed = Keyed::new(&link, options.sealing.as_ref())?;
        let plan = Plan::new(&options.directory, options.sealing.as_ref());
        let (words, cursors) = (RefCell::default(), Counter::new(0));
        let store = Self { link, keyed, hash: options.hash, words, masks: options.all_masks(), plan, cursors };
        audit::adopt(&store.link, &store, store.hash, now_ms())?;
        directory::keep(&store.keeper())?;
        Ok(store)
    }

    fn tables(&self) -> Tables<'_> {
        Tables { db: &self.link, sealing: self.keyed.sealing(), hash: self.hash }
    }

    fn keeper(&self) -> Keeper<'_> {
        Keeper { tables: self.tables(), plan: &self.plan, dialect: self.dialect(), store: self }
    }
}

/// The first six digits.
fn number(area: AreaCode) -> u32 {
    u32::try_from(area.number() / 1_000_000).expect("six of twelve digits")
}

impl Store for PostgresStore {
    fn append_group(&mut self, group: &[Submission<'_>]) -> Result<Vec<Result<Appended, Fault>>, Fault> {
        self.write_group(group)
    }

    fn cut(&self) -> Result<Cut, Fault> {
        self.log_end()
    }

    fn record(&self, id: RecordId) -> Result<Option<Row>, Fault> {
        Ok(self.by_id(id)?.pop())
    }

    fn history(&self, id: RecordId) -> Result<Vec<Row>, Fault> {
        self.chain(id)
    }

    fn records_of(&self, subject: SubjectId) -> Result<Vec<Row>, Fault> {
        self.about(subject)
    }

    fn records_of_many(&self, subjects: &[SubjectId], forms: Option<&[&str]>) -> Result<Vec<Row>, Fault> {
        self.about_any(subjects, forms)
    }

    fn first_of(&self, subject: SubjectId) -> Result<Option<Row>, Fault> {
        Ok(self.first_about(subject)?.pop())
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
        Ok(Directory::new(self.tables(), &self.plan, self.words(false)?, self.dialect()))
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
        audit::verify(&self.link, self, anchors)
    }
}
