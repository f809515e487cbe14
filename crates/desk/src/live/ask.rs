//! What is asked of live due lists: pages of lines, counts, one person's lines. All limited by what the asker may see.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::sync::Arc;

use qianmo_access::Wording;
use qianmo_core::schedule::{State, Wanted};
use qianmo_core::{AreaCode, Date, Fault, SubjectId};
use qianmo_store::{Cut, Store};

use super::sight::{View, Whole};
use super::village::{Counts, Listed};
use super::{DueCount, DueSight, LiveDue, SeenDue, locked};
use crate::links::Links;
use crate::{Asked, Due, Key, OnePerson};

/// How fresh an answer must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fresh {
    /// With every record of the log: villages that are out of date are put right first.
    #[default]
    Now,
    /// With what is at hand; a list that was never made is made.
    Recent,
    /// With what is at hand; nothing is made. For counts only; pages are as with `Recent`.
    AtHand,
}

/// Which lines of a due list.
#[derive(Debug, Clone)]
pub struct DueAsked {
    /// Of which area, at any level.
    pub area: AreaCode,
    /// Only of these programmes; all when empty.
    pub packs: Vec<Arc<str>>,
    /// Only these services; all when empty.
    pub services: Vec<Arc<str>>,
    /// Only in this state, due or overdue.
    pub state: Option<State>,
    /// Only of this urgency or a more urgent one (1 is the most urgent).
    pub urgency: Option<u8>,
    /// Only of this resident.
    pub resident: Option<SubjectId>,
    /// Only what comes after this place: [`DuePage::next`].
    pub after: Option<Key>,
    /// So many lines at most.
    pub limit: usize,
    /// Whether all fitting lines are counted.
    pub count: bool,
    /// How fresh.
    pub fresh: Fresh,
}

impl DueAsked {
    /// The first hundred lines of an area.
    #[must_use]
    pub fn of(area: AreaCode) -> Self {
        Self {
            area,
            packs: Vec::new(),
            services: Vec::new(),
            state: None,
            urgency: None,
            resident: None,
            after: None,
            limit: 100,
            count: false,
            fresh: Fresh::Now,
        }
    }

    /// What a view shows of a line that fits. What is told as an appointment only isn't found by what it doesn't tell.
    fn finds(&self, line: &Due, view: &View<'_>) -> Option<Wording> {
        let by_service = !self.packs.is_empty() || !self.services.is_empty() || self.urgency.is_some();
        let wording = if self.fits(line) { view.sees(line) } else { None };
        wording.filter(|wording| *wording == Wording::Full || !by_service)
    }

    fn fits(&self, line: &Due) -> bool {
        (self.packs.is_empty() || self.packs.iter().any(|pack| **pack == *line.pack()))
            && (self.services.is_empty() || self.services.contains(&line.item.service))
            && self.state.is_none_or(|state| line.item.state == state)
            && self.urgency.is_none_or(|urgency| line.item.urgency <= urgency)
            && self.resident.is_none_or(|resident| line.item.resident == Some(resident))
    }
}

/// Lines of a due list.
#[derive(Debug, Clone)]
pub struct DuePage {
    /// The day.
    pub on: Date,
    /// With everything recorded up to here (with [`Fresh::Recent`] perhaps without the latest).
    pub cut: Cut,
    /// The lines, in the order of [`Key`].
    pub lines: Vec<SeenDue>,
    /// Where the next page begins; absent on the last.
    pub next: Option<Key>,
    /// How many lines fit on all pages, if asked for.
    pub total: Option<usize>,
}

/// How much is due in each village.
#[derive(Debug, Clone)]
pub struct DueTotals {
    /// The day.
    pub on: Date,
    /// With everything recorded up to here (with [`Fresh::Recent`] perhaps without the latest).
    pub cut: Cut,
    /// Every leaf of the area of which anything may be seen, by code.
    pub villages: Vec<VillageDue>,
    /// Those among them that aren't counted yet (only with [`Fresh::AtHand`]).
    pub pending: Vec<AreaCode>,
}

/// How much is due in a village.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VillageDue {
    /// The village.
    pub area: AreaCode,
    /// By programme; those of which nothing is due are left out.
    pub packs: BTreeMap<Arc<str>, DueCount>,
    /// By service.
    pub services: BTreeMap<Arc<str>, DueCount>,
}

impl LiveDue {
    /// A page of lines, most urgent first.
    ///
    /// Errors: `CORE-0104` no such area, `DESK-0102` no such programme or service, those of reading the store.
    pub fn page(&self, asked: &DueAsked, sight: &DueSight) -> Result<DuePage, Fault> {
        self.known(asked)?;
        self.reading(|store| {
            self.catch_up(store)?;
            let (on, cut) = self.stand();
            let mut sources = Vec::new();
            for village in self.villages(store, asked.area)? {
                let view = sight.view(village);
                if !view.is_shut() {
                    sources.push((self.list(store, village, asked.fresh != Fresh::Now)?, view));
                }
            }
            let total = asked.count.then(|| sources.iter().map(|source| count(source, asked)).sum());
            let mut lines = merged(&sources, asked, on);
            let last = (lines.len() > asked.limit).then(|| lines.get(asked.limit.saturating_sub(1))).flatten();
            let next = last.map(|line| {
                let key = Key::of(&line.due, on);
                if line.wording == Wording::Full { key } else { key.veiled() }
            });
            lines.truncate(asked.limit);
            Ok(DuePage { on, cut, lines, next, total })
        })
    }

    /// What is due for one resident (or organisation, household, area), of what may be seen. Of an entry given up: for the one kept.
    ///
    /// Errors: those of reading the store.
    pub fn person(&self, owner: SubjectId, sight: &DueSight) -> Result<Vec<SeenDue>, Fault> {
        Ok(self.seen_of(owner, sight, Wanted::Asked)?.into_iter().filter(|line| line.due.item.state.is_asked()).collect())
    }

    /// The same with what is to come and what was done, declined or has lapsed; not with what other programmes put off or ended, the
    /// reasons of which may not be the asker's to see.
    ///
    /// Errors: those of reading the store.
    pub fn plan(&self, owner: SubjectId, sight: &DueSight) -> Result<Vec<SeenDue>, Fault> {
        let told = |line: &SeenDue| {
            let state = line.due.item.state;
            line.wording == Wording::Full && !matches!(state, State::Held | State::Stopped | State::Superseded)
        };
        Ok(self.seen_of(owner, sight, Wanted::All)?.into_iter().filter(told).collect())
    }

    fn seen_of(&self, owner: SubjectId, sight: &DueSight, wanted: Wanted) -> Result<Vec<SeenDue>, Fault> {
        let lines = self.with_links(|store, links| self.lines_of(store, links, owner, wanted))?;
        Ok(seen_lines(lines, sight))
    }

    fn lines_of(&self, store: &dyn Store, links: &Links, owner: SubjectId, wanted: Wanted) -> Result<Vec<Due>, Fault> {
        let on = self.on();
        let people = self.lists.people_of(store, links, &BTreeSet::from([links.kept(owner)]), on)?;
        Ok(self.lists.list(&people, &*self.areas(store)?, Asked { on, wanted, restricted: true }))
    }

    /// Reads with what is known of moves and merges.
    pub(crate) fn with_links<T>(&self, work: impl FnOnce(&dyn Store, &Links) -> Result<T, Fault>) -> Result<T, Fault> {
        self.reading(|store| {
            self.catch_up(store)?;
            let links = locked(&self.state).links.clone();
            work(store, &links)
        })
    }

    /// All entries that are one person with this one.
    ///
    /// Errors: those of reading the store.
    pub fn one(&self, id: SubjectId) -> Result<OnePerson, Fault> {
        self.with_links(|_, links| {
            let kept = links.kept(id);
            Ok(OnePerson { kept, given_up: links.given_up(kept) })
        })
    }

    /// What would be due for the one kept if an entry were given up for it; to be compared with [`Self::person`].
    ///
    /// Errors: those of reading the store.
    pub fn if_merged(&self, given_up: SubjectId, kept: SubjectId, sight: &DueSight) -> Result<Vec<SeenDue>, Fault> {
        let lines = self.with_links(|store, links| self.lines_of(store, &links.with_merge(given_up, kept), kept, Wanted::Asked))?;
        Ok(seen_lines(lines, sight))
    }

    /// How many lines are due and overdue, by programme, service and village: the workbench's table.
    ///
    /// Errors: `CORE-0104` no such area, those of reading the store.
    pub fn totals(&self, area: AreaCode, sight: &DueSight, fresh: Fresh) -> Result<DueTotals, Fault> {
        self.reading(|store| {
            self.catch_up(store)?;
            let (on, cut) = self.stand();
            let mut totals = DueTotals { on, cut, villages: Vec::new(), pending: Vec::new() };
            for village in self.villages(store, area)? {
                let view = sight.view(village);
                if view.is_shut() {
                    continue;
                }
                let services = match view.whole() {
                    open @ (Whole::All | Whole::Only(_)) => self.counts(store, village, fresh)?.map(|counts| only(&counts, &open)),
                    Whole::Unknown if fresh == Fresh::AtHand => self.held(village, true).map(|list| seen(&list, &view)),
                    Whole::Unknown => Some(seen(&*self.list(store, village, fresh != Fresh::Now)?, &view)),
                };
                match services {
                    Some(services) => totals.villages.push(VillageDue { area: village, packs: by_pack(&services), services }),
                    None => totals.pending.push(village),
                }
            }
            Ok(totals)
        })
    }

    fn known(&self, asked: &DueAsked) -> Result<(), Fault> {
        let packs = asked.packs.iter().find(|id| self.lists.packs().pack(id).is_none());
        let services = asked.services.iter().find(|id| self.lists.planner().name(id).is_none());
        packs.or(services).map_or(Ok(()), |unknown| Err(Fault::new("DESK-0102").with("id", unknown)))
    }

    fn stand(&self) -> (Date, Cut) {
        let state = locked(&self.state);
        (state.on, state.reached.unwrap_or_default())
    }

    /// The leaves of an area, and the area itself.
    fn villages(&self, store: &dyn Store, area: AreaCode) -> Result<Vec<AreaCode>, Fault> {
        let areas = self.areas(store)?;
        areas.require(area)?;
        let mut villages = areas.leaves(area);
        villages.push(area);
        villages.sort_unstable();
        villages.dedup();
        Ok(villages)
    }

    /// The counts of a village; made if need be and allowed.
    fn counts(&self, store: &dyn Store, village: AreaCode, fresh: Fresh) -> Result<Option<Arc<Counts>>, Fault> {
        let held = {
            let state = locked(&self.state);
            let held = state.villages.get(&village);
            held.filter(|held| fresh != Fresh::Now || held.is_clean()).and_then(|held| held.counts.clone())
        };
        match held {
            None if fresh != Fresh::AtHand => Ok(Some(Arc::new(self.list(store, village, fresh != Fresh::Now)?.counts()))),
            held => Ok(held),
        }
    }
}

fn seen_lines(lines: Vec<Due>, sight: &DueSight) -> Vec<SeenDue> {
    let seen = lines.into_iter().filter_map(|line| {
        let wording = sight.view(line.area).sees(&line)?;
        Some(SeenDue { due: Arc::new(line), wording })
    });
    seen.collect()
}

type Source<'v> = (Arc<Listed>, View<'v>);

fn count((list, view): &Source<'_>, asked: &DueAsked) -> usize {
    list.lines.iter().filter(|line| asked.finds(line, view).is_some()).count()
}

/// The first fitting lines of several lists in their common order: one more than asked for, if there are.
fn merged(sources: &[Source<'_>], asked: &DueAsked, on: Date) -> Vec<SeenDue> {
    let next_from = |source: usize, from: usize| {
        let (list, view) = &sources[source];
        let found = |place: usize| Some((place, asked.finds(&list.lines[place], view)?));
        let (place, wording) = (from..list.lines.len()).find_map(found)?;
        Some(Reverse((Key::of(&list.lines[place], on), source, place, wording)))
    };
    let start = |source: usize| {
        let after = asked.after.as_ref();
        after.map_or(0, |after| sources[source].0.lines.partition_point(|line| Key::of(line, on) <= *after))
    };
    let mut heads: BinaryHeap<_> = (0..sources.len()).filter_map(|source| next_from(source, start(source))).collect();
    let mut lines = Vec::with_capacity(asked.limit.min(1000) + 1);
    while lines.len() <= asked.limit {
        let Some(Reverse((_, source, place, wording))) = heads.pop() else { break };
        lines.push(SeenDue { due: sources[source].0.lines[place].clone(), wording });
        heads.extend(next_from(source, place + 1));
    }
    lines
}

fn only(counts: &Counts, open: &Whole<'_>) -> Counts {
    counts.iter().filter(|(service, _)| open.has(service)).map(|(service, count)| (service.clone(), *count)).collect()
}

fn seen(list: &Listed, view: &View<'_>) -> Counts {
    let mut counts = Counts::new();
    for line in list.lines.iter().filter(|line| view.sees_fully(line)) {
        counts.entry(line.item.service.clone()).or_default().add(line);
    }
    counts
}

fn by_pack(services: &Counts) -> BTreeMap<Arc<str>, DueCount> {
    let mut packs: BTreeMap<Arc<str>, DueCount> = BTreeMap::new();
    for (service, count) in services {
        let pack = service.split('.').next().unwrap_or_default();
        packs.entry(pack.into()).or_default().plus(*count);
    }
    packs
}
