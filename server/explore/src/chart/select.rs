//! Columns of a table as charts see them: positions on an axis, or levels.

use std::collections::HashMap;
use std::hash::Hash;

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

    /// The distinct values as texts, how often each occurs, and which of them each row has.
    fn encoded(&self) -> Result<Encoded, ExploreError> {
        let unreadable = |error: polars::error::PolarsError| ExploreError::Unreadable { column: self.name.to_owned(), message: error.to_string() };
        if self.is_measurable() {
            let positions = self.positions("")?;
            let known = positions.values.iter().map(|value| (!value.is_nan()).then(|| (value + 0.0).to_bits()));
            return Ok(Encoded::of(known, |bits| written(f64::from_bits(bits), positions.unit)));
        }
        if matches!(self.column.dtype(), DataType::List(_) | DataType::Struct(_) | DataType::Binary | DataType::Array(..)) {
            return Err(self.wrong_kind("a column of plain values"));
        }
        let strings = self.column.cast(&DataType::String).map_err(unreadable)?;
        let strings = strings.str().map_err(unreadable)?;
        Ok(Encoded::of(strings.iter(), str::to_owned))
    }

    /// The levels, most frequent first (numbers in their order), at most `levels_max` groups: rarer levels
    /// are joined as "other". Missing is a group of its own, the last, when `keep_missing`.
    pub fn levels(&self, levels_max: usize, keep_missing: bool) -> Result<Groups, ExploreError> {
        let encoded = self.encoded()?;
        let (texts, counts) = (&encoded.levels, &encoded.counts);
        let mut ranked: Vec<usize> = (0..texts.len()).collect();
        ranked.sort_unstable_by(|a, b| counts[*b].cmp(&counts[*a]).then_with(|| texts[*a].cmp(&texts[*b])));
        let has_missing = keep_missing && encoded.codes.iter().any(Option::is_none);
        let room = levels_max - usize::from(has_missing);
        let n_kept = if ranked.len() <= room { ranked.len() } else { room - 1 };
        let n_joined = ranked.len() - n_kept;
        let mut kept = ranked[..n_kept].to_vec();
        let size = |level: &usize| texts[*level].parse::<f64>().ok().filter(|value| value.is_finite());
        let ordered = !kept.is_empty() && (self.is_time() || kept.iter().all(|level| size(level).is_some()));
        if self.is_time() {
            kept.sort_unstable_by(|a, b| texts[*a].cmp(&texts[*b]));
        } else if ordered {
            kept.sort_by(|a, b| size(a).unwrap_or(0.0).total_cmp(&size(b).unwrap_or(0.0)));
        }
        let shown = |level: &usize| match texts[*level].trim() {
            "" => format!("{:?}", texts[*level]),
            _ => markup::shorten(&texts[*level], LABEL_CHARS_MAX),
        };
        let mut names: Vec<String> = kept.iter().map(shown).collect();
        let mut notes = Vec::new();
        let other = names.len();
        if n_joined > 0 {
            let joined = markup::plural(n_joined as u64, "level", "levels");
            notes.push(format!("other: {joined} of {} with fewer rows", self.name));
            names.push(format!("other ({joined})"));
        }
        let missing = has_missing.then_some(names.len());
        if has_missing {
            names.push("missing".to_owned());
        }
        let mut groups = vec![other; texts.len()];
        for (group, level) in kept.iter().enumerate() {
            groups[*level] = group;
        }
        let codes = encoded.codes.iter().map(|code| code.map_or(missing, |level| Some(groups[level]))).collect();
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
        if n_distinct < groups_max {
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

/// Distinct values in order of appearance.
struct Encoded {
    levels: Vec<String>,
    /// Rows of each level.
    counts: Vec<usize>,
    /// The level of each row; `None` is missing.
    codes: Vec<Option<usize>>,
}

impl Encoded {
    fn of<K: Eq + Hash + Copy>(values: impl Iterator<Item = Option<K>>, text: impl Fn(K) -> String) -> Self {
        let mut places: HashMap<K, usize> = HashMap::new();
        let (mut levels, mut counts) = (Vec::new(), Vec::new());
        let mut place = |value: K| {
            let level = *places.entry(value).or_insert_with(|| {
                levels.push(text(value));
                counts.push(0);
                levels.len() - 1
            });
            counts[level] += 1;
            level
        };
        let codes = values.map(|value| value.map(&mut place)).collect();
        Self { levels, counts, codes }
    }
}

/// A value as the name of a level: in full, so that different values have different names.
fn written(value: f64, unit: Unit) -> String {
    if unit == Unit::Number && value.abs() < 1e15 { value.to_string() } else { unit.write(value) }
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
