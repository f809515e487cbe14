//! Due lists: the schedules of all packs asked for everybody who sits in an area.
//!
//! A person is asked about with all records in force, the episodes' included, wherever they were made; a list of a village
//! holds those who sit there on the day (the latest locating record up to it). Organisations and areas are listed where they sit.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use qianmo_access::consent::{Rules, Standing};
use qianmo_core::consent::Processing;
use qianmo_core::pack::{Packs, Sensitivity};
use qianmo_core::schedule::{Fact, Item, Planner, Wanted};
use qianmo_core::{AreaCode, AreaKind, AreaTree, Date, Fault, SubjectId};
use qianmo_store::{RowRef, Scan, Store};

use crate::dossier::{Dossier, Dossiers, People, Readable};
use crate::key::Key;
use crate::links::Links;

/// One line of a due list.
#[derive(Debug, Clone, PartialEq)]
pub struct Due {
    /// What, for whom, when and why.
    pub item: Item,
    /// The name of the person, organisation or area; empty when no record tells it.
    pub name: String,
    /// The leaf where they sit on the day.
    pub area: AreaCode,
    /// Whether they agreed that the village committee passes on appointments.
    pub reminds: bool,
}

impl Due {
    /// Whose line it is: the resident's where there is one.
    #[must_use]
    pub fn owner(&self) -> SubjectId {
        self.item.resident.unwrap_or(self.item.subject)
    }

    /// The programme that asks.
    #[must_use]
    pub fn pack(&self) -> &str {
        self.item.service.split('.').next().unwrap_or_default()
    }
}

/// Among whom a list is made.
#[derive(Clone, Copy)]
pub(crate) struct Among<'a> {
    /// Those who sit in these leaves.
    pub(crate) inside: &'a BTreeSet<AreaCode>,
    /// These are all leaves that there are.
    pub(crate) everywhere: bool,
}

/// What to ask.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// The day.
    pub on: Date,
    /// Everything, or only what is due or overdue.
    pub wanted: Wanted,
    /// Also what restricted programmes ask for.
    pub restricted: bool,
}

/// The schedules of a set of packs, ready to be asked against a store.
#[derive(Debug)]
pub struct DueLists {
    packs: Arc<Packs>,
    planner: Planner,
    forms: HashMap<Arc<str>, Readable>,
    restricted: HashSet<Arc<str>>,
    consent: Rules,
    unasked: Standing,
}

impl DueLists {
    /// Compiles the schedules.
    #[must_use]
    pub fn new(packs: Arc<Packs>) -> Self {
        let planner = Planner::new(&packs);
        let consent = Rules::of(&packs);
        let readable = packs.forms().map(|form| (form, Readable::of(form, &planner, &consent)));
        let needed = readable.filter(|(form, readable)| readable.number.is_some() || form.locates || readable.consents);
        let forms = needed.map(|(form, readable)| (form.id.clone(), readable)).collect();
        let secret = packs.packs.iter().filter(|pack| pack.sensitivity == Sensitivity::Restricted);
        let restricted = secret.map(|pack| pack.id.clone()).collect();
        let unasked = consent.unasked();
        Self { packs, planner, forms, restricted, consent, unasked }
    }

    /// The compiled schedules.
    #[must_use]
    pub fn planner(&self) -> &Planner {
        &self.planner
    }

    /// The programmes.
    #[must_use]
    pub fn packs(&self) -> &Arc<Packs> {
        &self.packs
    }

    /// What is to be done in an area, most urgent first, in the order of [`Key`].
    ///
    /// Errors: as [`Self::people`].
    pub fn area(&self, store: &dyn Store, areas: &AreaTree, area: AreaCode, asked: Asked) -> Result<Vec<Due>, Fault> {
        Ok(self.list(&self.people(store, areas, area, asked.on)?, areas, asked))
    }

    /// Everybody who sits in an area on a day, with what schedules read of them.
    ///
    /// Errors: `CORE-0104` an area that isn't in the tree; as [`Store::scan`].
    pub fn people(&self, store: &dyn Store, areas: &AreaTree, area: AreaCode, on: Date) -> Result<People, Fault> {
        areas.require(area)?;
        let (mut links, _) = Links::read(self, store)?;
        let inside: BTreeSet<AreaCode> = areas.leaves(area).into_iter().chain([area]).collect();
        let everywhere = areas.iter().filter(|held| held.kind >= AreaKind::Township).all(|held| inside.contains(&held.code));
        let (people, _) = self.people_in(store, &mut links, Among { inside: &inside, everywhere }, on)?;
        Ok(people)
    }

    /// Everybody who sits in some leaves on a day. Gives also who turned out to have left records here while sitting elsewhere.
    pub(crate) fn people_in(
        &self,
        store: &dyn Store,
        links: &mut Links,
        among: Among<'_>,
        on: Date,
    ) -> Result<(People, Vec<SubjectId>), Fault> {
        let Among { inside, everywhere } = among;
        let mut dossiers = Dossiers::new();
        let leaves: Vec<AreaCode> = inside.iter().copied().collect();
        let forms: Vec<&str> = self.forms.keys().map(AsRef::as_ref).collect();
        let scan = Scan { forms: Some(&forms), areas: (!everywhere).then_some(&leaves[..]), ..Scan::default() };
        store.scan(&scan, &mut |row| self.take(links, dossiers.entry(links.owner(row)).or_default(), row, on))?;
        for (owner, dossier) in &mut dossiers {
            if let Some(home) = links.home(*owner, on) {
                dossier.home = Some(home);
            }
        }
        // Records are made where their subject sat at the time: whoever has none here that locates may have been here only once.
        let mut visitors = Vec::new();
        for (owner, dossier) in dossiers.iter_mut().filter(|(owner, dossier)| dossier.home.is_none() && owner.as_area().is_none()) {
            if let Some(here) = dossier.sits()
                && links.visited(self, store, *owner, here)?
            {
                visitors.push(*owner);
                dossier.home = links.home(*owner, on);
            }
        }
        if !everywhere {
            let lives_here = |owner: &SubjectId| links.home(*owner, on).is_some_and(|(_, home)| inside.contains(&home));
            let came: BTreeSet<SubjectId> = links.roaming(&|area| inside.contains(&area)).filter(lives_here).collect();
            for owner in &came {
                dossiers.remove(owner);
            }
            dossiers.extend(self.people_of(store, links, &came, on)?.dossiers);
        }
        dossiers.retain(|owner, dossier| !dossier.is_empty() && dossier.home_of(*owner).is_some_and(|home| inside.contains(&home)));
        Ok((People { dossiers }, visitors))
    }

    /// What is to be done for one resident (or organisation, household, area), with everything recorded anywhere.
    /// Of an entry given up: what is to be done for the one kept.
    ///
    /// Errors: as [`Store::scan`].
    pub fn subject(&self, store: &dyn Store, areas: &AreaTree, subject: SubjectId, asked: Asked) -> Result<Vec<Due>, Fault> {
        let (links, _) = Links::read(self, store)?;
        let owners = BTreeSet::from([links.kept(subject)]);
        Ok(self.list(&self.people_of(store, &links, &owners, asked.on)?, areas, asked))
    }

    /// What is read of some owners, wherever it was recorded.
    pub(crate) fn people_of(&self, store: &dyn Store, links: &Links, owners: &BTreeSet<SubjectId>, on: Date) -> Result<People, Fault> {
        let mut dossiers = Dossiers::new();
        let ids: Vec<SubjectId> = owners.iter().flat_map(|owner| [*owner].into_iter().chain(links.given_up(*owner))).collect();
        let forms: Vec<&str> = self.forms.keys().map(AsRef::as_ref).collect();
        for ids in ids.chunks(500) {
            store.scan(&Scan { forms: Some(&forms), residents: Some(ids), ..Scan::default() }, &mut |row| {
                let owner = links.owner(row);
                if owners.contains(&owner) { self.take(links, dossiers.entry(owner).or_default(), row, on) } else { Ok(()) }
            })?;
        }
        for (owner, dossier) in &mut dossiers {
            dossier.home = links.home(*owner, on).or(dossier.home);
        }
        Ok(People { dossiers })
    }

    /// The forms that say where somebody sits or that two entries are one person.
    pub(crate) fn linking(&self) -> impl Iterator<Item = &str> {
        let locating = self.forms.iter().filter(|(_, form)| form.locates).map(|(id, _)| &**id);
        locating.chain(self.packs.merge_form().map(|form| &*form.id))
    }

    pub(crate) fn locates(&self, form: &str) -> bool {
        self.forms.get(form).is_some_and(|form| form.locates)
    }

    pub(crate) fn links(&self, form: &str) -> bool {
        self.locates(form) || self.packs.merge_form().is_some_and(|merge| &*merge.id == form)
    }

    /// Takes a row into its owner's dossier.
    pub(crate) fn take(&self, links: &Links, dossier: &mut Dossier, row: &RowRef<'_>, on: Date) -> Result<(), Fault> {
        let Some(form) = self.forms.get(row.form) else { return Ok(()) };
        let subject = links.kept(row.subject);
        if form.locates && subject != row.subject {
            return Ok(());
        }
        dossier.take(form, &RowRef { subject, resident: row.resident.map(|resident| links.kept(resident)), ..*row }, &self.consent, on)
    }

    /// What is to be done for these people, in the order of [`Self::area`].
    #[must_use]
    pub fn list(&self, people: &People, areas: &AreaTree, asked: Asked) -> Vec<Due> {
        let mut all: Vec<(&SubjectId, &Dossier, AreaCode)> = Vec::with_capacity(people.dossiers.len());
        for (subject, dossier) in &people.dossiers {
            all.extend(dossier.home_of(*subject).map(|home| (subject, dossier, home)));
        }
        all.sort_unstable_by_key(|(subject, ..)| **subject);
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(8);
        let share = all.len().div_ceil(threads).max(1);
        let mut lines: Vec<Due> = std::thread::scope(|scope| {
            let parts: Vec<_> = all.chunks(share).map(|part| scope.spawn(move || self.ask(part, areas, asked))).collect();
            parts.into_iter().flat_map(|part| part.join().unwrap_or_default()).collect()
        });
        lines.sort_unstable_by(|a, b| Key::of(a, asked.on).cmp(&Key::of(b, asked.on)));
        lines
    }

    fn ask(&self, part: &[(&SubjectId, &Dossier, AreaCode)], areas: &AreaTree, asked: Asked) -> Vec<Due> {
        let mut lines = Vec::new();
        let mut facts: Vec<Fact<'_>> = Vec::new();
        for (subject, dossier, home) in part {
            facts.clear();
            facts.extend(dossier.facts());
            let answered = (!dossier.answers.is_empty()).then(|| self.consent.standing(&dossier.answers, asked.on));
            let standing = answered.as_ref().unwrap_or(&self.unasked);
            let reminds = standing.allows(Processing::CommitteeReminder);
            for item in self.planner.items(&facts, asked.on, asked.wanted) {
                let pack = item.service.split('.').next().unwrap_or_default();
                if (self.restricted.contains(pack) && !asked.restricted) || standing.stops(&item.service) {
                    continue;
                }
                let of_area = || subject.as_area().and_then(|code| areas.get(code)).map(|area| area.name.clone());
                let name = dossier.name.as_ref().map(|(_, name)| name.clone()).or_else(of_area).unwrap_or_default();
                lines.push(Due { item, name, area: *home, reminds });
            }
        }
        lines
    }
}
