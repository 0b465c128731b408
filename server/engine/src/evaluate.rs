//! Accounting for a model: metrics, confusion, curves, calibration and segments, on the rows its run
//! held out or on another table.
//!
//! Held-out rows are honest only as long as nobody chooses by them, so each look at them is written
//! down: stream `openings/RUN_ID` ([`Opening`]), and their number in the run's tags.

pub(crate) mod charts;
mod opening;
mod overlap;
mod scored;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use mlwright_base::{ErrorCode, Problem, Progress, Seed};
use mlwright_learn::evaluate::{ClassCurves, Evaluation, Segment, by_segment, evaluate_predictions, segment_labels};
use mlwright_learn::metrics::{RESAMPLES_DEFAULT, compute_all, confidence_intervals};
use mlwright_learn::{Metric, Task};
use polars::prelude::DataFrame;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use charts::ChartImage;
pub use opening::{OPENED_TAG, OpenedFor, Opening};
pub(crate) use scored::Scored;

use crate::call::Call;
use crate::convert::{column_from, series_of};
use crate::engine::Engine;
use crate::model_uri::ResolvedModel;
use crate::registry::ModelFiles;

/// The most columns to split an evaluation by.
pub const SEGMENT_COLUMNS_MAX: usize = 10;
/// The most points that all curves of an answer have together, and the fewest that one has.
const CURVE_POINTS_SHOWN: usize = 100;
const CURVE_POINTS_MIN: usize = 12;
/// Rows up to which an interval is bootstrapped: beyond, it is too narrow to matter.
const INTERVAL_ROWS_MAX: usize = 50_000;
/// The confidence of [`ModelEvaluation::interval`].
const CONFIDENCE: f64 = 0.95;
/// The seed of the bootstrap: asking again gives the same interval.
const INTERVAL_SEED: Seed = Seed(42);

/// What is to be evaluated, and on which rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvaluateModelRequest {
    /// E.g. `models:/churn/3`, `models:/churn@champion` or `runs:/ID/model`.
    pub model: String,
    /// Table with a known target (the rows that the run held out).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// Columns to split the rows by, 10 at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segments: Option<Vec<String>>,
}

/// How a model does.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ModelEvaluation {
    /// The model, by an address that does not move.
    pub model_uri: String,
    /// The rows it was scored on: `held out by run ID`, or the table's name.
    pub rows: String,
    /// Whether these are the rows that its run held out.
    pub held_out: bool,
    /// How often the run's held-out rows were looked at since training, this time included.
    pub n_openings: u64,
    /// The target column.
    pub target: String,
    /// The metric that chose the model.
    pub metric: String,
    /// 95 % bootstrap interval of that metric: low and high.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<[f64; 2]>,
    /// The metrics of the baseline learner on the same rows.
    pub baseline_metrics: BTreeMap<String, f64>,
    /// Rows whose target is missing or a class that the model does not know.
    pub n_rows_left_out: usize,
    /// What to know before relying on it.
    pub warnings: Vec<String>,
    /// Metrics, confusion, curves, calibration, residuals.
    #[serde(flatten)]
    pub evaluation: Evaluation,
    /// The same metrics for parts of the rows, per column those with the most rows first.
    pub segments: Vec<SegmentScores>,
    /// Charts, for whoever can look at them.
    #[serde(skip)]
    pub charts: Vec<ChartImage>,
}

/// One part of the rows.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct SegmentScores {
    /// The column that the rows were split by.
    pub column: String,
    /// The part and its metrics.
    #[serde(flatten)]
    pub scores: Segment,
    /// The model's metric on this part minus that on all rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<f64>,
}

/// Rows to judge a model by.
pub(crate) struct JudgedRows {
    pub frame: DataFrame,
    /// How they are called.
    pub name: String,
    pub held_out: bool,
    /// How often the held-out rows were looked at.
    pub n_openings: u64,
    pub warnings: Vec<String>,
}

impl Engine {
    /// Scores a model on the rows its run held out, or on a table with a known target.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] for an unknown model, table or column, [`ErrorCode::UnsuitableData`]
    /// when no row has a target that the model knows, [`ErrorCode::InvalidArgument`] when the table
    /// lacks a column of the model.
    pub fn evaluate_model(&self, call: &Call<'_>, request: &EvaluateModelRequest) -> Result<ModelEvaluation, Problem> {
        let segments = request.segments.clone().unwrap_or_default();
        if segments.len() > SEGMENT_COLUMNS_MAX {
            return Err(Problem::new(ErrorCode::InvalidArgument, format!("{} columns to split by, expected at most {SEGMENT_COLUMNS_MAX}", segments.len())).field("segments"));
        }
        let resolved = self.resolve_model(&request.model)?;
        let files = ModelFiles::of(self, &resolved);
        let (model, baseline) = (files.model()?, files.baseline()?);
        let judged = self.judged_rows(call, &resolved, request.table.as_deref(), &segments, OpenedFor::Evaluate)?;
        call.progress.report(Progress::of(1.0, 3.0, format!("scoring {} rows", judged.frame.height())));
        let scored = Scored::new(&model, &judged.frame, call.cancel)?;
        let threshold = model.threshold.filter(|_| model.task == Task::Binary);
        let mut evaluation = evaluate_predictions(model.task, &model.classes, threshold, &scored.target.target, &scored.predictions)?;
        call.cancel.check()?;
        let baseline_predictions = baseline.predict(&scored.frame, call.cancel)?;
        let baseline_metrics = compute_all(baseline.task, &scored.target.target, &baseline_predictions);
        let metric = self.metric_of(&resolved, model.task)?;
        let mut warnings = judged.warnings;
        if scored.target.n_left_out > 0 {
            warnings.push(format!("{} of {} rows have no {} that the model knows and were left out", scored.target.n_left_out, judged.frame.height(), model.target));
        }
        for (name, reason) in &evaluation.without_value {
            warnings.push(format!("{name} has no value on these rows: {reason}"));
        }
        call.progress.report(Progress::of(2.0, 3.0, "intervals and segments"));
        let bounds = if scored.frame.n_rows() <= INTERVAL_ROWS_MAX {
            let (target, predictions) = (&scored.target.target, &scored.predictions);
            confidence_intervals(&[metric], target, predictions, RESAMPLES_DEFAULT, CONFIDENCE, INTERVAL_SEED, call.cancel)?
        } else {
            BTreeMap::new()
        };
        let mut parts = Vec::new();
        for column in &segments {
            call.cancel.check()?;
            parts.extend(self.segments_of(column, &judged.frame, &scored, metric, &evaluation, &mut warnings)?);
        }
        let charts = charts::of(&evaluation, &model.target, if judged.held_out { "held-out rows" } else { &judged.name });
        thin(&mut evaluation.curves);
        call.progress.report(Progress::of(3.0, 3.0, "evaluated"));
        Ok(ModelEvaluation {
            model_uri: resolved.uri,
            rows: judged.name,
            held_out: judged.held_out,
            n_openings: judged.n_openings,
            target: model.target,
            metric: metric.name().to_owned(),
            interval: bounds.get(&metric).map(|interval| [interval.low, interval.high]),
            baseline_metrics,
            n_rows_left_out: scored.target.n_left_out,
            warnings,
            evaluation,
            segments: parts,
            charts,
        })
    }

    /// The rows of a table, or those that the model's run held out; looking at the latter is
    /// written down, once the columns to split by are known to be there.
    pub(crate) fn judged_rows(
        &self,
        call: &Call<'_>,
        resolved: &ResolvedModel,
        table: Option<&str>,
        segments: &[String],
        purpose: OpenedFor,
    ) -> Result<JudgedRows, Problem> {
        let check_segments = |frame: &DataFrame| segments.iter().try_for_each(|column| series_of(frame, column, "segments").map(|_| ()));
        let files = ModelFiles::of(self, resolved);
        let Some(table) = table else {
            let frame = files.test_rows(call.cancel)?;
            check_segments(&frame)?;
            let n_openings = self.record_opening(call, &resolved.run_id, purpose, &resolved.uri)?;
            let name = format!("held out by run {}", resolved.run_id);
            return Ok(JudgedRows { frame, name, held_out: true, n_openings, warnings: Vec::new() });
        };
        let opened = self.open_table(table)?;
        let (frame, _) = opened.collect(call.cancel)?;
        check_segments(&frame)?;
        let name = opened.versioned_name();
        let mut warnings = Vec::new();
        if let Some(warning) = self.overlap(call, resolved, &opened, &frame)? {
            warnings.push(warning);
            self.record_opening(call, &resolved.run_id, purpose, &resolved.uri)?;
        }
        let n_openings = self.openings(&resolved.run_id)?;
        Ok(JudgedRows { frame, name, held_out: false, n_openings, warnings })
    }

    /// The metric that chose a model; the task's usual one when the run does not tell.
    pub(crate) fn metric_of(&self, resolved: &ResolvedModel, task: Task) -> Result<Metric, Problem> {
        let told = match self.run(resolved.run_id.as_str()) {
            Ok(run) => run.params.get("metric").and_then(|name| Metric::parse(name).ok()),
            Err(problem) if problem.code == ErrorCode::NotFound => None,
            Err(problem) => return Err(problem),
        };
        let usual = Metric::all_for(task)[0];
        Ok(told.filter(|metric| metric.supports(task)).unwrap_or(usual))
    }

    fn segments_of(
        &self,
        column: &str,
        rows: &DataFrame,
        scored: &Scored,
        metric: Metric,
        whole: &Evaluation,
        warnings: &mut Vec<String>,
    ) -> Result<Vec<SegmentScores>, Problem> {
        let values = column_from(&series_of(rows, column, "segments")?)?.take(&scored.target.rows);
        let labels = segment_labels(&values);
        let found = by_segment(whole.task, &scored.target.target, &scored.predictions, &labels)?;
        if found.n_others > 0 {
            warnings.push(format!("{column} has {} more segments with {} rows in all, which are not listed", found.n_others, found.n_rows_others));
        }
        let overall = whole.metrics.get(metric.name()).copied();
        let scores = found.segments.into_iter().map(|scores| {
            let difference = overall.zip(scores.metrics.get(metric.name())).map(|(all, part)| part - all);
            SegmentScores { column: column.to_owned(), scores, difference }
        });
        Ok(scores.collect())
    }
}

/// Takes points out of curves, so that an answer can hold them whole: the charts are drawn before.
fn thin(curves: &mut [ClassCurves]) {
    let points_max = (CURVE_POINTS_SHOWN / (2 * curves.len().max(1))).max(CURVE_POINTS_MIN);
    for curve in curves {
        keep_evenly(&mut curve.roc, points_max);
        keep_evenly(&mut curve.pr, points_max);
    }
}

/// Keeps `n_max` (at least 2) of the points, the first and the last among them.
fn keep_evenly<P: Copy>(points: &mut Vec<P>, n_max: usize) {
    let n = points.len();
    if n > n_max {
        *points = (0..n_max).map(|k| points[k * (n - 1) / (n_max - 1)]).collect();
    }
}
