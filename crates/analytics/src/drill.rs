//! From a number back to what it counted.

use std::sync::Arc;

use qianmo_core::pack::{Indicator, Term, View};
use qianmo_core::{AreaCode, AreaTree, Expr, Fault, Kind, Part, Period, Value};

use crate::columns::Columns;
use crate::cube::split;
use crate::emit;
use crate::engine::{Engine, column_kind};
use crate::table::{Table, TableColumn};

impl Engine {
    /// Lists the view rows behind one part of an indicator: for a count exactly as many rows as it says, for a sum
    /// the rows whose shares add up to it (column `counted`).
    ///
    /// Columns: `indicator`, `subject` (id), `name`, `area` (code), `village_name`, `counted`, then the view's own. A term over
    /// other indicators lists the rows of each.
    /// Errors: `ANALYTICS-0201` no such indicator, `ANALYTICS-0202` it has no denominator; else as [`Engine::check`].
    pub fn drill(
        &self,
        columns: &Columns,
        areas: &AreaTree,
        indicator: &str,
        area: AreaCode,
        period: Period,
        part: Part,
    ) -> Result<Vec<Table>, Fault> {
        let found = self.packs().indicator(indicator).ok_or_else(|| self.no_such(indicator))?;
        let term = match part {
            Part::Denominator => found.denominator.as_ref().ok_or_else(|| Fault::new("ANALYTICS-0202").with("indicator", &found.name))?,
            _ => &found.numerator,
        };
        match term {
            Term::Row(expr) => self.rows_behind(columns, areas, found, expr, area, period).map(|table| vec![table]),
            Term::Indicators(expr) => {
                let mut tables = Vec::new();
                for name in expr.names() {
                    let (id, below) = split(&name);
                    let part = if below { Part::Denominator } else { Part::Numerator };
                    tables.extend(self.drill(columns, areas, id, area, period, part)?);
                }
                Ok(tables)
            }
        }
    }

    fn no_such(&self, indicator: &str) -> Fault {
        let fault = Fault::new("ANALYTICS-0201").with("indicator", indicator);
        match qianmo_core::fault::suggest(indicator, self.packs().indicators().map(|i| &*i.id)) {
            Some(near) => fault.with("suggestion", near),
            None => fault,
        }
    }

    fn rows_behind(
        &self,
        columns: &Columns,
        areas: &AreaTree,
        indicator: &Indicator,
        expr: &Expr,
        area: AreaCode,
        period: Period,
    ) -> Result<Table, Fault> {
        let view = indicator.view.as_ref().and_then(|id| self.packs().view(id)).ok_or_else(|| self.no_such(&indicator.id))?;
        let text = emit::sql(expr);
        let boolean = emit::kind(expr, &|name| column_kind(view, name)) == Kind::Bool;
        let (counted, only) = if boolean { ("1".to_owned(), text) } else { (text.clone(), format!("({text}) <> 0")) };
        let mut table = self.view_rows(columns, areas, view, area, period.range(indicator.calendar), &only, &counted)?;
        table.columns.insert(0, TableColumn { id: "indicator".into(), kind: Kind::Text });
        for row in &mut table.rows {
            row.insert(0, Value::text(&indicator.id));
        }
        Ok(table)
    }

    /// The rows of a view for a roster: of subjects that sit in an area, those that satisfy `only`.
    pub fn roster_rows(
        &self,
        columns: &Columns,
        areas: &AreaTree,
        view: &str,
        area: AreaCode,
        range: (jiff::civil::Date, jiff::civil::Date),
        only: Option<&Expr>,
    ) -> Result<Table, Fault> {
        let view = self.packs().view(view).ok_or_else(|| Fault::new("ANALYTICS-0203").with("view", view))?;
        let only = only.map_or_else(|| "true".to_owned(), emit::sql);
        self.view_rows(columns, areas, view, area, range, &only, "1")
    }

    #[expect(clippy::too_many_arguments, reason = "the one place where a question about rows is put together")]
    fn view_rows(
        &self,
        columns: &Columns,
        areas: &AreaTree,
        view: &View,
        area: AreaCode,
        (start, end): (jiff::civil::Date, jiff::civil::Date),
        only: &str,
        counted: &str,
    ) -> Result<Table, Fault> {
        let leaves: Vec<String> = areas.leaves(area).iter().map(|leaf| leaf.number().to_string()).collect();
        let day = if view.additive { ", happened_on" } else { "" };
        let rest = view.columns.iter().filter(|c| &*c.id != "happened_on").fold(String::new(), |rest, c| rest + ", \"" + &c.id + "\"");
        let inner = self.over_rows(view, "v.*, h.area as home_area", &format!("and h.area in ({})", leaves.join(", ")), start, end);
        let sql =
            format!("select subject, home_area as area, {counted} as counted{day}{rest} from (\n{inner}\n) where {only} order by 2, 1");
        let table = self.run(columns, &sql).map_err(|e| Fault::new("ANALYTICS-0902").with("view", &view.id).with("reason", e))?;
        Ok(readable(columns, table))
    }
}

/// Puts ids and names in place of numbers, and the village's name beside its code.
fn readable(columns: &Columns, mut table: Table) -> Table {
    if table.columns.is_empty() {
        return table;
    }
    let name = |id: &str, kind| TableColumn { id: Arc::from(id), kind };
    table.columns[0].kind = Kind::Text;
    table.columns[1].kind = Kind::Text;
    table.columns.insert(1, name("label", Kind::Text));
    table.columns.insert(3, name("village_name", Kind::Text));
    for row in &mut table.rows {
        let subject = row[0].as_integer().unwrap_or(-1);
        let area = row[1].as_integer().unwrap_or(0);
        row[0] = columns.subject(subject).map_or(Value::Null, |id| Value::text(&id.to_string()));
        row[1] = Value::text(&format!("{area:012}"));
        row.insert(1, columns.label(subject).map_or(Value::Null, Value::text));
        row.insert(3, columns.area_name(area).map_or(Value::Null, Value::text));
    }
    table
}
