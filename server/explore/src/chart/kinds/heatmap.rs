//! Correlations between all numeric columns.

use mlwright_data::{ColumnSchema, SemanticType};
use polars::prelude::DataFrame;

use crate::chart::builders::matrices;
use crate::chart::select::{Source, sample};
use crate::chart::{Chart, HEATMAP_COLUMNS_MAX};
use crate::stats::pearson;
use crate::{Context, ExploreError, markup};

/// Rows that correlations are computed on; more are sampled.
const ROWS_MAX: usize = 200_000;

pub(super) fn draw(frame: &DataFrame, schema: &[ColumnSchema], cx: &Context<'_>) -> Result<Chart, ExploreError> {
    let numeric: Vec<&ColumnSchema> =
        schema.iter().filter(|column| matches!(column.semantic, SemanticType::Numeric | SemanticType::Boolean)).collect();
    let mut notes = Vec::new();
    let mut rows: Option<Vec<usize>> = None;
    if frame.height() > ROWS_MAX {
        let mut sampled = sample((0..frame.height()).collect(), ROWS_MAX);
        sampled.sort_unstable();
        notes.push(format!("computed on a sample of {} of {} rows", markup::count(ROWS_MAX as u64), markup::count(frame.height() as u64)));
        rows = Some(sampled);
    }
    let (mut names, mut columns) = (Vec::new(), Vec::new());
    let mut n_beyond = 0;
    for column in numeric {
        cx.cancel.check()?;
        let source = Source::find(frame, schema, "table", &column.name)?;
        if !source.is_measurable() {
            continue;
        }
        if names.len() == HEATMAP_COLUMNS_MAX {
            n_beyond += 1;
            continue;
        }
        let values = source.positions("a number")?.values;
        let values: Vec<f64> = rows.as_ref().map_or_else(|| values.clone(), |rows| rows.iter().map(|row| values[*row]).collect());
        names.push(column.name.clone());
        columns.push(Values { complete: values.iter().all(|value| !value.is_nan()), values });
    }
    if names.len() < 2 {
        return Err(ExploreError::NothingToShow { message: format!("a heatmap needs at least two numeric columns, the table has {}", names.len()) });
    }
    if n_beyond > 0 {
        notes.push(format!("the first {HEATMAP_COLUMNS_MAX} numeric columns; {} left out", markup::plural(n_beyond, "further column is", "further columns are")));
    }
    let n = names.len();
    let mut values: Vec<Vec<Option<f64>>> = vec![vec![None; n]; n];
    for row in 0..n {
        cx.cancel.check()?;
        for column in 0..=row {
            let value = correlate(&columns[row], &columns[column]);
            values[row][column] = value;
            values[column][row] = value;
        }
    }
    notes.push("Pearson correlation; each pair over the rows where both are known".to_owned());
    Ok(matrices::draw_correlation("Correlation of numeric columns", &names, &values, notes))
}

/// A column's values; NaN is missing.
struct Values {
    values: Vec<f64>,
    complete: bool,
}

fn correlate(a: &Values, b: &Values) -> Option<f64> {
    if a.complete && b.complete {
        return pearson(&a.values, &b.values);
    }
    let pairs = a.values.iter().copied().zip(b.values.iter().copied());
    let (a, b): (Vec<f64>, Vec<f64>) = pairs.filter(|(a, b)| !a.is_nan() && !b.is_nan()).unzip();
    pearson(&a, &b)
}
