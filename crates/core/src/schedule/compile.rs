//! Expressions of schedules with their names looked up once.
//!
//! The tree stays the one of [`crate::expr`], so that there is one evaluator; its names are replaced by numbers
//! (`#0`, `#1`…) into a short list of what they mean.

use std::collections::HashMap;
use std::sync::Arc;

use super::facts::FormNumber;
use crate::expr::Expr;

/// What a name of an expression means.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Ref {
    At,
    Today,
    PeriodStart,
    PeriodEnd,
    /// A field of the record at hand.
    Field(Arc<str>),
    AnchorAt,
    /// A field of the anchor.
    Anchor(Arc<str>),
    /// A field of the person's sheet.
    Resident(Arc<str>),
    /// A field of the latest record of a form.
    Latest(FormNumber, Arc<str>),
    LatestAt(FormNumber),
    AgeDays,
    AgeMonths,
    AgeYears,
    FirstMonths,
    Doses,
    /// Doses given of a product.
    Given(u16),
    /// A name that nothing has; the loader refuses it.
    Nothing,
}

/// An expression ready to be asked often.
#[derive(Debug, Clone)]
pub(super) struct Formula {
    pub(super) expr: Expr,
    names: Vec<Ref>,
}

impl Formula {
    pub(super) fn names(&self) -> &[Ref] {
        &self.names
    }

    /// What a numbered name means.
    pub(super) fn name(&self, numbered: &str) -> Option<&Ref> {
        let digits = numbered.strip_prefix('#')?;
        let place = digits.bytes().fold(0, |place, digit| place * 10 + usize::from(digit - b'0'));
        self.names.get(place)
    }
}

/// What names can mean while a planner is made.
#[derive(Debug)]
pub(super) struct Names<'a> {
    pub(super) forms: &'a HashMap<Arc<str>, FormNumber>,
    pub(super) products: &'a HashMap<Arc<str>, u16>,
}

impl Names<'_> {
    /// Makes an expression ready.
    pub(super) fn compile(&self, expr: &Expr) -> Formula {
        let mut names = Vec::new();
        let expr = self.numbered(expr, &mut names);
        Formula { expr, names }
    }

    pub(super) fn optional(&self, expr: Option<&Expr>) -> Option<Formula> {
        expr.map(|expr| self.compile(expr))
    }

    fn meaning(&self, name: &str) -> Ref {
        if let Some((first, rest)) = name.split_once('.') {
            return match (first, rest) {
                ("anchor", "at") => Ref::AnchorAt,
                ("anchor", field) => Ref::Anchor(field.into()),
                ("resident", field) => Ref::Resident(field.into()),
                _ => match name.rsplit_once('.').map(|(form, field)| (self.forms.get(form), field)) {
                    Some((Some(form), "at")) => Ref::LatestAt(*form),
                    Some((Some(form), field)) => Ref::Latest(*form, field.into()),
                    _ => Ref::Nothing,
                },
            };
        }
        match name {
            "at" => Ref::At,
            "today" => Ref::Today,
            "period_start" => Ref::PeriodStart,
            "period_end" => Ref::PeriodEnd,
            "age_days" => Ref::AgeDays,
            "age_months" => Ref::AgeMonths,
            "age_years" => Ref::AgeYears,
            "first_months" => Ref::FirstMonths,
            "doses" => Ref::Doses,
            _ => match name.strip_prefix("given_").and_then(|name| self.products.iter().find(|(product, _)| given_name(product) == name)) {
                Some((_, product)) => Ref::Given(*product),
                None => Ref::Field(name.into()),
            },
        }
    }

    fn numbered(&self, expr: &Expr, names: &mut Vec<Ref>) -> Expr {
        let mut boxed = |inner: &Expr| Box::new(self.numbered(inner, names));
        match expr {
            Expr::Name(name) => {
                let meaning = self.meaning(name);
                let place = names.iter().position(|held| *held == meaning).unwrap_or(names.len());
                if place == names.len() {
                    names.push(meaning);
                }
                Expr::Name(format!("#{place}").into())
            }
            Expr::Not(a) => Expr::Not(boxed(a)),
            Expr::Neg(a) => Expr::Neg(boxed(a)),
            Expr::Binary(op, a, b) => Expr::Binary(*op, boxed(a), boxed(b)),
            Expr::IsNull(a, negated) => Expr::IsNull(boxed(a), *negated),
            Expr::In(a, list, negated) => {
                let a = boxed(a);
                Expr::In(a, list.iter().map(|item| self.numbered(item, names)).collect(), *negated)
            }
            Expr::Between(a, low, high) => Expr::Between(boxed(a), boxed(low), boxed(high)),
            Expr::Like(a, pattern) => Expr::Like(boxed(a), pattern.clone()),
            Expr::Case(arms, otherwise) => {
                let otherwise = otherwise.as_ref().map(|otherwise| boxed(otherwise));
                let arm = |(when, then): &(Expr, Expr)| (self.numbered(when, names), self.numbered(then, names));
                Expr::Case(arms.iter().map(arm).collect(), otherwise)
            }
            Expr::Call(function, arguments) => {
                Expr::Call(*function, arguments.iter().map(|argument| self.numbered(argument, names)).collect())
            }
            other => other.clone(),
        }
    }
}

/// What stands after `given_` in the name of a product's doses.
pub(super) fn given_name(product: &str) -> String {
    product.to_lowercase().replace('-', "_")
}
