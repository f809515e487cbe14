//! How one value is made for one member: by expression, evenly between two, by weight, or as a fictional text.

use qianmo_core::pack::Make;
use qianmo_core::{Date, Decimal, Fault, Value};

use crate::bind::{Bound, Row, Scope, Slot};
use crate::facts::Facts;
use crate::fake::{About, FakeKind, Faker};
use crate::random::Random;
use crate::script::Script;

/// A way of making values with its names resolved.
#[derive(Debug, Clone)]
pub(crate) enum Maker {
    Expr(Bound),
    Between(Bound, Bound, u32),
    Pick(Vec<Value>, Vec<f64>),
    Fake(FakeKind, Box<[Option<Slot>; 5]>),
}

/// What may be asked of a maker besides the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Days {
    /// Any day of the week.
    Any,
    /// Mostly working days: a service.
    Working,
}

impl Maker {
    /// Resolves the names.
    ///
    /// Faults: `SYNTH-0502` a name that nothing has, `SYNTH-0505` an unknown kind of text, or a share where only a
    /// group's step can have one.
    pub(crate) fn new(make: &Make, scope: Scope<'_>, script: &Script<'_>, facts: &Facts<'_>) -> Result<Self, Fault> {
        let group = &script.groups[scope.group].id;
        let bind = |expr| Bound::new(expr, scope, script, facts).map_err(|name| unknown_name(group, &name));
        Ok(match make {
            Make::Expr(expr) => Self::Expr(bind(expr)?),
            Make::Between(low, high, decimals) => Self::Between(bind(low)?, bind(high)?, *decimals),
            Make::Pick(choices) => {
                let mut upto = 0.0;
                let cumulated = choices.iter().map(|(_, weight)| {
                    upto += weight.max(0.0);
                    upto
                });
                Self::Pick(choices.iter().map(|(value, _)| value.clone()).collect(), cumulated.collect())
            }
            Make::Fake(word) => {
                let kind = FakeKind::from_word(word);
                let kind = kind.ok_or_else(|| Fault::new("SYNTH-0505").with("group", group).with("name", word))?;
                Self::Fake(kind, Box::new(About::NAMES.map(|name| script.slot(scope, name))))
            }
            Make::Share { .. } => return Err(Fault::new("SYNTH-0505").with("group", group).with("name", "share")),
        })
    }

    /// The value for one member.
    pub(crate) fn value(&self, row: &Row<'_>, random: &mut Random, faker: &mut Faker, days: Days) -> Value {
        match self {
            Self::Expr(expr) => expr.eval(row),
            Self::Between(low, high, decimals) => between(&low.eval(row), &high.eval(row), *decimals, random, days),
            Self::Pick(values, cumulated) => random.weighted(cumulated).map_or(Value::Null, |at| values[at].clone()),
            Self::Fake(kind, slots) => {
                let values = slots.each_ref().map(|slot| slot.as_ref().map_or(Value::Null, |slot| row.fetch(slot)));
                faker.text(*kind, &About::new(values), random)
            }
        }
    }
}

/// A name that neither figures nor members have.
pub(crate) fn unknown_name(group: &str, name: &str) -> Fault {
    Fault::new("SYNTH-0502").with("group", group).with("name", name)
}

/// Evenly between two values, both included; unknown when either is or when there is nothing between.
fn between(low: &Value, high: &Value, decimals: u32, random: &mut Random, days: Days) -> Value {
    match (low, high) {
        (Value::DateTime(from), to) => {
            let minutes = |at: jiff::civil::DateTime| day_number(at.date()) * 1440 + i64::from(at.hour()) * 60 + i64::from(at.minute());
            let to = match to {
                Value::DateTime(to) => *to,
                Value::Date(to) => to.at(23, 59, 0, 0),
                _ => return Value::Null,
            };
            let (low, high) = (minutes(*from), minutes(to));
            if low > high {
                return Value::Null;
            }
            let at = random.between(low, high);
            day_of(at.div_euclid(1440)).map_or(Value::Null, |date| Value::DateTime(clock(date, at.rem_euclid(1440))))
        }
        _ => match (low.as_date(), high.as_date()) {
            (Some(low), Some(high)) if low <= high => Value::Date(date_between(low, high, random, days)),
            (Some(_), Some(_)) => Value::Null,
            _ => number_between(low, high, decimals, random).unwrap_or_default(),
        },
    }
}

fn number_between(low: &Value, high: &Value, decimals: u32, random: &mut Random) -> Option<Value> {
    let units = |value: &Value| {
        let scaled = value.as_decimal()?.checked_mul(Decimal::from(10_i64.checked_pow(decimals)?))?;
        i64::try_from(scaled.round()).ok()
    };
    let (low, high) = (units(low)?, units(high)?);
    let at = (low <= high).then(|| random.between(low, high))?;
    Some(if decimals == 0 { Value::Integer(at) } else { Value::Decimal(Decimal::new(at, decimals)) })
}

fn date_between(low: Date, high: Date, random: &mut Random, days: Days) -> Date {
    let (first, last) = (day_number(low), day_number(high));
    let mut at = random.between(first, last);
    // Saturdays and Sundays see a third of the services of other days.
    if days == Days::Working && random.below(3) > 0 {
        at = match (at + 3).rem_euclid(7) {
            5 if at > first => at - 1,
            5 if at + 2 <= last => at + 2,
            6 if at < last => at + 1,
            6 if at - 2 >= first => at - 2,
            _ => at,
        };
    }
    day_of(at).unwrap_or(low)
}

/// Days since 1 January 1970, a Thursday.
pub(crate) fn day_number(date: Date) -> i64 {
    jiff::civil::date(1970, 1, 1).until(date).map_or(0, |span| i64::from(span.get_days()))
}

fn day_of(number: i64) -> Option<Date> {
    jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().try_days(number).ok()?).ok()
}

/// A date with minutes of the day.
pub(crate) fn clock(date: Date, minutes: i64) -> jiff::civil::DateTime {
    let part = |n: i64| i8::try_from(n).unwrap_or(0);
    date.at(part(minutes / 60 % 24), part(minutes % 60), 0, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{Weekday, date};

    #[test]
    fn dates_fall_within_and_services_mostly_on_working_days() {
        let mut random = Random::new(3, "days", 2012);
        let (low, high) = (Value::Date(date(2012, 2, 1)), Value::Date(date(2012, 2, 29)));
        let dates: Vec<Date> = (0..600).filter_map(|_| between(&low, &high, 0, &mut random, Days::Working).as_date()).collect();
        let weekend = dates.iter().filter(|day| matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)).count();
        assert!(dates.iter().all(|day| (date(2012, 2, 1)..=date(2012, 2, 29)).contains(day)));
        assert!((20..120).contains(&weekend), "{weekend}");
        assert_eq!(day_of(day_number(date(1899, 12, 31))), Some(date(1899, 12, 31)));
    }

    #[test]
    fn nothing_between_is_unknown() {
        let mut random = Random::new(3, "days", 2012);
        assert_eq!(between(&Value::Integer(3), &Value::Integer(2), 0, &mut random, Days::Any), Value::Null);
        assert_eq!(between(&Value::Null, &Value::Integer(2), 0, &mut random, Days::Any), Value::Null);
        assert_eq!(between(&Value::Integer(2), &Value::Integer(2), 1, &mut random, Days::Any), Value::Decimal(Decimal::new(20, 1)));
        let at = Value::DateTime(date(2012, 1, 1).at(8, 0, 0, 0));
        assert_eq!(between(&at, &at, 0, &mut random, Days::Any), at);
    }
}
