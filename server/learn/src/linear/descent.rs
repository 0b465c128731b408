//! How the learners without a closed form go down to their minimum: told about each iteration, stopped
//! or ended early from outside.

use std::ops::ControlFlow;

use mlwright_base::Progress;

use super::objective::{Objective, RowLoss};
use super::{lbfgs, proximal};
use crate::{FitContext, LearnError};

/// A learner on its way down.
pub(super) struct Descent<'a, 'c> {
    pub learner: &'static str,
    /// The largest slope at which it is done.
    pub tolerance: f64,
    pub max_iterations: usize,
    pub cx: &'a FitContext<'c>,
}

impl Descent<'_, '_> {
    /// Moves `point` to the minimum of the objective, and of an L1 penalty beside it.
    ///
    /// # Errors
    /// [`LearnError::Cancelled`], and [`LearnError::Fit`] when the loss there is not finite.
    pub fn minimize<L: RowLoss>(
        &self,
        objective: &Objective<'_, L>,
        l1: Option<proximal::L1>,
        point: &mut Vec<f64>,
    ) -> Result<(), LearnError> {
        let Self { learner, tolerance, max_iterations, cx } = *self;
        let total = max_iterations as f64;
        let evaluate = |point: &[f64], gradient: &mut [f64]| objective.evaluate(point, gradient, cx.cancel);
        let each = |iteration: usize| {
            cx.progress.report(Progress::of(iteration as f64, total, format!("iteration {}", iteration + 1)));
            cx.cancel.check()?;
            Ok(if cx.is_enough() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        };
        let least = match l1 {
            None => lbfgs::minimize(point, tolerance, max_iterations, evaluate, each)?,
            Some(l1) => proximal::minimize(point, l1, tolerance, max_iterations, cx.cancel, evaluate, each)?,
        };
        if !least.is_finite() {
            return Err(LearnError::Fit { learner: learner.to_owned(), message: format!("the loss is {least}") });
        }
        cx.progress.report(Progress::of(total, total, "converged"));
        Ok(())
    }
}
