//! `forms/*.toml`: one form a file, with its fields and checks.

use std::collections::BTreeMap;
use std::sync::Arc;

use qianmo_core::form::{Check, Choice, Derived, Field, FieldType, Form, Identifies, Versions};
use qianmo_core::pack::{Pack, Sensitivity};
use qianmo_core::{Fault, Kind};
use rust_decimal::Decimal;

use super::{Context, Doc, Origin};
use crate::expression::Scope;
use crate::index::What;
use crate::reader::{Item, Table, near};

/// Reads one form into the pack.
pub(super) fn read(context: &Context<'_>, doc: &Doc<'_>, pack: &mut Pack) {
    let Some(table) = doc.root(context.sink) else { return };
    let Some(id) = table.key_text("id") else { return };
    let name = table.string("name");
    let origin = context.origin(&table, None, &name, pack);
    let subject = table.text("subject");
    if let Some(subject) = &subject {
        context.index.refer(What::Subject, subject, context.sink);
    }
    let version = table.need("version").and_then(|item| item.integer()).and_then(|n| u32::try_from(n).ok()).unwrap_or(1);
    let fields = fields(context, &table);
    let mut scope = Scope::of_fields(&fields);
    scope.add_all(context.person);
    let derived = derived(context, &table, &fields, &mut scope, &origin, pack);
    let checks = table.tables("check").iter().map(|check| read_check(context, check, &scope, &origin, pack)).collect();
    let locates = table.get("locates");
    let administrative = table.word("content", &[("clinical", false), ("administrative", true)]);
    let form = Form {
        id: context.own_id(&id),
        name,
        name_en: context.name_en(&table),
        version,
        subject: subject.map(|text| text.value).unwrap_or_default().into(),
        profile: table.flag("profile").unwrap_or(false),
        locates: locates.as_ref().and_then(Item::flag).unwrap_or(false),
        unique: names(context, &table, "unique", &scope),
        fields,
        derived,
        checks,
        source: origin.source,
        verified: origin.verified,
    };
    if let Some(item) = locates.filter(|_| form.locates && !["resident", "household", "organisation"].contains(&&*form.subject)) {
        context.sink.push(Fault::new("PACK-0114").at(item.place()).with("subject", &form.subject));
    }
    let all = form.columns().map(|field| field.versions).chain(form.checks.iter().map(|check| check.versions));
    for wrong in all.filter(|of| of.since > of.until || of.since > form.version || (of.until != u32::MAX && of.until >= form.version)) {
        let fault = Fault::new("PACK-0118").at(table.place()).with("since", wrong.since).with("until", wrong.until.min(form.version));
        context.sink.push(fault.with("version", form.version));
    }
    if administrative {
        if let Some(item) =
            table.get("content").filter(|_| pack.sensitivity == Sensitivity::Restricted || form.columns().any(|field| field.choice_fact))
        {
            context.sink.push(Fault::new("PACK-0504").at(item.place()).with("form", &form.name));
        }
        pack.administrative.insert(form.id.clone());
    }
    pack.forms.push(form);
}

/// The fields of the person's sheet as `resident.x`, read ahead of everything that asks for them.
pub(super) fn person(docs: &[Doc<'_>], index: &crate::index::Index) -> Scope {
    let mut scope = Scope::new();
    let (unheard, nothing, groups) = (crate::source::Sink::default(), qianmo_core::pack::Packs::default(), std::cell::RefCell::default());
    let empty = Scope::new();
    for doc in docs.iter().filter(|doc| doc.kind == super::FileKind::Form) {
        let Some(table) = doc.root(&unheard) else { continue };
        let is_it = table.flag("profile") == Some(true)
            && table.flag("locates") == Some(true)
            && table.opt_text("subject").is_some_and(|subject| subject.value == "resident");
        if is_it {
            let context = Context { sink: &unheard, index, packs: &nothing, pack: doc.pack, groups: &groups, sources: &[], person: &empty };
            for field in fields(&context, &table) {
                scope.add_field_as(&format!("resident.{}", field.id), &field);
            }
        }
        table.skip();
    }
    scope
}

/// Derived values, each seeing the fields, the person and the derived values above it.
fn derived(context: &Context<'_>, table: &Table<'_>, fields: &[Field], scope: &mut Scope, above: &Origin, pack: &mut Pack) -> Vec<Derived> {
    let mut made: Vec<Derived> = Vec::new();
    let entries = table.tables("derived");
    // Curves are long: they are made only for a form that asks for them.
    let asks = |entry: &Table<'_>| entry.opt_text("value").is_some_and(|text| text.value.contains("lms_z"));
    let lms = if entries.iter().any(asks) { super::tables::lms(context, pack) } else { BTreeMap::new() };
    for entry in entries {
        let Some(id) = entry.key_text("id") else { continue };
        let taken = RESERVED.contains(&id.value.as_str())
            || fields.iter().chain(made.iter().map(|held| &held.field)).any(|held| *held.id == *id.value);
        if taken {
            context.sink.push(Fault::new("PACK-0112").at(id.place()).with("what", "字段").with("id", &id.value));
        }
        let field = read_field(context, &entry, context.id(&id));
        let origin = context.origin(&entry, Some(above), &field.name, pack);
        let mut seen = scope.clone();
        seen.remove("today");
        seen.with_lms(lms.clone());
        let value = entry.text("value").map(|text| context.expr(&text, &seen, &[field.kind.kind()]));
        scope.add_field(&field);
        made.push(Derived {
            field,
            value: value.unwrap_or(qianmo_core::Expr::Literal(qianmo_core::Value::Null)),
            meaning: entry.string("meaning"),
            source: origin.source,
            verified: origin.verified,
        });
    }
    made
}

/// The form versions that have a field, derived value or check.
fn versions(table: &Table<'_>) -> Versions {
    let number = |key| table.get(key).and_then(|item| item.integer()).and_then(|n| u32::try_from(n).ok());
    Versions { since: number("since").unwrap_or(1), until: number("until").unwrap_or(u32::MAX) }
}

/// A list of names that the scope must have.
pub(super) fn names(context: &Context<'_>, table: &Table<'_>, key: &'static str, scope: &Scope) -> Vec<Arc<str>> {
    let texts = table.texts(key);
    for text in texts.iter().filter(|text| scope.get(&text.value).is_none()) {
        let fault = Fault::new("PACK-0202").at(text.place()).with("name", &text.value);
        context.sink.push(near(fault, &text.value, scope.names()));
    }
    texts.into_iter().map(|text| text.value.into()).collect()
}

fn read_check(context: &Context<'_>, table: &Table<'_>, scope: &Scope, above: &Origin, pack: &mut Pack) -> Check {
    let message = table.string("message");
    context.origin(table, Some(&Origin { source: above.source.clone(), verified: true }), &message, pack);
    let require = table.text("require").map(|text| context.expr(&text, scope, &[Kind::Bool]));
    Check {
        require: require.unwrap_or(qianmo_core::Expr::Literal(true.into())),
        message,
        ask: table.flag("ask").unwrap_or(false),
        versions: versions(table),
    }
}

fn fields(context: &Context<'_>, table: &Table<'_>) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for field in table.tables("field") {
        let Some(id) = field.key_text("id") else { continue };
        let built_in = RESERVED.contains(&id.value.as_str());
        if built_in || fields.iter().any(|held| *held.id == *id.value) {
            context.sink.push(Fault::new("PACK-0112").at(id.place()).with("what", "字段").with("id", &id.value));
        }
        fields.push(read_field(context, &field, context.id(&id)));
    }
    fields
}

/// Columns that every form's table has, and names that expressions have.
const RESERVED: [&str; 10] = ["record", "subject", "resident", "organisation", "area", "at", "today", "valid_from", "valid_to", "worker"];

fn read_field(context: &Context<'_>, table: &Table<'_>, id: Arc<str>) -> Field {
    let kind = read_type(context, table);
    let identifies = [
        ("", None),
        ("name", Some(Identifies::Name)),
        ("resident_number", Some(Identifies::ResidentNumber)),
        ("phone", Some(Identifies::Phone)),
        ("address", Some(Identifies::Address)),
        ("bank_account", Some(Identifies::BankAccount)),
    ];
    Field {
        id,
        name: table.string("name"),
        name_en: context.name_en(table),
        choices: choices(context, table, &kind),
        kind,
        unit: unit(context, table),
        required: table.flag("required").unwrap_or(false),
        range: bounds(table, "range"),
        usual: bounds(table, "usual"),
        identifies: table.word("identifies", &identifies),
        choice_fact: table.flag("choice").unwrap_or(false),
        note: table.opt_string("note"),
        synonyms: table.strings("synonyms"),
        versions: versions(table),
    }
}

/// The unit of a field or indicator, which must be a known one.
pub(super) fn unit(context: &Context<'_>, table: &Table<'_>) -> String {
    let Some(unit) = table.opt_text("unit") else { return String::new() };
    if crate::units::scale(&unit.value).is_none() {
        let fault = Fault::new("PACK-0305").at(unit.place()).with("unit", &unit.value);
        let known = crate::units::known_units().filter(|known| !known.is_empty());
        context.sink.push(near(fault, &unit.value, known));
    }
    unit.value
}

fn read_type(context: &Context<'_>, table: &Table<'_>) -> FieldType {
    let words = [
        ("text", FieldType::Text),
        ("integer", FieldType::Integer),
        ("decimal", FieldType::Decimal(2)),
        ("date", FieldType::Date),
        ("datetime", FieldType::DateTime),
        ("bool", FieldType::Bool),
        ("choice", FieldType::Choice),
        ("choices", FieldType::Choices),
        ("ref", FieldType::Ref("".into())),
    ];
    let numbered: Vec<(&'static str, usize)> = words.iter().enumerate().map(|(i, (word, _))| (*word, i)).collect();
    let at = table.need("type").and_then(|item| item.word(&numbered)).unwrap_or(0);
    match &words[at].1 {
        FieldType::Decimal(_) => {
            let decimals = table.get("decimals").and_then(|item| decimals(&item));
            FieldType::Decimal(decimals.unwrap_or(2))
        }
        FieldType::Ref(_) => {
            let to = table.text("to");
            if let Some(to) = &to {
                context.index.refer(What::Subject, to, context.sink);
            }
            FieldType::Ref(to.map(|text| text.value).unwrap_or_default().into())
        }
        other => other.clone(),
    }
}

/// A number of decimals, 0 to 10.
pub(super) fn decimals(item: &Item<'_>) -> Option<u32> {
    let number = item.integer()?;
    u32::try_from(number).ok().filter(|n| *n <= 10).or_else(|| item.wrong("0 到 10 的整数"))
}

fn bounds(table: &Table<'_>, key: &'static str) -> Option<(Decimal, Decimal)> {
    let item = table.get(key)?;
    let list = item.list();
    let [low, high] = list.as_slice() else { return item.wrong("两个数") };
    let (low, high) = (low.decimal()?, high.decimal()?);
    if low > high {
        table.sink.push(Fault::new("PACK-0113").at(item.place()).with("low", low).with("high", high));
    }
    Some((low, high))
}

fn choices(context: &Context<'_>, table: &Table<'_>, kind: &FieldType) -> Vec<Choice> {
    let coded = matches!(kind, FieldType::Choice | FieldType::Choices);
    let item = if coded { table.need("choices") } else { table.get("choices") };
    let Some(item) = item else { return Vec::new() };
    if !coded {
        let fault = Fault::new("PACK-0102").at(item.place()).with("key", "choices");
        context.sink.push(fault);
        return Vec::new();
    }
    let mut choices: Vec<Choice> = Vec::new();
    for pair in item.list() {
        let parts = pair.list();
        let [code, name] = parts.as_slice() else {
            pair.wrong::<()>("[编码, 名称]");
            continue;
        };
        let (Some(code), Some(name)) = (code.text(), name.text()) else { continue };
        if choices.iter().any(|held| *held.code == *code.value) || code.value.contains('|') {
            context.sink.push(Fault::new("PACK-0112").at(code.place()).with("what", "编码").with("id", &code.value));
        }
        choices.push(Choice { code: code.value.into(), name: name.value });
    }
    choices
}
