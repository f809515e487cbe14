//! `demo`: a township to look at, made from a real township's printed figures.

use std::path::{Path, PathBuf};
use std::time::Instant;

use qianmo_core::{Fault, Period};
use qianmo_reports::{DocumentFormat, SheetFormat, write_document, write_sheets};
use qianmo_store::{SqliteStore, Store};
use qianmo_synth::{Figures, Options};

use crate::args::{Demo, Format, Scope};
use crate::commands::compare::{Line, Verdict, compare, tally};
use crate::commands::indicators::{Computed, compute};
use crate::commands::{logins, serve, sheet, summary, synth};
use crate::failure::Failure;
use crate::folder::{load_packs, write_file};
use crate::output::{csv, line, print};
use crate::place::Place;

/// A real township's printed figures: id, label, value, unit, role, formula, decimals, computed, match.
static FIGURES: &str = include_str!("../../figures/township.csv");

pub(crate) fn run(args: &Demo, packs: Option<&Path>) -> Result<(), Failure> {
    let today = synth::today();
    let year = today.year() - 1;
    let figures = Figures::read("township.csv", FIGURES.as_bytes())?;
    clear(&args.data)?;
    let began = Instant::now();
    let loaded = load_packs(packs)?;
    let options = Options { year, seed: 1, until: Some(today), area: None };
    let made = synth::make(&loaded, &figures, std::slice::from_ref(&options), &args.data)?;
    SqliteStore::open(&args.data)?.set_setting("made_by", "demo")?;
    let total: u64 = made.iter().flat_map(|township| township.records.values()).sum();
    line(&format!("一、造镇：{total} 条虚构的逐人逐事记录，{year}年全年，并生活到{today}（{:.1} 秒）。", began.elapsed().as_secs_f64()));

    let began = Instant::now();
    let scope = Scope { data: args.data.clone(), area: None, period: Period::Year(year), cut: None };
    let computed = compute(&scope, packs, &qianmo_figures::summary_periods(year), &[])?;
    let lines = compare(&computed, &figures, computed.area, Period::Year(year));
    line(&format!("二、对照：印出的数字与由记录计算的数字（{:.1} 秒）。", began.elapsed().as_secs_f64()));
    show(&lines, &args.out)?;

    let began = Instant::now();
    let written = documents(&computed, year, &args.out)?;
    line(&format!("三、写出文书（{:.1} 秒）：", began.elapsed().as_secs_f64()));
    for (file, what) in &written {
        line(&format!("    {}  {what}", file.display()));
    }
    let logins = logins::make(&args.data, &loaded)?;
    line("");
    line(&format!("请打开 {} 看年度工作总结；附录写明每个数字从哪里来。", args.out.join("summary.docx").display()));
    line("看一个数字背后的人，例如：");
    line(&format!(
        "    target/debug/qianmo drill --data {} --indicator maternal_health.hospital_delivery_rate --period {year} --part numerator",
        args.data.display()
    ));
    line("");
    line("四、账号，一个角色一个，密码都是下面这个：");
    logins::show(&logins)?;
    if args.no_serve {
        return Ok(());
    }
    drop(computed);
    let place = Place::Folder(args.data.clone());
    let config = qianmo_server::Config { listen: args.listen, ..qianmo_server::Config::default() };
    serve::until_told(&place, packs, config, |address| {
        line("");
        line(&format!("正在 {address} 提供服务，接口说明在 {address}/api/v1/openapi.json；按 Ctrl-C 停止。例如："));
        for example in logins::examples(&logins, address) {
            line(&example);
        }
    })
}

/// Takes away an earlier demo; anything else in that place stays.
fn clear(data: &Path) -> Result<(), Failure> {
    if !data.join("qianmo.db").exists() {
        return Ok(());
    }
    let ours = SqliteStore::open(data)?.setting("made_by")?.is_some_and(|by| by == "demo");
    if !ours {
        return Err(Fault::new("CLI-0206").with("folder", data.display()).into());
    }
    std::fs::remove_dir_all(data).map_err(|e| Fault::new("CLI-0102").with("file", data.display()).with("reason", e))?;
    Ok(())
}

fn show(lines: &[Line], out: &Path) -> Result<(), Failure> {
    let ids = ["id", "label", "stated", "computed", "verdict", "indicator", "part", "note"];
    let row = |l: &Line| {
        [&l.figure.id, &l.figure.label, &l.figure.text, &l.computed, l.verdict.word(), &l.indicator, l.part, &l.note]
            .map(str::to_owned)
            .to_vec()
    };
    let all: Vec<Vec<String>> = lines.iter().map(row).collect();
    write_file(&out.join("compare.csv"), csv(&ids, &all)?.as_bytes())?;
    let compared: Vec<Vec<String>> = lines
        .iter()
        .filter(|l| l.verdict != Verdict::NotComputed)
        .map(|l| {
            let word = if l.verdict == Verdict::Agree { "一致" } else { "不一致" };
            vec![l.figure.label.clone(), l.figure.text.clone(), l.computed.clone(), l.figure.unit.clone(), word.to_owned(), l.note.clone()]
        })
        .collect();
    let titles = ["项目", "印出", "计算", "单位", "结论", "说明"];
    print(&titles, &titles, &compared, &[1, 2], Format::Table)?;
    line(&format!("    {}全部对照见 {}。", tally(lines), out.join("compare.csv").display()));
    Ok(())
}

fn documents(computed: &Computed, year: i16, out: &Path) -> Result<Vec<(PathBuf, String)>, Failure> {
    let mut written = Vec::new();
    let mut save = |name: String, bytes: &[u8], what: &str| -> Result<(), Fault> {
        let file = out.join(name);
        write_file(&file, bytes)?;
        written.push((file, what.to_owned()));
        Ok(())
    };
    let document = summary::document(computed, year, None, None)?;
    let fonts = sheet::fonts(true);
    for (format, extension) in
        [(DocumentFormat::Docx, "docx"), (DocumentFormat::Pdf, "pdf"), (DocumentFormat::Html, "html"), (DocumentFormat::Markdown, "md")]
    {
        match write_document(&document, format, &fonts) {
            Ok(bytes) => save(format!("summary.{extension}"), &bytes, &document.title)?,
            Err(fault) if format == DocumentFormat::Pdf => line(&format!("    （没有写 PDF：{}）", fault.code)),
            Err(fault) => return Err(fault.into()),
        }
    }
    let packs = computed.folder.packs.clone();
    for roster in packs.packs.iter().flat_map(|pack| &pack.rosters) {
        let sheets = [sheet::roster_sheet(computed, &roster.id, Period::Year(year), false)?];
        save(format!("rosters/{}.xlsx", roster.id), &write_sheets(&sheets, SheetFormat::Xlsx, &fonts)?, &roster.name)?;
    }
    for form in packs.packs.iter().flat_map(|pack| &pack.returns) {
        let period = match form.frequency.as_str() {
            "month" => Period::Month(year, 12),
            "quarter" => Period::Quarter(year, 4),
            _ => Period::Year(year),
        };
        let sheets = sheet::return_sheets(computed, &form.id, period)?;
        save(format!("returns/{}.xlsx", form.id), &write_sheets(&sheets, SheetFormat::Xlsx, &fonts)?, &form.name)?;
    }
    Ok(written)
}
