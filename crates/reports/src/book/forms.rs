//! Forms as on paper: label, blank or boxes, how to fill it in; checks in words.

use qianmo_core::Decimal;
use qianmo_core::form::{Check, Derived, Field, FieldType, Form, Identifies, Versions, kind_name};
use qianmo_core::pack::Pack;

use super::names::Names;
use super::pages::{Cell, Pages, beneath, lines, serial, when, words};
use super::words::{read, read_to_codes};
use crate::layout::width_em;
use crate::model::{Align, Run};

/// Width of the column to write in, in characters.
const BOXES_EM: f64 = 18.5;

pub(super) fn write(pages: &mut Pages, names: &Names<'_>, pack: &Pack) {
    if pack.forms.is_empty() {
        return;
    }
    pages.section("表单");
    pages.paragraph("＊ 为必填。□ 后的数字是编码。“范围”以外不收，“常见”以外再问一次。服务日期、辖区、机构和填写人每张表都有，不另列。");
    for form in &pack.forms {
        pages.part(&form.name);
        pages.small(&about(form, names));
        let rows = form.fields.iter().enumerate().map(|(index, field)| row(index, field, names)).collect();
        let columns = [("序号", 7, Align::Centre), ("项目", 25, Align::Left), ("填写", 43, Align::Left), ("说明", 25, Align::Left)];
        pages.table(columns, rows);
        derived(pages, form, &names.form(Some(form)));
        checks(pages, form, &names.form(Some(form)));
    }
}

/// What the form is about, and how its records go together.
fn about(form: &Form, names: &Names<'_>) -> String {
    let unique: Vec<&str> = form.unique.iter().map(|id| form.field(id).map_or(&**id, |field| &field.name)).collect();
    let facts = [
        format!("记录对象：{}", names.subject(&form.subject)),
        format!("第{}版", form.version),
        when(form.profile, "后填的逐项补充、更新先填的"),
        when(form.locates, "说明对象住（设）在哪里"),
        when(!unique.is_empty(), &format!("同一对象{}相同的是同一件事，不重复记", unique.join("、"))),
        format!("出处：{}{}", form.source, when(!form.verified, "（待核实）")),
        format!("编号：{}", form.id),
    ];
    let facts: Vec<String> = facts.into_iter().filter(|fact| !fact.is_empty()).collect();
    format!("{}。", facts.join("；"))
}

fn row(index: usize, field: &Field, names: &Names<'_>) -> Vec<Cell> {
    let label = format!("{}{}", when(field.required, "＊"), field.name);
    vec![serial(index), words(label), blank(field, names), explained(field)]
}

/// The place to write: boxes for codes, a line with its unit else.
pub(super) fn blank(field: &Field, names: &Names<'_>) -> Cell {
    let line = |text: &str| words(format!("{text}{}", if field.unit.is_empty() { String::new() } else { format!(" {}", field.unit) }));
    match &field.kind {
        FieldType::Text => line("________________"),
        FieldType::Integer | FieldType::Decimal(_) => line("________"),
        FieldType::Date => words("______年____月____日"),
        FieldType::DateTime => words("______年____月____日____时____分"),
        FieldType::Bool => words("□ 是　□ 否"),
        FieldType::Choice | FieldType::Choices => boxes(field),
        FieldType::Ref(kind) => words(format!("________________（{}）", names.subject(kind))),
    }
}

/// Boxes beside each other while they fit: a box never stands apart from its label.
fn boxes(field: &Field) -> Cell {
    let mut rows: Vec<String> = Vec::new();
    for choice in &field.choices {
        let one = format!("□{} {}", choice.code, choice.name);
        match rows.last_mut() {
            Some(row) if width_em(row) + 1.0 + width_em(&one) <= BOXES_EM => {
                row.push('　');
                row.push_str(&one);
            }
            _ => rows.push(one),
        }
    }
    let mut cell = lines(rows);
    if field.kind == FieldType::Choices {
        cell.push(Run::Small("（可多选）".to_owned()));
    }
    cell
}

/// Range, decimals, what it identifies, the pack's own note.
fn explained(field: &Field) -> Cell {
    let between = |what: &str, range: Option<(Decimal, Decimal)>| {
        range.map_or_else(String::new, |(low, high)| format!("{what}{}—{}", low.normalize(), high.normalize()))
    };
    let decimals = match field.kind {
        FieldType::Decimal(decimals) => format!("小数最多{decimals}位"),
        _ => String::new(),
    };
    let identifies = match field.identifies {
        Some(Identifies::ResidentNumber) => "平时遮盖；核对校验码",
        Some(_) => "平时遮盖",
        None => "",
    };
    lines([
        field.note.clone(),
        between("范围", field.range),
        between("常见", field.usual),
        decimals,
        identifies.to_owned(),
        when(field.choice_fact, "本人知情选择，只作服务和统计，不考核"),
        versions(field.versions),
    ])
}

/// Which versions of the form have it, when not all.
fn versions(versions: Versions) -> String {
    match (versions.since, versions.until) {
        (1, u32::MAX) => String::new(),
        (1, until) => format!("第{until}版后不再填"),
        (since, u32::MAX) => format!("第{since}版起"),
        (since, until) => format!("第{since}版至第{until}版"),
    }
}

/// Values that the program fills in, each with its rule.
fn derived(pages: &mut Pages, form: &Form, names: &Names<'_>) {
    if form.derived.is_empty() {
        return;
    }
    pages.heading("自动得出（不用填）");
    let rows = form.derived.iter().enumerate().map(|(index, derived)| derived_row(index, derived, names)).collect();
    let columns = [("序号", 7, Align::Centre), ("项目", 22, Align::Left), ("怎样得出", 46, Align::Left), ("取值", 25, Align::Left)];
    pages.table(columns, rows);
}

fn derived_row(index: usize, derived: &Derived, names: &Names<'_>) -> Vec<Cell> {
    let field = &derived.field;
    let rule = match derived.meaning.as_str() {
        "" => beneath("", &read_to_codes(&derived.value, names, &field.choices)),
        meaning => words(meaning),
    };
    let origin = format!("出处：{}{}", derived.source, when(!derived.verified, "（待核实）"));
    let values = match field.kind {
        FieldType::Choice | FieldType::Choices => lines(field.choices.iter().map(|choice| format!("{} {}", choice.code, choice.name))),
        FieldType::Bool => words("是、否"),
        _ => words(format!("{}{}", kind_name(&field.kind), when(!field.unit.is_empty(), &format!("，{}", field.unit)))),
    };
    vec![serial(index), words(field.name.clone()), [rule, vec![Run::Break, Run::Small(origin)]].concat(), values]
}

fn checks(pages: &mut Pages, form: &Form, names: &Names<'_>) {
    if form.checks.is_empty() {
        return;
    }
    pages.heading("填写后核对");
    let rows = form.checks.iter().enumerate().map(|(index, check)| check_row(index, check, names)).collect();
    pages.table([("序号", 7, Align::Centre), ("要求", 73, Align::Left), ("不符合时", 20, Align::Centre)], rows);
}

fn check_row(index: usize, check: &Check, names: &Names<'_>) -> Vec<Cell> {
    let said = if check.message.is_empty() { beneath("", &read(&check.require, names)) } else { words(check.message.clone()) };
    let versions = versions(check.versions);
    let said = if versions.is_empty() { said } else { [said, vec![Run::Break, Run::Small(versions)]].concat() };
    vec![serial(index), said, words(if check.ask { "再问一次，可保存" } else { "不能保存" })]
}
