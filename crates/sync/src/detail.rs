//! Why an arrival lies beside the log, as the text that the store keeps of it; and faults in words.

use qianmo_core::Fault;
use qianmo_store::Arrival;
use qianmo_wire::sync::{ArrivalBody, Notice, Reason};
use qianmo_wire::{Lang, render};
use serde::{Deserialize, Serialize};

/// Reasons and notices of an arrival.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Detail {
    #[serde(default)]
    pub(crate) reasons: Vec<Reason>,
    #[serde(default)]
    pub(crate) notices: Vec<Notice>,
    /// The root area of the server that sent it, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) home: Option<String>,
}

impl Detail {
    pub(crate) fn text(&self) -> String {
        serde_json::to_string(self).expect("text and maps with text keys always have a JSON form")
    }

    /// Whether it lies beside the log because the log has another record of its id.
    pub(crate) fn id_taken(&self) -> bool {
        self.reasons.iter().any(|reason| reason.code == "SYNC-0208")
    }

    /// What can't be read, of a later program, tells nothing.
    pub(crate) fn of(arrival: &Arrival) -> Self {
        serde_json::from_str(&arrival.what.detail).unwrap_or_default()
    }
}

/// A fault in a code and in words.
pub(crate) fn reason(fault: &Fault) -> Reason {
    let problem = render(fault, Lang::Zh);
    Reason {
        code: problem.code.to_owned(),
        title: problem.title,
        detail: problem.detail,
        hint: problem.hint,
        params: problem.params.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
    }
}

pub(crate) fn reasons(faults: &[Fault]) -> Vec<Reason> {
    faults.iter().map(reason).collect()
}

/// An arrival as a body, without the record as it was sent.
pub(crate) fn body(arrival: &Arrival) -> ArrivalBody {
    let detail = Detail::of(arrival);
    let what = &arrival.what;
    ArrivalBody {
        id: what.id.to_string(),
        record: what.record.to_string(),
        area: what.area.to_string(),
        resident: what.resident.map(|id| id.to_string()),
        worker: what.worker.as_deref().map(str::to_owned),
        device: what.device.as_deref().map(str::to_owned),
        arrived_at: what.arrived_at,
        state: what.state.word().to_owned(),
        waits_for: what.waits_for.map(|id| id.to_string()),
        reasons: detail.reasons,
        notices: detail.notices,
        decided_by: arrival.decided_by.as_deref().map(str::to_owned),
        decided_at: arrival.decided_at,
        note: arrival.note.clone(),
        sent: None,
        change: arrival.change,
    }
}
