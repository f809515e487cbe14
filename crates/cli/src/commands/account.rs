//! `account`: the first accounts of a place, and the way back in when nobody can log in any more.

use std::path::Path;

use jiff::Timestamp;
use qianmo_core::pack::Sensitivity;
use qianmo_core::{AreaCode, AreaKind, AreaTree, Date, Fault};
use qianmo_store::{AccountName, Actor, Grant, NewWorker, PasswordHash, Programmes, Role, Store};

use crate::args::Account as Args;
use crate::commands::synth::today;
use crate::failure::Failure;
use crate::folder::load_packs;
use crate::output::line;
use crate::place::Place;

pub(crate) fn run(args: &Args, packs: Option<&Path>) -> Result<(), Failure> {
    let packs = load_packs(packs)?;
    match args {
        Args::Add { at, name, shown, role, area } => {
            let mut store = Place::of(at)?.open(&packs)?;
            let role = Role::from_word(role).ok_or_else(|| Fault::new("CLI-0232").with("role", role).with("known", known_roles()))?;
            let area = match area {
                Some(code) => store.areas()?.require(*code)?.code,
                None => usual(role, &store.areas()?)?,
            };
            let password = add(&mut *store, name, shown, role, area, today(), true)?;
            line(&format!("账号 {name} 已建，首次登录须修改密码。初始密码只显示这一次： {password}"));
        }
        Args::Reset { at, name } => {
            let mut store = Place::of(at)?.open(&packs)?;
            let password = password()?;
            let now = Timestamp::now().as_millisecond();
            store.accounts_mut().set_password(&Actor::default(), now, &name.parse()?, &PasswordHash::of(&password)?, true)?;
            line(&format!("账号 {name} 的密码已重置，登录后须修改。新密码只显示这一次： {password}"));
        }
    }
    Ok(())
}

fn known_roles() -> String {
    Role::all().map(Role::word).collect::<Vec<_>>().join("、")
}

/// Where somebody of a role works unless told: who answers for accounts, settings and backups, or looks into the audit, in the whole tree.
fn usual(role: Role, areas: &AreaTree) -> Result<AreaCode, Fault> {
    match role {
        Role::Administrator | Role::Auditor => areas.roots().next().map(|root| root.code).ok_or_else(|| Fault::new("CLI-0201")),
        _ => top(areas),
    }
}

/// The area that everything lies in, or the township if there is only one.
pub(crate) fn top(areas: &AreaTree) -> Result<AreaCode, Fault> {
    let mut at = areas.roots().next().ok_or_else(|| Fault::new("CLI-0201"))?;
    while let ([only], true) = (areas.children(at.code), at.kind < AreaKind::Township) {
        at = areas.require(*only)?;
    }
    Ok(at.code)
}

/// Makes an account with a grant, and gives its first password.
///
/// Errors: `STORE-0504` the name is taken, `STORE-0505` it can't be a name.
pub(crate) fn add(
    store: &mut dyn Store,
    name: &str,
    shown: &str,
    role: Role,
    area: AreaCode,
    from: Date,
    must_change: bool,
) -> Result<String, Fault> {
    let password = password()?;
    let (by, now) = (Actor::default(), Timestamp::now().as_millisecond());
    let name: AccountName = name.parse()?;
    let hash = PasswordHash::of(&password)?;
    let new = NewWorker { name: name.clone(), shown: shown.to_owned(), organisation: None, area, password: hash, must_change };
    store.accounts_mut().add_worker(&by, now, &new)?;
    let sensitivity = match role {
        Role::Administrator | Role::Auditor | Role::Committee | Role::Supervision => Sensitivity::Routine,
        _ => Sensitivity::Sensitive,
    };
    let grant = Grant { worker: name, role, area, programmes: Programmes::All, sensitivity, from, to: None, residents: None };
    store.accounts_mut().give(&by, now, &grant)?;
    Ok(password)
}

/// Twelve letters and digits that can't be taken for one another, in three groups.
pub(crate) fn password() -> Result<String, Fault> {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789E";
    let mut bytes = [0; 12];
    getrandom::fill(&mut bytes).map_err(|why| Fault::new("STORE-0007").with("file", "random").with("why", why))?;
    let letters: Vec<char> = bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    Ok(letters.chunks(4).map(String::from_iter).collect::<Vec<_>>().join("-"))
}
