//! Measuring a model at the end of its training. Nothing is chosen by what is found, so that the
//! held-out rows stay as good as they were.

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use mlwright_base::{CancelToken, Problem, Progress, ProgressSink, Seed};
use mlwright_data::{ColumnSchema, SemanticType};
use mlwright_learn::evaluate::{Evaluation, evaluate_predictions};
use mlwright_learn::explain::ExchangeRows;
use mlwright_learn::prepare::level_text;
use mlwright_learn::target::EncodedTarget;
use mlwright_learn::{Column, Feature, FeatureKind, Frame, LearnError, Metric, Model, Predictions, Target, Task, Value};
use polars::prelude::DataFrame;
use rayon::prelude::*;

use super::estimate::tidy;
use super::facts::{FeatureFacts, Histogram, Measured};
use super::fairness::{self, Fairness};
use super::importance::{self, Price};
use super::outcomes::Outcomes;
use super::sample::{drawn, step_below};
use super::sensitive::{Ground, by_name, by_values};
use super::slices;
use crate::convert::{column_from, series_of};

/// Held-out rows that are evaluated, at least (when there are so many) and at most.
const EVALUATED_ROWS: (usize, usize) = (2_000, 50_000);
/// About how many seconds their predictions may take.
const EVALUATION_SECONDS: f64 = 1.5;
/// Values of all columns that are copied for it, at most.
const CELLS_MAX: usize = 20_000_000;
/// Rows of the first predictions, which tell how long the others take.
const PILOT_ROWS: usize = 256;
/// Rows of a second look, when the first took less than so many seconds.
const SECOND_PILOT_ROWS: usize = 2_048;
const QUICK_SECONDS: f64 = 0.1;
/// Points that each curve of the card has, at most.
const CURVE_POINTS_MAX: usize = 60;
/// Columns that parts of the rows are made by, and columns looked at for what they say of people.
const SLICE_COLUMNS_MAX: usize = 60;
const LOOKED_AT_MAX: usize = 2_000;
/// Rows whose texts are looked at.
const TEXT_ROWS_MAX: usize = 20_000;
/// Different texts that are counted.
const LEVELS_COUNTED_MAX: usize = 10_000;
/// The share of residuals at either end that their histogram leaves out.
const RESIDUAL_TAIL: f64 = 0.005;
/// Classes of the confusion that the card keeps.
const CONFUSION_CLASSES_MAX: usize = 30;

/// What is measured. Frame, target and rows have the same rows.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub model: &'a Model,
    pub metric: Metric,
    /// At least the model's features.
    pub frame: &'a Frame,
    pub target: &'a EncodedTarget,
    /// All columns.
    pub rows: &'a DataFrame,
    pub schema: &'a [ColumnSchema],
    pub train_rows: &'a [usize],
    pub test_rows: &'a [usize],
    /// Columns that the settings name as sensitive.
    pub sensitive: &'a [String],
    pub seed: Seed,
}

/// What measuring may use.
#[derive(Clone, Copy)]
pub(crate) struct MeasureContext<'a> {
    pub elapsed: &'a dyn Fn() -> Duration,
    pub cancel: &'a CancelToken,
    pub progress: &'a dyn ProgressSink,
}

/// Measures a model.
///
/// # Errors
/// That it was cancelled. Whatever else goes wrong is a note on the card: a model that was trained is
/// worth keeping without it.
pub(crate) fn measure(subject: &Subject<'_>, cx: MeasureContext<'_>) -> Result<Option<Measured>, Problem> {
    let say = |what: &str| cx.progress.report(Progress::of(0.99, 1.0, format!("model card: {what}")));
    let mut notes = Vec::new();
    say("held-out rows");
    let Some(scored) = kept(Scored::new(subject, cx), "the held-out rows", &mut notes)? else { return Ok(None) };
    let Scored { rows, frame, target, predictions, price } = scored;
    if rows.len() < subject.test_rows.len() {
        notes.push(format!("charts, segments and groups are of {} of the {} held-out rows, drawn with the seed", rows.len(), subject.test_rows.len()));
    }
    let threshold = subject.model.threshold.filter(|_| subject.model.task == Task::Binary);
    let evaluated = evaluate_predictions(subject.model.task, &subject.model.classes, threshold, &target, &predictions);
    let Some(mut evaluation) = kept(evaluated, "the held-out rows", &mut notes)? else { return Ok(None) };
    for (metric, reason) in &evaluation.without_value {
        notes.push(format!("{metric} has no value on the held-out rows: {reason}"));
    }
    bound(&mut evaluation, &mut notes);
    say("importance");
    let importance = kept(importance_of(subject, &price, cx, &mut notes), "importance", &mut notes)?;
    say("partial dependence");
    let dependence = kept(dependence_of(subject, &price, importance.as_ref(), cx), "partial dependence", &mut notes)?.unwrap_or_default();
    say("segments");
    let slices = slices_of(subject, &rows, &frame, (&target, &predictions), importance.as_ref(), cx.cancel)?;
    say("groups of people");
    let fairness = Outcomes::of(&target, &predictions).map(|outcomes| fairness_of(subject, &rows, &frame, outcomes, cx.cancel)).transpose()?;
    let residuals = residuals_of(&target, &predictions);
    Ok(Some(Measured { n_rows: rows.len(), evaluation, residuals, importance, dependence, slices, fairness, notes }))
}

/// What could be measured; what could not is noted, and only being cancelled is an error.
fn kept<T>(measured: Result<T, LearnError>, what: &str, notes: &mut Vec<String>) -> Result<Option<T>, Problem> {
    match measured {
        Ok(found) => Ok(Some(found)),
        Err(LearnError::Cancelled) => Err(LearnError::Cancelled.into()),
        Err(LearnError::UnsuitableData { message, .. }) => {
            notes.push(format!("{what} could not be measured: {message}"));
            Ok(None)
        }
        Err(error) => {
            notes.push(format!("{what} could not be measured: {error}"));
            Ok(None)
        }
    }
}

/// Held-out rows and what the model says of them.
struct Scored {
    rows: Vec<usize>,
    frame: Frame,
    target: Target,
    predictions: Predictions,
    price: Price,
}

impl Scored {
    fn new(subject: &Subject<'_>, cx: MeasureContext<'_>) -> Result<Self, LearnError> {
        let Subject { model, test_rows, seed, .. } = *subject;
        let mut seconds_per_row = seconds_per_row(subject, PILOT_ROWS, cx)?;
        // What a call costs beside its rows counts for much in a short one.
        if seconds_per_row * (PILOT_ROWS as f64) < QUICK_SECONDS && test_rows.len() > PILOT_ROWS {
            seconds_per_row = self::seconds_per_row(subject, SECOND_PILOT_ROWS, cx)?;
        }
        let n_columns = subject.frame.names().len().max(model.preparer.matrix().names.len()).max(1);
        let n_wanted = step_below(EVALUATION_SECONDS / seconds_per_row.max(1e-9), EVALUATED_ROWS.0, EVALUATED_ROWS.1).min((CELLS_MAX / n_columns).max(PILOT_ROWS));
        let rows = drawn(test_rows, n_wanted, seed, "card rows");
        let (frame, predictions) = ExchangeRows::new(model, subject.frame.take(&rows), cx.cancel)?.into_predicted();
        Ok(Self { target: subject.target.target.take(&rows), rows, frame, predictions, price: Price { seconds_per_row } })
    }
}

/// What one row takes in a prediction of prepared rows, a column of which was exchanged.
fn seconds_per_row(subject: &Subject<'_>, n_rows: usize, cx: MeasureContext<'_>) -> Result<f64, LearnError> {
    let n_affordable = (CELLS_MAX / subject.model.preparer.matrix().names.len().max(1)).max(PILOT_ROWS);
    let rows = drawn(subject.test_rows, n_rows.min(n_affordable), subject.seed, "card pilot");
    let exchange = ExchangeRows::new(subject.model, subject.frame.take(&rows), cx.cancel)?;
    let as_they_are: Vec<usize> = (0..rows.len()).collect();
    let started = (cx.elapsed)();
    if let Some(feature) = importance::most_important(subject.model) {
        exchange.exchanged(feature, &as_they_are, cx.cancel)?;
    }
    Ok((cx.elapsed)().saturating_sub(started).as_secs_f64() / rows.len().max(1) as f64)
}

/// Takes out of an evaluation what no reader needs.
fn bound(evaluation: &mut Evaluation, notes: &mut Vec<String>) {
    for curve in &mut evaluation.curves {
        keep_evenly(&mut curve.roc, CURVE_POINTS_MAX);
        keep_evenly(&mut curve.pr, CURVE_POINTS_MAX);
    }
    if let Some(confusion) = evaluation.confusion.as_mut().filter(|confusion| confusion.labels.len() > CONFUSION_CLASSES_MAX) {
        notes.push(format!("the confusion of {} classes is not kept; each class has its own line", confusion.labels.len()));
        evaluation.confusion = None;
    }
}

fn keep_evenly<P: Copy>(points: &mut Vec<P>, n_max: usize) {
    let n = points.len();
    if n > n_max {
        *points = (0..n_max).map(|k| points[k * (n - 1) / (n_max - 1)]).collect();
    }
}

fn importance_of(subject: &Subject<'_>, price: &Price, cx: MeasureContext<'_>, notes: &mut Vec<String>) -> Result<super::facts::Importance, LearnError> {
    let Subject { model, metric, test_rows, seed, .. } = *subject;
    let rows = drawn(test_rows, price.importance_rows(model), seed, "card importance");
    let target = subject.target.target.take(&rows);
    let exchange = ExchangeRows::new(model, subject.frame.take(&rows), cx.cancel)?;
    let found = importance::importance(&exchange, model, metric, &target, seed, price, cx.cancel)?;
    if rows.len() < test_rows.len() {
        notes.push(format!("importance is measured on {} of the {} held-out rows, drawn with the seed", rows.len(), test_rows.len()));
    }
    if found.n_not_measured > 0 {
        notes.push(format!("importance is measured for {} columns, those that mattered most in the fit; {} more were not shuffled", found.features.len(), found.n_not_measured));
    }
    Ok(found)
}

fn dependence_of(subject: &Subject<'_>, price: &Price, importance: Option<&super::facts::Importance>, cx: MeasureContext<'_>) -> Result<Vec<super::facts::DependenceFacts>, LearnError> {
    let Subject { model, train_rows, seed, .. } = *subject;
    let rows = drawn(train_rows, price.dependence_rows(model), seed, "card dependence");
    let frequent = frequent_classes(&subject.target.target, train_rows);
    let exchange = ExchangeRows::new(model, subject.frame.take(&rows), cx.cancel)?;
    importance::dependence(&exchange, model, importance, &frequent, price, cx.cancel)
}

/// The codes of the classes, that with the most rows first.
fn frequent_classes(target: &Target, rows: &[usize]) -> Vec<usize> {
    let Target::Class { codes, n_classes } = target else { return Vec::new() };
    let mut counts = vec![0_usize; *n_classes];
    rows.iter().for_each(|&row| counts[codes[row] as usize] += 1);
    let mut order: Vec<usize> = (0..*n_classes).collect();
    order.sort_by_key(|&class| (std::cmp::Reverse(counts[class]), class));
    order
}

/// Columns beside the features that rows can be told apart by: those the caller left out, not ids.
fn other_columns(subject: &Subject<'_>, rows: &[usize]) -> Vec<(String, Column)> {
    let is_other = |column: &&ColumnSchema| {
        column.name != subject.model.target && subject.frame.column(&column.name).is_none() && !matches!(column.semantic, SemanticType::Id | SemanticType::Text | SemanticType::Constant)
    };
    let read = |column: &ColumnSchema| Some((column.name.clone(), column_from(&series_of(subject.rows, &column.name, "table").ok()?).ok()?.take(rows)));
    subject.schema.iter().take(LOOKED_AT_MAX).filter(is_other).take(SLICE_COLUMNS_MAX).filter_map(read).collect()
}

fn slices_of(
    subject: &Subject<'_>,
    rows: &[usize],
    frame: &Frame,
    (target, predictions): (&Target, &Predictions),
    importance: Option<&super::facts::Importance>,
    cancel: &CancelToken,
) -> Result<Option<slices::Slices>, Problem> {
    let (Some((name, losses)), Some(outcomes)) = (slices::losses(target, predictions), Outcomes::of(target, predictions)) else { return Ok(None) };
    let others = other_columns(subject, rows);
    let place = |feature: &Feature| importance.and_then(|found| found.features.iter().position(|one| one.feature == feature.name)).unwrap_or(usize::MAX);
    let mut features: Vec<&Feature> = subject.model.features.iter().filter(|feature| feature.kind != FeatureKind::Text).collect();
    features.sort_by_key(|feature| place(feature));
    let of_features = features.into_iter().take(SLICE_COLUMNS_MAX).filter_map(|feature| Some((feature.name.as_str(), frame.column(&feature.name)?)));
    let columns: Vec<(&str, &Column)> = of_features.chain(others.iter().map(|(name, column)| (name.as_str(), column))).collect();
    Ok(slices::find((name, &losses), outcomes, &columns, cancel).map_err(LearnError::from)?)
}

fn fairness_of(subject: &Subject<'_>, rows: &[usize], frame: &Frame, outcomes: Outcomes<'_>, cancel: &CancelToken) -> Result<Fairness, Problem> {
    let mut columns = Vec::new();
    let mut n_other_columns = 0;
    for column in subject.schema.iter().take(LOOKED_AT_MAX).filter(|column| column.name != subject.model.target) {
        cancel.check()?;
        let is_feature = frame.column(&column.name).is_some();
        let named = subject.sensitive.contains(&column.name).then(|| Ground { ground: "as named", because: "by the settings".to_owned() });
        let by_name = named.or_else(|| by_name(&column.name));
        // Reading a column costs; those that are no category are told by their name alone.
        let is_category = matches!(column.semantic, SemanticType::Categorical | SemanticType::Boolean);
        if matches!(column.semantic, SemanticType::Id | SemanticType::Text | SemanticType::Constant) || (by_name.is_none() && !is_category) {
            continue;
        }
        let values = match frame.column(&column.name) {
            Some(values) => values.clone(),
            None => match series_of(subject.rows, &column.name, "table").and_then(|series| column_from(&series)) {
                Ok(values) => values.take(rows),
                Err(_) => continue,
            },
        };
        let Some(ground) = by_name.or_else(|| by_values(&first_levels(&values))) else { continue };
        if columns.len() == fairness::COLUMNS_MAX {
            n_other_columns += 1;
            continue;
        }
        let found = fairness::of_column(&column.name, ground, is_feature, &values, outcomes);
        if found.groups.len() > 1 {
            columns.push(found);
        }
    }
    let positive_class = subject.model.positive_class.clone().filter(|_| subject.model.task == Task::Binary);
    Ok(Fairness { columns, positive_class, n_rows: outcomes.len(), n_other_columns })
}

/// The different texts of a column, up to more than any list of known values has.
fn first_levels(column: &Column) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for row in 0..column.len().min(TEXT_ROWS_MAX) {
        if let Value::Text(text) = column.value(row)
            && !found.contains(text)
        {
            found.insert(text.to_owned());
            if found.len() > 30 {
                break;
            }
        }
    }
    found
}

fn residuals_of(target: &Target, predictions: &Predictions) -> Option<Histogram> {
    let (Target::Number(actual), Predictions::Numbers(predicted)) = (target, predictions) else { return None };
    let mut residuals: Vec<f64> = actual.iter().zip(predicted).map(|(y, p)| y - p).filter(|residual| residual.is_finite()).collect();
    residuals.sort_by(f64::total_cmp);
    let last = residuals.len().checked_sub(1)?;
    let (low, high) = (residuals[(RESIDUAL_TAIL * last as f64) as usize], residuals[((1.0 - RESIDUAL_TAIL) * last as f64).ceil() as usize]);
    (low < high).then(|| importance::binned(&residuals, low, high))
}

/// What the training rows hold of each feature.
pub(crate) fn feature_facts(subject: &Subject<'_>, n_max: usize) -> Vec<FeatureFacts> {
    let plan = subject.model.preparer.plan();
    let text_rows = drawn(subject.train_rows, TEXT_ROWS_MAX, subject.seed, "card texts");
    let features: Vec<(usize, &Feature)> = subject.model.features.iter().enumerate().take(n_max).collect();
    features
        .into_par_iter()
        .map(|(at, feature)| {
            let semantic = subject.schema.iter().find(|column| column.name == feature.name).map(|column| column.semantic.as_str().to_owned());
            let (missing_share, range, n_levels) = subject.frame.column(&feature.name).map_or((None, None, None), |column| contents(column, feature, subject.train_rows, &text_rows));
            FeatureFacts {
                name: feature.name.clone(),
                semantic: semantic.unwrap_or_default(),
                treatment: plan.get(at).map(|plan| plan.treatment.clone()).unwrap_or_default(),
                n_prepared: plan.get(at).map_or(0, |plan| plan.columns.len()),
                is_dropped: plan.get(at).is_some_and(|plan| plan.dropped.is_some()),
                missing_share,
                range,
                n_levels,
            }
        })
        .collect()
}

/// The share without a value, the range of numbers and dates, and how many different texts.
fn contents(column: &Column, feature: &Feature, rows: &[usize], text_rows: &[usize]) -> (Option<f64>, Option<[String; 2]>, Option<usize>) {
    let in_words = |value: Value<'_>| level_text(value).unwrap_or_default().into_owned();
    let share = |n_missing: usize, n: usize| (n > 0).then(|| n_missing as f64 / n as f64);
    match column {
        Column::Number(values) => {
            let (mut low, mut high, mut n) = (f64::INFINITY, f64::NEG_INFINITY, 0);
            for value in rows.iter().map(|&row| values[row]).filter(|value| value.is_finite()) {
                (low, high, n) = (low.min(value), high.max(value), n + 1);
            }
            let range = (n > 0 && feature.kind == FeatureKind::Numeric).then(|| [tidy(low), tidy(high)]);
            (share(rows.len() - n, rows.len()), range, None)
        }
        Column::Datetime(values) => {
            let known = || rows.iter().filter_map(|&row| values[row]);
            let range = known().min().zip(known().max()).map(|(low, high)| [in_words(Value::Datetime(low)), in_words(Value::Datetime(high))]);
            (share(rows.len() - known().count(), rows.len()), range, None)
        }
        Column::Boolean(values) => (share(rows.iter().filter(|&&row| values[row].is_none()).count(), rows.len()), None, None),
        Column::Text(_) => {
            let mut levels = HashSet::new();
            let mut n_missing = 0;
            for &row in text_rows {
                match column.value(row) {
                    Value::Text(text) if levels.len() < LEVELS_COUNTED_MAX => {
                        levels.insert(text.trim());
                    }
                    Value::Missing => n_missing += 1,
                    _ => {}
                }
            }
            (share(n_missing, text_rows.len()), None, (feature.kind != FeatureKind::Text).then_some(levels.len()))
        }
    }
}
