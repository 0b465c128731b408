//! The columns of a dense matrix, centred and divided by their standard deviation: what all linear
//! learners solve on, so that a penalty means the same for every column and nothing overflows.

use mlwright_base::{CancelToken, Cancelled};
use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2, Axis, Slice};
use rayon::prelude::*;

use super::LinearPredictor;
use crate::LearnError;
use crate::contract::MatrixInfo;
use crate::predictor::Link;
use crate::target_scale::TargetScale;

/// Rows taken into a Gram matrix between two looks at the cancel token.
const GRAM_ROWS: usize = 2048;
/// Columns of a Gram matrix made by one piece of parallel work.
const GRAM_COLUMNS: usize = 128;

/// A standardised matrix without its constant columns.
pub(crate) struct Standardized {
    /// Shape `(n_samples, kept.len())`; each column has mean 0 and variance 1.
    pub z: Array2<f64>,
    /// The columns of `x` that are not constant, ascending.
    pub kept: Vec<usize>,
    /// Mean of each column of `x`.
    means: Vec<f64>,
    /// Population standard deviation of each column of `x`; 0 when constant.
    deviations: Vec<f64>,
}

impl Standardized {
    /// Standardises `x`.
    ///
    /// # Errors
    /// [`LearnError::UnsuitableData`] when a value is missing or infinite, [`LearnError::Cancelled`].
    pub fn new(x: ArrayView2<'_, f64>, matrix: &MatrixInfo, cancel: &CancelToken) -> Result<Self, LearnError> {
        if let Some(((row, column), value)) = x.indexed_iter().find(|(_, value)| !value.is_finite()) {
            let name = matrix.names.get(column).map_or_else(|| format!("column {column}"), |name| format!("{name:?}"));
            return Err(LearnError::UnsuitableData {
                message: format!("{name} is {value} in row {row}, expected a finite number"),
                hint: "fill in missing values before a linear learner, or use a tree learner".to_owned(),
            });
        }
        let scales: Vec<TargetScale> = (0..x.ncols())
            .into_par_iter()
            .map(|column| {
                cancel.check()?;
                Ok(TargetScale::of(x.nrows(), x.column(column).iter().copied()))
            })
            .collect::<Result<_, Cancelled>>()?;
        let kept: Vec<usize> = (0..scales.len()).filter(|&column| !scales[column].is_constant).collect();
        let mut z = Array2::zeros((x.nrows(), kept.len()));
        z.axis_iter_mut(Axis(0)).into_par_iter().zip(x.axis_iter(Axis(0))).for_each(|(mut z, x)| {
            for (z, &column) in z.iter_mut().zip(&kept) {
                let (scale, value) = (&scales[column], x[column]);
                // Subtracting first loses nothing to rounding; it overflows only where the other order does well.
                let moved = (value - scale.center) / scale.spread;
                *z = if moved.is_finite() { moved } else { scale.standardize(value) };
            }
        });
        cancel.check()?;
        let deviations = scales.iter().map(|scale| if scale.is_constant { 0.0 } else { scale.spread }).collect();
        Ok(Self { z, kept, means: scales.iter().map(|scale| scale.center).collect(), deviations })
    }

    /// Zᵀ v, shape `(kept,)`.
    pub fn transposed_times(&self, v: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.z.ncols()];
        for (row, v) in self.z.rows().into_iter().zip(v) {
            sums.iter_mut().zip(row).for_each(|(sum, z)| *sum += z * v);
        }
        sums
    }

    /// Z w, shape `(n_samples,)`.
    pub fn times(&self, w: &[f64]) -> Vec<f64> {
        let w = ndarray::ArrayView1::from(w);
        self.z.rows().into_iter().map(|row| row.dot(&w)).collect()
    }

    /// A predictor for the columns of `x` from weights on the columns of `z`, one row of weights and
    /// one intercept per margin, both for margins divided by `spread`.
    ///
    /// # Errors
    /// [`LearnError::Fit`] when a coefficient is too large to be written as a number.
    pub fn predictor(
        &self,
        learner: &str,
        weights: &[Vec<f64>],
        intercepts: &[f64],
        spread: f64,
        link: Link,
    ) -> Result<LinearPredictor, LearnError> {
        let mut coefficients = vec![vec![0.0; self.means.len()]; weights.len()];
        let mut moved = intercepts.to_vec();
        for ((coefficients, weights), intercept) in coefficients.iter_mut().zip(weights).zip(&mut moved) {
            for (&column, weight) in self.kept.iter().zip(weights) {
                coefficients[column] = weight * (spread / self.deviations[column]);
                *intercept -= coefficients[column] * self.means[column];
            }
        }
        if !coefficients.iter().flatten().chain(&moved).all(|value| value.is_finite()) {
            return Err(LearnError::Fit {
                learner: learner.to_owned(),
                message: "a coefficient is out of range: target and columns differ too much in scale".to_owned(),
            });
        }
        let (means, deviations) = (self.means.clone(), self.deviations.clone());
        Ok(LinearPredictor { coefficients, intercepts: moved, link, means, deviations })
    }
}

/// ZᵀZ, shape `(n_columns, n_columns)`. Blocks are fixed in size and added in the order of the rows,
/// so that the number of threads does not matter.
pub(crate) fn gram(z: ArrayView2<'_, f64>, cancel: &CancelToken) -> Result<Array2<f64>, Cancelled> {
    let width = z.ncols();
    let mut gram = Array2::zeros((width, width));
    for rows in z.axis_chunks_iter(Axis(0), GRAM_ROWS) {
        cancel.check()?;
        gram.axis_chunks_iter_mut(Axis(0), GRAM_COLUMNS).into_par_iter().enumerate().for_each(|(block, mut part)| {
            let start = block * GRAM_COLUMNS;
            let columns = rows.slice_axis(Axis(1), Slice::from(start..start + part.nrows()));
            // The upper triangle is enough; the rest is copied below.
            let later = Slice::from(start..);
            let mut part = part.slice_axis_mut(Axis(1), later);
            general_mat_mul(1.0, &columns.t(), &rows.slice_axis(Axis(1), later), 1.0, &mut part);
        });
    }
    for row in 0..width {
        for column in 0..row {
            gram[[row, column]] = gram[[column, row]];
        }
    }
    Ok(gram)
}
