//! What a profile holds: plain data that serialises, and reads back, without loss.
//! Every number in it is finite; what does not exist is `None`.

use mlwright_data::SemanticType;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::findings::Finding;

/// A table, described for modelling.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Profile {
    /// The table as a whole.
    pub table: TableSummary,
    /// What matters for modelling, most important first.
    pub findings: Vec<Finding>,
    /// The target, when one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<TargetSummary>,
    /// Each column, in the table's order.
    pub columns: Vec<ColumnProfile>,
    /// How pairs of columns go together.
    pub pairs: PairSummary,
    /// The first rows.
    pub sample: SampleRows,
    /// Where a number is approximate, from a sample, or left out, and why.
    pub notes: Vec<String>,
}

impl Profile {
    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&ColumnProfile> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// The table as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TableSummary {
    /// Rows.
    pub n_rows: u64,
    /// Columns.
    pub n_columns: u64,
    /// Bytes in memory, as polars estimates them.
    pub memory_bytes: u64,
    /// Rows that repeat an earlier row in every column.
    pub duplicate_rows: u64,
    /// Rows that repeat an earlier row in every column but the target; absent without a target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicate_feature_rows: Option<u64>,
    /// Missing cells over all cells, in [0, 1].
    pub missing_share: f64,
    /// Rows with no missing cell.
    pub complete_rows: u64,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ColumnProfile {
    /// Its name.
    pub name: String,
    /// How it is stored (polars' name of the type).
    pub dtype: String,
    /// What it holds.
    pub semantic: SemanticType,
    /// Whether numbers or dates are stored as text.
    pub stored_as_text: bool,
    /// Why it was understood so.
    pub reason: String,
    /// Values that are null, NaN, or a text that means "missing".
    pub missing: u64,
    /// `missing` over the rows, in [0, 1].
    pub missing_share: f64,
    /// Different values, missing not counted.
    pub distinct: u64,
    /// The most frequent values, most frequent first; empty where nearly every value is different.
    pub top_values: Vec<ValueCount>,
    /// Of numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numeric: Option<NumericSummary>,
    /// Of dates and times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub datetime: Option<DatetimeSummary>,
    /// Of texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<TextSummary>,
    /// How values spread; of numbers, and of times in microseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub histogram: Option<Histogram>,
    /// What the column alone says about the target: of free text, whether there is any. Absent without a
    /// target, and for free text that is never missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<Signal>,
}

/// A value and how often it occurs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ValueCount {
    /// The value as text, cut at [`VALUE_CHARS_MAX`](super::VALUE_CHARS_MAX) characters.
    pub value: String,
    /// How often it occurs.
    pub count: u64,
}

/// Numbers: over the finite values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NumericSummary {
    /// Smallest.
    pub min: f64,
    /// Largest.
    pub max: f64,
    /// Values equal to the smallest.
    pub at_min: u64,
    /// Values equal to the largest.
    pub at_max: u64,
    /// The smallest value above `min`; absent when all are equal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_min: Option<f64>,
    /// The largest value below `max`; absent when all are equal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_max: Option<f64>,
    /// Arithmetic mean; absent when it overflows.
    pub mean: Option<f64>,
    /// Sample standard deviation (`n - 1`); absent below two values.
    pub std: Option<f64>,
    /// Skewness g1 (as `scipy.stats.skew`); absent when all values are equal.
    pub skew: Option<f64>,
    /// Quantiles by linear interpolation (as `numpy.quantile`).
    pub quantiles: Quantiles,
    /// Values equal to 0.
    pub zeros: u64,
    /// Values below 0.
    pub negatives: u64,
    /// Values that are plus or minus infinity.
    pub infinities: u64,
    /// NaN values among the missing ones.
    pub nans: u64,
    /// Whether every value is a whole number.
    pub integers: bool,
}

/// Quantiles of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Quantiles {
    /// 1 %.
    pub p01: f64,
    /// 5 %.
    pub p05: f64,
    /// 25 %.
    pub p25: f64,
    /// The median.
    pub p50: f64,
    /// 75 %.
    pub p75: f64,
    /// 95 %.
    pub p95: f64,
    /// 99 %.
    pub p99: f64,
}

/// Dates and times.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DatetimeSummary {
    /// Earliest, ISO 8601.
    pub min: String,
    /// Latest, ISO 8601.
    pub max: String,
    /// From earliest to latest.
    pub span_days: f64,
    /// Whether the rows are in the order of this column (never going back).
    pub ordered: bool,
}

/// Texts: lengths in characters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TextSummary {
    /// Shortest.
    pub length_min: u64,
    /// Longest.
    pub length_max: u64,
    /// Mean.
    pub length_mean: f64,
    /// Values with white space at their start or end.
    pub padded: u64,
}

/// Counts in bins of equal width.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Histogram {
    /// The bins' edges, one more than `counts`; bins are closed on the left, the last on both sides.
    pub edges: Vec<f64>,
    /// Values per bin.
    pub counts: Vec<u64>,
    /// Values below the first edge: the range leaves out far outliers so that the rest can be seen.
    pub below: u64,
    /// Values above the last edge.
    pub above: u64,
}

/// What one column alone says about the target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Signal {
    /// From 0 (nothing) to 1 (everything): `2 * AUC - 1` or R², never below 0.
    pub strength: f64,
    /// What the score is.
    pub measure: SignalMeasure,
    /// The out-of-fold score of the column's binned values alone.
    pub score: f64,
    /// Pearson's correlation with a numeric target; absent where too few rows have a value, as for a [`Pair`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pearson: Option<f64>,
    /// How the target differs where the column is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<MissingEffect>,
}

/// What a signal's score is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignalMeasure {
    /// Area under the ROC curve; for many classes the mean of each against the rest, weighted by its rows.
    RocAuc,
    /// Coefficient of determination.
    R2,
}

/// How the target differs between rows where a column is missing and rows where it is not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MissingEffect {
    /// The target where the column is missing: share of `class`, or mean.
    pub when_missing: f64,
    /// The target where the column is present.
    pub when_present: f64,
    /// The class of these shares, for classification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// Cramér's V of missing and class, or the correlation ratio; in [0, 1].
    pub effect: f64,
    /// Of the hypothesis that they do not differ (chi-squared; for numbers the normal approximation).
    pub p_value: f64,
}

/// What is to be predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TargetKind {
    /// One of two classes.
    Binary,
    /// One of three or more classes.
    Multiclass,
    /// A number.
    Regression,
}

/// The target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TargetSummary {
    /// The column's name.
    pub column: String,
    /// Classes or numbers.
    pub kind: TargetKind,
    /// Rows in which it is known.
    pub known: u64,
    /// Classes and their rows, most frequent first; empty for regression, at most
    /// [`CLASSES_MAX`](super::CLASSES_MAX).
    pub classes: Vec<ValueCount>,
    /// Different classes, also those beyond the limit.
    pub n_classes: u64,
    /// Columns by signal, strongest first.
    pub ranking: Vec<RankedColumn>,
}

/// A column's place among the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RankedColumn {
    /// The column's name.
    pub column: String,
    /// Its [`Signal::strength`].
    pub strength: f64,
    /// Its [`Signal::score`].
    pub score: f64,
}

/// How pairs of columns go together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PairSummary {
    /// The columns of which all pairs were measured.
    pub columns: Vec<String>,
    /// Rows that were looked at for Pearson, Cramér's V and the correlation ratio.
    pub rows: u64,
    /// Rows that were looked at for Spearman.
    pub spearman_rows: u64,
    /// The pairs of `columns` with enough rows in common, and strong ones found among further numeric
    /// columns; strongest first.
    pub pairs: Vec<Pair>,
    /// Groups of columns that tell the rows apart in the same way: equal in every row, or one the
    /// other's values under other names.
    pub identical: Vec<Vec<String>>,
}

/// One pair of columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Pair {
    /// One column.
    pub a: String,
    /// The other.
    pub b: String,
    /// What `value` is.
    pub measure: PairMeasure,
    /// In [-1, 1] for Pearson, in [0, 1] for the others.
    pub value: f64,
    /// Spearman's rank correlation, for two numeric columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spearman: Option<f64>,
    /// Rows of the comparison in which both have a value, which `value` is computed on; never fewer than
    /// [`PAIR_COMMON_ROWS_MIN`](super::PAIR_COMMON_ROWS_MIN), or than all rows of a smaller table.
    pub rows: u64,
}

impl Pair {
    /// How strongly the two go together, in [0, 1].
    #[must_use]
    pub fn strength(&self) -> f64 {
        self.value.abs().max(self.spearman.map_or(0.0, f64::abs))
    }
}

/// How a pair was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PairMeasure {
    /// Pearson's correlation: two numeric columns.
    Pearson,
    /// Cramér's V, corrected for bias: two categorical columns.
    CramersV,
    /// The correlation ratio: a categorical and a numeric column.
    CorrelationRatio,
}

/// The first rows of the table as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SampleRows {
    /// The columns shown, at most [`SAMPLE_COLUMNS_MAX`](super::SAMPLE_COLUMNS_MAX).
    pub columns: Vec<String>,
    /// Their values; `None` is missing.
    pub rows: Vec<Vec<Option<String>>>,
}
