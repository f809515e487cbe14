//! A programme as JSON: what screens are generated from. Labels come in Chinese (`name`) and English (`name_en`).

use std::collections::BTreeMap;
use std::sync::Arc;

use qianmo_core::form::{Derived, Identifies, kind_name};
use qianmo_core::pack::{Better, Campaign, Indicator, Pack, Packs, Return, Roster};
use qianmo_core::schedule::{Cycle, Every, Series, Service};
use qianmo_core::{Calendar, Check, Field, FieldType, Form, Versions};
use serde::Serialize;
use utoipa::ToSchema;

use super::targets::targets;
use crate::words::sensitivity_word;

/// One programme.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PackWhole {
    id: String,
    /// Official name.
    name: String,
    name_en: String,
    /// The norm it implements, with year.
    norm: String,
    /// First day on which the norm holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    in_force_from: Option<String>,
    /// Last day on which the norm holds; absent while there is no end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    in_force_to: Option<String>,
    /// `routine`, `sensitive` or `restricted`.
    sensitivity: &'static str,
    /// Position in lists and in the annual summary.
    order: i64,
    /// The programmes it builds on.
    needs: Vec<String>,
    /// Kinds of subject that it declares.
    subjects: Vec<PackSubject>,
    forms: Vec<PackForm>,
    services: Vec<PackService>,
    series: Vec<PackSeries>,
    indicators: Vec<PackIndicator>,
    rosters: Vec<PackRoster>,
    returns: Vec<PackReturn>,
    campaigns: Vec<PackCampaign>,
}

/// A kind of subject.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PackSubject {
    id: String,
    name: String,
}

/// A form.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of its own")]
pub(crate) struct PackForm {
    id: String,
    name: String,
    name_en: String,
    /// Raised when fields change meaning.
    version: u32,
    /// Kind of subject.
    subject: String,
    /// Whether later records complete earlier ones field by field.
    profile: bool,
    /// Whether a record says where its subject sits from its date on.
    locates: bool,
    /// Whether neither a diagnosis nor a reproductive choice can be read in it.
    administrative: bool,
    /// Fields in the order of the paper form.
    fields: Vec<PackField>,
    /// Values that follow from the fields; never typed.
    derived: Vec<PackDerived>,
    checks: Vec<PackCheck>,
    /// Norm, year, section.
    source: String,
    /// Whether the source was read.
    verified: bool,
}

/// A field of a form.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PackField {
    id: String,
    name: String,
    name_en: String,
    /// `text`, `integer`, `decimal`, `date`, `datetime`, `bool`, `choice`, `choices` or `ref`.
    kind: &'static str,
    /// The kind in Chinese.
    kind_name: &'static str,
    /// The most decimals of a `decimal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    decimals: Option<u32>,
    /// The kind of subject that a `ref` names.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    unit: String,
    /// Whether a record without it is refused.
    required: bool,
    /// Smallest and largest value accepted, both included.
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<[String; 2]>,
    /// Smallest and largest value that raises no question.
    #[serde(skip_serializing_if = "Option::is_none")]
    usual: Option<[String; 2]>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    choices: Vec<PackChoice>,
    /// What it identifies a person by: `name`, `resident_number`, `phone`, `address` or `bank_account`.
    #[serde(skip_serializing_if = "Option::is_none")]
    identifies: Option<&'static str>,
    /// Whether it records a reproductive choice.
    choice_fact: bool,
    /// Explanation for the person who fills it in.
    note: String,
    /// The first form version that has it.
    since: u32,
    /// The last form version that has it; absent while there is no last.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<u32>,
}

/// One code of a code list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PackChoice {
    code: String,
    name: String,
}

/// A value that follows from a filled form.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PackDerived {
    #[serde(flatten)]
    field: PackField,
    /// The rule in words.
    meaning: String,
    source: String,
    verified: bool,
}

/// A condition that a filled form must meet.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PackCheck {
    /// What to tell the person.
    message: String,
    /// Only a question: the record is taken.
    ask: bool,
    /// The fields that it reads.
    fields: Vec<String>,
}

/// Something that is to be done for a subject.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PackService {
    id: String,
    name: String,
    name_en: String,
    /// The rule in words.
    meaning: String,
    source: String,
    verified: bool,
    /// The form whose records ask for it.
    after: String,
    /// The forms that satisfy it.
    by: Vec<String>,
    /// Until when it should be done, in Chinese.
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<String>,
    /// How it comes back: `year`, `half`, `quarter`, `month`, `ten_days`, `week`, `day`, or a span in Chinese.
    #[serde(skip_serializing_if = "Option::is_none")]
    every: Option<String>,
    /// Whether it can be declined.
    asks: bool,
    /// 1 (today) to 9.
    urgency: u8,
}

/// Doses that build on each other.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PackSeries {
    id: String,
    name: String,
    name_en: String,
    /// The rule in words.
    meaning: String,
    source: String,
    verified: bool,
    /// The form of a dose.
    by: String,
    /// Its field that says what was given.
    product: String,
    /// Everything that counts in it.
    products: Vec<String>,
    /// Alternatives in order.
    courses: Vec<PackCourse>,
    /// 1 (today) to 9.
    urgency: u8,
}

/// One way through a series.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PackCourse {
    name: String,
    doses: Vec<PackDose>,
}

/// A dose of a course.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PackDose {
    /// Which dose, from 1.
    number: u32,
    /// What can be given; the first is what is planned.
    products: Vec<String>,
    /// At what age, in Chinese.
    due: String,
}

/// An indicator.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of its own")]
pub(crate) struct PackIndicator {
    id: String,
    name: String,
    name_en: String,
    /// Other names under which texts print it.
    synonyms: Vec<String>,
    /// Printed unit.
    unit: String,
    /// The factor that belongs to the unit.
    scale: String,
    /// Decimals shown.
    decimals: u32,
    /// Whether it is a rate: has a denominator.
    rate: bool,
    /// `civil` or `mch`: the year its periods are read in.
    calendar: &'static str,
    /// About a reproductive choice: may be counted, is never a target or score.
    choice: bool,
    /// A statistic: shown, never a target or score.
    statistic: bool,
    /// `higher` or `lower`: which direction is good.
    #[serde(skip_serializing_if = "Option::is_none")]
    better: Option<&'static str>,
    /// What it says.
    meaning: String,
    /// Norm, year, section.
    source: String,
    /// Whether the source was read.
    verified: bool,
    /// Targets with the days from and to which they hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    targets: Vec<PackTarget>,
}

/// A target of an indicator.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PackTarget {
    value: String,
    #[schema(format = Date)]
    from: String,
    #[schema(format = Date)]
    to: String,
    source: String,
}

/// A roster.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PackRoster {
    id: String,
    name: String,
    name_en: String,
    /// `civil` or `mch`.
    calendar: &'static str,
    columns: Vec<PackRosterColumn>,
    source: String,
}

/// A column of a roster.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PackRosterColumn {
    /// Identifier, or `#` for the serial number.
    id: String,
    /// Header as printed.
    name: String,
    /// Header above it, when columns are grouped.
    group: String,
    /// Whether it is printed masked.
    mask: bool,
    /// Labels for codes.
    labels: BTreeMap<String, String>,
}

/// A return.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PackReturn {
    id: String,
    name: String,
    name_en: String,
    /// As printed at the top right.
    form_number: String,
    issued_by: String,
    /// `civil` or `mch`.
    calendar: &'static str,
    /// `year`, `half`, `quarter` or `month`.
    frequency: String,
    /// When it is due, in words.
    due: String,
    rows: Vec<PackReturnRow>,
    /// Whether a second table gives every item by village.
    by_village: bool,
    /// Cross-checks between its cells, in words.
    checks: Vec<String>,
    notes: Vec<String>,
    source: String,
}

/// A line of a return.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PackReturnRow {
    code: String,
    name: String,
    /// 0 for a main item, 1 and more for 其中.
    level: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    indicator: Option<String>,
    /// `numerator`, `denominator` or `value`.
    part: &'static str,
}

/// A campaign.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PackCampaign {
    id: String,
    name: String,
    name_en: String,
    /// The form whose record opens a round.
    opens: String,
    /// The form of the record written for each on the roster.
    target: String,
    source: String,
}

impl PackWhole {
    pub(crate) fn of(pack: &Pack, packs: &Packs) -> Self {
        let day = |day: Option<qianmo_core::Date>| day.map(|day| day.to_string());
        let subject = |(id, name): &(Arc<str>, String)| PackSubject { id: id.to_string(), name: name.clone() };
        Self {
            id: pack.id.to_string(),
            name: pack.name.clone(),
            name_en: pack.name_en.clone(),
            norm: pack.norm.clone(),
            in_force_from: day(pack.in_force.0),
            in_force_to: day(pack.in_force.1),
            sensitivity: sensitivity_word(pack.sensitivity),
            order: pack.order,
            needs: texts(&pack.needs),
            subjects: pack.subjects.iter().map(subject).collect(),
            forms: pack.forms.iter().map(|form| PackForm::of(form, pack.administrative.contains(&form.id))).collect(),
            services: pack.schedule.services.iter().map(PackService::of).collect(),
            series: pack.schedule.series.iter().map(PackSeries::of).collect(),
            indicators: pack.indicators.iter().map(|indicator| PackIndicator::of(indicator, packs)).collect(),
            rosters: pack.rosters.iter().map(PackRoster::of).collect(),
            returns: pack.returns.iter().map(PackReturn::of).collect(),
            campaigns: pack.campaigns.iter().map(PackCampaign::of).collect(),
        }
    }
}

impl PackForm {
    fn of(form: &Form, administrative: bool) -> Self {
        Self {
            id: form.id.to_string(),
            name: form.name.clone(),
            name_en: form.name_en.clone(),
            version: form.version,
            subject: form.subject.to_string(),
            profile: form.profile,
            locates: form.locates,
            administrative,
            fields: form.fields.iter().map(PackField::of).collect(),
            derived: form.derived.iter().map(PackDerived::of).collect(),
            checks: form.checks.iter().filter(|check| check.versions.has(form.version)).map(|check| PackCheck::of(check, form)).collect(),
            source: form.source.clone(),
            verified: form.verified,
        }
    }
}

impl PackField {
    fn of(field: &Field) -> Self {
        let bounds = |(low, high): (qianmo_core::Decimal, qianmo_core::Decimal)| [low.to_string(), high.to_string()];
        Self {
            id: field.id.to_string(),
            name: field.name.clone(),
            name_en: field.name_en.clone(),
            kind: field_kind(&field.kind),
            kind_name: kind_name(&field.kind),
            decimals: if let FieldType::Decimal(decimals) = field.kind { Some(decimals) } else { None },
            to: if let FieldType::Ref(to) = &field.kind { Some(to.to_string()) } else { None },
            unit: field.unit.clone(),
            required: field.required,
            range: field.range.map(bounds),
            usual: field.usual.map(bounds),
            choices: field.choices.iter().map(|choice| PackChoice { code: choice.code.to_string(), name: choice.name.clone() }).collect(),
            identifies: field.identifies.map(identifies),
            choice_fact: field.choice_fact,
            note: field.note.clone(),
            since: field.versions.since,
            until: (field.versions.until != Versions::default().until).then_some(field.versions.until),
        }
    }
}

impl PackDerived {
    fn of(derived: &Derived) -> Self {
        Self {
            field: PackField::of(&derived.field),
            meaning: derived.meaning.clone(),
            source: derived.source.clone(),
            verified: derived.verified,
        }
    }
}

impl PackCheck {
    fn of(check: &Check, form: &Form) -> Self {
        let fields = check.require.names().into_iter().filter(|name| form.field(name).is_some());
        Self { message: check.message.clone(), ask: check.ask, fields: fields.map(|name| name.to_string()).collect() }
    }
}

impl PackService {
    fn of(service: &Service) -> Self {
        let every = |every: Every| match every {
            Every::Calendar(cycle) => cycle_word(cycle).to_owned(),
            Every::Span(span) => span.chinese(),
        };
        Self {
            id: service.id.to_string(),
            name: service.name.clone(),
            name_en: service.name_en.clone(),
            meaning: service.meaning.clone(),
            source: service.source.clone(),
            verified: service.verified,
            after: service.after.to_string(),
            by: texts(&service.by),
            due: service.due.map(qianmo_core::schedule::Span::chinese),
            every: service.every.map(every),
            asks: service.asks,
            urgency: service.urgency,
        }
    }
}

impl PackSeries {
    fn of(series: &Series) -> Self {
        let dose =
            |dose: &qianmo_core::schedule::Dose| PackDose { number: dose.number, products: texts(&dose.products), due: dose.due.chinese() };
        let courses = series
            .courses
            .iter()
            .map(|course| PackCourse { name: course.name.to_string(), doses: course.doses.iter().map(dose).collect() });
        Self {
            id: series.id.to_string(),
            name: series.name.clone(),
            name_en: series.name_en.clone(),
            meaning: series.meaning.clone(),
            source: series.source.clone(),
            verified: series.verified,
            by: series.by.to_string(),
            product: series.product.to_string(),
            products: texts(&series.products),
            courses: courses.collect(),
            urgency: series.urgency,
        }
    }
}

impl PackIndicator {
    pub(crate) fn of(indicator: &Indicator, packs: &Packs) -> Self {
        let held = targets(packs, indicator).map(|target| PackTarget {
            value: target.value.to_string(),
            from: target.from.to_string(),
            to: target.to.to_string(),
            source: target.source.to_owned(),
        });
        Self {
            id: indicator.id.to_string(),
            name: indicator.name.clone(),
            name_en: indicator.name_en.clone(),
            synonyms: indicator.synonyms.clone(),
            unit: indicator.unit.clone(),
            scale: indicator.scale.to_string(),
            decimals: indicator.decimals,
            rate: indicator.denominator.is_some(),
            calendar: calendar(indicator.calendar),
            choice: indicator.choice,
            statistic: indicator.statistic,
            better: indicator.better.map(|better| if better == Better::Higher { "higher" } else { "lower" }),
            meaning: indicator.meaning.clone(),
            source: indicator.source.clone(),
            verified: indicator.verified,
            targets: held.collect(),
        }
    }
}

impl PackRoster {
    fn of(roster: &Roster) -> Self {
        let column = |column: &qianmo_core::pack::RosterColumn| PackRosterColumn {
            id: column.id.to_string(),
            name: column.name.clone(),
            group: column.group.clone(),
            mask: column.mask,
            labels: column.labels.iter().map(|(code, label)| (code.to_string(), label.clone())).collect(),
        };
        Self {
            id: roster.id.to_string(),
            name: roster.name.clone(),
            name_en: roster.name_en.clone(),
            calendar: calendar(roster.calendar),
            columns: roster.columns.iter().map(column).collect(),
            source: roster.source.clone(),
        }
    }
}

impl PackReturn {
    fn of(form: &Return) -> Self {
        let row = |row: &qianmo_core::pack::ReturnRow| PackReturnRow {
            code: row.code.to_string(),
            name: row.name.clone(),
            level: row.level,
            indicator: row.indicator.as_ref().map(ToString::to_string),
            part: row.part.word(),
        };
        Self {
            id: form.id.to_string(),
            name: form.name.clone(),
            name_en: form.name_en.clone(),
            form_number: form.form_number.clone(),
            issued_by: form.issued_by.clone(),
            calendar: calendar(form.calendar),
            frequency: form.frequency.clone(),
            due: form.due.clone(),
            rows: form.rows.iter().map(row).collect(),
            by_village: form.by_village,
            checks: form.checks.iter().map(|(_, message)| message.clone()).collect(),
            notes: form.notes.clone(),
            source: form.source.clone(),
        }
    }
}

impl PackCampaign {
    fn of(campaign: &Campaign) -> Self {
        Self {
            id: campaign.id.to_string(),
            name: campaign.name.clone(),
            name_en: campaign.name_en.clone(),
            opens: campaign.opens.to_string(),
            target: campaign.target.to_string(),
            source: campaign.source.clone(),
        }
    }
}

fn texts(list: &[Arc<str>]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

fn calendar(calendar: Calendar) -> &'static str {
    match calendar {
        Calendar::Civil => "civil",
        Calendar::Mch => "mch",
    }
}

fn field_kind(kind: &FieldType) -> &'static str {
    match kind {
        FieldType::Text => "text",
        FieldType::Integer => "integer",
        FieldType::Decimal(_) => "decimal",
        FieldType::Date => "date",
        FieldType::DateTime => "datetime",
        FieldType::Bool => "bool",
        FieldType::Choice => "choice",
        FieldType::Choices => "choices",
        FieldType::Ref(_) => "ref",
    }
}

fn identifies(what: Identifies) -> &'static str {
    match what {
        Identifies::Name => "name",
        Identifies::ResidentNumber => "resident_number",
        Identifies::Phone => "phone",
        Identifies::Address => "address",
        Identifies::BankAccount => "bank_account",
    }
}

fn cycle_word(cycle: Cycle) -> &'static str {
    match cycle {
        Cycle::Year => "year",
        Cycle::Half => "half",
        Cycle::Quarter => "quarter",
        Cycle::Month => "month",
        Cycle::TenDays => "ten_days",
        Cycle::Week => "week",
        Cycle::Day => "day",
    }
}
