//! What boosting starts from: the best constant, or a predictor to go on from.

use ndarray::{ArrayView2, Axis};
use rayon::prelude::*;

use super::scaling::Scaling;
use crate::predictor::Link;
use crate::trees::objective::Objective;
use crate::trees::{Tree, TreesPredictor};
use crate::{LearnError, Predictor};

pub(super) struct Start<'a> {
    /// Scaled margins, shape `(n_margins,)`: the best constant.
    constant: Vec<f64>,
    before: Option<&'a TreesPredictor>,
    scaling: Scaling,
}

impl<'a> Start<'a> {
    pub fn new(
        before: Option<&'a Predictor>,
        objective: &Objective<'_>,
        weights: Option<&[f64]>,
        scaling: Scaling,
    ) -> Result<Self, LearnError> {
        let before = match before {
            None => None,
            Some(Predictor::Trees(trees))
                if trees.link == objective.link()
                    && trees.base.len() == objective.n_margins()
                    && trees.n_rounds.is_some() =>
            {
                Some(trees)
            }
            Some(_) => {
                return Err(LearnError::UnsuitableData {
                    message: "the predictor to go on from is not boosting of the same kind of target and loss"
                        .to_owned(),
                    hint: "go on from a gradient_boosting model of this target, or start anew".to_owned(),
                });
            }
        };
        Ok(Self { constant: objective.start(weights), before, scaling })
    }

    /// Scaled margins of each row, shape `(n_margins, n_rows)`.
    pub fn margins(&self, x: ArrayView2<'_, f64>) -> Vec<f64> {
        let n_rows = x.nrows();
        let Some(before) = self.before else {
            return self.constant.iter().flat_map(|&start| std::iter::repeat_n(start, n_rows)).collect();
        };
        let n_margins = before.base.len();
        let of = |row: ndarray::ArrayView1<'_, f64>| {
            let mut margins = vec![0.0; n_margins];
            before.margins(&row.to_vec(), &mut margins);
            margins
        };
        let rows: Vec<Vec<f64>> = x.axis_iter(Axis(0)).into_par_iter().map(of).collect();
        let scaled = |margin: f64| margin / self.scaling.spread - self.scaling.center / self.scaling.spread;
        (0..n_margins).flat_map(|margin| rows.iter().map(move |row| scaled(row[margin]))).collect()
    }

    /// The predictor with trees, whose leaves are in the target's unit, added.
    pub fn followed_by(&self, trees: Vec<Tree>, gain: Vec<f64>, link: Link) -> TreesPredictor {
        let n_new = trees.len() / self.constant.len();
        match self.before {
            None => {
                let base = self.constant.iter().map(|start| self.scaling.center + start * self.scaling.spread);
                TreesPredictor { link, base: base.collect(), trees, gain, n_rounds: Some(n_new), out_of_bag: None }
            }
            Some(before) => {
                let mut all = before.clone();
                all.trees.extend(trees);
                all.gain.iter_mut().zip(gain).for_each(|(sum, gain)| *sum += gain);
                all.n_rounds = all.n_rounds.map(|rounds| rounds + n_new);
                all
            }
        }
    }
}
