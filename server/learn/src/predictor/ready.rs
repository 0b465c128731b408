//! A predictor laid out once for many calls.

use mlwright_base::CancelToken;
use ndarray::{Array2, ArrayView2, Axis, Slice};
use rayon::prelude::*;

use super::ROWS_PER_PIECE;
use crate::trees::flat::FlatForest;
use crate::{LearnError, Predictor};

/// A predictor whose trees are laid out: that costs as much as the predictions of many rows, so that who
/// asks again and again lays them out once.
pub struct ReadyPredictor<'p> {
    predictor: &'p Predictor,
    forest: Option<FlatForest<'p>>,
    /// Of a blend: weight, first column, number of columns, and the member.
    members: Vec<(f64, usize, usize, Self)>,
}

impl<'p> ReadyPredictor<'p> {
    /// Lays it out. O(nodes).
    #[must_use]
    pub fn new(predictor: &'p Predictor) -> Self {
        let forest = if let Predictor::Trees(trees) = predictor { Some(FlatForest::new(trees)) } else { None };
        let members = match predictor {
            Predictor::Blend(blend) => blend
                .members
                .iter()
                .map(|one| (one.weight, one.first_column, one.n_columns, Self::new(&one.predictor)))
                .collect(),
            _ => Vec::new(),
        };
        Self { predictor, forest, members }
    }

    /// As [`Predictor::predict`], to the bit.
    ///
    /// # Errors
    /// [`LearnError::Cancelled`].
    ///
    /// # Panics
    /// When `x` has fewer columns than the learner saw.
    pub fn predict(&self, x: ArrayView2<'_, f64>, cancel: &CancelToken) -> Result<Array2<f64>, LearnError> {
        let n_outputs = self.predictor.n_outputs();
        let mut out = Array2::zeros((x.nrows(), n_outputs));
        if !self.members.is_empty() {
            for (weight, first_column, n_columns, member) in &self.members {
                let columns = x.slice_axis(Axis(1), Slice::from(*first_column..first_column + n_columns));
                let own = member.predict(columns, cancel)?;
                out.zip_mut_with(&own, |out, own| *out += weight * own);
            }
            return Ok(out);
        }
        let x = x.as_standard_layout();
        let (rows, flat) = (x.as_slice(), out.as_slice_mut());
        let (rows, flat) = (rows.expect("rows lie in one piece"), flat.expect("a fresh matrix is contiguous"));
        let (width, n_margins, link) = (x.ncols(), self.predictor.n_margins(), self.predictor.link());
        flat.par_chunks_mut(ROWS_PER_PIECE * n_outputs).enumerate().try_for_each(|(piece, out)| {
            cancel.check()?;
            let rows = &rows[piece * ROWS_PER_PIECE * width..][..out.len() / n_outputs * width];
            if let Some(forest) = &self.forest {
                forest.margins(rows, width, out, n_outputs);
            } else {
                for (row, out) in out.chunks_exact_mut(n_outputs).enumerate() {
                    self.predictor.margin_row(&rows[row * width..(row + 1) * width], &mut out[..n_margins]);
                }
            }
            out.chunks_exact_mut(n_outputs).for_each(|out| link.apply(out));
            Ok::<(), LearnError>(())
        })?;
        Ok(out)
    }
}

impl std::fmt::Debug for ReadyPredictor<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReadyPredictor").field("n_members", &self.members.len()).finish_non_exhaustive()
    }
}
