//! The thread that follows the log.
//!
//! A change is worked in at once for everything that was appended meanwhile: views that stand alone get the difference between
//! what the subjects concerned counted and count now; views that look further, and those that read what everybody shares when that
//! changed, are computed anew. What can't be followed piece by piece (too much at once) is read anew as a whole.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use qianmo_analytics::{Columns, Ledger, Reach, Scope, Wanted};
use qianmo_core::Fault;
use qianmo_desk::Change;
use qianmo_store::{Cut, Store};

use super::change::{Tail, Turned, turned};
use super::state::{State, Ties};
use super::{Shared, lock};
use crate::columns::Reader;
use crate::merges::Merges;

/// How long it sleeps when nobody tells it anything: what another process appended is seen then.
const LOOK: Duration = Duration::from_secs(5);

/// How long it waits before it tries again what failed.
const AGAIN: Duration = Duration::from_millis(500);

/// How long it rests after it has worked something in, as a multiple of the time that took: what comes in meanwhile is worked in together. The
/// first record after a quiet time is worked in at once.
const REST: u32 = 2;

/// The shortest and the longest rest.
const REST_FROM: Duration = Duration::from_millis(50);
const REST_TO: Duration = Duration::from_millis(350);

/// The most subjects that are followed one by one.
const SUBJECTS_MAX: usize = 20_000;

/// Patches after which the columns are put together.
const PATCHES_MAX: usize = 64;

/// Changes that are remembered for bringing forward what was computed before them.
const RECENT_MAX: usize = 256;

/// One change as it was worked in.
#[derive(Debug)]
pub(super) struct Turn {
    from: Cut,
    to: Cut,
    common: Arc<Columns>,
    /// The subjects concerned as they were and as they are.
    was: Arc<Columns>,
    is: Arc<Columns>,
    /// Views of which the difference is enough.
    apart: BTreeSet<usize>,
    /// Views that are computed anew, and the tables that they read.
    anew: BTreeSet<usize>,
    tables: BTreeSet<String>,
}

/// The last changes, for bringing forward what was computed before them.
#[derive(Debug, Default)]
pub(super) struct Recent {
    turns: VecDeque<Arc<Turn>>,
}

impl Recent {
    fn push(&mut self, turn: Arc<Turn>) {
        self.turns.push_back(turn);
        while self.turns.len() > RECENT_MAX {
            self.turns.pop_front();
        }
    }

    /// The changes from one position to another, if all are still there.
    pub(super) fn between(&self, from: Cut, to: Cut) -> Option<Vec<Arc<Turn>>> {
        let turns: Vec<_> = self.turns.iter().filter(|turn| turn.from >= from && turn.to <= to).cloned().collect();
        let whole = turns.first()?.from == from && turns.last()?.to == to;
        whole.then_some(turns)
    }
}

/// Brings sums forward over changes; `after` is the state behind the last of them.
pub(super) fn advance(ledger: &mut Ledger, turns: &[Arc<Turn>], after: &State) -> Result<(), Fault> {
    let anew: BTreeSet<usize> = turns.iter().flat_map(|turn| turn.anew.iter().copied()).collect();
    for turn in turns {
        let apart: BTreeSet<usize> = turn.apart.difference(&anew).copied().collect();
        if ledger.has(&apart) {
            let difference = ledger.difference(&[&turn.common, &turn.was, &turn.is], &apart)?;
            ledger.add(difference);
        }
    }
    if ledger.has(&anew) {
        let tables = turns.iter().flat_map(|turn| turn.tables.iter().cloned()).collect();
        let (common, people) = after.parts(Some(&tables))?;
        let computed = ledger.recompute(&[&common, &people], Some(&anew))?;
        ledger.keep(computed);
    }
    Ok(())
}

/// What the thread keeps between changes.
pub(super) struct Follow {
    pub(super) ties: Ties,
    reader: Reader,
    reaches: Vec<Reach>,
    store: Option<Box<dyn Store + Send>>,
}

impl Follow {
    fn new(shared: &Shared, ties: Ties) -> Self {
        Self { ties, reader: Reader::new(shared.packs()), reaches: shared.engine.reaches(), store: None }
    }
}

/// Runs until it is told to stop.
pub(super) fn run(shared: &Shared) {
    let Some(ties) = load(shared) else { return };
    let hot = Wanted::periods(&shared.settings.hot);
    if !hot.periods.is_empty() {
        // What couldn't be computed now is computed, or fails, when it is asked for.
        drop(super::answer::hold(shared, &hot));
    }
    let mut follow = Follow::new(shared, ties);
    let mut wait = LOOK;
    loop {
        let mut news = lock(&shared.news);
        if !news.written && !news.stop {
            news = shared.woken.wait_timeout(news, wait).unwrap_or_else(PoisonError::into_inner).0;
        }
        if news.stop {
            return;
        }
        news.written = false;
        drop(news);
        let began = Instant::now();
        wait = match follow.catch_up(shared) {
            Ok(None) => LOOK,
            Ok(Some(change)) => {
                lock(&shared.followers).retain_mut(|each| each(&change));
                let rest = (began.elapsed() * REST).clamp(REST_FROM, REST_TO);
                let news = lock(&shared.news);
                drop(shared.woken.wait_timeout_while(news, rest, |news| !news.stop).unwrap_or_else(PoisonError::into_inner));
                LOOK
            }
            // The store is busy or away: the state stays as it was, whole, and is brought up to date when it is back.
            Err(_) => {
                follow.store = None;
                AGAIN
            }
        };
    }
}

/// Reads the records for the first time, again and again while it fails; nothing when it is told to stop.
fn load(shared: &Shared) -> Option<Ties> {
    loop {
        let done = (shared.open)().and_then(|store| State::load(&*store, &shared.engine, &shared.areas));
        let (loaded, ties) = match done {
            Ok((state, ties)) => {
                *shared.state.write().unwrap_or_else(PoisonError::into_inner) = state;
                (Ok(()), Some(ties))
            }
            Err(fault) => (Err(fault), None),
        };
        *lock(&shared.loaded) = Some(loaded);
        shared.was_loaded.notify_all();
        if ties.is_some() {
            return ties;
        }
        let news = lock(&shared.news);
        let news = if news.stop { news } else { shared.woken.wait_timeout(news, AGAIN).unwrap_or_else(PoisonError::into_inner).0 };
        if news.stop {
            return None;
        }
    }
}

impl Follow {
    /// Brings the state up to the end of the log; what changed, if anything.
    pub(super) fn catch_up(&mut self, shared: &Shared) -> Result<Option<Change>, Fault> {
        let store = match self.store.take() {
            Some(store) => store,
            None => (shared.open)()?,
        };
        let before = shared.state.read().unwrap_or_else(PoisonError::into_inner).clone();
        if store.cut()? == before.cut {
            self.store = Some(store);
            return Ok(None);
        }
        let mut tail = Tail::read(&*store, before.cut, shared.packs(), &self.reader, before.subjects(), &mut self.ties)?;
        let were = self.ties.merges.clone();
        let are = if tail.merging.is_empty() { were.clone() } else { Arc::new(Merges::read(&*store, shared.packs(), tail.change.cut)?) };
        tail.bind_merged(before.subjects(), &mut self.ties, (&were, &are));
        let bound = self.ties.bonds.all(tail.subjects.iter().copied(), SUBJECTS_MAX);
        match bound.filter(|_| !tail.odd) {
            Some(bound) => {
                let packs = shared.packs();
                let cuts = (before.cut, tail.change.cut);
                let moments = [(cuts.0, &*were), (cuts.1, &*are)];
                let turned = turned(&*store, packs, &self.reader, before.subjects(), &self.ties, &bound, moments)?;
                let common = if tail.common.is_empty() {
                    before.common.clone()
                } else {
                    Arc::new(before.read_common(&*store, packs, &shared.areas, cuts.1, &are)?)
                };
                let homes = !common.same_homes(&before.common);
                let (apart, anew) = self.concerned(shared, &tail, &turned, homes);
                let tables = anew.iter().flat_map(|view| self.reaches[*view].tables.iter().cloned()).chain(["home".to_owned()]).collect();
                let (was, is) = (Arc::new(turned.before), Arc::new(turned.after));
                let turn = Turn { from: before.cut, to: cuts.1, common, was, is, apart, anew, tables };
                Self::piece(shared, &before, turn, Arc::new(bound))?;
                self.ties.merges = are;
            }
            None => self.whole(shared, &*store, &before)?,
        }
        self.store = Some(store);
        Ok(Some(tail.change))
    }

    /// Reads everything anew.
    fn whole(&mut self, shared: &Shared, store: &dyn Store, before: &State) -> Result<(), Fault> {
        let (mut fresh, ties) = State::load(store, &shared.engine, &shared.areas)?;
        let (common, people) = fresh.parts(None)?;
        fresh.ledger.keep(before.ledger.recompute(&[&common, &people], None)?);
        lock(&shared.recent).turns.clear();
        *shared.state.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        self.ties = ties;
        Ok(())
    }

    /// Works in what changed for some subjects.
    fn piece(shared: &Shared, before: &State, turn: Turn, bound: Arc<HashSet<i64>>) -> Result<(), Fault> {
        let mut after = before.clone();
        after.cut = turn.to;
        after.common = turn.common.clone();
        after.patch(bound, turn.is.clone());
        if after.patched() > PATCHES_MAX {
            after.settle()?;
        }
        let turn = Arc::new(turn);
        let turns = [turn.clone()];
        let mut ledger = before.ledger.clone();
        advance(&mut ledger, &turns, &after)?;
        after.ledger = ledger;
        loop {
            let mut state = shared.state.write().unwrap_or_else(PoisonError::into_inner);
            // What somebody asked for meanwhile stands where we began.
            let mut more = state.ledger.beyond(&after.ledger);
            if more.is_empty() {
                lock(&shared.recent).push(turn);
                *state = after;
                return Ok(());
            }
            drop(state);
            advance(&mut more, &turns, &after)?;
            after.ledger.take(more);
        }
    }

    /// The views of which a difference is enough, and those that are computed anew.
    fn concerned(&self, shared: &Shared, tail: &Tail, turned: &Turned, common_homes: bool) -> (BTreeSet<usize>, BTreeSet<usize>) {
        let table = |form: &str| form.replace('.', "_");
        let mut personal: BTreeSet<String> = tail.personal.iter().map(|form| table(form)).collect();
        if !tail.merging.is_empty() {
            // Whatever was recorded about the entry counts for somebody else now.
            personal.extend(self.reader.personal().map(|form| table(form)));
        }
        let packs = shared.packs();
        if packs.forms().any(|form| form.is_person_sheet() && tail.personal.contains(&form.id)) {
            personal.extend(packs.forms().filter(|form| form.asks_the_person()).map(|form| table(&form.id)));
        }
        let common: BTreeSet<String> = tail.common.iter().map(|form| table(form)).collect();
        // Where somebody sits may follow from any record; then every view that has rows about him counts him elsewhere.
        let movers = turned.before.moved(&turned.after);
        let theirs: BTreeSet<&str> = if movers.is_empty() {
            BTreeSet::new()
        } else {
            turned.before.touching(&movers).chain(turned.after.touching(&movers)).collect()
        };
        let (mut apart, mut anew) = (BTreeSet::new(), BTreeSet::new());
        for (view, reach) in self.reaches.iter().enumerate() {
            let reads = |tables: &BTreeSet<String>| !reach.tables.is_disjoint(tables);
            let moved = !movers.is_empty() && reach.tables.iter().any(|table| theirs.contains(table.as_str()));
            let shared = reads(&common) || (common_homes && (reach.scope != Scope::Alone || reach.tables.contains("home")));
            match reach.scope {
                _ if shared => drop(anew.insert(view)),
                Scope::Alone if reads(&personal) || moved => drop(apart.insert(view)),
                Scope::Whole if reads(&personal) || moved || reach.tables.is_empty() => drop(anew.insert(view)),
                Scope::Common | Scope::Alone | Scope::Whole => {}
            }
        }
        (apart, anew)
    }
}
