//! Reading the log on: which people of which villages are out of date, and the thread that puts them right.

use std::sync::{Arc, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use qianmo_core::{AreaCode, Date, Fault, RecordId, SubjectId};
use qianmo_store::{ActionRef, RowRef, Store};

use super::{Bell, LiveDue, locked};
use crate::Change;
use crate::dossier::borrowed;
use crate::links::Links;

/// How long the thread rests after a list was put right, as a multiple of the time that took, and at most: what comes in meanwhile is put right
/// together. The first record after a quiet time is at once.
const REST: u32 = 3;
const REST_MAX: Duration = Duration::from_millis(60);

/// What of a row matters here.
struct Seen {
    area: AreaCode,
    owner: SubjectId,
    subject: SubjectId,
    links: bool,
    target: Option<RecordId>,
}

impl Seen {
    fn of(live: &LiveDue, row: &RowRef<'_>) -> Self {
        let target = match row.action {
            ActionRef::State => None,
            ActionRef::Supersede(target) | ActionRef::Void { record: target, .. } => Some(target),
        };
        let owner = row.resident.unwrap_or(row.subject);
        Self { area: row.area, owner, subject: row.subject, links: live.lists.links(row.form), target }
    }
}

impl LiveDue {
    /// Reads what was appended since and marks what it puts out of date.
    pub(super) fn catch_up(&self, store: &dyn Store) -> Result<(), Fault> {
        let end = store.cut()?;
        let behind = || locked(&self.state).reached.is_none_or(|reached| reached < end);
        if !behind() {
            return Ok(());
        }
        let _one = locked(&self.reading);
        if !behind() {
            return Ok(());
        }
        let since = locked(&self.state).reached;
        let Some(since) = since else {
            let (links, cut) = Links::read(&self.lists, store)?;
            let mut state = locked(&self.state);
            state.links = Arc::new(links);
            state.reached = Some(cut);
            return Ok(());
        };
        let mut rows = Vec::new();
        let reached = store.scan_log(since, &mut |row| {
            rows.push(Seen::of(self, row));
            Ok(())
        })?;
        // A correction can stand in another place or for another person than what it corrects.
        let targets: Vec<RecordId> = rows.iter().filter_map(|row| row.target).collect();
        for target in targets {
            if let Some(row) = store.record(target)? {
                rows.push(Seen::of(self, &borrowed(&row)));
            }
        }
        let mut links = locked(&self.state).links.clone();
        let mut marks: Vec<(AreaCode, SubjectId)> = Vec::new();
        for row in rows.iter().filter(|row| row.links) {
            let concerned = Arc::make_mut(&mut links).again(&self.lists, store, row.subject)?;
            marks.extend(concerned.into_iter().map(|(owner, area)| (area, owner)));
        }
        for row in &rows {
            let owner = links.kept(row.owner);
            marks.push((row.area, owner));
            marks.extend(links.areas(owner).map(|area| (area, owner)));
        }
        let mut state = locked(&self.state);
        state.links = links;
        state.reached = Some(reached);
        for (area, owner) in marks {
            state.mark(area, owner);
        }
        Ok(())
    }

    /// Reads the log on and puts one outdated village right. Answers whether there is more to do.
    ///
    /// Errors: those of reading the store.
    pub fn work(&self) -> Result<bool, Fault> {
        self.reading(|store| {
            self.catch_up(store)?;
            let areas = self.areas(store)?;
            let next = {
                let state = locked(&self.state);
                let outdated = |village: &AreaCode| state.villages.get(village).is_none_or(|held| !held.is_clean());
                let asked = |village: &AreaCode| state.villages.get(village).map_or(0, |held| held.used);
                let leaves = areas.iter().map(|area| area.code);
                leaves.filter(outdated).max_by_key(|village| (asked(village), std::cmp::Reverse(*village)))
            };
            let Some(village) = next else { return Ok(false) };
            let _making = locked(&self.making);
            self.make(store, village)?;
            locked(&self.state).shrink(self.limits.bytes_max);
            Ok(true)
        })
    }

    /// Starts a thread that keeps all villages up to date and turns the day when `today` does. It ends when the follower is dropped.
    ///
    /// Errors: `STORE-0007` when the system gives no thread.
    pub fn follow(self: &Arc<Self>, today: Box<dyn Fn() -> Date + Send>) -> Result<Follower, Fault> {
        let live = Arc::downgrade(self);
        let stop = Arc::new(());
        let stopped = Arc::downgrade(&stop);
        let run = move || while stopped.strong_count() > 0 && Self::round(&live, &stopped, &*today) {};
        let thread = std::thread::Builder::new().name("due-lists".into()).spawn(run);
        let thread = thread.map_err(|error| Fault::new("STORE-0007").with("file", "thread").with("why", error))?;
        Ok(Follower { live: Arc::downgrade(self), stop: Some(stop), thread: Some(thread) })
    }

    /// Waits for news and works it off; `false` when nobody needs the lists any more.
    fn round(live: &Weak<Self>, stopped: &Weak<()>, today: &dyn Fn() -> Date) -> bool {
        let Some(live) = live.upgrade() else { return false };
        live.turn(today());
        let began = Instant::now();
        let worked = live.work();
        let more = matches!(worked, Ok(true));
        locked(&live.state).trouble = worked.err();
        if more {
            live.bell.rest((began.elapsed() * REST).min(REST_MAX), stopped);
        } else {
            live.bell.wait(Duration::from_secs(20));
        }
        true
    }
}

impl Bell {
    pub(super) fn ring(&self) {
        // Who has been rung for and not heard it yet needs no second ring.
        if !std::mem::replace(&mut *locked(&self.rung), true) {
            self.waker.notify_all();
        }
    }

    /// Wakes whoever waits or rests, for the end.
    fn wake(&self) {
        *locked(&self.rung) = true;
        self.waker.notify_all();
    }

    /// Rests so long, whether it is rung or not, unless it is the end.
    fn rest(&self, long: Duration, stopped: &Weak<()>) {
        let rung = locked(&self.rung);
        drop(self.waker.wait_timeout_while(rung, long, |_| stopped.strong_count() > 0).unwrap_or_else(PoisonError::into_inner));
    }

    /// Waits until it is rung, at most so long.
    fn wait(&self, at_most: Duration) {
        let rung = locked(&self.rung);
        let waited = self.waker.wait_timeout_while(rung, at_most, |rung| !*rung);
        *waited.unwrap_or_else(PoisonError::into_inner).0 = false;
    }
}

/// The thread that keeps due lists up to date; it ends when this is dropped.
#[derive(Debug)]
pub struct Follower {
    live: Weak<LiveDue>,
    stop: Option<Arc<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Follower {
    /// Tells what was appended: see [`LiveDue::written`].
    pub fn written(&self, change: &Change) {
        if let Some(live) = self.live.upgrade() {
            live.written(change);
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(live) = self.live.upgrade() {
            live.bell.wake();
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
