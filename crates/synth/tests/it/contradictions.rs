//! Figures that contradict each other are refused, naming those that clash.

use crate::toy::{changed, figures, made, options, packs, refused};

fn check(changes: &[&str], code: &str, words: &[&str]) {
    let faults = refused(&packs(), &figures(changes), &options());
    let found = faults.iter().find(|fault| fault.code == code).unwrap_or_else(|| panic!("{code} not in {faults:?}"));
    let text = found.to_string();
    for word in words {
        assert!(text.contains(word), "{word} not in {text}");
    }
}

#[test]
fn a_printed_rate_that_its_operands_dont_give() {
    check(&["women_share=51.00"], "SYNTH-0201", &["stated=51.00", "computed=50.83", "妇女 women=61", "总人口 people=120", "玩具.csv"]);
    check(&["women=60"], "SYNTH-0201", &["computed=50.00"]);
}

#[test]
fn a_paper_known_to_contradict_itself_gives_the_computed_value() {
    let text = crate::toy::FIGURES.replace("50.83,2,yes", "99.00,2,no");
    let figures = qianmo_synth::Figures::read("玩具.csv", text.as_bytes()).unwrap();
    assert!(made(&packs(), &figures, &options()).is_ok());
}

#[test]
fn a_rule_names_the_figures_behind_its_lets() {
    check(&["visited=31"], "SYNTH-0202", &["走访多于困难居民", "困难居民 poor=30", "走访 visited=31"]);
}

#[test]
fn several_contradictions_are_told_at_once() {
    let faults = refused(&packs(), &figures(&["visited=31", "women_share=12"]), &options());
    assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), ["SYNTH-0201", "SYNTH-0202"]);
}

#[test]
fn more_wanted_than_there_are() {
    check(&["poor=130", "visited=25"], "SYNTH-0301", &["wanted=130", "available=120", "困难居民 poor=130", "总人口 people=120"]);
    let faults = refused(&packs(), &figures(&["newborns=62", "poor=130"]), &options());
    let wanted: Vec<_> = faults.iter().filter_map(|fault| fault.param("wanted")).collect();
    assert_eq!(wanted, ["130"], "what follows from a group that is short already isn't told again: {faults:?}");
}

#[test]
fn a_pool_by_a_mark_names_the_figure_of_the_mark() {
    check(&["newborns=62"], "SYNTH-0301", &["wanted=62", "available=61", "出生 newborns=62", "妇女 women=61"]);
}

#[test]
fn marks_behind_an_expression_are_named_and_what_follows_isnt_told() {
    let packs = changed("only = \"woman\"\ncount = \"newborns\"", "only = \"sex = '2'\"\ncount = \"newborns\"");
    let faults = refused(&packs, &figures(&["newborns=62"]), &options());
    assert!(faults[0].param("figures").unwrap().contains("妇女 women=61"), "{faults:?}");
    let linked = changed("from = [\"newborns\"]", "from = [\"newborns\"]\nlink = { to = \"households\" }");
    let faults = refused(&linked, &figures(&["households=-1"]), &options());
    assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), ["SYNTH-0204"]);
}

#[test]
fn a_total_that_cannot_be_shared() {
    check(
        &["paid_yuan=0.29"],
        "SYNTH-0302",
        &["total=0.29", "members=30", "low=0.30", "high=不限", "补助金额 paid_yuan=0.29", "困难居民 poor=30"],
    );
    check(&["paid_yuan=1", "poor=0", "visited=0"], "SYNTH-0302", &["members=0"]);
}

#[test]
fn more_households_than_people() {
    check(&["households=121"], "SYNTH-0303", &["总户数 households=121", "总人口 people=120"]);
    check(&["households=0"], "SYNTH-0303", &["targets=0"]);
}

#[test]
fn a_missing_figure_is_named_and_one_with_a_default_isnt_missed() {
    let without = |id: &str| {
        let lines = crate::toy::FIGURES.lines().filter(|line| !line.starts_with(&format!("{id},"))).collect::<Vec<_>>().join("\n");
        qianmo_synth::Figures::read("玩具.csv", lines.as_bytes()).unwrap()
    };
    let faults = refused(&packs(), &without("poor"), &options());
    assert!(faults.iter().any(|fault| fault.code == "SYNTH-0203" && fault.param("figure") == Some("poor")), "{faults:?}");
    assert!(made(&packs(), &without("newborns"), &options()).is_ok());
    assert!(made(&packs(), &without("women_share"), &options()).is_ok());
}

#[test]
fn a_count_is_whole_and_not_negative() {
    check(&["newborns=2.5"], "SYNTH-0204", &["value=2.5", "出生 newborns=2.5"]);
    let packs = changed("count = \"visited\"", "count = \"visited - 40\"");
    let faults = refused(&packs, &figures(&[]), &options());
    assert_eq!((faults[0].code, faults[0].param("value")), ("SYNTH-0204", Some("-15")));
}

#[test]
fn until_and_area_must_make_sense() {
    let early = qianmo_synth::Options { until: Some(jiff::civil::date(2012, 12, 30)), ..options() };
    assert_eq!(refused(&packs(), &figures(&[]), &early)[0].code, "SYNTH-0401");
    let village = qianmo_synth::Options { area: "530599100201".parse().ok(), ..options() };
    assert_eq!(refused(&packs(), &figures(&[]), &village)[0].code, "SYNTH-0402");
    assert_eq!(refused(&packs(), &figures(&["villages=200"]), &options())[0].code, "SYNTH-0402");
}
