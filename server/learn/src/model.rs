//! A model: everything from raw columns to a prediction, as plain data.
//!
//! [`Model::predict`] and [`Model::predict_row`] run the same preparation and the same predictor on
//! each row, so batch and online answers are equal.

mod explanation;
mod file;
mod mlmodel;
mod predictions;
mod record;

use mlwright_base::{CancelToken, Seed};
use ndarray::Array2;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

pub use explanation::{FeatureContribution, RowExplanation};
pub use file::{FORMAT_VERSION, MAGIC};
pub use mlmodel::{MlmodelFields, mlmodel_yaml};
pub use predictions::{Predictions, RowPrediction};

use crate::calibrate::Calibration;
use crate::conformal::Regions;
use crate::frame::{Column, Feature, Frame, Value};
use crate::prepare::{FrameReader, Preparer};
use crate::target::EncodedTarget;
use crate::{LearnError, Predictor, Task};

/// Everything from raw columns to a prediction. Saved as `model.mlw` by [`Model::to_bytes`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// What is predicted.
    pub task: Task,
    /// The name of the target column.
    pub target: String,
    /// The class of each code; empty for regression. In binary tasks the positive class is last.
    pub classes: Vec<String>,
    /// The positive class of a binary task.
    pub positive_class: Option<String>,
    /// Binary tasks: a row is called positive when its probability is at least this.
    pub threshold: Option<f64>,
    /// The raw columns it takes, in the order of [`Model::predict_row`]'s values.
    pub features: Vec<Feature>,
    /// The learner's name.
    pub learner: String,
    /// The learner's hyperparameters.
    pub parameters: serde_json::Map<String, serde_json::Value>,
    /// The seed it was trained with.
    pub seed: Seed,
    /// How many rows it was trained on.
    pub n_training_rows: u64,
    /// From raw columns to a matrix.
    pub preparer: Preparer,
    /// From a matrix row to numbers.
    pub predictor: Predictor,
    /// Binary tasks: from the predictor's probabilities to those that are given; absent when they are the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Calibration>,
    /// Intervals or sets beside predictions; absent unless they were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regions: Option<Regions>,
}

/// Rows that are prepared and predicted between two looks at the cancel token: few, because a prediction
/// may take a millisecond.
const CHUNK_ROWS: usize = 128;

impl Model {
    /// Predicts every row of a frame; other columns are ignored. In parallel over chunks of rows.
    ///
    /// # Errors
    /// [`LearnError::ColumnMissing`], [`LearnError::Value`] or [`LearnError::Cancelled`].
    pub fn predict(&self, frame: &Frame, cancel: &CancelToken) -> Result<Predictions, LearnError> {
        let reader = FrameReader::new(frame, &self.features)?;
        let n_outputs = self.n_outputs();
        let mut outputs = Array2::<f64>::zeros((frame.n_rows(), n_outputs));
        let flat = outputs.as_slice_mut().expect("a fresh matrix is contiguous");
        flat.par_chunks_mut(CHUNK_ROWS * n_outputs).enumerate().try_for_each(|(chunk, out)| {
            cancel.check()?;
            let mut values = Vec::with_capacity(self.features.len());
            let mut prepared = vec![0.0; self.preparer.matrix().names.len()];
            for (offset, row_out) in out.chunks_exact_mut(n_outputs).enumerate() {
                reader.read(chunk * CHUNK_ROWS + offset, &mut values);
                self.preparer.transform_row(&values, &mut prepared)?;
                self.outputs_of(&prepared, row_out);
            }
            Ok::<(), LearnError>(())
        })?;
        Ok(Predictions::from_outputs(self.task, outputs, self.threshold))
    }

    /// Predicts one row, given as one value per feature in the order of [`Model::features`].
    ///
    /// # Errors
    /// [`LearnError::Shape`] with another number of values, [`LearnError::Value`] when one cannot
    /// be read as its feature's kind.
    pub fn predict_row(&self, values: &[Value<'_>]) -> Result<RowPrediction, LearnError> {
        let mut prepared = vec![0.0; self.preparer.matrix().names.len()];
        self.preparer.transform_row(values, &mut prepared)?;
        let mut outputs = vec![0.0; self.n_outputs()];
        self.outputs_of(&prepared, &mut outputs);
        Ok(RowPrediction::from_outputs(self.task, outputs, self.threshold))
    }

    /// Predicts a prepared row, calibrated.
    fn outputs_of(&self, prepared: &[f64], out: &mut [f64]) {
        self.predictor.predict_row(prepared, out);
        if let Some(calibration) = &self.calibration {
            calibration.apply(out);
        }
    }

    /// The predictor's outputs for many rows, calibrated.
    pub(crate) fn calibrated(&self, mut outputs: Array2<f64>) -> Array2<f64> {
        if let Some(calibration) = &self.calibration {
            calibration.apply_to_rows(&mut outputs);
        }
        outputs
    }

    /// How many numbers the predictor gives per row: the number of classes, or 1.
    #[must_use]
    pub fn n_outputs(&self) -> usize {
        if self.task == Task::Regression { 1 } else { self.classes.len() }
    }

    /// Reads a target column with this model's task and classes: see [`crate::target::encode_as`].
    ///
    /// # Errors
    /// As [`crate::target::encode_as`].
    pub fn encode_target(&self, column: &Column) -> Result<EncodedTarget, LearnError> {
        crate::target::encode_as(&self.target, column, self.task, &self.classes)
    }
}

#[cfg(test)]
mod tests;
