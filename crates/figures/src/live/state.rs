//! What is known at one position of the log.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use qianmo_analytics::{Columns, ColumnsBuilder, Engine, Ledger, Subjects};
use qianmo_core::pack::Packs;
use qianmo_core::{AreaTree, Fault, RecordId};
use qianmo_store::{ActionRef, Cut, Scan, Store};

use super::bonds::Bonds;
use crate::columns::{Reader, is_common};
use crate::merges::Merges;

/// Records as columns and the sums made of them, all as of one position.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub(super) cut: Cut,
    /// Organisations, areas, the packs' tables.
    pub(super) common: Arc<Columns>,
    /// Everything else, as it was when last put together.
    people: Arc<Columns>,
    /// What took its place since: subjects, and their rows.
    patches: Vec<Patch>,
    pub(super) ledger: Ledger,
    /// All together, once somebody has asked for rows.
    full: Arc<OnceLock<Arc<Columns>>>,
}

/// Subjects whose rows are others now.
type Patch = (Arc<HashSet<i64>>, Arc<Columns>);

/// What the following thread knows beside the state.
#[derive(Debug, Default)]
pub(super) struct Ties {
    pub(super) bonds: Bonds,
    /// Where in the log each corrected or withdrawn record was overruled.
    pub(super) overruled: HashMap<RecordId, i64>,
    /// Which entries are one person, as of the state's position.
    pub(super) merges: Arc<Merges>,
}

impl State {
    /// Nothing read yet.
    pub(super) fn empty(engine: &Arc<Engine>, areas: &Arc<AreaTree>) -> Result<Self, Fault> {
        let subjects = Subjects::default();
        let common = ColumnsBuilder::with(engine.packs(), areas, &subjects)?.finish()?;
        let people = ColumnsBuilder::of_some(engine.packs(), &subjects, false).finish()?;
        let ledger = Ledger::new(engine.clone(), areas.clone());
        let (common, people) = (Arc::new(common), Arc::new(people));
        Ok(Self { cut: Cut::START, common, people, patches: Vec::new(), ledger, full: Arc::default() })
    }

    /// Everything read from the store, nothing summed.
    pub(super) fn load(store: &dyn Store, engine: &Arc<Engine>, areas: &Arc<AreaTree>) -> Result<(Self, Ties), Fault> {
        let packs = engine.packs();
        let mut ties = Ties::default();
        let cut = store.scan_log(Cut::START, &mut |row| {
            if let ActionRef::Supersede(target) | ActionRef::Void { record: target, .. } = row.action {
                ties.overruled.insert(target, row.seq);
            }
            Ok(())
        })?;
        let subjects = Subjects::default();
        let mut common = ColumnsBuilder::with(packs, areas, &subjects)?;
        let mut people = ColumnsBuilder::of_some(packs, &subjects, false);
        let reader = Reader::new(packs);
        let merges = Merges::read(store, packs, cut)?;
        store.scan(&Scan { cut: Some(cut), ..Scan::default() }, &mut |row| {
            let builder = if reader.common(row.form) { &mut common } else { &mut people };
            reader.push(builder, row, &merges)
        })?;
        let people = people.finish()?;
        people.ties(&mut |a, b| ties.bonds.tie(a, b));
        for (given_up, kept) in merges.pairs() {
            ties.bonds.tie(subjects.number(given_up), subjects.number(kept));
        }
        ties.merges = Arc::new(merges);
        let ledger = Ledger::new(engine.clone(), areas.clone());
        Ok((
            Self { cut, common: Arc::new(common.finish()?), people: Arc::new(people), patches: Vec::new(), ledger, full: Arc::default() },
            ties,
        ))
    }

    /// What everybody shares, read anew.
    pub(super) fn read_common(
        &self,
        store: &dyn Store,
        packs: &Packs,
        areas: &AreaTree,
        cut: Cut,
        merges: &Merges,
    ) -> Result<Columns, Fault> {
        let mut common = ColumnsBuilder::with(packs, areas, self.people.subjects())?;
        let reader = Reader::new(packs);
        let forms: Vec<&str> = packs.forms().filter(|form| is_common(form)).map(|form| &*form.id).collect();
        let scan = Scan { cut: Some(cut), forms: Some(&forms), ..Scan::default() };
        store.scan(&scan, &mut |row| reader.push(&mut common, row, merges))?;
        common.finish()
    }

    /// The numbers of subjects.
    pub(super) fn subjects(&self) -> &Subjects {
        self.people.subjects()
    }

    /// Puts other rows in the place of some subjects'.
    pub(super) fn patch(&mut self, gone: Arc<HashSet<i64>>, fresh: Arc<Columns>) {
        self.patches.push((gone, fresh));
        self.full = Arc::default();
    }

    /// How many patches wait to be put in.
    pub(super) fn patched(&self) -> usize {
        self.patches.len()
    }

    /// All records, or only these tables of them: what everybody shares, and the rest.
    pub(super) fn parts(&self, tables: Option<&BTreeSet<String>>) -> Result<(Arc<Columns>, Columns), Fault> {
        Ok((self.common.clone(), self.people.layered(&self.patches, tables)?))
    }

    /// All records.
    pub(super) fn columns(&self) -> Result<Arc<Columns>, Fault> {
        if let Some(full) = self.full.get() {
            return Ok(full.clone());
        }
        let (common, people) = self.parts(None)?;
        Ok(self.full.get_or_init(|| Arc::new(common.and(&people))).clone())
    }

    /// Puts the patches in for good.
    pub(super) fn settle(&mut self) -> Result<(), Fault> {
        if !self.patches.is_empty() {
            self.people = Arc::new(self.people.layered(&self.patches, None)?);
            self.patches.clear();
        }
        Ok(())
    }
}
