//! `indicators`: cells of the cube.

use std::path::Path;

use qianmo_analytics::{Cube, Engine, Wanted};
use qianmo_core::pack::Indicator;
use qianmo_core::{AreaCode, Calendar, Fault, Numbers, Period, format_decimal};

use crate::args::{By, Indicators, Scope};
use crate::failure::Failure;
use crate::folder::{Folder, load_packs};
use crate::output::print;

/// A folder with its cube computed.
pub(crate) struct Computed {
    pub(crate) folder: Folder,
    pub(crate) engine: Engine,
    pub(crate) columns: qianmo_analytics::Columns,
    pub(crate) cube: Cube,
    pub(crate) cut: qianmo_store::Cut,
    pub(crate) area: AreaCode,
}

/// Opens a folder and computes these periods of these indicators (all when empty).
pub(crate) fn compute(scope: &Scope, packs: Option<&Path>, periods: &[Period], only: &[String]) -> Result<Computed, Failure> {
    let folder = Folder::open(&scope.data, packs)?;
    let area = folder.area(scope.area)?;
    let (columns, cut) = folder.columns(scope.cut)?;
    let engine = Engine::new(folder.packs.clone())?;
    let wanted = Wanted { periods: periods.to_vec(), indicators: only.iter().map(|id| id.as_str().into()).collect() };
    let cube = engine.compute(&columns, &folder.areas, &wanted)?;
    Ok(Computed { folder, engine, columns, cube, cut, area })
}

pub(crate) fn run(args: &Indicators, packs: Option<&Path>) -> Result<(), Failure> {
    let mut periods = vec![args.scope.period];
    if args.by == Some(By::Month) {
        periods.extend(months(args.scope.period));
    }
    let known = load_packs(packs)?;
    let of = |id: &String| {
        known.indicators().filter(|i| *i.id == **id || i.id.split('.').next() == Some(id)).map(|i| i.id.to_string()).collect()
    };
    let only: Vec<String> = args.only.iter().flat_map(|id| -> Vec<String> { of(id) }).collect();
    let mut computed = compute(&args.scope, packs, &periods, &only)?;
    if args.per_village {
        per_village(&mut computed, &periods)?;
    }
    let packs = &computed.folder.packs;
    for id in &args.only {
        if packs.indicator(id).is_none() && packs.pack(id).is_none() {
            return Err(Fault::new("ANALYTICS-0201").with("indicator", id).into());
        }
    }
    let chosen = |indicator: &&Indicator| {
        args.only.is_empty() || args.only.iter().any(|id| *id == *indicator.id || indicator.id.split('.').next() == Some(id))
    };
    let mut areas = vec![computed.area];
    if args.by == Some(By::Village) {
        let leaves = computed.folder.areas.leaves(computed.area);
        areas.extend(leaves.into_iter().filter(|leaf| *leaf != computed.area));
    }
    let mut rows = Vec::new();
    for indicator in packs.indicators().filter(chosen) {
        for area in &areas {
            for period in &periods {
                rows.push(row(&computed, indicator, *area, *period));
            }
        }
    }
    let ids = ["indicator", "name", "area", "period", "numerator", "denominator", "value", "unit"];
    let titles = ["指标", "名称", "辖区", "时段", "分子", "分母", "值", "单位"];
    print(&ids, &titles, &rows, &[4, 5, 6], args.format)
}

/// Computes each leaf from its own shard and puts the cells together.
fn per_village(computed: &mut Computed, periods: &[Period]) -> Result<(), Fault> {
    let areas = computed.folder.areas.clone();
    let wanted = Wanted::periods(periods);
    for leaf in areas.roots().flat_map(|root| areas.leaves(root.code)).collect::<Vec<_>>() {
        let shard = computed.engine.compute(&computed.columns.shard(leaf)?, &areas, &wanted)?;
        computed.cube.replace_leaf(leaf, &shard);
    }
    Ok(())
}

fn months(period: Period) -> Vec<Period> {
    let (start, end) = period.range(Calendar::Civil);
    let all = (start.year()..=end.year()).flat_map(|year| (1..=12).map(move |month| Period::Month(year, month)));
    all.filter(|month| {
        let (first, last) = month.range(Calendar::Civil);
        first >= start && last <= end && *month != period
    })
    .collect()
}

fn row(computed: &Computed, indicator: &Indicator, area: AreaCode, period: Period) -> Vec<String> {
    let cell = computed.cube.cell(&indicator.id, area, period);
    let denominator = cell.and_then(|cell| cell.denominator);
    let value = cell.and_then(|cell| cell.rounded(indicator.scale, indicator.decimals));
    vec![
        indicator.id.to_string(),
        indicator.name.clone(),
        area.to_string(),
        period.to_string(),
        cell.map(|cell| cell.numerator.normalize().to_string()).unwrap_or_default(),
        denominator.map(|number| number.normalize().to_string()).unwrap_or_default(),
        cell.map(|_| format_decimal(value, indicator.decimals)).unwrap_or_default(),
        indicator.unit.clone(),
    ]
}
