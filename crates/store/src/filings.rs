//! Returns handed in: what stood in them, as of which cut, and what became of them.
//!
//! What was handed in never changes. A filing that was returned or withdrawn is closed; who corrects it files anew, and both stay. So at any time at
//! most one filing of a form for an area and a period is live (submitted or approved). Who may do which step is decided elsewhere.

use std::fmt;
use std::fmt::Write as _;
use std::sync::Arc;

use qianmo_core::period::{Calendar, Period};
use qianmo_core::{AreaCode, Date, Fault};
use uuid::Uuid;

use crate::areas::below;
use crate::audit::{Actor, Deed, Entry};
use crate::db::{Cell, Line, read};
use crate::row::Cut;
use crate::seal::{open_text, stored_text};
use crate::tables::Tables;
use crate::{date_of_days, days_of_date};

/// The id of a filing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FilingId(pub Uuid);

impl fmt::Display for FilingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// How far a filing has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FilingState {
    /// 已上报: waits for approval.
    Submitted,
    /// 已审核
    Approved,
    /// 已退回: closed.
    Returned,
    /// 已撤回: closed.
    Withdrawn,
}

const STATES: [(FilingState, &str); 4] = [
    (FilingState::Submitted, "submitted"),
    (FilingState::Approved, "approved"),
    (FilingState::Returned, "returned"),
    (FilingState::Withdrawn, "withdrawn"),
];

impl FilingState {
    /// Its word in the table and on the wire.
    #[must_use]
    pub fn word(self) -> &'static str {
        STATES.iter().find(|(state, _)| *state == self).map_or("", |(_, word)| word)
    }

    /// The state named by a word of [`FilingState::word`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        STATES.iter().find(|(_, named)| *named == word).map(|(state, _)| *state)
    }

    /// Whether it stands for its form, area and period.
    #[must_use]
    pub fn is_live(self) -> bool {
        matches!(self, Self::Submitted | Self::Approved)
    }

    /// Whether a filing can come from here to there.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        matches!((self, next), (Self::Submitted, Self::Approved | Self::Returned | Self::Withdrawn) | (Self::Approved, Self::Returned))
    }
}

/// A return to be handed in.
#[derive(Debug, Clone)]
pub struct NewFiling {
    /// Which return, by the id of its form.
    pub form: Arc<str>,
    /// Of which area.
    pub area: AreaCode,
    /// For which period.
    pub period: Period,
    /// In which calendar the period is read.
    pub calendar: Calendar,
    /// As of which cut.
    pub cut: Cut,
    /// Its cells; any text.
    pub cells: String,
}

/// A return handed in, without its cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filing {
    /// Its id.
    pub id: FilingId,
    /// Which return, by the id of its form.
    pub form: Arc<str>,
    /// Of which area.
    pub area: AreaCode,
    /// For which period.
    pub period: Period,
    /// First and last day of the period.
    pub days: (Date, Date),
    /// As of which cut.
    pub cut: Cut,
    /// When it was handed in, UTC, milliseconds since 1970.
    pub filed_at: i64,
    /// Who handed it in, by account name.
    pub filed_by: Option<Arc<str>>,
    /// How far it has come.
    pub state: FilingState,
}

/// A step of a filing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilingStep {
    /// What it came to.
    pub state: FilingState,
    /// When, UTC, milliseconds since 1970.
    pub at: i64,
    /// Who.
    pub by: Actor,
    /// What was said with it.
    pub comment: Option<String>,
}

/// A step to be done.
#[derive(Debug, Clone, Copy)]
pub struct StepAsked<'a> {
    /// The filing.
    pub id: FilingId,
    /// How far it had come when this was decided.
    pub expected: FilingState,
    /// What it is to become.
    pub next: FilingState,
    /// What is said with it; a return has to be given its reason.
    pub comment: Option<&'a str>,
}

/// Which filings to list.
#[derive(Debug, Clone, Copy)]
pub struct FilingsAsked<'a> {
    /// Of these areas and those below; of all when absent.
    pub areas: Option<&'a [AreaCode]>,
    /// Of these forms; of all when absent.
    pub forms: Option<&'a [&'a str]>,
    /// For exactly this period.
    pub period: Option<Period>,
    /// For periods that touch these days, first and last.
    pub days: Option<(Date, Date)>,
    /// In this state.
    pub state: Option<FilingState>,
    /// Only those handed in before this one: the last of the page before.
    pub before: Option<(i64, FilingId)>,
    /// At most so many.
    pub filings_max: u32,
}

impl Default for FilingsAsked<'_> {
    fn default() -> Self {
        Self { areas: None, forms: None, period: None, days: None, state: None, before: None, filings_max: 100 }
    }
}

/// Reads filings.
#[derive(Clone, Copy)]
pub struct Filings<'a> {
    tables: Tables<'a>,
}

/// Writes filings.
pub struct FilingsMut<'a> {
    tables: Tables<'a>,
}

impl fmt::Debug for Filings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Filings").finish_non_exhaustive()
    }
}

impl fmt::Debug for FilingsMut<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FilingsMut").finish_non_exhaustive()
    }
}

const SELECT: &str =
    "SELECT id, form, area, period, first_day, last_day, cut, filed_at, filed_by, state FROM filing WHERE county = @county";

fn filing(line: &Line) -> Result<Filing, ()> {
    let day = |column| i32::try_from(line.int(column)?).map(date_of_days).map_err(|_| ());
    Ok(Filing {
        id: FilingId(line.uuid_or(0)?.ok_or(())?),
        form: line.text(1)?.into(),
        area: line.area_or(2)?.ok_or(())?,
        period: line.text(3)?.parse().map_err(|_| ())?,
        days: (day(4)?, day(5)?),
        cut: Cut(line.int(6)?),
        filed_at: line.int(7)?,
        filed_by: line.text_or(8)?.map(Into::into),
        state: FilingState::from_word(line.text(9)?).ok_or(())?,
    })
}

fn key(id: FilingId) -> Cell {
    Cell::Blob(id.0.as_bytes().to_vec())
}

/// What binds sealed text to its filing.
fn context(id: FilingId) -> Vec<u8> {
    [b"filing".as_slice(), id.0.as_bytes()].concat()
}

impl<'a> Filings<'a> {
    pub(crate) fn new(tables: Tables<'a>) -> Self {
        Self { tables }
    }

    /// The filing with this id.
    pub fn filing(&self, id: FilingId) -> Result<Option<Filing>, Fault> {
        let lines = self.tables.db.query(&format!("{SELECT} AND id = $1"), &[key(id)])?;
        Ok(read(self.tables.db, &lines, filing)?.pop())
    }

    /// The cells of a filing as they were handed in.
    ///
    /// Errors: `STORE-0601` no such filing, `STORE-0301` they are sealed and the key isn't there.
    pub fn cells(&self, id: FilingId) -> Result<String, Fault> {
        let lines = self.tables.db.query("SELECT cells FROM filing WHERE county = @county AND id = $1", &[key(id)])?;
        let stored = read(self.tables.db, &lines, |line| line.text(0).map(str::to_owned))?.pop().ok_or_else(|| unknown(id))?;
        open_text(self.tables.sealing, &context(id), &stored)
    }

    /// What became of a filing, step by step, beginning with its submission; empty when there is no such filing.
    ///
    /// Errors: `STORE-0301` comments are sealed and the key isn't there.
    pub fn steps(&self, id: FilingId) -> Result<Vec<FilingStep>, Fault> {
        let db = self.tables.db;
        let sql = "SELECT state, at, worker, device, comment FROM filing_step WHERE county = @county AND filing = $1 ORDER BY step";
        let mut steps = read(db, &db.query(sql, &[key(id)])?, |line| {
            Ok(FilingStep {
                state: FilingState::from_word(line.text(0)?).ok_or(())?,
                at: line.int(1)?,
                by: Actor { worker: line.text_or(2)?.map(Into::into), device: line.text_or(3)?.map(Into::into) },
                comment: line.text_or(4)?.map(str::to_owned),
            })
        })?;
        for comment in steps.iter_mut().filter_map(|step| step.comment.as_mut()) {
            *comment = open_text(self.tables.sealing, &context(id), comment)?;
        }
        Ok(steps)
    }

    /// The live filing of a form for an area and a period.
    pub fn live(&self, form: &str, area: AreaCode, period: Period) -> Result<Option<Filing>, Fault> {
        let sql = format!("{SELECT} AND form = $1 AND area = $2 AND period = $3 AND state IN ('submitted', 'approved')");
        let lines = self.tables.db.query(&sql, &[form.into(), area.into(), period.to_string().as_str().into()])?;
        Ok(read(self.tables.db, &lines, filing)?.pop())
    }

    /// Filings, the last handed in first.
    pub fn list(&self, asked: &FilingsAsked<'_>) -> Result<Vec<Filing>, Fault> {
        let mut values: Vec<Cell> = vec![i64::from(asked.filings_max).into()];
        let mut sql = SELECT.to_owned();
        let mut only = |condition: &str, more: &[Cell]| {
            let mut text = condition.to_owned();
            for value in more {
                values.push(value.clone());
                text = text.replacen('?', &format!("${}", values.len()), 1);
            }
            sql.push_str(" AND ");
            sql.push_str(&text);
        };
        if let Some(period) = asked.period {
            only("period = ?", &[period.to_string().as_str().into()]);
        }
        if let Some((first, last)) = asked.days {
            only("last_day >= ? AND first_day <= ?", &[i64::from(days_of_date(first)).into(), i64::from(days_of_date(last)).into()]);
        }
        if let Some(state) = asked.state {
            only("state = ?", &[state.word().into()]);
        }
        if let Some((at, id)) = asked.before {
            only("(filed_at, id) < (?, ?)", &[at.into(), key(id)]);
        }
        if let Some(forms) = asked.forms {
            let marks = if forms.is_empty() { "NULL".to_owned() } else { vec!["?"; forms.len()].join(", ") };
            only(&format!("form IN ({marks})"), &forms.iter().map(|form| Cell::from(*form)).collect::<Vec<_>>());
        }
        if let Some(areas) = asked.areas {
            let within = below(areas, &mut values);
            let _ = write!(sql, " AND area IN ({within})");
        }
        let lines = self.tables.db.query(&format!("{sql} ORDER BY filed_at DESC, id DESC LIMIT $1"), &values)?;
        read(self.tables.db, &lines, filing)
    }
}

impl<'a> FilingsMut<'a> {
    pub(crate) fn new(tables: Tables<'a>) -> Self {
        Self { tables }
    }

    /// The same filings, for reading.
    #[must_use]
    pub fn read(&self) -> Filings<'a> {
        Filings { tables: self.tables }
    }

    /// Hands a return in.
    ///
    /// Errors: `STORE-0602` a filing of this form for this area and period is live.
    pub fn submit(&mut self, by: &Actor, at: i64, new: &NewFiling) -> Result<FilingId, Fault> {
        self.tables.audited(|| {
            if let Some(live) = self.read().live(&new.form, new.area, new.period)? {
                return Err(Fault::new("STORE-0602").with("filing", live.id).with("state", live.state.word()).with("period", new.period));
            }
            let id = FilingId(Uuid::from_bytes(crate::accounts::random()?));
            let (first, last) = new.period.range(new.calendar);
            let period = new.period.to_string();
            let cells = stored_text(self.tables.sealing, &context(id), &new.cells);
            let values: [Cell; 11] = [
                key(id),
                (&*new.form).into(),
                new.area.into(),
                period.as_str().into(),
                i64::from(days_of_date(first)).into(),
                i64::from(days_of_date(last)).into(),
                new.cut.0.into(),
                cells.as_str().into(),
                at.into(),
                by.worker.as_deref().into(),
                FilingState::Submitted.word().into(),
            ];
            let sql = "INSERT INTO filing (county, id, form, area, period, first_day, last_day, cut, cells, filed_at, filed_by, state) \
                       VALUES (@county, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
            self.tables.db.execute(sql, &values)?;
            self.add_step(id, FilingState::Submitted, by, at, None)?;
            let words = format!("submitted {} {period} {id} cut {}", new.form, new.cut);
            Ok((id, Some(Entry { area: Some(new.area), ..Entry::new(at, by, Deed::Filing) }.with(words))))
        })
    }

    /// Does a step: approve, return, withdraw.
    ///
    /// Errors: `STORE-0601` no such filing, `STORE-0603` it has come to another state meanwhile, `STORE-0604` it can't become that from there,
    /// `STORE-0605` a return without its reason.
    pub fn step(&mut self, by: &Actor, at: i64, asked: &StepAsked<'_>) -> Result<(), Fault> {
        let StepAsked { id, expected, next, comment } = *asked;
        let comment = comment.map(str::trim).filter(|comment| !comment.is_empty());
        self.tables.audited(|| {
            let held = self.read().filing(id)?.ok_or_else(|| unknown(id))?;
            if held.state != expected {
                return Err(Fault::new("STORE-0603").with("filing", id).with("expected", expected.word()).with("state", held.state.word()));
            }
            if !expected.may_become(next) {
                return Err(Fault::new("STORE-0604").with("filing", id).with("state", expected.word()).with("next", next.word()));
            }
            if next == FilingState::Returned && comment.is_none() {
                return Err(Fault::new("STORE-0605").with("filing", id));
            }
            let sql = "UPDATE filing SET state = $2 WHERE county = @county AND id = $1";
            self.tables.db.execute(sql, &[key(id), next.word().into()])?;
            self.add_step(id, next, by, at, comment)?;
            let words = format!("{} {} {} {id}", next.word(), held.form, held.period);
            Ok(((), Some(Entry { area: Some(held.area), ..Entry::new(at, by, Deed::Filing) }.with(words))))
        })
    }

    fn add_step(&self, id: FilingId, state: FilingState, by: &Actor, at: i64, comment: Option<&str>) -> Result<(), Fault> {
        let comment = comment.map(|comment| stored_text(self.tables.sealing, &context(id), comment));
        let values: [Cell; 6] =
            [key(id), state.word().into(), at.into(), by.worker.as_deref().into(), by.device.as_deref().into(), comment.as_deref().into()];
        let sql = "INSERT INTO filing_step (county, filing, step, state, at, worker, device, comment) VALUES (@county, $1, \
                   (SELECT count(*) + 1 FROM filing_step s WHERE s.county = @county AND s.filing = $1), $2, $3, $4, $5, $6)";
        self.tables.db.execute(sql, &values).map(drop)
    }
}

fn unknown(id: FilingId) -> Fault {
    Fault::new("STORE-0601").with("filing", id)
}
