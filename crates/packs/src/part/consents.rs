//! `consent.toml`: which processing rests on consent, and the form in which it is given, refused and withdrawn.

use std::sync::Arc;

use qianmo_core::consent::{ConsentForm, PROCESSING, Processing, Purpose, Unasked};
use qianmo_core::form::{FieldType, Form};
use qianmo_core::pack::Pack;
use qianmo_core::{Fault, Kind};

use super::{Context, Doc, Origin};
use crate::index::What;
use crate::reader::{Table, near};

/// Reads the consent of one pack.
pub(super) fn read(context: &Context<'_>, doc: &Doc<'_>, pack: &mut Pack) {
    let Some(table) = doc.root(context.sink) else { return };
    let above = Origin { source: table.opt_string("source"), verified: table.flag("verified").unwrap_or(true) };
    if let Some(own) = table.get("consent").and_then(|item| item.table()) {
        let first = context.packs.packs.iter().find_map(|pack| pack.consents.form.as_ref());
        if let Some(first) = first {
            let fault = Fault::new("PACK-0301").at(own.place()).with("what", "同意登记表单").with("id", own.string("form"));
            context.sink.push(fault.with("first", &first.form));
            own.skip();
        } else {
            pack.consents.form = form(context, &own, pack);
        }
    }
    for purpose in table.tables("purpose") {
        let read = one(context, &purpose, &above, pack);
        pack.consents.purposes.extend(read);
    }
}

fn form(context: &Context<'_>, table: &Table<'_>, pack: &Pack) -> Option<ConsentForm> {
    let text = table.text("form")?;
    context.index.refer(What::Form, &text, context.sink);
    let found = pack.forms.iter().find(|form| *form.id == *text.value).or_else(|| context.packs.form(&text.value));
    let purpose = field(context, table, "purpose", found, Kind::Text);
    let answer = field(context, table, "answer", found, Kind::Text);
    let code = |key: &'static str| code(context, table, key, found, answer.as_deref());
    let (given, refused, withdrawn) = (code("given"), code("refused"), code("withdrawn"));
    let until = table.get("until").is_some().then(|| field(context, table, "until", found, Kind::Date)).flatten();
    Some(ConsentForm {
        form: text.value.into(),
        purpose: purpose?,
        answer: answer?,
        given: given?,
        refused: refused?,
        withdrawn: withdrawn?,
        until,
    })
}

/// A field of the form, of this kind.
fn field(context: &Context<'_>, table: &Table<'_>, key: &'static str, form: Option<&Form>, kind: Kind) -> Option<Arc<str>> {
    let text = table.text(key)?;
    let fields = &form?.fields;
    let fitting = || fields.iter().filter(|field| field.kind.kind() == kind);
    let found = fitting().find(|field| *field.id == *text.value);
    if found.is_none() {
        let fault = Fault::new("PACK-0302").at(text.place()).with("what", "字段").with("id", &text.value);
        context.sink.push(near(fault, &text.value, fitting().map(|field| &*field.id)));
    }
    found.map(|field| field.id.clone())
}

/// A code of the answer's field.
fn code(context: &Context<'_>, table: &Table<'_>, key: &'static str, form: Option<&Form>, answer: Option<&str>) -> Option<Arc<str>> {
    let text = table.text(key)?;
    let field = form?.field(answer?)?;
    if !matches!(field.kind, FieldType::Choice) || !field.choices.iter().any(|choice| *choice.code == *text.value) {
        let known: Vec<&str> = field.choices.iter().map(|choice| &*choice.code).collect();
        let fault = Fault::new("PACK-0204").at(text.place()).with("field", &field.id).with("code", &text.value);
        context.sink.push(fault.with("known", known.join("、")));
    }
    Some(text.value.into())
}

fn one(context: &Context<'_>, table: &Table<'_>, above: &Origin, pack: &mut Pack) -> Option<Purpose> {
    let id = table.key_text("id")?;
    let name = table.string("name");
    let origin = context.origin(table, Some(above), &name, pack);
    let services = table.texts("services");
    let services: Vec<Arc<str>> = services
        .iter()
        .filter(|service| context.index.refer(What::Service, service, context.sink))
        .map(|service| service.value.as_str().into())
        .collect();
    let mut allows: Vec<Processing> = Vec::new();
    for text in table.texts("allows") {
        if let Some((_, processing)) = PROCESSING.iter().find(|(word, _)| *word == text.value) {
            allows.push(*processing);
        } else {
            let known: Vec<&str> = PROCESSING.iter().map(|(word, _)| *word).collect();
            let fault = Fault::new("PACK-0105").at(text.place()).with("key", "allows").with("value", &text.value);
            context.sink.push(near(fault.with("known", known.join("、")), &text.value, known.iter().copied()));
        }
    }
    if table.get("services").is_none() && table.get("allows").is_none() {
        context.sink.push(Fault::new("PACK-0323").at(id.place()).with("id", &id.value));
    }
    Some(Purpose {
        id: context.own_id(&id),
        name,
        name_en: context.name_en(table),
        meaning: table.string("meaning"),
        source: origin.source,
        verified: origin.verified,
        allows,
        services,
        unasked: table.word("unasked", &[("stops", Unasked::Stops), ("goes_on", Unasked::GoesOn)]),
    })
}
