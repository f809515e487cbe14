//! Ledgers by their columns, returns by their items, campaigns.

use qianmo_core::pack::{Campaign, Pack, Return, ReturnRow, Roster};
use qianmo_core::{Calendar, Part};

use super::names::Names;
use super::pages::{Cell, Pages, beneath, serial, when, words};
use super::words::read;
use crate::model::{Align, Column};

fn calendar(calendar: Calendar) -> &'static str {
    match calendar {
        Calendar::Civil => "公历",
        Calendar::Mch => "妇幼年度",
    }
}

fn sentence(facts: impl IntoIterator<Item = String>) -> String {
    let facts: Vec<String> = facts.into_iter().filter(|fact| !fact.is_empty()).collect();
    format!("{}。", facts.join("；"))
}

pub(super) fn rosters(pages: &mut Pages, names: &Names<'_>, pack: &Pack) {
    if pack.rosters.is_empty() {
        return;
    }
    pages.section("台账和花名册");
    for roster in &pack.rosters {
        let view = names.packs.view(&roster.view);
        let names = names.view(view);
        pages.part(&format!("{}（{}）", roster.name, roster.id));
        let sorted: Vec<String> = roster.sort.iter().map(|id| names.label(id)).collect();
        let totals: Vec<String> = roster.totals.iter().map(|id| names.label(id)).collect();
        pages.small(&sentence([
            format!("列出：{}", view.map_or("", |view| &view.name)),
            roster.only.as_ref().map_or_else(String::new, |only| format!("只列{}的", read(only, &names))),
            format!("时段按{}", calendar(roster.calendar)),
            when(!sorted.is_empty(), &format!("按{}排列", sorted.join("、"))),
            when(!totals.is_empty(), &format!("合计：{}", totals.join("、"))),
            format!("出处：{}", roster.source),
        ]));
        columns(pages, roster);
    }
}

/// The columns in order; the header above them when there is one.
fn columns(pages: &mut Pages, roster: &Roster) {
    let grouped = roster.columns.iter().any(|column| !column.group.is_empty());
    let mut columns = vec![("列", 7, Align::Centre), ("列名", 28, Align::Left), ("说明", 47, Align::Left)];
    if grouped {
        columns.insert(1, ("上级表头", 18, Align::Centre));
    }
    let rows = roster
        .columns
        .iter()
        .enumerate()
        .map(|(index, column)| {
            let codes: Vec<String> = column.labels.iter().map(|(code, label)| format!("{code} {label}")).collect();
            let notes: Vec<String> =
                [codes.join("、"), when(column.mask, "遮盖打印")].into_iter().filter(|note| !note.is_empty()).collect();
            let mut row = vec![serial(index), words(column.name.clone()), words(notes.join("；"))];
            if grouped {
                row.insert(1, words(column.group.clone()));
            }
            row
        })
        .collect();
    let columns = columns.into_iter().map(|(name, width, align)| Column { name: name.to_owned(), width, align }).collect();
    pages.any_table(columns, rows);
}

pub(super) fn returns(pages: &mut Pages, names: &Names<'_>, pack: &Pack) {
    if pack.returns.is_empty() {
        return;
    }
    pages.section("报表");
    for form in &pack.returns {
        pages.part(&format!("{}（{}）", form.name, form.id));
        pages.small(&about(form));
        let rows = form.rows.iter().map(|row| item(row, names)).collect();
        pages.table([("代码", 15, Align::Centre), ("项目", 43, Align::Left), ("取数", 42, Align::Left)], rows);
        let items: Vec<_> = form.rows.iter().map(|row| (row.code.clone(), row.name.clone())).collect();
        let names = names.items(&items);
        if !form.checks.is_empty() {
            pages.heading("表内核对");
            let rows = form.checks.iter().enumerate().map(|(index, (require, message))| {
                let said = if message.is_empty() { beneath("", &read(require, &names)) } else { words(message.clone()) };
                vec![serial(index), said]
            });
            pages.table([("序号", 7, Align::Centre), ("要求", 93, Align::Left)], rows.collect());
        }
        for note in &form.notes {
            pages.small(&format!("注：{note}"));
        }
    }
}

fn about(form: &Return) -> String {
    let frequency = match form.frequency.as_str() {
        "month" => "月报",
        "quarter" => "季报",
        _ => "年报",
    };
    sentence([
        form.form_number.clone(),
        when(!form.issued_by.is_empty(), &format!("制定：{}", form.issued_by)),
        frequency.to_owned(),
        format!("时段按{}", calendar(form.calendar)),
        when(!form.due.is_empty(), &format!("报送：{}", form.due)),
        when(form.by_village, "另附分村表"),
        format!("出处：{}", form.source),
    ])
}

fn item(row: &ReturnRow, names: &Names<'_>) -> Vec<Cell> {
    let name = format!(
        "{}{}",
        "　".repeat(usize::from(row.level) * 2),
        if row.level > 0 { format!("其中：{}", row.name) } else { row.name.clone() }
    );
    let from = row.indicator.as_deref().map_or_else(String::new, |id| {
        let indicator = names.packs.indicator(id);
        let part = match (row.part, indicator.is_some_and(|indicator| indicator.denominator.is_some())) {
            (Part::Numerator, true) => "的分子",
            (Part::Denominator, _) => "的分母",
            _ => "",
        };
        format!("「{}」{part}", indicator.map_or(id, |indicator| &indicator.name))
    });
    let code = if row.indicator.is_some() { row.code.to_string() } else { String::new() };
    vec![words(code), words(name), words(from)]
}

pub(super) fn campaigns(pages: &mut Pages, names: &Names<'_>, pack: &Pack) {
    if pack.campaigns.is_empty() {
        return;
    }
    pages.section("群体行动");
    pages.paragraph("每一轮开始那天把应到的人列成名单，名单定下后不再变；后来的人另外加入。进度按名单算。");
    for campaign in &pack.campaigns {
        pages.part(&campaign.name);
        one_campaign(pages, campaign, names);
    }
}

fn one_campaign(pages: &mut Pages, campaign: &Campaign, names: &Names<'_>) {
    let view = names.packs.view(&campaign.view);
    let round = names.form(names.packs.form(&campaign.opens)).view(view);
    let target = names.packs.form(&campaign.target);
    let value = |(field, expr): &(std::sync::Arc<str>, qianmo_core::Expr)| {
        let label = target.and_then(|form| form.field(field)).map_or(&**field, |field| &field.name);
        format!("{label}：{}", read(expr, &round))
    };
    let values: Vec<String> = campaign.values.iter().map(value).collect();
    pages.facts([
        ("开始一轮", format!("填写{}，日期为首日", names.form_name(&campaign.opens))),
        ("从谁中列名单", view.map_or_else(|| campaign.view.to_string(), |view| view.name.clone())),
        ("其中", campaign.only.as_ref().map_or_else(String::new, |only| read(only, &round))),
        ("每人写一条", names.form_name(&campaign.target)),
        ("写明", values.join("；")),
        ("出处", campaign.source.clone()),
    ]);
}
