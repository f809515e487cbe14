//! The map file: which header is which field, where labels and synonyms don't say it.
//!
//! ```toml
//! date_order = "year-first"       # or "day-first", "month-first", for dates like 5/3/2012
//! [columns]                       # header = field id, or @name of a built-in column, or @ignore
//! "家庭住址" = "address"
//! "建卡日期" = "@at"
//! [constants]                     # field id or built-in column = what stands in every row
//! residence_type = "户籍"
//! "@village" = "白水村"
//! ```
//!
//! Built-in columns: `@at` date of service, `@village` area, `@subject` subject id, `@id_number`, `@name`, `@birth_date`.

use std::collections::BTreeMap;

use qianmo_core::fault::suggest;
use qianmo_core::{Fault, Form, Place};

use crate::header::Target;
use crate::text::key;

/// The order of the parts in dates whose year doesn't come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DateOrder {
    /// Year, month, day; anything else is refused.
    #[default]
    YearFirst,
    /// Day, month, year.
    DayFirst,
    /// Month, day, year.
    MonthFirst,
}

/// A map file, read for one form.
#[derive(Debug, Clone, Default)]
pub struct Map {
    pub(crate) columns: BTreeMap<String, (String, Target)>,
    pub(crate) constants: Vec<(Target, String)>,
    pub(crate) order: DateOrder,
}

impl Map {
    /// Reads a map file.
    ///
    /// Errors, all at once: `IMPORT-0011` not TOML or an unknown key, `IMPORT-0012` a field that the form doesn't have.
    pub fn read(text: &str, file: &str, form: &Form) -> Result<Self, Vec<Fault>> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            let at = error.span().map_or(0, |span| span.start);
            vec![Fault::new("IMPORT-0011").with("why", error.message()).at(place(text, file, at))]
        })?;
        let mut map = Self::default();
        let mut faults = Vec::new();
        let mut wrong = |fault: Fault, word: &str| faults.push(fault.at(place(text, file, text.find(word).unwrap_or(0))));
        for (name, value) in &table {
            match (name.as_str(), value) {
                ("columns" | "constants", toml::Value::Table(entries)) => {
                    for (left, right) in entries {
                        let said = match right {
                            toml::Value::String(text) => text.clone(),
                            other => other.to_string(),
                        };
                        let columns = name == "columns";
                        let id = if columns { &said } else { left };
                        match target(id, form) {
                            Err(fault) => wrong(fault, id),
                            Ok(target) if columns => drop(map.columns.insert(key(left), (left.clone(), target))),
                            Ok(target) => map.constants.push((target, said)),
                        }
                    }
                }
                ("date_order", toml::Value::String(order)) if date_order(order).is_some() => {
                    map.order = date_order(order).unwrap_or_default();
                }
                _ => wrong(Fault::new("IMPORT-0011").with("why", name), name),
            }
        }
        if faults.is_empty() { Ok(map) } else { Err(faults) }
    }

    /// The same from what a screen has: headers with what they are, and what stands in every row. Faults have no place.
    ///
    /// Errors, all at once: `IMPORT-0011` no such order of dates, `IMPORT-0012` a field that the form doesn't have.
    pub fn of(
        columns: &BTreeMap<String, String>,
        constants: &BTreeMap<String, String>,
        order: Option<&str>,
        form: &Form,
    ) -> Result<Self, Vec<Fault>> {
        let mut map = Self::default();
        let mut faults = Vec::new();
        for (header, id) in columns {
            match target(id, form) {
                Ok(target) => drop(map.columns.insert(key(header), (header.clone(), target))),
                Err(fault) => faults.push(fault),
            }
        }
        for (id, value) in constants {
            match target(id, form) {
                Ok(target) => map.constants.push((target, value.clone())),
                Err(fault) => faults.push(fault),
            }
        }
        match order.map(|word| date_order(word).ok_or_else(|| Fault::new("IMPORT-0011").with("why", word))) {
            Some(Ok(order)) => map.order = order,
            Some(Err(fault)) => faults.push(fault),
            None => {}
        }
        if faults.is_empty() { Ok(map) } else { Err(faults) }
    }
}

fn date_order(word: &str) -> Option<DateOrder> {
    Some(match word {
        "year-first" => DateOrder::YearFirst,
        "day-first" => DateOrder::DayFirst,
        "month-first" => DateOrder::MonthFirst,
        _ => return None,
    })
}

fn target(id: &str, form: &Form) -> Result<Target, Fault> {
    if let Some(target) = Target::BUILT_IN.iter().find(|(name, _)| *name == id).map(|(_, target)| *target) {
        return Ok(target);
    }
    if let Some(place) = form.fields.iter().position(|field| &*field.id == id || field.name == id) {
        return Ok(Target::Field(place));
    }
    let fault = Fault::new("IMPORT-0012").with("field", id).with("form", &form.name);
    let names = form.fields.iter().map(|field| &*field.id).chain(Target::BUILT_IN.iter().map(|(name, _)| *name));
    Err(match suggest(id, names) {
        Some(near) => fault.with("suggestion", near),
        None => fault,
    })
}

fn place(text: &str, file: &str, at: usize) -> Place {
    let before = text.get(..at).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Place::Text { file: file.to_owned(), line: number(line), column: number(column) }
}
