//! Series: which doses count, what comes next and when; courses, holds, conflicts, spoiled data.

use crate::world::World;

fn series(keys: &str, courses: &str) -> String {
    format!(
        "[[series]]\nid = \"care.series\"\nname = \"系列\"\nname_en = \"Series\"\nsource = \"测试\"\nafter = \"base.resident\"\nfrom = \"birth\"\n\
         by = \"care.dose\"\nproduct = \"vaccine\"\nproducts = [\"A\", \"A-I\", \"L\"]\n{keys}\n{courses}"
    )
}

fn dose(keys: &str) -> String {
    format!("[[series.course.dose]]\n{keys}\n")
}

const ONE: &str = "products = [\"A\"]\ndue = \"1 month\"\nearliest = \"28 days\"\nclose = \"3 months\"";
const TWO: &str = "products = [\"A\", \"A-I\"]\ndue = \"2 months\"\ninterval = \"28 days\"";

fn plain() -> String {
    series("until = \"18 years\"", &format!("[[series.course]]\nname = \"常规\"\n{}{}", dose(ONE), dose(TWO)))
}

fn born(text: &str, day: &str) -> World {
    World::new(text).with("base.resident", "wang", day, &format!("birth={day}"))
}

fn given(world: World, doses: &[(&str, &str)]) -> World {
    doses.iter().fold(world, |world, (day, vaccine)| world.with("care.dose", "wang", day, &format!("vaccine={vaccine}")))
}

#[test]
fn the_first_dose_turns_on_its_days() {
    let world = born(&plain(), "2025-01-31");
    assert_eq!(world.ask("care.series", "2025-02-01"), "not_open 2025-02-28..2025-02-28..2025-04-29..2043-01-31");
    world.check("care.series", &[("2025-02-27", "not_open"), ("2025-02-28", "due"), ("2025-04-29", "due"), ("2025-04-30", "overdue")]);
    world.check("care.series", &[("2043-01-30", "overdue"), ("2043-01-31", "lapsed")]);
    assert_eq!(world.why("care.series", "2025-05-01"), "系列第1剂：最迟2025年4月29日完成，已逾期2天");
}

#[test]
fn the_next_dose_waits_for_age_and_interval() {
    let world = given(born(&plain(), "2025-01-01"), &[("2025-01-29", "A")]);
    assert_eq!(world.ask("care.series#1", "2025-02-01"), "done 2025-01-29..2025-02-01..2025-03-31");
    assert_eq!(world.ask("care.series#2", "2025-02-01"), "not_open 2025-03-01..2025-03-01..2025-03-31..2043-01-01");
    let late = given(born(&plain(), "2025-01-01"), &[("2025-04-01", "A")]);
    assert!(late.why("care.series", "2025-05-01").contains("已于2025年4月1日完成，晚于规定的2025年3月31日"));
    assert_eq!(late.ask("care.series#2", "2025-04-28"), "not_open 2025-04-29..2025-04-29..2025-05-28..2043-01-01");
    late.check("care.series#2", &[("2025-04-29", "due"), ("2025-05-28", "due"), ("2025-05-29", "overdue")]);
}

#[test]
fn a_dose_too_early_counts_for_nothing_but_the_interval() {
    let young = given(born(&plain(), "2025-01-01"), &[("2025-01-28", "A")]);
    assert_eq!(young.state("care.series", "2025-01-29"), "due");
    assert!(young.why("care.series", "2025-01-29").ends_with("；有一剂接种过早（最早2025年1月29日），不计入，须重新接种"));
    given(born(&plain(), "2025-01-01"), &[("2025-01-29", "A")]).check("care.series#1", &[("2025-01-29", "done")]);

    let soon = |day: &str| given(born(&plain(), "2025-01-01"), &[("2025-02-20", "A"), (day, "A")]);
    soon("2025-03-20").check("care.series#2", &[("2025-03-20", "done")]);
    let world = soon("2025-03-19");
    assert_eq!(world.ask("care.series#2", "2025-03-20"), "not_open 2025-04-16..2025-04-16..2025-05-15..2043-01-01");
    assert!(world.why("care.series", "2025-03-20").contains("间隔不足（最早2025年3月20日）"));
    given(world, &[("2025-04-16", "A-I")]).check("care.series#2", &[("2025-04-16", "done")]);
}

#[test]
fn spoiled_records_are_said_and_lose_nothing() {
    let world = given(born(&plain(), "2025-01-01"), &[("2024-12-31", "A"), ("2025-02-01", "A"), ("2025-02-01", "A"), ("2025-02-02", "B")]);
    assert_eq!(world.state("care.series", "2025-02-10"), "done not_open");
    let why = world.why("care.series", "2025-02-10");
    assert!(why.contains("日期早于起算日期") && why.contains("同一天记了两剂"), "{why}");
    // A corrected birth date corrects what follows from it.
    let corrected = world.with("base.resident", "wang", "2025-03-01", "birth=2024-11-20");
    assert_eq!(corrected.state("care.series", "2025-03-02"), "done done");
    let unknown = World::new(&plain()).with("base.resident", "wang", "2025-01-01", "").with("care.dose", "wang", "2025-02-01", "vaccine=A");
    assert_eq!(unknown.ask("care.series", "2025-03-01"), "not_open ?..?..?");
    // One dose of a product that isn't known, one of twins: the other child's.
    let twins = born(&plain(), "2025-01-01").with("care.dose", "wang", "2025-02-01", "").with("care.dose", "li", "2025-02-01", "vaccine=A");
    twins.check("care.series", &[("2025-02-01", "due")]);
}

#[test]
fn the_row_in_force_on_the_day_decides() {
    let rows = format!(
        "[[series.course]]\n{}{}{}",
        dose("number = 1\nproducts = [\"A\"]\ndue = \"3 months\"\nto = 2024-12-31"),
        dose("number = 1\nproducts = [\"A\"]\ndue = \"2 months\"\nfrom = 2025-01-01"),
        dose("products = [\"A\"]\ndue = \"4 months\"\ninterval = \"28 days\"")
    );
    let text = series("", &rows);
    // Two months on 1 November 2024: the old row still holds, three months.
    given(born(&text, "2024-09-01"), &[("2024-11-30", "A")]).check("care.series#1", &[("2024-11-30", "not_open")]);
    given(born(&text, "2024-09-01"), &[("2024-12-01", "A")]).check("care.series#1", &[("2024-12-01", "done")]);
    // Planned by the old row up to its end, then by the new one.
    assert_eq!(born(&text, "2024-09-01").ask("care.series", "2024-11-15"), "not_open 2024-12-01..2024-12-01..2024-12-31");
    assert_eq!(born(&text, "2024-10-15").ask("care.series", "2024-12-20"), "not_open 2025-01-01..2025-01-01..2025-01-31");
    given(born(&text, "2024-11-01"), &[("2025-01-01", "A")]).check("care.series#1", &[("2025-01-01", "done")]);
    given(born(&text, "2024-11-01"), &[("2024-12-31", "A")]).check("care.series#1", &[("2024-12-31", "not_open")]);
}

fn alternatives() -> String {
    let live = format!(
        "[[series.course]]\nname = \"活\"\n{}{}",
        dose("products = [\"L\"]\ndue = \"8 months\""),
        dose("products = [\"L\"]\ndue = \"2 years\"\ninterval = \"12 months\"")
    );
    let dead = format!(
        "[[series.course]]\nname = \"灭\"\n{}{}",
        dose("products = [\"A-I\"]\ndue = \"8 months\""),
        dose("products = [\"A-I\"]\ndue = \"8 months\"\ninterval = \"7 days\"")
    );
    series("", &(live + &dead)) + "[[hold]]\nform = \"care.ban\"\nuntil = \"until\"\nproduct = \"vaccine\"\nreason = \"禁忌\"\n"
}

#[test]
fn the_course_is_the_one_that_can_go_on() {
    let text = alternatives();
    let course = |world: &World, on: &str| {
        let items = world.items(on);
        items.last().map(|item| item.detail.as_ref().unwrap().course.to_string()).unwrap()
    };
    let none = born(&text, "2024-01-01");
    assert_eq!(course(&none, "2024-10-01"), "活");
    let dead = given(born(&text, "2024-01-01"), &[("2024-09-01", "A-I")]);
    assert_eq!(course(&dead, "2024-09-02"), "灭");
    assert_eq!(dead.ask("care.series#2", "2024-09-02"), "not_open 2024-09-08..2024-09-08..2024-10-07");
    // Live vaccine ruled out for good: the other course. For a time: it waits.
    let never = none.with("care.ban", "wang", "2024-05-01", "vaccine=L");
    assert_eq!(course(&never, "2024-10-01"), "灭");
    let later = born(&text, "2024-01-01").with("care.ban", "wang", "2024-05-01", "vaccine=L until=2024-10-15");
    later.check("care.series", &[("2024-08-31", "not_open"), ("2024-09-01", "held"), ("2024-10-14", "held"), ("2024-10-15", "overdue")]);
    // Both ruled out for good.
    let both = never.with("care.ban", "wang", "2024-05-01", "vaccine=A-I");
    assert_eq!(both.state("care.series", "2024-10-01"), "held");
    assert!(both.why("care.series", "2024-10-01").ends_with("第1剂：禁忌"));
    // Mixed: neither fits; the first is gone on with, and what doesn't fit is said.
    let mixed = given(born(&text, "2024-01-01"), &[("2024-09-01", "L"), ("2024-10-01", "A-I")]);
    assert!(mixed.why("care.series", "2024-10-02").contains("有一剂的品种与程序不符"));
    assert_eq!(mixed.state("care.series", "2024-10-02"), "done not_open");
}

#[test]
fn catching_up_is_a_course_of_its_own() {
    let young = format!(
        "[[series.course]]\nname = \"婴儿\"\nwhen = \"age_months < 24 or first_months < 24 and doses >= 2\"\n{}{}",
        dose("products = [\"A\"]\ndue = \"6 months\""),
        dose("products = [\"A\"]\ndue = \"9 months\"\ninterval = \"3 months\"")
    );
    let old = format!(
        "[[series.course]]\nname = \"补种\"\n{}",
        dose("products = [\"A\", \"A-I\"]\ndue = \"24 months\"\nearliest = \"6 months\"\ninterval = \"3 months\"")
    );
    let text = series("", &(young + &old));
    let world = born(&text, "2023-01-01");
    assert_eq!(world.ask("care.series", "2024-12-31"), "overdue 2023-07-01..2023-07-01..2023-07-31");
    assert_eq!(world.ask("care.series", "2025-01-01"), "due 2023-07-01..2025-01-01..2025-01-31");
    let complete = given(born(&text, "2023-01-01"), &[("2023-07-01", "A"), ("2023-10-01", "A")]);
    assert_eq!(complete.state("care.series", "2026-01-01"), "done done");
    given(born(&text, "2023-01-01"), &[("2023-07-01", "A")])
        .check("care.series", &[("2025-01-01", "done"), ("2024-12-31", "overdue done")]);
}

#[test]
fn what_is_too_late_or_not_needed_is_passed_over() {
    let rows = format!(
        "[[series.course]]\n{}{}{}",
        dose("products = [\"A\"]\ndue = \"2 months\"\nuntil = \"12 months\"\nasks_for = \"做皮试\""),
        dose("products = [\"A-I\"]\ndue = \"18 months\"\nunless = \"given_a_i >= 1 or doses = 0 and age_years >= 4\""),
        dose("products = [\"A-I\", \"L\"]\ndue = \"4 years\"\nuntil = \"5 years\"")
    );
    let text = series("", &rows);
    let world = born(&text, "2020-01-01");
    assert!(world.why("care.series", "2020-03-01").ends_with("；须先做皮试"));
    world.check("care.series#1", &[("2020-12-31", "overdue"), ("2021-01-01", "")]);
    assert_eq!(world.ask("care.series#2", "2021-01-01"), "not_open 2021-07-01..2021-07-01..2021-07-31");
    assert_eq!(world.ask("care.series", "2024-01-01"), "due 2024-01-01..2024-01-01..2024-01-31..2025-01-01");
    world.check("care.series", &[("2024-12-31", "overdue"), ("2025-01-01", "lapsed")]);
    // Given at an age for the second only, it is the second; what comes after the last is one too many.
    let late = given(born(&text, "2020-01-01"), &[("2021-07-01", "A-I")]);
    assert_eq!(late.state("care.series#2", "2021-07-02"), "done");
    let full = given(late, &[("2024-01-01", "L"), ("2024-02-01", "L")]);
    assert_eq!(full.state("care.series", "2026-01-01"), "done done");
}

#[test]
fn two_live_vaccines_keep_their_distance() {
    let other = "[[series]]\nid = \"care.other\"\nname = \"另\"\nname_en = \"Other\"\nsource = \"测试\"\nafter = \"base.resident\"\nfrom = \"birth\"\nby = \"care.dose\"\nproduct = \"vaccine\"\nproducts = [\"B\"]\n[[series.course]]\n[[series.course.dose]]\nproducts = [\"B\"]\ndue = \"8 months\"\n";
    let text = plain() + other + "[[conflict]]\nproducts = [\"B\", \"A\"]\ninterval = \"28 days\"\nreason = \"间隔不足28天\"\n";
    // Open since 1 September; given the other on the 10th: waits until 8 October, but the same day is allowed.
    let world = given(born(&text, "2025-01-01"), &[("2025-09-10", "A")]);
    world.check(
        "care.other",
        &[("2025-09-09", "due"), ("2025-09-10", "due"), ("2025-09-11", "held"), ("2025-10-07", "held"), ("2025-10-08", "overdue")],
    );
    assert_eq!(world.ask("care.other", "2025-09-11"), "held 2025-09-01..2025-10-08..2025-10-08");
    assert!(world.why("care.other", "2025-09-11").ends_with("间隔不足28天，最早2025年10月8日"));
    // Given shortly before it opens: it opens later, for good.
    let world = given(born(&text, "2025-01-01"), &[("2025-08-20", "A")]);
    assert_eq!(world.ask("care.other", "2025-08-21"), "not_open 2025-09-17..2025-09-17..2025-10-16");
    assert_eq!(world.ask("care.other", "2025-12-01"), "overdue 2025-09-17..2025-09-17..2025-10-16");
    given(born(&text, "2025-01-01"), &[("2025-08-04", "A")]).check("care.other", &[("2025-09-01", "due")]);
}

#[test]
fn a_series_after_an_event_has_nothing_to_do_with_the_one_before() {
    let text = series(
        "",
        &format!(
            "[[series.course]]\n{}{}",
            dose("products = [\"A\"]\ndue = \"0 days\"\nclose = \"24 hours\""),
            dose("products = [\"A\"]\ndue = \"3 days\"\ninterval = \"3 days\"")
        ),
    )
    .replace("after = \"base.resident\"\nfrom = \"birth\"", "after = \"care.exam\"");
    let world = World::new(&text).with("care.exam", "wang", "2025-01-01", "");
    let world = given(world, &[("2025-01-01", "A"), ("2025-01-04", "A")]);
    assert_eq!(world.state("care.series", "2025-01-04"), "done done");
    let bitten = world.with("care.exam", "wang", "2025-06-01", "");
    bitten.check("care.series", &[("2025-06-01", "due"), ("2025-06-02", "due"), ("2025-06-03", "overdue")]);
    assert!(!bitten.why("care.series", "2025-06-01").contains("不计入"));
}

#[test]
fn stops_declines_and_whole_holds_reach_series() {
    let text = plain()
        + "[[stop]]\nform = \"base.death\"\nservices = \"all\"\nreason = \"已死亡\"\n[[hold]]\nform = \"care.ban\"\nuntil = \"until\"\nservices = [\"care.series\"]\nreason = \"发热\"\n[decline]\nform = \"base.decline\"\nservice = \"service\"\nwish = \"wishes\"\nagain = \"3 months\"\n";
    let world = || given(born(&text, "2025-01-01"), &[("2025-02-01", "A")]);
    world()
        .with("base.death", "wang", "2025-03-05", "")
        .check("care.series", &[("2025-03-04", "done due"), ("2025-03-05", "done stopped")]);
    world()
        .with("care.ban", "wang", "2025-03-01", "until=2025-03-08")
        .check("care.series", &[("2025-03-07", "done held"), ("2025-03-08", "done due")]);
    let declined = world().with("base.decline", "wang", "2025-03-02", "service=care.series");
    declined.check("care.series", &[("2025-03-02", "done declined"), ("2025-06-01", "done declined"), ("2025-06-02", "overdue done")]);
}
