//! The tables as Parquet, for any other engine that speaks SQL over Parquet.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Schema, TimeUnit};
use datafusion::arrow::error::ArrowError;
use parquet::arrow::ArrowWriter;
use qianmo_core::Fault;

use crate::columns::Columns;

/// Writes each table to `DIR/name.parquet`.
///
/// Errors: `ANALYTICS-0903` when a file can't be written.
pub fn export(columns: &Columns, dir: &Path) -> Result<Vec<String>, Fault> {
    let mut names: Vec<&String> = columns.tables.keys().collect();
    names.sort();
    for name in &names {
        let tables = &columns.tables[*name];
        let path = dir.join(format!("{name}.parquet"));
        let failed = |e: &dyn std::fmt::Display| Fault::new("ANALYTICS-0903").with("file", path.display()).with("reason", e);
        let file = File::create(&path).map_err(|e| failed(&e))?;
        let tables = tables.iter().map(readable).collect::<Result<Vec<_>, _>>().map_err(|e| failed(&e))?;
        let Some(first) = tables.first() else { continue };
        let mut writer = ArrowWriter::try_new(file, first.schema(), None).map_err(|e| failed(&e))?;
        for table in &tables {
            writer.write(table).map_err(|e| failed(&e))?;
        }
        writer.close().map_err(|e| failed(&e))?;
    }
    Ok(names.into_iter().cloned().collect())
}

/// Parquet has no timestamps in seconds: other engines would read plain numbers.
fn readable(table: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let mut fields = Vec::new();
    let mut columns = Vec::new();
    for (field, column) in table.schema().fields().iter().zip(table.columns()) {
        let target = match field.data_type() {
            DataType::Timestamp(TimeUnit::Second, zone) => DataType::Timestamp(TimeUnit::Millisecond, zone.clone()),
            other => other.clone(),
        };
        columns.push(cast(column, &target)?);
        fields.push(field.as_ref().clone().with_data_type(target));
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
}
