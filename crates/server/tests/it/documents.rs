//! The annual summary, as each may see it.

use qianmo_core::{Decimal, Part, Period};
use qianmo_desk::{CellSource, Change, Document, DocumentBar, DocumentBlock, DocumentRun};
use qianmo_store::{Cut, Deed};
use serde_json::{Value as Json, json};

use crate::indicators::noted;
use crate::support::{COUNTY, OTHER_VILLAGE, TOWNSHIP, Town, area};

const ROUTINE: &str = "hypertension.managed";
const SENSITIVE: &str = "tuberculosis.referred";

fn number(indicator: &str, text: &str) -> DocumentRun {
    let source = CellSource { indicator: indicator.into(), area: area(TOWNSHIP), period: Period::Year(2025), part: Part::Value };
    DocumentRun::Number { text: text.into(), source, made: None }
}

fn words(text: &str) -> DocumentRun {
    DocumentRun::Text(text.into())
}

fn heading(level: u8, text: &str) -> DocumentBlock {
    DocumentBlock::Heading { level, text: text.into() }
}

fn document() -> Document {
    let row = |indicator, text: &str| vec![vec![words("项目")], vec![number(indicator, text)]];
    let bar = |indicator, text: &str| DocumentBar { label: "村".into(), value: Some(Decimal::from(3)), number: number(indicator, text) };
    let blocks = vec![
        DocumentBlock::Paragraph(vec![words("辖"), number("area", "2个"), words("村，管理"), number(ROUTINE, "350人")]),
        heading(1, "一、主要工作"),
        heading(2, "（一）高血压"),
        DocumentBlock::Paragraph(vec![words("管理"), number(ROUTINE, "320人")]),
        heading(2, "（二）结核病"),
        DocumentBlock::Paragraph(vec![words("转诊"), number(SENSITIVE, "7人")]),
        DocumentBlock::Paragraph(vec![words("结核病工作有待加强。")]),
        DocumentBlock::Table {
            caption: "表1".into(),
            unit: String::new(),
            columns: vec!["项目".into(), "数值".into()],
            rows: vec![row(ROUTINE, "321人"), row(SENSITIVE, "8人")],
            notes: Vec::new(),
        },
        heading(1, "二、存在问题"),
        DocumentBlock::Item { level: 3, lead: "1.转诊不及时。".into(), runs: vec![number(SENSITIVE, "9人")] },
        DocumentBlock::Item { level: 3, lead: "2.随访不足。".into(), runs: vec![number(ROUTINE, "322人"), DocumentRun::Break] },
        DocumentBlock::Chart {
            caption: "图1".into(),
            unit: "人".into(),
            bars: vec![bar(ROUTINE, "323人"), bar(SENSITIVE, "10人")],
            notes: Vec::new(),
        },
        heading(1, "三、结核病专题"),
        DocumentBlock::Paragraph(vec![words("结核病专题说明。")]),
        DocumentBlock::Paragraph(vec![number(SENSITIVE, "11人")]),
        DocumentBlock::Signature { organisation: "青石镇卫生院".into(), date: "2026年1月5日".into() },
    ];
    Document { cut: Cut(4), title: "2025年工作总结".into(), blocks }
}

fn kinds(body: &Json) -> Vec<&str> {
    body["blocks"].as_array().unwrap().iter().map(|block| block["kind"].as_str().unwrap()).collect()
}

fn path(place: u64) -> String {
    format!("/documents/summary?area={place}&year=2025")
}

#[tokio::test]
async fn who_may_see_all_gets_all_with_live_numbers() {
    let town = Town::new();
    *town.figures.document.lock().unwrap() = document();
    town.get(&path(TOWNSHIP)).refused(401, "SERVER-0101").await;
    let body = town.get(&path(TOWNSHIP)).by("public_health").gives(200).await;
    assert_eq!((body["cut"].as_i64(), body["partial"].as_bool(), kinds(&body).len()), (Some(4), Some(false), document().blocks.len()));
    let source = json!({"indicator": ROUTINE, "area": TOWNSHIP.to_string(), "period": "2025", "part": "value"});
    assert_eq!(body["blocks"][3]["runs"][1], json!({"kind": "number", "text": "320人", "source": source}));
    let chart = body["blocks"].as_array().unwrap().iter().find(|block| block["kind"] == "chart").unwrap();
    assert_eq!((chart["bars"][0]["value"].as_str(), chart["bars"][0]["number"]["text"].as_str()), (Some("3"), Some("323人")));
}

#[tokio::test]
async fn sentences_rows_bars_and_sections_around_hidden_numbers_are_left_out() {
    let town = Town::new();
    *town.figures.document.lock().unwrap() = document();
    let answer = town.get(&path(TOWNSHIP)).by("health_office").send().await;
    let body = answer.json();
    assert_eq!(body["partial"], true);
    let expected =
        ["paragraph", "heading", "heading", "paragraph", "heading", "paragraph", "table", "heading", "item", "chart", "signature"];
    assert_eq!(kinds(&body), expected);
    for hidden in ["7人", "8人", "9人", "10人", "11人", "tuberculosis", "转诊", "结核病专题"] {
        assert!(!answer.text().contains(hidden), "{hidden}");
    }
    for shown in ["2个", "350人", "320人", "321人", "322人", "323人", "青石镇卫生院"] {
        assert!(answer.text().contains(shown), "{shown}");
    }
}

#[tokio::test]
async fn a_section_of_hidden_numbers_only_goes_with_its_words() {
    let town = Town::new();
    let blocks = vec![
        heading(1, "一、结核病"),
        heading(2, "（一）发现"),
        DocumentBlock::Paragraph(vec![words("成效明显。")]),
        DocumentBlock::Paragraph(vec![number(SENSITIVE, "7人")]),
        DocumentBlock::Signature { organisation: "青石镇卫生院".into(), date: "2026年1月5日".into() },
    ];
    *town.figures.document.lock().unwrap() = Document { blocks, ..document() };
    assert_eq!(kinds(&town.get(&path(TOWNSHIP)).by("health_office").gives(200).await), ["signature"]);
}

#[tokio::test]
async fn a_summary_of_elsewhere_or_of_nothing_does_not_exist() {
    let town = Town::new();
    *town.figures.document.lock().unwrap() = document();
    for (who, place) in [("public_health", COUNTY), ("public_health", OTHER_VILLAGE), ("committee", TOWNSHIP), ("auditor", COUNTY)] {
        town.get(&path(place)).by(who).refused(404, "SERVER-0104").await;
    }
    town.get(&format!("/documents/summary?area={TOWNSHIP}&year=25")).by("public_health").refused(422, "SERVER-0103").await;
    town.get("/documents/summary?area=x&year=2025").by("public_health").refused(422, "CORE-0101").await;
}

#[tokio::test]
async fn it_is_sent_again_only_when_numbers_have_changed() {
    let town = Town::new();
    *town.figures.document.lock().unwrap() = document();
    town.figures.change(&Change { cut: Cut(4), ..Change::default() });
    let tag = town.get(&path(TOWNSHIP)).by("public_health").send().await.header("etag").to_owned();
    let again = |who: &'static str| town.get(&path(TOWNSHIP)).by(who).header("if-none-match", &tag).send();
    assert_eq!(again("public_health").await.status, 304);
    assert_eq!(again("health_office").await.status, 200, "sees less");
    town.figures.change(&Change { cut: Cut(5), ..Change::default() });
    assert_eq!(again("public_health").await.status, 200);
}

#[tokio::test]
async fn files_are_for_who_may_see_all_and_noted() {
    let town = Town::new();
    *town.figures.document.lock().unwrap() = document();
    let file = |who: &'static str, more: &str| town.get(&format!("/documents/summary/file?area={TOWNSHIP}&year=2025&{more}")).by(who);
    file("health_office", "format=docx").refused(403, "SERVER-0407").await;
    file("public_health", "format=xlsx").refused(422, "SERVER-0403").await;
    file("public_health", "format=docx&published=true").refused(403, "ACCESS-0102").await;
    assert!(noted(&town, &[Deed::Export]).is_empty());
    for format in ["docx", "pdf", "html", "md"] {
        let taken = file("public_health", &format!("format={format}")).send().await;
        assert!(taken.status == 200 && taken.text().contains("Summary"), "{format} {}", taken.text());
    }
    assert_eq!(noted(&town, &[Deed::Export]).len(), 4);
    let blocks = vec![DocumentBlock::Paragraph(vec![number(ROUTINE, "320人")])];
    *town.figures.document.lock().unwrap() = Document { blocks, ..document() };
    assert!(file("health_office", "format=pdf&published=true").send().await.text().contains("published: true"));
}
