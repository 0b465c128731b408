//! How the values of one column spread.

use super::{Named, bar, note_missing, nothing, title};
use crate::chart::builders::{BinnedSeries, histograms};
use crate::chart::scale::Unit;
use crate::chart::{COLORS_MAX, Chart};
use crate::stats::{quantile_sorted, sort};
use crate::{ExploreError, markup};

const BINS_MIN: f64 = 8.0;
const BINS_MAX: f64 = 50.0;
/// Whole numbers over at most this range get a bin each.
const WHOLE_BINS_MAX: f64 = 60.0;
/// The axis ends where the values end, or this many ranges of the middle 98 % beyond it.
const FAR: f64 = 1.5;

/// The bins of a histogram, and how many values lie outside them.
struct Bins {
    edges: Vec<f64>,
    below: usize,
    above: usize,
}

pub(super) fn draw(named: &Named<'_>) -> Result<Chart, ExploreError> {
    if named.x.prefers_levels() {
        return bar::draw(named);
    }
    let positions = named.x.positions("a number or a time")?;
    let mut sorted: Vec<f64> = positions.values.iter().copied().filter(|value| !value.is_nan()).collect();
    if sorted.is_empty() {
        return Err(nothing(named));
    }
    sort(&mut sorted);
    let bins = bins(&sorted, positions.unit);
    let mut notes = Vec::new();
    note_missing(positions.values.len() - sorted.len(), &format!("a value of {}", named.x.name), &mut notes);
    let (low, high) = (bins.edges[0], bins.edges[bins.edges.len() - 1]);
    for (n, side, edge) in [(bins.below, "below", low), (bins.above, "above", high)] {
        if n > 0 {
            notes.push(format!("{} {side} {} not drawn", markup::plural(n as u64, "row", "rows"), positions.unit.write(edge)));
        }
    }
    let (n_groups, codes, names) = match &named.color {
        None => (1, vec![Some(0); positions.values.len()], vec!["rows".to_owned()]),
        Some(color) => {
            let groups = color.levels(COLORS_MAX, true)?;
            notes.extend(groups.notes);
            (groups.names.len(), groups.codes, groups.names)
        }
    };
    let mut counts = vec![vec![0u64; bins.edges.len() - 1]; n_groups];
    let mut totals = vec![0u64; n_groups];
    for (value, code) in positions.values.iter().zip(&codes) {
        let (Some(code), false) = (*code, value.is_nan()) else { continue };
        totals[code] += 1;
        if let Some(bin) = bin_of(&bins.edges, *value) {
            counts[code][bin] += 1;
        }
    }
    let share = |count: u64, total: u64| if total == 0 { 0.0 } else { count as f64 / total as f64 };
    let grouped = named.color.is_some();
    let series: Vec<BinnedSeries> = names
        .into_iter()
        .zip(&counts)
        .zip(&totals)
        .map(|((name, counts), total)| {
            let values = counts.iter().map(|count| if grouped { share(*count, *total) } else { *count as f64 }).collect();
            let name = if grouped { format!("{name} ({})", markup::count(*total)) } else { name };
            BinnedSeries::new(name, values)
        })
        .collect();
    let (y_label, y_unit) = if grouped { ("share of the group's rows", Unit::Share) } else { ("rows", Unit::Number) };
    Ok(histograms::draw(&title(named, named.x.name), named.x.name, positions.unit, &bins.edges, y_label, y_unit, &series, notes))
}

/// Bins are closed on the left, the last on both sides.
fn bin_of(edges: &[f64], value: f64) -> Option<usize> {
    let last = edges.len() - 1;
    if value < edges[0] || value > edges[last] {
        return None;
    }
    Some(edges[1..last].partition_point(|edge| *edge <= value))
}

/// Bins of equal width after Freedman and Diaconis (1981), whole ones for whole numbers, over a range
/// that leaves out far outliers so that the rest can be seen.
fn bins(sorted: &[f64], unit: Unit) -> Bins {
    let at = |p: f64| quantile_sorted(sorted, p).unwrap_or(0.0);
    let (min, max) = (sorted[0], sorted[sorted.len() - 1]);
    let (p01, p99) = (at(0.01), at(0.99));
    let reach = FAR * (p99 - p01);
    let bounded = reach > 0.0 && reach.is_finite();
    let low = if bounded && min < p01 - reach { sorted[sorted.partition_point(|value| *value < p01 - reach)] } else { min };
    let high = if bounded && max > p99 + reach { sorted[sorted.partition_point(|value| *value <= p99 + reach) - 1] } else { max };
    let below = sorted.partition_point(|value| *value < low);
    let above = sorted.len() - sorted.partition_point(|value| *value <= high);
    Bins { edges: edges(sorted, low, high, at(0.75) - at(0.25), unit), below, above }
}

fn edges(sorted: &[f64], low: f64, high: f64, iqr: f64, unit: Unit) -> Vec<f64> {
    let range = high - low;
    if range <= 0.0 || !range.is_finite() {
        let (low, high) = crate::chart::scale::opened(low, high);
        return if range > 0.0 { vec![low, low / 2.0 + high / 2.0, high] } else { vec![low, high] };
    }
    let whole = unit == Unit::Number && sorted.iter().all(|value| value.fract() == 0.0) && high.abs().max(low.abs()) < 1e15;
    if whole && range <= WHOLE_BINS_MAX {
        return (0..=range as usize + 1).map(|i| low + i as f64 - 0.5).collect();
    }
    let width = 2.0 * iqr / (sorted.len() as f64).cbrt();
    let wanted = if width > 0.0 { (range / width).ceil() } else { (sorted.len() as f64).sqrt().ceil() };
    let n = wanted.clamp(BINS_MIN, BINS_MAX);
    if whole {
        // Every bin holds as many whole numbers as the others, or they would look like waves.
        let width = ((range + 1.0) / n).ceil();
        let n = ((range + 1.0) / width).ceil() as usize;
        return (0..=n).map(|i| low - 0.5 + i as f64 * width).collect();
    }
    let mut edges: Vec<f64> = (0..=n as usize).map(|i| low + range * (i as f64 / n)).collect();
    if let Some(last) = edges.last_mut() {
        *last = high;
    }
    edges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_hold_every_value_but_far_outliers() {
        let mut values: Vec<f64> = (0..1_000).map(|i| f64::from(i) / 10.0).collect();
        values.push(1e6);
        let bins = bins(&values, Unit::Number);
        assert_eq!((bins.below, bins.above), (0, 1));
        assert!(bins.edges[bins.edges.len() - 1] <= 100.0);
        assert!(values[..1_000].iter().all(|value| bin_of(&bins.edges, *value).is_some()));
        assert_eq!(bin_of(&bins.edges, 1e6), None);
    }

    #[test]
    fn whole_numbers_get_whole_bins() {
        let days: Vec<f64> = (0..=72).map(f64::from).collect();
        let edges = bins(&days, Unit::Number).edges;
        assert!(edges.windows(2).all(|bin| (bin[1] - bin[0]).fract() == 0.0), "{edges:?}");
        let flags = [0.0, 0.0, 1.0];
        assert_eq!(bins(&flags, Unit::Number).edges, [-0.5, 0.5, 1.5]);
        assert_eq!(bins(&[5.0, 5.0], Unit::Number).edges.len(), 2);
        assert!(bins(&[f64::MIN, f64::MAX], Unit::Number).edges.len() >= 2);
    }
}
