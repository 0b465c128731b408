//! A mean, a share or a number of rows along an axis.

use super::measured::Measured;
use super::{Named, note_missing, nothing, title};
use crate::chart::builders::Series;
use crate::chart::builders::curves::{Gaps, draw_lines};
use crate::chart::scale::Unit;
use crate::chart::{COLORS_MAX, Chart};
use crate::stats::sort;
use crate::{ExploreError, markup};

/// Positions drawn one by one; more are joined in buckets of equal width.
const POSITIONS_MAX: usize = 400;
const BUCKETS: usize = 120;

/// The positions of a line, and which of them a value belongs to.
struct Steps {
    positions: Vec<f64>,
    /// The left edge and the width of the buckets, when positions are joined.
    buckets: Option<(f64, f64)>,
}

impl Steps {
    fn of(sorted: &[f64]) -> Self {
        let mut distinct = sorted.to_vec();
        distinct.dedup();
        let (low, high) = (sorted[0], sorted[sorted.len() - 1]);
        let width = (high / 2.0 - low / 2.0) / BUCKETS as f64 * 2.0;
        if distinct.len() <= POSITIONS_MAX || !width.is_finite() {
            return Self { positions: distinct, buckets: None };
        }
        let positions = (0..BUCKETS).map(|i| low + (i as f64 + 0.5) * width).collect();
        Self { positions, buckets: Some((low, width)) }
    }

    fn of_value(&self, value: f64) -> usize {
        match self.buckets {
            Some((low, width)) => (((value - low) / width) as usize).min(self.positions.len() - 1),
            None => self.positions.partition_point(|position| *position < value).min(self.positions.len() - 1),
        }
    }
}

pub(super) fn draw(named: &Named<'_>) -> Result<Chart, ExploreError> {
    let x = named.x.positions("a number or a time")?;
    let measured = named.y.as_ref().map(Measured::of).transpose()?;
    let has_value = |row: usize| measured.as_ref().is_none_or(|measured| !measured.values[row].is_nan());
    let rows: Vec<usize> = (0..x.values.len()).filter(|row| !x.values[*row].is_nan() && has_value(*row)).collect();
    let mut sorted: Vec<f64> = rows.iter().map(|row| x.values[*row]).collect();
    if sorted.is_empty() {
        return Err(nothing(named));
    }
    sort(&mut sorted);
    let steps = Steps::of(&sorted);
    let mut notes = Vec::new();
    note_missing(x.values.len() - rows.len(), "a value of each axis", &mut notes);
    if let Some((_, width)) = steps.buckets {
        let width = if x.unit == Unit::Time { format!("{} days", markup::number(width / crate::time::DAY as f64)) } else { markup::number(width) };
        notes.push(format!("{} positions are joined in {BUCKETS} steps of {width}", markup::count(sorted.chunk_by(|a, b| a == b).count() as u64)));
    }
    let (codes, names) = match &named.color {
        None => (vec![Some(0); x.values.len()], Vec::new()),
        Some(color) => {
            let groups = color.groups(COLORS_MAX, true)?;
            notes.extend(groups.notes);
            (groups.codes, groups.names)
        }
    };
    let mut sums = vec![vec![(0.0f64, 0u64); steps.positions.len()]; names.len().max(1)];
    for row in rows {
        let Some(code) = codes[row] else { continue };
        let (sum, n) = &mut sums[code][steps.of_value(x.values[row])];
        (*sum, *n) = (*sum + measured.as_ref().map_or(1.0, |measured| measured.values[row]), *n + 1);
    }
    let value = |(sum, n): &(f64, u64)| match (&measured, n) {
        (None, n) => *n as f64,
        (Some(_), 0) => f64::NAN,
        (Some(_), n) => sum / *n as f64,
    };
    let (label, unit) = measured.as_ref().map_or(("rows".to_owned(), Unit::Number), |measured| (measured.label.clone(), measured.unit));
    let series: Vec<Series> = sums
        .iter()
        .enumerate()
        .map(|(i, sums)| Series::new(names.get(i).cloned().unwrap_or_else(|| label.clone()), sums.iter().map(value).collect()))
        .collect();
    // A group need not have rows at every position.
    Ok(draw_lines(&title(named, &label), (named.x.name, x.unit), (&label, unit), &steps.positions, &series, Gaps::Joined, notes))
}
