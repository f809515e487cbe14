//! A sight as a condition of SQL over `record r`; the same as [`super::sees()`] says of one row, and a test holds the two together.
//!
//! Names, areas and ids stand in the text as numbers and hexadecimal digits; nothing that a person typed does.

use std::fmt::Write as _;

use qianmo_core::{AreaCode, SubjectId};

use super::{Areas, PERSONAL_KINDS, RESIDENT, Sight, Whose, Window};
use crate::words::Words;

/// How a database wants it.
#[derive(Clone, Copy)]
pub(crate) struct Dialect {
    /// The county, where the log's own table has one.
    pub(crate) county: Option<u32>,
    /// An id.
    pub(crate) id: fn(SubjectId) -> String,
}

impl Dialect {
    /// The county's condition on another row of the log.
    pub(crate) fn county(self, alias: &str) -> String {
        self.county.map_or_else(String::new, |county| format!("{alias}.county = {county} AND "))
    }

    /// Whether a row of the log belongs to this log.
    pub(crate) fn mine(self, alias: &str) -> String {
        self.county.map_or_else(|| "true".to_owned(), |county| format!("{alias}.county = {county}"))
    }

    /// Whether a column holds one of the numbers in the text value `$n`, which has commas between them: one statement for any list.
    pub(crate) fn numbers_in(self, column: &str, n: usize) -> String {
        match self.county {
            Some(_) => format!("{column} = ANY (string_to_array(${n}, ',')::bigint[])"),
            None => format!("{column} IN (SELECT value FROM json_each('[' || ${n} || ']'))"),
        }
    }

    /// The same for ids, written in 32 hexadecimal digits.
    pub(crate) fn ids_in(self, column: &str, n: usize) -> String {
        match self.county {
            Some(_) => format!("{column} = ANY (string_to_array(${n}, ',')::uuid[])"),
            None => {
                format!("{column} IN (SELECT unhex(value) FROM json_each('[\"' || replace(${n}, ',', '\",\"') || '\"]'))")
            }
        }
    }

    /// Whether three columns stand after the values `$n`, `$n+1`, `$n+2` in order. A range over the first column must be asked beside it:
    /// PostgreSQL would begin a comparison of rows at its own place alone, SQLite would take the longer form for several searches.
    pub(crate) fn after(self, [first, second, third]: [&str; 3], n: usize) -> String {
        let (at_first, at_second, at_third) = (format!("${n}"), format!("${}", n + 1), format!("${}", n + 2));
        match self.county {
            Some(_) => format!(
                "({first} > {at_first} OR ({first} = {at_first} \
                 AND ({second} > {at_second} OR ({second} = {at_second} AND {third} > {at_third}))))"
            ),
            None => format!("({first}, {second}, {third}) > ({at_first}, {at_second}, {at_third})"),
        }
    }

    fn ids(self, ids: impl IntoIterator<Item = SubjectId>) -> String {
        ids.into_iter().map(self.id).collect::<Vec<_>>().join(",")
    }
}

/// What the sight opens; `false` when nothing.
pub(crate) fn opens(sight: &Sight, words: &Words, dialect: Dialect) -> String {
    let windows: Vec<String> = sight.windows.iter().filter_map(|window| opened(window, words, dialect)).collect();
    if windows.is_empty() { "false".to_owned() } else { format!("({})", windows.join(" OR ")) }
}

/// Records about these, with whom they concern: two indexes, each asked for itself.
pub(crate) fn about(residents: &[SubjectId], dialect: Dialect) -> String {
    let (ids, county) = (dialect.ids(residents.iter().copied()), dialect.county("p"));
    let positions = format!(
        "SELECT p.seq FROM record p WHERE {county}p.subject IN ({ids}) \
         UNION ALL SELECT p.seq FROM record p WHERE {county}p.resident IN ({ids}) AND p.resident <> p.subject"
    );
    match dialect.county {
        // An array is made first; a subquery PostgreSQL may as well ask of every row of the log in turn.
        Some(_) => format!("r.seq = ANY (ARRAY ({positions}))"),
        None => format!("r.seq IN ({positions})"),
    }
}

/// Whether a record of the alias `r` is in force as of the position that `until` stands for.
pub(crate) fn in_force(until: &str, dialect: Dialect) -> String {
    format!("NOT EXISTS (SELECT 1 FROM record o WHERE {}o.target = r.seq AND o.seq <= {until})", dialect.county("o"))
}

fn opened(window: &Window, words: &Words, dialect: Dialect) -> Option<String> {
    let mut parts = vec![format!("r.form IN ({})", forms(window, words)?)];
    if let Areas::Only(areas) = &window.areas {
        let areas = numbers(areas.iter().copied())?;
        let county = dialect.county.unwrap_or(0);
        parts.push(format!(
            "(r.area IN ({areas}) OR EXISTS (SELECT 1 FROM resident d WHERE d.county = {county} AND d.resident = {} AND d.area IN ({areas})))",
            person(words)
        ));
    }
    match &window.whose {
        Whose::Everybody => {}
        Whose::Residents(residents) if residents.is_empty() => return None,
        Whose::Residents(residents) => parts.push(format!("{} IN ({})", person(words), dialect.ids(residents.iter().copied()))),
        Whose::ClientsOf(worker) => {
            let (worker, forms) = (words.number(worker.as_str())?, forms(window, words)?);
            parts.push(wrote_about(&person(words), &format!("+c.worker = {worker} AND +c.form IN ({forms})"), dialect));
        }
        Whose::Nobody => {
            parts.push("r.resident IS NULL".to_owned());
            let kinds: Vec<String> = PERSONAL_KINDS.iter().filter_map(|kind| words.number(kind)).map(|n| n.to_string()).collect();
            if !kinds.is_empty() {
                parts.push(format!("r.kind NOT IN ({})", kinds.join(",")));
            }
        }
    }
    Some(format!("({})", parts.join(" AND ")))
}

/// Whether somebody wrote a record `c` of some forms about a person, and hasn't withdrawn it. The person has few records, the worker many:
/// in `which`, plus signs keep the database from going by the worker.
pub(crate) fn wrote_about(person: &str, which: &str, dialect: Dialect) -> String {
    let county = dialect.county("c");
    format!(
        "EXISTS (SELECT 1 FROM record c WHERE {county}(c.subject = {person} OR (c.resident = {person} AND c.resident <> c.subject)) \
         AND {which} AND c.action < 2 AND {})",
        not_withdrawn("c", dialect)
    )
}

/// Whether a record of this alias wasn't withdrawn.
pub(crate) fn not_withdrawn(alias: &str, dialect: Dialect) -> String {
    format!("NOT EXISTS (SELECT 1 FROM record v WHERE {}v.target = {alias}.seq AND v.action = 2)", dialect.county("v"))
}

/// Whom a record is about: the resident concerned, or the subject when that is a resident.
pub(crate) fn person(words: &Words) -> String {
    match words.number(RESIDENT) {
        Some(kind) => format!("(CASE WHEN r.resident IS NULL AND r.kind = {kind} THEN r.subject ELSE r.resident END)"),
        None => "r.resident".to_owned(),
    }
}

fn forms(window: &Window, words: &Words) -> Option<String> {
    let mut text = String::new();
    for number in window.forms.iter().filter_map(|form| words.number(form)) {
        let _ = write!(text, "{}{number}", if text.is_empty() { "" } else { "," });
    }
    (!text.is_empty()).then_some(text)
}

fn numbers(areas: impl Iterator<Item = AreaCode>) -> Option<String> {
    let mut text = String::new();
    for area in areas {
        let _ = write!(text, "{}{}", if text.is_empty() { "" } else { "," }, area.number());
    }
    (!text.is_empty()).then_some(text)
}
