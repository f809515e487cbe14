//! Returns handed in: submitting what is on screen, approving, sending back with a comment, and what has changed since.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use qianmo_access::Right;
use qianmo_core::pack::Return;
use qianmo_core::{AreaCode, Fault, Period};
use qianmo_store::{Filing, FilingId, FilingState, FilingsAsked, NewFiling, StepAsked};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::numbers::area_name;
use super::returns::{SheetBody, SheetRow, computed, form, visible, whole};
use crate::app::App;
use crate::caller::Caller;
use crate::extract::{At, Body, Params};
use crate::refused::{ProblemBody, Refused};
use crate::words::{instant, page};

/// A return to be handed in, as it was seen.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FilingNew {
    /// Id of the return.
    #[serde(rename = "return")]
    form: String,
    /// 12-digit area code.
    area: String,
    /// A period of the return's frequency.
    period: String,
    /// The position of the log that the table stood for when it was looked at: exactly that table is handed in.
    cut: i64,
}

/// A return handed in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FilingBody {
    #[schema(format = Uuid)]
    id: String,
    /// Id of the return.
    #[serde(rename = "return")]
    form: String,
    name: String,
    /// 12-digit area code.
    area: String,
    area_name: String,
    period: String,
    /// First day of the period.
    #[schema(format = Date)]
    from: String,
    /// Last day of the period.
    #[schema(format = Date)]
    to: String,
    /// The position of the log that it stands for.
    cut: i64,
    #[schema(format = DateTime)]
    filed_at: String,
    /// Account name of who handed it in.
    #[serde(skip_serializing_if = "Option::is_none")]
    filed_by: Option<String>,
    /// `submitted`, `approved`, `returned` or `withdrawn`.
    state: &'static str,
}

impl FilingBody {
    fn of(app: &App, filing: &Filing) -> Self {
        Self {
            id: filing.id.to_string(),
            form: filing.form.to_string(),
            name: app.packs.return_form(&filing.form).map_or_else(|| filing.form.to_string(), |form| form.name.clone()),
            area: filing.area.to_string(),
            area_name: area_name(app, filing.area),
            period: filing.period.to_string(),
            from: filing.days.0.to_string(),
            to: filing.days.1.to_string(),
            cut: filing.cut.0,
            filed_at: instant(filing.filed_at),
            filed_by: filing.filed_by.as_ref().map(ToString::to_string),
            state: filing.state.word(),
        }
    }
}

/// A return handed in, with its table and what became of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FilingWhole {
    #[serde(flatten)]
    filing: FilingBody,
    /// The table as it was handed in, as far as the caller may see it.
    sheet: SheetBody,
    /// What became of it, beginning with its submission.
    steps: Vec<StepBody>,
}

/// A step of a filing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StepBody {
    /// What it came to.
    state: &'static str,
    #[schema(format = DateTime)]
    at: String,
    /// Account name.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    /// What was said with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
}

/// Hands a return in.
#[utoipa::path(post, operation_id = "submit_filing", path = "/filings", tag = "returns", request_body = FilingNew, responses(
    (status = 201, body = FilingBody),
    (status = 403, description = "ACCESS-0102 not all of it is for you, or it isn't for you to hand in", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "STORE-0602 one is handed in already", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "SERVER-0404 a period that it isn't made for, SERVER-0405 a period that hasn't begun", body = ProblemBody, content_type = "application/problem+json"),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn submit(
    State(app): State<App>,
    caller: Caller,
    Body(new): Body<FilingNew>,
) -> Result<(StatusCode, Json<FilingBody>), Refused> {
    let (area, period): (AreaCode, Period) = (new.area.parse()?, new.period.parse()?);
    let form = form(&app, &caller, &new.form, area)?;
    caller.must(Right::FileReturns, area)?;
    whole(&caller, &new.form, area)?;
    let (first, _) = period.range(form.calendar);
    if first > app.clock.today() {
        return Err(Fault::new("SERVER-0405")
            .with("name", &form.name)
            .with("period", period.chinese(form.calendar))
            .with("first", first)
            .into());
    }
    let sheet = computed(&app, new.form.clone(), area, period, Some(new.cut)).await?;
    let cells = serde_json::to_string(&sheet).map_err(|_| Fault::new("SERVER-0901"))?;
    let filing = NewFiling { form: form.id.clone(), area, period, calendar: form.calendar, cut: qianmo_store::Cut(sheet.cut), cells };
    let (actor, now) = (caller.actor().clone(), app.clock.now_ms());
    let filed = app
        .write(move |store| {
            let id = store.filings_mut().submit(&actor, now, &filing)?;
            store.filings().filing(id)
        })
        .await
        .map_err(told)?
        .ok_or_else(Refused::not_found)?;
    Ok((StatusCode::CREATED, Json(FilingBody::of(&app, &filed))))
}

/// Which filings.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FilingsWanted {
    /// A 12-digit area code: it and everything below.
    area: String,
    /// Only of this return.
    #[serde(rename = "return")]
    form: Option<String>,
    /// Only for exactly this period.
    period: Option<String>,
    /// Only in this state: `submitted`, `approved`, `returned` or `withdrawn`.
    state: Option<String>,
    /// Where the page begins: `next` of the page before.
    after: Option<String>,
    /// Filings of a page: 50 when absent, at most 500.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// Returns handed in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FilingList {
    /// The last handed in first.
    items: Vec<FilingBody>,
    /// Where the next page begins: give it as `after`. Absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Returns handed in, the last first: those of which the caller may see something.
#[utoipa::path(get, operation_id = "list_filings", path = "/filings", tag = "returns", params(FilingsWanted), responses((status = 200, body = FilingList),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(wanted): Params<FilingsWanted>,
) -> Result<Json<FilingList>, Refused> {
    let area: AreaCode = wanted.area.parse()?;
    let period = wanted.period.as_deref().map(str::parse::<Period>).transpose()?;
    let unknown = || crate::words::wrong("state: submitted, approved, returned, withdrawn");
    let state = wanted.state.as_deref().map(|word| FilingState::from_word(word).ok_or_else(unknown)).transpose()?;
    let mut before = wanted.after.as_deref().map(place).transpose()?;
    let most = usize::try_from(page(wanted.limit)?).unwrap_or(usize::MAX);
    caller.access().require_area(area)?;
    let mut found: Vec<Filing> = Vec::new();
    let shown = |filing: &Filing| app.packs.return_form(&filing.form).is_some_and(|form| visible(caller.access(), form, filing.area));
    // Whatever isn't for the caller is passed over without being counted.
    loop {
        let (form, block) = (wanted.form.clone(), u32::try_from(most + 1).unwrap_or(u32::MAX));
        let list = app
            .read(move |store| {
                let forms = form.as_deref().map(|form| [form]);
                let forms = forms.as_ref().map(<[&str; 1]>::as_slice);
                store.filings().list(&FilingsAsked { areas: Some(&[area]), forms, period, state, before, filings_max: block, days: None })
            })
            .await?;
        let ended = list.len() <= most;
        before = list.last().map(|last| (last.filed_at, last.id));
        found.extend(list.into_iter().filter(&shown));
        if ended || found.len() > most {
            break;
        }
    }
    let more = found.len() > most;
    found.truncate(most);
    let next = found.last().filter(|_| more).map(|last| URL_SAFE_NO_PAD.encode(format!("{}.{}", last.filed_at, last.id)));
    Ok(Json(FilingList { items: found.iter().map(|filing| FilingBody::of(&app, filing)).collect(), next }))
}

/// Errors: `SERVER-0402`.
fn place(after: &str) -> Result<(i64, FilingId), Fault> {
    let read = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(after).ok()?).ok()?;
        let (at, id) = text.split_once('.')?;
        Some((at.parse().ok()?, FilingId(id.parse().ok()?)))
    };
    read().ok_or_else(|| Fault::new("SERVER-0402"))
}

/// A return handed in, with its table and what became of it.
#[utoipa::path(get, operation_id = "read_filing", path = "/filings/{id}", tag = "returns", params(("id" = String, Path, description = "id of the filing", format = Uuid)), responses(
    (status = 200, body = FilingWhole), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn one(State(app): State<App>, caller: Caller, At(id): At<String>) -> Result<Json<FilingWhole>, Refused> {
    Ok(Json(shown(&app, &caller, filing_id(&id)?).await?))
}

fn filing_id(text: &str) -> Result<FilingId, Refused> {
    Uuid::parse_str(text).map(FilingId).map_err(|_| Refused::not_found())
}

/// A filing as far as the caller may see it.
///
/// Errors: as what doesn't exist.
async fn shown(app: &App, caller: &Caller, id: FilingId) -> Result<FilingWhole, Refused> {
    let (filing, form) = held(app, caller, id).await?;
    let (cells, steps) = app.read(move |store| Ok((store.filings().cells(id)?, store.filings().steps(id)?))).await?;
    let step = |step: qianmo_store::FilingStep| StepBody {
        state: step.state.word(),
        at: instant(step.at),
        by: step.by.worker.map(|worker| worker.to_string()),
        comment: step.comment,
    };
    Ok(FilingWhole {
        filing: FilingBody::of(app, &filing),
        sheet: filed_sheet(&cells)?.seen_by(caller.access(), form, filing.area),
        steps: steps.into_iter().map(step).collect(),
    })
}

/// A filing of which the caller may see something.
async fn held<'a>(app: &'a App, caller: &Caller, id: FilingId) -> Result<(Filing, &'a Return), Refused> {
    let filing = app.read(move |store| store.filings().filing(id)).await?.ok_or_else(Refused::not_found)?;
    let form = form(app, caller, &filing.form, filing.area)?;
    Ok((filing, form))
}

fn filed_sheet(cells: &str) -> Result<SheetBody, Fault> {
    serde_json::from_str(cells).map_err(|_| Fault::new("SERVER-0901"))
}

/// What is to become of a filing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepNew {
    /// What it is to become.
    state: StepWord,
    /// How far it had come when this was decided: nobody decides on what somebody else has decided on meanwhile.
    expected: ExpectedWord,
    /// What is said with it; sending back needs a reason.
    comment: Option<String>,
}

/// What a filing can become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StepWord {
    /// 审核通过, by somebody else than who handed it in.
    Approved,
    /// 退回, with a reason.
    Returned,
    /// 撤回, by those who hand in.
    Withdrawn,
}

/// How far a filing can have come while something can still be decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ExpectedWord {
    /// 已上报
    Submitted,
    /// 已审核
    Approved,
}

/// Approves a return, sends it back with a comment, or withdraws it.
#[utoipa::path(post, operation_id = "step_filing", path = "/filings/{id}/steps", tag = "returns", params(("id" = String, Path, description = "id of the filing", format = Uuid)), request_body = StepNew, responses(
    (status = 200, body = FilingWhole),
    (status = 403, description = "ACCESS-0102 not for you", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "STORE-0603 somebody has decided meanwhile, STORE-0604 it can't become that", body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, description = "STORE-0605 sending back needs a reason, SERVER-0406 handed in by yourself", body = ProblemBody, content_type = "application/problem+json"),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn step(
    State(app): State<App>,
    caller: Caller,
    At(id): At<String>,
    Body(new): Body<StepNew>,
) -> Result<Json<FilingWhole>, Refused> {
    let id = filing_id(&id)?;
    let (filing, _) = held(&app, &caller, id).await?;
    let (next, right) = match new.state {
        StepWord::Approved => (FilingState::Approved, Right::ApproveReturns),
        StepWord::Returned => (FilingState::Returned, Right::ApproveReturns),
        StepWord::Withdrawn => (FilingState::Withdrawn, Right::FileReturns),
    };
    caller.must(right, filing.area)?;
    whole(&caller, &filing.form, filing.area)?;
    if next == FilingState::Approved && filing.filed_by.as_deref() == Some(&caller.worker().name.to_string()) {
        return Err(Fault::new("SERVER-0406").into());
    }
    let expected = match new.expected {
        ExpectedWord::Submitted => FilingState::Submitted,
        ExpectedWord::Approved => FilingState::Approved,
    };
    let (actor, now) = (caller.actor().clone(), app.clock.now_ms());
    app.write(move |store| {
        let asked = StepAsked { id, expected, next, comment: new.comment.as_deref() };
        store.filings_mut().step(&actor, now, &asked)
    })
    .await
    .map_err(told)?;
    Ok(Json(shown(&app, &caller, id).await?))
}

/// Conflicts answer as such.
fn told(refused: Refused) -> Refused {
    match refused.code() {
        "STORE-0601" => Refused::not_found(),
        "STORE-0602" | "STORE-0603" | "STORE-0604" => refused.with_status(StatusCode::CONFLICT),
        _ => refused,
    }
}

/// What has changed since a return was handed in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Differences {
    /// The position of the log that the filing stands for.
    filed_cut: i64,
    /// The position that the numbers have now.
    cut: i64,
    /// Cells that differ, in the order of the table.
    items: Vec<Difference>,
}

/// A cell that differs.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Difference {
    /// Code of the line on paper.
    code: String,
    /// Its label.
    label: String,
    /// Heading of the column; empty when it has none.
    heading: String,
    /// As handed in; absent when the cell wasn't there.
    #[serde(skip_serializing_if = "Option::is_none")]
    filed: Option<String>,
    /// As it would be printed now; absent when the cell isn't there any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    now: Option<String>,
}

/// What has changed since a return was handed in, cell by cell, as far as the caller may see it.
#[utoipa::path(get, operation_id = "list_filing_differences", path = "/filings/{id}/differences", tag = "returns", params(("id" = String, Path, description = "id of the filing", format = Uuid)), responses(
    (status = 200, body = Differences), (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn differences(State(app): State<App>, caller: Caller, At(id): At<String>) -> Result<Json<Differences>, Refused> {
    let id = filing_id(&id)?;
    let (filing, form) = held(&app, &caller, id).await?;
    let cells = app.read(move |store| store.filings().cells(id)).await?;
    let filed = filed_sheet(&cells)?.seen_by(caller.access(), form, filing.area);
    let now = computed(&app, filing.form.to_string(), filing.area, filing.period, None).await?.seen_by(caller.access(), form, filing.area);
    Ok(Json(Differences { filed_cut: filed.cut, cut: now.cut, items: between(&filed, &now) }))
}

/// The cells that differ between two tables: lines are known by code and label, cells by their heading.
fn between(filed: &SheetBody, now: &SheetBody) -> Vec<Difference> {
    let same = |a: &SheetRow, b: &SheetRow| a.code == b.code && a.indicator == b.indicator;
    let mut found = Vec::new();
    for row in &filed.rows {
        let other = now.rows.iter().find(|other| same(row, other));
        compare(Some((row, filed)), other.map(|other| (other, now)), &mut found);
    }
    for row in now.rows.iter().filter(|row| !filed.rows.iter().any(|other| same(row, other))) {
        compare(None, Some((row, now)), &mut found);
    }
    found
}

fn compare(filed: Option<(&SheetRow, &SheetBody)>, now: Option<(&SheetRow, &SheetBody)>, found: &mut Vec<Difference>) {
    let Some((named, _)) = filed.or(now) else { return };
    let cells = |row: Option<(&SheetRow, &SheetBody)>| -> Vec<(String, String)> {
        let Some((row, sheet)) = row else { return Vec::new() };
        // Headings may name the columns of code and label too: cells are the last ones.
        let first = sheet.headings.len().saturating_sub(row.cells.len());
        let heading = |place: usize| sheet.headings.get(first + place).cloned().unwrap_or_default();
        row.cells.iter().enumerate().map(|(place, cell)| (heading(place), cell.text.clone())).collect()
    };
    let (before, after) = (cells(filed), cells(now));
    let mut tell = |heading: &str, filed: Option<&String>, now: Option<&String>| {
        if filed != now {
            let (code, label) = (named.code.clone(), named.label.clone());
            found.push(Difference { code, label, heading: heading.to_owned(), filed: filed.cloned(), now: now.cloned() });
        }
    };
    for (heading, text) in &before {
        tell(heading, Some(text), after.iter().find(|(other, _)| other == heading).map(|(_, text)| text));
    }
    for (heading, text) in after.iter().filter(|(heading, _)| !before.iter().any(|(other, _)| other == heading)) {
        tell(heading, None, Some(text));
    }
}
