//! A resident's page: card, timeline over all programmes, what is due, trends, episodes, consents; and the resident's own copy.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use qianmo_access::consent;
use qianmo_core::pack::Packs;
use qianmo_core::{Date, Fault, SubjectId};
use qianmo_desk::{
    Card, Changed, Consent, Episode, PersonAsked, PersonPage, Shown, Standing, TimelineEntry, Trend, own_copy, person_page, readings,
    rows_about,
};
use qianmo_store::{Deed, Entry, Reader, Row, Store};
use qianmo_wire::Lang;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Caller;
use crate::extract::At;
use crate::refused::{ProblemBody, Refused, language};
use crate::routes::due::{DueLine, body as due_line, due_sight};
use crate::routes::records::note_reading;
use crate::routes::residents::{known, resident_id};
use crate::words::instant;

/// A field with its value in words.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldShown {
    /// The field.
    field: String,
    /// Its label.
    label: String,
    /// The value in words: labels for codes.
    text: String,
    /// Its unit.
    unit: String,
    /// Outside what is usual.
    unusual: bool,
}

impl From<&Shown> for FieldShown {
    fn from(shown: &Shown) -> Self {
        Self {
            field: shown.field.to_string(),
            label: shown.label.clone(),
            text: shown.text.clone(),
            unit: shown.unit.clone(),
            unusual: shown.unusual,
        }
    }
}

/// Who somebody is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CardShown {
    /// The resident, as kept when entries were found to be one person.
    resident: String,
    /// Name.
    name: String,
    /// Sex, in words.
    sex: String,
    /// Date of birth.
    birth: Option<String>,
    /// Whole years of age.
    years: Option<i16>,
    /// Where they sit: 12 digits.
    area: Option<String>,
    /// The household.
    household: Option<String>,
    /// When and why the entry ended (a death, a move away).
    ended: Option<(String, String)>,
    /// What the person's sheet says, identity numbers and phones masked.
    fields: Vec<FieldShown>,
    /// Entries given up for this one.
    given_up: Vec<String>,
}

impl From<&Card> for CardShown {
    fn from(card: &Card) -> Self {
        Self {
            resident: card.resident.to_string(),
            name: card.name.clone(),
            sex: card.sex.clone(),
            birth: card.birth.map(|birth| birth.to_string()),
            years: card.age.map(|age| age.years),
            area: card.area.map(|area| area.to_string()),
            household: card.household.map(|household| household.to_string()),
            ended: dated(card.ended.as_ref()),
            fields: card.fields.iter().map(Into::into).collect(),
            given_up: card.given_up.iter().map(ToString::to_string).collect(),
        }
    }
}

/// What a correction changed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangeShown {
    /// The field's label.
    label: String,
    /// Before.
    before: String,
    /// After.
    after: String,
}

impl From<&Changed> for ChangeShown {
    fn from(one: &Changed) -> Self {
        Self { label: one.label.clone(), before: one.before.clone(), after: one.after.clone() }
    }
}

/// An earlier version of a fact.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VersionShown {
    /// The record.
    record: String,
    /// When it was written, RFC 3339.
    recorded_at: String,
    /// Who wrote it.
    worker: Option<String>,
    /// What the next version says differently.
    changed: Vec<ChangeShown>,
}

/// A fact in the timeline.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Fact {
    /// The record that stands, or stood last.
    record: String,
    /// Its form.
    form: String,
    /// The form's name.
    form_name: String,
    /// The programme.
    programme: String,
    /// The programme's name.
    programme_name: String,
    /// The subject, such as a pregnancy.
    subject: String,
    /// Kind of the subject.
    kind: String,
    /// Date of the service.
    at: String,
    /// When it was written, RFC 3339.
    recorded_at: String,
    /// Where it was made.
    area: String,
    /// Who wrote it.
    worker: Option<String>,
    /// What it says.
    fields: Vec<FieldShown>,
    /// `stands`, `corrected` or `withdrawn`.
    standing: &'static str,
    /// Why it was withdrawn.
    reason: Option<String>,
    /// The versions before.
    versions: Vec<VersionShown>,
}

/// A measurement over time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TrendShown {
    /// The form's name.
    form_name: String,
    /// The field.
    field: String,
    /// Its label.
    label: String,
    /// Its unit.
    unit: String,
    /// What is usual: from, to.
    usual: Option<(String, String)>,
    /// Dates and values.
    points: Vec<(String, String)>,
}

/// A pregnancy, a treatment and the like.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EpisodeShown {
    /// The episode.
    subject: String,
    /// Its kind, in words.
    kind_name: String,
    /// The programme.
    programme: String,
    /// When it began.
    begun: String,
    /// When something was last recorded.
    latest: String,
    /// When and how it ended.
    ended: Option<(String, String)>,
    /// How many records.
    records: usize,
}

/// What somebody answered where consent is asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConsentShown {
    /// The purpose.
    purpose: String,
    /// Its name.
    name: String,
    /// What it means.
    meaning: String,
    /// `unasked`, `given`, `expired`, `refused` or `withdrawn`.
    state: &'static str,
    /// Since when.
    since: Option<String>,
}

/// A resident's page. Of sensitive programmes only what the caller may see, with the reason that they stated.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PersonShown {
    /// Who it is.
    card: CardShown,
    /// What was recorded, the newest first.
    timeline: Vec<Fact>,
    /// What is due, the most urgent first.
    due: Vec<DueLine>,
    /// Measurements over time.
    trends: Vec<TrendShown>,
    /// Episodes, the newest first.
    episodes: Vec<EpisodeShown>,
    /// Consents.
    consents: Vec<ConsentShown>,
}

/// A resident's page.
#[utoipa::path(get, operation_id = "read_resident", path = "/residents/{id}", tag = "residents", params(("id" = String, Path, description = "The resident")), responses(
    (status = 200, body = PersonShown),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn page(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    At(id): At<String>,
) -> Result<Json<PersonShown>, Refused> {
    let id = resident_id(&id)?;
    let lang = language(&headers);
    let sight = due_sight(&app, &caller).await?;
    let (due, packs, on) = (app.due.clone(), app.packs.clone(), app.due.on());
    let (page, rows) = caller
        .read(move |reader| {
            known(reader, id)?;
            let one = due.one(id)?;
            let rows = rows_about(reader, &one)?;
            let mut page = made(&packs, &rows, one.kept, on, lang == Lang::En)?;
            page.due = due.person(one.kept, &sight)?;
            Ok((page, rows))
        })
        .await?;
    note_reading(&app, &caller, &rows).await?;
    Ok(Json(shown(&app, &page, on, lang)))
}

fn made(packs: &Packs, rows: &[Row], resident: SubjectId, on: Date, english: bool) -> Result<PersonPage, Fault> {
    person_page(&PersonAsked { packs, resident, rows, on, name_of: &|_| None, english })
}

/// A resident's own copy: everything recorded about them and who has read it, as JSON to take away. For the resident or guardian, and for whoever
/// hands it out at the counter. Stands in the audit chain.
#[utoipa::path(get, operation_id = "copy_own_record", path = "/residents/{id}/copy", tag = "residents", params(("id" = String, Path, description = "The resident")), responses(
    (status = 200, body = Object, content_type = "application/json"),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn copy(State(app): State<App>, caller: Caller, At(id): At<String>) -> Result<Response, Refused> {
    let id = resident_id(&id)?;
    if !caller.access().own().contains(&id) {
        return Err(Refused::not_found());
    }
    let (sight, due, packs, on) = (caller.access().sight(caller.reason(), true), app.due.clone(), app.packs.clone(), app.due.on());
    let copy = app
        .read(move |store| {
            let reader = Reader::new(store, &sight);
            known(&reader, id)?;
            let one = due.one(id)?;
            let page = made(&packs, &rows_about(&reader, &one)?, one.kept, on, false)?;
            let names = names(store, &page)?;
            let name = |account: &str| names.get(account).cloned();
            let read = readings(store, &one, &name)?;
            Ok(own_copy(&page, on, read, &name, &|_| None))
        })
        .await?;
    let entry = Entry { resident: Some(id), ..Entry::new(app.clock.now_ms(), caller.actor(), Deed::Export) };
    app.write(move |store| store.note(&[entry.with("own copy")])).await?;
    let head = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"own-copy.json\"")),
    ];
    Ok((head, copy.json()).into_response())
}

/// The names behind the accounts that stand on a page.
fn names(store: &dyn Store, page: &PersonPage) -> Result<HashMap<String, String>, Fault> {
    let mut names = HashMap::new();
    for account in page.timeline.iter().filter_map(|entry| entry.worker.as_deref()) {
        if !names.contains_key(account)
            && let Ok(name) = account.parse()
            && let Some(worker) = store.accounts().worker(&name)?
        {
            names.insert(account.to_owned(), worker.shown);
        }
    }
    Ok(names)
}

fn shown(app: &App, page: &PersonPage, on: Date, lang: Lang) -> PersonShown {
    PersonShown {
        card: (&page.card).into(),
        timeline: page.timeline.iter().map(fact).collect(),
        due: page.due.iter().map(|line| due_line(app, line, on, lang)).collect(),
        trends: page.trends.iter().map(trend).collect(),
        episodes: page.episodes.iter().map(episode_shown).collect(),
        consents: page.consents.iter().map(consent_shown).collect(),
    }
}

fn fact(entry: &TimelineEntry) -> Fact {
    let (standing, reason) = match &entry.standing {
        Standing::Stands => ("stands", None),
        Standing::Corrected => ("corrected", None),
        Standing::Withdrawn { reason, .. } => ("withdrawn", Some(reason.clone())),
    };
    let versions = entry.versions.iter().map(|version| VersionShown {
        record: version.id.to_string(),
        recorded_at: instant(version.recorded_at),
        worker: version.worker.as_deref().map(str::to_owned),
        changed: version.changed.iter().map(Into::into).collect(),
    });
    Fact {
        record: entry.id.to_string(),
        form: entry.form.to_string(),
        form_name: entry.form_name.clone(),
        programme: entry.pack.to_string(),
        programme_name: entry.pack_name.clone(),
        subject: entry.subject.to_string(),
        kind: entry.kind.to_string(),
        at: entry.at.to_string(),
        recorded_at: instant(entry.recorded_at),
        area: entry.area.to_string(),
        worker: entry.worker.as_deref().map(str::to_owned),
        fields: entry.fields.iter().map(Into::into).collect(),
        standing,
        reason,
        versions: versions.collect(),
    }
}

fn trend(trend: &Trend) -> TrendShown {
    TrendShown {
        form_name: trend.form_name.clone(),
        field: trend.field.to_string(),
        label: trend.label.clone(),
        unit: trend.unit.clone(),
        usual: trend.usual.map(|(from, to)| (from.to_string(), to.to_string())),
        points: trend.points.iter().map(|point| (point.at.to_string(), point.value.to_string())).collect(),
    }
}

fn dated(ended: Option<&(Date, String)>) -> Option<(String, String)> {
    ended.map(|(day, why)| (day.to_string(), why.clone()))
}

fn episode_shown(episode: &Episode) -> EpisodeShown {
    EpisodeShown {
        subject: episode.subject.to_string(),
        kind_name: episode.kind_name.clone(),
        programme: episode.pack.to_string(),
        begun: episode.begun.to_string(),
        latest: episode.latest.to_string(),
        ended: dated(episode.ended.as_ref()),
        records: episode.records,
    }
}

fn consent_shown(consent: &Consent) -> ConsentShown {
    let state = match consent.state {
        consent::State::Unasked => "unasked",
        consent::State::Given => "given",
        consent::State::Expired => "expired",
        consent::State::Refused => "refused",
        consent::State::Withdrawn => "withdrawn",
    };
    ConsentShown {
        purpose: consent.purpose.to_string(),
        name: consent.name.clone(),
        meaning: consent.meaning.clone(),
        state,
        since: consent.since.map(|day| day.to_string()),
    }
}
