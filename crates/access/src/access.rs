//! What one worker may see and do on one day.

use std::collections::BTreeSet;
use std::sync::Arc;

use qianmo_core::pack::Sensitivity;
use qianmo_core::{AreaCode, AreaTree, Date, Fault, SubjectId};
use qianmo_store::{AccountName, Areas, Grant, Role, Sight, Whose, Window};

use crate::grants::Held;
use crate::{Guard, Guarded, Lines, Rows, reason};

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
    /// With [`Whose::ClientsOf`]: the forms by a record of which somebody is a client; else empty.
    pub client_forms: Arc<BTreeSet<Arc<str>>>,
}

/// About whom rows of a view or roster may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowsSeen {
    /// Nobody: no row leaves, nor how many there are.
    Nothing,
    /// Every row of the area.
    Everybody,
    /// Rows of residents that one of these windows opens: named ones, or own clients (known by a record of one of the window's forms).
    Only(Vec<Window>),
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

/// A window being filled.
struct Slot {
    key: Key,
    ids: BTreeSet<Arc<str>>,
}

/// What makes windows one: where, about whom, how much is told. Windows about clients are kept apart by grant and sensitivity, so that nobody becomes
/// a client of one programme by a record of a lesser one.
#[derive(PartialEq)]
struct Key {
    areas: Areas,
    whose: Whose,
    wording: Wording,
    clients: Option<(usize, Sensitivity)>,
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
        for (place, held) in self.held.iter().enumerate().filter(|(_, held)| held.duties.exposes || !exposed) {
            for (form, guarded) in &self.guard.forms {
                if let Some(whose) = self.whose(held, guarded, stated) {
                    add(&mut slots, Key::new(place, held, guarded, whose, Wording::Full), form);
                }
            }
        }
        let window = |slot: Slot| Window { areas: slot.key.areas, forms: Arc::new(slot.ids), whose: slot.key.whose };
        let windows: Vec<Window> = slots.into_iter().map(window).collect();
        Sight { exposed: exposed && !windows.is_empty(), windows }
    }

    /// The due-list lines that may be shown. What consent stops is taken out of them by [`crate::Standing::shows`].
    #[must_use]
    pub fn due(&self, reason: Option<&str>) -> Vec<DueWindow> {
        let stated = reason::fits(reason);
        let mut slots: Vec<Slot> = Vec::new();
        for (place, held) in self.held.iter().enumerate() {
            for (service, guarded) in &self.guard.services {
                if held.duties.lines == Lines::Due {
                    if let Some(whose) = self.whose(held, guarded, stated) {
                        add(&mut slots, Key::new(place, held, guarded, whose, Wording::Full), service);
                    }
                } else if held.passes_on(guarded) {
                    add(&mut slots, Key::new(place, held, guarded, Whose::Everybody, Wording::Appointment), service);
                }
            }
        }
        let window = |Slot { key, ids }| {
            let clients = key.clients.map(|(place, level)| self.held[place].client_forms(&self.guard, level));
            let client_forms = Arc::new(clients.unwrap_or_default());
            DueWindow { areas: key.areas, services: Arc::new(ids), whose: key.whose, wording: key.wording, client_forms }
        };
        slots.into_iter().map(window).collect()
    }

    /// About whom rows of a view may be shown in an area (drill-down).
    ///
    /// The view counts as the most sensitive of all forms it reads; the grant's programmes are compared with the view's own pack.
    #[must_use]
    pub fn rows_of_view(&self, view: &str, area: AreaCode, reason: Option<&str>) -> RowsSeen {
        self.guard.view(view).map_or(RowsSeen::Nothing, |guarded| self.rows(guarded, area, reason::fits(reason)))
    }

    /// About whom rows behind an indicator may be shown in an area: as of its view, in its own programme, and with everything else that it is made
    /// of as sensitive as that is. `Nothing` for one without rows.
    #[must_use]
    pub fn rows_of_indicator(&self, indicator: &str, area: AreaCode, reason: Option<&str>) -> RowsSeen {
        self.guard.indicator(indicator).map_or(RowsSeen::Nothing, |guarded| self.rows(guarded, area, reason::fits(reason)))
    }

    /// About whom rows of a roster may be shown in an area: as of its view, in its own programme.
    #[must_use]
    pub fn rows_of_roster(&self, roster: &str, area: AreaCode, reason: Option<&str>) -> RowsSeen {
        self.guard.roster(roster).map_or(RowsSeen::Nothing, |guarded| self.rows(guarded, area, reason::fits(reason)))
    }

    fn rows(&self, guarded: &Guarded, area: AreaCode, stated: bool) -> RowsSeen {
        let mut windows: Vec<Window> = Vec::new();
        for held in self.held.iter().filter(|held| held.reaches(area) || held.duties.rows == Rows::Own) {
            let forms = match self.whose(held, guarded, stated) {
                None => continue,
                Some(Whose::Everybody | Whose::Nobody) => return RowsSeen::Everybody,
                Some(Whose::Residents(_)) => held.forms(&self.guard, None),
                Some(Whose::ClientsOf(_)) => held.client_forms(&self.guard, guarded.sensitivity),
            };
            let whose = self.whose(held, guarded, stated).unwrap_or(Whose::Nobody);
            windows.push(Window { areas: held.window_areas(), forms: Arc::new(forms), whose });
        }
        if windows.is_empty() { RowsSeen::Nothing } else { RowsSeen::Only(windows) }
    }

    /// Errors: `ACCESS-0103` when a form is sensitive, could be read with a reason, and none is stated; `ACCESS-0102` when it can't be read at all.
    pub fn require_form(&self, form: &str, reason: Option<&str>) -> Result<(), Fault> {
        let guarded = self.guard.form(form);
        Self::require(reason, |stated| {
            guarded.is_some_and(|guarded| self.held.iter().any(|held| self.whose(held, guarded, stated).is_some()))
        })
    }

    /// Errors: as [`Access::require_form`], for the rows behind an indicator in an area.
    pub fn require_rows_of_indicator(&self, indicator: &str, area: AreaCode, reason: Option<&str>) -> Result<RowsSeen, Fault> {
        self.require_rows(self.guard.indicator(indicator), area, reason)
    }

    /// Errors: as [`Access::require_form`], for the rows of a roster in an area.
    pub fn require_rows_of_roster(&self, roster: &str, area: AreaCode, reason: Option<&str>) -> Result<RowsSeen, Fault> {
        self.require_rows(self.guard.roster(roster), area, reason)
    }

    fn require_rows(&self, guarded: Option<&Guarded>, area: AreaCode, reason: Option<&str>) -> Result<RowsSeen, Fault> {
        let guarded = guarded.ok_or(Fault::new("ACCESS-0102"))?;
        Self::require(reason, |stated| self.rows(guarded, area, stated) != RowsSeen::Nothing)?;
        Ok(self.rows(guarded, area, reason::fits(reason)))
    }

    fn require(reason: Option<&str>, allowed: impl Fn(bool) -> bool) -> Result<(), Fault> {
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
            Rows::RestrictedByName if thing.sensitivity == Sensitivity::Restricted && !thing.impersonal => named(),
            Rows::Everybody | Rows::NamedProgrammes | Rows::RestrictedByName => all(),
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

    /// Whether appointments for a service are passed on under this grant: whatever its sensitivity, as the line says nothing of it.
    fn passes_on(&self, service: &Guarded) -> bool {
        self.duties.lines == Lines::Appointments
            && self.residents.is_none()
            && !service.impersonal
            && self.programmes.contain(&service.pack)
    }

    /// The forms that this grant takes in, of one sensitivity or all.
    fn forms(&self, guard: &Guard, level: Option<Sensitivity>) -> BTreeSet<Arc<str>> {
        let wanted = |form: &Guarded| level.is_none_or(|level| form.sensitivity == level) && self.takes_in(form);
        guard.forms.iter().filter(|(_, form)| wanted(form)).map(|(id, _)| id.clone()).collect()
    }

    /// The forms by a record of which a resident is a client, as far as something of this sensitivity goes.
    fn client_forms(&self, guard: &Guard, level: Sensitivity) -> BTreeSet<Arc<str>> {
        let mut forms = self.forms(guard, Some(level));
        forms.retain(|form| !guard.forms[form].impersonal);
        forms
    }
}

impl Key {
    fn new(place: usize, held: &Held, thing: &Guarded, whose: Whose, wording: Wording) -> Self {
        let clients = matches!(whose, Whose::ClientsOf(_)).then_some((place, thing.sensitivity));
        Self { areas: held.window_areas(), whose, wording, clients }
    }
}

fn add(slots: &mut Vec<Slot>, key: Key, id: &Arc<str>) {
    match slots.iter_mut().find(|slot| slot.key == key) {
        Some(slot) => {
            slot.ids.insert(id.clone());
        }
        None => slots.push(Slot { key, ids: BTreeSet::from([id.clone()]) }),
    }
}
