//! Setting rows apart: a held-out test part, and folds inside what remains.
//!
//! Every function answers row positions in increasing order, so that a part of a table keeps the
//! table's order, and gives the same answer for the same seed on every machine.

mod choice;
mod groups;

use mlwright_base::Seed;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;

pub use choice::{GroupColumn, OwnedSplit, SplitChoice, SplitName, choose};
pub use groups::{group_codes, n_groups};

use self::groups::Balance;
use crate::{LearnError, Target};

/// How rows are set apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SplitKind<'a> {
    /// Any row anywhere.
    Random,
    /// Each class keeps its share in every part. For a numeric target the same as [`SplitKind::Random`].
    Stratified,
    /// Rows of one group stay together; one number per row, which is its group (see [`group_codes`]).
    Grouped(&'a [u32]),
    /// As [`SplitKind::Grouped`], and each class keeps about its share in every part.
    StratifiedGrouped(&'a [u32]),
    /// By time, one moment per row (any unit): the last part is the test, and each fold learns from
    /// the past only. Rows of the same moment stay together.
    TimeOrdered(&'a [i64]),
}

impl SplitKind<'_> {
    /// The kind in a word, for the run's record.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Stratified => "stratified",
            Self::Grouped(_) => "grouped",
            Self::StratifiedGrouped(_) => "stratified_grouped",
            Self::TimeOrdered(_) => "time_ordered",
        }
    }
}

/// Two parts of the rows: to learn from, and to score on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// Rows to learn from, increasing.
    pub train: Vec<usize>,
    /// Rows to score on, increasing.
    pub valid: Vec<usize>,
}

/// The smallest and largest share of rows that may be held out.
pub const TEST_FRACTION_RANGE: (f64, f64) = (0.01, 0.9);

/// Holds out a share of the rows as the test part ([`Parts::valid`]); at least one row stays in each part.
///
/// # Errors
/// [`LearnError::Parameter`] when `fraction` is outside [`TEST_FRACTION_RANGE`],
/// [`LearnError::UnsuitableData`] with fewer than two rows, moments or groups,
/// [`LearnError::Shape`] when the moments or groups are not one per row.
pub fn holdout(target: &Target, fraction: f64, kind: SplitKind<'_>, seed: Seed) -> Result<Parts, LearnError> {
    let (low, high) = TEST_FRACTION_RANGE;
    if !(low..=high).contains(&fraction) {
        return Err(LearnError::Parameter {
            parameter: "test_fraction".to_owned(),
            found: fraction.to_string(),
            expected: format!("a number from {low} to {high}"),
        });
    }
    let n = target.len();
    if n < 2 {
        return Err(too_few(format!("{n} row(s) cannot be split into a training and a test part")));
    }
    let wanted = |n: usize| ((n as f64 * fraction).round() as usize).clamp(1, n - 1);
    let mut rng = generator(seed, "holdout");
    let valid = match (kind, target) {
        (SplitKind::TimeOrdered(moments), _) => return holdout_by_time(moments, n, wanted(n)),
        (SplitKind::Grouped(groups), _) => return groups::holdout(target, groups, Balance::Rows, fraction, &mut rng),
        (SplitKind::StratifiedGrouped(groups), _) => {
            return groups::holdout(target, groups, Balance::Classes, fraction, &mut rng);
        }
        (SplitKind::Stratified, Target::Class { codes, n_classes }) => {
            stratified_sample(codes, *n_classes, fraction, &mut rng)
        }
        _ => {
            let mut rows: Vec<usize> = (0..n).collect();
            rows.shuffle(&mut rng);
            rows.truncate(wanted(n));
            rows
        }
    };
    Ok(complement(n, valid))
}

fn stratified_sample(codes: &[u32], n_classes: usize, fraction: f64, rng: &mut Xoshiro256PlusPlus) -> Vec<usize> {
    let mut valid = Vec::new();
    let mut spare = Vec::new();
    for mut rows in rows_by_class(codes, n_classes) {
        rows.shuffle(rng);
        // A class of one row is only of use for learning; any other class is in both parts.
        let take =
            if rows.len() < 2 { 0 } else { ((rows.len() as f64 * fraction).round() as usize).clamp(1, rows.len() - 1) };
        valid.extend_from_slice(&rows[..take]);
        spare.extend_from_slice(&rows[take..]);
    }
    if valid.is_empty() {
        valid.push(spare[0]);
    }
    valid
}

fn holdout_by_time(moments: &[i64], n: usize, n_test: usize) -> Result<Parts, LearnError> {
    let order = time_order(moments, n)?;
    let time = |position: usize| moments[order[position]];
    // Rows of one moment stay together: the cut moves to the start of its moment, or past it.
    let mut cut = n - n_test;
    while cut > 0 && time(cut - 1) == time(cut) {
        cut -= 1;
    }
    if cut == 0 {
        while cut < n && time(cut) == time(0) {
            cut += 1;
        }
    }
    if cut == n {
        return Err(too_few("all rows have the same time, so none is later than the others".to_owned()));
    }
    let (mut train, mut valid) = (order[..cut].to_vec(), order[cut..].to_vec());
    train.sort_unstable();
    valid.sort_unstable();
    Ok(Parts { train, valid })
}

/// Divides all rows into `n_folds` folds for cross-validation.
///
/// Random and stratified: every row is scored once, part sizes differ by at most one (per class
/// when stratified). Grouped: every row is scored once, part sizes differ as little as the groups
/// allow. By time: an expanding window as scikit-learn's `TimeSeriesSplit` (rows are cut
/// into `n_folds + 1` blocks by time; fold `i` learns from the blocks before block `i + 1` and is
/// scored on it), so the first block is never scored.
///
/// # Errors
/// [`LearnError::Parameter`] when `n_folds` is below 2, [`LearnError::UnsuitableData`] when there
/// are fewer rows or groups than it takes, [`LearnError::Shape`] when the moments or groups are not
/// one per row.
pub fn folds(target: &Target, n_folds: usize, kind: SplitKind<'_>, seed: Seed) -> Result<Vec<Parts>, LearnError> {
    let n = target.len();
    if n_folds < 2 {
        return Err(LearnError::Parameter {
            parameter: "folds".to_owned(),
            found: n_folds.to_string(),
            expected: "2 or more".to_owned(),
        });
    }
    let needed = if matches!(kind, SplitKind::TimeOrdered(_)) { n_folds + 1 } else { n_folds };
    if n < needed {
        return Err(too_few(format!("{n} row(s) are too few for {n_folds} folds")));
    }
    let mut rng = generator(seed, "folds");
    let classes = match (kind, target) {
        (SplitKind::TimeOrdered(moments), _) => return folds_by_time(moments, n, n_folds),
        (SplitKind::Grouped(groups), _) => return groups::folds(target, groups, Balance::Rows, n_folds, &mut rng),
        (SplitKind::StratifiedGrouped(groups), _) => {
            return groups::folds(target, groups, Balance::Classes, n_folds, &mut rng);
        }
        (SplitKind::Stratified, Target::Class { codes, n_classes }) => rows_by_class(codes, *n_classes),
        _ => vec![(0..n).collect()],
    };
    // Rows are dealt like cards, each class going on where the class before it stopped, so that
    // the folds' sizes differ by at most one as well.
    let mut fold_of = vec![0usize; n];
    let mut next = 0;
    for mut rows in classes {
        rows.shuffle(&mut rng);
        for row in rows {
            fold_of[row] = next % n_folds;
            next += 1;
        }
    }
    Ok((0..n_folds)
        .map(|fold| {
            let (valid, train) = (0..n).partition(|&row| fold_of[row] == fold);
            Parts { train, valid }
        })
        .collect())
}

fn folds_by_time(moments: &[i64], n: usize, n_folds: usize) -> Result<Vec<Parts>, LearnError> {
    let order = time_order(moments, n)?;
    let block = n / (n_folds + 1);
    let mut parts = Vec::with_capacity(n_folds);
    for fold in 0..n_folds {
        let end = n - (n_folds - 1 - fold) * block;
        let start = end - block;
        let first_moment = moments[order[start]];
        // Rows of the first moment that lie before the cut are not yet the past.
        let mut train: Vec<usize> = order[..start].iter().copied().filter(|&row| moments[row] < first_moment).collect();
        let mut valid = order[start..end].to_vec();
        if train.is_empty() {
            continue;
        }
        train.sort_unstable();
        valid.sort_unstable();
        parts.push(Parts { train, valid });
    }
    if parts.is_empty() {
        return Err(too_few("too few different times to learn from the past".to_owned()));
    }
    Ok(parts)
}

fn time_order(moments: &[i64], n: usize) -> Result<Vec<usize>, LearnError> {
    if moments.len() != n {
        return Err(LearnError::Shape(format!("{} times for {n} rows", moments.len())));
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by_key(|&row| (moments[row], row));
    Ok(order)
}

fn rows_by_class(codes: &[u32], n_classes: usize) -> Vec<Vec<usize>> {
    let mut rows = vec![Vec::new(); n_classes];
    for (row, &code) in codes.iter().enumerate() {
        rows[code as usize].push(row);
    }
    rows
}

fn complement(n: usize, mut valid: Vec<usize>) -> Parts {
    valid.sort_unstable();
    let mut held = vec![false; n];
    for &row in &valid {
        held[row] = true;
    }
    Parts { train: (0..n).filter(|&row| !held[row]).collect(), valid }
}

/// The generator of one named part of the work.
pub(crate) fn generator(seed: Seed, part: &str) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(seed.derive(part).0)
}

fn too_few(message: String) -> LearnError {
    LearnError::UnsuitableData { message, hint: "give a table with more rows".to_owned() }
}

#[cfg(test)]
mod tests;
