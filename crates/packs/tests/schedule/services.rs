//! Services: windows, repetition, what satisfies, stops, holds, declines, supersedes.

use crate::world::World;

/// A service with the keys that don't matter filled in.
fn service(id: &str, keys: &str) -> String {
    format!("[[service]]\nid = \"care.{id}\"\nname = \"{id}\"\nname_en = \"{id}\"\nsource = \"测试\"\n{keys}\n")
}

const VISIT: &str =
    "after = \"care.enrolment\"\nopen = \"7 days\"\ndue = \"14 days\"\nclose = \"19 days\"\nlapse = \"30 days\"\nby = [\"care.followup\"]";

#[test]
fn a_window_turns_on_its_days() {
    let world = World::new(&service("visit", VISIT)).with("care.enrolment", "wang/a", "2025-01-01", "");
    assert_eq!(world.ask("care.visit", "2025-01-01"), "not_open 2025-01-08..2025-01-15..2025-01-20..2025-01-31");
    let days = [("2024-12-31", ""), ("2025-01-07", "not_open"), ("2025-01-08", "due"), ("2025-01-15", "due"), ("2025-01-20", "due")];
    world.check("care.visit", &days);
    world.check("care.visit", &[("2025-01-21", "overdue"), ("2025-01-30", "overdue"), ("2025-01-31", "lapsed")]);
    assert_eq!(world.why("care.visit", "2025-01-22"), "建档（2025年1月1日）后，visit：最迟2025年1月20日完成，已逾期2天");
}

#[test]
fn the_first_record_from_the_opening_day_satisfies() {
    let world = |day: &str| {
        World::new(&service("visit", VISIT)).with("care.enrolment", "wang/a", "2025-01-01", "").with("care.followup", "wang/a", day, "")
    };
    world("2025-01-07").check("care.visit", &[("2025-01-08", "due")]);
    world("2025-01-08").check("care.visit", &[("2025-01-07", "not_open"), ("2025-01-08", "done"), ("2026-01-01", "done")]);
    assert!(world("2025-01-20").why("care.visit", "2025-02-01").ends_with("已于2025年1月20日完成"));
    assert!(world("2025-01-21").why("care.visit", "2025-02-01").ends_with("已于2025年1月21日完成，晚于规定的2025年1月20日"));
}

#[test]
fn another_episode_of_the_same_kind_satisfies_nothing_but_the_resident_does() {
    let by = VISIT.replace("[\"care.followup\"]", "[\"care.followup\", \"care.exam\"]");
    let world = || World::new(&service("visit", &by)).with("care.enrolment", "wang/a", "2025-01-01", "");
    world().with("care.followup", "wang/b", "2025-01-10", "").check("care.visit", &[("2025-01-10", "due")]);
    world().with("care.exam", "wang", "2025-01-10", "").check("care.visit", &[("2025-01-10", "done")]);
    world().with("care.exam", "li", "2025-01-10", "").check("care.visit", &[("2025-01-10", "due")]);
}

#[test]
fn each_bad_reading_asks_for_itself_and_the_next_answers() {
    let recheck = "after = \"care.followup\"\neach = true\nwhen = \"sbp >= 140\"\ndue = \"14 days\"\nby = [\"care.followup\"]";
    let world = World::new(&service("recheck", recheck))
        .with("care.followup", "wang/a", "2025-01-01", "sbp=140")
        .with("care.followup", "wang/a", "2025-01-10", "sbp=150")
        .with("care.followup", "wang/a", "2025-01-30", "sbp=139")
        .with("care.followup", "wang/a", "2025-02-01", "");
    assert_eq!(world.state("care.recheck", "2025-01-09"), "due");
    assert_eq!(world.ask("care.recheck", "2025-01-20"), "done 2025-01-01..2025-01-15..2025-01-15; due 2025-01-10..2025-01-24..2025-01-24");
    assert_eq!(world.state("care.recheck", "2025-01-25"), "overdue done");
    assert_eq!(world.state("care.recheck", "2025-03-25"), "done done");
    assert!(world.why("care.recheck", "2025-03-25").contains("已于2025年1月30日完成，晚于规定的2025年1月24日"));
}

#[test]
fn two_readings_of_one_day_stand_in_the_order_of_writing() {
    let recheck = "after = \"care.followup\"\nwhen = \"sbp >= 140\"\ndue = \"14 days\"\nby = [\"care.followup\"]";
    let world = World::new(&service("recheck", recheck)).with("care.followup", "wang/a", "2025-01-01", "sbp=150").with(
        "care.followup",
        "wang/a",
        "2025-01-01",
        "sbp=130",
    );
    assert_eq!(world.ask("care.recheck", "2025-01-02"), "");
    let world = world.with("care.followup", "wang/a", "2025-01-01", "sbp=150");
    assert_eq!(world.state("care.recheck", "2025-01-02"), "due");
}

#[test]
fn a_calendar_service_is_asked_once_in_each_period() {
    let quarterly = "after = \"care.enrolment\"\nevery = \"quarter\"\nby = [\"care.followup\"]\nby_when = \"mode <> '3'\"";
    let world = World::new(&service("quarterly", quarterly))
        .with("care.enrolment", "wang/a", "2025-02-10", "")
        .with("care.followup", "wang/a", "2025-04-01", "mode=3")
        .with("care.followup", "wang/a", "2025-07-01", "mode=1");
    assert_eq!(world.ask("care.quarterly", "2025-02-10"), "due 2025-02-10..2025-03-31..2025-03-31");
    assert_eq!(world.ask("care.quarterly", "2025-03-31"), "due 2025-02-10..2025-03-31..2025-03-31");
    assert_eq!(world.ask("care.quarterly", "2025-06-30"), "due 2025-04-01..2025-06-30..2025-06-30");
    assert_eq!(world.ask("care.quarterly", "2025-07-01"), "done 2025-07-01..2025-09-30..2025-09-30");
    assert_eq!(world.state("care.quarterly", "2025-10-01"), "due");
}

#[test]
fn times_count_within_the_period() {
    let twice =
        "after = \"care.clinic\"\nfrom = \"at\"\nevery = \"ten_days\"\ntimes = 2\nby = [\"care.report\"]\nasks = false\ndue = \"3 days\"";
    let world = World::new(&service("zero", twice))
        .with("care.clinic", "clinic", "2025-01-01", "")
        .with("care.report", "clinic", "2025-02-20", "zero=yes")
        .with("care.report", "clinic", "2025-02-21", "zero=yes")
        .with("care.report", "clinic", "2025-02-24", "zero=yes")
        .with("care.report", "other", "2025-02-21", "zero=yes");
    assert_eq!(world.ask("care.zero", "2025-02-22"), "due 2025-02-21..2025-02-24..2025-02-24");
    assert_eq!(world.why("care.zero", "2025-02-22"), "zero：本期已做1次，共应2次，最迟2025年2月24日完成");
    world.check("care.zero", &[("2025-02-20", "overdue"), ("2025-02-24", "done"), ("2025-03-01", "due")]);
}

#[test]
fn the_period_is_a_name() {
    let elderly = "after = \"base.resident\"\nwhen = \"years(birth, period_end) >= 65\"\nevery = \"year\"\nby = [\"care.exam\"]";
    let world = |birth: &str| World::new(&service("exam", elderly)).with("base.resident", "wang", "2020-01-01", &format!("birth={birth}"));
    world("1960-12-31").check("care.exam", &[("2025-01-01", "due"), ("2024-12-31", "")]);
    world("1961-01-01").check("care.exam", &[("2025-12-31", ""), ("2026-01-01", "due")]);
}

#[test]
fn again_so_long_after_the_last_time() {
    let monthly = "after = \"care.enrolment\"\nopen = \"10 days\"\ndue = \"14 days\"\nclose = \"16 days\"\nevery = \"1 month\"\nby = [\"care.followup\"]";
    let world = World::new(&service("monthly", monthly)).with("care.enrolment", "wang/a", "2025-01-01", "");
    assert_eq!(world.ask("care.monthly", "2025-01-11"), "due 2025-01-11..2025-01-15..2025-01-17");
    let world = world.with("care.followup", "wang/a", "2025-01-31", "");
    // A month after 31 January is 28 February; opening and closing keep their distance.
    assert_eq!(world.ask("care.monthly", "2025-02-01"), "done 2025-02-24..2025-02-28..2025-03-02");
    world.check("care.monthly", &[("2025-02-23", "done"), ("2025-02-24", "due"), ("2025-03-02", "due"), ("2025-03-03", "overdue")]);
    let early = world.with("care.followup", "wang/a", "2025-02-23", "");
    early.check("care.monthly", &[("2025-02-28", "due")]);
    let right = early.with("care.followup", "wang/a", "2025-02-24", "");
    assert_eq!(right.ask("care.monthly", "2025-02-28"), "done 2025-03-20..2025-03-24..2025-03-26");
}

#[test]
fn without_a_satisfying_form_the_anchor_itself_is_the_last_time() {
    let world = World::new(&service("again", "after = \"care.followup\"\nevery = \"3 months\""))
        .with("care.followup", "wang/a", "2025-01-01", "")
        .with("care.followup", "wang/a", "2025-02-15", "");
    assert_eq!(world.ask("care.again", "2025-05-14"), "done 2025-05-15..2025-05-15..2025-05-15");
    world.check("care.again", &[("2025-05-15", "due"), ("2025-05-16", "overdue")]);
}

#[test]
fn death_stops_all_and_moving_away_until_the_return() {
    let stops = "[[stop]]\nform = \"base.death\"\nservices = \"all\"\nreason = \"已死亡\"\n\
                 [[stop]]\nform = \"base.departure\"\nwhen = \"away\"\nresumed_by = \"base.resident\"\nreason = \"已迁出\"\n\
                 [[stop]]\nform = \"care.closing\"\nservices = [\"care.visit\"]\nreason = \"已结案\"\n";
    let text = service("visit", VISIT) + &service("other", "after = \"care.enrolment\"\ndue = \"1 year\"\nby = [\"care.exam\"]") + stops;
    let world = || World::new(&text).with("base.resident", "wang", "2020-01-01", "").with("care.enrolment", "wang/a", "2025-01-01", "");
    let dead = world().with("base.death", "wang", "2025-01-10", "");
    dead.check("care.visit", &[("2025-01-09", "due"), ("2025-01-10", "stopped"), ("2026-01-10", "stopped")]);
    assert_eq!(dead.why("care.visit", "2025-03-01"), "建档（2025年1月1日）后，visit：已死亡（2025年1月10日）");
    world().with("base.departure", "wang", "2025-01-10", "away=no").check("care.visit", &[("2025-01-10", "due")]);
    let away = world().with("base.departure", "wang", "2025-01-10", "away=yes");
    away.check("care.visit", &[("2025-01-10", "stopped")]);
    let back = away.with("base.resident", "wang", "2025-01-12", "");
    back.check("care.visit", &[("2025-01-11", "stopped"), ("2025-01-12", "due")]);
    let closed = world().with("care.closing", "wang/a", "2025-01-10", "").with("care.closing", "wang/b", "2025-01-01", "");
    closed.check("care.visit", &[("2025-01-09", "due"), ("2025-01-10", "stopped")]);
    closed.check("care.other", &[("2025-01-10", "due")]);
    // What was done stays done.
    world()
        .with("care.followup", "wang/a", "2025-01-09", "")
        .with("base.death", "wang", "2025-01-10", "")
        .check("care.visit", &[("2025-01-11", "done")]);
}

#[test]
fn a_hold_puts_off_up_to_its_day() {
    let text = service("visit", VISIT) + "[[hold]]\nform = \"care.ban\"\nuntil = \"until\"\nreason = \"暂缓\"\n";
    let world = || World::new(&text).with("care.enrolment", "wang/a", "2025-01-01", "");
    let held = world().with("care.ban", "wang", "2025-01-05", "until=2025-01-22");
    held.check("care.visit", &[("2025-01-07", "not_open"), ("2025-01-08", "held"), ("2025-01-21", "held"), ("2025-01-22", "overdue")]);
    assert!(held.why("care.visit", "2025-01-08").ends_with("暂缓，暂缓至2025年1月22日"));
    world().with("care.ban", "wang", "2025-01-05", "").check("care.visit", &[("2025-01-29", "held"), ("2025-01-31", "lapsed")]);
}

const DECLINE: &str = "[decline]\nform = \"base.decline\"\nservice = \"service\"\nwish = \"wishes\"\nagain = \"3 months\"\nasks = 2\n";

#[test]
fn a_declined_service_is_asked_again_twice_then_only_at_the_wish() {
    let yearly = "after = \"base.resident\"\nevery = \"year\"\nby = [\"care.exam\"]";
    let text =
        service("exam", yearly) + &service("must", &format!("{}\nasks = false", yearly.replace("care.exam", "care.followup"))) + DECLINE;
    let world =
        World::new(&text).with("base.resident", "wang", "2020-01-01", "").with("base.decline", "wang", "2025-01-10", "service=care.exam");
    world.check("care.exam", &[("2025-01-09", "due"), ("2025-01-10", "declined"), ("2025-04-09", "declined"), ("2025-04-10", "due")]);
    world.check("care.must", &[("2025-01-10", "due")]);
    assert!(world.why("care.exam", "2025-02-01").ends_with("本人已谢绝，2025年4月10日后再询问"));
    let world = world.with("base.decline", "wang", "2025-04-10", "service=care.exam");
    world.check("care.exam", &[("2025-07-09", "declined"), ("2025-07-10", "due")]);
    let world = world.with("base.decline", "wang", "2025-07-10", "service=care");
    world.check("care.exam", &[("2025-10-10", "declined"), ("2031-01-01", "declined")]);
    assert!(world.why("care.exam", "2031-01-01").ends_with("不再询问；本人提出时再做"));
    let wished = world.with("base.decline", "wang", "2031-02-01", "service=care.exam wishes=yes");
    wished.check("care.exam", &[("2031-01-31", "declined"), ("2031-02-01", "due")]);
    wished
        .with("base.decline", "wang", "2031-02-02", "service=care.exam")
        .check("care.exam", &[("2031-05-01", "declined"), ("2031-05-02", "due")]);
}

#[test]
fn doing_it_ends_what_was_declined_before() {
    let yearly = "after = \"base.resident\"\nevery = \"year\"\nby = [\"care.exam\"]";
    let world = World::new(&(service("exam", yearly) + DECLINE))
        .with("base.resident", "wang", "2020-01-01", "")
        .with("base.decline", "wang", "2024-10-10", "service=care.exam")
        .with("care.exam", "wang", "2024-12-01", "");
    world.check("care.exam", &[("2024-11-01", "declined"), ("2024-12-01", "done"), ("2025-01-01", "due")]);
}

#[test]
fn what_is_superseded_waits_while_the_other_is_asked() {
    let recheck = "after = \"care.followup\"\nwhen = \"sbp >= 140\"\ndue = \"14 days\"\nlapse = \"20 days\"\nby = [\"care.followup\"]\nsupersedes = [\"care.quarterly\"]\nurgency = 2";
    let quarterly = "after = \"care.enrolment\"\nevery = \"quarter\"\nby = [\"care.exam\"]";
    let world = World::new(&(service("recheck", recheck) + &service("quarterly", quarterly)))
        .with("care.enrolment", "wang/a", "2024-12-01", "")
        .with("care.followup", "wang/a", "2025-01-05", "sbp=150");
    world.check(
        "care.quarterly",
        &[("2025-01-04", "due"), ("2025-01-05", "superseded"), ("2025-01-24", "superseded"), ("2025-01-25", "due")],
    );
    assert_eq!(world.why("care.quarterly", "2025-01-06"), "建档（2024年12月1日）后，quarterly：由“recheck”代替");
    let first: Vec<String> = world.items("2025-01-06").iter().map(|item| item.service.to_string()).collect();
    assert_eq!(first, ["care.recheck", "care.quarterly"]);
    world.with("care.enrolment", "li/a", "2024-12-01", "").check("care.quarterly", &[("2025-01-06", "due superseded")]);
}

#[test]
fn names_reach_the_person_and_the_latest_records() {
    let first = "after = \"care.enrolment\"\nwhen = \"resident.town and base.death.at is null and care.exam.grade > level and care.exam.at <= today\"\ndue = \"7 days\"\nby = [\"care.followup\"]\nby_when = \"sbp > anchor.level and at > anchor.at\"";
    let world = |town: &str, grade: &str| {
        World::new(&service("first", first))
            .with("base.resident", "wang", "2020-01-01", "")
            .with("base.resident", "wang", "2024-01-01", town)
            .with("care.exam", "wang", "2023-01-01", "grade=9")
            .with("care.exam", "wang", "2024-01-01", grade)
            .with("care.enrolment", "wang/a", "2025-01-01", "level=3")
    };
    world("town=yes", "grade=4").check("care.first", &[("2025-01-02", "due")]);
    world("town=yes", "grade=3").check("care.first", &[("2025-01-02", "")]);
    world("town=no", "grade=4").check("care.first", &[("2025-01-02", "")]);
    world("", "grade=4").check("care.first", &[("2025-01-02", "")]);
    let done = |day: &str, values: &str| world("town=yes", "grade=4").with("care.followup", "wang/a", day, values);
    done("2025-01-01", "sbp=4").check("care.first", &[("2025-01-02", "due")]);
    done("2025-01-02", "sbp=3").check("care.first", &[("2025-01-02", "due")]);
    done("2025-01-02", "sbp=4").check("care.first", &[("2025-01-02", "done")]);
}

#[test]
fn an_unknown_anchor_date_is_said_not_guessed() {
    let world = World::new(&service(
        "next",
        "after = \"care.followup\"\nfrom = \"next\"\ndue = \"0 days\"\nopen = \"-7 days\"\nby = [\"care.followup\"]",
    ))
    .with("care.followup", "wang/a", "2025-01-01", "");
    assert_eq!(world.ask("care.next", "2025-06-01"), "not_open ?..?..?");
    assert!(world.why("care.next", "2025-06-01").ends_with("不知道起算日期，无法推算；请先补全档案"));
    let known = world.with("care.followup", "wang/a", "2025-01-02", "next=2025-03-01");
    assert_eq!(known.ask("care.next", "2025-02-22"), "due 2025-02-22..2025-03-01..2025-03-01");
}
