//! Figures files: one printed number a row.
//!
//! CSV in UTF-8 with a header. Columns `id`, `value` are needed; `label`, `unit`, `role`, `formula`, `decimals`, `computed`, `match`, `note` are
//! read when there. A row whose role is `approximate`, or whose value is blank, has no value.

use std::collections::HashMap;
use std::str::FromStr;

use qianmo_core::{Decimal, Fault, Place};

/// One row of a figures file.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Stable id.
    pub id: String,
    /// Words as printed.
    pub label: String,
    /// The number; `None` when blank or approximate.
    pub value: Option<Decimal>,
    /// The value as printed.
    pub text: String,
    /// Unit as printed.
    pub unit: String,
    /// `base`, `derived`, `inferred`, `approximate` or empty.
    pub role: String,
    /// The formula that the file itself gives, in words of its own; not evaluated here.
    pub formula: String,
    /// Decimals to compare at; those of the printed value when the file doesn't say.
    pub decimals: u32,
    /// What the file's formula gives, according to the file.
    pub computed: Option<Decimal>,
    /// `match = no`: the paper is known to contradict itself here, and what follows from the others counts.
    pub contradicts: bool,
    /// Remark.
    pub note: String,
    /// Row in the file, the header being 1.
    pub row: u32,
}

/// A figures file.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// File name, for messages.
    pub file: String,
    /// Rows in the file's order.
    pub rows: Vec<Figure>,
    by_id: HashMap<String, usize>,
}

impl Figures {
    /// Reads a figures file.
    ///
    /// Errors, all at once: `SYNTH-0101` not CSV in UTF-8 or without `id` and `value`, `SYNTH-0102` a value that is no number,
    /// `SYNTH-0103` an id twice.
    pub fn read(file: &str, bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let unreadable = |why: String| vec![Fault::new("SYNTH-0101").with("file", file).with("why", why)];
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let text = std::str::from_utf8(bytes).map_err(|error| unreadable(error.to_string()))?;
        let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
        let headers = reader.headers().map_err(|error| unreadable(error.to_string()))?.clone();
        let column = |name: &str| headers.iter().position(|header| header.eq_ignore_ascii_case(name));
        let (Some(id), Some(value)) = (column("id"), column("value")) else {
            return Err(unreadable(headers.iter().collect::<Vec<_>>().join("，")));
        };
        let others = ["label", "unit", "role", "formula", "decimals", "computed", "match", "note"].map(column);
        let mut figures = Self { file: file.to_owned(), ..Self::default() };
        let mut faults = Vec::new();
        for row in reader.records() {
            let row = row.map_err(|error| unreadable(error.to_string()))?;
            let number = row.position().map_or(0, |at| line(text, at));
            let cell = |at: Option<usize>| at.and_then(|at| row.get(at)).unwrap_or_default().to_owned();
            if row.iter().all(str::is_empty) || cell(Some(id)).starts_with('#') {
                continue;
            }
            let figure = read_row(cell(Some(id)), cell(Some(value)), others.map(cell), number);
            match figure {
                Ok(figure) => figures.add(figure, &mut faults),
                Err(fault) => {
                    faults.push(fault.at(place(file, number, "value")));
                }
            }
        }
        if faults.is_empty() { Ok(figures) } else { Err(faults) }
    }

    fn add(&mut self, figure: Figure, faults: &mut Vec<Fault>) {
        if let Some(&before) = self.by_id.get(&figure.id) {
            let before = self.rows[before].row;
            let fault = Fault::new("SYNTH-0103").with("figure", &figure.id).with("before", before);
            faults.push(fault.at(place(&self.file, figure.row, "id")));
            return;
        }
        self.by_id.insert(figure.id.clone(), self.rows.len());
        self.rows.push(figure);
    }

    /// The row with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Figure> {
        self.by_id.get(id).map(|&at| &self.rows[at])
    }
}

fn place(file: &str, row: u32, column: &str) -> Place {
    Place::Sheet { file: file.to_owned(), sheet: String::new(), row, column: column.to_owned() }
}

/// The line of a record; the reader's own number is that of blank lines before it.
fn line(text: &str, at: &csv::Position) -> u32 {
    let start = usize::try_from(at.byte()).unwrap_or(0);
    let blank = text.as_bytes().iter().skip(start).take_while(|byte| matches!(byte, b'\n' | b'\r')).filter(|byte| **byte == b'\n').count();
    u32::try_from(at.line()).unwrap_or(0).saturating_add(u32::try_from(blank).unwrap_or(0))
}

fn read_row(id: String, text: String, others: [String; 8], row: u32) -> Result<Figure, Fault> {
    let [label, unit, role, formula, decimals, computed, matches, note] = others;
    let value = if text.is_empty() || role == "approximate" {
        None
    } else {
        let number = number(&text).ok_or_else(|| Fault::new("SYNTH-0102").with("figure", &id).with("value", &text))?;
        Some(number)
    };
    Ok(Figure {
        decimals: decimals.parse().unwrap_or_else(|_| value.map_or(0, |value| value.scale())),
        computed: number(&computed),
        contradicts: matches.eq_ignore_ascii_case("no"),
        id,
        label,
        value,
        text,
        unit,
        role,
        formula,
        note,
        row,
    })
}

/// Reads a printed number: full-width digits, blanks and thousands separators are accepted.
fn number(text: &str) -> Option<Decimal> {
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, ',' | '，'))
        .map(|c| match c {
            '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')).unwrap_or(c),
            '．' => '.',
            '－' | '−' => '-',
            other => other,
        })
        .collect();
    Decimal::from_str(&plain).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<&'static str> {
        Figures::read("年报.csv", text.as_bytes()).unwrap_err().iter().map(|fault| fault.code).collect()
    }

    #[test]
    fn id_and_value_are_enough() {
        let text = "\u{feff}id,value\nbirths,\"1,332\"\n\nrate, ９６．99\n";
        let figures = Figures::read("a.csv", text.as_bytes()).unwrap();
        assert_eq!(figures.get("births").unwrap().value, Some(Decimal::from(1332)));
        assert_eq!(figures.get("rate").unwrap().decimals, 2);
        assert_eq!(figures.get("rate").unwrap().row, 4);
    }

    #[test]
    fn approximate_and_blank_rows_have_no_value() {
        let figures = Figures::read("a.csv", "id,value,role\nleaflets,20多,approximate\npeople,,base\n".as_bytes()).unwrap();
        assert!(figures.rows.iter().all(|figure| figure.value.is_none()));
    }

    #[test]
    fn what_cannot_be_read_is_named_with_its_row() {
        assert_eq!(codes("number,amount\n1,2\n"), ["SYNTH-0101"]);
        let faults = Figures::read("年报.csv", "id,value\na,20多\na,3\nb,4\nb,5\n".as_bytes()).unwrap_err();
        assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), ["SYNTH-0102", "SYNTH-0103"]);
        assert_eq!(faults[1].place.to_string(), "年报.csv第5行「id」列");
        assert_eq!(Figures::read("a.csv", b"id,value\n\xff\xfe,1\n").unwrap_err()[0].code, "SYNTH-0101");
    }
}
