//! `pack.toml`: what the pack is, and the order in which packs need each other.

use std::cell::RefCell;
use std::sync::Arc;

use qianmo_core::Fault;
use qianmo_core::pack::{Pack, Packs, Sensitivity};

use super::{Context, Doc, FileKind};
use crate::expression::Scope;
use crate::index::{Index, What};
use crate::reader::Table;
use crate::source::Sink;

/// Reads every `pack.toml` and sorts the packs by need.
pub(super) fn read(docs: &[Doc<'_>], index: &Index, sink: &Sink) -> Packs {
    for doc in docs.iter().filter(|doc| !doc.pack.is_empty() && !index.has(What::Pack, doc.pack)) {
        sink.push(Fault::new("PACK-0108").at(doc.source.place(0)).with("pack", doc.pack));
    }
    let mut packs = Vec::new();
    for doc in docs.iter().filter(|doc| doc.kind == FileKind::Manifest) {
        if let Some(table) = doc.root(sink) {
            packs.push(read_one(&table, doc, index));
        } else {
            packs.push(empty(doc.pack));
        }
    }
    Packs { packs: by_need(packs, docs, sink) }
}

fn empty(id: &str) -> Pack {
    Pack { id: id.into(), ..Pack::default() }
}

fn read_one(table: &Table<'_>, doc: &Doc<'_>, index: &Index) -> Pack {
    let (nothing, groups) = (Packs::default(), RefCell::default());
    let person = Scope::new();
    let context = Context { sink: table.sink, index, packs: &nothing, pack: doc.pack, groups: &groups, sources: &[], person: &person };
    if let Some(id) = table.text("id") {
        if id.value != doc.pack {
            table.sink.push(Fault::new("PACK-0111").at(id.place()).with("id", &id.value).with("folder", doc.pack));
        }
        context.id(&id);
    }
    let mut pack = empty(doc.pack);
    pack.name = table.string("name");
    pack.name_en = context.name_en(table);
    pack.norm = table.string("norm");
    let from = table.need("in_force_from").and_then(|item| item.date());
    let to = table.get("in_force_to").and_then(|item| Some((item.date()?, item.place())));
    pack.in_force = (from, to.as_ref().map(|(to, _)| *to));
    if let (Some(from), Some((to, place))) = (from, to)
        && to < from
    {
        table.sink.push(Fault::new("PACK-0113").at(place).with("low", from).with("high", to));
    }
    pack.author = table.string("author");
    pack.needs = table
        .texts("needs")
        .iter()
        .filter(|need| index.refer(What::Pack, need, table.sink))
        .map(|need| need.value.as_str().into())
        .collect();
    let levels = [("routine", Sensitivity::Routine), ("sensitive", Sensitivity::Sensitive), ("restricted", Sensitivity::Restricted)];
    pack.sensitivity = table.word("sensitivity", &levels);
    pack.order = table.integer("order").unwrap_or(0);
    for subject in table.tables("subject") {
        if let Some(id) = subject.key_text("id") {
            pack.subjects.push((context.id(&id), subject.string("name")));
        }
    }
    if table.flag("verified") == Some(false) {
        pack.unverified.push(format!("{}（{}）", pack.norm, table.place()));
    }
    pack
}

/// Packs after those they need; the rest of a circle is reported and stays at the end.
fn by_need(mut waiting: Vec<Pack>, docs: &[Doc<'_>], sink: &Sink) -> Vec<Pack> {
    let mut sorted: Vec<Pack> = Vec::new();
    loop {
        let ready = |pack: &Pack| pack.needs.iter().all(|need| sorted.iter().any(|held| held.id == *need));
        let Some(next) = waiting.iter().position(ready) else { break };
        sorted.push(waiting.remove(next));
    }
    let circle: Vec<Arc<str>> = waiting.iter().map(|pack| pack.id.clone()).collect();
    for pack in &waiting {
        let place = docs.iter().find(|doc| doc.kind == FileKind::Manifest && *doc.pack == *pack.id).map(|doc| needs_place(doc));
        sink.push(Fault::new("PACK-0303").at(place.unwrap_or_default()).with("packs", circle.join("、")));
    }
    sorted.extend(waiting);
    sorted
}

fn needs_place(doc: &Doc<'_>) -> qianmo_core::Place {
    let at = doc.toml.as_ref().and_then(|toml| toml.get_ref().get("needs")).map_or(0, |needs| needs.span().start);
    doc.source.place(at)
}
