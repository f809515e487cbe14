//! Expressions: what they become, and each thing that can be wrong with them, at its character.

mod common;

use common::{check, shown};
use qianmo_core::expr::{Env, Expr, Function, Op};
use qianmo_core::{Date, Kind, Value};
use qianmo_packs::expression::{Scope, parse_expr};

fn scope() -> Scope {
    let files = common::good();
    let packs = qianmo_packs::load(&files).packs;
    let mut scope = Scope::of_fields(&packs.form("care.visit").expect("a good form").fields);
    scope.add("born", Kind::Date);
    scope.add("ok", Kind::Bool);
    scope.add("$start", Kind::Date);
    scope.add("care.visits.denominator", Kind::Decimal);
    scope.add("anything", Kind::Null);
    scope
}

/// Expects these faults, written `line:column CODE name=value …`.
fn refused(text: &str, expected: &[&str]) {
    let faults = parse_expr(text, &scope(), &[]).expect_err(text);
    let found: Vec<String> = faults.iter().map(|fault| shown(fault).trim_start_matches(':').to_owned()).collect();
    assert_eq!(found, expected, "{text}");
}

fn parsed(text: &str) -> Expr {
    parse_expr(text, &scope(), &[]).expect(text)
}

/// Evaluates with a weight of 60, born on 29 February 2008, nothing else known.
fn gives(text: &str, expected: impl Into<Value>) {
    let env = |name: &str| match name {
        "weight" => Value::Integer(60),
        "born" | "$start" => Value::Date(jiff::civil::date(2008, 2, 29)),
        "signs" => Value::text("|1|2|"),
        "place" => Value::text("2"),
        "care.visits.denominator" => Value::Integer(4),
        _ => Value::Null,
    };
    let env: &dyn Env = &env;
    assert_eq!(parsed(text).eval(env), expected.into(), "{text}");
}

#[test]
fn everything_in_the_language_is_read() {
    let day = |year, month, day| Value::Date(Date::new(year, month, day).unwrap());
    gives("weight > 50 and not (weight >= 70 or weight <> 60)", true);
    gives("weight + 2 * 3 - 1", 65_i64);
    gives("-7 % 4 - -1", -2_i64);
    gives("weight / 8", Value::Decimal("7.5".parse().unwrap()));
    gives("place in ('1', '2') and place not in ('1')", true);
    gives("weight between 1 and 60 and weight not between 61 and 99", true);
    gives("place like '2%' and place not like '1_'", true);
    gives("count is null and weight is not null", true);
    gives("case when weight > 70 then 'a' when weight > 50 then 'b' else 'c' end", Value::text("b"));
    gives("case place when '1' then 1 else 2 end", 2_i64);
    gives("born + interval '1 year 2 months'", day(2009, 4, 29));
    gives("born - interval '2 weeks'", day(2008, 2, 15));
    gives("$start < date '2012-01-01'", true);
    gives("date(2012, 2, 28) >= born", true);
    gives("has(signs, '2')", true);
    gives("floor(7.9) + round(2.5) + round(weight, 1) + length(place)", Value::Decimal(71.into()));
    gives("years(born, date '2012-02-28') + months(born, $start) + days(born, $start)", 3_i64);
    gives("year(born) + month(born)", 2010_i64);
    gives("day(born)", day(2008, 2, 29));
    gives("least(weight, 3) + greatest(1, 2) + abs(-1) + coalesce(count, 4)", 10_i64);
    gives("hours(born, born + interval '1 day')", 24_i64);
    gives("care.visits.denominator * 1", 4_i64);
    gives("null is null", true);
    gives("anything + 1 > born", Value::Null);
}

#[test]
fn the_tree_is_the_languages_own() {
    assert_eq!(parsed("floor(weight)"), Expr::Call(Function::Floor, vec![Expr::Name("weight".into())]));
    assert_eq!(parsed("weight != 1"), Expr::Binary(Op::Ne, Expr::Name("weight".into()).into(), Expr::Literal(1.into()).into()));
    assert_eq!(parsed("-1.50"), Expr::Literal(Value::Decimal("-1.50".parse().unwrap())));
}

#[test]
fn text_that_is_no_expression() {
    refused("weight >", &["1:9 PACK-0201 found=结尾"]);
    refused("weight > 1 1", &["1:12 PACK-0201 found=1"]);
    refused("place = 'x", &["1:9 PACK-0201 found=Unterminated string literal"]);
    refused("", &["1:1 PACK-0201 found=结尾"]);
}

#[test]
fn unknown_names_come_all_at_once_and_with_the_nearest_one() {
    refused(
        "wieght > 1 and\n  plce = '1' and zzz > $strt",
        &[
            "1:1 PACK-0202 name=wieght suggestion=weight",
            "2:3 PACK-0202 name=plce suggestion=place",
            "2:18 PACK-0202 name=zzz",
            "2:24 PACK-0202 name=$strt suggestion=$start",
        ],
    );
}

#[test]
fn kinds_that_do_not_go_together() {
    refused("place = 1", &["1:1 PACK-0203 op== left=文字 right=整数"]);
    refused("weight > 1 and visited_on > '2012-01-01'", &["1:16 PACK-0203 op=> left=日期 right=文字"]);
    refused("weight in (1, 'a')", &["1:15 PACK-0203 op=in left=数字 right=文字"]);
    refused("visited_on between 1 and at", &["1:20 PACK-0203 op=between left=日期 right=整数"]);
    refused("weight and ok", &["1:1 PACK-0203 op=AND left=数字 right=是/否"]);
    refused("weight like 'a'", &["1:1 PACK-0203 op=like left=数字 right=文字"]);
    refused("case when ok then 1 else 'a' end", &["1:26 PACK-0203 op=case left=整数 right=文字"]);
    refused("coalesce(weight, place)", &["1:1 PACK-0203 op=coalesce left=数字 right=文字"]);
    refused("at + case when ok then interval '1 day' end", &["1:1 PACK-0203 op=+ left=日期 right=时间间隔"]);
    refused("at - visited_on", &["1:1 PACK-0203 op=- left=日期 right=日期"]);
}

#[test]
fn codes_must_be_the_fields_own() {
    refused("place = '9'", &["1:9 PACK-0204 field=place code=9 known=1、2"]);
    refused("'9' <> place", &["1:1 PACK-0204 field=place code=9 known=1、2"]);
    refused("place in ('1', '3')", &["1:16 PACK-0204 field=place code=3 known=1、2"]);
    refused("has(signs, '7')", &["1:12 PACK-0204 field=signs code=7 known=1、2"]);
    refused("case place when '5' then 1 end", &["1:17 PACK-0204 field=place code=5 known=1、2"]);
}

#[test]
fn functions_take_what_they_take() {
    refused("years(born)", &["1:1 PACK-0205 name=years expected=2 found=1"]);
    refused("least(1)", &["1:1 PACK-0205 name=least expected=至少 2 found=1"]);
    refused("round(1, 2, 3)", &["1:1 PACK-0205 name=round expected=1–2 found=3"]);
    refused("years(born, weight)", &["1:13 PACK-0206 what=years expected=日期 found=数字"]);
    refused("not weight", &["1:5 PACK-0206 what=NOT expected=是/否 found=数字"]);
    refused("case when weight then 1 end", &["1:11 PACK-0206 what=when expected=是/否 found=数字"]);
    refused("yeers(born)", &["1:1 PACK-0207 name=yeers suggestion=years"]);
    refused("now()", &["1:1 PACK-0207 name=now"]);
}

#[test]
fn the_rest_of_sql_is_not_in_the_language() {
    let outside = |text: &str, place: &str| {
        let faults = parse_expr(text, &scope(), &[]).expect_err(text);
        assert_eq!((faults[0].code, faults[0].place.to_string()), ("PACK-0208", format!(":{place}")), "{text}");
    };
    outside("weight > (select 1)", "1:11");
    outside("cast(weight as integer) > 1", "1:6");
    outside("place || 'a' = 'b'", "1:1");
    outside("extract(year from born)", "1:19");
    outside("exists (select 1)", "1:9");
    outside("\"weight\" > 1", "1:1");
    outside("abs(distinct weight)", "1:1");
    outside("abs(weight) over ()", "1:1");
    outside("place like count", "1:1");
    outside("ok is true", "1:1");
    outside(&format!("weight > {}", "1 + ".repeat(1200) + "1"), "1:1");
    outside("ok and ".repeat(300).trim_end_matches("and "), "1:1");
}

#[test]
fn results_have_the_kind_that_is_wanted() {
    let faults = parse_expr("weight + 1", &scope(), &[Kind::Bool]).unwrap_err();
    assert_eq!(shown(&faults[0]), ":1:1 PACK-0209 expected=是/否 found=数字");
    assert!(parse_expr("1", &scope(), &[Kind::Decimal]).is_ok());
    assert!(parse_expr("interval '1 day'", &scope(), &[]).is_err());
    assert!(parse_expr("null", &scope(), &[Kind::Bool]).is_ok());
}

#[test]
fn dates_and_intervals_are_real() {
    refused("at > date '2012-02-30'", &["1:11 PACK-0210 text=2012-02-30"]);
    refused("at > born + interval '3 moons'", &["1:22 PACK-0210 text=3 moons"]);
    refused("at > born + interval '3'", &["1:22 PACK-0210 text=3"]);
}

#[test]
fn places_are_those_of_the_file() {
    let misspelt = "PACK-0202 name=visited_om suggestion=visited_on";
    check("care/forms/visit.toml", "require = \"visited_on <= at\"", "require = \"⟦visited_om <= at\"", &[misspelt]);
    let broken = "require = '''\n  visited_on <= at\n  and ⟦visited_om <= at'''";
    check("care/forms/visit.toml", "require = \"visited_on <= at\"", broken, &[misspelt]);
    let escaped = "require = \"place = '\\u0031' and ⟦visited_om <= at\"";
    check("care/forms/visit.toml", "require = \"visited_on <= at\"", escaped, &[misspelt]);
    check("care/forms/visit.toml", "weight > 100", "⟦weight > '100'", &["PACK-0203 op=> left=数字 right=文字"]);
    check("care/indicators.toml", "numerator = \"at_home\"", "numerator = \"⟦at_hme\"", &["PACK-0202 name=at_hme suggestion=at_home"]);
    check("care/indicators.toml", "numerator = \"at_home\"", "numerator = \"⟦place\"", &["PACK-0209 expected=是/否或数字 found=文字"]);
    let term = "PACK-0202 name=care.vists suggestion=care.visits";
    check("care/indicators.toml", "care.visits + care.home_rate.denominator", "⟦care.vists + care.home_rate.denominator", &[term]);
    check("care/rosters/L90.toml", "only = \"weight > 2\"", "only = \"⟦wight > 2\"", &["PACK-0202 name=wight suggestion=weight"]);
    check(
        "care/rosters/L90.toml",
        "sort = [\"village_name\"",
        "sort = [⟦\"vilage_name\"",
        &["PACK-0202 name=vilage_name suggestion=village_name"],
    );
    check("care/returns/R90.toml", "require = \"a2 <= a1\"", "require = \"a2 <= ⟦a11\"", &["PACK-0202 name=a11 suggestion=a1"]);
}
