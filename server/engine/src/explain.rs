//! What a model relies on: permutation importance on rows with a known target, and, for learners
//! that have them, contributions that add up to each prediction.

mod rows;
#[cfg(test)]
mod tests;

use mlwright_base::{ErrorCode, Problem, Seed};
use mlwright_explore::chart::{Unit, builders};
use mlwright_learn::explain::{PermutationImportance, permutation_importance};
use mlwright_learn::{Frame, LearnError, Metric, Model, Target, metrics};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

pub use rows::{ExplainedRow, RowContribution};

use crate::call::Call;
use crate::engine::Engine;
use crate::evaluate::{ChartImage, OpenedFor, Scored};
use crate::registry::ModelFiles;

/// Rows explained unless told otherwise.
pub const ROWS_DEFAULT: usize = 3;
/// The most rows explained.
pub const ROWS_MAX: usize = 100;
/// How often each column is shuffled.
const REPEATS: usize = 5;
/// The most rows that importance is measured on, and the fewest that wide tables are cut to.
const IMPORTANCE_ROWS_MAX: usize = 5_000;
const IMPORTANCE_ROWS_MIN: usize = 200;
/// About how many rows are predicted in all, which bounds the time for wide tables.
const PREDICTIONS_MAX: usize = 10_000_000;
/// The seed of the shuffles: asking again gives the same importances.
const SHUFFLE_SEED: Seed = Seed(42);
/// Bars in the chart.
const BARS_MAX: usize = 20;

/// What is to be explained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExplainModelRequest {
    /// E.g. `models:/churn/3` or `runs:/ID/model`.
    pub model: String,
    /// Table (the rows that the run held out).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// How many of its first rows to explain one by one, 0 to 100 (3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<usize>,
    /// Rows to explain instead, as objects with every column of the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records: Option<Vec<Map<String, Json>>>,
}

/// What a model relies on.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ModelExplanation {
    /// The model, by an address that does not move.
    pub model_uri: String,
    /// The rows: `held out by run ID`, or the table's name.
    pub rows: String,
    /// The metric that importance is measured in.
    pub metric: String,
    /// Rows that importance was measured on.
    pub n_rows: usize,
    /// How much the metric gets worse when a column is shuffled, the most important first. Columns
    /// that say the same share their importance.
    pub importance: Vec<PermutationImportance>,
    /// How `contributions` are to be read, or why there are none.
    pub note: String,
    /// Rows one by one.
    pub explanations: Vec<ExplainedRow>,
    /// What to know before relying on it.
    pub warnings: Vec<String>,
    /// Charts, for whoever can look at them.
    #[serde(skip)]
    pub charts: Vec<ChartImage>,
}

impl Engine {
    /// Explains a model as a whole and, where its learner allows, row by row.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] for an unknown model or table, [`ErrorCode::InvalidArgument`] when
    /// the rows lack a column of the model or there are too many.
    pub fn explain_model(&self, call: &Call<'_>, request: &ExplainModelRequest) -> Result<ModelExplanation, Problem> {
        let n_wanted = request.rows.unwrap_or(ROWS_DEFAULT);
        let n_records = request.records.as_ref().map_or(0, Vec::len);
        if n_wanted > ROWS_MAX || n_records > ROWS_MAX {
            let field = if n_wanted > ROWS_MAX { "rows" } else { "records" };
            return Err(Problem::new(ErrorCode::InvalidArgument, format!("{} rows to explain, expected at most {ROWS_MAX}", n_wanted.max(n_records)))
                .field(field));
        }
        let resolved = self.resolve_model(&request.model)?;
        let model = ModelFiles::of(self, &resolved).model()?;
        // Wrong records are answered before anything costly, and before held-out rows are looked at.
        let given = request.records.as_ref().map(|records| rows::given(&model, records)).transpose()?;
        let judged = self.judged_rows(call, &resolved, request.table.as_deref(), &[], OpenedFor::Explain)?;
        let metric = self.metric_of(&resolved, model.task)?;
        let mut warnings = judged.warnings;
        let has_target = judged.frame.column(&model.target).is_ok();
        let (importance, n_rows) = if has_target {
            let scored = Scored::new(&model, &judged.frame, call.cancel)?;
            importance(call, &model, metric, scored, &mut warnings)?
        } else {
            warnings.push(format!("{} has no column {:?}, without which importance cannot be measured", judged.name, model.target));
            (Vec::new(), 0)
        };
        let explained = match given {
            Some(given) => given.explain(&model)?,
            None => rows::first(&model, &judged.frame.head(Some(n_wanted)))?,
        };
        let mut charts = Vec::new();
        if !importance.is_empty() {
            let bars: Vec<(String, f64)> = importance.iter().take(BARS_MAX).map(|one| (one.feature.clone(), one.mean)).collect();
            let title = format!("{}: loss of {metric} when a column is shuffled", model.target);
            charts.push(ChartImage::of(&builders::bars(&title, &format!("loss of {metric}"), Unit::Number, &bars)));
        }
        charts.extend(explained.rows.first().and_then(|row| rows::chart(&model.target, row)));
        Ok(ModelExplanation {
            model_uri: resolved.uri,
            rows: judged.name,
            metric: metric.name().to_owned(),
            n_rows,
            importance,
            note: explained.note,
            explanations: explained.rows,
            warnings,
            charts,
        })
    }
}

/// Permutation importance, the largest first, and the number of rows it was measured on.
fn importance(
    call: &Call<'_>,
    model: &Model,
    metric: Metric,
    scored: Scored,
    warnings: &mut Vec<String>,
) -> Result<(Vec<PermutationImportance>, usize), Problem> {
    let (frame, target) = bounded(scored, model.features.len(), warnings);
    let names: Vec<&str> = model.features.iter().map(|feature| feature.name.as_str()).collect();
    let score = |frame: &Frame| {
        let value = metrics::compute(metric, &target, &model.predict(frame, call.cancel)?)?;
        Ok::<f64, LearnError>(if metric.greater_is_better() { value } else { -value })
    };
    let n_rows = frame.n_rows();
    match permutation_importance(&frame, &names, REPEATS, SHUFFLE_SEED, call.cancel, call.progress, score) {
        Ok(mut found) => {
            found.sort_by(|a, b| b.mean.total_cmp(&a.mean).then_with(|| a.feature.cmp(&b.feature)));
            Ok((found, n_rows))
        }
        Err(LearnError::UnsuitableData { message, .. }) => {
            warnings.push(format!("importance cannot be measured on these rows: {message}"));
            Ok((Vec::new(), n_rows))
        }
        Err(error) => Err(error.into()),
    }
}

/// Rows spread evenly over all, at most as many as the limits allow; a cut is said.
fn bounded(scored: Scored, n_features: usize, warnings: &mut Vec<String>) -> (Frame, Target) {
    let n = scored.frame.n_rows();
    let most = (PREDICTIONS_MAX / (n_features.max(1) * REPEATS)).clamp(IMPORTANCE_ROWS_MIN, IMPORTANCE_ROWS_MAX);
    if n <= most {
        return (scored.frame, scored.target.target);
    }
    warnings.push(format!("importance was measured on {most} of the {n} rows, spread evenly"));
    let rows: Vec<usize> = (0..most).map(|k| k * n / most).collect();
    (scored.frame.take(&rows), scored.target.target.take(&rows))
}
