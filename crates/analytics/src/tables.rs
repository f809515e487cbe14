//! Tables as plans see them: a name and columns when planned, rows when run.
//!
//! The rows come with the task, not with the plan: many tasks with different rows can run one plan at the same time.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::memory::MemoryStream;
use datafusion::physical_plan::streaming::PartitionStream;

use crate::columns::Columns;

/// Rows handed on at a time.
pub(crate) const BATCH_ROWS: usize = 8192;

/// The rows of all tables for one task.
pub(crate) struct Tables(HashMap<String, Vec<RecordBatch>>);

impl fmt::Debug for Tables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tables").field("tables", &self.0.len()).finish()
    }
}

impl Tables {
    /// The rows of these columns, one after the other.
    pub(crate) fn of(parts: &[&Columns]) -> Self {
        let mut all: HashMap<String, Vec<RecordBatch>> = HashMap::new();
        for (name, table) in
            parts.iter().flat_map(|columns| &columns.tables).flat_map(|(name, tables)| tables.iter().map(move |t| (name, t)))
        {
            let starts = (0..table.num_rows()).step_by(BATCH_ROWS);
            let rows = starts.map(|start| table.slice(start, BATCH_ROWS.min(table.num_rows() - start)));
            match all.get_mut(name) {
                Some(held) => held.extend(rows),
                None => {
                    all.insert(name.clone(), rows.collect());
                }
            }
        }
        Self(all)
    }
}

/// The place of a table in plans.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) name: String,
    pub(crate) schema: SchemaRef,
}

impl PartitionStream for Slot {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, task: Arc<TaskContext>) -> SendableRecordBatchStream {
        let tables = task.session_config().get_extension::<Tables>();
        let rows = tables.and_then(|tables| tables.0.get(&self.name).cloned()).unwrap_or_default();
        let stream = MemoryStream::try_new(rows, self.schema.clone(), None);
        Box::pin(stream.expect("without a projection nothing can fail"))
    }
}
