//! Readings: what a rule thinks a printed number was calculated from.
//!
//! Lives here: calculations over quantities, how firmly the wording fixes them. May not: search for operands.

use crate::document::Document;
use crate::exact::{Exact, Interval};

/// A calculation whose operands are quantities of the document, by number.
#[derive(Clone, Debug)]
pub(crate) enum Calculation {
    /// Sum of the parts over sum of the bases, times a scale.
    Quotient {
        parts: Vec<usize>,
        bases: Vec<usize>,
        scale: i128,
    },
    /// A quotient whose base is the mean of a stock and the stock before its growth.
    OverMeanStock {
        part: usize,
        stock: usize,
        growth: usize,
        scale: i128,
    },
    /// A rate for the same population as another rate, through their counts.
    Chained {
        part: usize,
        base: usize,
        rate: usize,
    },
    Sum(Vec<usize>),
    /// Sum times a fixed number, such as four quarters.
    Repeated {
        parts: Vec<usize>,
        times: i128,
    },
    /// Distance between two levels.
    Distance {
        new: usize,
        old: usize,
    },
    /// Distance as a share of the old level.
    RelativeChange {
        new: usize,
        old: usize,
    },
    /// A change as a share of the level before it, which is the new level less the change.
    ShareOfPast {
        amount: usize,
        new: usize,
        rising: bool,
    },
    /// The number itself must not exceed the whole.
    NoMoreThan(usize),
    /// The number must not exceed a limit of its kind.
    Limit(i128),
    /// The same thing stated elsewhere.
    Equal(usize),
    /// Things listed in the text, counted.
    Listed {
        count: i128,
    },
    /// Some whole number over the base must print as the number.
    SomePartOf {
        base: usize,
        scale: i128,
    },
}

/// What kind of claim a reading makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    Quotient,
    Sum,
    Difference,
    Bound,
    Repeat,
    List,
}

/// How firmly the wording fixes a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Firmness {
    /// Could be meant: it can prove a claim, never accuse it.
    Possible,
    /// Named alike but far away: accuses softly, and only of a slip.
    Hinted,
    /// Most likely meant: accuses when it misses narrowly, as a slip of the pen does.
    Likely,
    /// Probably meant, with some innocent explanation left: accuses softly.
    Doubtful,
    /// No other reading is open: accuses.
    Binding,
}

/// One rule's reading of one number.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    pub(crate) relation: Relation,
    pub(crate) firmness: Firmness,
    pub(crate) calculation: Calculation,
    pub(crate) rule: &'static str,
    /// Readings of different series are different claims about the same number.
    pub(crate) series: usize,
}

impl Calculation {
    /// Operands in the order in which they are printed in the reason.
    pub(crate) fn operands(&self) -> Vec<usize> {
        match self {
            Calculation::Quotient { parts, bases, .. } => parts.iter().chain(bases).copied().collect(),
            Calculation::OverMeanStock { part, stock, growth, .. } => vec![*part, *stock, *growth],
            Calculation::Chained { part, base, rate } => vec![*part, *base, *rate],
            Calculation::Sum(parts) | Calculation::Repeated { parts, .. } => parts.clone(),
            Calculation::Distance { new, old } | Calculation::RelativeChange { new, old } => vec![*new, *old],
            Calculation::ShareOfPast { amount, new, .. } => vec![*amount, *new],
            Calculation::NoMoreThan(whole) | Calculation::Equal(whole) => vec![*whole],
            Calculation::SomePartOf { base, .. } => vec![*base],
            Calculation::Listed { .. } | Calculation::Limit(_) => Vec::new(),
        }
    }

    /// The values that the operands' intervals allow.
    pub(crate) fn interval(&self, doc: &Document) -> Option<Interval> {
        let of = |at: usize| doc.get(at).interval;
        self.evaluate(doc, &of)
    }

    /// The value of the numbers as printed.
    pub(crate) fn value(&self, doc: &Document) -> Option<Exact> {
        let of = |at: usize| Interval::point(doc.get(at).value);
        self.evaluate(doc, &of).map(|interval| interval.low)
    }

    fn evaluate(&self, _doc: &Document, of: &dyn Fn(usize) -> Interval) -> Option<Interval> {
        let sum = |parts: &[usize]| parts.iter().try_fold(Interval::point(Exact::ZERO), |total, &part| total.add(of(part)));
        match self {
            Calculation::Quotient { parts, bases, scale } => sum(parts)?.times(Exact::whole(*scale))?.div(sum(bases)?),
            Calculation::OverMeanStock { part, stock, growth, scale } => {
                let mean = of(*stock).sub(of(*growth).times(Exact::new(1, 2)?)?)?;
                of(*part).times(Exact::whole(*scale))?.div(mean)
            }
            Calculation::Chained { part, base, rate } => {
                let share = of(*part).div(of(*base))?;
                Some(Interval { low: share.low.mul(of(*rate).low)?, high: share.high.mul(of(*rate).high)? })
            }
            Calculation::Sum(parts) => sum(parts),
            Calculation::Repeated { parts, times } => sum(parts)?.times(Exact::whole(*times)),
            Calculation::Distance { new, old } => Some(of(*new).sub(of(*old))?.abs()),
            Calculation::RelativeChange { new, old } => of(*new).sub(of(*old))?.abs().times(Exact::whole(100))?.div(of(*old)),
            Calculation::ShareOfPast { amount, new, rising } => {
                let (amount, new) = (of(*amount), of(*new));
                let old = if *rising { new.sub(amount)? } else { new.add(amount)? };
                amount.times(Exact::whole(100))?.div(old)
            }
            Calculation::NoMoreThan(whole) | Calculation::Equal(whole) => Some(of(*whole)),
            Calculation::Limit(limit) | Calculation::Listed { count: limit } => Some(Interval::point(Exact::whole(*limit))),
            Calculation::SomePartOf { .. } => None,
        }
    }

    /// The calculation written out for a clerk, without its result. Sums and differences are written in the stated
    /// multiplier (万), `shift` being its power of ten.
    pub(crate) fn written(&self, doc: &Document, shift: u32) -> String {
        let shift = if matches!(self, Calculation::Sum(_) | Calculation::Distance { .. }) { shift } else { 0 };
        let unit = Exact::whole(10_i128.pow(shift));
        let shown = |value: Exact| value.div(unit).unwrap_or(value).plain();
        let of = |at: &usize| shown(doc.get(*at).value);
        let sum = |parts: &[usize]| parts.iter().map(of).collect::<Vec<_>>().join("+");
        let bracketed = |parts: &[usize]| if parts.len() > 1 { format!("({})", sum(parts)) } else { sum(parts) };
        match self {
            Calculation::Quotient { parts, bases, .. } => format!("{}÷{}", bracketed(parts), bracketed(bases)),
            Calculation::OverMeanStock { part, stock, growth, .. } => {
                format!("{}÷平均数({}−{}÷2)", of(part), of(stock), of(growth))
            }
            Calculation::Chained { part, base, rate } => format!("{}÷{}×{}", of(part), of(base), of(rate)),
            Calculation::Sum(parts) => sum(parts),
            Calculation::Repeated { parts, times } => format!("{}×{times}", bracketed(parts)),
            Calculation::Distance { new, old } => {
                let (a, b) = (doc.get(*new).value, doc.get(*old).value);
                if a.less(b) { format!("{}−{}", shown(b), shown(a)) } else { format!("{}−{}", shown(a), shown(b)) }
            }
            Calculation::RelativeChange { new, old } => {
                let (a, b) = (doc.get(*new).value, doc.get(*old).value);
                let (high, low) = if a.less(b) { (b, a) } else { (a, b) };
                format!("({}−{})÷{}", high.plain(), low.plain(), b.plain())
            }
            Calculation::ShareOfPast { amount, new, rising } => {
                format!("{}÷({}{}{})", of(amount), of(new), if *rising { "−" } else { "+" }, of(amount))
            }
            Calculation::NoMoreThan(whole) | Calculation::Equal(whole) => of(whole),
            Calculation::Limit(limit) => limit.to_string(),
            Calculation::Listed { count } => format!("逐项清点{count}"),
            Calculation::SomePartOf { base, .. } => format!("整数÷{}", of(base)),
        }
    }
}

impl Firmness {
    pub(crate) fn accuses(self) -> bool {
        self > Firmness::Possible
    }
}
