//! Signals: what about the data wants looking at, for the workbench. Villages that fell silent, entries that may be one person, unusual values.
//!
//! Nobody is accused: each is a question with its reason in words. Only what the asker may see is told: a silent village to those who see numbers
//! of it, a pair of entries to those who see both, an unusual value to those who see the record.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use jiff::Timestamp;
use jiff::tz::Offset;
use qianmo_access::reason_fits;
use qianmo_core::pack::Sensitivity;
use qianmo_core::{AreaCode, AreaTree, Fault, SubjectId};
use qianmo_desk::{Twins, TwinsBy, Unusual, UnusualAsked, VillageSignal, unusual, village_signals};
use qianmo_store::{Cut, Deed, Entry, Reader};
use qianmo_wire::{Lang, render};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::settings;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::Params;
use crate::page::{Page, limit};
use crate::refused::{ProblemBody, Refused, language};
use crate::words::wrong;

/// Villages up to which entries of one person are looked for: a township. It reads every sheet.
const VILLAGES_MAX: usize = 60;
/// How long the entries found are kept; whether they were merged meanwhile is asked anew each time.
const KEPT_MS: i64 = 10 * 60_000;
/// Records looked at in one go, and how often, for one page.
const LOOKED_AT: usize = 500;
const ROUNDS: usize = 4;

/// Which signals.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SignalsAsked {
    /// Only of this area and those below, 12 digits; everywhere one sees when absent.
    area: Option<String>,
    /// Only of these kinds, comma-separated: `quiet_village`, `same_person`, `unusual_value`.
    kinds: Option<String>,
    /// Where to go on: `next` of the page before.
    after: Option<String>,
    /// Items of a page: 50 unless told, at most 500.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// A kind of signal, in the order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SignalKind {
    /// No record came from a village for some days.
    QuietVillage,
    /// Two or more entries may be one person.
    SamePerson,
    /// A record has values that should be asked about again.
    UnusualValue,
}

const KINDS: [(SignalKind, &str); 3] =
    [(SignalKind::QuietVillage, "quiet_village"), (SignalKind::SamePerson, "same_person"), (SignalKind::UnusualValue, "unusual_value")];

/// Something that wants looking at.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Signal {
    /// What kind it is.
    kind: SignalKind,
    /// Stable code of its words.
    code: &'static str,
    /// What it is.
    title: String,
    /// What exactly.
    detail: String,
    /// What to do.
    hint: String,
    /// Where: 12 digits.
    area: String,
    /// That area's name.
    area_name: Option<String>,
    /// Since when it is so: the last record of a quiet village, the newer of two entries, the day of the service. Absent when it was always so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    since: Option<String>,
    /// The residents concerned.
    residents: Vec<Concerned>,
    /// The record concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<String>,
    /// Its form's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    form_name: Option<String>,
}

/// A resident whom a signal concerns.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Concerned {
    /// The resident.
    id: String,
    /// Name.
    name: Option<String>,
}

/// Entries that may be one person, as they were found lately.
#[derive(Default)]
pub(crate) struct TwinsFound(Mutex<HashMap<Vec<AreaCode>, FoundAt>>);

/// When entries were found, and which.
type FoundAt = (i64, Arc<Vec<Twins>>);

/// Where a page begins.
#[derive(Debug, Clone, Copy, PartialEq)]
enum From {
    Villages(Option<(i64, AreaCode)>),
    People(Option<(TwinsBy, SubjectId)>),
    Records(Option<Cut>),
}

impl From {
    /// Errors: `SERVER-0103`.
    fn read(text: Option<&str>) -> Result<Self, Fault> {
        let Some(text) = text else { return Ok(Self::Villages(None)) };
        let mut parts = text.split('.');
        let (kind, first, second) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        let found = match (kind, first, second) {
            ("v", Some(at), Some(area)) => at.parse().ok().zip(area.parse().ok()).map(|from| Self::Villages(Some(from))),
            ("p", None, None) => Some(Self::People(None)),
            ("p", Some(by), Some(id)) => by_word(by).zip(id.parse().ok()).map(|from| Self::People(Some(from))),
            ("r", None, None) => Some(Self::Records(None)),
            ("r", Some(cut), None) => cut.parse().ok().map(|cut| Self::Records(Some(Cut(cut)))),
            _ => None,
        };
        found.filter(|_| parts.next().is_none()).ok_or_else(|| wrong("after"))
    }

    fn text(self) -> String {
        match self {
            Self::Villages(None) => "v".to_owned(),
            Self::Villages(Some((at, area))) => format!("v.{at}.{area}"),
            Self::People(None) => "p".to_owned(),
            Self::People(Some((by, id))) => format!("p.{}.{id}", if by == TwinsBy::Number { "n" } else { "b" }),
            Self::Records(None) => "r".to_owned(),
            Self::Records(Some(cut)) => format!("r.{cut}"),
        }
    }
}

fn by_word(word: &str) -> Option<TwinsBy> {
    match word {
        "n" => Some(TwinsBy::Number),
        "b" => Some(TwinsBy::NameAndBirth),
        _ => None,
    }
}

/// What about the data wants looking at: quiet villages first, then entries that may be one person, then unusual values, the last written first.
///
/// Entries of one person are looked for in up to 60 villages: name a township when one's area is larger.
#[utoipa::path(get, operation_id = "list_signals", path = "/signals", tag = "signals", params(SignalsAsked), responses(
    (status = 200, body = Page<Signal>),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Params(asked): Params<SignalsAsked>,
) -> Result<Json<Page<Signal>>, Refused> {
    let rows_max = limit(asked.limit)?;
    let kinds = kinds(asked.kinds.as_deref())?;
    let mut from = From::read(asked.after.as_deref())?;
    let tree = app.areas();
    let villages = villages(&caller, &tree, asked.area.as_deref())?;
    let page = Looking { app: &app, caller: &caller, lang: language(&headers), tree: &tree, rows_max };
    let mut items = Vec::new();
    let next = loop {
        let room = rows_max - items.len();
        let (kind, following) = match from {
            From::Villages(_) => (SignalKind::QuietVillage, Some(From::People(None))),
            From::People(_) => (SignalKind::SamePerson, Some(From::Records(None))),
            From::Records(_) => (SignalKind::UnusualValue, None),
        };
        let (found, on) = match from {
            _ if !kinds.contains(&kind) => (Vec::new(), None),
            From::Villages(after) => page.quiet(&villages, after, room).await?,
            From::People(after) => page.twins(&villages, after, room).await?,
            From::Records(before) => page.unusual(&villages, before, room).await?,
        };
        items.extend(found);
        let Some(go_on) = on.or(following) else { break None };
        if on.is_some() || items.len() >= rows_max {
            break Some(go_on.text());
        }
        from = go_on;
    };
    Ok(Json(Page { items, next }))
}

/// Errors: `SERVER-0103`.
fn kinds(asked: Option<&str>) -> Result<BTreeSet<SignalKind>, Fault> {
    let Some(asked) = asked else { return Ok(KINDS.iter().map(|(kind, _)| *kind).collect()) };
    let named = asked.split(',').map(|word| KINDS.iter().find(|(_, named)| *named == word.trim()).map(|(kind, _)| *kind));
    named.collect::<Option<_>>().ok_or_else(|| wrong("kinds: quiet_village, same_person, unusual_value"))
}

/// The villages that are asked about: those without anything below, as far as a grant reaches.
///
/// Errors: `CORE-0101` no code, `ACCESS-0104` an area outside.
fn villages(caller: &Caller, tree: &AreaTree, area: Option<&str>) -> Result<Vec<AreaCode>, Fault> {
    let top = area.map(str::parse::<AreaCode>).transpose()?;
    if let Some(area) = top {
        caller.access().require_area(area)?;
    }
    let within = |code: AreaCode| top.is_none_or(|top| code == top || tree.ancestors(code).contains(&top));
    let leaf = |code: AreaCode| tree.children(code).is_empty();
    Ok(tree.iter().map(|area| area.code).filter(|code| leaf(*code) && caller.access().reaches(*code) && within(*code)).collect())
}

/// A page being filled.
struct Looking<'a> {
    app: &'a App,
    caller: &'a Caller,
    lang: Lang,
    tree: &'a AreaTree,
    rows_max: usize,
}

/// Some signals, and where their kind goes on, if it does.
type Found = (Vec<Signal>, Option<From>);

impl Looking<'_> {
    fn signal(&self, kind: SignalKind, fault: &Fault, area: AreaCode) -> Signal {
        let words = render(fault, self.lang);
        Signal {
            kind,
            code: words.code,
            title: words.title,
            detail: words.detail,
            hint: words.hint,
            area: area.to_string(),
            area_name: self.tree.get(area).map(|area| area.name.clone()),
            since: None,
            residents: Vec::new(),
            record: None,
            form_name: None,
        }
    }

    /// Villages that wrote nothing for as many days as the settings say, the longest silent first.
    async fn quiet(&self, villages: &[AreaCode], after: Option<(i64, AreaCode)>, room: usize) -> Result<Found, Refused> {
        let villages: Vec<AreaCode> = villages.iter().copied().filter(|code| self.caller.access().any_number(*code)).collect();
        let now = self.app.clock.now_ms();
        let (found, days) = self.app.read(move |store| Ok((village_signals(store, &villages, now)?, settings::quiet_days(store)?))).await?;
        let silent = |signal: &VillageSignal| signal.silent_days.is_none_or(|silent| silent >= i64::from(days));
        let key = |signal: &VillageSignal| (signal.written_at.unwrap_or(i64::MIN), signal.area);
        let mut quiet: Vec<VillageSignal> =
            found.into_iter().filter(silent).filter(|signal| after.is_none_or(|after| key(signal) > after)).collect();
        quiet.sort_by_key(key);
        let more = quiet.len() > room;
        quiet.truncate(room);
        let on = quiet.last().filter(|_| more).map(|signal| From::Villages(Some(key(signal))));
        let told = quiet.iter().map(|signal| {
            let name = self.tree.get(signal.area).map(|area| area.name.clone()).unwrap_or_default();
            let fault = match signal.silent_days {
                Some(days) => Fault::new("DESK-0301").with("village", name).with("days", days),
                None => Fault::new("DESK-0302").with("village", name),
            };
            Signal { since: signal.written_at.map(day), ..self.signal(SignalKind::QuietVillage, &fault, signal.area) }
        });
        Ok((told.collect(), on))
    }

    /// Entries that may be one person, of which the caller sees each.
    async fn twins(&self, villages: &[AreaCode], after: Option<(TwinsBy, SubjectId)>, room: usize) -> Result<Found, Refused> {
        if villages.is_empty() || villages.len() > VILLAGES_MAX {
            return Ok((Vec::new(), None));
        }
        let (app, villages) = (self.app.clone(), villages.to_vec());
        let found = self.app.block(move || found_lately(&app, &villages)).await?;
        let key = |twins: &Twins| twins.entries.first().map(|first| (twins.by, first.resident));
        let due = self.app.due.clone();
        let seen = self.caller.read(move |reader| {
            let mut candidates: Vec<&Twins> = found.iter().filter(|twins| after.is_none_or(|after| key(twins) > Some(after))).collect();
            candidates.sort_by_key(|twins| key(twins));
            let mut seen: Vec<Twins> = Vec::new();
            for twins in candidates {
                if !all_seen(reader, twins)? || one_by_now(&due, twins)? {
                    continue;
                }
                seen.push(twins.clone());
                if seen.len() > room {
                    break;
                }
            }
            Ok(seen)
        });
        let mut seen = seen.await?;
        let more = seen.len() > room;
        seen.truncate(room);
        let on = seen.last().filter(|_| more).map(|twins| From::People(key(twins)));
        Ok((seen.iter().filter_map(|twins| self.twins_told(twins)).collect(), on))
    }

    fn twins_told(&self, twins: &Twins) -> Option<Signal> {
        let newest = twins.entries.iter().max_by_key(|entry| entry.since)?;
        let code = match twins.by {
            TwinsBy::Number => "DESK-0303",
            TwinsBy::NameAndBirth => "DESK-0304",
        };
        let names: BTreeSet<&str> = twins.entries.iter().map(|entry| entry.name.as_str()).collect();
        let names = names.into_iter().collect::<Vec<_>>().join("、");
        let fault = Fault::new(code).with("name", names).with("count", twins.entries.len());
        let residents = twins.entries.iter().map(|entry| Concerned { id: entry.resident.to_string(), name: Some(entry.name.clone()) });
        let told = self.signal(SignalKind::SamePerson, &fault, newest.area);
        Some(Signal { since: Some(newest.since.to_string()), residents: residents.collect(), ..told })
    }

    /// Records with unusual values, the last written first. Looks at a bounded number of records: a page may be short and still go on.
    async fn unusual(&self, villages: &[AreaCode], before: Option<Cut>, room: usize) -> Result<Found, Refused> {
        if villages.is_empty() {
            return Ok((Vec::new(), None));
        }
        let (packs, villages, on) = (self.app.packs.clone(), villages.to_vec(), self.app.clock.today());
        let (found, on) = self
            .caller
            .read(move |reader| {
                let (mut found, mut before) = (Vec::new(), before);
                for _ in 0..ROUNDS {
                    let asked = UnusualAsked { areas: &villages, before, rows_max: LOOKED_AT, on };
                    let (more, next) = unusual(reader, &packs, asked)?;
                    found.extend(more);
                    before = next;
                    if next.is_none() || found.len() >= room {
                        break;
                    }
                }
                if found.len() > room {
                    found.truncate(room);
                    let last = found.last().map(|unusual| reader.record(unusual.record)).transpose()?.flatten();
                    before = last.map(|row| Cut(row.seq));
                }
                let named =
                    found.into_iter().map(|unusual| Ok((name_of(reader, &unusual)?, unusual))).collect::<Result<Vec<_>, Fault>>()?;
                Ok((named, before.map(|cut| From::Records(Some(cut)))))
            })
            .await?;
        self.note(found.iter().map(|(_, unusual)| unusual)).await?;
        Ok((found.iter().filter_map(|(name, unusual)| self.unusual_told(name.as_deref(), unusual)).collect(), on))
    }

    fn unusual_told(&self, name: Option<&str>, unusual: &Unusual) -> Option<Signal> {
        let residents = unusual.resident.iter().map(|id| Concerned { id: id.to_string(), name: name.map(str::to_owned) });
        let first = unusual.questions.first()?;
        let told = self.signal(SignalKind::UnusualValue, first, unusual.area);
        let details: Vec<String> = unusual.questions.iter().map(|fault| render(fault, self.lang).detail).collect();
        Some(Signal {
            detail: details.join(""),
            since: Some(unusual.at.to_string()),
            residents: residents.collect(),
            record: Some(unusual.record.to_string()),
            form_name: self.app.packs.form(&unusual.form).map(|form| form.name.clone()),
            ..told
        })
    }

    /// Values of sensitive records are told here: that is reading them.
    async fn note(&self, told: impl Iterator<Item = &Unusual>) -> Result<(), Refused> {
        let mut entries = Vec::with_capacity(self.rows_max);
        for unusual in told {
            if self.app.guard.form(&unusual.form).is_none_or(|form| form.sensitivity != Sensitivity::Routine) {
                entries.push(Entry {
                    area: Some(unusual.area),
                    resident: unusual.resident,
                    record: Some(unusual.record),
                    detail: self.caller.reason().filter(|reason| reason_fits(Some(reason))).map(str::to_owned),
                    ..Entry::new(self.app.clock.now_ms(), self.caller.actor(), Deed::Read)
                });
            }
        }
        if entries.is_empty() { Ok(()) } else { self.app.write(move |store| store.note(&entries)).await }
    }
}

fn name_of(reader: &Reader<'_>, unusual: &Unusual) -> Result<Option<String>, Fault> {
    let resident = unusual.resident.map(|id| reader.resident(id)).transpose()?.flatten();
    Ok(resident.and_then(|resident| resident.name))
}

fn all_seen(reader: &Reader<'_>, twins: &Twins) -> Result<bool, Fault> {
    for entry in &twins.entries {
        if reader.resident(entry.resident)?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether the entries have been merged since they were found.
fn one_by_now(due: &qianmo_desk::LiveDue, twins: &Twins) -> Result<bool, Fault> {
    let mut kept = BTreeSet::new();
    for entry in &twins.entries {
        kept.insert(due.one(entry.resident)?.kept);
    }
    Ok(kept.len() < 2)
}

/// Entries that may be one person in some villages, looked for at most every few minutes.
fn found_lately(app: &App, villages: &[AreaCode]) -> Result<Arc<Vec<Twins>>, Fault> {
    let now = app.clock.now_ms();
    let held = app.twins_found.0.lock().unwrap_or_else(PoisonError::into_inner).get(villages).cloned();
    if let Some((_, found)) = held.filter(|(at, _)| (now - at).abs() < KEPT_MS) {
        return Ok(found);
    }
    let found = Arc::new(app.due.twins(villages)?);
    let mut kept = app.twins_found.0.lock().unwrap_or_else(PoisonError::into_inner);
    kept.retain(|_, (at, _)| (now - *at).abs() < KEPT_MS);
    kept.insert(villages.to_vec(), (now, found.clone()));
    Ok(found)
}

/// The civil date of an instant in China.
fn day(ms: i64) -> String {
    Offset::constant(8).to_datetime(Timestamp::from_millisecond(ms).unwrap_or_default()).date().to_string()
}
