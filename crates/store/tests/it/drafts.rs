//! Drafts, on every database.

use qianmo_store::{AccountName, Actor, DRAFTS_MAX, NewDraft, NewWorker, PasswordHash, Store, Trail};

use crate::accounts::code;
use crate::support::{VILLAGE_A, area};

const NOW: i64 = 1_700_000_000_000;

fn owner(store: &mut dyn Store, name: &str) -> AccountName {
    let password = PasswordHash::of("stone-bridge-41").unwrap();
    let name: AccountName = name.parse().unwrap();
    let new =
        NewWorker { name: name.clone(), shown: "王".into(), organisation: None, area: area(VILLAGE_A), password, must_change: false };
    store.accounts_mut().add_worker(&Actor::default(), NOW, &new).unwrap();
    name
}

fn new<'a>(key: &'a str, body: &'a str, over: Option<i64>) -> NewDraft<'a> {
    NewDraft { kind: "form", key, title: "王秀英的随访", body, over }
}

pub(crate) fn drafts_are_kept_for_their_owner(store: &mut dyn Store) {
    let (wang, li) = (owner(store, "wang"), owner(store, "li"));
    let noted = store.trail(&Trail::default()).unwrap().len();
    let first = store.drafts_mut().save(&wang, NOW, &new("a", r#"{"sbp":150}"#, None)).unwrap();
    let (draft, body) = store.drafts().draft(&wang, "form", "a").unwrap().unwrap();
    assert_eq!((draft.title.as_str(), draft.saved_at, draft.mark, body.as_str()), ("王秀英的随访", NOW, first, r#"{"sbp":150}"#));
    assert_eq!(store.drafts().draft(&li, "form", "a").unwrap(), None, "another's");
    assert_eq!(store.drafts().draft(&wang, "summary", "a").unwrap(), None);

    assert_eq!(code(store.drafts_mut().save(&wang, NOW, &new("a", "{}", None))), "STORE-0901", "begun in another window");
    let second = store.drafts_mut().save(&wang, NOW + 1, &new("a", "{}", Some(first))).unwrap();
    assert_ne!(first, second);
    assert_eq!(code(store.drafts_mut().save(&wang, NOW + 2, &new("a", "{}", Some(first)))), "STORE-0901", "saved in another window");
    assert_eq!(code(store.drafts_mut().delete(&wang, "form", "a", Some(first))), "STORE-0901");
    assert_eq!(code(store.drafts_mut().save(&wang, NOW, &new("b", "{}", Some(first)))), "STORE-0901", "deleted in another window");
    store.drafts_mut().save(&li, NOW, &new("a", "[]", None)).unwrap();
    store.drafts_mut().save(&wang, NOW + 3, &new("b", "[]", None)).unwrap();
    let keys: Vec<_> = store.drafts().list(&wang).unwrap().into_iter().map(|draft| (draft.key, draft.title)).collect();
    assert_eq!(keys, [("a".to_owned(), "王秀英的随访".to_owned()), ("b".to_owned(), "王秀英的随访".to_owned())]);
    assert!(store.drafts_mut().delete(&wang, "form", "a", Some(second)).unwrap());
    assert!(!store.drafts_mut().delete(&wang, "form", "a", None).unwrap());
    assert!(store.drafts().draft(&li, "form", "a").unwrap().is_some());

    for number in 1..DRAFTS_MAX {
        store.drafts_mut().save(&wang, NOW, &new(&number.to_string(), "1", None)).unwrap();
    }
    assert_eq!(code(store.drafts_mut().save(&wang, NOW, &new("more", "1", None))), "STORE-0902");
    assert_eq!(store.trail(&Trail::default()).unwrap().len(), noted, "what is begun isn't noted");
    store.verify().unwrap();
}
