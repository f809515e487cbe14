//! What the names in expressions are called on paper: fields, columns, indicators, days.

use std::sync::Arc;

use qianmo_core::form::{Choice, Field, Form};
use qianmo_core::pack::{Packs, View};

/// Looks names up: first among the form's fields or the view's columns, then across packs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names<'a> {
    pub(super) packs: &'a Packs,
    form: Option<&'a Form>,
    view: Option<&'a View>,
    /// Codes and names of a return's items.
    items: &'a [(Arc<str>, String)],
}

impl<'a> Names<'a> {
    pub(super) fn of(packs: &'a Packs) -> Self {
        Self { packs, form: None, view: None, items: &[] }
    }

    /// With the fields of a form.
    pub(super) fn form(self, form: Option<&'a Form>) -> Self {
        Self { form, ..self }
    }

    /// With the columns of a view.
    pub(super) fn view(self, view: Option<&'a View>) -> Self {
        Self { view, ..self }
    }

    /// With the items of a return.
    pub(super) fn items(self, items: &'a [(Arc<str>, String)]) -> Self {
        Self { items, ..self }
    }

    /// The field behind a name, if it is one.
    pub(super) fn field(&self, name: &str) -> Option<&'a Field> {
        let own = |form: &'a Form, id: &str| form.columns().find(|field| *field.id == *id);
        if let Some(field) = self.form.and_then(|form| own(form, name)) {
            return Some(field);
        }
        let (owner, id) = name.rsplit_once('.')?;
        match owner {
            "resident" => self.packs.person_sheet().and_then(|form| own(form, id)),
            "anchor" | "round" => self.form.and_then(|form| own(form, id)),
            _ => self.packs.form(owner).and_then(|form| own(form, id)),
        }
    }

    /// The codes that a name can hold.
    pub(super) fn choices(&self, name: &str) -> &'a [Choice] {
        self.field(name).map_or(&[], |field| &field.choices)
    }

    /// What a name is called.
    pub(super) fn label(&self, name: &str) -> String {
        if let Some((_, item)) = self.items.iter().find(|(code, _)| **code == *name) {
            return format!("「{item}」");
        }
        if let Some(column) = self.view.and_then(|view| view.columns.iter().find(|column| *column.id == *name)) {
            return column.name.clone();
        }
        if let Some(field) = self.form.and_then(|form| form.columns().find(|field| *field.id == *name)) {
            return field.name.clone();
        }
        match name {
            "at" => return "服务日期".to_owned(),
            "today" => return "当天".to_owned(),
            "happened_on" => return "发生日期".to_owned(),
            "village_name" => return "村（社区）".to_owned(),
            "period_start" => return "本期首日".to_owned(),
            "period_end" => return "本期末日".to_owned(),
            "age_days" => return "日龄".to_owned(),
            "age_months" => return "月龄".to_owned(),
            "age_years" => return "周岁".to_owned(),
            "first_months" => return "首剂月龄".to_owned(),
            "doses" => return "已种有效剂次".to_owned(),
            _ => {}
        }
        if let Some(product) = name.strip_prefix("given_") {
            return format!("已种{}剂数", product.to_uppercase().replace('_', "-"));
        }
        self.far_label(name).unwrap_or_else(|| name.to_owned())
    }

    fn far_label(&self, name: &str) -> Option<String> {
        if let Some(indicator) = self.packs.indicator(name) {
            return Some(format!("「{}」", indicator.name));
        }
        let (owner, id) = name.rsplit_once('.')?;
        if id == "denominator" {
            return self.packs.indicator(owner).map(|indicator| format!("「{}」的分母", indicator.name));
        }
        match owner {
            "resident" => self.field(name).map(|field| field.name.clone()),
            "anchor" => Some(format!("起始记录的{}", self.label(id))),
            "round" => Some(format!("本轮的{}", self.label(id))),
            _ => {
                let form = self.packs.form(owner)?;
                let label = if id == "at" { "日期" } else { self.field(name)?.name.as_str() };
                Some(format!("最近一次《{}》的{label}", form.name))
            }
        }
    }

    /// What a pack's table (`pack.table`) is called.
    pub(super) fn table(&self, id: &str) -> String {
        let held = id.split_once('.').and_then(|(pack, table)| self.packs.pack(pack)?.tables.iter().find(|held| *held.id == *table));
        held.map_or_else(|| id.to_owned(), |table| format!("《{}》", table.name))
    }

    /// What a kind of subject is called.
    pub(super) fn subject(&self, kind: &str) -> String {
        let known = match kind {
            "resident" => "居民",
            "household" => "家庭",
            "organisation" => "机构",
            "area" => "辖区",
            _ => self.packs.packs.iter().flat_map(|pack| &pack.subjects).find(|(id, _)| **id == *kind).map_or(kind, |(_, name)| name),
        };
        known.to_owned()
    }

    /// A form's official name in its marks.
    pub(super) fn form_name(&self, id: &str) -> String {
        self.packs.form(id).map_or_else(|| id.to_owned(), |form| format!("《{}》", form.name))
    }
}
