//! The parts of a pack: one module per kind of file, and the order in which they are read.
//!
//! First all ids, then forms, tables and views of every pack, then what refers to them.

mod campaigns;
mod cases;
mod consents;
mod forms;
mod indicators;
mod manifest;
mod returns;
mod rosters;
pub(crate) mod schedule;
mod summary;
mod synth;
mod tables;
pub(crate) mod views;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use qianmo_core::pack::{Pack, Packs};
use qianmo_core::{Expr, Fault, Kind, Place, Value};
use toml::Spanned;
use toml::de::DeTable;

use crate::expression::{self, Scope};
use crate::index::Index;
use crate::reader::{Table, near, parse};
use crate::source::{Sink, Source, Text};
use crate::{Loaded, bounds};

/// What a file is, by its place in the pack's folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileKind {
    Manifest,
    Form,
    View,
    Indicators,
    Roster,
    Return,
    Table,
    Rows,
    Summary,
    Synth,
    Schedule,
    Campaigns,
    Consent,
    Case,
    Unknown,
}

/// A file with its parsed TOML.
#[derive(Debug)]
pub(crate) struct Doc<'a> {
    pub(crate) pack: &'a str,
    pub(crate) kind: FileKind,
    pub(crate) source: &'a Source,
    /// What could be read of it; `None` for files that aren't TOML.
    pub(crate) toml: Option<Spanned<DeTable<'a>>>,
    /// Whether that is all.
    pub(crate) whole: bool,
}

impl Doc<'_> {
    /// The file's table, when all of it could be read.
    pub(crate) fn root<'b>(&'b self, sink: &'b Sink) -> Option<Table<'b>> {
        self.toml.as_ref().filter(|_| self.whole).map(|toml| Table::root(self.source, sink, toml))
    }
}

/// What every reader needs: where faults go, which ids there are, and what is already read.
pub(crate) struct Context<'a> {
    pub(crate) sink: &'a Sink,
    pub(crate) index: &'a Index,
    pub(crate) packs: &'a Packs,
    /// The pack being read.
    pub(crate) pack: &'a str,
    /// What members of the groups read so far can be asked, by `pack.group`.
    pub(crate) groups: &'a RefCell<BTreeMap<String, Scope>>,
    /// Every file, for those that stand beside others.
    pub(crate) sources: &'a [Source],
    /// The fields of the person's sheet as `resident.x`.
    pub(crate) person: &'a Scope,
}

/// Reads one file into its pack.
type Reader = fn(&Context<'_>, &Doc<'_>, &mut Pack);

pub(crate) fn load(files: &[(String, String)]) -> Loaded {
    let sink = Sink::default();
    let mut sources: Vec<Source> = files.iter().map(|(file, text)| Source::new(file, text)).collect();
    sources.sort_by(|a, b| a.file.cmp(&b.file));
    let docs: Vec<Doc<'_>> = sources.iter().map(|source| doc(source, &sink)).collect();
    let index = Index::of(&docs, &sink);
    let mut packs = manifest::read(&docs, &index, &sink);
    let groups = RefCell::default();
    let person = forms::person(&docs, &index);
    let steps: [(FileKind, Reader); 12] = [
        (FileKind::Table, tables::read),
        (FileKind::Form, forms::read),
        (FileKind::View, views::read),
        (FileKind::Indicators, indicators::read),
        (FileKind::Roster, rosters::read),
        (FileKind::Return, returns::read),
        (FileKind::Summary, summary::read),
        (FileKind::Synth, synth::read),
        (FileKind::Schedule, schedule::read),
        (FileKind::Campaigns, campaigns::read),
        (FileKind::Consent, consents::read),
        (FileKind::Case, cases::read),
    ];
    for (kind, read) in steps {
        for i in 0..packs.packs.len() {
            let id = packs.packs[i].id.clone();
            if !docs.iter().any(|doc| doc.kind == kind && *doc.pack == *id) {
                continue;
            }
            let mut pack = packs.packs[i].clone();
            let context =
                Context { sink: &sink, index: &index, packs: &packs, pack: &id, groups: &groups, sources: &sources, person: &person };
            for doc in docs.iter().filter(|doc| doc.kind == kind && *doc.pack == *id) {
                read(&context, doc, &mut pack);
            }
            packs.packs[i] = pack;
        }
    }
    schedule::check(&packs, &sink);
    bounds::check(&mut packs, &docs, &sink);
    let (faults, warnings) = sink.into_inner();
    Loaded { packs, faults, warnings, fields: field_places(&docs) }
}

/// Where the fields stand, by form and field.
fn field_places(docs: &[Doc<'_>]) -> BTreeMap<(String, String), Place> {
    let mut places = BTreeMap::new();
    for doc in docs.iter().filter(|doc| doc.kind == FileKind::Form) {
        let Some(table) = doc.toml.as_ref().map(Spanned::get_ref) else { continue };
        let form = table.get("id").and_then(|id| id.get_ref().as_str());
        let fields = ["field", "derived"].into_iter().filter_map(|key| table.get(key)?.get_ref().as_array());
        for id in fields.flat_map(|fields| fields.iter()).filter_map(|field| field.get_ref().get("id")) {
            if let (Some(form), Some(field)) = (form, id.get_ref().as_str()) {
                places.insert((form.to_owned(), field.to_owned()), doc.source.place(id.span().start));
            }
        }
    }
    places
}

/// Folders of a pack and what is in them.
const FOLDERS: [(&str, &str, FileKind); 7] = [
    ("forms", ".toml", FileKind::Form),
    ("views", ".sql", FileKind::View),
    ("rosters", ".toml", FileKind::Roster),
    ("returns", ".toml", FileKind::Return),
    ("tables", ".toml", FileKind::Table),
    ("tables", ".csv", FileKind::Rows),
    ("cases", ".toml", FileKind::Case),
];

/// Files of a pack.
const FILES: [(&str, FileKind); 7] = [
    ("pack.toml", FileKind::Manifest),
    ("schedule.toml", FileKind::Schedule),
    ("campaigns.toml", FileKind::Campaigns),
    ("consent.toml", FileKind::Consent),
    ("indicators.toml", FileKind::Indicators),
    ("summary.md", FileKind::Summary),
    ("synth.toml", FileKind::Synth),
];

fn doc<'a>(source: &'a Source, sink: &Sink) -> Doc<'a> {
    let (pack, rest) = source.file.split_once('/').unwrap_or(("", &source.file));
    let kind = kind_of(rest);
    if kind == FileKind::Unknown || pack.is_empty() {
        let known =
            FILES.iter().map(|(name, _)| (*name).to_owned()).chain(FOLDERS.iter().map(|(folder, end, _)| format!("{folder}/*{end}")));
        let known: Vec<String> = known.collect();
        let fault = Fault::new("PACK-0109").at(source.place(0)).with("path", rest).with("known", known.join("、"));
        sink.push(near(fault, rest, FILES.iter().map(|(name, _)| *name)));
    }
    let plain = matches!(kind, FileKind::View | FileKind::Rows | FileKind::Summary | FileKind::Unknown);
    let (toml, whole) = if plain { (None, true) } else { some(parse(source, sink)) };
    Doc { pack, kind, source, toml, whole }
}

fn some<T>((toml, whole): (T, bool)) -> (Option<T>, bool) {
    (Some(toml), whole)
}

fn kind_of(path: &str) -> FileKind {
    if let Some((_, kind)) = FILES.iter().find(|(name, _)| *name == path) {
        return *kind;
    }
    let Some((folder, name)) = path.split_once('/') else { return FileKind::Unknown };
    let fits = |(known, end, _): &&(&str, &str, FileKind)| *known == folder && name.ends_with(end) && !name.contains('/');
    FOLDERS.iter().find(fits).map_or(FileKind::Unknown, |(_, _, kind)| *kind)
}

impl Context<'_> {
    /// Parses an expression; what is wrong is reported and gives an unknown.
    pub(crate) fn expr(&self, text: &Text<'_>, scope: &Scope, wanted: &[Kind]) -> Expr {
        self.typed(text, scope, wanted).0
    }

    /// Parses an expression and says of which kind it is.
    pub(crate) fn typed(&self, text: &Text<'_>, scope: &Scope, wanted: &[Kind]) -> (Expr, Kind) {
        expression::parse_text(text, scope, wanted).unwrap_or_else(|faults| {
            self.sink.extend(faults);
            (Expr::Literal(Value::Null), Kind::Null)
        })
    }

    /// The expression of an optional key.
    pub(crate) fn opt_expr(&self, table: &Table<'_>, key: &'static str, scope: &Scope, wanted: &[Kind]) -> Option<Expr> {
        table.opt_text(key).map(|text| self.expr(&text, scope, wanted))
    }

    /// An id that must begin with the pack's name: `maternal_health.delivery`.
    pub(crate) fn own_id(&self, text: &Text<'_>) -> Arc<str> {
        let fits = text.value.split_once('.').is_some_and(|(pack, rest)| pack == self.pack && is_id(rest));
        if !fits {
            let fault = Fault::new("PACK-0107").at(text.place()).with("id", &text.value);
            self.sink.push(fault.with("expected", format!("{}.…", self.pack)));
        }
        text.value.as_str().into()
    }

    /// An id of its own file or table.
    pub(crate) fn id(&self, text: &Text<'_>) -> Arc<str> {
        if !is_id(&text.value) {
            self.sink.push(Fault::new("PACK-0107").at(text.place()).with("id", &text.value).with("expected", "a–z、0–9、_"));
        }
        text.value.as_str().into()
    }

    /// An English label; its absence is only a warning.
    pub(crate) fn name_en(&self, table: &Table<'_>) -> String {
        let name = table.opt_string("name_en");
        if name.is_empty() {
            self.sink.warn(Fault::new("PACK-0801").at(table.place()).with("key", "name_en"));
        }
        name
    }

    /// Source and whether it was read; `above` is what stands at the top of the file.
    pub(crate) fn origin(&self, table: &Table<'_>, above: Option<&Origin>, what: &str, pack: &mut Pack) -> Origin {
        let own = table.opt_text("source");
        let verified = table.flag("verified").unwrap_or_else(|| above.is_none_or(|above| above.verified));
        let source = own.map(|text| text.value).or_else(|| above.map(|above| above.source.clone())).unwrap_or_default();
        if source.trim().is_empty() {
            self.sink.push(Fault::new("PACK-0110").at(table.place()).with("what", what));
        }
        if !verified {
            pack.unverified.push(format!("{what}（{}）", table.place()));
        }
        Origin { source, verified }
    }
}

/// Where a rule comes from.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    pub(crate) source: String,
    pub(crate) verified: bool,
}

/// Whether a word can be an id.
pub(crate) fn is_id(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_lowercase()) && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}
