//! What is wrong with a schedule is said with a code and its place, and the rest is kept.

use crate::world::{faults, loaded};

const HEAD: &str = "name = \"n\"\nname_en = \"n\"\nsource = \"s\"\n";

fn service(id: &str, keys: &str) -> String {
    format!("[[service]]\nid = \"care.{id}\"\n{HEAD}{keys}\n")
}

fn series(id: &str, rows: &str) -> String {
    format!(
        "[[series]]\nid = \"care.{id}\"\n{HEAD}after = \"base.resident\"\nfrom = \"birth\"\nby = \"care.dose\"\nproduct = \"vaccine\"\nproducts = [\"A\"]\n[[series.course]]\n{rows}"
    )
}

fn row(keys: &str) -> String {
    format!("[[series.course.dose]]\nproducts = [\"A\"]\n{keys}\n")
}

/// The faults of a schedule, by code.
fn check(schedule: &str, expected: &[&str]) {
    assert_eq!(faults(&loaded(schedule).faults), expected, "{schedule}");
}

const GOOD: &str = "after = \"care.enrolment\"\ndue = \"14 days\"\nby = [\"care.followup\"]";

#[test]
fn days_stand_in_their_order() {
    check(&service("a", GOOD), &[]);
    let with = |keys: &str| service("a", &format!("{GOOD}\n{keys}"));
    check(&with("open = \"14 days\"\nclose = \"14 days\"\nlapse = \"15 days\""), &[]);
    check(&with("open = \"15 days\""), &["1:1 SCHEDULE-0101 earlier=open first=15 days later=due second=14 days"]);
    check(&with("close = \"13 days\""), &["1:1 SCHEDULE-0101 earlier=due first=14 days later=close second=13 days"]);
    check(&with("lapse = \"14 days\""), &["1:1 SCHEDULE-0101 earlier=due first=14 days later=lapse second=14 days"]);
    check(&with("every = \"0 days\""), &["1:1 SCHEDULE-0101 earlier=0 days first=0 days later=every second=0 days"]);
    check(&with("times = 2"), &["1:1 SCHEDULE-0109 times=2"]);
    check(&with("open = \"two weeks\""), &["9:8 PACK-0210 text=two weeks"]);
    check(
        &with("every = \"quater\""),
        &["9:9 PACK-0105 key=every value=quater known=year、half、quarter、month、ten_days、week、day suggestion=quarter"],
    );
}

#[test]
fn somebody_can_do_it() {
    check(&service("a", "after = \"care.enrolment\"\ndue = \"14 days\""), &["1:1 SCHEDULE-0102 id=care.a"]);
    check(&service("a", "after = \"care.enrolment\"\nby = [\"care.followup\"]"), &["1:1 PACK-0103 key=due"]);
    check(
        &service("a", &format!("{GOOD}\nwhen = \"1 = 2\"\nby_when = \"not true\"")),
        &["1:1 SCHEDULE-0103 key=when", "1:1 SCHEDULE-0103 key=by_when"],
    );
    let other = GOOD.replace("care.followup", "care.report");
    check(&service("a", &other), &["1:1 SCHEDULE-0104 key=by form=care.report subject=organisation expected=illness"]);
    check(
        &service("a", &GOOD.replace("care.followup", "care.folowup")),
        &["8:7 PACK-0302 what=表单 id=care.folowup suggestion=care.followup"],
    );
    check(&service("a", &format!("{GOOD}\nsupersedes = [\"care.b\"]")), &["9:15 PACK-0302 what=服务 id=care.b suggestion=care.a"]);
    let stop = "[[stop]]\nform = \"care.closing\"\nreason = \"r\"\nservices = [\"care.a\"]\n";
    check(
        &(service("a", &GOOD.replace("care.enrolment", "base.resident")) + stop),
        &["9:1 SCHEDULE-0104 key=form form=care.closing subject=illness expected=resident"],
    );
}

#[test]
fn one_service_has_one_rule() {
    let twice = service("a", GOOD) + &service("b", &GOOD.replace("14 days", "20 days"));
    check(&twice, &["9:1 SCHEDULE-0105 id=care.b other=care.a first=care/schedule.toml:1:1"]);
    check(&(service("a", GOOD) + &service("b", &format!("{GOOD}\nopen = \"10 days\""))), &[]);
    check(
        &(service("a", GOOD) + &service("a", &format!("{GOOD}\nopen = \"10 days\""))),
        &["10:6 PACK-0301 what=服务 id=care.a first=care/schedule.toml:2:6"],
    );
    let rows = row("due = \"1 month\"");
    check(&(series("a", &rows) + &series("b", &rows)), &["15:1 SCHEDULE-0105 id=care.b other=care.a first=care/schedule.toml:1:1"]);
    let circle = service("a", &format!("{GOOD}\nsupersedes = [\"care.b\"]"))
        + &service("b", &format!("{GOOD}\nopen = \"1 day\"\nsupersedes = [\"care.a\"]"));
    check(&circle, &["1:1 SCHEDULE-0107 id=care.a", "10:1 SCHEDULE-0107 id=care.b"]);
    let decline = "[decline]\nform = \"base.decline\"\nservice = \"service\"\nwish = \"wishes\"\nagain = \"3 months\"\n";
    let mut files = crate::world::files(decline);
    files.push(("base/schedule.toml".to_owned(), decline.to_owned()));
    assert_eq!(faults(&qianmo_packs::load(&files).faults), ["1:1 SCHEDULE-0106"]);
}

#[test]
fn doses_follow_each_other() {
    let good = row("due = \"1 month\"\nto = 2024-12-31\nnumber = 1")
        + &row("due = \"2 months\"\nfrom = 2025-01-01\nnumber = 1")
        + &row("due = \"3 months\"\ninterval = \"28 days\"");
    check(&series("a", &good), &[]);
    check(&series("a", &good.replace("2025-01-01", "2024-12-31")), &["17:1 SCHEDULE-0108 number=1 expected=from = 2025-01-01"]);
    check(&series("a", &row("due = \"1 month\"\nnumber = 2")), &["12:1 SCHEDULE-0108 number=2 expected=1"]);
    check(&series("a", &(row("due = \"1 month\"") + &row("due = \"1 month\"\nnumber = 3"))), &["15:1 SCHEDULE-0108 number=3 expected=2"]);
    let ages = |keys: &str| series("a", &row(keys));
    check(
        &ages("due = \"1 month\"\nuntil = \"1 month\""),
        &["12:1 SCHEDULE-0101 earlier=earliest first=1 month later=until second=1 month"],
    );
    check(
        &ages("due = \"1 month\"\nearliest = \"2 months\""),
        &["12:1 SCHEDULE-0101 earlier=earliest first=2 months later=due second=1 month"],
    );
    check(&ages("due = \"2 months\"\nclose = \"1 month\""), &["12:1 SCHEDULE-0101 earlier=due first=2 months later=close second=1 month"]);
    check(&ages("due = \"2 months\"\nfrom = 2025-01-02\nto = 2025-01-01"), &["12:1 PACK-0113 low=2025-01-02 high=2025-01-01"]);
    let early = loaded(&series("a", &(row("due = \"1 month\"") + &row("due = \"2 months\"\ninterval = \"60 days\""))));
    assert_eq!(faults(&early.faults), [""; 0]);
    assert_eq!(faults(&early.warnings), ["15:1 SCHEDULE-0201 number=2 due=2 months earliest=1 month 60 days"]);
    check(&series("a", &row("due = \"1 month\"").replace("\"A\"", "\"A-I\"")), &["13:13 PACK-0204 field=products code=A-I known=A"]);
}

#[test]
fn fields_that_schedules_read_are_used() {
    let text = service(
        "a",
        &format!("{GOOD}\nwhen = \"level > 1 and resident.town and care.exam.grade = 1\"\nby_when = \"mode = '1' and sbp > anchor.level\""),
    ) + &series("s", &row("due = \"1 month\""));
    let dead: Vec<String> = loaded(&text)
        .dead_fields()
        .iter()
        .filter_map(|fault| Some(format!("{}.{}", fault.param("form")?, fault.param("field")?)))
        .collect();
    for used in [
        "care.enrolment.level",
        "base.resident.town",
        "base.resident.birth",
        "care.exam.grade",
        "care.followup.mode",
        "care.followup.sbp",
        "care.dose.vaccine",
    ] {
        assert!(!dead.contains(&used.to_owned()), "{used}");
    }
    assert!(dead.contains(&"care.followup.next".to_owned()));
}
