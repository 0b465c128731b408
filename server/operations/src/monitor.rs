//! Operations that watch for drift.

use mlwright_base::Problem;
use mlwright_engine::monitor::{self, DriftAnswer, DriftRequest, Monitor, Thresholds};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::answer::Image;
use crate::explore::image;
use crate::operation::{Context, Effect, Operation, Stage};
use crate::summary::Summary;

/// Columns that the text lists.
const COLUMNS_SHOWN_MAX: usize = 20;
/// Columns that did not drift of which the text says why.
const REASONS_SHOWN_MAX: usize = 5;

/// Fixes what a table, or an endpoint's requests, is to be compared with; check_drift then compares by
/// the monitor's name and keeps each result. For a single comparison call check_drift without a
/// monitor.
#[derive(JsonSchema)]
pub struct CreateMonitor;

/// Input of `create_monitor`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateMonitorInput {
    /// The monitor's name.
    name: String,
    /// Table that shows how things should be, mostly the training data.
    baseline: String,
    /// Table to watch, or `inference/ENDPOINT`.
    current: String,
    /// Columns to compare (all but ids, free text and times).
    columns: Option<Vec<String>>,
    /// Thresholds that differ from mlwright.toml.
    thresholds: Option<Thresholds>,
}

impl Operation for CreateMonitor {
    const NAME: &'static str = "create_monitor";
    const TITLE: &'static str = "Create a monitor";
    const EFFECT: Effect = Effect::Write;
    const STAGE: Stage = Stage::Monitor;
    const EXAMPLE: &'static str = r#"{"name": "churn-drift", "baseline": "telco.csv", "current": "inference/churn"}"#;
    type Input = CreateMonitorInput;
    type Output = Monitor;

    fn run(cx: Context<'_>, input: CreateMonitorInput) -> Result<Monitor, Problem> {
        let request = monitor::CreateMonitor {
            name: input.name,
            baseline: input.baseline,
            current: input.current,
            columns: input.columns,
            thresholds: input.thresholds.unwrap_or_default(),
        };
        cx.engine.create_monitor(cx.call, &request)
    }
}

impl Summary for Monitor {
    fn summary(&self) -> String {
        format!(
            "Monitor {name} compares {current} with {baseline}.\nA column drifts by this rule: {rule}.\nNext: check_drift {{\"monitor\": \"{name}\"}}.",
            name = self.name,
            current = self.current,
            baseline = self.baseline,
            rule = self.rule,
        )
    }
}

/// Compares two tables column by column, or what a monitor watches, by distances and tests; says which
/// columns drifted, by a stated rule, and draws them. Give baseline and current, or monitor. For how good
/// predictions are use evaluate_model with the newer table.
#[derive(JsonSchema)]
pub struct CheckDrift;

/// Input of `check_drift`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckDriftInput {
    /// Table that shows how things should be.
    baseline: Option<String>,
    /// Table to compare, or `inference/ENDPOINT`.
    current: Option<String>,
    /// Columns to compare (all but ids, free text and times).
    columns: Option<Vec<String>>,
    /// Monitor, instead of the tables.
    monitor: Option<String>,
}

impl Operation for CheckDrift {
    const NAME: &'static str = "check_drift";
    const TITLE: &'static str = "Check for drift";
    const EFFECT: Effect = Effect::Write;
    const STAGE: Stage = Stage::Monitor;
    const QUOTES_TABLES: bool = true;
    const IS_LONG: bool = true;
    const EXAMPLE: &'static str = r#"{"baseline": "telco.csv", "current": "inference/churn"}"#;
    type Input = CheckDriftInput;
    type Output = DriftAnswer;

    fn run(cx: Context<'_>, input: CheckDriftInput) -> Result<DriftAnswer, Problem> {
        let request = DriftRequest { baseline: input.baseline, current: input.current, columns: input.columns, monitor: input.monitor };
        cx.engine.check_drift(cx.call, &request)
    }
}

impl Summary for DriftAnswer {
    fn summary(&self) -> String {
        let drift = &self.drift;
        let mut text = format!(
            "{} of {} columns drifted: {} ({} rows) against {} ({} rows).\n",
            drift.drifted.len(),
            drift.columns.len(),
            self.current,
            drift.current_rows,
            self.baseline,
            drift.baseline_rows
        );
        for column in drift.columns.iter().filter(|column| column.drifted).take(COLUMNS_SHOWN_MAX) {
            text.push_str(&format!("- {}: {}\n", column.column, column.reason));
        }
        if drift.drifted.len() > COLUMNS_SHOWN_MAX {
            text.push_str(&format!("- and {} more\n", drift.drifted.len() - COLUMNS_SHOWN_MAX));
        }
        let quiet: Vec<&monitor::ColumnDrift> = drift.columns.iter().filter(|column| !column.drifted).collect();
        if !quiet.is_empty() {
            text.push_str("Not drifted, those that moved most first:\n");
        }
        for column in quiet.iter().take(REASONS_SHOWN_MAX) {
            text.push_str(&format!("- {}: {}\n", column.column, column.reason));
        }
        if quiet.len() > REASONS_SHOWN_MAX {
            let names = quiet.iter().skip(REASONS_SHOWN_MAX).map(|column| column.column.as_str());
            text.push_str(&format!("- and less: {}\n", named(names)));
        }
        if !drift.skipped.is_empty() {
            text.push_str("Left out:\n");
        }
        let mut left_out: Vec<(&str, Vec<&str>)> = Vec::new();
        for skipped in &drift.skipped {
            match left_out.iter_mut().find(|(reason, _)| *reason == skipped.reason) {
                Some((_, columns)) => columns.push(skipped.column.as_str()),
                None => left_out.push((skipped.reason.as_str(), vec![skipped.column.as_str()])),
            }
        }
        for (reason, columns) in left_out {
            text.push_str(&format!("- {}: {reason}\n", named(columns.into_iter())));
        }
        for (said, columns) in [("No longer there", &drift.missing_columns), ("New", &drift.new_columns)] {
            if !columns.is_empty() {
                text.push_str(&format!("{said}: {}.\n", named(columns.iter().map(String::as_str))));
            }
        }
        for warning in &self.warnings {
            text.push_str(&format!("Warning: {warning}.\n"));
        }
        text.push_str(&format!("Rule: {}.\nReport: {}.", drift.rule, self.report));
        if !drift.drifted.is_empty() {
            text.push_str(" Next: look at the drifted columns with plot; evaluate_model on labelled new rows, and train again if the score fell.");
        }
        text
    }

    fn images(&self) -> Vec<Image> {
        self.pictures.iter().map(image).collect()
    }
}

/// The first names, and how many more there are.
fn named<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = names.len().saturating_sub(COLUMNS_SHOWN_MAX);
    let shown: Vec<&str> = names.take(COLUMNS_SHOWN_MAX).collect();
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
}
