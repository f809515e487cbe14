//! Which tables SQL sees and with which columns (docs/packs/format.md, "Tables that SQL sees").

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use qianmo_core::pack::PackTable;
use qianmo_core::{FieldType, Form, Kind};

/// The table name of a form: its id with `_` for `.`.
pub(crate) fn table_name(form: &str) -> String {
    form.replace('.', "_")
}

/// Columns every form table starts with.
pub(crate) const HEAD: [(&str, DataType); 6] = [
    ("record", DataType::Int64),
    ("subject", DataType::Int64),
    ("resident", DataType::Int64),
    ("organisation", DataType::Int64),
    ("area", DataType::Int64),
    ("at", DataType::Date32),
];

/// The Arrow type of a field.
pub(crate) fn field_type(kind: &FieldType) -> DataType {
    match kind {
        FieldType::Text | FieldType::Choice | FieldType::Choices => DataType::Utf8,
        FieldType::Integer | FieldType::Ref(_) => DataType::Int64,
        FieldType::Decimal(scale) => DataType::Decimal128(18, i8::try_from(*scale).unwrap_or(2)),
        FieldType::Date => DataType::Date32,
        FieldType::DateTime => DataType::Timestamp(TimeUnit::Second, None),
        FieldType::Bool => DataType::Boolean,
    }
}

/// The columns of a form's table.
pub(crate) fn form_schema(form: &Form) -> SchemaRef {
    let mut fields: Vec<Field> = HEAD.iter().map(|(name, kind)| Field::new(*name, kind.clone(), true)).collect();
    if form.profile {
        fields.push(Field::new("valid_from", DataType::Date32, false));
        fields.push(Field::new("valid_to", DataType::Date32, false));
    }
    fields.extend(form.columns().map(|field| Field::new(&*field.id, field_type(&field.kind), true)));
    Arc::new(Schema::new(fields))
}

/// The columns of `area`.
pub(crate) fn area_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("subject", DataType::Int64, false),
        Field::new("code", DataType::Int64, false),
        Field::new("name", DataType::Utf8, false),
        Field::new("kind", DataType::Utf8, false),
        Field::new("valid_from", DataType::Date32, false),
        Field::new("valid_to", DataType::Date32, false),
    ]))
}

/// The columns of `home`.
pub(crate) fn home_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("subject", DataType::Int64, false),
        Field::new("area", DataType::Int64, false),
        Field::new("valid_from", DataType::Date32, false),
        Field::new("valid_to", DataType::Date32, false),
    ]))
}

/// The columns of a pack's table.
pub(crate) fn pack_table_schema(table: &PackTable) -> SchemaRef {
    let fields: Vec<Field> = table
        .columns
        .iter()
        .map(|(id, kind)| {
            let data_type = match kind {
                Kind::Integer => DataType::Int64,
                Kind::Decimal => DataType::Decimal128(18, 4),
                Kind::Date => DataType::Date32,
                Kind::DateTime => DataType::Timestamp(TimeUnit::Second, None),
                Kind::Bool => DataType::Boolean,
                _ => DataType::Utf8,
            };
            Field::new(&**id, data_type, true)
        })
        .collect();
    Arc::new(Schema::new(fields))
}
