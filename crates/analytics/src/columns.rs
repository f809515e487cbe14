//! Columns: the record log as one Arrow table per form, with small integers for subjects and records.
//!
//! [`Columns::shard`] cuts out what one leaf area needs; [`Columns::and`] and [`Columns::layered`] put tables together.
//! They are made by [`crate::ColumnsBuilder`].

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use datafusion::arrow::array::{Array, BooleanArray, Date32Array, Int64Array, RecordBatch};
use datafusion::arrow::compute::{concat_batches, filter_record_batch};
use qianmo_core::{AreaCode, Fault, SubjectId};

use crate::subjects::{SHIFT, Subjects};

/// The tables of one data folder, or of one leaf's shard of it.
#[derive(Debug, Clone)]
pub struct Columns {
    pub(crate) tables: HashMap<String, Vec<RecordBatch>>,
    pub(crate) subjects: Subjects,
    pub(crate) rows: usize,
    pub(crate) labels: Arc<HashMap<i64, Arc<str>>>,
    pub(crate) owners: Arc<HashMap<i64, i64>>,
    pub(crate) links: Arc<Vec<(i64, i64)>>,
    pub(crate) everywhere: Arc<Vec<i64>>,
    pub(crate) names: Arc<HashMap<i64, String>>,
}

impl Columns {
    /// The subject behind a number of the `subject` column.
    #[must_use]
    pub fn subject(&self, number: i64) -> Option<SubjectId> {
        self.subjects.id(number)
    }

    /// The resident that a subject is or belongs to.
    #[must_use]
    pub fn resident(&self, subject: SubjectId) -> Option<SubjectId> {
        self.subjects.id(*self.owners.get(&self.subjects.find(subject)?)?)
    }

    /// What a subject is called: by the form that names it, or as the resident that an episode belongs to.
    #[must_use]
    pub fn label(&self, number: i64) -> Option<&str> {
        self.labels.get(&number).map(|name| &**name)
    }

    /// The name of an area by its code as a number.
    #[must_use]
    pub fn area_name(&self, code: i64) -> Option<&str> {
        self.names.get(&code).map(String::as_str)
    }

    /// Records that the form tables were made from.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes that the tables hold.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.tables.values().flatten().map(RecordBatch::get_array_memory_size).sum()
    }

    /// What one leaf needs to compute its own cells: every record of the subjects that sit or sat there, of those they
    /// refer to or are referred to by, and all organisations and areas.
    pub fn shard(&self, leaf: AreaCode) -> Result<Self, Fault> {
        let mut inside = vec![false; self.subjects.len()];
        let code = i64::try_from(leaf.number()).unwrap_or(0);
        let place = |n: i64| usize::try_from(n).unwrap_or(usize::MAX);
        for home in &self.tables["home"] {
            for (subject, area) in ints(home, "subject")?.values().iter().zip(ints(home, "area")?.values()) {
                inside[place(*subject)] |= *area == code;
            }
        }
        let own = inside.clone();
        for (from, to) in self.links.iter() {
            inside[place(*to)] |= own[place(*from)];
            inside[place(*from)] |= own[place(*to)];
        }
        for subject in self.everywhere.iter() {
            inside[place(*subject)] = true;
        }
        self.only(&|subject| inside[place(subject)])
    }

    /// These columns and others that use the same numbers and have no subject in common with them.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let (mut both, smaller) = if self.rows < other.rows { (other.clone(), self) } else { (self.clone(), other) };
        both.take(smaller);
        both
    }

    fn take(&mut self, other: &Self) {
        for (name, batches) in &other.tables {
            let held = self.tables.entry(name.clone()).or_default();
            held.extend(batches.iter().filter(|batch| batch.num_rows() > 0).cloned());
        }
        self.rows += other.rows;
        Arc::make_mut(&mut self.labels).extend(other.labels.iter().map(|(number, label)| (*number, label.clone())));
        Arc::make_mut(&mut self.owners).extend(other.owners.iter());
        Arc::make_mut(&mut self.links).extend(other.links.iter());
        Arc::make_mut(&mut self.everywhere).extend(other.everywhere.iter());
        Arc::make_mut(&mut self.names).extend(other.names.iter().map(|(code, name)| (*code, name.clone())));
    }

    /// The numbers that subjects have in these columns.
    #[must_use]
    pub fn subjects(&self) -> &Subjects {
        &self.subjects
    }

    /// Hands out which subjects are bound together: an episode and its resident, a subject and whom it names.
    pub fn ties(&self, each: &mut dyn FnMut(i64, i64)) {
        self.owners.iter().for_each(|(a, b)| each(*a, *b));
        self.links.iter().for_each(|(a, b)| each(*a, *b));
    }

    /// Whether every subject sits where it sits in other columns.
    #[must_use]
    pub fn same_homes(&self, other: &Self) -> bool {
        self.tables.get("home") == other.tables.get("home")
    }

    /// The subjects that sit elsewhere, or at other times, than in columns of the same subjects before or after a change.
    #[must_use]
    pub fn moved(&self, other: &Self) -> HashSet<i64> {
        self.stays().symmetric_difference(&other.stays()).map(|stay| stay.0).collect()
    }

    /// Subject, area, first and last day.
    fn stays(&self) -> HashSet<(i64, i64, i32, i32)> {
        let mut stays = HashSet::new();
        for home in self.tables.get("home").into_iter().flatten() {
            let days = |column: &str| home.column_by_name(column).and_then(|days| days.as_any().downcast_ref::<Date32Array>());
            let (Ok(subjects), Ok(areas), Some(from), Some(to)) =
                (ints(home, "subject"), ints(home, "area"), days("valid_from"), days("valid_to"))
            else {
                continue;
            };
            stays.extend((0..home.num_rows()).map(|at| (subjects.value(at) % SHIFT, areas.value(at), from.value(at), to.value(at))));
        }
        stays
    }

    /// The tables in which some of these subjects (as they are or as they were) stand in any column.
    pub fn touching(&self, subjects: &HashSet<i64>) -> impl Iterator<Item = &str> {
        let has = |rows: &RecordBatch| {
            let numbers = rows.columns().iter().filter_map(|column| column.as_any().downcast_ref::<Int64Array>());
            numbers.flat_map(|column| column.iter().flatten()).any(|number| subjects.contains(&(number % SHIFT)))
        };
        self.tables.iter().filter(move |(_, tables)| tables.iter().any(has)).map(|(name, _)| name.as_str())
    }

    /// These columns with other rows in the place of some subjects': of several layers the last one that has a subject counts.
    /// Only these tables, all when absent.
    ///
    /// Errors: `ANALYTICS-0104`, which would be a fault of the program.
    pub fn layered(&self, layers: &[(Arc<HashSet<i64>>, Arc<Self>)], tables: Option<&BTreeSet<String>>) -> Result<Self, Fault> {
        if layers.is_empty() {
            return Ok(self.clone());
        }
        let mut later: HashSet<i64> = HashSet::new();
        let mut kept: Vec<Self> = Vec::new();
        for (gone, fresh) in layers.iter().rev() {
            kept.push(fresh.without(&later, tables)?);
            later.extend(gone.iter());
        }
        let mut all = self.without(&later, tables)?;
        if tables.is_none() {
            let (labels, owners, links) = (Arc::make_mut(&mut all.labels), Arc::make_mut(&mut all.owners), Arc::make_mut(&mut all.links));
            labels.retain(|number, _| !later.contains(number));
            owners.retain(|number, _| !later.contains(number));
            links.retain(|(from, _)| !later.contains(from));
        }
        for fresh in kept.iter().rev() {
            all.take(fresh);
        }
        all.compact()?;
        Ok(all)
    }

    fn without(&self, gone: &HashSet<i64>, tables: Option<&BTreeSet<String>>) -> Result<Self, Fault> {
        let some = |name: &String| tables.is_none_or(|tables| tables.contains(name));
        let tables = self.tables.iter().filter(|(name, _)| some(name)).map(|(name, rows)| (name.clone(), rows.clone())).collect();
        let kept = Self { tables, ..self.clone() };
        if gone.is_empty() { Ok(kept) } else { kept.only(&|subject| !gone.contains(&subject)) }
    }

    /// Puts the pieces of each table together.
    pub fn compact(&mut self) -> Result<(), Fault> {
        for batches in self.tables.values_mut().filter(|batches| batches.len() > 1) {
            let whole = concat_batches(&batches[0].schema(), batches.iter()).map_err(|e| Fault::new("ANALYTICS-0104").with("type", e))?;
            *batches = vec![whole];
        }
        Ok(())
    }

    /// The rows of some subjects; the tables of areas and packs are whole.
    fn only(&self, stays: &dyn Fn(i64) -> bool) -> Result<Self, Fault> {
        let mut tables = HashMap::new();
        for (name, batches) in &self.tables {
            let mut kept = Vec::with_capacity(batches.len());
            for table in batches {
                kept.push(match ints(table, "subject") {
                    Ok(subjects) if name != "area" => {
                        let mask: BooleanArray = subjects.values().iter().map(|subject| Some(stays(*subject))).collect();
                        if mask.true_count() == mask.len() {
                            table.clone()
                        } else {
                            filter_record_batch(table, &mask).map_err(|e| Fault::new("ANALYTICS-0104").with("type", e))?
                        }
                    }
                    _ => table.clone(),
                });
            }
            tables.insert(name.clone(), kept);
        }
        Ok(Self { tables, ..self.clone() })
    }
}

fn ints<'a>(table: &'a RecordBatch, column: &str) -> Result<&'a Int64Array, Fault> {
    let array = table.column_by_name(column).and_then(|a| a.as_any().downcast_ref::<Int64Array>());
    array.ok_or_else(|| Fault::new("ANALYTICS-0104").with("type", column))
}
