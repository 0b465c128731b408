//! Columns of a table as charts see them: positions on an axis, or levels.

use std::collections::HashMap;

use mlwright_data::{ColumnSchema, SemanticType};
use polars::prelude::{Column, DataFrame, DataType, TimeUnit};

use super::LABEL_CHARS_MAX;
use super::scale::Unit;
use crate::stats::{quantile_sorted, sort};
use crate::{ExploreError, markup};

/// Groups that a numeric column with many values is cut into.
const QUANTILE_GROUPS: usize = 10;

/// One column that a chart names.
pub(super) struct Source<'a> {
    pub field: &'static str,
    pub name: &'a str,
    pub semantic: SemanticType,
    column: &'a Column,
}

/// A column as positions along an axis; NaN is missing.
pub(super) struct Positions {
    pub unit: Unit,
    pub values: Vec<f64>,
}

/// A column as groups of rows.
pub(super) struct Groups {
    /// What they are called.
    pub names: Vec<String>,
    /// The group of each row; `None` when the value is missing and missing is no group.
    pub codes: Vec<Option<usize>>,
    /// Whether the groups have an order of their own (numbers, times).
    pub ordered: bool,
    /// Trailing groups that are no level of the column: "other", "missing".
    pub n_extra: usize,
    /// What was joined or cut, for the chart's notes.
    pub notes: Vec<String>,
}

impl<'a> Source<'a> {
    /// The column that an argument names.
    pub fn find(frame: &'a DataFrame, schema: &[ColumnSchema], field: &'static str, name: &'a str) -> Result<Self, ExploreError> {
        let not_found = || ExploreError::ColumnNotFound {
            field: field.to_owned(),
            column: name.to_owned(),
            available: frame.get_column_names().into_iter().map(ToString::to_string).collect(),
        };
        let column = frame.column(name).map_err(|_| not_found())?;
        let described = schema.iter().find(|described| described.name == name);
        let semantic = described.ok_or_else(|| ExploreError::SchemaMismatch { column: name.to_owned() })?.semantic;
        Ok(Self { field, name, semantic, column })
    }

    /// Whether the values have a size that an axis can show.
    pub fn is_measurable(&self) -> bool {
        is_number(self.column.dtype()) || matches!(self.column.dtype(), DataType::Date | DataType::Datetime(..) | DataType::Duration(_))
    }

    /// Whether the column is a date or time.
    pub fn is_time(&self) -> bool {
        matches!(self.column.dtype(), DataType::Date | DataType::Datetime(..))
    }

    /// Whether the column is better shown as levels than along an axis.
    pub fn prefers_levels(&self) -> bool {
        !self.is_measurable() || matches!(self.semantic, SemanticType::Categorical | SemanticType::Boolean)
    }

    /// The error that this column is of the wrong kind.
    pub fn wrong_kind(&self, expected: &str) -> ExploreError {
        ExploreError::ColumnKind {
            field: self.field.to_owned(),
            column: self.name.to_owned(),
            expected: expected.to_owned(),
            found: format!("{} ({})", said(self.semantic), self.column.dtype()),
        }
    }

    /// The values as positions: numbers as they are, durations in seconds, times in microseconds since
    /// 1970. Infinite values count as missing.
    pub fn positions(&self, expected: &str) -> Result<Positions, ExploreError> {
        let unreadable = |error: polars::error::PolarsError| ExploreError::Unreadable { column: self.name.to_owned(), message: error.to_string() };
        let (unit, scale, column) = match self.column.dtype() {
            DataType::Date => (Unit::Time, 1.0, self.column.cast(&DataType::Datetime(TimeUnit::Microseconds, None)).map_err(unreadable)?),
            DataType::Datetime(_, zone) => {
                let to = DataType::Datetime(TimeUnit::Microseconds, zone.clone());
                (Unit::Time, 1.0, self.column.cast(&to).map_err(unreadable)?)
            }
            DataType::Duration(_) => (Unit::Number, 1e-6, self.column.cast(&DataType::Duration(TimeUnit::Microseconds)).map_err(unreadable)?),
            dtype if is_number(dtype) => (Unit::Number, 1.0, self.column.clone()),
            _ => return Err(self.wrong_kind(expected)),
        };
        let physical = if unit == Unit::Time || scale != 1.0 { column.cast(&DataType::Int64).map_err(unreadable)? } else { column };
        let floats = physical.cast(&DataType::Float64).map_err(unreadable)?;
        let floats = floats.f64().map_err(unreadable)?;
        let values = floats.iter().map(|value| value.filter(|value| value.is_finite()).map_or(f64::NAN, |value| value * scale)).collect();
        Ok(Positions { unit, values })
    }

    /// The values as texts; `None` is missing.
    fn texts(&self) -> Result<Vec<Option<String>>, ExploreError> {
        let unreadable = |error: polars::error::PolarsError| ExploreError::Unreadable { column: self.name.to_owned(), message: error.to_string() };
        if self.is_measurable() {
            let positions = self.positions("")?;
            let write = |value: f64| if value.fract() == 0.0 && value.abs() < 1e15 { format!("{value:.0}") } else { positions.unit.write(value) };
            let write = |value: f64| if positions.unit == Unit::Time { positions.unit.write(value) } else { write(value) };
            return Ok(positions.values.iter().map(|value| (!value.is_nan()).then(|| write(*value))).collect());
        }
        if matches!(self.column.dtype(), DataType::List(_) | DataType::Struct(_) | DataType::Binary | DataType::Array(..)) {
            return Err(self.wrong_kind("a column of plain values"));
        }
        let strings = self.column.cast(&DataType::String).map_err(unreadable)?;
        let strings = strings.str().map_err(unreadable)?;
        Ok(strings.iter().map(|text| text.map(str::to_owned)).collect())
    }

    /// The levels, most frequent first (numbers in their order), at most `levels_max` groups: rarer levels
    /// are joined as "other". Missing is a group of its own, the last, when `keep_missing`.
    pub fn levels(&self, levels_max: usize, keep_missing: bool) -> Result<Groups, ExploreError> {
        let texts = self.texts()?;
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for text in texts.iter().flatten() {
            *counts.entry(text).or_default() += 1;
        }
        let mut ranked: Vec<(&str, usize)> = counts.into_iter().collect();
        ranked.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        let n_missing = texts.iter().filter(|text| text.is_none()).count();
        let has_missing = keep_missing && n_missing > 0;
        let room = levels_max - usize::from(has_missing);
        let n_kept = if ranked.len() <= room { ranked.len() } else { room - 1 };
        let mut kept: Vec<&str> = ranked[..n_kept].iter().map(|(text, _)| *text).collect();
        let size = |text: &str| text.parse::<f64>().ok().filter(|value| value.is_finite());
        let ordered = self.is_time() || (!kept.is_empty() && kept.iter().all(|text| size(text).is_some()));
        if self.is_time() {
            kept.sort_unstable();
        } else if ordered {
            kept.sort_by(|a, b| size(a).unwrap_or(0.0).total_cmp(&size(b).unwrap_or(0.0)));
        }
        let mut notes = Vec::new();
        let mut names: Vec<String> = kept.iter().map(|text| if text.trim().is_empty() { format!("{text:?}") } else { markup::shorten(text, LABEL_CHARS_MAX) }).collect();
        let places: HashMap<&str, usize> = kept.iter().enumerate().map(|(place, text)| (*text, place)).collect();
        let n_joined = ranked.len() - n_kept;
        let other = names.len();
        if n_joined > 0 {
            let joined = markup::plural(n_joined as u64, "level", "levels");
            notes.push(format!("other: {joined} of {} with fewer rows", self.name));
            names.push(format!("other ({joined})"));
        }
        let missing = names.len();
        if has_missing {
            names.push("missing".to_owned());
        }
        let code = |text: &Option<String>| match text {
            Some(text) => Some(places.get(text.as_str()).copied().unwrap_or(other)),
            None => has_missing.then_some(missing),
        };
        let codes = texts.iter().map(code).collect();
        Ok(Groups { names, codes, ordered, n_extra: usize::from(n_joined > 0) + usize::from(has_missing), notes })
    }

    /// Levels where there are few, else groups of equal size along the values.
    pub fn groups(&self, groups_max: usize, keep_missing: bool) -> Result<Groups, ExploreError> {
        if self.prefers_levels() {
            return self.levels(groups_max, keep_missing);
        }
        let positions = self.positions("")?;
        let mut sorted: Vec<f64> = positions.values.iter().copied().filter(|value| !value.is_nan()).collect();
        sort(&mut sorted);
        let n_distinct = sorted.chunk_by(|a, b| a == b).count();
        if n_distinct <= groups_max - 1 {
            return self.levels(groups_max, keep_missing);
        }
        let n_groups = QUANTILE_GROUPS.min(groups_max - 1);
        let mut edges: Vec<f64> = (0..=n_groups).filter_map(|i| quantile_sorted(&sorted, i as f64 / n_groups as f64)).collect();
        edges.dedup();
        let n_bins = edges.len() - 1;
        let mut names: Vec<String> =
            edges.windows(2).map(|bin| format!("{} to {}", positions.unit.write(bin[0]), positions.unit.write(bin[1]))).collect();
        let n_missing = positions.values.len() - sorted.len();
        let has_missing = keep_missing && n_missing > 0;
        if has_missing {
            names.push("missing".to_owned());
        }
        // Bins are closed on the left, the last on both sides.
        let bin = |value: f64| edges[1..n_bins].partition_point(|edge| *edge <= value);
        let code = |value: &f64| if value.is_nan() { has_missing.then_some(n_bins) } else { Some(bin(*value)) };
        let codes = positions.values.iter().map(code).collect();
        let notes = vec![format!("{} is cut into {n_bins} groups of about the same number of rows", self.name)];
        Ok(Groups { names, codes, ordered: true, n_extra: usize::from(has_missing), notes })
    }
}

fn is_number(dtype: &DataType) -> bool {
    dtype.is_primitive_numeric() || dtype.is_decimal()
}

fn said(semantic: SemanticType) -> &'static str {
    match semantic {
        SemanticType::Numeric => "numeric",
        SemanticType::Categorical => "categorical",
        SemanticType::Boolean => "boolean",
        SemanticType::Datetime => "datetime",
        SemanticType::Text => "text",
        SemanticType::Id => "an id",
        SemanticType::Constant => "constant",
    }
}

/// At most `n_max` of `n` rows: the same ones each time, spread like a random sample, in an order
/// that has nothing to do with theirs (SplitMix64 of the row's position).
pub(super) fn sample(rows: Vec<usize>, n_max: usize) -> Vec<usize> {
    let key = |row: &usize| {
        let mut z = (*row as u64).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let mut rows = rows;
    if rows.len() > n_max {
        rows.select_nth_unstable_by_key(n_max, key);
        rows.truncate(n_max);
    }
    rows.sort_unstable_by_key(key);
    rows
}
