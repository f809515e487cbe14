//! `import`: spreadsheets in, all rows or (if told) the good ones, in one transaction.

use std::path::Path;

use jiff::Timestamp;
use qianmo_core::{Fault, Form};
use qianmo_exchange::{Import as Found, Map, Options, Register, import};
use qianmo_store::{Scan, Store};
use qianmo_wire::{Lang, render};

use crate::args::Import;
use crate::commands::synth::today;
use crate::failure::Failure;
use crate::folder::{Folder, read_file, write_file};
use crate::output::line;

pub(crate) fn run(args: &Import, packs: Option<&Path>) -> Result<(), Failure> {
    let mut folder = Folder::open(&args.data, packs)?;
    let packs = folder.packs.clone();
    let form = packs.form(&args.form).ok_or_else(|| no_form(&packs, &args.form))?;
    let bytes = read_file(&args.file)?;
    let file = args.file.display().to_string();
    let map = map(args, form)?;
    let register = register(&folder, form)?;
    let salt = folder.store.secret()?;
    let options = Options {
        file: &file,
        sheet: None,
        at: args.at,
        area: args.area,
        good_rows: args.good_rows,
        today: today(),
        recorded_at: Timestamp::now().as_millisecond(),
        worker: std::env::var("USER").ok().map(Into::into),
        device: None,
        organisation: None,
        salt: &salt,
    };
    let found = import(&bytes, form, &map, &register, &folder.areas, &options);
    for fault in &found.asked {
        line(&render(fault, Lang::Zh).as_question().to_string());
    }
    let stopped = !found.faults.is_empty() && !args.good_rows;
    if !args.dry_run && !stopped {
        folder.store.append(&found.records)?;
    }
    line(&account(&found, args, stopped));
    if let Some(report) = args.report.as_deref().filter(|_| !found.sheets.is_empty()) {
        write_file(report, &qianmo_exchange::with_reasons(&bytes, &found, Lang::Zh)?)?;
    }
    if found.faults.is_empty() { Ok(()) } else { Err(found.faults.into()) }
}

/// What became of the rows, in one sentence.
fn account(found: &Found, args: &Import, stopped: bool) -> String {
    let counts = format!("共 {} 行：新 {} 行，已有 {} 行，有错 {} 行。", found.rows, found.new, found.already, found.refused);
    let unread: Vec<&str> = found.sheets.iter().flat_map(|sheet| sheet.unmatched.iter().map(String::as_str)).collect();
    let unread = if unread.is_empty() { String::new() } else { format!("没有读的列：{}。", unread.join("、")) };
    let end = match (args.dry_run, stopped) {
        (true, _) => "只检查，没有写入。",
        (false, true) => "一行也没有写入；改正后再导入，或加 --good-rows 只写没有错的行。",
        (false, false) => "已写入。",
    };
    format!("{counts}{unread}{end}")
}

fn map(args: &Import, form: &Form) -> Result<Map, Failure> {
    let Some(path) = &args.map else { return Ok(Map::default()) };
    let text = String::from_utf8_lossy(&read_file(path)?).into_owned();
    Ok(Map::read(&text, &path.display().to_string(), form)?)
}

fn no_form(packs: &qianmo_core::pack::Packs, asked: &str) -> Fault {
    let fault = Fault::new("CLI-0203").with("form", asked);
    match qianmo_core::fault::suggest(asked, packs.forms().map(|form| &*form.id)) {
        Some(near) => fault.with("suggestion", near),
        None => fault,
    }
}

/// Who and what the folder knows already, as far as this form's import asks.
fn register(folder: &Folder, form: &Form) -> Result<Register, Fault> {
    let mut register = Register::new(form);
    let forms: Vec<&Form> = folder.packs.forms().filter(|other| register.wants(other)).collect();
    let ids: Vec<&str> = forms.iter().map(|form| &*form.id).collect();
    let scan = Scan { forms: Some(&ids), ..Scan::default() };
    folder.store.scan(&scan, &mut |row| {
        if let Some(form) = forms.iter().find(|form| &*form.id == row.form) {
            let record = row.to_row().record(&|field| form.field(field).map(|field| field.kind.kind()))?;
            register.push(form, &record);
        }
        Ok(())
    })?;
    Ok(register)
}
