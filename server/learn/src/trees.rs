//! Trees of our own: one decision tree, or a boosted sum of them.
//!
//! Columns are cut into at most 255 bins (`bins.rs`), a tree is grown leaf by leaf from histograms
//! over the bins (`grow.rs`, `split.rs`), kept as plain arrays (`tree.rs`), and explained exactly
//! (`shap.rs`). Missing values have a bin of their own and go where the split says; categories are
//! split into subsets, not ordered.
//!
//! linfa-trees 0.8.1 is not used: it drops splits whose sides have the same majority class, which
//! leaves it no probabilities where classes are unbalanced; it takes values that differ by less than
//! 1e-5 as equal, whatever their scale; it adds up class counts in the order of a randomly seeded
//! hash map, so that three classes can give other trees on each run; and it knows no missing values,
//! no categories, no regression and no cancelling.

pub(crate) mod bins;
pub mod boosting;
pub(crate) mod constraints;
pub mod decision;
pub(crate) mod fixed_point;
pub(crate) mod flat;
pub mod forest;
pub(crate) mod grow;
pub(crate) mod histogram;
pub(crate) mod matrix;
pub(crate) mod objective;
pub(crate) mod sampling;
pub(crate) mod shap;
pub(crate) mod split;
pub mod tree;

pub use tree::Tree;

use serde::{Deserialize, Serialize};

use crate::LearnError;
use crate::predictor::{Contributions, Link};

/// One tree or a sum of trees: margins = base + Σ trees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TreesPredictor {
    /// How margins become the prediction.
    pub link: Link,
    /// What the trees start from, shape `(n_margins,)`.
    pub base: Vec<f64>,
    /// Each tree's leaves hold either one number, added to margin `position % n_margins`, or
    /// `n_margins` numbers, one for each.
    pub trees: Vec<Tree>,
    /// Total gain of the splits on each matrix column.
    pub gain: Vec<f64>,
    /// The number of boosting rounds kept; absent for a decision tree.
    pub n_rounds: Option<usize>,
    /// A forest's score on rows outside each tree's sample: accuracy, or R².
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub out_of_bag: Option<f64>,
}

impl TreesPredictor {
    pub(crate) fn margins(&self, x: &[f64], out: &mut [f64]) {
        out.copy_from_slice(&self.base);
        for (position, tree) in self.trees.iter().enumerate() {
            let leaf = tree.leaf_values(tree.leaf_of(x));
            if leaf.len() == out.len() {
                out.iter_mut().zip(leaf).for_each(|(margin, value)| *margin += value);
            } else {
                out[position % self.base.len()] += leaf[0];
            }
        }
    }

    pub(crate) fn contributions(&self, x: &[f64]) -> Contributions {
        let n_margins = self.base.len();
        let mut base = self.base.clone();
        let mut values = vec![vec![0.0; x.len()]; n_margins];
        for (position, tree) in self.trees.iter().enumerate() {
            let first = if tree.n_values == n_margins { 0 } else { position % n_margins };
            let expected = tree.expected_values();
            for (margin, value) in base[first..].iter_mut().zip(&expected) {
                *margin += value;
            }
            shap::add_shapley_values(tree, x, &mut values[first..first + tree.n_values]);
        }
        Contributions { base, values, link: self.link }
    }

    pub(crate) fn check(&self, n_columns: usize) -> Result<(), LearnError> {
        let n_margins = self.base.len();
        if n_margins == 0 || (self.link == Link::Logistic && n_margins != 1) || self.gain.len() != n_columns {
            return Err(LearnError::ModelFile(format!("the trees' shape does not fit {n_columns} columns")));
        }
        for tree in &self.trees {
            if tree.n_values != 1 && tree.n_values != n_margins {
                return Err(LearnError::ModelFile(format!(
                    "a leaf has {} values, expected {n_margins}",
                    tree.n_values
                )));
            }
            tree.check(n_columns)?;
        }
        Ok(())
    }
}

/// The positions of all rows.
///
/// # Errors
/// [`LearnError::UnsuitableData`] with more rows than 32 bits can number.
pub(crate) fn row_positions(n_rows: usize) -> Result<Vec<u32>, LearnError> {
    match u32::try_from(n_rows) {
        Ok(n_rows) => Ok((0..n_rows).collect()),
        Err(_) => Err(LearnError::UnsuitableData {
            message: format!("{n_rows} rows, expected at most {} for trees", u32::MAX),
            hint: "take a sample of the rows".to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests;
