//! Indicators: their cells for many areas and periods at once, and the rows behind a number.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use qianmo_core::pack::{Indicator, Packs, Sensitivity};
use qianmo_core::{AreaCode, AreaTree, Cell, Decimal, Fault, Part, Period, format_decimal};
use qianmo_desk::{CellAt, Cells, CellsAsked};
use qianmo_store::{Cut, Deed};
use qianmo_wire::Lang;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::numbers::{RowsPage, Tag, area_name, areas, entries, listed, note, page, periods, seen};
use super::pack_body::PackIndicator;
use super::targets::target;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::{At, Params};
use crate::refused::{ProblemBody, Refused, language};

/// The most cells of one answer.
const CELLS_MAX: usize = 50_000;

/// Where indicators are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct InArea {
    /// A 12-digit area code.
    area: String,
}

/// Indicators.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IndicatorList {
    /// In the order of the programmes.
    items: Vec<PackIndicator>,
}

/// The indicators whose numbers may be seen in an area.
#[utoipa::path(get, operation_id = "list_indicators", path = "/indicators", tag = "indicators", params(InArea), responses(
    (status = 200, body = IndicatorList), (status = 304, description = "the client's is the same"),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(asked): Params<InArea>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let held = caller.access().numbers(asked.area.parse()?);
    let ids: Vec<&str> = held.iter().map(|id| &**id).collect();
    let tag = Tag::of(&["indicators", &app.packs_mark, &ids.join(",")]);
    Ok(tag.answer(&headers, || {
        let seen = app.packs.indicators().filter(|indicator| held.contains(&indicator.id));
        IndicatorList { items: seen.map(|indicator| PackIndicator::of(indicator, &app.packs)).collect() }
    }))
}

/// Which cells: all combinations of indicators, areas and periods. Lists are parted by commas.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CellsWanted {
    /// Indicators by id.
    indicators: Option<String>,
    /// Programmes by id: all their indicators.
    packs: Option<String>,
    /// Areas: 12-digit codes.
    areas: Option<String>,
    /// An area: it and the areas directly below.
    children_of: Option<String>,
    /// Periods: `2026`, `2026H1`, `2026Q4`, `2026-11`, `2026-11a`, `2026W47`, `2026-11-22`.
    periods: String,
    /// A series instead of each year, half or quarter: `month` or `quarter`.
    by: Option<By>,
    /// Adds the same period of the year before to each cell.
    #[serde(default)]
    year_before: bool,
    /// Adds to each cell where the number comes from, in words.
    #[serde(default)]
    provenance: bool,
}

/// Into what longer periods are parted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum By {
    /// Months.
    Month,
    /// Quarters.
    Quarter,
}

/// Cells, in order of indicators, areas, periods.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CellList {
    /// As of which position of the log.
    cut: i64,
    /// The cells. Combinations that the caller may not see, or that don't exist, are left out.
    items: Vec<CellBody>,
}

/// What one indicator counts in one area and period.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CellBody {
    indicator: String,
    /// 12-digit area code.
    area: String,
    period: String,
    /// Unit as printed.
    unit: String,
    #[serde(flatten)]
    number: NumberBody,
    /// The same in the year before, when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    year_before: Option<BeforeBody>,
    /// The target, where the packs have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<TargetBody>,
    /// Where the number comes from, in words, when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    provenance: Option<String>,
}

/// A number with what it is made of, exact decimals as text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NumberBody {
    numerator: String,
    /// Absent for a count or sum.
    #[serde(skip_serializing_if = "Option::is_none")]
    denominator: Option<String>,
    /// Rounded as the indicator says; absent when the denominator is zero.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    /// As printed, with its unit; `—` when there is no value.
    text: String,
}

/// The same number of the year before.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BeforeBody {
    period: String,
    #[serde(flatten)]
    number: NumberBody,
}

/// A target beside a number.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TargetBody {
    value: String,
    /// Whether it is reached; absent without a value.
    #[serde(skip_serializing_if = "Option::is_none")]
    met: Option<bool>,
    /// Norm.
    source: String,
}

/// Cells of many indicators, areas and periods: numbers as computed, never records.
#[utoipa::path(get, operation_id = "read_cells", path = "/indicators/cells", tag = "indicators", params(CellsWanted), responses(
    (status = 200, body = CellList), (status = 304, description = "the client's is the same"),
    (status = 422, description = "CORE-0101, CORE-0301, SERVER-0103, SERVER-0401 too many", body = ProblemBody, content_type = "application/problem+json"),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn cells(
    State(app): State<App>,
    caller: Caller,
    Params(wanted): Params<CellsWanted>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let lang = language(&headers);
    let grid = Grid::of(&app, &caller, &wanted)?;
    let reached = grid.tag(&app, app.figures.reached(), &wanted, lang);
    if reached.held_by(&headers) {
        return Ok(reached.unchanged());
    }
    if grid.shown.iter().all(|(_, held)| held.is_empty()) || grid.periods.is_empty() {
        return Ok(reached.on(Json(CellList { cut: app.figures.reached().0, items: Vec::new() }).into_response()));
    }
    let asked = grid.asked(wanted.year_before);
    let (figures, packs, tree) = (app.figures.clone(), app.packs.clone(), app.areas());
    let (year_before, provenance) = (wanted.year_before, wanted.provenance);
    let (grid, cut, body) = app
        .block(move || {
            let found = figures.cells(&asked)?;
            let cut = found.cut;
            let told = Telling { packs: &packs, tree: &tree, year_before, provenance: provenance.then_some(lang) };
            let list = CellList { cut: cut.0, items: told.items(&grid, found) };
            let body = serde_json::to_vec(&list).map_err(|_| Fault::new("SERVER-0901"))?;
            Ok((grid, cut, body))
        })
        .await?;
    Ok(grid.tag(&app, cut, &wanted, lang).on(([(header::CONTENT_TYPE, "application/json")], body).into_response()))
}

/// How cells are told.
struct Telling<'a> {
    packs: &'a Packs,
    tree: &'a AreaTree,
    year_before: bool,
    /// In which language it is said where numbers come from, if at all.
    provenance: Option<Lang>,
}

impl Telling<'_> {
    fn items(&self, grid: &Grid, found: Cells) -> Vec<CellBody> {
        let cut = found.cut;
        let found = Found::of(found.cells);
        let mut items = Vec::new();
        for indicator in grid.indicators.iter().filter_map(|id| self.packs.indicator(id)) {
            for (area, _) in grid.shown.iter().filter(|(_, held)| held.contains(&indicator.id)) {
                for period in &grid.periods {
                    let Some(cell) = found.get(&indicator.id, *area, *period) else { continue };
                    let before = self.year_before.then(|| found.get(&indicator.id, *area, period.year_before())).flatten();
                    items.push(self.item(indicator, *area, *period, (&cell, before.as_ref()), cut));
                }
            }
        }
        items
    }

    fn item(&self, indicator: &Indicator, area: AreaCode, period: Period, (cell, before): (&Cell, Option<&Cell>), cut: Cut) -> CellBody {
        let place = || self.tree.get(area).map_or_else(|| area.to_string(), |area| area.name.clone());
        CellBody {
            indicator: indicator.id.to_string(),
            area: area.to_string(),
            period: period.to_string(),
            unit: indicator.unit.clone(),
            number: number(indicator, cell),
            year_before: before.map(|cell| BeforeBody { period: period.year_before().to_string(), number: number(indicator, cell) }),
            target: beside(self.packs, indicator, period, cell),
            provenance: self.provenance.map(|lang| provenance(indicator, &place(), period, cell, cut, lang)),
        }
    }
}

/// What is asked for, as far as it may be seen.
struct Grid {
    indicators: Vec<Arc<str>>,
    /// Areas with the indicators that may be seen there.
    shown: Vec<(AreaCode, BTreeSet<Arc<str>>)>,
    periods: Vec<Period>,
}

impl Grid {
    /// Errors: `CORE-0101`, `CORE-0301`, `SERVER-0401`.
    fn of(app: &App, caller: &Caller, wanted: &CellsWanted) -> Result<Self, Fault> {
        let mut places = areas(wanted.areas.as_deref())?;
        if let Some(parent) = wanted.children_of.as_deref().map(str::parse::<AreaCode>).transpose()? {
            let tree = app.areas();
            for area in std::iter::once(parent).chain(tree.children(parent).iter().copied()) {
                if !places.contains(&area) {
                    places.push(area);
                }
            }
        }
        let named: BTreeSet<&str> = listed(wanted.indicators.as_deref()).collect();
        let programmes: BTreeSet<&str> = listed(wanted.packs.as_deref()).collect();
        let of_pack = |id: &str| id.split_once('.').is_some_and(|(pack, _)| programmes.contains(pack));
        let ids = app.packs.indicators().map(|indicator| &indicator.id).filter(|id| named.contains(&***id) || of_pack(id));
        let indicators: Vec<Arc<str>> = ids.cloned().collect();
        let mut split = Vec::new();
        for period in periods(Some(&wanted.periods))? {
            for part in wanted.by.map_or_else(|| vec![period], |by| parted(period, by)) {
                if !split.contains(&part) {
                    split.push(part);
                }
            }
        }
        let times = if wanted.year_before { 2 } else { 1 };
        let cells = indicators.len().saturating_mul(places.len()).saturating_mul(split.len()).saturating_mul(times);
        if cells > CELLS_MAX {
            return Err(Fault::new("SERVER-0401").with("cells", cells).with("most", CELLS_MAX));
        }
        let access = caller.access();
        let held = |area: AreaCode| (area, indicators.iter().filter(|id| access.number(id, area)).cloned().collect());
        let shown = places.into_iter().map(held).collect();
        Ok(Self { indicators, shown, periods: split })
    }

    /// Everything that is seen somewhere, in one question: so all cells stand for one position of the log.
    fn asked(&self, year_before: bool) -> CellsAsked {
        let seen: BTreeSet<&Arc<str>> = self.shown.iter().flat_map(|(_, held)| held).collect();
        let mut periods = self.periods.clone();
        if year_before {
            periods.extend(self.periods.iter().map(|period| period.year_before()));
            periods.sort_unstable();
            periods.dedup();
        }
        CellsAsked {
            indicators: self.indicators.iter().filter(|id| seen.contains(id)).cloned().collect(),
            areas: self.shown.iter().filter(|(_, held)| !held.is_empty()).map(|(area, _)| *area).collect(),
            periods,
        }
    }

    fn tag(&self, app: &App, cut: Cut, wanted: &CellsWanted, lang: Lang) -> Tag {
        let ids = |held: &BTreeSet<Arc<str>>| held.iter().map(|id| &**id).collect::<Vec<_>>().join(",");
        let shown: Vec<String> = self.shown.iter().map(|(area, held)| format!("{area}:{}", ids(held))).collect();
        let periods: Vec<String> = self.periods.iter().map(ToString::to_string).collect();
        let options = format!("{} {} {}", wanted.year_before, wanted.provenance, lang == Lang::En);
        Tag::of(&["cells", &app.packs_mark, &cut.to_string(), &shown.join(";"), &periods.join(","), &options])
    }
}

/// Cells by their place.
struct Found(std::collections::HashMap<(Arc<str>, AreaCode, Period), Cell>);

impl Found {
    fn of(cells: Vec<CellAt>) -> Self {
        Self(cells.into_iter().map(|at| ((at.indicator, at.area, at.period), at.cell)).collect())
    }

    fn get(&self, indicator: &Arc<str>, area: AreaCode, period: Period) -> Option<Cell> {
        self.0.get(&(indicator.clone(), area, period)).copied()
    }
}

/// The months or quarters of a year, half or quarter; other periods as they are.
fn parted(period: Period, by: By) -> Vec<Period> {
    let (year, first, last) = match period {
        Period::Year(year) => (year, 1, 12),
        Period::Half(year, half) => (year, half * 6 - 5, half * 6),
        Period::Quarter(year, quarter) => (year, quarter * 3 - 2, quarter * 3),
        other => return vec![other],
    };
    match by {
        By::Month => (first..=last).map(|month| Period::Month(year, month)).collect(),
        By::Quarter => (first..=last).step_by(3).map(|month| Period::Quarter(year, (month + 2) / 3)).collect(),
    }
}

fn number(indicator: &Indicator, cell: &Cell) -> NumberBody {
    let value = cell.rounded(indicator.scale, indicator.decimals);
    NumberBody {
        numerator: cell.numerator.normalize().to_string(),
        denominator: cell.denominator.map(|below| below.normalize().to_string()),
        value: value.map(|value| format_decimal(Some(value), indicator.decimals)),
        text: printed(indicator, value),
    }
}

fn printed(indicator: &Indicator, value: Option<Decimal>) -> String {
    match value {
        None => format_decimal(None, 0),
        Some(value) => format!("{}{}", format_decimal(Some(value), indicator.decimals), indicator.unit),
    }
}

fn beside(packs: &Packs, indicator: &Indicator, period: Period, cell: &Cell) -> Option<TargetBody> {
    let target = target(packs, indicator, period)?;
    let met = cell.rounded(indicator.scale, indicator.decimals).and_then(|value| target.met(indicator, value));
    Some(TargetBody { value: format_decimal(Some(target.value), indicator.decimals), met, source: target.source.to_owned() })
}

/// Where a number comes from, so that it can be copied with it.
fn provenance(indicator: &Indicator, area: &str, period: Period, cell: &Cell, cut: Cut, lang: Lang) -> String {
    let text = printed(indicator, cell.rounded(indicator.scale, indicator.decimals));
    let times = if indicator.scale == Decimal::ONE { String::new() } else { format!(" × {}", indicator.scale.normalize()) };
    let above = cell.numerator.normalize();
    let made = match cell.denominator {
        Some(below) => format!("{above} ÷ {}{times} = {text}", below.normalize()),
        None => text,
    };
    let Indicator { name, name_en, meaning, source, .. } = indicator;
    match lang {
        Lang::En => format!("{name_en}: {area}, {period}: {made}; data up to record {cut}; source: {source}"),
        Lang::Zh => {
            let period = period.chinese(indicator.calendar);
            format!("{name}：{area}，{period}：{made}；数据截至第{cut}条记录；口径：{meaning}；出处：{source}")
        }
    }
}

/// Which rows.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RowsWanted {
    /// A 12-digit area code.
    area: String,
    /// A period such as `2026`, `2026Q4`, `2026-11`.
    period: String,
    /// The numerator when absent.
    part: Option<PartWord>,
    /// Where the page begins: `next` of the page before.
    after: Option<String>,
    /// Rows of a page: 50 when absent, at most 500.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// Top or bottom of an indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PartWord {
    /// What is counted on top.
    Numerator,
    /// What is counted below.
    Denominator,
}

/// The people or events behind a number, masked, as far as the caller may see them. Sensitive programmes ask for a reason (header `qianmo-reason`,
/// percent-encoded), and each reading of theirs is noted in the audit chain.
#[utoipa::path(get, operation_id = "list_indicator_rows", path = "/indicators/{id}/rows", tag = "indicators", params(("id" = String, Path, description = "id of the indicator"), RowsWanted), responses(
    (status = 200, body = RowsPage),
    (status = 403, description = "ACCESS-0102 not for you, ACCESS-0103 a reason must be stated", body = ProblemBody, content_type = "application/problem+json"),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn rows(
    State(app): State<App>,
    caller: Caller,
    At(id): At<String>,
    Params(wanted): Params<RowsWanted>,
) -> Result<Json<RowsPage>, Refused> {
    let (area, period): (AreaCode, Period) = (wanted.area.parse()?, wanted.period.parse()?);
    let part = if wanted.part == Some(PartWord::Denominator) { Part::Denominator } else { Part::Numerator };
    let indicator = app.packs.indicator(&id).filter(|_| caller.access().number(&id, area)).ok_or_else(Refused::not_found)?;
    let rows = caller.access().require_rows_of_indicator(&id, area, caller.reason())?;
    let guarded = caller.access().guard().indicator(&id).is_none_or(|held| held.sensitivity != Sensitivity::Routine);
    let seen = seen(&app, rows).await?;
    let figures = app.figures.clone();
    let drilled = app.block(move || figures.drill(&id, area, period, part, &seen)).await?;
    let (body, residents) = page(drilled, wanted.after.as_deref(), wanted.limit)?;
    if guarded {
        let words = format!("{}（{}，{period}）", indicator.name, area_name(&app, area));
        note(&app, entries(&app, &caller, Deed::Read, area, &words, &residents)).await?;
    }
    Ok(Json(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longer_periods_become_series() {
        let texts = |period: &str, by| parted(period.parse().unwrap(), by).iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        assert_eq!(texts("2026Q4", By::Month), "2026-10 2026-11 2026-12");
        assert_eq!(texts("2026H2", By::Quarter), "2026Q3 2026Q4");
        assert_eq!(texts("2026", By::Quarter), "2026Q1 2026Q2 2026Q3 2026Q4");
        assert_eq!(texts("2026-11", By::Quarter), "2026-11");
        assert_eq!(parted(Period::Year(2026), By::Month).len(), 12);
    }
}
