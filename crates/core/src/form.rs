//! Forms (表单) and the check of a filled one.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::expr::{Env, Expr, Kind};
use crate::fault::Fault;
use crate::record::Record;
use crate::value::Value;

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldType {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// A decimal number with at most this many decimals.
    Decimal(u32),
    /// A civil date.
    Date,
    /// A civil date and time.
    DateTime,
    /// Yes or no.
    Bool,
    /// One code of the field's choices.
    Choice,
    /// Several codes of the field's choices, kept as `|1|3|`.
    Choices,
    /// Another subject of this kind, by id.
    Ref(Arc<str>),
}

impl FieldType {
    /// The kind that expressions see.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Text | Self::Choice | Self::Choices | Self::Ref(_) => Kind::Text,
            Self::Integer => Kind::Integer,
            Self::Decimal(_) => Kind::Decimal,
            Self::Date => Kind::Date,
            Self::DateTime => Kind::DateTime,
            Self::Bool => Kind::Bool,
        }
    }
}

/// One code of a code list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Code as stored.
    pub code: Arc<str>,
    /// Label as on the form.
    pub name: String,
}

/// One field of a form.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Identifier, unique in the form.
    pub id: Arc<str>,
    /// Label as on the paper form.
    pub name: String,
    /// English label.
    pub name_en: String,
    /// What it holds.
    pub kind: FieldType,
    /// Unit as printed, empty if none.
    pub unit: String,
    /// Whether a record without it is refused.
    pub required: bool,
    /// Smallest and largest value accepted, both included.
    pub range: Option<(Decimal, Decimal)>,
    /// Smallest and largest value that raises no question.
    pub usual: Option<(Decimal, Decimal)>,
    /// Codes, for `choice` and `choices`.
    pub choices: Vec<Choice>,
    /// What the field identifies: `name`, `resident_number`, `phone`, `address`, `bank_account`, or nothing. Such fields are
    /// masked unless asked for; `resident_number` is checked by GB 11643.
    pub identifies: Option<Identifies>,
    /// Whether the field records a reproductive choice (design, section 9).
    pub choice_fact: bool,
    /// Explanation for the person who fills it in.
    pub note: String,
    /// Other headers under which spreadsheets carry the field.
    pub synonyms: Vec<String>,
    /// The form versions that have it.
    pub versions: Versions,
}

/// The versions of a form that have something, both included. Old records are held to the rules of their own version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Versions {
    /// First version.
    pub since: u32,
    /// Last version.
    pub until: u32,
}

impl Default for Versions {
    fn default() -> Self {
        Self { since: 1, until: u32::MAX }
    }
}

impl Versions {
    /// Whether a version is among them.
    #[must_use]
    pub fn has(self, version: u32) -> bool {
        (self.since..=self.until).contains(&version)
    }
}

/// A value that follows from a filled form and the person's sheet: a classification, a score. It is never typed.
#[derive(Debug, Clone, PartialEq)]
pub struct Derived {
    /// How it is named, labelled and kept: as a field is.
    pub field: Field,
    /// Over the fields, the derived values above it, `at` and `resident.x`.
    pub value: Expr,
    /// The rule in words.
    pub meaning: String,
    /// Norm, year, section.
    pub source: String,
    /// Whether the source was read.
    pub verified: bool,
}

/// What an identifying field identifies a person by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identifies {
    /// 姓名
    Name,
    /// 公民身份号码
    ResidentNumber,
    /// 电话
    Phone,
    /// 住址
    Address,
    /// 银行账号
    BankAccount,
}

/// A condition that a filled form must meet. False fails; unknown doesn't.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// The condition over the form's fields and derived values, `at` (date of service), `today` and `resident.x`.
    pub require: Expr,
    /// What to tell the person, in Chinese.
    pub message: String,
    /// `true`: only a question, the record is taken.
    pub ask: bool,
    /// The form versions that have it.
    pub versions: Versions,
}

/// One form.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// Identifier, `pack.form`.
    pub id: Arc<str>,
    /// Official name.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// Version; raised when fields change meaning.
    pub version: u32,
    /// Kind of subject.
    pub subject: Arc<str>,
    /// Whether later records complete earlier ones field by field (a profile) instead of standing beside them.
    pub profile: bool,
    /// Whether the record's area says where the subject sits from `at` on.
    pub locates: bool,
    /// The field that, with the subject, makes a second record of the same thing recognisable (import).
    pub unique: Vec<Arc<str>>,
    /// Fields in the order of the paper form.
    pub fields: Vec<Field>,
    /// Values that follow from the fields, in the order in which they may use each other.
    pub derived: Vec<Derived>,
    /// Conditions between fields.
    pub checks: Vec<Check>,
    /// Norm, year, section.
    pub source: String,
    /// Whether the source was read.
    pub verified: bool,
}

impl Form {
    /// The field with this id.
    #[must_use]
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|field| &*field.id == id)
    }

    /// Whether this is the sheet that says who a resident is and where: the form behind `resident.x`.
    #[must_use]
    pub fn is_person_sheet(&self) -> bool {
        self.profile && self.locates && &*self.subject == "resident"
    }

    /// The field that names the entry kept, when this form says that two entries are one person: a form about residents with a field
    /// `merged_into` that refers to a resident. Its subject is the entry given up. From then on, and until the record is withdrawn, what was
    /// recorded about the entry given up counts for the one kept; only its sheets that say who and where somebody is don't count any more.
    #[must_use]
    pub fn merges(&self) -> Option<&Field> {
        let kept = |field: &&Field| matches!(&field.kind, FieldType::Ref(to) if &**to == "resident");
        if &*self.subject == "resident" { self.field("merged_into").filter(kept) } else { None }
    }

    /// The fields and, after them, the derived values as fields: the columns of the form's table.
    pub fn columns(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().chain(self.derived.iter().map(|derived| &derived.field))
    }

    /// The derived values of a filled form, in order. `resident` gives the fields of the person's sheet by their bare ids.
    #[must_use]
    pub fn derive(&self, at: Date, values: &dyn Env, resident: &dyn Env) -> Vec<Value> {
        let mut made: Vec<Value> = Vec::with_capacity(self.derived.len());
        for place in 0..self.derived.len() {
            let above = |place: usize| made[place].clone();
            let value = self.derive_one(place, at, values, resident, &above);
            made.push(value);
        }
        made
    }

    /// One derived value, by its place. `above` gives those above it that it asks for.
    pub(crate) fn derive_one(&self, place: usize, at: Date, values: &dyn Env, resident: &dyn Env, above: &dyn Fn(usize) -> Value) -> Value {
        let derived = &self.derived[place];
        let env = |name: &str| match name.strip_prefix("resident.") {
            Some(field) => resident.get(field),
            None if name == "at" => Value::Date(at),
            None => match self.derived[..place].iter().position(|held| &*held.field.id == name) {
                Some(held) => above(held),
                None => values.get(name),
            },
        };
        derived.field.kept(derived.value.eval(&env))
    }

    /// Checks a filled form by the rules of its own version: every fault at once, refusals and questions apart.
    ///
    /// Faults: `FORM-0101` unknown field, `FORM-0102` required and missing, `FORM-0103` wrong kind, `FORM-0104` out of
    /// range, `FORM-0105` unknown code, `FORM-0106` not a resident number, `FORM-0107` too many decimals, `FORM-0108` dated
    /// after `today`, `FORM-0201` a check failed. Questions: `FORM-0301` unusual value, `FORM-0302` a check asks.
    #[must_use]
    pub fn check(&self, record: &Record, known: &Known<'_>) -> Findings {
        let mut findings = Findings::default();
        let version = record.form_version.min(self.version);
        if record.at > known.today {
            findings.refused.push(Fault::new("FORM-0108").with("at", record.at).with("today", known.today));
        }
        let fields = || self.fields.iter().filter(|field| field.versions.has(version));
        for id in record.values.keys() {
            if !fields().any(|field| field.id == *id) {
                let mut fault = Fault::new("FORM-0101").with("field", id).with("form", &self.name);
                if let Some(near) = crate::fault::suggest(id, fields().map(|f| &*f.id)) {
                    fault = fault.with("suggestion", near);
                }
                findings.refused.push(fault);
            }
        }
        for field in fields() {
            field.check(record.values.get(&field.id).unwrap_or(&Value::Null), &mut findings);
        }
        if findings.refused.is_empty() {
            let derived = self.derive(record.at, &record.values, known.resident);
            let env = RecordEnv { form: self, record, derived: &derived, known };
            for check in self.checks.iter().filter(|check| check.versions.has(version)) {
                if check.require.eval(&env) == Value::Bool(false) {
                    let code = if check.ask { "FORM-0302" } else { "FORM-0201" };
                    let fault = Fault::new(code).with("message", &check.message);
                    if check.ask { findings.asked.push(fault) } else { findings.refused.push(fault) }
                }
            }
        }
        findings
    }

    /// Whether a check or a derived value reads the person's sheet.
    #[must_use]
    pub fn asks_the_person(&self) -> bool {
        let rules = self.checks.iter().map(|check| &check.require).chain(self.derived.iter().map(|derived| &derived.value));
        rules.into_iter().any(|rule| rule.names().iter().any(|name| name.starts_with("resident.")))
    }
}

/// What a filled form is checked with, beside itself.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// The last day a service can have happened.
    pub today: Date,
    /// The person's sheet, by the bare ids of its fields.
    pub resident: &'a dyn Env,
}

impl<'a> Known<'a> {
    /// On this day, about nobody known: what reads the person's sheet is unknown.
    #[must_use]
    pub fn on(today: Date) -> Self {
        Self { today, resident: &NOBODY }
    }

    /// With this person's sheet.
    #[must_use]
    pub fn about(self, resident: &'a dyn Env) -> Self {
        Self { resident, ..self }
    }
}

static NOBODY: Nobody = Nobody;

struct Nobody;

impl Env for Nobody {
    fn get(&self, _: &str) -> Value {
        Value::Null
    }
}

/// Adds a later sheet of the same profile to an earlier one: what is known later wins, field by field.
pub fn complete(earlier: &mut BTreeMap<Arc<str>, Value>, later: &BTreeMap<Arc<str>, Value>) {
    for (field, value) in later.iter().filter(|(_, value)| !value.is_null()) {
        earlier.insert(field.clone(), value.clone());
    }
}

/// What a check of a filled form found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Findings {
    /// The record can't be taken as it is.
    pub refused: Vec<Fault>,
    /// The record is taken; the person is asked again.
    pub asked: Vec<Fault>,
}

impl Field {
    /// A computed value as the field keeps it: decimals rounded half up to the field's, whole numbers as decimals where
    /// the field has decimals.
    fn kept(&self, value: Value) -> Value {
        match (&self.kind, &value) {
            (FieldType::Decimal(scale), Value::Integer(_) | Value::Decimal(_)) => {
                value.as_decimal().map_or(Value::Null, |number| Value::Decimal(crate::numbers::round_half_up(number, *scale)))
            }
            _ => value,
        }
    }

    fn check(&self, value: &Value, findings: &mut Findings) {
        let fault = |code| Fault::new(code).with("field", &self.name).with("value", value);
        if value.is_null() {
            if self.required {
                findings.refused.push(Fault::new("FORM-0102").with("field", &self.name));
            }
            return;
        }
        let fits = matches!(
            (&self.kind, value),
            (FieldType::Integer, Value::Integer(_))
                | (FieldType::Decimal(_), Value::Integer(_) | Value::Decimal(_))
                | (FieldType::Date, Value::Date(_))
                | (FieldType::DateTime, Value::DateTime(_))
                | (FieldType::Bool, Value::Bool(_))
                | (FieldType::Text | FieldType::Choice | FieldType::Choices | FieldType::Ref(_), Value::Text(_))
        );
        if !fits {
            findings.refused.push(fault("FORM-0103").with("expected", kind_name(&self.kind)));
            return;
        }
        if let (FieldType::Decimal(scale), Some(number)) = (&self.kind, value.as_decimal())
            && number.normalize().scale() > *scale
        {
            findings.refused.push(fault("FORM-0107").with("decimals", scale));
        }
        if let Some(number) = value.as_decimal() {
            if let Some((low, high)) = self.range.filter(|(low, high)| number < *low || number > *high) {
                findings.refused.push(fault("FORM-0104").with("low", low).with("high", high).with("unit", &self.unit));
            } else if let Some((low, high)) = self.usual.filter(|(low, high)| number < *low || number > *high) {
                findings.asked.push(fault("FORM-0301").with("low", low).with("high", high).with("unit", &self.unit));
            }
        }
        if let Some(text) = value.as_text() {
            self.check_text(text, findings);
        }
    }

    fn check_text(&self, text: &str, findings: &mut Findings) {
        let fault = |code, value: &str| Fault::new(code).with("field", &self.name).with("value", value);
        let known = |code: &str| self.choices.iter().any(|choice| &*choice.code == code);
        match self.kind {
            FieldType::Choice if !known(text) => findings.refused.push(fault("FORM-0105", text)),
            FieldType::Choices => {
                for code in text.split('|').filter(|code| !code.is_empty() && !known(code)) {
                    findings.refused.push(fault("FORM-0105", code));
                }
            }
            _ => {}
        }
        if self.identifies == Some(Identifies::ResidentNumber)
            && let Err(why) = text.parse::<crate::ResidentNumber>()
        {
            findings.refused.push(Fault::new("FORM-0106").with("field", &self.name).with("why", why.code));
        }
    }
}

/// The word for a field type in messages.
#[must_use]
pub fn kind_name(kind: &FieldType) -> &'static str {
    match kind {
        FieldType::Text => "文字",
        FieldType::Integer => "整数",
        FieldType::Decimal(_) => "数字",
        FieldType::Date => "日期",
        FieldType::DateTime => "日期和时间",
        FieldType::Bool => "是/否",
        FieldType::Choice => "选项",
        FieldType::Choices => "多个选项",
        FieldType::Ref(_) => "对象编号",
    }
}

/// Gives a record's fields and derived values, `at`, `today` and `resident.x` to an expression.
struct RecordEnv<'a> {
    form: &'a Form,
    record: &'a Record,
    derived: &'a [Value],
    known: &'a Known<'a>,
}

impl Env for RecordEnv<'_> {
    fn get(&self, name: &str) -> Value {
        if let Some(field) = name.strip_prefix("resident.") {
            return self.known.resident.get(field);
        }
        match name {
            "at" => Value::Date(self.record.at),
            "today" => Value::Date(self.known.today),
            _ => match self.form.derived.iter().position(|derived| &*derived.field.id == name) {
                Some(place) => self.derived[place].clone(),
                None => self.record.values.get(name).cloned().unwrap_or_default(),
            },
        }
    }
}
