//! Lines: values over time, ROC curves, calibration.

use super::{Series, left_out};
use crate::chart::frame::{Axis, Key, Plane};
use crate::chart::scale::{Unit, padded};
use crate::chart::{COLORS_MAX, Chart};
use crate::markup;

/// The most points of a ROC curve that are drawn: more cannot be told apart.
const CURVE_POINTS_MAX: usize = 1_000;

/// Lines over common positions `x` (ascending, in the x axis's unit); a NaN interrupts a line.
#[must_use]
pub fn line_series(title: &str, x_label: &str, x_unit: Unit, y_label: &str, y_unit: Unit, x: &[f64], series: &[Series]) -> Chart {
    draw_lines(title, (x_label, x_unit), (y_label, y_unit), x, series, Gaps::Open, Vec::new())
}

/// What a line does where a value is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::chart) enum Gaps {
    /// It is interrupted.
    Open,
    /// It goes on to the next value.
    Joined,
}

/// As [`line_series`], with further notes.
pub(in crate::chart) fn draw_lines(
    title: &str,
    (x_label, x_unit): (&str, Unit),
    (y_label, y_unit): (&str, Unit),
    x: &[f64],
    series: &[Series],
    gaps: Gaps,
    mut notes: Vec<String>,
) -> Chart {
    left_out(series.len().saturating_sub(COLORS_MAX), "further line is", "further lines are", &mut notes);
    let series = &series[..series.len().min(COLORS_MAX)];
    let (x_low, x_high) = extent(x.iter().copied());
    let (y_low, y_high) = extent(series.iter().flat_map(|one| one.values.iter().copied()));
    let (y_low, y_high) = padded(y_low, y_high, 0.06);
    let keys: Vec<Key> = if series.len() > 1 { series.iter().enumerate().map(|(i, one)| Key::stroked(&one.name, i)).collect() } else { Vec::new() };
    let x_axis = Axis::new(x_label, x_unit, x_low, x_high);
    let mut plane = Plane::new(title, &x_axis, &Axis::new(y_label, y_unit, y_low, y_high), &keys);
    for (i, one) in series.iter().enumerate() {
        let known = |(x, y): &(f64, f64)| x.is_finite() && y.is_finite();
        let mut points: Vec<(f64, f64)> = x.iter().copied().zip(one.values.iter().copied()).collect();
        if gaps == Gaps::Joined {
            points.retain(known);
        }
        for part in points.split(|point| !known(point)).filter(|part| !part.is_empty()) {
            let drawn: Vec<(f64, f64)> = part.iter().map(|(x, y)| plane.at(*x, *y)).collect();
            plane.canvas.polyline(&drawn, &format!("mlw-k{i}"));
            if drawn.len() == 1 || points.len() <= 40 {
                for ((px, py), (x, y)) in drawn.iter().zip(part) {
                    plane.canvas.dot(*px, *py, 2.5, &format!("mlw-s{i}"), &format!("{} {}: {}", one.name, x_unit.write(*x), y_unit.write(*y)));
                }
            }
        }
    }
    let ends = |one: &Series| {
        let known: Vec<f64> = one.values.iter().copied().filter(|value| value.is_finite()).collect();
        match (known.first(), known.last()) {
            (Some(first), Some(last)) => format!("{} goes from {} to {}", one.name, y_unit.write(*first), y_unit.write(*last)),
            _ => format!("{} has no values", one.name),
        }
    };
    let description = series.iter().map(ends).collect::<Vec<_>>().join("; ");
    plane.finish(description, notes)
}

/// The smallest and the largest finite value; 0 to 1 when there is none.
fn extent(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let found = values.filter(|value| value.is_finite()).fold(None, |range: Option<(f64, f64)>, value| {
        Some(range.map_or((value, value), |(low, high)| (low.min(value), high.max(value))))
    });
    found.unwrap_or((0.0, 1.0))
}

/// The ROC or precision-recall curve of one model or class.
#[derive(Debug, Clone, PartialEq)]
pub struct CurveSeries {
    /// What the key calls it.
    pub name: String,
    /// False positive rate and true positive rate, or recall and precision; all in [0, 1], the first ascending.
    pub points: Vec<(f64, f64)>,
    /// The area under the curve, or the average precision; in [0, 1], written beside the name.
    pub area: Option<f64>,
}

/// ROC curves, with the diagonal of guessing.
#[must_use]
pub fn roc(title: &str, series: &[CurveSeries]) -> Chart {
    unit_square(title, ["false positive rate", "true positive rate"], "AUC", [(0.0, 0.0), (1.0, 1.0)], series)
}

/// Precision-recall curves, with the precision of guessing: the share of rows that have the class.
#[must_use]
pub fn precision_recall(title: &str, series: &[CurveSeries], share: f64) -> Chart {
    unit_square(title, ["recall", "precision"], "AP", [(0.0, share), (1.0, share)], series)
}

/// Curves between 0 and 1 both ways, with the line of guessing.
fn unit_square(title: &str, [x, y]: [&str; 2], area: &str, [from, to]: [(f64, f64); 2], series: &[CurveSeries]) -> Chart {
    let mut notes = Vec::new();
    left_out(series.len().saturating_sub(COLORS_MAX), "further curve is", "further curves are", &mut notes);
    let series = &series[..series.len().min(COLORS_MAX)];
    let named = |one: &CurveSeries| one.area.map_or_else(|| one.name.clone(), |value| format!("{} ({area} {value:.3})", one.name));
    let keys: Vec<Key> = series.iter().enumerate().map(|(i, one)| Key::stroked(&named(one), i)).collect();
    let (x, y) = (Axis::new(x, Unit::Number, 0.0, 1.0), Axis::new(y, Unit::Number, 0.0, 1.0));
    let mut plane = Plane::square(title, &x, &y, &keys);
    plane.canvas.line(plane.at(from.0, from.1), plane.at(to.0, to.1), "mlw-reference");
    for (i, one) in series.iter().enumerate() {
        let points: Vec<(f64, f64)> = one.points.iter().copied().filter(|(x, y)| x.is_finite() && y.is_finite()).collect();
        let step = points.len().div_ceil(CURVE_POINTS_MAX).max(1);
        let last = points.len().saturating_sub(1);
        let drawn: Vec<(f64, f64)> =
            points.iter().enumerate().filter(|(at, _)| at % step == 0 || *at == last).map(|(_, (x, y))| plane.at(*x, *y)).collect();
        plane.canvas.polyline(&drawn, &format!("mlw-k{i}"));
    }
    let description = series.iter().map(named).collect::<Vec<_>>().join("; ");
    plane.finish(description, notes)
}

/// One bin of predicted probabilities.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CalibrationPoint {
    /// The mean predicted probability in the bin, in [0, 1].
    pub predicted: f64,
    /// The share of rows in the bin that have the class, in [0, 1].
    pub observed: f64,
    /// Rows in the bin.
    pub count: u64,
}

/// How often what was predicted with a probability came true, with the diagonal of perfect calibration.
/// Larger dots stand for more rows.
#[must_use]
pub fn calibration(title: &str, points: &[CalibrationPoint]) -> Chart {
    let x = Axis::new("mean predicted probability", Unit::Number, 0.0, 1.0);
    let y = Axis::new("observed share", Unit::Number, 0.0, 1.0);
    let mut plane = Plane::square(title, &x, &y, &[]);
    plane.canvas.line(plane.at(0.0, 0.0), plane.at(1.0, 1.0), "mlw-reference");
    let known: Vec<&CalibrationPoint> = points.iter().filter(|point| point.predicted.is_finite() && point.observed.is_finite()).collect();
    let drawn: Vec<(f64, f64)> = known.iter().map(|point| plane.at(point.predicted, point.observed)).collect();
    plane.canvas.polyline(&drawn, "mlw-k0");
    let most = known.iter().map(|point| point.count).max().unwrap_or(1).max(1) as f64;
    for (point, (x, y)) in known.iter().zip(&drawn) {
        let tip = format!(
            "predicted {}, observed {}, {}",
            markup::number(point.predicted),
            markup::number(point.observed),
            markup::plural(point.count, "row", "rows")
        );
        plane.canvas.dot(*x, *y, 3.0 + 5.0 * (point.count as f64 / most).sqrt(), "mlw-s0", &tip);
    }
    let largest = known.iter().map(|point| (point.predicted - point.observed).abs()).fold(0.0, f64::max);
    let description = format!("{} bins; the largest difference between predicted and observed is {}", known.len(), markup::number(largest));
    plane.finish(description, Vec::new())
}
