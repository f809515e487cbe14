//! The packs' groups prepared: references resolved, columns numbered, subjects found. What is wrong with a script is a
//! fault of the pack, found before the figures are looked at.

use std::collections::HashMap;
use std::sync::Arc;

use qianmo_core::Fault;
use qianmo_core::pack::{Group, Packs, Step};

use crate::bind::{Scope, Slot};
use crate::members::Owner;

/// The built-in group of communities and villages.
pub(crate) const VILLAGES: usize = 0;
/// The built-in group of the township itself.
pub(crate) const TOWNSHIP: usize = 1;

/// A group with its references.
#[derive(Debug)]
pub(crate) struct Prepared<'a> {
    /// `pack.group`, or the name of a built-in group.
    pub(crate) id: Arc<str>,
    /// Number of the pack; figures and lets are seen from there.
    pub(crate) pack: usize,
    /// The group as the pack has it; `None` for built-in groups.
    pub(crate) group: Option<&'a Group>,
    /// Numbers of the source groups.
    pub(crate) from: Vec<usize>,
    /// Number of the linked group.
    pub(crate) link: Option<usize>,
    /// Column names, in the order in which steps set them first.
    pub(crate) columns: Vec<Arc<str>>,
    /// Kind of the members' new subjects.
    pub(crate) kind: Option<Arc<str>>,
}

/// All groups in order.
#[derive(Debug)]
pub(crate) struct Script<'a> {
    /// Built-in groups first, then the packs' in order.
    pub(crate) groups: Vec<Prepared<'a>>,
    /// Whether a later group needs a group's members.
    pub(crate) needed: Vec<bool>,
}

impl<'a> Script<'a> {
    /// Prepares the groups of all packs.
    ///
    /// Faults: `SYNTH-0501` a group that doesn't exist or stands later.
    pub(crate) fn new(packs: &'a Packs) -> Result<Self, Vec<Fault>> {
        let mut groups = vec![built_in("villages", &["code", "kind", "name", "weight"]), built_in("township", &["code", "kind", "name"])];
        let mut numbers: HashMap<String, usize> = HashMap::from([("villages".to_owned(), VILLAGES), ("township".to_owned(), TOWNSHIP)]);
        let mut faults = Vec::new();
        for (pack_number, pack) in packs.packs.iter().enumerate() {
            for group in &pack.synth.groups {
                let id = if group.id.contains('.') { group.id.to_string() } else { format!("{}.{}", pack.id, group.id) };
                let mut find = |name: &str| {
                    let found = numbers.get(name).or_else(|| numbers.get(&format!("{}.{name}", pack.id))).copied();
                    if found.is_none() {
                        faults.push(Fault::new("SYNTH-0501").with("group", &id).with("name", name));
                    }
                    found.unwrap_or(VILLAGES)
                };
                let from = group.from.iter().map(|name| find(name)).collect();
                let link = group.link.as_ref().map(|link| find(&link.to));
                numbers.insert(id.clone(), groups.len());
                groups.push(Prepared {
                    id: id.into(),
                    pack: pack_number,
                    group: Some(group),
                    from,
                    link,
                    columns: columns(group),
                    kind: group.new.clone(),
                });
            }
        }
        let mut needed = vec![false; groups.len()];
        for group in &groups {
            group.from.iter().chain(&group.link).for_each(|&at| needed[at] = true);
        }
        if faults.is_empty() { Ok(Self { groups, needed }) } else { Err(faults) }
    }

    /// Where a name's value is found for members of a scope's group: own, then parent's, then link's.
    pub(crate) fn slot(&self, scope: Scope<'_>, name: &str) -> Option<Slot> {
        if let Some(at) = scope.temps.iter().rposition(|temp| **temp == *name) {
            return Some(Slot::Temp(at));
        }
        let group = &self.groups[scope.group];
        let column = group.columns.iter().position(|column| **column == *name);
        if let Some(column) = column.filter(|_| scope.own.is_none_or(|own| own.iter().any(|set| **set == *name))) {
            return Some(Slot::Own(column));
        }
        match name {
            "i" => Some(Slot::Number),
            "n" => Some(Slot::Size),
            "village" => Some(Slot::Village),
            _ => self.inherited(scope.group, name),
        }
    }

    fn inherited(&self, number: usize, name: &str) -> Option<Slot> {
        let group = &self.groups[number];
        if group.kind.as_deref() == Some(name) {
            return Some(Slot::Subject(Owner::Own));
        }
        let ways: Box<[_]> = group.from.iter().map(|&at| (at, self.far(at, name))).collect();
        if ways.iter().any(|(_, way)| way.is_some()) {
            return Some(Slot::Parent(ways));
        }
        let to = group.link?;
        self.far(to, name).map(|way| Slot::Link(to, Box::new(way)))
    }

    fn far(&self, number: usize, name: &str) -> Option<Slot> {
        match self.groups[number].columns.iter().position(|column| **column == *name) {
            Some(column) => Some(Slot::Own(column)),
            None => self.inherited(number, name),
        }
    }

    /// How to find the nearest subject of a kind from members of a group.
    pub(crate) fn owner(&self, number: usize, kind: &str) -> Option<Owner> {
        let group = &self.groups[number];
        if group.kind.as_deref() == Some(kind) {
            return Some(Owner::Own);
        }
        let ways: Box<[_]> = group.from.iter().map(|&at| (at, self.owner(at, kind))).collect();
        if ways.iter().any(|(_, way)| way.is_some()) {
            return Some(Owner::Parent(ways));
        }
        let to = group.link?;
        self.owner(to, kind).map(|way| Owner::Link(to, Box::new(way)))
    }

    /// The group and its sources, and theirs: whose counts decide how many can be drawn.
    pub(crate) fn lineage(&self, number: usize) -> Vec<usize> {
        let mut line = vec![number];
        let mut at = 0;
        while let Some(&next) = line.get(at) {
            for &source in &self.groups[next].from {
                if !line.contains(&source) {
                    line.push(source);
                }
            }
            at += 1;
        }
        line
    }
}

fn built_in<'a>(id: &str, columns: &[&str]) -> Prepared<'a> {
    let columns = columns.iter().map(|column| Arc::from(*column)).collect();
    Prepared { id: id.into(), pack: usize::MAX, group: None, from: Vec::new(), link: None, columns, kind: None }
}

fn columns(group: &Group) -> Vec<Arc<str>> {
    let mut columns: Vec<Arc<str>> = Vec::new();
    for step in &group.steps {
        if let Step::Set(name, _) | Step::Draw { name, .. } = step
            && !columns.contains(name)
        {
            columns.push(name.clone());
        }
    }
    columns
}
