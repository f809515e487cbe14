//! The ledger: sums of views that were asked for once, kept, and followed.
//!
//! A [`Ledger`] holds for each view and stretch of days one line of sums a leaf. What is asked and not held is computed from
//! columns; what changes is computed anew for the views that read it, or only for the subjects concerned.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use qianmo_core::pack::{Indicator, View};
use qianmo_core::{AreaCode, AreaTree, Cell, Decimal, Fault, Numbers, Period};

use crate::columns::Columns;
use crate::cube::{Sums, Wanted, combined};
use crate::engine::{Engine, Job, LeafSums, of_view};
use crate::tables::Tables;

/// Sums by leaf.
type Lines = HashMap<u64, Vec<Decimal>>;

/// An indicator's view and the columns of its sums.
type Place = (usize, Option<usize>, Option<usize>);

/// Kept sums.
#[derive(Clone)]
pub struct Ledger {
    engine: Arc<Engine>,
    areas: Arc<AreaTree>,
    places: Arc<HashMap<Arc<str>, u32>>,
    /// For each indicator by place.
    columns: Arc<Vec<Option<Place>>>,
    held: HashMap<Job, Arc<Lines>>,
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger").field("held", &self.held.len()).finish_non_exhaustive()
    }
}

impl Ledger {
    /// An empty ledger.
    #[must_use]
    pub fn new(engine: Arc<Engine>, areas: Arc<AreaTree>) -> Self {
        let packs = engine.packs().clone();
        let mut columns = vec![None; packs.indicators().count()];
        for (number, view) in packs.views().enumerate().filter(|(_, view)| of_view(&packs, view).next().is_some()) {
            for (place, above, below) in engine.sum_columns(view) {
                if let Some(column) = columns.get_mut(place as usize) {
                    *column = Some((number, above, below));
                }
            }
        }
        let places = (0_u32..).zip(packs.indicators()).map(|(place, indicator)| (indicator.id.clone(), place)).collect();
        Self { engine, areas, places: Arc::new(places), columns: Arc::new(columns), held: HashMap::new() }
    }

    /// The views and stretches that these cells need.
    pub(crate) fn jobs(&self, wanted: &Wanted) -> HashSet<Job> {
        let packs = self.engine.packs();
        let set = wanted.set(packs);
        let asked = packs.indicators().zip(&set).zip(self.columns.iter()).filter(|((_, asked), _)| **asked);
        let asked = asked.filter_map(|((indicator, _), column)| Some((indicator, (*column)?.0)));
        asked.flat_map(|(indicator, view)| wanted.periods.iter().map(move |period| job(view, indicator, *period))).collect()
    }

    /// Whether all these cells are held.
    #[must_use]
    pub fn holds(&self, wanted: &Wanted) -> bool {
        self.jobs(wanted).iter().all(|job| self.held.contains_key(job))
    }

    /// How many sums of a view over a stretch of days are held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.held.len()
    }

    /// Whether nothing is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// Whether anything is held of these views.
    #[must_use]
    pub fn has(&self, views: &BTreeSet<usize>) -> bool {
        self.held.keys().any(|job| views.contains(&job.view))
    }

    /// An empty ledger of the same kind.
    #[must_use]
    pub fn empty(&self) -> Self {
        Self { held: HashMap::new(), ..self.clone() }
    }

    /// What this ledger holds and another doesn't.
    #[must_use]
    pub fn beyond(&self, other: &Self) -> Self {
        let more = self.held.iter().filter(|(job, _)| !other.held.contains_key(job)).map(|(job, lines)| (*job, lines.clone()));
        Self { held: more.collect(), ..self.clone() }
    }

    /// Takes over all that another holds.
    pub fn take(&mut self, other: Self) {
        self.held.extend(other.held);
    }

    /// Takes over what was computed.
    pub fn keep(&mut self, computed: Computed) {
        self.held.extend(computed.sums.into_iter().map(|(job, lines)| (job, Arc::new(lines))));
    }

    /// Computes what of these cells isn't held, from columns in parts; the answer goes to [`Ledger::keep`].
    ///
    /// Errors: `ANALYTICS-0902`.
    pub fn compute(&self, parts: &[&Columns], wanted: &Wanted) -> Result<Computed, Fault> {
        self.run(parts, &self.jobs(wanted).into_iter().filter(|job| !self.held.contains_key(job)).collect::<Vec<_>>())
    }

    /// Computes anew everything held of some views (of all when absent).
    ///
    /// Errors: `ANALYTICS-0902`.
    pub fn recompute(&self, parts: &[&Columns], views: Option<&BTreeSet<usize>>) -> Result<Computed, Fault> {
        self.run(parts, &self.jobs_of(views))
    }

    /// What some subjects count as they are, less what they counted as they were: for [`Ledger::add`].
    ///
    /// `change` has their rows as they were, as they are, and what everybody shares. Right only for views that stand alone
    /// ([`crate::Scope`]). Errors: `ANALYTICS-0902`.
    pub fn difference(&self, change: &[&Columns], views: &BTreeSet<usize>) -> Result<Computed, Fault> {
        self.run(change, &self.jobs_of(Some(views)))
    }

    /// Adds a difference.
    pub fn add(&mut self, difference: Computed) {
        for (job, lines) in difference.sums {
            let Some(held) = self.held.get_mut(&job).filter(|_| !lines.is_empty()) else { continue };
            let held = Arc::make_mut(held);
            for (area, sums) in lines {
                add(held.entry(area).or_default(), &sums, false);
            }
        }
    }

    fn jobs_of(&self, views: Option<&BTreeSet<usize>>) -> Vec<Job> {
        self.held.keys().filter(|job| views.is_none_or(|views| views.contains(&job.view))).copied().collect()
    }

    fn run(&self, parts: &[&Columns], jobs: &[Job]) -> Result<Computed, Fault> {
        let runs = runs(self.engine.packs().views(), jobs);
        let sums = self.engine.sums(Tables::of(parts), &runs)?;
        Ok(Computed { sums: spread(&runs, &sums, jobs) })
    }

    fn own(&self, place: u32, leaves: &[AreaCode], period: Period) -> Option<Sums> {
        let (view, above, below) = (*self.columns.get(place as usize)?)?;
        let indicator = self.engine.packs().indicators().nth(place as usize)?;
        let lines = self.held.get(&job(view, indicator, period))?;
        let mut total = (Decimal::ZERO, Some(Decimal::ZERO));
        for line in leaves.iter().filter_map(|leaf| lines.get(&leaf.number())) {
            let number = |column: Option<usize>| column.and_then(|at| line.get(at)).copied().unwrap_or_default();
            total = (total.0 + number(above), total.1.map(|held| held + number(below)));
        }
        Some(total)
    }
}

impl Numbers for Ledger {
    fn cell(&self, indicator: &str, area: AreaCode, period: Period) -> Option<Cell> {
        let packs = self.engine.packs();
        let leaves = self.areas.leaves(area);
        let own = |place| self.own(place, &leaves, period);
        let (numerator, denominator) = combined(packs, &self.places, packs.indicator(indicator)?, &own)?;
        Some(Cell { numerator, denominator })
    }
}

/// Sums computed and not yet in a ledger.
#[derive(Debug)]
pub struct Computed {
    sums: HashMap<Job, Lines>,
}

impl Computed {
    /// Whether nothing was computed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sums.is_empty()
    }
}

fn job(view: usize, indicator: &Indicator, period: Period) -> Job {
    let (start, end) = period.range(indicator.calendar);
    Job { view, start, end }
}

/// The runs that serve these jobs: an additive view's stretches in one.
fn runs<'p>(views: impl Iterator<Item = &'p View>, jobs: &[Job]) -> Vec<(Job, bool)> {
    let additive: Vec<bool> = views.map(|view| view.additive).collect();
    let mut runs: Vec<(Job, bool)> = Vec::new();
    for job in jobs {
        let whole = runs.iter_mut().find(|(run, additive)| *additive && run.view == job.view);
        match whole {
            Some((run, _)) => (run.start, run.end) = (run.start.min(job.start), run.end.max(job.end)),
            None => runs.push((*job, additive.get(job.view).copied().unwrap_or(false))),
        }
    }
    runs
}

/// Gives each job its part of the runs' sums.
fn spread(runs: &[(Job, bool)], sums: &[Vec<LeafSums>], jobs: &[Job]) -> HashMap<Job, Lines> {
    let mut spread: HashMap<Job, Lines> = jobs.iter().map(|job| (*job, Lines::new())).collect();
    for ((run, additive), rows) in runs.iter().zip(sums) {
        for job in jobs.iter().filter(|job| job.view == run.view && (*additive || *job == run)) {
            let lines = spread.entry(*job).or_default();
            for row in rows.iter().filter(|row| !additive || (job.start..=job.end).contains(&row.day)) {
                add(lines.entry(row.area).or_default(), &row.sums, row.before);
            }
        }
    }
    spread
}

fn add(held: &mut Vec<Decimal>, more: &[Decimal], less: bool) {
    held.resize(held.len().max(more.len()), Decimal::ZERO);
    for (held, more) in held.iter_mut().zip(more) {
        if less { *held -= more } else { *held += more }
    }
}
