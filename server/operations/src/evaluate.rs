//! Operations that judge and explain models.

use mlwright_base::Problem;
use mlwright_engine::evaluate::{ChartImage, EvaluateModelRequest, ModelEvaluation, SegmentScores};
use mlwright_engine::explain::{ExplainModelRequest, ExplainedRow, ModelExplanation};
use schemars::JsonSchema;

use crate::answer::Image;
use crate::operation::{Context, Effect, Operation, Stage};
use crate::summary::{Summary, number, table};

/// Classes beyond which the confusion matrix is not written out in the text.
const CLASSES_SHOWN_MAX: usize = 6;
/// Segments listed in the text: those with the largest differences.
const SEGMENTS_SHOWN_MAX: usize = 8;
/// Columns and contributions listed in the text.
const FEATURES_SHOWN_MAX: usize = 10;
const CONTRIBUTIONS_SHOWN_MAX: usize = 6;
/// Rows explained in the text.
const ROWS_SHOWN_MAX: usize = 5;

/// Scores a model: metrics beside the baseline's, confusion, curves, calibration, and the same per
/// segment. Without a table, on the rows its run held out; each look at those is recorded. To choose
/// between models use compare_runs, not repeated looks.
#[derive(JsonSchema)]
pub struct EvaluateModel;

impl Operation for EvaluateModel {
    const NAME: &'static str = "evaluate_model";
    const TITLE: &'static str = "Evaluate a model";
    const EFFECT: Effect = Effect::Write;
    const STAGE: Stage = Stage::Evaluate;
    const QUOTES_TABLES: bool = true;
    const IS_LONG: bool = true;
    const EXAMPLE: &'static str = r#"{"model": "models:/churn/1", "segments": ["Contract"]}"#;
    type Input = EvaluateModelRequest;
    type Output = ModelEvaluation;

    fn run(cx: Context<'_>, input: EvaluateModelRequest) -> Result<ModelEvaluation, Problem> {
        cx.engine.evaluate_model(cx.call, &input)
    }
}

impl Summary for ModelEvaluation {
    fn summary(&self) -> String {
        let mut text = format!("{} predicting {} on {} rows ({}).\n", self.model_uri, self.target, self.evaluation.n_rows, self.rows);
        for warning in &self.warnings {
            text.push_str(&format!("Warning: {warning}.\n"));
        }
        let rows: Vec<Vec<String>> = self.evaluation.metrics.iter().map(|(name, value)| self.metric_row(name, *value)).collect();
        text.push_str(&format!("\n{}", table(&["metric", "model", "baseline"], &rows)));
        if let Some(confusion) = self.evaluation.confusion.as_ref().filter(|confusion| confusion.labels.len() <= CLASSES_SHOWN_MAX) {
            let mut head = vec!["actual \\ predicted"];
            head.extend(confusion.labels.iter().map(String::as_str));
            let rows: Vec<Vec<String>> = confusion
                .labels
                .iter()
                .zip(&confusion.counts)
                .map(|(label, counts)| std::iter::once(label.clone()).chain(counts.iter().map(u64::to_string)).collect())
                .collect();
            text.push_str(&format!("\n{}", table(&head, &rows)));
        }
        if let [curve] = self.evaluation.curves.as_slice() {
            text.push_str(&format!("\nExpected calibration error of {:?}: {}.\n", curve.class, number(curve.calibration.expected_error, 3)));
        }
        if let Some(residuals) = &self.evaluation.residuals {
            text.push_str(&format!("\nResiduals (actual − predicted): mean {}, standard deviation {}.\n", number(residuals.mean, 4), number(residuals.std, 4)));
        }
        text.push_str(&self.segments_text());
        if self.n_openings > 1 {
            text.push_str(&format!("\nThe held-out rows were looked at {} times; choosing by them wears them out.\n", self.n_openings));
        }
        text.push_str("Next: explain_model, or register_model if this is a run's model.");
        text
    }

    fn images(&self) -> Vec<Image> {
        images(&self.charts)
    }
}

trait InWords {
    fn metric_row(&self, name: &str, value: f64) -> Vec<String>;
    fn segments_text(&self) -> String;
}

impl InWords for ModelEvaluation {
    fn metric_row(&self, name: &str, value: f64) -> Vec<String> {
        let interval = match self.interval {
            Some([low, high]) if name == self.metric => format!(" ({} to {})", number(low, 4), number(high, 4)),
            _ => String::new(),
        };
        let chose = if name == self.metric { format!("**{name}**") } else { name.to_owned() };
        let baseline = self.baseline_metrics.get(name).map_or_else(|| "–".to_owned(), |value| number(*value, 4));
        vec![chose, format!("{}{interval}", number(value, 4)), baseline]
    }

    fn segments_text(&self) -> String {
        if self.segments.is_empty() {
            return String::new();
        }
        let mut shown: Vec<&SegmentScores> = self.segments.iter().collect();
        shown.sort_by(|a, b| b.difference.map_or(-1.0, f64::abs).total_cmp(&a.difference.map_or(-1.0, f64::abs)));
        let rows: Vec<Vec<String>> = shown
            .iter()
            .take(SEGMENTS_SHOWN_MAX)
            .map(|part| {
                let metric = part.scores.metrics.get(&self.metric).map_or_else(|| "–".to_owned(), |value| number(*value, 4));
                let difference = part.difference.map_or_else(String::new, |difference| number(difference, 3));
                let label = part.scores.segment.as_deref().unwrap_or("(missing)");
                let small = if part.scores.flags.is_empty() { "" } else { ", little to go by" };
                vec![format!("{} = {label}", part.column), format!("{}{small}", part.scores.n_rows), metric, difference]
            })
            .collect();
        format!("\n{}", table(&["segment", "rows", &self.metric, "difference to all"], &rows))
    }
}

/// Says what a model relies on: how much its metric suffers when a column is shuffled, and, where the
/// learner allows (trees exactly), what each column added to single predictions. Reasons of the model,
/// not causes in the world. For how good it is use evaluate_model.
#[derive(JsonSchema)]
pub struct ExplainModel;

impl Operation for ExplainModel {
    const NAME: &'static str = "explain_model";
    const TITLE: &'static str = "Explain a model";
    const EFFECT: Effect = Effect::Write;
    const STAGE: Stage = Stage::Evaluate;
    const QUOTES_TABLES: bool = true;
    const IS_LONG: bool = true;
    const EXAMPLE: &'static str = r#"{"model": "models:/churn@champion", "rows": 3}"#;
    type Input = ExplainModelRequest;
    type Output = ModelExplanation;

    fn run(cx: Context<'_>, input: ExplainModelRequest) -> Result<ModelExplanation, Problem> {
        cx.engine.explain_model(cx.call, &input)
    }
}

impl Summary for ModelExplanation {
    fn summary(&self) -> String {
        let mut text = format!("{}, {}.\n", self.model_uri, self.rows);
        for warning in &self.warnings {
            text.push_str(&format!("Warning: {warning}.\n"));
        }
        if !self.importance.is_empty() {
            let rows: Vec<Vec<String>> = self
                .importance
                .iter()
                .take(FEATURES_SHOWN_MAX)
                .map(|one| vec![one.feature.clone(), format!("{} ± {}", number(one.mean, 3), number(one.std, 2))])
                .collect();
            let more = self.importance.len().saturating_sub(FEATURES_SHOWN_MAX);
            let tail = if more > 0 { format!("and {more} more columns.\n") } else { String::new() };
            let head = format!("loss of {} when shuffled", self.metric);
            text.push_str(&format!("Measured on {} rows:\n\n{}{tail}", self.n_rows, table(&["column", &head], &rows)));
        }
        for row in self.explanations.iter().take(ROWS_SHOWN_MAX) {
            text.push_str(&format!("\n{}\n", row_text(row)));
        }
        text.push_str(&format!("\nHow to read the rows: {}.", self.note));
        text
    }

    fn images(&self) -> Vec<Image> {
        images(&self.charts)
    }
}

fn row_text(row: &ExplainedRow) -> String {
    let prediction = row.prediction.as_str().map_or_else(|| row.prediction.as_f64().map_or_else(|| row.prediction.to_string(), |value| number(value, 5)), str::to_owned);
    let probability = match (&row.class, row.probability) {
        (Some(class), Some(probability)) => format!(" (probability of {class}: {})", number(probability, 3)),
        _ => String::new(),
    };
    let parts: Vec<String> = row
        .contributions
        .iter()
        .take(CONTRIBUTIONS_SHOWN_MAX)
        .map(|one| {
            let sign = if one.contribution < 0.0 { "−" } else { "+" };
            format!("{} = {} {sign}{}", one.feature, one.value.as_deref().unwrap_or("missing"), number(one.contribution.abs(), 3))
        })
        .collect();
    format!("Row {}: {prediction}{probability}. Base {}; {}.", row.row, number(row.base, 3), parts.join(", "))
}

fn images(charts: &[ChartImage]) -> Vec<Image> {
    charts.iter().map(|chart| Image { media_type: "image/png", bytes: chart.png.clone() }).collect()
}
