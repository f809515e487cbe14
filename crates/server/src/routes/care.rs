//! Care of the whole: backups made and listed, the data verified, and what an empty server still lacks. For who answers for the whole tree.
//!
//! A backup lies in the folder that the operator set; it never leaves by this interface, and neither do keys.

use std::path::{Path, PathBuf};

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use jiff::tz::Offset;
use qianmo_access::Right;
use qianmo_core::{Fault, SubjectId};
use qianmo_store::{Anchor, Deed, Entry, Manifest, Reader, Scan};
use qianmo_wire::render;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Caller;
use crate::extract::Body;
use crate::page::Page;
use crate::refused::{ProblemBody, Refused, language};
use crate::routes::organisations::registrations;
use crate::words::{everywhere, instant};

/// The most anchors given with a verification.
const ANCHORS_MAX: usize = 1000;

/// A backup.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BackupBody {
    /// Its folder's name.
    name: String,
    /// When it was made, RFC 3339.
    #[schema(format = DateTime)]
    made_at: String,
    /// The position after its last record.
    cut: i64,
    /// Entries of the audit chain in it.
    entries: i64,
    /// Bytes of its data file.
    bytes: u64,
    /// Numbers of the keys that its sealed contents want: these are kept elsewhere.
    keys: Vec<u32>,
}

impl BackupBody {
    fn new(name: String, manifest: &Manifest) -> Self {
        let Manifest { cut, entries, bytes, .. } = *manifest;
        Self { name, made_at: instant(manifest.made_at), cut: cut.0, entries, bytes, keys: manifest.keys.clone() }
    }
}

/// Errors: `ACCESS-0102` without one of the rights in the whole tree.
fn must_everywhere(app: &App, caller: &Caller, rights: &[Right]) -> Result<(), Fault> {
    let may = |area| rights.iter().any(|right| caller.access().may(*right, area));
    if everywhere(&app.areas(), may) { Ok(()) } else { Err(Fault::new("ACCESS-0102")) }
}

/// Errors: `SERVER-0320` no place for backups was set.
fn folder(app: &App) -> Result<PathBuf, Fault> {
    app.config.backups.clone().ok_or_else(|| Fault::new("SERVER-0320"))
}

/// The backups in a folder, the newest first. What was never finished is none.
fn held(folder: &Path) -> Vec<(String, Manifest)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut found: Vec<(String, Manifest)> =
        entries.filter_map(|entry| Some((entry.file_name().into_string().ok()?, Manifest::read(&entry.path()).ok()?))).collect();
    found.sort_by(|(a, one), (b, other)| (other.made_at, b).cmp(&(one.made_at, a)));
    found
}

/// The backups in the place set for them, the newest first.
#[utoipa::path(get, operation_id = "list_backups", path = "/backups", tag = "operation", responses(
    (status = 200, body = Page<BackupBody>),
    (status = "4XX", description = "SERVER-0320 no place for backups was set", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn backups(State(app): State<App>, caller: Caller) -> Result<Json<Page<BackupBody>>, Refused> {
    must_everywhere(&app, &caller, &[Right::Backup])?;
    let folder = folder(&app)?;
    let found = app.block(move || Ok(held(&folder))).await?;
    Ok(Json(Page { items: found.into_iter().map(|(name, manifest)| BackupBody::new(name, &manifest)).collect(), next: None }))
}

/// Copies everything as of one moment into the place set for backups, while the server goes on. Keys are not in it.
#[utoipa::path(post, operation_id = "make_backup", path = "/backups", tag = "operation", responses(
    (status = 201, body = BackupBody),
    (status = "4XX", description = "SERVER-0320 no place for backups was set, SERVER-0321 another backup or verification is running", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn back_up(State(app): State<App>, caller: Caller) -> Result<(StatusCode, Json<BackupBody>), Refused> {
    must_everywhere(&app, &caller, &[Right::Backup])?;
    let folder = folder(&app)?;
    let turn = app.whole_turn.try_acquire().map_err(|_| Fault::new("SERVER-0321"))?;
    let now = app.clock.now_ms();
    let name = Offset::constant(8).to_datetime(Timestamp::from_millisecond(now).unwrap_or_default()).strftime("%Y%m%d-%H%M%S").to_string();
    let place = folder.join(&name);
    let (open, dest) = (app.open.clone(), place.clone());
    let made = app.block(move || {
        let made = open().and_then(|store| store.backup(&dest));
        if made.as_ref().is_err_and(|fault| fault.code != "STORE-0002") {
            // The fault tells more than a second one about tidying up.
            let _ = std::fs::remove_dir_all(&dest);
        }
        made
    });
    let manifest = made.await?;
    drop(turn);
    let entry = Entry::new(now, caller.actor(), Deed::Export).with(format!("backup {} {name}", manifest.cut));
    app.write(move |store| store.note(&[entry])).await?;
    Ok((StatusCode::CREATED, Json(BackupBody::new(name, &manifest))))
}

/// What the data is held against.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct VerificationAsked {
    /// Anchors printed earlier, a line each: `2026-11-22 1234 9f86…`.
    #[serde(default)]
    #[schema(max_items = 1000)]
    anchors: Vec<String>,
}

/// Whether the data is whole.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VerificationBody {
    /// Nothing in log, audit chain and anchors was altered.
    whole: bool,
    /// When it was verified, RFC 3339.
    #[schema(format = DateTime)]
    at: String,
    /// Up to which position of the log.
    cut: i64,
    /// What was found altered, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<Altered>,
}

/// What was found altered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Altered {
    /// Stable code.
    code: &'static str,
    /// What it is.
    title: String,
    /// What exactly.
    detail: String,
    /// What to do.
    hint: String,
}

/// Reads everything and checks that nothing was altered: the file, the log, the audit chain that binds it, and the anchors. It may take minutes.
#[utoipa::path(post, operation_id = "verify_data", path = "/verification", tag = "operation", request_body = VerificationAsked, responses(
    (status = 200, body = VerificationBody),
    (status = "4XX", description = "SERVER-0321 another backup or verification is running, STORE-0406 no anchor", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn verify(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Body(asked): Body<VerificationAsked>,
) -> Result<Json<VerificationBody>, Refused> {
    must_everywhere(&app, &caller, &[Right::Backup, Right::ReadAudit])?;
    if asked.anchors.len() > ANCHORS_MAX {
        return Err(crate::words::wrong(&format!("anchors: 0-{ANCHORS_MAX}")).into());
    }
    let anchors: Vec<Anchor> = asked.anchors.iter().map(|text| text.parse()).collect::<Result<_, _>>()?;
    let turn = app.whole_turn.try_acquire().map_err(|_| Fault::new("SERVER-0321"))?;
    let open = app.open.clone();
    let checked = app.block(move || {
        let store = open()?;
        let cut = store.cut()?;
        match store.verify_with(&anchors) {
            Ok(()) => Ok((cut, None)),
            Err(fault) if fault.code == "STORE-0005" || fault.code.starts_with("STORE-04") => Ok((cut, Some(fault))),
            Err(fault) => Err(fault),
        }
    });
    let (cut, fault) = checked.await?;
    drop(turn);
    let now = app.clock.now_ms();
    let words = fault.as_ref().map_or_else(|| "whole".to_owned(), |fault| fault.code.to_owned());
    let entry = Entry::new(now, caller.actor(), Deed::Read).with(format!("verification {cut}: {words}"));
    app.write(move |store| store.note(&[entry])).await?;
    let lang = language(&headers);
    let found = fault.map(|fault| render(&fault, lang)).map(|words| Altered {
        code: words.code,
        title: words.title,
        detail: words.detail,
        hint: words.hint,
    });
    Ok(Json(VerificationBody { whole: found.is_none(), at: instant(now), cut: cut.0, found }))
}

/// How far a server is set up.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SetupBody {
    /// Areas of the tree.
    areas: usize,
    /// Of these, villages and communities.
    villages: usize,
    /// Organisations registered.
    organisations: usize,
    /// Accounts.
    workers: usize,
    /// Residents registered.
    residents: usize,
    /// Programmes in force.
    packs: usize,
    /// Whether identity numbers, phones and restricted diagnoses are sealed on the disk.
    sealed: bool,
    /// Whether a place for backups was set.
    backups_set: bool,
    /// When the last backup was made; absent when there is none in the place set for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    last_backup: Option<String>,
}

/// What a server has and what it lacks: areas, organisations, workers, residents, programmes, keys, a backup. Numbers only.
#[utoipa::path(get, operation_id = "read_setup", path = "/setup", tag = "settings", responses(
    (status = 200, body = SetupBody),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn setup(State(app): State<App>, caller: Caller) -> Result<Json<SetupBody>, Refused> {
    must_everywhere(&app, &caller, &[Right::EditAreas])?;
    let tree = app.areas();
    let packs = app.packs.packs.len();
    let backups = app.config.backups.clone();
    let (forms, sheet) = (registrations(&app), app.packs.person_sheet().map(|form| form.id.clone()));
    let body = app.read(move |store| {
        let reader = Reader::whole(store);
        let subjects = |forms: &[&str]| -> Result<usize, Fault> {
            let mut seen = std::collections::HashSet::<SubjectId>::new();
            if !forms.is_empty() {
                reader.scan(&Scan { forms: Some(forms), ..Scan::default() }, &mut |row| {
                    seen.insert(row.subject);
                    Ok(())
                })?;
            }
            Ok(seen.len())
        };
        let forms: Vec<&str> = forms.iter().map(|form| &**form).collect();
        let sheets: Vec<&str> = sheet.iter().map(|form| &**form).collect();
        Ok(SetupBody {
            areas: tree.iter().count(),
            villages: tree.iter().filter(|area| tree.children(area.code).is_empty()).count(),
            organisations: subjects(&forms)?,
            workers: store.accounts().workers(None, u32::MAX)?.len(),
            residents: subjects(&sheets)?,
            packs,
            sealed: store.setting("key.1")?.is_some(),
            backups_set: backups.is_some(),
            last_backup: backups.as_deref().map(held).unwrap_or_default().first().map(|(_, manifest)| instant(manifest.made_at)),
        })
    });
    Ok(Json(body.await?))
}
