//! Schedules: services, stops, holds, declining, series of doses, conflicts. Names are those of [`qianmo_core::schedule`].

use std::sync::Arc;

use qianmo_core::schedule::{Conflict, Course, Cycle, Decline, Dose, Every, Hold, Reach, Schedule, Series, Service, Span, Stop};
use qianmo_core::{Date, Fault, Place};
use serde::{Deserialize, Serialize};

use super::tree::{Tables, Tree};
use super::{is_false, unreadable};

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct ScheduleBody {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    services: Vec<ServiceBody>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stops: Vec<StopBody>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    holds: Vec<HoldBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decline: Option<DeclineBody>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    series: Vec<SeriesBody>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    conflicts: Vec<ConflictBody>,
}

/// Months, days, hours.
#[derive(Serialize, Deserialize)]
struct SpanBody(i32, i32, i32);

#[derive(Serialize, Deserialize)]
struct ServiceBody {
    id: String,
    name: String,
    name_en: String,
    meaning: String,
    after: String,
    #[serde(default, skip_serializing_if = "is_false")]
    each: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    when: Option<Tree>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<Tree>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    open: Option<SpanBody>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due: Option<SpanBody>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    close: Option<SpanBody>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lapse: Option<SpanBody>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    every: Option<EveryBody>,
    times: u32,
    by: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by_when: Option<Tree>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    supersedes: Vec<String>,
    asks: bool,
    urgency: u8,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum EveryBody {
    Year,
    Half,
    Quarter,
    Month,
    TenDays,
    Week,
    Day,
    Span(SpanBody),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ReachBody {
    Pack,
    All,
    Only(Vec<String>),
}

#[derive(Serialize, Deserialize)]
struct StopBody {
    form: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    when: Option<Tree>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resumed_by: Option<String>,
    services: ReachBody,
    reason: String,
}

#[derive(Serialize, Deserialize)]
struct HoldBody {
    form: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    when: Option<Tree>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Tree>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    product: Option<String>,
    services: ReachBody,
    reason: String,
}

#[derive(Serialize, Deserialize)]
struct DeclineBody {
    form: String,
    service: String,
    wish: String,
    again: SpanBody,
    asks: u32,
}

#[derive(Serialize, Deserialize)]
struct SeriesBody {
    id: String,
    name: String,
    name_en: String,
    meaning: String,
    after: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    when: Option<Tree>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<Tree>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<SpanBody>,
    by: String,
    product: String,
    products: Vec<String>,
    courses: Vec<CourseBody>,
    urgency: u8,
}

#[derive(Serialize, Deserialize)]
struct CourseBody {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    when: Option<Tree>,
    doses: Vec<DoseBody>,
}

#[derive(Serialize, Deserialize)]
struct DoseBody {
    number: u32,
    products: Vec<String>,
    due: SpanBody,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    close: Option<SpanBody>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    earliest: Option<SpanBody>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    interval: Option<SpanBody>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<SpanBody>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unless: Option<Tree>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    asks_for: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct ConflictBody {
    products: Vec<String>,
    interval: SpanBody,
    reason: String,
}

impl From<Span> for SpanBody {
    fn from(span: Span) -> Self {
        Self(span.months, span.days, span.hours)
    }
}

impl From<SpanBody> for Span {
    fn from(SpanBody(months, days, hours): SpanBody) -> Self {
        Self { months, days, hours }
    }
}

impl From<Every> for EveryBody {
    fn from(every: Every) -> Self {
        match every {
            Every::Span(span) => Self::Span(span.into()),
            Every::Calendar(Cycle::Year) => Self::Year,
            Every::Calendar(Cycle::Half) => Self::Half,
            Every::Calendar(Cycle::Quarter) => Self::Quarter,
            Every::Calendar(Cycle::Month) => Self::Month,
            Every::Calendar(Cycle::TenDays) => Self::TenDays,
            Every::Calendar(Cycle::Week) => Self::Week,
            Every::Calendar(Cycle::Day) => Self::Day,
        }
    }
}

impl From<EveryBody> for Every {
    fn from(every: EveryBody) -> Self {
        Self::Calendar(match every {
            EveryBody::Span(span) => return Self::Span(span.into()),
            EveryBody::Year => Cycle::Year,
            EveryBody::Half => Cycle::Half,
            EveryBody::Quarter => Cycle::Quarter,
            EveryBody::Month => Cycle::Month,
            EveryBody::TenDays => Cycle::TenDays,
            EveryBody::Week => Cycle::Week,
            EveryBody::Day => Cycle::Day,
        })
    }
}

impl From<&Reach> for ReachBody {
    fn from(reach: &Reach) -> Self {
        match reach {
            Reach::Pack => Self::Pack,
            Reach::All => Self::All,
            Reach::Only(ids) => Self::Only(texts(ids)),
        }
    }
}

impl From<ReachBody> for Reach {
    fn from(reach: ReachBody) -> Self {
        match reach {
            ReachBody::Pack => Self::Pack,
            ReachBody::All => Self::All,
            ReachBody::Only(ids) => Self::Only(arcs(ids)),
        }
    }
}

fn texts(ids: &[Arc<str>]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

fn arcs(ids: Vec<String>) -> Vec<Arc<str>> {
    ids.into_iter().map(Arc::from).collect()
}

fn day(text: Option<String>) -> Result<Option<Date>, Fault> {
    text.map(|text| text.parse().map_err(|_| unreadable(&text))).transpose()
}

impl ScheduleBody {
    pub(super) fn of(schedule: &Schedule, tables: &mut Tables) -> Self {
        Self {
            services: schedule.services.iter().map(|service| ServiceBody::of(service, tables)).collect(),
            stops: schedule.stops.iter().map(|stop| StopBody::of(stop, tables)).collect(),
            holds: schedule.holds.iter().map(|hold| HoldBody::of(hold, tables)).collect(),
            decline: schedule.decline.as_ref().map(DeclineBody::of),
            series: schedule.series.iter().map(|series| SeriesBody::of(series, tables)).collect(),
            conflicts: schedule.conflicts.iter().map(ConflictBody::of).collect(),
        }
    }

    pub(super) fn schedule(self, tables: &Tables) -> Result<Schedule, Fault> {
        Ok(Schedule {
            services: self.services.into_iter().map(|body| body.service(tables)).collect::<Result<_, _>>()?,
            stops: self.stops.into_iter().map(|body| body.stop(tables)).collect::<Result<_, _>>()?,
            holds: self.holds.into_iter().map(|body| body.hold(tables)).collect::<Result<_, _>>()?,
            decline: self.decline.map(DeclineBody::decline),
            series: self.series.into_iter().map(|body| body.series(tables)).collect::<Result<_, _>>()?,
            conflicts: self.conflicts.into_iter().map(ConflictBody::conflict).collect(),
        })
    }
}

impl ServiceBody {
    fn of(service: &Service, tables: &mut Tables) -> Self {
        Self {
            id: service.id.to_string(),
            name: service.name.clone(),
            name_en: service.name_en.clone(),
            meaning: service.meaning.clone(),
            after: service.after.to_string(),
            each: service.each,
            when: tables.optional(service.when.as_ref()),
            from: tables.optional(service.from.as_ref()),
            open: service.open.map(Into::into),
            due: service.due.map(Into::into),
            close: service.close.map(Into::into),
            lapse: service.lapse.map(Into::into),
            every: service.every.map(Into::into),
            times: service.times,
            by: texts(&service.by),
            by_when: tables.optional(service.by_when.as_ref()),
            supersedes: texts(&service.supersedes),
            asks: service.asks,
            urgency: service.urgency,
        }
    }

    fn service(self, tables: &Tables) -> Result<Service, Fault> {
        Ok(Service {
            id: self.id.into(),
            name: self.name,
            name_en: self.name_en,
            meaning: self.meaning,
            source: String::new(),
            verified: false,
            place: Place::Nowhere,
            after: self.after.into(),
            each: self.each,
            when: tables.optional_expr(self.when)?,
            from: tables.optional_expr(self.from)?,
            open: self.open.map(Into::into),
            due: self.due.map(Into::into),
            close: self.close.map(Into::into),
            lapse: self.lapse.map(Into::into),
            every: self.every.map(Into::into),
            times: self.times,
            by: arcs(self.by),
            by_when: tables.optional_expr(self.by_when)?,
            supersedes: arcs(self.supersedes),
            asks: self.asks,
            urgency: self.urgency,
        })
    }
}

impl StopBody {
    fn of(stop: &Stop, tables: &mut Tables) -> Self {
        Self {
            form: stop.form.to_string(),
            when: tables.optional(stop.when.as_ref()),
            resumed_by: stop.resumed_by.as_ref().map(ToString::to_string),
            services: (&stop.services).into(),
            reason: stop.reason.to_string(),
        }
    }

    fn stop(self, tables: &Tables) -> Result<Stop, Fault> {
        Ok(Stop {
            place: Place::Nowhere,
            form: self.form.into(),
            when: tables.optional_expr(self.when)?,
            resumed_by: self.resumed_by.map(Into::into),
            services: self.services.into(),
            reason: self.reason.into(),
        })
    }
}

impl HoldBody {
    fn of(hold: &Hold, tables: &mut Tables) -> Self {
        Self {
            form: hold.form.to_string(),
            when: tables.optional(hold.when.as_ref()),
            until: tables.optional(hold.until.as_ref()),
            product: hold.product.as_ref().map(ToString::to_string),
            services: (&hold.services).into(),
            reason: hold.reason.to_string(),
        }
    }

    fn hold(self, tables: &Tables) -> Result<Hold, Fault> {
        Ok(Hold {
            place: Place::Nowhere,
            form: self.form.into(),
            when: tables.optional_expr(self.when)?,
            until: tables.optional_expr(self.until)?,
            product: self.product.map(Into::into),
            services: self.services.into(),
            reason: self.reason.into(),
        })
    }
}

impl DeclineBody {
    fn of(decline: &Decline) -> Self {
        Self {
            form: decline.form.to_string(),
            service: decline.service.to_string(),
            wish: decline.wish.to_string(),
            again: decline.again.into(),
            asks: decline.asks,
        }
    }

    fn decline(self) -> Decline {
        Decline {
            place: Place::Nowhere,
            form: self.form.into(),
            service: self.service.into(),
            wish: self.wish.into(),
            again: self.again.into(),
            asks: self.asks,
        }
    }
}

impl SeriesBody {
    fn of(series: &Series, tables: &mut Tables) -> Self {
        Self {
            id: series.id.to_string(),
            name: series.name.clone(),
            name_en: series.name_en.clone(),
            meaning: series.meaning.clone(),
            after: series.after.to_string(),
            when: tables.optional(series.when.as_ref()),
            from: tables.optional(series.from.as_ref()),
            until: series.until.map(Into::into),
            by: series.by.to_string(),
            product: series.product.to_string(),
            products: texts(&series.products),
            courses: series.courses.iter().map(|course| CourseBody::of(course, tables)).collect(),
            urgency: series.urgency,
        }
    }

    fn series(self, tables: &Tables) -> Result<Series, Fault> {
        Ok(Series {
            id: self.id.into(),
            name: self.name,
            name_en: self.name_en,
            meaning: self.meaning,
            source: String::new(),
            verified: false,
            place: Place::Nowhere,
            after: self.after.into(),
            when: tables.optional_expr(self.when)?,
            from: tables.optional_expr(self.from)?,
            until: self.until.map(Into::into),
            by: self.by.into(),
            product: self.product.into(),
            products: arcs(self.products),
            courses: self.courses.into_iter().map(|body| body.course(tables)).collect::<Result<_, _>>()?,
            urgency: self.urgency,
        })
    }
}

impl CourseBody {
    fn of(course: &Course, tables: &mut Tables) -> Self {
        let when = tables.optional(course.when.as_ref());
        Self { name: course.name.to_string(), when, doses: course.doses.iter().map(|dose| DoseBody::of(dose, tables)).collect() }
    }

    fn course(self, tables: &Tables) -> Result<Course, Fault> {
        let doses = self.doses.into_iter().map(|body| body.dose(tables)).collect::<Result<_, _>>()?;
        Ok(Course { place: Place::Nowhere, name: self.name.into(), when: tables.optional_expr(self.when)?, doses })
    }
}

impl DoseBody {
    fn of(dose: &Dose, tables: &mut Tables) -> Self {
        Self {
            number: dose.number,
            products: texts(&dose.products),
            due: dose.due.into(),
            close: dose.close.map(Into::into),
            earliest: dose.earliest.map(Into::into),
            interval: dose.interval.map(Into::into),
            until: dose.until.map(Into::into),
            unless: tables.optional(dose.unless.as_ref()),
            asks_for: dose.asks_for.to_string(),
            from: dose.from.map(|day| day.to_string()),
            to: dose.to.map(|day| day.to_string()),
        }
    }

    fn dose(self, tables: &Tables) -> Result<Dose, Fault> {
        Ok(Dose {
            place: Place::Nowhere,
            number: self.number,
            products: arcs(self.products),
            due: self.due.into(),
            close: self.close.map(Into::into),
            earliest: self.earliest.map(Into::into),
            interval: self.interval.map(Into::into),
            until: self.until.map(Into::into),
            unless: tables.optional_expr(self.unless)?,
            asks_for: self.asks_for.into(),
            from: day(self.from)?,
            to: day(self.to)?,
        })
    }
}

impl ConflictBody {
    fn of(conflict: &Conflict) -> Self {
        Self { products: texts(&conflict.products), interval: conflict.interval.into(), reason: conflict.reason.to_string() }
    }

    fn conflict(self) -> Conflict {
        Conflict { place: Place::Nowhere, products: arcs(self.products), interval: self.interval.into(), reason: self.reason.into() }
    }
}
