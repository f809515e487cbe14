//! Expressions: SQL text -> [`Expr`], typed against a [`Scope`].
//!
//! `sqlparser` reads the text; what isn't in the language of `qianmo_core::expr` is refused; kinds are
//! checked on the way. All faults of one text come at once, each at its character. Tests: `tests/expressions.rs`.

mod convert;
mod kinds;
mod scope;

use qianmo_core::{Expr, Fault, Kind, Place};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserError};

pub use scope::{Name, Scope};

use crate::source::{Source, Text};

/// Longest text of one expression, in bytes.
const LONGEST: usize = 4000;

/// Parses and types one expression.
///
/// `wanted`: the kinds its result may have, empty for any. Places count lines and columns of `text`, under an empty
/// file name.
/// Errors: `PACK-0201` not readable, `PACK-0202` unknown name, `PACK-0203` kinds that don't go together, `PACK-0204` code
/// that the field doesn't have, `PACK-0205` number of arguments, `PACK-0206` kind of an argument, `PACK-0207` unknown
/// function, `PACK-0208` not in the language, `PACK-0209` kind of the result, `PACK-0210` misshaped date or interval.
///
/// ```
/// use qianmo_core::Kind;
/// use qianmo_packs::expression::{Scope, parse_expr};
/// let mut scope = Scope::new();
/// scope.add("sbp", Kind::Integer);
/// assert!(parse_expr("sbp >= 140", &scope, &[Kind::Bool]).is_ok());
/// let faults = parse_expr("sbq >= 140", &scope, &[Kind::Bool]).unwrap_err();
/// assert_eq!(faults[0].param("suggestion"), Some("sbp"));
/// ```
pub fn parse_expr(text: &str, scope: &Scope, wanted: &[Kind]) -> Result<Expr, Vec<Fault>> {
    let source = Source::new("", text);
    parse_at(text, scope, wanted, &|byte| source.place(byte)).map(|(expr, _)| expr)
}

/// Parses an expression that stands in a TOML file.
pub(crate) fn parse_text(text: &Text<'_>, scope: &Scope, wanted: &[Kind]) -> Result<(Expr, Kind), Vec<Fault>> {
    parse_at(&text.value, scope, wanted, &|byte| text.place_inside(byte))
}

fn parse_at(text: &str, scope: &Scope, wanted: &[Kind], place: &dyn Fn(usize) -> Place) -> Result<(Expr, Kind), Vec<Fault>> {
    let tree = read(text, place).map_err(|fault| vec![fault])?;
    let mut converter = convert::Converter::new(text, scope, place);
    let (expr, kind) = converter.convert(&tree);
    let mut faults = converter.faults;
    let wider = if kind == Kind::Integer { Kind::Decimal } else { kind };
    let any = wanted.is_empty() && kind != Kind::Interval;
    let fits = any || kind == Kind::Null || wanted.contains(&kind) || wanted.contains(&wider);
    if !fits && faults.is_empty() {
        let expected: Vec<&str> = wanted.iter().map(|kind| kind.chinese()).collect();
        faults.push(Fault::new("PACK-0209").at(place(0)).with("expected", expected.join("或")).with("found", kind.chinese()));
    }
    if faults.is_empty() { Ok((expr, kind)) } else { Err(faults) }
}

fn read(text: &str, place: &dyn Fn(usize) -> Place) -> Result<sqlparser::ast::Expr, Fault> {
    if text.len() > LONGEST {
        return Err(Fault::new("PACK-0208").at(place(0)).with("what", "过长的表达式"));
    }
    let mut parser = Parser::new(&GenericDialect {}).try_with_sql(text).map_err(|error| syntax_fault("PACK-0201", &error, text, place))?;
    let tree = parser.parse_expr().map_err(|error| syntax_fault("PACK-0201", &error, text, place))?;
    let rest = parser.peek_token();
    if rest.token == sqlparser::tokenizer::Token::EOF {
        return Ok(tree);
    }
    let at = Source::byte_at(text, rest.span.start.line, rest.span.start.column);
    Err(Fault::new("PACK-0201").at(place(at)).with("found", rest.token))
}

/// What the SQL parser complains of, at the place it names at the end of its message.
pub(crate) fn syntax_fault(code: &'static str, error: &ParserError, text: &str, place: &dyn Fn(usize) -> Place) -> Fault {
    let message = match error {
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => message.as_str(),
        ParserError::RecursionLimitExceeded => return Fault::new(code).at(place(0)).with("found", "过深的嵌套"),
    };
    let (message, at) = match message.rsplit_once(" at Line: ") {
        Some((message, tail)) => match tail.split_once(", Column: ").map(|(line, column)| (line.parse(), column.trim().parse())) {
            Some((Ok(line), Ok(column))) => (message, Source::byte_at(text, line, column)),
            _ => (message, text.len()),
        },
        None => (message, text.len()),
    };
    let found = message.rsplit_once("found: ").map_or(message, |(_, found)| found);
    Fault::new(code).at(place(at)).with("found", if found == "EOF" { "结尾" } else { found })
}
