//! A result with named columns: what leaves the engine.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, BooleanArray, Date32Array, Decimal128Array, Int32Array, Int64Array, RecordBatch, StringArray, StringViewArray,
    TimestampSecondArray, UInt64Array,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, TimeUnit};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use qianmo_core::{Decimal, Fault, Kind, Value};

/// A column's name and kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableColumn {
    /// Name.
    pub id: Arc<str>,
    /// Kind of its values.
    pub kind: Kind,
}

/// Rows of values under named columns.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// Columns in order.
    pub columns: Vec<TableColumn>,
    /// Rows, one value per column.
    pub rows: Vec<Vec<Value>>,
}

impl Table {
    /// The place of a column.
    #[must_use]
    pub fn column(&self, id: &str) -> Option<usize> {
        self.columns.iter().position(|column| &*column.id == id)
    }

    pub(crate) fn from_batches(batches: &[RecordBatch]) -> Result<Self, Fault> {
        let mut table = Self::default();
        for batch in batches {
            if table.columns.is_empty() {
                for field in batch.schema().fields() {
                    table.columns.push(TableColumn { id: field.name().as_str().into(), kind: kind_of(field.data_type())? });
                }
            }
            let start = table.rows.len();
            table.rows.resize_with(start + batch.num_rows(), || Vec::with_capacity(batch.num_columns()));
            for array in batch.columns() {
                let values = values(array.as_ref())?;
                for (row, value) in table.rows[start..].iter_mut().zip(values) {
                    row.push(value);
                }
            }
        }
        Ok(table)
    }
}

/// The kind of an Arrow type.
pub(crate) fn kind_of(data_type: &DataType) -> Result<Kind, Fault> {
    Ok(match data_type {
        DataType::Boolean => Kind::Bool,
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 | DataType::UInt64 => Kind::Integer,
        DataType::Decimal128(..) => Kind::Decimal,
        DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8 => Kind::Text,
        DataType::Date32 => Kind::Date,
        DataType::Timestamp(..) => Kind::DateTime,
        DataType::Null => Kind::Null,
        other => return Err(Fault::new("ANALYTICS-0104").with("type", other)),
    })
}

const EPOCH: Date = date(1970, 1, 1);

/// A civil date as days since 1970.
pub(crate) fn to_days(day: Date) -> i32 {
    EPOCH.until(day).map_or(0, |span| span.get_days())
}

/// Days since 1970 as a civil date.
pub(crate) fn from_days(days: i32) -> Date {
    EPOCH.saturating_add(days.days())
}

fn values(array: &dyn Array) -> Result<Vec<Value>, Fault> {
    fn each<A: Array + 'static>(array: &dyn Array, value: impl Fn(&A, usize) -> Value) -> Option<Vec<Value>> {
        let typed = array.as_any().downcast_ref::<A>()?;
        Some((0..array.len()).map(|i| if array.is_null(i) { Value::Null } else { value(typed, i) }).collect())
    }
    let done = match array.data_type() {
        DataType::Boolean => each::<BooleanArray>(array, |a, i| Value::Bool(a.value(i))),
        DataType::Int32 => each::<Int32Array>(array, |a, i| Value::Integer(a.value(i).into())),
        DataType::Int64 => each::<Int64Array>(array, |a, i| Value::Integer(a.value(i))),
        DataType::UInt64 => each::<UInt64Array>(array, |a, i| Value::Integer(i64::try_from(a.value(i)).unwrap_or(i64::MAX))),
        DataType::Decimal128(_, scale) => {
            let scale = u32::try_from(*scale).unwrap_or(0);
            each::<Decimal128Array>(array, |a, i| {
                Decimal::try_from_i128_with_scale(a.value(i), scale).map_or(Value::Null, |d| Value::Decimal(d.normalize()))
            })
        }
        DataType::Utf8 => each::<StringArray>(array, |a, i| Value::text(a.value(i))),
        DataType::Utf8View => each::<StringViewArray>(array, |a, i| Value::text(a.value(i))),
        DataType::Date32 => each::<Date32Array>(array, |a, i| Value::Date(from_days(a.value(i)))),
        DataType::Timestamp(TimeUnit::Second, _) => each::<TimestampSecondArray>(array, |a, i| from_seconds(a.value(i))),
        // What SQL itself makes of times (`cast(null as timestamp)`) is finer than what forms hold.
        DataType::Timestamp(_, zone) => {
            let seconds = cast(array, &DataType::Timestamp(TimeUnit::Second, zone.clone())).ok();
            seconds.and_then(|array| each::<TimestampSecondArray>(array.as_ref(), |a, i| from_seconds(a.value(i))))
        }
        DataType::Null => Some(vec![Value::Null; array.len()]),
        _ => None,
    };
    done.ok_or_else(|| Fault::new("ANALYTICS-0104").with("type", array.data_type()))
}

fn from_seconds(seconds: i64) -> Value {
    let day = from_days(i32::try_from(seconds.div_euclid(86_400)).unwrap_or(0));
    let rest = i32::try_from(seconds.rem_euclid(86_400)).unwrap_or(0);
    let part = |n: i32| i8::try_from(n).unwrap_or(0);
    Value::DateTime(day.at(part(rest / 3600), part(rest / 60 % 60), part(rest % 60), 0))
}

/// A civil date and time as seconds since 1970.
pub(crate) fn to_seconds(at: jiff::civil::DateTime) -> i64 {
    i64::from(to_days(at.date())) * 86_400 + i64::from(at.hour()) * 3600 + i64::from(at.minute()) * 60 + i64::from(at.second())
}
