//! Tables that change with year or place: standards, thresholds, amounts. Targets stand with their indicators.

use qianmo_core::pack::{Pack, PackTable, Packs};
use qianmo_core::{Kind, Value};

use super::pages::{Cell, Pages, words};
use super::words::value;
use crate::model::{Align, Column, chinese_date};

/// Rows printed of a long table.
const ROWS_MAX: usize = 60;
/// The day that stands for no end.
const NO_END: i16 = 9999;
/// Years before this one stand for no beginning.
const NO_BEGINNING: i16 = 1901;

pub(super) fn write(pages: &mut Pages, packs: &Packs, pack: &Pack) {
    let tables: Vec<&PackTable> = pack.tables.iter().filter(|table| &*table.id != "targets").collect();
    if tables.is_empty() {
        return;
    }
    pages.section("标准和数据表");
    for table in tables {
        pages.part(&table.name);
        pages.small(&format!("出处：{}；编号：{}_{}。", table.source, pack.id, table.id));
        one(pages, packs, table);
    }
}

fn one(pages: &mut Pages, packs: &Packs, table: &PackTable) {
    let columns: Vec<Column> = table.columns.iter().enumerate().map(|(at, (id, kind))| column(table, at, id, *kind)).collect();
    let rows = table.rows.iter().take(ROWS_MAX).map(|row| row.iter().map(|held| cell(packs, held)).collect()).collect();
    pages.any_table(columns, rows);
    if table.rows.len() > ROWS_MAX {
        pages.small(&format!("共{}行，这里印出前{ROWS_MAX}行，其余见数据文件。", table.rows.len()));
    }
}

/// A column as wide as its widest text, within bounds.
fn column(table: &PackTable, at: usize, id: &str, kind: Kind) -> Column {
    let widest = table.rows.iter().take(ROWS_MAX).map(|row| width(&printed(&row[at]))).max().unwrap_or(0);
    let header = label(id);
    let width = widest.clamp(u32::try_from(header.chars().count()).unwrap_or(6).min(10), 40).max(5) + 2;
    let align = if kind == Kind::Text && widest > 12 { Align::Left } else { Align::Centre };
    Column { name: header, width, align }
}

fn width(text: &str) -> u32 {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

/// Column names that every pack shares; others are printed as they are.
fn label(id: &str) -> String {
    let known = match id {
        "valid_from" => "起",
        "valid_to" => "止",
        "vaccine" => "疫苗",
        "dose" => "剂次",
        "month" => "月份",
        "work" => "工作",
        "sex" => "性别",
        "name" => "名称",
        "code" => "编码",
        "region" => "地区",
        "amount" => "金额",
        "value" => "值",
        "indicator" => "指标",
        _ => return id.replace('_', " "),
    };
    known.to_owned()
}

fn printed(held: &Value) -> String {
    match held {
        Value::Null => String::new(),
        Value::Date(date) if date.year() == NO_END || date.year() < NO_BEGINNING => "—".to_owned(),
        Value::Date(date) => date.to_string(),
        held => value(held),
    }
}

fn cell(packs: &Packs, held: &Value) -> Cell {
    let text = printed(held);
    words(packs.indicator(&text).map_or(text, |indicator| indicator.name.clone()))
}

/// The targets of an indicator in all packs: `不低于98%（2009年1月1日起）`.
pub(super) fn targets(packs: &Packs, indicator: &str) -> Vec<(Value, String)> {
    let mut found = Vec::new();
    for table in packs.packs.iter().flat_map(|pack| &pack.tables).filter(|table| &*table.id == "targets") {
        let at = |id: &str| table.columns.iter().position(|(name, _)| &**name == id);
        let (Some(who), Some(what)) = (at("indicator"), at("value")) else { continue };
        for row in table.rows.iter().filter(|row| row[who].as_text() == Some(indicator)) {
            let day = |id: &str| at(id).and_then(|at| row[at].as_date());
            let from = day("valid_from").filter(|day| day.year() >= NO_BEGINNING).map(|day| match (day.month(), day.day()) {
                (1, 1) => format!("{}年起", day.year()),
                _ => format!("{}起", chinese_date(day)),
            });
            let to = day("valid_to").filter(|day| day.year() != NO_END).map(|day| match (day.month(), day.day()) {
                (12, 31) => format!("至{}年", day.year()),
                _ => format!("至{}", chinese_date(day)),
            });
            found.push((row[what].clone(), format!("{}{}", from.unwrap_or_default(), to.unwrap_or_default())));
        }
    }
    found
}
