//! Forms as schedules see them: what kind each field is, and the values that follow from them.

use std::collections::HashSet;
use std::sync::Arc;

use qianmo_core::{Derived, Fault, Field, FieldType, Form, Versions};
use serde::{Deserialize, Serialize};

use super::is_false;
use super::tree::{Tables, Tree};

#[derive(Serialize, Deserialize)]
pub(super) struct FormBody {
    id: String,
    name: String,
    name_en: String,
    subject: String,
    #[serde(default, skip_serializing_if = "is_false")]
    profile: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    locates: bool,
    fields: Vec<(String, KindBody)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    derived: Vec<(String, KindBody, Tree)>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KindBody {
    Text,
    Integer,
    Decimal(u32),
    Date,
    DateTime,
    Bool,
    Choice,
    Choices,
    Ref(String),
}

impl FormBody {
    /// `read`: the names of fields that some rule reads; the others don't cross.
    pub(super) fn of(form: &Form, read: &HashSet<String>, tables: &mut Tables) -> Self {
        let mut derived = Vec::new();
        for rule in &form.derived {
            derived.push((rule.field.id.to_string(), KindBody::of(&rule.field.kind), tables.tree(&rule.value)));
        }
        let fields = form.fields.iter().filter(|field| read.contains(&*field.id));
        Self {
            id: form.id.to_string(),
            name: form.name.clone(),
            name_en: form.name_en.clone(),
            subject: form.subject.to_string(),
            profile: form.profile,
            locates: form.locates,
            fields: fields.map(|field| (field.id.to_string(), KindBody::of(&field.kind))).collect(),
            derived,
        }
    }

    pub(super) fn form(self, tables: &Tables) -> Result<Form, Fault> {
        let mut derived = Vec::new();
        for (id, kind, value) in self.derived {
            derived.push(Derived {
                field: field(id, kind),
                value: tables.expr(value)?,
                meaning: String::new(),
                source: String::new(),
                verified: false,
            });
        }
        Ok(Form {
            id: self.id.into(),
            name: self.name,
            name_en: self.name_en,
            version: 0,
            subject: self.subject.into(),
            profile: self.profile,
            locates: self.locates,
            unique: Vec::new(),
            fields: self.fields.into_iter().map(|(id, kind)| field(id, kind)).collect(),
            derived,
            checks: Vec::new(),
            source: String::new(),
            verified: false,
        })
    }
}

impl KindBody {
    fn of(kind: &FieldType) -> Self {
        match kind {
            FieldType::Text => Self::Text,
            FieldType::Integer => Self::Integer,
            FieldType::Decimal(scale) => Self::Decimal(*scale),
            FieldType::Date => Self::Date,
            FieldType::DateTime => Self::DateTime,
            FieldType::Bool => Self::Bool,
            FieldType::Choice => Self::Choice,
            FieldType::Choices => Self::Choices,
            FieldType::Ref(kind) => Self::Ref(kind.to_string()),
        }
    }
}

/// A field with nothing but its id and kind.
fn field(id: String, kind: KindBody) -> Field {
    Field {
        id: Arc::from(id),
        name: String::new(),
        name_en: String::new(),
        kind: match kind {
            KindBody::Text => FieldType::Text,
            KindBody::Integer => FieldType::Integer,
            KindBody::Decimal(scale) => FieldType::Decimal(scale),
            KindBody::Date => FieldType::Date,
            KindBody::DateTime => FieldType::DateTime,
            KindBody::Bool => FieldType::Bool,
            KindBody::Choice => FieldType::Choice,
            KindBody::Choices => FieldType::Choices,
            KindBody::Ref(kind) => FieldType::Ref(kind.into()),
        },
        unit: String::new(),
        required: false,
        range: None,
        usual: None,
        choices: Vec::new(),
        identifies: None,
        choice_fact: false,
        note: String::new(),
        synonyms: Vec::new(),
        versions: Versions::default(),
    }
}
