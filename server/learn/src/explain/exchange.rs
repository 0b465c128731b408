//! A model asked about rows in which the values of one raw column come from other rows: what
//! permutation importance and partial dependence are made of.

use mlwright_base::{CancelToken, Seed};
use ndarray::Array2;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::PermutationImportance;
use crate::frame::{Feature, Frame};
use crate::predictor::ReadyPredictor;
use crate::{LearnError, Model, Predictions};

/// Rows on which the short way is held against [`Model::predict`].
const CHECKED_ROWS: usize = 128;

/// Rows that a model is asked about again and again. They are prepared once: what a raw column becomes
/// depends on that column alone (the days between two dates excepted, which are made anew), so that
/// exchanging its values between rows is exchanging the prepared columns made of it.
#[derive(Debug)]
pub struct ExchangeRows<'m> {
    model: &'m Model,
    ready: ReadyPredictor<'m>,
    frame: Frame,
    /// The prepared rows, shape `(n_samples, n_columns)`; `None` where the model does more with a row
    /// than to prepare it and to ask its predictor.
    prepared: Option<Array2<f64>>,
    /// Per feature, the prepared columns made of it alone; `None` where one is made of another as well.
    columns: Vec<Option<Vec<usize>>>,
    predictions: Predictions,
}

impl<'m> ExchangeRows<'m> {
    /// Prepares and predicts the rows of a frame that holds at least the model's features. It takes
    /// `n_samples × n_columns` numbers of memory.
    ///
    /// # Errors
    /// As [`Model::predict`].
    pub fn new(model: &'m Model, frame: Frame, cancel: &CancelToken) -> Result<Self, LearnError> {
        let prepared = model.preparer.transform(&frame, cancel)?;
        let ready = ReadyPredictor::new(&model.predictor);
        let outputs = model.calibrated(ready.predict(prepared.view(), cancel)?);
        let short = Predictions::from_outputs(model.task, outputs, model.threshold);
        // The short way is taken only where it is seen to lead to the same place.
        let first: Vec<usize> = (0..frame.n_rows().min(CHECKED_ROWS)).collect();
        let is_same = model.predict(&frame.take(&first), cancel)? == short.take(&first);
        let predictions = if is_same { short } else { model.predict(&frame, cancel)? };
        let columns = columns_of(model);
        Ok(Self { model, ready, frame, prepared: is_same.then_some(prepared), columns, predictions })
    }

    /// The rows and their predictions.
    #[must_use]
    pub fn into_predicted(self) -> (Frame, Predictions) {
        (self.frame, self.predictions)
    }

    /// The number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.frame.n_rows()
    }

    /// The feature at a position of [`Model::features`].
    ///
    /// # Panics
    /// When there are not so many.
    #[must_use]
    pub fn feature(&self, position: usize) -> &'m Feature {
        &self.model.features[position]
    }

    /// The rows as they are.
    #[must_use]
    pub fn frame(&self) -> &Frame {
        &self.frame
    }

    /// The predictions of the rows as they are.
    #[must_use]
    pub fn predictions(&self) -> &Predictions {
        &self.predictions
    }

    /// The predictions when row `i` has the value that row `order[i]` has of the feature at this position
    /// of [`Model::features`], and its own values of all others. A shuffled `order` breaks what the
    /// column says; one row repeated sets the column to its value.
    ///
    /// # Errors
    /// As [`Model::predict`].
    ///
    /// # Panics
    /// When `order` does not have one position below [`ExchangeRows::n_rows`] for each row, or `feature`
    /// is not below the number of features.
    pub fn exchanged(&self, feature: usize, order: &[usize], cancel: &CancelToken) -> Result<Predictions, LearnError> {
        assert_eq!(order.len(), self.n_rows(), "one row to take the value from for each row");
        let (Some(prepared), Some(columns)) = (&self.prepared, &self.columns[feature]) else {
            let name = &self.model.features[feature].name;
            let column = self.frame.column(name).map(|column| column.take(order));
            let column = column.ok_or_else(|| LearnError::ColumnMissing {
                column: name.clone(),
                available: self.frame.names().to_vec(),
            })?;
            return self.model.predict(&self.frame.clone().with_column(name, column), cancel);
        };
        if columns.is_empty() {
            return Ok(self.predictions.clone());
        }
        let mut exchanged = prepared.clone();
        for (mut row, &from) in exchanged.rows_mut().into_iter().zip(order) {
            for &column in columns {
                row[column] = prepared[(from, column)];
            }
        }
        let outputs = self.model.calibrated(self.ready.predict(exchanged.view(), cancel)?);
        Ok(Predictions::from_outputs(self.model.task, outputs, self.model.threshold))
    }

    /// The permutation importance of one feature: that of [`super::permutation_importance`] with the same
    /// seed, at the price of predictions only. `score` must be the higher the better.
    ///
    /// # Errors
    /// [`LearnError::Parameter`] when `repeats` is 0, as [`Model::predict`], and what `score` returns.
    ///
    /// # Panics
    /// When `feature` is not below the number of features.
    pub fn importance(
        &self,
        feature: usize,
        repeats: usize,
        seed: Seed,
        cancel: &CancelToken,
        score: impl Fn(&Predictions) -> Result<f64, LearnError>,
    ) -> Result<PermutationImportance, LearnError> {
        let name = &self.model.features[feature].name;
        let reference = score(&self.predictions)?;
        let mut shuffles = Shuffles::new(name, self.n_rows(), seed);
        let drops = (0..repeats)
            .map(|_| Ok(reference - score(&self.exchanged(feature, shuffles.next(), cancel)?)?))
            .collect::<Result<Vec<f64>, LearnError>>()?;
        PermutationImportance::of(name, &drops)
    }
}

/// The orders in which a feature's values are shuffled: the same for the same seed and name.
pub(super) struct Shuffles {
    rng: Xoshiro256PlusPlus,
    order: Vec<usize>,
}

impl Shuffles {
    pub(super) fn new(feature: &str, n_rows: usize, seed: Seed) -> Self {
        Self { rng: Xoshiro256PlusPlus::seed_from_u64(seed.derive(feature).0), order: (0..n_rows).collect() }
    }

    /// The next order: the one before, shuffled.
    pub(super) fn next(&mut self) -> &[usize] {
        self.order.shuffle(&mut self.rng);
        &self.order
    }
}

/// Per feature, the prepared columns made of it alone; `None` where one is made of another as well.
fn columns_of(model: &Model) -> Vec<Option<Vec<usize>>> {
    let position: std::collections::HashMap<&str, usize> =
        model.features.iter().enumerate().map(|(at, feature)| (feature.name.as_str(), at)).collect();
    let mut columns: Vec<Option<Vec<usize>>> = vec![Some(Vec::new()); model.features.len()];
    for (at, derived) in model.preparer.derived_columns().iter().enumerate() {
        match derived.features.as_slice() {
            [feature] => {
                if let Some(own) = position.get(feature.as_str()).and_then(|&at| columns[at].as_mut()) {
                    own.push(at);
                }
            }
            several => {
                for feature in several {
                    if let Some(&at) = position.get(feature.as_str()) {
                        columns[at] = None;
                    }
                }
            }
        }
    }
    columns
}

#[cfg(test)]
mod tests;
