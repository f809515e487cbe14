//! Who somebody is: the person's sheets in force, completed in order of their dates.

use jiff::Unit;
use qianmo_access::sealing;
use qianmo_core::form::{Form, complete};
use qianmo_core::{AreaCode, Date, SubjectId};

use super::show::{self, Shown};
use super::timeline::Told;
use super::{PersonAsked, Values};

/// Who somebody is.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    /// The person.
    pub resident: SubjectId,
    /// Name; empty when it isn't seen.
    pub name: String,
    /// Sex in words.
    pub sex: String,
    /// Date of birth.
    pub birth: Option<Date>,
    /// Age on the day of asking, or at death.
    pub age: Option<Age>,
    /// Where they sit.
    pub area: Option<AreaCode>,
    /// Their household.
    pub household: Option<SubjectId>,
    /// Since when no services are asked for any more, and why: died, moved away.
    pub ended: Option<(Date, String)>,
    /// The whole sheet as it stands.
    pub fields: Vec<Shown>,
    /// Other entries that turned out to be this person.
    pub given_up: Vec<SubjectId>,
}

impl Default for Card {
    fn default() -> Self {
        Self {
            resident: SubjectId(uuid::Uuid::nil()),
            name: String::new(),
            sex: String::new(),
            birth: None,
            age: None,
            area: None,
            household: None,
            ended: None,
            fields: Vec::new(),
            given_up: Vec::new(),
        }
    }
}

/// An age in completed years, with months and days below a year's rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Age {
    /// Completed years.
    pub years: i16,
    /// Completed months beyond them.
    pub months: i32,
    /// Days beyond these.
    pub days: i32,
}

impl Age {
    /// The age on a day; `None` before birth.
    #[must_use]
    pub fn on(birth: Date, day: Date) -> Option<Self> {
        let span = birth.until((Unit::Year, day)).ok().filter(|_| birth <= day)?;
        Some(Self { years: span.get_years(), months: span.get_months(), days: span.get_days() })
    }
}

/// The person's sheet as it stands: later sheets complete earlier ones. Sheets of entries given up don't count.
pub(crate) fn sheet(asked: &PersonAsked<'_>, told: &[Told<'_>]) -> Values {
    let mut sheet = Values::new();
    for fact in told.iter().filter(|fact| is_sheet(asked, fact)) {
        complete(&mut sheet, fact.values());
    }
    sheet
}

fn is_sheet(asked: &PersonAsked<'_>, fact: &Told<'_>) -> bool {
    fact.stands() && fact.row().head().subject.id == asked.resident && fact.form.is_some_and(Form::is_person_sheet)
}

pub(crate) fn card(asked: &PersonAsked<'_>, told: &[Told<'_>], sheet: &Values) -> Card {
    let sheets = || told.iter().filter(|fact| is_sheet(asked, fact));
    let mut card = Card { resident: asked.resident, ..Card::default() };
    let merges = |fact: &&Told<'_>| fact.stands() && fact.form.is_some_and(|form| form.merges().is_some());
    card.given_up = told.iter().filter(merges).map(|fact| fact.row().head().subject.id).filter(|id| *id != asked.resident).collect();
    card.given_up.sort_unstable();
    card.given_up.dedup();
    let Some(form) = sheets().next_back().and_then(|fact| fact.form) else { return card };
    let roles = sealing::sheet(form);
    let since = sheets().next_back().map_or(asked.on, Told::at);
    card.fields = show::all(asked, Some(form), since, sheet, sheet);
    let text =
        |id: Option<&_>| card.fields.iter().find(|field| Some(&field.field) == id).map(|field| field.text.clone()).unwrap_or_default();
    (card.name, card.sex) = (text(roles.name.as_ref()), text(roles.sex.as_ref()));
    card.birth = roles.birth.as_ref().and_then(|field| sheet.get(field)?.as_date());
    card.household = roles.household.as_ref().and_then(|field| sheet.get(field)?.as_text()?.parse().ok());
    let located = sheets().filter(|fact| fact.at() <= asked.on).max_by_key(|fact| (fact.at(), fact.row().seq));
    card.area = located.map(|fact| fact.row().head().area);
    card.ended = super::course::ended(asked, told, sheet);
    let until = card.ended.as_ref().map_or(asked.on, |(day, _)| *day);
    card.age = card.birth.and_then(|birth| Age::on(birth, until));
    card
}
