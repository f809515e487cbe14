//! The compiled rules of all programmes as one body: what a phone needs to say who is due for what, without the packs' parser.
//!
//! [`write`] takes from a set of packs the forms that schedules read, their derived values and the schedules; [`read`] makes them
//! into [`Packs`] again, which hold these parts and nothing else. A [`qianmo_core::schedule::Planner`] made from them answers as one
//! made from the packs themselves (`tests/programme.rs`). The body is JSON with a version; another version is refused.
//!
//! What doesn't cross: views, indicators, rosters, returns, summaries, cases, sources; fields that no schedule and no derived value
//! reads (a device need not keep them), and of the others labels and ranges.

mod form;
mod schedule;
mod tree;

use std::collections::HashSet;

use qianmo_core::pack::{Pack, Packs, Sensitivity};
use qianmo_core::schedule::Planner;
use qianmo_core::{Expr, Fault};
use serde::{Deserialize, Serialize};

use form::FormBody;
use schedule::ScheduleBody;
use tree::{TableBody, Tables};

/// The version that this program writes and reads.
pub const VERSION: u32 = 1;

/// Only the version, whatever else the body has.
#[derive(Deserialize)]
struct Head {
    version: u32,
}

#[derive(Serialize, Deserialize)]
struct Body {
    version: u32,
    packs: Vec<PackBody>,
    /// Growth curves, which expressions name by their place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tables: Vec<TableBody>,
}

#[derive(Serialize, Deserialize)]
struct PackBody {
    id: String,
    name: String,
    #[serde(default, skip_serializing_if = "is_false")]
    sensitive: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    restricted: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    forms: Vec<FormBody>,
    #[serde(default)]
    schedule: ScheduleBody,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_false(held: &bool) -> bool {
    !held
}

/// The rules of a set of packs as JSON.
#[must_use]
pub fn write(packs: &Packs) -> Vec<u8> {
    let planner = Planner::new(packs);
    let read = read_fields(packs);
    let mut tables = Tables::default();
    let mut bodies = Vec::new();
    for pack in &packs.packs {
        let needed = pack.forms.iter().filter(|form| form.locates || planner.form(&form.id).is_some());
        bodies.push(PackBody {
            id: pack.id.to_string(),
            name: pack.name.clone(),
            sensitive: pack.sensitivity == Sensitivity::Sensitive,
            restricted: pack.sensitivity == Sensitivity::Restricted,
            forms: needed.map(|form| FormBody::of(form, &read, &mut tables)).collect(),
            schedule: ScheduleBody::of(&pack.schedule, &mut tables),
        });
    }
    let body = Body { version: VERSION, packs: bodies, tables: tables.bodies() };
    serde_json::to_vec(&body).expect("maps have text keys and nothing else fails")
}

/// The names of the fields that some rule reads, whatever the form.
fn read_fields(packs: &Packs) -> HashSet<String> {
    let mut exprs: Vec<&Expr> = packs.forms().flat_map(|form| &form.derived).map(|derived| &derived.value).collect();
    let mut read = HashSet::new();
    for schedule in packs.packs.iter().map(|pack| &pack.schedule) {
        for service in &schedule.services {
            exprs.extend([&service.when, &service.from, &service.by_when].into_iter().flatten());
        }
        for series in &schedule.series {
            exprs.extend([&series.when, &series.from].into_iter().flatten());
            exprs.extend(series.courses.iter().filter_map(|course| course.when.as_ref()));
            exprs.extend(series.courses.iter().flat_map(|course| &course.doses).filter_map(|dose| dose.unless.as_ref()));
            read.insert(series.product.to_string());
        }
        exprs.extend(schedule.stops.iter().filter_map(|stop| stop.when.as_ref()));
        for hold in &schedule.holds {
            exprs.extend([&hold.when, &hold.until].into_iter().flatten());
            read.extend(hold.product.as_ref().map(ToString::to_string));
        }
        read.extend(schedule.decline.iter().flat_map(|decline| [&decline.service, &decline.wish]).map(ToString::to_string));
    }
    let names = exprs.into_iter().flat_map(Expr::names);
    read.extend(names.map(|name| name.rsplit('.').next().unwrap_or_default().to_owned()));
    read
}

/// The rules back from a body.
///
/// Errors: `WIRE-0101` a body of another version, `WIRE-0102` one that can't be read.
pub fn read(body: &[u8]) -> Result<Packs, Fault> {
    let Head { version } = serde_json::from_slice(body).map_err(|error| unreadable(&error))?;
    if version != VERSION {
        return Err(Fault::new("WIRE-0101").with("version", version).with("known", VERSION));
    }
    let Body { packs, tables, .. } = serde_json::from_slice(body).map_err(|error| unreadable(&error))?;
    let tables = Tables::read(tables)?;
    let pack = |body: PackBody| -> Result<Pack, Fault> {
        let sensitivity = match (body.restricted, body.sensitive) {
            (true, _) => Sensitivity::Restricted,
            (false, true) => Sensitivity::Sensitive,
            (false, false) => Sensitivity::Routine,
        };
        Ok(Pack {
            id: body.id.into(),
            name: body.name,
            sensitivity,
            forms: body.forms.into_iter().map(|form| form.form(&tables)).collect::<Result<_, _>>()?,
            schedule: body.schedule.schedule(&tables)?,
            ..Pack::default()
        })
    };
    Ok(Packs { packs: packs.into_iter().map(pack).collect::<Result<_, _>>()? })
}

fn unreadable(why: &dyn std::fmt::Display) -> Fault {
    Fault::new("WIRE-0102").with("why", why)
}
