//! Statistics as free functions, each with its source and the reference it agrees with.
//!
//! Values are finite: callers leave out what is missing. A function whose result does not exist for its
//! input (no values, no variance) answers `None` rather than NaN.

pub mod association;
pub mod auc;
pub mod correlation;
pub mod distance;
pub mod divergence;
pub mod kolmogorov;
pub mod moments;
pub mod proportion;
pub mod quantile;
pub mod rank;
pub mod welch;
#[cfg(test)]
mod tests;

pub use association::{ChiSquared, chi_squared, correlation_ratio, cramers_v};
pub use auc::roc_auc_of_groups;
pub use correlation::{pearson, spearman};
pub use distance::{KolmogorovSmirnov, ks_two_sample, wasserstein};
pub use divergence::{jensen_shannon_distance, population_stability_index, total_variation};
pub use moments::{Moments, moments};
pub use proportion::{benjamini_hochberg, mean_interval, wilson};
pub use quantile::{quantile_sorted, sort};
pub use rank::average_ranks;
pub use welch::{GroupMoments, WelchTest, welch};
