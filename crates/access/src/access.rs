//! What one worker may see and do on one day.

use std::collections::BTreeSet;
use std::sync::Arc;

use qianmo_core::pack::Sensitivity;
use qianmo_core::{AreaCode, AreaTree, Date, Fault, SubjectId};
use qianmo_store::{AccountName, Areas, Grant, Role, Sight, Whose, Window};

use crate::grants::Held;
use crate::{Guard, Guarded, Rows, reason};

/// What one worker may see and do on one day. Made once per session and day, cheap to ask.
#[derive(Debug)]
pub struct Access {
    pub(crate) worker: AccountName,
    pub(crate) held: Vec<Held>,
    pub(crate) guard: Arc<Guard>,
}

/// Due-list lines that may be shown: of these services, in these areas, about these people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueWindow {
    /// Where the person (or organisation) sits.
    pub areas: Areas,
    /// Services and series by id.
    pub services: Arc<BTreeSet<Arc<str>>>,
    /// About whom.
    pub whose: Whose,
    /// How much a line says.
    pub wording: Wording,
}

/// How much of a due line is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wording {
    /// Only that somebody who agreed to it (`qianmo_core::consent::Processing::CommitteeReminder`) has an appointment: name and days. Neither the
    /// service nor the programme nor the reason.
    Appointment,
    /// Everything.
    Full,
}

/// What makes windows mergeable: where and about whom.
struct Slot {
    areas: Areas,
    whose: Whose,
    wording: Wording,
    ids: BTreeSet<Arc<str>>,
}

impl Access {
    /// What the grants in force on `day` give; grants of others and of other days give nothing.
    #[must_use]
    pub fn new(worker: AccountName, grants: &[Grant], guard: Arc<Guard>, tree: &AreaTree, day: Date) -> Self {
        let held = Held::of(&worker, grants, tree, day);
        Self { worker, held, guard }
    }

    /// Whose access it is.
    #[must_use]
    pub fn worker(&self) -> &AccountName {
        &self.worker
    }

    /// The rules it was made with.
    #[must_use]
    pub fn guard(&self) -> &Guard {
        &self.guard
    }

    /// The roles held, for the screens to choose by.
    #[must_use]
    pub fn roles(&self) -> Vec<Role> {
        let mut roles: Vec<Role> = self.held.iter().map(|held| held.role).collect();
        roles.sort_unstable();
        roles.dedup();
        roles
    }

    /// The residents whose own record this is: of a resident or guardian.
    #[must_use]
    pub fn own(&self) -> BTreeSet<SubjectId> {
        let own = self.held.iter().filter(|held| held.duties.rows == Rows::Own);
        own.filter_map(|held| held.residents.as_deref()).flatten().copied().collect()
    }

    /// The rows that may be read.
    ///
    /// Records of sensitive and restricted programmes are in it only with a stated `reason` (`crate::reason_fits`); without, it holds the
    /// routine ones. With `exposed`, only what the person may also see unmasked.
    #[must_use]
    pub fn sight(&self, reason: Option<&str>, exposed: bool) -> Sight {
        let stated = reason::fits(reason);
        let mut slots: Vec<Slot> = Vec::new();
        for held in self.held.iter().filter(|held| held.duties.exposes || !exposed) {
            for (form, guarded) in &self.guard.forms {
                if let Some(whose) = self.whose(held, guarded, stated) {
                    add(&mut slots, held.window_areas(), whose, Wording::Full, form);
                }
            }
        }
        let window = |slot: Slot| Window { areas: slot.areas, forms: Arc::new(slot.ids), whose: slot.whose };
        let windows: Vec<Window> = slots.into_iter().map(window).collect();
        Sight { exposed: exposed && !windows.is_empty(), windows }
    }

    /// The due-list lines that may be shown.
    #[must_use]
    pub fn due(&self, reason: Option<&str>) -> Vec<DueWindow> {
        let stated = reason::fits(reason);
        let mut slots: Vec<Slot> = Vec::new();
        for held in &self.held {
            for (service, guarded) in &self.guard.services {
                let everybody = Whose::Everybody;
                if held.duties.due {
                    if let Some(whose) = self.whose(held, guarded, stated) {
                        add(&mut slots, held.window_areas(), whose, Wording::Full, service);
                    }
                } else if held.duties.appointments
                    && held.residents.is_none()
                    && !guarded.impersonal
                    && held.programmes.contain(&guarded.pack)
                {
                    add(&mut slots, held.window_areas(), everybody, Wording::Appointment, service);
                }
            }
        }
        let window = |slot: Slot| DueWindow { areas: slot.areas, services: Arc::new(slot.ids), whose: slot.whose, wording: slot.wording };
        slots.into_iter().map(window).collect()
    }

    /// About whom rows of a view may be shown in an area (drill-down, rosters): a row is shown when any of these fits; none, when empty.
    ///
    /// The view counts as the most sensitive of all forms it reads; the grant's programmes are compared with the view's own pack.
    #[must_use]
    pub fn rows_of_view(&self, view: &str, area: AreaCode, reason: Option<&str>) -> Vec<Whose> {
        self.guard.view(view).map_or_else(Vec::new, |guarded| self.rows(guarded, area, reason))
    }

    /// About whom rows of a roster may be shown in an area, as [`Access::rows_of_view`]; the programme is the roster's own.
    #[must_use]
    pub fn rows_of_roster(&self, roster: &str, area: AreaCode, reason: Option<&str>) -> Vec<Whose> {
        self.guard.roster(roster).map_or_else(Vec::new, |guarded| self.rows(guarded, area, reason))
    }

    fn rows(&self, guarded: &Guarded, area: AreaCode, reason: Option<&str>) -> Vec<Whose> {
        let stated = reason::fits(reason);
        let mut found: Vec<Whose> = Vec::new();
        for held in self.held.iter().filter(|held| held.reaches(area) || held.duties.rows == Rows::Own) {
            let whose = self.whose(held, guarded, stated);
            found.extend(whose.filter(|whose| !found.contains(whose)));
        }
        if found.contains(&Whose::Everybody) { vec![Whose::Everybody] } else { found }
    }

    /// Errors: `ACCESS-0103` when a form is sensitive, could be read with a reason, and none is stated; `ACCESS-0102` when it can't be read at all.
    pub fn require_form(&self, form: &str, reason: Option<&str>) -> Result<(), Fault> {
        let guarded = self.guard.form(form);
        self.require(reason, |stated| {
            guarded.is_some_and(|guarded| self.held.iter().any(|held| self.whose(held, guarded, stated).is_some()))
        })
    }

    /// Errors: as [`Access::require_form`], for the rows of a view in an area.
    pub fn require_view(&self, view: &str, area: AreaCode, reason: Option<&str>) -> Result<(), Fault> {
        let fits = |stated: bool| if stated { Some("本次不说明") } else { None };
        self.require(reason, |stated| !self.rows_of_view(view, area, fits(stated)).is_empty())
    }

    fn require(&self, reason: Option<&str>, allowed: impl Fn(bool) -> bool) -> Result<(), Fault> {
        match (allowed(reason::fits(reason)), allowed(true)) {
            (true, _) => Ok(()),
            (false, true) => Err(Fault::new("ACCESS-0103").with("least", reason::MIN_REASON)),
            (false, false) => Err(Fault::new("ACCESS-0102")),
        }
    }

    /// About whom this grant shows rows of something; `None`: of nobody.
    pub(crate) fn whose(&self, held: &Held, thing: &Guarded, stated: bool) -> Option<Whose> {
        if !held.takes_in(thing) {
            return None;
        }
        let routine = thing.sensitivity == Sensitivity::Routine;
        let reasoned = stated || (routine && held.duties.rows != Rows::NamedProgrammes) || held.duties.rows == Rows::Own;
        if !reasoned {
            return None;
        }
        let named = || held.residents.clone().map(Whose::Residents);
        let all = || Some(named().unwrap_or(Whose::Everybody));
        match held.duties.rows {
            Rows::Nobody => None,
            Rows::Own => named(),
            Rows::Everybody | Rows::NamedProgrammes => all(),
            Rows::RestrictedByName if thing.sensitivity == Sensitivity::Restricted && !thing.impersonal => named(),
            Rows::RestrictedByName => all(),
            Rows::OwnClients if routine || thing.impersonal => all(),
            Rows::OwnClients => Some(named().unwrap_or_else(|| Whose::ClientsOf(self.worker.clone()))),
            Rows::Administrative => thing.administrative.then(all).flatten(),
            Rows::Organisations => (thing.impersonal && held.residents.is_none()).then_some(Whose::Nobody),
        }
    }
}

impl Held {
    /// One's own record is one's own wherever it was made.
    fn window_areas(&self) -> Areas {
        if self.duties.rows == Rows::Own { Areas::All } else { self.areas.clone() }
    }
}

fn add(slots: &mut Vec<Slot>, areas: Areas, whose: Whose, wording: Wording, id: &Arc<str>) {
    match slots.iter_mut().find(|slot| slot.areas == areas && slot.whose == whose && slot.wording == wording) {
        Some(slot) => {
            slot.ids.insert(id.clone());
        }
        None => slots.push(Slot { areas, whose, wording, ids: BTreeSet::from([id.clone()]) }),
    }
}
