//! How things are written on the wire: instants, areas, pages of lists.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use qianmo_access::{Access, Right};
use qianmo_core::pack::Sensitivity;
use qianmo_core::{AreaCode, AreaTree, Fault};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::refused::Refused;

/// Items of a page unless asked otherwise.
const PAGE: u32 = 50;
/// The most items of a page.
const PAGE_MAX: u32 = 500;

/// An instant as RFC 3339 text in UTC.
pub(crate) fn instant(ms: i64) -> String {
    Timestamp::from_millisecond(ms).unwrap_or_default().to_string()
}

/// How many items a page has.
///
/// Errors: `SERVER-0103` none or more than [`PAGE_MAX`].
pub(crate) fn page(limit: Option<u32>) -> Result<u32, Fault> {
    match limit {
        None => Ok(PAGE),
        Some(limit) if (1..=PAGE_MAX).contains(&limit) => Ok(limit),
        Some(_) => Err(wrong(&format!("limit: 1-{PAGE_MAX}"))),
    }
}

/// Something that was sent isn't what is asked for.
pub(crate) fn wrong(why: &str) -> Fault {
    Fault::new("SERVER-0103").with("why", why)
}

/// Cuts a list that was read with one item too many, and tells where the next page begins.
pub(crate) fn cut<T>(items: &mut Vec<T>, limit: u32, mark: impl Fn(&T) -> String) -> Option<String> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > limit;
    items.truncate(limit);
    if more { items.last().map(mark) } else { None }
}

const LEVELS: [(Sensitivity, &str); 3] =
    [(Sensitivity::Routine, "routine"), (Sensitivity::Sensitive, "sensitive"), (Sensitivity::Restricted, "restricted")];

/// The word for a sensitivity.
pub(crate) fn sensitivity_word(sensitivity: Sensitivity) -> &'static str {
    LEVELS.iter().find(|(level, _)| *level == sensitivity).map_or("", |(_, word)| word)
}

/// The sensitivity named by a word.
///
/// Errors: `SERVER-0103`.
pub(crate) fn sensitivity(word: &str) -> Result<Sensitivity, Fault> {
    let found = LEVELS.iter().find(|(_, named)| *named == word);
    found.map(|(level, _)| *level).ok_or_else(|| wrong("sensitivity: routine, sensitive, restricted"))
}

/// The word for a right.
pub(crate) fn right_word(right: Right) -> &'static str {
    match right {
        Right::ManageAccounts => "manage_accounts",
        Right::GiveGrants => "give_grants",
        Right::GiveOwnRecord => "give_own_record",
        Right::EnrolDevices => "enrol_devices",
        Right::EditAreas => "edit_areas",
        Right::ReadAudit => "read_audit",
        Right::FileReturns => "file_returns",
        Right::ApproveReturns => "approve_returns",
        Right::ReviewArrivals => "review_arrivals",
        Right::Publish => "publish",
        Right::Export => "export",
        Right::FreezeCampaigns => "freeze_campaigns",
        Right::Backup => "backup",
    }
}

/// The highest areas for which something holds: with each, it holds for everything below.
pub(crate) fn highest(tree: &AreaTree, holds: impl Fn(AreaCode) -> bool) -> Vec<AreaCode> {
    let parent_holds = |code: AreaCode| tree.get(code).and_then(|area| area.parent).is_some_and(&holds);
    tree.iter().map(|area| area.code).filter(|code| holds(*code) && !parent_holds(*code)).collect()
}

/// Whether something holds for the whole tree: for every area that has none below it. A township's own tree has its county above it, in which
/// nobody there has a grant; what lies in the tree is the township's all the same.
pub(crate) fn everywhere(tree: &AreaTree, holds: impl Fn(AreaCode) -> bool) -> bool {
    let mut lowest = tree.iter().filter(|area| tree.children(area.code).is_empty()).peekable();
    lowest.peek().is_some() && lowest.all(|area| holds(area.code))
}

/// The highest areas in which something may be done.
///
/// Errors: `ACCESS-0102` nowhere.
pub(crate) fn areas_of(access: &Access, tree: &AreaTree, right: Right) -> Result<Vec<AreaCode>, Refused> {
    let areas = highest(tree, |area| access.may(right, area));
    if areas.is_empty() { Err(Fault::new("ACCESS-0102").into()) } else { Ok(areas) }
}

/// An answer that changes seldom, with an `ETag` of its content; 304 when the client has it already.
pub(crate) fn conditional(headers: &HeaderMap, kind: &'static str, body: &impl Serialize) -> Response {
    let Ok(body) = serde_json::to_vec(body) else { return Refused::from(Fault::new("SERVER-0901")).into_response() };
    let mark = Sha256::digest(&body).iter().take(12).fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    let tag = format!("\"{mark}\"");
    // A proxy that compresses makes a weak mark of it.
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let has_it = known.flat_map(|list| list.split(',')).any(|one| matches!(one.trim(), "*") || one.trim().trim_start_matches("W/") == tag);
    let head = [(header::ETAG, tag), (header::CACHE_CONTROL, "private, no-cache".to_owned())];
    if has_it {
        return (StatusCode::NOT_MODIFIED, head).into_response();
    }
    (head, [(header::CONTENT_TYPE, kind)], body).into_response()
}
