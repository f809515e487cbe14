//! What an intake is held to: the programmes and areas in force, who sends, and what they may write.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use qianmo_core::pack::Packs;
use qianmo_core::{AreaCode, AreaTree, Fault, Form, Record};
use qianmo_store::{Actor, Arrival};

use crate::detail::Detail;

/// The programmes and areas in force; made once when either changes, and shared.
#[derive(Debug)]
pub struct Rules {
    packs: Arc<Packs>,
    areas: Arc<AreaTree>,
    forms: HashMap<Arc<str>, Place>,
    root: Option<AreaCode>,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    pack: usize,
    form: usize,
    asks_the_person: bool,
}

impl Rules {
    /// By these packs and areas.
    #[must_use]
    pub fn new(packs: Arc<Packs>, areas: Arc<AreaTree>) -> Self {
        let mut forms = HashMap::new();
        for (at, pack) in packs.packs.iter().enumerate() {
            for (number, form) in pack.forms.iter().enumerate() {
                forms.insert(form.id.clone(), Place { pack: at, form: number, asks_the_person: form.asks_the_person() });
            }
        }
        let root = areas.iter().find(|area| area.parent.is_none()).map(|area| area.code);
        Self { packs, areas, forms, root }
    }

    /// The packs.
    #[must_use]
    pub fn packs(&self) -> &Packs {
        &self.packs
    }

    /// The areas.
    #[must_use]
    pub fn areas(&self) -> &AreaTree {
        &self.areas
    }

    /// The form with this id.
    #[must_use]
    pub fn form(&self, id: &str) -> Option<&Form> {
        self.forms.get(id).map(|place| &self.packs.packs[place.pack].forms[place.form])
    }

    /// Whether a check of the form reads the person's sheet.
    pub(crate) fn asks_the_person(&self, id: &str) -> bool {
        self.forms.get(id).is_some_and(|place| place.asks_the_person)
    }

    /// The area above all others.
    pub(crate) fn root(&self) -> Option<AreaCode> {
        self.root
    }
}

/// Who sends, as the session says.
#[derive(Debug, Clone)]
pub struct Sender {
    /// Account and device, written into each record and into the audit chain.
    pub actor: Actor,
    /// The area of the account: where something is shown that tells no known area.
    pub area: AreaCode,
    /// Whether it is a person at work or another server.
    pub kind: SenderKind,
    /// The device was revoked: everything it sends is kept for the township to look at.
    pub revoked: bool,
}

/// What sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SenderKind {
    /// A person's phone or browser: they wrote what they send.
    Person,
    /// A township's server, or the county's towards the township: others wrote what it sends. `home` is its root area. Their account names
    /// are kept as `name@530523100000` (`@530523100000` for the program
    /// itself), lest they be taken for ours of the same name.
    Server {
        /// The root area of the server that sends.
        home: AreaCode,
    },
}

impl Sender {
    /// A person, by account and device.
    #[must_use]
    pub fn person(actor: Actor, area: AreaCode) -> Self {
        Self { actor, area, kind: SenderKind::Person, revoked: false }
    }

    /// The sender of an arrival, as far as it was kept.
    pub(crate) fn of(arrival: &Arrival) -> Self {
        let actor = Actor { worker: arrival.what.worker.clone(), device: arrival.what.device.clone() };
        let home = Detail::of(arrival).home.and_then(|home| home.parse().ok());
        let kind = home.map_or(SenderKind::Person, |home| SenderKind::Server { home });
        Self { kind, ..Self::person(actor, arrival.what.area) }
    }

    /// The root area of a server.
    pub(crate) fn home(&self) -> Option<String> {
        match self.kind {
            SenderKind::Person => None,
            SenderKind::Server { home } => Some(home.to_string()),
        }
    }

    /// Writes who it was into a record, whatever the record says.
    pub(crate) fn stamp(&self, record: &mut Record, root: Option<AreaCode>) {
        match self.kind {
            SenderKind::Person => {
                record.worker.clone_from(&self.actor.worker);
                record.device.clone_from(&self.actor.device);
            }
            SenderKind::Server { home } => {
                let told = record.worker.take().unwrap_or_default();
                let name: Option<Arc<str>> = match told.split_once('@') {
                    None => Some(format!("{told}@{home}").into()),
                    Some((own, at)) if root.is_some_and(|root| root.to_string() == at) => (!own.is_empty()).then(|| own.into()),
                    Some(_) => Some(told),
                };
                record.worker = name;
            }
        }
    }
}

/// Whether a record came from the server of this root area, by who wrote it.
#[must_use]
pub fn came_from(worker: Option<&str>, home: AreaCode) -> bool {
    worker.and_then(|name| name.split_once('@')).is_some_and(|(_, at)| at == home.to_string())
}

/// Whether the sender may write a record. Functions are one.
pub trait May: Send + Sync {
    /// Asked of each record; of a correction or withdrawal also of the record that it corrects, as that is now. `home` is told for a record
    /// that says where its subject sits: where the subject has been sitting; nothing when nobody knows it yet.
    ///
    /// Errors: the fault that says why not; the record is then kept with it as the reason.
    fn may_write(&self, record: &Record, home: Option<AreaCode>) -> Result<(), Fault>;
}

impl<F: Fn(&Record, Option<AreaCode>) -> Result<(), Fault> + Send + Sync> May for F {
    fn may_write(&self, record: &Record, home: Option<AreaCode>) -> Result<(), Fault> {
        self(record, home)
    }
}

impl fmt::Debug for dyn May {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("May")
    }
}
