//! Strong correlations among more numeric columns than can be measured pair by pair.
//!
//! Every pair is estimated on a few hundred rows in single precision, once on values and once on ranks;
//! the promising ones are then measured on all rows. At a true correlation of 0.99 the estimate is
//! some fifty standard errors above the bound for "promising", so none is missed.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::{Pair, PairMeasure, ReadColumn, Values, gather, pearson_present, spearman};
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

/// A column's values and ranks on the rows of the screen: mean 0, length 1, and 0 where missing.
struct Screened {
    values: Vec<f32>,
    ranks: Vec<f32>,
    /// Share of rows with a value.
    present: f64,
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
                        // Missing values count as zero, which shrinks the estimate by about this factor.
                        let shrunk = (x.present * y.present).sqrt();
                        let estimate =
                            f64::from(dot(&x.values, &y.values).abs().max(dot(&x.ranks, &y.ranks).abs())) / shrunk;
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
    let spread = |values: &[f64]| -> Option<Vec<f32>> {
        let unit = super::unit(values)?;
        let mut out = vec![0.0_f32; rows.len()];
        for (position, value) in positions.iter().zip(unit) {
            out[*position] = value as f32;
        }
        Some(out)
    };
    Some(Screened {
        values: spread(&present)?,
        ranks: spread(&average_ranks(&present))?,
        present: present.len() as f64 / rows.len() as f64,
    })
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
    let spearman = spearman(&rx, &ry);
    let value = pearson_present(&x, &y).or(spearman.map(|_| 0.0))?;
    let pair =
        Pair { a: a.profile.name.clone(), b: b.profile.name.clone(), measure: PairMeasure::Pearson, value, spearman };
    (pair.strength() >= strength_min).then_some(pair)
}
