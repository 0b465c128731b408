//! Columns read out of a data frame into plain lists, once, for everything that measures them.
//!
//! This is the only module that reads polars' arrays. What is missing is decided here and nowhere
//! else: null, NaN, and in text the markers of [`text::is_missing`].

mod hash;
#[cfg(test)]
mod tests;
pub(crate) mod text;

use std::borrow::Cow;

use mlwright_data::SemanticType;
use polars::prelude::{
    AnyValue, DataFrame, DataType, Float64Chunked, PlHashMap, PolarsError, Series, StringChunked, TimeUnit,
};

use crate::error::ExploreError;

pub(crate) use hash::{hash_bytes, mix};

/// The code of a missing label.
pub(crate) const MISSING_CODE: u32 = u32::MAX;
/// A missing moment.
pub(crate) const MISSING_TIME: i64 = i64::MIN;
/// Whole numbers beyond this are not exact as `f64`.
const EXACT_INTEGER_MAX: f64 = 9_007_199_254_740_992.0;

/// The values of one column.
#[derive(Debug)]
pub(crate) enum Cells<'a> {
    Numbers(Numbers),
    Times(Times),
    Labels(Labels<'a>),
    Opaque(Opaque),
}

/// Numbers; durations and times of day are seconds.
#[derive(Debug)]
pub(crate) struct Numbers {
    /// NaN where missing.
    pub(crate) values: Vec<f64>,
    /// NaN values among the missing ones.
    pub(crate) nans: u64,
    /// Texts that are no number, among the missing ones.
    pub(crate) unparsed: u64,
    /// What tells values apart that are equal as `f64`: for whole numbers beyond 2^53 and decimals.
    pub(crate) exact: Option<Vec<u64>>,
}

/// Dates and times.
#[derive(Debug)]
pub(crate) struct Times {
    /// Microseconds since 1970; [`MISSING_TIME`] where missing.
    pub(crate) micros: Vec<i64>,
    /// Texts that are no date, among the missing ones.
    pub(crate) unparsed: u64,
}

/// One of a number of labels per row.
#[derive(Debug)]
pub(crate) struct Labels<'a> {
    /// Positions in `levels`; [`MISSING_CODE`] where missing.
    pub(crate) codes: Vec<u32>,
    /// The labels in order of first appearance.
    pub(crate) levels: Vec<Cow<'a, str>>,
    /// Rows of each level.
    pub(crate) counts: Vec<u64>,
    /// Whether the labels are texts, rather than numbers or truth values.
    pub(crate) from_text: bool,
}

/// Values that are only told apart: free text, ids, nested values.
#[derive(Debug)]
pub(crate) struct Opaque {
    /// One per row; equal for equal values (a 64-bit hash: two in a million different values collide
    /// with a chance of about 1e-7 in all). Meaningless where missing.
    pub(crate) hashes: Vec<u64>,
    pub(crate) missing: Vec<bool>,
    /// Lengths, when the values are texts.
    pub(crate) lengths: Option<text::Lengths>,
}

impl Cells<'_> {
    /// Whether the row has no value.
    pub(crate) fn is_missing(&self, row: usize) -> bool {
        match self {
            Self::Numbers(numbers) => numbers.values[row].is_nan(),
            Self::Times(times) => times.micros[row] == MISSING_TIME,
            Self::Labels(labels) => labels.codes[row] == MISSING_CODE,
            Self::Opaque(opaque) => opaque.missing[row],
        }
    }

    /// Equal within the column exactly when the values are (both missing counts as equal).
    pub(crate) fn identity(&self, row: usize) -> u64 {
        match self {
            Self::Numbers(numbers) => {
                let value = numbers.values[row];
                match &numbers.exact {
                    _ if value.is_nan() => u64::MAX,
                    Some(exact) => exact[row],
                    // Adding zero makes both zeros one.
                    None => (value + 0.0).to_bits(),
                }
            }
            Self::Times(times) => times.micros[row] as u64,
            Self::Labels(labels) => u64::from(labels.codes[row]),
            Self::Opaque(opaque) if opaque.missing[row] => u64::MAX,
            Self::Opaque(opaque) => opaque.hashes[row],
        }
    }
}

/// Reads a column for what it means.
///
/// # Errors
/// [`ExploreError::Unreadable`] when polars cannot convert the values.
pub(crate) fn read<'a>(series: &'a Series, semantic: SemanticType) -> Result<Cells<'a>, ExploreError> {
    let failed = |error: PolarsError| ExploreError::Unreadable {
        column: series.name().to_string(),
        message: error.to_string().lines().next().unwrap_or_default().to_owned(),
    };
    let as_labels = matches!(semantic, SemanticType::Categorical | SemanticType::Boolean);
    match series.dtype() {
        DataType::Boolean => {
            let values = series.bool().map_err(failed)?;
            Ok(Cells::Labels(labels(
                values.iter().map(|value| value.map(|v| if v { "true" } else { "false" })),
                Cow::Borrowed,
                false,
            )))
        }
        DataType::String => {
            let texts = series.str().map_err(failed)?;
            match semantic {
                SemanticType::Numeric => Ok(Cells::Numbers(text::numbers(present(texts), series.len()))),
                SemanticType::Datetime => Ok(Cells::Times(text::times(present(texts), series.len()))),
                SemanticType::Text | SemanticType::Id => Ok(Cells::Opaque(text::opaque(present(texts), series.len()))),
                _ => Ok(Cells::Labels(labels(present(texts), Cow::Borrowed, true))),
            }
        }
        DataType::Categorical(..) | DataType::Enum(..) => {
            let texts = series.cast(&DataType::String).map_err(failed)?;
            Ok(Cells::Labels(labels(present(texts.str().map_err(failed)?), |text| Cow::Owned(text.to_owned()), true)))
        }
        dtype if dtype.is_primitive_numeric() || matches!(dtype, DataType::Decimal(..)) => {
            let numbers = numbers(series).map_err(failed)?;
            if as_labels { Ok(Cells::Labels(labels_of_numbers(&numbers, series))) } else { Ok(Cells::Numbers(numbers)) }
        }
        DataType::Date | DataType::Datetime(..) => {
            Ok(Cells::Times(Times { micros: micros(series).map_err(failed)?, unparsed: 0 }))
        }
        DataType::Duration(_) => {
            let unit = series.cast(&DataType::Duration(TimeUnit::Microseconds)).map_err(failed)?;
            let mut numbers = numbers(&unit.to_physical_repr()).map_err(failed)?;
            numbers.values.iter_mut().for_each(|value| *value /= 1e6);
            Ok(Cells::Numbers(numbers))
        }
        DataType::Time => {
            let mut numbers = numbers(&series.to_physical_repr()).map_err(failed)?;
            numbers.values.iter_mut().for_each(|value| *value /= 1e9);
            Ok(Cells::Numbers(numbers))
        }
        DataType::Null => Ok(Cells::Labels(Labels {
            codes: vec![MISSING_CODE; series.len()],
            levels: Vec::new(),
            counts: Vec::new(),
            from_text: false,
        })),
        _ => Ok(Cells::Opaque(nested(series))),
    }
}

/// Reads a column that is to be told apart by its values even when it is text: a target.
///
/// # Errors
/// As [`read`].
pub(crate) fn read_target<'a>(series: &'a Series, semantic: SemanticType) -> Result<Cells<'a>, ExploreError> {
    let semantic = match (series.dtype(), semantic) {
        (DataType::String, SemanticType::Text | SemanticType::Id) => SemanticType::Categorical,
        (_, semantic) => semantic,
    };
    read(series, semantic)
}

/// The column of that name.
pub(crate) fn column<'a>(frame: &'a DataFrame, name: &str, field: &str) -> Result<&'a Series, ExploreError> {
    match frame.column(name) {
        Ok(column) => Ok(column.as_materialized_series()),
        Err(_) => Err(ExploreError::ColumnNotFound {
            field: field.to_owned(),
            column: name.to_owned(),
            available: frame.get_column_names().iter().map(ToString::to_string).collect(),
        }),
    }
}

/// The value as a person reads it; `None` when it is missing.
pub(crate) fn value_text(series: &Series, row: usize) -> Option<String> {
    let value = series.get(row).ok()?;
    match value {
        AnyValue::Null => None,
        AnyValue::String(text) => (!text::is_missing(text)).then(|| text.to_owned()),
        AnyValue::StringOwned(text) => (!text::is_missing(&text)).then(|| text.to_string()),
        AnyValue::Float64(number) => float_text(number),
        AnyValue::Float32(number) => (!number.is_nan()).then(|| format!("{number}")),
        other => other.get_str().map(ToOwned::to_owned).or_else(|| Some(other.to_string())),
    }
}

/// The shortest text that reads back as the number; powers of ten only where digits would be endless.
pub(crate) fn float_text(number: f64) -> Option<String> {
    match number {
        n if n.is_nan() => None,
        n if n != 0.0 && n.is_finite() && !(1e-6..1e16).contains(&n.abs()) => Some(format!("{n:e}")),
        n => Some(format!("{n}")),
    }
}

fn present(texts: &StringChunked) -> impl Iterator<Item = Option<&str>> {
    texts.downcast_iter().flat_map(|chunk| chunk.iter()).map(|text| text.filter(|text| !text::is_missing(text)))
}

fn labels<'s, 'a>(
    values: impl Iterator<Item = Option<&'s str>>,
    keep: impl Fn(&'s str) -> Cow<'a, str>,
    from_text: bool,
) -> Labels<'a> {
    let mut codes = Vec::with_capacity(values.size_hint().0);
    let mut seen: PlHashMap<&'s str, u32> = PlHashMap::default();
    let mut levels: Vec<&'s str> = Vec::new();
    let mut counts: Vec<u64> = Vec::new();
    for value in values {
        let Some(value) = value else {
            codes.push(MISSING_CODE);
            continue;
        };
        let code = *seen.entry(value).or_insert_with(|| {
            levels.push(value);
            counts.push(0);
            (levels.len() - 1) as u32
        });
        counts[code as usize] += 1;
        codes.push(code);
    }
    Labels { codes, levels: levels.into_iter().map(keep).collect(), counts, from_text }
}

fn labels_of_numbers(numbers: &Numbers, series: &Series) -> Labels<'static> {
    let mut codes = Vec::with_capacity(numbers.values.len());
    let mut seen: PlHashMap<u64, u32> = PlHashMap::default();
    let (mut levels, mut counts): (Vec<Cow<'static, str>>, Vec<u64>) = (Vec::new(), Vec::new());
    for (row, value) in numbers.values.iter().enumerate() {
        if value.is_nan() {
            codes.push(MISSING_CODE);
            continue;
        }
        let key = numbers.exact.as_ref().map_or_else(|| (value + 0.0).to_bits(), |exact| exact[row]);
        let code = *seen.entry(key).or_insert_with(|| {
            levels.push(Cow::Owned(value_text(series, row).unwrap_or_default()));
            counts.push(0);
            (levels.len() - 1) as u32
        });
        counts[code as usize] += 1;
        codes.push(code);
    }
    Labels { codes, levels, counts, from_text: false }
}

fn numbers(series: &Series) -> Result<Numbers, PolarsError> {
    let cast;
    let floats: &Float64Chunked = if let Ok(floats) = series.f64() {
        floats
    } else {
        cast = series.cast(&DataType::Float64)?;
        cast.f64()?
    };
    let mut values: Vec<f64> = Vec::with_capacity(series.len());
    for chunk in floats.downcast_iter() {
        if chunk.validity().is_some_and(|validity| validity.unset_bits() > 0) {
            values.extend(chunk.iter().map(|value| value.copied().unwrap_or(f64::NAN)));
        } else {
            values.extend_from_slice(chunk.values());
        }
    }
    let missing = values.iter().filter(|value| value.is_nan()).count();
    let nans = missing.saturating_sub(floats.null_count()) as u64;
    let may_be_inexact = match series.dtype() {
        DataType::Int64 | DataType::UInt64 => values.iter().any(|value| value.abs() >= EXACT_INTEGER_MAX),
        DataType::Int128 | DataType::UInt128 | DataType::Decimal(..) => true,
        _ => false,
    };
    let exact = if may_be_inexact { Some(encoded(series)?) } else { None };
    Ok(Numbers { values, nans, unparsed: 0, exact })
}

/// Microseconds since 1970 of dates and times.
fn micros(series: &Series) -> Result<Vec<i64>, PolarsError> {
    let zone = match series.dtype() {
        DataType::Datetime(_, zone) => zone.clone(),
        _ => None,
    };
    let times = series.cast(&DataType::Datetime(TimeUnit::Microseconds, zone))?;
    let physical = times.to_physical_repr();
    let mut values = Vec::with_capacity(series.len());
    for chunk in physical.i64()?.downcast_iter() {
        values.extend(chunk.iter().map(|value| value.copied().unwrap_or(MISSING_TIME)));
    }
    Ok(values)
}

/// A hash of each row's value in polars' row encoding, which is the same exactly for equal values.
fn encoded(series: &Series) -> Result<Vec<u64>, PolarsError> {
    let rows = series.row_encode_unordered()?;
    Ok(rows.downcast_iter().flat_map(|chunk| chunk.iter()).map(|row| row.map_or(u64::MAX, hash_bytes)).collect())
}

fn nested(series: &Series) -> Opaque {
    let missing: Vec<bool> = series.is_null().iter().map(|null| null.unwrap_or(true)).collect();
    // Types that polars cannot encode (objects) are told apart by what they print.
    let hashes = encoded(series).unwrap_or_else(|_| {
        (0..series.len())
            .map(|row| series.get(row).map_or(u64::MAX, |value| hash_bytes(value.to_string().as_bytes())))
            .collect()
    });
    Opaque { hashes, missing, lengths: None }
}
