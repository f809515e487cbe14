//! Group commit: one thread owns the writing handle, many callers hand in, and what came in while the last commit ran goes into
//! the next one. Nobody is answered before the commit is on the disk.
//!
//! Under load the disk's synchronous writes a second no longer limit the records a second; alone, a caller waits for nothing
//! but its own commit.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::thread::JoinHandle;

use qianmo_core::{Fault, Record};

use crate::Store;
use crate::audit::{Actor, Entry};
use crate::clock::now_ms;
use crate::row::{Appended, Submission};

/// The most that waits and that goes into one transaction.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Submissions that may wait; beyond it [`Writer::submit`] refuses and [`Writer::append`] waits.
    pub waiting_max: usize,
    /// Records after which a group takes no further submission.
    pub records_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { waiting_max: 1024, records_max: 10_000 }
    }
}

/// What one caller hands in, owned: see [`Submission`].
#[derive(Debug, Clone, Default)]
pub struct Parcel {
    /// The records, corrections after what they correct.
    pub records: Vec<Record>,
    /// Who hands them in.
    pub by: Actor,
    /// When, UTC, milliseconds since 1970.
    pub at: i64,
    /// What else is to be noted in the audit chain.
    pub entries: Vec<Entry>,
}

impl From<Vec<Record>> for Parcel {
    /// Handed in by the program itself, now.
    fn from(records: Vec<Record>) -> Self {
        Self { records, at: now_ms(), ..Self::default() }
    }
}

type Reply = Box<dyn FnOnce(Result<Appended, Fault>) + Send>;
type Task = Box<dyn FnOnce(&mut dyn Store) + Send>;

enum Job {
    Append { parcel: Parcel, reply: Reply },
    Task(Task),
    Stop,
}

/// The writing end of a store. Clones hand in to the same thread.
#[derive(Clone)]
pub struct Writer {
    jobs: SyncSender<Job>,
}

/// The thread behind the writers; [`WriterThread::stop`] ends it.
pub struct WriterThread {
    jobs: SyncSender<Job>,
    thread: JoinHandle<Box<dyn Store + Send>>,
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}

impl fmt::Debug for WriterThread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriterThread").finish_non_exhaustive()
    }
}

impl Writer {
    /// Starts the thread that writes to `store`.
    ///
    /// Errors: `STORE-0007` when the system gives no thread.
    pub fn start(store: Box<dyn Store + Send>, limits: Limits) -> Result<(Self, WriterThread), Fault> {
        let (jobs, waiting) = sync_channel(limits.waiting_max.max(1));
        let thread = std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || work(store, &waiting, limits.records_max))
            .map_err(|error| Fault::new("STORE-0007").with("file", "writer").with("why", error))?;
        Ok((Self { jobs: jobs.clone() }, WriterThread { jobs, thread }))
    }

    /// Hands in records and returns at once; `reply` is called on the writer's thread when they are durable or refused.
    ///
    /// Errors: `STORE-0009` when too many wait or the writer has stopped; `reply` is not called then.
    pub fn submit(&self, parcel: impl Into<Parcel>, reply: impl FnOnce(Result<Appended, Fault>) + Send + 'static) -> Result<(), Fault> {
        self.jobs.try_send(Job::Append { parcel: parcel.into(), reply: Box::new(reply) }).map_err(|refused| match refused {
            TrySendError::Full(_) => busy("full"),
            TrySendError::Disconnected(_) => busy("stopped"),
        })
    }

    /// Hands in records and waits until they are durable or refused; faults as [`Store::append`].
    ///
    /// Errors: `STORE-0009` when the writer has stopped.
    pub fn append(&self, parcel: impl Into<Parcel>) -> Result<Appended, Fault> {
        let (answer, answered) = sync_channel(1);
        let reply: Reply = Box::new(move |done| drop(answer.send(done)));
        self.jobs.send(Job::Append { parcel: parcel.into(), reply }).map_err(|_| busy("stopped"))?;
        answered.recv().map_err(|_| busy("stopped"))?
    }

    /// Runs something else that writes (accounts, areas, settings) between two groups, and waits for it.
    ///
    /// Errors: `STORE-0009` when the writer has stopped.
    pub fn run<T: Send + 'static>(&self, task: impl FnOnce(&mut dyn Store) -> Result<T, Fault> + Send + 'static) -> Result<T, Fault> {
        let (answer, answered) = sync_channel(1);
        let task: Task = Box::new(move |store| drop(answer.send(task(store))));
        self.jobs.send(Job::Task(task)).map_err(|_| busy("stopped"))?;
        answered.recv().map_err(|_| busy("stopped"))?
    }
}

impl WriterThread {
    /// Writes what waits, ends the thread and gives the store back.
    ///
    /// Errors: `STORE-0009` when the thread had ended by a fault of ours.
    pub fn stop(self) -> Result<Box<dyn Store + Send>, Fault> {
        // A thread that has ended takes no job; joining says how it ended.
        let _ = self.jobs.send(Job::Stop);
        self.thread.join().map_err(|_| busy("stopped"))
    }
}

fn busy(why: &'static str) -> Fault {
    Fault::new("STORE-0009").with("why", why)
}

/// The thread's whole life.
fn work(mut store: Box<dyn Store + Send>, jobs: &Receiver<Job>, records_max: usize) -> Box<dyn Store + Send> {
    let mut next = jobs.recv().ok();
    while let Some(job) = next {
        next = match job {
            Job::Stop => break,
            Job::Task(task) => {
                // A fault of ours in one task must not end all writing; the caller learns that no answer came.
                let _ = catch_unwind(AssertUnwindSafe(|| task(&mut *store)));
                None
            }
            Job::Append { parcel, reply } => {
                let mut count = parcel.records.len();
                let mut group = vec![(parcel, reply)];
                let mut after = None;
                while count < records_max {
                    match jobs.try_recv() {
                        Ok(Job::Append { parcel, reply }) => {
                            count += parcel.records.len();
                            group.push((parcel, reply));
                        }
                        Ok(other) => {
                            after = Some(other);
                            break;
                        }
                        Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
                    }
                }
                let _ = catch_unwind(AssertUnwindSafe(|| write(&mut *store, group)));
                after
            }
        };
        if next.is_none() {
            next = jobs.recv().ok();
        }
    }
    store
}

fn write(store: &mut dyn Store, group: Vec<(Parcel, Reply)>) {
    let submissions: Vec<Submission<'_>> = group.iter().map(|(parcel, _)| submission(parcel)).collect();
    let answers = match store.append_group(&submissions) {
        Ok(answers) => answers,
        // One submission may be what the whole group failed of: too large for the disk, or text that the database can't hold.
        Err(fault) if group.len() > 1 && matches!(fault.code, "STORE-0006" | "STORE-0007") => {
            submissions.iter().map(|one| alone(store, one)).collect()
        }
        Err(fault) => vec![Err(fault); group.len()],
    };
    for ((_, reply), answer) in group.into_iter().zip(answers) {
        reply(answer);
    }
}

fn submission(parcel: &Parcel) -> Submission<'_> {
    Submission { records: &parcel.records, by: Some(&parcel.by), at: parcel.at, entries: &parcel.entries }
}

fn alone(store: &mut dyn Store, one: &Submission<'_>) -> Result<Appended, Fault> {
    store.append_group(std::slice::from_ref(one))?.pop().expect("an answer to each submission")
}
