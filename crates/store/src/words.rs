//! Names by their numbers: forms, kinds of subject, workers and devices stand in records as small numbers.

use std::collections::HashMap;
use std::sync::Arc;

use qianmo_core::Fault;

use crate::db::{Db, read};
use crate::seal::{Sealing, open_word};

/// The names of a log; numbers are small and dense.
#[derive(Debug, Default, Clone)]
pub(crate) struct Words {
    texts: Vec<Option<Word>>,
    numbers: HashMap<Arc<str>, i64>,
}

#[derive(Debug, Clone)]
struct Word {
    text: Arc<str>,
    stored: Arc<str>,
}

impl Words {
    /// All names written so far.
    pub(crate) fn read(db: &dyn Db, sealing: Option<&Sealing>) -> Result<Self, Fault> {
        let lines = db.query("SELECT id, text FROM word WHERE county = @county", &[])?;
        let mut words = Self::default();
        for (number, stored) in read(db, &lines, |line| Ok((line.int(0)?, line.text(1)?.to_owned())))? {
            words.insert(number, open_word(sealing, &stored).into(), stored.into());
        }
        Ok(words)
    }

    /// Whether these are all the names there are: none is ever taken away, so the last number tells.
    pub(crate) fn is_current(&self, db: &dyn Db) -> Result<bool, Fault> {
        let lines = db.query("SELECT max(id) FROM word WHERE county = @county", &[])?;
        let last = read(db, &lines, |line| line.int_or(0))?.pop().flatten();
        Ok(!self.is_empty() && last == Some(self.next() - 1))
    }

    pub(crate) fn insert(&mut self, number: i64, text: Arc<str>, stored: Arc<str>) {
        let at = usize::try_from(number).unwrap_or(0);
        self.texts.resize(self.texts.len().max(at + 1), None);
        self.texts[at] = Some(Word { text: text.clone(), stored });
        self.numbers.insert(text, number);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// The name with this number.
    pub(crate) fn text(&self, number: i64) -> Option<&Arc<str>> {
        Some(&self.texts.get(usize::try_from(number).ok()?)?.as_ref()?.text)
    }

    /// The name with this number as it is stored, maybe sealed.
    pub(crate) fn stored(&self, number: i64) -> Option<&Arc<str>> {
        Some(&self.texts.get(usize::try_from(number).ok()?)?.as_ref()?.stored)
    }

    /// The number of a name.
    pub(crate) fn number(&self, text: &str) -> Option<i64> {
        self.numbers.get(text).copied()
    }

    /// The number that the next new name gets.
    pub(crate) fn next(&self) -> i64 {
        i64::try_from(self.texts.len().max(1)).unwrap_or(i64::MAX)
    }
}
