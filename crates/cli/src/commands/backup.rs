//! `backup`, `restore`, `verify`: a second copy of the data, and the proof that nothing in it was altered.

use std::path::Path;

use jiff::Timestamp;
use qianmo_store::{Actor, Anchor, Deed, Entry};

use crate::args::{Backup, Restore, Verify};
use crate::commands::synth::today;
use crate::failure::Failure;
use crate::folder::load_packs;
use crate::output::line;
use crate::place::Place;

/// Writes a copy of one moment while the data is in use.
pub(crate) fn run(args: &Backup, packs: Option<&Path>) -> Result<(), Failure> {
    let packs = load_packs(packs)?;
    let mut store = Place::of(&args.at)?.open(&packs)?;
    let manifest = store.backup(&args.out)?;
    let note = Entry::new(Timestamp::now().as_millisecond(), &Actor::default(), Deed::Export).with(format!("backup {}", manifest.cut));
    store.note(&[note])?;
    line(&format!("已备份到 {}：{} 条日志，{:.1} MB。", args.out.display(), manifest.cut, megabytes(manifest.bytes)));
    if !manifest.keys.is_empty() {
        line("密钥不在备份里：请另外保管密钥文件，并与备份分开放。");
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// Makes a data folder from a backup, checked.
pub(crate) fn restore(args: &Restore) -> Result<(), Failure> {
    let manifest = qianmo_store::restore(&args.from, &args.data)?;
    line(&format!("已恢复到 {}，并核对无误：{} 条日志。", args.data.display(), manifest.cut));
    if !manifest.keys.is_empty() {
        line(&format!("请把密钥文件放到 {}（或用 QIANMO_KEYS 指明），加密的内容才能读出。", crate::keys::file(&args.data).display()));
    }
    Ok(())
}

/// Reads everything and checks it.
pub(crate) fn verify(args: &Verify, packs: Option<&Path>) -> Result<(), Failure> {
    let packs = load_packs(packs)?;
    let mut store = Place::of(&args.at)?.open(&packs)?;
    let anchors = args.anchor.iter().map(|text| text.parse::<Anchor>()).collect::<Result<Vec<_>, _>>()?;
    store.verify_with(&anchors)?;
    line(&format!("数据完好，共 {} 条日志，审计链无缺。", store.cut()?));
    if args.print_anchor {
        line(&format!("今天的数据锚：{}", store.anchor(today())?));
    }
    Ok(())
}
