//! Types of polars and of Delta.

use std::path::Path;

use deltalake::kernel::{ArrayType, DataType as DeltaType, DecimalType, PrimitiveType, StructField, StructType};
use polars::prelude::*;

use crate::error::DataError;
use crate::write::difference;

/// The type that Delta can hold and that loses nothing.
fn storable_type(dtype: &DataType) -> Option<DataType> {
    Some(match dtype {
        DataType::UInt8 => DataType::Int16,
        DataType::UInt16 => DataType::Int32,
        DataType::UInt32 | DataType::UInt64 => DataType::Int64,
        DataType::Float16 => DataType::Float32,
        DataType::Categorical(..) | DataType::Enum(..) | DataType::Null => DataType::String,
        DataType::Datetime(_, None) => DataType::Datetime(TimeUnit::Microseconds, None),
        DataType::Datetime(_, Some(_)) => DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)),
        DataType::List(inner) => DataType::List(Box::new(storable_type(inner)?)),
        DataType::Array(inner, _) => DataType::List(Box::new(storable_type(inner)?)),
        DataType::Struct(fields) => DataType::Struct(
            fields
                .iter()
                .map(|field| Some(Field::new(field.name.clone(), storable_type(&field.dtype)?)))
                .collect::<Option<Vec<_>>>()?,
        ),
        DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::Float32
        | DataType::Float64
        | DataType::Boolean
        | DataType::String
        | DataType::Binary
        | DataType::Date
        | DataType::Decimal(..) => dtype.clone(),
        _ => return None,
    })
}

/// The frame with types that Delta has.
pub(super) fn storable(frame: &DataFrame) -> Result<DataFrame, DataError> {
    let columns = frame.columns().iter().map(|column| {
        let unsupported = || DataError::UnsupportedType {
            column: column.name().to_string(),
            dtype: column.dtype().to_string(),
            format: "a managed table".to_owned(),
        };
        let dtype = storable_type(column.dtype()).ok_or_else(unsupported)?;
        if dtype == *column.dtype() {
            return Ok(column.clone());
        }
        // Strict: a number that does not fit is an error, not a missing value.
        column.strict_cast(&dtype).map_err(|_| unsupported())
    });
    let columns = columns.collect::<Result<Vec<_>, DataError>>()?;
    Ok(DataFrame::new(frame.height(), columns)?)
}

/// The frame with the columns of a table, in its order.
pub(super) fn fitted(frame: &DataFrame, schema: &Schema) -> Result<DataFrame, DataError> {
    let mismatch = || DataError::SchemaMismatch { difference: difference(schema, frame.schema()) };
    if frame.width() != schema.len() {
        return Err(mismatch());
    }
    let columns = schema.iter().map(|(name, dtype)| {
        let column = frame.column(name).map_err(|_| mismatch())?;
        if column.dtype() == dtype {
            return Ok(column.clone());
        }
        let empty = column.null_count() == column.len();
        if !(empty || widens(column.dtype(), dtype)) {
            return Err(mismatch());
        }
        column.strict_cast(dtype).map_err(|_| mismatch())
    });
    Ok(DataFrame::new(frame.height(), columns.collect::<Result<Vec<_>, DataError>>()?)?)
}

/// Whether every value of the first type is one of the second.
fn widens(from: &DataType, to: &DataType) -> bool {
    let width = |dtype: &DataType| match dtype {
        DataType::Int8 => Some(8),
        DataType::Int16 => Some(16),
        DataType::Int32 => Some(32),
        DataType::Int64 => Some(64),
        _ => None,
    };
    match (width(from), width(to)) {
        (Some(from), Some(to)) => from <= to,
        // A strict cast refuses whole numbers that 64-bit floats cannot tell apart only when they
        // overflow, so up to 32 bits are taken without asking and 64 bits as the tables in use do.
        (Some(_), None) => *to == DataType::Float64,
        _ => *from == DataType::Float32 && *to == DataType::Float64,
    }
}

/// The schema as Delta has it; every column may be missing.
pub(super) fn delta_schema(schema: &Schema) -> Result<StructType, DataError> {
    let mut seen = std::collections::HashMap::new();
    for name in schema.iter_names() {
        if let Some(other) = seen.insert(name.to_lowercase(), name) {
            return Err(DataError::Compute {
                message: format!(
                    "columns {other:?} and {name:?} differ only in case, which a managed table cannot hold"
                ),
            });
        }
    }
    let fields = schema.iter().map(|(name, dtype)| field(name, dtype)).collect::<Result<Vec<_>, _>>()?;
    if fields.is_empty() {
        return Err(DataError::Compute { message: "a table needs at least one column".to_owned() });
    }
    StructType::try_new(fields).map_err(|error| DataError::Compute { message: error.to_string() })
}

fn field(name: &str, dtype: &DataType) -> Result<StructField, DataError> {
    Ok(StructField::nullable(name, delta_type(name, dtype)?))
}

fn delta_type(name: &str, dtype: &DataType) -> Result<DeltaType, DataError> {
    let unsupported = || DataError::UnsupportedType {
        column: name.to_owned(),
        dtype: dtype.to_string(),
        format: "a managed table".to_owned(),
    };
    Ok(match dtype {
        DataType::Int8 => PrimitiveType::Byte.into(),
        DataType::Int16 => PrimitiveType::Short.into(),
        DataType::Int32 => PrimitiveType::Integer.into(),
        DataType::Int64 => PrimitiveType::Long.into(),
        DataType::Float32 => PrimitiveType::Float.into(),
        DataType::Float64 => PrimitiveType::Double.into(),
        DataType::Boolean => PrimitiveType::Boolean.into(),
        DataType::String => PrimitiveType::String.into(),
        DataType::Binary => PrimitiveType::Binary.into(),
        DataType::Date => PrimitiveType::Date.into(),
        DataType::Datetime(_, None) => PrimitiveType::TimestampNtz.into(),
        DataType::Datetime(_, Some(_)) => PrimitiveType::Timestamp.into(),
        DataType::Decimal(precision, scale) => {
            let part = |n: usize| u8::try_from(n).map_err(|_| unsupported());
            DecimalType::try_new(part(*precision)?, part(*scale)?).map_err(|_| unsupported())?.into()
        }
        DataType::List(inner) => ArrayType::new(delta_type(name, inner)?, true).into(),
        DataType::Struct(fields) => {
            let fields = fields.iter().map(|inner| field(&inner.name, &inner.dtype)).collect::<Result<Vec<_>, _>>()?;
            StructType::try_new(fields).map_err(|_| unsupported())?.into()
        }
        _ => return Err(unsupported()),
    })
}

/// A Delta schema as polars has it.
pub(super) fn polars_schema(schema: &StructType, dir: &Path) -> Result<Schema, DataError> {
    schema
        .fields()
        .map(|field| Ok(Field::new(field.name().as_str().into(), polars_type(field.data_type(), dir)?)))
        .collect()
}

fn polars_type(dtype: &DeltaType, dir: &Path) -> Result<DataType, DataError> {
    let unsupported = || DataError::DeltaFeature { path: dir.to_path_buf(), feature: format!("the type {dtype}") };
    Ok(match dtype {
        DeltaType::Primitive(primitive) => match primitive {
            PrimitiveType::String => DataType::String,
            PrimitiveType::Long => DataType::Int64,
            PrimitiveType::Integer => DataType::Int32,
            PrimitiveType::Short => DataType::Int16,
            PrimitiveType::Byte => DataType::Int8,
            PrimitiveType::Float => DataType::Float32,
            PrimitiveType::Double => DataType::Float64,
            PrimitiveType::Boolean => DataType::Boolean,
            PrimitiveType::Binary => DataType::Binary,
            PrimitiveType::Date => DataType::Date,
            PrimitiveType::Timestamp => DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)),
            PrimitiveType::TimestampNtz => DataType::Datetime(TimeUnit::Microseconds, None),
            PrimitiveType::Decimal(decimal) => {
                DataType::Decimal(usize::from(decimal.precision()), usize::from(decimal.scale()))
            }
            _ => return Err(unsupported()),
        },
        DeltaType::Array(array) => DataType::List(Box::new(polars_type(array.element_type(), dir)?)),
        DeltaType::Struct(inner) => DataType::Struct(
            inner
                .fields()
                .map(|field| Ok(Field::new(field.name().as_str().into(), polars_type(field.data_type(), dir)?)))
                .collect::<Result<Vec<_>, DataError>>()?,
        ),
        DeltaType::Map(_) | DeltaType::Variant(_) => return Err(unsupported()),
    })
}
