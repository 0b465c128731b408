//! Predictions explained one by one.

use mlwright_base::Problem;
use mlwright_explore::chart::{Unit, builders};
use mlwright_learn::model::FeatureContribution;
use mlwright_learn::predictor::Link;
use mlwright_learn::{LearnError, Model, RowExplanation, RowPrediction, Task, Value};
use polars::prelude::DataFrame;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use crate::convert::frame_from;
use crate::evaluate::ChartImage;
use crate::serving::{Layout, Rows, read_records};

/// Contributions listed per row; the rest are added up.
pub const CONTRIBUTIONS_MAX: usize = 20;
/// Bars in the chart of a row.
const BARS_MAX: usize = 12;

/// Why one row got its prediction: `base` plus all contributions (`others` included) is `margin`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ExplainedRow {
    /// Its position among the rows, from 0.
    pub row: usize,
    /// The predicted class or number.
    pub prediction: Json,
    /// The probability of `class`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// The class whose margin is explained: the positive one of two, the predicted one of several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// The margin of a row of which nothing is known.
    pub base: f64,
    /// The margin: log-odds, softmax score or number, by `link`.
    pub margin: f64,
    /// How the margin becomes the prediction.
    pub link: Link,
    /// What each feature added, the largest effect first.
    pub contributions: Vec<RowContribution>,
    /// What the features beyond those added together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub others: Option<f64>,
}

/// What one feature added to a prediction.
pub type RowContribution = FeatureContribution;

/// Rows explained, and how to read it.
#[derive(Debug)]
pub(super) struct Explained {
    pub(super) rows: Vec<ExplainedRow>,
    pub(super) note: String,
}

/// Rows that the caller gave.
pub(super) struct Given {
    rows: Rows,
}

/// Reads the caller's rows.
pub(super) fn given(model: &Model, records: &[Map<String, Json>]) -> Result<Given, Problem> {
    let rows = read_records(records, &Layout::new(&model.features)).map_err(|problem| {
        let field = if problem.field.is_empty() { "records".to_owned() } else { problem.field.replacen("rows", "records", 1) };
        problem.field(field)
    })?;
    Ok(Given { rows })
}

impl Given {
    pub(super) fn explain(&self, model: &Model) -> Result<Explained, Problem> {
        let mut values = Vec::new();
        explain(model, self.rows.len(), |row| {
            self.rows.read(row, &mut values);
            values.clone()
        })
    }
}

/// Explains every row of a table.
pub(super) fn first(model: &Model, rows: &DataFrame) -> Result<Explained, Problem> {
    let frame = frame_from(rows, &model.features)?;
    explain(model, frame.n_rows(), |row| frame.iter().map(|(_, column)| column.value(row)).collect())
}

fn explain<'v>(model: &Model, n_rows: usize, mut values: impl FnMut(usize) -> Vec<Value<'v>>) -> Result<Explained, Problem> {
    let mut rows = Vec::with_capacity(n_rows);
    for row in 0..n_rows {
        match model.explain_row(&values(row)) {
            Ok(explanation) => rows.push(explained(model, row, explanation)),
            // It is the learner that has none, so no other row has either.
            Err(LearnError::UnsuitableData { message, .. }) => {
                return Ok(Explained { rows: Vec::new(), note: format!("rows are not explained one by one: {message}") });
            }
            Err(error) => return Err(error.into()),
        }
    }
    let note = match rows.first().map(|row: &ExplainedRow| row.link) {
        None => "no row was asked for",
        Some(Link::Identity) if model.task != Task::Regression => "base plus the contributions is the probability of the class",
        Some(Link::Identity) => "base plus the contributions is the prediction, in the target's unit",
        Some(Link::Logistic) => {
            "base plus the contributions is the log-odds of the class: 0 is a probability of one half, above it is more likely"
        }
        Some(Link::Softmax) => "base plus the contributions is the class' score; softmax over the classes' scores gives probabilities",
        Some(Link::Log) => "base plus the contributions is the logarithm of the prediction: each multiplies it by its exponential",
    };
    Ok(Explained { rows, note: note.to_owned() })
}

fn explained(model: &Model, row: usize, explanation: RowExplanation) -> ExplainedRow {
    let RowExplanation { prediction, class, base, margin, link, mut contributions } = explanation;
    let rest = contributions.split_off(contributions.len().min(CONTRIBUTIONS_MAX));
    let others = (!rest.is_empty()).then(|| rest.iter().map(|one| one.contribution).sum());
    let (prediction, probability) = match prediction {
        RowPrediction::Number(number) => (json!(number), None),
        RowPrediction::Class { label, probabilities } => {
            let code = class.as_ref().and_then(|class| model.classes.iter().position(|one| one == class));
            (json!(model.classes.get(label as usize)), code.and_then(|code| probabilities.get(code).copied()))
        }
    };
    ExplainedRow { row, prediction, probability, class, base, margin, link, contributions, others }
}

/// A row's largest contributions; nothing when there are none.
pub(super) fn chart(target: &str, row: &ExplainedRow) -> Option<ChartImage> {
    let bars: Vec<(String, f64)> = row
        .contributions
        .iter()
        .take(BARS_MAX)
        .map(|one| (format!("{} = {}", one.feature, one.value.as_deref().unwrap_or("missing")), one.contribution))
        .collect();
    let title = match &row.class {
        Some(class) => format!("row {}: what speaks for {target} = {class}", row.row),
        None => format!("row {}: what moves {target}", row.row),
    };
    let label = match row.link {
        Link::Identity => "contribution",
        Link::Logistic => "contribution in log-odds",
        Link::Softmax => "contribution to the class' score",
        Link::Log => "contribution to the logarithm",
    };
    (!bars.is_empty()).then(|| ChartImage::of(&builders::bars(&title, label, Unit::Number, &bars)))
}
