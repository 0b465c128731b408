//! Partial dependence (Friedman 2001, §8.2): what a model predicts on the mean over rows when one raw
//! column is set to each of several values, and all other columns stay as they are.

use std::borrow::Cow;
use std::collections::HashMap;

use mlwright_base::CancelToken;
use serde::{Deserialize, Serialize};

use super::ExchangeRows;
use crate::frame::{FeatureKind, Value};
use crate::prepare::{Coerced, coerce, level_text};
use crate::{LearnError, Predictions};

/// The share of the rows at either end of a column of many values that no point is beyond: of the few
/// values there, the model has seen too little.
const TAIL: f64 = 0.01;

/// The mean prediction for values of one raw column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dependence {
    /// The raw column.
    pub feature: String,
    /// What it holds.
    pub kind: FeatureKind,
    /// Numbers and dates: from low to high; levels: the most frequent first.
    pub points: Vec<DependencePoint>,
    /// Levels beyond those of `points`.
    #[serde(default)]
    pub n_other_levels: usize,
    /// Rows without a value.
    #[serde(default)]
    pub n_missing: usize,
}

/// One value of the column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DependencePoint {
    /// The value in words.
    pub value: String,
    /// Of a number, itself; of a date, its microseconds since 1970; absent for levels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<f64>,
    /// Numbers and dates: rows with at most this value and more than the one before; levels: rows with it.
    pub n_rows: usize,
    /// Per output of the model (each class, or the number) the mean over the rows.
    pub mean: Vec<f64>,
}

/// The dependence on the feature at a position of the model's features, over `rows`, at no more than
/// `points_max` (at least 2) of their own values: numbers and dates at evenly spread quantiles of the
/// values seen, from the 1 % to the 99 % quantile (all values, where they are so few), levels at the most
/// frequent. Values are taken as
/// they are, so that a value that no row has is never asked about; combinations of values that no row
/// has are, which is the method's weakness where columns go together. `None` for free text and for
/// columns without two values. Costs as many predictions of all rows as there are points.
///
/// # Errors
/// As [`crate::Model::predict`].
pub fn partial_dependence(
    rows: &ExchangeRows<'_>,
    feature: usize,
    points_max: usize,
    cancel: &CancelToken,
) -> Result<Option<Dependence>, LearnError> {
    let described = rows.feature(feature);
    let Some(column) = rows.frame().column(&described.name) else { return Ok(None) };
    let value = |row: usize| coerce(described, column.value(row));
    let grid = match described.kind {
        FeatureKind::Text => return Ok(None),
        FeatureKind::Numeric | FeatureKind::Datetime => ordered_grid(rows.n_rows(), points_max, value)?,
        FeatureKind::Categorical | FeatureKind::Boolean => {
            level_grid(rows.n_rows(), points_max, |row| level_text(column.value(row)).map(Cow::into_owned))
        }
    };
    if grid.places.len() < 2 {
        return Ok(None);
    }
    let mut points = Vec::with_capacity(grid.places.len());
    for place in grid.places {
        let predicted = rows.exchanged(feature, &vec![place.row; rows.n_rows()], cancel)?;
        let value = place.level.or_else(|| place.at.map(|at| in_words(described.kind, at))).unwrap_or_default();
        points.push(DependencePoint { value, at: place.at, n_rows: place.n_rows, mean: means(&predicted) });
    }
    Ok(Some(Dependence {
        feature: described.name.clone(),
        kind: described.kind,
        points,
        n_other_levels: grid.n_others,
        n_missing: grid.n_missing,
    }))
}

fn in_words(kind: FeatureKind, at: f64) -> String {
    let value = if kind == FeatureKind::Datetime { Value::Datetime(at as i64) } else { Value::number(at) };
    level_text(value).unwrap_or_default().into_owned()
}

/// A value to ask about: that of a row.
struct Place {
    row: usize,
    at: Option<f64>,
    level: Option<String>,
    n_rows: usize,
}

struct Grid {
    places: Vec<Place>,
    n_others: usize,
    n_missing: usize,
}

/// Values that have an order, at quantiles of the rows.
fn ordered_grid<'a>(
    n_rows: usize,
    points_max: usize,
    value: impl Fn(usize) -> Result<Coerced<'a>, LearnError>,
) -> Result<Grid, LearnError> {
    let mut known: Vec<(f64, usize)> = Vec::with_capacity(n_rows);
    for row in 0..n_rows {
        match value(row)? {
            Coerced::Number(number) => known.push((number, row)),
            Coerced::Moment(moment) => known.push((moment as f64, row)),
            _ => {}
        }
    }
    known.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let n = known.len();
    // Positions of the last row of each different value: as many as there are rows up to it.
    let ends: Vec<usize> = (0..n).filter(|&at| at + 1 == n || known[at].0 != known[at + 1].0).collect();
    let chosen: Vec<usize> = if ends.len() <= points_max {
        ends
    } else {
        let end_of = |at: usize| ends[ends.partition_point(|&end| end < at)];
        let share = |k: usize| TAIL + (1.0 - 2.0 * TAIL) * k as f64 / (points_max.max(2) - 1) as f64;
        let mut chosen: Vec<usize> = (0..points_max).map(|k| end_of((share(k) * (n - 1) as f64) as usize)).collect();
        chosen.dedup();
        chosen
    };
    let mut before = 0;
    let places = chosen
        .into_iter()
        .map(|end| {
            let n_rows = end + 1 - before;
            before = end + 1;
            Place { row: known[end].1, at: Some(known[end].0), level: None, n_rows }
        })
        .collect();
    Ok(Grid { places, n_others: 0, n_missing: n_rows - n })
}

/// The most frequent levels.
fn level_grid(n_rows: usize, points_max: usize, level: impl Fn(usize) -> Option<String>) -> Grid {
    let mut seen: HashMap<String, (usize, usize)> = HashMap::new();
    let mut n_missing = 0;
    for row in 0..n_rows {
        match level(row) {
            Some(level) => seen.entry(level).or_insert((row, 0)).1 += 1,
            None => n_missing += 1,
        }
    }
    let mut places: Vec<Place> =
        seen.into_iter().map(|(level, (row, n_rows))| Place { row, at: None, level: Some(level), n_rows }).collect();
    places.sort_by(|a, b| b.n_rows.cmp(&a.n_rows).then_with(|| a.level.cmp(&b.level)));
    let n_others = places.len().saturating_sub(points_max);
    places.truncate(points_max);
    Grid { places, n_others, n_missing }
}

/// The mean of each output.
fn means(predictions: &Predictions) -> Vec<f64> {
    let n = predictions.len().max(1) as f64;
    match predictions {
        Predictions::Classes { probabilities, .. } => {
            probabilities.columns().into_iter().map(|column| column.sum() / n).collect()
        }
        Predictions::Numbers(values) => vec![values.iter().sum::<f64>() / n],
    }
}
