//! A data folder opened: store, packs and areas, and the columns made from them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use qianmo_analytics::Columns;
use qianmo_core::pack::Packs;
use qianmo_core::{AreaCode, AreaKind, AreaTree, Fault};
use qianmo_store::{Cut, SqliteStore, Store};

use crate::failure::Failure;

static EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/packs.rs"));

/// Texts of the packs in a folder, or of those in the binary.
///
/// Errors: `CLI-0101` when a file can't be read.
pub(crate) fn pack_files(dir: Option<&Path>) -> Result<Vec<(String, String)>, Fault> {
    let Some(dir) = dir else {
        return Ok(EMBEDDED.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect());
    };
    let unreadable = |path: &Path, e: &std::io::Error| Fault::new("CLI-0101").with("file", path.display()).with("reason", e);
    let mut files = Vec::new();
    let mut todo: Vec<PathBuf> = vec![dir.to_owned()];
    while let Some(at) = todo.pop() {
        for entry in std::fs::read_dir(&at).map_err(|e| unreadable(&at, &e))? {
            let path = entry.map_err(|e| unreadable(&at, &e))?.path();
            if path.is_dir() {
                todo.push(path);
            } else {
                let text = std::fs::read_to_string(&path).map_err(|e| unreadable(&path, &e))?;
                let name = path.strip_prefix(dir).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                files.push((name, text));
            }
        }
    }
    files.sort();
    Ok(files)
}

/// The packs, checked; with faults they are not used.
pub(crate) fn load_packs(dir: Option<&Path>) -> Result<Arc<Packs>, Failure> {
    let loaded = qianmo_packs::load(&pack_files(dir)?);
    if loaded.faults.is_empty() { Ok(Arc::new(loaded.packs)) } else { Err(loaded.faults.into()) }
}

/// An open data folder.
pub(crate) struct Folder {
    pub(crate) store: SqliteStore,
    pub(crate) packs: Arc<Packs>,
    pub(crate) areas: Arc<AreaTree>,
}

impl Folder {
    pub(crate) fn open(dir: &Path, packs: Option<&Path>) -> Result<Self, Failure> {
        let packs = load_packs(packs)?;
        let store = crate::keys::open(dir, &packs)?;
        let areas = Arc::new(store.areas()?);
        Ok(Self { store, packs, areas })
    }

    /// The area asked for, or the township (or what stands highest) that the folder is about.
    pub(crate) fn area(&self, asked: Option<AreaCode>) -> Result<AreaCode, Fault> {
        if let Some(code) = asked {
            return self.areas.require(code).map(|area| area.code);
        }
        let mut at = self.areas.roots().next().ok_or_else(|| Fault::new("CLI-0201"))?;
        while let ([only], true) = (self.areas.children(at.code), at.kind < AreaKind::Township) {
            at = self.areas.require(*only)?;
        }
        Ok(at.code)
    }

    /// Columns of all records in force as of a cut, and that cut.
    pub(crate) fn columns(&self, cut: Option<i64>) -> Result<(Columns, Cut), Fault> {
        qianmo_figures::columns(&self.store, &self.packs, &self.areas, cut.map(Cut))
    }
}

/// Writes a file, its folder made if need be.
///
/// Errors: `CLI-0102` when it can't be written.
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    let failed = |e: std::io::Error| Fault::new("CLI-0102").with("file", path.display()).with("reason", e);
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        std::fs::create_dir_all(parent).map_err(failed)?;
    }
    std::fs::write(path, bytes).map_err(failed)
}

/// Reads a file.
///
/// Errors: `CLI-0101` when it can't be read.
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, Fault> {
    std::fs::read(path).map_err(|e| Fault::new("CLI-0101").with("file", path.display()).with("reason", e))
}
