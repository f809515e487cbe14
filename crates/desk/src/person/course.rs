//! What runs over time: measurements, episodes, consent, and what ended services.

use std::collections::BTreeMap;
use std::sync::Arc;

use qianmo_access::consent::{Rules, State};
use qianmo_core::form::Field;
use qianmo_core::schedule::{Reach, Stop};
use qianmo_core::{Date, Decimal, RecordId, SubjectId, Value};

use super::show;
use super::timeline::Told;
use super::{PersonAsked, Values, said};

/// A measurement over time, from the records of one form that stand.
#[derive(Debug, Clone, PartialEq)]
pub struct Trend {
    /// The form.
    pub form: Arc<str>,
    /// Its name.
    pub form_name: String,
    /// The field.
    pub field: Arc<str>,
    /// Its label.
    pub label: String,
    /// Its unit.
    pub unit: String,
    /// What is usual, both ends included.
    pub usual: Option<(Decimal, Decimal)>,
    /// By date.
    pub points: Vec<TrendPoint>,
}

/// One measurement.
#[derive(Debug, Clone, PartialEq)]
pub struct TrendPoint {
    /// Date of the service.
    pub at: Date,
    /// The value.
    pub value: Decimal,
    /// The record.
    pub record: RecordId,
}

/// A pregnancy, a treatment or the like: something of the person that records are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Episode {
    /// The subject.
    pub subject: SubjectId,
    /// Its kind.
    pub kind: Arc<str>,
    /// The kind's name.
    pub kind_name: String,
    /// The programme that declares the kind; empty when it isn't in use any more.
    pub pack: Arc<str>,
    /// Date of its first record that stands.
    pub begun: Date,
    /// Date of its last record that stands.
    pub latest: Date,
    /// When it ended and why, in words.
    pub ended: Option<(Date, String)>,
    /// Records that stand.
    pub records: usize,
}

/// What somebody answered where consent is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// The purpose.
    pub purpose: Arc<str>,
    /// Its name.
    pub name: String,
    /// What is done, and what refusing doesn't touch.
    pub meaning: String,
    /// How it stands on the day.
    pub state: State,
    /// Since when, by the last answer up to the day.
    pub since: Option<Date>,
}

/// Numbers with a unit or a usual range, and what is derived of that kind. A trend has at least two points.
pub(crate) fn trends(asked: &PersonAsked<'_>, told: &[Told<'_>], sheet: &Values) -> Vec<Trend> {
    let mut trends: BTreeMap<(Arc<str>, Arc<str>), Trend> = BTreeMap::new();
    let measures = |field: &Field| !field.unit.is_empty() || field.usual.is_some();
    for fact in told.iter().filter(|fact| fact.stands() && fact.at() <= asked.on) {
        let Some(form) = fact.form.filter(|form| !form.profile) else { continue };
        let typed = form.fields.iter().filter_map(|field| Some((field, fact.values().get(&field.id)?.clone())));
        for (field, value) in typed.chain(show::derived(form, fact.at(), fact.values(), sheet)) {
            let Some(number) = value.as_decimal().filter(|_| measures(field)) else { continue };
            let point = TrendPoint { at: fact.at(), value: number, record: fact.row().head().id };
            let trend = trends.entry((form.id.clone(), field.id.clone())).or_insert_with(|| Trend {
                form: form.id.clone(),
                form_name: said(asked.english, &form.name, &form.name_en).to_owned(),
                field: field.id.clone(),
                label: said(asked.english, &field.name, &field.name_en).to_owned(),
                unit: field.unit.clone(),
                usual: field.usual,
                points: Vec::new(),
            });
            trend.points.push(point);
        }
    }
    let mut trends: Vec<Trend> = trends.into_values().filter(|trend| trend.points.len() > 1).collect();
    trends.sort_by_key(|trend| std::cmp::Reverse(trend.points.last().map(|point| point.at)));
    trends
}

/// Episodes, the one with the newest record first.
pub(crate) fn episodes(asked: &PersonAsked<'_>, told: &[Told<'_>], sheet: &Values) -> Vec<Episode> {
    let mut episodes: BTreeMap<SubjectId, Episode> = BTreeMap::new();
    for fact in told.iter().filter(|fact| fact.stands()) {
        let head = fact.row().head();
        if head.resident.is_none_or(|resident| resident == head.subject.id) || &*head.subject.kind == "resident" {
            continue;
        }
        let episode = episodes.entry(head.subject.id).or_insert_with(|| {
            let kind = &head.subject.kind;
            let declares = asked.packs.packs.iter().find_map(|pack| Some((pack, pack.subjects.iter().find(|(id, _)| id == kind)?)));
            Episode {
                subject: head.subject.id,
                kind: kind.clone(),
                kind_name: declares.map_or_else(|| kind.to_string(), |(_, (_, name))| name.clone()),
                pack: declares.map_or_else(|| Arc::from(""), |(pack, _)| pack.id.clone()),
                begun: head.at,
                latest: head.at,
                ended: None,
                records: 0,
            }
        });
        episode.begun = episode.begun.min(head.at);
        episode.latest = episode.latest.max(head.at);
        episode.records += 1;
    }
    for episode in episodes.values_mut() {
        let stops = asked.packs.packs.iter().flat_map(|pack| &pack.schedule.stops);
        episode.ended = stopped(asked, told, sheet, stops, &|id| id == episode.subject);
    }
    let mut episodes: Vec<Episode> = episodes.into_values().collect();
    episodes.sort_by_key(|episode| std::cmp::Reverse((episode.latest, episode.subject)));
    episodes
}

/// What ended every service for the person.
pub(crate) fn ended(asked: &PersonAsked<'_>, told: &[Told<'_>], sheet: &Values) -> Option<(Date, String)> {
    let stops = asked.packs.packs.iter().flat_map(|pack| &pack.schedule.stops).filter(|stop| stop.services == Reach::All);
    stopped(asked, told, sheet, stops, &|id| told.iter().any(|fact| fact.row().head().subject.id == id && is_person(fact)))
}

fn is_person(fact: &Told<'_>) -> bool {
    &*fact.row().head().subject.kind == "resident"
}

/// The first day of a stop that holds, by records about these subjects, and why.
fn stopped<'s>(
    asked: &PersonAsked<'_>,
    told: &[Told<'_>],
    sheet: &Values,
    stops: impl Iterator<Item = &'s Stop>,
    about: &dyn Fn(SubjectId) -> bool,
) -> Option<(Date, String)> {
    let holds = |stop: &Stop, fact: &Told<'_>| {
        let env = |name: &str| match name.strip_prefix("resident.") {
            Some(field) => sheet.get(field).cloned().unwrap_or_default(),
            None if name == "at" => Value::Date(fact.at()),
            None if name == "today" => Value::Date(asked.on),
            None => fact.values().get(name).cloned().unwrap_or_default(),
        };
        fact.is(&stop.form)
            && fact.at() <= asked.on
            && about(fact.row().head().subject.id)
            && stop.when.as_ref().is_none_or(|when| when.eval(&env) == Value::Bool(true))
    };
    let resumed = |stop: &Stop, since: Date| {
        stop.resumed_by.as_ref().is_some_and(|form| told.iter().any(|fact| fact.is(form) && fact.at() > since && fact.at() <= asked.on))
    };
    let days = stops.flat_map(|stop| told.iter().filter(move |fact| holds(stop, fact)).map(move |fact| (fact.at(), stop)));
    let mut days: Vec<(Date, &Stop)> = days.filter(|(day, stop)| !resumed(stop, *day)).collect();
    days.sort_by_key(|(day, _)| *day);
    days.first().map(|(day, stop)| (*day, stop.reason.to_string()))
}

/// The purposes in the packs' order.
pub(crate) fn consents(asked: &PersonAsked<'_>, told: &[Told<'_>]) -> Vec<Consent> {
    let rules = Rules::of(asked.packs);
    let answers = told.iter().filter(|fact| fact.stands()).filter_map(|fact| {
        let value = |field: &str| fact.values().get(field).cloned().unwrap_or_default();
        rules.answered(&fact.row().head().form, fact.at(), &value)
    });
    let answers: Vec<_> = answers.collect();
    let standing = rules.standing(&answers, asked.on);
    let consent = |purpose: &qianmo_core::consent::Purpose| Consent {
        purpose: purpose.id.clone(),
        name: said(asked.english, &purpose.name, &purpose.name_en).to_owned(),
        meaning: purpose.meaning.clone(),
        state: standing.state(&purpose.id).unwrap_or(State::Unasked),
        since: answers.iter().filter(|answer| answer.purpose == purpose.id && answer.at <= asked.on).map(|answer| answer.at).max(),
    };
    rules.purposes().iter().map(consent).collect()
}
