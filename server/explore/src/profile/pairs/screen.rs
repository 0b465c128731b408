//! Strong correlations among more numeric columns than can be measured pair by pair.
//!
//! Every pair is estimated on a few hundred rows in single precision, once on values and once on ranks, over
//! the rows where both have a value; the promising ones are then measured on all rows. At a true correlation of
//! 0.99 the estimate is tens of standard errors above the bound for "promising", so none is missed; a pair with
//! fewer than 30 of these rows in common is not looked at.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::{Pair, PairMeasure, ReadColumn, Values, common_rows_min, gather, pearson_of, spearman};
use crate::cells::Cells;
use crate::context::Context;
use crate::error::ExploreError;
use crate::markup;
use crate::profile::{SCREENED_PAIRS_MAX, sample};
use crate::stats::average_ranks;

/// Rows that the estimates are made on; their standard error at 0.9 is about 0.01.
const SCREEN_ROWS: usize = 256;
/// How far below the bound an estimate may lie to be measured.
const MARGIN: f64 = 0.04;
/// Columns that are compared with each other while they are in the cache.
const TILE: usize = 64;
/// Promising pairs that are measured, the most promising first.
const MEASURED_MAX: usize = 2_000;

/// Below this rough estimate a pair with missing values is not estimated over its common rows: as far off as
/// the rough one can be by chance, the true correlation is no strong one.
const ROUGH_MIN: f64 = 0.4;

/// A column on the rows of the screen.
struct Screened {
    values: Unit,
    ranks: Unit,
    /// 1 where there is a value, else 0.
    present: Vec<f32>,
    n_present: f64,
}

/// Numbers of mean 0 and length 1 over the rows that have them, and 0 elsewhere.
struct Unit {
    x: Vec<f32>,
    squares: Vec<f32>,
}

/// How strongly two columns seem to go together, in [0, 1]; `None` when too few rows have both.
fn estimate(a: &Screened, b: &Screened) -> Option<f64> {
    let n_rows = a.present.len();
    let rough = dot(&a.values.x, &b.values.x).abs().max(dot(&a.ranks.x, &b.ranks.x).abs());
    if a.n_present == n_rows as f64 && b.n_present == n_rows as f64 {
        return Some(f64::from(rough));
    }
    let joint = f64::from(dot(&a.present, &b.present));
    if joint < common_rows_min(n_rows) as f64 {
        return None;
    }
    // Each has length 1 over its own rows, so about joint / n of its squares are in the common ones.
    let rough = f64::from(rough) * (a.n_present * b.n_present).sqrt() / joint;
    if rough < ROUGH_MIN {
        return Some(rough);
    }
    let over_common = |x: &Unit, y: &Unit| {
        let sum = |x: &[f32], y: &[f32]| f64::from(dot(x, y));
        let (mean_x, mean_y) = (sum(&x.x, &b.present) / joint, sum(&a.present, &y.x) / joint);
        let xx = sum(&x.squares, &b.present) - joint * mean_x * mean_x;
        let yy = sum(&a.present, &y.squares) - joint * mean_y * mean_y;
        let xy = sum(&x.x, &y.x) - joint * mean_x * mean_y;
        // Of columns that do not vary there, rounding is all that is left.
        if xx > 1e-6 && yy > 1e-6 { (xy / (xx * yy).sqrt()).abs().min(1.0) } else { 0.0 }
    };
    Some(over_common(&a.values, &b.values).max(over_common(&a.ranks, &b.ranks)))
}

/// The pairs of `numeric` columns, not both in `full`, whose correlation is at least `strength_min` in size.
pub(super) fn strong_pairs(
    columns: &[ReadColumn<'_>],
    numeric: &[usize],
    full: &BTreeSet<usize>,
    rows: &[u32],
    strength_min: f64,
    notes: &mut Vec<String>,
    cx: &Context<'_>,
) -> Result<Vec<Pair>, ExploreError> {
    let few: Vec<u32> = match sample::rows(rows.len(), SCREEN_ROWS) {
        None => rows.to_vec(),
        Some(picked) => picked.into_iter().map(|position| rows[position as usize]).collect(),
    };
    let screened: Vec<Option<Screened>> =
        numeric.par_iter().map(|index| screen(&columns[*index].cells, &few)).collect();
    let tiles: Vec<usize> = (0..numeric.len()).step_by(TILE).collect();
    let found: Vec<Vec<(f64, usize, usize)>> = tiles
        .par_iter()
        .map(|&start| {
            let mut promising = Vec::new();
            for other in (start..numeric.len()).step_by(TILE) {
                cx.cancel.check()?;
                for a in start..(start + TILE).min(numeric.len()) {
                    let Some(x) = &screened[a] else { continue };
                    for b in other.max(a + 1)..(other + TILE).min(numeric.len()) {
                        let Some(y) = &screened[b] else { continue };
                        let Some(estimate) = estimate(x, y) else { continue };
                        if estimate >= strength_min - MARGIN
                            && !(full.contains(&numeric[a]) && full.contains(&numeric[b]))
                        {
                            promising.push((estimate, numeric[a], numeric[b]));
                        }
                    }
                }
            }
            Ok(promising)
        })
        .collect::<Result<_, ExploreError>>()?;
    let mut promising: Vec<(f64, usize, usize)> = found.into_iter().flatten().collect();
    promising.sort_by(|x, y| y.0.total_cmp(&x.0).then((x.1, x.2).cmp(&(y.1, y.2))));
    let n_promising = promising.len();
    promising.truncate(MEASURED_MAX);

    let measured: Vec<Option<Pair>> = promising
        .par_iter()
        .map(|&(_, a, b)| {
            cx.cancel.check()?;
            Ok(measure(&columns[a], &columns[b], rows, strength_min))
        })
        .collect::<Result<_, ExploreError>>()?;
    let mut pairs: Vec<Pair> = measured.into_iter().flatten().collect();
    pairs.sort_by(|x, y| y.strength().total_cmp(&x.strength()));
    if pairs.len() > SCREENED_PAIRS_MAX || n_promising > MEASURED_MAX {
        pairs.truncate(SCREENED_PAIRS_MAX);
        notes.push(format!(
            "about {} pairs of columns are strongly correlated; the strongest {} are listed",
            markup::count(n_promising as u64),
            pairs.len()
        ));
    }
    Ok(pairs)
}

fn screen(cells: &Cells<'_>, rows: &[u32]) -> Option<Screened> {
    let Cells::Numbers(numbers) = cells else {
        return None;
    };
    let picked: Vec<f64> = rows.iter().map(|row| numbers.values[*row as usize]).collect();
    let (positions, present): (Vec<usize>, Vec<f64>) =
        picked.iter().copied().enumerate().filter(|(_, value)| value.is_finite()).unzip();
    if present.len() < 3 {
        return None;
    }
    let spread = |values: &[f64]| -> Option<Unit> {
        let unit = super::unit(values)?;
        let mut x = vec![0.0_f32; rows.len()];
        for (position, value) in positions.iter().zip(unit) {
            x[*position] = value as f32;
        }
        let squares = x.iter().map(|value| value * value).collect();
        Some(Unit { x, squares })
    };
    let (values, ranks) = (spread(&present)?, spread(&average_ranks(&present))?);
    let mut mask = vec![0.0_f32; rows.len()];
    for position in &positions {
        mask[*position] = 1.0;
    }
    Some(Screened { values, ranks, present: mask, n_present: present.len() as f64 })
}

fn dot(x: &[f32], y: &[f32]) -> f32 {
    const LANES: usize = 16;
    let mut sums = [0.0_f32; LANES];
    let (xs, ys) = (x.chunks_exact(LANES), y.chunks_exact(LANES));
    let rest: f32 = xs.remainder().iter().zip(ys.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in xs.zip(ys) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum::<f32>() + rest
}

fn measure(a: &ReadColumn<'_>, b: &ReadColumn<'_>, rows: &[u32], strength_min: f64) -> Option<Pair> {
    let rank_rows: Vec<u32> = match sample::rows(rows.len(), crate::profile::PAIR_ROWS_MIN) {
        None => rows.to_vec(),
        Some(picked) => picked.into_iter().map(|position| rows[position as usize]).collect(),
    };
    let (Some(Values::Numbers { raw: x, ranks: rx, .. }), Some(Values::Numbers { raw: y, ranks: ry, .. })) =
        (gather(&a.cells, rows, &rank_rows), gather(&b.cells, rows, &rank_rows))
    else {
        return None;
    };
    let pair = pearson_of(&x, None, &y, None).pair(
        a.profile.name.clone(),
        b.profile.name.clone(),
        PairMeasure::Pearson,
        spearman(&rx, &ry),
        rows.len(),
    )?;
    (pair.strength() >= strength_min).then_some(pair)
}
