//! How pairs of columns go together.

mod screen;

use rayon::prelude::*;

use mlwright_data::SemanticType;

use super::{
    PAIR_COMMON_ROWS_MIN, PAIR_ROWS_MIN, PAIR_TABLE_ROWS_MIN, PAIR_WORK_MAX, Pair, PairMeasure, PairSummary,
    ProfileOptions, ReadColumn, SPEARMAN_ROWS_MAX, sample, signal,
};
use crate::cells::{Cells, MISSING_CODE};
use crate::context::Context;
use crate::error::ExploreError;
use crate::markup;
use crate::stats::rank::{ranks_in_order, sorted_order};
use crate::stats::{correlation_ratio, cramers_v, pearson};

/// Levels told apart in a pair; rarer ones are joined.
const LEVELS_MAX: usize = 50;
/// The least correlation of a screened pair that is listed.
const SCREENED_STRENGTH_MIN: f64 = 0.9;

/// A column gathered on the sampled rows.
struct PairColumn {
    index: usize,
    values: Values,
}

enum Values {
    Numbers {
        /// NaN where missing or infinite.
        raw: Vec<f64>,
        /// Mean 0 and length 1, when nothing is missing and the values vary.
        unit: Option<Vec<f64>>,
        ranks: Ranked,
    },
    Codes {
        codes: Vec<u32>,
        n_levels: usize,
        complete: bool,
    },
}

/// Ranks on their own sample of rows.
struct Ranked {
    raw: Vec<f64>,
    order: Vec<u32>,
    unit: Option<Vec<f64>>,
}

/// Measures all pairs of the columns that fit the limit, and finds strong ones among further numeric columns.
pub(super) fn measure(
    columns: &[ReadColumn<'_>],
    target: Option<usize>,
    options: &ProfileOptions,
    notes: &mut Vec<String>,
    cx: &Context<'_>,
) -> Result<PairSummary, ExploreError> {
    let n_rows = columns.first().map_or(0, |column| column.series.len());
    let usable: Vec<usize> =
        (0..columns.len()).filter(|index| is_usable(&columns[*index], target == Some(*index))).collect();
    let chosen = choose(columns, &usable, target, options.pair_columns);
    let n_pairs = (chosen.len() * chosen.len().saturating_sub(1) / 2).max(1);
    let rows = sample::rows_or_all(n_rows, (PAIR_WORK_MAX / n_pairs).max(PAIR_ROWS_MIN));
    let rank_rows =
        sample::rows_or_all(n_rows, (PAIR_WORK_MAX / 8 / n_pairs).clamp(PAIR_ROWS_MIN / 2, SPEARMAN_ROWS_MAX));

    let gathered: Vec<PairColumn> = chosen
        .par_iter()
        .filter_map(|&index| {
            gather(&columns[index].cells, &rows, &rank_rows).map(|values| PairColumn { index, values })
        })
        .collect();
    let positions: Vec<(usize, usize)> =
        (0..gathered.len()).flat_map(|a| (a + 1..gathered.len()).map(move |b| (a, b))).collect();
    let mut pairs: Vec<Pair> = positions
        .par_iter()
        .map(|&(a, b)| {
            cx.cancel.check()?;
            Ok(pair(&gathered[a], &gathered[b], columns))
        })
        .collect::<Result<Vec<Option<Pair>>, ExploreError>>()?
        .into_iter()
        .flatten()
        .collect();

    let numeric: Vec<usize> =
        usable.iter().copied().filter(|index| matches!(columns[*index].cells, Cells::Numbers(_))).collect();
    if chosen.len() < usable.len() {
        notes.push(format!(
            "all pairs are measured of {} of {} columns{}; the {} numeric columns are screened for correlations \
             of {SCREENED_STRENGTH_MIN} and more",
            chosen.len(),
            markup::count(usable.len() as u64),
            if target.is_some() { ", those with the strongest signal" } else { ", the first ones" },
            markup::count(numeric.len() as u64),
        ));
        let full: std::collections::BTreeSet<usize> = chosen.iter().copied().collect();
        pairs.extend(screen::strong_pairs(columns, &numeric, &full, &rows, SCREENED_STRENGTH_MIN, notes, cx)?);
    }
    if rows.len() < n_rows && !gathered.is_empty() {
        notes.push(format!(
            "pairs of columns are measured on a sample of {} of {} rows",
            markup::count(rows.len() as u64),
            markup::count(n_rows as u64)
        ));
    }
    if rank_rows.len() < n_rows.min(rows.len()) && !gathered.is_empty() {
        notes.push(format!(
            "Spearman's correlations are measured on a sample of {} of {} rows",
            markup::count(rank_rows.len() as u64),
            markup::count(n_rows as u64)
        ));
    }
    pairs.sort_by(|x, y| y.strength().total_cmp(&x.strength()));
    Ok(PairSummary {
        columns: gathered.iter().map(|column| columns[column.index].profile.name.clone()).collect(),
        rows: rows.len() as u64,
        spearman_rows: rank_rows.len() as u64,
        pairs,
        identical: Vec::new(),
    })
}

/// Ids, texts, times and columns of one value have no pairs; the target always takes part if it can.
fn is_usable(column: &ReadColumn<'_>, is_target: bool) -> bool {
    let meaningful = !matches!(column.profile.semantic, SemanticType::Id | SemanticType::Text | SemanticType::Constant);
    column.profile.distinct >= 2
        && (meaningful || is_target)
        && matches!(column.cells, Cells::Numbers(_) | Cells::Labels(_))
}

fn choose(columns: &[ReadColumn<'_>], usable: &[usize], target: Option<usize>, most: usize) -> Vec<usize> {
    if usable.len() <= most {
        return usable.to_vec();
    }
    let strength = |index: usize| match &columns[index].profile.signal {
        _ if target == Some(index) => f64::INFINITY,
        Some(signal) => signal.strength,
        None => 0.0,
    };
    let mut order = usable.to_vec();
    order.sort_by(|a, b| strength(*b).total_cmp(&strength(*a)).then(a.cmp(b)));
    order.truncate(most);
    order.sort_unstable();
    order
}

fn gather(cells: &Cells<'_>, rows: &[u32], rank_rows: &[u32]) -> Option<Values> {
    match cells {
        Cells::Numbers(numbers) => {
            let take = |rows: &[u32]| -> Vec<f64> {
                rows.iter()
                    .map(|row| numbers.values[*row as usize])
                    .map(|value| if value.is_finite() { value } else { f64::NAN })
                    .collect()
            };
            let raw = take(rows);
            let rank_raw = take(rank_rows);
            let order: Vec<u32> =
                sorted_order(&rank_raw).into_iter().filter(|row| !rank_raw[*row as usize].is_nan()).collect();
            let ranks = (order.len() == rank_raw.len())
                .then(|| ranks_in_order(&rank_raw, &order))
                .and_then(|ranks| unit(&ranks));
            Some(Values::Numbers { unit: unit(&raw), raw, ranks: Ranked { raw: rank_raw, order, unit: ranks } })
        }
        Cells::Labels(labels) => {
            let kept = signal::frequent(&labels.counts, LEVELS_MAX - 1);
            let codes: Vec<u32> = rows
                .iter()
                .map(|row| match labels.codes[*row as usize] {
                    MISSING_CODE => MISSING_CODE,
                    code => kept[code as usize],
                })
                .collect();
            let complete = !codes.contains(&MISSING_CODE);
            Some(Values::Codes { codes, n_levels: labels.levels.len().min(LEVELS_MAX), complete })
        }
        Cells::Times(_) | Cells::Opaque(_) => None,
    }
}

/// Values centred and of length 1; `None` when one is missing or they do not vary beyond rounding.
fn unit(values: &[f64]) -> Option<Vec<f64>> {
    let n = values.len() as f64;
    if values.len() < 2 {
        return None;
    }
    let mean = values.chunks(1024).map(|block| block.iter().sum::<f64>()).sum::<f64>() / n;
    if !mean.is_finite() {
        return None;
    }
    let squares: f64 =
        values.chunks(1024).map(|block| block.iter().map(|value| (value - mean).powi(2)).sum::<f64>()).sum();
    // The same bound as the exact correlation's.
    let varies = squares.is_finite() && squares > 0.0 && (squares / n).sqrt() > 1e-13 * mean.abs();
    let length = squares.sqrt();
    varies.then(|| values.iter().map(|value| (value - mean) / length).collect())
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    const LANES: usize = 8;
    let mut sums = [0.0_f64; LANES];
    let (xs, ys) = (x.chunks_exact(LANES), y.chunks_exact(LANES));
    let rest: f64 = xs.remainder().iter().zip(ys.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in xs.zip(ys) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum::<f64>() + rest
}

/// The rows in common that a pair needs, of that many looked at.
pub(super) fn common_rows_min(n_rows: usize) -> usize {
    n_rows.clamp(PAIR_TABLE_ROWS_MIN, PAIR_COMMON_ROWS_MIN)
}

fn pair(a: &PairColumn, b: &PairColumn, columns: &[ReadColumn<'_>]) -> Option<Pair> {
    let (measure, measured, spearman) = match (&a.values, &b.values) {
        (Values::Numbers { raw: x, unit: ux, ranks: rx }, Values::Numbers { raw: y, unit: uy, ranks: ry }) => {
            (PairMeasure::Pearson, pearson_of(x, ux.as_deref(), y, uy.as_deref()), spearman(rx, ry))
        }
        (Values::Codes { codes: x, n_levels: n, .. }, Values::Codes { codes: y, n_levels: m, .. }) => {
            (PairMeasure::CramersV, cramers_v_of_codes(x, *n, y, *m), None)
        }
        (Values::Codes { codes, n_levels, complete }, Values::Numbers { raw, unit, .. })
        | (Values::Numbers { raw, unit, .. }, Values::Codes { codes, n_levels, complete }) => {
            let measured = if let (true, Some(unit)) = (*complete, unit) {
                Measured { rows: unit.len(), value: correlation_ratio(codes, unit, *n_levels) }
            } else {
                let (codes, values): (Vec<u32>, Vec<f64>) =
                    codes.iter().zip(raw).filter(|(code, value)| **code != MISSING_CODE && !value.is_nan()).unzip();
                Measured { rows: values.len(), value: correlation_ratio(&codes, &values, *n_levels) }
            };
            (PairMeasure::CorrelationRatio, measured, None)
        }
    };
    let n_rows = match &a.values {
        Values::Numbers { raw, .. } => raw.len(),
        Values::Codes { codes, .. } => codes.len(),
    };
    let name = |column: &PairColumn| columns[column.index].profile.name.clone();
    measured.pair(name(a), name(b), measure, spearman, n_rows)
}

/// A measure, and the rows in which both columns have a value.
struct Measured {
    rows: usize,
    value: Option<f64>,
}

impl Measured {
    /// The pair, when enough of the `n_rows` looked at are in common.
    fn pair(self, a: String, b: String, measure: PairMeasure, spearman: Option<f64>, n_rows: usize) -> Option<Pair> {
        if self.rows < common_rows_min(n_rows) {
            return None;
        }
        // A pair of which only the ranks can be compared (an overflow) is still a pair.
        let value = self.value.or(spearman.map(|_| 0.0))?;
        Some(Pair { a, b, measure, value, spearman, rows: self.rows as u64 })
    }
}

/// Pearson over the rows where both have a value; `ux` and `uy` are the [`unit`]s of `x` and `y`.
fn pearson_of(x: &[f64], ux: Option<&[f64]>, y: &[f64], uy: Option<&[f64]>) -> Measured {
    if let (Some(ux), Some(uy)) = (ux, uy) {
        return Measured { rows: x.len(), value: Some(dot(ux, uy).clamp(-1.0, 1.0)) };
    }
    let (x, y): (Vec<f64>, Vec<f64>) = x.iter().zip(y).filter(|(x, y)| !x.is_nan() && !y.is_nan()).unzip();
    Measured { rows: x.len(), value: pearson(&x, &y) }
}

/// Spearman over the rows where both have a value, ranked among themselves; `None` when they are too few.
fn spearman(x: &Ranked, y: &Ranked) -> Option<f64> {
    let rows_min = common_rows_min(x.raw.len());
    if let (Some(x), Some(y)) = (&x.unit, &y.unit) {
        return (x.len() >= rows_min).then(|| dot(x, y).clamp(-1.0, 1.0));
    }
    let both: Vec<bool> = x.raw.iter().zip(&y.raw).map(|(x, y)| !x.is_nan() && !y.is_nan()).collect();
    if both.iter().filter(|both| **both).count() < rows_min {
        return None;
    }
    let ranks = |side: &Ranked| -> Vec<f64> {
        let order: Vec<u32> = side.order.iter().copied().filter(|row| both[*row as usize]).collect();
        ranks_in_order(&side.raw, &order)
            .into_iter()
            .zip(&both)
            .filter(|(_, both)| **both)
            .map(|(rank, _)| rank)
            .collect()
    };
    pearson(&ranks(x), &ranks(y))
}

fn cramers_v_of_codes(x: &[u32], n: usize, y: &[u32], m: usize) -> Measured {
    let mut counts = vec![0_u64; n * m];
    let mut rows = 0;
    for (&a, &b) in x.iter().zip(y) {
        if a != MISSING_CODE && b != MISSING_CODE {
            counts[a as usize * m + b as usize] += 1;
            rows += 1;
        }
    }
    let table: Vec<f64> = counts.into_iter().map(|count| count as f64).collect();
    Measured { rows, value: cramers_v(&table, m) }
}
