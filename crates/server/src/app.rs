//! The state that every request sees.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use qianmo_access::Guard;
use qianmo_core::pack::Packs;
use qianmo_core::{AreaTree, Fault};
use qianmo_desk::{Change, DueLists, Figures, Follower, LiveDue, LiveLimits};
use qianmo_store::{Appended, Parcel, Store, Writer};
use qianmo_sync::Rules;
use qianmo_sync::device::Challenges;
use qianmo_wire::sync::AreasBody;
use tokio::sync::Semaphore;

use crate::caller::Known;
use crate::clock::Clock;
use crate::config::Config;
use crate::limits::LoginTries;
use crate::observe::Observed;
use crate::oidc::SignIn;
use crate::readers::{OpenStore, Readers};
use crate::refused::Refused;
use crate::routes::TwinsFound;

/// What a server is made of.
pub struct Parts {
    /// How it is set up.
    pub config: Config,
    /// The writing end of the store.
    pub writer: Writer,
    /// Opens handles for reading.
    pub open: OpenStore,
    /// The programmes.
    pub packs: Arc<Packs>,
    /// The numbers.
    pub figures: Arc<dyn Figures>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
}

/// The state that every request sees. Clones are the same.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// What stands behind [`App`].
pub struct Inner {
    pub(crate) config: Config,
    pub(crate) writer: Writer,
    pub(crate) readers: Arc<Readers>,
    /// Opens one more handle, for what takes long.
    pub(crate) open: OpenStore,
    pub(crate) packs: Arc<Packs>,
    /// What of the programmes is guarded how.
    pub(crate) guard: Arc<Guard>,
    /// A short mark of the packs in force: changes when they do.
    pub(crate) packs_mark: String,
    pub(crate) figures: Arc<dyn Figures>,
    pub(crate) due: Arc<LiveDue>,
    /// What devices sign to show who they are.
    pub(crate) challenges: Challenges,
    pub(crate) clock: Arc<dyn Clock>,
    /// Entries that may be one person, as they were looked for lately.
    pub(crate) twins_found: TwinsFound,
    pub(crate) observed: Observed,
    pub(crate) tries: LoginTries,
    /// One backup or verification at a time: both read everything.
    pub(crate) whole_turn: Semaphore,
    /// The identity provider, if there is one.
    pub(crate) sign_in: Option<Arc<SignIn>>,
    rules: RwLock<Arc<Rules>>,
    areas: RwLock<Arc<AreaTree>>,
    areas_body: RwLock<Arc<AreasBody>>,
    _follower: Follower,
    /// Who was recognised lately, by the hash of their token. Emptied whenever an account changes.
    pub(crate) known: Mutex<HashMap<[u8; 32], Arc<Known>>>,
    accounts_changed: AtomicU64,
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").finish_non_exhaustive()
    }
}

impl std::ops::Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl App {
    /// Puts the parts together.
    ///
    /// Errors: of opening a handle on the store and reading the division tree.
    pub fn new(parts: Parts) -> Result<Self, Fault> {
        let readers = Arc::new(Readers::new(parts.open.clone(), parts.config.readers));
        let areas = Arc::new(readers.with(|store| store.areas())?);
        let packs_mark = mark(&parts.packs);
        let secret = parts.writer.run(|store| store.secret())?;
        let challenges = Challenges::new(&secret);
        let again = parts.open.clone();
        let lists = Arc::new(DueLists::new(parts.packs.clone()));
        let due = LiveDue::new(lists, parts.clock.today(), Box::new(move || again()), LiveLimits::default());
        let due = Arc::new(due);
        let clock = parts.clock.clone();
        let follower = due.follow(Box::new(move || clock.today()))?;
        let sign_in = parts.config.oidc.clone().map(SignIn::new).transpose()?.map(Arc::new);
        Ok(Self(Arc::new(Inner {
            config: parts.config,
            writer: parts.writer,
            readers,
            open: parts.open.clone(),
            guard: Arc::new(Guard::new(&parts.packs)),
            packs: parts.packs.clone(),
            packs_mark,
            figures: parts.figures,
            due,
            challenges,
            clock: parts.clock,
            twins_found: TwinsFound::default(),
            observed: Observed::new(),
            tries: LoginTries::default(),
            whole_turn: Semaphore::new(1),
            sign_in,
            rules: RwLock::new(Arc::new(Rules::new(parts.packs.clone(), areas.clone()))),
            areas_body: RwLock::new(Arc::new(qianmo_sync::exchange::areas(&areas))),
            areas: RwLock::new(areas),
            _follower: follower,
            known: Mutex::default(),
            accounts_changed: AtomicU64::new(0),
        })))
    }

    /// The division tree as it is now.
    #[must_use]
    pub fn areas(&self) -> Arc<AreaTree> {
        self.areas.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The division tree as devices get it.
    pub(crate) fn areas_body(&self) -> Arc<AreasBody> {
        self.areas_body.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What an intake is held to, now.
    pub(crate) fn rules(&self) -> Arc<Rules> {
        self.rules.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the division tree again, after it was changed.
    pub(crate) async fn reread_areas(&self) -> Result<(), Refused> {
        let areas = Arc::new(self.readers.run(|store| store.areas()).await?);
        *self.rules.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Rules::new(self.packs.clone(), areas.clone()));
        *self.areas_body.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(qianmo_sync::exchange::areas(&areas));
        *self.areas.write().unwrap_or_else(PoisonError::into_inner) = areas;
        self.due.forget();
        self.accounts_changed();
        Ok(())
    }

    /// Reads from the store on a thread where blocking is allowed. For what belongs to nobody; records are read through
    /// [`crate::Caller::read`].
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        task: impl FnOnce(&dyn Store) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Refused> {
        Ok(self.readers.run(task).await?)
    }

    /// Does something that may block, such as computing numbers.
    pub(crate) async fn block<T: Send + 'static>(&self, task: impl FnOnce() -> Result<T, Fault> + Send + 'static) -> Result<T, Refused> {
        let done = tokio::task::spawn_blocking(task).await;
        Ok(done.unwrap_or_else(|_| Err(Fault::new("SERVER-0901")))?)
    }

    /// Writes something other than records (accounts, areas, settings, entries of the audit chain) and waits until it is durable.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        task: impl FnOnce(&mut dyn Store) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Refused> {
        let writer = self.writer.clone();
        self.block(move || writer.run(task)).await
    }

    /// Hands records to the writer and waits, without holding a thread, until they are durable or refused.
    pub(crate) async fn append(&self, parcel: Parcel) -> Result<Appended, Fault> {
        let (answer, answered) = tokio::sync::oneshot::channel();
        let handed = self.writer.submit(parcel, move |done| drop(answer.send(done)));
        handed?;
        // No answer comes when the writer's thread was ended by a fault of ours.
        answered.await.unwrap_or_else(|_| Err(Fault::new("STORE-0009").with("why", "stopped")))
    }

    /// Tells those who follow the log what was appended.
    pub(crate) fn follow(&self, change: &Change) {
        self.observed.records.inc_by(change.records.len() as u64);
        self.figures.written(change);
        self.due.written(change);
    }

    /// Whoever was recognised must be looked up again: an account, grant or session has changed.
    pub(crate) fn accounts_changed(&self) {
        self.accounts_changed.fetch_add(1, Ordering::AcqRel);
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// How often accounts have changed; who was looked up before a change isn't remembered after it.
    pub(crate) fn accounts_generation(&self) -> u64 {
        self.accounts_changed.load(Ordering::Acquire)
    }
}

/// A short mark of a set of packs.
fn mark(packs: &Packs) -> String {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    for pack in &packs.packs {
        hash.update(format!("{pack:?}"));
    }
    let first: [u8; 8] = hash.finalize()[..8].try_into().unwrap_or_default();
    format!("{:016x}", u64::from_be_bytes(first))
}
