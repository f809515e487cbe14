//! The stream that tells open screens whose numbers have changed.
//!
//! Changes are gathered, told at most twice a second, and only of areas and forms in which the screen's user may
//! see numbers. The stream ends by itself after a while and whenever accounts change, so that who listens is recognised anew; a client that
//! comes back says with `Last-Event-ID` how far it was told.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use qianmo_access::{Access, at_most};
use qianmo_core::pack::Sensitivity;
use qianmo_core::{AreaCode, Fault};
use qianmo_desk::Change;
use qianmo_store::{Cut, Scan};
use serde::Serialize;
use tokio::sync::{Notify, mpsc};
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Caller;
use crate::refused::{ProblemBody, Refused};
use crate::words::wrong;

/// The least time between two events.
const APART: Duration = Duration::from_millis(500);
/// After how long without an event a sign of life is sent.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How often a quiet stream looks whether accounts have changed.
const LOOK: Duration = Duration::from_secs(5);
/// How long a stream lasts before the client must come back.
const LASTS: Duration = Duration::from_mins(10);
/// When a client whose stream ended comes back.
const RETRY: Duration = Duration::from_secs(2);
/// The most records looked through for a client that comes back; beyond it everything counts as changed.
const RECORDS_MAX: usize = 5_000;

/// Whose numbers have changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Changed {
    /// The position of the log that the numbers have reached.
    cut: i64,
    /// Areas in which records were made (12-digit codes); numbers above them have changed too.
    areas: Vec<String>,
    /// Their forms.
    forms: Vec<String>,
    /// Whether more may have changed than is listed: look at everything anew.
    everything: bool,
}

/// Tells whose numbers have changed, as server-sent events of type `changed`, at most two a second; the id of an event is its cut.
#[utoipa::path(get, operation_id = "follow_events", path = "/events", tag = "events",
    params(("Last-Event-ID" = Option<i64>, Header, description = "the cut up to which the client was told: it begins with what changed since")),
    responses((status = 200, body = Changed, content_type = "text/event-stream"),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn events(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Refused> {
    let last = headers
        .get("last-event-id")
        .map(|value| value.to_str().ok().and_then(|text| text.parse::<i64>().ok()).ok_or_else(|| wrong("Last-Event-ID")));
    let since = last.transpose()?;
    let gathered = Arc::new(Gathered::default());
    let weak = Arc::downgrade(&gathered);
    // Before looking back, so that nothing is missed in between.
    app.figures.subscribe(Box::new(move |change| match weak.upgrade() {
        Some(gathered) => {
            gathered.add(change);
            true
        }
        None => false,
    }));
    if let Some(since) = since {
        let (missed, everything) = missed(&app, Cut(since)).await?;
        for change in &missed {
            gathered.add(change);
        }
        if everything {
            gathered.all();
        }
    }
    let (sender, receiver) = mpsc::channel(4);
    tokio::spawn(tell(app, caller, gathered, since, sender));
    let alive = KeepAlive::new().interval(HEARTBEAT).text("alive");
    Ok(Sse::new(ReceiverStream::new(receiver)).keep_alive(alive))
}

/// What has changed and hasn't been told yet.
#[derive(Debug, Default)]
struct Gathered {
    held: Mutex<Held>,
    told: Notify,
}

#[derive(Debug, Default)]
struct Held {
    cut: Cut,
    forms: BTreeMap<AreaCode, BTreeSet<Arc<str>>>,
    everything: bool,
}

impl Gathered {
    fn add(&self, change: &Change) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.cut = held.cut.max(change.cut);
        for area in &change.areas {
            held.forms.entry(*area).or_default().extend(change.forms.iter().cloned());
        }
        drop(held);
        self.told.notify_one();
    }

    fn all(&self) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).everything = true;
        self.told.notify_one();
    }

    fn take(&self) -> Held {
        std::mem::take(&mut *self.held.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Tells until the client goes away, the stream has lasted, or accounts have changed.
async fn tell(app: App, caller: Caller, gathered: Arc<Gathered>, since: Option<i64>, sender: mpsc::Sender<Result<Event, Infallible>>) {
    let accounts = app.accounts_generation();
    let until = tokio::time::Instant::now() + LASTS;
    if since.is_none() {
        let begun = Changed { cut: app.figures.reached().0, ..Changed::default() };
        if sender.send(Ok(event(&begun))).await.is_err() {
            return;
        }
    }
    loop {
        tokio::select! {
            () = gathered.told.notified() => {}
            () = sender.closed() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
        if app.accounts_generation() != accounts || tokio::time::Instant::now() >= until {
            return;
        }
        if let Some(changed) = seen(caller.access(), &gathered.take()) {
            if sender.send(Ok(event(&changed))).await.is_err() {
                return;
            }
            tokio::time::sleep(APART).await;
        }
    }
}

fn event(changed: &Changed) -> Event {
    let event = Event::default().event("changed").id(changed.cut.to_string()).retry(RETRY);
    // A struct of texts and numbers is always written.
    event.json_data(changed).unwrap_or_default()
}

/// What of the changes somebody may be told: nothing when none of it is theirs to see.
fn seen(access: &Access, held: &Held) -> Option<Changed> {
    let (mut areas, mut forms) = (Vec::new(), BTreeSet::new());
    for (area, changed) in &held.forms {
        let numbers = access.numbers(*area);
        if numbers.is_empty() {
            continue;
        }
        let told: Vec<&Arc<str>> = changed.iter().filter(|form| form_seen(access, &numbers, form)).collect();
        if !told.is_empty() {
            areas.push(area.to_string());
            forms.extend(told.into_iter().map(ToString::to_string));
        }
    }
    let any = !areas.is_empty() || held.everything;
    any.then(|| Changed { cut: held.cut.0, areas, forms: forms.into_iter().collect(), everything: held.everything })
}

/// Whether somebody may know that records of a form were made where they see these numbers: a routine form, or one no more sensitive than
/// a number of its own programme that they see.
fn form_seen(access: &Access, numbers: &BTreeSet<Arc<str>>, form: &str) -> bool {
    let guard = access.guard();
    let Some(held) = guard.form(form) else { return false };
    let enough =
        |id: &Arc<str>| guard.indicator(id).is_some_and(|number| number.pack == held.pack && at_most(held.sensitivity, number.sensitivity));
    held.sensitivity == Sensitivity::Routine || numbers.iter().any(enough)
}

/// What was written after a position, a change a record; and whether there was more than can be looked through.
///
/// Errors: `SERVER-0103` a position that the log hasn't reached.
async fn missed(app: &App, since: Cut) -> Result<(Vec<Change>, bool), Refused> {
    let changes = app
        .read(move |store| {
            let end = store.cut()?;
            if since < Cut::START || since > end {
                return Err(Fault::new("SERVER-0103").with("why", "Last-Event-ID"));
            }
            let mut changes: Vec<Change> = Vec::new();
            let what = Scan { since: Some(since), rows_max: Some(RECORDS_MAX + 1), ..Scan::default() };
            store.scan_changes(&what, &mut |row| {
                let (areas, forms) = (BTreeSet::from([row.area]), BTreeSet::from([row.form.into()]));
                changes.push(Change { cut: Cut(row.seq), areas, forms, records: Vec::new() });
                Ok(())
            })?;
            Ok(changes)
        })
        .await?;
    let everything = changes.len() > RECORDS_MAX;
    Ok((changes, everything))
}
