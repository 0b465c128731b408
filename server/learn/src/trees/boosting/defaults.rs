//! The defaults of gradient boosting, by the number of training rows.
//!
//! On small tables noise decides: small trees (a leaf for every 300 rows, 8 to 31), small steps, drawn
//! rows, and as many rounds as cross-validation inside the training rows finds best. On large ones the
//! fixed 100 rounds of other libraries teach less than the table can, and finding their number would
//! cost more than it brings.

use std::collections::BTreeMap;

use super::{BINS_MAX, CategoryRule, ClassWeight, GradientBoosting, GrowthPolicy, Loss};

/// Tables with more rows get a fixed number of rounds.
const ROWS_BY_FOLDS_MAX: usize = 50_000;

impl GradientBoosting {
    /// The defaults for so many training rows.
    pub(crate) fn for_rows(n_rows: usize) -> Self {
        let small = n_rows <= ROWS_BY_FOLDS_MAX;
        Self {
            n_estimators: if small { 2000 } else { 120 },
            learning_rate: if small { 0.05 } else { 0.1 },
            max_leaves: (n_rows / 300).clamp(8, 31),
            max_depth: 16,
            growth_policy: GrowthPolicy::LeafWise,
            min_samples_leaf: (n_rows / 20).clamp(1, 20),
            min_hessian_leaf: 1e-3,
            min_gain: 0.0,
            l1: 0.0,
            l2: 1.0,
            row_fraction: if small { 0.8 } else { 1.0 },
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
            rounds_by_folds: match n_rows {
                0..=5_000 => 5,
                5_001..=20_000 => 2,
                20_001..=ROWS_BY_FOLDS_MAX => 1,
                _ => 0,
            },
            shape_by_folds: small,
            early_stopping_rounds: 50,
            validation_fraction: 0.0,
        }
    }

    /// The parameters that `shape_by_folds` chooses.
    pub(crate) const SHAPE: [&'static str; 3] = ["max_leaves", "row_fraction", "l2"];

    /// The other shape of trees, LightGBM's. It learns more of tables whose target follows from their columns almost
    /// without noise.
    pub(super) fn bolder(&self) -> Self {
        Self { max_leaves: 31, row_fraction: 1.0, l2: 0.0, ..self.clone() }
    }
}

impl CategoryRule {
    /// Of boosting, for so many training rows: LightGBM's values, but for `rows_step`, which is 100 there. That
    /// would leave small tables without splits of categories, so it is a fiftieth of the rows, 10 to 100.
    pub(crate) fn boosting(n_rows: usize) -> Self {
        let rows_step = (n_rows / 50).clamp(10, 100) as i64;
        Self { few: 4, rows_min: 10, smoothing: 10.0, side_max: 32, l2: 10.0, rows_step }
    }
}
