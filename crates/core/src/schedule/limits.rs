//! What takes a service away from a person: stops, holds, declining.

use std::sync::Arc;

use jiff::civil::Date;

use super::facts::{Fact, Person, Row, Scene};
use super::planner::{HoldRules, StopRules};
use crate::record::SubjectId;
use crate::value::Value;

/// The stops, holds and declines of one person on the day.
#[derive(Debug, Default)]
pub(super) struct Limits<'p, 'a> {
    stops: Vec<(&'p StopRules, SubjectId, Date)>,
    holds: Vec<HoldFound<'p>>,
    declines: Vec<Fact<'a>>,
}

/// A hold in force.
#[derive(Debug)]
struct HoldFound<'p> {
    rule: &'p HoldRules,
    subject: SubjectId,
    /// The product held; `None` for whole services.
    product: Option<u16>,
    until: Option<Date>,
}

/// A hold as it bears on one service or product.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) reason: Arc<str>,
    /// `None`: for good.
    pub(super) until: Option<Date>,
}

/// A service declined.
#[derive(Debug, Clone, Copy)]
pub(super) struct Declined {
    /// When it is asked again; `None`: only at the person's wish.
    pub(super) until: Option<Date>,
}

/// Who is asked about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Who {
    pub(super) subject: SubjectId,
    pub(super) resident: Option<SubjectId>,
}

impl Who {
    pub(super) fn of(fact: &Fact<'_>) -> Self {
        Self { subject: fact.subject, resident: fact.resident }
    }

    /// Whether a record about this subject is about the subject asked about or its resident.
    fn is(self, subject: SubjectId) -> bool {
        self.subject == subject || self.resident == Some(subject)
    }
}

impl<'p, 'a> Limits<'p, 'a> {
    pub(super) fn of(person: &Person<'p, 'a>) -> Self {
        let planner = person.planner;
        let mut limits = Self::default();
        for run in &person.runs {
            let (stops, holds) = planner.limits_of(run.form);
            for fact in person.of_run(*run) {
                let row = Row::one(fact);
                let scene = Scene { person, row, anchor: row, period: None, progress: None };
                for stop in stops.iter().map(|stop| &planner.stops[*stop]) {
                    if stop.when.as_ref().is_none_or(|when| when.holds(&scene)) && !resumed(person, stop, fact) {
                        limits.stops.push((stop, fact.subject, fact.at));
                    }
                }
                for hold in holds.iter().map(|hold| &planner.holds[*hold]) {
                    limits.holds.extend(found(person, hold, fact, &scene));
                }
            }
        }
        if let Some((form, _)) = &planner.decline {
            limits.declines.extend(person.of_form(*form));
        }
        limits
    }

    /// The stop that ends a service or series, by its number.
    pub(super) fn stopped(&self, number: usize, who: Who) -> Option<(Arc<str>, Date)> {
        let stop = self.stops.iter().find(|(stop, subject, _)| stop.reach[number] && who.is(*subject));
        stop.map(|(stop, _, at)| (stop.reason.clone(), *at))
    }

    /// The hold on a whole service or series, or on one product of it; the longest of several.
    pub(super) fn held(&self, number: usize, who: Who, product: Option<u16>) -> Option<Held> {
        let holds = self.holds.iter().filter(|hold| hold.rule.reach[number] && hold.product == product && who.is(hold.subject));
        let longest = holds.max_by_key(|hold| hold.until.unwrap_or(Date::MAX))?;
        Some(Held { reason: longest.rule.reason.clone(), until: longest.until })
    }

    /// Whether a service was declined and isn't asked. `accepted`: when it was last done; that ends what was declined before.
    pub(super) fn declined(&self, person: &Person<'_, '_>, names: [&str; 2], who: Who, accepted: Option<Date>) -> Option<Declined> {
        let (_, rule) = person.planner.decline.as_ref()?;
        let about = |fact: &&Fact<'_>| fact.values.get(&rule.service).and_then(Value::as_text).is_some_and(|id| names.contains(&id));
        let mut own: Vec<&Fact<'_>> = self.declines.iter().filter(|fact| who.is(fact.subject)).filter(about).collect();
        own.sort_unstable_by_key(|fact| fact.order());
        let mut times = 0;
        let mut last = None;
        for fact in own.into_iter().filter(|fact| accepted.is_none_or(|accepted| fact.at > accepted)) {
            if fact.values.get(&rule.wish) == Some(&Value::Bool(true)) {
                (times, last) = (0, None);
            } else {
                times += 1;
                last = Some(fact.at);
            }
        }
        let again = rule.again.after(last?);
        if times > rule.asks { Some(Declined { until: None }) } else { (person.today < again).then_some(Declined { until: Some(again) }) }
    }

    pub(super) fn has_declines(&self) -> bool {
        !self.declines.is_empty()
    }
}

fn resumed(person: &Person<'_, '_>, stop: &StopRules, fact: &Fact<'_>) -> bool {
    let Some(form) = stop.resumed_by else { return false };
    let about = |later: &&Fact<'_>| later.subject == fact.subject || (later.resident.is_some() && later.resident == fact.resident);
    person.of_form(form).iter().filter(about).any(|later| later.at > fact.at)
}

fn found<'p>(person: &Person<'p, '_>, hold: &'p HoldRules, fact: &Fact<'_>, scene: &Scene<'_, '_, '_>) -> Option<HoldFound<'p>> {
    if !hold.when.as_ref().is_none_or(|when| when.holds(scene)) {
        return None;
    }
    let until = hold.until.as_ref().and_then(|until| until.eval(scene).as_date());
    if until.is_some_and(|until| person.today >= until) {
        return None;
    }
    let product = match &hold.product {
        // Of a product that no series has, nothing is asked; without a product nothing is held.
        Some(field) => Some(*person.planner.products.get(fact.values.get(field)?.as_text()?)?),
        None => None,
    };
    Some(HoldFound { rule: hold, subject: fact.subject, product, until })
}
