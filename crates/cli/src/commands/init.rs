//! `init`: an empty data folder or database with its division tree.

use std::path::Path;

use qianmo_core::{Area, AreaCode, AreaKind, Date, Fault, Place as At};

use crate::args::Init;
use crate::failure::Failure;
use crate::folder::{load_packs, read_file};
use crate::keys;
use crate::output::line;
use crate::place::Place;

/// Before anything that a township has on paper.
const SINCE: Date = jiff::civil::date(1949, 10, 1);

pub(crate) fn run(args: &Init, packs: Option<&Path>) -> Result<(), Failure> {
    let packs = load_packs(packs)?;
    let (areas, faults) = areas(&args.areas)?;
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let place = Place::of(&args.at)?;
    let county = areas.first().map(|area| area.code).ok_or_else(|| Fault::new("CLI-0201"))?;
    let mut store = place.create(county, &packs)?;
    store.put_areas(&areas)?;
    line(&format!("已建 {} 个辖区。", areas.len()));
    if let Place::Folder(dir) = &place {
        line(&format!("密钥文件：{}，请抄到离线的介质上保管。", keys::file(dir).display()));
    }
    line("下一步：qianmo account add 建第一个管理员账号，再 qianmo serve。");
    Ok(())
}

/// A table with a head: `code` (12 digits) and `name`; `from` may follow. Areas above that the table doesn't name are named by their code.
fn areas(file: &Path) -> Result<(Vec<Area>, Vec<Fault>), Fault> {
    let bytes = read_file(file)?;
    let shown = file.display().to_string();
    let place = |row: u32, column: &str| At::Sheet { file: shown.clone(), sheet: String::new(), row, column: column.to_owned() };
    let mut reader = csv::Reader::from_reader(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes));
    let unreadable = |e: csv::Error| Fault::new("CLI-0101").with("file", file.display()).with("reason", e);
    let head = reader.headers().map_err(unreadable)?.clone();
    let column = |names: [&str; 2]| head.iter().position(|title| names.contains(&title.trim()));
    let (Some(code), Some(name)) = (column(["code", "代码"]), column(["name", "名称"])) else {
        return Err(Fault::new("CLI-0233").at(place(1, "")));
    };
    let mut areas: Vec<Area> = Vec::new();
    let mut faults = Vec::new();
    for (row, record) in (2..).zip(reader.records()) {
        let record = record.map_err(unreadable)?;
        match record.get(code).unwrap_or_default().trim().parse::<AreaCode>() {
            Ok(code) => areas.push(area(code, record.get(name).unwrap_or_default().trim())),
            Err(fault) => faults.push(fault.at(place(row, "code"))),
        }
    }
    let top = areas.iter().map(|area| area.kind).min().unwrap_or(AreaKind::Village);
    let mut at = 0;
    while at < areas.len() {
        let above = above(areas[at].code).filter(|code| kind(*code) >= top);
        areas[at].parent = above;
        if let Some(code) = above.filter(|code| areas.iter().all(|area| area.code != *code)) {
            areas.push(area(code, &code.to_string()));
        }
        at += 1;
    }
    areas.sort_by_key(|area| (area.kind, area.code));
    Ok((areas, faults))
}

/// The area above, by the code.
fn above(code: AreaCode) -> Option<AreaCode> {
    let number = code.number();
    let unit = match kind(code) {
        AreaKind::Province => return None,
        AreaKind::City => 10_000_000_000,
        AreaKind::County => 100_000_000,
        AreaKind::Township => 1_000_000,
        AreaKind::Community | AreaKind::Village => 1000,
    };
    AreaCode::from_number(number / unit * unit).ok()
}

fn area(code: AreaCode, name: &str) -> Area {
    Area { code, name: name.to_owned(), kind: kind(code), parent: None, valid_from: SINCE, valid_to: None }
}

/// By the code's length; a village's last three digits tell a community (below 200) from a village.
fn kind(code: AreaCode) -> AreaKind {
    let number = code.number();
    match () {
        () if number.is_multiple_of(10_000_000_000) => AreaKind::Province,
        () if number.is_multiple_of(100_000_000) => AreaKind::City,
        () if number.is_multiple_of(1_000_000) => AreaKind::County,
        () if number.is_multiple_of(1000) => AreaKind::Township,
        () if number % 1000 < 200 => AreaKind::Community,
        () => AreaKind::Village,
    }
}
