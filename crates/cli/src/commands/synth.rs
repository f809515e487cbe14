//! `synth`: figures in, a township of fictional records out.

use std::collections::BTreeMap;
use std::path::Path;

use qianmo_core::pack::Packs;
use qianmo_core::{AreaCode, Date, Fault};
use qianmo_store::Store;
use qianmo_synth::{Figures, Options, Township};

use crate::args::Synth;
use crate::failure::Failure;
use crate::folder::{load_packs, read_file};
use crate::keys;
use crate::output::line;

/// The first township made; the next ones follow. Nobody has these codes.
const FIRST: u64 = 530_599_100_000;

pub(crate) fn run(args: &Synth, packs: Option<&Path>) -> Result<(), Failure> {
    let packs = load_packs(packs)?;
    let figures = Figures::read(&args.figures.display().to_string(), &read_file(&args.figures)?)?;
    let towns: Vec<Options> = (0..args.townships)
        .map(|number| {
            let area = AreaCode::from_number(FIRST + u64::from(number) * 1000)?;
            Ok(Options { year: args.year, seed: args.seed + u64::from(number), until: args.until, area: Some(area) })
        })
        .collect::<Result<_, Fault>>()?;
    let made = make(&packs, &figures, &towns, &args.data)?;
    let Some(township) = made.first() else { return Ok(()) };
    let counts = made.iter().flat_map(|township| &township.records);
    let mut records: BTreeMap<&str, u64> = BTreeMap::new();
    for (form, count) in counts {
        *records.entry(form).or_default() += count;
    }
    for (form, count) in &records {
        let name = packs.form(form).map_or("", |form| form.name.as_str());
        line(&format!("{count:>8}  {form}  {name}"));
    }
    let total: u64 = records.values().sum();
    let codes: Vec<String> = made.iter().map(code).collect();
    line(&format!("已造 {total} 条记录，辖区代码 {}，在 {}。", codes.join("、"), args.data.display()));
    if !township.unused.is_empty() {
        line(&format!("没有用到的数字 {} 个：{}。", township.unused.len(), township.unused.join("、")));
    }
    Ok(())
}

pub(crate) fn code(township: &Township) -> String {
    township.code.map(|code| code.to_string()).unwrap_or_default()
}

/// Makes townships in a new data folder. With a fault nothing stays behind.
pub(crate) fn make(packs: &Packs, figures: &Figures, towns: &[Options], dir: &Path) -> Result<Vec<Township>, Failure> {
    let (existed, had_keys) = (dir.exists(), keys::file(dir).exists());
    let mut store = keys::create(dir, packs)?;
    let progress = progress();
    let mut one = |options: &Options| {
        let township = qianmo_synth::generate(packs, figures, options, &mut |records| {
            progress.inc(records.len() as u64);
            store.append(&records).map(|_| ())
        })?;
        store.put_areas(&township.areas).map_err(|fault| vec![fault])?;
        Ok(township)
    };
    let done: Result<Vec<Township>, Vec<Fault>> = towns.iter().map(&mut one).collect();
    progress.finish_and_clear();
    if done.is_err() {
        drop(store);
        discard(dir, existed);
        if !had_keys {
            let _ = std::fs::remove_file(keys::file(dir));
        }
    }
    Ok(done?)
}

/// Removes what a failed run began: the folder if it is ours, else only the store's files.
fn discard(dir: &Path, existed: bool) {
    if existed {
        for name in ["qianmo.db", "qianmo.db-wal", "qianmo.db-shm"] {
            let _ = std::fs::remove_file(dir.join(name));
        }
    } else {
        let _ = std::fs::remove_dir_all(dir);
    }
}

/// A counter on a terminal; silent elsewhere.
pub(crate) fn progress() -> indicatif::ProgressBar {
    let style = indicatif::ProgressStyle::with_template("{spinner} 已写 {human_pos} 条记录（{elapsed}）");
    let bar = indicatif::ProgressBar::new_spinner();
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// The clock's only reading for `demo`: today.
pub(crate) fn today() -> Date {
    jiff::Zoned::now().date()
}
