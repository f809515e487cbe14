//! Cells into values, by the type of their field.

use std::collections::HashMap;
use std::sync::Arc;

use qianmo_core::form::Identifies;
use qianmo_core::{Fault, Field, FieldType, ResidentNumber, Value};
use rust_decimal::prelude::ToPrimitive;

use crate::map::DateOrder;
use crate::moment::{Unreadable, date, date_time};
use crate::number::decimal;
use crate::source::Cell;
use crate::text;

/// Reads the cells of one field.
pub(crate) struct Reader<'a> {
    field: &'a Field,
    order: DateOrder,
    /// Codes by code and by label.
    choices: HashMap<String, Arc<str>>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(field: &'a Field, order: DateOrder) -> Self {
        let mut choices = HashMap::new();
        for choice in &field.choices {
            choices.insert(text::key(&choice.code), choice.code.clone());
        }
        for choice in &field.choices {
            let label = text::key(&choice.name);
            if let Some((bare, _)) = label.split_once('(') {
                choices.entry(bare.to_owned()).or_insert_with(|| choice.code.clone());
            }
            choices.entry(label).or_insert_with(|| choice.code.clone());
        }
        // "绿色" for "绿色 低风险", "乡镇卫生院" for "乡镇卫生院/社区卫生服务中心", where no other label has the same part.
        let parts = |name: &str| -> Vec<String> { name.split([' ', '/']).map(text::key).filter(|part| !part.is_empty()).collect() };
        let all: Vec<Vec<String>> = field.choices.iter().map(|choice| parts(&choice.name)).collect();
        for (choice, own) in field.choices.iter().zip(&all) {
            for part in own.iter().filter(|part| all.iter().filter(|other| other.contains(part)).count() == 1) {
                choices.entry(part.clone()).or_insert_with(|| choice.code.clone());
            }
        }
        Self { field, order, choices }
    }

    /// The value in a cell; unknown for a blank one. What can't be read but isn't a fault of its own stays text: the
    /// form's check then says what should stand there.
    ///
    /// Errors: `IMPORT-0201` no such day, `IMPORT-0202` an unclear date, `IMPORT-0203` a failed formula,
    /// `IMPORT-0204` a number that lost digits.
    pub(crate) fn read(&self, cell: &Cell) -> Result<Value, Fault> {
        if cell.is_blank() {
            return Ok(Value::Null);
        }
        if let Cell::Error(error) = cell {
            return Err(Fault::new("IMPORT-0203").with("value", error));
        }
        let as_text = || Value::text(&cell.shown());
        Ok(match &self.field.kind {
            FieldType::Text | FieldType::Ref(_) => return self.text(cell),
            FieldType::Integer => {
                let whole = decimal(cell, &self.field.unit).filter(|number| number.fract().is_zero());
                whole.and_then(|number| number.to_i64()).map_or_else(as_text, Value::Integer)
            }
            FieldType::Decimal(_) => decimal(cell, &self.field.unit).map_or_else(as_text, Value::Decimal),
            FieldType::Date => Value::Date(date(cell, self.order).map_err(|why| unreadable(why, cell))?),
            FieldType::DateTime => Value::DateTime(date_time(cell, self.order).map_err(|why| unreadable(why, cell))?),
            FieldType::Bool => yes_or_no(cell).map_or_else(as_text, Value::Bool),
            FieldType::Choice => self.code(&cell.shown()).map_or_else(as_text, Value::Text),
            FieldType::Choices => self.codes(&cell.shown()),
        })
    }

    fn text(&self, cell: &Cell) -> Result<Value, Fault> {
        if lost_digits(cell) && (self.field.identifies.is_some() || matches!(cell, Cell::Number(_))) {
            return Err(Fault::new("IMPORT-0204").with("value", cell.shown()));
        }
        let shown = cell.shown();
        Ok(match self.field.identifies {
            Some(Identifies::ResidentNumber) => {
                // A wrong number stays as it is, and the form's check says what is wrong with it.
                shown.parse::<ResidentNumber>().map_or_else(|_| Value::text(&shown), |number| Value::text(number.expose()))
            }
            Some(Identifies::Name) => Value::text(&text::name(&shown)),
            Some(Identifies::Phone) => Value::text(&text::narrow(&shown)),
            _ => Value::text(&shown),
        })
    }

    fn code(&self, shown: &str) -> Option<Arc<str>> {
        let key = text::key(shown);
        if let Some(code) = self.choices.get(&key) {
            return Some(code.clone());
        }
        // "1.男", "1 男", "（1）男": code and label must agree.
        let rest = key.trim_start_matches(['(', '[']);
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(rest.len());
        let (code, label) = rest.split_at(end);
        let label = label.trim_start_matches(['.', '、', ':', '-', ')', ']', '。']);
        if let (Some(code), Some(named)) = (self.choices.get(code), self.choices.get(label)) {
            return (code == named).then(|| code.clone());
        }
        // 1 where the code is 01: the spreadsheet dropped the zero.
        let number: u32 = key.parse().ok()?;
        let mut same = self.field.choices.iter().filter(|choice| choice.code.parse() == Ok(number));
        same.next().filter(|_| same.next().is_none()).map(|choice| choice.code.clone())
    }

    fn codes(&self, shown: &str) -> Value {
        if let Some(code) = self.code(shown) {
            return Value::text(&format!("|{code}|"));
        }
        let parts = shown.split(['、', ',', '，', ';', '；', '|', '/', ' ', '\n']).filter(|part| !part.trim().is_empty());
        let codes: Vec<String> =
            parts.map(|part| self.code(part).map_or_else(|| part.trim().to_owned(), |code| code.to_string())).collect();
        Value::text(&format!("|{}|", codes.join("|")))
    }
}

/// Whether a cell held a long number that was kept as a number: fifteen digits are kept, of eighteen the last three are gone.
/// A csv file shows it as 1.10105E+17.
pub(crate) fn lost_digits(cell: &Cell) -> bool {
    match cell {
        Cell::Number(number) => number.abs() >= 1e15,
        Cell::Text(text) => text.trim().to_uppercase().split_once("E+").is_some_and(|(number, power)| {
            number.bytes().all(|b| b.is_ascii_digit() || b == b'.') && power.bytes().all(|b| b.is_ascii_digit()) && !number.is_empty()
        }),
        _ => false,
    }
}

/// A date that can't be read, as a fault.
pub(crate) fn unreadable(why: Unreadable, cell: &Cell) -> Fault {
    let code = match why {
        Unreadable::NoSuchDay => "IMPORT-0201",
        Unreadable::Unclear => "IMPORT-0202",
    };
    Fault::new(code).with("value", cell.shown())
}

fn yes_or_no(cell: &Cell) -> Option<bool> {
    match cell {
        Cell::Bool(b) => Some(*b),
        _ => match text::key(&cell.shown()).as_str() {
            "是" | "有" | "对" | "已" | "√" | "✓" | "✔" | "☑" | "1" | "y" | "yes" | "true" => Some(true),
            "否" | "无" | "没有" | "不是" | "未" | "×" | "✗" | "✘" | "☐" | "0" | "n" | "no" | "false" => Some(false),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use qianmo_core::Choice;

    fn field(kind: FieldType) -> Field {
        let choice = |code: &str, name: &str| Choice { code: code.into(), name: name.into() };
        Field {
            id: "x".into(),
            name: "项".into(),
            name_en: String::new(),
            kind,
            unit: "kg".into(),
            required: false,
            range: None,
            usual: None,
            choices: vec![
                choice("1", "男"),
                choice("2", "女"),
                choice("03", "未说明（其他）"),
                choice("4", "绿色 低级"),
                choice("5", "红色 高级/特级"),
                choice("6", "紫色 低级"),
            ],
            identifies: None,
            choice_fact: false,
            note: String::new(),
            versions: qianmo_core::Versions::default(),
            synonyms: vec![],
        }
    }

    fn check(kind: FieldType, cases: &[(&str, Value)]) {
        let field = field(kind);
        let reader = Reader::new(&field, DateOrder::YearFirst);
        for (text, value) in cases {
            assert_eq!(reader.read(&Cell::Text((*text).into())).unwrap(), *value, "{text}");
        }
    }

    #[test]
    fn choices_are_read_by_label_or_code() {
        let one = || Value::text("1");
        check(
            FieldType::Choice,
            &[("男", one()), ("1", one()), ("１", one()), ("1.男", one()), ("1 男", one()), ("（1）男", one()), (" 男 ", one())],
        );
        check(
            FieldType::Choice,
            &[("3", Value::text("03")), ("未说明", Value::text("03")), ("1.女", Value::text("1.女")), ("男性", Value::text("男性"))],
        );
        let [four, five] = ["4", "5"].map(Value::text);
        check(FieldType::Choice, &[("绿色", four), ("特级", five), ("低级", Value::text("低级"))]);
        check(
            FieldType::Choices,
            &[
                ("男、女", Value::text("|1|2|")),
                ("1，3", Value::text("|1|03|")),
                ("男 他", Value::text("|1|他|")),
                ("女", Value::text("|2|")),
            ],
        );
    }

    #[test]
    fn yes_no_and_numbers_are_read_or_left_for_the_check() {
        check(
            FieldType::Bool,
            &[("是", true.into()), ("√", true.into()), ("否", false.into()), ("×", false.into()), ("也许", Value::text("也许"))],
        );
        check(
            FieldType::Integer,
            &[
                ("１２", 12_i64.into()),
                ("12.0", 12_i64.into()),
                ("1,200", 1200_i64.into()),
                ("12.5", Value::text("12.5")),
                ("多", Value::text("多")),
            ],
        );
        check(FieldType::Text, &[("  甲 乙 ", Value::text("甲 乙")), ("—", Value::Null), ("　", Value::Null)]);
    }

    #[test]
    fn names_and_identity_numbers_are_made_whole() {
        let of = |identifies| Field { identifies: Some(identifies), ..field(FieldType::Text) };
        let read = |identifies, cell| Reader::new(&of(identifies), DateOrder::YearFirst).read(&cell);
        assert_eq!(read(Identifies::Name, Cell::Text("王　芳".into())).unwrap(), Value::text("王芳"));
        let number = |text: &str| read(Identifies::ResidentNumber, Cell::Text(text.into())).unwrap();
        assert_eq!(number("１１０１０５１９４９１２３１００２ｘ"), Value::text("11010519491231002X"));
        assert_eq!(number("110105491231002"), Value::text("11010519491231002X"));
        assert_eq!(number("123"), Value::text("123"));
        let lost = read(Identifies::ResidentNumber, Cell::Number(110_105_194_912_310_020.0)).unwrap_err();
        assert_eq!(lost.code, "IMPORT-0204");
        for (identifies, text) in [(Identifies::ResidentNumber, "1.10105E+17"), (Identifies::Phone, "1.38e+10")] {
            assert_eq!(read(identifies, Cell::Text(text.into())).unwrap_err().code, "IMPORT-0204");
        }
        assert_eq!(read(Identifies::Phone, Cell::Number(13_800_138_000.0)).unwrap(), Value::text("13800138000"));
        let failed = read(Identifies::Name, Cell::Error("#N/A".into())).unwrap_err();
        assert_eq!(failed.code, "IMPORT-0203");
    }
}
