//! Returns (报表): what is owed in a month, the table as on paper with cells to drill into, and its files.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use qianmo_access::{Access, Right};
use qianmo_core::pack::Return;
use qianmo_core::{AreaCode, AreaKind, Env, Fault, Period, Value};
use qianmo_desk::{CellSource, FileAsked, FileKind, ReturnSheet, Seen};
use qianmo_store::{Cut, Deed, Filing, FilingsAsked};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::numbers::{FileBytes, area_name, entries, file, note, offered};
use super::owed::owed;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::{At, Params};
use crate::refused::{ProblemBody, Refused};
use crate::words::{instant, wrong};

/// The most filings that a board takes into account.
const FILINGS_MAX: u32 = 20_000;

/// Which month's board.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct BoardWanted {
    /// A 12-digit area code.
    area: String,
    /// A month: `2026-11`.
    month: String,
    /// Also of the areas directly below.
    #[serde(default)]
    below: bool,
}

/// What is owed in a month.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Board {
    /// By area, then by day.
    items: Vec<BoardLine>,
}

/// A return owed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BoardLine {
    /// Id of the return.
    #[serde(rename = "return")]
    form: String,
    name: String,
    name_en: String,
    /// 12-digit area code.
    area: String,
    area_name: String,
    period: String,
    /// The last day on which it is in time.
    #[schema(format = Date)]
    due: String,
    /// `open` (nothing handed in), `submitted`, `approved`, `returned` or `withdrawn`.
    state: &'static str,
    /// Whether it is neither handed in nor approved and its day is past.
    overdue: bool,
    /// Whether the caller sees all of it and may hand it in.
    may_file: bool,
    /// Whether the caller sees all of it and may approve it or send it back.
    may_approve: bool,
    /// What was handed in last, if anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    filing: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    filed_at: Option<String>,
}

/// What is owed in a month: returns of which the caller may see something, with how far each has come.
#[utoipa::path(get, operation_id = "read_return_board", path = "/returns/board", tag = "returns", params(BoardWanted), responses((status = 200, body = Board),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn board(State(app): State<App>, caller: Caller, Params(wanted): Params<BoardWanted>) -> Result<Json<Board>, Refused> {
    let top: AreaCode = wanted.area.parse()?;
    let Period::Month(year, month) = wanted.month.parse()? else { return Err(wrong("month: 2026-11").into()) };
    caller.access().require_area(top)?;
    let tree = app.areas();
    let below: &[AreaCode] = if wanted.below { tree.children(top) } else { &[] };
    // Villages make no returns of their own.
    let makes = |area: &AreaCode| tree.get(*area).is_some_and(|area| area.kind <= AreaKind::Township);
    let areas: Vec<AreaCode> = std::iter::once(top).chain(below.iter().copied()).filter(makes).collect();
    let filed = latest(&app, areas.clone()).await?;
    let today = app.clock.today();
    let mut items = Vec::new();
    for area in areas {
        let mut of_area = Vec::new();
        for form in app.packs.packs.iter().flat_map(|pack| &pack.returns).filter(|form| visible(caller.access(), form, area)) {
            let whole = caller.access().whole_return(&form.id, area);
            for (period, due) in owed(form, year, month) {
                let filing = filed.get(&(form.id.to_string(), area, period));
                let done = filing.is_some_and(|filing| filing.state.is_live());
                of_area.push(BoardLine {
                    form: form.id.to_string(),
                    name: form.name.clone(),
                    name_en: form.name_en.clone(),
                    area: area.to_string(),
                    area_name: area_name(&app, area),
                    period: period.to_string(),
                    due: due.to_string(),
                    state: filing.map_or("open", |filing| filing.state.word()),
                    overdue: !done && due < today,
                    may_file: whole && caller.access().may(Right::FileReturns, area),
                    may_approve: whole && caller.access().may(Right::ApproveReturns, area),
                    filing: filing.map(|filing| filing.id.to_string()),
                    filed_at: filing.map(|filing| instant(filing.filed_at)),
                });
            }
        }
        of_area.sort_by(|a, b| (&a.due, &a.form).cmp(&(&b.due, &b.form)));
        items.extend(of_area);
    }
    Ok(Json(Board { items }))
}

/// The filing that stands for each return, area and period: the live one, else the last handed in.
async fn latest(app: &App, areas: Vec<AreaCode>) -> Result<HashMap<(String, AreaCode, Period), Filing>, Refused> {
    let list = app
        .read(move |store| store.filings().list(&FilingsAsked { areas: Some(&areas), filings_max: FILINGS_MAX, ..FilingsAsked::default() }))
        .await?;
    let mut found: HashMap<_, Filing> = HashMap::new();
    for filing in list {
        let held = found.entry((filing.form.to_string(), filing.area, filing.period)).or_insert_with(|| filing.clone());
        if filing.state.is_live() {
            *held = filing;
        }
    }
    Ok(found)
}

/// Whether anything of a return may be seen in an area.
pub(crate) fn visible(access: &Access, form: &Return, area: AreaCode) -> bool {
    form.rows.iter().filter_map(|row| row.indicator.as_deref()).any(|indicator| access.number(indicator, area))
}

/// A return of which the caller may see something in an area.
///
/// Errors: as what doesn't exist.
pub(crate) fn form<'a>(app: &'a App, caller: &Caller, id: &str, area: AreaCode) -> Result<&'a Return, Refused> {
    app.packs.return_form(id).filter(|form| visible(caller.access(), form, area)).ok_or_else(Refused::not_found)
}

/// Which table.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SheetWanted {
    /// A 12-digit area code.
    area: String,
    /// A period of the return's frequency: `2026`, `2026H1`, `2026Q4`, `2026-11`.
    period: String,
    /// As of which position of the log; the newest when absent.
    cut: Option<i64>,
}

/// A return as on paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct SheetBody {
    /// As of which position of the log: give it when handing the return in.
    pub(crate) cut: i64,
    title: String,
    /// Column headings.
    pub(crate) headings: Vec<String>,
    pub(crate) rows: Vec<SheetRow>,
    /// Whether lines are left out that the caller may not see.
    partial: bool,
    /// Lines below: explanations, cross-checks that failed.
    notes: Vec<String>,
    /// Cross-checks between the cells that fail for the return's own area, in words.
    failed_checks: Vec<String>,
}

/// A line of a return.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct SheetRow {
    /// Code on paper.
    pub(crate) code: String,
    /// Label on paper.
    pub(crate) label: String,
    /// How far the label is indented: 0 main, 1 其中.
    level: u8,
    /// The indicator behind its cells; absent for a heading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) indicator: Option<String>,
    pub(crate) cells: Vec<SheetCell>,
}

/// A cell of a return.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct SheetCell {
    /// As printed.
    pub(crate) text: String,
    /// Where the number comes from: what a click drills into.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<SourceBody>,
}

/// Where a number comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct SourceBody {
    indicator: String,
    /// 12-digit area code.
    area: String,
    period: String,
    /// `numerator`, `denominator` or `value`.
    part: String,
}

impl From<&CellSource> for SourceBody {
    fn from(source: &CellSource) -> Self {
        Self {
            indicator: source.indicator.to_string(),
            area: source.area.to_string(),
            period: source.period.to_string(),
            part: source.part.word().to_owned(),
        }
    }
}

impl SheetBody {
    /// The table as computed.
    pub(crate) fn of(sheet: &ReturnSheet, form: &Return, area: AreaCode) -> Self {
        let cell = |cell: &qianmo_desk::ReturnCell| SheetCell { text: cell.text.clone(), source: cell.source.as_ref().map(Into::into) };
        let row = |row: &qianmo_desk::ReturnRow| SheetRow {
            code: row.code.clone(),
            label: row.label.clone(),
            level: row.level,
            indicator: row.indicator.as_ref().map(ToString::to_string),
            cells: row.cells.iter().map(cell).collect(),
        };
        Self {
            cut: sheet.cut.0,
            title: sheet.title.clone(),
            headings: sheet.headings.clone(),
            rows: sheet.rows.iter().map(row).collect(),
            partial: false,
            notes: sheet.notes.clone(),
            failed_checks: failed_checks(sheet, form, area),
        }
    }

    /// Without what somebody may not see in an area: lines of other indicators, cells of other areas, and checks that read both.
    pub(crate) fn seen_by(mut self, access: &Access, form: &Return, area: AreaCode) -> Self {
        let before = self.rows.len();
        self.rows.retain(|row| row.indicator.as_deref().is_none_or(|indicator| access.number(indicator, area)));
        let mut hidden = self.rows.len() != before;
        for cell in self.rows.iter_mut().flat_map(|row| &mut row.cells) {
            let may = |source: &SourceBody| source.area.parse().is_ok_and(|area| access.number(&source.indicator, area));
            if cell.source.as_ref().is_some_and(|source| !may(source)) {
                *cell = SheetCell { text: String::new(), source: None };
                hidden = true;
            }
        }
        if hidden {
            self.partial = true;
            self.failed_checks.clear();
            // What was found out about the cells could tell of hidden ones.
            self.notes.retain(|note| form.notes.contains(note));
        }
        self
    }
}

/// The cross-checks of a return that fail for its own area. What isn't known doesn't fail.
fn failed_checks(sheet: &ReturnSheet, form: &Return, area: AreaCode) -> Vec<String> {
    let failed = form.checks.iter().filter(|(require, _)| require.eval(&Items { sheet, area }) == Value::Bool(false));
    failed.map(|(_, message)| message.clone()).collect()
}

/// The lines of a return by their codes, for its checks.
struct Items<'a> {
    sheet: &'a ReturnSheet,
    area: AreaCode,
}

impl Env for Items<'_> {
    fn get(&self, name: &str) -> Value {
        let row = self.sheet.rows.iter().find(|row| row.code == name);
        let of_area = |cell: &&qianmo_desk::ReturnCell| cell.source.as_ref().is_some_and(|source| source.area == self.area);
        let number = row.and_then(|row| row.cells.iter().find(of_area)).and_then(|cell| cell.text.trim().parse().ok());
        number.map_or(Value::Null, Value::Decimal)
    }
}

/// A return as on paper, computed now or as of a cut.
#[utoipa::path(get, operation_id = "read_return", path = "/returns/{id}", tag = "returns", params(("id" = String, Path, description = "id of the return"), SheetWanted), responses(
    (status = 200, body = SheetBody),
    (status = 422, description = "SERVER-0404 a period that it isn't made for, STORE-0106 a cut to come", body = ProblemBody, content_type = "application/problem+json"),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn sheet(
    State(app): State<App>,
    caller: Caller,
    At(id): At<String>,
    Params(wanted): Params<SheetWanted>,
) -> Result<Json<SheetBody>, Refused> {
    let (area, period): (AreaCode, Period) = (wanted.area.parse()?, wanted.period.parse()?);
    let form = form(&app, &caller, &id, area)?;
    let body = computed(&app, id, area, period, wanted.cut).await?;
    Ok(Json(body.seen_by(caller.access(), form, area)))
}

/// The whole table of a return, now or as of a cut.
///
/// Errors: `SERVER-0404` a period that it isn't made for, `STORE-0106` a cut after the end.
pub(crate) async fn computed(app: &App, id: String, area: AreaCode, period: Period, cut: Option<i64>) -> Result<SheetBody, Refused> {
    let form = app.packs.return_form(&id).ok_or_else(Refused::not_found)?;
    if !super::owed::fits(form, period) {
        return Err(Fault::new("SERVER-0404").with("name", &form.name).with("period", period).into());
    }
    if cut.is_some_and(|cut| cut < 0) {
        return Err(wrong("cut").into());
    }
    let figures = app.figures.clone();
    let sheet = app.block(move || figures.return_form(&id, area, period, cut.map(Cut))).await?;
    Ok(SheetBody::of(&sheet, form, area))
}

/// Which file of a return.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReturnFileWanted {
    /// A 12-digit area code.
    area: String,
    /// A period of the return's frequency.
    period: String,
    /// `xlsx` or `pdf`.
    format: String,
    /// To be published: small counts of people are hidden.
    #[serde(default)]
    published: bool,
}

/// A return as a file, as the paper form looks. Taking it away is noted in the audit chain.
#[utoipa::path(get, operation_id = "download_return", path = "/returns/{id}/file", tag = "returns", params(("id" = String, Path, description = "id of the return"), ReturnFileWanted), responses(
    (status = 200, content((FileBytes = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (FileBytes = "application/pdf"))),
    (status = 403, description = "ACCESS-0102 not all of it is for you, or it isn't for you to publish", body = ProblemBody, content_type = "application/problem+json"),
    (status = "4XX", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn download(
    State(app): State<App>,
    caller: Caller,
    At(id): At<String>,
    Params(wanted): Params<ReturnFileWanted>,
) -> Result<Response, Refused> {
    let (area, period): (AreaCode, Period) = (wanted.area.parse()?, wanted.period.parse()?);
    let format = offered(&wanted.format, &["xlsx", "pdf"])?;
    let form = form(&app, &caller, &id, area)?;
    whole(&caller, &id, area)?;
    if !super::owed::fits(form, period) {
        return Err(Fault::new("SERVER-0404").with("name", &form.name).with("period", period).into());
    }
    let published = wanted.published;
    if published {
        caller.must(Right::Publish, area)?;
    }
    let name = format!("{}_{}_{period}", form.name, area_name(&app, area));
    let figures = app.figures.clone();
    let bytes = app
        .block(move || {
            let what = FileKind::Return(&id);
            figures.file(&FileAsked { what, area, period, format, exposed: false, seen: &Seen::Everybody, published })
        })
        .await?;
    let words = if published { format!("{name}.{format}（公开）") } else { format!("{name}.{format}") };
    note(&app, entries(&app, &caller, Deed::Export, area, &words, &std::collections::BTreeSet::new())).await?;
    file(bytes, &name, format)
}

/// Refuses unless the caller sees every cell of a return.
///
/// Errors: `ACCESS-0102`.
pub(crate) fn whole(caller: &Caller, id: &str, area: AreaCode) -> Result<(), Fault> {
    if caller.access().whole_return(id, area) { Ok(()) } else { Err(Fault::new("ACCESS-0102")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use qianmo_core::Part;
    use qianmo_desk::{ReturnCell, ReturnRow};

    #[test]
    fn checks_read_the_cells_of_the_returns_own_area() {
        let (own, village): (AreaCode, AreaCode) = ("530523100000".parse().unwrap(), "530523100201".parse().unwrap());
        let cell = |area, text: &str| ReturnCell {
            text: text.into(),
            source: Some(CellSource { indicator: "x.y".into(), area, period: Period::Year(2026), part: Part::Value }),
        };
        let row = |code: &str, cells| ReturnRow { code: code.into(), label: String::new(), level: 0, indicator: Some("x.y".into()), cells };
        let rows = vec![row("a1", vec![cell(village, "9"), cell(own, "12")]), row("a2", vec![cell(own, "—")]), row("a3", vec![])];
        let sheet = ReturnSheet { cut: Cut(7), title: String::new(), headings: Vec::new(), rows, notes: Vec::new() };
        let items = Items { sheet: &sheet, area: own };
        assert_eq!(items.get("a1"), Value::Decimal(12.into()));
        assert_eq!((items.get("a2"), items.get("a3"), items.get("a9")), (Value::Null, Value::Null, Value::Null));
    }
}
