//! The store against a model in memory: random appends, read at random cuts.

use std::collections::BTreeMap;

use proptest::prelude::*;
use qianmo_core::{Action, Record};
use qianmo_store::{Cut, Scan, SqliteStore, Store};

use crate::support::{record, supersede, void};

/// The log as a list; what is refused follows from reading it.
#[derive(Default)]
struct Model {
    log: Vec<Record>,
}

impl Model {
    fn append(&mut self, batch: &[Record]) -> Result<usize, &'static str> {
        let before = self.log.len();
        for record in batch {
            if let Err(code) = self.write(record) {
                self.log.truncate(before);
                return Err(code);
            }
        }
        Ok(self.log.len() - before)
    }

    fn write(&mut self, record: &Record) -> Result<(), &'static str> {
        if let Action::Supersede(target) | Action::Void { record: target, .. } = &record.action {
            let held = self.log.iter().find(|held| held.id == *target).ok_or("STORE-0102")?;
            if matches!(held.action, Action::Void { .. }) {
                return Err("STORE-0104");
            }
            if self.log.iter().any(|other| names(other) == Some(*target) && other.id != record.id) {
                return Err("STORE-0103");
            }
        }
        match self.log.iter().find(|held| held.id == record.id) {
            Some(held) if held == record => {}
            Some(_) => return Err("STORE-0101"),
            None => self.log.push(record.clone()),
        }
        Ok(())
    }

    fn in_force(&self, cut: Cut) -> BTreeMap<i64, Record> {
        let log = &self.log[..usize::try_from(cut.0).unwrap()];
        let kept =
            |record: &&Record| !matches!(record.action, Action::Void { .. }) && !log.iter().any(|other| names(other) == Some(record.id));
        (1..).zip(log).filter(|(_, record)| kept(record)).map(|(seq, record)| (seq, record.clone())).collect()
    }
}

fn names(record: &Record) -> Option<qianmo_core::RecordId> {
    match &record.action {
        Action::Supersede(target) | Action::Void { record: target, .. } => Some(*target),
        Action::State => None,
    }
}

fn any_record() -> impl Strategy<Value = Record> {
    // Few ids, so that repeats, clashes and chains are common.
    (0..3_u8, 0..25_u128, 0..25_u128).prop_map(|(what, number, target)| match what {
        0 => record(number),
        1 => supersede(number, target),
        _ => void(number, target),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_store_is_the_list_it_stands_for(
        batches in prop::collection::vec(prop::collection::vec(any_record(), 1..4), 1..30),
        tenths in 0..10_i64,
        reopen in 0..30_usize,
    ) {
        let dir = tempfile::tempdir().unwrap();
        let mut store = SqliteStore::create(dir.path()).unwrap();
        let mut model = Model::default();
        for (i, batch) in batches.iter().enumerate() {
            if i == reopen {
                drop(store);
                store = SqliteStore::open(dir.path()).unwrap();
            }
            let got = store.append(batch).map(|done| done.written).map_err(|fault| fault.code);
            prop_assert_eq!(got, model.append(batch));
        }
        let end = store.cut().unwrap();
        prop_assert_eq!(end.0, i64::try_from(model.log.len()).unwrap());
        for cut in [Cut(end.0 * tenths / 10), end] {
            let mut rows = BTreeMap::new();
            let what = Scan { cut: Some(cut), ..Scan::default() };
            store.scan(&what, &mut |row| {
                rows.insert(row.seq, row.to_row().record(&crate::support::kinds)?);
                Ok(())
            }).unwrap();
            prop_assert_eq!(rows, model.in_force(cut));
        }
        store.verify().unwrap();
    }
}
