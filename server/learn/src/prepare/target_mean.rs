//! Categories with many levels: the target's mean among rows of the level, pulled towards the mean
//! of all rows (Micci-Barreca 2001, "A preprocessing scheme for high-cardinality categorical
//! attributes", section 3; with the m-estimate as the blend).
//!
//! encoding = (Σ y + m · ȳ) / (n + m). Agrees with scikit-learn's `TargetEncoder(smooth=m)`.

use mlwright_base::Seed;
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use super::category::Levels;
use super::number::Standard;
use super::{Coerced, Encoder, Fitted};
use crate::split::generator;
use crate::{Preparation, Target, Task};

/// How many rows' worth of the overall mean is blended in: a level with ten rows counts half.
const SMOOTHING_ROWS: f64 = 10.0;

/// Parts of the training rows for cross-fitting.
const CROSS_FIT_FOLDS: usize = 5;

/// What is averaged: the target as one or more numbers per row (the positive class of two, each of
/// several classes, the number).
pub(super) struct Outcome<'a> {
    target: &'a Target,
    first_class: u32,
    n_outputs: usize,
}

impl<'a> Outcome<'a> {
    pub(super) fn new(target: &'a Target, task: Task) -> Self {
        match (target, task) {
            (Target::Class { n_classes, .. }, Task::Multiclass) => Self { target, first_class: 0, n_outputs: *n_classes },
            _ => Self { target, first_class: 1, n_outputs: 1 },
        }
    }

    fn add(&self, row: usize, sums: &mut [f64]) {
        match self.target {
            Target::Number(values) => sums[0] += values[row],
            Target::Class { codes, .. } => {
                if let Some(sum) = codes[row].checked_sub(self.first_class).and_then(|k| sums.get_mut(k as usize)) {
                    *sum += 1.0;
                }
            }
        }
    }
}

/// A categorical column with many levels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct TargetMeanEncoder {
    /// Sorted.
    levels: Vec<String>,
    /// Per level, one number per output.
    encodings: Vec<Vec<f64>>,
    /// Of levels never seen.
    prior: Vec<f64>,
    /// Of missing values; NaN for trees, the rows without a value (or the prior) for linear models.
    missing: Vec<f64>,
    /// The class of each output when there are several.
    outputs: Vec<u32>,
}

struct Sums {
    /// Per level (missing last), per output.
    sums: Vec<Vec<f64>>,
    counts: Vec<f64>,
}

impl Sums {
    fn of(levels: &Levels, outcome: &Outcome<'_>, rows: impl Iterator<Item = usize>) -> Self {
        let n = levels.distinct() + 1;
        let mut gathered = Self { sums: vec![vec![0.0; outcome.n_outputs]; n], counts: vec![0.0; n] };
        for row in rows {
            let level = levels.of_row[row].map_or(n - 1, |level| level as usize);
            outcome.add(row, &mut gathered.sums[level]);
            gathered.counts[level] += 1.0;
        }
        gathered
    }

    fn prior(&self) -> Vec<f64> {
        let total: f64 = self.counts.iter().sum();
        let n_outputs = self.sums.first().map_or(0, Vec::len);
        (0..n_outputs).map(|k| self.sums.iter().map(|sums| sums[k]).sum::<f64>() / total.max(1.0)).collect()
    }

    fn encoding(&self, level: usize, prior: &[f64]) -> Vec<f64> {
        let count = self.counts[level];
        self.sums[level].iter().zip(prior).map(|(sum, prior)| (sum + SMOOTHING_ROWS * prior) / (count + SMOOTHING_ROWS)).collect()
    }
}

/// Learns from counted levels: encodings of all rows for new rows, and for each training row the
/// encoding learned from the folds it is not in.
pub(super) fn fit(levels: &Levels, preparation: Preparation, outcome: &Outcome<'_>, seed: Seed) -> Fitted {
    let n_rows = levels.of_row.len();
    let encode = |sums: &Sums, level: Option<u32>, prior: &[f64]| match level {
        Some(level) => sums.encoding(level as usize, prior),
        None if preparation == Preparation::Tree => vec![f64::NAN; outcome.n_outputs],
        None => sums.encoding(levels.distinct(), prior),
    };
    let all = Sums::of(levels, outcome, 0..n_rows);
    let prior = all.prior();

    let mut order: Vec<usize> = (0..n_rows).collect();
    order.shuffle(&mut generator(seed, "cross-fit"));
    let n_folds = CROSS_FIT_FOLDS.min(n_rows);
    let mut fold_of = vec![0; n_rows];
    for (position, &row) in order.iter().enumerate() {
        fold_of[row] = position % n_folds;
    }
    let mut training = vec![0.0; n_rows * outcome.n_outputs];
    for fold in 0..n_folds {
        let sums = Sums::of(levels, outcome, (0..n_rows).filter(|&row| fold_of[row] != fold));
        let prior = sums.prior();
        for row in (0..n_rows).filter(|&row| fold_of[row] == fold) {
            let at = row * outcome.n_outputs;
            training[at..at + outcome.n_outputs].copy_from_slice(&encode(&sums, levels.of_row[row], &prior));
        }
    }

    let mut encoder = TargetMeanEncoder {
        levels: levels.names.clone(),
        encodings: (0..levels.distinct()).map(|level| all.encoding(level, &prior)).collect(),
        missing: encode(&all, None, &prior),
        outputs: if outcome.n_outputs == 1 { Vec::new() } else { (0..).take(outcome.n_outputs).collect() },
        prior,
    };
    if preparation == Preparation::Dense {
        encoder.standardise(&mut training);
    }
    Fitted { encoder: Encoder::TargetMean(encoder), training: Some(training) }
}

impl TargetMeanEncoder {
    /// Puts encodings on the scale that the cross-fitted training values have.
    fn standardise(&mut self, training: &mut [f64]) {
        let width = self.width();
        for k in 0..width {
            let values: Vec<f64> = training.iter().skip(k).step_by(width).copied().collect();
            let standard =
                Standard::fit(&values).unwrap_or(Standard { fill: self.prior[k], mean: self.prior[k], scale: 1.0 });
            let apply = |value: &mut f64| *value = standard.apply(Some(*value));
            training.iter_mut().skip(k).step_by(width).for_each(apply);
            self.encodings.iter_mut().for_each(|encoding| apply(&mut encoding[k]));
            apply(&mut self.prior[k]);
            apply(&mut self.missing[k]);
        }
    }

    pub(super) fn width(&self) -> usize {
        self.prior.len()
    }

    pub(super) fn names(&self, feature: &str) -> Vec<String> {
        if self.outputs.is_empty() {
            return vec![format!("{feature} target mean")];
        }
        self.outputs.iter().map(|class| format!("{feature} target mean of class {class}")).collect()
    }

    pub(super) fn encode(&self, value: &Coerced<'_>, out: &mut [f64]) {
        let encoding = match value {
            Coerced::Text(level) => self
                .levels
                .binary_search_by(|known| known.as_str().cmp(level.as_ref()))
                .map_or(&self.prior, |position| &self.encodings[position]),
            _ => &self.missing,
        };
        out.copy_from_slice(encoding);
    }

    pub(super) fn check(&self) -> Result<(), String> {
        let width = self.width();
        let fits = self.levels.is_sorted()
            && self.encodings.len() == self.levels.len()
            && self.encodings.iter().all(|encoding| encoding.len() == width)
            && self.missing.len() == width
            && (self.outputs.len() == width || (self.outputs.is_empty() && width == 1));
        if fits { Ok(()) } else { Err("a target encoding is incomplete".to_owned()) }
    }
}
