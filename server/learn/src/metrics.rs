//! How good predictions are. Every value agrees with scikit-learn 1.7.2 to 1e-9 on stored vectors
//! (`testdata/metrics.json`), ties and several classes included.

mod bootstrap;
mod classes;
mod numbers;
mod ranking;

use std::collections::BTreeMap;

use mlwright_base::names::did_you_mean;
use serde::{Deserialize, Serialize};

pub(crate) use bootstrap::quantile;
pub use bootstrap::{Interval, RESAMPLES_DEFAULT, confidence_intervals};
pub(crate) use classes::{confusion_counts, f1_binary};
pub(crate) use ranking::{ascending_groups, average_precision, roc_auc};

use crate::{LearnError, Predictions, Target, Task};

/// One number that says how good predictions are.
///
/// In binary tasks the class of code 1 is the positive one. With several classes, metrics of one
/// class against the rest are averaged over classes with equal weight ("macro").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Area under the ROC curve (probability that a positive row ranks above a negative one; ties count half).
    RocAuc,
    /// Average precision: the area under the precision-recall curve, step-wise.
    PrAuc,
    /// Mean negative logarithm of the probability given to what happened.
    LogLoss,
    /// Mean squared difference between probability and what happened (over all classes when more than two).
    Brier,
    /// Share of rows whose class is right.
    Accuracy,
    /// Harmonic mean of precision and recall.
    F1,
    /// Mean over classes of the share found.
    BalancedAccuracy,
    /// Share of rows called positive that are.
    Precision,
    /// Share of positive rows that were called so.
    Recall,
    /// Root of the mean squared error, in the target's unit.
    Rmse,
    /// Mean absolute error, in the target's unit.
    Mae,
    /// Share of the target's variance that is explained; 1 is perfect, 0 no better than the mean.
    R2,
    /// Mean absolute error relative to the true value (0.1 = 10 %); huge where true values are 0.
    Mape,
}

impl Metric {
    /// Every metric.
    pub const ALL: [Self; 13] = [
        Self::RocAuc,
        Self::PrAuc,
        Self::LogLoss,
        Self::Brier,
        Self::Accuracy,
        Self::F1,
        Self::BalancedAccuracy,
        Self::Precision,
        Self::Recall,
        Self::Rmse,
        Self::Mae,
        Self::R2,
        Self::Mape,
    ];

    /// The name in answers and records, e.g. `roc_auc`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RocAuc => "roc_auc",
            Self::PrAuc => "pr_auc",
            Self::LogLoss => "log_loss",
            Self::Brier => "brier",
            Self::Accuracy => "accuracy",
            Self::F1 => "f1",
            Self::BalancedAccuracy => "balanced_accuracy",
            Self::Precision => "precision",
            Self::Recall => "recall",
            Self::Rmse => "rmse",
            Self::Mae => "mae",
            Self::R2 => "r2",
            Self::Mape => "mape",
        }
    }

    /// Other names people use, as [`Metric::parse`] normalises them.
    fn aliases(self) -> &'static [&'static str] {
        match self {
            Self::RocAuc => &["auc", "auroc", "roc", "rocauc", "areaunderroc", "rocaucovr"],
            Self::PrAuc => &["prauc", "auprc", "aucpr", "averageprecision", "ap", "areaunderpr"],
            Self::LogLoss => {
                &["logloss", "neglogloss", "crossentropy", "binarylogloss", "multilogloss", "mlogloss", "nll"]
            }
            Self::Brier => &["brierscore", "brierloss", "brierscoreloss", "negbrierscore"],
            Self::Accuracy => &["acc", "accuracyscore"],
            Self::F1 => &["f1score", "fscore", "f1macro", "fmeasure"],
            Self::BalancedAccuracy => &["balancedaccuracyscore", "bacc", "balacc"],
            Self::Precision => &["precisionscore", "precisionmacro", "ppv"],
            Self::Recall => &["recallscore", "recallmacro", "sensitivity", "tpr"],
            Self::Rmse => &["rootmeansquarederror", "negrootmeansquarederror"],
            Self::Mae => &["meanabsoluteerror", "negmeanabsoluteerror", "l1"],
            Self::R2 => &["r2score", "rsquared", "rsq"],
            Self::Mape => &["meanabsolutepercentageerror", "negmeanabsolutepercentageerror"],
        }
    }

    /// The metric of a name as people write it: any case, with or without `_`, `-`, spaces, and the
    /// names scikit-learn, LightGBM and AutoML services use (`AUC`, `neg_log_loss`, `R²`, …).
    ///
    /// # Errors
    /// [`LearnError::Parameter`] with the nearest names.
    pub fn parse(name: &str) -> Result<Self, LearnError> {
        let plain: String = name
            .to_lowercase()
            .chars()
            .map(|c| if c == '²' { '2' } else { c })
            .filter(|c| c.is_alphanumeric())
            .collect();
        Self::ALL
            .into_iter()
            .find(|metric| metric.name().replace('_', "") == plain || metric.aliases().contains(&plain.as_str()))
            .ok_or_else(|| LearnError::Parameter {
                parameter: "metric".to_owned(),
                found: format!("{name:?}"),
                expected: format!("a metric; {}", did_you_mean(name, Self::ALL.iter().map(|metric| metric.name()))),
            })
    }

    /// Whether more is better.
    #[must_use]
    pub fn greater_is_better(self) -> bool {
        !matches!(self, Self::LogLoss | Self::Brier | Self::Rmse | Self::Mae | Self::Mape)
    }

    /// The order of two scores, the better first (a total order: see [`f64::total_cmp`]).
    #[must_use]
    pub fn best_first(self, a: f64, b: f64) -> std::cmp::Ordering {
        if self.greater_is_better() { b.total_cmp(&a) } else { a.total_cmp(&b) }
    }

    /// Whether `a` is better than `b`.
    #[must_use]
    pub fn is_better(self, a: f64, b: f64) -> bool {
        if self.greater_is_better() { a > b } else { a < b }
    }

    /// Whether it makes sense for a task.
    #[must_use]
    pub fn supports(self, task: Task) -> bool {
        matches!(self, Self::Rmse | Self::Mae | Self::R2 | Self::Mape) == (task == Task::Regression)
    }

    /// Whether it depends on where the decision threshold is (and not only on the probabilities).
    #[must_use]
    pub fn uses_labels(self) -> bool {
        matches!(self, Self::Accuracy | Self::F1 | Self::BalancedAccuracy | Self::Precision | Self::Recall)
    }

    /// The metrics of a task, the most telling first.
    #[must_use]
    pub fn all_for(task: Task) -> Vec<Self> {
        Self::ALL.into_iter().filter(|metric| metric.supports(task)).collect()
    }

    /// What `train` aims at unless told otherwise: RMSE for numbers, log loss for several classes,
    /// ROC AUC for two, and average precision when fewer than one row in ten is positive (there,
    /// ROC AUC looks good for models that find few of the positives: Saito and Rehmsmeier 2015).
    #[must_use]
    pub fn default_for(task: Task, target: &Target) -> Self {
        match (task, target) {
            (Task::Regression, _) => Self::Rmse,
            (Task::Multiclass, _) => Self::LogLoss,
            (Task::Binary, Target::Class { codes, .. }) => {
                let positive = codes.iter().filter(|&&code| code == 1).count();
                if positive * 10 < codes.len() { Self::PrAuc } else { Self::RocAuc }
            }
            (Task::Binary, Target::Number(_)) => Self::RocAuc,
        }
    }
}

impl std::fmt::Display for Metric {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// The value of a metric over `n_samples` rows.
///
/// # Errors
/// [`LearnError::Shape`] when lengths or kinds differ, [`LearnError::UnsuitableData`] when the
/// metric has no value for these rows (no rows, one class only, R² of one row).
pub fn compute(metric: Metric, target: &Target, predictions: &Predictions) -> Result<f64, LearnError> {
    if target.is_empty() {
        return Err(undefined(metric, "there are no rows"));
    }
    match (target, predictions) {
        (Target::Class { codes, n_classes }, Predictions::Classes { labels, probabilities }) => {
            if labels.len() != codes.len() || probabilities.dim() != (codes.len(), *n_classes) {
                return Err(LearnError::Shape(format!(
                    "{} rows of {n_classes} classes, but {} predictions of shape {:?}",
                    codes.len(),
                    labels.len(),
                    probabilities.dim()
                )));
            }
            classes::compute(metric, codes, *n_classes, labels, probabilities)
        }
        (Target::Number(actual), Predictions::Numbers(predicted)) => {
            if actual.len() != predicted.len() {
                return Err(LearnError::Shape(format!("{} rows, but {} predictions", actual.len(), predicted.len())));
            }
            numbers::compute(metric, actual, predicted)
        }
        _ => Err(LearnError::Shape("the target and the predictions are of different kinds".to_owned())),
    }
}

/// Every metric of the task that has a value for these rows, by name.
#[must_use]
pub fn compute_all(task: Task, target: &Target, predictions: &Predictions) -> BTreeMap<String, f64> {
    Metric::all_for(task)
        .into_iter()
        .filter_map(|metric| compute(metric, target, predictions).ok().map(|value| (metric.name().to_owned(), value)))
        .collect()
}

/// The metrics of a task: see [`Metric::all_for`].
#[must_use]
pub fn all_for(task: Task) -> Vec<Metric> {
    Metric::all_for(task)
}

/// What `train` aims at unless told otherwise: see [`Metric::default_for`].
#[must_use]
pub fn default_for(task: Task, target: &Target) -> Metric {
    Metric::default_for(task, target)
}

pub(crate) fn undefined(metric: Metric, why: &str) -> LearnError {
    LearnError::UnsuitableData {
        message: format!("{metric} has no value here: {why}"),
        hint: "use more rows, or another metric".to_owned(),
    }
}

#[cfg(test)]
mod tests;
