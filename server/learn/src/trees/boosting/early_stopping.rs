//! When to stop boosting: the loss on rows outside the fit.

use ndarray::ArrayView2;

use super::GradientBoosting;
use super::fit::add_tree;
use super::scaling::Scaling;
use super::start::Start;
use crate::learners::check_rows;
use crate::trees::Tree;
use crate::{LearnError, Target};

/// Follows the loss on rows outside the fit.
pub(super) struct Watch<'a, 'l> {
    learner: &'l GradientBoosting,
    x: ndarray::CowArray<'a, f64, ndarray::Ix2>,
    y: &'a Target,
    numbers: Vec<f64>,
    /// Shape `(n_margins, n_rows)`.
    margins: Vec<f64>,
    patience: usize,
    best_loss: f64,
    /// After how many rounds the loss was least.
    pub best_rounds: usize,
    /// The splits' gain per column up to then.
    pub best_gain: Vec<f64>,
}

impl<'a, 'l> Watch<'a, 'l> {
    pub fn new(
        learner: &'l GradientBoosting,
        x: ArrayView2<'a, f64>,
        y: &'a Target,
        training: &Target,
        scaling: Scaling,
        start: &Start<'_>,
    ) -> Result<Self, LearnError> {
        check_rows(x, y)?;
        let fits = match (y, training) {
            (Target::Class { n_classes, .. }, Target::Class { n_classes: expected, .. }) => n_classes == expected,
            (Target::Number(_), Target::Number(_)) => true,
            _ => false,
        };
        if !fits {
            return Err(LearnError::Shape(
                "the validation rows' target is of another kind than the training rows'".to_owned(),
            ));
        }
        let margins = start.margins(x);
        let numbers = scaling.scaled(y);
        let best_loss = learner.objective(y, &numbers).loss(&margins);
        let best_gain = vec![0.0; x.ncols()];
        let patience = learner.early_stopping_rounds;
        // Rows are asked one by one, so each must lie in one piece.
        let x = if x.is_standard_layout() { x.into() } else { x.as_standard_layout().into_owned().into() };
        Ok(Self { learner, x, y, numbers, margins, patience, best_loss, best_rounds: 0, best_gain })
    }

    /// Takes in the newest round's trees; whether the loss has not fallen for too long.
    pub fn is_over(&mut self, trees: &[Tree], gain: &[f64], n_rounds: usize) -> bool {
        let n_rows = self.y.len();
        let newest = &trees[trees.len() - self.margins.len() / n_rows..];
        for (tree, margins) in newest.iter().zip(self.margins.chunks_exact_mut(n_rows)) {
            add_tree(tree, self.x.view(), margins);
        }
        let loss = self.learner.objective(self.y, &self.numbers).loss(&self.margins);
        if loss < self.best_loss {
            self.best_loss = loss;
            self.best_rounds = n_rounds;
            self.best_gain.copy_from_slice(gain);
        }
        n_rounds - self.best_rounds >= self.patience
    }
}
