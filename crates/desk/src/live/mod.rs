//! Due lists that follow the log: one list per village for the day, made when first asked for and put right person by person as
//! records come in.
//!
//! [`LiveDue`] is shared by all askers. A list is immutable and replaced as a whole, so nobody waits while another village is read.
//! What is asked is answered as of the end of the log ([`Fresh::Now`]) or with what is at hand ([`Fresh::Recent`]); a thread of
//! [`LiveDue::follow`] keeps what is at hand less than a second behind. Lists are dropped, the longest unused first, beyond a number of bytes;
//! counts by service and village stay.

mod ask;
mod follow;
mod sight;
mod village;

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use qianmo_core::schedule::Wanted;
use qianmo_core::{AreaCode, AreaTree, Date, Fault, SubjectId};
use qianmo_store::{Cut, Store};

use crate::due::Among;
use crate::links::Links;
use crate::{Asked, Change, Due, DueLists, People};

pub use ask::{DueAsked, DuePage, DueTotals, Fresh, VillageDue};
pub use follow::Follower;
pub use sight::{Clients, DueSight, DueWhose, DueWindow, SeenDue};
pub use village::DueCount;
use village::{Dirty, Listed, Village};

/// Opens a handle for reading.
pub type OpenStore = Box<dyn Fn() -> Result<Box<dyn Store + Send>, Fault> + Send + Sync>;

/// What is held at most.
#[derive(Debug, Clone, Copy)]
pub struct LiveLimits {
    /// Bytes of lists: about 450 a line, some 10 MB for a township of 40,000.
    pub bytes_max: usize,
}

impl Default for LiveLimits {
    fn default() -> Self {
        Self { bytes_max: 256 << 20 }
    }
}

/// The due lists of all villages on one day.
pub struct LiveDue {
    lists: Arc<DueLists>,
    open: OpenStore,
    limits: LiveLimits,
    handles: Mutex<Vec<Box<dyn Store + Send>>>,
    state: Mutex<State>,
    /// Held while the log is read.
    reading: Mutex<()>,
    /// Held while a list is made.
    making: Mutex<()>,
    bell: Bell,
}

/// Wakes the thread that follows the log.
#[derive(Debug, Default)]
struct Bell {
    rung: Mutex<bool>,
    waker: Condvar,
}

#[derive(Debug)]
struct State {
    on: Date,
    areas: Option<Arc<AreaTree>>,
    links: Arc<Links>,
    reached: Option<Cut>,
    villages: HashMap<AreaCode, Village>,
    bytes: usize,
    clock: u64,
    trouble: Option<Fault>,
}

impl fmt::Debug for LiveDue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveDue").field("on", &self.on()).finish_non_exhaustive()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl LiveDue {
    /// Lists of a day, none of them made yet. `open` gives handles of the store for reading; a few are kept open.
    #[must_use]
    pub fn new(lists: Arc<DueLists>, on: Date, open: OpenStore, limits: LiveLimits) -> Self {
        let state =
            State { on, areas: None, links: Arc::default(), reached: None, villages: HashMap::new(), bytes: 0, clock: 0, trouble: None };
        Self {
            lists,
            open,
            limits,
            handles: Mutex::default(),
            state: Mutex::new(state),
            reading: Mutex::default(),
            making: Mutex::default(),
            bell: Bell::default(),
        }
    }

    /// The schedules behind the lists; their words are with [`DueLists::planner`].
    #[must_use]
    pub fn lists(&self) -> &Arc<DueLists> {
        &self.lists
    }

    /// The day of the lists.
    #[must_use]
    pub fn on(&self) -> Date {
        locked(&self.state).on
    }

    /// Turns to another day: every list is made anew when next asked for. Nothing happens when it is that day already.
    pub fn turn(&self, on: Date) {
        let mut state = locked(&self.state);
        if state.on != on {
            state.on = on;
            state.villages.clear();
            state.bytes = 0;
            drop(state);
            self.bell.ring();
        }
    }

    /// Tells that records were appended. Returns at once; which ones is read from the log.
    pub fn written(&self, _change: &Change) {
        self.bell.ring();
    }

    /// Tells that the division tree or settings were changed: everything is read anew.
    pub fn forget(&self) {
        let mut state = locked(&self.state);
        state.areas = None;
        state.reached = None;
        state.villages.clear();
        state.bytes = 0;
        drop(state);
        self.bell.ring();
    }

    /// Up to which position of the log the lists have been put right or marked as out of date; the start before anything was asked.
    #[must_use]
    pub fn reached(&self) -> Cut {
        locked(&self.state).reached.unwrap_or_default()
    }

    /// What hindered the thread that follows the log when it last tried.
    #[must_use]
    pub fn trouble(&self) -> Option<Fault> {
        locked(&self.state).trouble.clone()
    }

    /// Bytes of the lists held.
    #[must_use]
    pub fn bytes(&self) -> usize {
        locked(&self.state).bytes
    }

    /// Works with a handle of the store and keeps it for the next.
    fn reading<T>(&self, work: impl FnOnce(&dyn Store) -> Result<T, Fault>) -> Result<T, Fault> {
        const KEPT_MAX: usize = 4;
        let held = locked(&self.handles).pop();
        let store = match held {
            Some(store) => store,
            None => (self.open)()?,
        };
        let done = work(&*store)?;
        let mut handles = locked(&self.handles);
        if handles.len() < KEPT_MAX {
            handles.push(store);
        }
        Ok(done)
    }

    fn areas(&self, store: &dyn Store) -> Result<Arc<AreaTree>, Fault> {
        if let Some(areas) = &locked(&self.state).areas {
            return Ok(areas.clone());
        }
        let areas = Arc::new(store.areas()?);
        locked(&self.state).areas = Some(areas.clone());
        Ok(areas)
    }

    /// The list of a village as of what is marked, made if need be; `recent`: also an outdated one of the day.
    fn list(&self, store: &dyn Store, village: AreaCode, recent: bool) -> Result<Arc<Listed>, Fault> {
        if let Some(list) = self.held(village, recent) {
            return Ok(list);
        }
        let making = locked(&self.making);
        if let Some(list) = self.held(village, recent) {
            return Ok(list);
        }
        let list = self.make(store, village)?;
        drop(making);
        let mut state = locked(&self.state);
        state.touch(village);
        state.shrink(self.limits.bytes_max);
        Ok(list)
    }

    fn held(&self, village: AreaCode, recent: bool) -> Option<Arc<Listed>> {
        let mut state = locked(&self.state);
        let held = state.villages.get(&village)?;
        let list = held.list.clone().filter(|_| recent || held.is_clean())?;
        state.touch(village);
        Some(list)
    }

    /// Makes a village's list or puts it right, and keeps it. What was marked is taken before reading: records that come in meanwhile mark anew.
    fn make(&self, store: &dyn Store, village: AreaCode) -> Result<Arc<Listed>, Fault> {
        let areas = self.areas(store)?;
        let (on, links, old, dirty) = {
            let mut state = locked(&self.state);
            let held = state.villages.entry(village).or_default();
            let dirty = held.begin();
            let old = held.list.clone();
            (state.on, state.links.clone(), old, dirty)
        };
        let mut work = Making { lists: &self.lists, store, areas: &areas, links, village, on, seen_elsewhere: Vec::new() };
        let made = match (&old, &dirty) {
            (Some(old), Dirty::Some(owners)) => work.amend(old, owners),
            _ => work.whole(),
        };
        let Making { links, seen_elsewhere, .. } = work;
        let mut state = locked(&self.state);
        match made {
            Ok(list) if state.on == on => {
                let list = Arc::new(list);
                state.villages.entry(village).or_default().end(true);
                state.keep(village, list.clone());
                state.visited(&links, &seen_elsewhere);
                Ok(list)
            }
            // The day turned meanwhile: the answer is of the day on which it was asked, nothing is kept.
            Ok(list) => Ok(Arc::new(list)),
            Err(fault) => {
                state.villages.entry(village).or_default().end(false);
                Err(fault)
            }
        }
    }
}

impl State {
    fn touch(&mut self, village: AreaCode) {
        self.clock += 1;
        let now = self.clock;
        if let Some(held) = self.villages.get_mut(&village) {
            held.used = now;
        }
    }

    fn keep(&mut self, village: AreaCode, list: Arc<Listed>) {
        let held = self.villages.entry(village).or_default();
        self.bytes -= held.bytes;
        held.bytes = list.bytes();
        self.bytes += held.bytes;
        held.counts = Some(Arc::new(list.counts()));
        held.list = Some(list);
    }

    /// Drops the lists that weren't asked for the longest.
    fn shrink(&mut self, bytes_max: usize) {
        while self.bytes > bytes_max {
            let oldest = self.villages.values_mut().filter(|held| held.list.is_some()).min_by_key(|held| held.used);
            let Some(held) = oldest else { return };
            held.list = None;
            self.bytes -= held.bytes;
            held.bytes = 0;
        }
    }

    fn mark(&mut self, village: AreaCode, owner: SubjectId) {
        // A village that was never asked for is read as a whole anyway.
        if let Some(held) = self.villages.get_mut(&village) {
            held.dirty.mark(owner);
        }
    }

    /// Takes over that somebody left records where they don't sit, and marks where they do.
    fn visited(&mut self, links: &Arc<Links>, visitors: &[SubjectId]) {
        for owner in visitors {
            let links_here = Arc::make_mut(&mut self.links);
            links_here.take_over(links, *owner);
            for area in links.areas(*owner).collect::<Vec<_>>() {
                self.mark(area, *owner);
            }
        }
    }
}

/// One village being read.
struct Making<'a> {
    lists: &'a DueLists,
    store: &'a dyn Store,
    areas: &'a AreaTree,
    links: Arc<Links>,
    village: AreaCode,
    on: Date,
    /// Who sits elsewhere and was seen here, which wasn't known.
    seen_elsewhere: Vec<SubjectId>,
}

impl Making<'_> {
    fn lines(&self, people: &People) -> Vec<Due> {
        self.lists.list(people, self.areas, Asked { on: self.on, wanted: Wanted::Asked, restricted: true })
    }

    /// Reads everybody.
    fn whole(&mut self) -> Result<Listed, Fault> {
        let inside = BTreeSet::from([self.village]);
        let links = Arc::make_mut(&mut self.links);
        let (people, visitors) = self.lists.people_in(self.store, links, Among { inside: &inside, everywhere: false }, self.on)?;
        self.seen_elsewhere = visitors;
        Ok(Listed::new(self.lines(&people)))
    }

    /// Reads those who were marked.
    fn amend(&mut self, old: &Listed, owners: &BTreeSet<SubjectId>) -> Result<Listed, Fault> {
        let kept: BTreeSet<SubjectId> = owners.iter().copied().filter(|owner| self.links.kept(*owner) == *owner).collect();
        let mut people = self.lists.people_of(self.store, &self.links, &kept, self.on)?;
        let village = self.village;
        let mut visitors = Vec::new();
        people.dossiers.retain(|owner, dossier| {
            let here = dossier.home_of(*owner) == Some(village);
            if !here {
                visitors.push(*owner);
            }
            here
        });
        for owner in visitors {
            if Arc::make_mut(&mut self.links).visited(self.lists, self.store, owner, village)? {
                self.seen_elsewhere.push(owner);
            }
        }
        Ok(old.with(owners, self.lines(&people), self.on))
    }
}
