//! One row into one record, or into everything that is wrong with it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::civil::Date;
use qianmo_core::form::Identifies;
use qianmo_core::{Action, AreaCode, Fault, FieldType, Form, Known, Place, Record, RecordId, ResidentNumber, Subject, SubjectId, Value};

use crate::header::{Layout, Target};
use crate::identity::Identity;
use crate::import::Options;
use crate::map::Map;
use crate::moment::date;
use crate::register::{BIRTH_DATE, Person, Register, Said, content, unique_key};
use crate::source::Cell;
use crate::subject::{Asked, Clues, Subjects, as_subject};
use crate::text;
use crate::value::{Reader, lost_digits, unreadable};
use crate::village::Villages;

/// What a row is.
pub(crate) enum Outcome {
    /// A new record.
    New(Box<Record>),
    /// Recorded already, in the same words.
    Already,
    /// Refused.
    Refused(Vec<Fault>),
}

/// A resident named by a field who isn't known yet; the file may bring them in a later row.
pub(crate) struct Pending {
    pub(crate) subject: SubjectId,
    pub(crate) fault: Fault,
}

/// Reads rows of one form.
pub(crate) struct Rows<'a> {
    form: &'a Form,
    map: &'a Map,
    options: &'a Options<'a>,
    register: &'a Register,
    readers: Vec<Reader<'a>>,
    villages: Villages,
    constants: Vec<(Target, Cell)>,
    pub(crate) subjects: Subjects<'a>,
    /// Facts of this file with the row that brought each.
    seen: HashMap<u128, u32>,
    /// People of this file without a number, with the row that brought each.
    namesakes: HashMap<(Arc<str>, Date), u32>,
    /// Questions: the row is taken, the person asked again.
    pub(crate) asked: Vec<Fault>,
    /// Residents named by the row just read who aren't known yet.
    pub(crate) pending: Vec<Pending>,
}

/// A row with where it stands.
struct At<'r> {
    layout: &'r Layout,
    sheet: &'r str,
    row: u32,
    cells: &'r [Cell],
}

impl<'a> Rows<'a> {
    pub(crate) fn new(form: &'a Form, map: &'a Map, options: &'a Options<'a>, register: &'a Register, villages: Villages) -> Self {
        Self {
            form,
            map,
            options,
            register,
            readers: form.fields.iter().map(|field| Reader::new(field, map.order)).collect(),
            villages,
            constants: map.constants.iter().map(|(target, text)| (*target, Cell::Text(text.clone()))).collect(),
            subjects: Subjects::new(form, register, options.salt),
            seen: HashMap::new(),
            namesakes: HashMap::new(),
            asked: Vec::new(),
            pending: Vec::new(),
        }
    }

    /// Reads a row.
    pub(crate) fn read(&mut self, layout: &Layout, sheet: &str, row: u32, cells: &[Cell]) -> Outcome {
        self.pending.clear();
        let at = At { layout, sheet, row, cells };
        let mut faults = Vec::new();
        match self.record(&at, &mut faults) {
            Some(outcome) if faults.is_empty() => outcome,
            _ => Outcome::Refused(faults),
        }
    }

    fn record(&mut self, row: &At<'_>, faults: &mut Vec<Fault>) -> Option<Outcome> {
        let (values, unread) = self.values(row, faults);
        let said_at = self.said_at(row, &values, faults);
        let at = said_at.or(self.form.locates.then_some(self.options.today));
        let area = self.area(row, faults);
        let clues = self.clues(row, &values, faults);
        let Some(at) = at else {
            // The date's own cell has said what is wrong with it, or there is none in this row.
            if faults.is_empty() {
                faults.push(Fault::new("IMPORT-0105").at(self.place(row, Some(Target::At))));
            }
            return None;
        };
        let mut record = self.blank(at, values);
        self.check(row, &record, &unread, faults);
        if !faults.is_empty() {
            return None;
        }
        let said = Said { at: said_at, area };
        let asked = Asked { clues: &clues, values: &record.values, at, said, sheet: row.sheet, row: row.row };
        let found = match self.subjects.find(&asked) {
            Ok(found) => found,
            Err(wrong) => {
                faults.push(wrong.fault.at(self.place(row, wrong.column)));
                return None;
            }
        };
        record.subject.id = found.subject;
        record.resident = found.resident;
        if let Some(sheet) = found.resident.filter(|_| self.form.asks_the_person()).and_then(|resident| self.register.sheet(resident)) {
            let known = Known::on(self.options.today).about(sheet);
            faults.extend(self.form.check(&record, &known).refused.into_iter().map(|fault| fault.at(self.place(row, None))));
            if !faults.is_empty() {
                return None;
            }
        }
        let home = || self.register.home(found.subject).or_else(|| self.register.home(found.resident?));
        let Some(area) = area.or_else(home) else {
            faults.push(Fault::new("IMPORT-0106").at(self.place(row, Some(Target::Village))));
            return None;
        };
        record.area = area;
        self.doubt(row, &record, &clues);
        self.settle(row, record, said, faults)
    }

    /// Whether the fact is new, known, or told twice.
    fn settle(&mut self, row: &At<'_>, mut record: Record, said: Said, faults: &mut Vec<Fault>) -> Option<Outcome> {
        let content = content(self.form, record.subject.id, said, &record.values);
        let unique = unique_key(self.form, record.subject.id, &record.values);
        // Where the form says who is who, one row a subject, however its number is written.
        let same = if self.form.locates { record.subject.id.0.as_u128() } else { unique.unwrap_or(content) };
        if let Some(first) = self.seen.insert(same, row.row) {
            faults.push(Fault::new("IMPORT-0304").with("first", first).at(self.place(row, None)));
            return None;
        }
        if self.register.has(content) {
            return Some(Outcome::Already);
        }
        if unique.is_some_and(|unique| self.register.has(unique)) {
            let column =
                self.form.unique.first().and_then(|id| self.form.fields.iter().position(|field| field.id == *id)).map(Target::Field);
            faults.push(Fault::new("IMPORT-0305").at(self.place(row, column)));
            return None;
        }
        record.id = RecordId(Identity::new(self.options.salt, "record").with(content.to_le_bytes()).uuid());
        Some(Outcome::New(Box::new(record)))
    }

    fn values(&mut self, row: &At<'_>, faults: &mut Vec<Fault>) -> (BTreeMap<Arc<str>, Value>, Vec<usize>) {
        let (mut values, mut unread) = (BTreeMap::new(), Vec::new());
        for (i, field) in self.form.fields.iter().enumerate() {
            let Some(cell) = self.cell(row, Target::Field(i)) else { continue };
            let read = self.readers[i].read(cell).and_then(|value| match (&field.kind, &value) {
                (FieldType::Ref(kind), Value::Text(text)) => {
                    self.reference(kind, text, &field.name).map(|(id, pending)| (Value::text(&id.to_string()), pending))
                }
                _ => Ok((value, None)),
            });
            match read {
                Ok((Value::Null, _)) => {}
                Ok((value, pending)) => {
                    values.insert(field.id.clone(), value);
                    if let Some((subject, fault)) = pending {
                        let fault = fault.at(self.place(row, Some(Target::Field(i))));
                        self.pending.push(Pending { subject, fault });
                    }
                }
                Err(fault) => {
                    unread.push(i);
                    faults.push(fault.at(self.place(row, Some(Target::Field(i)))));
                }
            }
        }
        (values, unread)
    }

    /// The subject that a field names: by id, by identity number, by the number of a household or the like.
    fn reference(&self, kind: &str, text: &str, field: &str) -> Result<(SubjectId, Option<(SubjectId, Fault)>), Fault> {
        let unknown = || Fault::new("IMPORT-0207").with("field", field);
        if let Some(id) = as_subject(text) {
            return if self.subjects.exists(id) { Ok((id, None)) } else { Err(unknown().with("value", id)) };
        }
        if kind == "resident" {
            let number: ResidentNumber = text.parse().map_err(|_| unknown().with("value", text))?;
            let id = self.subjects.of_number(number.expose());
            let pending = (!self.subjects.exists(id)).then(|| (id, unknown().with("value", &number)));
            return Ok((id, pending));
        }
        match self.register.keyed(kind, &text::key(text)) {
            [known] => Ok((*known, None)),
            _ => Err(unknown().with("value", text)),
        }
    }

    /// The date that the row says; of a form whose facts are told apart by a date, that date.
    fn said_at(&self, row: &At<'_>, values: &BTreeMap<Arc<str>, Value>, faults: &mut Vec<Fault>) -> Option<Date> {
        if let Some(cell) = self.cell(row, Target::At) {
            return match date(cell, self.map.order) {
                Ok(date) => Some(date),
                Err(why) => {
                    faults.push(unreadable(why, cell).at(self.place(row, Some(Target::At))));
                    None
                }
            };
        }
        self.options.at.or_else(|| values.get(&dating_field(self.form)?.id)?.as_date())
    }

    fn area(&self, row: &At<'_>, faults: &mut Vec<Fault>) -> Option<AreaCode> {
        let Some(cell) = self.cell(row, Target::Village) else { return self.options.area };
        match self.villages.find(cell) {
            Ok(area) => Some(area),
            Err(fault) => {
                faults.push(fault.at(self.place(row, Some(Target::Village))));
                None
            }
        }
    }

    fn clues(&self, row: &At<'_>, values: &BTreeMap<Arc<str>, Value>, faults: &mut Vec<Fault>) -> Clues {
        let shown = |target| self.cell(row, target).map(Cell::shown);
        // In a form about residents its own fields say who; in one about an episode they may be a relative's.
        let own = if &*self.form.subject == "resident" { Person::of(self.form, values) } else { Person::default() };
        let mut person = own;
        if let Some(cell) = self.cell(row, Target::IdNumber) {
            let wrong: Option<Fault> = match cell.shown().parse::<ResidentNumber>() {
                _ if lost_digits(cell) => Some(Fault::new("IMPORT-0204").with("value", cell.shown())),
                Ok(number) => {
                    person.number = Some(number.expose().into());
                    None
                }
                Err(why) => Some(Fault::new("FORM-0106").with("field", row.layout.title(Target::IdNumber)).with("why", why.code)),
            };
            faults.extend(wrong.map(|fault| fault.at(self.place(row, Some(Target::IdNumber)))));
        }
        if let Some(name) = shown(Target::Name) {
            person.name = Some(text::name(&name).into());
        }
        if let Some(cell) = self.cell(row, Target::BirthDate) {
            match date(cell, self.map.order) {
                Ok(birth) => person.birth = Some(birth),
                Err(why) => faults.push(unreadable(why, cell).at(self.place(row, Some(Target::BirthDate)))),
            }
        }
        Clues { subject: shown(Target::Subject), number: shown(Target::Number), person }
    }

    fn blank(&self, at: Date, values: BTreeMap<Arc<str>, Value>) -> Record {
        Record {
            id: RecordId(uuid::Uuid::nil()),
            form: self.form.id.clone(),
            form_version: self.form.version,
            subject: Subject { kind: self.form.subject.clone(), id: SubjectId(uuid::Uuid::nil()) },
            resident: None,
            area: AreaCode::from_number(1).expect("one is a number in range"),
            organisation: self.options.organisation,
            worker: self.options.worker.clone(),
            device: self.options.device.clone(),
            at,
            recorded_at: self.options.recorded_at,
            action: Action::State,
            values,
        }
    }

    /// The form's own check, its findings put into their columns. A field that couldn't be read isn't called missing too.
    fn check(&mut self, row: &At<'_>, record: &Record, unread: &[usize], faults: &mut Vec<Fault>) {
        let findings = self.form.check(record, &Known::on(self.options.today));
        let column = |fault: &Fault| {
            let name = fault.param("field")?;
            self.form.fields.iter().position(|field| field.name == name).map(Target::Field)
        };
        let placed = |fault: Fault| {
            let target = if fault.code == "FORM-0108" { Some(Target::At) } else { column(&fault) };
            let place = self.place(row, target);
            (target, fault.at(place))
        };
        for (target, fault) in findings.refused.into_iter().map(placed) {
            if !matches!(target, Some(Target::Field(i)) if unread.contains(&i)) {
                faults.push(fault);
            }
        }
        let asked: Vec<Fault> = findings.asked.into_iter().map(|fault| placed(fault).1).collect();
        self.asked.extend(asked);
    }

    /// Questions about who it is: a number of another birth date, another name under the number, a namesake born on the same day.
    fn doubt(&mut self, row: &At<'_>, record: &Record, clues: &Clues) {
        let person = &clues.person;
        let number = person.number.as_deref().and_then(|number| number.parse::<ResidentNumber>().ok());
        if let (Some(number), Some(birth)) = (number, person.birth)
            && number.birth_date() != birth
        {
            let fault = Fault::new("IMPORT-0308").with("given", birth).with("held", number.birth_date());
            self.asked.push(fault.at(self.place(row, Some(Target::BirthDate))));
        }
        if let (Some(resident), Some(name)) = (record.resident, &person.name)
            && let Some(held) = self.register.person(resident).and_then(|held| held.name.as_ref())
            && held != name
        {
            let fault = Fault::new("IMPORT-0306").with("given", name).with("held", held);
            self.asked.push(fault.at(self.place(row, Some(self.name_column()))));
        }
        if let (true, None, Some(name), Some(birth)) = (self.form.locates, &person.number, &person.name, person.birth)
            && let Some(first) = self.namesakes.insert((name.clone(), birth), row.row)
        {
            let fault = Fault::new("IMPORT-0307").with("first", first);
            self.asked.push(fault.at(self.place(row, Some(self.name_column()))));
        }
    }

    fn name_column(&self) -> Target {
        let own = self.form.fields.iter().position(|field| field.identifies == Some(Identifies::Name));
        own.map_or(Target::Name, Target::Field)
    }

    /// The cell of a target, or its constant; `None` when blank.
    fn cell<'r>(&'r self, row: &At<'r>, target: Target) -> Option<&'r Cell> {
        let own = row.layout.column(target).and_then(|column| row.cells.get(column)).filter(|cell| !cell.is_blank());
        own.or_else(|| self.constants.iter().find(|(constant, _)| *constant == target).map(|(_, cell)| cell))
    }

    fn place(&self, row: &At<'_>, target: Option<Target>) -> Place {
        let own = |identifies| self.form.fields.iter().position(|field| field.identifies == Some(identifies)).map(Target::Field);
        let column = target.map_or("", |target| match (row.layout.title(target), target) {
            ("", Target::IdNumber) => own(Identifies::ResidentNumber).map_or("", |target| row.layout.title(target)),
            ("", Target::BirthDate) => {
                let own = self.form.fields.iter().position(|field| &*field.id == BIRTH_DATE).map(Target::Field);
                own.map_or("", |target| row.layout.title(target))
            }
            ("", Target::Name) => own(Identifies::Name).map_or("", |target| row.layout.title(target)),
            (title, _) => title,
        });
        Place::Sheet { file: self.options.file.to_owned(), sheet: row.sheet.to_owned(), row: row.row, column: column.to_owned() }
    }
}

/// The date field that tells a form's facts apart, if there is one: it dates the record.
pub(crate) fn dating_field(form: &Form) -> Option<&qianmo_core::Field> {
    let dated = |field: &&qianmo_core::Field| form.unique.contains(&field.id) && &*field.id != BIRTH_DATE;
    form.fields.iter().filter(dated).find(|field| matches!(field.kind, FieldType::Date | FieldType::DateTime))
}
