//! What about the data itself wants looking at: villages that fell silent, what waits in quarantine, two entries of one person, unusual values.
//!
//! Everything is asked of areas or through a reader that the asker may see; nothing is kept.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use qianmo_access::sealing;
use qianmo_core::form::{Form, Known, complete};
use qianmo_core::pack::Packs;
use qianmo_core::{Action, AreaCode, Date, Fault, RecordId, SubjectId};
use qianmo_store::{Areas, Cut, Order, Page, Reader, Scan, Store};

use crate::links::Links;
use crate::{DueLists, LiveDue};

/// How lately a village wrote, and what of it waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VillageSignal {
    /// The village.
    pub area: AreaCode,
    /// When the last record made there was written, UTC, milliseconds since 1970; absent when none ever was.
    pub written_at: Option<i64>,
    /// Completed days since then.
    pub silent_days: Option<i64>,
    /// Records in quarantine that wait for somebody.
    pub waiting: u64,
}

/// How many of a village's last rows are looked at: a phone that was long away, or an import, brings old records last.
const LATEST: usize = 200;
/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

/// How lately each of some villages wrote, in their order; `now`: UTC, milliseconds since 1970. One look-up each, by index.
///
/// Errors: those of reading the store.
pub fn village_signals(store: &dyn Store, villages: &[AreaCode], now: i64) -> Result<Vec<VillageSignal>, Fault> {
    let mut signals = Vec::with_capacity(villages.len());
    for area in villages {
        let mut written_at = None;
        let what = Scan { areas: Some(std::slice::from_ref(area)), order: Order::Newest, rows_max: Some(LATEST), ..Scan::default() };
        store.scan_changes(&what, &mut |row| {
            written_at = written_at.max(Some(row.recorded_at));
            Ok(())
        })?;
        let waiting = store.arrivals().open_count(&Areas::Only(Arc::new(BTreeSet::from([*area]))))?;
        let silent_days = written_at.map(|at| (now - at).max(0) / DAY_MS);
        signals.push(VillageSignal { area: *area, written_at, silent_days, waiting });
    }
    Ok(signals)
}

/// Why two or more entries may be one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TwinsBy {
    /// They have the same identity number.
    Number,
    /// They have the same name, date of birth and sex; identity numbers, where known, don't contradict.
    NameAndBirth,
}

/// Entries that may be one person. The number itself isn't told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twins {
    /// Why.
    pub by: TwinsBy,
    /// The entries, the oldest first; at least two.
    pub entries: Vec<Twin>,
}

/// One of the entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twin {
    /// The resident.
    pub resident: SubjectId,
    /// Name.
    pub name: String,
    /// Date of birth.
    pub birth: Option<Date>,
    /// Where they sit.
    pub area: AreaCode,
    /// Date of their first sheet.
    pub since: Date,
}

impl LiveDue {
    /// Entries in some villages that may be one person and haven't been merged; those by number first.
    ///
    /// Reads every sheet of the villages: ask for a township, not for a county. Errors: those of reading the store.
    pub fn twins(&self, villages: &[AreaCode]) -> Result<Vec<Twins>, Fault> {
        self.with_links(|store, links| twins(store, self.lists(), links, villages))
    }
}

struct Entry {
    sheet: BTreeMap<Arc<str>, qianmo_core::Value>,
    twin: Twin,
    latest: Date,
}

fn twins(store: &dyn Store, lists: &DueLists, links: &Links, villages: &[AreaCode]) -> Result<Vec<Twins>, Fault> {
    let Some(form) = lists.packs().person_sheet() else { return Ok(Vec::new()) };
    let entries = sheets(store, form, links, villages)?;
    let roles = sealing::sheet(form);
    let text = |entry: &Entry, field: &Option<Arc<str>>| {
        let value = field.as_ref().and_then(|field| entry.sheet.get(field)).filter(|value| !value.is_null());
        value.map(|value| value.to_string().trim().to_uppercase())
    };
    let mut by_number: BTreeMap<String, Vec<&Entry>> = BTreeMap::new();
    let mut by_name: BTreeMap<(String, String, Option<String>), Vec<&Entry>> = BTreeMap::new();
    for entry in &entries {
        if let Some(number) = text(entry, &roles.number) {
            by_number.entry(number).or_default().push(entry);
        }
        if let Some((name, birth)) = text(entry, &roles.name).zip(text(entry, &roles.birth)) {
            by_name.entry((name, birth, text(entry, &roles.sex))).or_default().push(entry);
        }
    }
    let group = |by, mut same: Vec<&Entry>| {
        same.sort_by_key(|entry| (entry.twin.since, entry.twin.resident));
        Twins { by, entries: same.into_iter().map(|entry| entry.twin.clone()).collect() }
    };
    let numbers = by_number.into_values().filter(|same| same.len() > 1).map(|same| group(TwinsBy::Number, same));
    let names = by_name.into_values().filter(|same| {
        let known: BTreeSet<String> = same.iter().filter_map(|entry| text(entry, &roles.number)).collect();
        let without = same.iter().filter(|entry| text(entry, &roles.number).is_none()).count();
        // Two different numbers are two people of one name; one number twice stands above already.
        same.len() > 1 && known.len() <= 1 && without > 0
    });
    Ok(numbers.chain(names.map(|same| group(TwinsBy::NameAndBirth, same))).collect())
}

/// What is known of everybody with a sheet in the villages, but for entries given up.
fn sheets(store: &dyn Store, form: &Form, links: &Links, villages: &[AreaCode]) -> Result<Vec<Entry>, Fault> {
    let roles = sealing::sheet(form);
    let wanted: Vec<&Arc<str>> = [&roles.name, &roles.birth, &roles.sex, &roles.number].into_iter().flatten().collect();
    let mut entries: HashMap<SubjectId, Entry> = HashMap::new();
    let what = Scan { forms: Some(&[&form.id]), areas: Some(villages), ..Scan::default() };
    store.scan(&what, &mut |row| {
        if links.kept(row.subject) != row.subject {
            return Ok(());
        }
        let mut values = BTreeMap::new();
        qianmo_store::parse_values(row.values, &mut |field, raw| {
            let named = wanted.iter().find(|wanted| ****wanted == *field);
            if let Some(value) = named.and_then(|_| raw.value(form.field(field)?.kind.kind())) {
                values.insert(field.into(), value);
            }
            Ok(())
        })?;
        let at = row.at();
        let twin = || Twin { resident: row.subject, name: String::new(), birth: None, area: row.area, since: at };
        let entry = entries.entry(row.subject).or_insert_with(|| Entry { sheet: BTreeMap::new(), twin: twin(), latest: at });
        if at >= entry.latest {
            complete(&mut entry.sheet, &values);
            (entry.latest, entry.twin.area) = (at, row.area);
        } else {
            complete(&mut values, &entry.sheet);
            entry.sheet = values;
        }
        entry.twin.since = entry.twin.since.min(at);
        Ok(())
    })?;
    let mut entries: Vec<Entry> = entries.into_values().collect();
    for entry in &mut entries {
        let value = |field: &Option<Arc<str>>| field.as_ref().and_then(|field| entry.sheet.get(field));
        entry.twin.name = value(&roles.name).map(ToString::to_string).unwrap_or_default();
        entry.twin.birth = value(&roles.birth).and_then(qianmo_core::Value::as_date);
    }
    Ok(entries)
}

/// A record with values that should be asked about again.
#[derive(Debug, Clone, PartialEq)]
pub struct Unusual {
    /// The record.
    pub record: RecordId,
    /// The form.
    pub form: Arc<str>,
    /// About whom.
    pub subject: SubjectId,
    /// The resident concerned.
    pub resident: Option<SubjectId>,
    /// Where.
    pub area: AreaCode,
    /// Date of the service.
    pub at: Date,
    /// Who wrote it.
    pub worker: Option<Arc<str>>,
    /// What is asked: `FORM-0301` unusual values, `FORM-0302` questions of the form.
    pub questions: Vec<Fault>,
}

/// Which records are looked through.
#[derive(Debug, Clone, Copy)]
pub struct UnusualAsked<'a> {
    /// Made in these areas.
    pub areas: &'a [AreaCode],
    /// Written before this position: what the page above gave.
    pub before: Option<Cut>,
    /// So many records at most are looked at.
    pub rows_max: usize,
    /// The day of asking.
    pub on: Date,
}

/// Records with unusual values among the last written, and where to look on. Questions that need the person's sheet aren't asked here.
///
/// Errors: those of reading the store; `STORE-0107` a value that isn't of its field's kind.
pub fn unusual(reader: &Reader<'_>, packs: &Packs, asked: UnusualAsked<'_>) -> Result<(Vec<Unusual>, Option<Cut>), Fault> {
    let forms: HashMap<&str, &Form> = packs.forms().map(|form| (&*form.id, form)).collect();
    let page = Page { areas: Some(asked.areas), before: asked.before, rows_max: asked.rows_max, ..Page::default() };
    let rows = reader.page(&page)?;
    let mut found = Vec::new();
    for row in &rows.rows {
        let head = row.head();
        let Some(form) = forms.get(&*head.form).filter(|_| !matches!(head.action, Action::Void { .. })) else { continue };
        let record = row.record(&|field| form.field(field).map(|field| field.kind.kind()))?;
        let questions = form.check(&record, &Known::on(asked.on)).asked;
        if !questions.is_empty() {
            found.push(Unusual {
                record: head.id,
                form: head.form.clone(),
                subject: head.subject.id,
                resident: head.resident,
                area: head.area,
                at: head.at,
                worker: head.worker.clone(),
                questions,
            });
        }
    }
    Ok((found, rows.next))
}
