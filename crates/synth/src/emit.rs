//! Writes the records of the planned members, in batches, without keeping them.

use std::collections::BTreeMap;
use std::sync::Arc;

use qianmo_core::pack::{Packs, Repeat, Template};
use qianmo_core::{Action, AreaCode, Date, Fault, FieldType, Form, Record, RecordId, Subject, SubjectId, Value};
use uuid::Uuid;

use crate::bind::{Bound, Row, Scope};
use crate::facts::{Facts, Span};
use crate::fake::Faker;
use crate::make::{Days, Maker, clock, day_number, unknown_name};
use crate::members::{Owner, World};
use crate::random::Random;
use crate::script::Script;

/// Records in one batch.
const BATCH: usize = 5000;

/// A record template with its names resolved.
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    form: &'a Form,
    at: Maker,
    when: Option<Bound>,
    repeat: BoundRepeat<'a>,
    lets: Vec<Maker>,
    values: Vec<(Arc<str>, Maker, &'a FieldType)>,
    subject: Option<Owner>,
    organisation: Option<Owner>,
}

#[derive(Debug)]
enum BoundRepeat<'a> {
    Once,
    Times(Bound),
    Table(&'a [Vec<Value>]),
}

impl<'a> Writer<'a> {
    /// Prepares a template of a group.
    ///
    /// Faults: `SYNTH-0502` an unknown name, `SYNTH-0503` no such form or field, or no subject of the form's kind in reach,
    /// `SYNTH-0505` no such table or kind of text.
    pub(crate) fn new(
        template: &'a Template,
        group: usize,
        packs: &'a Packs,
        script: &Script<'_>,
        facts: &Facts<'_>,
    ) -> Result<Self, Fault> {
        let id = &script.groups[group].id;
        let refused = |name: &str| Fault::new("SYNTH-0503").with("group", id).with("form", &template.form).with("name", name);
        let form = packs.form(&template.form).ok_or_else(|| refused(&template.form))?;
        let (mut temps, repeat) = repeat(template, group, packs, script, facts)?;
        let mut lets = Vec::new();
        for (name, make) in &template.lets {
            lets.push(Maker::new(make, Scope { group, own: None, temps: &temps }, script, facts)?);
            temps.push(name.clone());
        }
        let scope = Scope { group, own: None, temps: &temps };
        let when = template.when.as_ref().map(|when| Bound::new(when, scope, script, facts).map_err(|name| unknown_name(id, &name)));
        let at = Maker::new(&template.at, scope, script, facts)?;
        let with_date: Vec<Arc<str>> = temps.iter().cloned().chain([Arc::from("at")]).collect();
        let scope = Scope { group, own: None, temps: &with_date };
        let mut values = Vec::new();
        for (name, make) in &template.values {
            let field = form.field(name).ok_or_else(|| refused(name))?;
            values.push((field.id.clone(), Maker::new(make, scope, script, facts)?, &field.kind));
        }
        let subject = match &*form.subject {
            "area" => None,
            kind => Some(script.owner(group, kind).ok_or_else(|| refused(kind))?),
        };
        let organisation = if &*form.subject == "organisation" { None } else { script.owner(group, "organisation") };
        Ok(Self { form, at, when: when.transpose()?, repeat, lets, values, subject, organisation })
    }
}

type Temps = Vec<Arc<str>>;

fn repeat<'a>(
    template: &Template,
    group: usize,
    packs: &'a Packs,
    script: &Script<'_>,
    facts: &Facts<'_>,
) -> Result<(Temps, BoundRepeat<'a>), Fault> {
    let id = &script.groups[group].id;
    Ok(match &template.repeat {
        Repeat::Once => (vec![], BoundRepeat::Once),
        Repeat::Times(times) => {
            let scope = Scope { group, own: None, temps: &[] };
            let bound = Bound::new(times, scope, script, facts).map_err(|name| unknown_name(id, &name))?;
            (vec!["i".into()], BoundRepeat::Times(bound))
        }
        Repeat::Table(name) => {
            let pack = script.groups[group].pack;
            let (owner, table) = match name.split_once('.') {
                Some((owner, table)) => (packs.pack(owner), table),
                None => (packs.packs.get(pack), &**name),
            };
            let table = owner.and_then(|pack| pack.tables.iter().find(|held| &*held.id == table));
            let table = table.ok_or_else(|| Fault::new("SYNTH-0505").with("group", id).with("name", name))?;
            let mut temps: Vec<Arc<str>> = table.columns.iter().map(|(column, _)| column.clone()).collect();
            temps.push("i".into());
            (temps, BoundRepeat::Table(&table.rows))
        }
    })
}

/// Writes records to a sink.
pub(crate) struct Emitter<'a> {
    pub(crate) script: &'a Script<'a>,
    pub(crate) span: Span,
    pub(crate) areas: &'a [AreaCode],
    pub(crate) world: &'a World,
    pub(crate) faker: &'a mut Faker,
    pub(crate) seed: u64,
    /// The first organisation of each leaf: group and row.
    pub(crate) homes: &'a [Option<(usize, usize)>],
    pub(crate) batch: Vec<Record>,
    pub(crate) counts: &'a mut BTreeMap<Arc<str>, u64>,
    pub(crate) sink: &'a mut dyn FnMut(Vec<Record>) -> Result<(), Fault>,
}

impl Emitter<'_> {
    /// Writes the records of one group's members of this year.
    pub(crate) fn group(&mut self, group: usize, writers: &[Writer<'_>]) -> Result<(), Fault> {
        let members = &self.world.groups[group];
        let (start, len) = (members.start, members.len);
        let label = format!("{} records", self.script.groups[group].id);
        let mut random = Random::new(self.seed, &label, self.span.year);
        for row in start..len {
            for writer in writers {
                self.member(group, row, writer, &mut random)?;
            }
        }
        Ok(())
    }

    /// Hands the last batch over.
    pub(crate) fn finish(&mut self) -> Result<(), Fault> {
        if self.batch.is_empty() { Ok(()) } else { (self.sink)(std::mem::take(&mut self.batch)) }
    }

    fn member(&mut self, group: usize, row: usize, writer: &Writer<'_>, random: &mut Random) -> Result<(), Fault> {
        let at = Row { world: self.world, areas: self.areas, group, row, temps: &[] };
        match &writer.repeat {
            BoundRepeat::Once => self.record(group, row, writer, vec![], random),
            BoundRepeat::Times(times) => {
                let times = times.eval(&at).as_integer().unwrap_or(0);
                (1..=times).try_for_each(|i| self.record(group, row, writer, vec![Value::Integer(i)], random))
            }
            BoundRepeat::Table(rows) => rows.iter().zip(1..).try_for_each(|(cells, i)| {
                let temps = cells.iter().cloned().chain([Value::Integer(i)]).collect();
                self.record(group, row, writer, temps, random)
            }),
        }
    }

    fn record(&mut self, group: usize, row: usize, writer: &Writer<'_>, mut temps: Vec<Value>, random: &mut Random) -> Result<(), Fault> {
        let world = self.world;
        let areas = self.areas;

        for make in &writer.lets {
            let value = make.value(&Row { world, areas, group, row, temps: &temps }, random, self.faker, Days::Any);
            temps.push(value);
        }
        if writer.when.as_ref().is_some_and(|when| !when.holds(&Row { world, areas, group, row, temps: &temps })) {
            return Ok(());
        }
        let at = writer.at.value(&Row { world, areas, group, row, temps: &temps }, random, self.faker, Days::Working).as_date();
        let Some(at) = at.filter(|at| (self.span.from()..=self.span.until).contains(at)) else { return Ok(()) };
        temps.push(Value::Date(at));
        let mut values = BTreeMap::new();
        for (name, make, kind) in &writer.values {
            let value = fit(make.value(&Row { world, areas, group, row, temps: &temps }, random, self.faker, Days::Any), kind, random);
            if !value.is_null() {
                values.insert(name.clone(), value);
            }
        }
        let subject = match &writer.subject {
            Some(owner) => world.subject(group, row, owner),
            None => Some(SubjectId::of_area(areas[usize::from(world.groups[group].villages[row])])),
        };
        let Some(subject) = subject else { return Ok(()) };
        self.push(writer, group, row, subject, at, values, random)
    }

    /// The resident whom an episode belongs to: the nearest to the member that is the episode, not to the member that the
    /// record was made for (a birth's record belongs to the mother's pregnancy, though the member is the child).
    fn whose(&self, group: usize, row: usize, episode: &Owner) -> Option<SubjectId> {
        let (group, row) = self.world.owner(group, row, episode)?;
        let way = self.script.owner(group, "resident")?;
        self.world.subject(group, row, &way)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one record")]
    fn push(
        &mut self,
        writer: &Writer<'_>,
        group: usize,
        row: usize,
        subject: SubjectId,
        at: Date,
        values: BTreeMap<Arc<str>, Value>,
        random: &mut Random,
    ) -> Result<(), Fault> {
        let village = usize::from(self.world.groups[group].villages[row]);
        let organisation = writer.organisation.as_ref().and_then(|owner| self.world.owner(group, row, owner));
        let organisation = organisation.or_else(|| self.homes.get(village).copied().flatten());
        let resident = match &*writer.form.subject {
            "resident" => Some(subject),
            "area" | "household" | "organisation" => None,
            _ => writer.subject.as_ref().and_then(|owner| self.whose(group, row, owner)),
        };
        // Between four in the afternoon and ten at night, Beijing time, of the day of service.
        let minute = 8 * 60 + i64::try_from(random.below(6 * 60)).unwrap_or(0);
        let millisecond = i64::try_from(random.below(60_000)).unwrap_or(0);
        let recorded_at = day_number(at) * 86_400_000 + minute * 60_000 + millisecond;
        *self.counts.entry(writer.form.id.clone()).or_default() += 1;
        self.batch.push(Record {
            id: record_id(recorded_at, random),
            form: writer.form.id.clone(),
            form_version: writer.form.version,
            subject: Subject { kind: writer.form.subject.clone(), id: subject },
            resident,
            area: self.areas[village],
            organisation: organisation.and_then(|(group, row)| self.world.subject(group, row, &Owner::Own)),
            worker: organisation.and_then(|(group, row)| self.worker(group, row)),
            device: None,
            at,
            recorded_at,
            action: Action::State,
            values,
        });
        if self.batch.len() >= BATCH { self.finish() } else { Ok(()) }
    }

    /// The account of an organisation's worker: its attribute `worker`.
    fn worker(&self, group: usize, row: usize) -> Option<Arc<str>> {
        let column = self.script.groups[group].columns.iter().position(|column| &**column == "worker")?;
        self.world.groups[group].value(column, row).as_text().map(Arc::from)
    }
}

/// UUID version 7.
fn record_id(recorded_at: i64, random: &mut Random) -> RecordId {
    let time = u128::try_from(recorded_at.max(0)).unwrap_or(0) & ((1 << 48) - 1);
    let (high, low) = (u128::from(random.bits() & 0xFFF), u128::from(random.bits() >> 2));
    RecordId(Uuid::from_u128(time << 80 | 7 << 76 | high << 64 | 2 << 62 | low))
}

/// Brings a made value into the field's own kind: codes are texts, a date in a field with a clock gets an hour of work.
fn fit(value: Value, kind: &FieldType, random: &mut Random) -> Value {
    match (kind, &value) {
        (FieldType::DateTime, Value::Date(date)) => {
            let minutes = 8 * 60 + i64::try_from(random.below(9 * 60)).unwrap_or(0);
            Value::DateTime(clock(*date, minutes))
        }
        (FieldType::Date, Value::DateTime(at)) => Value::Date(at.date()),
        (FieldType::Integer, Value::Decimal(_)) => value.as_integer().map_or(value, Value::Integer),
        (FieldType::Choices, Value::Text(code)) if !code.starts_with('|') => Value::text(&format!("|{code}|")),
        (FieldType::Text | FieldType::Choice | FieldType::Choices | FieldType::Ref(_), Value::Integer(_) | Value::Decimal(_)) => {
            Value::text(&value.to_string())
        }
        _ => value,
    }
}
