//! Returns handed in, and what becomes of them, on every database.

use qianmo_core::{Calendar, Date, Period};
use qianmo_store::{Actor, Cut, Deed, FilingId, FilingState, FilingsAsked, NewFiling, StepAsked, Store, Trail};

use crate::accounts::code;
use crate::support::{VILLAGE_A, VILLAGE_B, area, township};

const NOW: i64 = 1_700_000_000_000;

fn clerk() -> Actor {
    Actor { device: Some("office".into()), ..Actor::worker("clerk") }
}

fn monthly(code: u64, month: i8) -> NewFiling {
    NewFiling {
        form: "maternal_health.monthly".into(),
        area: area(code),
        period: Period::Month(2026, month),
        calendar: Calendar::Civil,
        cut: Cut(41),
        cells: r#"{"B3":"12","B4":"患者王某"}"#.to_owned(),
    }
}

fn asked(id: FilingId, expected: FilingState, next: FilingState, comment: Option<&str>) -> StepAsked<'_> {
    StepAsked { id, expected, next, comment }
}

use FilingState::{Approved, Returned, Submitted, Withdrawn};

pub(crate) fn a_return_goes_its_way_step_by_step(store: &mut dyn Store) {
    let boss = Actor::worker("boss");
    let id = store.filings_mut().submit(&clerk(), NOW, &monthly(VILLAGE_A, 3)).unwrap();
    let held = store.filings().filing(id).unwrap().unwrap();
    assert_eq!((&*held.form, held.area, held.period), ("maternal_health.monthly", area(VILLAGE_A), Period::Month(2026, 3)));
    assert_eq!(held.days, (Date::constant(2026, 3, 1), Date::constant(2026, 3, 31)));
    assert_eq!((held.cut, held.filed_at, held.filed_by.as_deref(), held.state), (Cut(41), NOW, Some("clerk"), Submitted));
    assert_eq!(store.filings().cells(id).unwrap(), r#"{"B3":"12","B4":"患者王某"}"#);
    let fault = store.filings_mut().submit(&clerk(), NOW, &monthly(VILLAGE_A, 3)).unwrap_err();
    assert_eq!((fault.code, fault.param("filing"), fault.param("state")), ("STORE-0602", Some(&*id.to_string()), Some("submitted")));

    let mut step = |asked: &StepAsked<'_>| store.filings_mut().step(&boss, NOW + 5, asked);
    assert_eq!(code(step(&asked(id, Submitted, Returned, Some("  ")))), "STORE-0605");
    assert_eq!(code(step(&asked(id, Approved, Returned, Some("x")))), "STORE-0603");
    assert_eq!(code(step(&asked(id, Submitted, Submitted, None))), "STORE-0604");
    step(&asked(id, Submitted, Approved, None)).unwrap();
    assert_eq!(code(step(&asked(id, Submitted, Approved, None))), "STORE-0603", "somebody was faster");
    assert_eq!(code(step(&asked(id, Approved, Withdrawn, None))), "STORE-0604");
    let nothing = FilingId(uuid::Uuid::from_u128(1));
    assert_eq!(code(step(&asked(nothing, Submitted, Approved, None))), "STORE-0601");
    assert_eq!(code(store.filings().cells(nothing)), "STORE-0601");
    assert_eq!((store.filings().filing(nothing).unwrap(), store.filings().steps(nothing).unwrap()), (None, vec![]));
    assert_eq!(store.filings_mut().submit(&clerk(), NOW, &monthly(VILLAGE_A, 3)).unwrap_err().param("state"), Some("approved"));
    store.filings_mut().step(&boss, NOW + 6, &asked(id, Approved, Returned, Some(" 少报一人 "))).unwrap();

    let again = store.filings_mut().submit(&clerk(), NOW + 7, &NewFiling { cut: Cut(52), ..monthly(VILLAGE_A, 3) }).unwrap();
    let live = store.filings().live("maternal_health.monthly", area(VILLAGE_A), Period::Month(2026, 3)).unwrap().unwrap();
    assert_eq!((live.id, live.cut), (again, Cut(52)));
    store.filings_mut().step(&clerk(), NOW + 8, &asked(again, Submitted, Withdrawn, None)).unwrap();
    assert_eq!(store.filings().live("maternal_health.monthly", area(VILLAGE_A), Period::Month(2026, 3)).unwrap(), None);
    assert_eq!(store.filings().filing(id).unwrap().unwrap().cut, Cut(41), "what was handed in stays");

    let steps = store.filings().steps(id).unwrap();
    let told: Vec<_> = steps.iter().map(|step| (step.state, step.at, step.by.worker.as_deref(), step.comment.as_deref())).collect();
    let expected = [
        (Submitted, NOW, Some("clerk"), None),
        (Approved, NOW + 5, Some("boss"), None),
        (Returned, NOW + 6, Some("boss"), Some("少报一人")),
    ];
    assert_eq!(told, expected);
    assert_eq!(steps[0].by, clerk());
    let trail = store.trail(&Trail { deeds: &[Deed::Filing], ..Trail::default() }).unwrap();
    assert_eq!(trail.len(), 5, "each step, and no refused one");
    assert_eq!((trail[2].entry.area, trail[2].entry.actor.clone()), (Some(area(VILLAGE_A)), boss));
    assert!(trail[2].entry.detail.as_deref().unwrap().contains("returned maternal_health.monthly 2026-03"));
    store.verify().unwrap();
}

pub(crate) fn filings_are_listed_by_area_and_period(store: &mut dyn Store) {
    store.put_areas(&township()).unwrap();
    let mut ids = Vec::new();
    for (at, code, month) in [(1, VILLAGE_A, 1), (2, VILLAGE_B, 1), (2, VILLAGE_A, 2), (3, 530_523_100_000, 3)] {
        ids.push(store.filings_mut().submit(&clerk(), NOW + at, &monthly(code, month)).unwrap());
    }
    let quarter =
        NewFiling { form: "quarterly".into(), period: Period::Quarter(2026, 1), calendar: Calendar::Mch, ..monthly(VILLAGE_A, 1) };
    ids.push(store.filings_mut().submit(&clerk(), NOW + 4, &quarter).unwrap());
    store.filings_mut().step(&clerk(), NOW, &asked(ids[0], Submitted, Withdrawn, None)).unwrap();
    let list = |asked: &FilingsAsked<'_>| -> Vec<usize> {
        let found = store.filings().list(asked).unwrap();
        found.iter().map(|filing| ids.iter().position(|id| *id == filing.id).unwrap()).collect()
    };
    let sorted = |asked: &FilingsAsked<'_>| {
        let mut found = list(asked);
        found.sort_unstable();
        found
    };
    let all = FilingsAsked::default();
    assert_eq!((list(&all)[0], list(&all)[1], list(&all)[4]), (4, 3, 0), "the last first");
    let (a, b, town) = (area(VILLAGE_A), area(VILLAGE_B), area(530_523_100_000));
    assert_eq!(sorted(&FilingsAsked { areas: Some(&[a]), ..all }), [0, 2, 4]);
    assert_eq!(sorted(&FilingsAsked { areas: Some(&[town]), ..all }), [0, 1, 2, 3, 4]);
    assert_eq!(sorted(&FilingsAsked { areas: Some(&[b]), period: Some(Period::Month(2026, 1)), ..all }), [1]);
    assert_eq!(sorted(&FilingsAsked { areas: Some(&[]), ..all }), Vec::<usize>::new());
    assert_eq!(sorted(&FilingsAsked { forms: Some(&["quarterly", "x"]), ..all }), [4]);
    assert_eq!(sorted(&FilingsAsked { forms: Some(&[]), ..all }), Vec::<usize>::new());
    assert_eq!(sorted(&FilingsAsked { state: Some(Withdrawn), ..all }), [0]);
    let days = Some((Date::constant(2025, 12, 31), Date::constant(2026, 1, 31)));
    assert_eq!(sorted(&FilingsAsked { days, ..all }), [0, 1, 4], "the quarter begins in October in that calendar");
    // Page by page, two at a time: every one once, also where two were handed in at the same moment.
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let page = store.filings().list(&FilingsAsked { before, filings_max: 2, areas: Some(&[town]), ..all }).unwrap();
        let Some(end) = page.last() else { break };
        before = Some((end.filed_at, end.id));
        seen.extend(page.iter().map(|filing| ids.iter().position(|id| *id == filing.id).unwrap()));
    }
    assert_eq!(seen, list(&all));
}

#[test]
fn states_have_words_and_the_cells_are_sealed() {
    for state in [Submitted, Approved, Returned, Withdrawn] {
        assert_eq!(FilingState::from_word(state.word()), Some(state));
        assert_eq!(state.is_live(), matches!(state, Submitted | Approved));
    }
    assert_eq!(FilingState::from_word("draft"), None);
    let dir = tempfile::tempdir().unwrap();
    let keys = qianmo_store::Keys::create(&dir.path().join("keys"), qianmo_store::Suite::Sm4Gcm).unwrap();
    let data = dir.path().join("data");
    let mut store = qianmo_store::SqliteStore::create_with(&data, &crate::seal::options(keys)).unwrap();
    let id = store.filings_mut().submit(&clerk(), NOW, &monthly(VILLAGE_A, 3)).unwrap();
    store.filings_mut().step(&clerk(), NOW, &asked(id, Submitted, Returned, Some("王某重复"))).unwrap();
    assert_eq!(store.filings().steps(id).unwrap()[1].comment.as_deref(), Some("王某重复"));
    drop(store);
    let bytes = std::fs::read(data.join("qianmo.db")).unwrap();
    assert!(!bytes.windows("王某".len()).any(|window| window == "王某".as_bytes()));
    let bare = qianmo_store::SqliteStore::open(&data).unwrap();
    assert_eq!(code(bare.filings().cells(id)), "STORE-0301");
    assert_eq!(bare.filings().filing(id).unwrap().unwrap().state, Returned);
}
