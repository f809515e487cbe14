//! The division tree: read by everybody who is logged in, changed by those who may in the areas concerned; outlines for maps.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use jiff::civil::Date;
use qianmo_access::{Access, Right};
use qianmo_core::{Area, AreaCode, AreaKind, AreaTree, Fault};
use qianmo_store::{Deed, Entry};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Caller;
use crate::extract::{At, Body};
use crate::refused::{ProblemBody, Refused};
use crate::words::{areas_of, conditional, wrong};

/// The most areas changed at a time.
const AREAS_MAX: usize = 5_000;

/// An area.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Division {
    /// 12-digit statistical division code.
    #[schema(pattern = "^[0-9]{12}$")]
    code: String,
    /// Official name, without the names of those above: 1 to 60 characters.
    #[schema(min_length = 1, max_length = 60)]
    name: String,
    /// `province`, `city`, `county`, `township`, `community`, `village`.
    kind: String,
    /// The area above; absent for the root.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[0-9]{12}$")]
    parent: Option<String>,
    /// First day it exists.
    #[schema(format = Date)]
    valid_from: String,
    /// Last day it exists; absent while it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    valid_to: Option<String>,
}

impl From<&Area> for Division {
    fn from(area: &Area) -> Self {
        Self {
            code: area.code.to_string(),
            name: area.name.clone(),
            kind: area.kind.word().to_owned(),
            parent: area.parent.map(|parent| parent.to_string()),
            valid_from: area.valid_from.to_string(),
            valid_to: area.valid_to.map(|to| to.to_string()),
        }
    }
}

impl TryFrom<&Division> for Area {
    type Error = Fault;

    /// Errors: `CORE-0101` a code, `SERVER-0103` name, kind or date.
    fn try_from(body: &Division) -> Result<Self, Fault> {
        let day = |text: &str| text.parse::<Date>().map_err(|_| wrong("date: 2026-11-22"));
        let name = body.name.trim();
        if !(1..=60).contains(&name.chars().count()) || name.chars().any(char::is_control) {
            return Err(wrong("name: 1-60"));
        }
        let (valid_from, valid_to) = (day(&body.valid_from)?, body.valid_to.as_deref().map(day).transpose()?);
        if valid_to.is_some_and(|to| to < valid_from) {
            return Err(Fault::new("SERVER-0306"));
        }
        Ok(Self {
            code: body.code.parse()?,
            name: name.to_owned(),
            kind: AreaKind::from_word(&body.kind).ok_or_else(|| wrong("kind"))?,
            parent: body.parent.as_deref().map(str::parse).transpose()?,
            valid_from,
            valid_to,
        })
    }
}

/// Areas.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Divisions {
    /// By code.
    items: Vec<Division>,
}

/// The whole division tree, as a list by code.
#[utoipa::path(get, operation_id = "list_areas", path = "/areas", tag = "areas", responses(
    (status = 200, body = Divisions, headers(("etag" = String))),
    (status = 304, description = "As `If-None-Match` knows it"),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn list(State(app): State<App>, _: Caller, headers: HeaderMap) -> Response {
    let items = app.areas().iter().map(Into::into).collect();
    conditional(&headers, "application/json", &Divisions { items })
}

/// An area with those below and above it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AreaNode {
    /// The area.
    area: Division,
    /// Those right below it.
    children: Vec<Division>,
    /// Codes of those above it, the nearest first.
    ancestors: Vec<String>,
    /// Whether one's grants reach it.
    reached: bool,
}

/// One area with those around it.
#[utoipa::path(get, operation_id = "read_area", path = "/areas/{code}", tag = "areas", params(("code" = String, Path, description = "12 digits")), responses(
    (status = 200, body = AreaNode),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn one(State(app): State<App>, caller: Caller, At(code): At<String>) -> Result<Json<AreaNode>, Refused> {
    let tree = app.areas();
    let area = known(&tree, &code)?;
    let children = tree.children(area.code).iter().filter_map(|child| tree.get(*child)).map(Into::into).collect();
    Ok(Json(AreaNode {
        area: area.into(),
        children,
        ancestors: tree.ancestors(area.code).iter().skip(1).map(ToString::to_string).collect(),
        reached: caller.access().reaches(area.code),
    }))
}

fn known<'t>(tree: &'t AreaTree, code: &str) -> Result<&'t Area, Refused> {
    code.parse().ok().and_then(|code| tree.get(code)).ok_or_else(Refused::not_found)
}

/// Adds areas to the tree, or replaces those with the same code: all of them or none. Areas aren't taken away, they get a last day.
///
/// A new area needs the right in the area above it; a changed one also where it is now.
#[utoipa::path(put, operation_id = "put_areas", path = "/areas", tag = "areas", request_body = Divisions, responses(
    (status = 204),
    (status = "4XX", description = "CORE-0101 a code, CORE-0102 twice, CORE-0103 no such parent or a circle", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn put(State(app): State<App>, caller: Caller, Body(wanted): Body<Divisions>) -> Result<StatusCode, Refused> {
    let tree = app.areas();
    areas_of(caller.access(), &tree, Right::EditAreas)?;
    if wanted.items.is_empty() || wanted.items.len() > AREAS_MAX {
        return Err(wrong(&format!("items: 1-{AREAS_MAX}")).into());
    }
    let areas = checked(&wanted.items)?;
    for area in &areas {
        may_change(caller.access(), &tree, &areas, area)?;
    }
    let (actor, now) = (caller.actor().clone(), app.clock.now_ms());
    app.write(move |store| {
        store.put_areas(&areas)?;
        // The store notes what was changed as done by the program; this says by whom.
        let codes: Vec<String> = areas.iter().map(|area| area.code.to_string()).collect();
        store.note(&[Entry::new(now, &actor, Deed::Setting).with(format!("areas: {}", codes.join(" ")))])
    })
    .await?;
    app.reread_areas().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// All faults at once, each with the number of the item, from 1.
fn checked(items: &[Division]) -> Result<Vec<Area>, Vec<Fault>> {
    let (mut areas, mut faults): (Vec<Area>, Vec<Fault>) = (Vec::with_capacity(items.len()), Vec::new());
    for (place, item) in items.iter().enumerate() {
        match Area::try_from(item) {
            Ok(area) if areas.iter().any(|other| other.code == area.code) => {
                faults.push(Fault::new("CORE-0102").with("code", area.code).with("field", format!("items[{place}]")));
            }
            Ok(area) => areas.push(area),
            Err(fault) => faults.push(fault.with("field", format!("items[{place}]"))),
        }
    }
    if faults.is_empty() { Ok(areas) } else { Err(faults) }
}

/// Errors: `ACCESS-0104`, `ACCESS-0102` where it is now, or the nearest area above it that is in the tree.
fn may_change(access: &Access, tree: &AreaTree, all: &[Area], area: &Area) -> Result<(), Fault> {
    if tree.get(area.code).is_some() {
        access.require_right(Right::EditAreas, area.code)?;
    }
    let (mut above, mut steps) = (area.parent, 0);
    while let Some(code) = above.filter(|code| tree.get(*code).is_none()) {
        steps += 1;
        above = all.iter().find(|other| other.code == code).and_then(|other| other.parent).filter(|_| steps < all.len());
    }
    match above {
        Some(code) => access.require_right(Right::EditAreas, code),
        // A root stays one; another root, or an area under one that doesn't exist, is refused as outside.
        None if area.parent.is_none() && tree.get(area.code).is_some_and(|held| held.parent.is_none()) => Ok(()),
        None => Err(Fault::new("ACCESS-0104").with("area", area.code)),
    }
}

/// Outlines of areas for maps (GeoJSON, RFC 7946; longitude and latitude). Other members and properties are left out.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Outlines {
    /// `FeatureCollection`.
    #[serde(rename = "type")]
    kind: CollectionKind,
    /// One a area.
    features: Vec<Outline>,
}

/// `FeatureCollection`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) enum CollectionKind {
    /// The only one.
    FeatureCollection,
}

/// `Feature`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) enum FeatureKind {
    /// The only one.
    Feature,
}

/// The outline of an area.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Outline {
    /// `Feature`.
    #[serde(rename = "type")]
    kind: FeatureKind,
    /// Which area.
    properties: OutlineOf,
    /// Its outline.
    geometry: Geometry,
}

/// Which area an outline is of.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct OutlineOf {
    /// 12-digit code.
    code: String,
}

/// A closed line of positions: longitude, latitude.
type Ring = Vec<Vec<f64>>;

/// An outline: rings of positions, the outer one first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "coordinates")]
pub(crate) enum Geometry {
    /// One piece.
    Polygon(Vec<Ring>),
    /// Several pieces.
    MultiPolygon(Vec<Vec<Ring>>),
}

fn setting(code: AreaCode) -> String {
    format!("outlines {code}")
}

/// The outlines kept for an area: its own and those below it.
#[utoipa::path(get, operation_id = "read_outlines", path = "/areas/{code}/outlines", tag = "areas", params(("code" = String, Path, description = "12 digits")), responses(
    (status = 200, body = Outlines, content_type = "application/geo+json", headers(("etag" = String))),
    (status = 304, description = "As `If-None-Match` knows it"),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn outlines(State(app): State<App>, _: Caller, At(code): At<String>, headers: HeaderMap) -> Result<Response, Refused> {
    let tree = app.areas();
    let key = setting(known(&tree, &code)?.code);
    let held = app.read(move |store| store.setting(&key)).await?.ok_or_else(Refused::not_found)?;
    Ok(conditional(&headers, "application/geo+json", &Stored(held)))
}

/// JSON text as it was stored.
struct Stored(String);

impl Serialize for Stored {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value: serde_json::Value = serde_json::from_str(&self.0).map_err(serde::ser::Error::custom)?;
        value.serialize(serializer)
    }
}

/// Keeps outlines for an area and those below it, in place of those kept before.
#[utoipa::path(put, operation_id = "put_outlines", path = "/areas/{code}/outlines", tag = "areas", params(("code" = String, Path, description = "12 digits")),
    request_body(content = Outlines, content_type = "application/geo+json"), responses(
    (status = 204),
    (status = "4XX", description = "SERVER-0307 an outline that isn't one, or of another area", body = ProblemBody, content_type = "application/problem+json"),
    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn put_outlines(
    State(app): State<App>,
    caller: Caller,
    At(code): At<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Refused> {
    let tree = app.areas();
    areas_of(caller.access(), &tree, Right::EditAreas)?;
    let root = known(&tree, &code)?.code;
    caller.must(Right::EditAreas, root)?;
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !matches!(kind.split(';').next().unwrap_or_default().trim(), "application/geo+json" | "application/json") {
        return Err(Fault::new("SERVER-0107").into());
    }
    let outlines: Outlines = serde_json::from_slice(&body).map_err(|error| {
        let code = if error.is_data() { "SERVER-0103" } else { "SERVER-0102" };
        Fault::new(code).with("why", format!("{}:{}", error.line(), error.column()))
    })?;
    whole(&outlines, &tree, root)?;
    let text = serde_json::to_string(&outlines).map_err(|_| wrong("coordinates"))?;
    let (actor, now) = (caller.actor().clone(), app.clock.now_ms());
    app.write(move |store| {
        store.set_setting(&setting(root), &text)?;
        let entry = Entry { area: Some(root), ..Entry::new(now, &actor, Deed::Setting).with("outlines") };
        store.note(&[entry])
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Errors: `SERVER-0307` with the number of each outline that isn't closed, lies nowhere on earth, or is of an area elsewhere or named before.
fn whole(outlines: &Outlines, tree: &AreaTree, root: AreaCode) -> Result<(), Vec<Fault>> {
    let mut seen = Vec::new();
    let mut faults = Vec::new();
    for (place, outline) in outlines.features.iter().enumerate() {
        let code: Option<AreaCode> = outline.properties.code.parse().ok();
        let below = |code: AreaCode| tree.get(code).is_some() && tree.ancestors(code).contains(&root);
        let named = code.is_some_and(|code| below(code) && !seen.contains(&code));
        seen.extend(code);
        let pieces = match &outline.geometry {
            Geometry::Polygon(rings) => std::slice::from_ref(rings),
            Geometry::MultiPolygon(pieces) => pieces,
        };
        let drawn = !pieces.is_empty() && pieces.iter().all(|rings| !rings.is_empty() && rings.iter().all(is_closed));
        if !named || !drawn {
            faults.push(Fault::new("SERVER-0307").with("number", place + 1).with("field", format!("features[{place}]")));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// At least a triangle that ends where it began, of positions on earth.
fn is_closed(ring: &Ring) -> bool {
    let on_earth = |at: &Vec<f64>| matches!(at.as_slice(), [lon, lat, ..] if lon.abs() <= 180.0 && lat.abs() <= 90.0);
    let same = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| a.total_cmp(b).is_eq());
    ring.len() >= 4 && ring.iter().all(on_earth) && ring.first().zip(ring.last()).is_some_and(|(first, last)| same(first, last))
}
