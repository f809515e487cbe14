//! Live due lists: the same lines as a list made from scratch, whatever was written; pages, counts and sight.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::date;
use qianmo_access::Wording;
use qianmo_access::consent::State as ConsentState;
use qianmo_core::schedule::{State, Wanted};
use qianmo_core::{RecordId, SubjectId, Value};
use qianmo_desk::{
    Asked, Change, Due, DueAsked, DueCount, DueSight, DueWhose, DueWindow, Fresh, Key, LiveDue, LiveLimits, OnePerson, PersonAsked,
    person_page, rows_about,
};
use qianmo_store::{Areas, Reader, Store};

use crate::world::{A, B, C, TODAY, TOWN, World, area, illness, person};

fn all() -> DueSight {
    DueSight::everything()
}

/// What a list made from scratch says.
fn anew(world: &World, village: u64) -> Vec<Due> {
    let asked = Asked { on: TODAY, wanted: Wanted::Asked, restricted: true };
    world.lists().area(&world.store, &world.store.areas().unwrap(), area(village), asked).unwrap()
}

fn page(live: &LiveDue, village: u64) -> Vec<Due> {
    let asked = DueAsked { limit: 10_000, ..DueAsked::of(area(village)) };
    live.page(&asked, &all()).unwrap().lines.iter().map(|line| (*line.due).clone()).collect()
}

fn services(lines: &[Due]) -> Vec<(&str, SubjectId)> {
    lines.iter().map(|line| (&*line.item.service, line.owner())).collect()
}

#[track_caller]
fn agrees(world: &World, live: &LiveDue) {
    for village in [A, B, C, TOWN] {
        let (left, right) = (page(live, village), anew(world, village));
        assert!(left == right, "village {village}");
    }
}

fn some_people(world: &mut World) {
    for number in 0..12_u128 {
        let village = [A, B, C][usize::try_from(number % 3).unwrap()];
        let birth = date(1940 + i16::try_from(number).unwrap() * 5, 3, 1);
        world.resident(number, village, date(2020, 1, 1), birth);
        if number % 2 == 0 {
            world.episode("care.enrolment", number, village, date(2025, 1, 10), &[("level", Value::Integer(1))]);
        }
    }
}

#[test]
fn a_written_record_is_in_the_list_that_is_asked_for_next() {
    let mut world = World::new();
    some_people(&mut world);
    let live = world.live();
    agrees(&world, &live);
    assert!(page(&live, A).iter().any(|line| &*line.item.service == "care.visit" && line.owner() == person(0)));
    world.episode("care.followup", 0, A, date(2025, 6, 10), &[("sbp", Value::Integer(165))]);
    let lines = page(&live, A);
    assert_eq!(services(&lines)[0], ("care.recheck", person(0)), "the most urgent first");
    assert!(!lines.iter().any(|line| &*line.item.service == "care.visit" && line.owner() == person(0)), "the visit was made");
    agrees(&world, &live);
}

#[test]
fn who_moves_is_listed_where_they_sit_with_what_was_recorded_before() {
    let mut world = World::new();
    some_people(&mut world);
    let live = world.live();
    agrees(&world, &live);
    let moved = world.resident(0, B, date(2025, 5, 1), date(1940, 3, 1));
    agrees(&world, &live);
    assert!(page(&live, B).iter().any(|line| line.owner() == person(0) && &*line.item.service == "care.visit"));
    assert!(!page(&live, A).iter().any(|line| line.owner() == person(0)));
    world.void(moved);
    agrees(&world, &live);
    assert!(page(&live, A).iter().any(|line| line.owner() == person(0)));
    let to_come = world.resident(3, B, date(2025, 9, 1), date(1955, 3, 1));
    agrees(&world, &live);
    assert!(page(&live, A).iter().any(|line| line.owner() == person(3)), "not before the day");
    world.correct(to_come, C, &[("birth_date", Value::Date(date(1955, 3, 1)))]);
    agrees(&world, &live);
}

#[test]
fn a_correction_in_another_place_takes_the_person_along() {
    let mut world = World::new();
    some_people(&mut world);
    let sheet = world.resident(40, A, date(2020, 1, 1), date(1940, 3, 1));
    let live = world.live();
    agrees(&world, &live);
    world.correct(sheet, C, &[("name", Value::text("改正")), ("birth_date", Value::Date(date(1941, 1, 1)))]);
    agrees(&world, &live);
    assert!(page(&live, C).iter().any(|line| line.owner() == person(40) && line.name == "改正"));
}

#[test]
fn a_visitor_is_listed_at_home_with_what_was_recorded_elsewhere() {
    let mut world = World::new();
    some_people(&mut world);
    let live = world.live();
    agrees(&world, &live);
    world.about("care.exam", 0, C, date(2025, 3, 1), &[]);
    let at_home = page(&live, A);
    page(&live, C);
    assert!(!page(&live, A).iter().any(|line| line.owner() == person(0) && &*line.item.service == "care.yearly"), "{at_home:?}");
    assert!(!page(&live, C).iter().any(|line| line.owner() == person(0)));
}

#[test]
fn two_entries_of_one_person_are_one_and_two_again() {
    let mut world = World::new();
    some_people(&mut world);
    world.resident(50, B, date(2024, 1, 1), date(1940, 3, 1));
    world.episode("care.enrolment", 50, B, date(2025, 1, 10), &[]);
    world.about("care.exam", 50, B, date(2025, 2, 1), &[]);
    let live = world.live();
    agrees(&world, &live);
    let before = services(&page(&live, A)).contains(&("care.yearly", person(0)));
    assert!(before);
    let merge = world.merge(50, 0, A);
    agrees(&world, &live);
    let merged = page(&live, A);
    assert!(!services(&merged).contains(&("care.yearly", person(0))), "the check of the other entry counts");
    assert!(merged.iter().any(|line| line.owner() == person(0) && line.item.subject == illness(50)), "its episode came along");
    assert!(page(&live, B).iter().all(|line| line.owner() != person(50) && line.owner() != person(0)));
    assert_eq!(live.person(person(50), &all()).unwrap(), live.person(person(0), &all()).unwrap());
    let second = world.episode("care.followup", 50, B, date(2025, 6, 1), &[("sbp", Value::Integer(170))]);
    agrees(&world, &live);
    assert!(services(&page(&live, A)).contains(&("care.recheck", person(0))), "also what is written later about the entry given up");
    world.void(second);
    world.void(merge);
    agrees(&world, &live);
    assert!(services(&page(&live, A)).contains(&("care.yearly", person(0))));
    assert!(page(&live, B).iter().any(|line| line.owner() == person(50)));
    // A circle of merges doesn't hang and lists each at most once.
    world.merge(50, 0, A);
    world.merge(0, 50, A);
    page(&live, TOWN);
}

/// Numbers that look random; the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % below
    }
}

#[test]
fn whatever_is_written_the_lists_are_those_made_from_scratch() {
    for seed in 1..=6_u64 {
        let mut world = World::new();
        some_people(&mut world);
        let live = world.live_within(LiveLimits { bytes_max: if seed % 2 == 0 { 1 } else { 1 << 20 } });
        let mut dice = Dice(seed * 7919);
        let mut written: Vec<RecordId> = Vec::new();
        for step in 0..40 {
            let number = u128::from(dice.roll(12));
            let home = world.home(number).unwrap_or(A);
            let at = TODAY.checked_sub(i64::try_from(dice.roll(200)).unwrap().days()).unwrap();
            match dice.roll(9) {
                0 => written.push(world.resident(number, [A, B, C][usize::try_from(dice.roll(3)).unwrap()], at, date(1950, 1, 1))),
                1 => written.push(world.episode("care.enrolment", number, home, at, &[])),
                2 => written.push(world.about("guard.case", number, home, at, &[("stage", Value::text("1"))])),
                3 => written.push(world.about("care.exam", number, home, at, &[])),
                4 if !written.is_empty() => {
                    let place = usize::try_from(dice.roll(written.len() as u64)).unwrap();
                    world.void(written.swap_remove(place));
                }
                5 if !written.is_empty() => {
                    let place = usize::try_from(dice.roll(written.len() as u64)).unwrap();
                    let id = written[place];
                    let held = world.store.record(id).unwrap().unwrap().head().area.number();
                    written[place] = world.correct(id, held, &[("birth_date", Value::Date(date(1958, 1, 1)))]);
                }
                6 if step % 3 == 0 => {
                    let other = u128::from(dice.roll(12));
                    if other != number {
                        written.push(world.merge(number, other, home));
                    }
                }
                _ => {
                    let sbp = i64::try_from(dice.roll(100) + 90).unwrap();
                    written.push(world.episode("care.followup", number, home, at, &[("sbp", Value::Integer(sbp))]));
                }
            }
            if step % 4 == 0 {
                agrees(&world, &live);
            }
        }
        agrees(&world, &live);
    }
}

#[test]
fn pages_follow_each_other_without_gap_or_repetition() {
    let mut world = World::new();
    some_people(&mut world);
    world.about("guard.case", 4, B, date(2025, 6, 1), &[]);
    let live = world.live();
    let whole = anew(&world, TOWN);
    assert!(whole.len() > 7, "{}", whole.len());
    for limit in [1, 2, 3, 100] {
        let mut asked = DueAsked { limit, count: true, ..DueAsked::of(area(TOWN)) };
        let mut lines = Vec::new();
        loop {
            let page = live.page(&asked, &all()).unwrap();
            assert_eq!(page.total, Some(whole.len()));
            assert!(page.lines.len() <= limit);
            lines.extend(page.lines.iter().map(|line| (*line.due).clone()));
            let Some(next) = page.next else { break };
            asked.after = Some(next.to_string().parse::<Key>().unwrap());
        }
        assert_eq!(lines, whole, "by {limit}");
    }
    for garbage in ["", "1~2", "x~0~2025-01-01~530523100201~a~s~0~b~c"] {
        assert_eq!(garbage.parse::<Key>().unwrap_err().code, "DESK-0101");
    }
}

#[test]
fn a_list_is_narrowed_by_programme_service_state_urgency_and_person() {
    let mut world = World::new();
    some_people(&mut world);
    world.episode("care.followup", 0, A, date(2025, 5, 1), &[("sbp", Value::Integer(165))]);
    world.about("guard.case", 4, B, date(2025, 6, 1), &[]);
    let live = world.live();
    let whole = anew(&world, TOWN);
    let narrowed = |asked: DueAsked, fits: &dyn Fn(&Due) -> bool| {
        let page = live.page(&DueAsked { limit: 1000, count: true, ..asked }, &all()).unwrap();
        let expected: Vec<&Due> = whole.iter().filter(|line| fits(line)).collect();
        assert!(!expected.is_empty() && expected.len() < whole.len());
        assert_eq!(page.lines.iter().map(|line| &*line.due).collect::<Vec<_>>(), expected);
        assert_eq!(page.total, Some(expected.len()));
    };
    let of = || DueAsked::of(area(TOWN));
    narrowed(DueAsked { packs: vec!["guard".into()], ..of() }, &|line| line.pack() == "guard");
    narrowed(DueAsked { services: vec!["care.visit".into()], ..of() }, &|line| &*line.item.service == "care.visit");
    narrowed(DueAsked { state: Some(State::Overdue), ..of() }, &|line| line.item.state == State::Overdue);
    narrowed(DueAsked { urgency: Some(4), ..of() }, &|line| line.item.urgency <= 4);
    narrowed(DueAsked { resident: Some(person(0)), ..of() }, &|line| line.owner() == person(0));
    narrowed(DueAsked::of(area(B)), &|line| line.area == area(B));
    for asked in [DueAsked { packs: vec!["nothing".into()], ..of() }, DueAsked { services: vec!["care.nothing".into()], ..of() }] {
        assert_eq!(live.page(&asked, &all()).unwrap_err().code, "DESK-0102");
    }
    assert_eq!(live.page(&DueAsked::of(area(1)), &all()).unwrap_err().code, "CORE-0104");
}

const CARE: [&str; 4] = ["care.yearly", "care.visit", "care.recheck", "care.zero"];
const CASE: [&str; 2] = ["guard.call", "care.after_case"];

fn window(villages: &[u64], services: &[&[&str]], whose: DueWhose) -> DueWindow {
    DueWindow {
        areas: Areas::Only(Arc::new(villages.iter().map(|village| area(*village)).collect())),
        services: Some(Arc::new(services.concat().into_iter().map(Arc::from).collect())),
        whose,
        wording: Wording::Full,
    }
}

#[test]
fn nobody_gets_a_line_or_a_count_that_is_not_theirs_to_see() {
    let mut world = World::new();
    some_people(&mut world);
    world.about("guard.case", 4, B, date(2025, 4, 1), &[]);
    world.about("care.report", 90, B, date(2025, 4, 1), &[("name", Value::text("乙村卫生室"))]);
    let mut report = world.record("care.report", person(91), None, date(2025, 4, 1), B);
    report.values = crate::world::values(&[("name", Value::text("乙村卫生室"))]);
    world.write(report);
    let live = world.live();
    let seen = |windows: Vec<DueWindow>| {
        let sight = DueSight { windows };
        let page = live.page(&DueAsked { count: true, limit: 1000, ..DueAsked::of(area(TOWN)) }, &sight).unwrap();
        let totals = live.totals(area(TOWN), &sight, Fresh::Now).unwrap();
        let counted: u32 = totals.villages.iter().flat_map(|village| village.packs.values()).map(|count| count.due).sum();
        assert_eq!(Some(page.lines.len()), page.total);
        assert_eq!(page.lines.len(), usize::try_from(counted).unwrap(), "what is counted is what is listed");
        page.lines.into_iter().map(|line| line.due).collect::<Vec<_>>()
    };
    assert!(seen(vec![]).is_empty());
    let everything = seen(all().windows);
    assert_eq!(everything.len(), anew(&world, TOWN).len());
    let doctor = seen(vec![window(&[B], &[&CARE], DueWhose::Everybody)]);
    assert!(!doctor.is_empty() && doctor.iter().all(|line| line.area == area(B) && line.pack() == "care"));
    let two = seen(vec![
        window(&[B], &[&CARE], DueWhose::Everybody),
        window(&[B], &[&CARE, &CASE], DueWhose::Residents(Arc::new(BTreeSet::from([person(4)])))),
    ]);
    assert_eq!(two.len(), doctor.len() + 2, "the call and the check after the case");
    let clients = seen(vec![window(&[A, B], &[&CARE, &CASE], DueWhose::Residents(Arc::new(BTreeSet::from([person(4)]))))]);
    assert!(clients.len() >= 3 && clients.iter().all(|line| line.owner() == person(4)));
    let organisations = seen(vec![window(&[A, B, C], &[&CARE], DueWhose::Nobody)]);
    assert_eq!(organisations.len(), 1);
    assert_eq!(organisations[0].name, "乙村卫生室");
    let own = DueSight { windows: vec![window(&[A], &[&CARE], DueWhose::Everybody)] };
    assert!(live.person(person(4), &own).unwrap().is_empty(), "a stranger's village");
    assert!(!live.person(person(0), &own).unwrap().is_empty());
}

#[test]
fn totals_are_counted_by_village_and_programme_and_say_what_is_pending() {
    let mut world = World::new();
    some_people(&mut world);
    world.about("guard.case", 4, B, date(2025, 4, 1), &[]);
    let live = world.live();
    let at_hand = live.totals(area(TOWN), &all(), Fresh::AtHand).unwrap();
    assert!(at_hand.villages.is_empty());
    assert_eq!(at_hand.pending, [TOWN, A, B, C].map(area));
    let totals = live.totals(area(TOWN), &all(), Fresh::Now).unwrap();
    assert!(totals.pending.is_empty());
    for village in &totals.villages {
        let mut expected = std::collections::BTreeMap::<Arc<str>, DueCount>::new();
        for line in anew(&world, village.area.number()).iter().filter(|line| line.area == village.area) {
            let count = expected.entry(line.pack().into()).or_default();
            count.due += 1;
            count.overdue += u32::from(line.item.state == State::Overdue);
        }
        assert_eq!(village.packs, expected, "{}", village.area);
    }
    assert!(totals.villages.iter().any(|village| village.packs.values().any(|count| count.overdue > 0)));
    world.episode("care.followup", 4, B, date(2025, 6, 1), &[("sbp", Value::Integer(180))]);
    let recent = live.totals(area(TOWN), &all(), Fresh::Recent).unwrap();
    assert_eq!(recent.villages, totals.villages, "what is at hand");
    while live.work().unwrap() {}
    let followed = live.totals(area(TOWN), &all(), Fresh::AtHand).unwrap();
    assert_ne!(followed.villages, totals.villages, "the thread put it right");
    assert_eq!(followed.villages, live.totals(area(TOWN), &all(), Fresh::Now).unwrap().villages);
}

#[test]
fn another_day_makes_other_lists() {
    let mut world = World::new();
    some_people(&mut world);
    let live = world.live();
    let before = page(&live, TOWN);
    live.turn(TODAY);
    assert_eq!(page(&live, TOWN), before);
    let later = date(2025, 2, 20);
    live.turn(later);
    assert_eq!(live.on(), later);
    let asked = Asked { on: later, wanted: Wanted::Asked, restricted: true };
    let expected = world.lists().area(&world.store, &world.store.areas().unwrap(), area(TOWN), asked).unwrap();
    assert_eq!(page(&live, TOWN), expected);
    assert_ne!(expected, before);
}

#[test]
fn little_memory_costs_time_but_no_lines() {
    let mut world = World::new();
    some_people(&mut world);
    let live = world.live_within(LiveLimits { bytes_max: 1 });
    assert_eq!(page(&live, TOWN), anew(&world, TOWN));
    assert!(live.bytes() <= 1);
    assert!(live.totals(area(TOWN), &all(), Fresh::AtHand).unwrap().pending.is_empty(), "counts stay");
    let roomy = world.live();
    page(&roomy, TOWN);
    assert!(roomy.bytes() > 1000);
}

#[test]
fn the_thread_follows_the_log_and_ends_with_its_handle() {
    let mut world = World::new();
    some_people(&mut world);
    let live = Arc::new(world.live());
    let follower = live.follow(Box::new(|| TODAY)).unwrap();
    let sight = all();
    let until = |holds: &dyn Fn() -> bool| {
        while !holds() {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    };
    until(&|| live.totals(area(TOWN), &sight, Fresh::AtHand).unwrap().pending.is_empty());
    let before = live.totals(area(TOWN), &sight, Fresh::AtHand).unwrap().villages;
    world.episode("care.followup", 4, B, date(2025, 6, 1), &[("sbp", Value::Integer(180))]);
    follower.written(&Change::default());
    until(&|| live.totals(area(TOWN), &sight, Fresh::AtHand).unwrap().villages != before);
    assert_eq!(live.trouble(), None);
    drop(follower);
    assert_eq!(Arc::strong_count(&live), 1);
}

#[test]
fn a_store_that_cannot_be_opened_is_told_and_tried_again() {
    let mut world = World::new();
    some_people(&mut world);
    let folder = world.folder.path().to_owned();
    let works = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let switch = works.clone();
    let open = move || {
        let place = if switch.load(std::sync::atomic::Ordering::SeqCst) { folder.clone() } else { folder.join("nowhere") };
        Ok(Box::new(qianmo_store::SqliteStore::open(&place)?) as Box<dyn Store + Send>)
    };
    let live = LiveDue::new(world.lists(), TODAY, Box::new(open), LiveLimits::default());
    assert_eq!(live.page(&DueAsked::of(area(A)), &all()).unwrap_err().code, "STORE-0001");
    works.store(true, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(page(&live, A), anew(&world, A));
}

#[test]
fn a_withdrawn_consent_takes_the_lines_that_rest_on_it_away() {
    let mut world = World::new();
    some_people(&mut world);
    let live = world.live();
    let visits = |world: &World| {
        agrees(world, &live);
        page(&live, A).iter().filter(|line| line.owner() == person(0) && &*line.item.service == "care.visit").count()
    };
    let answer = |world: &mut World, code: &str, at| {
        world.about("base.consent", 0, A, at, &[("purpose", Value::text("base.visits")), ("answer", Value::text(code))])
    };
    assert_eq!(visits(&world), 1, "nobody asked: it goes on");
    let refused = answer(&mut world, "2", date(2025, 6, 1));
    assert_eq!(visits(&world), 0);
    answer(&mut world, "1", date(2025, 6, 2));
    assert_eq!(visits(&world), 1);
    answer(&mut world, "3", date(2025, 6, 3));
    assert_eq!(visits(&world), 0);
    world.void(refused);
    assert_eq!(visits(&world), 0, "the last answer counts");
    let rows = rows_about(&Reader::whole(&world.store), &OnePerson::alone(person(0))).unwrap();
    let asked = PersonAsked { packs: &world.packs, resident: person(0), rows: &rows, on: TODAY, name_of: &|_| None, english: true };
    let told: Vec<_> =
        person_page(&asked).unwrap().consents.into_iter().map(|consent| (consent.name, consent.state, consent.since)).collect();
    let expected = [("Committee", ConsentState::Unasked, None), ("Visits", ConsentState::Withdrawn, Some(date(2025, 6, 3)))];
    assert_eq!(told, expected.map(|(name, state, since)| (name.to_owned(), state, since)));
}

#[test]
fn the_committee_sees_appointments_of_those_who_agreed_and_finds_nothing_by_service() {
    let mut world = World::new();
    some_people(&mut world);
    world.about("base.consent", 0, A, date(2025, 6, 1), &[("purpose", Value::text("base.committee")), ("answer", Value::text("1"))]);
    let live = world.live();
    let committee = DueWindow { wording: Wording::Appointment, ..window(&[A], &[&CARE], DueWhose::Everybody) };
    let sight = DueSight { windows: vec![committee.clone()] };
    let lines = |asked: DueAsked| live.page(&DueAsked { count: true, ..asked }, &sight).unwrap();
    let seen = lines(DueAsked::of(area(A)));
    assert!(seen.lines.len() > 1 && seen.lines.iter().all(|line| line.due.owner() == person(0) && line.wording == Wording::Appointment));
    for asked in [
        DueAsked { services: vec!["care.visit".into()], ..DueAsked::of(area(A)) },
        DueAsked { packs: vec!["care".into()], ..DueAsked::of(area(A)) },
        DueAsked { urgency: Some(9), ..DueAsked::of(area(A)) },
    ] {
        let page = lines(asked);
        assert!(page.lines.is_empty() && page.total == Some(0));
    }
    let totals = live.totals(area(A), &sight, Fresh::Now).unwrap();
    assert!(totals.villages.iter().all(|village| village.services.is_empty()), "nothing is counted by service");
    let first = lines(DueAsked { limit: 1, ..DueAsked::of(area(A)) });
    let next = first.next.unwrap();
    assert!(!next.to_string().contains("care"), "{next}");
    let rest = lines(DueAsked { after: Some(next), ..DueAsked::of(area(A)) });
    assert_eq!(rest.lines, seen.lines[1..]);
    let both = DueSight { windows: vec![committee, window(&[A], &[&["care.visit"]], DueWhose::Everybody)] };
    let full = live.page(&DueAsked::of(area(A)), &both).unwrap();
    assert!(
        full.lines.iter().all(|line| (line.wording == Wording::Full) == (&*line.due.item.service == "care.visit")),
        "the better of both"
    );
}
