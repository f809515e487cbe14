//! The key file: TOML with one or more keys, the newest of which seals; the others open what they once sealed.
//!
//! It stands outside the data folder, readable only by its owner. Without it sealed values are lost for good: it has to be kept
//! with as much care as the data, in another place.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use qianmo_core::Fault;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize as _, Zeroizing};

use super::cipher::{Key, Suite};

/// The number of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub u32);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Keys, ready for use.
pub struct Keys {
    current: KeyId,
    keys: BTreeMap<KeyId, Key>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("current", &self.current).field("ids", &self.keys.keys().collect::<Vec<_>>()).finish()
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    key: Vec<FileKey>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileKey {
    id: u32,
    suite: String,
    secret: String,
}

impl Drop for FileKey {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

const HEAD: &str = "# 阡陌数据密钥。没有它，加密的内容永远读不出来：请另存一份，与数据备份分开保管，不要放进数据目录。\n\
                    # 编号最大的密钥用于写入，其余只用于读以前的内容；一个也不能删。\n\n";

impl Keys {
    /// Reads a key file.
    ///
    /// Errors: `STORE-0303` there is none, `STORE-0304` it can't be understood, `STORE-0305` others may read it.
    pub fn load(path: &Path) -> Result<Self, Fault> {
        let file = read(path)?;
        let mut keys = BTreeMap::new();
        for FileKey { id, suite, secret } in &file.key {
            let suite = Suite::from_word(suite);
            let secret = STANDARD_NO_PAD.decode(secret.as_bytes()).ok().map(Zeroizing::new).filter(|secret| secret.len() >= 32);
            let (Some(suite), Some(secret)) = (suite, secret) else { return Err(unreadable(path)) };
            if keys.insert(KeyId(*id), Key::new(KeyId(*id), suite, &secret)).is_some() {
                return Err(unreadable(path));
            }
        }
        let current = keys.keys().next_back().copied().ok_or_else(|| unreadable(path))?;
        Ok(Self { current, keys })
    }

    /// Makes a key file with one new key, readable only by its owner.
    ///
    /// Errors: `STORE-0306` there is a file already, `STORE-0007` it can't be written.
    pub fn create(path: &Path, suite: Suite) -> Result<Self, Fault> {
        if path.exists() {
            return Err(Fault::new("STORE-0306").with("file", path.display()));
        }
        write(path, &File { key: vec![new_key(1, suite)?] })?;
        Self::load(path)
    }

    /// Adds a new key, which seals from now on; what older keys sealed stays readable with them.
    ///
    /// Errors: as [`Keys::load`], and `STORE-0007` when it can't be written.
    pub fn rotate(path: &Path, suite: Suite) -> Result<Self, Fault> {
        let mut file = read(path)?;
        let last = file.key.iter().map(|key| key.id).max().unwrap_or(0);
        file.key.push(new_key(last + 1, suite)?);
        write(path, &file)?;
        Self::load(path)
    }

    pub(super) fn current(&self) -> &Key {
        &self.keys[&self.current]
    }

    pub(super) fn get(&self, id: KeyId) -> Option<&Key> {
        self.keys.get(&id)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Key> {
        self.keys.values()
    }
}

fn unreadable(path: &Path) -> Fault {
    Fault::new("STORE-0304").with("file", path.display())
}

fn refused(path: &Path, why: &dyn fmt::Display) -> Fault {
    Fault::new("STORE-0007").with("file", path.display()).with("why", why)
}

fn read(path: &Path) -> Result<File, Fault> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(Fault::new("STORE-0303").with("file", path.display())),
        Err(error) => return Err(refused(path, &error)),
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(path).map_err(|error| refused(path, &error))?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(Fault::new("STORE-0305").with("file", path.display()));
        }
    }
    toml::from_str(&text).map_err(|_| unreadable(path))
}

fn new_key(id: u32, suite: Suite) -> Result<FileKey, Fault> {
    let mut secret = Zeroizing::new([0_u8; 32]);
    getrandom::fill(&mut *secret).map_err(|error| Fault::new("STORE-0007").with("file", "random").with("why", error))?;
    Ok(FileKey { id, suite: suite.word().to_owned(), secret: STANDARD_NO_PAD.encode(*secret) })
}

/// Writes the file beside and moves it there, so that a power cut leaves the old one or the new one.
fn write(path: &Path, file: &File) -> Result<(), Fault> {
    let text = Zeroizing::new(format!("{HEAD}{}", toml::to_string(file).map_err(|error| refused(path, &error))?));
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = Path::new(&beside);
    let put = || -> std::io::Result<()> {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let mut out = options.open(beside)?;
        out.write_all(text.as_bytes())?;
        out.sync_all()?;
        std::fs::rename(beside, path)?;
        // The folder's entry, too, must be on the disk before anything is sealed with the key.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::File::open(folder)?.sync_all()
    };
    put().map_err(|error| refused(path, &error))
}
