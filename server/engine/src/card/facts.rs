//! What a card says, as data: `card.json`.

use std::collections::BTreeMap;

use mlwright_learn::calibrate::CalibrationGain;
use mlwright_learn::evaluate::Evaluation;
use mlwright_learn::explain::{Dependence, PermutationImportance};
use mlwright_learn::{Coverage, Metric, Task};
use serde::{Deserialize, Serialize};

use super::fairness::Fairness;
use super::slices::Slices;
use crate::registry::ModelVersion;
use crate::tracking::Run;
use crate::train::{ExcludedColumn, LeaderboardEntry, TrainResult};

/// The version of [`ModelCard`]; a field that is new has a default, a changed meaning is a new version.
pub const CARD_VERSION: u32 = 1;
/// The most columns of each kind that a card lists; the others are counted.
pub const COLUMNS_MAX: usize = 200;

/// A model card.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelCard {
    /// [`CARD_VERSION`].
    pub version: u32,
    /// The run that trained the model.
    pub run_id: String,
    /// Its experiment.
    pub experiment: String,
    /// When it was trained (UTC, ISO 8601).
    pub created: String,
    /// What is predicted, by what.
    pub model: ModelFacts,
    /// What it learned from.
    pub data: DataFacts,
    /// The test metrics, the one that chose first.
    pub metrics: Vec<MetricFacts>,
    /// What was tried.
    pub learners: Vec<LearnerFacts>,
    /// How many candidates were tried.
    pub n_candidates: usize,
    /// What was measured at the end of the training; absent for runs of before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<Measured>,
    /// What the training warned of; absent where that is not on record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warnings: Option<Vec<String>>,
    /// What the numbers do not carry, by the facts.
    #[serde(default)]
    pub limits: Vec<Limit>,
    /// How to train the model again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reproduce: Option<Reproduce>,
}

/// What is predicted, by what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelFacts {
    /// The target column.
    pub target: String,
    /// The task.
    pub task: Task,
    /// Why this task and, if binary, this positive class.
    #[serde(default)]
    pub task_reason: String,
    /// The classes, the positive one of two last; at most [`COLUMNS_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<String>,
    /// Binary: the probability from which on a row is called positive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// What calibration does to the probabilities of left-out rows, when they are calibrated and that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<CalibrationGain>,
    /// How well the intervals or sets of its predictions hold, when it was trained for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Coverage>,
    /// The learner.
    pub learner: String,
    /// Its hyperparameters that are no defaults; of a mixture its members.
    #[serde(default)]
    pub parameters: BTreeMap<String, serde_json::Value>,
    /// The metric that chose.
    pub metric: String,
    /// The model's address.
    pub uri: String,
}

/// What it learned from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DataFacts {
    /// The table, with its version when it has one.
    pub table: String,
    /// SHA-256 of its content, hexadecimal.
    pub fingerprint: String,
    /// Rows in it.
    pub n_rows: usize,
    /// Rows without a target, which were left out.
    #[serde(default)]
    pub n_rows_left_out: usize,
    /// Columns in it.
    pub n_columns: usize,
    /// Rows learned from.
    pub n_training_rows: usize,
    /// Rows held out.
    pub n_test_rows: usize,
    /// How rows were set apart.
    pub split: String,
    /// Why so.
    #[serde(default)]
    pub split_reason: String,
    /// Whether later rows were held out.
    #[serde(default)]
    pub in_time: bool,
    /// Columns learned from, at most [`COLUMNS_MAX`].
    pub features: Vec<FeatureFacts>,
    /// How many there are.
    pub n_features: usize,
    /// Columns left out, at most [`COLUMNS_MAX`].
    pub excluded: Vec<ExcludedColumn>,
    /// How many there are.
    pub n_excluded: usize,
}

/// A column learned from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeatureFacts {
    /// Its name.
    pub name: String,
    /// Its semantic type.
    pub semantic: String,
    /// What the preparation does with it.
    #[serde(default)]
    pub treatment: String,
    /// Columns made of it.
    #[serde(default)]
    pub n_prepared: usize,
    /// Whether the preparation left it out.
    #[serde(default)]
    pub is_dropped: bool,
    /// The share of the training rows without a value, in [0, 1].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing_share: Option<f64>,
    /// Numbers and dates: the smallest and the largest value learned from, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<[String; 2]>,
    /// Texts: how many different values were learned from, up to a bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n_levels: Option<usize>,
}

/// A metric on the held-out rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MetricFacts {
    /// Its name.
    pub name: String,
    /// The model's.
    pub value: f64,
    /// Its 95 % bootstrap interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<[f64; 2]>,
    /// The baseline learner's on the same rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<f64>,
    /// Whether more is better.
    pub greater_is_better: bool,
}

/// The best of a learner's candidates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LearnerFacts {
    /// Its place on the leaderboard.
    pub rank: usize,
    /// The learner.
    pub learner: String,
    /// How many candidates of it were tried.
    pub n_tried: usize,
    /// Mean of the metric over the folds; absent when all failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cv_mean: Option<f64>,
    /// Standard deviation over the folds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cv_std: Option<f64>,
    /// Hyperparameters that are no defaults.
    #[serde(default)]
    pub parameters: BTreeMap<String, serde_json::Value>,
    /// Why it has no score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// What was measured on the held-out rows and with the training rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Held-out rows that evaluation, segments and groups are measured on.
    pub n_rows: usize,
    /// Confusion, curves, calibration or residuals. Its metrics are those of these rows.
    pub evaluation: Evaluation,
    /// Regression: how the residuals (actual − predicted) spread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub residuals: Option<Histogram>,
    /// What the model relies on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub importance: Option<Importance>,
    /// How predictions go with the most important columns.
    #[serde(default)]
    pub dependence: Vec<DependenceFacts>,
    /// Where it errs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slices: Option<Slices>,
    /// How it does for groups of people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fairness: Option<Fairness>,
    /// What was cut or could not be measured, and why.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// Rows per bin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Histogram {
    /// Ascending, one more than `counts`; dates in microseconds since 1970.
    pub edges: Vec<f64>,
    /// Rows in each.
    pub counts: Vec<u64>,
}

/// Permutation importance on held-out rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Importance {
    /// The metric whose loss it is.
    pub metric: String,
    /// Rows that it is measured on.
    pub n_rows: usize,
    /// How often each column was shuffled.
    pub repeats: usize,
    /// The largest first.
    pub features: Vec<PermutationImportance>,
    /// Columns that were not shuffled.
    #[serde(default)]
    pub n_not_measured: usize,
}

/// Partial dependence on one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DependenceFacts {
    /// What the means of each point are of: classes, or the target.
    pub outputs: Vec<String>,
    /// Training rows that it is measured on.
    pub n_rows: usize,
    /// The points.
    #[serde(flatten)]
    pub dependence: Dependence,
    /// Numbers and dates: where the training rows' values lie.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub histogram: Option<Histogram>,
}

/// Something that the numbers do not carry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// Whether it speaks against relying on the model as it is.
    pub is_warning: bool,
    /// What it is about, in two or three words.
    pub title: String,
    /// What it is.
    pub text: String,
}

/// How to train the model again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reproduce {
    /// The command line.
    pub command: String,
    /// The seed of everything random.
    pub seed: u64,
    /// The version of mlwright.
    pub mlwright: String,
    /// Operating system and processor.
    pub platform: String,
    /// Threads it ran with.
    pub threads: usize,
}

/// The metrics, the one that chose first.
pub(crate) fn metrics_of(
    metric: &str,
    values: &BTreeMap<String, f64>,
    intervals: &BTreeMap<String, [f64; 2]>,
    baseline: &BTreeMap<String, f64>,
) -> Vec<MetricFacts> {
    let known = |name: &str| baseline.get(name).copied().filter(|value| value.is_finite());
    let of = |(name, value): (&String, &f64)| MetricFacts {
        name: name.clone(),
        value: *value,
        interval: intervals.get(name).copied().filter(|ends| ends.iter().all(|end| end.is_finite())),
        baseline: known(name),
        greater_is_better: Metric::parse(name).is_ok_and(Metric::greater_is_better),
    };
    let (chosen, others): (Vec<_>, Vec<_>) = values.iter().filter(|(_, value)| value.is_finite()).partition(|(name, _)| *name == metric);
    chosen.into_iter().chain(others).map(of).collect()
}

/// What is on record of a run of before there were cards.
pub(crate) fn of_records(run: &Run, training: Option<&TrainResult>, intervals: &BTreeMap<String, [f64; 2]>) -> ModelCard {
    let param = |name: &str| run.params.get(name).cloned().unwrap_or_default();
    let of_role = |role: &'static str| run.data.iter().flat_map(|data| &data.schema).filter(move |column| column.role == role);
    let named = |start: &str| -> BTreeMap<String, f64> {
        run.metrics.iter().filter_map(|(name, value)| Some((name.strip_prefix(start)?.to_owned(), *value))).collect()
    };
    let learner = param("learner");
    let prefix = format!("{learner}.");
    let metric = param("metric");
    let cv = format!("cv_{metric}");
    let features = of_role("feature").map(|column| FeatureFacts {
        name: column.name.clone(),
        semantic: column.semantic.clone(),
        treatment: String::new(),
        n_prepared: 0,
        is_dropped: false,
        missing_share: None,
        range: None,
        n_levels: None,
    });
    let excluded = of_role("excluded").map(|column| ExcludedColumn { name: column.name.clone(), reason: column.reason.clone() });
    let data = run.data.as_ref();
    let best = LearnerFacts {
        rank: 1,
        learner: learner.clone(),
        n_tried: 1,
        cv_mean: run.metrics.get(&cv).copied(),
        cv_std: run.metrics.get(&format!("{cv}_std")).copied(),
        parameters: BTreeMap::new(),
        failure: None,
    };
    ModelCard {
        version: CARD_VERSION,
        run_id: run.run_id.to_string(),
        experiment: run.experiment.clone(),
        created: run.end_time.unwrap_or(run.start_time).to_string(),
        model: ModelFacts {
            target: param("target"),
            task: serde_json::from_value(param("task").into()).unwrap_or(Task::Regression),
            task_reason: training.map(|training| training.task_reason.clone()).unwrap_or_default(),
            classes: Vec::new(),
            threshold: None,
            calibration: training.and_then(|training| training.calibration),
            coverage: training.and_then(|training| training.coverage),
            parameters: run.params.iter().filter_map(|(name, value)| Some((name.strip_prefix(&prefix)?.to_owned(), value.clone().into()))).collect(),
            learner,
            uri: format!("runs:/{}/model", run.run_id),
            metric: metric.clone(),
        },
        data: DataFacts {
            table: data.map(|data| data.table.clone()).unwrap_or_default(),
            fingerprint: data.map(|data| data.fingerprint.clone()).unwrap_or_default(),
            n_rows: data.map_or(0, |data| data.n_rows),
            n_rows_left_out: 0,
            n_columns: data.map_or(0, |data| data.schema.len()),
            n_training_rows: training.map_or(0, |training| training.n_training_rows),
            n_test_rows: data.map_or(0, |data| data.n_test_rows),
            split: data.map(|data| data.split.clone()).unwrap_or_default(),
            split_reason: training.map(|training| training.split_reason.clone()).unwrap_or_default(),
            in_time: run.params.contains_key("time_column"),
            n_features: of_role("feature").count(),
            features: features.take(COLUMNS_MAX).collect(),
            n_excluded: of_role("excluded").count(),
            excluded: excluded.take(COLUMNS_MAX).collect(),
        },
        metrics: metrics_of(&metric, &named("test_"), intervals, &named("baseline_test_")),
        learners: training.map_or_else(|| vec![best], |training| learners_of(&training.leaderboard)),
        n_candidates: training.map_or(0, |training| training.n_candidates),
        measured: None,
        warnings: training.map(|training| training.warnings.clone()),
        limits: Vec::new(),
        reproduce: None,
    }
}

/// What is on record of a version whose run is gone.
pub(crate) fn of_version(version: &ModelVersion) -> ModelCard {
    ModelCard {
        version: CARD_VERSION,
        run_id: version.run_id.to_string(),
        experiment: String::new(),
        created: version.created.to_string(),
        model: ModelFacts {
            target: version.target.clone(),
            task: version.task,
            task_reason: String::new(),
            classes: Vec::new(),
            threshold: None,
            calibration: None,
            coverage: None,
            learner: version.learner.clone(),
            parameters: BTreeMap::new(),
            metric: version.metric.clone(),
            uri: version.uri(),
        },
        data: DataFacts {
            table: String::new(),
            fingerprint: String::new(),
            n_rows: 0,
            n_rows_left_out: 0,
            n_columns: 0,
            n_training_rows: 0,
            n_test_rows: 0,
            split: String::new(),
            split_reason: String::new(),
            in_time: false,
            features: Vec::new(),
            n_features: 0,
            excluded: Vec::new(),
            n_excluded: 0,
        },
        metrics: metrics_of(&version.metric, &version.test_metrics, &BTreeMap::new(), &version.baseline_metrics),
        learners: Vec::new(),
        n_candidates: 0,
        measured: None,
        warnings: None,
        limits: Vec::new(),
        reproduce: None,
    }
}

/// The best of each learner, in the order of the leaderboard.
pub(crate) fn learners_of(leaderboard: &[LeaderboardEntry]) -> Vec<LearnerFacts> {
    let mut learners: Vec<LearnerFacts> = Vec::new();
    for entry in leaderboard {
        if let Some(known) = learners.iter_mut().find(|known| known.learner == entry.learner) {
            known.n_tried += 1;
            continue;
        }
        learners.push(LearnerFacts {
            rank: entry.rank,
            learner: entry.learner.clone(),
            n_tried: 1,
            cv_mean: entry.cv_mean,
            cv_std: entry.cv_std,
            parameters: entry.parameters.clone(),
            failure: entry.failure.clone(),
        });
    }
    learners
}
