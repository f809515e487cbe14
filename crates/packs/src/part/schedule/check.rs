//! What a schedule can't mean: services that nothing can satisfy, windows the wrong way round, two rules for one service.

use std::collections::BTreeMap;
use std::sync::Arc;

use qianmo_core::form::Form;
use qianmo_core::pack::{Pack, Packs};
use qianmo_core::schedule::{Dose, Every, Reach, Schedule, Series, Service, Span};
use qianmo_core::{Expr, Fault, Place, Value};

use crate::source::Sink;

/// Checks the schedules of all packs together.
///
/// Faults: `SCHEDULE-0101` spans in an impossible order, `SCHEDULE-0102` nothing satisfies it, `SCHEDULE-0103` a condition that never
/// holds, `SCHEDULE-0104` a form about somebody else, `SCHEDULE-0105` two rules for one service, `SCHEDULE-0106` a second `[decline]`,
/// `SCHEDULE-0107` services that supersede each other, `SCHEDULE-0108` rows of a course that don't follow each other,
/// `SCHEDULE-0109` `times` without a calendar period. Warning: `SCHEDULE-0201` a dose due before it may be given.
pub(in crate::part) fn check(packs: &Packs, sink: &Sink) {
    let schedules = || packs.packs.iter().map(|pack| &pack.schedule);
    let services: Vec<&Service> = schedules().flat_map(|schedule| &schedule.services).collect();
    let series: Vec<&Series> = schedules().flat_map(|schedule| &schedule.series).collect();
    for service in &services {
        window(service, sink);
        satisfiable(packs, service, sink);
    }
    for series in &series {
        related(packs, &series.after, &series.by, "by", &series.place, sink);
        never(series.when.as_ref(), "when", &series.place, sink);
        doses(series, sink);
    }
    twice(&services, &series, sink);
    circles(&services, sink);
    for pack in &packs.packs {
        limits(packs, pack, sink);
    }
    for second in schedules().filter_map(|schedule| schedule.decline.as_ref()).skip(1) {
        sink.push(Fault::new("SCHEDULE-0106").at(second.place.clone()));
    }
}

/// The days of a service in their order.
fn window(service: &Service, sink: &Sink) {
    let wrong = |earlier: &'static str, a: Span, later: &'static str, b: Span| {
        let fault = Fault::new("SCHEDULE-0101").at(service.place.clone()).with("earlier", earlier).with("first", a);
        sink.push(fault.with("later", later).with("second", b));
    };
    let pairs = [("open", service.open, "due", service.due), ("due", service.due, "close", service.close)];
    for (earlier, a, later, b) in pairs {
        if let (Some(a), Some(b)) = (a, b)
            && a.surely_longer(b)
        {
            wrong(earlier, a, later, b);
        }
    }
    for (earlier, span) in [("open", service.open), ("due", service.due), ("close", service.close)] {
        // A service that lapses before its last day by the norm would never be overdue.
        if let (Some(span), Some(lapse)) = (span, service.lapse)
            && (span == lapse || span.surely_longer(lapse))
        {
            wrong(earlier, span, "lapse", lapse);
            break;
        }
    }
    match service.every {
        Some(Every::Span(span)) if !span.surely_longer(Span::default()) => wrong("0 days", Span::default(), "every", span),
        Some(Every::Calendar(_)) => {}
        _ if service.times > 1 => sink.push(Fault::new("SCHEDULE-0109").at(service.place.clone()).with("times", service.times)),
        _ => {}
    }
}

fn satisfiable(packs: &Packs, service: &Service, sink: &Sink) {
    // Without `by` a service is over when its condition no longer holds: the record is corrected, or a later one says so.
    if service.by.is_empty() && service.when.is_none() {
        sink.push(Fault::new("SCHEDULE-0102").at(service.place.clone()).with("id", &service.id));
    }
    never(service.when.as_ref(), "when", &service.place, sink);
    never(service.by_when.as_ref(), "by_when", &service.place, sink);
    for by in &service.by {
        related(packs, &service.after, by, "by", &service.place, sink);
    }
}

/// Reports a condition that has no name in it and isn't true.
fn never(expr: Option<&Expr>, key: &str, place: &Place, sink: &Sink) {
    let nothing = |_: &str| Value::Null;
    if let Some(expr) = expr.filter(|expr| expr.names().is_empty())
        && !is_broken(expr)
        && expr.eval(&nothing) != Value::Bool(true)
    {
        sink.push(Fault::new("SCHEDULE-0103").at(place.clone()).with("key", key));
    }
}

/// Whether it stands for an expression that couldn't be read and is reported already.
fn is_broken(expr: &Expr) -> bool {
    *expr == Expr::Literal(Value::Null)
}

/// Reports a form whose records can't be about the same subject or resident as the anchor's.
fn related(packs: &Packs, anchor: &str, other: &str, key: &'static str, place: &Place, sink: &Sink) {
    let (Some(anchor), Some(other)) = (packs.form(anchor), packs.form(other)) else { return };
    if !may_meet(anchor, other) {
        let fault = Fault::new("SCHEDULE-0104").at(place.clone()).with("key", key).with("form", &other.id);
        sink.push(fault.with("subject", &other.subject).with("expected", &anchor.subject));
    }
}

/// Whether records of two forms can be about the same subject or the same resident.
fn may_meet(a: &Form, b: &Form) -> bool {
    let alone = |form: &Form| ["household", "organisation", "area"].contains(&&*form.subject);
    a.subject == b.subject || !(alone(a) || alone(b))
}

fn limits(packs: &Packs, pack: &Pack, sink: &Sink) {
    let Schedule { services, series, stops, holds, .. } = &pack.schedule;
    let anchors = |reach: &Reach| -> Vec<&Form> {
        let own =
            services.iter().map(|service| (&service.id, &service.after)).chain(series.iter().map(|series| (&series.id, &series.after)));
        let all = packs.packs.iter().flat_map(|pack| {
            let services = pack.schedule.services.iter().map(|service| (&service.id, &service.after));
            services.chain(pack.schedule.series.iter().map(|series| (&series.id, &series.after)))
        });
        let forms: Vec<&Arc<str>> = match reach {
            Reach::All => Vec::new(),
            Reach::Pack => own.map(|(_, after)| after).collect(),
            Reach::Only(ids) => all.filter(|(id, _)| ids.contains(id)).map(|(_, after)| after).collect(),
        };
        forms.into_iter().filter_map(|form| packs.form(form)).collect()
    };
    // A record about a subject reaches what is asked of that subject and, if it is the resident, of all that is theirs.
    let reaches = |form: &Form, anchor: &Form| form.subject == anchor.subject || (&*form.subject == "resident" && may_meet(form, anchor));
    let stops = stops.iter().map(|stop| (&stop.form, &stop.services, stop.when.as_ref(), &stop.place));
    let holds = holds.iter().map(|hold| (&hold.form, &hold.services, hold.when.as_ref(), &hold.place));
    for (form, reach, when, place) in stops.chain(holds) {
        never(when, "when", place, sink);
        let (Some(form), anchors) = (packs.form(form), anchors(reach)) else { continue };
        if !anchors.is_empty() && !anchors.iter().any(|anchor| reaches(form, anchor)) {
            let fault = Fault::new("SCHEDULE-0104").at(place.clone()).with("key", "form").with("form", &form.id);
            sink.push(fault.with("subject", &form.subject).with("expected", &anchors[0].subject));
        }
    }
}

/// Two rules that one record would satisfy alike.
fn twice(services: &[&Service], series: &[&Series], sink: &Sink) {
    let claimed = |place: &Place, id: &str, first: &str, at: &Place| {
        sink.push(Fault::new("SCHEDULE-0105").at(place.clone()).with("id", id).with("other", first).with("first", at));
    };
    for (i, service) in services.iter().enumerate() {
        let same = |other: &&&Service| {
            let asked = (&other.after, other.each, &other.when, &other.from, other.open, other.every);
            let done = (&other.by, &other.by_when);
            asked == (&service.after, service.each, &service.when, &service.from, service.open, service.every)
                && done == (&service.by, &service.by_when)
                && other.id != service.id
        };
        if let Some(first) = services[..i].iter().find(same) {
            claimed(&service.place, &service.id, &first.id, &first.place);
        }
    }
    for (i, series_) in series.iter().enumerate() {
        let shared = |other: &&&Series| {
            other.by == series_.by
                && other.after == series_.after
                && other.when == series_.when
                && other.products.iter().any(|product| series_.products.contains(product))
        };
        if let Some(first) = series[..i].iter().find(shared) {
            claimed(&series_.place, &series_.id, &first.id, &first.place);
        }
    }
}

/// Services that supersede each other: nobody would be asked.
fn circles(services: &[&Service], sink: &Sink) {
    let by_id: BTreeMap<&str, &Service> = services.iter().map(|service| (&*service.id, *service)).collect();
    for service in services {
        let mut reached: Vec<&str> = service.supersedes.iter().map(AsRef::as_ref).collect();
        let mut next = 0;
        while let Some(id) = reached.get(next) {
            next += 1;
            for further in by_id.get(id).iter().flat_map(|service| &service.supersedes) {
                if !reached.contains(&&**further) {
                    reached.push(further);
                }
            }
        }
        if reached.contains(&&*service.id) {
            sink.push(Fault::new("SCHEDULE-0107").at(service.place.clone()).with("id", &service.id));
        }
    }
}

fn doses(series: &Series, sink: &Sink) {
    for course in &series.courses {
        never(course.when.as_ref(), "when", &course.place, sink);
        for dose in &course.doses {
            ages(dose, sink);
        }
        for pair in course.doses.windows(2) {
            follow(&pair[0], &pair[1], sink);
        }
        if let Some(first) = course.doses.first().filter(|first| first.number != 1) {
            sink.push(rows_fault(first, "1"));
        }
    }
}

fn rows_fault(dose: &Dose, expected: impl std::fmt::Display) -> Fault {
    Fault::new("SCHEDULE-0108").at(dose.place.clone()).with("number", dose.number).with("expected", expected)
}

/// The ages of one dose in their order.
fn ages(dose: &Dose, sink: &Sink) {
    let wrong = |earlier: &'static str, a: Span, later: &'static str, b: Span| {
        let fault = Fault::new("SCHEDULE-0101").at(dose.place.clone()).with("earlier", earlier).with("first", a);
        sink.push(fault.with("later", later).with("second", b));
    };
    let earliest = dose.earliest.unwrap_or(dose.due);
    if earliest.surely_longer(dose.due) {
        wrong("earliest", earliest, "due", dose.due);
    }
    for (later, span) in [("close", dose.close), ("until", dose.until)] {
        if let Some(span) = span.filter(|span| dose.due.surely_longer(*span) || (later == "until" && earliest == *span)) {
            wrong(if later == "until" { "earliest" } else { "due" }, if later == "until" { earliest } else { dose.due }, later, span);
        }
    }
    if let (Some(from), Some(to)) = (dose.from, dose.to)
        && from > to
    {
        sink.push(Fault::new("PACK-0113").at(dose.place.clone()).with("low", from).with("high", to));
    }
    never(dose.unless.as_ref(), "unless", &dose.place, sink);
}

/// Numbers go up by one; rows of one number follow each other in time.
fn follow(before: &Dose, dose: &Dose, sink: &Sink) {
    if dose.number == before.number {
        if before.to.is_none() || dose.from.is_none() || before.to >= dose.from {
            let expected = before.to.and_then(|to| to.tomorrow().ok()).map_or_else(|| "to".to_owned(), |day| format!("from = {day}"));
            sink.push(rows_fault(dose, expected));
        }
    } else if dose.number != before.number + 1 {
        sink.push(rows_fault(dose, before.number + 1));
    } else if let Some(interval) = dose.interval {
        let may = before.due.plus(interval);
        if may.surely_longer(dose.due) {
            let fault = Fault::new("SCHEDULE-0201").at(dose.place.clone()).with("number", dose.number);
            sink.warn(fault.with("due", dose.due).with("earliest", may));
        }
    }
}
