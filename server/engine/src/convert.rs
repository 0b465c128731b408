//! From tables (polars) to what learning takes: raw columns, features, and the encoded target.
//!
//! Columns are handed over as they are stored: numbers as numbers, texts as texts. How a stored
//! value becomes a feature's (a code as the level `"1"`, a text as a number) is decided in one
//! place, `mlwright_learn::prepare`, which single prediction requests go through as well.

use std::collections::HashMap;
use std::sync::Arc;

use mlwright_base::{ErrorCode, Problem, names};
use mlwright_data::{ColumnSchema, SemanticType};
use mlwright_learn::target::{EncodedTarget, encode};
use mlwright_learn::{Column, Feature, FeatureKind, Frame, Task};
use polars::prelude::{DataFrame, DataType, PlSmallStr, Series, TimeUnit};

/// The features a schema offers: every column but `target`, those of `excluded`, ids, constants
/// and nested values.
#[must_use]
pub fn features_of(schema: &[ColumnSchema], target: &str, excluded: &[String]) -> Vec<Feature> {
    schema
        .iter()
        .filter(|column| exclusion(column, target, excluded).is_none())
        .filter_map(|column| Some(Feature { name: column.name.clone(), kind: kind_of(column)? }))
        .collect()
}

/// Why a column is no feature; `None` when it is one.
#[must_use]
pub fn exclusion(column: &ColumnSchema, target: &str, excluded: &[String]) -> Option<String> {
    if column.name == target {
        return Some("it is the target".to_owned());
    }
    if excluded.contains(&column.name) {
        return Some("it was excluded by the caller".to_owned());
    }
    match column.semantic {
        SemanticType::Id | SemanticType::Constant => Some(column.reason.clone()),
        _ if kind_of(column).is_none() => Some(format!("values of type {} cannot be learned from", column.dtype)),
        _ => None,
    }
}

/// The kind of a column as a feature; `None` for nested and binary values. Yes/no columns that are
/// written as text stay categories, and 0/1 columns numbers: so their values arrive in prediction
/// requests.
#[must_use]
pub fn kind_of(column: &ColumnSchema) -> Option<FeatureKind> {
    let stored = column.dtype.to_lowercase();
    if ["list", "array", "struct", "binary", "object"].iter().any(|nested| stored.starts_with(nested)) {
        return None;
    }
    let is_text = ["str", "cat", "enum"].iter().any(|start| stored.starts_with(start));
    Some(match column.semantic {
        // Not one of its texts may turn out not to be a number or a date after all.
        SemanticType::Numeric | SemanticType::Datetime if is_text => FeatureKind::Categorical,
        SemanticType::Datetime if stored.starts_with("time") => FeatureKind::Numeric,
        SemanticType::Numeric => FeatureKind::Numeric,
        SemanticType::Categorical | SemanticType::Constant => FeatureKind::Categorical,
        SemanticType::Boolean if stored.starts_with("bool") => FeatureKind::Boolean,
        SemanticType::Boolean | SemanticType::Id if is_text => FeatureKind::Categorical,
        SemanticType::Boolean | SemanticType::Id => FeatureKind::Numeric,
        SemanticType::Datetime => FeatureKind::Datetime,
        SemanticType::Text => FeatureKind::Text,
    })
}

/// The columns of `features`, in that order.
///
/// # Errors
/// [`ErrorCode::NotFound`] when a column is not there, [`ErrorCode::UnsuitableData`] when it holds
/// nested or binary values.
pub fn frame_from(frame: &DataFrame, features: &[Feature]) -> Result<Frame, Problem> {
    let mut columns = Vec::with_capacity(features.len());
    for feature in features {
        let series = series_of(frame, &feature.name, "table")?;
        columns.push((feature.name.clone(), column_from(&series)?));
    }
    Ok(Frame::new(columns)?)
}

/// The target column, encoded, with the task that it asks for unless told; see
/// [`mlwright_learn::target::encode`].
///
/// # Errors
/// [`ErrorCode::NotFound`] for an unknown column, [`ErrorCode::UnsuitableData`] when the column has
/// one class or no values, or does not fit the task.
pub fn target_from(frame: &DataFrame, column: &str, task: Option<Task>, positive: Option<&str>) -> Result<EncodedTarget, Problem> {
    let series = series_of(frame, column, "target")?;
    encode(column, &column_from(&series)?, task, positive).map_err(|error| {
        let problem = Problem::from(error);
        if problem.field.is_empty() { problem.field("target") } else { problem }
    })
}

/// The column of that name.
///
/// # Errors
/// [`ErrorCode::NotFound`] with the nearest names.
pub fn series_of(frame: &DataFrame, column: &str, field: &str) -> Result<Series, Problem> {
    match frame.column(column) {
        Ok(found) => Ok(found.as_materialized_series().clone()),
        Err(_) => Err(no_column(column, frame.get_column_names().into_iter().map(PlSmallStr::as_str), field)),
    }
}

/// The problem of a column that is not there.
#[must_use]
pub fn no_column<'a>(column: &str, available: impl IntoIterator<Item = &'a str>, field: &str) -> Problem {
    Problem::new(ErrorCode::NotFound, format!("there is no column {column:?}"))
        .hint(names::did_you_mean(column, available))
        .field(field)
}

/// One column as it is stored: numbers, durations and times of day (in seconds) as numbers, dates as
/// moments, everything else by its own type. Infinite numbers become NaN; equal texts are shared.
///
/// # Errors
/// [`ErrorCode::UnsuitableData`] for nested and binary values.
pub fn column_from(series: &Series) -> Result<Column, Problem> {
    let fail = |reason: String| {
        Problem::new(ErrorCode::UnsuitableData, format!("column {:?}: {reason}", series.name().as_str()))
            .hint("leave the column out, or unnest it with create_table")
            .field(series.name().as_str())
    };
    let cast = |to: &DataType| series.cast(to).map_err(|error| fail(error.to_string()));
    let wrong = |error: polars::error::PolarsError| fail(error.to_string());
    let dtype = series.dtype();
    Ok(match dtype {
        DataType::Boolean => Column::Boolean(series.bool().map_err(wrong)?.iter().collect()),
        DataType::Date | DataType::Datetime(..) => Column::Datetime(moments(series).map_err(wrong)?),
        DataType::Duration(unit) => {
            let per_second = match unit {
                TimeUnit::Nanoseconds => 1e9,
                TimeUnit::Microseconds => 1e6,
                TimeUnit::Milliseconds => 1e3,
            };
            let ticks = cast(&DataType::Int64)?;
            let ticks = ticks.i64().map_err(wrong)?;
            Column::Number(ticks.iter().map(|value| value.map_or(f64::NAN, |ticks| ticks as f64 / per_second)).collect())
        }
        _ if dtype.is_primitive_numeric() || dtype.is_decimal() || dtype.is_null() => {
            let floats = cast(&DataType::Float64)?;
            let floats = floats.f64().map_err(wrong)?;
            Column::Number(floats.iter().map(|value| value.filter(|number| number.is_finite()).unwrap_or(f64::NAN)).collect())
        }
        DataType::Time => {
            let nanoseconds = cast(&DataType::Int64)?;
            let nanoseconds = nanoseconds.i64().map_err(wrong)?;
            Column::Number(nanoseconds.iter().map(|value| value.map_or(f64::NAN, |ticks| ticks as f64 / 1e9)).collect())
        }
        DataType::String | DataType::Categorical(..) | DataType::Enum(..) => {
            let strings = cast(&DataType::String)?;
            let strings = strings.str().map_err(wrong)?;
            Column::Text(shared_texts(strings.iter()))
        }
        other => return Err(fail(format!("values of type {other} cannot be learned from"))),
    })
}

fn shared_texts<'a>(values: impl Iterator<Item = Option<&'a str>>) -> Vec<Option<Arc<str>>> {
    let mut levels: HashMap<&'a str, Arc<str>> = HashMap::new();
    values.map(|value| value.map(|text| levels.entry(text).or_insert_with(|| Arc::from(text)).clone())).collect()
}

/// Microseconds since 1970-01-01T00:00:00Z. A moment with a time zone is the same moment; one
/// without is taken as UTC.
fn moments(series: &Series) -> Result<Vec<Option<i64>>, polars::error::PolarsError> {
    let zone = match series.dtype() {
        DataType::Datetime(_, zone) => zone.clone(),
        _ => None,
    };
    let micros = series.cast(&DataType::Datetime(TimeUnit::Microseconds, zone))?.cast(&DataType::Int64)?;
    Ok(micros.i64()?.iter().collect())
}

#[cfg(test)]
mod tests;
