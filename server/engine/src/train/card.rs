//! The model card of a training: what the job knows, and what is measured of its model.

use std::time::Duration;

use mlwright_base::system::environment;
use mlwright_base::{Problem, Seed};
use mlwright_learn::{Metric, SearchOutcome};

use super::input::TrainingInput;
use super::{TrainResult, TrainSpec};
use crate::card::facts::{self, CARD_VERSION, COLUMNS_MAX, DataFacts, ModelCard, ModelFacts, Reproduce};
use crate::card::measure::{MeasureContext, Subject, feature_facts, measure};
use crate::card::limits;
use crate::engine::Engine;
use crate::jobs::JobContext;

/// Learners that a card lists.
const LEARNERS_MAX: usize = 30;

/// Measures the model and gathers what is known of its training.
///
/// # Errors
/// That the job was cancelled.
pub(super) fn of(
    engine: &Engine,
    spec: &TrainSpec,
    input: &TrainingInput,
    outcome: &SearchOutcome,
    result: &TrainResult,
    elapsed: &dyn Fn() -> Duration,
    cx: &JobContext<'_>,
) -> Result<ModelCard, Problem> {
    let metric = Metric::parse(&result.metric)?;
    let sensitive = engine.sensitive_columns(&input.opened, &spec.target);
    let subject = Subject {
        model: &outcome.model,
        metric,
        frame: &input.frame,
        target: &input.target,
        rows: &input.rows,
        schema: &input.schema,
        train_rows: &outcome.train_rows,
        test_rows: &outcome.test_rows,
        sensitive: &sensitive,
        seed: Seed(spec.seed),
    };
    let started = elapsed();
    let measured = measure(&subject, MeasureContext { elapsed, cancel: cx.cancel, progress: cx.progress })?;
    let model = &outcome.model;
    let leaderboard: Vec<super::LeaderboardEntry> = super::run::leaderboard(outcome).collect();
    let chosen = leaderboard.get(outcome.best).map(|entry| entry.parameters.clone()).unwrap_or_default();
    let mut learners = facts::learners_of(&leaderboard);
    learners.truncate(LEARNERS_MAX);
    let mut card = ModelCard {
        version: CARD_VERSION,
        run_id: spec.run_id.to_string(),
        experiment: spec.experiment.clone(),
        created: engine.now().to_string(),
        model: ModelFacts {
            target: model.target.clone(),
            task: model.task,
            task_reason: result.task_reason.clone(),
            classes: model.classes.iter().take(COLUMNS_MAX).cloned().collect(),
            threshold: model.threshold,
            calibration: result.calibration,
            coverage: result.coverage,
            learner: model.learner.clone(),
            parameters: chosen,
            metric: result.metric.clone(),
            uri: result.model_uri.clone(),
        },
        data: DataFacts {
            table: input.opened.versioned_name(),
            fingerprint: input.fingerprint.clone(),
            n_rows: input.n_rows,
            n_rows_left_out: input.target.n_left_out,
            n_columns: input.schema.len(),
            n_training_rows: outcome.train_rows.len(),
            n_test_rows: outcome.test_rows.len(),
            split: result.split.clone(),
            split_reason: result.split_reason.clone(),
            in_time: spec.time_column.is_some(),
            n_features: model.features.len(),
            features: feature_facts(&subject, COLUMNS_MAX),
            n_excluded: input.excluded.len(),
            excluded: input.excluded.iter().take(COLUMNS_MAX).cloned().collect(),
        },
        metrics: facts::metrics_of(&result.metric, &result.test_metrics, &result.test_intervals, &result.baseline_test_metrics),
        learners,
        n_candidates: leaderboard.len(),
        measured,
        warnings: Some(result.warnings.clone()),
        limits: Vec::new(),
        reproduce: Some(reproduce(spec, input, result)),
    };
    card.limits = limits::of(&card, limits::capped(&input.target.target, &outcome.train_rows));
    let seconds = elapsed().saturating_sub(started).as_secs_f64();
    tracing::info!(run_id = %spec.run_id, seconds, "the model card is measured");
    Ok(card)
}

/// The command line that asks for the same training.
fn reproduce(spec: &TrainSpec, input: &TrainingInput, result: &TrainResult) -> Reproduce {
    let mut command = "mlwright train".to_owned();
    // Words that begin with a dash would be read as flags.
    let mut add = |flag: &str, value: &str| {
        let joint = if value.starts_with('-') { '=' } else { ' ' };
        command.push_str(&format!(" --{flag}{joint}{}", quoted(value)));
    };
    add("table", &input.opened.versioned_name());
    add("target", &spec.target);
    add("task", &result.task.to_string());
    add("metric", &result.metric);
    if !spec.learners.is_empty() {
        add("learners", &list(&spec.learners));
    }
    if let Some(folds) = spec.folds {
        add("folds", &folds.to_string());
    }
    add("test-fraction", &spec.test_fraction.to_string());
    add("budget-seconds", &spec.budget_seconds.to_string());
    add("seed", &spec.seed.to_string());
    if let Some(exclude) = &spec.exclude {
        add("exclude", &list(exclude));
    }
    for (flag, value) in [
        ("time-column", &spec.time_column),
        ("group-column", &spec.group_column),
        ("positive-class", &spec.positive_class),
        ("calibration", &spec.calibration),
    ] {
        if let Some(value) = value {
            add(flag, value);
        }
    }
    if let Some(coverage) = spec.coverage {
        add("coverage", &coverage.to_string());
    }
    add("experiment", &spec.experiment);
    let (os, arch) = environment::platform();
    Reproduce {
        command,
        seed: spec.seed,
        mlwright: env!("CARGO_PKG_VERSION").to_owned(),
        platform: format!("{os} {arch}"),
        threads: rayon::current_num_threads(),
    }
}

/// A list as a flag takes it: with commas between, or as JSON where that would be read otherwise.
fn list(items: &[String]) -> String {
    let is_plain = |item: &String| !item.contains(',') && item.trim() == item && !item.starts_with(['[', '@', '-']) && !item.is_empty();
    if !items.is_empty() && items.iter().all(is_plain) { items.join(",") } else { serde_json::Value::from(items).to_string() }
}

/// A word of a POSIX shell.
fn quoted(word: &str) -> String {
    let is_plain = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_./@,:+=%".contains(c));
    if is_plain { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_the_shell() {
        assert_eq!(quoted("data/telco.csv"), "data/telco.csv");
        assert_eq!(quoted("it's <b>"), "'it'\\''s <b>'");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("$(rm)"), "'$(rm)'");
        assert_eq!(list(&["a b".to_owned(), "c".to_owned()]), "a b,c");
        assert_eq!(list(&["a,b".to_owned(), "c".to_owned()]), "[\"a,b\",\"c\"]");
    }
}
