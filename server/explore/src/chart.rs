//! Drawings of data, as SVG text and as PNG pixels.
//!
//! [`plot`] draws columns of a table; [`builders`] draws plain values (importances, curves, a confusion
//! matrix). Both give a [`Chart`], which is written out three ways: a file of its own ([`Chart::svg`]), a
//! part of a page that follows the page's light or dark colours ([`Chart::svg_for_page`]), and pixels for
//! whoever can only look ([`Chart::png`], with a bundled font, so that it is the same everywhere).

pub mod builders;
mod canvas;
mod frame;
mod kinds;
mod label;
mod png;
mod request;
mod scale;
mod select;
#[cfg(test)]
mod tests;

pub use builders::{
    BinnedSeries, CalibrationPoint, CurveSeries, DependenceLine, EstimateRow, Reach, Series, bars, calibration, confusion, correlation,
    dependence, grouped_bars, histogram, intervals, line_series, overlaid_histograms, precision_recall, roc, small_histogram,
};
pub use request::{ChartKind, PlotRequest, plot};
pub use scale::Unit;

/// Rows drawn one by one in a scatter plot; more are sampled, and the chart says so.
pub const SCATTER_POINTS_MAX: usize = 4_000;
/// Series or colours told apart in one chart; rarer levels are joined as "other".
pub const COLORS_MAX: usize = 7;
/// Bars or boxes in one chart.
pub const BARS_MAX: usize = 20;
/// Columns of a correlation heatmap.
pub const HEATMAP_COLUMNS_MAX: usize = 30;
/// Characters of a label before it is cut.
pub const LABEL_CHARS_MAX: usize = 28;

/// A finished drawing.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    title: String,
    description: String,
    notes: Vec<String>,
    width: f64,
    height: f64,
    body: String,
}

impl Chart {
    /// What the chart is called.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What can be seen, in words, for whoever cannot see it.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// What the drawing leaves out: sampling, joined levels, outliers beyond the axis.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Width and height in CSS pixels.
    #[must_use]
    pub fn size(&self) -> (f64, f64) {
        (self.width, self.height)
    }

    /// A file of its own: SVG with its colours inside, on a white ground.
    #[must_use]
    pub fn svg(&self) -> String {
        canvas::document(self)
    }

    /// A part of an HTML page: SVG whose colours come from the page's style ([`page_style`]).
    #[must_use]
    pub fn svg_for_page(&self) -> String {
        canvas::fragment(self)
    }

    /// A PNG file, `scale` pixels for each CSS pixel, taken into 0.5 to 4 (2 is sharp on most screens).
    #[must_use]
    pub fn png(&self, scale: f32) -> Vec<u8> {
        png::encode(self, scale)
    }
}

/// The style sheet that [`Chart::svg_for_page`] needs: light, and dark where the reader prefers it.
#[must_use]
pub fn page_style() -> String {
    canvas::page_style()
}
