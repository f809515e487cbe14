//! The due list of one village on one day, and what of it is out of date.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use qianmo_core::schedule::State;
use qianmo_core::{Date, SubjectId};

use crate::{Due, Key};

/// How many are due and how many of these overdue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DueCount {
    /// Due or overdue: lines of the list.
    pub due: u32,
    /// Overdue.
    pub overdue: u32,
}

impl DueCount {
    pub(crate) fn add(&mut self, line: &Due) {
        self.due += 1;
        self.overdue += u32::from(line.item.state == State::Overdue);
    }

    pub(crate) fn plus(&mut self, other: Self) {
        self.due += other.due;
        self.overdue += other.overdue;
    }
}

/// A list as it was made; never changed, only replaced.
#[derive(Debug)]
pub(crate) struct Listed {
    /// In the order of [`Key`].
    pub(crate) lines: Vec<Arc<Due>>,
}

/// Counts by service.
pub(crate) type Counts = BTreeMap<Arc<str>, DueCount>;

impl Listed {
    /// Of lines in order.
    pub(crate) fn new(lines: Vec<Due>) -> Self {
        Self { lines: lines.into_iter().map(Arc::new).collect() }
    }

    /// The list with some owners' lines replaced by these, which are in order.
    pub(crate) fn with(&self, owners: &BTreeSet<SubjectId>, lines: Vec<Due>, on: Date) -> Self {
        let mut merged = Vec::with_capacity(self.lines.len() + lines.len());
        let mut fresh = lines.into_iter().map(|line| (Key::of(&line, on), Arc::new(line))).peekable();
        for line in self.lines.iter().filter(|line| !owners.contains(&line.owner())) {
            if fresh.peek().is_some() {
                let key = Key::of(line, on);
                while let Some((_, next)) = fresh.next_if(|(next, _)| *next < key) {
                    merged.push(next);
                }
            }
            merged.push(line.clone());
        }
        merged.extend(fresh.map(|(_, line)| line));
        Self { lines: merged }
    }

    pub(crate) fn counts(&self) -> Counts {
        let mut counts = Counts::new();
        for line in &self.lines {
            if let Some(count) = counts.get_mut(&line.item.service) {
                count.add(line);
            } else {
                counts.entry(line.item.service.clone()).or_default().add(line);
            }
        }
        counts
    }

    /// About how much memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        let line = |line: &Arc<Due>| {
            let detail = line.item.detail.as_ref().map_or(0, |detail| 96 + 16 * detail.products.len() + 24 * detail.invalid.len());
            size_of::<Due>() + 16 + line.name.len() + detail + size_of::<Arc<Due>>()
        };
        self.lines.iter().map(line).sum()
    }
}

/// What of a village's list doesn't stand any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Dirty {
    /// These owners' lines.
    Some(BTreeSet<SubjectId>),
    /// Everything.
    All,
}

/// Beyond so many it is quicker to read the village anew.
const OWNERS_MAX: usize = 256;

impl Dirty {
    pub(crate) const CLEAN: Self = Self::Some(BTreeSet::new());

    pub(crate) fn is_clean(&self) -> bool {
        matches!(self, Self::Some(owners) if owners.is_empty())
    }

    pub(crate) fn mark(&mut self, owner: SubjectId) {
        if let Self::Some(owners) = self {
            owners.insert(owner);
            if owners.len() > OWNERS_MAX {
                *self = Self::All;
            }
        }
    }

    /// Both together: what one was marked with is put back.
    pub(crate) fn join(&mut self, other: Self) {
        match other {
            Self::All => *self = Self::All,
            Self::Some(owners) => owners.into_iter().for_each(|owner| self.mark(owner)),
        }
    }
}

/// What is held of a village.
#[derive(Debug)]
pub(crate) struct Village {
    pub(crate) list: Option<Arc<Listed>>,
    pub(crate) counts: Option<Arc<Counts>>,
    /// What doesn't stand any more.
    pub(crate) dirty: Dirty,
    /// What is being put right at this moment.
    pub(crate) doing: Option<Dirty>,
    pub(crate) bytes: usize,
    pub(crate) used: u64,
}

impl Default for Village {
    fn default() -> Self {
        Self { list: None, counts: None, dirty: Dirty::All, doing: None, bytes: 0, used: 0 }
    }
}

impl Village {
    pub(crate) fn is_clean(&self) -> bool {
        self.doing.is_none() && self.dirty.is_clean()
    }

    /// Takes what is to be put right.
    pub(crate) fn begin(&mut self) -> Dirty {
        let dirty = std::mem::replace(&mut self.dirty, Dirty::CLEAN);
        self.doing = Some(dirty.clone());
        dirty
    }

    /// Notes that it was put right, or not.
    pub(crate) fn end(&mut self, done: bool) {
        if let Some(dirty) = self.doing.take().filter(|_| !done) {
            self.dirty.join(dirty);
        }
    }
}
