//! The composed summary: its text, its numbers' sources, its findings, its faults.

#![expect(clippy::unwrap_used, reason = "tests")]
#![allow(dead_code, reason = "the fixture serves several tests")]

mod fixture;

use fixture::{TOWN, areas, indicator, numbers, pack, packs, printed, request, targets};
use qianmo_core::pack::{Better, Packs};
use qianmo_core::{Fault, Place};
use qianmo_reports::model::{Block, Document, plain};
use qianmo_reports::{Run, summary};

fn compose(packs: &Packs, numbers: &fixture::Table) -> Document {
    summary::compose(&request(packs, numbers, &areas())).unwrap()
}

fn faults(template: &str) -> Vec<Fault> {
    let mut one = pack("one", "某专项", 10, template);
    one.indicators = vec![indicator("one.births", "出生数", "人", false, None)];
    one.indicators[0].choice = true;
    let packs = Packs { packs: vec![one] };
    summary::compose(&request(&packs, &numbers(), &areas())).unwrap_err()
}

#[test]
fn the_text_of_the_made_up_township_is_as_reviewed() {
    assert_eq!(compose(&packs(), &numbers()).text(), include_str!("golden/summary.txt"));
}

#[test]
fn every_number_leads_to_an_entry_with_its_indicator_and_a_command() {
    let document = compose(&packs(), &numbers());
    let mut used = vec![false; document.references.len()];
    let mut mark = |runs: &[Run]| {
        for run in runs {
            match run {
                Run::Number { reference, .. } => used[*reference] = true,
                Run::Text(text) => assert!(!text.contains("205"), "a number without a source in: {text}"),
                Run::Small(_) | Run::Above(_) | Run::Break => unreachable!("an official document has no small print"),
            }
        }
    };
    for block in &document.blocks {
        match block {
            Block::Paragraph(runs) | Block::Item { runs, .. } => mark(runs),
            Block::Table(table) => table.rows.iter().flatten().for_each(|cell| mark(cell)),
            Block::Chart(chart) => chart.bars.iter().for_each(|bar| mark(std::slice::from_ref(&bar.number))),
            _ => {}
        }
    }
    assert!(used.iter().all(|used| *used), "an entry without a number");
    let rate = document.references.iter().find(|r| r.name == "住院分娩率").unwrap();
    assert_eq!((rate.numerator.as_str(), rate.denominator.as_str(), rate.value.as_str()), ("205", "212", "96.70"));
    assert_eq!(rate.drill[0], format!("qianmo drill --indicator maternal.hospital_rate --area {TOWN} --period 2012 --part numerator"));
    assert_eq!(rate.drill[1], format!("qianmo drill --indicator maternal.hospital_rate --area {TOWN} --period 2012 --part denominator"));
    assert_eq!(rate.places, ["第三部分（一）", "表1", "第四部分（一）", "表2"]);
    assert!(document.references.iter().all(|r| !r.drill.is_empty() && !r.places.is_empty() && r.cut == "第1024条记录"));
}

#[test]
fn a_missing_number_is_said_to_be_missing_and_a_missing_year_before_leaves_no_comma() {
    let text = compose(&packs(), &numbers()).text();
    assert!(text.contains("产后访视（未开展）。"));
    assert!(text.contains("早孕建册率为83.02%（176/212）。"));
    assert!(!text.contains("这一句不应出现"));
    assert!(!text.contains("，。"));
}

#[test]
fn choices_and_statistics_are_never_problems_or_targets() {
    let mut packs = packs();
    let mut marked = 0;
    for indicator in packs.packs.iter_mut().flat_map(|pack| &mut pack.indicators) {
        match &*indicator.id {
            "maternal.hospital_rate" => indicator.choice = true,
            "population.meetings" => indicator.statistic = true,
            _ => continue,
        }
        marked += 1;
    }
    assert_eq!(marked, 2);
    let document = compose(&packs, &numbers());
    let problems: String =
        document.blocks.iter().filter_map(|b| if let Block::Item { lead, .. } = b { Some(lead.as_str()) } else { None }).collect();
    assert!(!problems.contains("住院分娩率") && !problems.contains("工作例会"));
    assert!(!document.references.iter().any(|r| r.name == "住院分娩率（目标）"));
    assert!(document.text().contains("未发现未达标或退步的项目"));
}

#[test]
fn the_worst_comes_first_and_misses_of_targets_before_losses() {
    let mut one = pack("one", "某专项", 10, "# 某专项\n\n完成{one.a}。");
    let rate = |id: &str| indicator(&format!("one.{id}"), &format!("{id}率"), "%", true, Some(Better::Higher));
    one.indicators = ["a", "b", "e"].map(rate).into();
    one.indicators.push(indicator("two.c", "c率", "%", true, Some(Better::Higher)));
    one.indicators.push(indicator("one.d", "死亡率", "‰", true, Some(Better::Lower)));
    one.tables = vec![targets(&[("one.a", "90", 2012), ("one.b", "90", 2012), ("one.d", "5", 2012), ("one.e", "90", 2012)])];
    let mut table = fixture::Table::default();
    table.set("one.a", TOWN, 2012, 80, Some(100));
    table.set("one.b", TOWN, 2012, 40, Some(100));
    table.set("two.c", TOWN, 2012, 10, Some(100));
    table.set("two.c", TOWN, 2011, 99, Some(100));
    table.set("one.d", TOWN, 2012, 6, Some(1000));
    // The fourth of one programme isn't shown.
    table.set("one.e", TOWN, 2012, 89, Some(100));
    let document = compose(&Packs { packs: vec![one] }, &table);
    let items: Vec<(String, String)> = document
        .blocks
        .iter()
        .filter_map(|b| if let Block::Item { lead, runs, .. } = b { Some((lead.clone(), plain(runs))) } else { None })
        .collect();
    let leads: Vec<&str> = items.iter().take(4).map(|(lead, _)| lead.as_str()).collect();
    assert_eq!(
        leads,
        ["（一）b率未达到年度目标。", "（二）死亡率高于年度控制目标。", "（三）a率未达到年度目标。", "（四）c率比上年下降。"]
    );
    assert_eq!(items[1].1, "控制目标为5‰，实际为6.00‰（6/1000），高出1.00个千分点。");
    assert_eq!(items[3].1, "2012年为10.00%（10/100），上年为99.00%（99/100），比上年下降89.00个百分点。");
}

#[test]
fn faults_of_a_template_come_all_at_once_with_their_places() {
    let found = faults("# 某\n\n共{one.birth}，{one.births\n?one.births 共。\n{one.births:x}\n|表\n");
    let codes: Vec<&str> = found.iter().map(|fault| fault.code).collect();
    assert_eq!(codes, ["REPORT-0101", "REPORT-0102", "REPORT-0104", "REPORT-0103", "REPORT-0104"]);
    assert_eq!(found[0].param("suggestion"), Some("one.births"));
    assert_eq!(found[0].place, Place::Text { file: "packs/one/summary.md".to_owned(), line: 3, column: 2 });
    assert_eq!(found[1].place, Place::Text { file: "packs/one/summary.md".to_owned(), line: 3, column: 14 });
}

#[test]
fn villages_are_not_compared_by_reproductive_choices() {
    assert_eq!(faults("~各村: one.births by village")[0].code, "REPORT-0105");
}

#[test]
fn the_same_input_gives_the_same_document() {
    assert_eq!(compose(&packs(), &numbers()), compose(&packs(), &numbers()));
    assert_eq!(compose(&packs(), &numbers()).date, printed());
}
