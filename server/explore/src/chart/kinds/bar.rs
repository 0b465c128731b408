//! Rows, means or shares for each level.

use super::measured::Measured;
use super::{Named, note_missing, nothing, title};
use crate::chart::builders::{Series, bars};
use crate::chart::scale::Unit;
use crate::chart::{BARS_MAX, COLORS_MAX, Chart};
use crate::{ExploreError, markup};

pub(super) fn draw(named: &Named<'_>) -> Result<Chart, ExploreError> {
    let groups = named.x.groups(BARS_MAX, true)?;
    if groups.names.is_empty() {
        return Err(nothing(named));
    }
    let mut notes = groups.notes;
    let (colors, n_colors, color_names) = match &named.color {
        None => (vec![Some(0); groups.codes.len()], 1, Vec::new()),
        Some(color) => {
            let levels = color.levels(COLORS_MAX, true)?;
            notes.extend(levels.notes);
            (levels.codes, levels.names.len(), levels.names)
        }
    };
    let measured = named.y.as_ref().map(Measured::of).transpose()?;
    let mut sums = vec![vec![(0.0f64, 0u64); groups.names.len()]; n_colors];
    let mut rows = vec![0u64; groups.names.len()];
    let mut n_without = 0;
    for (row, (code, color)) in groups.codes.iter().zip(&colors).enumerate() {
        let (Some(code), Some(color)) = (*code, *color) else { continue };
        let value = measured.as_ref().map_or(1.0, |measured| measured.values[row]);
        if value.is_nan() {
            n_without += 1;
            continue;
        }
        rows[code] += 1;
        let (sum, n) = &mut sums[color][code];
        (*sum, *n) = (*sum + value, *n + 1);
    }
    if rows.iter().sum::<u64>() == 0 {
        return Err(nothing(named));
    }
    if let Some(y) = &named.y {
        note_missing(n_without, &format!("a value of {}", y.name), &mut notes);
    }
    let counted = measured.is_none();
    let value = |(sum, n): (f64, u64)| if counted { n as f64 } else if n == 0 { f64::NAN } else { sum / n as f64 };
    let mut order: Vec<usize> = (0..groups.names.len()).collect();
    if !counted && !groups.ordered && n_colors == 1 {
        // Levels without an order are put in that of their values; "other" and "missing" stay last.
        let n_levels = order.len() - groups.n_extra;
        order[..n_levels].sort_by(|a, b| value(sums[0][*b]).total_cmp(&value(sums[0][*a])).then(a.cmp(b)));
    }
    let name = |code: &usize| {
        let name = &groups.names[*code];
        if counted { name.clone() } else { format!("{name} ({})", markup::count(rows[*code])) }
    };
    let categories: Vec<String> = order.iter().map(name).collect();
    let (label, unit) = measured.as_ref().map_or(("rows".to_owned(), Unit::Number), |measured| (measured.label.clone(), measured.unit));
    let series: Vec<Series> = sums
        .iter()
        .enumerate()
        .map(|(color, sums)| {
            let name = color_names.get(color).cloned().unwrap_or_else(|| label.clone());
            Series::new(name, order.iter().map(|code| value(sums[*code])).collect())
        })
        .collect();
    let category_label = if counted { named.x.name.to_owned() } else { format!("{} (rows)", named.x.name) };
    let heading = title(named, if counted && named.color.is_none() { named.x.name } else { &label });
    Ok(bars::draw(&heading, &category_label, &label, unit, &categories, &series, notes))
}
