//! What `schedule.toml` says, typed: services, stops, holds, the rule of declining, series of doses, conflicts.
//!
//! Plain data, made by `qianmo-packs`; [`super::Planner`] compiles it. Meanings of the keys: `docs/packs/format.md`.

use std::sync::Arc;

use jiff::civil::Date;

use super::span::Span;
use crate::expr::Expr;
use crate::fault::Place;

/// The schedule of one pack.
#[derive(Debug, Clone, Default)]
pub struct Schedule {
    /// Services, in the order of the file.
    pub services: Vec<Service>,
    /// What ends services.
    pub stops: Vec<Stop>,
    /// What puts services off or rules them out.
    pub holds: Vec<Hold>,
    /// What declining means; one pack has it.
    pub decline: Option<Decline>,
    /// Doses that build on each other.
    pub series: Vec<Series>,
    /// Products that need a distance.
    pub conflicts: Vec<Conflict>,
}

/// Something that is to be done for a subject.
#[derive(Debug, Clone)]
pub struct Service {
    /// Identifier, `pack.service`.
    pub id: Arc<str>,
    /// Name as a worker says it.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// The rule in words.
    pub meaning: String,
    /// Norm, year, section.
    pub source: String,
    /// Whether the source was read.
    pub verified: bool,
    /// Where it stands in the file.
    pub place: Place,
    /// The anchor's form.
    pub after: Arc<str>,
    /// Whether every anchor record asks for itself.
    pub each: bool,
    /// Only when this holds.
    pub when: Option<Expr>,
    /// The anchor date; the record's `at` when absent.
    pub from: Option<Expr>,
    /// When it opens.
    pub open: Option<Span>,
    /// Until when it should be done.
    pub due: Option<Span>,
    /// The last day by the norm.
    pub close: Option<Span>,
    /// From when on nobody is asked any more.
    pub lapse: Option<Span>,
    /// How it comes back.
    pub every: Option<Every>,
    /// How many times in each calendar period, at least 1.
    pub times: u32,
    /// The forms that satisfy it.
    pub by: Vec<Arc<str>>,
    /// Only such records satisfy it.
    pub by_when: Option<Expr>,
    /// The services that aren't asked while this one is.
    pub supersedes: Vec<Arc<str>>,
    /// Whether it can be declined.
    pub asks: bool,
    /// 1 (today!) to 9.
    pub urgency: u8,
}

/// How a service comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// Once (or `times`) in each calendar period.
    Calendar(Cycle),
    /// So long after the last time.
    Span(Span),
}

/// A kind of calendar period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cycle {
    /// 年
    Year,
    /// 半年
    Half,
    /// 季
    Quarter,
    /// 月
    Month,
    /// 旬
    TenDays,
    /// ISO week.
    Week,
    /// 日
    Day,
}

/// Which services a stop or a hold is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Those of its own pack.
    Pack,
    /// Everybody's.
    All,
    /// These services and series.
    Only(Vec<Arc<str>>),
}

/// What ends services.
#[derive(Debug, Clone)]
pub struct Stop {
    /// Where it stands in the file.
    pub place: Place,
    /// Any record of this form about the subject or its resident.
    pub form: Arc<str>,
    /// Only when this holds.
    pub when: Option<Expr>,
    /// A later record of this form ends the stop.
    pub resumed_by: Option<Arc<str>>,
    /// Which services.
    pub services: Reach,
    /// Why, in words.
    pub reason: Arc<str>,
}

/// What puts services off or rules them out.
#[derive(Debug, Clone)]
pub struct Hold {
    /// Where it stands in the file.
    pub place: Place,
    /// Any record of this form about the subject or its resident.
    pub form: Arc<str>,
    /// Only when this holds.
    pub when: Option<Expr>,
    /// The first day on which it is asked again; unknown: never.
    pub until: Option<Expr>,
    /// The field that names the product; absent: whole services.
    pub product: Option<Arc<str>>,
    /// Which services.
    pub services: Reach,
    /// Why, in words.
    pub reason: Arc<str>,
}

/// What declining means.
#[derive(Debug, Clone)]
pub struct Decline {
    /// Where it stands in the file.
    pub place: Place,
    /// The form that records it.
    pub form: Arc<str>,
    /// Its field that names the service, series or pack.
    pub service: Arc<str>,
    /// Its yes/no field: the person wants to be asked again.
    pub wish: Arc<str>,
    /// Asked again so long after declining.
    pub again: Span,
    /// So many times.
    pub asks: u32,
}

/// Doses that build on each other.
#[derive(Debug, Clone)]
pub struct Series {
    /// Identifier, `pack.series`.
    pub id: Arc<str>,
    /// Name as a worker says it.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// The rule in words.
    pub meaning: String,
    /// Norm, year, section.
    pub source: String,
    /// Whether the source was read.
    pub verified: bool,
    /// Where it stands in the file.
    pub place: Place,
    /// The anchor's form.
    pub after: Arc<str>,
    /// Only when this holds.
    pub when: Option<Expr>,
    /// The anchor date; the record's `at` when absent.
    pub from: Option<Expr>,
    /// Nobody is asked from this age on.
    pub until: Option<Span>,
    /// The form of a dose.
    pub by: Arc<str>,
    /// Its field that says what was given.
    pub product: Arc<str>,
    /// Everything that counts in this series.
    pub products: Vec<Arc<str>>,
    /// Alternatives in order.
    pub courses: Vec<Course>,
    /// 1 (today!) to 9.
    pub urgency: u8,
}

/// One way through a series.
#[derive(Debug, Clone)]
pub struct Course {
    /// Where it stands in the file.
    pub place: Place,
    /// Name.
    pub name: Arc<str>,
    /// Only when this holds.
    pub when: Option<Expr>,
    /// Rows in order of their numbers; several rows of one number follow each other in time.
    pub doses: Vec<Dose>,
}

/// A row of a course.
#[derive(Debug, Clone)]
pub struct Dose {
    /// Where it stands in the file.
    pub place: Place,
    /// Which dose, from 1.
    pub number: u32,
    /// What can be given; the first is what is planned.
    pub products: Vec<Arc<str>>,
    /// When it should be given, as an age.
    pub due: Span,
    /// The last moment by the norm: before this age; in hours: within so many. Default: `due` + 1 month.
    pub close: Option<Span>,
    /// A dose before this age is invalid. Default: `due`.
    pub earliest: Option<Span>,
    /// Shortest span from the dose before.
    pub interval: Option<Span>,
    /// From this age on it isn't given any more.
    pub until: Option<Span>,
    /// Skipped when this holds.
    pub unless: Option<Expr>,
    /// What has to be done first, in words; empty for nothing.
    pub asks_for: Arc<str>,
    /// The row holds from this day on.
    pub from: Option<Date>,
    /// The row holds up to this day.
    pub to: Option<Date>,
}

impl Dose {
    /// Whether the row is in force on a day.
    #[must_use]
    pub fn in_force(&self, day: Date) -> bool {
        self.from.is_none_or(|from| day >= from) && self.to.is_none_or(|to| day <= to)
    }
}

/// Products that may not be given within a span of one another, except on the same day.
#[derive(Debug, Clone)]
pub struct Conflict {
    /// Where it stands in the file.
    pub place: Place,
    /// The products.
    pub products: Vec<Arc<str>>,
    /// The span.
    pub interval: Span,
    /// Why, in words.
    pub reason: Arc<str>,
}

/// What a worked case expects of the schedule.
#[derive(Debug, Clone)]
pub struct CaseDue {
    /// Where it stands in the file.
    pub place: Place,
    /// Name of the subject within the case.
    pub subject: String,
    /// The day of asking.
    pub on: Date,
    /// A service or series.
    pub service: Arc<str>,
    /// Which dose; the next one when absent.
    pub dose: Option<u32>,
    /// The state; `None` when the service isn't for that subject at all.
    pub state: Option<super::State>,
    /// When it opens, if the case says.
    pub open: Option<Date>,
    /// When it is due, if the case says.
    pub due: Option<Date>,
    /// The last day by the norm, if the case says.
    pub close: Option<Date>,
}
