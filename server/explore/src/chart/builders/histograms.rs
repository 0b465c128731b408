//! How values spread over bins.

use super::left_out;
use crate::chart::canvas::{Anchor, Canvas};
use crate::chart::frame::{Axis, Key, Plane};
use crate::chart::scale::{Linear, Unit};
use crate::chart::{COLORS_MAX, Chart, label};
use crate::markup;

/// The counts, or shares, of one group over the bins that all groups have in common.
#[derive(Debug, Clone, PartialEq)]
pub struct BinnedSeries {
    /// What the key calls it.
    pub name: String,
    /// One value for each bin.
    pub values: Vec<f64>,
}

impl BinnedSeries {
    /// A group's values over the bins.
    pub fn new(name: impl Into<String>, values: Vec<f64>) -> Self {
        Self { name: name.into(), values }
    }
}

/// Counts per bin. `edges` are ascending, one more than `counts`, in the unit of the x axis
/// (microseconds since 1970 for [`Unit::Time`]).
#[must_use]
pub fn histogram(title: &str, x_label: &str, x_unit: Unit, edges: &[f64], counts: &[u64]) -> Chart {
    let values = counts.iter().map(|count| *count as f64).collect();
    draw(title, x_label, x_unit, edges, "rows", Unit::Number, &[BinnedSeries::new("rows", values)], Vec::new())
}

/// As [`histogram`], to stand beside other charts.
#[must_use]
pub fn narrow_histogram(title: &str, x_label: &str, x_unit: Unit, edges: &[f64], counts: &[u64]) -> Chart {
    let values = counts.iter().map(|count| *count as f64).collect();
    draw_sized(title, (x_label, x_unit), edges, ("rows", Unit::Number), &[BinnedSeries::new("rows", values)], Vec::new(), Plane::small)
}

/// The shares of several groups over the same bins, one above the other and translucent, each with its
/// outline. `edges` are ascending, one more than each group's values, in the unit of the x axis.
#[must_use]
pub fn overlaid_histograms(title: &str, x_label: &str, x_unit: Unit, edges: &[f64], series: &[BinnedSeries]) -> Chart {
    draw(title, x_label, x_unit, edges, "share of the group's rows", Unit::Share, series, Vec::new())
}

/// As [`overlaid_histograms`], with the y axis's label and unit, and further notes.
#[expect(clippy::too_many_arguments, reason = "all of it is what one drawing consists of")]
pub(in crate::chart) fn draw(
    title: &str,
    x_label: &str,
    x_unit: Unit,
    edges: &[f64],
    y_label: &str,
    y_unit: Unit,
    series: &[BinnedSeries],
    notes: Vec<String>,
) -> Chart {
    draw_sized(title, (x_label, x_unit), edges, (y_label, y_unit), series, notes, Plane::new)
}

fn draw_sized(
    title: &str,
    (x_label, x_unit): (&str, Unit),
    edges: &[f64],
    (y_label, y_unit): (&str, Unit),
    series: &[BinnedSeries],
    mut notes: Vec<String>,
    frame: fn(&str, &Axis, &Axis, &[Key]) -> Plane,
) -> Chart {
    left_out(series.len().saturating_sub(COLORS_MAX), "further group is", "further groups are", &mut notes);
    let series = &series[..series.len().min(COLORS_MAX)];
    let bounds = edges.first().copied().zip(edges.last().copied()).filter(|(low, high)| low.is_finite() && high.is_finite());
    let (low, high) = bounds.unwrap_or((0.0, 1.0));
    let x = Axis::new(x_label, x_unit, low, high);
    let y = Axis::from_zero(y_label, y_unit, series.iter().flat_map(|one| one.values.iter().copied()));
    let keys: Vec<Key> = if series.len() > 1 { series.iter().enumerate().map(|(i, one)| Key::filled(&one.name, i)).collect() } else { Vec::new() };
    let mut plane = frame(title, &x, &y, &keys);
    let zero = plane.y.at(0.0);
    for (i, one) in series.iter().enumerate() {
        let class = if series.len() > 1 { format!("mlw-s{i} mlw-fade") } else { format!("mlw-s{i}") };
        let mut outline = Vec::new();
        for (bin, value) in edges.windows(2).zip(&one.values).filter(|(_, value)| value.is_finite()) {
            let (left, right) = (plane.x.at(bin[0]), plane.x.at(bin[1]));
            let top = plane.y.at(*value);
            let gap = if series.len() == 1 && right - left > 4.0 { 1.0 } else { 0.0 };
            let range = format!("{} to {}", x_unit.write(bin[0]), x_unit.write(bin[1]));
            let tip = if series.len() > 1 { format!("{}, {range}: {}", one.name, y_unit.write(*value)) } else { format!("{range}: {}", y_unit.write(*value)) };
            if *value > 0.0 {
                plane.canvas.rect(left, top, right - left - gap, zero - top, &class, &tip);
            }
            outline.extend([(left, top), (right, top)]);
        }
        if series.len() > 1 && !outline.is_empty() {
            outline.insert(0, (outline[0].0, zero));
            outline.push((outline[outline.len() - 1].0, zero));
            plane.canvas.polyline(&outline, &format!("mlw-o{i}"));
        }
    }
    plane.finish(describe(x_unit, y_unit, edges, series), notes)
}

fn describe(x_unit: Unit, y_unit: Unit, edges: &[f64], series: &[BinnedSeries]) -> String {
    let peak = |one: &BinnedSeries| {
        let highest = one.values.iter().enumerate().filter(|(_, value)| value.is_finite()).max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)));
        match highest {
            Some((bin, value)) if bin + 1 < edges.len() && series.len() == 1 => {
                format!("the highest bar is between {} and {} ({} {})", x_unit.write(edges[bin]), x_unit.write(edges[bin + 1]), y_unit.write(*value), one.name)
            }
            Some((bin, value)) if bin + 1 < edges.len() => format!(
                "{} is most frequent between {} and {} ({})",
                one.name,
                x_unit.write(edges[bin]),
                x_unit.write(edges[bin + 1]),
                y_unit.write(*value)
            ),
            _ => format!("{} has no values", one.name),
        }
    };
    series.iter().map(peak).collect::<Vec<_>>().join("; ")
}

/// Width and height of the area of a small histogram.
const SMALL: (f64, f64) = (260.0, 64.0);

/// A histogram to stand beside text: the bars, the smallest and the largest edge, nothing else.
#[must_use]
pub fn small_histogram(name: &str, unit: Unit, edges: &[f64], counts: &[u64]) -> Chart {
    let (width, height) = SMALL;
    let mut canvas = Canvas::default();
    let (low, high) = edges.first().copied().zip(edges.last().copied()).unwrap_or((0.0, 1.0));
    let x = Linear::new(low, high, 1.0, width - 1.0);
    let y = Linear::new(0.0, counts.iter().copied().max().unwrap_or(0).max(1) as f64, height, 4.0);
    for (bin, count) in edges.windows(2).zip(counts) {
        let (left, right) = (x.at(bin[0]), x.at(bin[1]));
        let tip = format!("{} to {}: {}", unit.write(bin[0]), unit.write(bin[1]), markup::plural(*count, "row", "rows"));
        if *count > 0 {
            let top = y.at(*count as f64).min(height - 1.0);
            canvas.rect(left, top, (right - left - 1.0).max(0.5), height - top, "mlw-s0", &tip);
        }
    }
    canvas.line((0.0, height), (width, height), "mlw-axis");
    let room = width / 2.0 - 6.0;
    canvas.text(0.0, height + 14.0, Anchor::Start, "mlw-note", &label::fit(&unit.write(low), 11.0, room));
    canvas.text(width, height + 14.0, Anchor::End, "mlw-note", &label::fit(&unit.write(high), 11.0, room));
    let series = [BinnedSeries::new("rows", counts.iter().map(|count| *count as f64).collect())];
    let description = describe(unit, Unit::Number, edges, &series);
    Chart { title: name.to_owned(), description, notes: Vec::new(), width, height: height + 20.0, body: canvas.into_body() }
}
