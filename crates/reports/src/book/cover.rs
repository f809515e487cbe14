//! The cover and the programme at a glance.

use qianmo_core::Date;
use qianmo_core::pack::{Pack, Packs, Sensitivity};

use super::names::Names;
use super::pages::{Pages, serial, words};
use crate::model::{Align, chinese_date};

pub(super) fn write(pages: &mut Pages, packs: &Packs, pack: &Pack, printed: Date) {
    let names = Names::of(packs);
    pages.facts([
        ("名称", format!("{}（{}）", pack.name, pack.name_en)),
        ("编号", pack.id.to_string()),
        ("依据", pack.norm.clone()),
        ("执行时间", in_force(pack)),
        ("编写", pack.author.clone()),
        ("数据敏感程度", sensitivity(pack.sensitivity).to_owned()),
        ("须先有的专项", needed(packs, pack)),
        ("打印日期", chinese_date(printed)),
    ]);
    pages.paragraph(
        "这本册子由专项包直接印出，程序就按这里写的做。请会同业务人员逐页核对：表上的项目、编码、单位、范围、时间和算法是否与规范一致；\
         不对的在旁边写明应当怎样，写不下的写在末页，签字后交回编写人。",
    );
    glance(pages, &names, pack);
}

fn in_force(pack: &Pack) -> String {
    match pack.in_force {
        (Some(from), Some(to)) => format!("{}至{}", chinese_date(from), chinese_date(to)),
        (Some(from), None) => format!("{}起", chinese_date(from)),
        (None, _) => String::new(),
    }
}

fn sensitivity(level: Sensitivity) -> &'static str {
    match level {
        Sensitivity::Routine => "一般",
        Sensitivity::Sensitive => "敏感：单独授权，平时遮盖，每次查看留痕",
        Sensitivity::Restricted => "限制：单独存放，只有名单上的人能看，每次查看留痕",
    }
}

fn needed(packs: &Packs, pack: &Pack) -> String {
    let name = |id: &str| packs.pack(id).map_or_else(|| id.to_owned(), |pack| pack.name.clone());
    pack.needs.iter().map(|id| name(id)).collect::<Vec<_>>().join("、")
}

/// Who is served, what is written down, how much of each there is.
fn glance(pages: &mut Pages, names: &Names<'_>, pack: &Pack) {
    pages.section("一页看懂");
    let mut who: Vec<String> = Vec::new();
    for form in &pack.forms {
        let subject = names.subject(&form.subject);
        if !who.contains(&subject) {
            who.push(subject);
        }
    }
    let fields: usize = pack.forms.iter().map(|form| form.fields.len()).sum();
    let required = pack.forms.iter().flat_map(|form| &form.fields).filter(|field| field.required).count();
    let rates = pack.indicators.iter().filter(|indicator| indicator.denominator.is_some()).count();
    pages.facts([
        ("记什么人、什么事", who.join("、")),
        ("表单", count(pack.forms.len(), "张", &format!("，共{fields}项，其中必填{required}项"))),
        ("服务", count(pack.schedule.services.len(), "项", "")),
        ("剂次程序", count(pack.schedule.series.len(), "个", "")),
        ("指标", count(pack.indicators.len(), "个", &format!("，其中比率{rates}个"))),
        ("台账、花名册", count(pack.rosters.len(), "本", "")),
        ("报表", count(pack.returns.len(), "张", "")),
        ("标准和数据表", count(pack.tables.len(), "张", "")),
        ("群体行动", count(pack.campaigns.len(), "项", "")),
        ("验算过的例子", count(pack.cases.len(), "个", "")),
        ("待核实", count(pack.unverified.len(), "处", "，列在末尾")),
    ]);
    forms(pages, names, pack);
}

fn count(number: usize, measure: &str, more: &str) -> String {
    if number == 0 { String::new() } else { format!("{number}{measure}{more}") }
}

fn forms(pages: &mut Pages, names: &Names<'_>, pack: &Pack) {
    let rows = pack
        .forms
        .iter()
        .enumerate()
        .map(|(index, form)| {
            vec![
                serial(index),
                words(form.name.clone()),
                words(names.subject(&form.subject)),
                words(form.fields.len().to_string()),
                words(form.fields.iter().filter(|field| field.required).count().to_string()),
                words(form.checks.len().to_string()),
            ]
        })
        .collect();
    let columns = [
        ("序号", 8, Align::Centre),
        ("表单", 44, Align::Left),
        ("记录对象", 18, Align::Centre),
        ("项目", 10, Align::Centre),
        ("必填", 10, Align::Centre),
        ("核对", 10, Align::Centre),
    ];
    pages.table(columns, rows);
}
