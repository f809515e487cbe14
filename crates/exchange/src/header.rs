//! Finding the header: title rows above it, two rows joined where the upper one is merged over groups.
//!
//! Merged cells need no list of merged regions: under a heading that reaches over several columns the cells beside it
//! are empty and those below are not, and under one that reaches down the cell below is empty. So csv made from
//! such a sheet is read alike.

use std::collections::HashMap;

use qianmo_core::{Fault, Form};

use crate::map::Map;
use crate::source::Cell;
use crate::text::key;

/// How many rows at the top may hold the header.
pub(crate) const TOP_ROWS: usize = 20;

/// What a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// A field of the form, by its place.
    Field(usize),
    /// Date of service.
    At,
    /// Village, by name or code.
    Village,
    /// The subject's id.
    Subject,
    /// The number or name by which a household, organisation or the like is known.
    Number,
    /// The resident's identity number, where it is no field.
    IdNumber,
    /// The resident's name, where it is no field.
    Name,
    /// The resident's birth date, where it is no field.
    BirthDate,
    /// Nothing of ours.
    Ignore,
}

impl Target {
    /// Built-in columns by the names that a map file uses.
    pub(crate) const BUILT_IN: [(&'static str, Self); 8] = [
        ("@at", Self::At),
        ("@village", Self::Village),
        ("@subject", Self::Subject),
        ("@number", Self::Number),
        ("@id_number", Self::IdNumber),
        ("@name", Self::Name),
        ("@birth_date", Self::BirthDate),
        ("@ignore", Self::Ignore),
    ];

    fn headers(self) -> &'static [&'static str] {
        match self {
            Self::At => &[
                "日期",
                "服务日期",
                "随访日期",
                "填表日期",
                "登记日期",
                "记录日期",
                "接种日期",
                "体检日期",
                "检查日期",
                "访视日期",
                "活动日期",
                "培训日期",
                "调查日期",
                "报告日期",
                "建册日期",
                "分娩日期",
                "评估日期",
                "督导日期",
                "date",
                "at",
            ],
            Self::Village => &[
                "村",
                "村名",
                "行政村",
                "村社区",
                "村(社区)",
                "社区",
                "所在村",
                "所在村(社区)",
                "村居",
                "村(居)",
                "村委会",
                "辖区",
                "所属辖区",
                "辖区代码",
                "区划代码",
                "行政区划",
                "行政区划代码",
                "village",
                "area",
            ],
            Self::Subject => &["居民编号", "对象编号", "subject"],
            Self::Number => &["户编号", "户号", "家庭编号", "机构名称", "机构", "单位名称", "单位", "学校", "学校名称"],
            Self::IdNumber => &["身份证号", "身份证号码", "公民身份号码", "身份证", "居民身份证号", "居民身份证号码", "证件号码", "证件号"],
            Self::Name => &["姓名", "居民姓名", "本人姓名", "name"],
            Self::BirthDate => &["出生日期", "出生年月日", "出生年月"],
            Self::Ignore => &["序号", "编号", "备注", "no", "no."],
            Self::Field(_) => &[],
        }
    }
}

/// A header found: what each column is.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    /// Row of the header, its last one where there are two.
    pub(crate) row: u32,
    /// Per column its target.
    pub(crate) columns: Vec<Option<Target>>,
    /// Per column the header as a person reads it.
    pub(crate) titles: Vec<String>,
    /// Headers of columns that are nothing of the form's.
    pub(crate) unmatched: Vec<String>,
}

impl Layout {
    /// What each recognised column is, by its title.
    pub(crate) fn matched(&self, form: &Form) -> Vec<(String, String)> {
        let named = |target: Target| match target {
            Target::Field(place) => form.fields.get(place).map(|field| field.id.to_string()),
            built_in => Target::BUILT_IN.iter().find(|(_, other)| *other == built_in).map(|(name, _)| (*name).to_owned()),
        };
        let columns = self.titles.iter().zip(&self.columns);
        columns.filter_map(|(title, target)| target.and_then(named).map(|target| (title.clone(), target))).collect()
    }

    /// The column of a target.
    pub(crate) fn column(&self, target: Target) -> Option<usize> {
        self.columns.iter().position(|column| *column == Some(target))
    }

    /// The title of a target's column; empty when it has none.
    pub(crate) fn title(&self, target: Target) -> &str {
        self.column(target).map_or("", |column| &self.titles[column])
    }

    /// Two columns that are the same thing.
    ///
    /// Faults: `IMPORT-0103`.
    pub(crate) fn doubles(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (column, target) in self.columns.iter().enumerate() {
            let Some(target) = target.filter(|target| *target != Target::Ignore) else { continue };
            if let Some(first) = self.column(target).filter(|first| *first < column) {
                faults.push(Fault::new("IMPORT-0103").with("first", &self.titles[first]).with("second", &self.titles[column]));
            }
        }
        faults
    }
}

/// Which header means what, for one form and one map.
pub(crate) struct Headers(HashMap<String, Target>);

impl Headers {
    /// Labels, ids and synonyms of the fields, the map's headers, and the built-in columns; where they clash the map wins, then
    /// the form.
    pub(crate) fn new(form: &Form, map: &Map) -> Self {
        let mut headers: HashMap<String, Target> = map.columns.iter().map(|(header, (_, target))| (header.clone(), *target)).collect();
        let own = |label: fn(&qianmo_core::Field) -> Vec<&str>| {
            form.fields.iter().enumerate().flat_map(move |(place, field)| label(field).into_iter().map(move |text| (text, place)))
        };
        let labels = own(|field| vec![&field.name, &field.id]).chain(own(|field| field.synonyms.iter().map(String::as_str).collect()));
        for (label, place) in labels.chain(own(|field| vec![&field.name_en])) {
            if !label.is_empty() {
                headers.entry(key(label)).or_insert(Target::Field(place));
            }
        }
        for (_, target) in Target::BUILT_IN {
            for header in target.headers() {
                headers.entry(key(header)).or_insert(target);
            }
        }
        Self(headers)
    }

    fn target(&self, header: &str) -> Option<Target> {
        let key = key(header);
        let key = key.trim_matches(['*', ':']);
        self.0.get(key).or_else(|| self.0.get(key.split_once('(')?.0)).copied()
    }
}

/// Finds the header among the rows at the top: the row, or pair of rows, in which most columns are recognised.
pub(crate) fn find(rows: &[(u32, Vec<Cell>)], headers: &Headers) -> Option<Layout> {
    let mut best: Option<(usize, Layout)> = None;
    let mut consider = |layout: Layout| {
        let known = layout.columns.iter().flatten().filter(|target| **target != Target::Ignore).count();
        let named = layout.titles.iter().filter(|title| !title.is_empty()).count();
        // One familiar word in a row of prose is no header.
        let enough = known >= 2 || known == 1 && named == 1;
        if enough && best.as_ref().is_none_or(|(most, _)| known > *most) {
            best = Some((known, layout));
        }
    };
    // One row first: two are taken only when together they say more.
    for (row, cells) in rows {
        consider(single(*row, cells, headers));
    }
    for (i, (row, cells)) in rows.iter().enumerate() {
        if let Some((below, lower)) = rows.get(i + 1).filter(|(below, _)| *below == row + 1) {
            consider(joined(*below, cells, lower, headers));
        }
    }
    best.map(|(_, layout)| layout)
}

fn single(row: u32, cells: &[Cell], headers: &Headers) -> Layout {
    collect(row, cells.iter().map(|cell| (title(cell), headers.target(&title(cell)))))
}

fn joined(row: u32, upper: &[Cell], lower: &[Cell], headers: &Headers) -> Layout {
    let mut group = String::new();
    let columns = (0..upper.len().max(lower.len())).map(|column| {
        let [above, below] = [upper, lower].map(|cells| cells.get(column).map(title).unwrap_or_default());
        if !above.is_empty() || below.is_empty() {
            group.clone_from(&above);
        }
        if below.is_empty() {
            return (above.clone(), headers.target(&above));
        }
        let both = format!("{group}{below}");
        let target = headers.target(&both).or_else(|| headers.target(&below));
        (both, target)
    });
    collect(row, columns)
}

fn collect(row: u32, found: impl Iterator<Item = (String, Option<Target>)>) -> Layout {
    let (titles, columns): (Vec<String>, Vec<Option<Target>>) = found.unzip();
    let unknown = |(title, target): (&String, &Option<Target>)| (target.is_none() && !title.is_empty()).then(|| title.clone());
    let unmatched = titles.iter().zip(&columns).filter_map(unknown).collect();
    Layout { row, columns, titles, unmatched }
}

fn title(cell: &Cell) -> String {
    cell.shown().split_whitespace().collect()
}
