//! One column against another, row by row.

use super::{Named, missing, note_missing, nothing};
use crate::chart::canvas::shade;
use crate::chart::frame::{Axis, Key, KeyMark, Plane};
use crate::chart::scale::padded;
use crate::chart::select::{Groups, Source, sample};
use crate::chart::{COLORS_MAX, Chart, SCATTER_POINTS_MAX};
use crate::stats::{pearson, spearman};
use crate::{Context, ExploreError, markup};

/// Groups of a numeric colour column, from light to dark.
const SHADE_GROUPS: usize = 6;
/// Groups are drawn in turns of this many, so that none hides the others.
const TURNS: usize = 12;

/// The colour of each row.
struct Colors {
    groups: Groups,
    classes: Vec<String>,
}

pub(super) fn draw(named: &Named<'_>, cx: &Context<'_>) -> Result<Chart, ExploreError> {
    const EXPECTED: &str = "a number or a time";
    let y = named.y.as_ref().ok_or_else(|| missing("y", "a scatter chart needs a column along its y axis"))?;
    let (x_values, y_values) = (named.x.positions(EXPECTED)?, y.positions(EXPECTED)?);
    let complete: Vec<usize> =
        (0..x_values.values.len()).filter(|row| !x_values.values[*row].is_nan() && !y_values.values[*row].is_nan()).collect();
    if complete.is_empty() {
        return Err(nothing(named));
    }
    cx.cancel.check()?;
    let (xs, ys): (Vec<f64>, Vec<f64>) = complete.iter().map(|row| (x_values.values[*row], y_values.values[*row])).unzip();
    let description = describe(&named.x, y, &xs, &ys);
    cx.cancel.check()?;
    let mut notes = Vec::new();
    note_missing(x_values.values.len() - complete.len(), "both values", &mut notes);
    let n_complete = complete.len();
    let rows = sample(complete, SCATTER_POINTS_MAX);
    if rows.len() < n_complete {
        notes.push(format!("a sample of {} of {} rows is drawn", markup::count(rows.len() as u64), markup::count(n_complete as u64)));
    }
    let colors = named.color.as_ref().map(colors).transpose()?;
    let keys = colors.as_ref().map_or_else(Vec::new, |colors| {
        let key = |(name, class): (&String, &String)| Key { name: name.clone(), class: class.clone(), mark: KeyMark::Dot };
        colors.groups.names.iter().zip(&colors.classes).map(key).collect()
    });
    if let Some(colors) = &colors {
        notes.extend(colors.groups.notes.iter().cloned());
    }
    let axis = |source: &Source<'_>, unit, values: &[f64]| {
        let (low, high) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)));
        let (low, high) = padded(low, high, 0.03);
        Axis::new(source.name, unit, low, high)
    };
    let heading = match &named.color {
        Some(color) => format!("{} against {} by {}", y.name, named.x.name, color.name),
        None => format!("{} against {}", y.name, named.x.name),
    };
    let mut plane = Plane::new(&heading, &axis(&named.x, x_values.unit, &xs), &axis(y, y_values.unit, &ys), &keys);
    let (radius, opacity) = match rows.len() {
        0..200 => (3.2, 0.8),
        200..1_000 => (2.6, 0.6),
        _ => (2.0, 0.45),
    };
    for turn in rows.chunks(rows.len().div_ceil(TURNS)) {
        let n_groups = colors.as_ref().map_or(1, |colors| colors.classes.len());
        for group in 0..n_groups {
            let of_group = |row: &&usize| colors.as_ref().is_none_or(|colors| colors.groups.codes[**row] == Some(group));
            let points: Vec<(f64, f64)> =
                turn.iter().filter(of_group).map(|row| plane.at(x_values.values[*row], y_values.values[*row])).collect();
            let class = colors.as_ref().map_or("mlw-s0", |colors| colors.classes[group].as_str());
            if !points.is_empty() {
                plane.canvas.dots(&points, radius, class, opacity);
            }
        }
    }
    Ok(plane.finish(description, notes))
}

/// Levels get colours that stay apart, numbers shades of one.
fn colors(color: &Source<'_>) -> Result<Colors, ExploreError> {
    if color.prefers_levels() {
        let groups = color.levels(COLORS_MAX, true)?;
        let classes = (0..groups.names.len()).map(|i| format!("mlw-s{i}")).collect();
        return Ok(Colors { groups, classes });
    }
    let groups = color.groups(SHADE_GROUPS + 1, true)?;
    let n_shades = groups.names.len() - groups.n_extra;
    let classes = (0..groups.names.len())
        .map(|i| if i < n_shades { shade(0.2 + 0.8 * i as f64 / n_shades.saturating_sub(1).max(1) as f64) } else { format!("mlw-s{}", COLORS_MAX - 1) })
        .collect();
    Ok(Colors { groups, classes })
}

fn describe(x: &Source<'_>, y: &Source<'_>, xs: &[f64], ys: &[f64]) -> String {
    let rows = markup::plural(xs.len() as u64, "row", "rows");
    match (pearson(xs, ys), spearman(xs, ys)) {
        (Some(linear), Some(ranked)) => format!("{rows}; {} and {} have a Pearson correlation of {linear:.3} and a Spearman correlation of {ranked:.3}", x.name, y.name),
        _ => format!("{rows}; {} or {} has one value, so there is no correlation", x.name, y.name),
    }
}
