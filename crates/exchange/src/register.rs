//! What the store knows, as far as an import asks: people, households and organisations, open episodes, facts already recorded.
//!
//! The caller tells it every record in force whose form it wants ([`Register::wants`], [`Register::push`]); it never
//! reads a store itself.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use jiff::civil::Date;
use qianmo_core::form::{Identifies, complete};
use qianmo_core::{AreaCode, Form, Record, SubjectId, Value};

use crate::identity::Identity;
use crate::text;

/// Days around an episode's records within which a further record belongs to it.
const EPISODE_DAYS: i32 = 300;

/// Kinds of subject that every data folder has; others are declared by packs.
const BUILT_IN_KINDS: [&str; 4] = ["resident", "household", "organisation", "area"];

/// What is known before an import of one form.
#[derive(Debug, Clone)]
pub struct Register {
    form: Arc<str>,
    kind: Arc<str>,
    people: HashMap<SubjectId, Person>,
    sheets: HashMap<SubjectId, (Date, BTreeMap<Arc<str>, Value>)>,
    by_number: HashMap<Arc<str>, Vec<SubjectId>>,
    by_name: HashMap<(Arc<str>, Date), Vec<SubjectId>>,
    homes: HashMap<SubjectId, (Date, AreaCode)>,
    by_key: HashMap<(Arc<str>, String), Vec<SubjectId>>,
    episodes: HashMap<SubjectId, Vec<Episode>>,
    residents: HashMap<SubjectId, Option<SubjectId>>,
    facts: HashSet<u128>,
}

/// What identifies a resident.
#[derive(Debug, Clone, Default)]
pub(crate) struct Person {
    pub(crate) number: Option<Arc<str>>,
    pub(crate) name: Option<Arc<str>>,
    pub(crate) birth: Option<Date>,
}

#[derive(Debug, Clone)]
struct Episode {
    id: SubjectId,
    first: Date,
    last: Date,
}

impl Register {
    /// Knows nothing yet.
    #[must_use]
    pub fn new(form: &Form) -> Self {
        Self {
            form: form.id.clone(),
            kind: form.subject.clone(),
            people: HashMap::new(),
            sheets: HashMap::new(),
            by_number: HashMap::new(),
            by_name: HashMap::new(),
            homes: HashMap::new(),
            by_key: HashMap::new(),
            episodes: HashMap::new(),
            residents: HashMap::new(),
            facts: HashSet::new(),
        }
    }

    /// Whether records of this form matter: those that say who is who and where, those about the same kind of episode, and
    /// those of the form to be imported.
    #[must_use]
    pub fn wants(&self, form: &Form) -> bool {
        form.locates || form.id == self.form || (form.subject == self.kind && !BUILT_IN_KINDS.contains(&&*self.kind))
    }

    /// Takes in a record in force of a form that it wants.
    pub fn push(&mut self, form: &Form, record: &Record) {
        let subject = record.subject.id;
        self.residents.insert(subject, record.resident);
        if form.locates {
            let home = self.homes.entry(subject).or_insert((record.at, record.area));
            if record.at >= home.0 {
                *home = (record.at, record.area);
            }
        }
        match &*form.subject {
            "resident" if form.locates => {
                self.push_sheet(subject, record);
                self.push_person(subject, Person::of(form, &record.values));
            }
            "resident" | "area" => {}
            kind => {
                if let Some(key) = key_of(form, &record.values) {
                    let held = self.by_key.entry((kind.into(), key)).or_default();
                    if !held.contains(&subject) {
                        held.push(subject);
                    }
                }
                if let Some(resident) = record.resident {
                    self.push_episode(resident, subject, record.at);
                }
            }
        }
        if form.id == self.form {
            for said in [Said { at: Some(record.at), area: Some(record.area) }, Said { at: Some(record.at), area: None }] {
                self.facts.insert(content(form, subject, said, &record.values));
                self.facts.insert(content(form, subject, Said { at: None, ..said }, &record.values));
            }
            self.facts.extend(unique_key(form, subject, &record.values));
        }
    }

    fn push_sheet(&mut self, id: SubjectId, record: &Record) {
        let held = self.sheets.entry(id).or_insert_with(|| (record.at, BTreeMap::new()));
        if record.at >= held.0 {
            held.0 = record.at;
            complete(&mut held.1, &record.values);
        } else {
            let mut earlier = record.values.clone();
            complete(&mut earlier, &held.1);
            held.1 = earlier;
        }
    }

    /// What is known of a person, as checks read it.
    pub(crate) fn sheet(&self, resident: SubjectId) -> Option<&BTreeMap<Arc<str>, Value>> {
        self.sheets.get(&resident).map(|(_, sheet)| sheet)
    }

    fn push_person(&mut self, id: SubjectId, person: Person) {
        fn add<K: std::hash::Hash + Eq>(index: &mut HashMap<K, Vec<SubjectId>>, key: K, id: SubjectId) {
            let held = index.entry(key).or_default();
            if !held.contains(&id) {
                held.push(id);
            }
        }
        if let Some(number) = &person.number {
            add(&mut self.by_number, number.clone(), id);
        }
        if let (Some(name), Some(birth)) = (&person.name, person.birth) {
            add(&mut self.by_name, (name.clone(), birth), id);
        }
        let held = self.people.entry(id).or_default();
        held.number = person.number.or(held.number.take());
        held.name = person.name.or(held.name.take());
        held.birth = person.birth.or(held.birth);
    }

    fn push_episode(&mut self, resident: SubjectId, id: SubjectId, at: Date) {
        let episodes = self.episodes.entry(resident).or_default();
        match episodes.iter_mut().find(|episode| episode.id == id) {
            Some(episode) => {
                episode.first = episode.first.min(at);
                episode.last = episode.last.max(at);
            }
            None => episodes.push(Episode { id, first: at, last: at }),
        }
    }

    /// Residents by number, or by name and birth date among those who can have it.
    pub(crate) fn residents(&self, who: &Person) -> Vec<SubjectId> {
        if let Some(found) = who.number.as_ref().and_then(|number| self.by_number.get(number)) {
            return found.clone();
        }
        let (Some(name), Some(birth)) = (&who.name, who.birth) else { return Vec::new() };
        let found = self.by_name.get(&(name.clone(), birth)).map_or(&[][..], Vec::as_slice);
        let can_be = |id: &&SubjectId| who.number.is_none() || self.people.get(*id).is_none_or(|person| person.number.is_none());
        found.iter().filter(can_be).copied().collect()
    }

    pub(crate) fn person(&self, id: SubjectId) -> Option<&Person> {
        self.people.get(&id)
    }

    /// Whether there is such a subject.
    pub(crate) fn knows(&self, subject: SubjectId) -> bool {
        self.residents.contains_key(&subject)
    }

    /// The resident whom a subject is, or whose it is.
    pub(crate) fn resident_of(&self, subject: SubjectId) -> Option<SubjectId> {
        self.residents.get(&subject).copied().flatten()
    }

    /// Households, organisations and the like by number or name.
    pub(crate) fn keyed(&self, kind: &str, key: &str) -> &[SubjectId] {
        self.by_key.get(&(kind.into(), key.to_owned())).map_or(&[], Vec::as_slice)
    }

    /// Episodes of a resident that a record of this date can belong to.
    pub(crate) fn episodes(&self, resident: SubjectId, at: Date) -> Vec<SubjectId> {
        let at = days(at);
        let near = |episode: &&Episode| at >= days(episode.first) - EPISODE_DAYS && at <= days(episode.last) + EPISODE_DAYS;
        self.episodes.get(&resident).into_iter().flatten().filter(near).map(|episode| episode.id).collect()
    }

    /// Where a subject last was said to sit.
    pub(crate) fn home(&self, subject: SubjectId) -> Option<AreaCode> {
        self.homes.get(&subject).map(|(_, area)| *area)
    }

    /// Whether a content or unique key is recorded already.
    pub(crate) fn has(&self, fact: u128) -> bool {
        self.facts.contains(&fact)
    }
}

impl Person {
    /// Who a filled form of residents is about.
    pub(crate) fn of(form: &Form, values: &std::collections::BTreeMap<Arc<str>, Value>) -> Self {
        let field = |what| form.fields.iter().find(|field| field.identifies == Some(what));
        let text = |what| field(what).and_then(|field| values.get(&field.id)).and_then(Value::as_text).map(Arc::from);
        Self {
            number: text(Identifies::ResidentNumber),
            name: text(Identifies::Name),
            birth: values.get(BIRTH_DATE).and_then(Value::as_date),
        }
    }
}

/// The field that holds a resident's birth date in forms that say who is who.
pub(crate) const BIRTH_DATE: &str = "birth_date";

/// The field by which subjects of a kind other than residents and areas are known: the only unique one, or the name.
pub(crate) fn key_field(form: &Form) -> Option<&qianmo_core::Field> {
    match &form.unique[..] {
        [only] => form.field(only),
        _ => form.fields.iter().find(|field| field.identifies == Some(Identifies::Name)),
    }
}

pub(crate) fn key_of(form: &Form, values: &std::collections::BTreeMap<Arc<str>, Value>) -> Option<String> {
    if !form.locates && !form.profile {
        return None;
    }
    values.get(&key_field(form)?.id).and_then(Value::as_text).map(text::key)
}

/// What a row itself says of when and where; the rest follows from the day of import or from where the subject sits.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Said {
    pub(crate) at: Option<Date>,
    pub(crate) area: Option<AreaCode>,
}

/// The same for the same fact told in the same words.
pub(crate) fn content(form: &Form, subject: SubjectId, said: Said, values: &std::collections::BTreeMap<Arc<str>, Value>) -> u128 {
    let mut id = Identity::new("", "content").with(&*form.id).with(subject.0.as_bytes());
    id = id.with(said.at.map(|at| at.to_string()).unwrap_or_default());
    id = id.with(said.area.map(|area| area.to_string()).unwrap_or_default());
    for (field, value) in values.iter().filter(|(_, value)| !value.is_null()) {
        id = id.with(&**field).with(value.to_string());
    }
    id.number()
}

/// The same for the same fact, in whatever words; nothing for a form that doesn't say what makes a fact the same.
pub(crate) fn unique_key(form: &Form, subject: SubjectId, values: &std::collections::BTreeMap<Arc<str>, Value>) -> Option<u128> {
    if form.unique.is_empty() {
        return None;
    }
    let mut id = Identity::new("", "unique").with(&*form.id).with(subject.0.as_bytes());
    for field in &form.unique {
        id = id.with(values.get(field).unwrap_or(&Value::Null).to_string());
    }
    Some(id.number())
}

fn days(date: Date) -> i32 {
    jiff::civil::date(1970, 1, 1).until(date).map_or(0, |span| span.get_days())
}
