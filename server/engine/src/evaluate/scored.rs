//! A model's predictions of rows whose target is known.

use mlwright_base::{CancelToken, Problem};
use mlwright_learn::target::EncodedTarget;
use mlwright_learn::{Frame, Model, Predictions};
use polars::prelude::DataFrame;

use crate::convert::{column_from, frame_from, series_of};

/// Rows with a known target, and what a model says of them, all in the same order.
pub(crate) struct Scored {
    /// The model's features.
    pub frame: Frame,
    /// The target; its `rows` are positions in the table.
    pub target: EncodedTarget,
    /// The model's answers.
    pub predictions: Predictions,
}

impl Scored {
    /// Predicts those rows of a table that have a target the model knows.
    ///
    /// # Errors
    /// When the table lacks the target or a feature, or no row has a target.
    pub(crate) fn new(model: &Model, rows: &DataFrame, cancel: &CancelToken) -> Result<Self, Problem> {
        let target = model.encode_target(&column_from(&series_of(rows, &model.target, "table")?)?)?;
        let frame = frame_from(rows, &model.features)?.take(&target.rows);
        let predictions = model.predict(&frame, cancel)?;
        Ok(Self { frame, target, predictions })
    }
}
