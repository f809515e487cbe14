//! The answer: one item for each service (or dose) of a subject, with its dates and the reason.

use std::sync::Arc;

use jiff::civil::Date;

use super::state::State;
use crate::record::{RecordId, SubjectId};

/// A service or dose of one subject on the day of asking.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The service or series.
    pub service: Arc<str>,
    /// Which dose, for a series that isn't empty.
    pub dose: Option<u32>,
    /// Kind of the subject.
    pub kind: Arc<str>,
    /// The subject.
    pub subject: SubjectId,
    /// The resident concerned.
    pub resident: Option<SubjectId>,
    /// Where it stands.
    pub state: State,
    /// First day on which it can be done. Dates are absent when the anchor date is unknown.
    pub opens: Option<Date>,
    /// The day by which it should be done. Of a repeated service that is done: the next time.
    pub due: Option<Date>,
    /// The last day by the norm; the day after, it is overdue.
    pub closes: Option<Date>,
    /// From this day on nobody is asked any more.
    pub lapses: Option<Date>,
    /// 1 (today!) to 9.
    pub urgency: u8,
    /// The record it comes after; of a profile, the latest sheet.
    pub anchor: RecordId,
    /// The anchor date; unknown when the record doesn't tell.
    pub anchored_on: Option<Date>,
    /// When it was last done.
    pub last_done: Option<Date>,
    /// The record by which it is done.
    pub satisfied_by: Option<RecordId>,
    /// Why.
    pub reason: Reason,
    /// What is known of a dose.
    pub detail: Option<Box<DoseDetail>>,
}

impl Item {
    /// Days since the norm's last day; 0 while it is in time.
    #[must_use]
    pub fn days_overdue(&self, today: Date) -> i32 {
        let late = |closes: Date| super::span::days_between(closes, today).max(0);
        if self.state == State::Overdue { self.closes.map_or(0, late) } else { 0 }
    }
}

/// What is known of a dose beside its dates.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DoseDetail {
    /// The course taken.
    pub course: Arc<str>,
    /// What can be given, the planned product first; of a dose given: what was given.
    pub products: Vec<Arc<str>>,
    /// What has to be done first, in words; empty for nothing.
    pub asks_for: Arc<str>,
    /// Doses given that don't count, with the reason; told with the next dose.
    pub invalid: Vec<(RecordId, Invalid)>,
}

/// Why a dose doesn't count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invalid {
    /// Given before this, the first day it could be: too young.
    TooYoung(Date),
    /// Given before this: too soon after the dose before.
    TooSoon(Date),
    /// Given before the anchor date: before birth.
    BeforeBirth,
    /// A second dose of the series on one day.
    SameDay,
    /// Another product than the course has at this place.
    OtherProduct,
}

/// Why an item stands as it does.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// Its time is to come.
    Early,
    /// Its time has come.
    Asked,
    /// So many of so many times in the period are done.
    Part(u32, u32),
    /// Done in time.
    Done,
    /// Done after the norm's last day.
    DoneLate,
    /// The date from which it would be counted isn't known.
    NoDate,
    /// Declined; asked again on this day, or only at the person's wish.
    Declined(Option<Date>),
    /// Put off until this day, or ruled out for good.
    Held(Arc<str>, Option<Date>),
    /// Put off until this day, because of another product.
    Conflict(Arc<str>, Date),
    /// Its time is over.
    Lapsed,
    /// Ended on this day.
    Stopped(Arc<str>, Date),
    /// This service takes its place.
    Superseded(Arc<str>),
}
