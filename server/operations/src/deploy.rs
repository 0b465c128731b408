//! Operations on endpoints, and predictions.

use mlwright_base::Problem;
use mlwright_engine::access::Scope;
use mlwright_engine::batch::{BatchPredictOutcome, BatchPredictRequest, BatchPredictResult};
use mlwright_engine::endpoints::{DeployRequest, EndpointList, EndpointStatus, StopRequest, StoppedEndpoint};
use mlwright_engine::jobs::JobState;
use mlwright_engine::serving::{PredictRequest, PredictionSet};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::operation::{Context, Effect, Operation, Stage};
use crate::summary::{Summary, number, table};
use crate::train::ended;

/// Rows that a summary shows.
const ROWS_SHOWN_MAX: usize = 20;
/// Classes that a summary shows per row, the most probable.
const CLASSES_SHOWN_MAX: usize = 3;

/// Deploys a model version to an endpoint and answers when it answers over HTTP, starting the server
/// process if none runs. A new version replaces the old one without a failed request; a model of
/// another target, task or other classes needs an endpoint of its own. To predict without serving use
/// predict.
#[derive(JsonSchema)]
pub struct DeployEndpoint;

impl Operation for DeployEndpoint {
    const NAME: &'static str = "deploy_endpoint";
    const TITLE: &'static str = "Deploy a model";
    const EFFECT: Effect = Effect::Write;
    const SCOPE: Scope = Scope::Deploy;
    const STAGE: Stage = Stage::Deploy;
    const EXAMPLE: &'static str = r#"{"endpoint": "churn", "model": "models:/churn@champion"}"#;
    type Input = DeployRequest;
    type Output = EndpointStatus;

    fn run(cx: Context<'_>, input: DeployRequest) -> Result<EndpointStatus, Problem> {
        cx.engine.deploy_endpoint(cx.call, &input)
    }
}

impl Summary for EndpointStatus {
    fn summary(&self) -> String {
        let mut text = format!("Endpoint {} is {}", self.name, self.state.as_str());
        if let Some(model) = &self.model {
            text.push_str(&format!(" with {model}"));
        }
        if let Some(url) = &self.url {
            text.push_str(&format!(".\nPOST {url} takes {{\"dataframe_records\": [{{…}}]}}, dataframe_split, instances, inputs or CSV"));
        }
        text.push_str(&format!(".\nIts requests and predictions are the table inference/{}.", self.name));
        if let Some(failure) = &self.last_failure {
            text.push_str(&format!("\nThe last deployment ({}) failed: {}.", failure.model, failure.problem.message));
        }
        for warning in &self.warnings {
            text.push_str(&format!("\nWarning: {warning}."));
        }
        text
    }
}

/// Lists endpoints: state, model version, address; and the server process. Call it before
/// deploy_endpoint or stop_endpoint.
#[derive(JsonSchema)]
pub struct ListEndpoints;

/// Input of `list_endpoints`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListEndpointsInput {}

impl Operation for ListEndpoints {
    const NAME: &'static str = "list_endpoints";
    const TITLE: &'static str = "List endpoints";
    const EFFECT: Effect = Effect::Read;
    const STAGE: Stage = Stage::Deploy;
    const EXAMPLE: &'static str = "{}";
    type Input = ListEndpointsInput;
    type Output = EndpointList;

    fn run(cx: Context<'_>, _: ListEndpointsInput) -> Result<EndpointList, Problem> {
        cx.engine.list_endpoints()
    }
}

impl Summary for EndpointList {
    fn summary(&self) -> String {
        let server = match &self.server {
            Some(server) => format!("The server process {} listens at {}.", server.pid, server.url),
            None => "No server process runs; deploy_endpoint or `mlwright serve` starts it.".to_owned(),
        };
        if self.endpoints.is_empty() {
            return format!("There are no endpoints yet; deploy_endpoint makes one.\n{server}");
        }
        let rows: Vec<Vec<String>> = self
            .endpoints
            .iter()
            .map(|endpoint| {
                let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".to_owned());
                vec![endpoint.name.clone(), endpoint.state.as_str().to_owned(), text(&endpoint.model), text(&endpoint.url)]
            })
            .collect();
        format!("{}{server}", table(&["endpoint", "state", "model", "address"], &rows))
    }
}

/// Stops an endpoint: every request to it fails from then on. Its inference table stays. Needs
/// `confirm`, so ask the user. To give it another model use deploy_endpoint instead.
#[derive(JsonSchema)]
pub struct StopEndpoint;

impl Operation for StopEndpoint {
    const NAME: &'static str = "stop_endpoint";
    const TITLE: &'static str = "Stop an endpoint";
    const EFFECT: Effect = Effect::Destructive;
    const SCOPE: Scope = Scope::Deploy;
    const STAGE: Stage = Stage::Deploy;
    const EXAMPLE: &'static str = r#"{"endpoint": "churn", "confirm": true}"#;
    type Input = StopRequest;
    type Output = StoppedEndpoint;

    fn run(cx: Context<'_>, input: StopRequest) -> Result<StoppedEndpoint, Problem> {
        cx.engine.stop_endpoint(cx.call, &input)
    }
}

impl Summary for StoppedEndpoint {
    fn summary(&self) -> String {
        let left = match self.n_left {
            1 => "1 endpoint is left".to_owned(),
            n => format!("{n} endpoints are left"),
        };
        let server = match &self.server {
            Some(server) => format!("the server process {} goes on at {}", server.pid, server.url),
            None => "no server process runs".to_owned(),
        };
        format!("Endpoint {} is stopped; {left}, {server}.", self.endpoint.name)
    }
}

/// Predicts a few rows with a model, or by asking an endpoint, which records them. For a whole table
/// use batch_predict.
#[derive(JsonSchema)]
pub struct Predict;

impl Operation for Predict {
    const NAME: &'static str = "predict";
    const TITLE: &'static str = "Predict rows";
    const EFFECT: Effect = Effect::Write;
    const STAGE: Stage = Stage::Deploy;
    const QUOTES_TABLES: bool = true;
    const EXAMPLE: &'static str = r#"{"model": "models:/churn@champion", "rows": [{"tenure": 2, "Contract": "Month-to-month", "MonthlyCharges": 70.5}]}"#;
    type Input = PredictRequest;
    type Output = PredictionSet;

    fn run(cx: Context<'_>, input: PredictRequest) -> Result<PredictionSet, Problem> {
        cx.engine.predict(cx.call, &input)
    }
}

impl Summary for PredictionSet {
    fn summary(&self) -> String {
        let rows: Vec<Vec<String>> = self
            .predictions
            .iter()
            .enumerate()
            .take(ROWS_SHOWN_MAX)
            .map(|(row, prediction)| {
                let shown = prediction.as_str().map_or_else(|| prediction.as_f64().map_or_else(|| prediction.to_string(), |value| number(value, 6)), str::to_owned);
                let mut cells = vec![row.to_string(), shown, self.most_probable(row)];
                cells.extend(self.region(row));
                cells
            })
            .collect();
        let mut head = vec!["row", "prediction", "probabilities"];
        head.extend(self.region_name());
        let mut text = table(&head, &rows);
        if self.predictions.len() > ROWS_SHOWN_MAX {
            text.push_str(&format!("… {} rows in all.\n", self.predictions.len()));
        }
        let by = self.endpoint.as_ref().map_or_else(String::new, |endpoint| format!(" at endpoint {endpoint}"));
        text.push_str(&format!("Answered by {}{by}.", self.model));
        for warning in &self.warnings {
            text.push_str(&format!("\nWarning: {warning}."));
        }
        text
    }
}

trait MostProbable {
    /// The most probable classes of a row, in words.
    fn most_probable(&self, row: usize) -> String;
    /// What the last column is, if the model has intervals or sets.
    fn region_name(&self) -> Option<&'static str>;
    /// The interval or set of a row, in words.
    fn region(&self, row: usize) -> Option<String>;
}

impl MostProbable for PredictionSet {
    fn most_probable(&self, row: usize) -> String {
        let Some(probabilities) = self.probabilities.get(row) else { return String::new() };
        let mut classes: Vec<(&str, f64)> =
            probabilities.iter().map(|(class, value)| (class.as_str(), value.as_f64().unwrap_or(f64::NAN))).collect();
        classes.sort_by(|a, b| b.1.total_cmp(&a.1));
        let shown: Vec<String> = classes.iter().take(CLASSES_SHOWN_MAX).map(|(class, value)| format!("{class} {}", number(*value, 3))).collect();
        shown.join(", ")
    }

    fn region_name(&self) -> Option<&'static str> {
        match (self.prediction_intervals.is_empty(), self.prediction_sets.is_empty()) {
            (false, _) => Some("interval"),
            (true, false) => Some("one of"),
            (true, true) => None,
        }
    }

    fn region(&self, row: usize) -> Option<String> {
        let end = |end: &Value| end.as_f64().map_or_else(|| "no bound".to_owned(), |end| number(end, 6));
        let interval = self.prediction_intervals.get(row).map(|[low, high]| format!("{} … {}", end(low), end(high)));
        interval.or_else(|| self.prediction_sets.get(row).map(|set| set.join(", ")))
    }
}

/// Predicts every row of a table into a file, batch by batch, in a job: the table's columns plus
/// `prediction` and the probability of each class. Gives the same answers as an endpoint. For a few
/// rows use predict.
#[derive(JsonSchema)]
pub struct BatchPredict;

impl Operation for BatchPredict {
    const NAME: &'static str = "batch_predict";
    const TITLE: &'static str = "Predict a table";
    const EFFECT: Effect = Effect::Write;
    const STAGE: Stage = Stage::Deploy;
    const EXAMPLE: &'static str = r#"{"model": "models:/churn@champion", "table": "new_customers.csv", "output": "scored.parquet", "wait_seconds": 60}"#;
    type Input = BatchPredictRequest;
    type Output = BatchPredictOutcome;

    fn run(cx: Context<'_>, input: BatchPredictRequest) -> Result<BatchPredictOutcome, Problem> {
        cx.engine.batch_predict(cx.call, &input)
    }
}

impl Summary for BatchPredictOutcome {
    fn summary(&self) -> String {
        match (&self.result, self.job.state) {
            (Some(result), _) => result_summary(result),
            (None, JobState::Queued | JobState::Running) => format!(
                "{}Predicting goes on as job {id}. Next: get_job {{\"job_id\": \"{id}\", \"wait_seconds\": 60}}; cancel_job stops it.",
                if self.already_running { "The same prediction was running already; no second one was started. " } else { "" },
                id = self.job.job_id
            ),
            (None, state) => ended(&self.job, state),
        }
    }
}

/// What came out of a batch prediction, in two lines.
fn result_summary(result: &BatchPredictResult) -> String {
    format!(
        "{} rows of {} predicted by {} into {}, with the columns {}.\nNext: query {{\"sql\": \"SELECT * FROM '{}'\"}}, or check_drift.",
        result.rows,
        result.table,
        result.model,
        result.output,
        result.columns.join(", "),
        result.output
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_of_predictions_names_the_likely_classes() {
        let set: PredictionSet = serde_json::from_str(
            r#"{"predictions": ["b", 2.5], "probabilities": [{"a": 0.25, "b": 0.5, "c": 0.15, "d": 0.1}], "model": "models:/m/1", "endpoint": "e"}"#,
        )
        .unwrap();
        let text = set.summary();
        assert!(text.contains("| 0 | b | b 0.5, a 0.25, c 0.15 |"), "{text}");
        assert!(text.contains("| 1 | 2.5 |"), "{text}");
        assert!(text.ends_with("Answered by models:/m/1 at endpoint e."), "{text}");
    }

    #[test]
    fn without_endpoints_the_next_step_is_said() {
        let text = EndpointList { endpoints: Vec::new(), server: None }.summary();
        assert!(text.contains("deploy_endpoint"), "{text}");
    }
}
