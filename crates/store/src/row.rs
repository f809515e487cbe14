//! What the store hands out: rows of the log, borrowed while scanning or owned, and positions in it.

use std::fmt;
use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::Date;
use qianmo_core::{Action, AreaCode, Fault, Kind, Record, RecordId, Subject, SubjectId};

use crate::audit::{Actor, Entry};
use crate::sight::Sight;
use crate::values::{decode, encode};

/// A position in the log: everything up to and including the record with this number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Cut(pub i64);

impl Cut {
    /// Before the first record.
    pub const START: Self = Self(0);
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// What an append did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Appended {
    /// The position after the batch.
    pub cut: Cut,
    /// Records written.
    pub written: usize,
    /// Records that were there already.
    pub already: usize,
    /// Some open arrival waits for a record, maybe for one of these: [`crate::Arrivals::waiting_for`] tells which.
    pub awaited: bool,
}

/// What one caller hands in at once: written whole or not at all.
#[derive(Debug, Clone, Copy, Default)]
pub struct Submission<'a> {
    /// The records, corrections after what they correct.
    pub records: &'a [Record],
    /// Who hands them in; absent for the program itself.
    pub by: Option<&'a Actor>,
    /// When, UTC, milliseconds since 1970.
    pub at: i64,
    /// What else was done that is to be noted in the audit chain, with the records or not at all.
    pub entries: &'a [Entry],
}

/// Which records a scan hands out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scan<'a> {
    /// As of which position; the end of the log when absent.
    pub cut: Option<Cut>,
    /// Only records of these forms.
    pub forms: Option<&'a [&'a str]>,
    /// Only records made in these areas (leaves; the store adds nothing below them).
    pub areas: Option<&'a [AreaCode]>,
    /// In which order.
    pub order: Order,
    /// Only what this sight opens.
    pub sight: Option<&'a Sight>,
    /// Only records after this position.
    pub since: Option<Cut>,
    /// Only records before this position.
    pub before: Option<Cut>,
    /// The most rows handed out.
    pub rows_max: Option<usize>,
    /// Only records about these: the subject, or the resident concerned.
    pub residents: Option<&'a [SubjectId]>,
    /// Only what corrects or withdraws another record.
    pub corrections: bool,
    /// Only records at these positions.
    pub positions: Option<&'a [i64]>,
}

impl Scan<'_> {
    /// Whether it asks for a part that an index finds, rather than for the log as a whole.
    pub(crate) fn is_selective(&self) -> bool {
        self.corrections
            || self.sight.is_some()
            || self.since.is_some()
            || self.before.is_some()
            || self.rows_max.is_some()
            || self.residents.is_some()
    }

    /// The positions asked for, when the log is read up to `until`: after the first, up to and with the second.
    pub(crate) fn bounds(&self, until: Cut) -> (i64, i64) {
        (self.since.map_or(0, |since| since.0), self.before.map_or(until.0, |before| until.0.min(before.0.saturating_sub(1))))
    }

    /// Whether it can hand out nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows_max == Some(0) || self.residents.is_some_and(<[SubjectId]>::is_empty) || self.positions.is_some_and(<[i64]>::is_empty)
    }
}

/// In which order a scan hands out records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// As written: by position, the forms mixed. The cheapest.
    #[default]
    Log,
    /// By form, subject, date of service, position.
    Subject,
    /// By position, the last written first.
    Newest,
}

/// What a row does to the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionRef<'a> {
    /// States a new fact.
    State,
    /// Takes the place of an earlier record.
    Supersede(RecordId),
    /// Withdraws an earlier record.
    Void {
        /// The withdrawn record.
        record: RecordId,
        /// Why, in words.
        reason: &'a str,
    },
}

/// A record as it lies in the log, borrowed for the time of one callback.
#[derive(Debug, Clone, Copy)]
pub struct RowRef<'a> {
    /// Position in the log.
    pub seq: i64,
    /// The record's id.
    pub id: RecordId,
    /// Form.
    pub form: &'a str,
    /// The form's version at the time of writing.
    pub form_version: u32,
    /// Kind of subject.
    pub subject_kind: &'a str,
    /// Subject.
    pub subject: SubjectId,
    /// The resident concerned.
    pub resident: Option<SubjectId>,
    /// The leaf area.
    pub area: AreaCode,
    /// The organisation that did the service.
    pub organisation: Option<SubjectId>,
    /// The worker who wrote it.
    pub worker: Option<&'a str>,
    /// The device it was written on.
    pub device: Option<&'a str>,
    /// Date of service in days since 1970-01-01, as Arrow's `Date32` counts; [`date_of_days`] turns it.
    pub at_days: i32,
    /// When it was written, UTC, milliseconds since 1970.
    pub recorded_at: i64,
    /// What it does to the log.
    pub action: ActionRef<'a>,
    /// Values as text; read them with [`crate::parse_values`] or [`crate::decode`].
    pub values: &'a str,
}

/// A record as it lies in the log, owned. Fields as in [`RowRef`].
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Position in the log.
    pub seq: i64,
    /// The record without its values: they are in `values`, since their kinds are the form's business.
    head: Record,
    /// Values as text.
    values: String,
}

impl<'a> RowRef<'a> {
    /// A record about to be written, its names and values as they will be stored.
    pub(crate) fn of(record: &'a Record, seq: i64, names: &Names<'a>, values: &'a str) -> Self {
        Self {
            seq,
            id: record.id,
            form: names.form,
            form_version: record.form_version,
            subject_kind: names.kind,
            subject: record.subject.id,
            resident: record.resident,
            area: record.area,
            organisation: record.organisation,
            worker: names.worker,
            device: names.device,
            at_days: days_of_date(record.at),
            recorded_at: record.recorded_at,
            action: match &record.action {
                Action::State => ActionRef::State,
                Action::Supersede(target) => ActionRef::Supersede(*target),
                Action::Void { record, reason } => ActionRef::Void { record: *record, reason },
            },
            values,
        }
    }
}

/// A record's names as they are stored.
pub(crate) struct Names<'a> {
    pub(crate) form: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) worker: Option<&'a str>,
    pub(crate) device: Option<&'a str>,
}

impl RowRef<'_> {
    /// Date of service.
    #[must_use]
    pub fn at(&self) -> Date {
        date_of_days(self.at_days)
    }

    /// An owned copy.
    #[must_use]
    pub fn to_row(&self) -> Row {
        let head = Record {
            id: self.id,
            form: self.form.into(),
            form_version: self.form_version,
            subject: Subject { kind: self.subject_kind.into(), id: self.subject },
            resident: self.resident,
            area: self.area,
            organisation: self.organisation,
            worker: self.worker.map(Arc::from),
            device: self.device.map(Arc::from),
            at: self.at(),
            recorded_at: self.recorded_at,
            action: match self.action {
                ActionRef::State => Action::State,
                ActionRef::Supersede(record) => Action::Supersede(record),
                ActionRef::Void { record, reason } => Action::Void { record, reason: reason.to_owned() },
            },
            values: std::collections::BTreeMap::new(),
        };
        Row { seq: self.seq, head, values: self.values.to_owned() }
    }
}

impl Row {
    /// The record with everything but its field values.
    #[must_use]
    pub fn head(&self) -> &Record {
        &self.head
    }

    /// The values as text; see [`crate::encode`].
    #[must_use]
    pub fn values(&self) -> &str {
        &self.values
    }

    /// Whether a record has this very content.
    pub(crate) fn is(&self, record: &Record) -> bool {
        let Record { id, form, form_version, subject, resident, area, organisation, worker, device, at, recorded_at, action, values } =
            record;
        let head = &self.head;
        head.id == *id
            && head.form == *form
            && head.form_version == *form_version
            && head.subject == *subject
            && head.resident == *resident
            && head.area == *area
            && head.organisation == *organisation
            && head.worker == *worker
            && head.device == *device
            && head.at == *at
            && head.recorded_at == *recorded_at
            && head.action == *action
            && self.values == encode(values)
    }

    /// With these values instead.
    pub(crate) fn with_values(self, values: String) -> Self {
        Self { values, ..self }
    }

    /// The whole record, its values read by the kinds of its form's fields.
    ///
    /// Errors: `STORE-0107` when a value isn't of its field's kind.
    pub fn record(&self, kind_of: &dyn Fn(&str) -> Option<Kind>) -> Result<Record, Fault> {
        let values = decode(&self.values, kind_of)?;
        Ok(Record { values, ..self.head.clone() })
    }
}

const EPOCH: Date = jiff::civil::date(1970, 1, 1);

/// Days from 1970-01-01 to a date; negative before.
#[must_use]
pub fn days_of_date(date: Date) -> i32 {
    EPOCH.until(date).map_or(0, |span| span.get_days())
}

/// The date so many days after 1970-01-01; clamped to years −9999 to 9999.
#[must_use]
pub fn date_of_days(days: i32) -> Date {
    let limit = if days < 0 { Date::MIN } else { Date::MAX };
    if days.abs() > 4_000_000 { limit } else { EPOCH.checked_add(days.days()).unwrap_or(limit) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn days_and_dates_turn_into_each_other() {
        for day in [date(1970, 1, 1), date(1900, 2, 28), date(2012, 2, 29), date(9999, 12, 31), date(1, 1, 1)] {
            assert_eq!(date_of_days(days_of_date(day)), day);
        }
        assert_eq!(days_of_date(date(1969, 12, 31)), -1);
        assert_eq!(days_of_date(date(2000, 1, 1)), 10_957);
        assert_eq!(date_of_days(i32::MAX), Date::MAX);
    }
}
