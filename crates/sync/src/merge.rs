//! The merge of two edits of one record, field by field, against what both started from.
//!
//! A field that one edit changed is as that edit has it. A field that both changed to different values is as the edit with the later date
//! of service has it; on the same date, as the one that reached the server later.
//!
//! Between two servers "later" would differ, for each has its own edits first. There [`replay`] makes the result from the edits alone, whatever
//! the order in which they came. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use qianmo_core::{Action, Date, Form, Record, RecordId, Value};
use qianmo_wire::sync::{FieldMerge, Notice, Side};

/// Two edits made one.
#[derive(Debug, Clone, PartialEq)]
pub struct Merged {
    /// The second edit, completed with what the first changed; it supersedes the first.
    pub record: Record,
    /// What became of each part that one of them changed.
    pub parts: Vec<Part>,
}

/// What became of a field, or of `at`, `area`, `organisation`, `subject`.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Its name.
    pub field: Arc<str>,
    /// Before both, as the first and as the second edit has it.
    pub values: [Value; 3],
    /// Whether the second edit's value holds.
    pub second_holds: bool,
    /// Whether both changed it, to different values.
    pub both: bool,
}

/// Merges `second` into `first`; both corrected `base` (or a correction of it).
#[must_use]
pub fn merge(base: &Record, first: &Record, second: &Record) -> Merged {
    let later = second.at >= first.at;
    let mut parts = Vec::new();
    let mut values = BTreeMap::new();
    let fields: BTreeSet<&Arc<str>> = base.values.keys().chain(first.values.keys()).chain(second.values.keys()).collect();
    let of = |record: &Record, field: &str| record.values.get(field).cloned().unwrap_or_default();
    for field in fields {
        let all = [of(base, field), of(first, field), of(second, field)];
        let value = all[if takes_second(field, &all, later, &mut parts) { 2 } else { 1 }].clone();
        if !value.is_null() {
            values.insert(field.clone(), value);
        }
    }
    let all = [base, first, second];
    let mut holds = |name: &str, of: &dyn Fn(&Record) -> Value| takes_second(&name.into(), &all.map(of), later, &mut parts);
    let from = |second_holds: bool| if second_holds { second } else { first };
    let at = from(holds("at", &|record| Value::Date(record.at))).at;
    let area = from(holds("area", &|record| Value::text(&record.area.to_string()))).area;
    let organisation =
        from(holds("organisation", &|record| record.organisation.map_or(Value::Null, |id| Value::text(&id.to_string())))).organisation;
    let whose = from(holds("subject", &|record| Value::text(&record.subject.id.to_string())));
    let record = Record {
        action: Action::Supersede(first.id),
        form_version: first.form_version.max(second.form_version),
        subject: whose.subject.clone(),
        resident: whose.resident,
        area,
        organisation,
        at,
        values,
        ..second.clone()
    };
    Merged { record, parts }
}

/// An edit as its writer sent it, with what they started from.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// The correction; it names what it corrects.
    pub record: Record,
    /// What that was, as its writer knew it.
    pub base: Record,
    /// Whether it came from the other server. Each server's own edits know those before them.
    pub theirs: bool,
}

/// What a statement and its corrections say together: a function of the edits, the same on both servers that have them. `edits` stand in the order of
/// one of the two logs.
///
/// The edits are gone through so that each comes after those that it knew (what it corrects, and those of its own server before it), else by
/// date of service and id. Each changes what it changed of its base; where one that it didn't know changed the same, the later date of service
/// holds, then the greater id.
#[must_use]
pub fn replay(root: &Record, edits: &[Edit]) -> Record {
    let mut knew: BTreeMap<RecordId, Vec<RecordId>> = BTreeMap::new();
    let mut last = [None, None];
    for edit in edits {
        let before = &mut last[usize::from(edit.theirs)];
        knew.insert(edit.record.id, target(&edit.record).into_iter().chain(*before).collect());
        *before = Some(edit.record.id);
    }
    let built_on = |later: RecordId, earlier: RecordId| {
        let (mut seen, mut todo) = (BTreeSet::new(), vec![later]);
        while let Some(at) = todo.pop() {
            if at == earlier {
                return true;
            }
            if seen.insert(at) {
                todo.extend(knew.get(&at).into_iter().flatten());
            }
        }
        false
    };
    let ids: BTreeSet<RecordId> = edits.iter().map(|edit| edit.record.id).collect();
    let mut left: Vec<&Edit> = edits.iter().collect();
    left.sort_by_key(|edit| (edit.record.at, edit.record.id));
    let mut done = BTreeSet::from([root.id]);
    let mut now = root.clone();
    let mut stamps: BTreeMap<Arc<str>, (Date, RecordId)> = BTreeMap::new();
    while !left.is_empty() {
        let next = left.iter().position(|edit| knew[&edit.record.id].iter().all(|id| done.contains(id) || !ids.contains(id))).unwrap_or(0);
        let edit = left.remove(next);
        done.insert(edit.record.id);
        let stamp = (edit.record.at, edit.record.id);
        let mut wins = |part: &str, [base, held, mine]: [&Value; 3]| {
            if mine == base || mine == held {
                return false;
            }
            let free = stamps.get(part).is_none_or(|held| built_on(stamp.1, held.1) || stamp > *held);
            let wins = held == base || free;
            if wins {
                stamps.insert(part.into(), stamp);
            }
            wins
        };
        let fields: BTreeSet<Arc<str>> =
            [&edit.base, &now, &edit.record].into_iter().flat_map(|record| record.values.keys().cloned()).collect();
        for field in fields {
            let of = |record: &Record| record.values.get(&field).cloned().unwrap_or_default();
            let mine = of(&edit.record);
            if wins(&field, [&of(&edit.base), &of(&now), &mine]) {
                if mine.is_null() { drop(now.values.remove(&field)) } else { drop(now.values.insert(field, mine)) }
            }
        }
        let area = |record: &Record| Value::text(&record.area.to_string());
        if wins("@area", [&area(&edit.base), &area(&now), &area(&edit.record)]) {
            now.area = edit.record.area;
        }
        let at = |record: &Record| Value::Date(record.at);
        if wins("@at", [&at(&edit.base), &at(&now), &at(&edit.record)]) {
            now.at = edit.record.at;
        }
    }
    now
}

fn target(record: &Record) -> Option<RecordId> {
    match &record.action {
        Action::State => None,
        Action::Supersede(target) | Action::Void { record: target, .. } => Some(*target),
    }
}

/// Decides on one part and notes it when one of the edits changed it.
fn takes_second(field: &Arc<str>, values: &[Value; 3], later: bool, parts: &mut Vec<Part>) -> bool {
    let [base, first, second] = values;
    let (first_changed, second_changed) = (first != base, second != base);
    let both = first_changed && second_changed && first != second;
    let second_holds = if both { later } else { second_changed };
    if first_changed || second_changed {
        parts.push(Part { field: field.clone(), values: values.clone(), second_holds, both });
    }
    second_holds
}

/// What is told of a merge. Values of fields that identify a person are left out.
#[must_use]
pub fn notice(form: &Form, first: &Record, second: &Record, parts: &[Part]) -> Notice {
    let side = |record: &Record| Side {
        record: record.id.to_string(),
        worker: record.worker.as_deref().map(str::to_owned),
        at: record.at.to_string(),
    };
    let field = |part: &Part| {
        let field = form.field(&part.field);
        let hidden = field.is_some_and(|field| field.identifies.is_some());
        let [before, first, second] = part.values.each_ref().map(|value| (!hidden && !value.is_null()).then(|| value.to_string()));
        FieldMerge {
            field: part.field.to_string(),
            name: field.map_or_else(String::new, |field| field.name.clone()),
            before,
            first,
            second,
            second_holds: part.second_holds,
            both: part.both,
        }
    };
    Notice {
        form: form.id.to_string(),
        subject: second.subject.id.to_string(),
        first: side(first),
        second: side(second),
        fields: parts.iter().map(field).collect(),
    }
}

/// The fields that two sheets of one profile both state, differently. Profiles are completed where they are read, in order of the dates, of
/// one day in order of writing: here it is only told which of the two that will be.
#[must_use]
pub fn profile_parts(first: &Record, second: &Record) -> Vec<Part> {
    let second_holds = (second.at, second.recorded_at) >= (first.at, first.recorded_at);
    let differing = second.values.iter().filter_map(|(field, value)| {
        let other = first.values.get(field).filter(|other| *other != value)?;
        Some(Part { field: field.clone(), values: [Value::Null, other.clone(), value.clone()], second_holds, both: true })
    });
    differing.collect()
}
