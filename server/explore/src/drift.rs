//! Whether the rows seen now are distributed as those a model was trained on.
//!
//! Each column is measured by several distances and one test, and called drifted by a rule that asks
//! for both: a shift that is large enough to matter and too large to be chance. A test alone would
//! cry wolf on large samples, where any difference is significant; a distance alone on small ones. And
//! among many columns some are unlikely by themselves: p-values are judged after Holm's correction.

mod categorical;
mod check;
mod holm;
mod judge;
mod numeric;
mod page;
mod picture;
#[cfg(test)]
mod tests;

use mlwright_data::SemanticType;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use check::check;
pub use page::html;
pub use picture::chart;

/// Levels of a categorical column that are compared one by one; rarer ones are joined, those that the baseline
/// does not have apart from those it has.
pub const LEVELS_MAX: usize = 200;

/// When a column counts as drifted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DriftOptions {
    /// The p-value (of KS, chi-squared or the missing share), corrected for all tests of the comparison, must be
    /// below this. Default 0.01: of a hundred comparisons without drift, at most one gives any alarm, however
    /// many columns it has, before a distance is asked for as well.
    pub p_value_max: f64,
    /// A numeric column drifts when its Wasserstein distance in baseline standard deviations reaches
    /// this. Default 0.2: a "small" effect (Cohen 1988) for a shift of the mean.
    pub wasserstein_min: f64,
    /// Any column drifts when its population stability index reaches this. Default 0.2: the customary
    /// bound for a significant shift (Siddiqi 2006).
    pub psi_min: f64,
    /// A categorical column drifts when its total variation distance reaches this. Default 0.1: one
    /// row in ten has moved to another level.
    pub total_variation_min: f64,
    /// Any column drifts when its share of missing values changes by at least this. Default 0.1.
    pub missing_delta_min: f64,
}

impl Default for DriftOptions {
    fn default() -> Self {
        Self { p_value_max: 0.01, wasserstein_min: 0.2, psi_min: 0.2, total_variation_min: 0.1, missing_delta_min: 0.1 }
    }
}

impl DriftOptions {
    /// The rule in words.
    #[must_use]
    pub fn rule(&self) -> String {
        format!(
            "numeric: KS p < {p} and (Wasserstein / baseline std ≥ {} or PSI ≥ {}); categorical: chi-squared p < {p} \
             and (total variation ≥ {} or PSI ≥ {}); both: or the missing share changed by ≥ {} with p < {p}; each p \
             is corrected for all tests of the comparison (Holm 1979); PSI counts only above what chance gives at \
             these sample sizes, and beyond {LEVELS_MAX} levels so does total variation, and levels that the baseline \
             does not have are drift where their share is ≥ {} above what chance gives with p < {p}; so is a column \
             whose values are of another type now",
            self.wasserstein_min,
            self.psi_min,
            self.total_variation_min,
            self.psi_min,
            self.missing_delta_min,
            self.total_variation_min,
            p = self.p_value_max,
        )
    }
}

/// Two tables compared, column by column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DriftReport {
    /// Rows of the baseline.
    pub baseline_rows: u64,
    /// Rows of the current table.
    pub current_rows: u64,
    /// Columns that drifted, most drifted first.
    pub drifted: Vec<String>,
    /// `drifted` over the columns compared, in [0, 1].
    pub drifted_share: f64,
    /// The rule that called them drifted.
    pub rule: String,
    /// Each column compared, drifted ones first, each part by strength.
    pub columns: Vec<ColumnDrift>,
    /// Columns of the baseline that the current table does not have.
    pub missing_columns: Vec<String>,
    /// Columns of the current table that the baseline does not have.
    pub new_columns: Vec<String>,
    /// Columns left out, and why.
    pub skipped: Vec<SkippedColumn>,
}

/// A column that was not compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SkippedColumn {
    /// Its name.
    pub column: String,
    /// Why.
    pub reason: String,
}

/// One column compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ColumnDrift {
    /// Its name.
    pub column: String,
    /// What it holds.
    pub semantic: SemanticType,
    /// Whether it drifted by the rule.
    pub drifted: bool,
    /// Why it did or did not, in words.
    pub reason: String,
    /// Baseline values that are not missing.
    pub baseline_count: u64,
    /// Current values that are not missing.
    pub current_count: u64,
    /// Missing share in the baseline.
    pub baseline_missing_share: f64,
    /// Missing share now.
    pub current_missing_share: f64,
    /// Change of the missing share (current minus baseline).
    pub missing_delta: f64,
    /// The p-value of the measures' test, corrected for all tests of the comparison (Holm 1979): what the rule
    /// looks at. Absent without measures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p_value_corrected: Option<f64>,
    /// The p-value of the change of the missing share (chi-squared, without continuity correction). Absent when
    /// nothing is missing on either side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing_p_value: Option<f64>,
    /// The same, corrected like `p_value_corrected`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing_p_value_corrected: Option<f64>,
    /// What the column held and what it holds now, when its current values cannot be compared with the baseline's
    /// since they are of another type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub type_change: Option<String>,
    /// Current values that could not be read as what the baseline holds, and count as missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<String>,
    /// The measures; absent when one side has no value at all, and when the type changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measures: Option<Measures>,
    /// What to draw: both distributions over the same bins or levels.
    pub shares: SharedBins,
}

impl ColumnDrift {
    /// How far it moved, comparable between columns: the larger of PSI and, per kind, the normed
    /// Wasserstein distance or the total variation, each in units of the customary threshold. Of many levels,
    /// only what is above chance counts. Another type is as far as a column can move.
    #[must_use]
    pub fn strength(&self) -> f64 {
        let defaults = DriftOptions::default();
        let missing = self.missing_delta.abs() / defaults.missing_delta_min;
        if self.type_change.is_some() {
            return 1.0 / defaults.total_variation_min;
        }
        match &self.measures {
            None => missing,
            Some(Measures::Numeric(m)) => (m.psi / defaults.psi_min)
                .max(m.wasserstein_normed.unwrap_or(0.0) / defaults.wasserstein_min)
                .max(missing),
            Some(Measures::Categorical(m)) => {
                let chance = m.by_chance.as_ref();
                let above = |seen: f64, chance: Option<f64>| (seen - chance.unwrap_or(0.0)).max(0.0);
                let psi = above(m.psi, chance.map(|chance| chance.psi));
                let moved = above(m.tv_distance, chance.map(|chance| chance.tv_distance));
                let new = chance.map_or(0.0, |chance| m.new_level_share - chance.new_level_share);
                (psi / defaults.psi_min).max(moved.max(new) / defaults.total_variation_min).max(missing)
            }
        }
    }
}

/// The measures of one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Measures {
    /// Of numbers and times.
    Numeric(NumericMeasures),
    /// Of categories and truth values.
    Categorical(CategoricalMeasures),
}

/// Measures of a numeric column, over the finite values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NumericMeasures {
    /// Kolmogorov-Smirnov: the largest distance between the two distribution functions.
    pub ks_test: f64,
    /// Its two-sided asymptotic p-value, as `scipy.stats.ks_2samp(method="asymp")`.
    pub ks_p_value: f64,
    /// Wasserstein distance of order one, in the column's unit.
    pub wasserstein_distance: f64,
    /// The same over the baseline's standard deviation (`n`, as Evidently); absent when that is zero.
    pub wasserstein_normed: Option<f64>,
    /// Population stability index over the baseline's deciles, an empty bin's share taken as 1e-4.
    pub psi: f64,
    /// Jensen-Shannon distance, base 2, over 30 bins of equal width: in [0, 1].
    pub js_distance: f64,
    /// Mean of the baseline.
    pub baseline_mean: f64,
    /// Mean now.
    pub current_mean: f64,
    /// Standard deviation of the baseline (`n - 1`).
    pub baseline_std: Option<f64>,
    /// Standard deviation now.
    pub current_std: Option<f64>,
    /// Smallest and largest of the baseline.
    pub baseline_range: [f64; 2],
    /// Smallest and largest now.
    pub current_range: [f64; 2],
    /// Share of current values outside the baseline's range.
    pub out_of_range_share: f64,
    /// Change of the share of zeros among the values (current minus baseline).
    pub zero_delta: f64,
}

/// Measures of a categorical column; missing is a level of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CategoricalMeasures {
    /// Pearson's chi-squared statistic of the table of levels by baseline and current; beyond
    /// [`LEVELS_MAX`] levels the rarest of both tables together are one.
    pub chi_squared_test: f64,
    /// Its p-value, without continuity correction.
    pub chi_squared_p_value: f64,
    /// Degrees of freedom.
    pub degrees_of_freedom: u64,
    /// Total variation distance: half the sum of the shares' differences, over all levels; in [0, 1].
    pub tv_distance: f64,
    /// The largest difference of one level's share; in [0, 1].
    pub l_infinity_distance: f64,
    /// Population stability index over the levels, a share of zero taken as 1e-4; beyond [`LEVELS_MAX`] levels
    /// the rarest are joined, those that the baseline has and those that it does not have.
    pub psi: f64,
    /// Jensen-Shannon distance, base 2: in [0, 1].
    pub js_distance: f64,
    /// Levels seen now and never in the baseline, at most ten, most frequent first.
    pub new_levels: Vec<String>,
    /// Share of current rows with such a level.
    pub new_level_share: f64,
    /// What chance alone gives; absent up to [`LEVELS_MAX`] levels, which are compared one by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_chance: Option<LevelsByChance>,
}

/// What two samples of these sizes from one distribution over many levels give: the rarer the levels, the further
/// apart two samples are, and the more rows have a level that the other has not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LevelsByChance {
    /// The mean of the total variation distance.
    pub tv_distance: f64,
    /// About the mean of the population stability index.
    pub psi: f64,
    /// The mean share of current rows with a level that the baseline does not have.
    pub new_level_share: f64,
    /// The chance of as large a share of new levels as there is.
    pub new_level_p_value: f64,
    /// The same, corrected for all tests of the comparison (Holm 1979).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_level_p_value_corrected: Option<f64>,
}

/// Two distributions over the same bins or levels. Bins may leave out far outliers, so that the rest can
/// be seen; shares are of all values and then sum to less than 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SharedBins {
    /// Edges of the bins, for numbers (in microseconds since 1970 for times); else empty.
    pub edges: Vec<f64>,
    /// The levels, for categories, most frequent first and at most twelve with the rest (and rare new ones apart) joined; else empty.
    pub levels: Vec<String>,
    /// Shares of the baseline.
    pub baseline: Vec<f64>,
    /// Shares now.
    pub current: Vec<f64>,
}
