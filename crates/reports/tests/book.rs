//! A pack as a booklet: the text as reviewed, and that nothing a health worker signs for is missing.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};

use qianmo_core::Date;
use qianmo_core::pack::Packs;
use qianmo_reports::book::{Request, compose};
use qianmo_reports::model::plain;
use qianmo_reports::{Block, Document, Fonts, docx, html, markdown, pdf};

fn files(dir: &Path, root: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, root, found);
        } else {
            let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            found.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

fn packs() -> Packs {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/booklet");
    let mut found = Vec::new();
    files(&root, &root, &mut found);
    let loaded = qianmo_packs::load(&found);
    assert!(loaded.faults.is_empty(), "{:#?}", loaded.faults);
    loaded.packs
}

fn booklet(packs: &Packs, id: &str) -> Document {
    compose(&Request { packs, pack: packs.pack(id).unwrap(), printed: Date::constant(2026, 1, 5) })
}

/// The rows of all tables, each cell on one line.
fn rows(document: &Document) -> Vec<Vec<String>> {
    let tables = document.blocks.iter().filter_map(|block| if let Block::Table(table) = block { Some(table) } else { None });
    tables.flat_map(|table| &table.rows).map(|row| row.iter().map(|cell| plain(cell)).collect()).collect()
}

fn row(document: &Document, label: &str) -> Vec<String> {
    rows(document).into_iter().find(|row| row.iter().any(|cell| cell.starts_with(label))).unwrap()
}

#[test]
fn the_text_of_the_made_up_pack_is_as_reviewed() {
    let packs = packs();
    let text = booklet(&packs, "pressure").text();
    assert_eq!(text, include_str!("golden/booklet.txt"), "\n{text}");
}

#[test]
fn a_form_has_a_blank_or_a_box_for_every_field() {
    let packs = packs();
    let document = booklet(&packs, "pressure");
    assert_eq!(row(&document, "＊随访方式")[2], "□1 门诊　□2 家庭　□3 电话");
    assert_eq!(row(&document, "收缩压")[2..], ["________ mmHg", "范围60—280 常见90—200"]);
    assert!(row(&document, "症状")[2].ends_with("（可多选）"));
    assert!(row(&document, "症状")[3].contains("第2版起"));
    assert_eq!(row(&document, "控制情况")[3], "1 达标 2 未达标");
    assert_eq!(row(&document, "电话随访不填血压")[2], "不能保存");
    assert_eq!(row(&document, "收缩压180")[2], "再问一次，可保存");
}

#[test]
fn rules_are_told_in_words_with_labels_not_ids() {
    let packs = packs();
    let document = booklet(&packs, "pressure");
    let service = row(&document, "两周内复查");
    assert!(service[2].starts_with("每一次《随访记录》的") && service[2].contains("且收缩压 ≥ 140"), "{service:?}");
    assert!(service[3].contains("应做：后14天") && service[3].contains("最晚：后91天（13周）"), "{service:?}");
    assert!(service[4].contains("代替：「季度随访」"), "{service:?}");
    let quarterly = row(&document, "季度随访");
    assert!(quarterly[2].contains("出生日期到当天的周岁（整年）数 ≥ 35") && quarterly[3] == "每季度1次", "{quarterly:?}");
    assert!(quarterly[4].contains("随访方式不是「电话」"), "{quarterly:?}");
}

#[test]
fn an_indicator_is_a_fraction_in_words_with_its_target() {
    let packs = packs();
    let document = booklet(&packs, "pressure");
    let rate = row(&document, "达标率");
    assert_eq!(rate[2], "在管的人中“达标 且 随访次数 ≥ 1”的数 ÷ 在管的人的总数");
    assert_eq!(rate[4], "%，2位小数 公历 目标不低于60%（2020年起）");
    assert_eq!(row(&document, "随访次数 visits")[2], "在管的人的“随访次数”之和");
    let each = row(&document, "人均随访次数");
    assert_eq!(each[2], "「随访次数」 ÷ 「在管人数」");
    assert!(each[3].contains("某文件") && each[3].contains("待核实") && each[4].contains("妇幼年度"), "{each:?}");
}

#[test]
fn a_campaign_says_whom_it_lists() {
    let packs = packs();
    let document = booklet(&packs, "pressure");
    assert_eq!(row(&document, "其中")[1], "随访次数 ≥ 本轮的随访次数不少于");
    assert_eq!(row(&document, "写明")[1], "已随访次数：随访次数");
}

#[test]
fn open_points_have_room_and_empty_parts_are_left_out() {
    let packs = packs();
    let text = booklet(&packs, "pressure").text();
    assert!(text.contains("待核实") && text.contains("人均随访次数 pressure/indicators.toml:"), "{text}");
    let bare = booklet(&packs, "people");
    let headings: Vec<&str> = bare
        .blocks
        .iter()
        .filter_map(|block| if let Block::Heading { level: 1, text } = block { Some(text.as_str()) } else { None })
        .collect();
    assert_eq!(headings, ["一、一页看懂", "二、表单", "三、审定意见"]);
}

#[test]
fn every_format_carries_the_booklet() {
    let packs = packs();
    let document = booklet(&packs, "pressure");
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(docx::write(&document))).unwrap();
    let mut body = String::new();
    std::io::Read::read_to_string(&mut archive.by_name("word/document.xml").unwrap(), &mut body).unwrap();
    assert!(body.contains(r#"w:top="1361""#), "narrower margins than an official document");
    assert!(body.contains("<w:pBdr><w:bottom"), "the rule of a fraction");
    assert!(body.contains("w:tblHeader") && !body.contains("w:type=\"docGrid\""));
    let page = html::write(&document);
    assert!(page.contains("<body class=\"booklet\">") && page.contains("<span class=\"above\">") && page.contains("<br>"));
    let text = markdown::write(&document);
    assert!(text.contains("| 1 | ＊随访方式 | □1 门诊　□2 家庭　□3 电话 |"));
    assert!(text.contains("范围60—280<br>常见90—200"));
    match pdf::write(&document, &Fonts::system()) {
        Err(fault) => assert_eq!(fault.code, "REPORT-0301"),
        Ok(bytes) => assert!(bytes.starts_with(b"%PDF-")),
    }
}
