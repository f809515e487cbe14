//! Drafts: what somebody has begun and not finished, kept for them alone.
//!
//! A form half filled, a summary being edited: the text is the owner's, nobody else reads it, it enters no number and no list. Title and text are
//! sealed where there are keys. Saving a draft isn't noted in the audit chain: what is written from it later is.
//! Each saving gives the draft another mark; who saves says which one they had before them, so that two windows don't overwrite one another.

use std::fmt;

use qianmo_core::Fault;

use crate::accounts::{AccountName, random};
use crate::db::{Cell, Line, read};
use crate::seal::{open_text, stored_text};
use crate::tables::Tables;

/// The most drafts of an account.
pub const DRAFTS_MAX: u32 = 200;

/// A draft without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What it is a draft of, in the words of who keeps it.
    pub kind: String,
    /// Which one of these.
    pub key: String,
    /// What it is called in lists.
    pub title: String,
    /// When it was saved, UTC, milliseconds since 1970.
    pub saved_at: i64,
    /// Another at each saving.
    pub mark: i64,
}

/// A draft to be saved.
#[derive(Debug, Clone, Copy)]
pub struct NewDraft<'a> {
    /// What it is a draft of.
    pub kind: &'a str,
    /// Which one of these.
    pub key: &'a str,
    /// What it is called in lists.
    pub title: &'a str,
    /// Any text.
    pub body: &'a str,
    /// The mark of the draft that it takes the place of; nothing when there was none.
    pub over: Option<i64>,
}

/// Reads drafts.
#[derive(Clone, Copy)]
pub struct Drafts<'a> {
    tables: Tables<'a>,
}

/// Writes drafts.
pub struct DraftsMut<'a> {
    tables: Tables<'a>,
}

impl fmt::Debug for Drafts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drafts").finish_non_exhaustive()
    }
}

impl fmt::Debug for DraftsMut<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DraftsMut").finish_non_exhaustive()
    }
}

fn draft(line: &Line) -> Result<Draft, ()> {
    Ok(Draft {
        kind: line.text(0)?.to_owned(),
        key: line.text(1)?.to_owned(),
        title: line.text(2)?.to_owned(),
        saved_at: line.int(3)?,
        mark: line.int(4)?,
    })
}

/// What binds sealed text to its draft.
fn context(owner: &AccountName, kind: &str, key: &str) -> Vec<u8> {
    format!("draft {owner} {kind} {key}").into_bytes()
}

impl<'a> Drafts<'a> {
    pub(crate) fn new(tables: Tables<'a>) -> Self {
        Self { tables }
    }

    /// Somebody's drafts, by kind and key.
    ///
    /// Errors: `STORE-0301` titles are sealed and the key isn't there.
    pub fn list(&self, owner: &AccountName) -> Result<Vec<Draft>, Fault> {
        let sql = "SELECT kind, name, title, saved_at, mark FROM draft WHERE county = @county AND worker = $1 ORDER BY kind, name";
        let mut drafts = read(self.tables.db, &self.tables.db.query(sql, &[owner.as_str().into()])?, draft)?;
        for draft in &mut drafts {
            draft.title = open_text(self.tables.sealing, &context(owner, &draft.kind, &draft.key), &draft.title)?;
        }
        Ok(drafts)
    }

    /// One of somebody's drafts with its text.
    ///
    /// Errors: `STORE-0301` it is sealed and the key isn't there.
    pub fn draft(&self, owner: &AccountName, kind: &str, key: &str) -> Result<Option<(Draft, String)>, Fault> {
        let sql =
            "SELECT kind, name, title, saved_at, mark, body FROM draft WHERE county = @county AND worker = $1 AND kind = $2 AND name = $3";
        let lines = self.tables.db.query(sql, &[owner.as_str().into(), kind.into(), key.into()])?;
        let found = read(self.tables.db, &lines, |line| Ok((draft(line)?, line.text(5)?.to_owned())))?.pop();
        let Some((mut draft, body)) = found else { return Ok(None) };
        let context = context(owner, kind, key);
        draft.title = open_text(self.tables.sealing, &context, &draft.title)?;
        Ok(Some((draft, open_text(self.tables.sealing, &context, &body)?)))
    }

    fn mark(&self, owner: &AccountName, kind: &str, key: &str) -> Result<Option<i64>, Fault> {
        let sql = "SELECT mark FROM draft WHERE county = @county AND worker = $1 AND kind = $2 AND name = $3";
        let lines = self.tables.db.query(sql, &[owner.as_str().into(), kind.into(), key.into()])?;
        Ok(read(self.tables.db, &lines, |line| line.int(0))?.pop())
    }
}

impl<'a> DraftsMut<'a> {
    pub(crate) fn new(tables: Tables<'a>) -> Self {
        Self { tables }
    }

    /// Saves a draft; its new mark.
    ///
    /// Errors: `STORE-0901` there is another than the one it is to take the place of, `STORE-0902` there are as many as an account may have.
    pub fn save(&mut self, owner: &AccountName, at: i64, new: &NewDraft<'_>) -> Result<i64, Fault> {
        self.tables.audited(|| {
            let held = self.read().mark(owner, new.kind, new.key)?;
            if held != new.over {
                return Err(Fault::new("STORE-0901").with("kind", new.kind).with("key", new.key));
            }
            let own: Cell = owner.as_str().into();
            if held.is_none() {
                let sql = "SELECT count(*) FROM draft WHERE county = @county AND worker = $1";
                let lines = self.tables.db.query(sql, std::slice::from_ref(&own))?;
                let count = read(self.tables.db, &lines, |line| line.int(0))?.pop().unwrap_or(0);
                if count >= i64::from(DRAFTS_MAX) {
                    return Err(Fault::new("STORE-0902").with("max", DRAFTS_MAX));
                }
            }
            // Positive, and different from any before it: a draft that was deleted and begun anew isn't the old one.
            let mark = i64::from_be_bytes(random()?) & i64::MAX;
            let context = context(owner, new.kind, new.key);
            let sealed = |text: &str| Cell::Text(stored_text(self.tables.sealing, &context, text));
            let values = [own, new.kind.into(), new.key.into(), sealed(new.title), sealed(new.body), at.into(), mark.into()];
            let sql = "INSERT INTO draft (county, worker, kind, name, title, body, saved_at, mark) VALUES (@county, $1, $2, $3, $4, $5, $6, $7) \
                       ON CONFLICT (county, worker, kind, name) DO UPDATE SET title = excluded.title, body = excluded.body, \
                       saved_at = excluded.saved_at, mark = excluded.mark";
            self.tables.db.execute(sql, &values)?;
            Ok((mark, None))
        })
    }

    /// Deletes a draft: the one with this mark, or whichever is there. Tells whether there was one.
    ///
    /// Errors: `STORE-0901` there is another than the one that was meant.
    pub fn delete(&mut self, owner: &AccountName, kind: &str, key: &str, meant: Option<i64>) -> Result<bool, Fault> {
        self.tables.audited(|| {
            let held = self.read().mark(owner, kind, key)?;
            if held.is_some() && meant.is_some() && held != meant {
                return Err(Fault::new("STORE-0901").with("kind", kind).with("key", key));
            }
            let sql = "DELETE FROM draft WHERE county = @county AND worker = $1 AND kind = $2 AND name = $3";
            self.tables.db.execute(sql, &[owner.as_str().into(), kind.into(), key.into()])?;
            Ok((held.is_some(), None))
        })
    }

    fn read(&self) -> Drafts<'a> {
        Drafts { tables: self.tables }
    }
}
