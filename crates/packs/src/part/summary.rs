//! `summary.md`: the template of the annual summary. References are checked here; writing is `qianmo-reports`' job.

use qianmo_core::Fault;
use qianmo_core::numbers::Part;
use qianmo_core::pack::{Pack, SummaryPart};

use super::{Context, Doc, returns};
use crate::reader::near;
use crate::source::{Source, Text};

/// Words in braces that aren't indicators.
const WORDS: [&str; 4] = ["year", "area", "period", "period:mch"];

/// How a number can be shown.
const SHAPES: [&str; 5] = ["n", "d", "nd", "v", "yoy"];

/// Reads the template into the pack.
pub(super) fn read(context: &Context<'_>, doc: &Doc<'_>, pack: &mut Pack) {
    let source = doc.source;
    let mut at = 0;
    let mut headed = false;
    for line in source.text.split_inclusive('\n') {
        let text = line.trim_end();
        headed |= text.starts_with("# ");
        check_line(context, source, text, at);
        at += line.len();
    }
    if !headed {
        context.sink.push(Fault::new("PACK-0103").at(source.place(0)).with("key", "# "));
    }
    pack.summary = Some(SummaryPart { text: source.text.clone(), file: source.file.clone() });
}

fn check_line(context: &Context<'_>, source: &Source, line: &str, at: usize) {
    let misshaped = |byte: usize| context.sink.push(Fault::new("PACK-0601").at(source.place(byte)).with("text", line));
    let listed = line.strip_prefix('|').or_else(|| line.strip_prefix('~'));
    if let Some(rest) = listed {
        let Some((_, ids)) = rest.split_once(':') else { return misshaped(at) };
        let ids = ids.trim().strip_suffix(" by village").filter(|_| line.starts_with('~')).unwrap_or(ids);
        return ids.split(',').for_each(|id| refer(context, source, line, at, id, Part::Value));
    }
    if let Some(rest) = line.strip_prefix('?') {
        let Some((id, _)) = rest.split_once(':').filter(|(id, _)| !id.trim().contains(' ')) else { return misshaped(at) };
        refer(context, source, line, at, id, Part::Value);
    } else if line.starts_with("##") && line != "## 计划" {
        return misshaped(at);
    }
    let mut rest = line;
    while let Some(open) = rest.find(['{', '}']) {
        let byte = at + (line.len() - rest.len()) + open;
        let inside = rest[open..].strip_prefix('{').and_then(|tail| tail.split_once('}'));
        let Some((inside, tail)) = inside.filter(|(inside, _)| !inside.contains('{')) else { return misshaped(byte) };
        placeholder(context, source, line, at, inside);
        rest = tail;
    }
}

/// `{id}`, `{id:nd}`, `{year}`.
fn placeholder(context: &Context<'_>, source: &Source, line: &str, at: usize, inside: &str) {
    if WORDS.contains(&inside) {
        return;
    }
    let (id, shape) = inside.split_once(':').unwrap_or((inside, "v"));
    if !SHAPES.contains(&shape) {
        let byte = at + offset(line, shape);
        let fault = Fault::new("PACK-0105").at(source.place(byte)).with("key", id).with("value", shape);
        context.sink.push(near(fault.with("known", SHAPES.join("、")), shape, SHAPES));
    }
    if !id.contains('.') {
        let fault = Fault::new("PACK-0302").at(source.place(at + offset(line, id))).with("what", "指标").with("id", id);
        let known = context.index.all(crate::index::What::Indicator).chain(WORDS);
        return context.sink.push(near(fault, id, known));
    }
    let part = if matches!(shape, "d" | "nd") { Part::Denominator } else { Part::Value };
    refer(context, source, line, at, id, part);
}

fn refer(context: &Context<'_>, source: &Source, line: &str, at: usize, id: &str, part: Part) {
    let id = id.trim();
    let start = at + offset(line, id);
    returns::part_of(context, &Text { value: id.to_owned(), source, span: start..start + id.len() }, part);
}

/// Where a part of a line begins in it.
fn offset(line: &str, part: &str) -> usize {
    part.as_ptr() as usize - line.as_ptr() as usize
}
