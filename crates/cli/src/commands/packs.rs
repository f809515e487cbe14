//! `packs check`, `packs list`.

use std::path::Path;
use std::sync::Arc;

use qianmo_analytics::{Engine, run_cases};

use crate::args::Packs as Args;
use crate::failure::Failure;
use crate::folder::{load_packs, pack_files};
use crate::output::{line, print};

pub(crate) fn run(args: &Args, packs: Option<&Path>) -> Result<(), Failure> {
    match args {
        Args::Check { dir, unverified } => check(dir.as_deref().or(packs), *unverified),
        Args::List { format } => {
            let packs = load_packs(packs)?;
            let ids = ["id", "name", "forms", "fields", "views", "indicators", "rosters", "returns", "figures", "cases", "unverified"];
            let titles = ["编号", "名称", "表单", "字段", "视图", "指标", "花名册", "报表", "对照数字", "用例", "待核出处"];
            let mut rows: Vec<Vec<String>> = Vec::new();
            let mut totals = [0; 9];
            for pack in &packs.packs {
                let counts = [
                    pack.forms.len(),
                    pack.forms.iter().map(|form| form.fields.len()).sum(),
                    pack.views.len(),
                    pack.indicators.len(),
                    pack.rosters.len(),
                    pack.returns.len(),
                    pack.synth.figures.len(),
                    pack.cases.len(),
                    pack.unverified.len(),
                ];
                totals.iter_mut().zip(counts).for_each(|(total, count)| *total += count);
                rows.push([pack.id.to_string(), pack.name.clone()].into_iter().chain(counts.map(|n| n.to_string())).collect());
            }
            rows.push([String::new(), "合计".to_owned()].into_iter().chain(totals.map(|n| n.to_string())).collect());
            print(&ids, &titles, &rows, &[2, 3, 4, 5, 6, 7, 8, 9, 10], *format)
        }
    }
}

fn check(dir: Option<&Path>, unverified: bool) -> Result<(), Failure> {
    let loaded = qianmo_packs::load(&pack_files(dir)?);
    if !loaded.faults.is_empty() {
        return Err(loaded.faults.into());
    }
    let dead = qianmo_packs::dead_fields(&loaded.packs);
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
    line(&format!(
        "{} 个专项包：{} 张表单，{} 个视图，{} 个指标，{} 个用例全部通过；没有无用字段；{} 条规则的出处待核。",
        packs.packs.len(),
        packs.forms().count(),
        packs.views().count(),
        packs.indicators().count(),
        cases,
        packs.packs.iter().map(|pack| pack.unverified.len()).sum::<usize>()
    ));
    Ok(())
}
