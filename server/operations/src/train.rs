//! Operations of training and tracking.

mod jobs;
mod runs;

pub(crate) use jobs::ended;
pub use jobs::{CancelJob, GetJob, ListJobs};
pub use runs::{CompareRuns, GetRun, ListRuns};

use std::collections::BTreeSet;

use mlwright_base::Problem;
use mlwright_engine::jobs::JobState;
use mlwright_engine::train::{LeaderboardEntry, TrainOutcome, TrainRequest, TrainResult, calibrated, covered};
use schemars::JsonSchema;
use serde_json::Value;

use crate::operation::{Context, Effect, Operation, Stage};
use crate::summary::{Summary, number, table};

/// Trains models for one target column and returns a leaderboard: learners are compared by
/// cross-validation, the best is scored once on rows held out before. Profile it first; exclude
/// columns known only after the outcome.
/// While it runs, follow it with get_job; the same call again does not start a second one.
#[derive(JsonSchema)]
pub struct Train;

impl Operation for Train {
    const NAME: &'static str = "train";
    const TITLE: &'static str = "Train models";
    const EFFECT: Effect = Effect::Write;
    const STAGE: Stage = Stage::Train;
    const IS_LONG: bool = true;
    const EXAMPLE: &'static str = r#"{"table": "telco.csv", "target": "Churn", "budget_seconds": 60, "wait_seconds": 120}"#;
    type Input = TrainRequest;
    type Output = TrainOutcome;

    fn run(cx: Context<'_>, input: TrainRequest) -> Result<TrainOutcome, Problem> {
        cx.engine.train(cx.call, input)
    }
}

impl Summary for TrainOutcome {
    fn summary(&self) -> String {
        match (&self.result, self.job.state) {
            (Some(result), _) => result_summary(result),
            (None, JobState::Queued | JobState::Running) => format!(
                "{}Training goes on as job {id}{progress}. Next: get_job {{\"job_id\": \"{id}\", \"wait_seconds\": 60}}; cancel_job stops it.",
                if self.already_running { "The same training was running already; no second one was started. " } else { "" },
                id = self.job.job_id,
                progress = self.job.progress.as_ref().map(|p| format!(" ({})", p.message)).unwrap_or_default(),
            ),
            (None, state) => ended(&self.job, state),
        }
    }
}


/// What came out of a training, in a few lines and a table.
pub(crate) fn result_summary(result: &TrainResult) -> String {
    let mut learners = BTreeSet::new();
    let rows: Vec<Vec<String>> = result
        .leaderboard
        .iter()
        .filter(|entry| learners.insert(&entry.learner))
        .map(|entry| {
            let score = match (entry.cv_mean, entry.cv_std) {
                (Some(mean), Some(std)) => format!("{} ± {}", number(mean, 4), number(std, 2)),
                (Some(mean), None) => number(mean, 4),
                _ => entry.failure.clone().unwrap_or_default(),
            };
            vec![entry.rank.to_string(), entry.learner.clone(), score, made_of(entry)]
        })
        .collect();
    let mut text = format!(
        "Best: {learner} for {target} ({task}), {metric} {score} on {n} held-out rows (baseline {baseline}).\n\n{board}",
        learner = result.best_learner,
        target = result.target,
        task = result.task,
        metric = result.metric,
        score = result.test_metrics.get(&result.metric).map_or_else(|| "?".to_owned(), |value| number(*value, 4)),
        baseline = result.baseline_test_metrics.get(&result.metric).map_or_else(|| "?".to_owned(), |value| number(*value, 4)),
        n = result.n_test_rows,
        board = table(&["rank", "learner", &format!("{} (cross-validated)", result.metric), "with"], &rows),
    );
    let others: Vec<String> =
        result.test_metrics.iter().filter(|(name, _)| **name != result.metric).map(|(name, value)| format!("{name} {}", number(*value, 4))).collect();
    let n_more = result.n_candidates.saturating_sub(rows.len());
    if n_more > 0 {
        text.push_str(&format!("\nThe best of each learner; {n_more} more were tried.\n"));
    }
    if result.n_taken_over > 0 {
        text.push_str(&format!("\n{} of the candidates were known from the same training, which did not come to its end.\n", result.n_taken_over));
    }
    text.push_str(&format!("\nTest: {}.\nSplit: {}.\n", others.join(", "), result.split));
    for sentence in result.calibration.iter().map(calibrated).chain(result.coverage.iter().map(|coverage| covered(coverage, result.task))) {
        text.push_str(&format!("{sentence}.\n"));
    }
    for excluded in &result.excluded {
        text.push_str(&format!("Excluded {}: {}.\n", excluded.name, excluded.reason));
    }
    for warning in &result.warnings {
        text.push_str(&format!("Warning: {warning}.\n"));
    }
    if !result.card.is_empty() {
        text.push_str(&format!("Model card: {}, as text card.md beside it.\n", result.card));
    }
    text.push_str(&format!("Next: register_model {{\"run_id\": \"{}\", \"name\": \"…\"}}, or evaluate_model with {}.", result.run_id, result.model_uri));
    text
}

/// What makes an entry: its hyperparameters that are no defaults, e.g. `c 0.1`, or its members with their weights.
fn made_of(entry: &LeaderboardEntry) -> String {
    if let Some(members) = entry.parameters.get("members").and_then(Value::as_array) {
        let part = |member: &Value| {
            Some(format!("{} {}", number(member.get("weight")?.as_f64()?, 2), member.get("learner")?.as_str()?))
        };
        return members.iter().filter_map(part).collect::<Vec<_>>().join(" + ");
    }
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    entry.parameters.iter().map(|(name, value)| format!("{name} {}", plain(value))).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_say_what_they_are_made_of() {
        let board: Vec<LeaderboardEntry> = serde_json::from_str(
            r#"[{"rank": 1, "learner": "weighted_ensemble", "fit_seconds": 1, "parameters": {"members": [
                    {"learner": "a", "weight": 0.75, "parameters": {"c": 1}}, {"learner": "b", "weight": 0.25, "parameters": {}}]}},
                {"rank": 2, "learner": "a", "fit_seconds": 1, "parameters": {"c": 0.1, "n": 5}},
                {"rank": 3, "learner": "b", "fit_seconds": 1, "parameters": {}}]"#,
        )
        .unwrap();
        let made: Vec<String> = board.iter().map(made_of).collect();
        assert_eq!(made, ["0.75 a + 0.25 b", "c 0.1, n 5", ""]);
    }
}
