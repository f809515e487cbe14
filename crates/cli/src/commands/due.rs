//! `due`: who is to be served, most urgent first, and why.

use std::path::Path;

use qianmo_core::schedule::{Item, Planner, Wanted};
use qianmo_core::{Date, Fault};
use qianmo_desk::{Asked, Due, DueLists};

use crate::args::{Due as Args, Format};
use crate::failure::Failure;
use crate::folder::Folder;
use crate::output::{line, print};

const COLUMNS: [(&str, &str); 14] = [
    ("subject", "编号"),
    ("name", "姓名"),
    ("area", "辖区"),
    ("village_name", "村（社区）"),
    ("service", "服务"),
    ("service_name", "服务名称"),
    ("dose", "剂次"),
    ("state", "状态"),
    ("open", "可做"),
    ("due", "应做"),
    ("close", "截止"),
    ("days_overdue", "逾期天数"),
    ("urgency", "缓急"),
    ("reason", "说明"),
];

/// Columns of the table for people.
const SHOWN: [usize; 8] = [3, 1, 5, 6, 7, 9, 11, 13];

pub(crate) fn run(args: &Args, packs: Option<&Path>, english: bool) -> Result<(), Failure> {
    let folder = Folder::open(&args.data, packs)?;
    let on = args.on.unwrap_or_else(|| jiff::Zoned::now().date());
    let lists = DueLists::new(folder.packs.clone());
    let wanted = if args.all { Wanted::All } else { Wanted::Asked };
    let asked = Asked { on, wanted, restricted: args.restricted };
    let mut due = match args.subject {
        Some(subject) => lists.subject(&folder.store, &folder.areas, subject, asked)?,
        None => lists.area(&folder.store, &folder.areas, folder.area(args.area)?, asked)?,
    };
    if let Some(only) = &args.only {
        let known = |id: &str| lists.planner().name(id).is_some() || lists.packs().pack(id).is_some();
        if let Some(unknown) = only.iter().find(|id| !known(id)) {
            return Err(Fault::new("CLI-0210").with("id", unknown).into());
        }
        let fits = |due: &Due| only.iter().any(|id| *id == *due.item.service || due.item.service.split('.').next() == Some(id));
        due.retain(fits);
    }
    let words = Words { planner: lists.planner(), on, english };
    let human = args.format == Format::Table;
    let rows: Vec<Vec<String>> = due.iter().map(|due| words.row(due, &folder, human)).collect();
    if human {
        let shown: Vec<Vec<String>> = rows.iter().map(|row| SHOWN.iter().map(|column| row[*column].clone()).collect()).collect();
        let (ids, titles): (Vec<&str>, Vec<&str>) = SHOWN.iter().map(|column| COLUMNS[*column]).unzip();
        if shown.is_empty() {
            line(&format!("{on}：没有到期或逾期的服务。"));
            return Ok(());
        }
        print(&ids, &titles, &shown, &[3, 6], args.format)?;
        let late = due.iter().filter(|due| due.item.days_overdue(on) > 0).count();
        line(&format!("{on}：共 {} 项，其中逾期 {late} 项。", due.len()));
        return Ok(());
    }
    let (ids, titles): (Vec<&str>, Vec<&str>) = COLUMNS.iter().copied().unzip();
    print(&ids, &titles, &rows, &[], args.format)
}

struct Words<'a> {
    planner: &'a Planner,
    on: Date,
    english: bool,
}

impl Words<'_> {
    fn row(&self, due: &Due, folder: &Folder, human: bool) -> Vec<String> {
        let Item { service, dose, state, opens, due: by, closes, urgency, .. } = &due.item;
        let date = |date: &Option<Date>| date.map(|date| date.to_string()).unwrap_or_default();
        let village = folder.areas.get(due.area).map(|area| area.name.clone()).unwrap_or_default();
        let name = if self.english { self.planner.name_en(service) } else { self.planner.name(service) };
        let reason = if self.english { self.planner.explain_en(&due.item, self.on) } else { self.planner.explain(&due.item, self.on) };
        vec![
            due.item.subject.to_string(),
            due.name.clone(),
            due.area.to_string(),
            village,
            service.to_string(),
            name.unwrap_or(service).to_owned(),
            dose.map(|dose| dose.to_string()).unwrap_or_default(),
            if human && !self.english { state.chinese() } else { state.word() }.to_owned(),
            date(opens),
            date(by),
            date(closes),
            due.item.days_overdue(self.on).to_string(),
            urgency.to_string(),
            reason,
        ]
    }
}
