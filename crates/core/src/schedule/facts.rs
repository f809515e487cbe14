//! What is known of one person (or organisation, or area): records in order, and what expressions ask of them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::compile::{Formula, Ref};
use super::planner::Planner;
use crate::expr::Env;
use crate::form::Form;
use crate::record::{Record, RecordId, SubjectId};
use crate::value::Value;

/// A form that some schedule reads, by its number within one [`Planner`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FormNumber(pub(super) u16);

/// A record as schedules see it. Superseded and void records must be left out.
#[derive(Debug, Clone, Copy)]
pub struct Fact<'a> {
    /// Its form; [`Planner::form`] gives the number.
    pub form: FormNumber,
    /// The subject.
    pub subject: SubjectId,
    /// The resident concerned; of a resident's form the subject.
    pub resident: Option<SubjectId>,
    /// Date of the service or fact.
    pub at: Date,
    /// When it was written; orders records of one day.
    pub written: i64,
    /// Its id.
    pub id: RecordId,
    /// Its values.
    pub values: &'a BTreeMap<Arc<str>, Value>,
}

impl<'a> Fact<'a> {
    /// A record as a fact; `None` when no schedule reads its form.
    #[must_use]
    pub fn of(planner: &Planner, record: &'a Record) -> Option<Self> {
        Some(Self {
            form: planner.form(&record.form)?,
            subject: record.subject.id,
            resident: record.resident,
            at: record.at,
            written: record.recorded_at,
            id: record.id,
            values: &record.values,
        })
    }

    /// Where it stands among records of one form and subject.
    pub(super) fn order(&self) -> (Date, i64, RecordId) {
        (self.at, self.written, self.id)
    }
}

/// What expressions call a record: one record, or the merged sheets of a profile.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'r, 'a> {
    /// In order of their dates; more than one only for a profile.
    facts: &'r [Fact<'a>],
}

impl<'r, 'a> Row<'r, 'a> {
    /// The latest of some records of one subject; all of them for a profile.
    pub(super) fn latest(facts: &'r [Fact<'a>], profile: bool) -> Option<Self> {
        let from = if profile { 0 } else { facts.len().checked_sub(1)? };
        facts.get(from..).filter(|facts| !facts.is_empty()).map(|facts| Self { facts })
    }

    pub(super) fn one(fact: &'r Fact<'a>) -> Self {
        Self { facts: std::slice::from_ref(fact) }
    }

    /// The latest record of it.
    pub(super) fn last(&self) -> &'r Fact<'a> {
        &self.facts[self.facts.len() - 1]
    }

    /// The date: of a profile, since when it is known.
    pub(super) fn at(&self) -> Date {
        self.facts[0].at
    }

    /// What was filled in.
    fn filled(&self, field: &str) -> Value {
        let mut values = self.facts.iter().rev().filter_map(|fact| fact.values.get(field));
        values.find(|value| !value.is_null()).cloned().unwrap_or_default()
    }
}

/// Everything known of the person asked about, on one day.
#[derive(Debug)]
pub(super) struct Person<'p, 'a> {
    pub(super) planner: &'p Planner,
    pub(super) today: Date,
    /// Sorted by form, subject, date.
    facts: Vec<Fact<'a>>,
    /// The records of one form about one subject.
    pub(super) runs: Vec<Run>,
    /// Derived values already worked out.
    derived: RefCell<Vec<(DerivedKey, Value)>>,
}

/// The latest record, how many sheets are merged, whose sheet is read, the place of the derived value.
type DerivedKey = (RecordId, usize, Option<SubjectId>, usize);

/// A stretch of records of one form about one subject.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub(super) form: FormNumber,
    start: usize,
    end: usize,
}

/// A dose given: the record and its product.
#[derive(Debug, Clone, Copy)]
pub(super) struct Given<'f, 'a> {
    pub(super) fact: &'f Fact<'a>,
    pub(super) product: u16,
}

impl<'p, 'a> Person<'p, 'a> {
    /// The doses of a form, in order of date; products that no series has are left out.
    pub(super) fn given(&self, form: FormNumber, field: &str) -> Vec<Given<'_, 'a>> {
        let product = |fact: &Fact<'_>| self.planner.products.get(fact.values.get(field)?.as_text()?).copied();
        let facts = self.of_form(form).iter();
        let mut given: Vec<Given<'_, 'a>> = facts.filter_map(|fact| Some(Given { fact, product: product(fact)? })).collect();
        given.sort_unstable_by_key(|given| given.fact.order());
        given
    }

    /// Sorts the records dated up to the day.
    pub(super) fn new(planner: &'p Planner, facts: &[Fact<'a>], today: Date) -> Self {
        let mut facts: Vec<Fact<'a>> = facts.iter().filter(|fact| fact.at <= today).copied().collect();
        for fact in &mut facts {
            if planner.forms[usize::from(fact.form.0)].of_resident {
                fact.resident = Some(fact.subject);
            }
        }
        facts.sort_unstable_by_key(|fact| (fact.form, fact.subject, fact.order()));
        let mut runs: Vec<Run> = Vec::new();
        for (place, fact) in facts.iter().enumerate() {
            match runs.last_mut().filter(|run| run.form == fact.form && facts[run.start].subject == fact.subject) {
                Some(run) => run.end = place + 1,
                None => runs.push(Run { form: fact.form, start: place, end: place + 1 }),
            }
        }
        Self { planner, today, facts, runs, derived: RefCell::default() }
    }

    pub(super) fn of_run(&self, run: Run) -> &[Fact<'a>] {
        &self.facts[run.start..run.end]
    }

    /// The records of a form, one subject after the other, each subject's in order of date.
    pub(super) fn of_form(&self, form: FormNumber) -> &[Fact<'a>] {
        let start = self.facts.partition_point(|fact| fact.form < form);
        let end = start + self.facts[start..].partition_point(|fact| fact.form == form);
        &self.facts[start..end]
    }

    /// Whether a record serves what is asked of a subject: it is about the same subject, or about the same resident. A record about
    /// another subject of the same kind doesn't: the visit of one pregnancy isn't that of the next.
    pub(super) fn related(&self, fact: &Fact<'_>, anchor: &Fact<'_>) -> bool {
        if fact.subject == anchor.subject {
            return true;
        }
        let kind = |fact: &Fact<'_>| &self.planner.forms[usize::from(fact.form.0)].kind;
        fact.resident.is_some() && fact.resident == anchor.resident && kind(fact) != kind(anchor)
    }

    /// The latest record of a form that is related to the anchor, as `pack.form.field` means it.
    fn latest(&self, form: FormNumber, anchor: &Fact<'_>) -> Option<Row<'_, 'a>> {
        let profile = self.planner.forms[usize::from(form.0)].profile;
        let runs = self.runs.iter().filter(|run| run.form == form && self.related(&self.facts[run.start], anchor));
        let best = runs.max_by_key(|run| self.facts[run.end - 1].order())?;
        Row::latest(self.of_run(*best), profile)
    }

    /// A field or derived value of a record. `about`: whose sheet derived values may read.
    fn field(&self, row: Row<'_, 'a>, field: &str, about: &Fact<'_>) -> Value {
        let filled = row.filled(field);
        let form = self.planner.forms[usize::from(row.last().form.0)].derives.as_ref().filter(|_| filled.is_null());
        let Some((form, place)) = form.and_then(|form| Some((form, form.derived.iter().position(|derived| *derived.field.id == *field)?)))
        else {
            return filled;
        };
        self.derived(row, form, place, about)
    }

    /// A derived value, worked out once for each record (or profile) and person's sheet: several rules ask for the same one.
    fn derived(&self, row: Row<'_, 'a>, form: &Form, place: usize, about: &Fact<'_>) -> Value {
        let key = (row.last().id, row.facts.len(), about.resident, place);
        if let Some((_, value)) = self.derived.borrow().iter().find(|(held, _)| *held == key) {
            return value.clone();
        }
        let sheet = self.sheet(about);
        let values = |name: &str| row.filled(name);
        let resident = |name: &str| sheet.map_or(Value::Null, |sheet| sheet.filled(name));
        let above = |place: usize| self.derived(row, form, place, about);
        let value = form.derive_one(place, row.at(), &values, &resident, &above);
        self.derived.borrow_mut().push((key, value.clone()));
        value
    }

    /// The person's sheet.
    fn sheet(&self, anchor: &Fact<'_>) -> Option<Row<'_, 'a>> {
        let (form, resident) = (self.planner.sheet?, anchor.resident?);
        let runs = self.runs.iter().filter(|run| run.form == form);
        let own = runs.filter(|run| self.facts[run.start].subject == resident).copied().next()?;
        Row::latest(self.of_run(own), true)
    }
}

/// How far a series has come, for the names of its expressions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Progress<'s> {
    /// The day on which ages are asked.
    pub(super) on: Date,
    pub(super) birth: Date,
    pub(super) first: Option<Date>,
    pub(super) doses: usize,
    /// Products of the valid doses.
    pub(super) given: &'s [u16],
}

/// What an expression is asked about.
#[derive(Clone, Copy)]
pub(super) struct Scene<'s, 'p, 'a> {
    pub(super) person: &'s Person<'p, 'a>,
    /// The record whose fields are bare names.
    pub(super) row: Row<'s, 'a>,
    /// The anchor.
    pub(super) anchor: Row<'s, 'a>,
    pub(super) period: Option<(Date, Date)>,
    pub(super) progress: Option<Progress<'s>>,
}

impl Scene<'_, '_, '_> {
    fn value(&self, name: &Ref) -> Value {
        let (person, about) = (self.person, self.anchor.last());
        let of = |row: Option<_>, field: &str| row.map_or(Value::Null, |row| person.field(row, field, about));
        match name {
            Ref::At => Value::Date(self.row.at()),
            Ref::Today => Value::Date(self.progress.map_or(person.today, |progress| progress.on)),
            Ref::PeriodStart => self.period.map_or(Value::Null, |(start, _)| Value::Date(start)),
            Ref::PeriodEnd => self.period.map_or(Value::Null, |(_, end)| Value::Date(end)),
            Ref::Field(field) => of(Some(self.row), field),
            Ref::AnchorAt => Value::Date(self.anchor.at()),
            Ref::Anchor(field) => of(Some(self.anchor), field),
            Ref::Resident(field) => of(person.sheet(about), field),
            Ref::Latest(form, field) => of(person.latest(*form, about), field),
            Ref::LatestAt(form) => person.latest(*form, about).map_or(Value::Null, |row| Value::Date(row.last().at)),
            Ref::Nothing => Value::Null,
            _ => self.progress.and_then(|progress| progress.value(name)).map_or(Value::Null, Value::Integer),
        }
    }
}

impl Progress<'_> {
    fn value(&self, name: &Ref) -> Option<i64> {
        let months = |day: Date| {
            let whole = i64::from(day.year() - self.birth.year()) * 12 + i64::from(day.month() - self.birth.month());
            whole - i64::from(day.day() < self.birth.day())
        };
        Some(match name {
            Ref::AgeDays => super::span::days_between(self.birth, self.on).into(),
            Ref::AgeMonths => months(self.on),
            Ref::AgeYears => months(self.on).div_euclid(12),
            Ref::FirstMonths => months(self.first?),
            Ref::Doses => i64::try_from(self.doses).ok()?,
            Ref::Given(product) => i64::try_from(self.given.iter().filter(|given| *given == product).count()).ok()?,
            _ => return None,
        })
    }
}

/// A scene under the names of one formula.
struct Named<'f, 's, 'p, 'a> {
    formula: &'f Formula,
    scene: &'f Scene<'s, 'p, 'a>,
}

impl Env for Named<'_, '_, '_, '_> {
    fn get(&self, name: &str) -> Value {
        self.formula.name(name).map_or(Value::Null, |name| self.scene.value(name))
    }
}

impl Formula {
    /// The value for a scene.
    pub(super) fn eval(&self, scene: &Scene<'_, '_, '_>) -> Value {
        self.expr.eval(&Named { formula: self, scene })
    }

    /// Whether it holds; unknown doesn't.
    pub(super) fn holds(&self, scene: &Scene<'_, '_, '_>) -> bool {
        self.eval(scene) == Value::Bool(true)
    }
}
