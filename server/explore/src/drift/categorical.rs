//! Measures of drift of categories.

use std::collections::HashMap;

use super::{CategoricalMeasures, LEVELS_MAX, SharedBins};
use crate::cells::Labels;
use crate::markup;
use crate::profile::VALUE_CHARS_MAX;
use crate::stats::divergence::l_infinity;
use crate::stats::{chi_squared, jensen_shannon_distance, population_stability_index, total_variation};

/// New levels that are named.
const NEW_LEVELS_MAX: usize = 10;
/// Levels that are drawn, with the joined rest.
const DRAWN_LEVELS_MAX: usize = 12;
/// What a missing value is called among levels.
const MISSING: &str = "(missing)";
/// What the levels beyond the limit are called.
const OTHER: &str = "(other)";

/// Rows per level on both sides, the most frequent level first; missing is a level like any other.
pub(super) struct Counts {
    levels: Vec<String>,
    baseline: Vec<f64>,
    current: Vec<f64>,
    new_levels: Vec<String>,
    new_rows: f64,
}

pub(super) fn counts(was: &Labels<'_>, was_missing: u64, now: &Labels<'_>, now_missing: u64) -> Counts {
    let mut positions: HashMap<&str, usize> = HashMap::with_capacity(was.levels.len());
    let mut rows: Vec<(&str, u64, u64)> = Vec::with_capacity(was.levels.len());
    for (level, count) in was.levels.iter().zip(&was.counts) {
        positions.insert(level, rows.len());
        rows.push((level, *count, 0));
    }
    for (level, count) in now.levels.iter().zip(&now.counts) {
        match positions.get(level.as_ref()) {
            Some(position) => rows[*position].2 += count,
            None => rows.push((level, 0, *count)),
        }
    }
    let mut new: Vec<(&str, u64)> = rows.iter().filter(|row| row.1 == 0).map(|row| (row.0, row.2)).collect();
    new.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let new_rows = new.iter().map(|(_, count)| *count as f64).sum();
    if was_missing + now_missing > 0 {
        rows.push((MISSING, was_missing, now_missing));
    }
    rows.sort_by(|a, b| (b.1 + b.2).cmp(&(a.1 + a.2)).then(a.0.cmp(b.0)));
    if rows.len() > LEVELS_MAX {
        let rest = rows.split_off(LEVELS_MAX - 1);
        let sum = |side: fn(&(&str, u64, u64)) -> u64| rest.iter().map(side).sum();
        rows.push((OTHER, sum(|row| row.1), sum(|row| row.2)));
    }
    let name = |level: &str| markup::shorten(level, VALUE_CHARS_MAX);
    Counts {
        levels: rows.iter().map(|row| name(row.0)).collect(),
        baseline: rows.iter().map(|row| row.1 as f64).collect(),
        current: rows.iter().map(|row| row.2 as f64).collect(),
        new_levels: new.iter().take(NEW_LEVELS_MAX).map(|(level, _)| name(level)).collect(),
        new_rows,
    }
}

/// All measures; `None` when a side has no rows.
pub(super) fn measures(counts: &Counts) -> Option<CategoricalMeasures> {
    let (p, q) = (&counts.baseline, &counts.current);
    let table: Vec<f64> = p.iter().chain(q).copied().collect();
    let psi = population_stability_index(p, q)?;
    let test = chi_squared(&table, p.len())?;
    let n: f64 = q.iter().sum();
    Some(CategoricalMeasures {
        chi_squared_test: test.statistic,
        chi_squared_p_value: test.p_value,
        degrees_of_freedom: test.degrees_of_freedom as u64,
        tv_distance: total_variation(p, q)?,
        l_infinity_distance: l_infinity(p, q)?,
        psi,
        js_distance: jensen_shannon_distance(p, q)?,
        new_levels: counts.new_levels.clone(),
        new_level_share: counts.new_rows / n,
    })
}

/// The most frequent levels, the rest joined.
pub(super) fn shared_bins(counts: &Counts) -> SharedBins {
    let shares = |side: &[f64]| -> Vec<f64> {
        let total = side.iter().sum::<f64>().max(1.0);
        let kept = if side.len() > DRAWN_LEVELS_MAX { DRAWN_LEVELS_MAX - 1 } else { side.len() };
        let mut shares: Vec<f64> = side[..kept].iter().map(|count| count / total).collect();
        if kept < side.len() {
            shares.push(side[kept..].iter().sum::<f64>() / total);
        }
        shares
    };
    let mut levels = counts.levels.clone();
    if levels.len() > DRAWN_LEVELS_MAX {
        levels.truncate(DRAWN_LEVELS_MAX - 1);
        levels.push(OTHER.to_owned());
    }
    SharedBins { edges: Vec::new(), levels, baseline: shares(&counts.baseline), current: shares(&counts.current) }
}
