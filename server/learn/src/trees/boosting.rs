//! Gradient boosting with Newton steps (Friedman 2001; Chen & Guestrin 2016): each round grows one
//! tree per margin against the loss's gradient and adds a share of it.

mod early_stopping;

use early_stopping::Watch;
use mlwright_base::{CancelToken, Progress, Seed};
use ndarray::{ArrayView2, Axis};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::bins::{BINS_MAX, BinnedMatrix};
use super::grow::{Grown, Growth, Sample, grow};
use super::histogram::Derivatives;
use super::objective::Objective;
use super::tree::DEPTH_MAX;
use super::{Tree, TreesPredictor, row_positions};
use crate::contract::Preparation;
use crate::learners::{check_rows, classes_of, described, in_range, numbers_of};
use crate::split::{SplitKind, holdout};
use crate::target_scale::TargetScale;
use crate::{Estimator, FitContext, LearnError, Predictor, Target, Task};

/// The least sum of hessians in a leaf: below it a Newton step says nothing (LightGBM and
/// scikit-learn take the same).
const HESSIAN_LEAF_MIN: f64 = 1e-3;

/// A sum of small trees. Minimises cross-entropy, or the squared error of the standardised target.
///
/// With [`FitContext::validation`], or a `validation_fraction`, it stops when the loss there has not
/// fallen for `early_stopping_rounds` and keeps the rounds up to the best; else it makes all rounds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GradientBoosting {
    /// The most rounds, 1 to 10000. The default 300 is more than most tables need at a learning rate
    /// of 0.1: early stopping finds how many.
    pub n_estimators: usize,
    /// The share of each tree that is added, above 0 and at most 1.
    pub learning_rate: f64,
    /// The most leaves of a tree, 2 to 4096. The default 31 is LightGBM's and scikit-learn's.
    pub max_leaves: usize,
    /// The most questions from root to leaf, 1 to 64. The default 16 only stops degenerate chains.
    pub max_depth: usize,
    /// The fewest training rows in a leaf, at least 1. Default: a twentieth of the rows, 1 to 20,
    /// so that small tables can be split at all.
    pub min_samples_leaf: usize,
    /// The L2 penalty on leaf values, at least 0.
    pub l2: f64,
    /// The share of rows each round learns from, above 0 and at most 1.
    pub row_fraction: f64,
    /// The share of columns each tree may look at, above 0 and at most 1.
    pub column_fraction: f64,
    /// The most bins a column is cut into, 2 to 255.
    pub max_bins: usize,
    /// Rounds without a lower validation loss before it stops, at least 1.
    pub early_stopping_rounds: usize,
    /// The share of the training rows set apart for early stopping when no validation rows are
    /// given; 0 (the default) makes all rounds on all rows, else 0.01 to 0.9.
    pub validation_fraction: f64,
}

impl GradientBoosting {
    /// The defaults for so many training rows.
    pub(crate) fn for_rows(n_rows: usize) -> Self {
        Self {
            n_estimators: 300,
            learning_rate: 0.1,
            max_leaves: 31,
            max_depth: 16,
            min_samples_leaf: (n_rows / 20).clamp(1, 20),
            l2: 0.0,
            row_fraction: 1.0,
            column_fraction: 1.0,
            max_bins: BINS_MAX,
            early_stopping_rounds: 20,
            validation_fraction: 0.0,
        }
    }

    pub(crate) fn checked(self) -> Result<Self, LearnError> {
        let whole = |value: usize| value as f64;
        let share = |n: f64| n > 0.0 && n <= 1.0;
        in_range("n_estimators", whole(self.n_estimators), |n| (1.0..=1e4).contains(&n), "from 1 to 10000")?;
        in_range("learning_rate", self.learning_rate, share, "above 0 and at most 1")?;
        in_range("max_leaves", whole(self.max_leaves), |n| (2.0..=4096.0).contains(&n), "from 2 to 4096")?;
        in_range("max_depth", whole(self.max_depth), |n| n >= 1.0 && n <= whole(DEPTH_MAX), "from 1 to 64")?;
        in_range("min_samples_leaf", whole(self.min_samples_leaf), |n| n >= 1.0, "at least 1")?;
        in_range("l2", self.l2, |l2| l2 >= 0.0, "at least 0")?;
        in_range("row_fraction", self.row_fraction, share, "above 0 and at most 1")?;
        in_range("column_fraction", self.column_fraction, share, "above 0 and at most 1")?;
        in_range("max_bins", whole(self.max_bins), |n| (2.0..=whole(BINS_MAX)).contains(&n), "from 2 to 255")?;
        in_range("early_stopping_rounds", whole(self.early_stopping_rounds), |n| n >= 1.0, "at least 1")?;
        let fits = |n: f64| n == 0.0 || (0.01..=0.9).contains(&n);
        in_range("validation_fraction", self.validation_fraction, fits, "0, or from 0.01 to 0.9")?;
        Ok(self)
    }

    fn growth(&self) -> Growth {
        Growth {
            max_leaves: self.max_leaves,
            max_depth: self.max_depth,
            min_samples_leaf: self.min_samples_leaf as f64,
            min_hessian_leaf: HESSIAN_LEAF_MIN,
            min_gain: 0.0,
            l2: self.l2,
        }
    }

    fn samples(&self) -> bool {
        self.row_fraction < 1.0 || self.column_fraction < 1.0
    }
}

impl Estimator for GradientBoosting {
    fn name(&self) -> &'static str {
        "gradient_boosting"
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

    fn rounds_parameter(&self) -> Option<&'static str> {
        Some("n_estimators")
    }

    fn gives_what_it_has(&self) -> bool {
        true
    }

    fn fit(&self, x: ArrayView2<'_, f64>, y: &Target, cx: &FitContext<'_>) -> Result<Predictor, LearnError> {
        check_rows(x, y)?;
        if cx.validation.is_some() || self.validation_fraction == 0.0 {
            return self.boost(x, y, cx.validation, cx);
        }
        let parts = holdout(y, self.validation_fraction, SplitKind::Stratified, cx.seed.derive("validation"))?;
        let (stop_x, stop_y) = (x.select(Axis(0), &parts.valid), y.take(&parts.valid));
        self.boost(x.select(Axis(0), &parts.train).view(), &y.take(&parts.train), Some((stop_x.view(), &stop_y)), cx)
    }
}

/// Numbers as the loss sees them.
fn standardized(y: &Target, scale: TargetScale) -> Vec<f64> {
    match y {
        Target::Number(values) => values.iter().map(|&value| scale.standardize(value)).collect(),
        Target::Class { .. } => Vec::new(),
    }
}

fn objective<'a>(y: &'a Target, numbers: &'a [f64]) -> Objective<'a> {
    match y {
        Target::Class { codes, n_classes: 2 } => Objective::Logistic(codes),
        Target::Class { codes, n_classes } => Objective::Softmax(codes, *n_classes),
        Target::Number(_) => Objective::SquaredError(numbers),
    }
}

impl GradientBoosting {
    fn boost<'v>(
        &self,
        x: ArrayView2<'_, f64>,
        y: &Target,
        validation: Option<(ArrayView2<'v, f64>, &'v Target)>,
        cx: &FitContext<'_>,
    ) -> Result<Predictor, LearnError> {
        let scale = match y {
            Target::Class { .. } => {
                classes_of(y).map(|_| TargetScale { center: 0.0, spread: 1.0, is_constant: false })?
            }
            Target::Number(_) => TargetScale::fit(numbers_of(y)?),
        };
        let numbers = standardized(y, scale);
        let objective = objective(y, &numbers);
        let x = x.as_standard_layout();
        let matrix = BinnedMatrix::new(x.view(), &cx.matrix.categorical, self.max_bins, cx.seed, cx.cancel)?;
        let start = objective.start();
        let mut watch = match validation {
            Some((stop_x, stop_y)) => Some(Watch::new(self, stop_x, stop_y, y, scale, &start)?),
            None => None,
        };
        let mut fit = Fit::new(self, x.view(), &matrix, &objective, &start, (cx.seed, cx.cancel))?;
        for round in 0..self.n_estimators {
            cx.cancel.check()?;
            let grew = fit.round()?;
            if let Some(watch) = &mut watch
                && watch.is_over(&fit.trees, &fit.gain, round + 1)
            {
                break;
            }
            let message = format!("round {} of at most {}", round + 1, self.n_estimators);
            cx.progress.report(Progress::of((round + 1) as f64, self.n_estimators as f64, message));
            if (!grew && !self.samples()) || cx.is_enough() {
                break;
            }
        }
        let (mut trees, mut gain) = (fit.trees, fit.gain);
        if let Some(watch) = watch {
            trees.truncate(watch.best_rounds * start.len());
            gain = watch.best_gain;
        }
        cx.progress.report(Progress::of(self.n_estimators as f64, self.n_estimators as f64, "boosted"));
        let n_rounds = trees.len() / start.len();
        let base: Vec<f64> = start.iter().map(|start| scale.center + start * scale.spread).collect();
        trees.iter_mut().flat_map(|tree| &mut tree.leaf_value).for_each(|value| *value *= scale.spread);
        if !trees.iter().flat_map(|tree| &tree.leaf_value).chain(&base).all(|value| value.is_finite()) {
            return Err(LearnError::Fit {
                learner: self.name().to_owned(),
                message: "a leaf's value is out of range: the target is too large".to_owned(),
            });
        }
        Ok(Predictor::Trees(TreesPredictor { link: objective.link(), base, trees, gain, n_rounds: Some(n_rounds) }))
    }
}

/// The state of a fit between rounds.
struct Fit<'a> {
    learner: &'a GradientBoosting,
    x: ArrayView2<'a, f64>,
    matrix: &'a BinnedMatrix,
    objective: &'a Objective<'a>,
    cancel: &'a CancelToken,
    all_rows: Vec<u32>,
    row_rng: Xoshiro256PlusPlus,
    column_seed: Seed,
    /// Shape `(n_margins, n_rows)`, like the next two.
    margins: Vec<f64>,
    gradients: Vec<f64>,
    hessians: Vec<f64>,
    trees: Vec<Tree>,
    gain: Vec<f64>,
}

impl<'a> Fit<'a> {
    fn new(
        learner: &'a GradientBoosting,
        x: ArrayView2<'a, f64>,
        matrix: &'a BinnedMatrix,
        objective: &'a Objective<'a>,
        start: &[f64],
        (seed, cancel): (Seed, &'a CancelToken),
    ) -> Result<Self, LearnError> {
        let n_rows = x.nrows();
        Ok(Self {
            learner,
            x,
            matrix,
            objective,
            cancel,
            all_rows: row_positions(n_rows)?,
            row_rng: Xoshiro256PlusPlus::seed_from_u64(seed.derive("rows").0),
            column_seed: seed.derive("columns"),
            margins: start.iter().flat_map(|&start| std::iter::repeat_n(start, n_rows)).collect(),
            gradients: vec![0.0; n_rows * start.len()],
            hessians: vec![0.0; n_rows * start.len()],
            trees: Vec::new(),
            gain: vec![0.0; x.ncols()],
        })
    }

    /// Grows one tree per margin, in parallel, each from the same margins. Says whether any was split.
    fn round(&mut self) -> Result<bool, LearnError> {
        let n_rows = self.x.nrows();
        self.objective.derivatives(&self.margins, &mut self.gradients, &mut self.hessians);
        let rows = self.sample_rows();
        let first = self.trees.len();
        let this = &*self;
        let grown: Vec<(Tree, Vec<f64>, Vec<f64>)> = (0..self.objective.n_margins())
            .into_par_iter()
            .map(|margin| {
                let part = margin * n_rows..(margin + 1) * n_rows;
                let derivatives =
                    Derivatives { gradients: &this.gradients[part.clone()], hessians: &this.hessians[part.clone()] };
                this.grow_tree(derivatives, rows.clone(), first + margin, &this.margins[part])
            })
            .collect::<Result<_, LearnError>>()?;
        let mut grew = false;
        for (margin, (tree, gain, moved)) in grown.into_iter().enumerate() {
            grew |= tree.n_leaves() > 1;
            self.margins[margin * n_rows..(margin + 1) * n_rows].copy_from_slice(&moved);
            self.gain.iter_mut().zip(gain).for_each(|(sum, gain)| *sum += gain);
            self.trees.push(tree);
        }
        Ok(grew)
    }

    /// A tree, its splits' gain per column, and the margins with it.
    fn grow_tree(
        &self,
        derivatives: Derivatives<'_>,
        mut rows: Vec<u32>,
        position: usize,
        margins: &[f64],
    ) -> Result<(Tree, Vec<f64>, Vec<f64>), LearnError> {
        let columns = self.sample_columns(position);
        let mut gain = vec![0.0; self.x.ncols()];
        let sample = Sample { columns: &columns, rows: &mut rows };
        let Grown { mut tree, leaf_rows } =
            grow(self.matrix, derivatives, 1, sample, &self.learner.growth(), &mut gain, self.cancel)?;
        tree.leaf_value.iter_mut().for_each(|value| *value *= self.learner.learning_rate);
        let mut moved = margins.to_vec();
        if rows.len() == self.x.nrows() {
            for (leaf, start, end) in leaf_rows {
                rows[start..end].iter().for_each(|&row| moved[row as usize] += tree.leaf_value[leaf]);
            }
        } else {
            add_tree(&tree, self.x, &mut moved);
        }
        Ok((tree, gain, moved))
    }

    fn sample_rows(&mut self) -> Vec<u32> {
        if self.learner.row_fraction >= 1.0 {
            return self.all_rows.clone();
        }
        sample(&mut self.row_rng, &self.all_rows, self.learner.row_fraction)
    }

    fn sample_columns(&self, position: usize) -> Vec<usize> {
        if self.learner.column_fraction >= 1.0 {
            return self.matrix.usable.clone();
        }
        let seed = self.column_seed.derive(&position.to_string());
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed.0);
        sample(&mut rng, &self.matrix.usable, self.learner.column_fraction)
    }
}

/// A share of `all`, rounded up, without repetition and in order.
fn sample<T: Copy>(rng: &mut Xoshiro256PlusPlus, all: &[T], fraction: f64) -> Vec<T> {
    let amount = ((all.len() as f64 * fraction).ceil() as usize).min(all.len());
    let mut positions = rand::seq::index::sample(rng, all.len(), amount).into_vec();
    positions.sort_unstable();
    positions.into_iter().map(|position| all[position]).collect()
}

/// Adds a one-number tree's answers to one margin of all rows.
fn add_tree(tree: &Tree, x: ArrayView2<'_, f64>, margins: &mut [f64]) {
    margins.par_iter_mut().zip(x.axis_iter(Axis(0))).with_min_len(1024).for_each(|(margin, row)| {
        let row = row.to_slice().expect("the matrix was put into row order");
        *margin += tree.leaf_value[tree.leaf_of(row)];
    });
}
