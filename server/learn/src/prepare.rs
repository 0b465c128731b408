//! From raw columns to a numeric matrix: fitted on training rows only, and part of the model.
//!
//! [`Preparer::transform_row`] is the only implementation; whole frames go through it row by row,
//! so batch and online preparation are equal by construction.
//!
//! | kind | dense (linear models) | tree |
//! |---|---|---|
//! | numeric | median for missing, a missing indicator, standardised | as it is, NaN missing |
//! | boolean | 0/1, most frequent for missing, a missing indicator | 0/1, NaN missing |
//! | categorical | one column per level, rare levels and missing columns of their own | ordinal codes, rare levels share one |
//! | categorical, many levels | target mean, smoothed and cross-fitted, standardised | the same, not standardised |
//! | datetime | year, month, day, weekday, hour, days since 1970, standardised | the same, NaN missing |
//! | text | TF-IDF of the most frequent words, and four measures of the text | the same, fewer words |
//!
//! What training never saw: an unseen level counts as rare when training had rare levels; else it
//! has no one-hot column, or NaN as its code; or it takes the prior when target-encoded. A missing
//! value in a column that had none in training is the median, no level, the prior, or NaN for trees.
//! Columns that are constant or wholly missing in training are dropped.

mod category;
mod coerce;
mod date;
mod number;
mod target_mean;
mod text;

use mlwright_base::{CancelToken, Seed};
use ndarray::Array2;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

pub use coerce::{Coerced, coerce, describe, level_text};

use crate::contract::MatrixInfo;
use crate::frame::{Column, Feature, FeatureKind, Frame, Value};
use crate::{LearnError, Preparation, Target, Task};

/// The most numbers of a matrix to learn from: 2 GiB.
const CELLS_MAX: usize = 1 << 28;
/// Rows prepared between two looks at the cancel token.
const CHUNK_ROWS: usize = 4096;

/// Fitted preparation: raw values in, one matrix row out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Preparer {
    preparation: Preparation,
    features: Vec<Feature>,
    encoders: Vec<Encoder>,
    matrix: MatrixInfo,
}

/// The fitted preparation of one feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Encoder {
    /// Constant or wholly missing in training: no column.
    Dropped,
    Number(number::NumberEncoder),
    Category(category::CategoryEncoder),
    TargetMean(target_mean::TargetMeanEncoder),
    Date(date::DateEncoder),
    Text(text::TextEncoder),
}

/// The columns of a frame that hold a model's features, looked up once.
#[derive(Debug, Clone)]
pub struct FrameReader<'a> {
    columns: Vec<&'a Column>,
}

impl<'a> FrameReader<'a> {
    /// Finds each feature's column.
    ///
    /// # Errors
    /// [`LearnError::ColumnMissing`] for the first that is not there.
    pub fn new(frame: &'a Frame, features: &[Feature]) -> Result<Self, LearnError> {
        let by_name: std::collections::HashMap<&str, &Column> = frame.iter().collect();
        let columns = features
            .iter()
            .map(|feature| {
                by_name.get(feature.name.as_str()).copied().ok_or_else(|| LearnError::ColumnMissing {
                    column: feature.name.clone(),
                    available: frame.names().to_vec(),
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { columns })
    }

    /// Replaces `values` by the features' values at a row.
    ///
    /// # Panics
    /// When `row_index` is not below the frame's number of rows.
    pub fn read(&self, row_index: usize, values: &mut Vec<Value<'a>>) {
        values.clear();
        values.extend(self.columns.iter().map(|column| column.value(row_index)));
    }
}

/// What fitting one encoder gives: the encoder, and what training rows get where that differs from
/// what new rows get (target encoding), shape `(n_samples, width)` row by row.
struct Fitted {
    encoder: Encoder,
    training: Option<Vec<f64>>,
}

impl Preparer {
    /// Learns the preparation from training rows.
    ///
    /// # Errors
    /// [`LearnError::ColumnMissing`], [`LearnError::Value`], or [`LearnError::Shape`] when frame and
    /// target differ in length.
    pub fn fit(
        frame: &Frame,
        features: &[Feature],
        preparation: Preparation,
        target: &Target,
        task: Task,
        seed: Seed,
    ) -> Result<Self, LearnError> {
        Ok(Self::fit_parts(frame, features, preparation, target, task, seed, &CancelToken::new())?.0)
    }

    /// Learns the preparation and gives the matrix to learn from: for target-encoded features the
    /// training rows get cross-fitted values (each from rows of other folds), so that no row's own
    /// target is in its input. All else is as [`Preparer::transform`] gives.
    ///
    /// # Errors
    /// As [`Preparer::fit`], [`LearnError::Cancelled`], and [`LearnError::UnsuitableData`] when the
    /// matrix would be too large.
    pub fn fit_transform(
        frame: &Frame,
        features: &[Feature],
        preparation: Preparation,
        target: &Target,
        task: Task,
        seed: Seed,
        cancel: &CancelToken,
    ) -> Result<(Self, Array2<f64>), LearnError> {
        let (preparer, training) = Self::fit_parts(frame, features, preparation, target, task, seed, cancel)?;
        let (n_rows, width) = (frame.n_rows(), preparer.matrix.names.len());
        if n_rows.saturating_mul(width) > CELLS_MAX {
            return Err(LearnError::UnsuitableData {
                message: format!("{n_rows} rows make {width} columns of numbers each, more than {CELLS_MAX} numbers in all"),
                hint: "learn from fewer rows, leave out columns with many categories or words, or use a tree learner".to_owned(),
            });
        }
        let mut matrix = preparer.transform(frame, cancel)?;
        let mut start = 0;
        for (encoder, training) in preparer.encoders.iter().zip(training) {
            let width = encoder.width();
            if let Some(values) = training {
                for (mut row, values) in matrix.rows_mut().into_iter().zip(values.chunks_exact(width)) {
                    for (offset, value) in values.iter().enumerate() {
                        row[start + offset] = *value;
                    }
                }
            }
            start += width;
        }
        Ok((preparer, matrix))
    }

    #[allow(clippy::type_complexity)] // the second part is one optional block of values per feature
    fn fit_parts(
        frame: &Frame,
        features: &[Feature],
        preparation: Preparation,
        target: &Target,
        task: Task,
        seed: Seed,
        cancel: &CancelToken,
    ) -> Result<(Self, Vec<Option<Vec<f64>>>), LearnError> {
        if frame.n_rows() != target.len() {
            return Err(LearnError::Shape(format!("{} rows, but {} targets", frame.n_rows(), target.len())));
        }
        let reader = FrameReader::new(frame, features)?;
        let fitted: Vec<Fitted> = features
            .par_iter()
            .zip(&reader.columns)
            .map(|(feature, column)| {
                cancel.check()?;
                let seed = seed.derive(&feature.name);
                fit_encoder(feature, column, preparation, &target_mean::Outcome::new(target, task), seed)
            })
            .collect::<Result<_, _>>()?;
        let mut matrix = MatrixInfo::default();
        for (position, (feature, fitted)) in features.iter().zip(&fitted).enumerate() {
            let names = fitted.encoder.names(&feature.name);
            matrix.source.extend(std::iter::repeat_n(position, names.len()));
            matrix.categorical.extend(std::iter::repeat_n(fitted.encoder.n_codes(), names.len()));
            matrix.names.extend(names);
        }
        let (encoders, training) = fitted.into_iter().map(|fitted| (fitted.encoder, fitted.training)).unzip();
        Ok((Self { preparation, features: features.to_vec(), encoders, matrix }, training))
    }

    /// Names, kinds and sources of the matrix's columns.
    #[must_use]
    pub fn matrix(&self) -> &MatrixInfo {
        &self.matrix
    }

    /// The raw features, in the order of [`Preparer::transform_row`]'s values.
    #[must_use]
    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// The kind of matrix it makes.
    #[must_use]
    pub fn preparation(&self) -> Preparation {
        self.preparation
    }

    /// The features that have no column because they were constant or wholly missing in training.
    pub fn dropped(&self) -> impl Iterator<Item = &Feature> {
        self.features.iter().zip(&self.encoders).filter(|(_, encoder)| matches!(encoder, Encoder::Dropped)).map(|(feature, _)| feature)
    }

    /// The matrix of a frame, shape `(n_samples, n_columns)`; in parallel over rows.
    ///
    /// # Errors
    /// [`LearnError::ColumnMissing`], [`LearnError::Value`] or [`LearnError::Cancelled`].
    pub fn transform(&self, frame: &Frame, cancel: &CancelToken) -> Result<Array2<f64>, LearnError> {
        let reader = FrameReader::new(frame, &self.features)?;
        let width = self.matrix.names.len();
        let mut matrix = Array2::zeros((frame.n_rows(), width));
        if width == 0 {
            return Ok(matrix);
        }
        let flat = matrix.as_slice_mut().expect("a fresh matrix is contiguous");
        flat.par_chunks_mut(width * CHUNK_ROWS).enumerate().try_for_each_init(Vec::new, |values, (chunk, rows)| {
            cancel.check()?;
            for (offset, out) in rows.chunks_exact_mut(width).enumerate() {
                reader.read(chunk * CHUNK_ROWS + offset, values);
                self.transform_row(values, out)?;
            }
            Ok::<(), LearnError>(())
        })?;
        Ok(matrix)
    }

    /// Writes the matrix row of one row of raw values, one per feature.
    ///
    /// # Errors
    /// [`LearnError::Shape`] when `values` is not one per feature or `out` not as wide as the
    /// matrix, [`LearnError::Value`] when a value cannot be read as its feature's kind.
    pub fn transform_row(&self, values: &[Value<'_>], out: &mut [f64]) -> Result<(), LearnError> {
        if values.len() != self.features.len() {
            return Err(LearnError::Shape(format!("{} values, expected {} (one per feature)", values.len(), self.features.len())));
        }
        if out.len() != self.matrix.names.len() {
            return Err(LearnError::Shape(format!("room for {} columns, expected {}", out.len(), self.matrix.names.len())));
        }
        let mut rest = out;
        for ((feature, encoder), value) in self.features.iter().zip(&self.encoders).zip(values) {
            let coerced = coerce(feature, *value)?;
            let (here, after) = rest.split_at_mut(encoder.width());
            encoder.encode(&coerced, here);
            rest = after;
        }
        Ok(())
    }

    /// Checks that the parts of a preparation read from a file fit together.
    pub(crate) fn check(&self) -> Result<(), String> {
        let width: usize = self.encoders.iter().map(Encoder::width).sum();
        let n = self.matrix.names.len();
        if self.encoders.len() != self.features.len() || width != n {
            return Err("the preparation does not fit its matrix".to_owned());
        }
        if self.matrix.source.len() != n || self.matrix.categorical.len() != n {
            return Err("the matrix's columns are not all described".to_owned());
        }
        if self.matrix.source.iter().any(|&source| source >= self.features.len()) {
            return Err("a matrix column comes from no feature".to_owned());
        }
        self.encoders.iter().try_for_each(Encoder::check)
    }
}

fn fit_encoder(
    feature: &Feature,
    column: &Column,
    preparation: Preparation,
    outcome: &target_mean::Outcome<'_>,
    seed: Seed,
) -> Result<Fitted, LearnError> {
    let values = || (0..column.len()).map(|row| coerce(feature, column.value(row)));
    match feature.kind {
        FeatureKind::Numeric | FeatureKind::Boolean => number::fit(feature.kind, preparation, values()),
        FeatureKind::Datetime => date::fit(preparation, values()),
        FeatureKind::Text => text::fit(preparation, values()),
        FeatureKind::Categorical => {
            let levels = category::Levels::count(values())?;
            if levels.distinct() < 2 && !(levels.distinct() == 1 && levels.n_missing > 0) {
                Ok(Fitted { encoder: Encoder::Dropped, training: None })
            } else if levels.are_many(preparation) {
                Ok(target_mean::fit(&levels, preparation, outcome, seed))
            } else {
                Ok(category::fit(&levels, preparation))
            }
        }
    }
}

impl Encoder {
    fn width(&self) -> usize {
        match self {
            Self::Dropped => 0,
            Self::Number(encoder) => encoder.width(),
            Self::Category(encoder) => encoder.width(),
            Self::TargetMean(encoder) => encoder.width(),
            Self::Date(encoder) => encoder.width(),
            Self::Text(encoder) => encoder.width(),
        }
    }

    fn names(&self, feature: &str) -> Vec<String> {
        match self {
            Self::Dropped => Vec::new(),
            Self::Number(encoder) => encoder.names(feature),
            Self::Category(encoder) => encoder.names(feature),
            Self::TargetMean(encoder) => encoder.names(feature),
            Self::Date(encoder) => encoder.names(feature),
            Self::Text(encoder) => encoder.names(feature),
        }
    }

    /// The number of codes when the (one) column holds ordinal codes.
    fn n_codes(&self) -> Option<u32> {
        if let Self::Category(encoder) = self { encoder.n_codes() } else { None }
    }

    fn encode(&self, value: &Coerced<'_>, out: &mut [f64]) {
        match self {
            Self::Dropped => {}
            Self::Number(encoder) => encoder.encode(value, out),
            Self::Category(encoder) => encoder.encode(value, out),
            Self::TargetMean(encoder) => encoder.encode(value, out),
            Self::Date(encoder) => encoder.encode(value, out),
            Self::Text(encoder) => encoder.encode(value, out),
        }
    }

    fn check(&self) -> Result<(), String> {
        match self {
            Self::Dropped | Self::Number(_) => Ok(()),
            Self::Category(encoder) => encoder.check(),
            Self::TargetMean(encoder) => encoder.check(),
            Self::Date(encoder) => encoder.check(),
            Self::Text(encoder) => encoder.check(),
        }
    }
}

#[cfg(test)]
mod tests;
