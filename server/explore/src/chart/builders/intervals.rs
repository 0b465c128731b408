//! Estimates with how sure they are.

use super::left_out;
use crate::chart::canvas::Anchor;
use crate::chart::frame::{Axis, Rows};
use crate::chart::scale::{Unit, padded};
use crate::chart::{BARS_MAX, Chart, LABEL_CHARS_MAX, label};
use crate::markup;

/// One estimate.
#[derive(Debug, Clone, PartialEq)]
pub struct EstimateRow {
    /// What it is of.
    pub name: String,
    /// The estimate.
    pub value: f64,
    /// The lower end of what it may be.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// Where the axis of [`intervals`] begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// At 0: sizes are compared, and drawn as bars.
    FromZero,
    /// A little below the lowest value: places are compared, and drawn as dots.
    AroundValues,
}

/// One estimate for each label with the range of what it may be, from the top in the order given: the
/// first [`BARS_MAX`] are drawn. `reference` is a value to compare them with, and what it is.
#[must_use]
pub fn intervals(title: &str, value_label: &str, unit: Unit, reach: Reach, rows: &[EstimateRow], reference: Option<(&str, f64)>) -> Chart {
    let mut notes = Vec::new();
    left_out(rows.len().saturating_sub(BARS_MAX), "further row is", "further rows are", &mut notes);
    let rows = &rows[..rows.len().min(BARS_MAX)];
    let names: Vec<String> = rows.iter().map(|row| markup::shorten(&row.name, LABEL_CHARS_MAX)).collect();
    let reference = reference.filter(|(_, value)| value.is_finite());
    let all = || rows.iter().flat_map(|row| [row.value, row.low, row.high]).chain(reference.map(|(_, value)| value)).filter(|value| value.is_finite());
    let axis = match reach {
        Reach::FromZero => Axis::from_zero(value_label, unit, all()),
        Reach::AroundValues => {
            let (low, high) = all().fold(None, |ends: Option<(f64, f64)>, value| Some(ends.map_or((value, value), |(low, high)| (low.min(value), high.max(value))))).unwrap_or((0.0, 1.0));
            let (low, high) = padded(low, high, 0.08);
            let bounded = if unit == Unit::Share { (low.max(0.0), high.min(1.0)) } else { (low, high) };
            Axis::new(value_label, unit, bounded.0, bounded.1)
        }
    };
    let widest = rows.iter().map(|row| label::width(&unit.write(row.value), 11.0)).fold(0.0, f64::max);
    let mut drawing = Rows::narrow(title, &names, "", &axis, &[], 26.0, widest.min(90.0) + 10.0);
    let values_at = drawing.right() + 8.0;
    if let Some((_, value)) = reference {
        let (top, _) = drawing.band(0, 0, 1);
        let (last, height) = drawing.band(names.len().saturating_sub(1), 0, 1);
        let x = drawing.x.at(value);
        drawing.canvas.line((x, top - 2.0), (x, last + height + 2.0), "mlw-reference");
    }
    for (at, row) in rows.iter().enumerate().filter(|(_, row)| row.value.is_finite()) {
        let (top, height) = drawing.band(at, 0, 1);
        let (middle, x) = (top + height / 2.0, drawing.x.at(row.value));
        let written = unit.write(row.value);
        let sure = if row.low.is_finite() && row.high.is_finite() { format!(" ({} to {})", unit.write(row.low), unit.write(row.high)) } else { String::new() };
        let tip = format!("{}: {written}{sure}", row.name);
        if reach == Reach::FromZero {
            let zero = drawing.x.at(0.0);
            drawing.canvas.rect(zero.min(x), top + 1.0, (x - zero).abs().max(0.5), height - 2.0, "mlw-s0", &tip);
        }
        if !sure.is_empty() {
            let (low, high) = (drawing.x.at(row.low), drawing.x.at(row.high));
            drawing.canvas.line((low, middle), (high, middle), "mlw-median");
            for end in [low, high] {
                drawing.canvas.line((end, middle - 4.0), (end, middle + 4.0), "mlw-median");
            }
        }
        if reach == Reach::AroundValues {
            drawing.canvas.dot(x, middle, 4.5, "mlw-s0", &tip);
        }
        drawing.canvas.text(values_at, middle + 4.0, Anchor::Start, "mlw-small", &written);
    }
    if let Some((name, value)) = reference {
        notes.push(format!("dashed: {name}, {}", unit.write(value)));
    }
    let said: Vec<String> = rows.iter().take(8).filter(|row| row.value.is_finite()).map(|row| format!("{} {}", row.name, unit.write(row.value))).collect();
    let description = if said.is_empty() { "no values".to_owned() } else { said.join(", ") };
    drawing.finish(description, notes)
}
