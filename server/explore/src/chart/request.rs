//! What is to be plotted.

use mlwright_data::ColumnSchema;
use polars::prelude::DataFrame;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Chart, kinds};
use crate::{Context, ExploreError};

/// A kind of chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChartKind {
    /// How the values of `x` spread; with `color`, for each of its groups.
    Histogram,
    /// Rows for each level of `x`, or the mean of `y` (its share, when `y` has two levels).
    Bar,
    /// `y` against `x`, row by row.
    Scatter,
    /// The mean of `y` (or the number of rows) along `x`.
    Line,
    /// Median, quartiles and outliers of a number, for each level of a category.
    Box,
    /// Correlations between all numeric columns.
    Heatmap,
}

impl ChartKind {
    /// The kind as it is written, e.g. `scatter`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Histogram => "histogram",
            Self::Bar => "bar",
            Self::Scatter => "scatter",
            Self::Line => "line",
            Self::Box => "box",
            Self::Heatmap => "heatmap",
        }
    }
}

/// What is to be plotted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlotRequest {
    /// The kind of chart.
    pub kind: ChartKind,
    /// The column along the x axis; every kind but the heatmap needs it.
    #[serde(default)]
    pub x: Option<String>,
    /// The column along the y axis.
    #[serde(default)]
    pub y: Option<String>,
    /// The column whose levels are told apart by colour.
    #[serde(default)]
    pub color: Option<String>,
}

/// Draws columns of a table. Every row counts, except where the chart's notes say that points are
/// sampled; rows with a missing value in a column that is drawn are left out, and the notes say how many.
///
/// # Errors
/// [`ExploreError::ColumnNotFound`], [`ExploreError::ColumnKind`] for a column that the kind of chart
/// cannot draw, [`ExploreError::ArgumentMissing`] and [`ExploreError::ArgumentNotUsed`],
/// [`ExploreError::NothingToShow`] when no row is left, [`ExploreError::Cancelled`].
pub fn plot(frame: &DataFrame, schema: &[ColumnSchema], request: &PlotRequest, cx: &Context<'_>) -> Result<Chart, ExploreError> {
    kinds::draw(frame, schema, request, cx)
}
