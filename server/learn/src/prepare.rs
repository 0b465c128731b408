//! From raw columns to a numeric matrix: fitted on training rows only, and part of the model.
//!
//! [`Preparer::transform_row`] is the only implementation; whole frames go through it row by row,
//! so batch and online preparation are equal by construction. [`PreparationSpec`] says what is done;
//! these are the defaults of the families of learners:
//!
//! | kind | linear models, distances | tree |
//! |---|---|---|
//! | numeric | median for missing, a missing indicator, standardised | as it is, NaN missing |
//! | boolean | 0/1, most frequent for missing, a missing indicator | 0/1, NaN missing |
//! | categorical | one column per level, rare levels and missing columns of their own | codes, rare levels share one |
//! | categorical, many levels | target mean, shrunk and cross-fitted, standardised | the same, not standardised |
//! | categorical, of known order | place in the order, standardised | place in the order, NaN missing |
//! | datetime | calendar parts, circles of year, week and day, days since 1970, standardised | calendar parts, days since 1970, NaN missing |
//! | two datetimes | days between them | the same, NaN missing |
//! | text | four measures, words that tell most, latent components, a cross-fitted score (`text.rs`) | the same, fewer |
//!
//! What training never saw, online and in batch alike:
//!
//! | kind | a new missing value | a value never seen |
//! |---|---|---|
//! | numeric, boolean | the fill (no indicator: training had none), or NaN | as any number; infinite is missing |
//! | categorical, a column per level | no column set, or the missing column | the rare column when training had rare levels, else no column set |
//! | categorical, codes | NaN | the rare code when training had rare levels, else NaN |
//! | categorical, target mean | the prior, or NaN when missing is kept | the prior |
//! | categorical, of known order | the fill, or NaN when missing is kept | as missing |
//! | datetime, two datetimes | the fill of each part, or NaN | as any moment; beyond the years ±9999 as missing |
//! | text | an empty text, or NaN measures (all else 0) | unknown words do not count |
//!
//! Columns that are constant, wholly missing, or the same as an earlier one in training are dropped,
//! and [`Preparer::plan`] says so.

mod category;
mod coerce;
mod cross_fit;
mod date;
mod difference;
mod duplicates;
mod encoder;
mod number;
mod ordinal;
mod plan;
mod power;
mod scale;
mod spec;
mod target_mean;
mod text;

use mlwright_base::{CancelToken, Seed};
use ndarray::Array2;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

pub use coerce::{Coerced, coerce, describe, level_text};
pub use plan::{DerivedColumn, DropReason, FeaturePlan};
pub use spec::{CategoryEncoding, Impute, Power, PreparationSpec, Scaling, Smoothing, TextVocabulary};

use self::coerce::{DigitBuffer, coerce_in};
use self::difference::DateDifference;
use self::duplicates::Fingerprint;
use self::encoder::{Encoder, Fitted, Fitting, Training};
use crate::contract::MatrixInfo;
use crate::frame::{Column, Feature, FeatureKind, Frame, Value};
use crate::{LearnError, Preparation, Target, Task};

/// The most numbers of a matrix to learn from: 2 GiB.
const CELLS_MAX: usize = 1 << 28;
/// Rows prepared between two looks at the cancel token.
const CHUNK_ROWS: usize = 1024;

/// Fitted preparation: raw values in, one matrix row out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Preparer {
    preparation: Preparation,
    features: Vec<Feature>,
    encoders: Vec<Encoder>,
    /// Their columns come after those of the encoders.
    #[serde(default)]
    differences: Vec<DateDifference>,
    matrix: MatrixInfo,
    /// Why features have no column, one per feature; empty in older files.
    #[serde(default)]
    reasons: Vec<Option<DropReason>>,
    /// What was asked for; absent in older files.
    #[serde(default)]
    spec: Option<PreparationSpec>,
    /// Preparations whose matrices lie side by side in this one's, which then has no encoder of its own.
    #[serde(default)]
    parts: Vec<Preparer>,
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

    fn value(&self, row_index: usize, feature: usize) -> Value<'a> {
        self.columns[feature].value(row_index)
    }
}

impl Preparer {
    /// Learns the preparation from training rows: a family's defaults, or a [`PreparationSpec`].
    ///
    /// # Errors
    /// [`LearnError::ColumnMissing`], [`LearnError::Value`], [`LearnError::Parameter`] when the
    /// specification does not fit, or [`LearnError::Shape`] when frame and target differ in length.
    pub fn fit(
        frame: &Frame,
        features: &[Feature],
        spec: impl Into<PreparationSpec>,
        target: &Target,
        task: Task,
        seed: Seed,
    ) -> Result<Self, LearnError> {
        check_task(target, task)?;
        Ok(Self::fit_parts(frame, features, spec.into(), target, seed, &CancelToken::new())?.0)
    }

    /// Learns the preparation and gives the matrix to learn from: what is learned from the target
    /// (target means, scores of texts) is cross-fitted for the training rows (each from rows of other
    /// folds), so that no row's own target is in its input. All else is as [`Preparer::transform`] gives.
    ///
    /// # Errors
    /// As [`Preparer::fit`], [`LearnError::Cancelled`], and [`LearnError::UnsuitableData`] when the
    /// matrix would be too large.
    pub fn fit_transform(
        frame: &Frame,
        features: &[Feature],
        spec: impl Into<PreparationSpec>,
        target: &Target,
        task: Task,
        seed: Seed,
        cancel: &CancelToken,
    ) -> Result<(Self, Array2<f64>), LearnError> {
        check_task(target, task)?;
        let (preparer, training) = Self::fit_parts(frame, features, spec.into(), target, seed, cancel)?;
        let (n_rows, width) = (frame.n_rows(), preparer.matrix.names.len());
        if n_rows.saturating_mul(width) > CELLS_MAX {
            return Err(LearnError::UnsuitableData {
                message: format!(
                    "{n_rows} rows make {width} columns of numbers each, more than {CELLS_MAX} numbers in all"
                ),
                hint: "learn from fewer rows, leave out columns with many categories or words, or use a tree learner"
                    .to_owned(),
            });
        }
        let mut matrix = preparer.transform(frame, cancel)?;
        let mut start = 0;
        for (encoder, training) in preparer.encoders.iter().zip(training) {
            if let Some(Training { offset, width, values }) = training {
                let from = start + offset;
                matrix
                    .as_slice_mut()
                    .expect("a fresh matrix is contiguous")
                    .par_chunks_exact_mut(preparer.matrix.names.len())
                    .zip(values.par_chunks_exact(width))
                    .for_each(|(row, values)| row[from..from + width].copy_from_slice(values));
            }
            start += encoder.width();
        }
        Ok((preparer, matrix))
    }

    #[allow(clippy::type_complexity)] // the second part is one optional block of values per feature
    fn fit_parts(
        frame: &Frame,
        features: &[Feature],
        spec: PreparationSpec,
        target: &Target,
        seed: Seed,
        cancel: &CancelToken,
    ) -> Result<(Self, Vec<Option<Training>>), LearnError> {
        let spec = spec.checked()?;
        if frame.n_rows() != target.len() {
            return Err(LearnError::Shape(format!("{} rows, but {} targets", frame.n_rows(), target.len())));
        }
        let reader = FrameReader::new(frame, features)?;
        let prints: Vec<Fingerprint> = features
            .par_iter()
            .zip(&reader.columns)
            .map(|(feature, column)| Fingerprint::of(feature, column, cancel))
            .collect::<Result<_, _>>()?;
        let duplicates = duplicates::duplicates(features, &reader.columns, &prints, cancel)?;
        let may_tell: Vec<bool> = features
            .iter()
            .zip(&duplicates)
            .map(|(feature, duplicate)| duplicate.is_none() && has_indicator(feature.kind))
            .collect();
        let known = duplicates::known_indicators(&prints, frame.n_rows(), &may_tell);
        let fitted: Vec<Fitted> = features
            .par_iter()
            .enumerate()
            .map(|(position, feature)| {
                cancel.check()?;
                if duplicates[position].is_some() || prints[position].is_empty(frame.n_rows()) {
                    return Ok(Encoder::Dropped.into());
                }
                let fitting = Fitting {
                    feature,
                    column: reader.columns[position],
                    spec: &spec,
                    target,
                    seed: seed.derive(&feature.name),
                    indicator_is_known: known[position],
                };
                encoder::fit(&fitting, cancel)
            })
            .collect::<Result<_, LearnError>>()?;
        let mut matrix = MatrixInfo::default();
        for (position, (feature, fitted)) in features.iter().zip(&fitted).enumerate() {
            let names = fitted.encoder.names(&feature.name);
            matrix.source.extend(std::iter::repeat_n(position, names.len()));
            matrix.categorical.extend(std::iter::repeat_n(fitted.encoder.n_codes(), names.len()));
            matrix.names.extend(names);
        }
        let is_used: Vec<bool> = fitted.iter().map(|fitted| !fitted.encoder.is_dropped()).collect();
        let differences = difference::fit(frame, features, &is_used, &spec, cancel)?;
        for difference in &differences {
            matrix.source.push(difference.to);
            matrix.categorical.push(None);
            matrix.names.push(difference.name(features));
        }
        let reasons = (0..features.len())
            .map(|position| {
                (!is_used[position]).then(|| match duplicates[position] {
                    _ if prints[position].is_empty(frame.n_rows()) => DropReason::Empty,
                    Some(of) if is_used[of] => DropReason::Duplicate { of: features[of].name.clone() },
                    _ => DropReason::Constant,
                })
            })
            .collect();
        let (encoders, training) = fitted.into_iter().map(|fitted| (fitted.encoder, fitted.training)).unzip();
        let preparer = Self {
            preparation: spec.family,
            features: features.to_vec(),
            encoders,
            differences,
            matrix,
            reasons,
            spec: Some(spec),
            parts: Vec::new(),
        };
        Ok((preparer, training))
    }

    /// Several preparations of the same features as one: their matrices side by side.
    ///
    /// # Panics
    /// When there is none, or when they are for different features.
    #[must_use]
    pub(crate) fn joined(parts: Vec<Self>) -> Self {
        let features = parts[0].features.clone();
        let mut matrix = MatrixInfo::default();
        for part in &parts {
            assert_eq!(part.features, features, "joined preparations are for the same features");
            matrix.names.extend_from_slice(&part.matrix.names);
            matrix.categorical.extend_from_slice(&part.matrix.categorical);
            matrix.source.extend_from_slice(&part.matrix.source);
        }
        Self {
            preparation: parts[0].preparation,
            features,
            encoders: Vec::new(),
            differences: Vec::new(),
            matrix,
            reasons: parts[0].reasons.clone(),
            spec: None,
            parts,
        }
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

    /// What was asked for; `None` when it comes from a file of before this was kept.
    #[must_use]
    pub fn spec(&self) -> Option<&PreparationSpec> {
        self.spec.as_ref()
    }

    /// The features that have no column; [`Preparer::plan`] says why.
    pub fn dropped(&self) -> impl Iterator<Item = &Feature> {
        // A column is constant, missing or a copy for every part or for none.
        let encoders = self.parts.first().map_or(&self.encoders, |part| &part.encoders);
        self.features.iter().zip(encoders).filter(|(_, encoder)| encoder.is_dropped()).map(|(feature, _)| feature)
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
            return Err(LearnError::Shape(format!(
                "{} values, expected {} (one per feature)",
                values.len(),
                self.features.len()
            )));
        }
        if out.len() != self.matrix.names.len() {
            return Err(LearnError::Shape(format!(
                "room for {} columns, expected {}",
                out.len(),
                self.matrix.names.len()
            )));
        }
        let mut rest = out;
        if !self.parts.is_empty() {
            for part in &self.parts {
                let (here, after) = rest.split_at_mut(part.matrix.names.len());
                part.transform_row(values, here)?;
                rest = after;
            }
            return Ok(());
        }
        let mut digits: DigitBuffer = [0; 20];
        for ((feature, encoder), value) in self.features.iter().zip(&self.encoders).zip(values) {
            // Values of dropped features are read too, so that a wrong one is refused whatever was learned.
            let coerced = coerce_in(feature, *value, &mut digits)?;
            let (here, after) = rest.split_at_mut(encoder.width());
            encoder.encode(&coerced, here);
            rest = after;
        }
        for (slot, difference) in rest.iter_mut().zip(&self.differences) {
            *slot = difference.encode(&self.features, values)?;
        }
        Ok(())
    }

    /// Checks that the parts of a preparation read from a file fit together.
    pub(crate) fn check(&self) -> Result<(), String> {
        let of_parts: usize = self.parts.iter().map(|part| part.matrix.names.len()).sum();
        let width = self.encoders.iter().map(Encoder::width).sum::<usize>() + self.differences.len() + of_parts;
        let n = self.matrix.names.len();
        let n_encoders = if self.parts.is_empty() { self.features.len() } else { 0 };
        for part in &self.parts {
            if part.features != self.features || !part.parts.is_empty() {
                return Err("a part of the preparation is for other features".to_owned());
            }
            part.check()?;
        }
        if self.encoders.len() != n_encoders || width != n {
            return Err("the preparation does not fit its matrix".to_owned());
        }
        if self.matrix.source.len() != n || self.matrix.categorical.len() != n {
            return Err("the matrix's columns are not all described".to_owned());
        }
        let n_features = self.features.len();
        if self.matrix.source.iter().any(|&source| source >= n_features) {
            return Err("a matrix column comes from no feature".to_owned());
        }
        if self.differences.iter().any(|difference| difference.to.max(difference.from) >= n_features) {
            return Err("a difference of dates comes from no feature".to_owned());
        }
        self.encoders.iter().try_for_each(Encoder::check)
    }
}

/// Features of these kinds get a column that says where they are missing.
fn has_indicator(kind: FeatureKind) -> bool {
    matches!(kind, FeatureKind::Numeric | FeatureKind::Boolean | FeatureKind::Datetime)
}

fn check_task(target: &Target, task: Task) -> Result<(), LearnError> {
    if (task == Task::Regression) == matches!(target, Target::Number(_)) {
        return Ok(());
    }
    Err(LearnError::Shape(format!("the target does not fit the task {task}")))
}

#[cfg(test)]
mod tests;
