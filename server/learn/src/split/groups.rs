//! Splits that keep rows of one group (a patient, a customer, a document) together, so that what is
//! known of a group in training is not taken for what is known of the world.

use std::collections::HashMap;

use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::{Parts, complement, too_few};
use crate::frame::Column;
use crate::prepare::level_text;
use crate::{LearnError, Target};

/// The group of each row, numbered from 0 in the order of first rows. Values are read as
/// categories are (5, 5.0 and `"5"` are one group); each row without a value is a group of its own.
#[must_use]
pub fn group_codes(column: &Column) -> Vec<u32> {
    let mut known: HashMap<String, u32> = HashMap::new();
    let mut n_groups = 0;
    let mut next = || {
        n_groups += 1;
        n_groups - 1
    };
    let code = |row| match level_text(column.value(row)) {
        None => next(),
        Some(level) => match known.get(level.as_ref()) {
            Some(&code) => code,
            None => *known.entry(level.into_owned()).or_insert_with(&mut next),
        },
    };
    (0..column.len()).map(code).collect()
}

/// How many different groups there are.
#[must_use]
pub fn n_groups(groups: &[u32]) -> usize {
    groups.iter().collect::<std::collections::HashSet<_>>().len()
}

/// Whether the groups' classes count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Balance {
    /// Only numbers of rows.
    Rows,
    /// Each class's number of rows.
    Classes,
}

/// Rows and classes of each group.
struct Groups {
    /// Increasing rows, by group.
    rows: Vec<Vec<usize>>,
    /// How many rows of each label each group has; labels it has none of are absent.
    counts: Vec<Vec<(usize, f64)>>,
    /// How many rows of each label there are.
    totals: Vec<f64>,
}

impl Groups {
    fn new(target: &Target, groups: &[u32], balance: Balance) -> Result<Self, LearnError> {
        let n = target.len();
        if groups.len() != n {
            return Err(LearnError::Shape(format!("{} groups for {n} rows", groups.len())));
        }
        let mut position: HashMap<u32, usize> = HashMap::new();
        let mut rows: Vec<Vec<usize>> = Vec::new();
        for (row, &group) in groups.iter().enumerate() {
            let at = *position.entry(group).or_insert(rows.len());
            if at == rows.len() {
                rows.push(Vec::new());
            }
            rows[at].push(row);
        }
        let (codes, n_labels) = match (target, balance) {
            (Target::Class { codes, n_classes }, Balance::Classes) => (Some(codes), *n_classes),
            _ => (None, 1),
        };
        let label = |row: usize| codes.map_or(0, |codes| codes[row] as usize);
        let mut totals = vec![0.0; n_labels];
        (0..n).for_each(|row| totals[label(row)] += 1.0);
        let counts = rows
            .iter()
            .map(|rows| {
                let mut labels: Vec<usize> = rows.iter().map(|&row| label(row)).collect();
                labels.sort_unstable();
                labels.chunk_by(|a, b| a == b).map(|run| (run[0], run.len() as f64)).collect()
            })
            .collect();
        Ok(Self { rows, counts, totals })
    }

    fn shuffled(&self, rng: &mut Xoshiro256PlusPlus) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.rows.len()).collect();
        order.shuffle(rng);
        order
    }

    /// The spread of a group's counts over all labels: groups of one class first.
    fn unevenness(&self, group: usize) -> f64 {
        let n = self.totals.len() as f64;
        let sum: f64 = self.counts[group].iter().map(|(_, count)| count).sum();
        let squares: f64 = self.counts[group].iter().map(|(_, count)| count * count).sum();
        (squares / n - (sum / n).powi(2)).max(0.0)
    }
}

/// Holds out whole groups: in random order, each one that brings the held-out share of every label
/// nearer to `fraction`. One group at least stays in each part.
pub(super) fn holdout(
    target: &Target,
    groups: &[u32],
    balance: Balance,
    fraction: f64,
    rng: &mut Xoshiro256PlusPlus,
) -> Result<Parts, LearnError> {
    let groups = Groups::new(target, groups, balance)?;
    if groups.rows.len() < 2 {
        return Err(too_few("all rows are of one group, which cannot be in both parts".to_owned()));
    }
    let order = groups.shuffled(rng);
    let mut held = vec![0.0; groups.totals.len()];
    let mut chosen: Vec<usize> = Vec::new();
    for &group in &order {
        let miss = |label: usize, held: f64| (held / groups.totals[label] - fraction).powi(2);
        let gain: f64 = groups.counts[group]
            .iter()
            .map(|&(label, count)| miss(label, held[label]) - miss(label, held[label] + count))
            .sum();
        if gain > 0.0 && chosen.len() + 1 < groups.rows.len() {
            chosen.push(group);
            groups.counts[group].iter().for_each(|&(label, count)| held[label] += count);
        }
    }
    if chosen.is_empty() {
        chosen.extend(order.iter().min_by_key(|&&group| groups.rows[group].len()));
    }
    let valid = chosen.iter().flat_map(|&group| groups.rows[group].iter().copied()).collect();
    Ok(complement(target.len(), valid))
}

/// Folds of whole groups. By rows: the largest group first, each to the fold with the fewest rows, as
/// scikit-learn's `GroupKFold`. By classes: the most uneven group first, each to the fold where the
/// classes' shares stay most alike between folds, as `StratifiedGroupKFold`.
pub(super) fn folds(
    target: &Target,
    groups: &[u32],
    balance: Balance,
    n_folds: usize,
    rng: &mut Xoshiro256PlusPlus,
) -> Result<Vec<Parts>, LearnError> {
    let groups = Groups::new(target, groups, balance)?;
    if groups.rows.len() < n_folds {
        return Err(too_few(format!("{} group(s) are too few for {n_folds} folds", groups.rows.len())));
    }
    let mut order = groups.shuffled(rng);
    match balance {
        Balance::Rows => order.sort_by_key(|&group| std::cmp::Reverse(groups.rows[group].len())),
        Balance::Classes => order.sort_by(|&a, &b| groups.unevenness(b).total_cmp(&groups.unevenness(a))),
    }
    // Shares of each label by fold.
    let mut shares = vec![vec![0.0; n_folds]; groups.totals.len()];
    let mut n_rows = vec![0; n_folds];
    let mut fold_of = vec![0; target.len()];
    for (place, &group) in order.iter().enumerate() {
        // Nothing is learned from folds that stay empty: the last groups go where there is none yet.
        let n_left = order.len() - place;
        let n_empty = n_rows.iter().filter(|&&n| n == 0).count();
        let unevenness = |fold: usize| -> f64 {
            if balance == Balance::Rows {
                return n_rows[fold] as f64;
            }
            let terms = groups.counts[group].iter().map(|&(label, count)| {
                let share = count / groups.totals[label];
                spread(&shares[label], fold, share) - spread(&shares[label], fold, 0.0)
            });
            terms.sum()
        };
        let candidates = (0..n_folds).filter(|&fold| n_left > n_empty || n_rows[fold] == 0);
        let fold = candidates
            .map(|fold| (unevenness(fold), n_rows[fold], fold))
            .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)))
            .map_or(0, |(_, _, fold)| fold);
        groups.counts[group].iter().for_each(|&(label, count)| shares[label][fold] += count / groups.totals[label]);
        n_rows[fold] += groups.rows[group].len();
        groups.rows[group].iter().for_each(|&row| fold_of[row] = fold);
    }
    Ok((0..n_folds)
        .map(|fold| {
            let (valid, train) = (0..target.len()).partition(|&row| fold_of[row] == fold);
            Parts { train, valid }
        })
        .collect())
}

/// The standard deviation of a label's shares between folds, once `more` is added to one of them.
fn spread(shares: &[f64], fold: usize, more: f64) -> f64 {
    let n = shares.len() as f64;
    let values = || shares.iter().enumerate().map(|(at, share)| share + if at == fold { more } else { 0.0 });
    let mean = values().sum::<f64>() / n;
    (values().map(|share| (share - mean).powi(2)).sum::<f64>() / n).sqrt()
}
