//! What is wrong, where, and with which values: the one shape every error takes on its way to a person.
//!
//! A fault carries a stable code and typed parameters, never a sentence. The sentences (Chinese and English
//! title, detail, hint) live in `errors/zh.toml` and `errors/en.toml` and are put in by `qianmo-wire`.

use std::fmt;

/// Where a fault was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Place {
    /// Nowhere in particular.
    #[default]
    Nowhere,
    /// In a text file; line and column start at 1.
    Text {
        /// Path as the user gave it.
        file: String,
        /// Line, from 1.
        line: u32,
        /// Column in characters, from 1.
        column: u32,
    },
    /// In a spreadsheet cell; the row is the number the spreadsheet shows.
    Sheet {
        /// File name.
        file: String,
        /// Sheet name; empty for csv.
        sheet: String,
        /// Row, from 1.
        row: u32,
        /// Header or letter of the column; empty when the whole row is meant.
        column: String,
    },
    /// In a figure of a figures file.
    Figure(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nowhere => Ok(()),
            Self::Text { file, line, column } => write!(f, "{file}:{line}:{column}"),
            Self::Sheet { file, sheet, row, column } => {
                write!(f, "{file}")?;
                if !sheet.is_empty() {
                    write!(f, "「{sheet}」")?;
                }
                write!(f, "第{row}行")?;
                if !column.is_empty() {
                    write!(f, "「{column}」列")?;
                }
                Ok(())
            }
            Self::Figure(id) => write!(f, "{id}"),
        }
    }
}

/// One thing that is wrong: a stable code, a place, and the values its sentence needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Stable code, `AREA-NNNN`, listed in `errors/zh.toml`.
    pub code: &'static str,
    /// Where.
    pub place: Place,
    /// Values for the sentence, by name.
    pub params: Vec<(&'static str, String)>,
}

impl Fault {
    /// A fault with this code and nothing else yet.
    #[must_use]
    pub fn new(code: &'static str) -> Self {
        Self { code, place: Place::Nowhere, params: Vec::new() }
    }

    /// Adds a value for the sentence.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.params.push((name, value.to_string()));
        self
    }

    /// Says where.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    /// The value of a parameter.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(n, _)| *n == name).map(|(_, v)| v.as_str())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        if self.place != Place::Nowhere {
            write!(f, " {}", self.place)?;
        }
        for (name, value) in &self.params {
            write!(f, " {name}={value}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Fault {}

/// The closest of `candidates` to a misspelt `word`, for "是否指…": at most a third of the letters may differ.
#[must_use]
pub fn suggest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggest_finds_a_slip_and_refuses_a_stranger() {
        assert_eq!(suggest("birth_dat", ["birth_date", "sex"]), Some("birth_date"));
        assert_eq!(suggest("weight", ["birth_date", "sex"]), None);
    }
}
