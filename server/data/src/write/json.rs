//! Rows as JSON.

use std::io::Write;

use jiff::Timestamp;
use jiff::tz;
use polars::prelude::*;
use serde_json::{Map, Number, Value};

/// Rows that are turned into JSON at once.
const ROWS_AT_ONCE: usize = 4_096;

/// The rows as JSON objects, keys in the columns' order. NaN and infinities are `null`, as JSON has
/// none; dates and times are ISO 8601 (`2024-02-29`, `2024-02-29T10:00:00`, with the offset where
/// the column has a time zone); durations are seconds; bytes are hexadecimal.
#[must_use]
pub fn rows_as_json(frame: &DataFrame) -> Vec<Map<String, Value>> {
    let mut rows = vec![Map::with_capacity(frame.width()); frame.height()];
    for column in frame.columns() {
        let series = column.as_materialized_series().rechunk();
        for (row, value) in rows.iter_mut().zip(series.iter()) {
            row.insert(series.name().to_string(), json(&value));
        }
    }
    rows
}

/// One object a line.
pub(super) fn write_lines(frame: &DataFrame, output: &mut dyn Write) -> std::io::Result<()> {
    let mut start = 0;
    while start < frame.height() {
        for row in rows_as_json(&frame.slice(start as i64, ROWS_AT_ONCE)) {
            serde_json::to_writer(&mut *output, &row)?;
            output.write_all(b"\n")?;
        }
        start += ROWS_AT_ONCE;
    }
    Ok(())
}

fn real(value: f64) -> Value {
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

fn json(value: &AnyValue<'_>) -> Value {
    match value {
        AnyValue::Null => Value::Null,
        AnyValue::Boolean(value) => Value::Bool(*value),
        AnyValue::String(text) => Value::String((*text).to_owned()),
        AnyValue::StringOwned(text) => Value::String(text.to_string()),
        AnyValue::UInt8(value) => Value::from(*value),
        AnyValue::UInt16(value) => Value::from(*value),
        AnyValue::UInt32(value) => Value::from(*value),
        AnyValue::UInt64(value) => Value::from(*value),
        AnyValue::Int8(value) => Value::from(*value),
        AnyValue::Int16(value) => Value::from(*value),
        AnyValue::Int32(value) => Value::from(*value),
        AnyValue::Int64(value) => Value::from(*value),
        // The shortest decimal that is this number in 32 bits, not its 64-bit expansion.
        AnyValue::Float32(value) => real(value.to_string().parse().unwrap_or(f64::NAN)),
        AnyValue::Float64(value) => real(*value),
        AnyValue::Date(days) => Value::String(date(*days)),
        AnyValue::Datetime(value, unit, zone) => Value::String(datetime(*value, *unit, zone.map(|zone| zone.as_str()))),
        AnyValue::DatetimeOwned(value, unit, zone) => {
            Value::String(datetime(*value, *unit, zone.as_ref().map(|zone| zone.as_str())))
        }
        AnyValue::Duration(value, unit) => real(*value as f64 / per_second(*unit) as f64),
        AnyValue::Binary(bytes) => Value::String(hex::encode(bytes)),
        AnyValue::BinaryOwned(bytes) => Value::String(hex::encode(bytes)),
        AnyValue::List(values) | AnyValue::Array(values, _) => {
            Value::Array(values.rechunk().iter().map(|value| json(&value)).collect())
        }
        AnyValue::StructOwned(fields) => Value::Object(
            fields.1.iter().zip(&fields.0).map(|(field, value)| (field.name.to_string(), json(value))).collect(),
        ),
        AnyValue::Struct(..) => json(&value.clone().into_static()),
        AnyValue::Decimal(..) => real(value.to_string().parse().unwrap_or(f64::NAN)),
        // Categories are their label; whole numbers beyond 64 bits and times of day are as polars writes them.
        other => Value::String(other.get_str().map_or_else(|| other.to_string(), str::to_owned)),
    }
}

fn per_second(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Milliseconds => 1_000,
        TimeUnit::Microseconds => 1_000_000,
        TimeUnit::Nanoseconds => 1_000_000_000,
    }
}

fn date(days: i32) -> String {
    match Timestamp::from_second(i64::from(days) * 86_400) {
        Ok(moment) => tz::TimeZone::UTC.to_datetime(moment).date().to_string(),
        Err(_) => format!("{days} days from 1970"),
    }
}

fn datetime(value: i64, unit: TimeUnit, zone: Option<&str>) -> String {
    let moment = match unit {
        TimeUnit::Milliseconds => Timestamp::from_millisecond(value),
        TimeUnit::Microseconds => Timestamp::from_microsecond(value),
        TimeUnit::Nanoseconds => Ok(Timestamp::from_nanosecond(i128::from(value)).unwrap_or(Timestamp::MIN)),
    };
    let Ok(moment) = moment else {
        return format!("{value} {unit} from 1970");
    };
    match zone {
        None => tz::TimeZone::UTC.to_datetime(moment).to_string(),
        Some("UTC") => moment.to_string(),
        Some(name) => match tz::TimeZone::get(name) {
            Ok(zone) => moment.display_with_offset(zone.to_offset(moment)).to_string(),
            Err(_) => moment.to_string(),
        },
    }
}
