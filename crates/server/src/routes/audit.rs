//! The audit trail: for auditors, who did what, without the content of records; for residents, who has read their own record; and the daily
//! anchor to print.
//!
//! Residents stand in an auditor's trail under pseudonyms, the same for the same person: what somebody does to many, or to one again and again, can be
//! seen without knowing to whom. Who comes with a complaint gives their id, by which the trail is then asked.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use qianmo_access::Right;
use qianmo_core::{AreaCode, Fault, SubjectId};
use qianmo_store::{AccountName, Audited, Deed, Store, Trail};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::caller::Caller;
use crate::extract::Params;
use crate::page::Page;
use crate::refused::{ProblemBody, Refused};
use crate::words::{areas_of, everywhere, instant, page, wrong};

/// Entries read from the chain at a time.
const STRIDE: u32 = 1000;
/// The most entries looked at for one page; where filters leave little, the page ends early and says where to go on.
const LOOKED_MAX: u32 = 20_000;
const DAY_MS: i64 = 86_400_000;

/// An entry of the audit chain.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EntryBody {
    /// Number in the chain.
    seq: i64,
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// Account; absent for the program itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    worker: Option<String>,
    /// Device.
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<String>,
    /// What was done: `write`, `read`, `unmask`, `export`, `login`, `login_refused`, `logout`, `grant`, `account`, `device`, `setting`, `adopt`,
    /// `arrival`.
    deed: &'static str,
    /// The area concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    area: Option<String>,
    /// A pseudonym of the resident concerned, the same wherever that resident is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    resident: Option<String>,
    /// The record concerned, by id.
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<String>,
    /// Anything else in words, such as the stated reason for reading.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// Positions of the first and last record that it binds.
    #[serde(skip_serializing_if = "Option::is_none")]
    records: Option<(i64, i64)>,
}

impl EntryBody {
    fn new(audited: Audited, secret: &str) -> Self {
        let entry = audited.entry;
        // What arrived and was kept beside the log is content.
        let detail = entry.detail.filter(|_| entry.deed != Deed::Arrival).map(|detail| without_residents(&detail, secret));
        Self {
            seq: audited.seq,
            at: instant(entry.at),
            worker: entry.actor.worker.map(|worker| worker.to_string()),
            device: entry.actor.device.map(|device| device.to_string()),
            deed: entry.deed.word(),
            area: entry.area.map(|area| area.to_string()),
            resident: entry.resident.map(|resident| pseudonym(resident, secret)),
            record: entry.record.map(|record| record.to_string()),
            detail,
            records: audited.records,
        }
    }
}

/// Stands for a resident where nobody needs to know who it is. Nobody without the data folder's secret can tell from it.
fn pseudonym(resident: SubjectId, secret: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(secret.as_bytes());
    hash.update(b"pseudonym");
    hash.update(resident.0.as_bytes());
    hash.finalize().iter().take(8).fold("~".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

/// The words of an entry with pseudonyms for the residents that a grant names: `[id id]`.
fn without_residents(detail: &str, secret: &str) -> String {
    let Some((before, rest)) = detail.split_once('[') else { return detail.to_owned() };
    let Some((named, after)) = rest.split_once(']') else { return detail.to_owned() };
    let hidden = named.split(' ').map(|word| word.parse().map_or_else(|_| word.to_owned(), |resident| pseudonym(resident, secret)));
    format!("{before}[{}]{after}", hidden.collect::<Vec<_>>().join(" "))
}

/// In which order entries come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TrailOrder {
    /// The newest first.
    #[default]
    Desc,
    /// The oldest first.
    Asc,
}

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TrailAsked {
    /// Only by this account.
    worker: Option<String>,
    /// Only about this resident, by id.
    resident: Option<String>,
    /// Only these deeds: words, separated by commas.
    deeds: Option<String>,
    /// Only of this area or below.
    area: Option<String>,
    /// Only from this day on.
    from: Option<String>,
    /// Only to this day.
    to: Option<String>,
    /// `desc`, the newest first, or `asc`; `desc` when absent.
    #[serde(default)]
    #[param(inline)]
    order: TrailOrder,
    /// As `next` of the page before gives it.
    after: Option<String>,
    /// Items a page, 1 to 500; 50 when absent.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// The same, read.
struct Wanted {
    worker: Option<AccountName>,
    resident: Option<SubjectId>,
    deeds: Vec<Deed>,
    area: Option<AreaCode>,
    from: Option<i64>,
    until: Option<i64>,
    after: Option<i64>,
    newest: bool,
    limit: u32,
}

impl TryFrom<TrailAsked> for Wanted {
    type Error = Fault;

    fn try_from(asked: TrailAsked) -> Result<Self, Fault> {
        let deeds = asked.deeds.as_deref().unwrap_or_default().split(',').filter(|word| !word.is_empty());
        let day = |text: &str| text.parse::<Date>().map_err(|_| wrong("date: 2026-11-22"));
        Ok(Self {
            worker: asked.worker.as_deref().map(str::parse).transpose()?,
            resident: asked.resident.as_deref().map(str::parse).transpose()?,
            deeds: deeds.map(|word| Deed::from_word(word).ok_or_else(|| wrong("deeds"))).collect::<Result<_, _>>()?,
            area: asked.area.as_deref().map(str::parse).transpose()?,
            from: asked.from.as_deref().map(day).transpose()?.map(begins),
            until: asked.to.as_deref().map(day).transpose()?.and_then(|to| to.tomorrow().ok()).map(begins),
            after: asked.after.as_deref().map(str::parse).transpose().map_err(|_| wrong("after"))?,
            newest: asked.order == TrailOrder::Desc,
            limit: page(asked.limit)?,
        })
    }
}

/// When a day begins in China.
fn begins(day: Date) -> i64 {
    Offset::constant(8).to_timestamp(day.to_datetime(jiff::civil::Time::midnight())).map_or(0, Timestamp::as_millisecond)
}

/// The audit trail, without the content of records. Who audits the whole tree sees all entries; who audits part of it, those of its areas.
#[utoipa::path(get, operation_id = "read_audit", path = "/audit", tag = "audit", params(TrailAsked), responses(
    (status = 200, body = Page<EntryBody>),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn trail(
    State(app): State<App>,
    caller: Caller,
    Params(asked): Params<TrailAsked>,
) -> Result<Json<Page<EntryBody>>, Refused> {
    let tree = app.areas();
    areas_of(caller.access(), &tree, Right::ReadAudit)?;
    let wanted: Wanted = asked.try_into()?;
    if let Some(area) = wanted.area {
        caller.must(Right::ReadAudit, area)?;
    }
    let whole = everywhere(&tree, |area| caller.access().may(Right::ReadAudit, area));
    let by = caller.clone();
    let fits = move |entry: &Audited| {
        let entry = &entry.entry;
        let in_areas = match entry.area {
            Some(area) => by.access().may(Right::ReadAudit, area) || whole,
            None => whole,
        };
        let below = |top: AreaCode| entry.area.is_some_and(|area| tree.ancestors(area).contains(&top));
        in_areas
            && wanted.area.is_none_or(below)
            && wanted.from.is_none_or(|from| entry.at >= from)
            && wanted.until.is_none_or(|until| entry.at < until)
    };
    let (worker, resident, deeds, limit) = (wanted.worker, wanted.resident, wanted.deeds, wanted.limit);
    let (newest, after, from) = (wanted.newest, wanted.after, wanted.from);
    let secret = app.write(|store| store.secret()).await?;
    let found = app
        .read(move |store| {
            let worker = worker.as_ref().map(AccountName::as_str);
            let trail = Trail { resident, worker, deeds: &deeds, entries_max: STRIDE, newest, ..Trail::default() };
            // Clocks are set back by minutes, not by days: what is a day older than asked for ends the search.
            let ended = |entry: &Audited| newest && from.is_some_and(|from| entry.entry.at < from - DAY_MS);
            collect(store, go_on(trail, after), limit, &secret, &fits, &ended)
        })
        .await?;
    Ok(Json(found))
}

/// The trail from an entry on, in its order.
fn go_on(trail: Trail<'_>, after: Option<i64>) -> Trail<'_> {
    match after {
        Some(after) if trail.newest => Trail { before: Some(after), ..trail },
        Some(after) => Trail { since: after, ..trail },
        None => trail,
    }
}

/// A page of what fits; `over` tells that nothing that comes later will.
fn collect(
    store: &dyn Store,
    trail: Trail<'_>,
    limit: u32,
    secret: &str,
    fits: &dyn Fn(&Audited) -> bool,
    over: &dyn Fn(&Audited) -> bool,
) -> Result<Page<EntryBody>, Fault> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let (mut items, mut reached, mut looked): (Vec<EntryBody>, Option<i64>, u32) = (Vec::new(), None, 0);
    loop {
        let entries = store.trail(&go_on(trail, reached))?;
        let ended = entries.len() < usize::try_from(trail.entries_max).unwrap_or(usize::MAX);
        let last = entries.last().map(|entry| entry.seq);
        for entry in entries {
            reached = Some(entry.seq);
            if over(&entry) {
                return Ok(Page { items, next: None });
            }
            if fits(&entry) {
                items.push(EntryBody::new(entry, secret));
            }
            if items.len() == limit {
                let more = !ended || last != reached;
                return Ok(Page { items, next: reached.filter(|_| more).map(|seq| seq.to_string()) });
            }
        }
        looked += trail.entries_max;
        if ended {
            return Ok(Page { items, next: None });
        }
        if looked >= LOOKED_MAX {
            return Ok(Page { items, next: reached.map(|seq| seq.to_string()) });
        }
    }
}

/// Somebody's reading of one's own record.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReadingBody {
    /// Number in the audit chain.
    seq: i64,
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// `read`, `unmask` (an identity number, phone or account was shown), `export` (it left the program).
    deed: &'static str,
    /// Whose record it was, by id.
    resident: String,
    /// Name of the person who read.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    /// Where that person works: name of the area.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    /// The reason stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Which readings.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReadingsAsked {
    /// Of which of the residents whose record is one's own; the only one when absent.
    resident: Option<String>,
    /// As `next` of the page before gives it.
    after: Option<String>,
    /// Items a page, 1 to 500; 50 when absent.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// Who has read one's own record, the last first: for residents and guardians.
#[utoipa::path(get, operation_id = "read_own_readings", path = "/audit/own", tag = "audit", params(ReadingsAsked), responses(
    (status = 200, body = Page<ReadingBody>),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn own(
    State(app): State<App>,
    caller: Caller,
    Params(asked): Params<ReadingsAsked>,
) -> Result<Json<Page<ReadingBody>>, Refused> {
    let limit = page(asked.limit)?;
    let after: Option<i64> = asked.after.as_deref().map(str::parse).transpose().map_err(|_| wrong("after"))?;
    let residents = caller.access().own();
    let resident = match asked.resident {
        Some(id) => id.parse().ok().filter(|id| residents.contains(id)),
        None => residents.first().copied().filter(|_| residents.len() == 1),
    };
    let resident = resident.ok_or_else(Refused::not_found)?;
    let tree = app.areas();
    let readings = app
        .read(move |store| {
            let deeds = [Deed::Read, Deed::Unmask, Deed::Export];
            let trail = Trail { entries_max: limit + 1, resident: Some(resident), deeds: &deeds, newest: true, ..Trail::default() };
            let mut entries = store.trail(&go_on(trail, after))?;
            let next = crate::words::cut(&mut entries, limit, |entry| entry.seq.to_string());
            let mut items = Vec::with_capacity(entries.len());
            for Audited { seq, entry, .. } in entries {
                let name = entry.actor.worker.as_deref().and_then(|name| name.parse::<AccountName>().ok());
                let worker = name.map(|name| store.accounts().worker(&name)).transpose()?.flatten();
                items.push(ReadingBody {
                    seq,
                    at: instant(entry.at),
                    deed: entry.deed.word(),
                    resident: resident.to_string(),
                    from: worker.as_ref().and_then(|worker| tree.get(worker.area)).map(|area| area.name.clone()),
                    by: worker.map(|worker| worker.shown),
                    reason: entry.detail,
                });
            }
            Ok(Page { items, next })
        })
        .await?;
    Ok(Json(readings))
}

/// Which day.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AnchorAsked {
    /// The day; today when absent.
    #[param(value_type = Option<String>, format = Date)]
    day: Option<String>,
}

/// The end of the audit chain on a day, to be printed or kept elsewhere: everything up to it is fixed from then on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AnchorBody {
    /// The day.
    #[schema(format = Date)]
    day: String,
    /// Number of the last entry.
    seq: i64,
    /// Its hash: 64 hexadecimal digits.
    hash: String,
    /// The three in one line, as `qianmo verify` takes it.
    line: String,
}

/// The anchor of a day: the end of the chain when it was first asked for, and the same ever after. For who audits or backs up the whole.
#[utoipa::path(get, operation_id = "read_anchor", path = "/audit/anchor", tag = "audit", params(AnchorAsked), responses(
    (status = 200, body = AnchorBody),
    (status = "4XX", description = "SERVER-0308 a day to come", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn anchor(
    State(app): State<App>,
    caller: Caller,
    Params(asked): Params<AnchorAsked>,
) -> Result<Json<AnchorBody>, Refused> {
    let may = |area| caller.access().may(Right::ReadAudit, area) || caller.access().may(Right::Backup, area);
    if !everywhere(&app.areas(), may) {
        return Err(Fault::new("ACCESS-0102").into());
    }
    let today = app.clock.today();
    let day = asked.day.map_or(Ok(today), |day| day.parse::<Date>().map_err(|_| wrong("date: 2026-11-22")))?;
    if day > today {
        return Err(Fault::new("SERVER-0308").with("day", day).into());
    }
    let anchor = app.write(move |store| store.anchor(day)).await?;
    let line = anchor.to_string();
    let hash = line.rsplit(' ').next().unwrap_or_default().to_owned();
    Ok(Json(AnchorBody { day: anchor.day.to_string(), seq: anchor.seq, hash, line }))
}
