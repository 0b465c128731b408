//! What a model relies on, and how its predictions go with it.

use mlwright_base::{CancelToken, Seed};
use mlwright_learn::explain::{DependencePoint, ExchangeRows, PermutationImportance, partial_dependence, sum_per_feature};
use mlwright_learn::prepare::{Coerced, coerce};
use mlwright_learn::{Feature, FeatureKind, Frame, LearnError, Metric, Model, Predictions, Target, Task, metrics};
use rayon::prelude::*;

use super::facts::{DependenceFacts, Histogram, Importance};
use super::sample::step_below;

/// How often each column is shuffled, and how often where the model is slow.
const REPEATS: usize = 5;
const REPEATS_SLOW: usize = 3;
/// Held-out rows that columns are shuffled in, at most and at least.
const IMPORTANCE_ROWS: (usize, usize) = (200, 5_000);
/// Columns that are shuffled, at most and, however slow the model, at least.
const IMPORTANCE_COLUMNS: (usize, usize) = (10, 200);
/// About how many seconds it may take.
const IMPORTANCE_SECONDS: f64 = 1.0;
/// Columns with partial dependence.
const DEPENDENCE_COLUMNS: usize = 6;
/// Points of partial dependence: of numbers and dates, and of levels; and where the model is slow.
const POINTS: (usize, usize) = (20, 8);
const POINTS_SLOW: (usize, usize) = (10, 5);
/// Training rows that it is the mean over, at most and at least.
const DEPENDENCE_ROWS: (usize, usize) = (100, 1_000);
/// About how many seconds it may take.
const DEPENDENCE_SECONDS: f64 = 0.7;
/// Classes whose probability is shown, of several.
const OUTPUTS_MAX: usize = 3;
/// Numbers that the prepared rows may be: 64 MB.
const CELLS_MAX: usize = 8_000_000;
/// Bins of where a column's values lie.
const BINS: usize = 24;

/// How many rows can be afforded: what one takes in a prediction of prepared rows, on all threads.
pub(super) struct Price {
    pub seconds_per_row: f64,
}

impl Price {
    fn rows(&self, model: &Model, n_calls: usize, seconds: f64, (n_min, n_max): (usize, usize)) -> usize {
        let affordable = seconds / (self.seconds_per_row.max(1e-9) * n_calls.max(1) as f64);
        step_below(affordable, n_min, n_max).min((CELLS_MAX / model.preparer.matrix().names.len().max(1)).max(n_min / 2))
    }

    /// Held-out rows for importance.
    pub(super) fn importance_rows(&self, model: &Model) -> usize {
        self.rows(model, candidates(model).len().min(IMPORTANCE_COLUMNS.1) * REPEATS, IMPORTANCE_SECONDS, IMPORTANCE_ROWS)
    }

    /// Training rows for partial dependence.
    pub(super) fn dependence_rows(&self, model: &Model) -> usize {
        self.rows(model, DEPENDENCE_COLUMNS * POINTS.0, DEPENDENCE_SECONDS, DEPENDENCE_ROWS)
    }

    /// Whether even the fewest rows take longer than they should.
    fn is_slow(&self, n_calls: usize, seconds: f64, n_min: usize) -> bool {
        self.seconds_per_row * (n_calls * n_min) as f64 > seconds
    }

    fn repeats(&self, n_columns: usize) -> usize {
        if self.is_slow(n_columns * REPEATS, IMPORTANCE_SECONDS, IMPORTANCE_ROWS.0) { REPEATS_SLOW } else { REPEATS }
    }

    fn points(&self) -> (usize, usize) {
        if self.is_slow(DEPENDENCE_COLUMNS * POINTS.0, DEPENDENCE_SECONDS, DEPENDENCE_ROWS.0) { POINTS_SLOW } else { POINTS }
    }

    /// Columns that can be shuffled in so many rows.
    fn columns(&self, n_rows: usize) -> usize {
        let affordable = 4.0 * IMPORTANCE_SECONDS / (self.seconds_per_row.max(1e-9) * (n_rows * REPEATS) as f64);
        (affordable as usize).clamp(IMPORTANCE_COLUMNS.0, IMPORTANCE_COLUMNS.1)
    }
}

/// The features that reach the learner, those that mattered most in the fit first where it tells.
fn candidates(model: &Model) -> Vec<usize> {
    let plan = model.preparer.plan();
    let mut found: Vec<usize> = (0..model.features.len()).filter(|&at| plan.get(at).is_none_or(|plan| !plan.columns.is_empty())).collect();
    if let Some(columns) = model.predictor.importance() {
        let weights = sum_per_feature(&columns, model.preparer.matrix(), model.features.len());
        found.sort_by(|&a, &b| weights[b].total_cmp(&weights[a]).then(a.cmp(&b)));
    }
    found
}

/// The feature that mattered most in the fit; `None` when none reaches the learner.
pub(super) fn most_important(model: &Model) -> Option<usize> {
    candidates(model).first().copied()
}

/// Permutation importance (Breiman 2001; Fisher, Rudin & Dominici 2019) on held-out rows: columns are
/// shuffled before the preparation, so that it holds for every learner.
///
/// # Errors
/// [`LearnError::UnsuitableData`] when the metric has no value on the rows, [`LearnError::Cancelled`].
pub(super) fn importance(rows: &ExchangeRows<'_>, model: &Model, metric: Metric, target: &Target, seed: Seed, price: &Price, cancel: &CancelToken) -> Result<Importance, LearnError> {
    let score = |predictions: &Predictions| {
        let value = metrics::compute(metric, target, predictions)?;
        Ok(if metric.greater_is_better() { value } else { -value })
    };
    let mut measured = candidates(model);
    let n_all = measured.len();
    measured.truncate(price.columns(rows.n_rows()));
    let repeats = price.repeats(measured.len());
    let mut features: Vec<PermutationImportance> = measured
        .par_iter()
        .map(|&feature| rows.importance(feature, repeats, seed, cancel, score))
        .collect::<Result<_, LearnError>>()?;
    features.sort_by(|a, b| b.mean.total_cmp(&a.mean).then_with(|| a.feature.cmp(&b.feature)));
    Ok(Importance { metric: metric.name().to_owned(), n_rows: rows.n_rows(), repeats, n_not_measured: n_all - features.len(), features })
}

/// Partial dependence (Friedman 2001) on the most important columns, the mean over training rows.
///
/// # Errors
/// [`LearnError::Cancelled`], and values that cannot be read.
pub(super) fn dependence(rows: &ExchangeRows<'_>, model: &Model, importance: Option<&Importance>, frequent: &[usize], price: &Price, cancel: &CancelToken) -> Result<Vec<DependenceFacts>, LearnError> {
    let by_name = |name: &str| model.features.iter().position(|feature| feature.name == name);
    let chosen: Vec<usize> = match importance {
        Some(importance) => importance.features.iter().filter(|one| one.mean > 0.0).filter_map(|one| by_name(&one.feature)).collect(),
        None => candidates(model),
    };
    let outputs: Vec<usize> = match model.task {
        Task::Regression => vec![0],
        Task::Binary => vec![1],
        Task::Multiclass => frequent.iter().copied().take(OUTPUTS_MAX).collect(),
    };
    let named: Vec<String> = outputs.iter().map(|&output| model.classes.get(output).unwrap_or(&model.target).clone()).collect();
    // Free texts have none; columns of one value neither, but these are not important.
    let chosen = chosen.into_iter().filter(|&at| model.features[at].kind != FeatureKind::Text).take(DEPENDENCE_COLUMNS).collect::<Vec<_>>();
    let of = |feature: usize| {
        let described = &model.features[feature];
        let (of_numbers, of_levels) = price.points();
        let points = if matches!(described.kind, FeatureKind::Numeric | FeatureKind::Datetime) { of_numbers } else { of_levels };
        let Some(mut dependence) = partial_dependence(rows, feature, points, cancel)? else { return Ok(None) };
        for point in &mut dependence.points {
            point.mean = outputs.iter().filter_map(|&output| point.mean.get(output).copied()).collect();
        }
        let histogram = histogram_of(described, rows.frame(), &dependence.points)?;
        Ok(Some(DependenceFacts { outputs: named.clone(), n_rows: rows.n_rows(), dependence, histogram }))
    };
    let found = chosen.into_par_iter().map(of).collect::<Result<Vec<_>, LearnError>>()?;
    Ok(found.into_iter().flatten().collect())
}

/// Where a column's values lie, between the first and the last point.
fn histogram_of(feature: &Feature, frame: &Frame, points: &[DependencePoint]) -> Result<Option<Histogram>, LearnError> {
    let ends = points.first().and_then(|point| point.at).zip(points.last().and_then(|point| point.at));
    let (Some((low, high)), Some(column)) = (ends.filter(|(low, high)| low < high), frame.column(&feature.name)) else { return Ok(None) };
    let mut values = Vec::with_capacity(column.len());
    for row in 0..column.len() {
        match coerce(feature, column.value(row))? {
            Coerced::Number(number) => values.push(number),
            Coerced::Moment(moment) => values.push(moment as f64),
            Coerced::Missing | Coerced::Text(_) => {}
        }
    }
    Ok(Some(binned(&values, low, high)))
}

/// Values within the bounds, in bins of equal width.
pub(super) fn binned(values: &[f64], low: f64, high: f64) -> Histogram {
    let width = (high - low) / BINS as f64;
    let mut counts = vec![0_u64; BINS];
    for value in values.iter().filter(|value| (low..=high).contains(*value)) {
        counts[(((value - low) / width) as usize).min(BINS - 1)] += 1;
    }
    Histogram { edges: (0..=BINS).map(|edge| if edge == BINS { high } else { low + width * edge as f64 }).collect(), counts }
}
