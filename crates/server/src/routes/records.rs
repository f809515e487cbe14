//! Records: written one by one or in batches, corrected, withdrawn, and read with their history.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use qianmo_access::reason_fits;
use qianmo_core::pack::Sensitivity;
use qianmo_core::{Fault, Form, RecordId};
use qianmo_desk::Change;
use qianmo_store::{Appended, Deed, Entry, Row};
use qianmo_sync::{Intake, body, is_content};
use qianmo_wire::sync::{BaseBody, Outcome, RecordBody, State as Taken};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::caller::Caller;
use crate::extract::{At, Body};
use crate::refused::{ProblemBody, Refused};

/// Records, corrections after what they correct.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Batch {
    /// The records; at most 5,000.
    #[schema(value_type = Vec<RecordBody>)]
    records: Vec<Value>,
}

/// What became of each record of a batch.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Outcomes {
    /// One for each, in the batch's order.
    outcomes: Vec<Outcome>,
}

/// Takes a caller's records in: durable, or kept beside the log, when it answers.
pub(crate) async fn take_in(app: &App, caller: &Caller, batch: Vec<Value>) -> Result<Vec<Outcome>, Refused> {
    take_in_by(app, intake(app, caller), batch).await
}

/// The same by an intake. What was begun is finished, also when the client has gone away meanwhile.
pub(crate) async fn take_in_by(app: &App, intake: Intake, batch: Vec<Value>) -> Result<Vec<Outcome>, Refused> {
    let app = app.clone();
    let taken = tokio::spawn(async move {
        let (intake, batch) = (Arc::new(intake), Arc::new(batch));
        let outcomes = taken_in(&app, &intake, &batch).await?;
        app.follow(&change(&intake, &batch, &outcomes));
        Ok(outcomes)
    });
    taken.await.unwrap_or_else(|_| Err(Fault::new("SERVER-0901").into()))
}

/// Nobody holds a store's handle while waiting for the writer, so that a few handles serve any number of callers.
async fn taken_in(app: &App, intake: &Arc<Intake>, batch: &Arc<Vec<Value>>) -> Result<Vec<Outcome>, Refused> {
    let (deciding, about) = (intake.clone(), batch.clone());
    let decided = app.read(move |store| deciding.decided(store, &about)).await?;
    let Some(mut decided) = decided else { return step_by_step(app, intake, batch).await };
    let parcel = decided.parcel();
    let appended = if parcel.records.is_empty() { Ok(Appended::default()) } else { app.append(parcel).await };
    let appended = match appended {
        Ok(appended) => appended,
        // Somebody else was faster: decided again, closer.
        Err(fault) if is_content(&fault) => return step_by_step(app, intake, batch).await,
        Err(fault) => return Err(fault.into()),
    };
    if let Some(outcomes) = decided.answers(appended) {
        return Ok(outcomes);
    }
    let ids = decided.ids().to_vec();
    let (outcomes, wake) = app.read(move |store| decided.looked_up(store, appended)).await?;
    if wake {
        let intake = intake.clone();
        app.write(move |store| intake.wake_waiting(store, &ids)).await?;
    }
    Ok(outcomes)
}

/// A batch of which something is kept beside the log, or that met another's edit.
async fn step_by_step(app: &App, intake: &Arc<Intake>, batch: &Arc<Vec<Value>>) -> Result<Vec<Outcome>, Refused> {
    let (intake, batch, writer) = (intake.clone(), batch.clone(), app.writer.clone());
    app.read(move |store| intake.receive(store, &writer, &batch)).await
}

pub(crate) fn intake(app: &App, caller: &Caller) -> Intake {
    Intake { rules: app.rules(), sender: caller.sender(), may: caller.may(), today: app.clock.today(), now: app.clock.now_ms() }
}

/// What those who follow the log are told: an edit that was merged may have reached further than its body says, so its form and area are enough.
pub(crate) fn change(intake: &Intake, batch: &[Value], outcomes: &[Outcome]) -> Change {
    let mut change = Change::default();
    for (record, outcome) in batch.iter().zip(outcomes) {
        if !matches!(outcome.state, Taken::Accepted | Taken::Merged | Taken::Released) {
            continue;
        }
        change.cut = change.cut.max(qianmo_store::Cut(outcome.position.unwrap_or(0)));
        let text = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default();
        change.areas.extend(text("area").parse::<qianmo_core::AreaCode>().ok());
        change.forms.extend(intake.rules.form(text("form")).map(|form| form.id.clone()));
        change.records.extend(outcome.id.parse::<RecordId>().ok());
    }
    change
}

/// Writes one record. Repeating it with the same id does no harm.
///
/// What fails the checks isn't lost: it is kept beside the log (202) until it is mended or dismissed.
#[utoipa::path(post, operation_id = "write_record", path = "/records", tag = "records", request_body = RecordBody, responses(
    (status = 201, description = "In the log", body = Outcome),
    (status = 200, description = "It was in the log already, or is merged with another's edit", body = Outcome),
    (status = 202, description = "Kept beside the log, with reasons", body = Outcome),
    (status = 422, description = "Can't be read", body = ProblemBody, content_type = "application/problem+json"),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn write_one(
    State(app): State<App>,
    caller: Caller,
    Body(record): Body<Value>,
) -> Result<(StatusCode, Json<Outcome>), Refused> {
    let outcome = take_in(&app, &caller, vec![record]).await?.pop().ok_or_else(|| Fault::new("SERVER-0901"))?;
    answer(outcome)
}

fn answer(outcome: Outcome) -> Result<(StatusCode, Json<Outcome>), Refused> {
    let status = match outcome.state {
        Taken::Accepted | Taken::Released => StatusCode::CREATED,
        Taken::Already | Taken::Merged | Taken::Dismissed => StatusCode::OK,
        Taken::Quarantined => StatusCode::ACCEPTED,
        Taken::Unreadable => {
            let why = outcome.reasons.first().map(|reason| reason.detail.clone()).unwrap_or_default();
            return Err(Fault::new("SERVER-0501").with("why", why).into());
        }
    };
    Ok((status, Json(outcome)))
}

/// Writes many records. Each gets its answer; what is wrong with one takes nothing from the others.
#[utoipa::path(post, operation_id = "write_records", path = "/records/batch", tag = "records", request_body = Batch, responses(
    (status = 200, body = Outcomes),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn write_batch(State(app): State<App>, caller: Caller, Body(batch): Body<Batch>) -> Result<Json<Outcomes>, Refused> {
    Ok(Json(Outcomes { outcomes: take_in(&app, &caller, batch.records).await? }))
}

/// Reads one record.
#[utoipa::path(get, operation_id = "read_record", path = "/records/{id}", tag = "records", params(("id" = String, Path, description = "The record's id")), responses(
    (status = 200, body = RecordBody),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn read_one(State(app): State<App>, caller: Caller, At(id): At<String>) -> Result<Json<RecordBody>, Refused> {
    let row = seen(&caller, &id).await?;
    note_reading(&app, &caller, std::slice::from_ref(&row)).await?;
    Ok(Json(record_body(&app, &row)?))
}

/// A record with those before and after it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct History {
    /// From the first statement to the last correction or withdrawal.
    items: Vec<RecordBody>,
}

/// The chain of corrections that a record belongs to.
#[utoipa::path(get, operation_id = "read_record_history", path = "/records/{id}/history", tag = "records", params(("id" = String, Path, description = "The record's id")), responses(
    (status = 200, body = History),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn history(State(app): State<App>, caller: Caller, At(id): At<String>) -> Result<Json<History>, Refused> {
    let id = record_id(&id)?;
    let rows = caller.read(move |reader| reader.history(id)).await?;
    if rows.is_empty() {
        return Err(Refused::not_found());
    }
    note_reading(&app, &caller, &rows).await?;
    let items = rows.iter().map(|row| record_body(&app, row)).collect::<Result<_, _>>()?;
    Ok(Json(History { items }))
}

/// What is to be different. Fields that aren't named stay, so that what was masked for the reader isn't written back masked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Correction {
    /// Id of the new record, made by the client, so that repeating does no harm; made here when absent.
    #[serde(default)]
    id: Option<String>,
    /// New date of the service.
    #[serde(default)]
    at: Option<String>,
    /// New values by field; null takes a value away.
    #[serde(default)]
    #[schema(value_type = Object)]
    values: Map<String, Value>,
}

/// Corrects a record: a new one takes its place, the old one stays in its history.
#[utoipa::path(post, operation_id = "correct_record", path = "/records/{id}/correction", tag = "records", params(("id" = String, Path, description = "The record's id")),
    request_body = Correction, responses(
    (status = 201, body = Outcome), (status = 200, body = Outcome), (status = 202, body = Outcome),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn correct(
    State(app): State<App>,
    caller: Caller,
    At(id): At<String>,
    Body(correction): Body<Correction>,
) -> Result<(StatusCode, Json<Outcome>), Refused> {
    let mut whole = began_from(&app, &caller, &id).await?;
    whole.supersedes = Some(whole.id.clone());
    whole.id = correction.id.unwrap_or_else(|| Uuid::now_v7().to_string());
    whole.voids = None;
    whole.reason = None;
    whole.recorded_at = app.clock.now_ms();
    whole.position = None;
    if let Some(at) = correction.at {
        whole.at = at;
    }
    for (field, value) in correction.values {
        whole.values.insert(field, value);
    }
    let record = serde_json::to_value(&whole).map_err(|_| Fault::new("SERVER-0901"))?;
    let outcome = take_in(&app, &caller, vec![record]).await?.pop().ok_or_else(|| Fault::new("SERVER-0901"))?;
    answer(outcome)
}

/// Why a record is withdrawn.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Withdrawal {
    /// Id of the withdrawal, made by the client; made here when absent.
    #[serde(default)]
    id: Option<String>,
    /// Why, in words.
    reason: String,
}

/// Withdraws a record. It stays in its history, with the reason.
#[utoipa::path(post, operation_id = "withdraw_record", path = "/records/{id}/withdrawal", tag = "records", params(("id" = String, Path, description = "The record's id")),
    request_body = Withdrawal, responses(
    (status = 201, body = Outcome), (status = 200, body = Outcome), (status = 202, body = Outcome),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn withdraw(
    State(app): State<App>,
    caller: Caller,
    At(id): At<String>,
    Body(withdrawal): Body<Withdrawal>,
) -> Result<(StatusCode, Json<Outcome>), Refused> {
    if withdrawal.reason.trim().is_empty() {
        return Err(Fault::new("SERVER-0502").into());
    }
    let mut whole = began_from(&app, &caller, &id).await?;
    whole.voids = Some(whole.id.clone());
    whole.id = withdrawal.id.unwrap_or_else(|| Uuid::now_v7().to_string());
    whole.supersedes = None;
    whole.reason = Some(withdrawal.reason);
    whole.recorded_at = app.clock.now_ms();
    whole.position = None;
    whole.values.clear();
    let record = serde_json::to_value(&whole).map_err(|_| Fault::new("SERVER-0901"))?;
    let outcome = take_in(&app, &caller, vec![record]).await?.pop().ok_or_else(|| Fault::new("SERVER-0901"))?;
    answer(outcome)
}

/// A record that the caller sees.
async fn seen(caller: &Caller, id: &str) -> Result<Row, Refused> {
    let id = record_id(id)?;
    caller.read(move |reader| reader.record(id)).await?.ok_or_else(Refused::not_found)
}

/// A record as the beginning of its correction or withdrawal: whoever asks has seen it as it stands now. Read unmasked and never shown: what the
/// caller doesn't name is taken over as it is.
async fn began_from(app: &App, caller: &Caller, id: &str) -> Result<RecordBody, Refused> {
    let id = seen(caller, id).await?.head().id;
    let row = app.read(move |store| store.record(id)).await?.ok_or_else(Refused::not_found)?;
    let whole = record_body(app, &row)?;
    let base = BaseBody { at: whole.at.clone(), area: whole.area.clone(), values: whole.values.clone() };
    Ok(RecordBody { base: Some(base), ..whole })
}

fn record_id(text: &str) -> Result<RecordId, Refused> {
    text.parse().map_err(|_| Refused::not_found())
}

/// A row as a body.
pub(crate) fn record_body(app: &App, row: &Row) -> Result<RecordBody, Fault> {
    let form: Option<&Form> = app.packs.form(&row.head().form);
    let record = row.record(&|field| form.and_then(|form| form.field(field)).map(|field| field.kind.kind()))?;
    Ok(RecordBody { position: Some(row.seq), ..body::write(&record) })
}

/// Notes in the audit chain that sensitive records were read, and why, before they are shown.
pub(crate) async fn note_reading(app: &App, caller: &Caller, rows: &[Row]) -> Result<(), Refused> {
    let mut by_resident: BTreeMap<_, Entry> = BTreeMap::new();
    let now = app.clock.now_ms();
    for row in rows {
        let head = row.head();
        let sensitive = app.guard.form(&head.form).is_none_or(|form| form.sensitivity != Sensitivity::Routine);
        if sensitive {
            let mut entry = Entry::new(now, caller.actor(), Deed::Read);
            entry.area = Some(head.area);
            entry.resident = head.resident;
            entry.record = Some(head.id);
            entry.detail = caller.reason().filter(|reason| reason_fits(Some(reason))).map(str::to_owned);
            by_resident.entry((head.resident, head.form.clone())).or_insert(entry);
        }
    }
    let entries: Vec<Entry> = by_resident.into_values().collect();
    if !entries.is_empty() {
        app.write(move |store| store.note(&entries)).await?;
    }
    Ok(())
}
