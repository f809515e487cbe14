//! The run: check the figures, plan the year, write it, live on.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::date;
use qianmo_core::pack::Packs;
use qianmo_core::{Area, AreaCode, Date, Fault, Record, Value};

use crate::area::Areas;
use crate::emit::{Emitter, Writer};
use crate::facts::{Facts, Span};
use crate::fake::Faker;
use crate::figures::Figures;
use crate::members::{Members, World};
use crate::plan::Planner;
use crate::script::{Script, TOWNSHIP, VILLAGES};

/// What to make.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The year whose figures they are.
    pub year: i16,
    /// The same seed gives the same township.
    pub seed: u64,
    /// The last day to fabricate, not before the year's end; the year's end when absent.
    pub until: Option<Date>,
    /// The township's 12-digit code (ends in 000); 530599100000, which nobody has, when absent.
    pub area: Option<AreaCode>,
}

/// What was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Township {
    /// County, township, communities and villages.
    pub areas: Vec<Area>,
    /// The township's code.
    pub code: Option<AreaCode>,
    /// Records by form.
    pub records: BTreeMap<Arc<str>, u64>,
    /// Figures of the file that no pack uses.
    pub unused: Vec<String>,
}

const NOBODYS_TOWNSHIP: u64 = 530_599_100_000;

/// Makes a township whose records add up to the figures and hands them to `sink` in batches of a few thousand.
///
/// Nothing is handed over before the whole year of the figures is planned without a contradiction. The sink's own
/// fault stops the run.
///
/// Errors, as many as can be found at once: `SYNTH-0201`–`0204` figures that contradict each other or are missing,
/// `SYNTH-0301` fewer members than a figure wants, `SYNTH-0302` a total that can't be shared, `SYNTH-0303` more to be linked to than members,
/// `SYNTH-0401` `until` before the year's end, `SYNTH-0402` no code of a township, `SYNTH-0501`–`0505` a script that is wrong in itself.
pub fn generate(
    packs: &Packs,
    figures: &Figures,
    options: &Options,
    sink: &mut dyn FnMut(Vec<Record>) -> Result<(), Fault>,
) -> Result<Township, Vec<Fault>> {
    let year_end = date(options.year, 12, 31);
    let until = options.until.unwrap_or(year_end);
    if until < year_end {
        return Err(vec![Fault::new("SYNTH-0401").with("until", until).with("year", options.year)]);
    }
    let script = Script::new(packs)?;
    let span = Span { year: options.year, first: true, until };
    let facts = Facts::new(packs, figures, span);
    let faults = facts.check();
    if !faults.is_empty() {
        return Err(faults);
    }
    let code = options.area.map_or_else(|| AreaCode::from_number(NOBODYS_TOWNSHIP), Ok).map_err(|fault| vec![fault])?;
    let region = u32::try_from(code.number() / 1_000_000).unwrap_or(0);
    let faker = Faker::new(region);
    let areas = areas(&facts, code, &faker, options).map_err(|fault| vec![fault])?;
    let mut run = Run::new(packs, &script, areas, faker, options.seed);
    run.year(&facts, sink)?;
    for year in options.year + 1..=until.year() {
        let facts = Facts::new(packs, figures, Span { year, first: false, until });
        run.year(&facts, sink)?;
    }
    Ok(Township { areas: run.areas.tree, code: Some(code), records: run.counts, unused: facts.unused() })
}

/// Counts of communities and villages come from the lets `area_communities` and `area_villages`; two villages where no pack has them.
fn areas(facts: &Facts<'_>, code: AreaCode, faker: &Faker, options: &Options) -> Result<Areas, Fault> {
    let count = |name: &str, otherwise: i64| match facts.value(usize::MAX, name) {
        None => Ok(otherwise),
        Some(value) => value.as_integer().ok_or_else(|| Fault::new("SYNTH-0203").with("group", "villages").with("figure", name)),
    };
    let (communities, villages) = (count("area_communities", 0)?, count("area_villages", 2)?);
    Areas::new(code, communities, villages, options.year, faker, options.seed)
}

struct Run<'a> {
    packs: &'a Packs,
    script: &'a Script<'a>,
    areas: Areas,
    weights: Vec<f64>,
    faker: Faker,
    seed: u64,
    world: World,
    homes: Vec<Option<(usize, usize)>>,
    counts: BTreeMap<Arc<str>, u64>,
}

impl<'a> Run<'a> {
    fn new(packs: &'a Packs, script: &'a Script<'a>, areas: Areas, faker: Faker, seed: u64) -> Self {
        let mut world = World { groups: script.groups.iter().map(|group| Members::new(group.columns.len())).collect() };
        let last = areas.leaves.len() - 1;
        for at in 0..=last {
            let members = &mut world.groups[if at == last { TOWNSHIP } else { VILLAGES }];
            let name = areas.leaf(at).map(|area| (area.kind.word(), area.name.as_str())).unwrap_or_default();
            let texts = [areas.leaves[at].to_string(), name.0.to_owned(), name.1.to_owned()];
            for (column, text) in members.columns.iter_mut().zip(&texts) {
                column.push(Value::text(text));
            }
            if at != last {
                let weight = qianmo_core::Decimal::try_from(areas.weights[at]).unwrap_or_default().round_dp(4);
                members.columns[3].push(Value::Decimal(weight));
            }
            members.villages.push(u16::try_from(at).unwrap_or(0));
            members.len += 1;
        }
        let mut upto = 0.0;
        let weights = areas.weights.iter().map(|weight| {
            upto += weight;
            upto
        });
        let weights = weights.collect();
        let homes = vec![None; areas.leaves.len()];
        Self { packs, script, areas, weights, faker, seed, world, homes, counts: BTreeMap::new() }
    }

    fn year(&mut self, facts: &Facts<'_>, sink: &mut dyn FnMut(Vec<Record>) -> Result<(), Fault>) -> Result<(), Vec<Fault>> {
        let script = self.script;
        let mut planner = Planner {
            script,
            facts,
            areas: &self.areas.leaves,
            weights: &self.weights,
            world: &mut self.world,
            faker: &mut self.faker,
            seed: self.seed,
            faults: Vec::new(),
            short: vec![false; script.groups.len()],
        };
        (0..script.groups.len()).for_each(|group| planner.group(group));
        let mut faults = planner.faults;
        let mut writers: Vec<Vec<Writer<'_>>> = Vec::new();
        for (number, prepared) in script.groups.iter().enumerate() {
            let templates = prepared.group.map_or(&[][..], |group| &group.records);
            let mut prepared_writers = Vec::new();
            for template in templates {
                match Writer::new(template, number, self.packs, script, facts) {
                    Ok(writer) => prepared_writers.push(writer),
                    Err(fault) => faults.push(fault),
                }
            }
            writers.push(prepared_writers);
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        self.find_homes();
        self.write(facts.span(), &writers, sink).map_err(|fault| vec![fault])?;
        for (number, needed) in script.needed.iter().enumerate() {
            if !needed && script.groups[number].kind.as_deref() != Some("organisation") {
                self.world.groups[number].clear();
            }
        }
        Ok(())
    }

    /// The first organisation that sits in a leaf does what nobody else is said to do there.
    fn find_homes(&mut self) {
        for (number, prepared) in self.script.groups.iter().enumerate() {
            if prepared.kind.as_deref() == Some("organisation") {
                for (row, village) in self.world.groups[number].villages.iter().enumerate() {
                    self.homes[usize::from(*village)].get_or_insert((number, row));
                }
            }
        }
    }

    fn write(
        &mut self,
        span: Span,
        writers: &[Vec<Writer<'_>>],
        sink: &mut dyn FnMut(Vec<Record>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut emitter = Emitter {
            script: self.script,
            span,
            areas: &self.areas.leaves,
            world: &self.world,
            faker: &mut self.faker,
            seed: self.seed,
            homes: &self.homes,
            batch: Vec::new(),
            counts: &mut self.counts,
            sink,
        };
        for (group, writers) in writers.iter().enumerate() {
            if !writers.is_empty() {
                emitter.group(group, writers)?;
            }
        }
        emitter.finish()
    }
}
