//! Settings of the township: what it is called, where it begins, below which count published tables hide a number.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use qianmo_access::Right;
use qianmo_core::{AreaCode, AreaTree, Fault};
use qianmo_desk::suppress::{Rule, SETTING as SMALL_CELLS};
use qianmo_store::{Deed, Entry, Store};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Caller;
use crate::extract::Body;
use crate::refused::{ProblemBody, Refused};
use crate::words::{areas_of, wrong};

const TITLE: &str = "title";
const ROOT: &str = "root_area";
const QUIET_DAYS: &str = "quiet_days";
/// Days without a record after which a village counts as quiet, unless set.
const QUIET_DAYS_USUAL: u32 = 14;
const QUIET_DAYS_RANGE: std::ops::RangeInclusive<u32> = 3..=365;
/// The lowest and highest threshold: below three a count of one could be told from a difference, above a hundred nothing is left.
const SMALL_CELLS_RANGE: std::ops::RangeInclusive<u32> = 3..=100;

/// Settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Settings {
    /// What the township (or county) is called on screens and printed lists.
    pub(crate) title: String,
    /// Where screens begin: a 12-digit area code.
    pub(crate) root_area: String,
    /// In what is published, counts of people from 1 to below this are hidden.
    pub(crate) small_cells_below: u32,
    /// After so many days without a record a village is told to be quiet.
    pub(crate) quiet_days: u32,
}

/// After how many days without a record a village is quiet.
///
/// Errors: of reading the store.
pub(crate) fn quiet_days(store: &dyn Store) -> Result<u32, Fault> {
    Ok(store.setting(QUIET_DAYS)?.and_then(|days| days.parse().ok()).unwrap_or(QUIET_DAYS_USUAL))
}

/// The settings as they stand; where one was never set, what follows from the division tree and the usual threshold.
///
/// Errors: of reading the store.
pub(crate) fn read(store: &dyn Store, tree: &AreaTree) -> Result<Settings, Fault> {
    let held = store.setting(ROOT)?.and_then(|code| code.parse::<AreaCode>().ok()).filter(|code| tree.get(*code).is_some());
    let root = held.or_else(|| tree.roots().next().map(|root| root.code));
    let name = root.and_then(|root| tree.get(root)).map(|area| area.name.clone()).unwrap_or_default();
    Ok(Settings {
        title: store.setting(TITLE)?.unwrap_or(name),
        root_area: root.map(|root| root.to_string()).unwrap_or_default(),
        small_cells_below: Rule::set(store)?.unwrap_or_default().below,
        quiet_days: quiet_days(store)?,
    })
}

/// The settings.
#[utoipa::path(get, operation_id = "read_settings", path = "/settings", tag = "settings", responses(
    (status = 200, body = Settings),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn get(State(app): State<App>, _: Caller) -> Result<Json<Settings>, Refused> {
    let tree = app.areas();
    Ok(Json(app.read(move |store| read(store, &tree)).await?))
}

/// Settings to be changed; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettingsChange {
    /// What the township (or county) is called: 1 to 60 characters.
    #[schema(min_length = 1, max_length = 60)]
    title: Option<String>,
    /// Where screens begin: a 12-digit code of an area that exists.
    #[schema(pattern = "^[0-9]{12}$")]
    root_area: Option<String>,
    /// In what is published, counts of people from 1 to below this are hidden: 3 to 100.
    #[schema(minimum = 3, maximum = 100)]
    small_cells_below: Option<u32>,
    /// After so many days without a record a village is told to be quiet: 3 to 365.
    #[schema(minimum = 3, maximum = 365)]
    quiet_days: Option<u32>,
}

/// Changes settings. Needs the right to change the division tree in all of it.
#[utoipa::path(patch, operation_id = "change_settings", path = "/settings", tag = "settings", request_body = SettingsChange, responses(
    (status = 204),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn change(State(app): State<App>, caller: Caller, Body(wanted): Body<SettingsChange>) -> Result<StatusCode, Refused> {
    let tree = app.areas();
    areas_of(caller.access(), &tree, Right::EditAreas)?;
    for area in tree.iter().filter(|area| tree.children(area.code).is_empty()) {
        caller.must(Right::EditAreas, area.code)?;
    }
    let changes = checked(wanted, &tree)?;
    let (actor, now) = (caller.actor().clone(), app.clock.now_ms());
    app.write(move |store| {
        for (key, value) in &changes {
            store.set_setting(key, value)?;
        }
        // The store notes each setting as changed by the program; this says by whom.
        let keys: Vec<&str> = changes.iter().map(|(key, _)| *key).collect();
        store.note(&[Entry::new(now, &actor, Deed::Setting).with(format!("settings: {}", keys.join(" ")))])
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Errors: `SERVER-0103` what isn't one, `CORE-0101`, `CORE-0104` an area that doesn't exist.
fn checked(wanted: SettingsChange, tree: &AreaTree) -> Result<Vec<(&'static str, String)>, Fault> {
    let mut changes = Vec::new();
    if let Some(title) = wanted.title.map(|title| title.trim().to_owned()) {
        if !(1..=60).contains(&title.chars().count()) || title.chars().any(char::is_control) {
            return Err(wrong("title: 1-60"));
        }
        changes.push((TITLE, title));
    }
    if let Some(root) = wanted.root_area {
        changes.push((ROOT, tree.require(root.parse()?)?.code.to_string()));
    }
    if let Some(below) = wanted.small_cells_below {
        if !SMALL_CELLS_RANGE.contains(&below) {
            return Err(wrong("small_cells_below: 3-100"));
        }
        changes.push((SMALL_CELLS, below.to_string()));
    }
    if let Some(days) = wanted.quiet_days {
        if !QUIET_DAYS_RANGE.contains(&days) {
            return Err(wrong("quiet_days: 3-365"));
        }
        changes.push((QUIET_DAYS, days.to_string()));
    }
    Ok(changes)
}
