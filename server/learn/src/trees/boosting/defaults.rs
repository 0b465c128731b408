//! The defaults of gradient boosting, by the number of training rows.

use super::{BINS_MAX, CategoryRule, ClassWeight, GradientBoosting, GrowthPolicy, Loss};
use std::collections::BTreeMap;

impl GradientBoosting {
    /// The defaults for so many training rows.
    pub(crate) fn for_rows(n_rows: usize) -> Self {
        Self {
            n_estimators: 100,
            learning_rate: 0.1,
            max_leaves: 31,
            max_depth: 16,
            growth_policy: GrowthPolicy::LeafWise,
            min_samples_leaf: (n_rows / 20).clamp(1, 20),
            min_hessian_leaf: 1e-3,
            min_gain: 0.0,
            l1: 0.0,
            l2: 0.0,
            row_fraction: 1.0,
            gradient_top_fraction: 0.0,
            gradient_other_fraction: 0.1,
            column_fraction: 1.0,
            max_bins: BINS_MAX,
            loss: Loss::Squared,
            huber_delta: 1.0,
            quantile: 0.5,
            tweedie_power: 1.5,
            class_weight: ClassWeight::Equal,
            monotone: BTreeMap::new(),
            interactions: Vec::new(),
            rounds_by_folds: 0,
            early_stopping_rounds: 20,
            validation_fraction: 0.0,
        }
    }
}

impl CategoryRule {
    /// Of boosting: LightGBM's values, but for `rows_step`, which is 100 there and leaves small tables without
    /// splits of categories.
    pub(crate) const BOOSTING: Self = Self { few: 4, rows_min: 10, smoothing: 10.0, side_max: 32, l2: 10.0, rows_step: 0 };
}
