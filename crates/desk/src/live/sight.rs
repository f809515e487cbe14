//! Which lines of due lists somebody may see.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use qianmo_access::Wording;
use qianmo_core::{AreaCode, Fault, SubjectId};
use qianmo_store::{AccountName, Areas, Whose};

use crate::Due;

/// Which lines somebody may see: the union of its windows; without windows none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DueSight {
    /// The windows.
    pub windows: Vec<DueWindow>,
}

/// Lines of some services, about those who sit in some areas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueWindow {
    /// Where they sit.
    pub areas: Areas,
    /// Services and series by id; all when absent.
    pub services: Option<Arc<BTreeSet<Arc<str>>>>,
    /// About whom.
    pub whose: DueWhose,
    /// How much a line tells. Of what is seen as an appointment only nothing is counted and nothing found by programme, service or urgency.
    pub wording: Wording,
}

/// About whom lines are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DueWhose {
    /// Anybody and anything.
    Everybody,
    /// These residents.
    Residents(Arc<BTreeSet<SubjectId>>),
    /// No residents: organisations, households, areas.
    Nobody,
}

/// A line as somebody may see it.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenDue {
    /// The line.
    pub due: Arc<Due>,
    /// How much of it may be told: of an appointment only the name and the days.
    pub wording: Wording,
}

/// Tells about whom a worker has written records of some forms.
pub type Clients<'c> = dyn FnMut(&AccountName, &BTreeSet<Arc<str>>) -> Result<BTreeSet<SubjectId>, Fault> + 'c;

impl DueSight {
    /// Everything everywhere.
    #[must_use]
    pub fn everything() -> Self {
        Self { windows: vec![DueWindow { areas: Areas::All, services: None, whose: DueWhose::Everybody, wording: Wording::Full }] }
    }

    /// The windows that access opens. `clients` tells about whom a worker has written records of some forms.
    ///
    /// Errors: those of `clients`.
    pub fn of(windows: Vec<qianmo_access::DueWindow>, clients: &mut Clients<'_>) -> Result<Self, Fault> {
        let resolved = windows.into_iter().map(|window| {
            let whose = match window.whose {
                Whose::Everybody => DueWhose::Everybody,
                Whose::Residents(residents) => DueWhose::Residents(residents),
                Whose::ClientsOf(worker) => DueWhose::Residents(Arc::new(clients(&worker, &window.client_forms)?)),
                Whose::Nobody => DueWhose::Nobody,
            };
            Ok(DueWindow { areas: window.areas, services: Some(window.services), whose, wording: window.wording })
        });
        Ok(Self { windows: resolved.collect::<Result<_, Fault>>()? })
    }

    /// What may be seen in an area.
    pub(crate) fn view(&self, area: AreaCode) -> View<'_> {
        let here = |window: &&DueWindow| match &window.areas {
            Areas::All => true,
            Areas::Only(areas) => areas.contains(&area),
        };
        View {
            windows: self
                .windows
                .iter()
                .filter(here)
                .filter(|window| !window.services.as_ref().is_some_and(|ids| ids.is_empty()))
                .collect(),
        }
    }
}

/// What may be seen of one village.
#[derive(Debug)]
pub(crate) struct View<'a> {
    windows: Vec<&'a DueWindow>,
}

impl View<'_> {
    /// How much of a line is told, if it is seen at all.
    pub(crate) fn sees(&self, line: &Due) -> Option<Wording> {
        let fits = |window: &&&DueWindow| {
            let whose = match &window.whose {
                DueWhose::Everybody => true,
                DueWhose::Residents(residents) => residents.contains(&line.owner()),
                DueWhose::Nobody => line.item.resident.is_none(),
            };
            let told = window.wording == Wording::Full || line.reminds;
            whose && told && window.services.as_ref().is_none_or(|services| services.contains(&line.item.service))
        };
        self.windows.iter().filter(fits).map(|window| window.wording).max()
    }

    /// Whether it is seen and everything may be told of it.
    pub(crate) fn sees_fully(&self, line: &Due) -> bool {
        self.sees(line) == Some(Wording::Full)
    }

    /// Whether nothing can be seen at all.
    pub(crate) fn is_shut(&self) -> bool {
        self.windows.is_empty()
    }

    /// The services whose every line is seen fully.
    pub(crate) fn whole(&self) -> Whole<'_> {
        let full = || self.windows.iter().filter(|window| window.wording == Wording::Full);
        if full().any(|window| window.whose != DueWhose::Everybody) {
            return Whole::Unknown;
        }
        if full().any(|window| window.services.is_none()) {
            return Whole::All;
        }
        Whole::Only(full().flat_map(|window| window.services.iter().flat_map(|ids| ids.iter().map(|id| &**id))).collect())
    }
}

/// Which services are seen as a whole.
#[derive(Debug)]
pub(crate) enum Whole<'a> {
    /// All.
    All,
    /// These; nothing of any other.
    Only(HashSet<&'a str>),
    /// Some are seen about some people only: lines must be looked at one by one.
    Unknown,
}

impl Whole<'_> {
    pub(crate) fn has(&self, service: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(services) => services.contains(service),
            Self::Unknown => false,
        }
    }
}
