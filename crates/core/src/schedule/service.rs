//! Services for one person on a day. What the edges mean stands in the head of [`super`].

use jiff::civil::Date;

use super::facts::{Fact, Person, Row, Run, Scene};
use super::item::{Item, Reason};
use super::limits::{Declined, Limits, Who};
use super::planner::{Planner, ServiceRules, Wanted};
use super::span::Span;
use super::state::State;
use super::types::{Cycle, Every};

/// Adds what one service asks after the records of one subject.
pub(super) fn add(person: &Person<'_, '_>, limits: &Limits<'_, '_>, place: usize, run: Run, wanted: Wanted, items: &mut Vec<Item>) {
    let rules = &person.planner.services[place];
    let facts = person.of_run(run);
    let profile = person.planner.forms[usize::from(run.form.0)].profile;
    let asked = Asking { person, limits, rules, place, wanted };
    if rules.rule.each {
        for fact in facts {
            items.extend(asked.after(Row::one(fact)));
        }
    } else if let Some(row) = Row::latest(facts, profile) {
        items.extend(asked.after(row));
    }
}

/// One service asked of one person.
struct Asking<'s, 'p, 'a> {
    person: &'s Person<'p, 'a>,
    limits: &'s Limits<'p, 'a>,
    rules: &'s ServiceRules,
    place: usize,
    wanted: Wanted,
}

/// The days of one time of a service.
#[derive(Debug, Clone, Copy)]
struct Window {
    opens: Date,
    due: Date,
    closes: Date,
    lapses: Option<Date>,
    /// A record before this day doesn't count.
    counts_from: Date,
    /// Nor one after this.
    counts_to: Date,
}

/// What records have done for a service.
#[derive(Debug, Default)]
struct Done<'f, 'a> {
    /// Times done within the window.
    times: u32,
    /// The record that completes it.
    by: Option<&'f Fact<'a>>,
    /// The last one.
    last: Option<Date>,
}

impl<'s, 'a> Asking<'s, '_, 'a> {
    fn after(&self, anchor: Row<'s, 'a>) -> Option<Item> {
        let mut scene = Scene { person: self.person, row: anchor, anchor, period: None, progress: None };
        let rule = &self.rules.rule;
        let date = match &self.rules.from {
            None => Some(anchor.at()),
            Some(from) => from.eval(&scene).as_date(),
        };
        if let Some(Every::Calendar(cycle)) = rule.every {
            scene.period = Some(period(cycle, date.map_or(self.person.today, |date| date.max(self.person.today))));
        }
        if !self.rules.when.as_ref().is_none_or(|when| when.holds(&scene)) {
            return None;
        }
        match date {
            Some(date) if Planner::again(rule).is_some() => self.repeated(&scene, date),
            Some(date) => self.once(&scene, date),
            None if self.wanted == Wanted::All => Some(self.item(anchor.last(), None, State::NotOpen, Reason::NoDate)),
            None => None,
        }
    }

    /// A service asked once, or so many times in a calendar period.
    fn once(&self, scene: &Scene<'s, '_, 'a>, date: Date) -> Option<Item> {
        let window = self.window(scene, date);
        let rule = &self.rules.rule;
        if self.wanted == Wanted::Asked && (self.person.today < window.opens || window.lapses.is_some_and(|day| self.person.today >= day)) {
            return None;
        }
        let done = self.done(scene, &window);
        let times = rule.times.max(1);
        if let Some(by) = done.by.filter(|_| done.times >= times) {
            if self.wanted == Wanted::Asked {
                return None;
            }
            let reason = if by.at > window.closes { Reason::DoneLate } else { Reason::Done };
            let item = self.item(scene.anchor.last(), Some(date), State::Done, reason);
            return Some(Item { last_done: Some(by.at), satisfied_by: Some(by.id), ..with(item, &window) });
        }
        let asked = if done.times > 0 { Reason::Part(done.times, times) } else { Reason::Asked };
        let item = self.open_item(scene, date, &window, done.last, asked)?;
        Some(Item { last_done: done.last, ..item })
    }

    /// A service asked again so long after the last time.
    fn repeated(&self, scene: &Scene<'s, '_, 'a>, date: Date) -> Option<Item> {
        let rule = &self.rules.rule;
        let every = Planner::again(rule)?;
        let anchor = scene.anchor.last();
        let own = self.rules.by.contains(&anchor.form) && self.counts(scene, anchor);
        let mut window = if own { self.next_window(anchor.at, every) } else { self.window(scene, date) };
        let mut last = own.then_some(anchor);
        for fact in self.satisfying(scene, true) {
            if fact.at >= window.counts_from && self.counts(scene, fact) {
                window = self.next_window(fact.at, every);
                last = Some(fact);
            }
        }
        let last_done = last.map(|fact| fact.at);
        if last.is_some() && self.person.today < window.opens {
            if self.wanted == Wanted::Asked {
                return None;
            }
            let who = Who::of(anchor);
            let (state, reason) = match self.limits.stopped(self.place, who) {
                Some((why, on)) => (State::Stopped, Reason::Stopped(why, on)),
                None => (State::Done, Reason::Done),
            };
            let item = self.item(anchor, Some(date), state, reason);
            return Some(Item { last_done, satisfied_by: last.map(|fact| fact.id), ..with(item, &window) });
        }
        let item = self.open_item(scene, date, &window, last_done, Reason::Asked)?;
        Some(Item { last_done, ..item })
    }

    /// The item of a service that isn't done.
    fn open_item(&self, scene: &Scene<'s, '_, 'a>, date: Date, window: &Window, last: Option<Date>, asked: Reason) -> Option<Item> {
        let today = self.person.today;
        let anchor = scene.anchor.last();
        let who = Who::of(anchor);
        let (state, reason) = if let Some((why, on)) = self.limits.stopped(self.place, who) {
            (State::Stopped, Reason::Stopped(why, on))
        } else if let Some(declined) = self.declined(scene, who, last) {
            (State::Declined, Reason::Declined(declined.until))
        } else if window.lapses.is_some_and(|day| today >= day) {
            (State::Lapsed, Reason::Lapsed)
        } else if today < window.opens {
            (State::NotOpen, Reason::Early)
        } else if let Some(held) = self.limits.held(self.place, who, None) {
            (State::Held, Reason::Held(held.reason, held.until))
        } else if today > window.closes {
            (State::Overdue, asked)
        } else {
            (State::Due, asked)
        };
        (self.wanted == Wanted::All || state.is_asked()).then(|| with(self.item(anchor, Some(date), state, reason), window))
    }

    fn declined(&self, scene: &Scene<'s, '_, 'a>, who: Who, last: Option<Date>) -> Option<Declined> {
        if !self.rules.rule.asks || !self.limits.has_declines() {
            return None;
        }
        // In an earlier period, too, doing it ends what was declined before.
        let accepted = last.max(self.satisfying(scene, false).map(|fact| fact.at).max());
        self.limits.declined(self.person, [&self.rules.rule.id, &self.rules.pack], who, accepted)
    }

    fn window(&self, scene: &Scene<'s, '_, 'a>, date: Date) -> Window {
        let rule = &self.rules.rule;
        if let Some((start, end)) = scene.period {
            let opens = rule.open.map_or(start, |open| open.after(start)).max(date);
            let due = rule.due.map_or(end, |due| due.after(start)).max(opens);
            let closes = rule.close.map_or(due, |close| close.after(start)).max(due);
            return Window { opens, due, closes, lapses: rule.lapse.map(|lapse| lapse.after(start)), counts_from: opens, counts_to: end };
        }
        let opens = rule.open.map_or(date, |open| open.after(date));
        let due = rule.due.or(Planner::again(rule)).map_or(opens, |due| due.after(date));
        let closes = rule.close.map_or(due, |close| close.after(date));
        Window { opens, due, closes, lapses: rule.lapse.map(|lapse| lapse.after(date)), counts_from: opens, counts_to: Date::MAX }
    }

    /// The next time of a repeated service, counted from the day it was last done.
    fn next_window(&self, day: Date, every: Span) -> Window {
        let rule = &self.rules.rule;
        let later = rule.due.map_or(Span::default(), |due| every.minus(due));
        let due = every.after(day);
        let moved = |span: Span| span.plus(later).after(day);
        let opens = rule.open.map(moved);
        Window {
            opens: opens.unwrap_or(due),
            due,
            closes: rule.close.map_or(due, moved),
            lapses: rule.lapse.map(moved),
            counts_from: opens.unwrap_or(day),
            counts_to: Date::MAX,
        }
    }

    /// Records of the satisfying forms about the same subject or resident, but for the anchor and, of its form, those before it.
    fn satisfying(&self, scene: &Scene<'s, '_, 'a>, in_order: bool) -> impl Iterator<Item = &'s Fact<'a>> {
        let person = self.person;
        let anchor = scene.anchor.last();
        let profile = person.planner.forms[usize::from(anchor.form.0)].profile;
        let later = move |fact: &&Fact<'a>| profile || fact.form != anchor.form || fact.order() > anchor.order();
        let facts = self.rules.by.iter().flat_map(|form| person.of_form(*form));
        let fitting = facts.filter(move |fact| fact.id != anchor.id && person.related(fact, anchor)).filter(later);
        let mut sorted = Vec::new();
        let mut rest = None;
        if in_order {
            sorted = fitting.collect();
            sorted.sort_unstable_by_key(|fact| fact.order());
        } else {
            rest = Some(fitting);
        }
        sorted.into_iter().chain(rest.into_iter().flatten())
    }

    fn counts(&self, scene: &Scene<'s, '_, 'a>, fact: &'s Fact<'a>) -> bool {
        self.rules.by_when.as_ref().is_none_or(|by_when| by_when.holds(&Scene { row: Row::one(fact), ..*scene }))
    }

    fn done(&self, scene: &Scene<'s, '_, 'a>, window: &Window) -> Done<'s, 'a> {
        let within = |fact: &&Fact<'_>| fact.at >= window.counts_from && fact.at <= window.counts_to;
        let mut counted: Vec<&'s Fact<'a>> = self.satisfying(scene, false).filter(within).filter(|fact| self.counts(scene, fact)).collect();
        counted.sort_unstable_by_key(|fact| fact.order());
        let times = self.rules.rule.times.max(1);
        Done {
            times: u32::try_from(counted.len()).unwrap_or(u32::MAX),
            by: usize::try_from(times - 1).ok().and_then(|place| counted.get(place).copied()),
            last: counted.last().map(|fact| fact.at),
        }
    }

    fn item(&self, anchor: &Fact<'_>, date: Option<Date>, state: State, reason: Reason) -> Item {
        let rule = &self.rules.rule;
        Item {
            service: rule.id.clone(),
            dose: None,
            kind: self.person.planner.forms[usize::from(anchor.form.0)].kind.clone(),
            subject: anchor.subject,
            resident: anchor.resident,
            state,
            opens: None,
            due: None,
            closes: None,
            lapses: None,
            urgency: rule.urgency,
            anchor: anchor.id,
            anchored_on: date,
            last_done: None,
            satisfied_by: None,
            reason,
            detail: None,
        }
    }
}

fn with(item: Item, window: &Window) -> Item {
    Item { opens: Some(window.opens), due: Some(window.due), closes: Some(window.closes), lapses: window.lapses, ..item }
}

/// First and last day of the calendar period that a day lies in. As [`crate::Period::range`], without its general arithmetic: it is
/// asked for every service of everybody.
fn period(cycle: Cycle, day: Date) -> (Date, Date) {
    let months = |first: i8, count: i8| {
        let start = Date::new(day.year(), first, 1).unwrap_or(day);
        (start, Date::new(day.year(), first + count - 1, 1).unwrap_or(day).last_of_month())
    };
    match cycle {
        Cycle::Year => months(1, 12),
        Cycle::Half => months((day.month() - 1) / 6 * 6 + 1, 6),
        Cycle::Quarter => months((day.month() - 1) / 3 * 3 + 1, 3),
        Cycle::Month => months(day.month(), 1),
        Cycle::TenDays => {
            let third = ((day.day() - 1) / 10).min(2);
            let on = |of_month: i8| Date::new(day.year(), day.month(), of_month).unwrap_or(day);
            (on(third * 10 + 1), if third == 2 { day.last_of_month() } else { on(third * 10 + 10) })
        }
        Cycle::Week => {
            let monday = Span::days(-i32::from(day.weekday().to_monday_zero_offset())).after(day);
            (monday, Span::days(6).after(monday))
        }
        Cycle::Day => (day, day),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::period::{Calendar, Period};
    use jiff::civil::date;

    #[test]
    fn periods_are_those_of_the_calendar() {
        let mut day = date(2023, 12, 25);
        while day < date(2025, 3, 5) {
            let (year, month, week) = (day.year(), day.month(), day.iso_week_date());
            for (cycle, expected) in [
                (Cycle::Year, Period::Year(year)),
                (Cycle::Half, Period::Half(year, (month + 5) / 6)),
                (Cycle::Quarter, Period::Quarter(year, (month + 2) / 3)),
                (Cycle::Month, Period::Month(year, month)),
                (Cycle::TenDays, Period::TenDays(year, month, ((day.day() - 1) / 10).min(2))),
                (Cycle::Week, Period::Week(week.year(), week.week())),
                (Cycle::Day, Period::Day(day)),
            ] {
                assert_eq!(period(cycle, day), expected.range(Calendar::Civil), "{cycle:?} {day}");
            }
            day = Span::days(1).after(day);
        }
    }
}
