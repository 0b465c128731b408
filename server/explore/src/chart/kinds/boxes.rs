//! Median, quartiles and outliers of a number, for each group of rows.

use super::{Named, note_missing, nothing};
use crate::chart::canvas::Canvas;
use crate::chart::frame::{Axis, Key, Rows};
use crate::chart::scale::{Unit, padded};
use crate::chart::select::{Source, sample};
use crate::chart::{BARS_MAX, COLORS_MAX, Chart};
use crate::stats::{quantile_sorted, sort};
use crate::{ExploreError, markup};

/// Outliers of one box that are drawn; more are sampled.
const OUTLIERS_MAX: usize = 150;
/// Whiskers reach to the farthest value within this many interquartile ranges of the box (Tukey 1977).
const WHISKER: f64 = 1.5;

/// One box.
struct Summary {
    n: usize,
    low: f64,
    p25: f64,
    p50: f64,
    p75: f64,
    high: f64,
    outliers: Vec<f64>,
}

impl Summary {
    fn of(mut values: Vec<f64>) -> Option<Self> {
        sort(&mut values);
        let at = |p: f64| quantile_sorted(&values, p);
        let (p25, p50, p75) = (at(0.25)?, at(0.5)?, at(0.75)?);
        let reach = WHISKER * (p75 - p25);
        let first = values.partition_point(|value| *value < p25 - reach);
        let end = values.partition_point(|value| *value <= p75 + reach);
        let (low, high) = if first < end { (values[first], values[end - 1]) } else { (p25, p75) };
        let outliers: Vec<f64> = values[..first.min(end)].iter().chain(&values[end..]).copied().collect();
        Some(Self { n: values.len(), low, p25, p50, p75, high, outliers })
    }

    fn text(&self, unit: Unit) -> String {
        let write = |value: f64| unit.write(value);
        format!(
            "median {}, quartiles {} and {}, whiskers {} and {}, {} beyond, {}",
            write(self.p50),
            write(self.p25),
            write(self.p75),
            write(self.low),
            write(self.high),
            self.outliers.len(),
            markup::plural(self.n as u64, "row", "rows")
        )
    }
}

pub(super) fn draw(named: &Named<'_>) -> Result<Chart, ExploreError> {
    let (value, by) = sides(named)?;
    let positions = value.positions("a number or a time")?;
    let mut notes = Vec::new();
    let n_missing = positions.values.iter().filter(|value| value.is_nan()).count();
    note_missing(n_missing, &format!("a value of {}", value.name), &mut notes);
    let (codes, names) = match by {
        None => (vec![Some(0); positions.values.len()], vec![value.name.to_owned()]),
        Some(by) => {
            let groups = by.groups(BARS_MAX, true)?;
            notes.extend(groups.notes);
            (groups.codes, groups.names)
        }
    };
    let (colors, color_names) = match &named.color {
        None => (vec![Some(0); positions.values.len()], Vec::new()),
        Some(color) => {
            let levels = color.levels(COLORS_MAX, true)?;
            notes.extend(levels.notes);
            (levels.codes, levels.names)
        }
    };
    let n_colors = color_names.len().max(1);
    let mut values: Vec<Vec<Vec<f64>>> = vec![vec![Vec::new(); n_colors]; names.len()];
    for (row, value) in positions.values.iter().enumerate() {
        if let (Some(code), Some(color), false) = (codes[row], colors[row], value.is_nan()) {
            values[code][color].push(*value);
        }
    }
    let boxes: Vec<Vec<Option<Summary>>> = values.into_iter().map(|colors| colors.into_iter().map(Summary::of).collect()).collect();
    let all = || boxes.iter().flatten().flatten();
    if all().next().is_none() {
        return Err(nothing(named));
    }
    let low = all().map(|one| one.outliers.first().copied().unwrap_or(one.low).min(one.low)).fold(f64::INFINITY, f64::min);
    let high = all().map(|one| one.outliers.last().copied().unwrap_or(one.high).max(one.high)).fold(f64::NEG_INFINITY, f64::max);
    let (low, high) = padded(low, high, 0.02);
    let axis = Axis::new(value.name, positions.unit, low, high);
    let keys: Vec<Key> = color_names.iter().enumerate().map(|(i, name)| Key::filled(name, i)).collect();
    let by_name = by.map_or("", |by| by.name);
    let mut heading = if by_name.is_empty() { value.name.to_owned() } else { format!("{} by {by_name}", value.name) };
    if let Some(color) = &named.color {
        heading = format!("{heading}{} {}", if by_name.is_empty() { " by" } else { " and" }, color.name);
    }
    let row_height = if n_colors > 1 { 17.0 * n_colors as f64 + 8.0 } else { 32.0 };
    let mut rows = Rows::new(&heading, &names, by_name, &axis, &keys, row_height, 0.0);
    let mut sampled = false;
    for (row, colors) in boxes.iter().enumerate() {
        for (color, one) in colors.iter().enumerate() {
            let Some(one) = one else { continue };
            let (top, height) = rows.band(row, color, n_colors);
            let x = rows.x;
            sampled |= one.outliers.len() > OUTLIERS_MAX;
            let name = color_names.get(color).map_or_else(|| names[row].clone(), |color| format!("{}, {color}", names[row]));
            draw_box(&mut rows.canvas, one, |value| x.at(value), (top, height), color, &format!("{name}: {}", one.text(positions.unit)));
        }
    }
    if sampled {
        notes.push(format!("at most {OUTLIERS_MAX} values beyond the whiskers are drawn for each box"));
    }
    notes.push(format!("box: quartiles and median; whiskers: to the farthest value within {WHISKER} interquartile ranges"));
    let text = |(name, colors): (&String, &Vec<Option<Summary>>)| {
        let medians: Vec<String> = colors.iter().flatten().map(|one| positions.unit.write(one.p50)).collect();
        (!medians.is_empty()).then(|| format!("{name}: median {}", medians.join(" / ")))
    };
    let description = names.iter().zip(&boxes).filter_map(text).collect::<Vec<_>>().join("; ");
    Ok(rows.finish(description, notes))
}

/// The column that is measured, and the one that groups: whichever way round they were named.
fn sides<'a, 'b>(named: &'a Named<'b>) -> Result<(&'a Source<'b>, Option<&'a Source<'b>>), ExploreError> {
    match &named.y {
        None if named.x.is_measurable() => Ok((&named.x, None)),
        None => Err(super::missing("y", &format!("{:?} holds levels: name the number to draw for each of them", named.x.name))),
        Some(y) if y.is_measurable() && (!y.prefers_levels() || named.x.prefers_levels()) => Ok((y, Some(&named.x))),
        Some(y) if named.x.is_measurable() => Ok((&named.x, Some(y))),
        Some(y) => Err(y.wrong_kind("a number or a time")),
    }
}

fn draw_box(canvas: &mut Canvas, one: &Summary, x: impl Fn(f64) -> f64, (top, height): (f64, f64), color: usize, tip: &str) {
    let (inner, middle) = (height * 0.78, top + height / 2.0);
    let box_top = middle - inner / 2.0;
    canvas.line((x(one.low), middle), (x(one.p25), middle), "mlw-axis");
    canvas.line((x(one.p75), middle), (x(one.high), middle), "mlw-axis");
    for end in [one.low, one.high] {
        canvas.line((x(end), middle - inner * 0.3), (x(end), middle + inner * 0.3), "mlw-axis");
    }
    let shown = sample((0..one.outliers.len()).collect(), OUTLIERS_MAX);
    let points: Vec<(f64, f64)> = shown.into_iter().map(|i| (x(one.outliers[i]), middle)).collect();
    if !points.is_empty() {
        canvas.dots(&points, 1.8, &format!("mlw-s{color}"), 0.5);
    }
    canvas.rect(x(one.p25), box_top, (x(one.p75) - x(one.p25)).max(1.0), inner, &format!("mlw-s{color} mlw-fade"), tip);
    canvas.line((x(one.p50), box_top), (x(one.p50), box_top + inner), "mlw-median");
}
