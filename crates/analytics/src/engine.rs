//! The engine: plans views once and runs all indicators of a view in one scan.
//!
//! Plans read their tables from the task they run in ([`crate::tables`]), so a plan made once for a view and a stretch of days
//! serves the whole township, each single leaf and a handful of people alike, several at a time.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::streaming::StreamingTable;
use datafusion::error::DataFusionError;
use datafusion::execution::TaskContext;
use datafusion::physical_plan::{ExecutionPlan, collect, execution_plan::reset_plan_states};
use datafusion::prelude::{SessionConfig, SessionContext};
use jiff::civil::Date;
use qianmo_core::pack::{Indicator, Packs, Term, View};
use qianmo_core::{AreaTree, Calendar, Decimal, Fault, Kind, Period, Place, Value};

use crate::columns::Columns;
use crate::cube::{Cube, Sums, Wanted};
use crate::emit;
use crate::reach::{self, Reach, Scope};
use crate::schema::{area_schema, form_schema, home_schema, pack_table_schema, table_name};
use crate::subjects::SHIFT;
use crate::table::{Table, kind_of};
use crate::tables::{BATCH_ROWS, Slot, Tables};

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A planned aggregation of one view over one stretch of days.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    plan: Arc<dyn ExecutionPlan>,
    columns: Vec<SumColumns>,
}

/// One run of a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Job {
    /// The view's place in the order of all views.
    pub(crate) view: usize,
    pub(crate) start: Date,
    pub(crate) end: Date,
}

/// Sums of a view in one leaf (and on one day, for an additive view).
#[derive(Debug, Clone)]
pub(crate) struct LeafSums {
    pub(crate) area: u64,
    pub(crate) day: Date,
    /// Of subjects as they were before a change.
    pub(crate) before: bool,
    pub(crate) sums: Vec<Decimal>,
}

/// An indicator's id and the columns of its numerator and denominator sums.
pub type NamedSums = (Arc<str>, Option<usize>, Option<usize>);

/// An indicator's place and the columns of its numerator and denominator sums.
pub(crate) type SumColumns = (u32, Option<usize>, Option<usize>);

/// View, stretch of days, whether subjects before and after a change are told apart.
type PlanKey = (Arc<str>, Date, Date, bool);

/// Runs views and indicators over columns.
pub struct Engine {
    packs: Arc<Packs>,
    context: SessionContext,
    plans: Arc<Mutex<HashMap<PlanKey, Prepared>>>,
    runtime: tokio::runtime::Runtime,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

impl Engine {
    /// An engine for these packs.
    ///
    /// Errors: `ANALYTICS-0901` when threads can't be started.
    pub fn new(packs: Arc<Packs>) -> Result<Self, Fault> {
        let mut config = SessionConfig::new().with_target_partitions(1).with_batch_size(BATCH_ROWS);
        config.options_mut().sql_parser.collect_spans = true;
        config.options_mut().optimizer.enable_dynamic_filter_pushdown = false;
        let context = SessionContext::new_with_config(config);
        let environment = |e: &dyn fmt::Display| Fault::new("ANALYTICS-0901").with("reason", e);
        let runtime = tokio::runtime::Builder::new_multi_thread().thread_stack_size(16 << 20).build().map_err(|e| environment(&e))?;
        let mut schemas: BTreeMap<String, SchemaRef> = packs.forms().map(|form| (table_name(&form.id), form_schema(form))).collect();
        schemas.insert("area".into(), area_schema());
        schemas.insert("home".into(), home_schema());
        for pack in &packs.packs {
            schemas.extend(pack.tables.iter().map(|t| (format!("{}_{}", pack.id, t.id), pack_table_schema(t))));
        }
        for (name, schema) in schemas {
            let slot = Slot { name: name.clone(), schema: schema.clone() };
            let stream = StreamingTable::try_new(schema, vec![Arc::new(slot)]).map_err(|e| environment(&e))?;
            context.register_table(&name, Arc::new(stream)).map_err(|e| environment(&e))?;
        }
        Ok(Self { packs, context, plans: Arc::default(), runtime })
    }

    /// The packs that it runs.
    #[must_use]
    pub fn packs(&self) -> &Arc<Packs> {
        &self.packs
    }

    /// Plans every view and every indicator without running them: what the loader could not see.
    ///
    /// Faults: `ANALYTICS-0101` SQL that can't be planned, `ANALYTICS-0102` a column that isn't there, `ANALYTICS-0104` a type
    /// that isn't supported, `ANALYTICS-0105` columns declared otherwise than selected.
    #[must_use]
    pub fn check(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let (start, end) = Period::Year(2012).range(Calendar::Civil);
        for view in self.packs.views() {
            let planned = self.plan_view(view, start, end).and_then(|()| {
                let prepared = self.runtime.block_on(self.prepared(view, start, end, false));
                prepared.map(drop).map_err(|e| view_fault(view, &e))
            });
            faults.extend(planned.err());
        }
        faults
    }

    fn plan_view(&self, view: &View, start: Date, end: Date) -> Result<(), Fault> {
        let planned = self.runtime.block_on(self.context.sql(&self.bind(view, start, end)));
        let frame = planned.map_err(|e| view_fault(view, &e))?;
        let place = Place::Text { file: view.file.clone(), line: 1, column: 1 };
        let mut found: BTreeMap<String, Kind> = BTreeMap::new();
        for field in frame.schema().fields() {
            let kind = kind_of(field.data_type()).map_err(|fault| fault.at(place.clone()))?;
            found.insert(field.name().clone(), kind);
        }
        let mut declared: BTreeMap<&str, Kind> = view.columns.iter().map(|column| (&*column.id, column.kind)).collect();
        declared.insert("subject", Kind::Integer);
        if view.additive {
            declared.insert("happened_on", Kind::Date);
        }
        for (name, kind) in &declared {
            let got = found.remove(*name);
            if got.is_none_or(|got| got != *kind && got != Kind::Null) {
                let got = got.map_or("没有这一列", Kind::chinese);
                return Err(Fault::new("ANALYTICS-0105")
                    .with("column", name)
                    .with("declared", kind.chinese())
                    .with("found", got)
                    .at(place));
            }
        }
        match found.into_iter().next() {
            Some((name, kind)) => {
                Err(Fault::new("ANALYTICS-0105").with("column", name).with("declared", "没有声明").with("found", kind.chinese()).at(place))
            }
            None => Ok(()),
        }
    }

    /// The text of a view for a stretch of days, the views it reads put before it.
    fn bind(&self, view: &View, start: Date, end: Date) -> String {
        let mut order: Vec<&View> = Vec::new();
        self.read_views(view, &mut order);
        order.pop();
        let place = |sql: &str| sql.replace("$start", &format!("date '{start}'")).replace("$end", &format!("date '{end}'"));
        let body = |view: &View| place(view.sql.trim_end().trim_end_matches(';'));
        if order.is_empty() {
            return body(view);
        }
        let before: Vec<String> = order.iter().map(|view| format!("{} as (\n{}\n)", view.id, body(view))).collect();
        format!("with {}\nselect * from (\n{}\n)", before.join(",\n"), body(view))
    }

    fn read_views<'p>(&'p self, view: &'p View, order: &mut Vec<&'p View>) {
        let code: String = view.sql.lines().filter(|line| !line.trim_start().starts_with("--")).flat_map(|line| [line, "\n"]).collect();
        let words: BTreeSet<&str> = code.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).collect();
        for other in self.packs.views().filter(|other| other.id != view.id && words.contains(&*other.id)) {
            if !order.iter().any(|held| held.id == other.id) {
                self.read_views(other, order);
            }
        }
        order.push(view);
    }

    /// A select over a view's rows joined with where their subjects sit; `$view` columns are `v`, home is `h`.
    pub(crate) fn over_rows(&self, view: &View, select: &str, rest: &str, start: Date, end: Date) -> String {
        let day = if view.additive { "v.happened_on".to_owned() } else { format!("date '{end}'") };
        format!(
            "select {select} from (\n{}\n) v join home h on v.subject = h.subject where {day} between h.valid_from and h.valid_to {rest}",
            self.bind(view, start, end)
        )
    }

    /// The SQL that sums every indicator of a view by leaf (and day, for an additive view), and where each one's sums stand.
    fn aggregation(&self, view: &View, start: Date, end: Date, apart: bool) -> (String, Vec<SumColumns>) {
        let mut sums: Vec<String> = Vec::new();
        let mut columns: Vec<SumColumns> = Vec::new();
        let first = 1 + usize::from(view.additive) + usize::from(apart);
        for (place, indicator) in of_view(&self.packs, view) {
            let mut column = |term: &Term| {
                let Term::Row(expr) = term else { return None };
                let text = aggregate(view, expr);
                let at = sums.iter().position(|held| *held == text).unwrap_or_else(|| {
                    sums.push(text);
                    sums.len() - 1
                });
                Some(at + first)
            };
            let numerator = column(&indicator.numerator);
            columns.push((place, numerator, indicator.denominator.as_ref().and_then(column)));
        }
        let days = if view.additive { ", v.happened_on" } else { "" };
        let by = if apart { format!("h.area{days}, v.subject >= {SHIFT}") } else { format!("h.area{days}") };
        let list: Vec<String> = sums.iter().enumerate().map(|(i, sum)| format!("{sum} as s{i}")).collect();
        let select = [by.clone()].into_iter().chain(list).collect::<Vec<_>>().join(", ");
        let sql = self.over_rows(view, &select, &format!("group by {by}"), start, end);
        (sql, columns)
    }

    /// The plan of a view's aggregation: a held one, or one made now.
    fn prepared(
        &self,
        view: &View,
        start: Date,
        end: Date,
        apart: bool,
    ) -> impl Future<Output = Result<Prepared, DataFusionError>> + Send + use<> {
        let key: PlanKey = (view.id.clone(), start, end, apart);
        let held = lock(&self.plans).get(&key).cloned();
        let wanted = held.is_none().then(|| self.aggregation(view, start, end, apart));
        let (context, plans) = (self.context.clone(), self.plans.clone());
        async move {
            let (Some((sql, columns)), None) = (wanted, &held) else { return held.ok_or_else(missing) };
            let plan = context.sql(&sql).await?.create_physical_plan().await?;
            let prepared = Prepared { plan, columns };
            lock(&plans).insert(key, prepared.clone());
            Ok(prepared)
        }
    }

    /// A task whose plans read these tables.
    pub(crate) fn task(&self, tables: Tables) -> Arc<TaskContext> {
        let config = self.context.copied_config().with_extension(Arc::new(tables));
        Arc::new(TaskContext::from(&self.context.state()).with_session_config(config))
    }

    /// The aggregation of a view as text, with each indicator's id and the places of its sums.
    #[must_use]
    pub fn aggregation_sql(&self, view: &View, start: Date, end: Date) -> (String, Vec<NamedSums>) {
        let (sql, columns) = self.aggregation(view, start, end, false);
        let ids: Vec<&Arc<str>> = self.packs.indicators().map(|indicator| &indicator.id).collect();
        (sql, columns.into_iter().map(|(place, above, below)| (ids[place as usize].clone(), above, below)).collect())
    }

    /// Computes cells from columns: of a whole data folder or of one leaf's shard.
    ///
    /// Errors: `ANALYTICS-0902` when a view can't be planned or run; [`Engine::check`] says more of the first.
    pub fn compute(&self, columns: &Columns, areas: &Arc<AreaTree>, wanted: &Wanted) -> Result<Cube, Fault> {
        let task_context = self.task(Tables::of(&[columns]));
        let mut cube = Cube::new(self.packs.clone(), areas.clone());
        let set = wanted.set(&self.packs);
        let asked = |place: u32| set.get(place as usize).copied().unwrap_or(false);
        let mut tasks = Vec::new();
        for view in self.packs.views() {
            let calendars: BTreeSet<Calendar> =
                of_view(&self.packs, view).filter(|(place, _)| asked(*place)).map(|(_, indicator)| indicator.calendar).collect();
            let mut ranges: BTreeSet<(Date, Date)> =
                calendars.iter().flat_map(|calendar| wanted.periods.iter().map(|period| period.range(*calendar))).collect();
            if view.additive && !ranges.is_empty() {
                let start = ranges.iter().map(|range| range.0).min().unwrap_or(Date::MIN);
                let end = ranges.iter().map(|range| range.1).max().unwrap_or(Date::MAX);
                ranges = BTreeSet::from([(start, end)]);
            }
            for (start, end) in ranges {
                let prepared = self.prepared(view, start, end, false);
                let context = task_context.clone();
                let task = self.runtime.spawn(async move {
                    let prepared = prepared.await?;
                    let plan = reset_plan_states(prepared.plan.clone())?;
                    let batches = collect(plan, context).await?;
                    Ok::<_, DataFusionError>((prepared, batches))
                });
                tasks.push((view, start, end, task));
            }
        }
        let mut days = DayIndex { wanted, days: HashMap::new() };
        for (view, start, end, task) in tasks {
            let failed = |e: &dyn fmt::Display| Fault::new("ANALYTICS-0902").with("view", &view.id).with("reason", e);
            let (prepared, batches) = self.runtime.block_on(task).map_err(|e| failed(&e))?.map_err(|e| failed(&e))?;
            let table = Table::from_batches(&batches)?;
            for (place, numerator, denominator) in &prepared.columns {
                let calendar = self.calendar(*place);
                for row in &table.rows {
                    let area = row[0].as_integer().and_then(|code| u64::try_from(code).ok()).unwrap_or(0);
                    let number = |at: &usize| row[*at].as_decimal().unwrap_or_default();
                    let sums: Sums = (numerator.as_ref().map(number).unwrap_or_default(), denominator.as_ref().map(number));
                    if view.additive {
                        let day = row[1].as_date().unwrap_or(Date::MIN);
                        for period in days.of(calendar, day) {
                            add(cube.cells.entry((*place, *period, area)).or_default(), sums);
                        }
                    } else {
                        for period in wanted.periods.iter().filter(|period| period.range(calendar) == (start, end)) {
                            cube.cells.insert((*place, *period, area), sums);
                        }
                    }
                }
                cube.computed.extend(wanted.periods.iter().map(|period| ((*place, *period), true)));
            }
        }
        Ok(cube)
    }

    /// How far each view reaches, in the order of all views. A view that can't be planned reaches as far as can be.
    #[must_use]
    pub fn reaches(&self) -> Vec<Reach> {
        let known = reach::known(&self.packs);
        let (start, end) = Period::Year(2012).range(Calendar::Civil);
        let of = |view| {
            let planned = self.runtime.block_on(self.context.sql(&self.bind(view, start, end)));
            let plan = planned.and_then(datafusion::dataframe::DataFrame::into_optimized_plan);
            plan.map_or_else(|_| Reach { tables: BTreeSet::new(), scope: Scope::Whole }, |plan| reach::of(&plan, &known))
        };
        self.packs.views().map(of).collect()
    }

    /// Where each indicator's sums stand among a view's.
    pub(crate) fn sum_columns(&self, view: &View) -> Vec<SumColumns> {
        let first = if view.additive { 2 } else { 1 };
        let (_, columns) = self.aggregation(view, Date::MIN, Date::MAX, false);
        columns.into_iter().map(|(place, above, below)| (place, above.map(|n| n - first), below.map(|n| n - first))).collect()
    }

    /// Runs views over tables, as many at a time as there are processors.
    ///
    /// Errors: `ANALYTICS-0902`.
    pub(crate) fn sums(&self, tables: Tables, jobs: &[(Job, bool)]) -> Result<Vec<Vec<LeafSums>>, Fault> {
        let context = self.task(tables);
        let views: Vec<&View> = self.packs.views().collect();
        let mut tasks = Vec::with_capacity(jobs.len());
        for (job, _) in jobs {
            let prepared = self.prepared(views[job.view], job.start, job.end, true);
            let context = context.clone();
            tasks.push(self.runtime.spawn(async move {
                let plan = reset_plan_states(prepared.await?.plan)?;
                collect(plan, context).await
            }));
        }
        let mut done = Vec::with_capacity(jobs.len());
        for ((job, _), task) in jobs.iter().zip(tasks) {
            let view = views[job.view];
            let failed = |e: &dyn fmt::Display| Fault::new("ANALYTICS-0902").with("view", &view.id).with("reason", e);
            let batches = self.runtime.block_on(task).map_err(|e| failed(&e))?.map_err(|e| failed(&e))?;
            done.push(Table::from_batches(&batches)?.rows.iter().map(|row| leaf_sums(view, row)).collect());
        }
        Ok(done)
    }

    fn calendar(&self, place: u32) -> Calendar {
        self.packs.indicators().nth(place as usize).map_or(Calendar::Civil, |indicator| indicator.calendar)
    }

    /// Runs any read-only SQL over the tables and, by their ids, the views for a stretch of days.
    ///
    /// Errors: `ANALYTICS-0106` when it isn't a single query or can't be planned or run.
    pub fn query(&self, columns: &Columns, sql: &str, start: Date, end: Date) -> Result<Table, Fault> {
        let view = View {
            id: "query".into(),
            name: String::new(),
            sql: sql.to_owned(),
            file: String::new(),
            grain: String::new(),
            columns: Vec::new(),
            additive: false,
            subject: "".into(),
        };
        self.run(columns, &self.bind(&view, start, end)).map_err(|e| Fault::new("ANALYTICS-0106").with("reason", message(&e)))
    }

    pub(crate) fn run(&self, columns: &Columns, sql: &str) -> Result<Table, DataFusionError> {
        let options =
            datafusion::execution::context::SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        let task = self.task(Tables::of(&[columns]));
        let batches = self.runtime.block_on(async {
            let plan = self.context.sql_with_options(sql, options).await?.create_physical_plan().await?;
            collect(plan, task).await
        })?;
        Table::from_batches(&batches).map_err(|fault| DataFusionError::External(Box::new(fault)))
    }
}

/// Which of the wanted periods contain a day, by calendar.
struct DayIndex<'a> {
    wanted: &'a Wanted,
    days: HashMap<(Calendar, Date), Vec<Period>>,
}

impl DayIndex<'_> {
    fn of(&mut self, calendar: Calendar, day: Date) -> &[Period] {
        self.days.entry((calendar, day)).or_insert_with(|| {
            let inside = |period: &&Period| {
                let (start, end) = period.range(calendar);
                (start..=end).contains(&day)
            };
            self.wanted.periods.iter().filter(inside).copied().collect()
        })
    }
}

fn leaf_sums(view: &View, row: &[Value]) -> LeafSums {
    let first = if view.additive { 2 } else { 1 };
    LeafSums {
        area: row[0].as_integer().and_then(|code| u64::try_from(code).ok()).unwrap_or(0),
        day: if view.additive { row[1].as_date().unwrap_or(Date::MIN) } else { Date::MIN },
        before: row[first].as_bool().unwrap_or(false),
        sums: row[first + 1..].iter().map(|value| value.as_decimal().unwrap_or_default()).collect(),
    }
}

fn add(held: &mut Sums, more: Sums) {
    held.0 += more.0;
    held.1 = match (held.1, more.1) {
        (Some(a), Some(b)) => Some(a + b),
        (a, b) => a.or(b),
    };
}

/// The indicators of a view with their places in the order of all indicators.
pub(crate) fn of_view<'p>(packs: &'p Packs, view: &'p View) -> impl Iterator<Item = (u32, &'p Indicator)> {
    (0_u32..).zip(packs.indicators()).filter(|(_, indicator)| indicator.view.as_ref() == Some(&view.id))
}

/// The kind of a view's column.
pub(crate) fn column_kind(view: &View, name: &str) -> Kind {
    view.columns.iter().find(|column| &*column.id == name).map_or(Kind::Null, |column| column.kind)
}

fn aggregate(view: &View, expr: &qianmo_core::Expr) -> String {
    let text = emit::sql(expr);
    match expr {
        qianmo_core::Expr::Literal(Value::Bool(true)) => "count(*)".to_owned(),
        _ if emit::kind(expr, &|name| column_kind(view, name)) == Kind::Bool => format!("count(case when {text} then 1 end)"),
        _ => format!("sum({text})"),
    }
}

/// A plan neither held nor to be made: it can't be, for one of the two is asked for.
fn missing() -> DataFusionError {
    DataFusionError::Internal("no plan".to_owned())
}

/// The engine's own words, without its wrapping.
fn message(error: &DataFusionError) -> String {
    error.strip_backtrace()
}

fn view_fault(view: &View, error: &DataFusionError) -> Fault {
    let span = error.diagnostic().and_then(|diagnostic| diagnostic.span);
    let at = |n: u64| u32::try_from(n).unwrap_or(1).max(1);
    let (line, column) = span.map_or((1, 1), |span| (at(span.start.line), at(span.start.column)));
    let place = Place::Text { file: view.file.clone(), line, column };
    if let DataFusionError::SchemaError(inner, _) = error.find_root()
        && let datafusion::common::SchemaError::FieldNotFound { field, valid_fields } = &**inner
    {
        let mut fault = Fault::new("ANALYTICS-0102").with("column", &field.name).at(place);
        if let Some(near) = qianmo_core::fault::suggest(&field.name, valid_fields.iter().map(|f| f.name.as_str())) {
            fault = fault.with("suggestion", near);
        }
        return fault;
    }
    Fault::new("ANALYTICS-0101").with("reason", message(error)).at(place)
}
