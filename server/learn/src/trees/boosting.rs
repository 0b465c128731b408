//! Gradient boosting with Newton steps (Friedman 2001; Chen & Guestrin 2016): each round grows one
//! tree per margin against the loss's gradient and adds a share of it.

mod defaults;
mod early_stopping;
mod fit;
mod rounds;
mod scaling;
mod start;

use std::borrow::Cow;
use std::collections::BTreeMap;

use early_stopping::Watch;
use fit::Fit;
use mlwright_base::Progress;
use ndarray::{ArrayView2, Axis};
use scaling::Scaling;
use serde::{Deserialize, Serialize};

use super::bins::BINS_MAX;
use super::grow::{CategoryRule, Growth, GrowthPolicy};
use super::matrix::BinnedMatrix;
use super::objective::{Loss, Objective};
use super::row_positions;
use super::tree::DEPTH_MAX;
use crate::contract::Preparation;
use crate::learners::{check_rows, classes_of, described, in_range};
use crate::split::{SplitKind, holdout};
use crate::weights::{ClassWeight, row_weights};
use crate::{Estimator, FitContext, LearnError, Predictor, Target, Task};

/// The most slots that a column of many categories takes: some four thousand categories.
const CATEGORY_BLOCKS_MAX: usize = 16;

/// A sum of small trees. Minimises cross-entropy, or a loss of the scaled target.
///
/// With [`FitContext::validation`], or a `validation_fraction`, it stops when the loss there has not
/// fallen for `early_stopping_rounds` and keeps the rounds up to the best; else it makes all rounds.
/// With [`FitContext::start`] it goes on from there: rounds are added to that predictor's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GradientBoosting {
    /// The most rounds, 1 to 10000. Default by the number of rows: see `defaults.rs`.
    pub n_estimators: usize,
    /// The share of each tree that is added, above 0 and at most 1. Default by the number of rows.
    pub learning_rate: f64,
    /// The most leaves of a tree, 2 to 4096. Default by the number of rows.
    pub max_leaves: usize,
    /// The most questions from root to leaf, 1 to 64. The default 16 only stops degenerate chains.
    pub max_depth: usize,
    /// Which leaf is split next.
    pub growth_policy: GrowthPolicy,
    /// The fewest training rows in a leaf, at least 1. Default: a twentieth of the rows, 1 to 20,
    /// so that small tables can be split at all.
    pub min_samples_leaf: usize,
    /// The least sum of hessians in a leaf, at least 0: below it a Newton step says nothing. The
    /// default 0.001 is LightGBM's and scikit-learn's.
    pub min_hessian_leaf: f64,
    /// The least gain of a split, at least 0.
    pub min_gain: f64,
    /// The L1 penalty on leaf values, at least 0.
    pub l1: f64,
    /// The L2 penalty on leaf values, at least 0.
    pub l2: f64,
    /// The share of rows each round learns from, above 0 and at most 1.
    pub row_fraction: f64,
    /// The share of rows with the largest gradients that each round keeps, 0 to 1; of the others
    /// `gradient_other_fraction` are drawn and count for more (GOSS, Ke et al. 2017, §3). 0 keeps no
    /// row for its gradient.
    pub gradient_top_fraction: f64,
    /// See `gradient_top_fraction`; above 0 and at most 1.
    pub gradient_other_fraction: f64,
    /// The share of columns each tree may look at, above 0 and at most 1.
    pub column_fraction: f64,
    /// The most bins a column is cut into, 2 to 255.
    pub max_bins: usize,
    /// What is minimised where the target is a number.
    pub loss: Loss,
    /// For `huber`: from which residual on the loss is linear, in standard deviations of the target.
    pub huber_delta: f64,
    /// For `quantile`: which one, above 0 and below 1.
    pub quantile: f64,
    /// For `tweedie`: the power of the variance, above 1 and below 2.
    pub tweedie_power: f64,
    /// How much the rows of each class count.
    pub class_weight: ClassWeight,
    /// Columns whose rise must never lower (1) or raise (−1) the margin, by their name in the matrix.
    pub monotone: BTreeMap<String, i8>,
    /// Sets of columns, by their names in the matrix: only columns of one set may meet on a path from
    /// root to leaf. A column in no set is a set of its own; no sets, no limit.
    pub interactions: Vec<Vec<String>>,
    /// Over how many folds the number of rounds up to `n_estimators` is found when nothing else says it,
    /// at most 20 (fewer than five are some of five); 0 makes all rounds. Default by the number of rows, and
    /// 0 when `n_estimators` is given.
    pub rounds_by_folds: usize,
    /// Whether the folds that find the number of rounds also choose the trees' shape: these parameters, or
    /// larger trees without penalty on all rows (see `GradientBoosting::bolder`). Default by the
    /// number of rows, and false when one of these parameters is given.
    pub shape_by_folds: bool,
    /// Rounds without a lower validation loss before it stops, at least 1.
    pub early_stopping_rounds: usize,
    /// The share of the training rows set apart for early stopping when no validation rows are
    /// given; 0 (the default) makes all rounds on all rows, else 0.01 to 0.9.
    pub validation_fraction: f64,
}

impl GradientBoosting {
    pub(crate) fn checked(self) -> Result<Self, LearnError> {
        let whole = |value: usize| value as f64;
        let share = |n: f64| n > 0.0 && n <= 1.0;
        let not_negative = |n: f64| n >= 0.0;
        in_range("n_estimators", whole(self.n_estimators), |n| (1.0..=1e4).contains(&n), "from 1 to 10000")?;
        in_range("learning_rate", self.learning_rate, share, "above 0 and at most 1")?;
        in_range("max_leaves", whole(self.max_leaves), |n| (2.0..=4096.0).contains(&n), "from 2 to 4096")?;
        in_range("max_depth", whole(self.max_depth), |n| n >= 1.0 && n <= whole(DEPTH_MAX), "from 1 to 64")?;
        in_range("min_samples_leaf", whole(self.min_samples_leaf), |n| n >= 1.0, "at least 1")?;
        in_range("min_hessian_leaf", self.min_hessian_leaf, not_negative, "at least 0")?;
        in_range("min_gain", self.min_gain, not_negative, "at least 0")?;
        in_range("l1", self.l1, not_negative, "at least 0")?;
        in_range("l2", self.l2, not_negative, "at least 0")?;
        in_range("row_fraction", self.row_fraction, share, "above 0 and at most 1")?;
        in_range("gradient_top_fraction", self.gradient_top_fraction, |n| (0.0..=1.0).contains(&n), "from 0 to 1")?;
        in_range("gradient_other_fraction", self.gradient_other_fraction, share, "above 0 and at most 1")?;
        in_range("column_fraction", self.column_fraction, share, "above 0 and at most 1")?;
        in_range("max_bins", whole(self.max_bins), |n| (2.0..=whole(BINS_MAX)).contains(&n), "from 2 to 255")?;
        in_range("huber_delta", self.huber_delta, |n| n > 0.0, "above 0")?;
        in_range("quantile", self.quantile, |n| n > 0.0 && n < 1.0, "above 0 and below 1")?;
        in_range("tweedie_power", self.tweedie_power, |n| n > 1.0 && n < 2.0, "above 1 and below 2")?;
        for (column, &sign) in &self.monotone {
            in_range(&format!("monotone.{column}"), f64::from(sign), |n| n.abs() <= 1.0, "-1, 0 or 1")?;
        }
        in_range("rounds_by_folds", whole(self.rounds_by_folds), |n| (0.0..=20.0).contains(&n), "from 0 to 20")?;
        in_range("early_stopping_rounds", whole(self.early_stopping_rounds), |n| n >= 1.0, "at least 1")?;
        let fits = |n: f64| n == 0.0 || (0.01..=0.9).contains(&n);
        in_range("validation_fraction", self.validation_fraction, fits, "0, or from 0.01 to 0.9")?;
        if self.gradient_top_fraction > 0.0 && self.row_fraction < 1.0 {
            return Err(LearnError::Parameter {
                parameter: "gradient_top_fraction".to_owned(),
                found: self.gradient_top_fraction.to_string(),
                expected: "0 beside a row_fraction below 1: rows are drawn in one way or the other".to_owned(),
            });
        }
        Ok(self)
    }

    fn growth(&self, n_rows: usize, cx: &FitContext<'_>) -> Result<Growth, LearnError> {
        let names = &cx.matrix.names;
        let position = |parameter: &str, column: &String| {
            names.iter().position(|name| name == column).ok_or_else(|| LearnError::Parameter {
                parameter: parameter.to_owned(),
                found: format!("{column:?}"),
                expected: format!("a column of the matrix: {}", names.join(", ")),
            })
        };
        let mut monotone = Vec::new();
        if self.monotone.values().any(|&sign| sign != 0) {
            monotone = vec![0; names.len()];
            for (column, &sign) in &self.monotone {
                let position = position("monotone", column)?;
                if sign != 0 && cx.matrix.categorical.get(position).copied().flatten().is_some() {
                    return Err(LearnError::Parameter {
                        parameter: "monotone".to_owned(),
                        found: format!("{column:?}, whose values are categories"),
                        expected: "columns of numbers: categories have no order".to_owned(),
                    });
                }
                monotone[position] = sign;
            }
        }
        let set = |set: &Vec<String>| set.iter().map(|column| position("interactions", column)).collect();
        Ok(Growth {
            policy: self.growth_policy,
            max_leaves: self.max_leaves,
            max_depth: self.max_depth,
            min_samples_leaf: self.min_samples_leaf as i64,
            min_hessian_leaf: self.min_hessian_leaf,
            min_gain: self.min_gain,
            l1: self.l1,
            l2: self.l2,
            categories: CategoryRule::boosting(n_rows),
            monotone,
            interactions: self.interactions.iter().map(set).collect::<Result<_, _>>()?,
            columns_per_split: None,
            draws_thresholds: false,
            seed: cx.seed.derive("splits"),
        })
    }

    fn samples(&self) -> bool {
        self.row_fraction < 1.0 || self.column_fraction < 1.0 || self.gradient_top_fraction > 0.0
    }

    fn objective<'a>(&self, y: &'a Target, numbers: &'a [f64]) -> Objective<'a> {
        match y {
            Target::Class { codes, n_classes: 2 } => Objective::Logistic(codes),
            Target::Class { codes, n_classes } => Objective::Softmax(codes, *n_classes),
            Target::Number(_) => {
                let shape = match self.loss {
                    Loss::Huber => self.huber_delta,
                    Loss::Quantile => self.quantile,
                    Loss::Tweedie => self.tweedie_power,
                    _ => 0.0,
                };
                Objective::Numbers { loss: self.loss, values: numbers, shape }
            }
        }
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
        let weights = row_weights(y, cx.weights, self.class_weight)?;
        let weights = weights.as_deref();
        if cx.validation.is_some() || self.validation_fraction == 0.0 {
            return self.boost(x, y, weights, cx.validation, cx);
        }
        let parts = holdout(y, self.validation_fraction, SplitKind::Stratified, cx.seed.derive("validation"))?;
        let (stop_x, stop_y) = (x.select(Axis(0), &parts.valid), y.take(&parts.valid));
        let of_training = weights.map(|weights| parts.train.iter().map(|&row| weights[row]).collect::<Vec<f64>>());
        let (train_x, train_y) = (x.select(Axis(0), &parts.train), y.take(&parts.train));
        self.boost(train_x.view(), &train_y, of_training.as_deref(), Some((stop_x.view(), &stop_y)), cx)
    }
}

impl GradientBoosting {
    fn boost<'v>(
        &self,
        x: ArrayView2<'_, f64>,
        y: &Target,
        weights: Option<&[f64]>,
        validation: Option<(ArrayView2<'v, f64>, &'v Target)>,
        cx: &FitContext<'_>,
    ) -> Result<Predictor, LearnError> {
        if matches!(y, Target::Class { .. }) {
            classes_of(y)?;
        }
        let scaling = Scaling::fit(self.loss, y)?;
        let numbers = scaling.scaled(y);
        let objective = self.objective(y, &numbers);
        let x = x.as_standard_layout();
        let matrix = BinnedMatrix::new(
            x.view(),
            &cx.matrix.categorical,
            (self.max_bins, CATEGORY_BLOCKS_MAX),
            cx.seed,
            cx.cancel,
        )?;
        let start = start::Start::new(cx.start, &objective, weights, scaling)?;
        let mut watch = match validation {
            Some((stop_x, stop_y)) => Some(Watch::new(self, stop_x, stop_y, y, scaling, &start)?),
            None => None,
        };
        let margins = start.margins(x.view());
        let mut learner = Cow::Borrowed(self);
        if watch.is_none() && self.rounds_by_folds > 0 && x.nrows() >= 10 {
            let shared = rounds::Shared {
                x: x.view(),
                y,
                matrix: &matrix,
                objective: &objective,
                weights,
                margins: &margins,
                cx,
            };
            learner = Cow::Owned(rounds::settled(self, &shared)?);
        }
        let (n_estimators, growth) = (learner.n_estimators, learner.growth(x.nrows(), cx)?);
        let rows = row_positions(x.nrows())?;
        let mut fit =
            Fit::new(&learner, x.view(), &matrix, &objective, growth, margins, weights, rows, (cx.seed, cx.cancel));
        for round in 0..n_estimators {
            cx.cancel.check()?;
            let grew = fit.round()?;
            if let Some(watch) = &mut watch
                && watch.is_over(&fit.trees, &fit.gain, round + 1)
            {
                break;
            }
            let message = format!("round {} of at most {n_estimators}", round + 1);
            cx.progress.report(Progress::of((round + 1) as f64, n_estimators as f64, message));
            if (!grew && !self.samples()) || cx.is_enough() {
                break;
            }
        }
        let (mut trees, mut gain) = (fit.trees, fit.gain);
        if let Some(watch) = watch {
            trees.truncate(watch.best_rounds * objective.n_margins());
            gain = watch.best_gain;
        }
        cx.progress.report(Progress::of(n_estimators as f64, n_estimators as f64, "boosted"));
        trees.iter_mut().flat_map(|tree| &mut tree.leaf_value).for_each(|value| *value *= scaling.spread);
        let predictor = start.followed_by(trees, gain, objective.link());
        if !predictor.trees.iter().flat_map(|tree| &tree.leaf_value).chain(&predictor.base).all(|v| v.is_finite()) {
            return Err(LearnError::Fit {
                learner: self.name().to_owned(),
                message: "a leaf's value is out of range: the target is too large".to_owned(),
            });
        }
        Ok(Predictor::Trees(predictor))
    }
}
