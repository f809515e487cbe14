//! The document in the making: blocks so far, the register of numbers, and where we are.

use std::sync::Arc;

use qianmo_core::pack::Indicator;
use qianmo_core::{AreaCode, Cell, Decimal, Numbers, Part, Period};

use super::Request;
use crate::model::{Block, NumberReference, Run};
use crate::phrase;
use crate::reference::{self, Kind, References, drill_command};
use crate::template::Shape;

pub(super) struct Composer<'a> {
    pub(super) request: &'a Request<'a>,
    pub(super) area_name: String,
    pub(super) blocks: Vec<Block>,
    pub(super) references: References,
    /// Where the next number stands, as the appendix calls it.
    pub(super) place: String,
    pub(super) sections: usize,
    pub(super) tables: usize,
    pub(super) charts: usize,
}

impl<'a> Composer<'a> {
    pub(super) fn new(request: &'a Request<'a>, area_name: String) -> Self {
        Self {
            request,
            area_name,
            blocks: Vec::new(),
            references: References::default(),
            place: "导语".to_owned(),
            sections: 0,
            tables: 0,
            charts: 0,
        }
    }

    pub(super) fn period(&self) -> Period {
        Period::Year(self.request.year)
    }

    /// A level-1 heading with the next number.
    pub(super) fn section(&mut self, title: &str) {
        self.sections += 1;
        let number = chinese_number(self.sections);
        self.place = format!("第{number}部分");
        self.blocks.push(Block::Heading { level: 1, text: format!("{number}、{title}") });
    }

    /// A heading of level 2 (（一）), 3 (1.) or 4 (（1）) with this number; `within` is the place above.
    pub(super) fn heading(&mut self, level: u8, number: usize, title: &str, within: &str) {
        let lead = lead(level, number);
        self.place = format!("{within}{}", lead.trim_end_matches('.'));
        self.blocks.push(Block::Heading { level, text: format!("{lead}{title}") });
    }

    pub(super) fn indicator(&self, id: &str) -> Option<&'a Indicator> {
        self.request.packs.indicator(id)
    }

    pub(super) fn cell(&self, id: &str, period: Period) -> Option<Cell> {
        cell(self.request, id, period)
    }

    /// A number of this year printed in a shape; empty when there is no change to tell.
    pub(super) fn number(&mut self, id: &Arc<str>, shape: Shape) -> Run {
        let period = self.period();
        let (Some(indicator), Some(now)) = (self.indicator(id), self.cell(id, period)) else {
            let text = if shape == Shape::Change { "" } else { phrase::MISSING };
            return Run::Text(text.to_owned());
        };
        let text = match shape {
            Shape::Change => return self.change(indicator, &now).unwrap_or_else(|| Run::Text(String::new())),
            Shape::Value => phrase::with_unit(&phrase::value(indicator, &now), &indicator.unit),
            Shape::Bare => phrase::value(indicator, &now),
            Shape::Fraction => phrase::fraction(indicator, &now),
            Shape::Denominator => phrase::denominator(&now),
            Shape::BareNumerator => phrase::numerator(indicator, &now),
            Shape::Numerator if indicator.denominator.is_some() => phrase::numerator(indicator, &now),
            Shape::Numerator => phrase::with_unit(&phrase::numerator(indicator, &now), &indicator.unit),
        };
        let part = match shape {
            Shape::Denominator => Part::Denominator,
            Shape::Numerator | Shape::BareNumerator => Part::Numerator,
            _ => Part::Value,
        };
        match self.cell_run(indicator, &now, period, text) {
            Run::Number { reference, text, .. } => Run::Number { reference, text, part },
            run => run,
        }
    }

    /// A number of this area printed as `text`.
    pub(super) fn cell_run(&mut self, indicator: &Indicator, cell: &Cell, period: Period, text: String) -> Run {
        let area = (self.request.area, self.area_name.clone());
        self.cell_run_in(indicator, cell, (area.0, &area.1), period, text)
    }

    /// A number of any area printed as `text`.
    pub(super) fn cell_run_in(&mut self, indicator: &Indicator, cell: &Cell, area: (AreaCode, &str), period: Period, text: String) -> Run {
        let key = (Kind::Cell, indicator.id.to_string(), area.0, period);
        let cut = self.request.cut;
        self.references.run(key, &self.place, text, || reference::of_cell(indicator, cell, area, period, cut))
    }

    fn change(&mut self, indicator: &Indicator, now: &Cell) -> Option<Run> {
        let before = self.cell(&indicator.id, self.period().year_before())?;
        let change = phrase::change(indicator, now, &before)?;
        Some(self.change_run(indicator, now, &before, phrase::change_words(&change)))
    }

    /// The words of a change, with a reference to both years.
    pub(super) fn change_run(&mut self, indicator: &Indicator, now: &Cell, before: &Cell, text: String) -> Run {
        let period = self.period();
        let last = period.year_before();
        let note = format!(
            "{}：{}；{}：{}",
            reference::period_name(period, indicator.calendar),
            phrase::fraction(indicator, now),
            reference::period_name(last, indicator.calendar),
            phrase::fraction(indicator, before)
        );
        let mut drill = reference::of_cell(indicator, now, (self.request.area, ""), period, "").drill;
        drill.extend(reference::of_cell(indicator, before, (self.request.area, ""), last, "").drill);
        let suffix = if text.starts_with('比') { "（比上年）" } else { "（上年差距）" };
        let value = text.clone();
        self.derived(Kind::Change, indicator, suffix, value, text, note, drill)
    }

    /// A target, from the table that gives it.
    pub(super) fn target_run(&mut self, target: &super::findings::Target<'_>, year: i16, text: String) -> Run {
        let indicator = target.indicator;
        let key = (Kind::Target, indicator.id.to_string(), self.request.area, Period::Year(year));
        let value = target.value.normalize().to_string();
        let made = NumberReference {
            indicator: indicator.id.to_string(),
            name: format!("{}（目标）", indicator.name),
            area: format!("{} {}", self.request.area, self.area_name),
            period: reference::period_name(Period::Year(year), indicator.calendar),
            numerator: String::new(),
            denominator: String::new(),
            value,
            unit: indicator.unit.clone(),
            cut: self.request.cut.to_owned(),
            drill: vec![format!("qianmo sql \"select * from {} where indicator = '{}'\"", target.table, indicator.id)],
            note: target.source.clone(),
            places: Vec::new(),
            cell: None,
        };
        self.references.run(key, &self.place, text, || made)
    }

    /// The distance from a target.
    pub(super) fn gap_run(&mut self, indicator: &Indicator, text: String, note: String) -> Run {
        let drill = vec![drill_command(&indicator.id, self.request.area, self.period(), Part::Numerator)];
        let value = text.clone();
        self.derived(Kind::Gap, indicator, "（与目标相差）", value, text, note, drill)
    }

    #[expect(clippy::too_many_arguments, reason = "one private constructor behind two named ones")]
    fn derived(
        &mut self,
        kind: Kind,
        indicator: &Indicator,
        suffix: &str,
        value: String,
        text: String,
        note: String,
        drill: Vec<String>,
    ) -> Run {
        let period = self.period();
        let key = (kind, format!("{}{suffix}", indicator.id), self.request.area, period);
        let made = NumberReference {
            indicator: indicator.id.to_string(),
            name: format!("{}{suffix}", indicator.name),
            area: format!("{} {}", self.request.area, self.area_name),
            period: reference::period_name(period, indicator.calendar),
            numerator: String::new(),
            denominator: String::new(),
            value,
            unit: String::new(),
            cut: self.request.cut.to_owned(),
            drill,
            note,
            places: Vec::new(),
            cell: None,
        };
        self.references.run(key, &self.place, text, || made)
    }

    pub(super) fn next_table(&mut self, caption: &str) -> String {
        self.tables += 1;
        self.place = format!("表{}", self.tables);
        format!("表{}　{caption}", self.tables)
    }

    pub(super) fn next_chart(&mut self, caption: &str) -> String {
        self.charts += 1;
        self.place = format!("图{}", self.charts);
        format!("图{}　{caption}", self.charts)
    }
}

/// The cell of an indicator in the summary's area.
pub(super) fn cell(request: &Request<'_>, id: &str, period: Period) -> Option<Cell> {
    let numbers: &dyn Numbers = request.numbers;
    numbers.cell(id, request.area, period)
}

/// The number in front of a heading or item: （一）, 1., （1）.
pub(super) fn lead(level: u8, number: usize) -> String {
    match level {
        1 => format!("{}、", chinese_number(number)),
        2 => format!("（{}）", chinese_number(number)),
        3 => format!("{number}."),
        _ => format!("（{number}）"),
    }
}

/// 1 to 99 in Chinese numerals.
pub(crate) fn chinese_number(number: usize) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let tens = number / 10;
    let ten = match tens {
        0 => String::new(),
        1 => "十".to_owned(),
        _ => format!("{}十", DIGITS[tens % 10]),
    };
    format!("{ten}{}", DIGITS[number % 10])
}

/// Whether anything is counted below or above.
pub(super) fn counted(cell: Option<Cell>) -> bool {
    cell.is_some_and(|cell| !cell.numerator.is_zero() || cell.denominator.is_some_and(|below: Decimal| !below.is_zero()))
}
