//! Series for one person on a day: which doses count, what comes next, and when.
//!
//! Doses are walked through in order of date. A dose counts when the course has its product at this place, the child was old enough and the dose
//! before far enough, all by the row in force on that day. One that is too early doesn't count, and the interval to the next is taken from it.
//! Of several courses the first one holds whose condition is true, whose products fit what was given, and whose next dose
//! can still be given; when there is none, the first whose condition is true, passing over doses that are too late.

use std::sync::Arc;

use jiff::civil::Date;

use super::compile::Formula;
use super::facts::{Given, Person, Progress, Row, Run, Scene};
use super::item::{DoseDetail, Invalid, Item, Reason};
use super::limits::{Held, Limits, Who};
use super::planner::{CourseRules, SeriesRules, Wanted};
use super::span::Span;
use super::state::State;
use super::types::{Course, Dose};
use crate::record::RecordId;

/// Without `close`, a dose is in time until a month after it is due.
const GRACE: Span = Span::months(1);

/// One series asked of one person.
pub(super) struct Asking<'s, 'p, 'a> {
    pub(super) person: &'s Person<'p, 'a>,
    pub(super) limits: &'s Limits<'p, 'a>,
    pub(super) rules: &'s SeriesRules,
    /// All doses of its form.
    pub(super) given: &'s [Given<'s, 'a>],
    pub(super) wanted: Wanted,
}

/// Adds what the series asks after the records of one subject.
pub(super) fn add(asking: &Asking<'_, '_, '_>, run: Run, items: &mut Vec<Item>) {
    let (person, rules) = (asking.person, asking.rules);
    let profile = person.planner.forms[usize::from(run.form.0)].profile;
    let Some(anchor) = Row::latest(person.of_run(run), profile) else { return };
    let scene = Scene { person, row: anchor, anchor, period: None, progress: None };
    let birth = match &rules.from {
        None => Some(anchor.at()),
        Some(from) => from.eval(&scene).as_date(),
    };
    let who = Who::of(anchor.last());
    if asking.wanted == Wanted::Asked {
        let over = birth.is_none_or(|birth| rules.rule.until.is_some_and(|until| person.today >= until.after(birth)));
        if over || asking.limits.stopped(rules.number, who).is_some() {
            return;
        }
    }
    if !rules.when.as_ref().is_none_or(|when| when.holds(&scene)) {
        return;
    }
    match birth {
        None => items.push(asking.item(anchor, None, State::NotOpen, Reason::NoDate)),
        Some(birth) => Way { asking, scene, anchor, birth, who, profile }.add(items),
    }
}

/// The series from a known day on.
struct Way<'w, 's, 'p, 'a> {
    asking: &'w Asking<'s, 'p, 'a>,
    scene: Scene<'s, 'p, 'a>,
    anchor: Row<'s, 'a>,
    birth: Date,
    who: Who,
    /// Whether the anchor is the person's own sheet: then a dose before it is a mistake, else it belongs to something earlier.
    profile: bool,
}

/// How far the doses given go in a course.
#[derive(Debug, Default)]
struct Walk<'s, 'a> {
    /// Row and dose.
    done: Vec<(usize, Given<'s, 'a>)>,
    products: Vec<u16>,
    invalid: Vec<(RecordId, Invalid)>,
    /// Doses of a product that the course doesn't have at this place.
    misfits: usize,
    /// The next number, by its place.
    next: usize,
    /// The last dose given, whether it counted or not.
    last: Option<Date>,
}

/// What comes next in a course.
enum Next {
    Complete,
    Planned(Box<Plan>),
    /// Too late for it; since when.
    Passed(Option<Date>),
    /// Every product of it is ruled out for good.
    Barred(Held),
}

struct Plan {
    row: usize,
    opens: Date,
    due: Date,
    closes: Date,
    lapses: Option<Date>,
    products: Vec<Arc<str>>,
    /// Another product puts it off.
    conflict: Option<(Arc<str>, Date)>,
    held: Option<Held>,
}

impl<'s, 'a> Way<'_, 's, '_, 'a> {
    fn add(&self, items: &mut Vec<Item>) {
        let courses = &self.asking.rules.courses;
        let mut second: Option<(usize, Walk<'s, 'a>, Next)> = None;
        for (place, course) in courses.iter().enumerate() {
            let rows = &self.asking.rules.rule.courses[place];
            let walk = self.walk(course, rows);
            if !self.holds(course.when.as_ref(), &walk, self.asking.person.today) {
                continue;
            }
            let next = self.next(course, rows, &walk, walk.next);
            if walk.misfits == 0 && matches!(next, Next::Complete | Next::Planned(_)) {
                return self.tell(place, &walk, next, items);
            }
            if second.as_ref().is_none_or(|(_, held, _)| held.misfits > walk.misfits) {
                second = Some((place, walk, next));
            }
        }
        let Some((place, mut walk, mut next)) = second else { return };
        let (course, rows) = (&courses[place], &self.asking.rules.rule.courses[place]);
        let first = walk.next;
        while let Next::Passed(since) = next {
            walk.next += 1;
            self.skip(course, rows, &mut walk, self.asking.person.today);
            next = self.next(course, rows, &walk, walk.next);
            if let Next::Complete = next {
                (next, walk.next) = (Next::Passed(since), first);
                break;
            }
        }
        self.tell(place, &walk, next, items);
    }

    /// Whether a condition holds with the doses walked so far, on the day on which the next is given or planned.
    fn holds(&self, formula: Option<&Formula>, walk: &Walk<'_, '_>, on: Date) -> bool {
        let Some(formula) = formula else { return true };
        let first = walk.done.first().map(|(_, given)| given.fact.at);
        let progress = Progress { on, birth: self.birth, first, doses: walk.done.len(), given: &walk.products };
        formula.holds(&Scene { progress: Some(progress), ..self.scene })
    }

    /// The row of a number in force on a day; beyond all, the nearest.
    fn row(course: &CourseRules, rows: &Course, number: usize, day: Date) -> usize {
        let range = course.numbers[number].1.clone();
        let in_force = range.clone().find(|row| rows.doses[*row].in_force(day));
        let early = rows.doses[range.start].from.is_some_and(|from| day < from);
        in_force.unwrap_or(if early { range.start } else { range.end - 1 })
    }

    /// Passes over numbers that aren't needed.
    fn skip(&self, course: &CourseRules, rows: &Course, walk: &mut Walk<'_, '_>, day: Date) {
        while walk.next < course.numbers.len() {
            let row = Self::row(course, rows, walk.next, day);
            let unless = course.rows[row].unless.as_ref();
            if unless.is_none() || !self.holds(unless, walk, day) {
                break;
            }
            walk.next += 1;
        }
    }

    fn walk(&self, course: &CourseRules, rows: &Course) -> Walk<'s, 'a> {
        let mut walk = Walk::default();
        let (person, anchor) = (self.asking.person, self.anchor.last());
        let own = |given: &&Given<'s, 'a>| self.asking.rules.products.contains(&given.product) && person.related(given.fact, anchor);
        for given in self.asking.given.iter().filter(own) {
            let (day, id) = (given.fact.at, given.fact.id);
            if day < self.birth {
                if self.profile {
                    walk.invalid.push((id, Invalid::BeforeBirth));
                }
                continue;
            }
            self.skip(course, rows, &mut walk, day);
            // Two doses on one day only where the course says so: an interval of 0 days (2-1-1 after a bite).
            let both = || {
                course
                    .numbers
                    .get(walk.next)
                    .is_some_and(|_| rows.doses[Self::row(course, rows, walk.next, day)].interval == Some(Span::default()))
            };
            if walk.last == Some(day) && !both() {
                walk.invalid.push((id, Invalid::SameDay));
                continue;
            }
            while walk.next < course.numbers.len() {
                let row = Self::row(course, rows, walk.next, day);
                let too_late = rows.doses[row].until.is_some_and(|until| day >= until.after(self.birth));
                if course.rows[row].products.contains(&given.product) || !too_late {
                    break;
                }
                walk.next += 1;
                self.skip(course, rows, &mut walk, day);
            }
            // What is given after the last dose is one too many, not a mistake.
            if walk.next < course.numbers.len() {
                self.judge(course, rows, &mut walk, *given);
            }
        }
        self.skip(course, rows, &mut walk, person.today);
        walk
    }

    /// Whether a dose counts as the next one.
    fn judge(&self, course: &CourseRules, rows: &Course, walk: &mut Walk<'s, 'a>, given: Given<'s, 'a>) {
        let (day, id) = (given.fact.at, given.fact.id);
        let row = Self::row(course, rows, walk.next, day);
        let dose = &rows.doses[row];
        if !course.rows[row].products.contains(&given.product) {
            walk.invalid.push((id, Invalid::OtherProduct));
            walk.misfits += 1;
            return;
        }
        let old_enough = dose.earliest.unwrap_or(dose.due).after(self.birth);
        let far_enough = Self::far_enough(dose, walk.last);
        walk.last = Some(day);
        if day < old_enough {
            walk.invalid.push((id, Invalid::TooYoung(old_enough)));
        } else if let Some(far_enough) = far_enough.filter(|far_enough| day < *far_enough) {
            walk.invalid.push((id, Invalid::TooSoon(far_enough)));
        } else {
            walk.done.push((row, given));
            walk.products.push(given.product);
            walk.next += 1;
        }
    }

    fn far_enough(dose: &Dose, last: Option<Date>) -> Option<Date> {
        Some(dose.interval?.after(last?))
    }

    /// Plans a number, by the row that is in force on the day it is planned for.
    fn next(&self, course: &CourseRules, rows: &Course, walk: &Walk<'s, 'a>, number: usize) -> Next {
        let today = self.asking.person.today;
        let Some((_, range)) = course.numbers.get(number) else { return Next::Complete };
        let ends = |row: &usize| {
            let dose = &rows.doses[*row];
            dose.to.is_none_or(|to| to >= self.planned(dose, walk).1.max(today))
        };
        let row = range.clone().find(ends).unwrap_or(range.end - 1);
        let dose = &rows.doses[row];
        let (mut opens, mut due) = self.planned(dose, walk);
        let until = dose.until.map(|until| until.after(self.birth));
        if until.is_some_and(|until| opens.max(today) >= until) {
            return Next::Passed(until);
        }
        let holds: Vec<Option<Held>> = course.rows[row]
            .products
            .iter()
            .map(|product| self.asking.limits.held(self.asking.rules.number, self.who, Some(*product)))
            .collect();
        let free = || holds.iter().position(Option::is_none);
        let held = holds.iter().flatten().min_by_key(|held| held.until.unwrap_or(Date::MAX)).filter(|_| free().is_none());
        if let Some(held) = held.filter(|held| held.until.is_none()) {
            return Next::Barred(held.clone());
        }
        let products =
            dose.products.iter().zip(&holds).filter(|(_, hold)| hold.is_none() || free().is_none()).map(|(product, _)| product.clone());
        let planned = course.rows[row].products.get(free().unwrap_or(0)).copied();
        let mut conflict = None;
        for (why, other, end) in planned.into_iter().flat_map(|planned| self.conflicts(planned)) {
            let put_off = other < opens && opens < end;
            let waits = other >= opens && today > other;
            if put_off {
                opens = end;
            }
            if (put_off || waits) && today < end {
                conflict = Some((why, end));
            }
        }
        due = due.max(opens);
        let grown_out = dose.close.map_or_else(|| GRACE.last_day_before(due), |close| close.last_day_before(self.birth));
        let closes = grown_out.max(due);
        due = conflict.as_ref().map_or(due, |(_, end)| due.max(*end));
        let over = self.asking.rules.rule.until.map(|until| until.after(self.birth));
        let lapses = [until, over].into_iter().flatten().min();
        Next::Planned(Box::new(Plan {
            row,
            opens,
            due,
            closes: closes.max(due),
            lapses,
            products: products.collect(),
            conflict,
            held: held.cloned(),
        }))
    }

    /// The first day on which a dose can be given by a row, and the day on which it should be.
    fn planned(&self, dose: &Dose, walk: &Walk<'_, '_>) -> (Date, Date) {
        let from = dose.from.unwrap_or(Date::MIN).max(Self::far_enough(dose, walk.last).unwrap_or(Date::MIN));
        let opens = dose.earliest.unwrap_or(dose.due).after(self.birth).max(from);
        (opens, dose.due.after(self.birth).max(opens))
    }

    /// Other products given that this one needs a distance from: why, when given, from when on it may be.
    fn conflicts(&self, product: u16) -> Vec<(Arc<str>, Date, Date)> {
        let mut found = Vec::new();
        for (products, conflict) in self.asking.person.planner.conflicts.iter().filter(|(products, _)| products.contains(&product)) {
            let others = self.asking.given.iter().filter(|given| given.product != product && products.contains(&given.product));
            for other in others.filter(|given| self.asking.person.related(given.fact, self.anchor.last())) {
                found.push((conflict.reason.clone(), other.fact.at, conflict.interval.after(other.fact.at)));
            }
        }
        found.sort_by_key(|(_, at, _)| *at);
        found
    }

    fn tell(&self, place: usize, walk: &Walk<'s, 'a>, next: Next, items: &mut Vec<Item>) {
        let course = &self.asking.rules.rule.courses[place];
        let all = self.asking.wanted == Wanted::All;
        let complete = matches!(next, Next::Complete);
        if all {
            items.extend(walk.done.iter().map(|(row, given)| self.done(course, &course.doses[*row], given)));
        }
        if complete {
            if let Some(last) = items.last_mut().filter(|_| all && !walk.done.is_empty() && !walk.invalid.is_empty()) {
                last.detail.get_or_insert_default().invalid.clone_from(&walk.invalid);
            }
            return;
        }
        let number = self.asking.rules.courses[place].numbers.get(walk.next).map(|(number, _)| *number);
        let (state, reason) = self.state(walk, &next);
        if !all && !state.is_asked() {
            return;
        }
        let mut item = self.asking.item(self.anchor, Some(self.birth), state, reason);
        item.dose = number;
        item.last_done = walk.done.last().map(|(_, given)| given.fact.at);
        let mut detail = DoseDetail { course: course.name.clone(), invalid: walk.invalid.clone(), ..DoseDetail::default() };
        match next {
            Next::Planned(plan) => {
                let dose = &course.doses[plan.row];
                item.dose = Some(dose.number);
                (item.opens, item.due, item.closes, item.lapses) = (Some(plan.opens), Some(plan.due), Some(plan.closes), plan.lapses);
                detail.products = plan.products;
                detail.asks_for = dose.asks_for.clone();
            }
            Next::Passed(since) => item.lapses = since,
            Next::Barred(_) | Next::Complete => {}
        }
        item.detail = Some(Box::new(detail));
        items.push(item);
    }

    fn state(&self, walk: &Walk<'_, '_>, next: &Next) -> (State, Reason) {
        let Asking { person, limits, rules, .. } = self.asking;
        let today = person.today;
        if let Some((why, on)) = limits.stopped(rules.number, self.who) {
            return (State::Stopped, Reason::Stopped(why, on));
        }
        if limits.has_declines() {
            let accepted = walk.done.last().map(|(_, given)| given.fact.at);
            if let Some(declined) = limits.declined(person, [&rules.rule.id, &rules.pack], self.who, accepted) {
                return (State::Declined, Reason::Declined(declined.until));
            }
        }
        let plan = match next {
            Next::Planned(plan) if plan.lapses.is_none_or(|day| today < day) => plan,
            Next::Barred(held) => return (State::Held, Reason::Held(held.reason.clone(), None)),
            _ => return (State::Lapsed, Reason::Lapsed),
        };
        if today < plan.opens {
            let early = plan.conflict.as_ref().map_or(Reason::Early, |(why, until)| Reason::Conflict(why.clone(), *until));
            return (State::NotOpen, early);
        }
        if let Some(held) = limits.held(rules.number, self.who, None).or_else(|| plan.held.clone()) {
            return (State::Held, Reason::Held(held.reason, held.until));
        }
        if let Some((why, until)) = &plan.conflict {
            return (State::Held, Reason::Conflict(why.clone(), *until));
        }
        (if today > plan.closes { State::Overdue } else { State::Due }, Reason::Asked)
    }

    /// A dose that counts.
    fn done(&self, course: &Course, dose: &Dose, given: &Given<'_, '_>) -> Item {
        let due = dose.due.after(self.birth);
        let closes = dose.close.map_or_else(|| GRACE.last_day_before(due), |close| close.last_day_before(self.birth)).max(due);
        let at = given.fact.at;
        let reason = if at > closes { Reason::DoneLate } else { Reason::Done };
        let product = given.fact.values.get(&self.asking.rules.rule.product).and_then(|value| value.as_text()).unwrap_or("");
        Item {
            dose: Some(dose.number),
            opens: Some(dose.earliest.unwrap_or(dose.due).after(self.birth)),
            due: Some(due),
            closes: Some(closes),
            last_done: Some(at),
            satisfied_by: Some(given.fact.id),
            detail: Some(Box::new(DoseDetail { course: course.name.clone(), products: vec![product.into()], ..DoseDetail::default() })),
            ..self.asking.item(self.anchor, Some(self.birth), State::Done, reason)
        }
    }
}

impl Asking<'_, '_, '_> {
    fn item(&self, anchor: Row<'_, '_>, date: Option<Date>, state: State, reason: Reason) -> Item {
        let anchor = anchor.last();
        Item {
            service: self.rules.rule.id.clone(),
            dose: None,
            kind: self.person.planner.forms[usize::from(anchor.form.0)].kind.clone(),
            subject: anchor.subject,
            resident: anchor.resident,
            state,
            opens: None,
            due: None,
            closes: None,
            lapses: None,
            urgency: self.rules.rule.urgency,
            anchor: anchor.id,
            anchored_on: date,
            last_done: None,
            satisfied_by: None,
            reason,
            detail: None,
        }
    }
}
