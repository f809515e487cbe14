//! Bodies of synchronisation: what a device (or a township's server) and a server say to each other.
//!
//! One round trip, [`Exchange`] there and [`Answer`] back, pushes a batch and pulls villages. Bodies have a version and are read leniently:
//! members that this program doesn't know are passed over, absent ones have defaults, and each record of a batch is read for itself, so that
//! one unreadable record doesn't take the others with it. Dates are `2012-01-01`, ids are UUIDs, instants UTC milliseconds since 1970.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The version of these bodies. A server answers a newer one with `SYNC-0002`.
pub const VERSION: u32 = 1;

/// A record on its way, in either direction.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecordBody {
    /// Its id, made by whoever wrote it.
    pub id: String,
    /// The form.
    pub form: String,
    /// The form's version; 0 or absent: the newest.
    #[serde(default)]
    pub form_version: u32,
    /// Kind of subject.
    pub kind: String,
    /// The subject.
    pub subject: String,
    /// The resident concerned; may be absent when the subject is it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resident: Option<String>,
    /// The area, 12 digits.
    pub area: String,
    /// The organisation that did the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// Who wrote it. From a device it counts for nothing: the session says who it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<String>,
    /// On which device. From a device it counts for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// Date of the service.
    pub at: String,
    /// When it was written, by the clock of who wrote it.
    #[serde(default)]
    pub recorded_at: i64,
    /// The record whose place it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<String>,
    /// The record that it withdraws.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voids: Option<String>,
    /// Why it is withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Field values: yes/no and whole numbers as such, decimals, dates and codes as text.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub values: Map<String, Value>,
    /// Pushed: up to which position its writer knew the village when writing it; without it no notice of a concurrent edit is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<i64>,
    /// Pushed, of a correction or withdrawal: what it corrects, as its writer knew it. Without it the server takes the last that it has from the
    /// same hands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<BaseBody>,
    /// Pulled: its position in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<i64>,
}

/// What a correction starts from.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BaseBody {
    /// Date of the service.
    pub at: String,
    /// The area.
    pub area: String,
    /// Field values.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub values: Map<String, Value>,
}

/// One request: a batch to push, and where to pull from.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Exchange {
    /// [`VERSION`].
    #[serde(default)]
    pub version: u32,
    /// The batch, [`RecordBody`] each, corrections after what they correct.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<RecordBody>))]
    pub records: Vec<Value>,
    /// What to pull; nothing when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull: Option<Pull>,
    /// The device has wiped its data, as it was told to.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub wiped: bool,
}

/// Where a device stands.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pull {
    /// Cursors by village code, as the last answer gave them. A village not named is sent from its beginning.
    #[serde(default)]
    pub villages: BTreeMap<String, Cursor>,
    /// Number of the last change of an arrival that it was told.
    #[serde(default)]
    pub arrivals: i64,
    /// The hash of the programme it has; empty for none.
    #[serde(default)]
    pub programme: String,
    /// The hash of the areas it has; empty for none.
    #[serde(default)]
    pub areas: String,
    /// About how many bytes of records the answer may have; 0: as the server likes.
    #[serde(default)]
    pub bytes_max: u64,
}

/// How far a village has been pulled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cursor {
    /// Everything of the village up to this position is there.
    #[serde(default)]
    pub position: i64,
    /// The earlier records of everybody who moved in up to this position are there.
    #[serde(default)]
    pub moved: i64,
    /// What the worker may see; when it changes, the village is sent from its beginning.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub sight: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// The answer to an [`Exchange`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Answer {
    /// [`VERSION`].
    #[serde(default)]
    pub version: u32,
    /// The server's clock, UTC milliseconds: a device shows a difference, and doesn't set its clock by it.
    #[serde(default)]
    pub now: i64,
    /// One for each record of the batch, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outcomes: Vec<Outcome>,
    /// Records of the villages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub villages: Vec<Village>,
    /// Villages that the device must forget: the grant was taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forget: Vec<String>,
    /// What became of what was sent before, and of edits that met: changes since the number asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arrivals: Vec<ArrivalBody>,
    /// Number to ask from next time.
    #[serde(default)]
    pub arrivals_until: i64,
    /// The programme's hash, when it isn't the one that the device has: fetch it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub programme: Option<String>,
    /// The areas, when they aren't those that the device has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub areas: Option<AreasBody>,
    /// There is more: ask again at once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
    /// The device was revoked: what it pushes is kept for the township to look at, and it gets nothing more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub revoked: bool,
    /// The device must wipe its data once everything it wrote is pushed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub wipe: bool,
}

/// What became of one pushed record.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Outcome {
    /// The record's id as it was sent; empty when that couldn't be read.
    #[serde(default)]
    pub id: String,
    /// What became of it.
    pub state: State,
    /// Its position in the log, when it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<i64>,
    /// Under which id it is kept beside the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrival: Option<String>,
    /// Why it isn't in the log, or not as it came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// What should be asked again; the record was taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<Reason>,
    /// Another's edit that it met.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
}

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Written to the log.
    Accepted,
    /// It was in the log already.
    Already,
    /// In the log, together with another's edit: see the notices.
    Merged,
    /// Kept beside the log with the reasons, until somebody mends or dismisses it, or what it waits for comes.
    Quarantined,
    /// Was kept beside the log, and is in the log now.
    Released,
    /// Was kept beside the log, and somebody decided that it isn't to be written.
    Dismissed,
    /// Can't be read: the only thing that is not kept.
    #[default]
    #[serde(other)]
    Unreadable,
}

/// Why, in a code and in words.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reason {
    /// Stable code of the catalogue.
    pub code: String,
    /// What happened.
    #[serde(default)]
    pub title: String,
    /// What exactly.
    #[serde(default)]
    pub detail: String,
    /// What to do.
    #[serde(default)]
    pub hint: String,
    /// The values in the words, by name.
    #[serde(default)]
    pub params: BTreeMap<String, String>,
}

/// Two edits of one thing met. Told to both sides.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Notice {
    /// The form.
    pub form: String,
    /// The subject.
    pub subject: String,
    /// The edit that came first.
    pub first: Side,
    /// The edit that came later.
    pub second: Side,
    /// What became of each field that one of them changed.
    #[serde(default)]
    pub fields: Vec<FieldMerge>,
}

/// One of two edits that met.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Side {
    /// Its record.
    pub record: String,
    /// Who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<String>,
    /// Date of the service.
    #[serde(default)]
    pub at: String,
}

/// What became of one field. Values of fields that identify a person aren't told.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldMerge {
    /// The field; `at`, `area`, `organisation` and `subject` for those parts of the record.
    pub field: String,
    /// Its label.
    #[serde(default)]
    pub name: String,
    /// Before both edits, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// As the first edit has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
    /// As the second edit has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<String>,
    /// Whether the second edit's value holds.
    #[serde(default)]
    pub second_holds: bool,
    /// Whether both changed it, to different values.
    #[serde(default)]
    pub both: bool,
}

/// A village's part of an answer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Village {
    /// Its code. A server gets all its villages as one, in the order of the log, under its root area's code.
    pub area: String,
    /// Forget what you hold of the village before taking this: it begins anew.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub anew: bool,
    /// Records in order of the log; one may come twice, also from two villages.
    #[serde(default)]
    pub records: Vec<RecordBody>,
    /// Records that no longer stand: what corrected or withdrew them isn't for this worker to see.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<String>,
    /// Residents who sit elsewhere now: they are none of the village's any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<String>,
    /// Where to go on.
    pub cursor: Cursor,
}

/// What is kept beside the log, as its sender or the township sees it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArrivalBody {
    /// Its id.
    pub id: String,
    /// The record's id.
    pub record: String,
    /// Where it is shown.
    pub area: String,
    /// The resident concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resident: Option<String>,
    /// Who sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<String>,
    /// From which device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// When it came, by the server's clock.
    #[serde(default)]
    pub arrived_at: i64,
    /// `open`, `merged`, `released`, `dismissed`.
    pub state: String,
    /// The record that must come first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<String>,
    /// Why it isn't in the log, or not as it came.
    #[serde(default)]
    pub reasons: Vec<Reason>,
    /// Other edits that it met.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
    /// Who decided on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<i64>,
    /// What they said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The record as it was sent, for who is to mend it; absent for others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<RecordBody>))]
    pub sent: Option<Value>,
    /// Number of its last change.
    #[serde(default)]
    pub change: i64,
}

/// The division tree.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AreasBody {
    /// Its hash.
    pub hash: String,
    /// The areas.
    pub areas: Vec<AreaBody>,
}

/// An area.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AreaBody {
    /// Its code, 12 digits.
    pub code: String,
    /// Its name.
    pub name: String,
    /// `province`, `city`, `county`, `township`, `community`, `village`.
    pub kind: String,
    /// The area above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// First day.
    pub from: String,
    /// Last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// A device asks to be enrolled.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrolRequest {
    /// The code that the township shows.
    pub code: String,
    /// What the device is called.
    #[serde(default)]
    pub shown: String,
    /// Its P-256 public key, base64 of the 65 bytes that WebCrypto exports as `raw`.
    pub public_key: String,
}

/// The device is enrolled.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Enrolled {
    /// Its id.
    pub device: String,
    /// Whose it is.
    pub worker: String,
}

/// A device asks what to sign.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChallengeRequest {
    /// Its id.
    pub device: String,
}

/// What to sign, good for a short time.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChallengeBody {
    /// Opaque text.
    pub challenge: String,
}

/// A device asks for a session.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceLogin {
    /// Its id.
    pub device: String,
    /// The challenge.
    pub challenge: String,
    /// Base64 of the 64 bytes (r, s) that WebCrypto's ECDSA with SHA-256 makes over `qianmo-device-1`, the device's id and the challenge,
    /// each followed by a line feed.
    pub signature: String,
}
