//! `packs check`, `packs list`, `packs book`.

use std::path::Path;
use std::sync::Arc;

use qianmo_analytics::{Engine, run_cases};
use qianmo_core::pack::{Pack, Packs};
use qianmo_core::{Date, Fault};
use qianmo_reports::book::{Request, compose};
use qianmo_reports::{DocumentFormat, write_document};

use crate::args::{Format, Packs as Args};
use crate::commands::sheet::fonts;
use crate::commands::synth::today;
use crate::failure::Failure;
use crate::folder::{load_packs, pack_files, write_file};
use crate::output::{line, print};

pub(crate) fn run(args: &Args, packs: Option<&Path>) -> Result<(), Failure> {
    let loaded = || load_packs(packs);
    match args {
        Args::Check { dir, unverified } => check(dir.as_deref().or(packs), *unverified),
        Args::List { format, unverified: false } => list(&*loaded()?, *format),
        Args::List { format, unverified: true } => list_unverified(&*loaded()?, *format),
        Args::Book { id, out, date } => book(&*loaded()?, id, out, date.unwrap_or_else(today)),
    }
}

/// What is counted of a pack: column id and title.
const COUNTED: [(&str, &str); 13] = [
    ("forms", "表单"),
    ("fields", "字段"),
    ("services", "服务"),
    ("series", "剂次程序"),
    ("campaigns", "群体行动"),
    ("views", "视图"),
    ("indicators", "指标"),
    ("rosters", "花名册"),
    ("returns", "报表"),
    ("figures", "对照数字"),
    ("cases", "用例"),
    ("dead_fields", "无用字段"),
    ("unverified", "待核出处"),
];

fn counts(pack: &Pack, dead: &[Fault]) -> [usize; COUNTED.len()] {
    let dead_here = |fault: &&Fault| fault.param("form").is_some_and(|form| pack.forms.iter().any(|own| *own.id == *form));
    [
        pack.forms.len(),
        pack.forms.iter().map(|form| form.fields.len()).sum(),
        pack.schedule.services.len(),
        pack.schedule.series.len(),
        pack.campaigns.len(),
        pack.views.len(),
        pack.indicators.len(),
        pack.rosters.len(),
        pack.returns.len(),
        pack.synth.figures.len(),
        pack.cases.len(),
        dead.iter().filter(dead_here).count(),
        pack.unverified.len(),
    ]
}

fn list(packs: &Packs, format: Format) -> Result<(), Failure> {
    let dead = qianmo_packs::dead_fields(packs);
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut totals = [0; COUNTED.len()];
    let row = |id: &str, name: String, counts: [usize; COUNTED.len()]| -> Vec<String> {
        [id.to_owned(), name].into_iter().chain(counts.map(|count| count.to_string())).collect()
    };
    for pack in &packs.packs {
        let counts = counts(pack, &dead);
        totals.iter_mut().zip(counts).for_each(|(total, count)| *total += count);
        rows.push(row(&pack.id, pack.name.clone(), counts));
    }
    rows.push(row("", format!("合计 {} 个专项", packs.packs.len()), totals));
    let ids: Vec<&str> = ["id", "name"].into_iter().chain(COUNTED.map(|(id, _)| id)).collect();
    let titles: Vec<&str> = ["编号", "名称"].into_iter().chain(COUNTED.map(|(_, title)| title)).collect();
    print(&ids, &titles, &rows, &(2..ids.len()).collect::<Vec<_>>(), format)
}

fn list_unverified(packs: &Packs, format: Format) -> Result<(), Failure> {
    let rules = packs.packs.iter().flat_map(|pack| pack.unverified.iter().map(move |rule| vec![pack.id.to_string(), rule.clone()]));
    print(&["pack", "rule"], &["专项包", "没有核对过出处的规则"], &rules.collect::<Vec<_>>(), &[], format)
}

fn book(packs: &Packs, id: &str, out: &Path, printed: Date) -> Result<(), Failure> {
    let format: DocumentFormat = out.extension().and_then(|e| e.to_str()).unwrap_or_default().parse()?;
    let pack = packs.pack(id).ok_or_else(|| {
        let near = qianmo_core::fault::suggest(id, packs.packs.iter().map(|pack| &*pack.id));
        let fault = Fault::new("CLI-0220").with("pack", id);
        near.map_or(fault.clone(), |near| fault.with("suggestion", near))
    })?;
    let document = compose(&Request { packs, pack, printed });
    write_file(out, &write_document(&document, format, &fonts(format == DocumentFormat::Pdf))?)?;
    line(&format!("已写出 {}：{}，{} 处待核实。", out.display(), document.title, pack.unverified.len()));
    Ok(())
}

fn check(dir: Option<&Path>, unverified: bool) -> Result<(), Failure> {
    let loaded = qianmo_packs::load(&pack_files(dir)?);
    if !loaded.faults.is_empty() {
        return Err(loaded.faults.into());
    }
    let dead = loaded.dead_fields();
    if !dead.is_empty() {
        return Err(dead.into());
    }
    let packs = Arc::new(loaded.packs);
    let engine = Engine::new(packs.clone())?;
    let faults = engine.check();
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let (cases, faults) = run_cases(&engine)?;
    if !faults.is_empty() {
        return Err(faults.into());
    }
    if unverified {
        packs.packs.iter().flat_map(|pack| &pack.unverified).for_each(|rule| line(rule));
    }
    let sum = |of: &dyn Fn(&Pack) -> usize| packs.packs.iter().map(of).sum::<usize>();
    line(&format!(
        "{} 个专项包：{} 张表单，{} 项服务，{} 个剂次程序，{} 项群体行动，{} 个视图，{} 个指标，{cases} 个用例全部通过；没有无用字段；{} 条规则的出处待核。",
        packs.packs.len(),
        packs.forms().count(),
        sum(&|pack| pack.schedule.services.len()),
        sum(&|pack| pack.schedule.series.len()),
        packs.campaigns().count(),
        packs.views().count(),
        packs.indicators().count(),
        sum(&|pack| pack.unverified.len())
    ));
    Ok(())
}
