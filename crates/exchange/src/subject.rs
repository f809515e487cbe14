//! Whom a row is about: found among those known, or made new where the form says who is who.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use jiff::civil::Date;
use qianmo_core::{Fault, Form, SubjectId, Value};
use uuid::Uuid;

use crate::header::Target;
use crate::identity::Identity;
use crate::register::{Person, Register, Said, content, key_of};
use crate::text;

/// What the built-in columns of a row say.
#[derive(Debug, Default)]
pub(crate) struct Clues {
    /// `@subject`
    pub(crate) subject: Option<String>,
    /// `@number`
    pub(crate) number: Option<String>,
    /// `@id_number`, `@name`, `@birth_date`, or the form's own fields.
    pub(crate) person: Person,
}

/// The row's subject.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found {
    pub(crate) subject: SubjectId,
    pub(crate) resident: Option<SubjectId>,
}

/// A row as far as its subject needs it.
pub(crate) struct Asked<'a> {
    pub(crate) clues: &'a Clues,
    pub(crate) values: &'a BTreeMap<Arc<str>, Value>,
    pub(crate) at: Date,
    pub(crate) said: Said,
    pub(crate) sheet: &'a str,
    pub(crate) row: u32,
}

/// Finds subjects row by row; remembers those made in this file.
pub(crate) struct Subjects<'a> {
    form: &'a Form,
    register: &'a Register,
    salt: &'a str,
    made: HashSet<SubjectId>,
    opened: HashMap<SubjectId, u32>,
    /// Namesakes that a row of this file was taken for.
    claimed: HashSet<SubjectId>,
}

/// A fault with the column that it is about.
pub(crate) struct Wrong {
    pub(crate) fault: Fault,
    pub(crate) column: Option<Target>,
}

fn wrong(fault: Fault, column: impl Into<Option<Target>>) -> Box<Wrong> {
    Box::new(Wrong { fault, column: column.into() })
}

impl<'a> Subjects<'a> {
    pub(crate) fn new(form: &'a Form, register: &'a Register, salt: &'a str) -> Self {
        Self { form, register, salt, made: HashSet::new(), opened: HashMap::new(), claimed: HashSet::new() }
    }

    /// The subject of a row.
    ///
    /// Errors: `IMPORT-0301` unknown, `IMPORT-0302` several, `IMPORT-0303` the row says nobody, `IMPORT-0304` an episode opened
    /// twice in the file; `IMPORT-0106` an area's row without area.
    pub(crate) fn find(&mut self, asked: &Asked<'_>) -> Result<Found, Box<Wrong>> {
        if let Some(text) = &asked.clues.subject {
            let unknown = || wrong(Fault::new("IMPORT-0301").with("who", text), Target::Subject);
            let subject: SubjectId = text.parse().map_err(|_| unknown())?;
            let found = Found { subject, resident: self.register.resident_of(subject) };
            return if self.register.knows(subject) { Ok(found) } else { Err(unknown()) };
        }
        match &*self.form.subject {
            "area" => {
                let area = asked.said.area.ok_or_else(|| wrong(Fault::new("IMPORT-0106"), Target::Village))?;
                Ok(Found { subject: SubjectId::of_area(area), resident: None })
            }
            "resident" => {
                let resident = self.resident(asked, self.form.locates)?;
                Ok(Found { subject: resident, resident: Some(resident) })
            }
            "household" | "organisation" => self.keyed(asked),
            _ if asked.clues.person.number.is_some() || asked.clues.person.name.is_some() => self.episode(asked),
            _ => self.keyed(asked),
        }
    }

    /// The id that a resident with this number has, or will have once this file is imported; for fields that name a resident.
    pub(crate) fn of_number(&self, number: &str) -> SubjectId {
        let person = Person { number: Some(number.into()), ..Person::default() };
        match self.register.residents(&person)[..] {
            [known] => known,
            _ => self.mint(&["resident", number]),
        }
    }

    /// Whether a subject is known, or made by this file.
    pub(crate) fn exists(&self, subject: SubjectId) -> bool {
        self.made.contains(&subject) || self.register.knows(subject)
    }

    fn mint(&self, parts: &[&str]) -> SubjectId {
        SubjectId(parts.iter().fold(Identity::new(self.salt, "subject"), Identity::with).uuid())
    }

    fn resident(&mut self, asked: &Asked<'_>, may_make: bool) -> Result<SubjectId, Box<Wrong>> {
        let person = &asked.clues.person;
        let column = if person.number.is_some() { Target::IdNumber } else { Target::Name };
        let nobody = person.number.is_none() && (person.name.is_none() || person.birth.is_none());
        if nobody {
            return Err(wrong(Fault::new("IMPORT-0303"), column));
        }
        let found = self.register.residents(person);
        match found[..] {
            [known] => Ok(known),
            [] if may_make => {
                let made = self.make(person, asked);
                self.made.insert(made);
                Ok(made)
            }
            [] => Err(wrong(Fault::new("IMPORT-0301").with("who", shown(person)), column)),
            _ => self.namesake(&found, asked).ok_or_else(|| {
                let fault = Fault::new("IMPORT-0302").with("who", shown(person)).with("count", found.len());
                wrong(fault, column)
            }),
        }
    }

    /// Of namesakes born on one day, the one of whom just this is recorded already.
    fn namesake(&mut self, found: &[SubjectId], asked: &Asked<'_>) -> Option<SubjectId> {
        let recorded = |id: &&SubjectId| self.register.has(content(self.form, **id, asked.said, asked.values));
        let chosen = *found.iter().filter(recorded).find(|id| !self.claimed.contains(id))?;
        self.claimed.insert(chosen);
        Some(chosen)
    }

    fn make(&self, person: &Person, asked: &Asked<'_>) -> SubjectId {
        match (&person.number, &person.name, person.birth) {
            (Some(number), ..) => self.mint(&["resident", number]),
            (None, name, birth) => {
                let birth = birth.map(|birth| birth.to_string()).unwrap_or_default();
                self.mint(&["resident", name.as_deref().unwrap_or_default(), &birth, asked.sheet, &asked.row.to_string()])
            }
        }
    }

    /// A household, organisation or the like, by number or name.
    fn keyed(&mut self, asked: &Asked<'_>) -> Result<Found, Box<Wrong>> {
        let kind = &*self.form.subject;
        let key = asked.clues.number.as_deref().map(text::key).or_else(|| key_of(self.form, asked.values));
        let Some(key) = key else { return Err(wrong(Fault::new("IMPORT-0303"), Target::Number)) };
        let found = self.register.keyed(kind, &key);
        match found {
            [known] => Ok(Found { subject: *known, resident: self.register.resident_of(*known) }),
            [] if self.form.locates || self.form.profile => {
                let made = self.mint(&[kind, &key]);
                self.made.insert(made);
                Ok(Found { subject: made, resident: None })
            }
            [] => Err(wrong(Fault::new("IMPORT-0301").with("who", key), Target::Number)),
            _ => Err(wrong(Fault::new("IMPORT-0302").with("who", key).with("count", found.len()), Target::Number)),
        }
    }

    /// An episode of a resident: the one that the date belongs to, or a new one.
    fn episode(&mut self, asked: &Asked<'_>) -> Result<Found, Box<Wrong>> {
        let resident = self.resident(asked, false)?;
        let subject = match self.register.episodes(resident, asked.at)[..] {
            [known] => known,
            [] => {
                if let Some(first) = self.opened.insert(resident, asked.row) {
                    return Err(wrong(Fault::new("IMPORT-0304").with("first", first), None));
                }
                let made = self.mint(&[&self.form.subject, &resident.to_string(), &self.form.id, &asked.at.to_string()]);
                self.made.insert(made);
                made
            }
            ref several => {
                let fault = Fault::new("IMPORT-0302").with("who", shown(&asked.clues.person)).with("count", several.len());
                return Err(wrong(fault, Target::Subject));
            }
        };
        Ok(Found { subject, resident: Some(resident) })
    }
}

/// The person as a fault shows them: the number masked.
fn shown(person: &Person) -> String {
    match (&person.number, &person.name) {
        (Some(number), _) => number.parse::<qianmo_core::ResidentNumber>().map_or_else(|_| String::new(), |number| number.to_string()),
        (None, Some(name)) => name.to_string(),
        (None, None) => String::new(),
    }
}

/// An id typed into a field that names a subject.
pub(crate) fn as_subject(text: &str) -> Option<SubjectId> {
    Uuid::parse_str(text.trim()).ok().map(SubjectId)
}
