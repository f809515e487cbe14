//! Accounts of the demo township: one a role, so that it can be tried what each sees.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::Timestamp;
use qianmo_core::pack::{Packs, Sensitivity};
use qianmo_core::{AreaCode, Fault, SubjectId};
use qianmo_store::{AccountName, Actor, Grant, NewWorker, PasswordHash, Programmes, Reader, Role, Search, Store};

use crate::args::Format;
use crate::commands::account::{password, top};
use crate::commands::synth::today;
use crate::failure::Failure;
use crate::keys;
use crate::output::print;

/// An account of the demo.
pub(crate) struct Login {
    name: &'static str,
    what: &'static str,
    area: String,
    password: String,
}

/// Where somebody works.
#[derive(Clone, Copy)]
enum Reach {
    /// In one village.
    Village,
    /// In the township.
    Township,
    /// In the whole tree: the county.
    Whole,
}

/// Account, what it is in Chinese, role, where it works, up to which sensitivity.
const PEOPLE: [(&str, &str, Role, Reach, Sensitivity); 11] = [
    ("doctor", "村医", Role::VillageDoctor, Reach::Village, Sensitivity::Sensitive),
    ("publichealth", "公卫人员", Role::PublicHealth, Reach::Township, Sensitivity::Restricted),
    ("clinician", "妇幼、计生服务", Role::Clinician, Reach::Township, Sensitivity::Sensitive),
    ("office", "镇卫健办", Role::HealthOffice, Reach::Township, Sensitivity::Routine),
    ("analyst", "县卫健分析", Role::CountyAnalyst, Reach::Whole, Sensitivity::Sensitive),
    ("cdc", "疾控", Role::DiseaseControl, Reach::Township, Sensitivity::Restricted),
    ("supervisor", "监督", Role::Supervision, Reach::Township, Sensitivity::Routine),
    ("committee", "村干部", Role::Committee, Reach::Village, Sensitivity::Routine),
    ("resident", "居民", Role::Resident, Reach::Village, Sensitivity::Restricted),
    ("auditor", "审计", Role::Auditor, Reach::Whole, Sensitivity::Routine),
    ("admin", "账号管理", Role::Administrator, Reach::Whole, Sensitivity::Routine),
];

/// Makes the accounts.
pub(crate) fn make(data: &Path, packs: &Packs) -> Result<Vec<Login>, Fault> {
    let mut store = keys::open(data, packs)?;
    let areas = store.areas()?;
    let township = top(&areas)?;
    let whole = areas.roots().next().map_or(township, |root| root.code);
    let village = areas.leaves(township).into_iter().find(|code| *code != township).unwrap_or(township);
    let shared = password()?;
    let hash = PasswordHash::of(&shared)?;
    let (by, now, from) = (Actor::default(), Timestamp::now().as_millisecond(), today());
    let mut logins = Vec::new();
    for (name, what, role, reach, sensitivity) in PEOPLE {
        let area = match reach {
            Reach::Village => village,
            Reach::Township => township,
            Reach::Whole => whole,
        };
        let account: AccountName = name.parse()?;
        let new = NewWorker {
            name: account.clone(),
            shown: what.to_owned(),
            organisation: None,
            area,
            password: hash.clone(),
            must_change: false,
        };
        store.accounts_mut().add_worker(&by, now, &new)?;
        let residents = if role == Role::Resident { Some(BTreeSet::from([somebody(&store, area)?])) } else { None };
        let grant = Grant { worker: account, role, area, programmes: Programmes::All, sensitivity, from, to: None, residents };
        store.accounts_mut().give(&by, now, &grant)?;
        let name_of = areas.get(area).map_or_else(String::new, |area| area.name.clone());
        logins.push(Login { name, what, area: name_of, password: shared.clone() });
    }
    Ok(logins)
}

/// Anybody of the village: the demo's resident.
fn somebody(store: &dyn Store, area: AreaCode) -> Result<SubjectId, Fault> {
    let reader = Reader::whole(store);
    let mut after: Option<String> = None;
    loop {
        let found = reader.search(&Search { text: "王", after: after.as_deref(), rows_max: 200 })?;
        if let Some(resident) = found.residents.iter().find(|resident| resident.area == Some(area)) {
            return Ok(resident.id);
        }
        after = found.next;
        if after.is_none() {
            return Err(Fault::new("CLI-0201"));
        }
    }
}

/// Prints the table of accounts.
pub(crate) fn show(logins: &[Login]) -> Result<(), Failure> {
    let titles = ["账号", "角色", "辖区", "密码"];
    let rows: Vec<Vec<String>> =
        logins.iter().map(|login| vec![login.name.to_owned(), login.what.to_owned(), login.area.clone(), login.password.clone()]).collect();
    print(&titles, &titles, &rows, &[], Format::Table)
}

/// Commands to try.
pub(crate) fn examples(logins: &[Login], address: &str) -> Vec<String> {
    let Some(login) = logins.first() else { return Vec::new() };
    vec![
        format!(
            "    TOKEN=$(curl -s {address}/api/v1/session -H 'content-type: application/json' -d '{{\"name\":\"{}\",\"password\":\"{}\"}}' | sed 's/.*\"token\":\"\\([^\"]*\\)\".*/\\1/')",
            login.name, login.password
        ),
        format!("    curl -s -H \"authorization: Bearer $TOKEN\" '{address}/api/v1/residents?q=wf'"),
    ]
}
