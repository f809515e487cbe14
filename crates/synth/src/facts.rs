//! The values of figures and lets by name, which figures stand behind a name, and what the figures must satisfy.
//!
//! A figure is its printed value; where the file marks a row `match = no`, what its formula gives; where the file lacks it,
//! the pack's default, else its formula. A let is looked for in its own pack first.

use std::cell::RefCell;
use std::collections::HashMap;

use qianmo_core::numbers::round_half_up;
use qianmo_core::pack::{FigureMap, Packs};
use qianmo_core::period::{Calendar, Period};
use qianmo_core::{Date, Expr, Fault, Place, Value, format_decimal};

use crate::figures::Figures;

/// The days that scripts see as `$…`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    /// The year lived.
    pub(crate) year: i16,
    /// Whether it is the figures' own year.
    pub(crate) first: bool,
    /// The last day to fabricate.
    pub(crate) until: Date,
}

impl Span {
    /// Records before it exist already.
    pub(crate) fn from(self) -> Date {
        if self.first { jiff::civil::date(1900, 1, 1) } else { jiff::civil::date(self.year, 1, 1) }
    }

    fn value(self, name: &str) -> Option<Value> {
        let (start, end) = Period::Year(self.year).range(Calendar::Civil);
        let (mch_start, mch_end) = Period::Year(self.year).range(Calendar::Mch);
        Some(match name {
            "$year" => Value::Integer(self.year.into()),
            "$start" => Value::Date(start),
            "$end" => Value::Date(end),
            "$mch_start" => Value::Date(mch_start),
            "$mch_end" => Value::Date(mch_end),
            "$from" => Value::Date(self.from()),
            "$until" => Value::Date(self.until),
            "$first" => Value::Bool(self.first),
            _ => return None,
        })
    }
}

/// Figures and lets for one year.
#[derive(Debug)]
pub(crate) struct Facts<'a> {
    packs: &'a Packs,
    figures: &'a Figures,
    span: Span,
    maps: HashMap<&'a str, (usize, &'a FigureMap)>,
    lets: HashMap<(usize, &'a str), &'a Expr>,
    first_let: HashMap<&'a str, usize>,
    memo: RefCell<HashMap<(usize, String), Option<Value>>>,
    circles: RefCell<Vec<String>>,
}

impl<'a> Facts<'a> {
    /// The facts of one year.
    pub(crate) fn new(packs: &'a Packs, figures: &'a Figures, span: Span) -> Self {
        let mut facts = Self {
            packs,
            figures,
            span,
            maps: HashMap::new(),
            lets: HashMap::new(),
            first_let: HashMap::new(),
            memo: RefCell::default(),
            circles: RefCell::default(),
        };
        for (number, pack) in packs.packs.iter().enumerate() {
            for map in &pack.synth.figures {
                let held = facts.maps.entry(&*map.id).or_insert((number, map));
                // A figure may stand in several packs; one of them says how it follows or what it is without a file.
                if held.1.formula.is_none() && held.1.default.is_none() {
                    *held = (number, map);
                }
            }
            for (name, expr) in &pack.synth.lets {
                facts.lets.insert((number, &**name), expr);
                facts.first_let.entry(&**name).or_insert(number);
            }
        }
        facts
    }

    /// The days.
    pub(crate) fn span(&self) -> Span {
        self.span
    }

    /// The value of a figure, a let or a `$` name as a pack sees it; `None` when nothing has that name.
    pub(crate) fn value(&self, pack: usize, name: &str) -> Option<Value> {
        if name.starts_with('$') {
            return self.span.value(name);
        }
        if let Some(scope) = self.let_scope(pack, name) {
            return Some(self.remembered(scope, name, || self.eval(scope, self.lets[&(scope, name)])));
        }
        if self.maps.contains_key(name) || self.figures.get(name).is_some() {
            return Some(self.remembered(usize::MAX, name, || self.figure(name)));
        }
        None
    }

    fn let_scope(&self, pack: usize, name: &str) -> Option<usize> {
        if self.lets.contains_key(&(pack, name)) {
            return Some(pack);
        }
        let is_figure = self.maps.contains_key(name) || self.figures.get(name).is_some();
        self.first_let.get(name).copied().filter(|_| !is_figure)
    }

    fn remembered(&self, scope: usize, name: &str, compute: impl FnOnce() -> Value) -> Value {
        let key = (scope, name.to_owned());
        match self.memo.borrow().get(&key) {
            Some(Some(value)) => return value.clone(),
            Some(None) => {
                self.circles.borrow_mut().push(name.to_owned());
                return Value::Null;
            }
            None => {}
        }
        self.memo.borrow_mut().insert(key.clone(), None);
        let value = compute();
        self.memo.borrow_mut().insert(key, Some(value.clone()));
        value
    }

    /// Evaluates an expression over figures and lets alone.
    pub(crate) fn eval(&self, pack: usize, expr: &Expr) -> Value {
        expr.eval(&|name: &str| self.value(pack, name).unwrap_or_default())
    }

    fn figure(&self, id: &str) -> Value {
        let row = self.figures.get(id);
        let map = self.maps.get(id);
        let formula = || map.and_then(|(pack, map)| Some(self.eval(*pack, map.formula.as_ref()?)));
        if let Some(row) = row
            && let Some(stated) = row.value
        {
            if row.contradicts {
                let computed = formula().and_then(|value| value.as_decimal()).or(row.computed);
                return computed.map_or(Value::Null, |value| plain(round_half_up(value, row.decimals)));
            }
            return plain(stated);
        }
        let default = map.and_then(|(pack, map)| Some(self.eval(*pack, map.default.as_ref()?)));
        default.or_else(formula).unwrap_or_default()
    }

    /// The figures that an expression reads, directly or through lets, defaults and formulas, in the order met.
    pub(crate) fn behind(&self, pack: usize, expr: &Expr) -> Vec<String> {
        let mut found = Vec::new();
        let mut seen = Vec::new();
        self.collect(pack, expr, &mut found, &mut seen);
        found
    }

    fn collect(&self, pack: usize, expr: &Expr, found: &mut Vec<String>, seen: &mut Vec<(usize, String)>) {
        for name in expr.names() {
            if let Some(scope) = self.let_scope(pack, &name) {
                if !seen.contains(&(scope, name.to_string())) {
                    seen.push((scope, name.to_string()));
                    self.collect(scope, self.lets[&(scope, &*name)], found, seen);
                }
            } else if (self.maps.contains_key(&*name) || self.figures.get(&name).is_some()) && !found.iter().any(|held| **held == *name) {
                found.push(name.to_string());
                let stated = self.figures.get(&name).is_some_and(|row| row.value.is_some());
                if let Some((scope, map)) = self.maps.get(&*name).filter(|_| !stated)
                    && let Some(source) = map.default.as_ref().or(map.formula.as_ref())
                {
                    self.collect(*scope, source, found, seen);
                }
            }
        }
    }

    /// Figures with their labels and values, for a message: `活产 live_births=332、…`.
    pub(crate) fn describe(&self, ids: &[String]) -> String {
        let one = |id: &String| {
            let value = self.value(usize::MAX, id).unwrap_or_default();
            let value = if value.is_null() { "（缺）".to_owned() } else { value.to_string() };
            match self.figures.get(id).map(|row| row.label.as_str()).filter(|label| !label.is_empty()) {
                Some(label) => format!("{label} {id}={value}"),
                None => format!("{id}={value}"),
            }
        };
        ids.iter().map(one).collect::<Vec<_>>().join("、")
    }

    /// The first of these figures that has no value.
    pub(crate) fn missing(&self, ids: &[String]) -> Option<String> {
        ids.iter().find(|id| self.value(usize::MAX, id).is_none_or(|value| value.is_null())).cloned()
    }

    /// Ids in the file that no pack knows.
    pub(crate) fn unused(&self) -> Vec<String> {
        self.figures.rows.iter().filter(|row| !self.maps.contains_key(row.id.as_str())).map(|row| row.id.clone()).collect()
    }

    /// Checks formulas and rules: every contradiction, with the figures that clash.
    ///
    /// Faults: `SYNTH-0201` a figure isn't what its formula gives, `SYNTH-0202` a rule doesn't hold, `SYNTH-0504` names that
    /// are defined by each other.
    pub(crate) fn check(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (number, pack) in self.packs.packs.iter().enumerate() {
            for map in &pack.synth.figures {
                faults.extend(self.check_formula(number, map));
            }
            for rule in &pack.synth.rules {
                if self.eval(number, &rule.require) == Value::Bool(false) {
                    let figures = self.describe(&self.behind(number, &rule.require));
                    faults.push(Fault::new("SYNTH-0202").with("message", &rule.message).with("figures", figures));
                }
            }
            for (name, _) in &pack.synth.lets {
                self.value(number, name);
            }
        }
        let mut circles = self.circles.take();
        circles.sort();
        circles.dedup();
        faults.extend(circles.into_iter().map(|name| Fault::new("SYNTH-0504").with("name", name)));
        faults
    }

    fn check_formula(&self, pack: usize, map: &FigureMap) -> Option<Fault> {
        let formula = map.formula.as_ref()?;
        let row = self.figures.get(&map.id).filter(|row| !row.contradicts)?;
        let stated = row.value?;
        let computed = self.eval(pack, formula).as_decimal()?;
        if round_half_up(computed, row.decimals) == round_half_up(stated, row.decimals) {
            return None;
        }
        let place = Place::Sheet { file: self.figures.file.clone(), sheet: String::new(), row: row.row, column: row.id.clone() };
        let fault = Fault::new("SYNTH-0201").with("figure", &row.id).with("label", &row.label).with("stated", &row.text);
        let fault = fault.with("computed", format_decimal(Some(computed), row.decimals));
        Some(fault.with("figures", self.describe(&self.behind(pack, formula))).at(place))
    }
}

/// A whole number where it is one, so that counts stay counts.
fn plain(value: qianmo_core::Decimal) -> Value {
    if value.scale() == 0 { i64::try_from(value).map_or(Value::Decimal(value), Value::Integer) } else { Value::Decimal(value) }
}
