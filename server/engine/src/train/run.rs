//! The body of a training job: read, search, keep the model, and only then call the run finished.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use mlwright_base::{system, ErrorCode, ExperimentId, Problem, Progress, Seed};
use mlwright_learn::calibrate::CalibrationChoice;
use mlwright_learn::{Candidate, MemoryLimit, SearchContext, SearchOptions, SearchOutcome, Task, search};
use mlwright_store::{StoreError, WriteTx};

use super::input::{self, TrainingInput};
use super::memory::{self, SearchMemory};
use super::package;
use super::{DRAWN_MAX, ExcludedColumn, LEADERBOARD_SHOWN, LeaderboardEntry, TrainResult, TrainSpec, check_metric, doubts, only_of_two_classes};
use crate::engine::Engine;
use crate::jobs::JobContext;
use crate::lineage;
use crate::tracking::record::{EXPERIMENTS, Experiment, METRICS, MetricPoint, RUNS, Run, RunData, RunStatus};

/// The share of the memory that the machine can spare which a training may take unless told otherwise.
const SPARE_SHARE: f64 = 0.8;

/// Does the work of a training job.
///
/// # Errors
/// What reading, learning or writing gives; whoever ends the job then ends the run too.
pub(crate) fn run(engine: &Engine, spec: &TrainSpec, cx: &JobContext<'_>) -> Result<serde_json::Value, Problem> {
    begin(engine, spec, cx)?;
    serde_json::to_value(body(engine, spec, cx)?)
        .map_err(|error| Problem::new(ErrorCode::Internal, format!("the result cannot be written: {error}")))
}

/// Writes the intent: the experiment, if it is new, and the run.
fn begin(engine: &Engine, spec: &TrainSpec, cx: &JobContext<'_>) -> Result<(), Problem> {
    let (now, now_ms) = (engine.now(), engine.now_ms());
    engine.store.write::<_, StoreError>(|tx| {
        let experiment_id = match tx.get::<Experiment>(EXPERIMENTS, &spec.experiment)? {
            Some(found) => found.body.experiment_id,
            None => {
                let experiment_id = ExperimentId::new(tx.next("experiments")?.to_string());
                let experiment = Experiment { experiment_id: experiment_id.clone(), name: spec.experiment.clone(), created: now };
                tx.insert(EXPERIMENTS, &spec.experiment, None, &experiment, now_ms)?;
                experiment_id
            }
        };
        let number = tx.next(&format!("runs/{experiment_id}"))?;
        let run = Run {
            run_id: spec.run_id.clone(),
            experiment_id: experiment_id.clone(),
            experiment: spec.experiment.clone(),
            run_name: format!("{}-{number}", spec.target),
            status: RunStatus::Running,
            user: cx.actor.name.clone(),
            start_time: now,
            end_time: None,
            job_id: cx.job_id.to_string(),
            params: params_of(spec),
            metrics: BTreeMap::new(),
            tags: BTreeMap::from([("mlwright.surface".to_owned(), surface_of(cx))]),
            data: None,
            artifacts: Vec::new(),
            error: None,
        };
        tx.insert(RUNS, spec.run_id.as_str(), Some(experiment_id.as_str()), &run, now_ms)
    })?;
    Ok(())
}

fn surface_of(cx: &JobContext<'_>) -> String {
    serde_json::to_value(cx.actor.surface).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn params_of(spec: &TrainSpec) -> BTreeMap<String, String> {
    let mut params = BTreeMap::from([
        ("target".to_owned(), spec.target.clone()),
        ("test_fraction".to_owned(), spec.test_fraction.to_string()),
        ("budget_seconds".to_owned(), spec.budget_seconds.to_string()),
        ("seed".to_owned(), spec.seed.to_string()),
    ]);
    let mut optional = |name: &str, value: Option<String>| value.map(|value| params.insert(name.to_owned(), value));
    optional("folds", spec.folds.map(|folds| folds.to_string()));
    optional("time_column", spec.time_column.clone());
    optional("group_column", spec.group_column.clone());
    optional("positive_class", spec.positive_class.clone());
    optional("calibration", spec.calibration.clone());
    optional("coverage", spec.coverage.map(|coverage| coverage.to_string()));
    optional("learners", (!spec.learners.is_empty()).then(|| spec.learners.join(", ")));
    optional("exclude", spec.exclude.as_ref().map(|columns| columns.join(", ")));
    params
}

fn body(engine: &Engine, spec: &TrainSpec, cx: &JobContext<'_>) -> Result<TrainResult, Problem> {
    cx.progress.report(Progress::of(0.0, 1.0, format!("reading {}", spec.table)));
    let mut input = input::read(engine, spec, cx.cancel)?;
    let metric = spec.metric.unwrap_or_else(|| mlwright_learn::Metric::default_for(input.target.task, &input.target.target));
    check_metric(metric, input.target.task)?;
    super::check_learners(&spec.learners, Some(input.target.task))?;
    let calibration = spec.calibration.as_deref().map_or(Ok(CalibrationChoice::Auto), CalibrationChoice::from_str)?;
    if let (Some(name), CalibrationChoice::Always(_)) = (&spec.calibration, calibration)
        && input.target.task != Task::Binary
    {
        return Err(only_of_two_classes(name));
    }
    let started = Instant::now();
    let options = SearchOptions {
        metric,
        learners: spec.learners.clone(),
        folds: spec.folds,
        test_fraction: spec.test_fraction,
        budget: Some(Duration::from_secs_f64(spec.budget_seconds)),
        seed: Seed(spec.seed),
        split: input.split.kind(),
        drawn_max: DRAWN_MAX,
        // Who names one learner gets that one.
        ensemble: spec.learners.len() != 1,
        calibration,
        coverage: spec.coverage,
    };
    let history = History { engine, spec, metric: metric.name(), step: Mutex::new(0) };
    let memory_limit = memory_limit(engine, &spec.table)?;
    let (folder, before) = memory::folder(engine, spec, &input.fingerprint);
    let elapsed = || before + started.elapsed();
    let memory = SearchMemory::new(folder, &elapsed);
    let context = SearchContext {
        cancel: cx.cancel,
        enough: Some(cx.enough),
        progress: cx.progress,
        elapsed: &elapsed,
        on_candidate: &|candidate| history.record(candidate),
        memory: Some(&memory),
        memory_limit,
    };
    let outcome = search(&input.frame, &input.features, &input.target, &options, &context)?;
    cx.cancel.check()?;
    input.warnings.extend(outcome.warnings.iter().cloned());
    input.warnings.extend(doubts::twins(&input.frame, &input.target.target, &outcome.train_rows, &outcome.test_rows));
    let mut result = TrainResult { n_taken_over: memory.n_recalled(), ..result_of(spec, &input, &outcome, metric.name()) };
    let card = super::card::of(engine, spec, &input, &outcome, &result, &|| started.elapsed(), cx)?;
    let files = package::write(engine, spec, &input, &outcome, &result, &card)?;
    result.card = engine.shown_card_page(&spec.run_id)?;
    finish(engine, spec, &input, &outcome, &result, files)?;
    memory.forget();
    cx.progress.report(Progress::of(1.0, 1.0, format!("done: {}", result.best_learner)));
    Ok(result)
}

/// What the settings allow, or most of what the machine can spare now; there is nothing to keep where the system
/// does not tell what is taken.
fn memory_limit(engine: &Engine, table: &str) -> Result<Option<MemoryLimit<'static>>, Problem> {
    let Some(resident) = system::memory::resident_bytes() else { return Ok(None) };
    let bytes = match engine.settings.train.memory_mb {
        Some(megabytes) => megabytes.saturating_mul(1 << 20),
        None => match system::memory::available_bytes() {
            Some(available) => resident + (available as f64 * SPARE_SHARE) as u64,
            None => return Ok(None),
        },
    };
    if resident > bytes {
        let megabytes = |bytes: u64| bytes >> 20;
        return Err(Problem::new(
            ErrorCode::LimitExceeded,
            format!("{table} takes {} MB of memory once it is read, and training may take {} MB", megabytes(resident), megabytes(bytes)),
        )
        .hint("raise memory_mb in the section [train] of mlwright.toml, or train on a part of the rows: create_table makes one"));
    }
    Ok(Some(MemoryLimit { bytes, resident: &system::memory::resident_bytes }))
}

fn result_of(spec: &TrainSpec, input: &TrainingInput, outcome: &SearchOutcome, metric: &str) -> TrainResult {
    let leaderboard = shown(leaderboard(outcome));
    TrainResult {
        run_id: spec.run_id.clone(),
        experiment: spec.experiment.clone(),
        task: outcome.model.task,
        task_reason: input.target.reason.clone(),
        target: spec.target.clone(),
        metric: metric.to_owned(),
        best_learner: outcome.model.learner.clone(),
        leaderboard,
        n_candidates: outcome.leaderboard.len(),
        n_taken_over: 0,
        test_metrics: outcome.test_metrics.clone(),
        test_intervals: outcome.test_intervals.iter().map(|(name, (low, high))| (name.clone(), [*low, *high])).collect(),
        baseline_test_metrics: outcome.baseline_test_metrics.clone(),
        calibration: outcome.calibration,
        coverage: outcome.coverage,
        n_training_rows: input.frame.n_rows() - outcome.test_rows.len(),
        n_test_rows: outcome.test_rows.len(),
        split: outcome.split.clone(),
        split_reason: input.split_reason.clone(),
        features: input.features.iter().map(|feature| feature.name.clone()).collect(),
        excluded: input
            .excluded
            .iter()
            .map(|one| ExcludedColumn { name: one.name.clone(), reason: one.reason.clone() })
            .collect(),
        warnings: input.warnings.clone(),
        model_uri: format!("runs:/{}/model", spec.run_id),
        card: String::new(),
    }
}

/// Every candidate, the best first.
pub(super) fn leaderboard(outcome: &SearchOutcome) -> impl Iterator<Item = LeaderboardEntry> {
    outcome.leaderboard.iter().enumerate().map(|(position, candidate)| entry(position + 1, candidate))
}

/// The first of all, and the best of each learner wherever it stands, so that the baseline and the simple ones can be
/// compared with the first.
fn shown(board: impl Iterator<Item = LeaderboardEntry>) -> Vec<LeaderboardEntry> {
    let mut seen = BTreeSet::new();
    board.filter(|entry| seen.insert(entry.learner.clone()) || entry.rank <= LEADERBOARD_SHOWN).collect()
}

fn entry(rank: usize, candidate: &Candidate) -> LeaderboardEntry {
    LeaderboardEntry {
        rank,
        learner: candidate.learner.clone(),
        cv_mean: candidate.cv_mean,
        cv_std: candidate.cv_std,
        fit_seconds: candidate.fit_seconds,
        parameters: candidate.set.clone().into_iter().collect(),
        failure: candidate.failure.clone(),
    }
}

/// The commit: metrics, lineage and the run's end in one transaction, after its files are in place.
fn finish(
    engine: &Engine,
    spec: &TrainSpec,
    input: &TrainingInput,
    outcome: &SearchOutcome,
    result: &TrainResult,
    files: Vec<String>,
) -> Result<(), Problem> {
    let (now, now_ms) = (engine.now(), engine.now_ms());
    let mut metrics: BTreeMap<String, f64> =
        result.test_metrics.iter().map(|(name, value)| (format!("test_{name}"), *value)).collect();
    metrics.extend(result.baseline_test_metrics.iter().map(|(name, value)| (format!("baseline_test_{name}"), *value)));
    let best = outcome.leaderboard.get(outcome.best);
    let scores = [("", best.and_then(|best| best.cv_mean)), ("_std", best.and_then(|best| best.cv_std))];
    metrics.extend(scores.into_iter().filter_map(|(end, score)| Some((format!("cv_{}{end}", result.metric), score?))));
    metrics.extend(outcome.coverage.map(|coverage| ("test_coverage".to_owned(), coverage.on_test)));
    metrics.retain(|_, value| value.is_finite());
    let folds = best.map(|best| best.cv_scores.as_slice()).unwrap_or_default();
    let data = RunData {
        table: input.opened.versioned_name(),
        version: input.opened.version,
        fingerprint: input.fingerprint.clone(),
        n_rows: input.n_rows,
        schema: input.column_uses(&spec.target),
        n_test_rows: result.n_test_rows,
        split: result.split.clone(),
        test_rows_artifact: package::TEST_ROWS.to_owned(),
    };
    let asset = format!("run:{}", spec.run_id);
    engine.store.write::<_, Problem>(|tx: &WriteTx<'_>| {
        tx.modify::<Run, Problem>(RUNS, spec.run_id.as_str(), now_ms, |run| {
            if run.status != RunStatus::Running {
                return Err(Problem::new(ErrorCode::Conflict, format!("the run was closed as {}", run.status.as_str())));
            }
            run.status = RunStatus::Finished;
            run.end_time = Some(now);
            run.metrics = metrics;
            run.data = Some(data);
            run.artifacts = files;
            run.params.insert("learner".to_owned(), result.best_learner.clone());
            run.params.insert("metric".to_owned(), result.metric.clone());
            run.params.insert("task".to_owned(), result.task.to_string());
            if let Some(calibration) = &outcome.model.calibration {
                run.params.insert("calibration".to_owned(), calibration.method().name().to_owned());
            }
            for (name, value) in &outcome.model.parameters {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                run.params.insert(format!("{}.{name}", result.best_learner), text);
            }
            Ok(())
        })?;
        let stream = format!("{METRICS}/{}", spec.run_id);
        let key = format!("cv_{}", result.metric);
        for (fold, score) in folds.iter().enumerate().filter(|(_, score)| score.is_finite()) {
            let point = MetricPoint { key: key.clone(), value: *score, timestamp: now_ms, step: fold as i64 };
            tx.append(&stream, Some(&key), &point)?;
        }
        lineage::record(tx, &input.opened.asset, "trained", &asset, now)?;
        Ok(())
    })
}

/// Writes each candidate's score to the metric history as it comes.
struct History<'a> {
    engine: &'a Engine,
    spec: &'a TrainSpec,
    metric: &'static str,
    step: Mutex<i64>,
}

impl History<'_> {
    fn record(&self, candidate: &Candidate) {
        let Ok(mut step) = self.step.lock() else { return };
        let now_ms = self.engine.now_ms();
        if let Some(value) = candidate.cv_mean.filter(|value| value.is_finite()) {
            let key = format!("candidate_cv_{}", self.metric);
            let point = MetricPoint { key: key.clone(), value, timestamp: now_ms, step: *step };
            let stream = format!("{METRICS}/{}", self.spec.run_id);
            // History is for looking at while the job works; the leaderboard has every score.
            if let Err(error) = self.engine.store.write::<_, StoreError>(|tx| tx.append(&stream, Some(&key), &point)) {
                tracing::warn!(%error, "a candidate's score was not written");
            }
        }
        *step += 1;
    }
}
