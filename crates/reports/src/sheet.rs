//! A ledger or return as a sheet: title, grouped columns, rows, totals, notes, signature lines.

use qianmo_core::{Date, Decimal, Value, format_decimal};

use crate::model::{Align, chinese_date};

/// One sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// Title.
    pub title: String,
    /// Name of the worksheet, short.
    pub tab: String,
    /// Form number and who prescribes it, at the top right; a line each.
    pub form_lines: Vec<String>,
    /// Who makes it (填报单位).
    pub organisation: String,
    /// Period in words (统计时段).
    pub period: String,
    /// The data cut in words (数据截点).
    pub as_of: String,
    /// Date of printing.
    pub printed: Date,
    /// Columns.
    pub columns: Vec<SheetColumn>,
    /// Rows.
    pub rows: Vec<Row>,
    /// Columns (by position) whose sums stand in the 合计 line; empty for no such line.
    pub totals: Vec<usize>,
    /// Lines below the table.
    pub notes: Vec<String>,
    /// Paper and direction.
    pub paper: Paper,
}

/// A column of a sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct SheetColumn {
    /// Header.
    pub name: String,
    /// Header above it; empty for none. Neighbours with the same group share it.
    pub group: String,
    /// Width in half-width characters.
    pub width: f64,
    /// Where its text stands.
    pub align: Align,
}

/// A row of a sheet.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    /// Cells, one a column.
    pub cells: Vec<SheetCell>,
    /// How far the item's name is indented: 0 main, 1 其中.
    pub level: u8,
    /// Whether it is a heading line.
    pub heading: bool,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum SheetCell {
    /// Nothing known.
    #[default]
    Empty,
    /// Words or a masked number.
    Text(String),
    /// A number with its decimals.
    Number(Decimal, u32),
    /// A day.
    Date(Date),
}

impl SheetCell {
    /// The cell as printed: numbers with their decimals, days as `2012-03-05`.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Number(number, decimals) => format_decimal(Some(*number), *decimals),
            Self::Date(date) => date.to_string(),
        }
    }

    /// The cell of a value as it is.
    #[must_use]
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Empty,
            Value::Integer(number) => Self::Number(Decimal::from(*number), 0),
            Value::Decimal(number) => Self::Number(*number, number.scale()),
            Value::Date(date) => Self::Date(*date),
            other => Self::Text(other.to_string()),
        }
    }

    /// The number, when it is one.
    #[must_use]
    pub fn number(&self) -> Option<(Decimal, u32)> {
        if let Self::Number(number, decimals) = self { Some((*number, *decimals)) } else { None }
    }
}

/// Paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    /// A4 upright: returns.
    A4,
    /// A4 across.
    A4Landscape,
    /// A3 across: wide ledgers.
    A3Landscape,
}

impl Paper {
    /// The paper on which columns of this total width (half-width characters) can be read.
    #[must_use]
    pub fn for_width(characters: f64) -> Self {
        if characters <= 92.0 {
            Self::A4
        } else if characters <= 150.0 {
            Self::A4Landscape
        } else {
            Self::A3Landscape
        }
    }
}

impl Sheet {
    /// The sum of a column over all rows, with the most decimals in it.
    #[must_use]
    pub fn total(&self, column: usize) -> (Decimal, u32) {
        let numbers = self.rows.iter().filter_map(|row| row.cells.get(column).and_then(SheetCell::number));
        numbers.fold((Decimal::ZERO, 0), |(sum, most), (number, decimals)| (sum + number, most.max(decimals)))
    }

    /// The 合计 line; `None` when the sheet has no totals.
    #[must_use]
    pub fn total_row(&self) -> Option<Vec<SheetCell>> {
        if self.totals.is_empty() {
            return None;
        }
        let mut cells = vec![SheetCell::Empty; self.columns.len()];
        for column in &self.totals {
            let (sum, decimals) = self.total(*column);
            if let Some(cell) = cells.get_mut(*column) {
                *cell = SheetCell::Number(sum, decimals);
            }
        }
        let label = (0..cells.len()).find(|column| !self.totals.contains(column) && *column > 0).unwrap_or(0);
        if let Some(cell) = cells.get_mut(label)
            && *cell == SheetCell::Empty
        {
            *cell = SheetCell::Text("合计".to_owned());
        }
        Some(cells)
    }

    /// Whether any column has a header above it.
    #[must_use]
    pub fn grouped(&self) -> bool {
        self.columns.iter().any(|column| !column.group.is_empty())
    }

    /// Runs of neighbouring columns under one header: first and last column, group (empty: a column alone).
    #[must_use]
    pub fn groups(&self) -> Vec<(usize, usize, &str)> {
        let mut groups: Vec<(usize, usize, &str)> = Vec::new();
        for (index, column) in self.columns.iter().enumerate() {
            match groups.last_mut() {
                Some((_, last, group)) if !group.is_empty() && *group == column.group => *last = index,
                _ => groups.push((index, index, &column.group)),
            }
        }
        groups
    }

    /// The line between title and table: organisation, period, cut.
    #[must_use]
    pub fn head_line(&self) -> String {
        format!("填报单位：{}　　统计时段：{}　　数据截点：{}", self.organisation, self.period, self.as_of)
    }

    /// The line below the table for the people who answer for it.
    #[must_use]
    pub fn sign_line(&self) -> String {
        format!("填报人：　　　　　　　审核人：　　　　　　　单位负责人：　　　　　　　填报日期：{}", chinese_date(self.printed))
    }
}
