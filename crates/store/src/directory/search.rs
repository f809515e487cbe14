//! Finding a person at the counter: by what was typed, in the order of the keys, page by page.

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use qianmo_core::{AreaCode, Fault, SubjectId};
use uuid::Uuid;

use super::keys::{self, INITIALS, NAME, NAME_END, NAME_SEALED, TAIL};
use super::{Directory, Resident, SHOWN, id_list, list};
use crate::AccountName;
use crate::db::{Cell, Line, read};
use crate::sight::sql::{not_withdrawn, person, wrote_about};
use crate::sight::{Areas, Sight, Whose};
use crate::words::Words;

/// A search for residents.
///
/// What `text` is decides how it is sought: four digits end an identity number or a phone; more digits are either of them, whole;
/// letters are the beginning of a name's pinyin initials (every reading of a character counts) or of a name in letters; all else is the
/// beginning of a name, or of its end from some character on, such as the given name. A sealed name is found only whole.
#[derive(Debug, Clone, Copy, Default)]
pub struct Search<'a> {
    /// What was typed.
    pub text: &'a str,
    /// Where to go on: [`Found::next`] of the page before.
    pub after: Option<&'a str>,
    /// The most residents.
    pub rows_max: usize,
}

/// A page of residents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Those found; first by name from its beginning, then by its ends; each once.
    pub residents: Vec<Resident>,
    /// Where the next page goes on; absent after the last. It may hold what was found: keep it out of logs.
    pub next: Option<String>,
}

/// How many entries can be given up one for the other; beyond it the chain is a circle.
const CHAIN_MAX: usize = 16;

/// One way to seek; a page goes through them in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Keys that begin with the text.
    Begins(i64),
    /// Keys that are the hash of the text.
    SealedName,
    /// A column of hashes: its name, what the hash is of.
    Hashed(&'static str, &'static str),
}

const NUMBER: Way = Way::Hashed("number", "number");
const PHONE: Way = Way::Hashed("phone", "phone");
const NUMBER_TAIL: Way = Way::Hashed("number_tail", "number tail");
const PHONE_TAIL: Way = Way::Hashed("phone_tail", "phone tail");

/// Where in a way the last page ended.
#[derive(Debug, Clone, PartialEq)]
struct Place {
    text: String,
    area: i64,
    resident: SubjectId,
}

impl Place {
    const FIRST: Self = Self { text: String::new(), area: -1, resident: SubjectId(Uuid::nil()) };

    fn written(&self, way: usize) -> String {
        URL_SAFE_NO_PAD.encode(format!("{way} {} {} {}", self.area, self.resident.0.simple(), self.text))
    }

    fn read(text: &str) -> Option<(usize, Self)> {
        let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let mut parts = plain.splitn(4, ' ');
        let way = parts.next()?.parse().ok()?;
        let (area, resident) = (parts.next()?.parse().ok()?, SubjectId(Uuid::parse_str(parts.next()?).ok()?));
        Some((way, Self { area, resident, text: parts.next()?.to_owned() }))
    }
}

/// What was typed, understood.
struct Asked {
    text: String,
    ways: Vec<Way>,
}

impl Asked {
    fn new(typed: &str, name_sealed: bool) -> Self {
        let number = keys::plain_number(typed);
        let digits = number.bytes().filter(u8::is_ascii_digit).count();
        let spaced = |c: char| c.is_whitespace() || "-+()".contains(c);
        let is_number =
            digits + 1 >= number.len() && typed.chars().all(|c| spaced(c) || c.is_ascii_digit() || c.eq_ignore_ascii_case(&'x'));
        if is_number && digits > 0 {
            let ways = match number.len() {
                ..TAIL => vec![],
                TAIL => vec![NUMBER_TAIL, PHONE_TAIL],
                _ => vec![NUMBER, PHONE],
            };
            return Self { text: number, ways };
        }
        let text = keys::plain_name(typed);
        let ways = if text.is_empty() {
            vec![]
        } else if name_sealed {
            vec![Way::SealedName]
        } else if text.bytes().all(|b| b.is_ascii_alphanumeric()) {
            vec![Way::Begins(NAME), Way::Begins(INITIALS)]
        } else {
            vec![Way::Begins(NAME), Way::Begins(NAME_END)]
        };
        Self { text, ways }
    }

    /// Whether this key of this resident was, or will be, found in another way or by another key.
    fn twice(&self, way: Way, key: &str, name: &str) -> bool {
        let name = keys::plain_name(name);
        let first =
            |mut keys: Box<dyn Iterator<Item = String> + '_>| keys.find(|key| key.starts_with(&self.text)).is_none_or(|first| first != key);
        match way {
            Way::Begins(NAME_END) => name.starts_with(&self.text) || first(Box::new(keys::ends(&name).map(str::to_owned))),
            Way::Begins(INITIALS) => name.starts_with(&self.text) || first(Box::new(keys::initials(&name).into_iter())),
            _ => false,
        }
    }
}

/// The part of SQL that keeps to a sight, with its values.
struct Kept {
    sql: String,
    values: Vec<Cell>,
}

impl Directory<'_> {
    /// See [`crate::Reader::search`].
    ///
    /// Errors: `STORE-0110` a place to go on from that no search gave.
    pub(crate) fn search(&self, what: &Search<'_>, sight: Option<&Sight>) -> Result<Found, Fault> {
        let asked = Asked::new(what.text, self.plan.name_sealed);
        let (mut way, mut place) = match what.after {
            None => (0, Place::FIRST),
            Some(after) => Place::read(after).ok_or_else(|| Fault::new("STORE-0110"))?,
        };
        let mut found = Found { residents: Vec::new(), next: None };
        while let Some(&this) = asked.ways.get(way) {
            let left = what.rows_max - found.residents.len();
            if left == 0 {
                break;
            }
            let lines = self.lines(&asked, this, &place, sight, left)?;
            for line in &lines {
                place = Self::place(line).map_err(|()| self.tables.db.damaged())?;
                let resident = self.shown(line, 3)?;
                let twice = asked.twice(this, &place.text, resident.name.as_deref().unwrap_or_default());
                if !twice
                    && let Some(resident) = self.survivor(resident, sight)?
                    && found.residents.iter().all(|other| other.id != resident.id)
                {
                    found.residents.push(resident);
                }
            }
            if lines.len() < left {
                (way, place) = (way + 1, Place::FIRST);
            } else {
                found.next = Some(place.written(way));
            }
        }
        if way >= asked.ways.len() {
            found.next = None;
        } else if place == Place::FIRST && way > 0 {
            found.next = Some(place.written(way));
        }
        Ok(found)
    }

    /// Key text, its area and its resident stand in the first three columns.
    fn place(line: &Line) -> Result<Place, ()> {
        Ok(Place { text: line.text(0)?.to_owned(), area: line.int(1)?, resident: SubjectId(line.uuid_or(2)?.ok_or(())?) })
    }

    /// The resident who this one turned out to be, if the sight opens them.
    fn survivor(&self, resident: Resident, sight: Option<&Sight>) -> Result<Option<Resident>, Fault> {
        if resident.merged_into.is_none() {
            return Ok(Some(resident));
        }
        let mut survivor = Some(resident);
        // The one kept may have been given up for a third one since; a circle ends with nobody.
        for _ in 0..CHAIN_MAX {
            let Some(into) = survivor.as_ref().and_then(|resident| resident.merged_into) else { break };
            survivor = self.resident(into)?;
        }
        let survivor = survivor.filter(|resident| resident.merged_into.is_none());
        // Merged persons share their records; who may see one may see the other only where they sit.
        let there = |survivor: &Resident| match sight {
            None => true,
            Some(sight) => sight.windows.iter().any(|window| match &window.areas {
                Areas::All => true,
                Areas::Only(areas) => survivor.area.is_some_and(|area| areas.contains(&area)),
            }),
        };
        Ok(survivor.filter(there))
    }

    fn lines(&self, asked: &Asked, way: Way, place: &Place, sight: Option<&Sight>, rows: usize) -> Result<Vec<Line>, Fault> {
        match way {
            Way::Begins(kind) => {
                let until = format!("{}\u{10FFFF}", asked.text);
                let from = asked.text.clone().max(place.text.clone());
                self.keyed(kind, "k.text >= $1 AND k.text <= $2", vec![from.as_str().into(), until.as_str().into()], place, sight, rows)
            }
            Way::SealedName => {
                let mut lines = Vec::new();
                for (kind, text) in keys::of_sealed_name(self.tables.sealing, &asked.text) {
                    debug_assert_eq!(kind, NAME_SEALED);
                    lines.extend(self.keyed(kind, "k.text >= $1 AND k.text <= $2", vec![text.as_str().into(); 2], place, sight, rows)?);
                }
                lines.sort_by_key(|line| Self::place(line).map(|place| (place.text, place.area, place.resident.0)).unwrap_or_default());
                lines.truncate(rows);
                Ok(lines)
            }
            Way::Hashed(column, hashed) => self.hashed(asked, (column, hashed), place, sight, rows),
        }
    }

    /// Those whose column has the hash: few, so that they are sorted and cut here, and the database isn't led to walk through everybody in order.
    fn hashed(
        &self,
        asked: &Asked,
        (column, hashed): (&str, &str),
        place: &Place,
        sight: Option<&Sight>,
        rows: usize,
    ) -> Result<Vec<Line>, Fault> {
        let mut values = Vec::new();
        let marks = self.hashes(asked, hashed, &mut values);
        // Who was found by the identity number isn't found by the phone once more.
        let other = match column {
            "phone" => format!("AND (d.number IS NULL OR d.number NOT IN ({}))", self.hashes(asked, "number", &mut values)),
            "phone_tail" => {
                format!("AND (d.number_tail IS NULL OR d.number_tail NOT IN ({}))", self.hashes(asked, "number tail", &mut values))
            }
            _ => String::new(),
        };
        // The plus sign keeps the database from going by the area.
        let Some(kept) = self.kept(sight, "d.resident", "+d.area", values.len())? else { return Ok(Vec::new()) };
        values.extend(kept.values);
        let sql = format!(
            "SELECT '', -1, d.resident, {SHOWN} FROM resident d WHERE d.county = @county AND d.{column} IN ({marks}) {other} {}",
            kept.sql
        );
        let mut found = Vec::new();
        for line in self.tables.db.query(&sql, &values)? {
            let resident = Self::place(&line).map_err(|()| self.tables.db.damaged())?.resident;
            found.push((resident, line));
        }
        found.retain(|(resident, _)| *resident > place.resident);
        found.sort_by_key(|(resident, _)| *resident);
        Ok(found.into_iter().take(rows).map(|(_, line)| line).collect())
    }

    /// The hashes of what was asked as values, and their marks.
    fn hashes(&self, asked: &Asked, hashed: &str, values: &mut Vec<Cell>) -> String {
        let mut marks = Vec::new();
        for digest in keys::digests(self.tables.sealing, hashed, &asked.text) {
            values.push(digest.as_slice().into());
            marks.push(format!("${}", values.len()));
        }
        marks.join(", ")
    }

    fn keyed(
        &self,
        kind: i64,
        range: &str,
        mut values: Vec<Cell>,
        place: &Place,
        sight: Option<&Sight>,
        rows: usize,
    ) -> Result<Vec<Line>, Fault> {
        values.extend([place.text.as_str().into(), place.area.into(), place.resident.into()]);
        let n = values.len();
        let after = self.dialect.after(["k.text", "k.area", "k.resident"], n - 2);
        let Some(kept) = self.kept(sight, "k.resident", "k.area", n)? else { return Ok(Vec::new()) };
        values.extend(kept.values);
        let sql = format!(
            "SELECT k.text, k.area, k.resident, {SHOWN} FROM resident_key k JOIN resident d ON d.county = k.county AND d.resident = k.resident \
             WHERE k.county = @county AND k.kind = {kind} AND {range} \
             AND {after} {} \
             ORDER BY k.text, k.area, k.resident LIMIT {}",
            kept.sql,
            // Few statements for any number of rows.
            rows.next_power_of_two(),
        );
        let mut lines = self.tables.db.query(&sql, &values)?;
        lines.truncate(rows);
        Ok(lines)
    }

    /// What the sight opens of the sheets of residents who sit somewhere; `None` when nothing. Values begin after `$after`.
    fn kept(&self, sight: Option<&Sight>, person: &str, area: &str, after: usize) -> Result<Option<Kept>, Fault> {
        let Some(sight) = sight else { return Ok(Some(Kept { sql: String::new(), values: Vec::new() })) };
        let sheets = self.plan.policy.forms();
        let mut kept = Kept { sql: String::new(), values: Vec::new() };
        let (mut parts, mut anybody): (Vec<String>, BTreeSet<AreaCode>) = (Vec::new(), BTreeSet::new());
        for window in sight.windows.iter().filter(|window| !window.forms.is_disjoint(&sheets)) {
            let whose = match &window.whose {
                Whose::Nobody => continue,
                Whose::Everybody => match &window.areas {
                    Areas::All => return Ok(Some(Kept { sql: String::new(), values: Vec::new() })),
                    Areas::Only(areas) => {
                        anybody.extend(areas.iter().copied());
                        continue;
                    }
                },
                Whose::Residents(residents) if residents.is_empty() => continue,
                Whose::Residents(residents) => {
                    kept.values.push(id_list(residents.iter().copied()));
                    self.dialect.ids_in(person, after + kept.values.len())
                }
                Whose::ClientsOf(worker) => match self.clients(worker, &window.forms, person, after, &mut kept.values)? {
                    Some(sql) => sql,
                    None => continue,
                },
            };
            let there = self.there(&window.areas, area, after, &mut kept.values);
            parts.push(format!("({whose}{there})"));
        }
        if !anybody.is_empty() {
            let areas = Areas::Only(Arc::new(anybody));
            parts.push(format!("(true{})", self.there(&areas, area, after, &mut kept.values)));
        }
        kept.sql = format!("AND ({})", parts.join(" OR "));
        Ok((!parts.is_empty()).then_some(kept))
    }

    fn there(&self, areas: &Areas, column: &str, after: usize, values: &mut Vec<Cell>) -> String {
        let Areas::Only(areas) = areas else { return String::new() };
        values.push(list(areas.iter().map(|area| area.number())));
        format!(" AND {}", self.dialect.numbers_in(column, after + values.len()))
    }

    fn clients(
        &self,
        worker: &AccountName,
        forms: &BTreeSet<Arc<str>>,
        person: &str,
        after: usize,
        values: &mut Vec<Cell>,
    ) -> Result<Option<String>, Fault> {
        let words = self.words_with(worker, forms)?;
        let numbers: Vec<u64> = forms.iter().filter_map(|form| words.number(form)).filter_map(|n| u64::try_from(n).ok()).collect();
        let Some(worker) = words.number(worker.as_str()).filter(|_| !numbers.is_empty()) else { return Ok(None) };
        values.extend([worker.into(), list(numbers)]);
        let (worker, forms) = (after + values.len() - 1, after + values.len());
        let which = format!("+c.worker = ${worker} AND {}", self.dialect.numbers_in("+c.form", forms));
        Ok(Some(wrote_about(person, &which, self.dialect)))
    }

    /// Residents about whom a worker has written a record of one of the forms, and hasn't withdrawn it: whom [`Whose::ClientsOf`] means.
    ///
    /// Errors: those of every method of [`crate::Store`].
    pub fn clients_of(&self, worker: &AccountName, forms: &BTreeSet<Arc<str>>) -> Result<BTreeSet<SubjectId>, Fault> {
        let words = self.words_with(worker, forms)?;
        let numbers: Vec<u64> = forms.iter().filter_map(|form| words.number(form)).filter_map(|n| u64::try_from(n).ok()).collect();
        let Some(worker) = words.number(worker.as_str()).filter(|_| !numbers.is_empty()) else { return Ok(BTreeSet::new()) };
        let sql = format!(
            "SELECT DISTINCT {} FROM record r WHERE {} AND r.worker = $1 AND {} AND r.action < 2 AND {}",
            person(&words),
            self.dialect.mine("r"),
            self.dialect.numbers_in("r.form", 2),
            not_withdrawn("r", self.dialect)
        );
        let db = self.tables.db;
        let lines = db.query(&sql, &[worker.into(), list(numbers)])?;
        Ok(read(db, &lines, |line| Ok(line.uuid_or(0)?.map(SubjectId)))?.into_iter().flatten().collect())
    }

    /// The names, read again when some aren't known: they may have been written since.
    fn words_with(&self, worker: &AccountName, forms: &BTreeSet<Arc<str>>) -> Result<Arc<Words>, Fault> {
        let known = self.words.number(worker.as_str()).is_some() && forms.iter().all(|form| self.words.number(form).is_some());
        Ok(if known { self.words.clone() } else { Arc::new(Words::read(self.tables.db, self.tables.sealing)?) })
    }
}
