//! What each column alone says about the target.
//!
//! A column's values are put into bins; a row's prediction is the target's mean in its bin over the rows
//! of the other folds, drawn towards the overall mean where rows are few. The score of these
//! predictions is honest (no row predicts itself, so a column of many levels gains nothing by chance), sees
//! relations of any shape, and treats missing as a value.

use rayon::prelude::*;

use super::pairs::common_rows_min;
use super::target::Outcome;
use super::{CLASSES_MAX, MissingEffect, ReadColumn, SIGNAL_ROWS_MAX, Signal, SignalMeasure, sample};
use crate::cells::{Cells, MISSING_CODE, MISSING_TIME, mix};
use crate::context::Context;
use crate::error::ExploreError;
use crate::markup;
use crate::stats::{average_ranks, chi_squared, pearson, quantile_sorted, roc_auc_of_groups, sort};

/// Parts that rows are dealt into.
const FOLDS: usize = 5;
/// Rows at the overall mean that each bin starts with.
const PRIOR_ROWS: f64 = 4.0;
/// The most bins of numbers: enough to follow a steep curve, few enough to have rows in each.
const BINS_MAX: usize = 128;
/// Labels told apart; rarer ones are joined.
const LEVELS_MAX: usize = 1_000;
/// Values that bin edges are computed from.
const EDGE_VALUES_MAX: usize = 20_000;
/// Rows known below this, nothing is measured: the score would be noise.
const ROWS_MIN: usize = 10;

/// The signal of each column, in their order; `None` for the target and for free text and
/// ids in text that are never missing.
pub(super) fn measure(
    columns: &[ReadColumn<'_>],
    target: usize,
    outcome: &Outcome,
    notes: &mut Vec<String>,
    cx: &Context<'_>,
) -> Result<Vec<Option<Signal>>, ExploreError> {
    let n_rows = columns[target].series.len();
    let known: Vec<u32> = (0..n_rows as u32).filter(|row| outcome.is_known(*row as usize)).collect();
    let enough = known.len() >= ROWS_MIN && !matches!(outcome, Outcome::Classes { n_classes, .. } if *n_classes < 2);
    if !enough {
        return Ok(vec![None; columns.len()]);
    }
    let rows: Vec<u32> = match sample::rows(known.len(), SIGNAL_ROWS_MAX) {
        None => known.clone(),
        Some(picked) => {
            notes.push(format!(
                "signals towards the target are measured on a sample of {} of {} rows",
                markup::count(picked.len() as u64),
                markup::count(known.len() as u64)
            ));
            picked.into_iter().map(|position| known[position as usize]).collect()
        }
    };
    let folds: Vec<u8> = rows.iter().map(|row| (mix(u64::from(*row)) % FOLDS as u64) as u8).collect();
    columns
        .par_iter()
        .enumerate()
        .map(|(index, column)| {
            cx.cancel.check()?;
            if index == target {
                return Ok(None);
            }
            Ok(bins(&column.cells, &rows).and_then(|(bins, n_bins)| {
                let (measure, score) = match outcome {
                    Outcome::Classes { codes, .. } => {
                        (SignalMeasure::RocAuc, auc(&bins, n_bins, &folds, &rows, codes)?)
                    }
                    Outcome::Numbers(values) => (SignalMeasure::R2, r2(&bins, n_bins, &folds, &rows, values)?),
                };
                let strength = match measure {
                    SignalMeasure::RocAuc => 2.0 * score - 1.0,
                    SignalMeasure::R2 => score,
                };
                Some(Signal {
                    strength: strength.clamp(0.0, 1.0),
                    measure,
                    score,
                    pearson: correlation(&column.cells, &rows, outcome),
                    missing: missing_effect(&column.cells, column.profile.missing, &known, outcome),
                })
            }))
        })
        .collect()
}

/// The bin of each row and the number of bins, the first one for missing values.
fn bins(cells: &Cells<'_>, rows: &[u32]) -> Option<(Vec<u32>, usize)> {
    match cells {
        Cells::Numbers(numbers) => {
            Some(bins_of_numbers(&rows.iter().map(|row| numbers.values[*row as usize]).collect::<Vec<f64>>()))
        }
        Cells::Times(times) => {
            let micros = rows.iter().map(|row| times.micros[*row as usize]);
            let values: Vec<f64> =
                micros.map(|time| if time == MISSING_TIME { f64::NAN } else { time as f64 }).collect();
            Some(bins_of_numbers(&values))
        }
        Cells::Labels(labels) => {
            let kept = frequent(&labels.counts, LEVELS_MAX);
            let bins = rows
                .iter()
                .map(|row| match labels.codes[*row as usize] {
                    MISSING_CODE => 0,
                    code => kept[code as usize] + 1,
                })
                .collect();
            Some((bins, labels.levels.len().min(LEVELS_MAX + 1) + 1))
        }
        // Of what is only told apart, there is still whether it is there.
        Cells::Opaque(opaque) if opaque.missing.contains(&true) => {
            Some((rows.iter().map(|row| u32::from(!opaque.missing[*row as usize])).collect(), 2))
        }
        Cells::Opaque(_) => None,
    }
}

/// For each level its position among the `most` most frequent ones; `most` for all others.
pub(super) fn frequent(counts: &[u64], most: usize) -> Vec<u32> {
    if counts.len() <= most {
        return (0..counts.len() as u32).collect();
    }
    let mut order: Vec<usize> = (0..counts.len()).collect();
    order.sort_by_key(|level| (std::cmp::Reverse(counts[*level]), *level));
    let mut position = vec![most as u32; counts.len()];
    for (rank, &level) in order.iter().take(most).enumerate() {
        position[level] = rank as u32;
    }
    position
}

/// Bins of about equally many values; a value that occurs often has a bin of its own.
fn bins_of_numbers(values: &[f64]) -> (Vec<u32>, usize) {
    let step = values.len().div_ceil(EDGE_VALUES_MAX).max(1);
    let mut sorted: Vec<f64> = values.iter().step_by(step).copied().filter(|value| value.is_finite()).collect();
    sort(&mut sorted);
    let n_bins = (((values.len() as f64).sqrt() / 2.0) as usize).clamp(4, BINS_MAX);
    let mut distinct = sorted.clone();
    distinct.dedup();
    // An edge belongs to the bin above it; the lowest value needs none.
    let mut edges: Vec<f64> = if distinct.len() <= n_bins {
        distinct
    } else {
        (0..n_bins).filter_map(|i| quantile_sorted(&sorted, i as f64 / n_bins as f64)).collect()
    };
    edges.dedup();
    if !edges.is_empty() {
        edges.remove(0);
    }
    let bins = values
        .iter()
        .map(|value| if value.is_nan() { 0 } else { 1 + edges.partition_point(|edge| edge <= value) as u32 })
        .collect();
    (bins, edges.len() + 2)
}

/// The out-of-fold area under the ROC curve, the mean over folds; for many classes the mean of each against
/// the rest, weighted by its rows.
fn auc(bins: &[u32], n_bins: usize, folds: &[u8], rows: &[u32], codes: &[u32]) -> Option<f64> {
    let seen = rows.iter().map(|row| codes[*row as usize]).max().unwrap_or(0) as usize + 1;
    // Rows of each (fold, bin, class).
    let mut counts = vec![0.0_f64; FOLDS * n_bins * seen];
    for ((&bin, &fold), &row) in bins.iter().zip(folds).zip(rows) {
        counts[(fold as usize * n_bins + bin as usize) * seen + codes[row as usize] as usize] += 1.0;
    }
    let at = |fold: usize, bin: usize, class: usize| counts[(fold * n_bins + bin) * seen + class];
    let in_bin: Vec<Vec<f64>> = (0..FOLDS)
        .map(|fold| (0..n_bins).map(|bin| (0..seen).map(|class| at(fold, bin, class)).sum()).collect())
        .collect();
    // With two classes one against the rest is the same for both.
    let classes: Vec<usize> = if seen == 2 { vec![1] } else { (0..seen.min(CLASSES_MAX)).collect() };
    let (mut sum, mut weight) = (0.0, 0.0);
    for class in classes {
        let of_class: Vec<f64> = (0..n_bins).map(|bin| (0..FOLDS).map(|fold| at(fold, bin, class)).sum()).collect();
        let of_bin: Vec<f64> = (0..n_bins).map(|bin| in_bin.iter().map(|fold| fold[bin]).sum()).collect();
        let (all_of_class, all): (f64, f64) = (of_class.iter().sum(), of_bin.iter().sum());
        let (mut class_sum, mut class_weight) = (0.0, 0.0);
        for (fold, fold_rows) in in_bin.iter().enumerate() {
            let fold_class: f64 = (0..n_bins).map(|bin| at(fold, bin, class)).sum();
            let fold_all: f64 = fold_rows.iter().sum();
            if all <= fold_all {
                continue;
            }
            let prior = (all_of_class - fold_class) / (all - fold_all);
            let mut groups: Vec<(f64, f64, f64)> = (0..n_bins)
                .filter(|bin| fold_rows[*bin] > 0.0)
                .map(|bin| {
                    let (positives, total) = (at(fold, bin, class), fold_rows[bin]);
                    let rate = (of_class[bin] - positives + PRIOR_ROWS * prior) / (of_bin[bin] - total + PRIOR_ROWS);
                    (rate, positives, total - positives)
                })
                .collect();
            if let Some(auc) = roc_auc_of_groups(&mut groups) {
                class_sum += auc * fold_all;
                class_weight += fold_all;
            }
        }
        if class_weight > 0.0 {
            sum += class_sum / class_weight * all_of_class;
            weight += all_of_class;
        }
    }
    (weight > 0.0).then(|| sum / weight)
}

/// The out-of-fold coefficient of determination.
fn r2(bins: &[u32], n_bins: usize, folds: &[u8], rows: &[u32], values: &[f64]) -> Option<f64> {
    let n = rows.len() as f64;
    let scale = rows.iter().map(|row| values[*row as usize].abs()).fold(0.0, f64::max);
    if scale <= 0.0 {
        return None;
    }
    // Scaled to at most 1, squares cannot overflow; centred, they lose no digits.
    let mean = rows.iter().map(|row| values[*row as usize] / scale).sum::<f64>() / n;
    let value = |row: u32| values[row as usize] / scale - mean;
    let mut cells = vec![(0.0_f64, 0.0_f64); FOLDS * n_bins];
    let mut total = 0.0;
    for ((&bin, &fold), &row) in bins.iter().zip(folds).zip(rows) {
        let y = value(row);
        let cell = &mut cells[fold as usize * n_bins + bin as usize];
        cell.0 += 1.0;
        cell.1 += y;
        total += y * y;
    }
    if total <= 0.0 || (total / n).sqrt() <= 1e-13 {
        return None;
    }
    let of_bin: Vec<(f64, f64)> = (0..n_bins)
        .map(|bin| (0..FOLDS).map(|f| cells[f * n_bins + bin]).fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1)))
        .collect();
    let all: f64 = of_bin.iter().map(|bin| bin.1).sum();
    // Of rows with sum s whose prediction is p, the squared error is Σy² - 2ps + np².
    let mut error = total;
    for fold in 0..FOLDS {
        let part = &cells[fold * n_bins..(fold + 1) * n_bins];
        let (fold_n, fold_sum) = part.iter().fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1));
        let prior = if n > fold_n { (all - fold_sum) / (n - fold_n) } else { 0.0 };
        for (cell, bin) in part.iter().zip(&of_bin) {
            let prediction = (bin.1 - cell.1 + PRIOR_ROWS * prior) / (bin.0 - cell.0 + PRIOR_ROWS);
            error += cell.0 * prediction * prediction - 2.0 * prediction * cell.1;
        }
    }
    Some(1.0 - error / total)
}

fn correlation(cells: &Cells<'_>, rows: &[u32], outcome: &Outcome) -> Option<f64> {
    let (Cells::Numbers(numbers), Outcome::Numbers(values)) = (cells, outcome) else {
        return None;
    };
    let (x, y): (Vec<f64>, Vec<f64>) = rows
        .iter()
        .map(|row| (numbers.values[*row as usize], values[*row as usize]))
        .filter(|(x, _)| x.is_finite())
        .unzip();
    if x.len() < common_rows_min(rows.len()) { None } else { pearson(&x, &y) }
}

/// How the target differs where the column is missing, over all rows with a known target.
fn missing_effect(cells: &Cells<'_>, missing: u64, known: &[u32], outcome: &Outcome) -> Option<MissingEffect> {
    if missing == 0 {
        return None;
    }
    match outcome {
        Outcome::Classes { codes, names, n_classes } => {
            let n = names.len().min(CLASSES_MAX) + 1;
            // Two rows of counts: missing, present.
            let mut table = vec![0.0; 2 * n];
            for &row in known {
                let side = if cells.is_missing(row as usize) { 0 } else { n };
                table[side + codes[row as usize] as usize] += 1.0;
            }
            let (absent, present): (f64, f64) = (table[..n].iter().sum(), table[n..].iter().sum());
            if absent == 0.0 || present == 0.0 {
                return None;
            }
            let share = |class: usize| (table[class] / absent, table[n + class] / present);
            // Of two classes the rarer is of interest; of more, the one that differs most.
            let class = if *n_classes == 2 {
                1
            } else {
                let gap = |class: &usize| (share(*class).0 - share(*class).1).abs();
                (0..names.len()).max_by(|a, b| gap(a).total_cmp(&gap(b)).then(b.cmp(a)))?
            };
            let (when_missing, when_present) = share(class);
            let test = chi_squared(&table, n)?;
            Some(MissingEffect {
                when_missing,
                when_present,
                class: names.get(class).map(|name| name.value.clone()),
                effect: (test.statistic / test.n).sqrt().min(1.0),
                p_value: test.p_value,
            })
        }
        Outcome::Numbers(values) => {
            let (absent, present): (Vec<u32>, Vec<u32>) =
                known.iter().partition(|row| cells.is_missing(**row as usize));
            let side = |rows: &[u32]| {
                crate::stats::moments(&rows.iter().map(|row| values[*row as usize]).collect::<Vec<f64>>())
            };
            let (a, p) = (side(&absent)?, side(&present)?);
            // Ranks, so that a few far values do not decide: the normal approximation of Mann and Whitney's test.
            let all: Vec<f64> = absent.iter().chain(&present).map(|row| values[*row as usize]).collect();
            let ranks = average_ranks(&all);
            let (n, m) = (absent.len() as f64, present.len() as f64);
            let u = ranks[..absent.len()].iter().sum::<f64>() - n * (n + 1.0) / 2.0;
            let spread = crate::stats::moments(&ranks).and_then(|moments| moments.std)? * (n * m / (n + m)).sqrt();
            let z = if spread > 0.0 { (u - n * m / 2.0).abs() / spread } else { 0.0 };
            let codes: Vec<u32> = (0..all.len()).map(|i| u32::from(i >= absent.len())).collect();
            Some(MissingEffect {
                when_missing: a.mean,
                when_present: p.mean,
                class: None,
                effect: crate::stats::correlation_ratio(&codes, &all, 2).unwrap_or(0.0),
                p_value: statrs::function::erf::erfc(z / std::f64::consts::SQRT_2),
            })
        }
    }
}
