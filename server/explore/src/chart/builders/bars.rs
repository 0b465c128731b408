//! Bars: one value, or one of each series, for each label.

use super::{Series, left_out};
use crate::chart::frame::{Axis, Key, Rows};
use crate::chart::scale::Unit;
use crate::chart::canvas::Anchor;
use crate::chart::{BARS_MAX, COLORS_MAX, Chart, LABEL_CHARS_MAX, label};
use crate::markup;

/// One horizontal bar for each label, from the top in the order given, with its value behind it:
/// importances, counts, shares. The first [`BARS_MAX`] are drawn.
#[must_use]
pub fn bars(title: &str, value_label: &str, unit: Unit, bars: &[(String, f64)]) -> Chart {
    let (names, values): (Vec<String>, Vec<f64>) = bars.iter().cloned().unzip();
    draw(title, "", value_label, unit, &names, &[Series::new(value_label, values)], Vec::new())
}

/// For each category one horizontal bar of each series, with a key: two distributions over the same
/// levels, a metric for several models. The first [`BARS_MAX`] categories and [`COLORS_MAX`] series are
/// drawn.
#[must_use]
pub fn grouped_bars(title: &str, value_label: &str, unit: Unit, categories: &[String], series: &[Series]) -> Chart {
    draw(title, "", value_label, unit, categories, series, Vec::new())
}

/// As [`grouped_bars`], to stand beside other charts.
#[must_use]
pub fn narrow_grouped_bars(title: &str, value_label: &str, unit: Unit, categories: &[String], series: &[Series]) -> Chart {
    draw_sized(title, "", value_label, unit, categories, series, Vec::new(), Rows::narrow)
}

/// As [`grouped_bars`], with what the categories are and further notes.
pub(in crate::chart) fn draw(
    title: &str,
    category_label: &str,
    value_label: &str,
    unit: Unit,
    categories: &[String],
    series: &[Series],
    notes: Vec<String>,
) -> Chart {
    draw_sized(title, category_label, value_label, unit, categories, series, notes, Rows::new)
}

/// Makes the frame: of the full width or narrow.
type MakeRows = fn(&str, &[String], &str, &Axis, &[Key], f64, f64) -> Rows;

#[expect(clippy::too_many_arguments, reason = "all of it is what one drawing consists of")]
fn draw_sized(
    title: &str,
    category_label: &str,
    value_label: &str,
    unit: Unit,
    categories: &[String],
    series: &[Series],
    mut notes: Vec<String>,
    frame: MakeRows,
) -> Chart {
    left_out(categories.len().saturating_sub(BARS_MAX), "further bar is", "further bars are", &mut notes);
    left_out(series.len().saturating_sub(COLORS_MAX), "further series is", "further series are", &mut notes);
    let names: Vec<String> = categories.iter().take(BARS_MAX).map(|name| markup::shorten(name, LABEL_CHARS_MAX)).collect();
    let series = &series[..series.len().min(COLORS_MAX)];
    let value = |one: &Series, row: usize| one.values.get(row).copied().filter(|value| value.is_finite());
    let shown = series.iter().flat_map(|one| (0..names.len()).filter_map(|row| value(one, row)));
    let axis = Axis::from_zero(value_label, unit, shown);
    let keys: Vec<Key> = if series.len() > 1 { series.iter().enumerate().map(|(i, one)| Key::filled(&one.name, i)).collect() } else { Vec::new() };
    let row_height = if series.len() > 1 { 13.0 * series.len() as f64 + 8.0 } else { 26.0 };
    let widest = series.iter().flat_map(|one| &one.values).map(|value| label::width(&unit.write(*value), 11.0)).fold(0.0, f64::max);
    let mut rows = frame(title, &names, category_label, &axis, &keys, row_height, widest.min(90.0) + 6.0);
    for (i, one) in series.iter().enumerate() {
        for (row, name) in names.iter().enumerate() {
            let Some(value) = value(one, row) else { continue };
            let (top, height) = rows.band(row, i, series.len());
            let (zero, end) = (rows.x.at(0.0), rows.x.at(value));
            let written = unit.write(value);
            let tip = if series.len() > 1 { format!("{name}, {}: {written}", one.name) } else { format!("{name}: {written}") };
            rows.canvas.rect(zero.min(end), top, (end - zero).abs().max(0.5), height - 1.0, &format!("mlw-s{i}"), &tip);
            // Behind the bar, and for bars to the left behind the zero line, away from the labels.
            rows.canvas.text(zero.max(end) + 4.0, top + height / 2.0 + 3.5, Anchor::Start, "mlw-small", &written);
        }
    }
    let description = describe(unit, &names, series);
    rows.finish(description, notes)
}

fn describe(unit: Unit, names: &[String], series: &[Series]) -> String {
    let of = |one: &Series| {
        let pairs = names.iter().zip(&one.values).take(8).filter(|(_, value)| value.is_finite());
        let said: Vec<String> = pairs.map(|(name, value)| format!("{name} {}", unit.write(*value))).collect();
        if said.is_empty() { "no values".to_owned() } else { said.join(", ") }
    };
    match series {
        [] => "no values".to_owned(),
        [one] => of(one),
        several => several.iter().map(|one| format!("{}: {}", one.name, of(one))).collect::<Vec<_>>().join("; "),
    }
}
