//! The mean loss of rows under margins that are weighted sums of columns, with an L2 penalty, and its
//! gradient: what the linear learners without a closed form minimise.

use mlwright_base::{CancelToken, Cancelled};
use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis, Slice};
use rayon::prelude::*;

use super::standardized::add_rows;

/// Rows are added up in this many pieces at most, so that the number of threads does not matter.
const PIECES_MAX: usize = 64;
/// The fewest rows of a piece.
const PIECE_ROWS_MIN: usize = 256;
/// Rows whose margins are computed together: they stay in the cache until their gradient is taken.
const BLOCK_ROWS: usize = 64;
/// Up to so many margins, a product of matrices costs more in packing its narrow side than it saves.
const FEW_MARGINS: usize = 6;

/// The loss of one row as a function of its margins.
pub(super) trait RowLoss: Sync {
    /// Replaces the margins of a row by the slopes of its loss along them. Gives the loss, and its slope
    /// along `extra`, a number learned beside the margins by losses that have one.
    fn row(&self, row: usize, margins: &mut [f64], extra: f64) -> (f64, f64);
}

/// Σ weight × loss / n_rows + ½ penalty ‖w‖², for weights of mean 1. A point holds the weights of
/// each margin, then the intercepts, then the loss's extra number when there is one.
pub(super) struct Objective<'a, L> {
    pub z: ArrayView2<'a, f64>,
    pub loss: L,
    /// How much each row counts, of mean 1.
    pub row_weights: Option<&'a [f64]>,
    pub n_margins: usize,
    pub penalty: f64,
}

struct Part {
    loss: f64,
    gradient: Vec<f64>,
}

impl<L: RowLoss> Objective<'_, L> {
    /// The number of weights in a point: what a penalty falls on.
    pub fn n_weights(&self) -> usize {
        self.n_margins * self.z.ncols()
    }

    /// Fills the gradient and gives the value. Pieces of rows are done in parallel and added up in order.
    pub fn evaluate(&self, point: &[f64], gradient: &mut [f64], cancel: &CancelToken) -> Result<f64, Cancelled> {
        let n_rows = self.z.nrows();
        let piece_rows = n_rows.div_ceil(PIECES_MAX).max(PIECE_ROWS_MIN);
        let parts: Vec<Part> = self
            .z
            .axis_chunks_iter(Axis(0), piece_rows)
            .into_par_iter()
            .enumerate()
            .map(|(piece, rows)| self.part(piece * piece_rows, rows, point, cancel))
            .collect::<Result<_, Cancelled>>()?;
        let mut value = 0.0;
        gradient.fill(0.0);
        for part in &parts {
            value += part.loss;
            gradient.iter_mut().zip(&part.gradient).for_each(|(sum, part)| *sum += part);
        }
        value /= n_rows as f64;
        gradient.iter_mut().for_each(|slope| *slope /= n_rows as f64);
        for (slope, weight) in gradient.iter_mut().zip(&point[..self.n_weights()]) {
            *slope += self.penalty * weight;
            value += 0.5 * self.penalty * weight * weight;
        }
        Ok(value)
    }

    fn part(
        &self,
        start: usize,
        rows: ArrayView2<'_, f64>,
        point: &[f64],
        cancel: &CancelToken,
    ) -> Result<Part, Cancelled> {
        let (width, n_margins, n_weights) = (self.z.ncols(), self.n_margins, self.n_weights());
        let weights = ArrayView2::from_shape((n_margins, width), &point[..n_weights]).expect("a point holds weights");
        let intercepts = &point[n_weights..n_weights + n_margins];
        let extra = point.get(n_weights + n_margins).copied();
        let mut part = Part { loss: 0.0, gradient: vec![0.0; point.len()] };
        let mut margins = Array2::zeros((BLOCK_ROWS, n_margins));
        for (block, rows) in rows.axis_chunks_iter(Axis(0), BLOCK_ROWS).enumerate() {
            cancel.check()?;
            let first = start + block * BLOCK_ROWS;
            let mut margins = margins.slice_axis_mut(Axis(0), Slice::from(..rows.nrows()));
            if n_margins <= FEW_MARGINS {
                for (mut margins, row) in margins.rows_mut().into_iter().zip(rows.rows()) {
                    margins.iter_mut().zip(weights.rows()).for_each(|(margin, weights)| *margin = row.dot(&weights));
                }
            } else {
                general_mat_mul(1.0, &rows, &weights.t(), 0.0, &mut margins);
            }
            for (offset, mut margins) in margins.rows_mut().into_iter().enumerate() {
                let margins = margins.as_slice_mut().expect("a row of margins lies in one piece");
                margins.iter_mut().zip(intercepts).for_each(|(margin, intercept)| *margin += intercept);
                let (loss, slope) = self.loss.row(first + offset, margins, extra.unwrap_or(0.0));
                let counts = self.row_weights.map_or(1.0, |weights| weights[first + offset]);
                part.loss += counts * loss;
                for (sum, margin) in part.gradient[n_weights..].iter_mut().zip(margins.iter_mut()) {
                    *margin *= counts;
                    *sum += *margin;
                }
                if extra.is_some() {
                    part.gradient[n_weights + n_margins] += counts * slope;
                }
            }
            let gradient = &mut part.gradient[..n_weights];
            if n_margins <= FEW_MARGINS {
                for (slopes, gradient) in margins.columns().into_iter().zip(gradient.chunks_mut(width.max(1))) {
                    add_rows(rows, slopes, gradient);
                }
            } else {
                let mut gradient = ArrayViewMut2::from_shape((n_margins, width), gradient).expect("weights");
                general_mat_mul(1.0, &margins.t(), &rows, 1.0, &mut gradient);
            }
        }
        Ok(part)
    }
}
