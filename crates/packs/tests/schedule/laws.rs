//! Laws that hold for any records: the order of records doesn't matter, time goes one way, doing it helps.

use crate::world::{World, date};

const SCHEDULE: &str = "[[service]]\nid = \"care.visit\"\nname = \"访视\"\nname_en = \"Visit\"\nsource = \"测试\"\nafter = \"care.enrolment\"\nopen = \"3 days\"\ndue = \"9 days\"\nclose = \"1 month\"\nlapse = \"2 months\"\nby = [\"care.followup\"]\nby_when = \"sbp > 100\"\n\
    [[service]]\nid = \"care.quarterly\"\nname = \"季度\"\nname_en = \"Quarterly\"\nsource = \"测试\"\nafter = \"base.resident\"\nevery = \"quarter\"\nby = [\"care.exam\", \"care.followup\"]\n\
    [[service]]\nid = \"care.again\"\nname = \"复查\"\nname_en = \"Again\"\nsource = \"测试\"\nafter = \"care.followup\"\nopen = \"20 days\"\ndue = \"1 month\"\nevery = \"1 month\"\nsupersedes = [\"care.quarterly\"]\n\
    [[series]]\nid = \"care.series\"\nname = \"系列\"\nname_en = \"Series\"\nsource = \"测试\"\nafter = \"base.resident\"\nfrom = \"birth\"\nby = \"care.dose\"\nproduct = \"vaccine\"\nproducts = [\"A\", \"L\"]\n[[series.course]]\n[[series.course.dose]]\nproducts = [\"A\"]\ndue = \"1 month\"\n[[series.course.dose]]\nproducts = [\"A\", \"L\"]\ndue = \"2 months\"\ninterval = \"28 days\"\nunless = \"given_a >= 3\"\n[[series.course.dose]]\nproducts = [\"L\"]\ndue = \"8 months\"\nuntil = \"3 years\"\n\
    [[stop]]\nform = \"base.departure\"\nwhen = \"away\"\nresumed_by = \"base.resident\"\nservices = \"all\"\nreason = \"迁出\"\n\
    [[hold]]\nform = \"care.ban\"\nuntil = \"until\"\nreason = \"暂缓\"\n\
    [decline]\nform = \"base.decline\"\nservice = \"service\"\nwish = \"wishes\"\nagain = \"3 months\"\n";

fn next(state: &mut u64, below: u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) % below
}

fn day(state: &mut u64) -> String {
    date("2024-12-01").saturating_add(jiff::ToSpan::days(i64::try_from(next(state, 400)).unwrap())).to_string()
}

/// A world of records drawn from a seed, spoiled ones among them.
fn drawn(seed: u64) -> World {
    let mut state = seed;
    let mut world = World::new(SCHEDULE);
    for _ in 0..next(&mut state, 14) {
        let at = day(&mut state);
        let other = day(&mut state);
        let sbp = format!("sbp={}", 80 + next(&mut state, 60));
        let (form, about, values) = match next(&mut state, 9) {
            0 => ("base.resident", "wang", format!("birth={other}")),
            1 => ("base.resident", "wang", String::new()),
            2 => ("care.enrolment", if next(&mut state, 2) == 0 { "wang/a" } else { "wang/b" }, String::new()),
            3 => ("care.followup", if next(&mut state, 2) == 0 { "wang/a" } else { "wang/b" }, sbp),
            4 => ("care.exam", "wang", String::new()),
            5 => ("care.ban", "wang", format!("until={other}")),
            6 => ("base.departure", "wang", "away=yes".to_owned()),
            7 => ("base.decline", "wang", "service=care.visit".to_owned()),
            _ => ("care.dose", "wang", format!("vaccine={}", ["A", "L", "B"][usize::try_from(next(&mut state, 3)).unwrap()])),
        };
        world = world.with(form, about, &at, &values);
    }
    world
}

#[test]
fn the_order_of_records_does_not_matter() {
    for seed in 0..150 {
        let mut world = drawn(seed);
        let before = world.items("2025-08-01");
        world.records.reverse();
        assert_eq!(world.items("2025-08-01"), before, "seed {seed}");
        let turn = world.records.len() / 2;
        world.records.rotate_left(turn);
        assert_eq!(world.items("2025-08-01"), before, "seed {seed}");
    }
}

#[test]
fn time_alone_goes_one_way() {
    let rank = |state: &str| ["", "not_open", "due", "overdue", "lapsed"].iter().position(|held| *held == state);
    for shift in 0..40 {
        let at = date("2024-12-20").saturating_add(jiff::ToSpan::days(shift)).to_string();
        let world = World::new(SCHEDULE).with("care.enrolment", "wang/a", &at, "");
        let mut last = 0;
        let mut today = date("2024-12-15");
        while today < date("2025-05-01") {
            let now = rank(&world.state("care.visit", &today.to_string())).expect("one of the states of nobody's doing");
            assert!(now >= last, "{at} {today}");
            (last, today) = (now, today.tomorrow().unwrap());
        }
        assert_eq!(last, 4);
    }
}

#[test]
fn doing_it_never_leaves_it_overdue() {
    for seed in 0..150 {
        let world = drawn(seed).with("care.enrolment", "wang/a", "2025-06-01", "");
        let asked = world.state("care.visit", "2025-08-01");
        let done = drawn(seed).with("care.enrolment", "wang/a", "2025-06-01", "").with("care.followup", "wang/a", "2025-07-10", "sbp=120");
        let overdue = |world: &World| {
            let items = world.items("2025-08-01");
            let of =
                items.iter().filter(|item| &*item.service == "care.visit" && item.anchored_on.is_some_and(|on| on <= date("2025-06-01")));
            of.filter(|item| item.subject == world.records.last().unwrap().subject.id && item.state.is_asked()).count()
        };
        assert_eq!(overdue(&done), 0, "seed {seed}, before: {asked}");
    }
}
