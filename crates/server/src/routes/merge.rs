//! Two entries of one person: what making them one would mean, looked at before it is done.
//!
//! The merge itself is a record like any other (its form stands in the preview), written with `write_record` and undone with `withdraw_record`.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use qianmo_desk::{Clash, OnePerson, PersonAsked, merge_preview, merge_values, rows_about};
use qianmo_store::Row;
use qianmo_wire::Lang;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::caller::Caller;
use crate::extract::{At, Params};
use crate::refused::{ProblemBody, Refused, language};
use crate::routes::person::{CardShown, ChangeShown};
use crate::routes::records::note_reading;
use crate::routes::residents::{known, resident_id};

/// For whom an entry would be given up.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MergeAsked {
    /// The entry that would be kept.
    kept: String,
}

/// What making two entries one would mean.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MergeShown {
    /// The entry kept, as it stands.
    kept: CardShown,
    /// The entry given up, as it stands.
    given_up: CardShown,
    /// What the sheets say differently: `before` the one given up, `after` the one kept. What should be taken over is written in a new sheet.
    differences: Vec<ChangeShown>,
    /// The records that would count for the one kept.
    moving: Vec<Moving>,
    /// Sheets of the one given up that wouldn't count any more.
    left_out: usize,
    /// The same form on the same day in both: perhaps one service recorded twice.
    twice: Vec<Twice>,
    /// What speaks against it: `number`, `birth`, `sex`, `death`.
    clashes: Vec<&'static str>,
    /// The record that does it: its subject and resident are the entry given up, its area that entry's.
    record: MergeRecord,
}

/// Records of a form that would count for the one kept.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Moving {
    /// The form.
    form: String,
    /// Its name.
    form_name: String,
    /// How many.
    records: usize,
}

/// A service that stands in both entries.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Twice {
    /// The form.
    form: String,
    /// Its name.
    form_name: String,
    /// The day.
    #[schema(format = Date)]
    at: String,
}

/// The form and values of the record by which an entry is given up.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MergeRecord {
    /// Its form.
    form: String,
    /// Its values.
    #[schema(value_type = Object)]
    values: serde_json::Map<String, serde_json::Value>,
}

/// What it would mean to give up an entry for another. Of either only what the caller may see.
#[utoipa::path(get, operation_id = "preview_merge", path = "/residents/{id}/merge", tag = "residents", params(("id" = String, Path, description = "The resident's entry that would be given up"), MergeAsked), responses(
    (status = 200, body = MergeShown),
    (status = "4XX", description = "DESK-0201 one entry twice, DESK-0202 one was given up already", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn preview(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    At(id): At<String>,
    Params(asked): Params<MergeAsked>,
) -> Result<Json<MergeShown>, Refused> {
    let (given_up, kept) = (resident_id(&id)?, resident_id(&asked.kept)?);
    let english = language(&headers) == Lang::En;
    let (packs, on) = (app.packs.clone(), app.due.on());
    let made = caller.read(move |reader| {
        known(reader, given_up)?;
        known(reader, kept)?;
        let (rows, others) = (rows_about(reader, &OnePerson::alone(kept))?, rows_about(reader, &OnePerson::alone(given_up))?);
        let asked = |resident, rows| PersonAsked { packs: &packs, resident, rows, on, name_of: &|_| None, english };
        let preview = merge_preview(&asked(kept, &rows), &asked(given_up, &others))?;
        let (form, values) = merge_values(&packs, kept)?;
        let values = values.iter().map(|(field, value)| (field.to_string(), serde_json::Value::String(value.to_string()))).collect();
        let record = MergeRecord { form: form.to_string(), values };
        Ok((shown(&preview, record), [rows, others].concat()))
    });
    let (body, rows): (MergeShown, Vec<Row>) = made.await.map_err(refused)?;
    note_reading(&app, &caller, &rows).await?;
    Ok(Json(body))
}

/// What can't be merged conflicts with what there is.
fn refused(refused: Refused) -> Refused {
    if refused.code().starts_with("DESK-02") { refused.with_status(axum::http::StatusCode::CONFLICT) } else { refused }
}

fn shown(preview: &qianmo_desk::MergePreview, record: MergeRecord) -> MergeShown {
    let word = |clash: &Clash| match clash {
        Clash::Number => "number",
        Clash::Birth => "birth",
        Clash::Sex => "sex",
        Clash::Death => "death",
    };
    let moving =
        preview.moving.iter().map(|(form, name, records)| Moving { form: form.to_string(), form_name: name.clone(), records: *records });
    let twice = preview.twice.iter().map(|(form, name, at)| Twice { form: form.to_string(), form_name: name.clone(), at: at.to_string() });
    MergeShown {
        kept: (&preview.kept).into(),
        given_up: (&preview.given_up).into(),
        differences: preview.differences.iter().map(Into::into).collect(),
        moving: moving.collect(),
        left_out: preview.left_out,
        twice: twice.collect(),
        clashes: preview.clashes.iter().map(word).collect(),
        record,
    }
}
