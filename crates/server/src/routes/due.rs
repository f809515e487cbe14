//! Due lists: who is due for what, page by page, and how much is due where.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use qianmo_access::Wording;
use qianmo_core::schedule::State as Standing;
use qianmo_core::{AreaCode, Date, Fault};
use qianmo_desk::{DueAsked, DueCount, DueSight, Fresh, Key, SeenDue};
use qianmo_wire::Lang;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::caller::Caller;
use crate::extract::{At, Params};
use crate::page::limit;
use crate::refused::{ProblemBody, Refused, language};
use crate::routes::residents::{known, resident_id};

/// Which lines.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LinesAsked {
    /// Area, 12 digits.
    area: String,
    /// Only of these programmes, comma-separated.
    programmes: Option<String>,
    /// Only these services, comma-separated.
    services: Option<String>,
    /// Only `due` or `overdue`.
    state: Option<String>,
    /// Only of this urgency or a more urgent one: 1 (today) to 9.
    urgency: Option<u8>,
    /// Where to go on: `next` of the page before.
    after: Option<String>,
    /// Items of a page: 50 unless told, at most 500.
    limit: Option<u32>,
    /// Also count all fitting lines.
    #[serde(default)]
    count: bool,
}

/// A line of a due list. Of an appointment only the name and the days are told.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DueLine {
    /// The service; absent when only the appointment may be told.
    service: Option<String>,
    /// What is to be done, in words.
    what: Option<String>,
    /// Which dose of a series.
    dose: Option<u32>,
    /// Kind of the subject.
    kind: Option<String>,
    /// The subject.
    subject: Option<String>,
    /// The resident.
    resident: Option<String>,
    /// The name of the person, organisation or area.
    name: String,
    /// Where they sit: 12 digits.
    area: String,
    /// `due` or `overdue`.
    state: &'static str,
    /// First day on which it can be done.
    opens: Option<String>,
    /// The day by which it should be done.
    due: Option<String>,
    /// The last day by the norm.
    closes: Option<String>,
    /// When it was last done.
    last_done: Option<String>,
    /// 1 (today) to 9; absent of an appointment.
    urgency: Option<u8>,
    /// Days since the norm's last day; absent of an appointment.
    days_overdue: Option<i32>,
    /// Why, in words.
    reason: Option<String>,
}

/// A page of a due list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DueLines {
    /// The day.
    on: String,
    /// As of which position of the log.
    cut: i64,
    /// The lines, the most urgent first.
    items: Vec<DueLine>,
    /// Where the next page goes on; absent after the last.
    next: Option<String>,
    /// How many lines fit on all pages, if asked for.
    total: Option<usize>,
}

/// How much is due.
#[derive(Debug, Default, Clone, Copy, Serialize, ToSchema)]
pub(crate) struct Counts {
    /// Due, overdue included.
    due: u32,
    /// Overdue.
    overdue: u32,
}

impl From<DueCount> for Counts {
    fn from(count: DueCount) -> Self {
        Self { due: count.due, overdue: count.overdue }
    }
}

/// How much is due in a village.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VillageCounts {
    /// The village, 12 digits.
    area: String,
    /// By programme.
    programmes: BTreeMap<String, Counts>,
    /// By service.
    services: BTreeMap<String, Counts>,
}

/// How much is due in each village.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Totals {
    /// The day.
    on: String,
    /// As of which position of the log.
    cut: i64,
    /// The villages.
    villages: Vec<VillageCounts>,
    /// Villages that are still being counted: ask again in a moment.
    pending: Vec<String>,
}

fn area(text: &str) -> Result<AreaCode, Refused> {
    text.parse().map_err(|_| Fault::new("CORE-0104").with("area", text).into())
}

fn list(text: Option<&str>) -> Vec<Arc<str>> {
    text.unwrap_or_default().split(',').map(str::trim).filter(|part| !part.is_empty()).map(Arc::from).collect()
}

/// What of due lists the caller may see.
pub(crate) async fn due_sight(app: &App, caller: &Caller) -> Result<DueSight, Refused> {
    let windows = caller.access().due(caller.reason());
    app.read(move |store| DueSight::of(windows, &mut |worker, forms| store.directory()?.clients_of(worker, forms))).await
}

/// Who is due for what, the most urgent first.
#[utoipa::path(get, operation_id = "list_due", path = "/due", tag = "due", params(LinesAsked), responses(
    (status = 200, body = DueLines),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn lines(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Params(asked): Params<LinesAsked>,
) -> Result<Json<DueLines>, Refused> {
    let code = area(&asked.area)?;
    caller.access().require_area(code)?;
    let state = match asked.state.as_deref() {
        None => None,
        Some("due") => Some(Standing::Due),
        Some("overdue") => Some(Standing::Overdue),
        Some(_) => return Err(Fault::new("SERVER-0103").with("why", "state: due, overdue").into()),
    };
    let question = DueAsked {
        packs: list(asked.programmes.as_deref()),
        services: list(asked.services.as_deref()),
        state,
        urgency: asked.urgency,
        after: asked.after.as_deref().map(str::parse::<Key>).transpose()?,
        limit: limit(asked.limit)?,
        count: asked.count,
        fresh: Fresh::Now,
        ..DueAsked::of(code)
    };
    let sight = due_sight(&app, &caller).await?;
    let due = app.due.clone();
    let page = app.block(move || due.page(&question, &sight)).await?;
    let lang = language(&headers);
    Ok(Json(DueLines {
        on: page.on.to_string(),
        cut: page.cut.0,
        items: page.lines.iter().map(|line| body(&app, line, page.on, lang)).collect(),
        next: page.next.map(|key| key.to_string()),
        total: page.total,
    }))
}

/// Which area.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TotalsAsked {
    /// Area, 12 digits.
    area: String,
    /// Answer at once with what is at hand; villages still being counted stand in `pending`.
    #[serde(default)]
    at_once: bool,
}

/// How much is due in each village, by programme and service.
#[utoipa::path(get, operation_id = "count_due", path = "/due/totals", tag = "due", params(TotalsAsked), responses(
    (status = 200, body = Totals),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn totals(State(app): State<App>, caller: Caller, Params(asked): Params<TotalsAsked>) -> Result<Json<Totals>, Refused> {
    let code = area(&asked.area)?;
    caller.access().require_area(code)?;
    let sight = due_sight(&app, &caller).await?;
    let due = app.due.clone();
    let fresh = if asked.at_once { Fresh::AtHand } else { Fresh::Recent };
    let totals = app.block(move || due.totals(code, &sight, fresh)).await?;
    let counts = |by: &BTreeMap<Arc<str>, DueCount>| by.iter().map(|(id, count)| (id.to_string(), (*count).into())).collect();
    let village = |village: &qianmo_desk::VillageDue| VillageCounts {
        area: village.area.to_string(),
        programmes: counts(&village.packs),
        services: counts(&village.services),
    };
    Ok(Json(Totals {
        on: totals.on.to_string(),
        cut: totals.cut.0,
        villages: totals.villages.iter().map(village).collect(),
        pending: totals.pending.iter().map(ToString::to_string).collect(),
    }))
}

/// What is due for one resident.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PersonDue {
    /// The day.
    on: String,
    /// The lines, the most urgent first.
    items: Vec<DueLine>,
}

/// What is due for one resident.
#[utoipa::path(get, operation_id = "list_resident_due", path = "/residents/{id}/due", tag = "due", params(("id" = String, Path, description = "The resident")), responses(
    (status = 200, body = PersonDue),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn person(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    At(id): At<String>,
) -> Result<Json<PersonDue>, Refused> {
    let id = resident_id(&id)?;
    caller.read(move |reader| known(reader, id)).await?;
    let sight = due_sight(&app, &caller).await?;
    let due = app.due.clone();
    let on = due.on();
    let lines = app.block(move || due.person(id, &sight)).await?;
    let lang = language(&headers);
    Ok(Json(PersonDue { on: on.to_string(), items: lines.iter().map(|line| body(&app, line, on, lang)).collect() }))
}

pub(crate) fn body(app: &App, seen: &SeenDue, on: Date, lang: Lang) -> DueLine {
    let (line, item) = (&*seen.due, &seen.due.item);
    let text = |date: Option<Date>| date.map(|date| date.to_string());
    let planner = app.due.lists().planner();
    let full = seen.wording == Wording::Full;
    let (what, reason) = match lang {
        Lang::Zh => (planner.name(&item.service), planner.explain(item, on)),
        Lang::En => (planner.name_en(&item.service), planner.explain_en(item, on)),
    };
    DueLine {
        service: full.then(|| item.service.to_string()),
        what: what.filter(|_| full).map(str::to_owned),
        dose: item.dose.filter(|_| full),
        kind: full.then(|| item.kind.to_string()),
        subject: full.then(|| item.subject.to_string()),
        resident: item.resident.filter(|_| full).map(|id| id.to_string()),
        name: line.name.clone(),
        area: line.area.to_string(),
        state: item.state.word(),
        opens: text(item.opens),
        due: text(item.due),
        closes: text(item.closes),
        last_done: text(item.last_done.filter(|_| full)),
        urgency: full.then_some(item.urgency),
        days_overdue: full.then(|| item.days_overdue(on)),
        reason: full.then_some(reason),
    }
}
