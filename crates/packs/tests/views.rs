//! Views and summaries: headers, queries and template lines.

mod common;

use common::check;

const VIEW: &str = "care/views/care_visit.sql";

#[test]
fn columns_are_declared_as_id_type_label() {
    check(
        VIEW,
        "-- column: weight decimal 体重",
        "-- column: weight decimal 体重\n-- column: ⟦held decimel 体重",
        &["PACK-0401 text=held decimel 体重 suggestion=decimal"],
    );
    check(VIEW, "-- column: weight decimal 体重", "-- column: weight decimal 体重\n-- column: ⟦held date", &["PACK-0401 text=held date"]);
    check(
        VIEW,
        "-- column: weight decimal 体重",
        "-- column: weight decimal 体重\n-- column: ⟦weight date 体重",
        &["PACK-0112 what=列 id=weight"],
    );
}

#[test]
fn the_file_is_named_after_the_view() {
    let text = common::good().remove(7).1.replace("-- view: care_method", "-- view: ⟦care_methods");
    check("care/views/other.sql", "", &text, &["PACK-0402 id=care_methods file=other"]);
}

#[test]
fn headers_are_complete() {
    let header = "-- view: care_visit\n-- name: 访视\n-- grain: one row per visit\n";
    check(VIEW, header, "⟦-- view: care_visit\n-- name: 访视\n", &["PACK-0103 key=grain what=care_visit"]);
    let whole = common::good().remove(6).1;
    check(VIEW, &whole, &format!("⟦{}", whole.replace("-- source: 测试规范，2017\n", "")), &["PACK-0110 key=source what=care_visit"]);
}

#[test]
fn a_view_is_one_query_and_changes_nothing() {
    let refused = |tail: &str, found: usize| {
        let (old, new) = ("-- view: care_visit\n", "⟦-- view: care_visit\n");
        let end = "where v.visited_on between $start and $end\n";
        let text = common::good().remove(6).1.replace(old, new).replace(end, &format!("{end}{tail}"));
        let whole = common::good().remove(6).1;
        check(VIEW, &whole, &text, &[&format!("PACK-0403 found={found}")]);
    };
    refused("; select 1", 2);
    refused("; delete from care_visit", 2);
    let whole = common::good().remove(6).1;
    let header = &whole[..whole.find("select").unwrap()];
    check(VIEW, &whole, &format!("⟦{header}insert into care_visit values (1)"), &["PACK-0403 found=1"]);
    check(VIEW, &whole, &format!("⟦{header}"), &["PACK-0403 found=0"]);
}

#[test]
fn row_number_is_not_allowed() {
    let new = "v.weight, ⟦row_number() over (order by v.at) as r";
    check(VIEW, "v.weight", new, &["PACK-0404 what=row_number"]);
}

#[test]
fn parameters_are_start_and_end() {
    check(VIEW, "between $start and $end", "between ⟦$strat and $end", &["PACK-0405 name=$strat suggestion=$start"]);
}

#[test]
fn syntax_is_checked_where_it_breaks() {
    check(VIEW, "from care_visit v", "form ⟦care_visit v", &["PACK-0406 found=care_visit"]);
    check(VIEW, "'1' as", "⟦'1 as", &["PACK-0406 found=Unterminated string literal"]);
}

#[test]
fn lines_of_a_summary_can_be_read() {
    let refused = |old: &str, new: &str, text: &str| check("care/summary.md", old, new, &[&format!("PACK-0601 text={text}")]);
    refused("（本年{care.home_rate}）", "（本年⟦{care.home_rate）", "在家访视率达到60%（本年{care.home_rate）。");
    refused("## 计划", "⟦## 计画", "## 计画");
    refused("?care.visits: 共", "⟦?care.visits 共", "?care.visits 共访视{care.visits:v}次。");
    refused("?care.visits: 共访视{care.visits:v}次", "⟦?care.visits 共访视", "?care.visits 共访视。");
    refused("|访视情况: ", "⟦|访视情况 ", "|访视情况 care.visits, care.home_rate");
    let shape = "PACK-0105 key=care.home_rate value=yyo known=n、d、nd、v、yoy suggestion=yoy";
    check("care/summary.md", "{care.home_rate:yoy}", "{care.home_rate:⟦yyo}", &[shape]);
}
