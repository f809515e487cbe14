//! `views/*.sql`: the header's declarations, and what can be said of the query without running it.
//!
//! Columns of the query are compared with the declared ones by the query planner, in `qianmo-analytics`.

use qianmo_core::pack::{Pack, View, ViewColumn};
use qianmo_core::{Fault, Kind, Place};
use sqlparser::ast::{SetExpr, Statement};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};

use super::{Context, Doc, is_id};
use crate::expression::{Scope, syntax_fault};
use crate::index::What;
use crate::reader::near;
use crate::source::{Source, Text};

/// Words of column types.
pub(super) const KINDS: [(&str, Kind); 7] = [
    ("boolean", Kind::Bool),
    ("integer", Kind::Integer),
    ("decimal", Kind::Decimal),
    ("text", Kind::Text),
    ("date", Kind::Date),
    ("timestamp", Kind::DateTime),
    ("bool", Kind::Bool),
];

const KEYS: [&str; 8] = ["view", "name", "grain", "subject", "additive", "column", "source", "verified"];

/// A line `-- key: value` of the header: key and value, each with the byte where it begins.
struct Line<'a> {
    key: &'a str,
    key_at: usize,
    value: &'a str,
    value_at: usize,
}

fn header(text: &str) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let trimmed = line.trim();
        if !trimmed.is_empty() && !trimmed.starts_with("--") {
            break;
        }
        let Some((key, value)) = trimmed.strip_prefix("--").and_then(|rest| rest.split_once(':')) else { continue };
        let offset = |part: &str| start + (part.as_ptr() as usize - line.as_ptr() as usize);
        let (key, value) = (key.trim(), value.trim());
        if is_id(key) {
            lines.push(Line { key, key_at: offset(key), value, value_at: offset(value) });
        }
    }
    lines
}

/// The id in a view's header and where it stands.
pub(crate) fn declared_id(text: &str) -> Option<(&str, usize)> {
    header(text).iter().find(|line| line.key == "view").map(|line| (line.value, line.value_at))
}

/// Reads one view into the pack.
pub(super) fn read(context: &Context<'_>, doc: &Doc<'_>, pack: &mut Pack) {
    let source = doc.source;
    let lines = header(&source.text);
    for line in lines.iter().filter(|line| !KEYS.contains(&line.key)) {
        let fault = Fault::new("PACK-0102").at(source.place(line.key_at)).with("key", line.key);
        context.sink.push(near(fault, line.key, KEYS));
    }
    let value = |key: &str| lines.iter().find(|line| line.key == key && !line.value.is_empty()).map(|line| line.value.to_owned());
    for key in ["view", "name", "grain", "subject", "source"] {
        if value(key).is_none() {
            let code = if key == "source" { "PACK-0110" } else { "PACK-0103" };
            context.sink.push(Fault::new(code).at(source.place(0)).with("key", key).with("what", value("view").unwrap_or_default()));
        }
    }
    check_id(context, doc, &lines);
    if value("verified").as_deref() == Some("false") {
        pack.unverified.push(format!("{}（{}）", value("name").unwrap_or_default(), source.file));
    }
    if let Some(line) = lines.iter().find(|line| line.key == "subject") {
        let text = Text { value: line.value.to_owned(), source, span: line.value_at..line.value_at + line.value.len() };
        context.index.refer(What::Subject, &text, context.sink);
    }
    let additive = lines.iter().find(|line| line.key == "additive");
    if let Some(line) = additive.filter(|line| line.value != "happened_on") {
        let fault = Fault::new("PACK-0105").at(source.place(line.value_at)).with("key", "additive").with("value", line.value);
        context.sink.push(fault.with("known", "happened_on"));
    }
    check_sql(context, source);
    let Some((id, _)) = declared_id(&source.text) else { return };
    pack.views.push(View {
        id: id.into(),
        name: value("name").unwrap_or_default(),
        sql: source.text.clone(),
        file: source.file.clone(),
        grain: value("grain").unwrap_or_default(),
        columns: columns(context, source, &lines),
        additive: additive.is_some(),
        subject: value("subject").unwrap_or_default().into(),
    });
}

fn check_id(context: &Context<'_>, doc: &Doc<'_>, lines: &[Line<'_>]) {
    let Some(line) = lines.iter().find(|line| line.key == "view") else { return };
    let place = doc.source.place(line.value_at);
    let stem = doc.source.file.rsplit('/').next().and_then(|name| name.strip_suffix(".sql")).unwrap_or("");
    if stem != line.value {
        context.sink.push(Fault::new("PACK-0402").at(place.clone()).with("id", line.value).with("file", stem));
    }
    if !is_id(line.value) {
        context.sink.push(Fault::new("PACK-0107").at(place).with("id", line.value).with("expected", "a–z、0–9、_"));
    }
}

fn columns(context: &Context<'_>, source: &Source, lines: &[Line<'_>]) -> Vec<ViewColumn> {
    let mut columns: Vec<ViewColumn> = Vec::new();
    for line in lines.iter().filter(|line| line.key == "column") {
        let mut words = line.value.splitn(3, char::is_whitespace);
        let (id, kind, name) = (words.next().unwrap_or(""), words.next().unwrap_or(""), words.next().unwrap_or("").trim());
        let place = source.place(line.value_at);
        let known = KINDS.iter().find(|(word, _)| *word == kind);
        if !is_id(id) || name.is_empty() || known.is_none() {
            let fault = Fault::new("PACK-0401").at(place).with("text", line.value);
            context.sink.push(near(fault, kind, KINDS.iter().map(|(word, _)| *word)));
            continue;
        }
        if columns.iter().any(|held| *held.id == *id) {
            context.sink.push(Fault::new("PACK-0112").at(place).with("what", "列").with("id", id));
            continue;
        }
        if let Some((_, kind)) = known {
            columns.push(ViewColumn { id: id.into(), kind: *kind, name: name.to_owned() });
        }
    }
    columns
}

/// Syntax, one query only, nothing that isn't allowed, no parameter but `$start` and `$end`.
fn check_sql(context: &Context<'_>, source: &Source) {
    let place = |byte: usize| source.place(byte);
    let tokens = match tokens(&source.text) {
        Ok(tokens) => tokens,
        Err(error) => return context.sink.push(syntax_fault("PACK-0406", &error, &source.text, &place)),
    };
    for token in &tokens {
        let at = || token_place(source, token);
        match &token.token {
            Token::Placeholder(name) if name != "$start" && name != "$end" => {
                let fault = Fault::new("PACK-0405").at(at()).with("name", name);
                context.sink.push(near(fault, name, ["$start", "$end"]));
            }
            Token::Word(word) if word.value.eq_ignore_ascii_case("row_number") => {
                context.sink.push(Fault::new("PACK-0404").at(at()).with("what", &word.value));
            }
            _ => {}
        }
    }
    let parsed = Parser::new(&GenericDialect {}).with_tokens_with_locations(tokens).parse_statements();
    match parsed {
        Err(error) => context.sink.push(syntax_fault("PACK-0406", &error, &source.text, &place)),
        Ok(statements) => {
            let query = |statement: &Statement| matches!(statement, Statement::Query(query) if is_select(&query.body));
            if statements.len() != 1 || !statements.iter().all(query) {
                context.sink.push(Fault::new("PACK-0403").at(source.place(0)).with("found", statements.len()));
            }
        }
    }
}

fn is_select(body: &SetExpr) -> bool {
    match body {
        SetExpr::Select(select) => select.into.is_none(),
        SetExpr::Query(query) => is_select(&query.body),
        SetExpr::SetOperation { left, right, .. } => is_select(left) && is_select(right),
        SetExpr::Values(_) => true,
        _ => false,
    }
}

fn token_place(source: &Source, token: &TokenWithSpan) -> Place {
    source.place(Source::byte_at(&source.text, token.span.start.line, token.span.start.column))
}

/// The tokens of a query, white space and comments included.
pub(crate) fn tokens(sql: &str) -> Result<Vec<TokenWithSpan>, ParserError> {
    Ok(Tokenizer::new(&GenericDialect {}, sql).tokenize_with_location()?)
}

/// The columns of a view as names for expressions.
pub(crate) fn scope(view: &View) -> Scope {
    let mut scope = Scope::new();
    scope.add("subject", Kind::Integer);
    if view.additive {
        scope.add("happened_on", Kind::Date);
    }
    for column in &view.columns {
        scope.add(&column.id, column.kind);
    }
    scope
}
