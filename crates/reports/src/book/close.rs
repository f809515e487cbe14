//! The end of the booklet: worked cases, open points with room for remarks, signatures.

use qianmo_core::pack::{Case, Pack};
use qianmo_core::schedule::State;

use super::names::Names;
use super::pages::{Cell, Pages, beneath, serial, words};
use super::schedule::service_name;
use super::words::value;
use crate::model::{Align, Run};

/// Lines left free for an opinion.
const OPINION_LINES: usize = 10;

pub(super) fn cases(pages: &mut Pages, names: &Names<'_>, pack: &Pack) {
    if pack.cases.is_empty() {
        return;
    }
    pages.section("验算过的例子");
    pages.paragraph("例子里的人都是虚构的。程序每次检查专项包都逐个重算，结果不同就不用。请看看这些边界情形的结果对不对。");
    let rows =
        pack.cases.iter().enumerate().map(|(index, case)| vec![serial(index), words(case.title.clone()), outcome(case, names)]).collect();
    pages.table([("序号", 7, Align::Centre), ("情形", 50, Align::Left), ("结果", 43, Align::Left)], rows);
}

fn outcome(case: &Case, names: &Names<'_>) -> Cell {
    let mut said: Vec<String> = Vec::new();
    for (indicator, above, below) in &case.expect {
        let name = names.packs.indicator(indicator).map_or(&**indicator, |indicator| &indicator.name);
        let below = below.map_or_else(String::new, |below| format!("/{}", below.normalize()));
        said.push(format!("{name} {}{below}", above.normalize()));
    }
    for due in &case.due {
        let dose = due.dose.map_or_else(String::new, |dose| format!("第{dose}剂"));
        let until = due.due.map_or_else(String::new, |day| format!("（{day}）"));
        said.push(format!("{}{} {dose}{}{until}", due.on, service_name(&due.service, names), due.state.map_or("不要求", State::chinese)));
    }
    for (record, values) in &case.derived {
        let form = case.records.get(record - 1).and_then(|record| names.packs.form(&record.form));
        let names = names.form(form);
        for (id, held) in values {
            let code = held.as_text().unwrap_or_default();
            let answer =
                names.choices(id).iter().find(|choice| *choice.code == *code).map_or_else(|| value(held), |choice| choice.name.clone());
            said.push(format!("{}：{answer}", names.label(id)));
        }
    }
    for (record, _) in &case.refused {
        let form = case.records.get(record - 1).map_or_else(String::new, |record| names.form_name(&record.form));
        said.push(format!("第{record}条记录{form}不收"));
    }
    beneath("", &said.join("；"))
}

/// Rules whose source wasn't read, each with room for a remark.
pub(super) fn open_points(pages: &mut Pages, pack: &Pack) {
    if pack.unverified.is_empty() {
        return;
    }
    pages.section("待核实");
    pages.paragraph("以下内容编写时没有读到原文。请对照原文核实，在“核实意见”中写明文件名、年份、章节，或应改成什么。");
    let rows = pack.unverified.iter().enumerate().map(|(index, point)| vec![serial(index), point_cell(point), Vec::new()]).collect();
    pages.table([("序号", 7, Align::Centre), ("内容", 50, Align::Left), ("核实意见", 43, Align::Left)], rows);
}

/// `what（file:line:column）`: the place in small print.
fn point_cell(point: &str) -> Cell {
    match point.rsplit_once('（') {
        Some((what, place)) => beneath(what, place.trim_end_matches('）')),
        None => words(point),
    }
}

pub(super) fn signatures(pages: &mut Pages) {
    pages.section("审定意见");
    let room = || std::iter::repeat_n(Run::Break, OPINION_LINES).collect::<Cell>();
    pages
        .table([("需要修改的地方（页码、内容、应改成什么）", 100, Align::Left)], vec![room()].into_iter().map(|cell| vec![cell]).collect());
    let line = |what: &str| vec![words(what), Vec::new(), Vec::new(), Vec::new(), room()[..2].to_vec()];
    let columns = [
        ("", 16, Align::Centre),
        ("姓名", 18, Align::Centre),
        ("单位、职务", 30, Align::Centre),
        ("日期", 16, Align::Centre),
        ("意见（同意／修改后同意／不同意）", 30, Align::Centre),
    ];
    pages.table(columns, ["业务审定", "信息审核", "负责人", "编写人"].map(line).into());
}
