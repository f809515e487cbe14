//! Services in words (who, when, what satisfies them), what ends or puts them off, and series of doses as tables.

use std::sync::Arc;

use qianmo_core::Expr;
use qianmo_core::pack::Pack;
use qianmo_core::schedule::{Conflict, Course, Cycle, Decline, Dose, Every, Hold, Reach, Series, Service, Span, Stop};

use super::names::Names;
use super::pages::{Cell, Pages, beneath, lines, serial, when, words};
use super::words::read;
use crate::model::{Align, chinese_date};

pub(super) fn services(pages: &mut Pages, names: &Names<'_>, pack: &Pack) {
    let schedule = &pack.schedule;
    if schedule.services.is_empty() && schedule.stops.is_empty() && schedule.holds.is_empty() && schedule.decline.is_none() {
        return;
    }
    pages.section("服务和时间");
    let rows = schedule.services.iter().enumerate().map(|(index, service)| row(index, service, names)).collect();
    let columns = [
        ("序号", 7, Align::Centre),
        ("服务", 24, Align::Left),
        ("给谁", 24, Align::Left),
        ("什么时候", 25, Align::Left),
        ("怎样算做了", 20, Align::Left),
    ];
    pages.table(columns, rows);
    ends(pages, names, &schedule.stops);
    holds(pages, names, &schedule.holds);
    if let Some(decline) = &schedule.decline {
        pages.heading("本人谢绝");
        pages.paragraph(declined(decline, names));
    }
}

fn row(index: usize, service: &Service, names: &Names<'_>) -> Vec<Cell> {
    let mut what = words(service.name.clone());
    what.extend(beneath("", &service.meaning).into_iter().flat_map(|run| [crate::model::Run::Break, run]));
    what.extend([crate::model::Run::Break, crate::model::Run::Small(origin(&service.source, service.verified))]);
    vec![serial(index), what, lines(who(service, names)), lines(times(service, names)), lines(done(service, names))]
}

fn origin(source: &str, verified: bool) -> String {
    format!("出处：{source}{}", when(!verified, "（待核实）"))
}

fn who(service: &Service, names: &Names<'_>) -> Vec<String> {
    let anchor = names.form(names.packs.form(&service.after));
    let records = if service.each { "每一次" } else { "有" };
    vec![
        format!("{records}{}的", names.form_name(&service.after)),
        service.when.as_ref().map_or_else(String::new, |condition| format!("且{}", read(condition, &anchor))),
        when(!service.asks, "不可谢绝"),
    ]
}

fn times(service: &Service, names: &Names<'_>) -> Vec<String> {
    let anchor = names.form(names.packs.form(&service.after));
    let from = service.from.as_ref().map_or_else(|| "该表日期".to_owned(), |from| read(from, &anchor));
    let dated = [&service.open, &service.due, &service.close, &service.lapse].iter().any(|span| span.is_some());
    let again = match service.every {
        Some(Every::Calendar(cycle)) => format!("每{}{}次", cycle_word(cycle), service.times),
        Some(Every::Span(span)) => format!("每次之后{}再做", long(span)),
        None => "做一次".to_owned(),
    };
    let moment = |what: &str, span: Option<Span>| span.map_or_else(String::new, |span| format!("{what}{}", offset(span)));
    vec![
        again,
        when(dated, &format!("从{from}算：")),
        moment("可做：", service.open),
        moment("应做：", service.due),
        moment("最晚：", service.close),
        moment("不再提醒：", service.lapse),
        when(service.urgency <= 2, "紧急，排在最前"),
    ]
}

fn done(service: &Service, names: &Names<'_>) -> Vec<String> {
    let by: Vec<String> = service.by.iter().map(|form| names.form_name(form)).collect();
    let doing = names.form(service.by.first().and_then(|form| names.packs.form(form)));
    let replaced: Vec<String> = service.supersedes.iter().map(|id| service_name(id, names)).collect();
    vec![
        format!("填写{}", by.join("或")),
        service.by_when.as_ref().map_or_else(String::new, |condition| format!("且{}", read(condition, &doing))),
        when(!replaced.is_empty(), &format!("应做期间代替：{}", replaced.join("、"))),
    ]
}

pub(super) fn service_name(id: &str, names: &Names<'_>) -> String {
    let schedules = || names.packs.packs.iter().map(|pack| &pack.schedule);
    let service = schedules().flat_map(|schedule| &schedule.services).find(|service| *service.id == *id).map(|service| &service.name);
    let series = || schedules().flat_map(|schedule| &schedule.series).find(|series| *series.id == *id).map(|series| &series.name);
    service.or_else(series).map_or_else(|| id.to_owned(), |name| format!("「{name}」"))
}

fn cycle_word(cycle: Cycle) -> &'static str {
    match cycle {
        Cycle::Year => "年",
        Cycle::Half => "半年",
        Cycle::Quarter => "季度",
        Cycle::Month => "月",
        Cycle::TenDays => "旬",
        Cycle::Week => "周",
        Cycle::Day => "天",
    }
}

/// Eight weeks and more are told in weeks, too.
fn long(span: Span) -> String {
    let words = span.chinese();
    if span.months != 0 || span.hours != 0 || span.days < 56 {
        return words;
    }
    let rest = span.days % 7;
    format!("{words}（{}周{}）", span.days / 7, if rest == 0 { String::new() } else { format!("{rest}天") })
}

/// `当日`, `后14天`, `前7天`.
fn offset(span: Span) -> String {
    let negative = span.months < 0 || span.days < 0 || span.hours < 0;
    if span == Span::default() {
        "当日".to_owned()
    } else if negative {
        format!("前{}", long(Span::default().minus(span)))
    } else {
        format!("后{}", long(span))
    }
}

fn ends(pages: &mut Pages, names: &Names<'_>, stops: &[Stop]) {
    if stops.is_empty() {
        return;
    }
    pages.heading("什么时候不再做");
    let rows = stops.iter().enumerate().map(|(index, stop)| {
        let again = stop.resumed_by.as_deref().map_or_else(String::new, |form| format!("以后又有{}的，恢复", names.form_name(form)));
        vec![
            serial(index),
            words(stop.reason.to_string()),
            lines(ground(&stop.form, stop.when.as_ref(), names).into_iter().chain([again])),
            words(reach(&stop.services, names)),
        ]
    });
    let columns = [("序号", 7, Align::Centre), ("原因", 20, Align::Left), ("凭什么", 44, Align::Left), ("哪些服务", 30, Align::Left)];
    pages.table(columns, rows.collect());
}

fn holds(pages: &mut Pages, names: &Names<'_>, holds: &[Hold]) {
    if holds.is_empty() {
        return;
    }
    pages.heading("什么时候暂缓");
    let rows = holds.iter().enumerate().map(|(index, hold)| {
        let form = names.form(names.packs.form(&hold.form));
        let until = hold.until.as_ref().map_or_else(|| "不再做".to_owned(), |until| format!("到{}；没有写的不再做", read(until, &form)));
        let product = hold.product.as_deref().map_or_else(String::new, |field| format!("只限表上“{}”所写的", form.label(field)));
        vec![
            serial(index),
            words(hold.reason.to_string()),
            lines(ground(&hold.form, hold.when.as_ref(), names)),
            lines([reach(&hold.services, names), product]),
            words(until),
        ]
    });
    let columns = [
        ("序号", 7, Align::Centre),
        ("原因", 20, Align::Left),
        ("凭什么", 30, Align::Left),
        ("哪些服务", 24, Align::Left),
        ("缓到什么时候", 20, Align::Left),
    ];
    pages.table(columns, rows.collect());
}

fn ground(form: &str, condition: Option<&Expr>, names: &Names<'_>) -> [String; 2] {
    let scope = names.form(names.packs.form(form));
    [format!("有{}", names.form_name(form)), condition.map_or_else(String::new, |condition| format!("且{}", read(condition, &scope)))]
}

fn reach(reach: &Reach, names: &Names<'_>) -> String {
    match reach {
        Reach::Pack => "本专项的全部服务".to_owned(),
        Reach::All => "所有专项的服务".to_owned(),
        Reach::Only(ids) => ids.iter().map(|id| service_name(id, names)).collect::<Vec<_>>().join("、"),
    }
}

fn declined(decline: &Decline, names: &Names<'_>) -> String {
    format!(
        "本人谢绝的，填写{}，谢绝就是完整的答复，从应做人数中除去。{}后再问，最多问{}次；以后只在本人愿意时再做。",
        names.form_name(&decline.form),
        decline.again.chinese(),
        decline.asks
    )
}

/// Series of doses, a table for each course, and products that need a distance.
pub(super) fn series(pages: &mut Pages, names: &Names<'_>, pack: &Pack) {
    if pack.schedule.series.is_empty() {
        return;
    }
    pages.section("剂次程序");
    pages.paragraph("年龄从起算日算起。“应种”是到这个年龄该种，“最晚”是规范规定的最后期限（不到这个年龄），“最早”以前种的不算、要补种。");
    for series in &pack.schedule.series {
        pages.part(&series.name);
        pages.small(&about(series, names));
        for course in &series.courses {
            one_course(pages, course, names);
        }
    }
    conflicts(pages, &pack.schedule.conflicts);
}

fn about(series: &Series, names: &Names<'_>) -> String {
    let anchor = names.form(names.packs.form(&series.after));
    let facts = [
        series.meaning.clone(),
        format!("给有{}的", names.form_name(&series.after)),
        series.when.as_ref().map_or_else(String::new, |condition| format!("条件：{}", read(condition, &anchor))),
        format!("起算日：{}", series.from.as_ref().map_or_else(|| "该表日期".to_owned(), |from| read(from, &anchor))),
        series.until.map_or_else(String::new, |age| format!("满{}后不再提醒", age.chinese())),
        format!("凭{}", names.form_name(&series.by)),
        format!("计入：{}", coded(&series.products, series, names)),
        origin(&series.source, series.verified),
    ];
    let facts: Vec<String> = facts.into_iter().map(|fact| fact.trim_end_matches('。').to_owned()).filter(|fact| !fact.is_empty()).collect();
    format!("{}。", facts.join("；"))
}

/// Products under the labels of the field that names them.
fn coded(products: &[Arc<str>], series: &Series, names: &Names<'_>) -> String {
    let form = names.packs.form(&series.by);
    let choices = form.and_then(|form| form.field(&series.product)).map_or(&[][..], |field| &field.choices);
    let label =
        |code: &Arc<str>| choices.iter().find(|choice| choice.code == *code).map_or_else(|| code.to_string(), |choice| choice.name.clone());
    products.iter().map(label).collect::<Vec<_>>().join("、")
}

fn one_course(pages: &mut Pages, course: &Course, names: &Names<'_>) {
    let condition = course.when.as_ref().map_or_else(String::new, |condition| format!("（{}）", read(condition, names)));
    pages.heading(&format!("{}{condition}", course.name));
    let rows = course.doses.iter().map(|dose| dose_row(dose, names)).collect();
    let columns = [
        ("剂次", 7, Align::Centre),
        ("种什么", 18, Align::Left),
        ("应种", 12, Align::Centre),
        ("最晚", 13, Align::Centre),
        ("最早", 12, Align::Centre),
        ("距上一剂", 12, Align::Centre),
        ("说明", 26, Align::Left),
    ];
    pages.table(columns, rows);
}

fn dose_row(dose: &Dose, names: &Names<'_>) -> Vec<Cell> {
    let age = |span: Span| if span == Span::default() { "出生时".to_owned() } else { span.chinese() };
    let close = dose.close.unwrap_or_else(|| dose.due.plus(Span::months(1)));
    let within = if close.hours == 0 { format!("不到{}", age(close)) } else { format!("{}内", close.chinese()) };
    let days = match (dose.from, dose.to) {
        (None, None) => String::new(),
        (from, to) => format!(
            "{}{}",
            from.map_or_else(String::new, |day| format!("{}起", chinese_date(day))),
            to.map_or_else(String::new, |day| format!("到{}", chinese_date(day)))
        ),
    };
    vec![
        words(dose.number.to_string()),
        words(dose.products.iter().map(AsRef::as_ref).collect::<Vec<_>>().join("或")),
        words(age(dose.due)),
        words(within),
        words(age(dose.earliest.unwrap_or(dose.due))),
        words(dose.interval.map_or_else(String::new, |span| format!("≥{}", span.chinese()))),
        lines([
            dose.until.map_or_else(String::new, |span| format!("满{}不再种", span.chinese())),
            dose.unless.as_ref().map_or_else(String::new, |condition| format!("{}的不种", read(condition, names))),
            when(!dose.asks_for.is_empty(), &format!("先要：{}", dose.asks_for)),
            days,
        ]),
    ]
}

fn conflicts(pages: &mut Pages, conflicts: &[Conflict]) {
    if conflicts.is_empty() {
        return;
    }
    pages.heading("不同品种之间的间隔");
    let rows = conflicts.iter().enumerate().map(|(index, conflict)| {
        vec![
            serial(index),
            words(conflict.products.iter().map(AsRef::as_ref).collect::<Vec<_>>().join("、")),
            words(format!("同一天，或间隔≥{}", conflict.interval.chinese())),
            words(conflict.reason.to_string()),
        ]
    });
    let columns = [("序号", 7, Align::Centre), ("品种", 36, Align::Left), ("要求", 27, Align::Left), ("原因", 30, Align::Left)];
    pages.table(columns, rows.collect());
}
