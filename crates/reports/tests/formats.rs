//! The written files, read back: parts of docx, cells of xlsx, text of csv, html and Markdown, pages of PDF.

#![expect(clippy::unwrap_used, reason = "tests")]
#![allow(dead_code, reason = "the fixture serves several tests")]

mod fixture;

use std::io::{Cursor, Read};

use calamine::{Data, Reader, Xlsx};
use fixture::{areas, heading, numbers, packs, request, return_form, roster, roster_ids, roster_rows};
use qianmo_core::{Decimal, Period, Value};
use qianmo_reports::returns::{self, Source};
use qianmo_reports::sheet::SheetCell;
use qianmo_reports::{Document, DocumentFormat, Fonts, Sheet, SheetFormat, docx, html, markdown, pdf, summary, xlsx};

fn document() -> Document {
    summary::compose(&request(&packs(), &numbers(), &areas())).unwrap()
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

fn ledger(expose: bool) -> Sheet {
    qianmo_reports::roster::build(&roster(), &roster_ids(), &roster_rows(), &heading(expose)).unwrap()
}

fn form() -> Vec<Sheet> {
    let (packs, numbers, areas) = (packs(), numbers(), areas());
    let source = Source { packs: &packs, numbers: &numbers, areas: &areas, area: fixture::code(fixture::TOWN) };
    returns::build(&return_form(), &source, &heading(false)).unwrap()
}

#[test]
fn the_docx_has_the_official_page_and_links_its_numbers() {
    let bytes = docx::write(&document());
    let body = part(&bytes, "word/document.xml");
    assert!(body.contains(r#"w:top="2098""#) && body.contains(r#"w:left="1587""#), "margins of 37 and 28 mm");
    assert!(body.contains("w:tblHeader"), "header rows repeat");
    assert!(body.contains(r#"w:anchor="n1""#) && body.contains(r#"w:name="n1""#));
    assert!(body.contains("96.70%（205/212）"));
    assert!(!body.contains("w14:paraId"));
    let styles = part(&bytes, "word/styles.xml");
    assert!(styles.contains("仿宋_GB2312") && styles.contains("方正小标宋简体"));
    assert!(styles.contains(r#"w:line="579""#), "28.95 points");
    assert!(part(&bytes, "word/settings.xml").contains("evenAndOddHeaders"));
    let stored = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap().decompressed_size().unwrap();
    assert!(u128::try_from(bytes.len()).unwrap() * 3 < stored, "deflated");
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    assert_eq!(docx::write(&document()), docx::write(&document()));
    assert_eq!(xlsx::write(&form()).unwrap(), xlsx::write(&form()).unwrap());
}

#[test]
fn markdown_and_html_carry_text_tables_and_sources() {
    let text = markdown::write(&document());
    assert!(text.starts_with("# 清河镇2012年卫生健康工作总结及2013年工作计划\n"));
    assert!(text.contains("| 住院分娩率 | 205 | 212 | 96.70% |"));
    assert!(text.contains("`qianmo drill --indicator maternal.mothers --area 530000100000 --period 2012 --part numerator`"));
    let page = html::write(&document());
    assert!(page.contains("<a href=\"#n") && page.contains("<tr id=\"n1\">"));
    assert_eq!(html::escape("<a href=\"x\">&"), "&lt;a href=&quot;x&quot;&gt;&amp;");
}

#[test]
fn a_roster_is_sorted_masked_labelled_and_totalled() {
    let sheet = ledger(false);
    let row: Vec<String> = sheet.rows[0].cells.iter().map(SheetCell::text).collect();
    assert_eq!(row[..5], ["1", "上河村", "李春", "511***********0026", "2012-02-05"]);
    assert_eq!(row[7], "乡镇卫生院");
    assert_eq!(sheet.total_row().unwrap()[8], SheetCell::Number(Decimal::from(4), 0));
    assert_eq!(ledger(true).rows[0].cells[3].text(), "511000199003050026");
    assert_eq!(sheet.groups().iter().filter(|(.., group)| *group == "产前检查").count(), 1);
}

#[test]
fn the_workbook_reads_back() {
    let bytes = xlsx::write(&[ledger(false)]).unwrap();
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let cells = book.worksheet_range("L04").unwrap();
    assert_eq!(cells.get_value((0, 0)), Some(&Data::String("清河镇2012年孕产妇管理台账".to_owned())));
    assert_eq!(cells.get_value((2, 5)), Some(&Data::String("产前检查".to_owned())));
    assert_eq!(cells.get_value((4, 2)), Some(&Data::String("李春".to_owned())));
    assert_eq!(cells.get_value((7, 8)), Some(&Data::Float(4.0)), "the total's value stands beside its formula");
    assert!(matches!(cells.get_value((4, 4)), Some(Data::DateTime(_))));
}

#[test]
fn a_return_gives_its_items_the_villages_and_failed_checks() {
    let sheets = form();
    assert_eq!(sheets.len(), 2);
    let values: Vec<String> = sheets[0].rows.iter().map(|row| row.cells[3].text()).collect();
    assert_eq!(values, ["", "211", "212", "205", "", "96.70", ""]);
    assert_eq!(sheets[0].rows[3].level, 1);
    assert!(sheets[0].notes.iter().any(|note| note == "核对未通过（清河镇）：活产数多于产妇数，请核对双胎。"));
    assert!(sheets[0].notes.iter().any(|note| note.contains("不等于零")));
    assert_eq!(sheets[1].columns.len(), 3 + fixture::villages().len());
    assert_eq!(sheets[1].rows[2].cells[3].text(), "26");
}

#[test]
fn a_ledger_as_csv_opens_in_a_spreadsheet() {
    let text = String::from_utf8(qianmo_reports::csv::write(&[ledger(false)])).unwrap();
    assert!(text.starts_with('\u{feff}'));
    assert!(text.contains("产前检查·第1次"));
    assert_eq!(text.lines().count(), 1 + 3 + 1);
}

#[test]
fn what_cannot_be_laid_out_is_refused() {
    let mut wrong = roster();
    wrong.columns[1].id = "village".into();
    let build = |roster, rows: &[Vec<Value>]| qianmo_reports::roster::build(roster, &roster_ids(), rows, &heading(false)).unwrap_err();
    assert_eq!(build(&wrong, &roster_rows()).code, "REPORT-0202");
    let fault = build(&roster(), &[vec![Value::Null]]);
    assert_eq!((fault.code, fault.param("row")), ("REPORT-0203", Some("1")));
    let (packs, numbers, areas) = (packs(), numbers(), areas());
    let source = Source { packs: &packs, numbers: &numbers, areas: &areas, area: fixture::code(fixture::TOWN) };
    let month = qianmo_reports::roster::Heading { period: Period::Month(2012, 3), ..heading(false) };
    assert_eq!(returns::build(&return_form(), &source, &month).unwrap_err().code, "REPORT-0201");
    let mut unknown = return_form();
    unknown.rows[1].indicator = Some("maternal.nothing".into());
    assert_eq!(returns::build(&unknown, &source, &heading(false)).unwrap_err().code, "REPORT-0204");
    assert_eq!("doc".parse::<DocumentFormat>().unwrap_err().code, "REPORT-0304");
    assert_eq!("xls".parse::<SheetFormat>().unwrap_err().code, "REPORT-0304");
    let mut long = ledger(false);
    long.rows[0].cells[2] = SheetCell::Text("长".repeat(40_000));
    assert_eq!(xlsx::write(&[long]).unwrap_err().code, "REPORT-0302");
}

#[test]
fn masks_keep_what_tells_people_apart_and_no_more() {
    for (plain, masked) in
        [("13800001234", "138****1234"), ("王小丫", "王**"), ("", ""), ("12345", "1***5"), ("清河镇上河村三组12号", "清河镇上河****")]
    {
        assert_eq!(qianmo_reports::roster::mask(plain), masked, "{plain}");
    }
}

/// The pages of a PDF and its text need a Chinese font; a machine without one gets the fault that says so.
#[test]
fn the_pdf_has_pages_or_says_which_font_to_install() {
    let fonts = Fonts::system();
    match pdf::write(&document(), &fonts) {
        Err(fault) => assert_eq!(fault.code, "REPORT-0301"),
        Ok(bytes) => {
            assert!(bytes.starts_with(b"%PDF-"));
            let marks = |mark: &[u8]| bytes.windows(mark.len()).filter(|window| *window == mark).count();
            let pages = marks(b"/Type/Page") - marks(b"/Type/Pages");
            assert!((4..=8).contains(&pages), "{pages} pages");
            assert_eq!(bytes, pdf::write(&document(), &fonts).unwrap());
            assert!(pdf::write_sheets(&form(), &fonts).unwrap().starts_with(b"%PDF-"));
        }
    }
}
