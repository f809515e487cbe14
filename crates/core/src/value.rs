//! Values of fields and expressions.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;

/// A value of a field, an expression or a figure. `Null` is *unknown* (SQL's null), never zero or no.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// Unknown.
    #[default]
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// An exact decimal number.
    Decimal(Decimal),
    /// Text; also the code of a `choice`, and the codes of `choices` as `|1|3|`.
    Text(Arc<str>),
    /// A civil date.
    Date(Date),
    /// A civil date and time of day, local.
    DateTime(DateTime),
}

impl Value {
    /// Text.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    /// Whether it is unknown.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Yes or no; `None` when unknown or something else.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(b) = self { Some(*b) } else { None }
    }

    /// The number as a decimal.
    #[must_use]
    pub fn as_decimal(&self) -> Option<Decimal> {
        match self {
            Self::Integer(n) => Some(Decimal::from(*n)),
            Self::Decimal(d) => Some(*d),
            _ => None,
        }
    }

    /// The number as a whole number, when it is one.
    #[must_use]
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(n) => Some(*n),
            Self::Decimal(d) if d.fract().is_zero() => i64::try_from(*d).ok(),
            _ => None,
        }
    }

    /// The text.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(t) = self { Some(t) } else { None }
    }

    /// The date; of a date and time, its day.
    #[must_use]
    pub fn as_date(&self) -> Option<Date> {
        match self {
            Self::Date(d) => Some(*d),
            Self::DateTime(t) => Some(t.date()),
            _ => None,
        }
    }

    /// SQL's comparison: `None` when either side is unknown or the kinds don't compare. Text compares by code
    /// point, numbers exactly, a date with a date-time as its midnight.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => Some(a.cmp(b)),
            (Self::Integer(a), Self::Integer(b)) => Some(a.cmp(b)),
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (Self::Date(a), Self::Date(b)) => Some(a.cmp(b)),
            (Self::DateTime(a), Self::DateTime(b)) => Some(a.cmp(b)),
            (Self::Date(a), Self::DateTime(b)) => Some(a.at(0, 0, 0, 0).cmp(b)),
            (Self::DateTime(a), Self::Date(b)) => Some(a.cmp(&b.at(0, 0, 0, 0))),
            _ => Some(self.as_decimal()?.cmp(&other.as_decimal()?)),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => Ok(()),
            Self::Bool(b) => f.write_str(if *b { "是" } else { "否" }),
            Self::Integer(n) => write!(f, "{n}"),
            Self::Decimal(d) => write!(f, "{d}"),
            Self::Text(t) => f.write_str(t),
            Self::Date(d) => write!(f, "{d}"),
            Self::DateTime(t) => write!(f, "{} {:02}:{:02}", t.date(), t.hour(), t.minute()),
        }
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::Bool(b)
    }
}
impl From<i64> for Value {
    fn from(n: i64) -> Self {
        Self::Integer(n)
    }
}
impl From<Decimal> for Value {
    fn from(d: Decimal) -> Self {
        Self::Decimal(d)
    }
}
impl From<Date> for Value {
    fn from(d: Date) -> Self {
        Self::Date(d)
    }
}
impl From<&str> for Value {
    fn from(t: &str) -> Self {
        Self::text(t)
    }
}
