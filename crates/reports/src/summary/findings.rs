//! 存在问题: the indicators that fell short of their target or went the wrong way against the year before.
//!
//! Never among them: indicators on reproductive choices, mere statistics, indicators without a good direction
//! (design, section 9). At most eight are printed, three of a programme: misses of targets first, the worst first.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use qianmo_core::pack::{Better, Indicator, PackTable};
use qianmo_core::{Cell, Date, Decimal, Period, Value};

use super::Request;
use super::composer::{Composer, cell, lead};
use crate::model::{Block, Run};
use crate::phrase::{self, Change};

/// The most problems that a summary lists.
const SHOWN_MAX: usize = 8;

/// The most of one programme: its rates often say the same thing twice.
const SHOWN_PER_PACK_MAX: usize = 3;

/// A target from a pack's table `targets`.
#[derive(Debug, Clone)]
pub(super) struct Target<'a> {
    pub(super) indicator: &'a Indicator,
    pub(super) value: Decimal,
    /// SQL name of the table, for the appendix.
    pub(super) table: String,
    pub(super) source: String,
}

/// An indicator that fell short.
#[derive(Debug, Clone)]
pub(super) struct Finding<'a> {
    pub(super) indicator: &'a Indicator,
    pub(super) now: Cell,
    pub(super) missed: Option<Target<'a>>,
    pub(super) worse: Option<(Cell, Change)>,
    severity: Decimal,
}

/// Whether an indicator may be judged at all.
fn judged(indicator: &Indicator) -> Option<Better> {
    indicator.better.filter(|_| !indicator.choice && !indicator.statistic)
}

/// The targets in force on the last day of a year, in the order of the packs.
pub(super) fn targets<'a>(request: &Request<'a>, year: i16) -> Vec<Target<'a>> {
    let packs = request.packs;
    let mut ordered: Vec<_> = packs.packs.iter().collect();
    ordered.sort_by_key(|pack| pack.order);
    let mut targets = Vec::new();
    for pack in ordered {
        for table in pack.tables.iter().filter(|table| &*table.id == "targets") {
            for row in &table.rows {
                let get = |name: &str| column(table, row, name);
                let Some(indicator) = get("indicator").as_text().and_then(|id| packs.indicator(id)) else { continue };
                let Some(value) = get("value").as_decimal() else { continue };
                let (_, end) = Period::Year(year).range(indicator.calendar);
                let from = get("valid_from").as_date().unwrap_or(Date::MIN);
                let to = get("valid_to").as_date().unwrap_or(Date::MAX);
                if judged(indicator).is_some() && from <= end && end <= to {
                    targets.push(Target { indicator, value, table: format!("{}_{}", pack.id, table.id), source: table.source.clone() });
                }
            }
        }
    }
    targets
}

pub(super) fn column(table: &PackTable, row: &[Value], name: &str) -> Value {
    table.columns.iter().position(|(id, _)| &**id == name).and_then(|index| row.get(index)).cloned().unwrap_or_default()
}

/// Everything that fell short, worst first, whatever its number.
pub(super) fn find<'a>(request: &Request<'a>) -> Vec<Finding<'a>> {
    let period = Period::Year(request.year);
    let targets = targets(request, request.year);
    let mut found: Vec<Finding<'a>> = Vec::new();
    for indicator in request.packs.indicators() {
        let Some(better) = judged(indicator) else { continue };
        let Some(now) = cell(request, &indicator.id, period) else { continue };
        let Some(value) = now.rounded(indicator.scale, indicator.decimals) else { continue };
        let wrong = |difference: Decimal| match better {
            Better::Higher => difference < Decimal::ZERO,
            Better::Lower => difference > Decimal::ZERO,
        };
        let target = targets.iter().find(|target| target.indicator.id == indicator.id);
        let missed = target.filter(|target| wrong(value - target.value)).cloned();
        let worse = cell(request, &indicator.id, period.year_before())
            .and_then(|before| Some((before, phrase::change(indicator, &now, &before)?)))
            .filter(|(_, change)| wrong(change.difference) && !change.words.is_empty());
        let relative = |target: &Target<'_>| (value - target.value).abs().checked_div(target.value.abs()).unwrap_or(Decimal::ONE);
        let severity = match (&missed, &worse) {
            (Some(target), _) => relative(target),
            (None, Some((_, change))) => change.relative.abs(),
            (None, None) => continue,
        };
        found.push(Finding { indicator, now, missed, worse, severity });
    }
    found.sort_by(worst_first);
    let mut shown: BTreeMap<&str, usize> = BTreeMap::new();
    found.retain(|finding| {
        let of_pack = shown.entry(finding.indicator.id.split('.').next().unwrap_or_default()).or_default();
        *of_pack += 1;
        *of_pack <= SHOWN_PER_PACK_MAX
    });
    found.truncate(SHOWN_MAX);
    found
}

fn worst_first(a: &Finding<'_>, b: &Finding<'_>) -> Ordering {
    (b.missed.is_some().cmp(&a.missed.is_some())).then(b.severity.cmp(&a.severity)).then_with(|| a.indicator.id.cmp(&b.indicator.id))
}

pub(super) fn write(composer: &mut Composer<'_>, findings: &[Finding<'_>]) {
    composer.section("存在问题");
    if findings.is_empty() {
        let text = "对照年度目标和上年水平，可比的考核性指标未发现未达标或退步的项目。".to_owned();
        composer.blocks.push(Block::Paragraph(vec![Run::Text(text)]));
        return;
    }
    let text = "对照年度目标和上年实际，工作中还存在以下差距：".to_owned();
    composer.blocks.push(Block::Paragraph(vec![Run::Text(text)]));
    let within = composer.place.clone();
    for (number, finding) in (1..).zip(findings) {
        composer.place = format!("{within}{}", lead(2, number));
        let block = match &finding.missed {
            Some(target) => missed(composer, finding, target, number),
            None => fell(composer, finding, number),
        };
        composer.blocks.push(block);
    }
    composer.place = within;
}

fn missed(composer: &mut Composer<'_>, finding: &Finding<'_>, target: &Target<'_>, number: usize) -> Block {
    let indicator = finding.indicator;
    let lower = indicator.better == Some(Better::Lower);
    let sentence = if lower { "高于年度控制目标" } else { "未达到年度目标" };
    let goal = phrase::target(indicator, target.value);
    let actual = phrase::fraction(indicator, &finding.now);
    let value = finding.now.rounded(indicator.scale, indicator.decimals).unwrap_or_default();
    let gap = (value - target.value).abs();
    let gap_text = if phrase::in_points(indicator) {
        phrase::points(indicator, gap)
    } else {
        phrase::with_unit(&qianmo_core::format_decimal(Some(gap), indicator.decimals), &indicator.unit)
    };
    let note = format!("目标{goal}，实际{actual}");
    let year = composer.request.year;
    let period = composer.period();
    let mut runs = vec![
        Run::Text(if lower { "控制目标为" } else { "目标为" }.to_owned()),
        composer.target_run(target, year, goal),
        Run::Text("，实际为".to_owned()),
        composer.cell_run(indicator, &finding.now, period, actual),
        Run::Text(if lower { "，高出" } else { "，相差" }.to_owned()),
        composer.gap_run(indicator, gap_text, note),
    ];
    if let Some((before, change)) = &finding.worse {
        runs.push(Run::Text("，".to_owned()));
        runs.push(composer.change_run(indicator, &finding.now, before, phrase::change_words(change)));
    }
    runs.push(Run::Text("。".to_owned()));
    Block::Item { level: 2, lead: format!("{}{}{sentence}。", lead(2, number), indicator.name), runs }
}

fn fell(composer: &mut Composer<'_>, finding: &Finding<'_>, number: usize) -> Block {
    let indicator = finding.indicator;
    let Some((before, change)) = &finding.worse else { return Block::Paragraph(Vec::new()) };
    let up = change.difference > Decimal::ZERO;
    let sentence = match (up, phrase::in_points(indicator)) {
        (true, _) => "比上年上升",
        (false, true) => "比上年下降",
        (false, false) => "比上年减少",
    };
    let year = composer.request.year;
    let period = composer.period();
    let runs = vec![
        Run::Text(format!("{year}年为")),
        composer.cell_run(indicator, &finding.now, period, phrase::fraction(indicator, &finding.now)),
        Run::Text("，上年为".to_owned()),
        composer.cell_run(indicator, before, period.year_before(), phrase::fraction(indicator, before)),
        Run::Text("，".to_owned()),
        composer.change_run(indicator, &finding.now, before, phrase::change_words(change)),
        Run::Text("。".to_owned()),
    ];
    Block::Item { level: 2, lead: format!("{}{}{sentence}。", lead(2, number), indicator.name), runs }
}
