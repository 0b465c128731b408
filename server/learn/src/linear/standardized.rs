//! The columns of a dense matrix, centred and divided by their standard deviation: what all linear
//! learners solve on, so that a penalty means the same for every column and nothing overflows.

use mlwright_base::{CancelToken, Cancelled};
use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView1, ArrayView2, Axis, Slice};
use rayon::prelude::*;

use super::LinearPredictor;
use crate::LearnError;
use crate::contract::MatrixInfo;
use crate::predictor::Link;
use crate::target_scale::TargetScale;

/// Rows standardised, or measured, between two looks at the cancel token.
const CHUNK_ROWS: usize = 256;
/// Rows whose residuals are taken at once: they stay in the cache until they are added up.
const SLOPE_ROWS: usize = 64;
/// Standard deviations whose squares, and their sums, lie well within the range of numbers.
const SPREAD_RANGE: std::ops::Range<f64> = 1e-120..1e120;
/// Rows taken into a Gram matrix between two looks at the cancel token.
const GRAM_ROWS: usize = 512;
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
        for (row, values) in x.rows().into_iter().enumerate() {
            cancel.check()?;
            if values.iter().all(|value| value.is_finite()) {
                continue;
            }
            let column = x.row(row).iter().position(|value| !value.is_finite()).unwrap_or(0);
            let name = matrix.names.get(column).map_or_else(|| format!("column {column}"), |name| format!("{name:?}"));
            return Err(LearnError::UnsuitableData {
                message: format!("{name} is {} in row {row}, expected a finite number", x[[row, column]]),
                hint: "fill in missing values before a linear learner, or use a tree learner".to_owned(),
            });
        }
        let scales = scales(x, cancel)?;
        let kept: Vec<usize> = (0..scales.len()).filter(|&column| !scales[column].is_constant).collect();
        let moves: Vec<Move> = kept.iter().map(|&column| Move::of(scales[column])).collect();
        let mut z = Array2::zeros((x.nrows(), kept.len()));
        let rows =
            z.axis_chunks_iter_mut(Axis(0), CHUNK_ROWS).into_par_iter().zip(x.axis_chunks_iter(Axis(0), CHUNK_ROWS));
        rows.try_for_each(|(mut z, x)| {
            cancel.check()?;
            for (mut z, x) in z.rows_mut().into_iter().zip(x.rows()) {
                if kept.len() == x.len() {
                    z.iter_mut().zip(x).zip(&moves).for_each(|((z, &value), by)| *z = by.apply(value));
                } else {
                    z.iter_mut().zip(&kept).zip(&moves).for_each(|((z, &column), by)| *z = by.apply(x[column]));
                }
            }
            Ok::<(), Cancelled>(())
        })?;
        let deviations = scales.iter().map(|scale| if scale.is_constant { 0.0 } else { scale.spread }).collect();
        Ok(Self { z, kept, means: scales.iter().map(|scale| scale.center).collect(), deviations })
    }

    /// Mean and standard deviation of the kept columns.
    pub fn kept_scales(&self) -> (Vec<f64>, Vec<f64>) {
        let of = |values: &[f64]| self.kept.iter().map(|&column| values[column]).collect();
        (of(&self.means), of(&self.deviations))
    }

    /// Multiplies each row of Z, less the columns' weighted means, and of the weighted-centred target by the
    /// root of the row's weight, after which the weighted squares are plain ones. Gives the means.
    pub fn weigh(
        &mut self,
        y: &mut [f64],
        row_weights: &[f64],
        cancel: &CancelToken,
    ) -> Result<WeightedMeans, Cancelled> {
        let n_rows = y.len() as f64;
        let columns: Vec<f64> = self.transposed_times(row_weights).into_iter().map(|sum| sum / n_rows).collect();
        let target = y.iter().zip(row_weights).map(|(y, weight)| y * weight).sum::<f64>() / n_rows;
        for ((mut row, y), weight) in self.z.rows_mut().into_iter().zip(y).zip(row_weights) {
            cancel.check()?;
            let root = weight.sqrt();
            *y = root * (*y - target);
            row.iter_mut().zip(&columns).for_each(|(z, mean)| *z = root * (*z - mean));
        }
        Ok(WeightedMeans { columns, target })
    }

    /// Zᵀ v, shape `(kept,)`.
    pub fn transposed_times(&self, v: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.z.ncols()];
        add_rows(self.z.view(), ArrayView1::from(v), &mut sums);
        sums
    }

    /// Zᵀ (y − Z w), shape `(kept,)`, in one pass over the rows.
    pub fn slope(&self, y: &[f64], w: &[f64], cancel: &CancelToken) -> Result<Vec<f64>, Cancelled> {
        let w = ArrayView1::from(w);
        let mut sums = vec![0.0; self.z.ncols()];
        let mut residuals = Vec::with_capacity(SLOPE_ROWS);
        for (rows, y) in self.z.axis_chunks_iter(Axis(0), SLOPE_ROWS).zip(y.chunks(SLOPE_ROWS)) {
            cancel.check()?;
            residuals.clear();
            residuals.extend(rows.rows().into_iter().zip(y).map(|(row, y)| y - row.dot(&w)));
            add_rows(rows, ArrayView1::from(&residuals), &mut sums);
        }
        Ok(sums)
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

/// The weighted means of standardised columns and target.
pub(crate) struct WeightedMeans {
    pub columns: Vec<f64>,
    pub target: f64,
}

impl WeightedMeans {
    /// The intercept that goes with weights that were found on centred columns and target.
    pub fn intercept(&self, weights: &[f64]) -> f64 {
        self.target - ArrayView1::from(&self.columns).dot(&ArrayView1::from(weights))
    }
}

/// How a value is standardised.
struct Move {
    scale: TargetScale,
    factor: f64,
}

impl Move {
    fn of(scale: TargetScale) -> Self {
        Self { scale, factor: 1.0 / scale.spread }
    }

    fn apply(&self, value: f64) -> f64 {
        // Subtracting first loses nothing to rounding; it overflows only where the other order does well.
        let moved = (value - self.scale.center) * self.factor;
        if moved.is_finite() { moved } else { self.scale.standardize(value) }
    }
}

/// Mean and spread of each column, in one pass over the rows: sums of chunks, moved by the first row,
/// joined in order (Chan, Golub & LeVeque 1983). Columns whose squares would leave the range of
/// numbers are measured on their own.
fn scales(x: ArrayView2<'_, f64>, cancel: &CancelToken) -> Result<Vec<TargetScale>, Cancelled> {
    let Some(first) = x.rows().into_iter().next() else {
        return Ok((0..x.ncols()).map(|_| TargetScale::fit(&[])).collect());
    };
    let parts: Vec<Moments> = x
        .axis_chunks_iter(Axis(0), CHUNK_ROWS)
        .into_par_iter()
        .map(|rows| {
            cancel.check()?;
            Ok(Moments::of(rows, first))
        })
        .collect::<Result<_, Cancelled>>()?;
    let mut parts = parts.into_iter();
    let mut all = parts.next().expect("there is a first row");
    parts.for_each(|part| all.join(&part));
    let n_rows = all.n_rows;
    let measure = |column: usize| {
        cancel.check()?;
        let (mean, spread) = (first[column] + all.means[column], (all.squares[column] / n_rows).sqrt());
        let sound = (SPREAD_RANGE.contains(&spread) && mean.is_finite()) || all.largest[column] == 0.0;
        if !sound {
            return Ok(TargetScale::of(x.nrows(), x.column(column).iter().copied()));
        }
        // Below this the differences are rounding errors, not data.
        let is_constant = spread <= 8.0 * f64::EPSILON * mean.abs().max(f64::MIN_POSITIVE);
        Ok(TargetScale { center: mean, spread: if is_constant { 1.0 } else { spread }, is_constant })
    };
    (0..x.ncols()).map(measure).collect()
}

/// Sums over some rows, less the first row of all.
struct Moments {
    n_rows: f64,
    means: Vec<f64>,
    /// Σ (value − mean)².
    squares: Vec<f64>,
    /// The largest magnitude.
    largest: Vec<f64>,
}

impl Moments {
    fn of(rows: ArrayView2<'_, f64>, first: ArrayView1<'_, f64>) -> Self {
        let (n_rows, width) = (rows.nrows() as f64, rows.ncols());
        let (mut means, mut squares, mut largest) = (vec![0.0; width], vec![0.0; width], vec![0.0_f64; width]);
        for row in rows.rows() {
            for (((mean, largest), value), first) in means.iter_mut().zip(&mut largest).zip(row).zip(first) {
                let moved = value - first;
                *mean += moved;
                *largest = if moved.abs() > *largest { moved.abs() } else { *largest };
            }
        }
        means.iter_mut().for_each(|mean| *mean /= n_rows);
        for row in rows.rows() {
            for (((square, mean), value), first) in squares.iter_mut().zip(&means).zip(row).zip(first) {
                let moved = (value - first) - mean;
                *square += moved * moved;
            }
        }
        Self { n_rows, means, squares, largest }
    }

    fn join(&mut self, other: &Self) {
        let (before, n_rows) = (self.n_rows, self.n_rows + other.n_rows);
        for column in 0..self.means.len() {
            let apart = other.means[column] - self.means[column];
            self.means[column] += apart * (other.n_rows / n_rows);
            self.squares[column] += other.squares[column] + apart * apart * (before * other.n_rows / n_rows);
            self.largest[column] = self.largest[column].max(other.largest[column]);
        }
        self.n_rows = n_rows;
    }
}

/// Adds factor × row for each row to `sums`, four rows at a time so that the sums are read and
/// written a quarter as often.
pub(crate) fn add_rows(rows: ArrayView2<'_, f64>, factors: ArrayView1<'_, f64>, sums: &mut [f64]) {
    let mut row = 0;
    while row + 4 <= rows.nrows() {
        let part = [rows.row(row), rows.row(row + 1), rows.row(row + 2), rows.row(row + 3)];
        let by = [factors[row], factors[row + 1], factors[row + 2], factors[row + 3]];
        if let [Some(a), Some(b), Some(c), Some(d)] = part.map(|row| row.to_slice()) {
            for ((((sum, a), b), c), d) in sums.iter_mut().zip(a).zip(b).zip(c).zip(d) {
                *sum += (a * by[0] + b * by[1]) + (c * by[2] + d * by[3]);
            }
        } else {
            for (row, by) in part.iter().zip(by) {
                sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += by * value);
            }
        }
        row += 4;
    }
    for row in row..rows.nrows() {
        sums.iter_mut().zip(rows.row(row)).for_each(|(sum, value)| *sum += factors[row] * value);
    }
}

/// ZᵀZ, shape `(n_columns, n_columns)`. Blocks are fixed in size and added in the order of the rows,
/// so that the number of threads does not matter.
pub(crate) fn gram(z: ArrayView2<'_, f64>, cancel: &CancelToken) -> Result<Array2<f64>, Cancelled> {
    let width = z.ncols();
    let mut gram = Array2::zeros((width, width));
    for rows in z.axis_chunks_iter(Axis(0), GRAM_ROWS) {
        cancel.check()?;
        let blocks = gram.axis_chunks_iter_mut(Axis(0), GRAM_COLUMNS).into_par_iter().enumerate();
        blocks.try_for_each(|(block, mut part)| {
            cancel.check()?;
            let start = block * GRAM_COLUMNS;
            let columns = rows.slice_axis(Axis(1), Slice::from(start..start + part.nrows()));
            // The upper triangle is enough; the rest is copied below.
            let later = Slice::from(start..);
            let mut part = part.slice_axis_mut(Axis(1), later);
            general_mat_mul(1.0, &columns.t(), &rows.slice_axis(Axis(1), later), 1.0, &mut part);
            Ok(())
        })?;
    }
    for row in 0..width {
        for column in 0..row {
            gram[[row, column]] = gram[[column, row]];
        }
    }
    Ok(gram)
}
