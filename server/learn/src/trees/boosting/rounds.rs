//! How many rounds, when nobody says: cross-validation inside the training rows.
//!
//! How much a table can teach before noise is learned differs more between tables than any constant
//! can serve. One boosting per fold runs side by side; after each round the losses of all rows, each
//! outside its fold's fit, are averaged, and the number of rounds with the least mean is taken: as many more as there are
//! more rows to learn from than in a fold, because more rows bear more rounds before noise is learned.

use ndarray::ArrayView2;
use rayon::prelude::*;

use super::GradientBoosting;
use super::fit::Fit;
use crate::split::{SplitKind, folds};
use crate::trees::matrix::BinnedMatrix;
use crate::trees::objective::Objective;
use crate::{FitContext, LearnError, Target};

/// The most cells that all folds together may add up or look at: some ten seconds.
const WORK_MAX: f64 = 1e10;
/// The rounds that each fold should be able to make.
const ROUNDS_MIN: f64 = 500.0;
/// Into how many parts rows are divided at least: of fewer, each fit would have so few rows that it were best
/// stopped too early.
const PARTS_MIN: usize = 5;

/// What all folds share.
pub(super) struct Shared<'a, 'cx> {
    pub x: ArrayView2<'a, f64>,
    pub y: &'a Target,
    pub matrix: &'a BinnedMatrix,
    pub objective: &'a Objective<'a>,
    pub weights: Option<&'a [f64]>,
    /// From which each fold starts, shape `(n_margins, n_rows)`.
    pub margins: &'a [f64],
    pub cx: &'a FitContext<'cx>,
}

/// A learner with the number of rounds, and where `shape_by_folds` says so the shape of trees, that have the least mean
/// loss over the folds.
///
/// # Errors
/// [`LearnError::Cancelled`], or as [`folds`].
pub(super) fn settled(learner: &GradientBoosting, shared: &Shared<'_, '_>) -> Result<GradientBoosting, LearnError> {
    let (n_estimators, loss) = best_rounds(learner, shared)?;
    let mut settled = GradientBoosting { n_estimators, ..learner.clone() };
    if learner.shape_by_folds && loss.is_some() {
        let bolder = learner.bolder();
        let (n_estimators, other_loss) = best_rounds(&bolder, shared)?;
        if other_loss.zip(loss).is_some_and(|(other, loss)| other < loss) {
            settled = GradientBoosting { n_estimators, ..bolder };
        }
    }
    Ok(settled)
}

/// The number of rounds with the least mean loss over the folds (of five at least) for all rows, at least 1, and that loss. Where
/// there are so many classes, columns and rows that it would take long, over fewer of these folds; where even one
/// is too many, the usual total of steps: 5 / learning rate, and no loss.
fn best_rounds(learner: &GradientBoosting, shared: &Shared<'_, '_>) -> Result<(usize, Option<f64>), LearnError> {
    let n_folds = learner.rounds_by_folds;
    let affordable = WORK_MAX / work_of_round(learner, shared);
    if affordable < 5.0 / learner.learning_rate {
        return Ok((learner.n_estimators.min((5.0 / learner.learning_rate).ceil() as usize), None));
    }
    let growth = learner.growth(shared.x.nrows(), shared.cx)?;
    let n_used = n_folds.min((affordable / ROUNDS_MIN) as usize).max(1);
    let rounds_max = learner.n_estimators.min((affordable / n_used as f64) as usize);
    let n_parts = n_folds.max(PARTS_MIN).min(shared.y.len());
    let parts = folds(shared.y, n_parts, SplitKind::Stratified, shared.cx.seed.derive("rounds"))?;
    let (n_rows, n_learned) = (shared.y.len(), parts.first().map_or(1, |part| part.train.len()));
    let mut fits: Vec<(Fit<'_>, Vec<usize>)> = parts
        .into_iter()
        .take(n_used)
        .map(|part| {
            let rows = part.train.iter().map(|&row| row as u32).collect();
            let fit = Fit::new(
                learner,
                shared.x.reborrow(),
                shared.matrix,
                shared.objective,
                growth.clone(),
                shared.margins.to_vec(),
                shared.weights,
                rows,
                (shared.cx.seed, shared.cx.cancel),
            );
            (fit, part.valid)
        })
        .collect();
    let (mut best, mut best_loss) = (1, f64::INFINITY);
    for round in 1..=rounds_max {
        shared.cx.cancel.check()?;
        let step = |(fit, held_out): &mut (Fit<'_>, Vec<usize>)| -> Result<f64, LearnError> {
            fit.round()?;
            fit.trees.clear();
            Ok(shared.objective.loss_of(&fit.margins, held_out) * held_out.len() as f64)
        };
        let losses: Vec<f64> = fits.par_iter_mut().map(step).collect::<Result<_, _>>()?;
        let loss = losses.iter().sum::<f64>();
        if loss < best_loss {
            (best, best_loss) = (round, loss);
        }
        if round - best >= learner.early_stopping_rounds {
            break;
        }
    }
    Ok(((best * n_rows / n_learned.max(1)).min(learner.n_estimators), Some(best_loss)))
}

/// About how many cells a round of one fold adds up (each row some twice in every column) and looks at
/// (each leaf's bins, from both ends).
fn work_of_round(learner: &GradientBoosting, shared: &Shared<'_, '_>) -> f64 {
    let n_slots = shared.matrix.n_slots();
    let n_bins: usize = (0..n_slots).map(|slot| shared.matrix.bins_of(slot).n_bins()).sum();
    let cells = 2.0 * (shared.x.nrows() * n_slots + learner.max_leaves * n_bins) as f64;
    cells.max(1.0) * shared.objective.n_margins() as f64
}
