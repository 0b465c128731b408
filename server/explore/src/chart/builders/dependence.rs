//! How a prediction goes with one column, and where that column's values lie.

use super::{Series, left_out};
use crate::chart::frame::{Axis, Key, Plane};
use crate::chart::scale::{Unit, padded};
use crate::chart::{COLORS_MAX, Chart};
use crate::markup;

/// The share of the area, from the bottom, that the histogram takes.
const HISTOGRAM_SHARE: f64 = 0.22;
/// What of the y axis lies below the lines, so that they do not cross the histogram.
const ROOM_BELOW: f64 = 0.3;

/// What [`dependence`] draws over the column's values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DependenceLine<'a> {
    /// The column.
    pub x_label: &'a str,
    /// What its values are.
    pub x_unit: Unit,
    /// What is predicted.
    pub y_label: &'a str,
    /// What predictions are.
    pub y_unit: Unit,
    /// Values of the column, ascending, in the x axis's unit.
    pub x: &'a [f64],
}

/// Mean predictions over values of a column, one line for each series, above a histogram of the column:
/// where it has no rows, the lines say nothing. `edges` are ascending, one more than `counts`.
#[must_use]
pub fn dependence(title: &str, of: &DependenceLine<'_>, series: &[Series], edges: &[f64], counts: &[u64]) -> Chart {
    let mut notes = Vec::new();
    left_out(series.len().saturating_sub(COLORS_MAX), "further line is", "further lines are", &mut notes);
    let series = &series[..series.len().min(COLORS_MAX)];
    let finite = |values: &[f64]| values.iter().copied().filter(|value| value.is_finite()).collect::<Vec<_>>();
    let x_known: Vec<f64> = finite(of.x).into_iter().chain(finite(edges)).collect();
    let (x_low, x_high) = extent(&x_known);
    let y_known: Vec<f64> = series.iter().flat_map(|one| finite(&one.values)).collect();
    let (low, high) = extent(&y_known);
    let (low, high) = padded(low, high, 0.06);
    let low = low - (high - low) * ROOM_BELOW;
    let keys: Vec<Key> = if series.len() > 1 { series.iter().enumerate().map(|(i, one)| Key::stroked(&one.name, i)).collect() } else { Vec::new() };
    let mut plane = Plane::small(title, &Axis::new(of.x_label, of.x_unit, x_low, x_high), &Axis::new(of.y_label, of.y_unit, low, high), &keys);
    let (top, bottom) = plane.area();
    let most = counts.iter().copied().max().unwrap_or(0).max(1) as f64;
    for (bin, count) in edges.windows(2).zip(counts).filter(|(_, count)| **count > 0) {
        let (left, right) = (plane.x.at(bin[0]), plane.x.at(bin[1]));
        let height = ((bottom - top) * HISTOGRAM_SHARE * *count as f64 / most).max(1.0);
        let tip = format!("{} to {}: {}", of.x_unit.write(bin[0]), of.x_unit.write(bin[1]), markup::plural(*count, "row", "rows"));
        plane.canvas.rect(left, bottom - height, (right - left - 1.0).max(0.7), height, "mlw-s6 mlw-fade", &tip);
    }
    for (i, one) in series.iter().enumerate() {
        let points: Vec<(f64, f64)> =
            of.x.iter().copied().zip(one.values.iter().copied()).filter(|(x, y)| x.is_finite() && y.is_finite()).collect();
        let drawn: Vec<(f64, f64)> = points.iter().map(|(x, y)| plane.at(*x, *y)).collect();
        plane.canvas.polyline(&drawn, &format!("mlw-k{i}"));
        for ((px, py), (x, y)) in drawn.iter().zip(&points) {
            plane.canvas.dot(*px, *py, 2.5, &format!("mlw-s{i}"), &format!("{}: {}", of.x_unit.write(*x), of.y_unit.write(*y)));
        }
    }
    let description = series.iter().map(|one| describe(of, one)).collect::<Vec<_>>().join("; ");
    plane.finish(description, notes)
}

fn describe(of: &DependenceLine<'_>, one: &Series) -> String {
    let known: Vec<(f64, f64)> = of.x.iter().copied().zip(one.values.iter().copied()).filter(|(x, y)| x.is_finite() && y.is_finite()).collect();
    match (known.first(), known.last()) {
        (Some(first), Some(last)) => format!(
            "{} is {} at {} and {} at {}",
            one.name,
            of.y_unit.write(first.1),
            of.x_unit.write(first.0),
            of.y_unit.write(last.1),
            of.x_unit.write(last.0)
        ),
        _ => format!("{} has no values", one.name),
    }
}

/// The smallest and the largest; 0 to 1 when there is none.
fn extent(values: &[f64]) -> (f64, f64) {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if low <= high { (low, high) } else { (0.0, 1.0) }
}
