//! Arrivals, on every database: kept once, listed by area and for whom they concern, decided on once.

use std::sync::Arc;

use qianmo_store::{Actor, Areas, ArrivalId, ArrivalState, ArrivalsAsked, Deed, NewArrival, Store, Trail};
use uuid::Uuid;

use crate::support::{VILLAGE_A, VILLAGE_B, area, id, subject};

fn arrival(number: u128, village: u64) -> NewArrival {
    NewArrival {
        id: ArrivalId(Uuid::from_u128(number)),
        record: id(number),
        area: area(village),
        resident: Some(subject(1)),
        worker: Some("wang".into()),
        device: None,
        arrived_at: 5,
        state: ArrivalState::Open,
        waits_for: None,
        other_worker: None,
        sent: "{\"phone\":\"13900001111\"}".into(),
        detail: "{}".into(),
    }
}

pub(crate) fn an_arrival_is_kept_once_and_decided_on_once(store: &mut dyn Store) {
    let by = Actor::worker("wang");
    let waits = NewArrival { waits_for: Some(id(9)), ..arrival(2, VILLAGE_A) };
    let met = NewArrival { state: ArrivalState::Merged, other_worker: Some("li".into()), ..arrival(3, VILLAGE_B) };
    let all = [arrival(1, VILLAGE_A), waits, met];
    store.arrivals_mut().put(&by, 5, &all).unwrap();
    store.arrivals_mut().put(&by, 6, &all[..1]).unwrap();
    let list = |store: &dyn Store, areas: &Areas, since| -> Vec<u128> {
        let asked = ArrivalsAsked { areas, state: None, since, arrivals_max: 10 };
        store.arrivals().list(&asked).unwrap().iter().map(|one| one.what.id.0.as_u128()).collect()
    };
    let in_a = Areas::Only(Arc::new([area(VILLAGE_A)].into()));
    assert_eq!((list(store, &Areas::All, 0), list(store, &in_a, 0)), (vec![2, 3, 1], vec![2, 1]), "in order of the last change");
    assert_eq!(list(store, &Areas::Only(Arc::default()), 0), [0; 0]);
    let held = store.arrivals().get(all[0].id).unwrap().unwrap();
    assert_eq!(held.what, all[0], "sealed or not, it comes back as it came");
    assert_eq!(list(store, &Areas::All, held.change - 1), [1]);
    assert_eq!(store.arrivals().of(&[all[2].id, ArrivalId(Uuid::nil()), all[0].id]).unwrap().len(), 2);
    assert_eq!(store.arrivals().of_record(id(3)).unwrap().len(), 1);
    assert_eq!((store.arrivals().told_to("li", 0, 9).unwrap().len(), store.arrivals().told_to("wang", 0, 9).unwrap().len()), (1, 3));
    let waiting = store.arrivals().waiting_for(&[id(8), id(9)]).unwrap();
    assert_eq!((waiting.len(), store.arrivals().waiting_for(&[id(8)]).unwrap().len()), (1, 0));
    assert_eq!((store.arrivals().open_count(&Areas::All).unwrap(), store.arrivals().open_count(&in_a).unwrap()), (2, 2));
    let officer = Actor::worker("office");
    store.arrivals_mut().settle(&officer, 7, all[1].id, Some("电话核实")).unwrap();
    store.arrivals_mut().dismiss(&officer, 8, all[0].id, "重复").unwrap();
    store.arrivals_mut().settle(&officer, 9, all[0].id, None).unwrap();
    let held = store.arrivals().get(all[0].id).unwrap().unwrap();
    assert_eq!((held.what.state, held.note.as_deref(), held.decided_at), (ArrivalState::Dismissed, Some("重复"), Some(8)));
    store.arrivals_mut().put(&by, 9, &all[..1]).unwrap();
    assert_eq!(store.arrivals().get(all[0].id).unwrap().unwrap().what.state, ArrivalState::Dismissed, "what was decided stays");
    assert!(store.arrivals().waiting_for(&[id(9)]).unwrap().is_empty());
    let nobody = store.arrivals_mut().settle(&officer, 9, ArrivalId(Uuid::nil()), None).unwrap_err();
    assert_eq!(nobody.code, "STORE-0701");
    let trail = store.trail(&Trail { deeds: &[Deed::Arrival], ..Trail::default() }).unwrap();
    assert_eq!(trail.len(), 5);
    store.verify().unwrap();
}
