//! Charts of a table's columns, one file for each kind.

mod bar;
mod boxes;
mod heatmap;
mod histogram;
mod line;
mod measured;
mod scatter;

use mlwright_data::ColumnSchema;
use polars::prelude::DataFrame;

use super::Chart;
use super::request::{ChartKind, PlotRequest};
use super::select::Source;
use crate::{Context, ExploreError, markup};

/// The columns that a chart names, found.
struct Named<'a> {
    x: Source<'a>,
    y: Option<Source<'a>>,
    color: Option<Source<'a>>,
}

pub(super) fn draw(frame: &DataFrame, schema: &[ColumnSchema], request: &PlotRequest, cx: &Context<'_>) -> Result<Chart, ExploreError> {
    if frame.height() == 0 {
        return Err(ExploreError::NothingToShow { message: "the table has no rows to draw".to_owned() });
    }
    cx.cancel.check()?;
    let unused: &[(&str, &Option<String>)] = match request.kind {
        ChartKind::Heatmap => &[("x", &request.x), ("y", &request.y), ("color", &request.color)],
        ChartKind::Histogram => &[("y", &request.y)],
        _ => &[],
    };
    if let Some((field, _)) = unused.iter().find(|(_, given)| given.is_some()) {
        return Err(ExploreError::ArgumentNotUsed { field: (*field).to_owned(), chart: request.kind.as_str().to_owned() });
    }
    if request.kind == ChartKind::Heatmap {
        return heatmap::draw(frame, schema, cx);
    }
    let x = request.x.as_deref().ok_or_else(|| missing("x", "the column along the x axis"))?;
    let named = Named {
        x: Source::find(frame, schema, "x", x)?,
        y: request.y.as_deref().map(|name| Source::find(frame, schema, "y", name)).transpose()?,
        color: request.color.as_deref().map(|name| Source::find(frame, schema, "color", name)).transpose()?,
    };
    match request.kind {
        ChartKind::Histogram => histogram::draw(&named),
        ChartKind::Bar => bar::draw(&named),
        ChartKind::Scatter => scatter::draw(&named, cx),
        ChartKind::Line => line::draw(&named),
        ChartKind::Box => boxes::draw(&named),
        ChartKind::Heatmap => heatmap::draw(frame, schema, cx),
    }
}

fn missing(field: &str, expected: &str) -> ExploreError {
    ExploreError::ArgumentMissing { field: field.to_owned(), expected: expected.to_owned() }
}

/// Notes that rows were left out because a value is missing; nothing when none were.
fn note_missing(n_rows: usize, why: &str, notes: &mut Vec<String>) {
    if n_rows > 0 {
        notes.push(format!("{} without {why} left out", markup::plural(n_rows as u64, "row", "rows")));
    }
}

fn nothing(named: &Named<'_>) -> ExploreError {
    let y = named.y.as_ref().map_or_else(String::new, |y| format!(" and {:?}", y.name));
    ExploreError::NothingToShow { message: format!("no row has a value of {:?}{y}", named.x.name) }
}

/// `x`, `x by color`, `y by x and color`.
fn title(named: &Named<'_>, value: &str) -> String {
    let color = named.color.as_ref().map(|color| color.name);
    match color {
        Some(color) if value != named.x.name => format!("{value} by {} and {color}", named.x.name),
        Some(color) => format!("{value} by {color}"),
        None if value != named.x.name => format!("{value} by {}", named.x.name),
        None => value.to_owned(),
    }
}
