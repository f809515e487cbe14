//! A county of two townships, four small programmes, and a naive reading of a sight.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use qianmo_access::{Access, Guard};
use qianmo_core::pack::{Packs, Sensitivity};
use qianmo_core::{Area, AreaCode, AreaKind, AreaTree, Date, SubjectId};
use qianmo_store::{AccountName, Areas, Grant, Programmes, Role, Sight, Whose};
use uuid::Uuid;

pub(crate) const COUNTY: &str = "530523000000";
pub(crate) const TOWN: &str = "530523100000";
pub(crate) const VILLAGE: &str = "530523100201";
pub(crate) const NEXT_VILLAGE: &str = "530523100202";
pub(crate) const OTHER_TOWN: &str = "530523101000";
pub(crate) const FAR_VILLAGE: &str = "530523101201";
pub(crate) const REASON: Option<&str> = Some("本季度随访");

pub(crate) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub(crate) fn today() -> Date {
    day("2026-11-22")
}

pub(crate) fn area(code: &str) -> AreaCode {
    code.parse().unwrap()
}

pub(crate) fn person(n: u128) -> SubjectId {
    SubjectId(Uuid::from_u128(n))
}

pub(crate) fn name(text: &str) -> AccountName {
    text.parse().unwrap()
}

pub(crate) fn tree() -> AreaTree {
    let one = |code: &str, kind: AreaKind, parent: Option<&str>| Area {
        code: area(code),
        name: code.to_owned(),
        kind,
        parent: parent.map(area),
        valid_from: day("2000-01-01"),
        valid_to: None,
    };
    AreaTree::new(vec![
        one(COUNTY, AreaKind::County, None),
        one(TOWN, AreaKind::Township, Some(COUNTY)),
        one(VILLAGE, AreaKind::Village, Some(TOWN)),
        one(NEXT_VILLAGE, AreaKind::Village, Some(TOWN)),
        one(OTHER_TOWN, AreaKind::Township, Some(COUNTY)),
        one(FAR_VILLAGE, AreaKind::Village, Some(OTHER_TOWN)),
    ])
    .unwrap()
}

fn manifest(id: &str, needs: &str, sensitivity: &str) -> (String, String) {
    let text = format!(
        "id = \"{id}\"\nname = \"{id}\"\nname_en = \"{id}\"\nnorm = \"自拟\"\nin_force_from = 2017-01-01\nneeds = [{needs}]\nauthor = \"test\"\n\
         sensitivity = \"{sensitivity}\"\norder = 1\n"
    );
    (format!("{id}/pack.toml"), text)
}

fn form(id: &str, subject: &str, more: &str) -> (String, String) {
    let (pack, file) = id.split_once('.').unwrap();
    let text = format!(
        "id = \"{id}\"\nname = \"{id}\"\nname_en = \"{id}\"\nversion = 1\nsubject = \"{subject}\"\nsource = \"自拟\"\n{more}\n\
         [[field]]\nid = \"seen\"\nname = \"见到\"\nname_en = \"Seen\"\ntype = \"bool\"\n"
    );
    (format!("{pack}/forms/{file}.toml"), text)
}

fn view(id: &str, reads: &str) -> (String, String) {
    let (pack, _) = id.split_once('_').unwrap();
    let text = format!(
        "-- view: {id}\n-- name: {id}\n-- grain: one row per resident\n-- subject: resident\n-- column: seen boolean 见到\n-- source: 自拟\n\
         select t.subject, t.seen from {reads} t\n"
    );
    (format!("{pack}/views/{id}.sql"), text)
}

fn indicator(id: &str, term: &str) -> String {
    format!(
        "[[indicator]]\nid = \"{id}\"\nname = \"{id}\"\nname_en = \"{id}\"\n{term}\nunit = \"人\"\nmeaning = \"自拟\"\nsource = \"自拟\"\n"
    )
}

fn service(id: &str, after: &str, more: &str) -> String {
    format!(
        "[[service]]\nid = \"{id}\"\nname = \"{id}\"\nname_en = \"{id}\"\nmeaning = \"自拟\"\nsource = \"自拟\"\nafter = \"{after}\"\n\
         due = \"1 year\"\nby = [\"{after}\"]\nevery = \"1 year\"\n{more}\n"
    )
}

/// `base` (routine, partly administrative), `visit` (routine), `quiet` (sensitive), `closed` (restricted).
fn load() -> Packs {
    let mut files = vec![
        manifest("base", "", "routine"),
        manifest("visit", "\"base\"", "routine"),
        manifest("quiet", "\"base\"", "sensitive"),
        manifest("closed", "\"base\"", "restricted"),
        form("base.sheet", "resident", "profile = true\nlocates = true\ncontent = \"administrative\""),
        form("base.death", "resident", ""),
        form("base.clinic", "organisation", "profile = true\nlocates = true\ncontent = \"administrative\""),
        form("visit.note", "resident", ""),
        form("visit.village", "area", ""),
        form("quiet.note", "resident", ""),
        form("quiet.benefit", "resident", "content = \"administrative\""),
        form("closed.note", "resident", ""),
        form("closed.stock", "organisation", ""),
        view("base_people", "base_sheet"),
        view("visit_people", "visit_note"),
        view("visit_quiet", "quiet_people"),
        view("quiet_people", "quiet_note"),
        view("closed_people", "closed_note"),
        view("visit_hidden", "closed_note"),
        (
            "base/forms/consent.toml".to_owned(),
            "id = \"base.consent\"\nname = \"同意\"\nname_en = \"Consent\"\nversion = 1\nsubject = \"resident\"\nsource = \"自拟\"\n\
             [[field]]\nid = \"purpose\"\nname = \"事项\"\nname_en = \"Purpose\"\ntype = \"text\"\n\
             [[field]]\nid = \"answer\"\nname = \"答复\"\nname_en = \"Answer\"\ntype = \"choice\"\nchoices = [[\"1\", \"是\"], [\"2\", \"否\"], [\"3\", \"撤回\"]]\n\
             [[field]]\nid = \"until\"\nname = \"期限\"\nname_en = \"Until\"\ntype = \"date\"\n"
                .to_owned(),
        ),
        (
            "base/consent.toml".to_owned(),
            "source = \"自拟\"\n[consent]\nform = \"base.consent\"\npurpose = \"purpose\"\nanswer = \"answer\"\ngiven = \"1\"\nrefused = \"2\"\n\
             withdrawn = \"3\"\nuntil = \"until\"\n\
             [[purpose]]\nid = \"base.passed_on\"\nname = \"代为通知\"\nname_en = \"Passed on\"\nmeaning = \"自拟\"\nallows = [\"committee_reminder\"]\n\
             [[purpose]]\nid = \"base.contract\"\nname = \"签约\"\nname_en = \"Contract\"\nmeaning = \"自拟\"\nservices = [\"visit.yearly\"]\nunasked = \"goes_on\"\n"
                .to_owned(),
        ),
        (
            "visit/schedule.toml".to_owned(),
            service("visit.yearly", "visit.note", "") + &service("visit.careful", "visit.note", "when = \"quiet.note.seen\""),
        ),
        ("quiet/schedule.toml".to_owned(), service("quiet.yearly", "quiet.note", "")),
        ("closed/schedule.toml".to_owned(), service("closed.yearly", "closed.note", "")),
    ];
    let indicators = [
        ("base.people", "view = \"base_people\"\nnumerator = \"true\""),
        ("visit.people", "view = \"visit_people\"\nnumerator = \"true\""),
        ("visit.quiet", "view = \"visit_quiet\"\nnumerator = \"true\""),
        ("quiet.people", "view = \"quiet_people\"\nnumerator = \"true\""),
        ("closed.people", "view = \"closed_people\"\nnumerator = \"true\""),
        ("visit.hidden", "numerator = { of = \"closed.people + visit.people\" }"),
    ];
    let mut of_pack: BTreeMap<&str, String> = BTreeMap::new();
    for (id, term) in indicators {
        of_pack.entry(id.split_once('.').unwrap().0).or_default().push_str(&indicator(id, term));
    }
    files.extend(of_pack.into_iter().map(|(pack, text)| (format!("{pack}/indicators.toml"), text)));
    let roster = |id: &str, view: &str| {
        format!(
            "id = \"{id}\"\nname = \"{id}\"\nname_en = \"{id}\"\nview = \"{view}\"\nsource = \"自拟\"\n\
             columns = [{{ id = \"seen\", name = \"见到\", width = 5 }}]\n"
        )
    };
    files.push(("visit/rosters/L91.toml".to_owned(), roster("L91", "visit_people")));
    files.push(("visit/rosters/L92.toml".to_owned(), roster("L92", "visit_quiet")));
    let loaded = qianmo_packs::load(&files);
    assert!(loaded.faults.is_empty(), "{:#?}", loaded.faults);
    loaded.packs
}

pub(crate) static GUARD: LazyLock<Arc<Guard>> = LazyLock::new(|| Arc::new(Guard::new(&load())));

pub(crate) fn grant(role: Role, at: &str, sensitivity: Sensitivity) -> Grant {
    Grant {
        worker: name("li"),
        role,
        area: area(at),
        programmes: Programmes::All,
        sensitivity,
        residents: None,
        from: day("2026-01-01"),
        to: Some(day("2026-12-31")),
    }
}

pub(crate) fn only(packs: &[&str]) -> Programmes {
    Programmes::Only(packs.iter().map(|pack| (*pack).into()).collect())
}

pub(crate) fn access(grants: &[Grant]) -> Access {
    Access::new(name("li"), grants, GUARD.clone(), &tree(), today())
}

/// A record as a sight judges it.
#[derive(Debug, Clone)]
pub(crate) struct Seen<'a> {
    pub(crate) form: &'a str,
    pub(crate) area: &'a str,
    pub(crate) home: &'a str,
    pub(crate) resident: Option<SubjectId>,
    /// Forms that worker `li` has written about the resident.
    pub(crate) wrote: &'a [&'a str],
}

impl<'a> Seen<'a> {
    pub(crate) fn of(form: &'a str, at: &'a str) -> Self {
        Self { form, area: at, home: at, resident: Some(person(1)), wrote: &[] }
    }
}

/// Whether a sight opens a record, read as its documentation says.
pub(crate) fn opens(sight: &Sight, record: &Seen<'_>) -> bool {
    sight.windows.iter().any(|window| {
        let there = |code: &str| match &window.areas {
            Areas::All => true,
            Areas::Only(areas) => areas.contains(&area(code)),
        };
        let whose = match &window.whose {
            Whose::Everybody => true,
            Whose::Residents(residents) => record.resident.is_some_and(|resident| residents.contains(&resident)),
            Whose::ClientsOf(worker) => {
                worker.as_str() == "li" && record.resident.is_some() && record.wrote.iter().any(|form| window.forms.contains(*form))
            }
            Whose::Nobody => record.resident.is_none(),
        };
        window.forms.contains(record.form) && whose && (there(record.area) || (record.resident.is_some() && there(record.home)))
    })
}

/// The forms of the fictional packs that a sight opens anywhere.
pub(crate) fn forms(sight: &Sight) -> BTreeSet<Arc<str>> {
    sight.windows.iter().flat_map(|window| window.forms.iter().cloned()).collect()
}
