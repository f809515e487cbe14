//! Programmes (专项): packs as they are after loading, checked and typed.
//!
//! `qianmo-packs` makes these from text; everything else reads them. A pack is data: nothing here knows
//! a disease.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::consent::Consents;
use crate::expr::{Expr, Kind};
use crate::form::Form;
use crate::numbers::Part;
use crate::period::Calendar;
use crate::schedule::{CaseDue, Schedule};
use crate::value::Value;

/// A loaded set of packs, with look-ups across them.
#[derive(Debug, Clone, Default)]
pub struct Packs {
    /// The packs, in the order in which they need each other.
    pub packs: Vec<Pack>,
}

/// One programme.
#[derive(Debug, Clone, Default)]
pub struct Pack {
    /// Identifier, the folder's name.
    pub id: Arc<str>,
    /// Official name.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// The norm it implements, with year.
    pub norm: String,
    /// First and last day on which that norm holds; `None` while there is no end.
    pub in_force: (Option<jiff::civil::Date>, Option<jiff::civil::Date>),
    /// Who wrote the pack.
    pub author: String,
    /// Packs whose groups, forms or views it builds on.
    pub needs: Vec<Arc<str>>,
    /// Subject kinds it declares, with their Chinese names.
    pub subjects: Vec<(Arc<str>, String)>,
    /// `routine`, `sensitive` or `restricted`.
    pub sensitivity: Sensitivity,
    /// Position of its section in the annual summary.
    pub order: i64,
    /// Forms.
    pub forms: Vec<Form>,
    /// Its administrative forms: neither a diagnosis nor a reproductive choice can be read in them.
    pub administrative: BTreeSet<Arc<str>>,
    /// Which processing rests on consent, and how consent is recorded.
    pub consents: Consents,
    /// Views.
    pub views: Vec<View>,
    /// Indicators.
    pub indicators: Vec<Indicator>,
    /// Rosters.
    pub rosters: Vec<Roster>,
    /// Returns.
    pub returns: Vec<Return>,
    /// Dated tables: vaccine schedule, thresholds, targets.
    pub tables: Vec<PackTable>,
    /// The annual summary's part of this programme.
    pub summary: Option<SummaryPart>,
    /// How to fabricate records, and which figure is which indicator.
    pub synth: Synth,
    /// Campaigns: rosters frozen on the first day of a round.
    pub campaigns: Vec<Campaign>,
    /// Who is due for what, when.
    pub schedule: Schedule,
    /// Worked cases.
    pub cases: Vec<Case>,
    /// Every rule that isn't verified against its source: what and where.
    pub unverified: Vec<String>,
}

/// How carefully a programme's records are guarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sensitivity {
    /// Routine services.
    #[default]
    Routine,
    /// Own grants, masked, each reading logged.
    Sensitive,
    /// Separate store and access list.
    Restricted,
}

/// A view: SQL with one row per subject (or per event) for a period.
#[derive(Debug, Clone)]
pub struct View {
    /// Identifier, unique over all packs; the table name that other SQL uses.
    pub id: Arc<str>,
    /// Chinese name from the header.
    pub name: String,
    /// The query text, parameters `$start` and `$end` (dates, both included).
    pub sql: String,
    /// File for messages.
    pub file: String,
    /// What one row is, in words.
    pub grain: String,
    /// Columns beyond `subject`, as declared in the header.
    pub columns: Vec<ViewColumn>,
    /// `true`: each row is an event dated `happened_on` and counts in whatever period contains that day, so
    /// one run over the whole stretch serves all periods.
    pub additive: bool,
    /// Subject kind of the rows.
    pub subject: Arc<str>,
}

/// A declared column of a view.
#[derive(Debug, Clone)]
pub struct ViewColumn {
    /// Name.
    pub id: Arc<str>,
    /// Type.
    pub kind: Kind,
    /// Chinese label.
    pub name: String,
}

/// Top or bottom of an indicator.
#[derive(Debug, Clone, PartialEq)]
pub enum Term {
    /// Over one row of the indicator's view: a boolean counts rows, a number sums.
    Row(Expr),
    /// Over other indicators' numerators (`pack.indicator`) or, with `.denominator`, denominators.
    Indicators(Expr),
}

/// An indicator (指标).
#[derive(Debug, Clone)]
pub struct Indicator {
    /// Identifier, `pack.indicator`.
    pub id: Arc<str>,
    /// Official name.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// Other names under which texts print it.
    pub synonyms: Vec<String>,
    /// The view its rows come from; `None` when both terms are over indicators.
    pub view: Option<Arc<str>>,
    /// Top.
    pub numerator: Term,
    /// Bottom; `None` for a count or sum.
    pub denominator: Option<Term>,
    /// Printed unit: `%`, `‰`, `/10万`, `人`, `元`…
    pub unit: String,
    /// The factor that belongs to the unit: 100 for %, 1000 for ‰, 100000 for /10万, 1 else.
    pub scale: Decimal,
    /// Decimals shown.
    pub decimals: u32,
    /// Which year its periods are read in.
    pub calendar: Calendar,
    /// Says something about reproductive choices: may be counted, may not be a target, score, points or condition.
    pub choice: bool,
    /// A statistic: shown, never a target or score.
    pub statistic: bool,
    /// Whether more is better, for 存在问题; `None` when neither.
    pub better: Option<Better>,
    /// What it says, as a worker would say it.
    pub meaning: String,
    /// Norm, year, section.
    pub source: String,
    /// Whether the source was read.
    pub verified: bool,
}

/// Which direction is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
}

/// A roster (花名册、台账): columns over a view.
#[derive(Debug, Clone)]
pub struct Roster {
    /// Identifier as the ledgers are known: `L04`.
    pub id: Arc<str>,
    /// Official name.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// The view whose rows are listed.
    pub view: Arc<str>,
    /// Which rows, over the view's columns; all when absent.
    pub only: Option<Expr>,
    /// Columns as printed.
    pub columns: Vec<RosterColumn>,
    /// Column ids to sort by.
    pub sort: Vec<Arc<str>>,
    /// Which year its periods are read in.
    pub calendar: Calendar,
    /// Columns whose sums stand in the 合计 line.
    pub totals: Vec<Arc<str>>,
    /// Where the ledger is prescribed.
    pub source: String,
}

/// A column of a roster.
#[derive(Debug, Clone)]
pub struct RosterColumn {
    /// View column, or `#` for the serial number.
    pub id: Arc<str>,
    /// Header as printed.
    pub name: String,
    /// Header above it, when columns are grouped.
    pub group: String,
    /// Width in characters.
    pub width: f64,
    /// Print masked: `511***********1234`.
    pub mask: bool,
    /// Labels for codes.
    pub labels: BTreeMap<Arc<str>, String>,
}

/// A return (报表): cells that are indicators.
#[derive(Debug, Clone)]
pub struct Return {
    /// Identifier as the returns are known: `R01`.
    pub id: Arc<str>,
    /// Official title.
    pub name: String,
    /// English title.
    pub name_en: String,
    /// Form number as printed at the top right (卫统41表).
    pub form_number: String,
    /// Who prescribes it.
    pub issued_by: String,
    /// Which year its periods are read in.
    pub calendar: Calendar,
    /// `year`, `quarter`, `month`.
    pub frequency: String,
    /// When it is due, in words.
    pub due: String,
    /// Lines of items, each with its cells.
    pub rows: Vec<ReturnRow>,
    /// Whether a second table gives every item by village.
    pub by_village: bool,
    /// Cross-checks between its cells, over item codes as names (`r1 <= r2`).
    pub checks: Vec<(Expr, String)>,
    /// Notes below the table.
    pub notes: Vec<String>,
    /// Norm.
    pub source: String,
}

/// A line of a return.
#[derive(Debug, Clone)]
pub struct ReturnRow {
    /// Item code, usable in checks.
    pub code: Arc<str>,
    /// Item as printed; indentation by `level`.
    pub name: String,
    /// 0 for a main item, 1 for 其中.
    pub level: u8,
    /// The indicator; `None` for a heading line.
    pub indicator: Option<Arc<str>>,
    /// Which part of it.
    pub part: Part,
}

/// A campaign (专项行动): who is to be reached is written down once, on the first day of a round.
///
/// Names of its expressions: the view's columns, and the round's fields and date as `round.code`, `round.at`.
#[derive(Debug, Clone)]
pub struct Campaign {
    /// Identifier, `pack.campaign`.
    pub id: Arc<str>,
    /// Official name.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// The form, about an organisation or area, a record of which opens a round; its `at` is the first day.
    pub opens: Arc<str>,
    /// The view, run on the first day, whose rows can be on the roster.
    pub view: Arc<str>,
    /// Which of its rows; all when absent.
    pub only: Option<Expr>,
    /// The form of the record written for each of them.
    pub target: Arc<str>,
    /// Its field values.
    pub values: Vec<(Arc<str>, Expr)>,
    /// Where the campaign is prescribed.
    pub source: String,
}

/// Rows of a dated table.
#[derive(Debug, Clone)]
pub struct PackTable {
    /// Identifier within the pack; in SQL it is the table `pack_table`.
    pub id: Arc<str>,
    /// Chinese name.
    pub name: String,
    /// Column names and kinds, in order.
    pub columns: Vec<(Arc<str>, Kind)>,
    /// Rows, one value per column.
    pub rows: Vec<Vec<Value>>,
    /// Norm.
    pub source: String,
}

/// A programme's part of the annual summary (a template; see `docs/packs/format.md`).
#[derive(Debug, Clone)]
pub struct SummaryPart {
    /// The template text.
    pub text: String,
    /// File for messages.
    pub file: String,
}

/// How a pack fabricates records that add up to figures.
#[derive(Debug, Clone, Default)]
pub struct Synth {
    /// Which figure stands for which indicator.
    pub figures: Vec<FigureMap>,
    /// What figures must satisfy.
    pub rules: Vec<FigureRule>,
    /// Named numbers computed from figures, in order.
    pub lets: Vec<(Arc<str>, Expr)>,
    /// Groups of people, events or organisations, in order.
    pub groups: Vec<Group>,
}

/// Which printed figure an indicator's part stands for.
#[derive(Debug, Clone)]
pub struct FigureMap {
    /// Figure id in figures files.
    pub id: Arc<str>,
    /// The indicator and part; `None` for a figure that only helps to build people.
    pub indicator: Option<(Arc<str>, Part)>,
    /// Value to use when the file lacks the figure.
    pub default: Option<Expr>,
    /// How the figure follows from others; a file that prints something else contradicts itself.
    pub formula: Option<Expr>,
    /// Why the comparison leaves it out, if it does.
    pub left_out: String,
}

/// A condition between figures.
#[derive(Debug, Clone)]
pub struct FigureRule {
    /// Over figures.
    pub require: Expr,
    /// Said when it fails.
    pub message: String,
}

/// A group: members made from nothing, from the members of another group, or drawn from one.
#[derive(Debug, Clone)]
pub struct Group {
    /// Identifier; other packs name it `pack.group`.
    pub id: Arc<str>,
    /// The group its members come from; empty for members without a parent.
    pub from: Vec<Arc<str>>,
    /// Which of them can be drawn.
    pub only: Option<Expr>,
    /// How many are drawn; all when absent (with `from`).
    pub count: Option<Expr>,
    /// How many members each drawn parent gives (1 when absent).
    pub each: Option<Expr>,
    /// New subject made for each member; absent: the member is its parent's subject.
    pub new: Option<Arc<str>>,
    /// Links each member at random to a member of another group.
    pub link: Option<Link>,
    /// Steps in order: attributes and exact draws.
    pub steps: Vec<Step>,
    /// Records written for each member.
    pub records: Vec<Template>,
    /// Only in the figures' own year, not in the years lived on after it.
    pub once: bool,
}

/// A random link to another group.
#[derive(Debug, Clone)]
pub struct Link {
    /// The group.
    pub to: Arc<str>,
    /// Whether every member of it must be linked at least once.
    pub cover: bool,
    /// Weight of a member of it; equal when absent.
    pub weight: Option<Expr>,
    /// Not at random: to the member that descends from the same parent, or the parent's parent.
    pub shared: bool,
}

/// A step of a group.
#[derive(Debug, Clone)]
pub enum Step {
    /// Sets an attribute of each member.
    Set(Arc<str>, Make),
    /// Marks exactly `count` members among those that satisfy `of`; the others get false.
    Draw {
        /// Attribute.
        name: Arc<str>,
        /// How many.
        count: Expr,
        /// Among which.
        of: Option<Expr>,
    },
    /// Drops the members that don't satisfy it.
    Keep(Expr),
}

/// How a value is made.
#[derive(Debug, Clone)]
pub enum Make {
    /// By an expression.
    Expr(Expr),
    /// Evenly at random between two values, both included, with so many decimals (dates: days).
    Between(Expr, Expr, u32),
    /// One of these by weight.
    Pick(Vec<(Value, f64)>),
    /// An exact share of a total: all shares of the group's members sum to it.
    Share {
        /// The total.
        total: Expr,
        /// Smallest share.
        min: Option<Expr>,
        /// Largest share.
        max: Option<Expr>,
        /// Decimals of a share.
        decimals: u32,
        /// Who takes a share; all when absent.
        of: Option<Expr>,
        /// Weight of a member.
        weight: Option<Expr>,
    },
    /// A fictional text: `person_name`, `surname`, `phone`, `resident_number`, `hamlet`, `street`, `clinic_name`, `organisation_name`,
    /// `batch_number`, `archive_number`.
    Fake(Arc<str>),
}

/// A record to write.
#[derive(Debug, Clone)]
pub struct Template {
    /// The form.
    pub form: Arc<str>,
    /// Date of the record.
    pub at: Make,
    /// For which members.
    pub when: Option<Expr>,
    /// How many times per member (`i` counts from 1), or once per row of a pack table.
    pub repeat: Repeat,
    /// Values computed for each repetition before the fields, in order.
    pub lets: Vec<(Arc<str>, Make)>,
    /// Field values.
    pub values: Vec<(Arc<str>, Make)>,
}

/// How often a record is written.
#[derive(Debug, Clone)]
pub enum Repeat {
    /// Once.
    Once,
    /// So many times.
    Times(Expr),
    /// Once per row of a pack table; the row's columns are names.
    Table(Arc<str>),
}

/// A worked case.
#[derive(Debug, Clone)]
pub struct Case {
    /// What it shows.
    pub title: String,
    /// File and line for messages.
    pub place: crate::fault::Place,
    /// The period computed.
    pub period: crate::period::Period,
    /// Records in.
    pub records: Vec<CaseRecord>,
    /// Expected indicator cells: indicator, numerator, denominator.
    pub expect: Vec<(Arc<str>, Decimal, Option<Decimal>)>,
    /// Expected faults by record number (from 1): codes.
    pub refused: Vec<(usize, String)>,
    /// Expected derived values by record number.
    pub derived: Vec<(usize, BTreeMap<Arc<str>, Value>)>,
    /// Expected states of services.
    pub due: Vec<CaseDue>,
}

/// A record of a case.
#[derive(Debug, Clone)]
pub struct CaseRecord {
    /// Form.
    pub form: Arc<str>,
    /// Name of the subject within the case.
    pub subject: String,
    /// Name of the resident within the case, for episodes.
    pub resident: Option<String>,
    /// Date.
    pub at: jiff::civil::Date,
    /// Name of the village within the case; one village when absent.
    pub village: String,
    /// Field values.
    pub values: BTreeMap<Arc<str>, Value>,
}

impl Packs {
    /// The pack with this id.
    #[must_use]
    pub fn pack(&self, id: &str) -> Option<&Pack> {
        self.packs.iter().find(|pack| &*pack.id == id)
    }

    /// The form with this id.
    #[must_use]
    pub fn form(&self, id: &str) -> Option<&Form> {
        self.forms().find(|form| &*form.id == id)
    }

    /// The sheet that says who a resident is and where.
    #[must_use]
    pub fn person_sheet(&self) -> Option<&Form> {
        self.forms().find(|form| form.is_person_sheet())
    }

    /// The form that says that two entries are one person ([`Form::merges`]).
    #[must_use]
    pub fn merge_form(&self) -> Option<&Form> {
        self.forms().find(|form| form.merges().is_some())
    }

    /// Every form.
    pub fn forms(&self) -> impl Iterator<Item = &Form> {
        self.packs.iter().flat_map(|pack| &pack.forms)
    }

    /// Every view.
    pub fn views(&self) -> impl Iterator<Item = &View> {
        self.packs.iter().flat_map(|pack| &pack.views)
    }

    /// The view with this id.
    #[must_use]
    pub fn view(&self, id: &str) -> Option<&View> {
        self.views().find(|view| &*view.id == id)
    }

    /// Every indicator.
    pub fn indicators(&self) -> impl Iterator<Item = &Indicator> {
        self.packs.iter().flat_map(|pack| &pack.indicators)
    }

    /// The indicator with this id.
    #[must_use]
    pub fn indicator(&self, id: &str) -> Option<&Indicator> {
        self.indicators().find(|indicator| &*indicator.id == id)
    }

    /// Every campaign.
    pub fn campaigns(&self) -> impl Iterator<Item = &Campaign> {
        self.packs.iter().flat_map(|pack| &pack.campaigns)
    }

    /// The roster with this id.
    #[must_use]
    pub fn roster(&self, id: &str) -> Option<&Roster> {
        self.packs.iter().flat_map(|pack| &pack.rosters).find(|roster| &*roster.id == id)
    }

    /// The return with this id.
    #[must_use]
    pub fn return_form(&self, id: &str) -> Option<&Return> {
        self.packs.iter().flat_map(|pack| &pack.returns).find(|form| &*form.id == id)
    }

    /// Every figure map.
    pub fn figures(&self) -> impl Iterator<Item = &FigureMap> {
        self.packs.iter().flat_map(|pack| &pack.synth.figures)
    }
}
