//! The order of due lists, and a place in it.

use std::cmp::Reverse;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use qianmo_core::{AreaCode, Date, Fault, RecordId, SubjectId};

use crate::Due;

/// Where a line stands in a due list: by urgency, days overdue, due date; then by village, person, occasion, dose and service, so that no
/// two lines stand at the same place and a list can be read on from any of them.
///
/// As text it is a cursor: no names, no facts beyond what the line itself says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    urgency: u8,
    overdue: Reverse<i32>,
    due: Date,
    area: AreaCode,
    owner: SubjectId,
    subject: SubjectId,
    anchor: RecordId,
    dose: u32,
    service: Arc<str>,
}

impl Key {
    /// Where a line stands in the list of a day.
    #[must_use]
    pub fn of(line: &Due, on: Date) -> Self {
        let item = &line.item;
        Self {
            urgency: item.urgency,
            overdue: Reverse(item.days_overdue(on)),
            due: item.due.unwrap_or(Date::MAX),
            area: line.area,
            owner: line.owner(),
            service: item.service.clone(),
            dose: item.dose.unwrap_or(0),
            subject: item.subject,
            anchor: item.anchor,
        }
    }
}

impl Key {
    /// The place after every service that asks for the same days by the same occasion: a cursor for who may not know which service it is.
    pub(crate) fn veiled(self) -> Self {
        // After every id: these are of letters, digits, `_` and `.`.
        Self { service: "|".into(), ..self }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { urgency, overdue, due, area, owner, service, dose, subject, anchor } = self;
        let uuid = |id: &uuid::Uuid| id.simple().to_string();
        write!(f, "{urgency}~{}~{due}~{area}~{}~{service}~{dose}", overdue.0, uuid(&owner.0))?;
        write!(f, "~{}~{}", uuid(&subject.0), uuid(&anchor.0))
    }
}

impl FromStr for Key {
    type Err = Fault;

    /// Errors: `DESK-0101` for what no list gave out.
    fn from_str(text: &str) -> Result<Self, Fault> {
        let wrong = || Fault::new("DESK-0101").with("cursor", text.chars().take(200).collect::<String>());
        let parts: Vec<&str> = text.split('~').collect();
        let [urgency, overdue, due, area, owner, service, dose, subject, anchor] = parts[..] else { return Err(wrong()) };
        Ok(Self {
            urgency: urgency.parse().map_err(|_| wrong())?,
            overdue: Reverse(overdue.parse().map_err(|_| wrong())?),
            due: due.parse().map_err(|_| wrong())?,
            area: area.parse().map_err(|_| wrong())?,
            owner: owner.parse().map_err(|_| wrong())?,
            service: service.into(),
            dose: dose.parse().map_err(|_| wrong())?,
            subject: subject.parse().map_err(|_| wrong())?,
            anchor: anchor.parse().map_err(|_| wrong())?,
        })
    }
}
