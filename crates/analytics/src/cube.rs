//! The cube: indicator × leaf × period → numerator, denominator; sums for areas above; terms over indicators.

use std::collections::HashMap;
use std::sync::Arc;

use qianmo_core::pack::{Indicator, Packs, Term};
use qianmo_core::{AreaCode, AreaTree, Cell, Decimal, Expr, Numbers, Period, Value};

/// What to compute: these periods, of these indicators (all when empty).
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Periods.
    pub periods: Vec<Period>,
    /// Indicator ids; empty for all.
    pub indicators: Vec<Arc<str>>,
}

impl Wanted {
    /// Everything in these periods.
    #[must_use]
    pub fn periods(periods: &[Period]) -> Self {
        Self { periods: periods.to_vec(), indicators: Vec::new() }
    }

    /// Whether an indicator is asked for, directly or as part of another.
    pub(crate) fn set(&self, packs: &Packs) -> Vec<bool> {
        let all: Vec<&Indicator> = packs.indicators().collect();
        if self.indicators.is_empty() {
            return vec![true; all.len()];
        }
        let place: HashMap<&str, usize> = all.iter().enumerate().map(|(i, ind)| (&*ind.id, i)).collect();
        let mut set = vec![false; all.len()];
        let mut todo: Vec<usize> = self.indicators.iter().filter_map(|id| place.get(&**id).copied()).collect();
        while let Some(at) = todo.pop() {
            if std::mem::replace(&mut set[at], true) {
                continue;
            }
            let terms = [Some(&all[at].numerator), all[at].denominator.as_ref()];
            for name in terms.into_iter().flatten().filter_map(of_indicators).flat_map(Expr::names) {
                todo.extend(place.get(split(&name).0));
            }
        }
        set
    }
}

fn of_indicators(term: &Term) -> Option<&Expr> {
    if let Term::Indicators(expr) = term { Some(expr) } else { None }
}

/// Splits `pack.indicator.denominator` into the indicator and whether its denominator is meant.
pub(crate) fn split(name: &str) -> (&str, bool) {
    if let Some(id) = name.strip_suffix(".denominator") {
        return (id, true);
    }
    (name.strip_suffix(".numerator").unwrap_or(name), false)
}

pub(crate) type Sums = (Decimal, Option<Decimal>);

/// Computed cells. A leaf that an indicator never counted in holds nothing and reads as zero.
#[derive(Debug, Clone)]
pub struct Cube {
    pub(crate) packs: Arc<Packs>,
    pub(crate) areas: Arc<AreaTree>,
    pub(crate) places: Arc<HashMap<Arc<str>, u32>>,
    pub(crate) cells: HashMap<(u32, Period, u64), Sums>,
    pub(crate) computed: HashMap<(u32, Period), bool>,
}

impl PartialEq for Cube {
    fn eq(&self, other: &Self) -> bool {
        let nonzero = |cube: &Self| {
            let kept = |sums: &Sums| !sums.0.is_zero() || sums.1.is_some_and(|d| !d.is_zero());
            cube.cells.iter().filter(|(_, sums)| kept(sums)).map(|(k, v)| (*k, *v)).collect::<HashMap<_, _>>()
        };
        self.computed == other.computed && nonzero(self) == nonzero(other)
    }
}

impl Cube {
    pub(crate) fn new(packs: Arc<Packs>, areas: Arc<AreaTree>) -> Self {
        let places = (0_u32..).zip(packs.indicators()).map(|(i, indicator)| (indicator.id.clone(), i)).collect();
        Self { packs, areas, places: Arc::new(places), cells: HashMap::new(), computed: HashMap::new() }
    }

    /// How many leaf cells are held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether nothing has been computed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.computed.is_empty()
    }

    /// Takes over one leaf's cells from a cube that was computed from that leaf's shard.
    pub fn replace_leaf(&mut self, leaf: AreaCode, shard: &Self) {
        self.cells.retain(|(_, _, area), _| *area != leaf.number());
        self.cells.extend(shard.cells.iter().filter(|((_, _, area), _)| *area == leaf.number()).map(|(k, v)| (*k, *v)));
        self.computed.extend(shard.computed.iter().map(|(k, v)| (*k, *v)));
    }

    /// The sums of an indicator's own terms over leaves; nothing when they weren't computed.
    fn own(&self, place: u32, leaves: &[AreaCode], period: Period) -> Option<Sums> {
        if !self.computed.contains_key(&(place, period)) {
            return None;
        }
        let mut total = (Decimal::ZERO, Some(Decimal::ZERO));
        for leaf in leaves {
            if let Some((above, below)) = self.cells.get(&(place, period, leaf.number())) {
                total.0 += above;
                total.1 = total.1.zip(*below).map(|(held, more)| held + more).or(total.1);
            }
        }
        Some(total)
    }
}

/// An indicator's sums from the sums of rows (`own`, by the indicator's place): its own, and those of the indicators that its terms
/// name.
pub(crate) fn combined(
    packs: &Packs,
    places: &HashMap<Arc<str>, u32>,
    indicator: &Indicator,
    own: &dyn Fn(u32) -> Option<Sums>,
) -> Option<Sums> {
    let rows = |term: Option<&Term>| matches!(term, Some(Term::Row(_)));
    let mut total = (Decimal::ZERO, indicator.denominator.is_some().then_some(Decimal::ZERO));
    if rows(Some(&indicator.numerator)) || rows(indicator.denominator.as_ref()) {
        let own = own(*places.get(&indicator.id)?)?;
        total = (own.0, total.1.and(own.1));
    }
    if let Term::Indicators(expr) = &indicator.numerator {
        total.0 = over_indicators(packs, places, expr, own)?;
    }
    if let Some(Term::Indicators(expr)) = &indicator.denominator {
        total.1 = Some(over_indicators(packs, places, expr, own)?);
    }
    Some(total)
}

/// A term over indicators, from their sums for the area; unknown (no number anywhere) gives nothing.
fn over_indicators(packs: &Packs, places: &HashMap<Arc<str>, u32>, expr: &Expr, own: &dyn Fn(u32) -> Option<Sums>) -> Option<Decimal> {
    let env = |name: &str| {
        let (id, below) = split(name);
        let read = || {
            let (above, denominator) = combined(packs, places, packs.indicator(id)?, own)?;
            if below { denominator } else { Some(above) }
        };
        read().map_or(Value::Null, Value::Decimal)
    };
    expr.eval(&env).as_decimal()
}

impl Numbers for Cube {
    fn cell(&self, indicator: &str, area: AreaCode, period: Period) -> Option<Cell> {
        let leaves = self.areas.leaves(area);
        let own = |place| self.own(place, &leaves, period);
        let (numerator, denominator) = combined(&self.packs, &self.places, self.packs.indicator(indicator)?, &own)?;
        Some(Cell { numerator, denominator })
    }
}
