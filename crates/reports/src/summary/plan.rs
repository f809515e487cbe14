//! Next year's plan: targets with this year's values, tasks from what fell short, the packs' own lines, calendar.
//!
//! A pack may give the months' work in a table `calendar` with the columns `month integer, work text`.

use std::collections::BTreeMap;

use qianmo_core::Period;
use qianmo_core::pack::Better;

use super::composer::{Composer, lead};
use super::findings::{Finding, Target, column, targets};
use super::sections::{columns, fill, holds, text_cell};
use crate::model::{Align, Block, Run, Table};
use crate::phrase;
use crate::template::Template;

pub(super) fn write(composer: &mut Composer<'_>, findings: &[Finding<'_>], templates: &[(String, Template)]) {
    let year = composer.request.year + 1;
    composer.section(&format!("{year}年工作计划"));
    let within = composer.place.clone();
    let mut number = 0;
    let mut heading = |composer: &mut Composer<'_>, title: &str| {
        number += 1;
        composer.heading(2, number, title, &within);
    };
    heading(composer, "总体要求");
    let text = format!(
        "{year}年，以居民健康需求为导向，巩固已有工作成效，补齐短板弱项，规范服务行为，保证数据真实准确，持续提高基层卫生健康服务质量。"
    );
    composer.blocks.push(Block::Paragraph(vec![Run::Text(text)]));
    let goals = targets(composer.request, year);
    if !goals.is_empty() {
        heading(composer, "工作目标");
        target_table(composer, &goals, year);
    }
    if !findings.is_empty() {
        heading(composer, "补齐短板");
        let within = composer.place.clone();
        for (number, finding) in (1..).zip(findings) {
            composer.place = format!("{within}{number}");
            let block = task(composer, finding, &goals, number, year);
            composer.blocks.push(block);
        }
    }
    if templates.iter().any(|(_, template)| !template.plan.is_empty()) {
        heading(composer, "重点工作");
        pack_lines(composer, templates);
    }
    let months = months(composer);
    if !months.is_empty() {
        heading(composer, "时间安排");
        calendar(composer, months, year);
    }
    heading(composer, "保障措施");
    let text = "加强组织领导，明确各项任务的责任单位、责任人和完成时限；加强人员培训和业务指导，提高服务能力；\
                坚持按月核对数据、按季督导检查，发现问题及时整改，确保各项目标任务落到实处。";
    composer.blocks.push(Block::Paragraph(vec![Run::Text(text.to_owned())]));
}

fn goal_text(target: &Target<'_>) -> String {
    phrase::target(target.indicator, target.value)
}

fn bound(better: Option<Better>) -> &'static str {
    if better == Some(Better::Lower) { "以内" } else { "以上" }
}

fn target_table(composer: &mut Composer<'_>, goals: &[Target<'_>], year: i16) {
    let within = composer.place.clone();
    let caption = composer.next_table(&format!("{year}年主要工作目标"));
    let period = composer.period();
    let mut rows = Vec::new();
    for goal in goals {
        let indicator = goal.indicator;
        let now = match composer.cell(&indicator.id, period) {
            Some(cell) => {
                let text = phrase::with_unit(&phrase::value(indicator, &cell), &indicator.unit);
                composer.cell_run(indicator, &cell, period, text)
            }
            None => Run::Text(phrase::MISSING.to_owned()),
        };
        let text = goal_text(goal);
        let target = composer.target_run(goal, year, text);
        rows.push(vec![text_cell(&indicator.name), vec![now], vec![target, Run::Text(bound(indicator.better).to_owned())]]);
    }
    let columns = columns(&[
        ("指标", 50, Align::Left),
        (&format!("{}年完成", year - 1), 24, Align::Right),
        (&format!("{year}年目标"), 26, Align::Right),
    ]);
    composer.blocks.push(Block::Table(Table { caption, unit: String::new(), columns, rows, total: None, notes: Vec::new() }));
    composer.place = within;
}

fn task(composer: &mut Composer<'_>, finding: &Finding<'_>, goals: &[Target<'_>], number: usize, year: i16) -> Block {
    let indicator = finding.indicator;
    let lower = indicator.better == Some(Better::Lower);
    let rate = indicator.denominator.is_some();
    let how = if rate { "逐村核对名单，查明原因，落实到人，" } else { "制定计划，明确进度，按期落实，" };
    let mut runs = Vec::new();
    if let Some(goal) = goals.iter().find(|goal| goal.indicator.id == indicator.id) {
        runs.push(Run::Text(format!("{how}{year}年{}", if lower { "控制在" } else { "达到" })));
        let text = goal_text(goal);
        runs.push(composer.target_run(goal, year, text));
        runs.push(Run::Text(format!("{}。", bound(indicator.better))));
    } else if let Some((before, _)) = &finding.worse {
        let last = Period::Year(year - 2);
        let text = phrase::with_unit(&phrase::value(indicator, before), &indicator.unit);
        runs.push(Run::Text(format!("{how}{year}年{}{}年", if lower { "降到" } else { "恢复到" }, year - 2)));
        runs.push(composer.cell_run(indicator, before, last, text));
        runs.push(Run::Text("的水平。".to_owned()));
    } else {
        runs.push(Run::Text(format!("{how}力争明显改善。")));
    }
    let verb = match (lower, rate) {
        (true, true) => "降低",
        (true, false) => "减少",
        (false, true) => "提高",
        (false, false) => "增加",
    };
    Block::Item { level: 3, lead: format!("{}{verb}{}。", lead(3, number), indicator.name), runs }
}

fn pack_lines(composer: &mut Composer<'_>, templates: &[(String, Template)]) {
    let within = composer.place.clone();
    let mut number = 0;
    for (name, template) in templates {
        let mut runs = Vec::new();
        let place = format!("{within}{}", number + 1);
        composer.place.clone_from(&place);
        for (condition, pieces) in &template.plan {
            if holds(composer, condition.as_ref()) {
                runs.extend(fill(composer, pieces));
            }
        }
        if !runs.is_empty() {
            number += 1;
            composer.blocks.push(Block::Item { level: 3, lead: format!("{}{name}。", lead(3, number)), runs });
        }
    }
    composer.place = within;
}

fn months(composer: &Composer<'_>) -> BTreeMap<i64, Vec<String>> {
    let mut months: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for table in composer.request.packs.packs.iter().flat_map(|pack| &pack.tables).filter(|table| &*table.id == "calendar") {
        for row in &table.rows {
            let month = column(table, row, "month").as_integer().filter(|month| (1..=12).contains(month));
            if let (Some(month), Some(work)) = (month, column(table, row, "work").as_text()) {
                months.entry(month).or_default().push(work.to_owned());
            }
        }
    }
    months
}

fn calendar(composer: &mut Composer<'_>, months: BTreeMap<i64, Vec<String>>, year: i16) {
    let within = composer.place.clone();
    let caption = composer.next_table(&format!("{year}年工作月历"));
    let rows = months.into_iter().map(|(month, work)| vec![text_cell(&format!("{month}月")), text_cell(&work.join("；"))]).collect();
    let columns = columns(&[("月份", 14, Align::Centre), ("工作安排", 86, Align::Left)]);
    composer.blocks.push(Block::Table(Table { caption, unit: String::new(), columns, rows, total: None, notes: Vec::new() }));
    composer.place = within;
}
