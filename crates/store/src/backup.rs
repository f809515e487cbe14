//! Backups: a folder with a whole data file, `qianmo.db`, and `manifest.toml`, which says what is in it and how it can be checked.
//!
//! A backup is the same from either database, so a county can also move with it: from a folder to PostgreSQL and back. It is of one moment,
//! while writing goes on. Keys are never in it: whoever restores sealed data needs the key file, kept elsewhere.
//! The audit chain isn't told of backups here; who asks for one notes it as [`crate::Deed::Export`].
//!
//! Here: the manifest, restoring, and copying tables from any store to any other. `sqlite/backup.rs` and `postgres/backup.rs` do their part.

use std::fmt;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use jiff::civil::date;
use qianmo_core::Fault;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::audit::{Anchor, Tail};
use crate::db::{Cell, Db, Line, read};
use crate::row::Cut;
use crate::{SqliteStore, Store};

/// Name of the data file in a backup, as in a data folder.
pub(crate) const FILE: &str = "qianmo.db";
const MANIFEST: &str = "manifest.toml";
/// The version of backups.
const FORMAT: u32 = 1;
const HEAD: &str = "# 阡陌数据备份。恢复：qianmo restore。密钥不在备份里，请另外保管。\n\n";

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// When it was made, UTC, milliseconds since 1970.
    pub made_at: i64,
    /// The position after its last record.
    pub cut: Cut,
    /// Entries of the audit chain.
    pub entries: i64,
    /// The hash of the last of them.
    pub chain: [u8; 32],
    /// SHA-256 of the data file.
    pub sha256: [u8; 32],
    /// Bytes of the data file.
    pub bytes: u64,
    /// Numbers of the keys that its sealed contents want.
    pub keys: Vec<u32>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    format: u32,
    made_at: i64,
    cut: i64,
    entries: i64,
    chain: String,
    sha256: String,
    bytes: u64,
    keys: Vec<u32>,
}

/// What was read from the data in the same moment as the data itself.
pub(crate) struct Moment {
    pub(crate) cut: Cut,
    pub(crate) tail: Tail,
    pub(crate) keys: Vec<u32>,
}

impl Moment {
    /// Of a connection inside a transaction that sees one moment.
    pub(crate) fn of(db: &dyn Db, cut: Cut) -> Result<Self, Fault> {
        let keys = db.query("SELECT key FROM setting WHERE county = @county AND key LIKE 'key.%' ORDER BY key", &[])?;
        let mut keys = read(db, &keys, |line| line.text(0)?.trim_start_matches("key.").parse().map_err(|_| ()))?;
        keys.sort_unstable();
        Ok(Self { cut, tail: Tail::read(db)?, keys })
    }
}

/// The folder of a backup to be made: there is nothing in it yet.
///
/// Errors: `STORE-0002` there is something, `STORE-0007` it can't be made.
pub(crate) fn prepare(dest: &Path) -> Result<PathBuf, Fault> {
    std::fs::create_dir_all(dest).map_err(refused(dest))?;
    if std::fs::read_dir(dest).map_err(refused(dest))?.next().is_some() {
        return Err(Fault::new("STORE-0002").with("folder", dest.display()));
    }
    Ok(dest.join(FILE))
}

/// Ends a backup: hashes the data file, makes it durable and writes the manifest, without which it is none.
pub(crate) fn finish(dest: &Path, moment: Moment, made_at: i64) -> Result<Manifest, Fault> {
    let (sha256, bytes) = digest(&dest.join(FILE))?;
    let Moment { cut, tail, keys } = moment;
    let manifest = Manifest { made_at, cut, entries: tail.seq, chain: tail.hash, sha256, bytes, keys };
    let written = Written {
        format: FORMAT,
        made_at,
        cut: cut.0,
        entries: tail.seq,
        chain: hex(&manifest.chain),
        sha256: hex(&manifest.sha256),
        bytes,
        keys: manifest.keys.clone(),
    };
    let path = dest.join(MANIFEST);
    let text = toml::to_string(&written).map_err(refused(&path))?;
    let put = || -> std::io::Result<()> {
        let mut file = std::fs::File::create(&path)?;
        file.write_all(format!("{HEAD}{text}").as_bytes())?;
        file.sync_all()?;
        std::fs::File::open(dest)?.sync_all()
    };
    put().map_err(refused(&path))?;
    Ok(manifest)
}

impl Manifest {
    /// Reads the manifest of a backup; the data file isn't looked at.
    ///
    /// Errors: `STORE-0801` there is no backup, or one of a newer version.
    pub fn read(backup: &Path) -> Result<Self, Fault> {
        let none = |why: &dyn fmt::Display| Fault::new("STORE-0801").with("folder", backup.display()).with("why", why);
        let text = std::fs::read_to_string(backup.join(MANIFEST)).map_err(|error| none(&error))?;
        let written: Written = toml::from_str(&text).map_err(|error| none(&error.message()))?;
        let (Some(chain), Some(sha256)) = (unhex(&written.chain), unhex(&written.sha256)) else { return Err(none(&MANIFEST)) };
        if written.format != FORMAT {
            return Err(none(&format_args!("{MANIFEST}: format {}", written.format)));
        }
        let Written { made_at, cut, entries, bytes, keys, .. } = written;
        Ok(Self { made_at, cut: Cut(cut), entries, chain, sha256, bytes, keys })
    }
}

/// Makes a data folder from a backup. It appears only when all of it was copied and checked: the file byte by byte against the manifest, then log
/// and audit chain as [`Store::verify`] does. Needs no keys.
///
/// Errors: `STORE-0801` no backup, `STORE-0802` not what was backed up, `STORE-0002` `dest` holds something, `STORE-0007` it can't be written, and those
/// of [`Store::verify`].
pub fn restore(backup: &Path, dest: &Path) -> Result<Manifest, Fault> {
    let manifest = Manifest::read(backup)?;
    if dest.exists() {
        prepare(dest)?;
    }
    let mut beside = dest.as_os_str().to_owned();
    beside.push(".restoring");
    let beside = PathBuf::from(beside);
    if beside.exists() {
        // Left by a restoring that was broken off; nothing in it was ever used.
        std::fs::remove_dir_all(&beside).map_err(refused(&beside))?;
    }
    let done = restore_beside(backup, &manifest, &beside).and_then(|()| {
        let put = || -> std::io::Result<()> {
            if dest.exists() {
                std::fs::remove_dir(dest)?;
            }
            std::fs::rename(&beside, dest)?;
            let parent = dest.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
            std::fs::File::open(parent)?.sync_all()
        };
        put().map_err(refused(dest))
    });
    if done.is_err() {
        // The fault tells more than a second one about tidying up.
        let _ = std::fs::remove_dir_all(&beside);
    }
    done.map(|()| manifest)
}

fn restore_beside(backup: &Path, manifest: &Manifest, beside: &Path) -> Result<(), Fault> {
    let altered = || Fault::new("STORE-0802").with("folder", backup.display());
    let from = backup.join(FILE);
    let to = beside.join(FILE);
    std::fs::create_dir_all(beside).map_err(refused(beside))?;
    match std::fs::copy(&from, &to) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(altered()),
        Err(error) if error.kind() == std::io::ErrorKind::StorageFull => return Err(Fault::new("STORE-0006").with("file", to.display())),
        done => done.map_err(refused(&to))?,
    };
    std::fs::set_permissions(&to, writable(&to)?).map_err(refused(&to))?;
    // The copy is hashed, not what it was copied from: so it is what was written that is known to be right.
    if digest(&to)? != (manifest.sha256, manifest.bytes) {
        return Err(altered());
    }
    let store = SqliteStore::open(beside)?;
    check(&store, manifest)?;
    if store.end_of_chain()?.seq != manifest.entries || store.cut()? != manifest.cut {
        return Err(altered());
    }
    Ok(())
}

/// Checks a store against what a manifest says of log and chain.
pub(crate) fn check(store: &dyn Store, manifest: &Manifest) -> Result<(), Fault> {
    // The day says nothing here: an anchor is sought by its number.
    store.verify_with(&[Anchor { day: date(1970, 1, 1), seq: manifest.entries, hash: manifest.chain }])
}

/// The owner may write to a copy also when the backup lies on something read-only.
fn writable(path: &Path) -> Result<std::fs::Permissions, Fault> {
    let mut permissions = std::fs::metadata(path).map_err(refused(path))?.permissions();
    #[cfg(unix)]
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o600);
    #[cfg(not(unix))]
    permissions.set_readonly(false);
    Ok(permissions)
}

/// SHA-256 and length of a file, which is on the disk then.
fn digest(path: &Path) -> Result<([u8; 32], u64), Fault> {
    let sum = || -> std::io::Result<([u8; 32], u64)> {
        let mut file = std::fs::File::open(path)?;
        file.sync_all()?;
        let (mut hash, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 20]);
        loop {
            let count = file.read(&mut buffer)?;
            if count == 0 {
                return Ok((hash.finalize().into(), bytes));
            }
            hash.update(&buffer[..count]);
            bytes += count as u64;
        }
    };
    sum().map_err(refused(path))
}

fn hex(bytes: &[u8; 32]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).ok()?;
    }
    Some(bytes)
}

pub(crate) fn refused<E: fmt::Display>(path: &Path) -> impl Fn(E) -> Fault {
    move |error| Fault::new("STORE-0007").with("file", path.display()).with("why", error)
}

/// A table as both databases have it, without the county.
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) columns: Vec<String>,
    /// The columns of its key.
    pub(crate) key: Vec<String>,
    /// Whether the data folder's table has a column for the county; on a server every one has.
    pub(crate) county: bool,
}

/// Those that others refer to come first.
const FIRST: [&str; 4] = ["word", "record", "worker", "filing"];

/// The tables of a data folder that is up to date.
pub(crate) fn tables(folder: &dyn Db) -> Result<Vec<Table>, Fault> {
    let lines = folder.query("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name", &[])?;
    let mut tables = Vec::new();
    for name in read(folder, &lines, |line| line.text(0).map(str::to_owned))? {
        let lines = folder.query("SELECT name, pk FROM pragma_table_info($1) ORDER BY cid", &[name.as_str().into()])?;
        let mut columns = read(folder, &lines, |line| Ok((line.text(0)?.to_owned(), line.int(1)?)))?;
        let all = columns.len();
        columns.retain(|(column, _)| column != "county");
        let county = columns.len() < all;
        let mut key: Vec<&(String, i64)> = columns.iter().filter(|(_, place)| *place > 0).collect();
        key.sort_by_key(|(_, place)| *place);
        let key = key.into_iter().map(|(column, _)| column.clone()).collect();
        tables.push(Table { name, key, county, columns: columns.into_iter().map(|(column, _)| column).collect() });
    }
    tables.sort_by_key(|table| FIRST.iter().position(|first| *first == table.name).unwrap_or(FIRST.len()));
    Ok(tables)
}

impl Table {
    /// Every row, in the order of the key.
    pub(crate) fn select(&self, county: bool) -> String {
        let only = if county { "WHERE county = @county" } else { "" };
        let order = if self.key.is_empty() { String::new() } else { format!("ORDER BY {}", self.key.join(", ")) };
        format!("SELECT {} FROM {} {only} {order}", self.columns.join(", "), self.name)
    }

    fn insert(&self, rows: usize, county: bool) -> String {
        let width = self.columns.len();
        let first = if county { "@county, " } else { "" };
        let row = |row: usize| {
            let marks: Vec<String> = (1..=width).map(|column| format!("${}", row * width + column)).collect();
            format!("({first}{})", marks.join(", "))
        };
        let marks: Vec<String> = (0..rows).map(row).collect();
        let named = if county { "county, " } else { "" };
        format!("INSERT INTO {} ({named}{}) VALUES {}", self.name, self.columns.join(", "), marks.join(", "))
    }
}

/// Writes rows of a table.
pub(crate) struct Filler<'a> {
    db: &'a dyn Db,
    table: &'a Table,
    county: bool,
    cells: Vec<Cell>,
}

/// Rows written by one statement.
const ROWS_MAX: usize = 64;

impl<'a> Filler<'a> {
    pub(crate) fn new(db: &'a dyn Db, table: &'a Table, county: bool) -> Self {
        Self { db, table, county, cells: Vec::new() }
    }

    pub(crate) fn add(&mut self, line: Line) -> Result<(), Fault> {
        self.cells.extend(line.cells);
        if self.cells.len() == ROWS_MAX * self.table.columns.len() { self.end() } else { Ok(()) }
    }

    /// Writes what is left.
    pub(crate) fn end(&mut self) -> Result<(), Fault> {
        let width = self.table.columns.len();
        let cells = std::mem::take(&mut self.cells);
        let mut rest = cells.as_slice();
        while !rest.is_empty() {
            // Powers of two, so that few statements are prepared.
            let rows = 1 << (rest.len() / width).ilog2();
            let (now, later) = rest.split_at(rows * width);
            self.db.execute(&self.table.insert(rows, self.county), now)?;
            rest = later;
        }
        Ok(())
    }
}
