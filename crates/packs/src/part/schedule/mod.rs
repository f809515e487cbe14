//! `schedule.toml`: who is due for what: services, stops, holds, declining, series, conflicts.
//!
//! Here each table is read and typed; `series` reads doses; `check` looks for what can't be meant.

mod check;
mod series;
mod uses;

use std::sync::Arc;

use qianmo_core::form::Form;
use qianmo_core::pack::{Pack, Packs};
use qianmo_core::schedule::{Cycle, Decline, Every, Hold, Reach, Service, Span, Stop};
use qianmo_core::{Expr, Fault, FieldType, Kind};

use super::{Context, Doc, Origin};
use crate::expression::Scope;
use crate::index::What;
use crate::reader::{Item, Table, near};
use crate::source::Text;

pub(super) use check::check;
pub(crate) use uses::field_uses;

/// Kinds of a date.
const DATE: [Kind; 2] = [Kind::Date, Kind::DateTime];

/// Reads the schedule of one pack.
pub(super) fn read(context: &Context<'_>, doc: &Doc<'_>, pack: &mut Pack) {
    let Some(table) = doc.root(context.sink) else { return };
    let above = Origin { source: table.opt_string("source"), verified: table.flag("verified").unwrap_or(true) };
    let shared = Arc::new(shared_scope(context.packs));
    let reader = Reader { context, shared: &shared, above: &above };
    for service in table.tables("service") {
        let read = reader.service(&service, pack);
        pack.schedule.services.extend(read);
    }
    pack.schedule.stops.extend(table.tables("stop").iter().filter_map(|stop| reader.stop(stop)));
    pack.schedule.holds.extend(table.tables("hold").iter().filter_map(|hold| reader.hold(hold)));
    if let Some(decline) = table.get("decline").and_then(|item| item.table()) {
        pack.schedule.decline = reader.decline(&decline);
    }
    for series in table.tables("series") {
        let read = reader.series(&series, pack);
        pack.schedule.series.extend(read);
    }
    pack.schedule.conflicts.extend(table.tables("conflict").iter().filter_map(|conflict| reader.conflict(conflict)));
}

/// What every expression of a schedule sees: the person's sheet, and the latest record of each form.
fn shared_scope(packs: &Packs) -> Scope {
    let mut scope = Scope::new();
    scope.add("today", Kind::Date);
    for form in packs.forms() {
        scope.add(&format!("{}.at", form.id), Kind::Date);
        for field in form.columns() {
            scope.add_field_as(&format!("{}.{}", form.id, field.id), field);
        }
    }
    if let Some(sheet) = packs.forms().find(|form| form.is_person_sheet()) {
        for field in sheet.columns() {
            scope.add_field_as(&format!("resident.{}", field.id), field);
        }
    }
    scope
}

/// Adds what one record of a form is asked under: its fields and derived values, and `at`.
fn add_record(scope: &mut Scope, prefix: &str, form: &Form) {
    for field in form.columns() {
        scope.add_field_as(&format!("{prefix}{}", field.id), field);
    }
    scope.add(&format!("{prefix}at"), Kind::Date);
}

/// Reads the tables of one file.
struct Reader<'a> {
    context: &'a Context<'a>,
    shared: &'a Arc<Scope>,
    above: &'a Origin,
}

impl Reader<'_> {
    /// The names about a record of a form; any name when the form is missing or broken.
    fn scope(&self, form: Option<&Form>) -> Scope {
        let Some(form) = form else { return Scope::open() };
        let mut scope = Scope::within(self.shared);
        add_record(&mut scope, "", form);
        scope
    }

    fn form(&self, table: &Table<'_>, key: &'static str) -> Option<(Arc<str>, Option<&Form>)> {
        let text = table.text(key)?;
        self.context.index.refer(What::Form, &text, self.context.sink);
        let form = self.context.packs.form(&text.value);
        Some((text.value.as_str().into(), form))
    }

    fn service(&self, table: &Table<'_>, pack: &mut Pack) -> Option<Service> {
        let context = self.context;
        let id = table.key_text("id")?;
        let name = table.string("name");
        let origin = context.origin(table, Some(self.above), &name, pack);
        let (after, anchor) = self.form(table, "after").unwrap_or_else(|| ("".into(), None));
        let every = table.get("every").and_then(|item| every(&item));
        let mut scope = self.scope(anchor);
        let from = context.opt_expr(table, "from", &scope, &DATE);
        if let Some(Every::Calendar(_)) = every {
            scope.add("period_start", Kind::Date);
            scope.add("period_end", Kind::Date);
        }
        let mut by: Vec<Arc<str>> = Vec::new();
        for form in table.texts("by") {
            context.index.refer(What::Form, &form, context.sink);
            by.push(form.value.into());
        }
        if by.is_empty() && every.is_some() {
            by.push(after.clone());
        }
        let by_when = context.opt_expr(table, "by_when", &self.by_scope(&by, anchor, &scope), &[Kind::Bool]);
        let service = Service {
            id: context.own_id(&id),
            name,
            name_en: context.name_en(table),
            meaning: table.opt_string("meaning"),
            source: origin.source,
            verified: origin.verified,
            place: table.place(),
            after,
            each: table.flag("each").unwrap_or(false),
            when: context.opt_expr(table, "when", &scope, &[Kind::Bool]),
            from,
            open: span(table, "open"),
            due: span(table, "due"),
            close: span(table, "close"),
            lapse: span(table, "lapse"),
            every,
            times: within(table, "times", 1, 100).unwrap_or(1),
            by,
            by_when,
            supersedes: self.services(table, "supersedes"),
            asks: table.flag("asks").unwrap_or(true),
            urgency: urgency(table),
        };
        if service.due.is_none() && every.is_none() {
            context.sink.push(Fault::new("PACK-0103").at(table.place()).with("key", "due"));
        }
        Some(service)
    }

    /// The names of `by_when`: those that all satisfying forms have, and the anchor's as `anchor.x`.
    fn by_scope(&self, by: &[Arc<str>], anchor: Option<&Form>, own: &Scope) -> Scope {
        let forms: Option<Vec<&Form>> = by.iter().map(|id| self.context.packs.form(id)).collect();
        let (Some(forms), Some(anchor)) = (forms, anchor) else { return Scope::open() };
        let mut scope = self.scope(forms.first().copied());
        for name in ["period_start", "period_end"] {
            if own.get(name).is_some() {
                scope.add(name, Kind::Date);
            }
        }
        for form in forms.iter().skip(1) {
            // A name that another form lacks is unknown in its records.
            for field in form.columns().filter(|field| scope.get(&field.id).is_none()).collect::<Vec<_>>() {
                scope.add_field(field);
            }
        }
        add_record(&mut scope, "anchor.", anchor);
        scope
    }

    fn services(&self, table: &Table<'_>, key: &'static str) -> Vec<Arc<str>> {
        let known = |id: &Text<'_>| self.context.index.refer(What::Service, id, self.context.sink);
        table.texts(key).into_iter().filter(known).map(|id| id.value.as_str().into()).collect()
    }

    /// `"pack"`, `"all"` or a list of services.
    fn reach(&self, table: &Table<'_>) -> Reach {
        match table.get("services") {
            None => Reach::Pack,
            Some(item) if item.is_text() => {
                if item.word(&[("pack", false), ("all", true)]).unwrap_or(false) {
                    Reach::All
                } else {
                    Reach::Pack
                }
            }
            Some(_) => Reach::Only(self.services(table, "services")),
        }
    }

    fn stop(&self, table: &Table<'_>) -> Option<Stop> {
        let form = self.form(table, "form");
        let resumed_by = table.opt_text("resumed_by");
        let resumed_by = resumed_by.filter(|form| self.context.index.refer(What::Form, form, self.context.sink));
        let services = self.reach(table);
        let reason = table.string("reason");
        table.opt_string("source");
        let scope = self.scope(form.as_ref().and_then(|(_, form)| *form));
        let when = self.context.opt_expr(table, "when", &scope, &[Kind::Bool]);
        Some(Stop {
            place: table.place(),
            form: form?.0,
            when,
            resumed_by: resumed_by.map(|form| form.value.into()),
            services,
            reason: reason.into(),
        })
    }

    fn hold(&self, table: &Table<'_>) -> Option<Hold> {
        let form = self.form(table, "form");
        let found = form.as_ref().and_then(|(_, form)| *form);
        let scope = self.scope(found);
        let services = self.reach(table);
        let reason = table.string("reason");
        table.opt_string("source");
        let hold = Hold {
            place: table.place(),
            when: self.context.opt_expr(table, "when", &scope, &[Kind::Bool]),
            until: self.context.opt_expr(table, "until", &scope, &DATE),
            product: self.field(table, "product", found, false, &[Kind::Text]),
            services,
            reason: reason.into(),
            form: form?.0,
        };
        Some(hold)
    }

    fn decline(&self, table: &Table<'_>) -> Option<Decline> {
        let form = self.form(table, "form");
        let found = form.as_ref().and_then(|(_, form)| *form);
        let service = self.field(table, "service", found, true, &[Kind::Text]);
        let wish = self.field(table, "wish", found, true, &[Kind::Bool]);
        table.opt_string("source");
        table.need("again")?;
        Some(Decline {
            place: table.place(),
            again: span(table, "again")?,
            asks: within(table, "asks", 0, 9).unwrap_or(2),
            form: form?.0,
            service: service?,
            wish: wish?,
        })
    }

    /// A field of a form, of one of these kinds.
    fn field(&self, table: &Table<'_>, key: &'static str, form: Option<&Form>, needed: bool, kinds: &[Kind]) -> Option<Arc<str>> {
        let text = if needed { table.text(key)? } else { table.opt_text(key)? };
        let form = form?;
        let Some(field) = form.field(&text.value) else {
            let fault = Fault::new("PACK-0302").at(text.place()).with("what", "字段").with("id", &text.value);
            self.context.sink.push(near(fault, &text.value, form.fields.iter().map(|field| &*field.id)));
            return None;
        };
        let kind = field.kind.kind();
        if !kinds.contains(&kind) || field.kind == FieldType::Choices {
            let fault = Fault::new("PACK-0209").at(text.place()).with("expected", kinds[0].chinese());
            self.context.sink.push(fault.with("found", qianmo_core::form::kind_name(&field.kind)));
        }
        Some(field.id.clone())
    }

    fn opt_expr(&self, table: &Table<'_>, key: &'static str, scope: &Scope, wanted: &[Kind]) -> Option<Expr> {
        self.context.opt_expr(table, key, scope, wanted)
    }
}

/// A span; a misshaped one is reported.
fn span(table: &Table<'_>, key: &'static str) -> Option<Span> {
    read_span(&table.opt_text(key)?, table)
}

fn read_span(text: &Text<'_>, table: &Table<'_>) -> Option<Span> {
    let span = Span::parse(&text.value);
    if span.is_none() {
        table.sink.push(Fault::new("PACK-0210").at(text.place()).with("text", &text.value));
    }
    span
}

/// A calendar period or a span.
fn every(item: &Item<'_>) -> Option<Every> {
    let cycles = [
        ("year", Cycle::Year),
        ("half", Cycle::Half),
        ("quarter", Cycle::Quarter),
        ("month", Cycle::Month),
        ("ten_days", Cycle::TenDays),
        ("week", Cycle::Week),
        ("day", Cycle::Day),
    ];
    let text = item.text()?;
    match Span::parse(&text.value) {
        Some(span) => Some(Every::Span(span)),
        None => item.word(&cycles).map(Every::Calendar),
    }
}

/// A whole number within bounds, both included.
fn within(table: &Table<'_>, key: &'static str, low: u32, high: u32) -> Option<u32> {
    let item = table.get(key)?;
    let number = item.integer()?;
    u32::try_from(number).ok().filter(|n| (low..=high).contains(n)).or_else(|| item.wrong(&format!("{low} 到 {high} 的整数")))
}

fn urgency(table: &Table<'_>) -> u8 {
    within(table, "urgency", 1, 9).and_then(|n| u8::try_from(n).ok()).unwrap_or(5)
}
