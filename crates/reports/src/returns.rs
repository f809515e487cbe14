//! Returns (报表): items that are cells of the cube, the same by village, and what their cross-checks found.
//!
//! Faults: `REPORT-0201` a period that the return isn't made for, `REPORT-0204` an item whose indicator no pack has.

use std::collections::BTreeMap;
use std::sync::Arc;

use qianmo_core::numbers::round_half_up;
use qianmo_core::pack::{Packs, Return, ReturnRow};
use qianmo_core::{AreaCode, AreaTree, Cell, Env, Fault, Numbers, Part, Period, Value};

use crate::model::Align;
use crate::roster::{Heading, period_prefix};
use crate::sheet::{Paper, Row, Sheet, SheetCell, SheetColumn};

/// Where a return's cells come from.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The packs in use.
    pub packs: &'a Packs,
    /// The cube.
    pub numbers: &'a dyn Numbers,
    /// The division tree, for the table by village.
    pub areas: &'a AreaTree,
    /// Whose return it is.
    pub area: AreaCode,
}

impl std::fmt::Debug for Source<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source").field("area", &self.area).finish_non_exhaustive()
    }
}

/// Lays out a return: the form itself and, where the return says so, the items by village.
///
/// Errors: `REPORT-0201`, `REPORT-0204`.
pub fn build(form: &Return, source: &Source<'_>, heading: &Heading<'_>) -> Result<Vec<Sheet>, Fault> {
    let fits = match form.frequency.as_str() {
        "year" => matches!(heading.period, Period::Year(_)),
        "half" => matches!(heading.period, Period::Half(..) | Period::Year(_)),
        "quarter" => matches!(heading.period, Period::Quarter(..) | Period::Half(..) | Period::Year(_)),
        "month" => !matches!(heading.period, Period::TenDays(..) | Period::Week(..) | Period::Day(_)),
        _ => true,
    };
    if !fits {
        let fault = Fault::new("REPORT-0201").with("return", &form.id).with("name", &form.name);
        return Err(fault.with("frequency", frequency(&form.frequency)).with("period", heading.period));
    }
    let unknown = form.rows.iter().find(|row| row.indicator.as_ref().is_some_and(|id| source.packs.indicator(id).is_none()));
    if let Some(row) = unknown {
        let indicator = row.indicator.as_deref().unwrap_or_default();
        return Err(Fault::new("REPORT-0204").with("return", &form.id).with("item", &row.code).with("indicator", indicator));
    }
    let mut sheets = vec![main_sheet(form, source, heading)];
    if form.by_village && !source.areas.children(source.area).is_empty() {
        sheets.push(village_sheet(form, source, heading));
    }
    Ok(sheets)
}

fn frequency(word: &str) -> &str {
    match word {
        "year" => "年报",
        "half" => "半年报",
        "quarter" => "季报",
        "month" => "月报",
        other => other,
    }
}

/// The value of an item in an area; unknown when nothing was computed or nothing stands below.
fn item(row: &ReturnRow, source: &Source<'_>, area: AreaCode, period: Period) -> SheetCell {
    let Some(indicator) = row.indicator.as_ref().and_then(|id| source.packs.indicator(id)) else { return SheetCell::Empty };
    let Some(cell) = source.numbers.cell(&indicator.id, area, period) else { return SheetCell::Empty };
    let whole = indicator.denominator.is_none();
    let counted = |number: qianmo_core::Decimal| {
        let number = number.normalize();
        SheetCell::Number(number, if number.scale() == 0 { 0 } else { number.scale().max(2) })
    };
    match row.part {
        Part::Numerator if !whole => counted(cell.numerator),
        Part::Numerator | Part::Value if whole => SheetCell::Number(round_half_up(cell.numerator, indicator.decimals), indicator.decimals),
        Part::Denominator => cell.denominator.map_or(SheetCell::Empty, counted),
        _ => rate(&cell, indicator.scale, indicator.decimals),
    }
}

fn rate(cell: &Cell, scale: qianmo_core::Decimal, decimals: u32) -> SheetCell {
    cell.rounded(scale, decimals).map_or_else(|| SheetCell::Text("—".to_owned()), |value| SheetCell::Number(value, decimals))
}

fn unit(row: &ReturnRow, packs: &Packs) -> String {
    match row.indicator.as_ref().and_then(|id| packs.indicator(id)) {
        Some(indicator) if indicator.denominator.is_none() || row.part == Part::Value => indicator.unit.clone(),
        _ => String::new(),
    }
}

fn sheet(form: &Return, heading: &Heading<'_>, columns: Vec<SheetColumn>, rows: Vec<Row>) -> Sheet {
    let lines = [("表　　号：", form.form_number.clone()), ("制定机关：", form.issued_by.clone()), ("报送时间：", form.due.clone())];
    let width = columns.iter().map(|column| column.width).sum();
    Sheet {
        title: form.name.clone(),
        tab: form.id.to_string(),
        form_lines: lines.into_iter().filter(|(_, text)| !text.is_empty()).map(|(label, text)| format!("{label}{text}")).collect(),
        organisation: heading.organisation.to_owned(),
        period: heading.period.chinese(form.calendar),
        as_of: heading.as_of.to_owned(),
        printed: heading.printed,
        paper: Paper::for_width(width),
        columns,
        rows,
        totals: Vec::new(),
        notes: Vec::new(),
    }
}

fn column(name: &str, width: f64, align: Align) -> SheetColumn {
    SheetColumn { name: name.to_owned(), group: String::new(), width, align }
}

fn main_sheet(form: &Return, source: &Source<'_>, heading: &Heading<'_>) -> Sheet {
    let columns = vec![
        column("代码", 8.0, Align::Centre),
        column("项目", 46.0, Align::Left),
        column("计量单位", 12.0, Align::Centre),
        column("数值", 16.0, Align::Right),
    ];
    let text = |text: &str| if text.is_empty() { SheetCell::Empty } else { SheetCell::Text(text.to_owned()) };
    let rows = form
        .rows
        .iter()
        .map(|row| {
            let code = if row.indicator.is_some() { text(&row.code) } else { SheetCell::Empty };
            let value = item(row, source, source.area, heading.period);
            Row {
                cells: vec![code, text(&row.name), text(&unit(row, source.packs)), value],
                level: row.level,
                heading: row.indicator.is_none(),
            }
        })
        .collect();
    let mut sheet = sheet(form, heading, columns, rows);
    sheet.notes.clone_from(&form.notes);
    if sheet.rows.iter().any(|row| !row.heading && row.cells[3] == SheetCell::Empty) {
        sheet.notes.push("数值为空的项目本期未开展或未登记，不等于零。".to_owned());
    }
    for (name, area) in checked_areas(form, source, heading) {
        for message in failures(form, source, area, heading.period) {
            sheet.notes.push(format!("核对未通过（{name}）：{message}。"));
        }
    }
    sheet
}

fn checked_areas(form: &Return, source: &Source<'_>, heading: &Heading<'_>) -> Vec<(String, AreaCode)> {
    let name = |code: AreaCode| source.areas.get(code).map_or_else(|| code.to_string(), |area| area.name.clone());
    let mut areas = vec![(if heading.area.is_empty() { name(source.area) } else { heading.area.to_owned() }, source.area)];
    if form.by_village {
        areas.extend(source.areas.children(source.area).iter().map(|code| (name(*code), *code)));
    }
    areas
}

fn village_sheet(form: &Return, source: &Source<'_>, heading: &Heading<'_>) -> Sheet {
    let villages = source.areas.children(source.area);
    let mut columns = vec![column("代码", 8.0, Align::Centre), column("项目", 34.0, Align::Left), column("合计", 10.0, Align::Right)];
    for code in villages {
        let name = source.areas.get(*code).map_or_else(|| code.to_string(), |area| area.name.clone());
        columns.push(SheetColumn { name, group: "其中".to_owned(), width: 10.0, align: Align::Right });
    }
    let rows = form
        .rows
        .iter()
        .map(|row| {
            let code = if row.indicator.is_some() { SheetCell::Text(row.code.to_string()) } else { SheetCell::Empty };
            let mut cells = vec![code, SheetCell::Text(row.name.clone()), item(row, source, source.area, heading.period)];
            cells.extend(villages.iter().map(|village| item(row, source, *village, heading.period)));
            Row { cells, level: row.level, heading: row.indicator.is_none() }
        })
        .collect();
    let mut sheet = sheet(form, heading, columns, rows);
    sheet.title = format!("{}（分村）", form.name);
    sheet.tab = format!("{}分村", form.id);
    sheet.notes.push(format!("{}合计含乡镇本级登记的数据。", period_prefix(heading.period)));
    sheet
}

struct Items(BTreeMap<Arc<str>, Value>);

impl Env for Items {
    fn get(&self, name: &str) -> Value {
        self.0.get(name).cloned().unwrap_or_default()
    }
}

/// The messages of the cross-checks that fail in an area. Unknown doesn't fail.
#[must_use]
pub fn failures(form: &Return, source: &Source<'_>, area: AreaCode, period: Period) -> Vec<String> {
    let value = |row: &ReturnRow| item(row, source, area, period).number().map_or(Value::Null, |(number, _)| Value::Decimal(number));
    let items = Items(form.rows.iter().map(|row| (row.code.clone(), value(row))).collect());
    let failed = form.checks.iter().filter(|(require, _)| require.eval(&items) == Value::Bool(false));
    failed.map(|(_, message)| message.trim_end_matches('。').to_owned()).collect()
}
