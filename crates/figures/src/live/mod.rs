//! Live numbers: a ledger of sums that follows the log by itself.
//!
//! [`LiveFigures`] answers from [`state::State`]: the records as columns and the sums that somebody asked for. A thread
//! ([`follow`]) takes what was appended and brings both up to date; nobody who asks ever sees half of a change.

mod answer;
mod bonds;
mod change;
mod follow;
mod state;

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread::JoinHandle;

use follow::Recent;
use jiff::civil::Date;
use qianmo_analytics::Engine;
use qianmo_core::pack::Packs;
use qianmo_core::{AreaTree, Fault, Period};
use qianmo_desk::Change;
use qianmo_desk::suppress::Rule;
use qianmo_reports::Fonts;
use qianmo_store::Store;
use state::State;

/// Gives a handle that reads the store; called from any thread.
pub type OpenStore = Arc<dyn Fn() -> Result<Box<dyn Store + Send>, Fault> + Send + Sync>;

/// How numbers are kept.
pub struct Settings {
    /// Periods whose cells are computed when it starts and always followed.
    pub hot: Vec<Period>,
    /// Which counts are suppressed in what is published.
    pub rule: Rule,
    /// The day that is printed as today's.
    pub today: Box<dyn Fn() -> Date + Send + Sync>,
    /// Fonts for PDF, looked for when first needed.
    pub fonts: Box<dyn Fn() -> Fonts + Send + Sync>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("hot", &self.hot).field("rule", &self.rule).finish_non_exhaustive()
    }
}

impl Settings {
    /// Usual settings by the system's clock: the year, quarter and month of today and the year before are hot.
    #[must_use]
    pub fn usual() -> Self {
        let today = || jiff::Zoned::now().date();
        let (year, month) = (today().year(), today().month());
        let hot = vec![Period::Year(year), Period::Quarter(year, (month + 2) / 3), Period::Month(year, month), Period::Year(year - 1)];
        Self { hot, ..Self::new(Box::new(today)) }
    }

    /// Settings with this clock: nothing is hot, PDF uses the system's fonts.
    #[must_use]
    pub fn new(today: Box<dyn Fn() -> Date + Send + Sync>) -> Self {
        Self { hot: Vec::new(), rule: Rule::default(), today, fonts: Box::new(Fonts::system) }
    }
}

/// Called after each change.
type Follower = Box<dyn FnMut(&Change) -> bool + Send>;

/// What the thread and those who ask share.
struct Shared {
    open: OpenStore,
    engine: Arc<Engine>,
    areas: Arc<AreaTree>,
    settings: Settings,
    state: RwLock<State>,
    /// How the first reading went: unknown while it goes on.
    loaded: Mutex<Option<Result<(), Fault>>>,
    was_loaded: Condvar,
    /// What was appended and isn't in the state yet.
    news: Mutex<News>,
    woken: Condvar,
    /// Only one computes for the first time: who waits for the same finds it done.
    computing: Mutex<()>,
    recent: Mutex<Recent>,
    followers: Mutex<Vec<Follower>>,
}

/// What was told since the last look.
#[derive(Debug, Default)]
struct News {
    /// Something was appended.
    written: bool,
    /// The thread is to end.
    stop: bool,
}

impl Shared {
    fn packs(&self) -> &Arc<Packs> {
        self.engine.packs()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The live numbers of a data folder.
pub struct LiveFigures {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl fmt::Debug for LiveFigures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveFigures").field("settings", &self.shared.settings).finish_non_exhaustive()
    }
}

impl LiveFigures {
    /// Numbers with usual settings; see [`LiveFigures::start`].
    ///
    /// Errors: `ANALYTICS-0901` when threads can't be started.
    pub fn new(open: OpenStore, packs: Arc<Packs>, areas: Arc<AreaTree>) -> Result<Self, Fault> {
        Self::start(open, packs, areas, Settings::usual())
    }

    /// Starts reading the records and following the log, in the background: this returns at once, and who asks before the records
    /// are read waits for them. Hot periods are computed first.
    ///
    /// Errors: `ANALYTICS-0901` when threads can't be started.
    pub fn start(open: OpenStore, packs: Arc<Packs>, areas: Arc<AreaTree>, settings: Settings) -> Result<Self, Fault> {
        let engine = Arc::new(Engine::new(packs)?);
        let state = State::empty(&engine, &areas)?;
        let shared = Arc::new(Shared {
            open,
            engine,
            areas,
            settings,
            state: RwLock::new(state),
            loaded: Mutex::default(),
            was_loaded: Condvar::new(),
            news: Mutex::default(),
            woken: Condvar::new(),
            computing: Mutex::default(),
            recent: Mutex::default(),
            followers: Mutex::default(),
        });
        let own = shared.clone();
        let started = std::thread::Builder::new().name("figures".into()).spawn(move || follow::run(&own));
        let thread = started.map_err(|error| Fault::new("ANALYTICS-0901").with("reason", error))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// The packs whose numbers these are.
    #[must_use]
    pub fn packs(&self) -> &Arc<Packs> {
        self.shared.packs()
    }
}

impl Drop for LiveFigures {
    fn drop(&mut self) {
        lock(&self.shared.news).stop = true;
        self.shared.woken.notify_all();
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been printed; there is nobody left to tell.
            drop(thread.join());
        }
    }
}
