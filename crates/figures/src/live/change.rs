//! What was appended since a position, and the rows of whom it concerns as they were and as they are.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use qianmo_analytics::{Columns, ColumnsBuilder, RowHead, Subjects};
use qianmo_core::pack::Packs;
use qianmo_core::{Fault, RecordId, SubjectId};
use qianmo_desk::Change;
use qianmo_store::{ActionRef, Cut, Row, RowRef, Store};

use super::state::Ties;
use crate::columns::{Reader, is_common, may_name_somebody};
use crate::merges::{Merges, merge_form};

/// The most records that are named in a change.
const NAMED_MAX: usize = 100;

/// Subjects whose records are asked for in one query.
const SUBJECTS_AT_ONCE: usize = 500;

/// The end of the log, as far as it is new.
#[derive(Debug, Default)]
pub(super) struct Tail {
    pub(super) change: Change,
    /// Records appended.
    pub(super) count: usize,
    /// Subjects that aren't common, by number.
    pub(super) subjects: HashSet<i64>,
    /// Forms about what everybody shares.
    pub(super) common: BTreeSet<Arc<str>>,
    /// The other forms.
    pub(super) personal: BTreeSet<Arc<str>>,
    /// Entries about which it was said, or is no longer said, that they are another's.
    pub(super) merging: HashSet<SubjectId>,
    /// Something that can't be followed piece by piece: all must be read anew.
    pub(super) odd: bool,
}

impl Tail {
    /// Reads the log after a position; new bonds and what was overruled are noted in `ties`.
    pub(super) fn read(
        store: &dyn Store,
        since: Cut,
        packs: &Packs,
        reader: &Reader,
        subjects: &Subjects,
        ties: &mut Ties,
    ) -> Result<Self, Fault> {
        let mut tail = Self::default();
        let mut targets: Vec<(RecordId, SubjectId)> = Vec::new();
        let mut named: Vec<(SubjectId, String)> = Vec::new();
        let references = references(packs);
        let merge_form = merge_form(packs);
        tail.change.cut = store.scan_log(since, &mut |row| {
            tail.add(row, reader, subjects, ties);
            if Some(row.form) == merge_form {
                tail.merging.insert(row.subject);
                // A correction may say it of another entry.
                tail.odd |= reader.common_names_people();
            }
            if let ActionRef::Supersede(target) | ActionRef::Void { record: target, .. } = row.action {
                ties.overruled.insert(target, row.seq);
                targets.push((target, row.subject));
            }
            if let Some(fields) = references.get(row.form).filter(|_| reader.knows(row.form) && !reader.common(row.form)) {
                qianmo_store::parse_values(row.values, &mut |field, raw| {
                    if let (true, qianmo_store::Raw::Text(text)) = (fields.contains(field), raw) {
                        named.push((row.subject, text.into_owned()));
                    }
                    Ok(())
                })?;
            }
            Ok(())
        })?;
        for (subject, text) in named {
            if let Ok(other) = text.parse::<SubjectId>() {
                tail.bind(subjects, ties, subject, other);
            }
        }
        for (target, subject) in targets {
            let Some(row) = store.record(target)? else { continue };
            let head = row.head();
            if Some(&*head.form) == merge_form {
                tail.merging.insert(head.subject.id);
            }
            if reader.knows(&head.form) && !reader.common(&head.form) {
                tail.bind(subjects, ties, subject, head.subject.id);
                if let Some(resident) = head.resident {
                    tail.bind(subjects, ties, subject, resident);
                }
            }
        }
        Ok(tail)
    }

    /// Binds the entries that are one person now, or were one before.
    pub(super) fn bind_merged(&mut self, subjects: &Subjects, ties: &mut Ties, (were, are): (&Merges, &Merges)) {
        for entry in self.merging.iter().copied().collect::<Vec<_>>() {
            for kept in [were.kept(entry), are.kept(entry)] {
                self.bind(subjects, ties, entry, kept);
            }
        }
    }

    fn bind(&mut self, subjects: &Subjects, ties: &mut Ties, a: SubjectId, b: SubjectId) {
        let (a, b) = (subjects.number(a), subjects.number(b));
        ties.bonds.tie(a, b);
        self.subjects.extend([a, b]);
    }

    fn add(&mut self, row: &RowRef<'_>, reader: &Reader, subjects: &Subjects, ties: &mut Ties) {
        self.count += 1;
        self.change.areas.insert(row.area);
        if !self.change.forms.contains(row.form) {
            self.change.forms.insert(row.form.into());
        }
        if self.count <= NAMED_MAX {
            self.change.records.push(row.id);
        } else {
            self.change.records.clear();
        }
        if !reader.knows(row.form) {
            return;
        }
        if reader.common(row.form) {
            self.common.insert(row.form.into());
            self.odd |= row.resident.is_some();
            return;
        }
        self.personal.insert(row.form.into());
        self.subjects.insert(subjects.number(row.subject));
        if let Some(resident) = row.resident {
            self.bind(subjects, ties, row.subject, resident);
        }
    }
}

/// Fields of each form that name other subjects which aren't common.
fn references(packs: &Packs) -> HashMap<&str, HashSet<&str>> {
    packs
        .forms()
        .filter(|form| !is_common(form))
        .map(|form| (&*form.id, form.fields.iter().filter(|field| may_name_somebody(&field.kind)).map(|field| &*field.id).collect()))
        .collect()
}

/// Rows of some subjects as of two positions.
#[derive(Debug)]
pub(super) struct Turned {
    pub(super) before: Columns,
    pub(super) after: Columns,
}

/// Reads all records of these subjects and makes columns of those in force then and now, each for whom it counted and counts.
pub(super) fn turned(
    store: &dyn Store,
    packs: &Packs,
    reader: &Reader,
    subjects: &Subjects,
    ties: &Ties,
    of: &HashSet<i64>,
    [(then, were), (now, are)]: [(Cut, &Merges); 2],
) -> Result<Turned, Fault> {
    let ids: Vec<SubjectId> = of.iter().filter_map(|number| subjects.id(*number)).collect();
    let mut rows: Vec<Row> = Vec::new();
    for some in ids.chunks(SUBJECTS_AT_ONCE) {
        let held = store.records_of_many(some, None)?;
        rows.extend(held.into_iter().filter(|row| row.seq <= now.0 && !reader.common(&row.head().form)));
    }
    rows.sort_unstable_by_key(|row| row.seq);
    let mut before = ColumnsBuilder::of_some(packs, subjects, true);
    let mut after = ColumnsBuilder::of_some(packs, subjects, false);
    for row in rows.iter().filter(|row| !matches!(row.head().action, qianmo_core::Action::Void { .. })) {
        let head = row.head();
        let overruled = ties.overruled.get(&head.id).copied().unwrap_or(i64::MAX);
        let head = RowHead {
            record: head.id,
            form: &head.form,
            subject: head.subject.id,
            resident: head.resident,
            organisation: head.organisation,
            area: head.area,
            at: head.at,
        };
        let (was, is) = (row.seq <= then.0 && overruled > then.0, overruled > now.0);
        if !was && !is {
            continue;
        }
        let values = reader.values(head.form, row.values())?;
        for (stands, merges, builder) in [(was, were, &mut before), (is, are, &mut after)] {
            if let Some(head) = reader.counted(head.clone(), merges).filter(|_| stands) {
                let mut values = values.clone();
                reader.naming_kept(head.form, &mut values, merges);
                builder.push(&head, values);
            }
        }
    }
    Ok(Turned { before: before.finish()?, after: after.finish()? })
}
