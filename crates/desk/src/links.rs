//! What ties a person's records together beyond the subject: where they sat, and which entries are one person.
//!
//! The rule of merged entries, the same wherever records are read: a record of the form with a field `merged_into`
//! ([`Form::merges`](qianmo_core::form::Form::merges)) says that its subject is the same person as another entry. What was recorded about the entry
//! given up, episodes included, counts for the one kept; its sheets that locate don't. Withdrawing the record undoes it.

use std::collections::{BTreeSet, HashMap, HashSet};

use qianmo_core::{AreaCode, Date, Fault, SubjectId, Value};
use qianmo_store::{Cut, Row, RowRef, Scan, Store};

use crate::DueLists;
use crate::dossier::{borrowed, in_force};

/// Where somebody sat from a day on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    at: Date,
    seq: i64,
    area: AreaCode,
}

/// Somebody whose records lie in several leaves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Roamer {
    /// By day.
    places: Vec<Place>,
    /// Where records can lie: those of the places, of the entries given up and of visits.
    areas: BTreeSet<AreaCode>,
}

/// What is known of those who moved or were merged; nothing of all others.
#[derive(Debug, Clone, Default)]
pub(crate) struct Links {
    roamers: HashMap<SubjectId, Roamer>,
    /// The entry given up, and the one kept instead of it.
    merged: HashMap<SubjectId, SubjectId>,
}

/// How many entries can be given up one for the other; beyond it the chain is a circle.
const CHAIN_MAX: usize = 16;

impl Links {
    /// Reads them all, with the position up to which they hold.
    pub(crate) fn read(lists: &DueLists, store: &dyn Store) -> Result<(Self, Cut), Fault> {
        let forms: Vec<&str> = lists.linking().collect();
        let mut first: HashMap<SubjectId, AreaCode> = HashMap::new();
        let mut several: BTreeSet<SubjectId> = BTreeSet::new();
        // Withdrawn sheets too: records made while they stood may lie where they said.
        let cut = store.scan_changes(&Scan { forms: Some(&forms), ..Scan::default() }, &mut |row| {
            let merges = !lists.locates(row.form);
            if merges || *first.entry(row.subject).or_insert(row.area) != row.area {
                several.insert(row.subject);
            }
            Ok(())
        })?;
        drop(first);
        let mut links = Self::default();
        for subject in several {
            links.again(lists, store, subject)?;
        }
        Ok((links, cut))
    }

    /// Whom records about a subject or resident count for.
    pub(crate) fn kept(&self, mut id: SubjectId) -> SubjectId {
        for _ in 0..CHAIN_MAX {
            match self.merged.get(&id) {
                Some(next) => id = *next,
                None => return id,
            }
        }
        id
    }

    /// The owner of a row: whom it counts for.
    pub(crate) fn owner(&self, row: &RowRef<'_>) -> SubjectId {
        self.kept(row.resident.unwrap_or(row.subject))
    }

    /// The entries given up for one.
    pub(crate) fn given_up(&self, kept: SubjectId) -> Vec<SubjectId> {
        let mut all: Vec<SubjectId> = self.merged.keys().copied().filter(|id| self.kept(*id) == kept && *id != kept).collect();
        all.sort_unstable();
        all
    }

    /// Where somebody sits on a day, if they ever moved or were merged.
    pub(crate) fn home(&self, owner: SubjectId, on: Date) -> Option<(Date, AreaCode)> {
        let roamer = self.roamers.get(&owner)?;
        roamer.places.iter().rev().find(|place| place.at <= on).map(|place| (place.at, place.area))
    }

    /// Where records of somebody can lie, if in several leaves.
    pub(crate) fn areas(&self, owner: SubjectId) -> impl Iterator<Item = AreaCode> {
        self.roamers.get(&owner).into_iter().flat_map(|roamer| roamer.areas.iter().copied())
    }

    /// Those with records in any of some leaves and elsewhere too.
    pub(crate) fn roaming(&self, inside: &dyn Fn(AreaCode) -> bool) -> impl Iterator<Item = SubjectId> {
        self.roamers.iter().filter(move |(_, roamer)| roamer.areas.iter().any(|area| inside(*area))).map(|(owner, _)| *owner)
    }

    /// Notes that somebody who sits elsewhere left records here. Answers whether that is news.
    pub(crate) fn visited(&mut self, lists: &DueLists, store: &dyn Store, owner: SubjectId, here: AreaCode) -> Result<bool, Fault> {
        if self.roamers.get(&owner).is_some_and(|roamer| roamer.areas.contains(&here)) {
            return Ok(false);
        }
        let places = Self::places(lists, store, owner)?;
        if places.is_empty() || places.iter().all(|place| place.area == here) {
            return Ok(false);
        }
        let roamer = self.roamers.entry(owner).or_default();
        roamer.areas.extend(places.iter().map(|place| place.area).chain([here]));
        roamer.places = places;
        Ok(true)
    }

    /// As if one entry had been given up for another.
    pub(crate) fn with_merge(&self, given_up: SubjectId, kept: SubjectId) -> Self {
        let mut links = self.clone();
        links.merged.insert(given_up, kept);
        links
    }

    /// Takes over what another copy knows of somebody.
    pub(crate) fn take_over(&mut self, other: &Self, owner: SubjectId) {
        if let Some(roamer) = other.roamers.get(&owner) {
            self.roamers.entry(owner).or_default().areas.extend(roamer.areas.iter().copied());
            if let Some(held) = self.roamers.get_mut(&owner).filter(|held| held.places.is_empty()) {
                held.places.clone_from(&roamer.places);
            }
        }
    }

    /// Reads anew what ties one entry to others. Answers the owners concerned with the areas where their records lay or lie.
    pub(crate) fn again(&mut self, lists: &DueLists, store: &dyn Store, subject: SubjectId) -> Result<Vec<(SubjectId, AreaCode)>, Fault> {
        let before = self.kept(subject);
        let mut concerned: HashSet<(SubjectId, AreaCode)> = self.areas(before).map(|area| (before, area)).collect();
        match Self::merge(lists, store, subject)? {
            Some(kept) if kept != subject => self.merged.insert(subject, kept),
            _ => self.merged.remove(&subject),
        };
        let after = self.kept(subject);
        for owner in BTreeSet::from([before, after, subject]) {
            self.settle(lists, store, owner)?;
            let own = Self::places(lists, store, owner)?;
            concerned.extend(own.iter().map(|place| (owner, place.area)));
            concerned.extend(self.areas(owner).map(|area| (owner, area)));
        }
        Ok(concerned.into_iter().collect())
    }

    fn settle(&mut self, lists: &DueLists, store: &dyn Store, owner: SubjectId) -> Result<(), Fault> {
        let mut areas = self.roamers.remove(&owner).map(|roamer| roamer.areas).unwrap_or_default();
        if self.merged.contains_key(&owner) {
            return Ok(());
        }
        let rows = store.records_of(owner)?;
        areas.extend(rows.iter().map(Row::head).filter(|head| lists.locates(&head.form)).map(|head| head.area));
        let places = Self::places(lists, store, owner)?;
        let given_up = self.given_up(owner);
        for other in &given_up {
            areas.extend(store.records_of(*other)?.iter().map(|row| row.head().area));
        }
        if areas.len() > 1 || !given_up.is_empty() {
            self.roamers.insert(owner, Roamer { places, areas });
        }
        Ok(())
    }

    fn places(lists: &DueLists, store: &dyn Store, subject: SubjectId) -> Result<Vec<Place>, Fault> {
        let rows = store.records_of(subject)?;
        let locating = in_force(&rows).filter(|row| lists.locates(&row.head().form));
        let mut places: Vec<Place> = locating.map(|row| Place { at: row.head().at, seq: row.seq, area: row.head().area }).collect();
        places.sort_unstable();
        Ok(places)
    }

    /// The entry kept instead of this one: by the latest record that says so.
    fn merge(lists: &DueLists, store: &dyn Store, subject: SubjectId) -> Result<Option<SubjectId>, Fault> {
        let Some(form) = lists.packs().merge_form() else { return Ok(None) };
        let Some(field) = form.merges() else { return Ok(None) };
        let rows = store.records_of(subject)?;
        let mut kept = None;
        for row in in_force(&rows).filter(|row| row.head().form == form.id) {
            qianmo_store::parse_values(borrowed(row).values, &mut |name, raw| {
                if name == &*field.id
                    && let Some(Value::Text(id)) = raw.value(field.kind.kind())
                {
                    kept = id.parse().ok();
                }
                Ok(())
            })?;
        }
        Ok(kept)
    }
}
