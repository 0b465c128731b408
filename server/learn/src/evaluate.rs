//! Accounting for a model on rows with a known outcome: metrics, confusion, curves, calibration,
//! residuals, and the same per segment of the rows.
//!
//! [`evaluate`] does all of it; [`by_segment`] takes [`segment_labels`] of any column, whether the
//! model uses it or not. Everything is bounded, so that it fits into a page or an answer.

mod calibration;
mod curves;
mod residuals;
mod segments;

use std::collections::BTreeMap;

use mlwright_base::CancelToken;
use serde::{Deserialize, Serialize};

pub use calibration::{Binning, Calibration, CalibrationBin, calibration};
pub use curves::{CURVE_POINTS_MAX, PrPoint, RocPoint, pr_curve, roc_curve};
pub use residuals::{PredictedBin, RESIDUAL_QUANTILES, Residuals, residuals};
pub use segments::{SEGMENT_ROWS_MIN, SEGMENTS_MAX, Segment, SegmentFlag, Segments, by_segment, segment_labels};

use crate::metrics::{self, Metric, average_precision, confusion_counts, f1_binary, roc_auc};
use crate::target::EncodedTarget;
use crate::{Frame, LearnError, Model, Predictions, Target, Task};

/// Bins of calibration and of predicted against actual numbers.
pub const BINS_DEFAULT: usize = 10;

/// The most classes that get curves of their own: those with the most rows.
pub const CURVE_CLASSES_MAX: usize = 10;

/// How a model does on rows with a known outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Evaluation {
    /// What is predicted.
    pub task: Task,
    /// Rows scored.
    pub n_rows: usize,
    /// Every metric of the task that has a value on these rows.
    pub metrics: BTreeMap<String, f64>,
    /// The metrics that have none, and why.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub without_value: BTreeMap<String, String>,
    /// Classification: rows by true and predicted class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confusion: Option<Confusion>,
    /// Classification: each class by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<ClassScores>,
    /// Classification: curves of the positive class, or of each of several classes against the rest
    /// (the ten classes with the most rows).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub curves: Vec<ClassCurves>,
    /// Regression: how far off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub residuals: Option<Residuals>,
}

/// Rows by true and predicted class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Confusion {
    /// The classes, in the order of rows and columns.
    pub labels: Vec<String>,
    /// `counts[i][j]`: rows of class i that were called class j.
    pub counts: Vec<Vec<u64>>,
    /// Binary: the probability from which on a row was called positive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
}

/// How one class does; a share of no rows is 0, as scikit-learn has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ClassScores {
    /// The class.
    pub class: String,
    /// Rows of the class.
    pub n_rows: u64,
    /// Share of rows called this class that are.
    pub precision: f64,
    /// Share of rows of this class that were called so.
    pub recall: f64,
    /// Harmonic mean of precision and recall.
    pub f1: f64,
}

/// The curves of one class against the rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ClassCurves {
    /// The class.
    pub class: String,
    /// Area under `roc`; absent when all rows, or none, are of the class.
    pub roc_auc: Option<f64>,
    /// False against true positive rate, from the highest threshold down.
    pub roc: Vec<RocPoint>,
    /// Average precision; absent when no row is of the class.
    pub pr_auc: Option<f64>,
    /// Recall against precision, from the highest threshold down.
    pub pr: Vec<PrPoint>,
    /// Whether probabilities are what happens.
    pub calibration: Calibration,
}

impl ClassCurves {
    /// The share of rows that are of the class: the precision of guessing.
    #[must_use]
    pub fn share(&self) -> f64 {
        let bins = &self.calibration.bins;
        let n_rows: usize = bins.iter().map(|bin| bin.n_rows).sum();
        bins.iter().map(|bin| bin.observed * bin.n_rows as f64).sum::<f64>() / n_rows.max(1) as f64
    }
}

/// Scores a model on a frame. `frame` has the rows of `target.target` in the same order: those with
/// a known outcome (`frame.take(&target.rows)` of a whole table), and at least the model's features.
///
/// # Errors
/// [`LearnError::Shape`] when rows and target, or target and model, do not fit;
/// [`LearnError::UnsuitableData`] without rows; otherwise as [`Model::predict`].
pub fn evaluate(
    model: &Model,
    frame: &Frame,
    target: &EncodedTarget,
    cancel: &CancelToken,
) -> Result<Evaluation, LearnError> {
    if frame.n_rows() != target.target.len() {
        return Err(LearnError::Shape(format!(
            "the table has {} rows and the target {}, expected only the rows that have a target",
            frame.n_rows(),
            target.target.len()
        )));
    }
    if target.task != model.task || target.classes != model.classes {
        return Err(LearnError::Shape(format!(
            "the target was read as {} {:?}, but the model predicts {} {:?}",
            target.task, target.classes, model.task, model.classes
        )));
    }
    let predictions = model.predict(frame, cancel)?;
    cancel.check()?;
    let threshold = model.threshold.filter(|_| model.task == Task::Binary);
    evaluate_predictions(model.task, &model.classes, threshold, &target.target, &predictions)
}

/// As [`evaluate`], for predictions that are there already. `threshold` is only reported.
///
/// # Errors
/// [`LearnError::Shape`] when target and predictions do not fit, [`LearnError::UnsuitableData`]
/// without rows.
pub fn evaluate_predictions(
    task: Task,
    classes: &[String],
    threshold: Option<f64>,
    target: &Target,
    predictions: &Predictions,
) -> Result<Evaluation, LearnError> {
    if target.is_empty() {
        return Err(LearnError::UnsuitableData {
            message: "there are no rows to score".to_owned(),
            hint: "give a table with rows whose target is known".to_owned(),
        });
    }
    let mut evaluation = Evaluation {
        task,
        n_rows: target.len(),
        metrics: BTreeMap::new(),
        without_value: BTreeMap::new(),
        confusion: None,
        classes: Vec::new(),
        curves: Vec::new(),
        residuals: None,
    };
    for metric in Metric::all_for(task) {
        match metrics::compute(metric, target, predictions) {
            Ok(value) => {
                evaluation.metrics.insert(metric.name().to_owned(), value);
            }
            Err(LearnError::UnsuitableData { message, .. }) => {
                evaluation.without_value.insert(metric.name().to_owned(), message);
            }
            Err(error) => return Err(error),
        }
    }
    match (target, predictions) {
        (Target::Class { codes, n_classes }, Predictions::Classes { labels, probabilities }) => {
            if classes.len() != *n_classes {
                return Err(LearnError::Shape(format!("{} names for {n_classes} classes", classes.len())));
            }
            let counts = confusion_counts(codes, labels, *n_classes);
            evaluation.classes = class_scores(classes, &counts);
            evaluation.confusion = Some(Confusion { labels: classes.to_vec(), counts, threshold });
            let chosen = classes_with_curves(codes, *n_classes);
            let points_max = CURVE_POINTS_MAX / chosen.len().max(1);
            for class in chosen {
                let positive: Vec<bool> = codes.iter().map(|&code| code as usize == class).collect();
                let scores = probabilities.column(class).to_vec();
                evaluation.curves.push(class_curves(&classes[class], &positive, &scores, points_max));
            }
        }
        (Target::Number(actual), Predictions::Numbers(predicted)) => {
            evaluation.residuals = Some(residuals(actual, predicted, BINS_DEFAULT));
        }
        _ => return Err(LearnError::Shape("the target and the predictions are of different kinds".to_owned())),
    }
    Ok(evaluation)
}

fn class_scores(classes: &[String], counts: &[Vec<u64>]) -> Vec<ClassScores> {
    let share = |part: u64, whole: u64| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
    classes
        .iter()
        .enumerate()
        .map(|(k, class)| {
            let hit = counts[k][k];
            let n_rows: u64 = counts[k].iter().sum();
            let called: u64 = counts.iter().map(|row| row[k]).sum();
            ClassScores {
                class: class.clone(),
                n_rows,
                precision: share(hit, called),
                recall: share(hit, n_rows),
                f1: f1_binary(hit, called - hit, n_rows - hit),
            }
        })
        .collect()
}

/// The positive class of two; of more, those with the most rows, in the order of their codes.
fn classes_with_curves(codes: &[u32], n_classes: usize) -> Vec<usize> {
    if n_classes == 2 {
        return vec![1];
    }
    let mut n_rows = vec![0usize; n_classes];
    for &code in codes {
        n_rows[code as usize] += 1;
    }
    let mut classes: Vec<usize> = (0..n_classes).filter(|&class| n_rows[class] > 0).collect();
    classes.sort_by_key(|&class| (std::cmp::Reverse(n_rows[class]), class));
    classes.truncate(CURVE_CLASSES_MAX);
    classes.sort_unstable();
    classes
}

fn class_curves(class: &str, positive: &[bool], probabilities: &[f64], points_max: usize) -> ClassCurves {
    ClassCurves {
        class: class.to_owned(),
        roc_auc: roc_auc(positive, probabilities),
        roc: roc_curve(positive, probabilities, points_max),
        pr_auc: average_precision(positive, probabilities),
        pr: pr_curve(positive, probabilities, points_max),
        calibration: calibration(positive, probabilities, Binning::Quantile, BINS_DEFAULT),
    }
}

#[cfg(test)]
mod tests;
