//! Operations on runs.

use std::collections::BTreeMap;

use mlwright_base::Problem;
use mlwright_engine::tracking::compare::Comparison;
use mlwright_engine::tracking::{MetricPoint, Run};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::operation::{Context, Effect, Operation, Stage};
use crate::platform::page_limit;
use crate::summary::{Summary, number, table};

/// Lists training runs, filtered and ordered in MLflow's language. For one run's details use get_run,
/// to choose between runs compare_runs.
#[derive(JsonSchema)]
pub struct ListRuns;

/// Input of `list_runs`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListRunsInput {
    /// Experiment name or id (all).
    experiment: Option<String>,
    /// E.g. `metrics.test_roc_auc > 0.8 AND params.learner LIKE 'grad%'`.
    filter: Option<String>,
    /// E.g. `["metrics.test_roc_auc DESC"]`.
    order_by: Option<Vec<String>>,
    /// Most runs, 1 to 1000 (50).
    limit: Option<usize>,
}

/// Output of `list_runs`.
#[derive(Serialize, JsonSchema)]
pub struct ListRunsOutput {
    /// The runs; get_run has everything of one.
    runs: Vec<RunLine>,
    /// Runs that passed the filter, in all.
    total: usize,
}

/// A run in a list.
#[derive(Serialize, JsonSchema)]
struct RunLine {
    run_id: String,
    experiment: String,
    run_name: String,
    status: String,
    start_time: String,
    learner: String,
    metric: String,
    metrics: BTreeMap<String, f64>,
}

impl Operation for ListRuns {
    const NAME: &'static str = "list_runs";
    const TITLE: &'static str = "List runs";
    const EFFECT: Effect = Effect::Read;
    const STAGE: Stage = Stage::Train;
    const IS_LONG: bool = true;
    const EXAMPLE: &'static str = r#"{"filter": "metrics.test_roc_auc > 0.8", "order_by": ["metrics.test_roc_auc DESC"], "limit": 5}"#;
    type Input = ListRunsInput;
    type Output = ListRunsOutput;

    fn run(cx: Context<'_>, input: ListRunsInput) -> Result<ListRunsOutput, Problem> {
        let limit = page_limit(input.limit)?;
        let order = input.order_by.unwrap_or_default();
        let (runs, total) = cx.engine.list_runs(input.experiment.as_deref(), input.filter.as_deref(), &order, limit)?;
        let line = |run: Run| RunLine {
            run_id: run.run_id.to_string(),
            experiment: run.experiment,
            run_name: run.run_name,
            status: run.status.as_str().to_owned(),
            start_time: run.start_time.to_string(),
            learner: run.params.get("learner").cloned().unwrap_or_default(),
            metric: run.params.get("metric").cloned().unwrap_or_default(),
            metrics: run.metrics,
        };
        Ok(ListRunsOutput { runs: runs.into_iter().map(line).collect(), total })
    }
}

impl Summary for ListRunsOutput {
    fn summary(&self) -> String {
        if self.runs.is_empty() {
            return "No run matches; train makes one.".to_owned();
        }
        let rows: Vec<Vec<String>> = self
            .runs
            .iter()
            .map(|run| {
                // The metric that chose stands first.
                let chosen = run.metrics.iter().filter(|(name, _)| name.strip_prefix("test_") == Some(&run.metric));
                let others = run.metrics.iter().filter(|(name, _)| name.strip_prefix("test_").is_some_and(|name| name != run.metric));
                let shown = chosen.chain(others).take(3);
                let metrics: Vec<String> = shown.map(|(name, value)| format!("{name} {}", number(*value, 4))).collect();
                vec![run.run_id.clone(), run.run_name.clone(), run.status.clone(), run.learner.clone(), metrics.join(", ")]
            })
            .collect();
        format!("{} of {} runs.\n\n{}", self.runs.len(), self.total, table(&["run_id", "name", "status", "learner", "metrics"], &rows))
    }
}

/// Shows one run: parameters, metrics with history, data fingerprint, schema, artifacts. To set runs
/// side by side use compare_runs.
#[derive(JsonSchema)]
pub struct GetRun;

/// Input of `get_run`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GetRunInput {
    /// The run's id, or the start of it.
    run_id: String,
}

/// Output of `get_run`.
#[derive(Serialize, JsonSchema)]
pub struct GetRunOutput {
    /// The run.
    run: Run,
    /// The metrics' history, oldest first.
    history: Vec<MetricPoint>,
    /// Path of the model card.
    #[serde(skip_serializing_if = "Option::is_none")]
    card: Option<String>,
}

impl Operation for GetRun {
    const NAME: &'static str = "get_run";
    const TITLE: &'static str = "Show a run";
    const EFFECT: Effect = Effect::Read;
    const STAGE: Stage = Stage::Train;
    const IS_LONG: bool = true;
    const EXAMPLE: &'static str = r#"{"run_id": "019ab6d0c0de7000800000000000beef"}"#;
    type Input = GetRunInput;
    type Output = GetRunOutput;

    fn run(cx: Context<'_>, input: GetRunInput) -> Result<GetRunOutput, Problem> {
        let run = cx.engine.run(&input.run_id)?;
        let history = cx.engine.metric_history(&run.run_id)?;
        let card = cx.engine.card_page(&run);
        Ok(GetRunOutput { run, history, card })
    }
}

impl Summary for GetRunOutput {
    fn summary(&self) -> String {
        let run = &self.run;
        let metrics: Vec<Vec<String>> = run.metrics.iter().map(|(name, value)| vec![name.clone(), number(*value, 6)]).collect();
        let data = run.data.as_ref().map_or_else(String::new, |data| {
            format!("Data: {}, {} rows, {} held out, SHA-256 {}…\n", data.table, data.n_rows, data.n_test_rows, &data.fingerprint[..data.fingerprint.len().min(12)])
        });
        let error = run.error.as_ref().map_or_else(String::new, |error| format!("Error: {error}\n"));
        let card = self.card.as_ref().map_or_else(String::new, |card| format!("Model card: {card}\n"));
        let params: Vec<String> = run.params.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!(
            "Run {} ({}), {} by {}, {}.\n{data}{card}{error}Parameters: {}.\n\n{}",
            run.run_name,
            run.run_id,
            run.status.as_str(),
            run.user,
            run.start_time,
            params.join(", "),
            table(&["metric", "value"], &metrics)
        )
    }
}

/// Puts two to twenty runs of list_runs side by side: metrics, parameters that differ, same test rows
/// or not. Use it before choosing one; scores on different test rows are not comparable.
#[derive(JsonSchema)]
pub struct CompareRuns;

/// Input of `compare_runs`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompareRunsInput {
    /// Ids of the runs.
    run_ids: Vec<String>,
}

impl Operation for CompareRuns {
    const NAME: &'static str = "compare_runs";
    const TITLE: &'static str = "Compare runs";
    const EFFECT: Effect = Effect::Read;
    const STAGE: Stage = Stage::Train;
    const IS_LONG: bool = true;
    const EXAMPLE: &'static str = r#"{"run_ids": ["019ab6d0c0de7000800000000000beef", "019ab6d0c0de7000800000000000cafe"]}"#;
    type Input = CompareRunsInput;
    type Output = Comparison;

    fn run(cx: Context<'_>, input: CompareRunsInput) -> Result<Comparison, Problem> {
        cx.engine.compare_runs(&input.run_ids)
    }
}

impl Summary for Comparison {
    fn summary(&self) -> String {
        let mut head = vec![""];
        head.extend(self.runs.iter().map(|run| run.run_name.as_str()));
        let blank = || "–".to_owned();
        let mut rows: Vec<Vec<String>> = Vec::new();
        for (name, values) in &self.metrics {
            rows.push(std::iter::once(name.clone()).chain(values.iter().map(|v| v.map_or_else(blank, |v| number(v, 4)))).collect());
        }
        for (name, values) in &self.different_params {
            rows.push(std::iter::once(name.clone()).chain(values.iter().map(|v| v.clone().unwrap_or_else(blank))).collect());
        }
        let fair = if self.same_test_rows {
            "All were scored on the same held-out rows.\n\n"
        } else {
            "They did not hold out the same rows: test metrics are not strictly comparable.\n\n"
        };
        format!("{fair}{}", table(&head, &rows))
    }
}
