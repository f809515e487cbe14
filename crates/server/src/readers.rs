//! Store handles for reading: a few, shared by all requests, used off the network threads.

use std::sync::{Arc, Mutex, PoisonError};

use qianmo_core::Fault;
use qianmo_store::Store;
use tokio::sync::Semaphore;

/// Opens one more handle on the store.
pub type OpenStore = Arc<dyn Fn() -> Result<Box<dyn Store + Send>, Fault> + Send + Sync>;

/// The handles.
pub(crate) struct Readers {
    open: OpenStore,
    idle: Mutex<Vec<Box<dyn Store + Send>>>,
    turn: Semaphore,
}

impl Readers {
    pub(crate) fn new(open: OpenStore, readers_max: usize) -> Self {
        Self { open, idle: Mutex::default(), turn: Semaphore::new(readers_max.max(1)) }
    }

    /// Runs something with a handle, on a thread where blocking is allowed.
    ///
    /// Errors: `SERVER-0901` when it panicked (a fault of ours); of opening a handle; what `task` answers.
    pub(crate) async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        task: impl FnOnce(&dyn Store) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let readers = self.clone();
        // A semaphore that is never closed always gives a turn.
        let turn = self.turn.acquire().await;
        let done = tokio::task::spawn_blocking(move || readers.with(task)).await;
        drop(turn);
        done.unwrap_or_else(|_| Err(Fault::new("SERVER-0901")))
    }

    /// The same on the thread that asks.
    pub(crate) fn with<T>(&self, task: impl FnOnce(&dyn Store) -> Result<T, Fault>) -> Result<T, Fault> {
        let held = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let store = match held {
            Some(store) => store,
            None => (self.open)()?,
        };
        let done = task(&*store);
        // A handle whose server went away is not kept: the next one is opened anew.
        if !matches!(&done, Err(fault) if matches!(fault.code, "STORE-0005" | "STORE-0007" | "STORE-0008")) {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(store);
        }
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_ends_its_own_request_only() {
        let open: OpenStore = Arc::new(|| {
            let dir = std::env::temp_dir().join(format!("qianmo-readers-{}", std::process::id()));
            let store = qianmo_store::SqliteStore::open(&dir).or_else(|_| qianmo_store::SqliteStore::create(&dir))?;
            Ok(Box::new(store))
        });
        let readers = Arc::new(Readers::new(open, 1));
        let first = readers.run::<()>(|_| panic!("a fault of ours")).await;
        assert_eq!(first.map_err(|fault| fault.code), Err("SERVER-0901"));
        assert!(readers.run(|store| store.cut()).await.is_ok());
        let _ = std::fs::remove_dir_all(std::env::temp_dir().join(format!("qianmo-readers-{}", std::process::id())));
    }
}
