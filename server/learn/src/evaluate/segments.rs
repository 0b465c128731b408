//! The same metrics for parts of the rows: where a model does worse than on the whole.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::frame::{Column, Value};
use crate::metrics::{self, quantile};
use crate::prepare::level_text;
use crate::{LearnError, Predictions, Target, Task};

/// The most segments of one column; the rest are counted.
pub const SEGMENTS_MAX: usize = 50;

/// Rows below which a segment's metrics say little.
pub const SEGMENT_ROWS_MIN: usize = 30;

/// A column of numbers or dates with more different values is cut into quarters.
const SEGMENT_VALUES_MAX: usize = 10;

/// What is to be known of a segment before its metrics are believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SegmentFlag {
    /// Fewer than [`SEGMENT_ROWS_MIN`] rows.
    TooSmall,
    /// All rows are of one class, so ranking metrics have no value.
    OneClass,
}

/// One part of the rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Segment {
    /// What its rows have in common; absent for rows without a value.
    pub segment: Option<String>,
    /// Rows in it.
    pub n_rows: usize,
    /// Every metric of the task that has a value on them.
    pub metrics: BTreeMap<String, f64>,
    /// What to know before believing them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<SegmentFlag>,
}

/// The parts of the rows, those with the most rows first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Segments {
    /// At most [`SEGMENTS_MAX`] of them.
    pub segments: Vec<Segment>,
    /// Segments beyond those.
    pub n_others: usize,
    /// Rows in segments beyond those.
    pub n_rows_others: usize,
}

/// Metrics per segment. `labels` has one label per row of target and predictions; `None` is a
/// segment of its own.
///
/// # Errors
/// [`LearnError::Shape`] when the three differ in length.
pub fn by_segment<S: AsRef<str>>(
    task: Task,
    target: &Target,
    predictions: &Predictions,
    labels: &[Option<S>],
) -> Result<Segments, LearnError> {
    if labels.len() != target.len() || predictions.len() != target.len() {
        return Err(LearnError::Shape(format!(
            "{} segment labels and {} predictions for {} rows",
            labels.len(),
            predictions.len(),
            target.len()
        )));
    }
    let mut rows_of: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
    for (row, label) in labels.iter().enumerate() {
        rows_of.entry(label.as_ref().map(AsRef::as_ref)).or_default().push(row);
    }
    let mut parts: Vec<(Option<&str>, Vec<usize>)> = rows_of.into_iter().collect();
    // Stable: of equally many rows, in the order of the labels.
    parts.sort_by_key(|(_, rows)| std::cmp::Reverse(rows.len()));
    let others = parts.split_off(parts.len().min(SEGMENTS_MAX));
    let segments = parts
        .into_iter()
        .map(|(label, rows)| {
            let (target, predictions) = (target.take(&rows), predictions.take(&rows));
            Segment {
                segment: label.map(str::to_owned),
                n_rows: rows.len(),
                metrics: metrics::compute_all(task, &target, &predictions),
                flags: flags(&target),
            }
        })
        .collect();
    Ok(Segments { segments, n_others: others.len(), n_rows_others: others.iter().map(|(_, rows)| rows.len()).sum() })
}

fn flags(target: &Target) -> Vec<SegmentFlag> {
    let one_class = match target {
        Target::Class { codes, .. } => codes.windows(2).all(|pair| pair[0] == pair[1]),
        Target::Number(_) => false,
    };
    let too_small = (target.len() < SEGMENT_ROWS_MIN).then_some(SegmentFlag::TooSmall);
    too_small.into_iter().chain(one_class.then_some(SegmentFlag::OneClass)).collect()
}

/// A label per row of a column: its text as a category, or, for numbers and dates with more than ten
/// different values, the quarter of the rows that it falls into (`[18, 34)`; the last quarter ends
/// with `]`). A value that a quarter of the rows have is a segment of its own.
#[must_use]
pub fn segment_labels(column: &Column) -> Vec<Option<String>> {
    let text = |row: usize| level_text(column.value(row)).map(Cow::into_owned);
    let number = |row: usize| match column.value(row) {
        Value::Number(number) => Some(number),
        Value::Datetime(moment) => Some(moment as f64),
        Value::Missing | Value::Text(_) | Value::Boolean(_) => None,
    };
    let mut sorted: Vec<f64> = (0..column.len()).filter_map(number).collect();
    sorted.sort_by(f64::total_cmp);
    if n_different(&sorted) <= SEGMENT_VALUES_MAX {
        return (0..column.len()).map(text).collect();
    }
    let frequent: Vec<f64> =
        quarters(&sorted).windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
    sorted.retain(|value| !frequent.contains(value));
    let mut edges = quarters(&sorted);
    edges.dedup();
    let in_words = |edge: f64| {
        let value =
            if matches!(column, Column::Datetime(_)) { Value::Datetime(edge as i64) } else { Value::number(edge) };
        level_text(value).unwrap_or_default().into_owned()
    };
    let last = edges.len().saturating_sub(2);
    let label = |row: usize| {
        let value = number(row)?;
        if frequent.contains(&value) || edges.len() < 2 {
            return text(row);
        }
        let quarter = edges[1..=last].partition_point(|edge| *edge <= value);
        let end = if quarter == last { ']' } else { ')' };
        Some(format!("[{}, {}{end}", in_words(edges[quarter]), in_words(edges[quarter + 1])))
    };
    (0..column.len()).map(label).collect()
}

fn n_different(sorted: &[f64]) -> usize {
    usize::from(!sorted.is_empty()) + sorted.windows(2).filter(|pair| pair[0] != pair[1]).count()
}

/// The ends of the four quarters of sorted values; none without values.
fn quarters(sorted: &[f64]) -> Vec<f64> {
    if sorted.is_empty() {
        Vec::new()
    } else {
        [0.0, 0.25, 0.5, 0.75, 1.0].iter().map(|&q| quantile(sorted, q)).collect()
    }
}
