//! One decision tree (CART, Breiman et al. 1984): Gini impurity for classes, squared error for numbers.

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use super::bins::BINS_MAX;
use super::fixed_point::FixedPoint;
use super::grow::{CategoryRule, Growth, GrowthPolicy, Pool, Sample, grow};
use super::matrix::BinnedMatrix;
use super::tree::DEPTH_MAX;
use super::{Tree, TreesPredictor, row_positions};
use crate::contract::Preparation;
use crate::learners::{check_rows, classes_of, described, in_range};
use crate::predictor::Link;
use crate::target_scale::TargetScale;
use crate::weights::{ClassWeight, row_weights};
use crate::{Estimator, FitContext, LearnError, Predictor, Target, Task};

/// A tree whose leaves hold class frequencies or a mean.
///
/// Split points are among the quantile bins of each column (all values up to 255 different ones), so
/// that fits are quick; scikit-learn's `DecisionTreeClassifier` tries every value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecisionTree {
    /// The most questions from root to leaf, 1 to 64. The default 6 can still be read by people.
    pub max_depth: usize,
    /// The most leaves, at least 2. The best splits come first. The default does not limit.
    pub max_leaves: usize,
    /// The fewest training rows in a leaf, at least 1. Default: a hundredth of the rows, 1 to 20, so
    /// that probabilities of small leaves are not all 0 or 1.
    pub min_samples_leaf: usize,
}

impl DecisionTree {
    /// The defaults for so many training rows.
    pub(crate) fn for_rows(n_rows: usize) -> Self {
        Self { max_depth: 6, max_leaves: 1 << DEPTH_MAX.min(16), min_samples_leaf: (n_rows / 100).clamp(1, 20) }
    }

    pub(crate) fn checked(self) -> Result<Self, LearnError> {
        let whole = |value: usize| value as f64;
        in_range("max_depth", whole(self.max_depth), |n| n >= 1.0 && n <= whole(DEPTH_MAX), "from 1 to 64")?;
        in_range("max_leaves", whole(self.max_leaves), |n| (2.0..=1e6).contains(&n), "from 2 to 1000000")?;
        in_range("min_samples_leaf", whole(self.min_samples_leaf), |n| n >= 1.0, "at least 1")?;
        Ok(self)
    }
}

impl Estimator for DecisionTree {
    fn name(&self) -> &'static str {
        "decision_tree"
    }

    fn parameters(&self) -> Vec<(String, serde_json::Value)> {
        described(self)
    }

    fn preparation(&self) -> Preparation {
        Preparation::Tree
    }

    fn supports(&self, _task: Task) -> bool {
        true
    }

    fn fit(&self, x: ArrayView2<'_, f64>, y: &Target, cx: &FitContext<'_>) -> Result<Predictor, LearnError> {
        check_rows(x, y)?;
        let n_values = y.n_outputs();
        let gradients = gradients(y)?;
        let weights = row_weights(y, cx.weights, ClassWeight::Equal)?;
        let mut rows = row_positions(x.nrows())?;
        let matrix = BinnedMatrix::new(x, &cx.matrix.categorical, (BINS_MAX, 1), cx.seed, cx.cancel)?;
        let growth = Growth {
            policy: GrowthPolicy::LeafWise,
            max_leaves: self.max_leaves,
            max_depth: self.max_depth,
            min_samples_leaf: self.min_samples_leaf as i64,
            min_hessian_leaf: 0.0,
            min_gain: 0.0,
            l1: 0.0,
            l2: 0.0,
            categories: CategoryRule { rows_step: 0, ..CategoryRule::boosting(x.nrows()) },
            monotone: Vec::new(),
            interactions: Vec::new(),
            columns_per_split: None,
            draws_thresholds: false,
            seed: cx.seed,
        };
        let mut fixed = FixedPoint::empty(n_values);
        match &weights {
            None => fixed.set(&gradients, &vec![1.0; x.nrows()]),
            Some(weights) => {
                rows.retain(|&row| weights[row as usize] > 0.0);
                let weigh = |(position, gradient): (usize, &f64)| gradient * weights[position / n_values];
                fixed.set(&gradients.iter().enumerate().map(weigh).collect::<Vec<f64>>(), weights);
            }
        }
        let mut gain = vec![0.0; x.ncols()];
        let slots: Vec<usize> = (0..matrix.n_slots()).collect();
        let sample = Sample { slots: &slots, rows: &mut rows };
        let grown = grow(&matrix, &fixed, sample, &growth, &mut gain, &mut Pool::default(), cx.cancel)?;
        let mut tree = grown.tree;
        set_leaves(&mut tree, &grown.leaf_rows, &rows, y, weights.as_deref());
        let base = vec![0.0; n_values];
        Ok(Predictor::Trees(TreesPredictor {
            link: Link::Identity,
            base,
            trees: vec![tree],
            gain,
            n_rounds: None,
            out_of_bag: None,
        }))
    }
}

/// −1 for a row's class, or −y of the standardised numbers: see `split.rs`.
pub(crate) fn gradients(y: &Target) -> Result<Vec<f64>, LearnError> {
    match y {
        Target::Class { .. } => {
            let (codes, n_classes) = classes_of(y)?;
            let mut gradients = vec![0.0; codes.len() * n_classes];
            for (row, &code) in codes.iter().enumerate() {
                gradients[row * n_classes + code as usize] = -1.0;
            }
            Ok(gradients)
        }
        Target::Number(values) => {
            let scale = TargetScale::fit(values);
            Ok(values.iter().map(|&value| -scale.standardize(value)).collect())
        }
    }
}

/// Class frequencies or the mean of each leaf's rows, from the rows themselves: the sums in
/// histograms carry rounding errors from taking one from another.
pub(crate) fn set_leaves(
    tree: &mut Tree,
    leaf_rows: &[(usize, usize, usize)],
    rows: &[u32],
    y: &Target,
    weights: Option<&[f64]>,
) {
    let n_values = tree.n_values;
    for &(leaf, start, end) in leaf_rows {
        let values = &mut tree.leaf_value[leaf * n_values..(leaf + 1) * n_values];
        let rows = &rows[start..end];
        match y {
            Target::Class { codes, .. } => {
                values.fill(0.0);
                let mut total = 0.0;
                for &row in rows {
                    let weight = weights.map_or(1.0, |weights| weights[row as usize]);
                    values[codes[row as usize] as usize] += weight;
                    total += weight;
                }
                values.iter_mut().for_each(|count| *count /= total);
            }
            Target::Number(numbers) => {
                let center = TargetScale::of(rows.len(), rows.iter().map(|&row| numbers[row as usize])).center;
                values[0] = match weights {
                    None => center,
                    Some(weights) => {
                        // From the plain mean, so that large numbers lose no digits.
                        let part = |&row: &u32| weights[row as usize] * (numbers[row as usize] - center);
                        let total: f64 = rows.iter().map(|&row| weights[row as usize]).sum();
                        center + rows.iter().map(part).sum::<f64>() / total
                    }
                };
            }
        }
    }
}
