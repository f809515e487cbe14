//! Nobody is scored, paid or given targets for a person's reproductive choice.

use std::collections::{BTreeMap, BTreeSet};

use qianmo_core::pack::{Indicator, Packs, Term};
use qianmo_core::{Fault, Place};
use toml::Spanned;
use toml::de::DeValue;

use super::lineage::{self, Choice};
use crate::part::{Doc, FileKind};
use crate::source::Sink;

/// Marks indicators on choices, and refuses `better` and targets for them and for mere statistics.
pub(super) fn check(packs: &mut Packs, docs: &[Doc<'_>], sink: &Sink) {
    let places = indicator_places(docs);
    for id in mark(packs) {
        let place = places.get(id.as_str()).map(|place| place.id.clone()).unwrap_or_default();
        sink.warn(Fault::new("PACK-0802").at(place).with("id", &id));
    }
    let kind = |id: &str| packs.indicator(id).map(|found| (found.choice, found.statistic)).unwrap_or_default();
    let report = |id: &str, key: &str, place: Place| match kind(id) {
        (true, _) => sink.push(Fault::new("PACK-0502").at(place).with("id", id).with("key", key)),
        (_, true) => sink.push(Fault::new("PACK-0503").at(place).with("id", id).with("key", key)),
        _ => {}
    };
    for (id, place) in &places {
        if let Some(better) = &place.better {
            report(id, "better", better.clone());
        }
    }
    for (id, place) in targets(docs) {
        report(&id, "targets", place);
    }
    for (id, place) in planned(docs, packs) {
        report(&id, "计划", place);
    }
}

/// Sets `choice` on indicators that read a choice, and names those that didn't say so themselves.
fn mark(packs: &mut Packs) -> Vec<String> {
    let views = lineage::of_views(packs);
    let mut choices: BTreeSet<String> = BTreeSet::new();
    loop {
        let found: Vec<String> = packs
            .indicators()
            .filter(|indicator| !choices.contains(&*indicator.id) && reads(indicator, &views, &choices))
            .map(|indicator| indicator.id.to_string())
            .collect();
        if found.is_empty() {
            break;
        }
        choices.extend(found);
    }
    let mut unsaid = Vec::new();
    for indicator in packs.packs.iter_mut().flat_map(|pack| &mut pack.indicators) {
        if choices.contains(&*indicator.id) && !indicator.choice {
            indicator.choice = true;
            unsaid.push(indicator.id.to_string());
        }
    }
    unsaid
}

fn reads(indicator: &Indicator, views: &BTreeMap<String, Choice>, choices: &BTreeSet<String>) -> bool {
    let view = indicator.view.as_ref().and_then(|id| views.get(&**id));
    indicator.choice
        || [Some(&indicator.numerator), indicator.denominator.as_ref()].into_iter().flatten().any(|term| match term {
            Term::Row(expr) => view.is_some_and(|choice| choice.touches(expr.names().iter().map(AsRef::as_ref))),
            Term::Indicators(expr) => expr.names().iter().any(|name| choices.contains(name.trim_end_matches(".denominator"))),
        })
}

/// Where an indicator stands in its file.
struct Stands {
    id: Place,
    better: Option<Place>,
}

fn indicator_places(docs: &[Doc<'_>]) -> BTreeMap<String, Stands> {
    let mut places = BTreeMap::new();
    for doc in docs.iter().filter(|doc| doc.kind == FileKind::Indicators) {
        for table in rows(doc, "indicator").iter().filter_map(|item| item.get_ref().as_table()) {
            let Some(id) = table.get("id").filter(|id| id.get_ref().is_str()) else { continue };
            let better = table.get("better").map(|better| doc.source.place(better.span().start));
            let stands = Stands { id: doc.source.place(id.span().start), better };
            places.insert(id.get_ref().as_str().unwrap_or("").to_owned(), stands);
        }
    }
    places
}

fn rows<'a>(doc: &'a Doc<'_>, key: &str) -> &'a [Spanned<DeValue<'a>>] {
    doc.toml.as_ref().and_then(|toml| toml.get_ref().get(key)?.get_ref().as_array()).map_or(&[], |array| array)
}

/// Indicators with a row in a table of targets.
fn targets(docs: &[Doc<'_>]) -> Vec<(String, Place)> {
    let mut found = Vec::new();
    let is_targets = |doc: &&Doc<'_>| doc.kind == FileKind::Table && doc.source.file.ends_with("/targets.toml");
    for doc in docs.iter().filter(is_targets) {
        let cells = rows(doc, "rows").iter().filter_map(|row| row.get_ref().as_array()).flat_map(|row| row.iter());
        for cell in cells {
            if let Some(text) = cell.get_ref().as_str() {
                found.push((text.to_owned(), doc.source.place(cell.span().start)));
            }
        }
    }
    found
}

/// Indicators named in the part of a summary that makes next year's plan.
fn planned(docs: &[Doc<'_>], packs: &Packs) -> Vec<(String, Place)> {
    let mut found = Vec::new();
    let ids: BTreeSet<&str> = packs.indicators().map(|indicator| &*indicator.id).collect();
    for doc in docs.iter().filter(|doc| doc.kind == FileKind::Summary) {
        let Some(plan) = doc.source.text.find("\n## 计划") else { continue };
        let text = &doc.source.text[plan..];
        let outside = |c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.');
        let mut at = 0;
        for word in text.split_inclusive(outside) {
            let id = word.trim_end_matches(outside);
            if ids.contains(id) {
                found.push((id.to_owned(), doc.source.place(plan + at)));
            }
            at += word.len();
        }
    }
    found
}
