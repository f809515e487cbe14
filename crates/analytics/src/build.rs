//! From records in force to columns.
//!
//! Rows come in one by one ([`ColumnsBuilder::push`]); out come tables with small integers for subjects and records,
//! profiles merged into versions, derived values computed by the core, and `home`: where each subject sits when.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanBuilder, Date32Array, Date32Builder, Decimal128Builder, Int64Array, Int64Builder, RecordBatch, StringArray,
    StringBuilder, TimestampSecondBuilder,
};
use datafusion::arrow::datatypes::{DataType, SchemaRef};
use jiff::civil::Date;
use qianmo_core::pack::Packs;
use qianmo_core::{AreaCode, AreaTree, Fault, FieldType, Form, RecordId, SubjectId, Value};

use crate::columns::Columns;
use crate::schema::{area_schema, form_schema, home_schema, pack_table_schema, table_name};
use crate::subjects::{SHIFT, Subjects};
use crate::table::{from_days, to_days, to_seconds};

/// Days of 0001-01-01 and 9999-12-31, the ends of open stretches.
const FIRST_DAY: i32 = -719_162;
const LAST_DAY: i32 = 2_932_896;
/// The field that holds the subject's own name in every pack.
const OWN_NAME: &str = "name";

/// A record in force, without its values.
#[derive(Debug, Clone)]
pub struct RowHead<'a> {
    /// The record.
    pub record: RecordId,
    /// Its form.
    pub form: &'a str,
    /// Its subject.
    pub subject: SubjectId,
    /// The resident concerned.
    pub resident: Option<SubjectId>,
    /// The organisation that did the service.
    pub organisation: Option<SubjectId>,
    /// The leaf where it was made.
    pub area: AreaCode,
    /// Date of service.
    pub at: Date,
}

/// Takes rows in any order and makes [`Columns`].
#[derive(Debug)]
pub struct ColumnsBuilder {
    forms: HashMap<Arc<str>, FormRows>,
    subjects: Subjects,
    /// Added to the numbers of all subjects but organisations and areas.
    shift: i64,
    rows: usize,
    labels: HashMap<i64, Arc<str>>,
    owner: HashMap<i64, i64>,
    sits: HashMap<i64, Vec<(i32, u64)>>,
    last_area: HashMap<i64, (i32, u64)>,
    links: Vec<(i64, i64)>,
    everywhere: Vec<i64>,
    areas: Vec<qianmo_core::Area>,
    tables: Vec<(String, RecordBatch)>,
}

#[derive(Debug)]
struct FormRows {
    form: Form,
    schema: SchemaRef,
    head: HeadBuilder,
    fields: Vec<Column>,
    places: HashMap<Arc<str>, usize>,
    /// Rows that can't be written before all are there: versions of a profile, and rows with derived values.
    kept: Vec<KeptRow>,
    buffer: Vec<Value>,
}

#[derive(Debug, Default)]
struct HeadBuilder {
    record: Vec<i64>,
    subject: Vec<i64>,
    resident: Vec<Option<i64>>,
    organisation: Vec<Option<i64>>,
    area: Vec<i64>,
    at: Vec<i32>,
}

#[derive(Debug, Clone, Copy)]
struct Head {
    record: i64,
    subject: i64,
    resident: Option<i64>,
    organisation: Option<i64>,
    area: u64,
    at: i32,
}

impl HeadBuilder {
    fn push(&mut self, head: Head) {
        self.record.push(head.record);
        self.subject.push(head.subject);
        self.resident.push(head.resident);
        self.organisation.push(head.organisation);
        self.area.push(i64::try_from(head.area).unwrap_or(0));
        self.at.push(head.at);
    }

    fn finish(self) -> Vec<ArrayRef> {
        vec![
            Arc::new(Int64Array::from(self.record)),
            Arc::new(Int64Array::from(self.subject)),
            Arc::new(Int64Array::from(self.resident)),
            Arc::new(Int64Array::from(self.organisation)),
            Arc::new(Int64Array::from(self.area)),
            Arc::new(Date32Array::from(self.at)),
        ]
    }
}

#[derive(Debug)]
struct KeptRow {
    head: Head,
    values: Vec<Value>,
}

#[derive(Debug)]
enum Column {
    Text(StringBuilder),
    Integer(Int64Builder),
    Decimal(Decimal128Builder, u32),
    Date(Date32Builder),
    DateTime(TimestampSecondBuilder),
    Bool(BooleanBuilder),
}

impl Column {
    fn new(data_type: &DataType) -> Self {
        match data_type {
            DataType::Int64 => Self::Integer(Int64Builder::new()),
            DataType::Decimal128(_, scale) => {
                Self::Decimal(Decimal128Builder::new().with_data_type(data_type.clone()), u32::try_from(*scale).unwrap_or(0))
            }
            DataType::Date32 => Self::Date(Date32Builder::new()),
            DataType::Timestamp(..) => Self::DateTime(TimestampSecondBuilder::new()),
            DataType::Boolean => Self::Bool(BooleanBuilder::new()),
            _ => Self::Text(StringBuilder::new()),
        }
    }

    /// Appends a value; one of another kind (an old form version's) becomes unknown.
    fn push(&mut self, value: &Value) {
        match self {
            Self::Text(b) => b.append_option(value.as_text()),
            Self::Integer(b) => b.append_option(value.as_integer()),
            Self::Decimal(b, scale) => b.append_option(value.as_decimal().map(|mut d| {
                d.rescale(*scale);
                d.mantissa()
            })),
            Self::Date(b) => b.append_option(value.as_date().map(to_days)),
            Self::DateTime(b) => b.append_option(match value {
                Value::DateTime(at) => Some(to_seconds(*at)),
                Value::Date(day) => Some(to_seconds(day.at(0, 0, 0, 0))),
                _ => None,
            }),
            Self::Bool(b) => b.append_option(value.as_bool()),
        }
    }

    fn finish(self) -> ArrayRef {
        match self {
            Self::Text(mut b) => Arc::new(b.finish()),
            Self::Integer(mut b) => Arc::new(b.finish()),
            Self::Decimal(mut b, _) => Arc::new(b.finish()),
            Self::Date(mut b) => Arc::new(b.finish()),
            Self::DateTime(mut b) => Arc::new(b.finish()),
            Self::Bool(mut b) => Arc::new(b.finish()),
        }
    }
}

impl ColumnsBuilder {
    /// An empty builder for the forms of these packs and the leaves of this tree.
    pub fn new(packs: &Packs, areas: &AreaTree) -> Result<Self, Fault> {
        Self::with(packs, areas, &Subjects::default())
    }

    /// As [`ColumnsBuilder::new`], with numbers that other columns use too.
    pub fn with(packs: &Packs, areas: &AreaTree, subjects: &Subjects) -> Result<Self, Fault> {
        let mut tables = Vec::new();
        for pack in &packs.packs {
            for table in &pack.tables {
                let schema = pack_table_schema(table);
                let mut columns: Vec<Column> = schema.fields().iter().map(|f| Column::new(f.data_type())).collect();
                for row in &table.rows {
                    columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
                }
                let arrays = columns.into_iter().map(Column::finish).collect();
                tables.push((format!("{}_{}", pack.id, table.id), batch(schema, arrays)?));
            }
        }
        Ok(Self { areas: areas.iter().cloned().collect(), tables, ..Self::parts(packs, subjects, 0) })
    }

    /// A builder of some subjects' rows alone, without areas and the packs' tables. The numbers of `before` are shifted, so that
    /// the same subjects as they were and as they are can lie in the same tables and never meet.
    #[must_use]
    pub fn of_some(packs: &Packs, subjects: &Subjects, before: bool) -> Self {
        Self::parts(packs, subjects, if before { SHIFT } else { 0 })
    }

    fn parts(packs: &Packs, subjects: &Subjects, shift: i64) -> Self {
        Self {
            forms: packs.forms().map(|form| (form.id.clone(), FormRows::new(form))).collect(),
            subjects: subjects.clone(),
            shift,
            rows: 0,
            labels: HashMap::new(),
            owner: HashMap::new(),
            sits: HashMap::new(),
            last_area: HashMap::new(),
            links: Vec::new(),
            everywhere: Vec::new(),
            areas: Vec::new(),
            tables: Vec::new(),
        }
    }

    /// Adds a record in force. Records of forms that no pack has are passed over.
    pub fn push<'v>(&mut self, row: &RowHead<'_>, values: impl IntoIterator<Item = (&'v str, Value)>) {
        let Some(rows) = self.forms.get_mut(row.form) else { return };
        self.rows += 1;
        let common = is_common(&rows.form.subject);
        let shift = self.shift;
        let head = Head {
            record: self.subjects.next_record(),
            subject: self.subjects.number(row.subject) + if common { 0 } else { shift },
            resident: row.resident.map(|id| self.subjects.number(id) + shift),
            organisation: row.organisation.map(|id| self.subjects.number(id)),
            area: row.area.number(),
            at: to_days(row.at),
        };
        rows.buffer.fill(Value::Null);
        for (id, value) in values {
            if let Some(place) = rows.places.get(id) {
                rows.buffer[*place] = value;
            }
        }
        for (field, value) in rows.form.fields.iter().zip(&mut rows.buffer) {
            if let FieldType::Ref(kind) = &field.kind {
                let shift = if is_common(kind) { 0 } else { shift };
                let target = value.as_text().and_then(|text| text.parse::<SubjectId>().ok()).map(|id| self.subjects.number(id) + shift);
                *value = target.map_or(Value::Null, Value::Integer);
                if let Some(target) = target.filter(|_| !is_common(kind)) {
                    self.links.push((head.subject, target));
                }
            }
            // Its own name, not that of somebody whom the form names beside it (a contact, a guardian).
            if &*field.id == OWN_NAME
                && let Value::Text(name) = value
            {
                self.labels.insert(head.subject, name.clone());
            }
        }
        if let Some(owner) = head.resident {
            self.owner.insert(head.subject, owner);
        }
        if rows.form.locates {
            self.sits.entry(head.subject).or_default().push((head.at, head.area));
        }
        if common {
            self.everywhere.push(head.subject);
        }
        let last = self.last_area.entry(head.subject).or_insert((head.at, head.area));
        if head.at >= last.0 {
            *last = (head.at, head.area);
        }
        if rows.form.profile || !rows.form.derived.is_empty() {
            rows.kept.push(KeptRow { head, values: rows.buffer.clone() });
        } else {
            rows.head.push(head);
            rows.fields.iter_mut().zip(&rows.buffer).for_each(|(column, value)| column.push(value));
        }
    }

    /// Makes the columns.
    ///
    /// Errors: `ANALYTICS-0104` when a table can't be built, which would be a fault of the program.
    pub fn finish(mut self) -> Result<Columns, Fault> {
        let mut tables = HashMap::new();
        let leaves: Vec<_> = self.areas.iter().filter(|area| area.kind >= qianmo_core::AreaKind::Township).collect();
        let codes: Vec<i64> = leaves.iter().map(|a| i64::try_from(a.code.number()).unwrap_or(0)).collect();
        let subjects: Vec<i64> = leaves.iter().map(|a| self.subjects.number(SubjectId::of_area(a.code))).collect();
        for (subject, area) in subjects.iter().zip(&leaves) {
            self.everywhere.push(*subject);
            self.last_area.insert(*subject, (FIRST_DAY, area.code.number()));
            self.labels.entry(*subject).or_insert_with(|| area.name.as_str().into());
        }
        let arrays: Vec<ArrayRef> = vec![
            Arc::new(Int64Array::from(subjects)),
            Arc::new(Int64Array::from(codes)),
            Arc::new(StringArray::from_iter_values(leaves.iter().map(|a| &a.name))),
            Arc::new(StringArray::from_iter_values(leaves.iter().map(|a| a.kind.word()))),
            Arc::new(Date32Array::from_iter_values(leaves.iter().map(|a| to_days(a.valid_from)))),
            Arc::new(Date32Array::from_iter_values(leaves.iter().map(|a| a.valid_to.map_or(LAST_DAY, to_days)))),
        ];
        tables.insert("area".to_owned(), batch(area_schema(), arrays)?);
        for (subject, owner) in &self.owner {
            if let Some(name) = self.labels.get(owner).cloned() {
                self.labels.entry(*subject).or_insert(name);
            }
        }
        for rows in self.forms.values_mut().filter(|rows| rows.form.profile) {
            rows.merge();
        }
        let people = People::of(&self.forms);
        for (id, rows) in self.forms.drain() {
            tables.insert(table_name(&id), rows.finish(&people)?);
        }
        tables.extend(self.tables.drain(..));
        tables.insert("home".to_owned(), self.home()?);
        self.everywhere.sort_unstable();
        self.everywhere.dedup();
        Ok(Columns {
            tables: tables.into_iter().map(|(name, table)| (name, vec![table])).collect(),
            subjects: self.subjects,
            rows: self.rows,
            labels: Arc::new(self.labels),
            owners: Arc::new(self.owner),
            links: Arc::new(self.links),
            everywhere: Arc::new(self.everywhere),
            names: Arc::new(self.areas.iter().map(|a| (i64::try_from(a.code.number()).unwrap_or(0), a.name.clone())).collect()),
        })
    }

    /// Where each subject sits: by its locating records, else with its resident, else where it was last recorded. The
    /// first stretch reaches back to the beginning, so that what happened before registration counts too.
    fn home(&mut self) -> Result<RecordBatch, Fault> {
        for stays in self.sits.values_mut() {
            stays.sort_by_key(|(from, _)| *from);
            stays.dedup_by_key(|(_, area)| *area);
        }
        let (mut subject, mut area, mut from, mut to) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut known: Vec<(&i64, &(i32, u64))> = self.last_area.iter().collect();
        known.sort_unstable();
        for (of, last) in known {
            let own = self.sits.get(of).or_else(|| self.sits.get(self.owner.get(of)?));
            let stays = own.map_or(std::slice::from_ref(last), Vec::as_slice);
            for (i, (start, code)) in stays.iter().enumerate() {
                subject.push(*of);
                area.push(i64::try_from(*code).unwrap_or(0));
                from.push(if i == 0 { FIRST_DAY } else { *start });
                to.push(stays.get(i + 1).map_or(LAST_DAY, |(next, _)| next - 1));
            }
        }
        let arrays: Vec<ArrayRef> = vec![
            Arc::new(Int64Array::from(subject)),
            Arc::new(Int64Array::from(area)),
            Arc::new(Date32Array::from(from)),
            Arc::new(Date32Array::from(to)),
        ];
        batch(home_schema(), arrays)
    }
}

impl FormRows {
    fn new(form: &Form) -> Self {
        let schema = form_schema(form);
        let first = schema.fields().len() - form.columns().count();
        Self {
            fields: schema.fields()[first..].iter().map(|field| Column::new(field.data_type())).collect(),
            places: form.fields.iter().enumerate().map(|(i, field)| (field.id.clone(), i)).collect(),
            buffer: vec![Value::Null; form.fields.len()],
            form: form.clone(),
            schema,
            head: HeadBuilder::default(),
            kept: Vec::new(),
        }
    }

    /// Completes the versions of a profile: what a later one doesn't say the earlier one says.
    fn merge(&mut self) {
        self.kept.sort_by_key(|row| (row.head.subject, row.head.at, row.head.record));
        for i in 1..self.kept.len() {
            let (before, after) = self.kept.split_at_mut(i);
            let (before, after) = (&before[i - 1], &mut after[0]);
            if before.head.subject == after.head.subject {
                for (value, older) in after.values.iter_mut().zip(&before.values) {
                    if value.is_null() {
                        *value = older.clone();
                    }
                }
            }
        }
    }

    fn finish(mut self, people: &People) -> Result<RecordBatch, Fault> {
        let mut stretches: Vec<(i32, i32)> = Vec::new();
        for (i, row) in self.kept.iter().enumerate() {
            if self.form.profile {
                let next = self.kept.get(i + 1).filter(|next| next.head.subject == row.head.subject);
                let to = next.map_or(LAST_DAY, |next| next.head.at - 1);
                if to < row.head.at {
                    continue;
                }
                stretches.push((row.head.at, to));
            }
            self.head.push(row.head);
            let value_of = |name: &str| self.places.get(name).map_or(Value::Null, |place| row.values[*place].clone());
            let resident = |name: &str| people.value(row.head.resident, name);
            let derived = self.form.derive(from_days(row.head.at), &value_of, &resident);
            self.fields.iter_mut().zip(row.values.iter().chain(&derived)).for_each(|(column, value)| column.push(value));
        }
        let mut arrays = self.head.finish();
        if self.form.profile {
            arrays.push(Arc::new(Date32Array::from_iter_values(stretches.iter().map(|s| s.0))));
            arrays.push(Arc::new(Date32Array::from_iter_values(stretches.iter().map(|s| s.1))));
        }
        arrays.extend(self.fields.into_iter().map(Column::finish));
        batch(self.schema, arrays)
    }
}

/// The sheet of each person as known last, for derived values.
#[derive(Debug, Default)]
struct People {
    places: HashMap<Arc<str>, usize>,
    sheets: HashMap<i64, Vec<Value>>,
}

impl People {
    /// From the merged versions of the person's sheet.
    fn of(forms: &HashMap<Arc<str>, FormRows>) -> Self {
        let asked = forms.values().any(|rows| !rows.kept.is_empty() && rows.form.asks_the_person());
        let Some(rows) = forms.values().find(|rows| asked && rows.form.is_person_sheet()) else { return Self::default() };
        let sheets = rows.kept.iter().map(|row| (row.head.subject, row.values.clone())).collect();
        Self { places: rows.places.clone(), sheets }
    }

    fn value(&self, resident: Option<i64>, field: &str) -> Value {
        let sheet = resident.and_then(|resident| self.sheets.get(&resident));
        let place = self.places.get(field);
        place.zip(sheet).map_or(Value::Null, |(place, sheet)| sheet[*place].clone())
    }
}

/// Whether subjects of a kind belong to everybody: they bind nobody together, and every shard has all of them.
pub(crate) fn is_common(kind: &str) -> bool {
    matches!(kind, "organisation" | "area")
}

fn batch(schema: SchemaRef, arrays: Vec<ArrayRef>) -> Result<RecordBatch, Fault> {
    RecordBatch::try_new(schema, arrays).map_err(|e| Fault::new("ANALYTICS-0104").with("type", e))
}
