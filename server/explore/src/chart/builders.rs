//! Charts of plain values: what models, profiles and comparisons are shown with.
//!
//! Each takes the values as they are, draws at most as many as the limits allow, and says in the
//! chart's notes what it left out. Values that are not finite are not drawn.

pub(super) mod bars;
pub(super) mod curves;
pub(super) mod dependence;
pub(super) mod histograms;
pub(super) mod intervals;
pub(super) mod matrices;

pub use bars::{bars, grouped_bars, narrow_grouped_bars};
pub use curves::{CalibrationPoint, CurveSeries, calibration, line_series, precision_recall, roc};
pub use dependence::{DependenceLine, dependence};
pub use histograms::{BinnedSeries, histogram, narrow_histogram, overlaid_histograms, small_histogram};
pub use intervals::{EstimateRow, Reach, intervals};
pub use matrices::{confusion, correlation};

/// A named list of values, one for each position or category of a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// What the key calls it.
    pub name: String,
    /// The values; NaN where there is none.
    pub values: Vec<f64>,
}

impl Series {
    /// A named list of values.
    pub fn new(name: impl Into<String>, values: Vec<f64>) -> Self {
        Self { name: name.into(), values }
    }
}

/// `n` things were left out, for the notes; nothing when `n` is 0.
fn left_out(n: usize, one: &str, many: &str, notes: &mut Vec<String>) {
    if n > 0 {
        notes.push(format!("{} left out", crate::markup::plural(n as u64, one, many)));
    }
}
