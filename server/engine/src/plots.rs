//! `plot`: columns of a table as a picture.

use mlwright_base::Problem;
use mlwright_explore::chart::{self, Chart};
pub use mlwright_explore::chart::{ChartKind, PlotRequest};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::engine::Engine;
use crate::reports::file_stem;

/// Pixels of a PNG for each CSS pixel: sharp enough to read, small enough for a model to look at.
const PNG_SCALE: f32 = 1.5;

/// A picture for an assistant or a terminal that can show one.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// What it is called.
    pub title: String,
    /// A PNG file.
    pub png: Vec<u8>,
}

impl Picture {
    pub(crate) fn of(chart: &Chart) -> Self {
        Self { title: chart.title().to_owned(), png: chart.png(PNG_SCALE) }
    }
}

/// A chart that was drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Plot {
    /// The table, with its version when it has one.
    pub table: String,
    /// The kind of chart.
    pub kind: ChartKind,
    /// What the chart is called.
    pub title: String,
    /// What can be seen, in words.
    pub description: String,
    /// What the drawing leaves out: sampling, joined levels, missing values.
    pub notes: Vec<String>,
    /// The PNG file, relative to the workspace.
    pub path: String,
    /// The same as SVG.
    pub svg_path: String,
    /// The picture itself.
    #[serde(skip)]
    pub picture: Option<Picture>,
}

impl Engine {
    /// Draws columns of a table and writes the chart as PNG and SVG among the reports.
    ///
    /// # Errors
    /// [`mlwright_base::ErrorCode::NotFound`] for an unknown table or column,
    /// [`mlwright_base::ErrorCode::InvalidArgument`] for columns that this kind of chart cannot draw.
    pub fn plot(&self, call: &Call<'_>, table: &str, request: &PlotRequest) -> Result<Plot, Problem> {
        let open = self.open_table(table)?;
        let (frame, schema) = open.collect(call.cancel)?;
        let cx = mlwright_explore::Context::new(call.cancel, call.progress);
        let chart = chart::plot(&frame, &schema, request, &cx)?;
        let part = |name: &Option<String>| name.clone().unwrap_or_default();
        let (name, x, y, color) = (open.versioned_name(), part(&request.x), part(&request.y), part(&request.color));
        let stem = file_stem("plot", &[&name, request.kind.as_str(), &x, &y, &color]);
        let picture = Picture::of(&chart);
        let svg_path = self.write_report(&format!("{stem}.svg"), chart.svg().as_bytes())?;
        let path = self.write_report(&format!("{stem}.png"), &picture.png)?;
        Ok(Plot {
            table: name,
            kind: request.kind,
            title: chart.title().to_owned(),
            description: chart.description().to_owned(),
            notes: chart.notes().to_vec(),
            path,
            svg_path,
            picture: Some(picture),
        })
    }
}
