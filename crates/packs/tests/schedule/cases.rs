//! `[[case.due]]`: what a worked case expects is held against the planner.

#![allow(clippy::format_push_string, reason = "texts of a test")]

use qianmo_core::Record;
use qianmo_core::schedule::Planner;
use qianmo_packs::load;

use crate::world::{World, faults, files};

const SCHEDULE: &str = "[[service]]\nid = \"care.visit\"\nname = \"访视\"\nname_en = \"Visit\"\nsource = \"测试\"\nafter = \"care.enrolment\"\nwhen = \"level >= 2\"\ndue = \"14 days\"\nclose = \"20 days\"\nby = [\"care.followup\"]\n\
    [[series]]\nid = \"care.series\"\nname = \"系列\"\nname_en = \"Series\"\nsource = \"测试\"\nafter = \"base.resident\"\nfrom = \"birth\"\nby = \"care.dose\"\nproduct = \"vaccine\"\nproducts = [\"A\"]\n[[series.course]]\n[[series.course.dose]]\nproducts = [\"A\"]\ndue = \"1 month\"\n[[series.course.dose]]\nproducts = [\"A\"]\ndue = \"2 months\"\n";

/// What each expectation gives; the records are the world's, the case names them.
fn check(due: &str) -> Vec<String> {
    let mut files = files(SCHEDULE);
    let record = |form: &str, subject: &str, resident: &str, at: &str, values: &str| {
        format!("[[case.record]]\nform = \"{form}\"\nsubject = \"{subject}\"\n{resident}at = {at}\nvalues = {{ {values} }}\n")
    };
    let mut text = String::from("[[case]]\ntitle = \"t\"\nperiod = \"2025\"\n");
    text += &record("base.resident", "wang", "", "2025-01-01", "birth = 2025-01-01");
    text += &record("care.enrolment", "wang/a", "resident = \"wang\"\n", "2025-01-01", "level = 2");
    text += &record("care.dose", "wang", "", "2025-02-01", "vaccine = \"A\"");
    text += &format!("[[case.due]]\n{due}\n");
    files.push(("care/cases/a.toml".to_owned(), text));
    let loaded = load(&files);
    assert_eq!(faults(&loaded.faults), [""; 0]);
    let world = World { planner: Planner::new(&loaded.packs), records: Vec::new() }
        .with("base.resident", "wang", "2025-01-01", "birth=2025-01-01")
        .with("care.enrolment", "wang/a", "2025-01-01", "level=2")
        .with("care.dose", "wang", "2025-02-01", "vaccine=A");
    let due = &loaded.packs.packs[1].cases[0].due[0];
    let records: Vec<&Record> = world.records.iter().collect();
    let subject = records[usize::from(due.subject != "wang")].subject.id;
    faults(world.planner.check_case(due, subject, &records).as_slice())
}

#[test]
fn what_agrees_is_silent_and_what_differs_says_both() {
    let visit = |rest: &str| check(&format!("subject = \"wang/a\"\nservice = \"care.visit\"\n{rest}"));
    let none: [&str; 0] = [];
    assert_eq!(visit("on = 2025-01-15\nstate = \"due\"\nopen = 2025-01-01\ndue = 2025-01-15\nclose = 2025-01-21"), none);
    assert_eq!(visit("on = 2025-01-22\nstate = \"overdue\""), none);
    assert_eq!(visit("on = 2024-12-31\nstate = \"none\""), none);
    assert_eq!(
        visit("on = 2025-01-22\nstate = \"due\"\ndue = 2025-01-15"),
        ["care/cases/a.toml:20:1 CASE-0106 service=care.visit subject=wang/a on=2025-01-22 expected=due due 2025-01-15 \
          computed=overdue open 2025-01-01 due 2025-01-15 close 2025-01-21（建档（2025年1月1日）后，访视：最迟2025年1月21日完成，已逾期1天）"]
    );
    assert_eq!(visit("on = 2025-01-15\nstate = \"due\"\ndue = 2025-01-16").len(), 1);
    assert_eq!(visit("on = 2025-01-15\nstate = \"none\"").len(), 1);
}

#[test]
fn a_series_is_asked_for_its_next_dose_or_for_one() {
    let series = |rest: &str| check(&format!("subject = \"wang\"\nservice = \"care.series\"\n{rest}")).len();
    assert_eq!(series("on = 2025-02-10\nstate = \"not_open\"\ndue = 2025-03-01"), 0);
    assert_eq!(series("on = 2025-02-10\ndose = 2\nstate = \"not_open\"\ndue = 2025-03-01"), 0);
    assert_eq!(series("on = 2025-02-10\ndose = 1\nstate = \"done\""), 0);
    assert_eq!(series("on = 2025-02-10\ndose = 1\nstate = \"due\""), 1);
    assert_eq!(series("on = 2025-02-10\ndose = 3\nstate = \"none\""), 0);
}

#[test]
fn a_subject_that_the_case_lacks_is_a_slip() {
    let mut files = files(SCHEDULE);
    let text = "[[case]]\ntitle = \"t\"\nperiod = \"2025\"\n[[case.record]]\nform = \"care.exam\"\nsubject = \"wang\"\nat = 2025-01-01\n\
                [[case.due]]\nsubject = \"wng\"\nservice = \"care.vist\"\non = 2025-01-01\nstate = \"doe\"\n";
    files.push(("care/cases/a.toml".to_owned(), text.to_owned()));
    let found = faults(&load(&files).faults);
    assert_eq!(
        found,
        [
            "care/cases/a.toml:9:11 PACK-0302 what=用例中的对象 id=wng suggestion=wang",
            "care/cases/a.toml:10:11 PACK-0302 what=服务 id=care.vist suggestion=care.visit",
            "care/cases/a.toml:12:9 PACK-0105 key=state value=doe known=not_open、due、overdue、done、declined、held、lapsed、stopped、superseded、none suggestion=due",
        ]
    );
}
