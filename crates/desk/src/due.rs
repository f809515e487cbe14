//! Due lists: the schedules of all packs asked for everybody who sits in an area.
//!
//! A person is asked about with all records in force, the episodes' included, wherever they were made; a list of a village
//! holds those who sit there on the day (the latest locating record up to it). Organisations and areas are listed where they sit.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use qianmo_core::form::{Form, Identifies};
use qianmo_core::pack::{Packs, Sensitivity};
use qianmo_core::schedule::{Fact, FormNumber, Item, Planner, Wanted};
use qianmo_core::{AreaCode, AreaKind, AreaTree, Date, Fault, Kind, RecordId, SubjectId, Value};
use qianmo_store::{RowRef, Scan, Store};

/// One line of a due list.
#[derive(Debug, Clone, PartialEq)]
pub struct Due {
    /// What, for whom, when and why.
    pub item: Item,
    /// The name of the person, organisation or area; empty when no record tells it.
    pub name: String,
    /// The leaf where they sit on the day.
    pub area: AreaCode,
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
}

/// A form that is read: by schedules, or because it says who and where somebody is.
#[derive(Debug)]
struct Readable {
    number: Option<FormNumber>,
    kinds: HashMap<Arc<str>, Kind>,
    name: Option<Arc<str>>,
    locates: bool,
}

impl Readable {
    fn of(form: &Form, planner: &Planner) -> Self {
        let name = form.fields.iter().find(|field| field.identifies == Some(Identifies::Name));
        Self {
            number: planner.form(&form.id),
            kinds: form.fields.iter().map(|field| (field.id.clone(), field.kind.kind())).collect(),
            name: name.map(|field| field.id.clone()),
            locates: form.locates,
        }
    }
}

/// A record as it is kept until its person is asked about.
#[derive(Debug)]
struct Kept {
    form: FormNumber,
    subject: SubjectId,
    resident: Option<SubjectId>,
    at: Date,
    written: i64,
    id: RecordId,
    values: BTreeMap<Arc<str>, Value>,
}

/// Everything kept of one resident, organisation, household or area.
#[derive(Debug, Default)]
struct Dossier {
    records: Vec<Kept>,
    name: Option<(Date, String)>,
    home: Option<(Date, AreaCode)>,
    last: Option<(Date, AreaCode)>,
}

impl DueLists {
    /// Compiles the schedules.
    #[must_use]
    pub fn new(packs: Arc<Packs>) -> Self {
        let planner = Planner::new(&packs);
        let readable = packs.forms().map(|form| (form, Readable::of(form, &planner)));
        let needed = readable.filter(|(form, readable)| readable.number.is_some() || form.locates);
        let forms = needed.map(|(form, readable)| (form.id.clone(), readable)).collect();
        let secret = packs.packs.iter().filter(|pack| pack.sensitivity == Sensitivity::Restricted);
        let restricted = secret.map(|pack| pack.id.clone()).collect();
        Self { packs, planner, forms, restricted }
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

    /// What is to be done in an area, most urgent first: by urgency, days overdue, due date, then village and name.
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
        let leaves = areas.leaves(area);
        let inside: HashSet<AreaCode> = leaves.iter().copied().chain([area]).collect();
        let mut dossiers = Dossiers::new();
        let elsewhere = self.locate(store, on, &mut dossiers)?;
        let everywhere = areas.iter().filter(|held| held.kind >= AreaKind::Township).all(|held| inside.contains(&held.code));
        if everywhere {
            self.read(store, None, &mut dossiers, &|_| true)?;
        } else {
            self.read(store, Some(&leaves), &mut dossiers, &|_| true)?;
            // Records are made where their subject sat at the time: those who came from elsewhere left records there.
            let came: HashMap<SubjectId, &Vec<AreaCode>> = elsewhere
                .iter()
                .filter(|(subject, _)| dossiers.get(*subject).and_then(Dossier::sits).is_some_and(|home| inside.contains(&home)))
                .map(|(subject, from)| (*subject, from))
                .collect();
            let from: HashSet<AreaCode> =
                came.values().flat_map(|from| from.iter().copied()).filter(|code| !inside.contains(code)).collect();
            let from: Vec<AreaCode> = from.into_iter().collect();
            if !from.is_empty() {
                self.read(store, Some(&from), &mut dossiers, &|subject| came.contains_key(&subject))?;
            }
        }
        dossiers
            .retain(|subject, dossier| !dossier.records.is_empty() && dossier.home_of(*subject).is_some_and(|home| inside.contains(&home)));
        Ok(People { dossiers })
    }

    /// What is to be done for one resident (or organisation, household, area), with everything recorded anywhere.
    ///
    /// Errors: as [`Store::scan`].
    pub fn subject(&self, store: &dyn Store, areas: &AreaTree, subject: SubjectId, asked: Asked) -> Result<Vec<Due>, Fault> {
        let mut sat: Vec<AreaCode> = store.records_of(subject)?.iter().map(|row| row.head().area).collect();
        sat.sort_unstable();
        sat.dedup();
        let mut dossiers = Dossiers::new();
        self.locate_in(store, Some(&sat), asked.on, &mut dossiers)?;
        dossiers.retain(|held, _| *held == subject);
        self.read(store, Some(&sat), &mut dossiers, &|held| held == subject)?;
        Ok(self.list(&People { dossiers }, areas, asked))
    }

    /// Who sits where on a day, and what they are called. Gives those who have sat in more than one leaf, with these.
    fn locate(&self, store: &dyn Store, on: Date, dossiers: &mut Dossiers) -> Result<HashMap<SubjectId, Vec<AreaCode>>, Fault> {
        self.locate_in(store, None, on, dossiers)
    }

    fn locate_in(
        &self,
        store: &dyn Store,
        areas: Option<&[AreaCode]>,
        on: Date,
        dossiers: &mut Dossiers,
    ) -> Result<HashMap<SubjectId, Vec<AreaCode>>, Fault> {
        let mut moved: HashMap<SubjectId, Vec<AreaCode>> = HashMap::new();
        let locating: Vec<&str> = self.forms.iter().filter(|(_, form)| form.locates).map(|(id, _)| &**id).collect();
        let scan = Scan { forms: Some(&locating), areas, ..Scan::default() };
        store.scan(&scan, &mut |row| {
            if row.at() > on {
                return Ok(());
            }
            let dossier = dossiers.entry(row.subject).or_default();
            match dossier.home {
                Some((_, home)) if home != row.area => {
                    let sat = moved.entry(row.subject).or_insert_with(|| vec![home]);
                    sat.push(row.area);
                }
                _ => {}
            }
            let place = (row.at(), row.area);
            if dossier.home.is_none_or(|held| held.0 <= place.0) {
                dossier.home = Some(place);
            }
            Ok(())
        })?;
        Ok(moved)
    }

    /// Takes in the records in force of some leaves, or of all, about those who are wanted.
    fn read(
        &self,
        store: &dyn Store,
        areas: Option<&[AreaCode]>,
        dossiers: &mut Dossiers,
        wanted: &dyn Fn(SubjectId) -> bool,
    ) -> Result<(), Fault> {
        let ids: Vec<&str> = self.forms.keys().map(AsRef::as_ref).collect();
        let scan = Scan { forms: Some(&ids), areas, ..Scan::default() };
        store.scan(&scan, &mut |row| {
            let owner = row.resident.unwrap_or(row.subject);
            match self.forms.get(row.form) {
                Some(form) if wanted(owner) => dossiers.entry(owner).or_default().take(form, row),
                _ => Ok(()),
            }
        })?;
        Ok(())
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
        let key = |due: &Due| (due.item.urgency, std::cmp::Reverse(due.item.days_overdue(asked.on)), due.item.due);
        lines.sort_by(|a, b| {
            let by_place = || (a.area, &a.name, a.item.subject, &a.item.service).cmp(&(b.area, &b.name, b.item.subject, &b.item.service));
            key(a).cmp(&key(b)).then_with(by_place)
        });
        lines
    }

    fn ask(&self, part: &[(&SubjectId, &Dossier, AreaCode)], areas: &AreaTree, asked: Asked) -> Vec<Due> {
        let mut lines = Vec::new();
        let mut facts: Vec<Fact<'_>> = Vec::new();
        for (subject, dossier, home) in part {
            facts.clear();
            facts.extend(dossier.records.iter().map(Kept::fact));
            for item in self.planner.items(&facts, asked.on, asked.wanted) {
                let pack = item.service.split('.').next().unwrap_or_default();
                if self.restricted.contains(pack) && !asked.restricted {
                    continue;
                }
                let of_area = || subject.as_area().and_then(|code| areas.get(code)).map(|area| area.name.clone());
                let name = dossier.name.as_ref().map(|(_, name)| name.clone()).or_else(of_area).unwrap_or_default();
                lines.push(Due { item, name, area: *home });
            }
        }
        lines
    }
}

type Dossiers = HashMap<SubjectId, Dossier>;

/// Those who sit in an area on a day, with what schedules read of them: ready to be asked about again and again.
#[derive(Debug)]
pub struct People {
    dossiers: Dossiers,
}

impl People {
    /// How many residents, organisations, households and areas.
    #[must_use]
    pub fn len(&self) -> usize {
        self.dossiers.len()
    }

    /// Whether there is nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.dossiers.is_empty()
    }
}

impl Dossier {
    /// Where they sit: by the latest locating record up to the day, else where they were last recorded.
    fn sits(&self) -> Option<AreaCode> {
        self.home.or(self.last).map(|(_, area)| area)
    }

    /// The same for a subject that may itself be an area.
    fn home_of(&self, subject: SubjectId) -> Option<AreaCode> {
        subject.as_area().or_else(|| self.sits())
    }

    fn take(&mut self, form: &Readable, row: &RowRef<'_>) -> Result<(), Fault> {
        let at = row.at();
        let mut values = BTreeMap::new();
        qianmo_store::parse_values(row.values, &mut |field, raw| {
            if let Some((field, kind)) = form.kinds.get_key_value(field)
                && let Some(value) = raw.value(*kind).filter(|value| !value.is_null())
            {
                values.insert(field.clone(), value);
            }
            Ok(())
        })?;
        if self.last.is_none_or(|held| held.0 <= at) {
            self.last = Some((at, row.area));
        }
        if form.locates
            && let Some(Value::Text(name)) = form.name.as_ref().and_then(|field| values.get(field))
            && self.name.as_ref().is_none_or(|held| held.0 <= at)
        {
            self.name = Some((at, name.to_string()));
        }
        if let Some(number) = form.number {
            let kept =
                Kept { form: number, subject: row.subject, resident: row.resident, at, written: row.recorded_at, id: row.id, values };
            self.records.push(kept);
        }
        Ok(())
    }
}

impl Kept {
    fn fact(&self) -> Fact<'_> {
        Fact {
            form: self.form,
            subject: self.subject,
            resident: self.resident,
            at: self.at,
            written: self.written,
            id: self.id,
            values: &self.values,
        }
    }
}
