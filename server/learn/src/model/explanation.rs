//! Why one row got its prediction: what each raw feature added.

use serde::{Deserialize, Serialize};

use super::{Model, RowPrediction};
use crate::explain::sum_per_feature;
use crate::frame::Value;
use crate::predictor::Link;
use crate::prepare::describe;
use crate::{LearnError, Task};

/// What one raw feature added to a prediction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct FeatureContribution {
    /// The feature's name.
    pub feature: String,
    /// The row's value as text; absent when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What it added to the margin.
    pub contribution: f64,
}

/// Why one row got its prediction. `base` plus the contributions is `margin` exactly but for
/// rounding, and `link` turns margins into the prediction.
#[derive(Debug, Clone, PartialEq)]
pub struct RowExplanation {
    /// The prediction explained.
    pub prediction: RowPrediction,
    /// The class whose margin is explained: the positive class of a binary task, the predicted
    /// class of several, none for a number.
    pub class: Option<String>,
    /// The margin of a row of which nothing is known.
    pub base: f64,
    /// The sum of base and contributions: log-odds, softmax score or number, by `link`.
    pub margin: f64,
    /// How margins become the prediction.
    pub link: Link,
    /// Per feature, the largest effect first.
    pub contributions: Vec<FeatureContribution>,
}

impl Model {
    /// Explains the prediction of one row, given as one value per feature in the order of
    /// [`Model::features`].
    ///
    /// # Errors
    /// As [`Model::predict_row`]; [`LearnError::UnsuitableData`] when the learner has no
    /// contributions that add up.
    pub fn explain_row(&self, values: &[Value<'_>]) -> Result<RowExplanation, LearnError> {
        let mut prepared = vec![0.0; self.preparer.matrix().names.len()];
        self.preparer.transform_row(values, &mut prepared)?;
        let mut outputs = vec![0.0; self.n_outputs()];
        self.outputs_of(&prepared, &mut outputs);
        let prediction = RowPrediction::from_outputs(self.task, outputs, self.threshold);
        let all = self.predictor.contributions(&prepared).ok_or_else(|| LearnError::UnsuitableData {
            message: format!("{} has no contributions that add up to its prediction", self.learner),
            hint: "use permutation importance instead".to_owned(),
        })?;
        let all = match &self.calibration {
            Some(calibration) => calibration.contributions(all),
            None => all,
        };
        let code = match (&prediction, self.task) {
            (RowPrediction::Class { .. }, Task::Binary) => Some(1),
            (RowPrediction::Class { label, .. }, _) => Some(*label as usize),
            (RowPrediction::Number(_), _) => None,
        };
        // Binary learners with one margin (the log-odds of the positive class) give one output.
        let output = code.unwrap_or(0).min(all.base.len().saturating_sub(1));
        let base = all.base[output];
        let per_feature = sum_per_feature(&all.values[output], self.preparer.matrix(), self.features.len());
        let margin = base + per_feature.iter().sum::<f64>();
        let mut contributions: Vec<FeatureContribution> = self
            .features
            .iter()
            .zip(values)
            .zip(per_feature)
            .map(|((feature, value), contribution)| FeatureContribution {
                feature: feature.name.clone(),
                value: describe(*value),
                contribution,
            })
            .collect();
        contributions.sort_by(|a, b| b.contribution.abs().total_cmp(&a.contribution.abs()));
        let class = code.and_then(|code| self.classes.get(code).cloned());
        Ok(RowExplanation { prediction, class, base, margin, link: all.link, contributions })
    }
}
