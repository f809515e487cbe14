//! `campaign freeze`, `campaign list`: the list of who is to be reached, written down once on a round's first day.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use qianmo_analytics::{Engine, Table};
use qianmo_core::pack::Campaign;
use qianmo_core::{Action, AreaCode, Date, Fault, Form, Known, Record, RecordId, Subject, SubjectId, Value};
use qianmo_store::{Cut, Scan, Store};
use sha2::{Digest, Sha256};

use crate::args::{Campaign as Args, Format};
use crate::commands::synth::today;
use crate::failure::Failure;
use crate::folder::Folder;
use crate::output::{line, print};

/// Faults told of one freeze; the rest would say the same of other people.
const FAULTS_MAX: usize = 20;

pub(crate) fn run(args: &Args, packs: Option<&Path>) -> Result<(), Failure> {
    match args {
        Args::Freeze { record, data, dry_run } => freeze(&mut Folder::open(&data.data, packs)?, *record, *dry_run),
        Args::List { data, format } => list(&Folder::open(&data.data, packs)?, *format),
    }
}

/// A round: the record that opened it, as it stands now.
struct Round {
    /// The first of its chain of corrections: a corrected round stays the same round.
    root: RecordId,
    record: Record,
    /// Its fields, derived values and first day, as `round.x`.
    names: BTreeMap<String, Value>,
}

impl Round {
    /// The round behind a record id.
    ///
    /// Errors: `CLI-0202` no such record, `CLI-0221` it opens no round, `CLI-0222` it was withdrawn, `CLI-0223` it is to begin later.
    fn open(folder: &Folder, id: RecordId, today: Date) -> Result<Self, Fault> {
        let history = folder.store.history(id)?;
        let (Some(first), Some(last)) = (history.first(), history.last()) else {
            return Err(Fault::new("CLI-0202").with("record", id));
        };
        let head = first.head();
        let form = folder.packs.form(&head.form).filter(|form| folder.packs.campaigns().any(|campaign| campaign.opens == form.id));
        let Some(form) = form else {
            let known: BTreeSet<&str> = folder.packs.campaigns().map(|campaign| &*campaign.opens).collect();
            let known: Vec<&str> = known.into_iter().collect();
            return Err(Fault::new("CLI-0221").with("form", &head.form).with("known", known.join("、")));
        };
        if let Action::Void { reason, .. } = &last.head().action {
            return Err(Fault::new("CLI-0222").with("record", id).with("reason", reason));
        }
        let record = last.record(&|field| form.field(field).map(|field| field.kind.kind()))?;
        if record.at > today {
            return Err(Fault::new("CLI-0223").with("at", record.at).with("today", today));
        }
        Ok(Self::new(head.id, record, form))
    }

    fn new(root: RecordId, record: Record, form: &Form) -> Self {
        let mut names: BTreeMap<String, Value> = record.values.iter().map(|(id, value)| (format!("round.{id}"), value.clone())).collect();
        let nobody: BTreeMap<Arc<str>, Value> = BTreeMap::new();
        let derived = form.derive(record.at, &record.values, &nobody);
        names.extend(form.derived.iter().zip(derived).map(|(made, value)| (format!("round.{}", made.field.id), value)));
        names.insert("round.at".to_owned(), Value::Date(record.at));
        Self { root, record, names }
    }

    /// Where its people sit: in the area it is about, or where its organisation made it.
    fn area(&self) -> AreaCode {
        self.record.subject.id.as_area().unwrap_or(self.record.area)
    }

    /// The id of the record that puts a subject on the list: always the same, so that twice is the same as once.
    fn target_id(&self, campaign: &Campaign, subject: SubjectId) -> RecordId {
        let mut digest = Sha256::new();
        digest.update(self.root.0.as_bytes());
        digest.update(subject.0.as_bytes());
        digest.update(campaign.id.as_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest.finalize()[..16]);
        RecordId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }
}

/// What became of one campaign's list.
#[derive(Default)]
struct Frozen {
    /// Records to write.
    records: Vec<Record>,
    /// Who is on the list already by hand.
    by_hand: usize,
    /// Records written by an earlier freeze.
    before: usize,
}

fn freeze(folder: &mut Folder, id: RecordId, dry_run: bool) -> Result<(), Failure> {
    let today = today();
    let round = Round::open(folder, id, today)?;
    let packs = folder.packs.clone();
    let engine = Engine::new(packs.clone())?;
    let (columns, _) = folder.columns(None)?;
    for campaign in packs.campaigns().filter(|campaign| campaign.opens == round.record.form) {
        let Some(form) = packs.form(&campaign.target) else { continue };
        let before = frozen_before(folder, campaign, &round)?;
        if before > 0 {
            line(&say(campaign, &Frozen { before, ..Frozen::default() }, dry_run));
            continue;
        }
        let day = (round.record.at, round.record.at);
        let rows = engine.roster_rows(&columns, &folder.areas, &campaign.view, round.area(), day, None)?;
        let frozen = targets(folder, campaign, form, &round, &rows)?;
        let known = Known::on(today);
        let faults: Vec<Fault> = frozen.records.iter().flat_map(|record| form.check(record, &known).refused).take(FAULTS_MAX).collect();
        if !faults.is_empty() {
            return Err(faults.into());
        }
        if !dry_run {
            folder.store.append(&frozen.records)?;
        }
        line(&say(campaign, &frozen, dry_run));
    }
    Ok(())
}

fn say(campaign: &Campaign, frozen: &Frozen, dry_run: bool) -> String {
    let name = &campaign.name;
    if frozen.before > 0 {
        return format!("「{name}」这一轮的名单已经定下，共 {} 人，没有再写；后来的人请另外加入。", frozen.before);
    }
    let by_hand = if frozen.by_hand > 0 { format!("另有 {} 人已在名单上。", frozen.by_hand) } else { String::new() };
    let end = if dry_run { "只试算，没有写入。" } else { "名单已定。" };
    format!("「{name}」列入名单 {} 人。{by_hand}{end}", frozen.records.len())
}

/// How many records an earlier freeze wrote, whatever became of them.
fn frozen_before(folder: &Folder, campaign: &Campaign, round: &Round) -> Result<usize, Fault> {
    let mut count = 0;
    folder.store.scan_log(Cut::START, &mut |row| {
        count += usize::from(row.form == &*campaign.target && row.id == round.target_id(campaign, row.subject));
        Ok(())
    })?;
    Ok(count)
}

/// A record for each subject of the view that satisfies the campaign's condition and isn't on the list yet.
fn targets(folder: &Folder, campaign: &Campaign, form: &Form, round: &Round, rows: &Table) -> Result<Frozen, Fault> {
    let held = listed(folder, form)?;
    let mut frozen = Frozen::default();
    let mut seen = BTreeSet::new();
    for row in &rows.rows {
        let env = |name: &str| match rows.column(name) {
            Some(column) => row[column].clone(),
            None => round.names.get(name).cloned().unwrap_or_default(),
        };
        let text = |name: &str| env(name).as_text().unwrap_or_default().to_owned();
        let subject: SubjectId = text("subject").parse()?;
        let wanted = campaign.only.as_ref().is_none_or(|only| only.eval(&env) == Value::Bool(true));
        if !wanted || !seen.insert(subject) {
            continue;
        }
        let made = campaign.values.iter().map(|(field, value)| (field.clone(), value.eval(&env)));
        let values: BTreeMap<Arc<str>, Value> = made.filter(|(_, value)| !value.is_null()).collect();
        if !form.unique.is_empty() && held.contains(&key(form, subject, &values)) {
            frozen.by_hand += 1;
            continue;
        }
        frozen.records.push(record(folder, campaign, form, round, (subject, text("area").parse()?, values))?);
    }
    Ok(frozen)
}

/// What makes a record of the list recognisable: its subject and unique fields.
type Key = (SubjectId, Vec<String>);

fn key(form: &Form, subject: SubjectId, values: &BTreeMap<Arc<str>, Value>) -> Key {
    (subject, form.unique.iter().map(|field| values.get(field).map(ToString::to_string).unwrap_or_default()).collect())
}

/// The records of the list in force, however they came.
fn listed(folder: &Folder, form: &Form) -> Result<BTreeSet<Key>, Fault> {
    let mut held = BTreeSet::new();
    if form.unique.is_empty() {
        return Ok(held);
    }
    let scan = Scan { forms: Some(&[&*form.id]), ..Scan::default() };
    folder.store.scan(&scan, &mut |row| {
        let record = row.to_row().record(&|field| form.field(field).map(|field| field.kind.kind()))?;
        held.insert(key(form, record.subject.id, &record.values));
        Ok(())
    })?;
    Ok(held)
}

type Made = (SubjectId, AreaCode, BTreeMap<Arc<str>, Value>);

fn record(folder: &Folder, campaign: &Campaign, form: &Form, round: &Round, (id, area, values): Made) -> Result<Record, Fault> {
    let resident = match &*form.subject {
        "resident" => Some(id),
        "household" | "organisation" | "area" => None,
        _ => folder.store.records_of(id)?.iter().rev().find_map(|row| row.head().resident),
    };
    let organisation =
        if &*round.record.subject.kind == "organisation" { Some(round.record.subject.id) } else { round.record.organisation };
    Ok(Record {
        id: round.target_id(campaign, id),
        form: form.id.clone(),
        form_version: form.version,
        subject: Subject { kind: form.subject.clone(), id },
        resident,
        area,
        organisation,
        worker: std::env::var("USER").ok().map(Arc::from),
        device: None,
        at: round.record.at,
        recorded_at: Timestamp::now().as_millisecond(),
        action: Action::State,
        values,
    })
}

/// Every round in force: its campaign, first day, area, state and how many are on its list.
fn list(folder: &Folder, format: Format) -> Result<(), Failure> {
    let today = today();
    let mut rows: Vec<Vec<String>> = Vec::new();
    for campaign in folder.packs.campaigns() {
        let Some(form) = folder.packs.form(&campaign.opens) else { continue };
        let mut rounds = Vec::new();
        let scan = Scan { forms: Some(&[&*form.id]), ..Scan::default() };
        folder.store.scan(&scan, &mut |row| {
            rounds.push(row.to_row().record(&|field| form.field(field).map(|field| field.kind.kind()))?);
            Ok(())
        })?;
        rounds.sort_by_key(|round| (round.at, round.id));
        for record in rounds {
            let root = folder.store.history(record.id)?.first().map_or(record.id, |row| row.head().id);
            let round = Round::new(root, record, form);
            let targets = frozen_before(folder, campaign, &round)?;
            let state = match (targets, round.record.at > today) {
                (0, true) => "not_begun",
                (0, false) => "open",
                _ => "frozen",
            };
            let area = folder.areas.get(round.area()).map_or_else(String::new, |area| area.name.clone());
            let round_id = round.record.id.to_string();
            let cells = [&*campaign.id, &campaign.name, &round_id, &round.record.at.to_string(), &round.area().to_string(), &area, state];
            rows.push(cells.into_iter().map(str::to_owned).chain([targets.to_string()]).collect());
        }
    }
    let ids = ["campaign", "name", "record", "at", "area", "area_name", "state", "targets"];
    let titles = ["编号", "群体行动", "开始这一轮的记录", "首日", "辖区", "辖区名称", "状态", "名单人数"];
    print(&ids, &titles, &rows, &[7], format)
}
