//! Training: one job, one run. The request is checked here, in the caller's process, so that a wrong
//! argument is answered at once; the work is done by [`run`] in the job's own process.

mod card;
mod doubts;
mod input;
mod leaks;
mod memory;
mod package;
mod run;
mod words;

use std::collections::BTreeMap;
use std::str::FromStr;

use mlwright_base::names::check_name;
use mlwright_base::{ErrorCode, Problem, RunId, names};
use mlwright_learn::calibrate::{CalibrationChoice, CalibrationGain};
use mlwright_learn::{Metric, conformal, learners};
pub use mlwright_learn::{Coverage, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use package::TEST_ROWS;
pub(crate) use run::run;
pub use words::{calibrated, covered};

use crate::call::Call;
use crate::convert::no_column;
use crate::engine::Engine;
use crate::jobs::{Job, JobKind, NewJob, Started};
use crate::tables::OpenTable;

/// The most folds.
pub const FOLDS_MAX: usize = 20;
/// Share of rows held out for the test unless told otherwise.
pub const TEST_FRACTION_DEFAULT: f64 = 0.2;
/// Seconds that the search may take unless told otherwise.
pub const BUDGET_SECONDS_DEFAULT: f64 = 60.0;
/// The longest search.
pub const BUDGET_SECONDS_MAX: f64 = 24.0 * 3600.0;
/// Candidates that a search draws at most beside the learners' defaults and variants.
const DRAWN_MAX: usize = 60;
/// The rows of a leaderboard that an answer has beside the best of each learner.
const LEADERBOARD_SHOWN: usize = 20;
/// Seconds to wait for the result unless told otherwise.
pub const WAIT_SECONDS_DEFAULT: u64 = 20;

/// What is to be learned, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrainRequest {
    /// Table by path or catalog name.
    pub table: String,
    /// Column to predict.
    pub target: String,
    /// Recognised from the target unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<Task>,
    /// Metric that chooses, e.g. `roc_auc`, `log_loss`, `f1`, `rmse` (by task and class balance).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
    /// Learners to compare, e.g. `gradient_boosting` (those that fit, and mixtures of them).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learners: Option<Vec<String>>,
    /// Folds of the cross-validation, 2 to 20 (5; for very many rows one part).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folds: Option<usize>,
    /// Share of rows held out for the test, 0.01 to 0.9 (0.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_fraction: Option<f64>,
    /// Seconds for comparing learners (60), before the final fit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_seconds: Option<f64>,
    /// Random seed (42).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Experiment of the run (table-target).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub experiment: Option<String>,
    /// Columns to leave out (copies of the target).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclude: Option<Vec<String>>,
    /// Date or number that orders rows in time: the last are held out instead of random ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_column: Option<String>,
    /// Whose row it is (customer, patient): such rows stay on one side of each split.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_column: Option<String>,
    /// Binary tasks: the class counted as positive (`Yes`, `1`, `true`, else the rarer one).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub positive_class: Option<String>,
    /// Binary tasks: `auto` (what helps, if any), `none`, `sigmoid` or `isotonic`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<String>,
    /// Also intervals, or sets of classes, that hold the truth in this share of rows, e.g. 0.9.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coverage: Option<f64>,
    /// Seconds to wait for the result (20); then follow the job with get_job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_seconds: Option<u64>,
}

/// A training that was started.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TrainOutcome {
    /// The job that trains.
    pub job: Job,
    /// Whether this very training was running already: then this is it, and no second one was started.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub already_running: bool,
    /// What came out; absent while the job works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<TrainResult>,
}

/// What came out of a training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TrainResult {
    /// The run.
    pub run_id: RunId,
    /// Its experiment.
    pub experiment: String,
    /// What is predicted.
    pub task: Task,
    /// Why this task and, if binary, this positive class.
    pub task_reason: String,
    /// The target column.
    pub target: String,
    /// The metric that chose.
    pub metric: String,
    /// The best learner.
    pub best_learner: String,
    /// The best of what was tried and the best of each learner, the best first; the run's `leaderboard.json` has all.
    pub leaderboard: Vec<LeaderboardEntry>,
    /// How many candidates were tried.
    #[serde(default)]
    pub n_candidates: usize,
    /// How many of them an earlier, same training had tried before it was interrupted or cancelled.
    #[serde(default, skip_serializing_if = "is_none")]
    pub n_taken_over: usize,
    /// The best model's metrics on the held-out rows.
    pub test_metrics: BTreeMap<String, f64>,
    /// 95 % bootstrap intervals of the test metrics: low and high.
    pub test_intervals: BTreeMap<String, [f64; 2]>,
    /// The baseline learner's metrics on the same rows.
    pub baseline_test_metrics: BTreeMap<String, f64>,
    /// What calibration does to left-out rows, when probabilities are calibrated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<CalibrationGain>,
    /// How well intervals or sets hold the truth of the held-out rows, when they were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Coverage>,
    /// Rows learned from.
    pub n_training_rows: usize,
    /// Rows held out.
    pub n_test_rows: usize,
    /// How the rows were set apart.
    pub split: String,
    /// Why so.
    #[serde(default)]
    pub split_reason: String,
    /// The columns learned from.
    pub features: Vec<String>,
    /// The columns left out, and why.
    pub excluded: Vec<ExcludedColumn>,
    /// What to know before relying on the result.
    pub warnings: Vec<String>,
    /// The model's address.
    pub model_uri: String,
    /// Path of the model card.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub card: String,
}

/// One row of a leaderboard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeaderboardEntry {
    /// 1 is the best.
    pub rank: usize,
    /// The learner.
    pub learner: String,
    /// Mean of the metric over the folds; absent when the learner failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cv_mean: Option<f64>,
    /// Standard deviation over the folds; absent with one part of the rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cv_std: Option<f64>,
    /// Seconds that fitting took.
    pub fit_seconds: f64,
    /// Hyperparameters that are not the learner's defaults; of a mixture its members and their weights.
    pub parameters: BTreeMap<String, serde_json::Value>,
    /// Why it has no score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// A column that was not learned from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ExcludedColumn {
    /// Its name.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// What a training job is given: a checked request with every default filled in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct TrainSpec {
    pub run_id: RunId,
    pub table: String,
    pub target: String,
    pub task: Option<Task>,
    pub metric: Option<Metric>,
    pub learners: Vec<String>,
    pub folds: Option<usize>,
    pub test_fraction: f64,
    pub budget_seconds: f64,
    pub seed: u64,
    pub experiment: String,
    pub exclude: Option<Vec<String>>,
    pub time_column: Option<String>,
    #[serde(default)]
    pub group_column: Option<String>,
    pub positive_class: Option<String>,
    #[serde(default)]
    pub calibration: Option<String>,
    #[serde(default)]
    pub coverage: Option<f64>,
}

impl Engine {
    /// Starts a training job and waits for it, at most `wait_seconds` of the request.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] for an unknown table or column, [`ErrorCode::InvalidArgument`] for a
    /// wrong argument, and for a job that ended badly within the wait its own error, or that it was
    /// cancelled or interrupted.
    pub fn train(&self, call: &Call<'_>, request: TrainRequest) -> Result<TrainOutcome, Problem> {
        let wait_seconds = request.wait_seconds.unwrap_or(WAIT_SECONDS_DEFAULT);
        let opened = self.open_table(&request.table)?;
        let data_changed_ms = opened.changed_ms();
        let spec = self.check_train(request, &opened)?;
        let subject = format!("{} → {}", spec.table, spec.target);
        let run_id = Some(spec.run_id.clone());
        let json = serde_json::to_value(&spec)
            .map_err(|error| Problem::new(ErrorCode::Internal, format!("the request cannot be written: {error}")))?;
        let new = NewJob { kind: JobKind::Train, run_id, spec: json, subject, data_changed_ms };
        let Started { job, already_running } = self.start_job(call, new, wait_seconds)?;
        Ok(TrainOutcome { already_running, ..self.training(job)? })
    }

    /// A training job as [`Engine::train`] answers with it.
    ///
    /// # Errors
    /// As [`Engine::train`], for a job that ended badly.
    pub fn training(&self, job: Job) -> Result<TrainOutcome, Problem> {
        let result = job.outcome()?;
        Ok(TrainOutcome { job: job.without_result(), already_running: false, result })
    }

    /// Whether a name, however it is written, is that of an open table.
    pub(crate) fn is_table(&self, name: &str, opened: &OpenTable) -> bool {
        self.open_table(name).is_ok_and(|named| named.asset == opened.asset)
    }

    fn check_train(&self, request: TrainRequest, opened: &OpenTable) -> Result<TrainSpec, Problem> {
        let columns = opened.table.column_names();
        let use_case = Some(&self.settings.use_case)
            .filter(|case| case.target.as_ref() == Some(&request.target))
            .filter(|case| case.table.as_deref().is_some_and(|table| table == request.table || self.is_table(table, opened)));
        let metric = request.metric.or_else(|| use_case.and_then(|case| case.metric.clone()));
        let time_column = request.time_column.or_else(|| use_case.and_then(|case| case.time_column.clone()));
        let positive_class = request.positive_class.or_else(|| use_case.and_then(|case| case.positive_class.clone()));
        let exclude = request.exclude;
        let known = |column: &str, field: &str| {
            let found = columns.iter().any(|name| name == column);
            if found { Ok(()) } else { Err(no_column(column, columns.iter().map(String::as_str), field)) }
        };
        known(&request.target, "target")?;
        exclude.iter().flatten().try_for_each(|column| known(column, "exclude"))?;
        time_column.iter().try_for_each(|column| known(column, "time_column"))?;
        request.group_column.iter().try_for_each(|column| known(column, "group_column"))?;
        if exclude.iter().flatten().any(|column| *column == request.target) {
            return Err(Problem::new(ErrorCode::InvalidArgument, "the target is among the excluded columns").field("exclude"));
        }
        if time_column.as_ref() == Some(&request.target) {
            return Err(Problem::new(ErrorCode::InvalidArgument, "time_column is the target: rows would be split by what is to be predicted")
                .hint("name the column that says when a row came about, or leave time_column out")
                .field("time_column"));
        }
        if request.group_column.as_ref() == Some(&request.target) {
            return Err(Problem::new(ErrorCode::InvalidArgument, "group_column is the target: no model could be scored on a target that it has not seen")
                .hint("name the column that says whose row it is, or leave group_column out")
                .field("group_column"));
        }
        let learners = request.learners.unwrap_or_default();
        check_learners(&learners, request.task)?;
        let metric = metric.map(|name| Metric::parse(&name)).transpose()?;
        if let (Some(metric), Some(task)) = (metric, request.task) {
            check_metric(metric, task)?;
        }
        if let Some(name) = &request.calibration {
            let choice = CalibrationChoice::from_str(name)?;
            if request.task.is_some_and(|task| task != Task::Binary) && matches!(choice, CalibrationChoice::Always(_)) {
                return Err(only_of_two_classes(name));
            }
        }
        request.coverage.map(conformal::check_coverage).transpose()?;
        let folds = request.folds.map(|folds| in_range("folds", folds, 2, FOLDS_MAX)).transpose()?;
        let test_fraction = in_range("test_fraction", request.test_fraction.unwrap_or(TEST_FRACTION_DEFAULT), 0.01, 0.9)?;
        let budget_seconds =
            in_range("budget_seconds", request.budget_seconds.unwrap_or(BUDGET_SECONDS_DEFAULT), 0.0, BUDGET_SECONDS_MAX)?;
        let experiment = request.experiment.unwrap_or_else(|| experiment_name(&opened.name, &request.target));
        check_name("experiment", &experiment)?;
        Ok(TrainSpec {
            run_id: RunId::generate(),
            table: request.table,
            target: request.target,
            task: request.task,
            metric,
            learners,
            folds,
            test_fraction,
            budget_seconds,
            seed: request.seed.unwrap_or(42),
            experiment,
            exclude,
            time_column,
            group_column: request.group_column,
            positive_class,
            calibration: request.calibration,
            coverage: request.coverage,
        })
    }
}

/// Refuses to calibrate what has no probabilities of two classes.
pub(crate) fn only_of_two_classes(calibration: &str) -> Problem {
    Problem::new(ErrorCode::InvalidArgument, format!("{calibration} calibration is for targets of two classes"))
        .hint("leave calibration out")
        .field("calibration")
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_none(count: &usize) -> bool {
    *count == 0
}

fn check_learners(wanted: &[String], task: Option<Task>) -> Result<(), Problem> {
    let tasks = task.map_or(vec![Task::Binary, Task::Multiclass, Task::Regression], |task| vec![task]);
    let mut known: Vec<&str> = tasks.into_iter().flat_map(learners::all).collect();
    known.sort_unstable();
    known.dedup();
    match wanted.iter().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(Problem::new(ErrorCode::InvalidArgument, format!("there is no learner {name:?} for this task"))
            .hint(names::did_you_mean(name, known))
            .field("learners")),
    }
}

/// Refuses a metric that the task does not have.
pub(crate) fn check_metric(metric: Metric, task: Task) -> Result<(), Problem> {
    if metric.supports(task) {
        return Ok(());
    }
    let known: Vec<&str> = Metric::all_for(task).into_iter().map(Metric::name).collect();
    Err(Problem::new(ErrorCode::InvalidArgument, format!("{} is no metric of a {task} task", metric.name()))
        .hint(format!("there are: {}", known.join(", ")))
        .field("metric"))
}

fn in_range<T: PartialOrd + std::fmt::Display + Copy>(field: &str, value: T, low: T, high: T) -> Result<T, Problem> {
    if value >= low && value <= high {
        return Ok(value);
    }
    Err(Problem::new(ErrorCode::InvalidArgument, format!("{field} is {value}, expected {low} to {high}")).field(field))
}

/// `data/customers.csv` and `Churn` make `customers-Churn`.
fn experiment_name(table: &str, target: &str) -> String {
    let stem = table.rsplit(['/', '\\']).next().unwrap_or(table).split('.').next().unwrap_or_default();
    let plain = |text: &str| text.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).take(60).collect::<String>();
    let name = format!("{}-{}", plain(stem), plain(target));
    if check_name("experiment", &name).is_ok() { name } else { "default".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn experiments_are_named_for_table_and_target() {
        assert_eq!(experiment_name("data/customers.csv", "Churn"), "customers-Churn");
        assert_eq!(experiment_name("features", "is late?"), "features-is_late_");
        assert_eq!(experiment_name("_", "x"), "default");
    }

    #[test]
    fn ranges_and_names_are_checked() {
        assert_eq!(in_range("folds", 1, 2, 20).unwrap_err().field, "folds");
        assert!(in_range("test_fraction", f64::NAN, 0.01, 0.9).is_err());
        let problem = check_learners(&["gradient_bosting".to_owned()], None).unwrap_err();
        assert!(problem.hint.contains("gradient_boosting"), "{problem:?}");
        assert!(check_learners(&["linear_regression".to_owned()], Some(Task::Binary)).is_err());
        assert!(check_metric(Metric::Rmse, Task::Binary).is_err());
    }
}
