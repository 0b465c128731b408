//! Random forests (Breiman 2001) and extremely randomised trees (Geurts et al. 2006), on the same
//! histograms as boosting: many deep trees, each from other rows or thresholds, averaged.
//!
//! Probabilities are averaged, not votes. Thresholds are edges between bins (at most 255 a column),
//! and drawn thresholds are drawn among the bins that a node has rows in, not among values. The
//! out-of-bag score comes with the fit: each row is asked of the trees that did not learn from it.

use mlwright_base::{CancelToken, Progress, Seed};
use ndarray::ArrayView2;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::bins::BINS_MAX;
use super::decision::{gradients, set_leaves};
use super::fixed_point::FixedPoint;
use super::grow::{CategoryRule, Growth, GrowthPolicy, Pool, Sample, grow};
use super::matrix::BinnedMatrix;
use super::tree::DEPTH_MAX;
use super::{Tree, TreesPredictor, row_positions};
use crate::contract::Preparation;
use crate::learners::{check_rows, described, in_range};
use crate::predictor::Link;
use crate::weights::{ClassWeight, row_weights};
use crate::{Estimator, FitContext, LearnError, Predictor, Target, Task};

/// Trees grown between two looks at the time.
const BATCH: usize = 8;

/// Which trees a forest grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Rows drawn with replacement, the best threshold of each column.
    Random,
    /// All rows, one drawn threshold of each column.
    Extra,
}

/// Many deep trees, averaged.
#[derive(Debug, Clone, PartialEq)]
pub struct Forest {
    kind: Kind,
    parameters: ForestParameters,
}

/// A forest's hyperparameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ForestParameters {
    /// How many trees, 1 to 10000. The default 100 is scikit-learn's; more are never worse, only slower.
    pub n_estimators: usize,
    /// The share of columns each split looks at, at most 1 and at least one column; 0 for their square
    /// root. Default: 0 for classes; for numbers two thirds for random forests (a third, as Breiman 2001
    /// has it, misses too much where few columns matter), all for extra trees.
    pub column_fraction: f64,
    /// The fewest training rows in a leaf, at least 1. Default: 2 for numbers in random forests, else 1.
    pub min_samples_leaf: usize,
    /// The most questions from root to leaf, 1 to 64.
    pub max_depth: usize,
    /// The most leaves of a tree, 2 to 1000000.
    pub max_leaves: usize,
    /// Whether each tree learns from rows drawn with replacement, as many as there are.
    pub bootstrap: bool,
    /// How much the rows of each class count.
    pub class_weight: ClassWeight,
}

impl Forest {
    /// The defaults for a task.
    pub(crate) fn defaults(kind: Kind, task: Task) -> ForestParameters {
        let is_number = task == Task::Regression;
        ForestParameters {
            n_estimators: 100,
            column_fraction: match (kind, is_number) {
                (_, false) => 0.0,
                (Kind::Random, true) => 2.0 / 3.0,
                (Kind::Extra, true) => 1.0,
            },
            min_samples_leaf: if is_number && kind == Kind::Random { 2 } else { 1 },
            max_depth: DEPTH_MAX,
            max_leaves: 1_000_000,
            bootstrap: kind == Kind::Random,
            class_weight: ClassWeight::Equal,
        }
    }

    pub(crate) fn checked(kind: Kind, parameters: ForestParameters) -> Result<Self, LearnError> {
        let whole = |value: usize| value as f64;
        let p = &parameters;
        in_range("n_estimators", whole(p.n_estimators), |n| (1.0..=1e4).contains(&n), "from 1 to 10000")?;
        let share = |n: f64| (0.0..=1.0).contains(&n);
        in_range("column_fraction", p.column_fraction, share, "0 (for the square root) or at most 1")?;
        in_range("min_samples_leaf", whole(p.min_samples_leaf), |n| n >= 1.0, "at least 1")?;
        in_range("max_depth", whole(p.max_depth), |n| n >= 1.0 && n <= whole(DEPTH_MAX), "from 1 to 64")?;
        in_range("max_leaves", whole(p.max_leaves), |n| (2.0..=1e6).contains(&n), "from 2 to 1000000")?;
        Ok(Self { kind, parameters })
    }

    fn growth(&self, n_slots: usize) -> Growth {
        let p = &self.parameters;
        let columns =
            if p.column_fraction == 0.0 { (n_slots as f64).sqrt() } else { n_slots as f64 * p.column_fraction };
        Growth {
            policy: GrowthPolicy::LeafWise,
            max_leaves: p.max_leaves,
            max_depth: p.max_depth,
            min_samples_leaf: p.min_samples_leaf as i64,
            min_hessian_leaf: 0.0,
            min_gain: 0.0,
            l1: 0.0,
            l2: 0.0,
            categories: CategoryRule::FOREST,
            monotone: Vec::new(),
            interactions: Vec::new(),
            columns_per_split: Some((columns.round() as usize).clamp(1, n_slots.max(1))),
            draws_thresholds: self.kind == Kind::Extra,
            seed: Seed(0),
        }
    }
}

impl CategoryRule {
    /// Of forests: trees that are averaged need no care about noise in each split.
    const FOREST: Self = Self { few: 4, rows_min: 1, smoothing: 1.0, side_max: 256, l2: 0.0, rows_step: 0 };
}

impl Estimator for Forest {
    fn name(&self) -> &'static str {
        match self.kind {
            Kind::Random => "random_forest",
            Kind::Extra => "extra_trees",
        }
    }

    fn parameters(&self) -> Vec<(String, serde_json::Value)> {
        described(&self.parameters)
    }

    fn preparation(&self) -> Preparation {
        Preparation::Tree
    }

    fn supports(&self, _task: Task) -> bool {
        true
    }

    fn gives_what_it_has(&self) -> bool {
        true
    }

    fn fit(&self, x: ArrayView2<'_, f64>, y: &Target, cx: &FitContext<'_>) -> Result<Predictor, LearnError> {
        check_rows(x, y)?;
        if cx.start.is_some() {
            return Err(LearnError::UnsuitableData {
                message: "a forest cannot go on from a predictor".to_owned(),
                hint: "start anew with more trees, or use gradient_boosting".to_owned(),
            });
        }
        let weights = row_weights(y, cx.weights, self.parameters.class_weight)?;
        let n_values = y.n_outputs();
        let gradients = gradients(y)?;
        let all_rows = row_positions(x.nrows())?;
        let matrix = BinnedMatrix::new(x, &cx.matrix.categorical, (BINS_MAX, 1), cx.seed, cx.cancel)?;
        // Two classes need one gradient: the other's is its mirror.
        let k = if n_values == 2 { 1 } else { n_values };
        let gradients: Vec<f64> = gradients.chunks_exact(n_values).flat_map(|of| of[n_values - k..].to_vec()).collect();
        let shared = Shared {
            matrix: &matrix,
            n_columns: x.ncols(),
            gradients: &gradients,
            weights: weights.as_deref(),
            k,
            growth: self.growth(matrix.n_slots()),
            slots: (0..matrix.n_slots()).collect(),
            all_rows: &all_rows,
            bootstrap: self.parameters.bootstrap,
            y,
            seed: cx.seed.derive("forest"),
            cancel: cx.cancel,
        };
        let x = x.as_standard_layout();
        let mut out_of_bag = OutOfBag::new(x.nrows(), n_values);
        let (mut trees, mut gain) = (Vec::new(), vec![0.0; x.ncols()]);
        while trees.len() < self.parameters.n_estimators {
            let batch = trees.len()..self.parameters.n_estimators.min(trees.len() + BATCH);
            let grown: Vec<Planted> =
                batch.into_par_iter().map(|position| shared.plant(position)).collect::<Result<_, LearnError>>()?;
            for planted in grown {
                cx.cancel.check()?;
                if self.parameters.bootstrap {
                    out_of_bag.add(&planted, x.view());
                }
                gain.iter_mut().zip(planted.gain).for_each(|(sum, gain)| *sum += gain);
                trees.push(planted.tree);
            }
            let total = self.parameters.n_estimators;
            cx.progress.report(Progress::of(
                trees.len() as f64,
                total as f64,
                format!("tree {} of {total}", trees.len()),
            ));
            if cx.is_enough() {
                break;
            }
        }
        let n_trees = trees.len() as f64;
        trees.iter_mut().flat_map(|tree: &mut Tree| &mut tree.leaf_value).for_each(|value| *value /= n_trees);
        let predictor = TreesPredictor {
            link: Link::Identity,
            base: vec![0.0; n_values],
            trees,
            gain,
            n_rounds: None,
            out_of_bag: out_of_bag.score(y),
        };
        Ok(Predictor::Trees(predictor))
    }
}

/// What all trees of a forest share.
struct Shared<'a> {
    matrix: &'a BinnedMatrix,
    /// Of the matrix, those that are not split on too.
    n_columns: usize,
    /// Shape `(n_rows, k)`.
    gradients: &'a [f64],
    weights: Option<&'a [f64]>,
    k: usize,
    growth: Growth,
    slots: Vec<usize>,
    all_rows: &'a [u32],
    bootstrap: bool,
    y: &'a Target,
    seed: Seed,
    cancel: &'a CancelToken,
}

/// A grown tree.
struct Planted {
    tree: Tree,
    gain: Vec<f64>,
    /// How often each row was drawn.
    counts: Vec<u32>,
}

impl Shared<'_> {
    fn plant(&self, position: usize) -> Result<Planted, LearnError> {
        self.cancel.check()?;
        let seed = self.seed.derive(&position.to_string());
        let n_rows = self.all_rows.len();
        let mut counts = vec![u32::from(!self.bootstrap); n_rows];
        if self.bootstrap {
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed.0);
            (0..n_rows).for_each(|_| counts[rng.gen_range(0..n_rows)] += 1);
        }
        let weight = |row: usize| f64::from(counts[row]) * self.weights.map_or(1.0, |weights| weights[row]);
        let hessians: Vec<f64> = (0..n_rows).map(weight).collect();
        let gradients: Vec<f64> = self
            .gradients
            .chunks_exact(self.k)
            .zip(&hessians)
            .flat_map(|(gradients, weight)| gradients.iter().map(move |gradient| gradient * weight))
            .collect();
        let mut fixed = FixedPoint::empty(self.k);
        fixed.set(&gradients, &hessians);
        let mut rows: Vec<u32> = self.all_rows.iter().copied().filter(|&row| hessians[row as usize] > 0.0).collect();
        let mut gain = vec![0.0; self.n_columns];
        let growth = Growth { seed: seed.derive("splits"), ..self.growth.clone() };
        let sample = Sample { slots: &self.slots, rows: &mut rows };
        let grown = grow(self.matrix, &fixed, sample, &growth, &mut gain, &mut Pool::default(), self.cancel)?;
        let mut tree = grown.tree;
        tree.n_values = self.y.n_outputs();
        tree.leaf_value = vec![0.0; tree.n_leaves() * tree.n_values];
        set_leaves(&mut tree, &grown.leaf_rows, &rows, self.y, Some(&hessians));
        Ok(Planted { tree, gain, counts })
    }
}

/// Predictions of rows by the trees that did not learn from them.
struct OutOfBag {
    n_values: usize,
    /// Shape `(n_rows, n_values)`.
    sums: Vec<f64>,
    n_trees: Vec<u32>,
}

impl OutOfBag {
    fn new(n_rows: usize, n_values: usize) -> Self {
        Self { n_values, sums: vec![0.0; n_rows * n_values], n_trees: vec![0; n_rows] }
    }

    fn add(&mut self, planted: &Planted, x: ArrayView2<'_, f64>) {
        let sums = self.sums.par_chunks_exact_mut(self.n_values);
        let rows = sums.zip(&mut self.n_trees).zip(&planted.counts).zip(x.axis_iter(ndarray::Axis(0)).into_par_iter());
        rows.with_min_len(1024).for_each(|(((sums, n_trees), count), row)| {
            if *count == 0 {
                let row = row.to_slice().expect("the matrix was put into row order");
                let values = planted.tree.leaf_values(planted.tree.leaf_of(row));
                sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
                *n_trees += 1;
            }
        });
    }

    /// The share of rows whose class is right, or R²; over the rows that some tree did not see.
    fn score(&self, y: &Target) -> Option<f64> {
        let seen: Vec<usize> = (0..self.n_trees.len()).filter(|&row| self.n_trees[row] > 0).collect();
        if seen.is_empty() {
            return None;
        }
        let of = |row: usize| &self.sums[row * self.n_values..(row + 1) * self.n_values];
        match y {
            Target::Class { codes, .. } => {
                let right = |&&row: &&usize| {
                    let sums = of(row);
                    let best =
                        (0..sums.len()).fold(0, |best, class| if sums[class] > sums[best] { class } else { best });
                    best == codes[row] as usize
                };
                Some(seen.iter().filter(right).count() as f64 / seen.len() as f64)
            }
            Target::Number(values) => {
                let scale = crate::target_scale::TargetScale::of(seen.len(), seen.iter().map(|&row| values[row]));
                if scale.is_constant {
                    return None;
                }
                let error = |&row: &usize| {
                    let predicted = of(row)[0] / f64::from(self.n_trees[row]);
                    (scale.standardize(predicted) - scale.standardize(values[row])).powi(2)
                };
                Some(1.0 - seen.iter().map(error).sum::<f64>() / seen.len() as f64)
            }
        }
    }
}
