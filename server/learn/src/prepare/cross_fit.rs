//! Folds inside a fit, so that what is learned from the target never reaches the row it came from.

use mlwright_base::Seed;
use rand::seq::SliceRandom;

use crate::Target;
use crate::split::generator;

/// Parts of the training rows for cross-fitting: scikit-learn's `TargetEncoder` takes five as well.
const FOLDS: usize = 5;

/// The classes that encodings of several classes have a column for, at most: the most frequent ones.
const CLASSES_MAX: usize = 30;

/// Which fold each training row is in.
pub(super) struct CrossFit {
    pub(super) fold_of: Vec<u8>,
    pub(super) n_folds: usize,
}

impl CrossFit {
    /// Deals the rows like cards. Not by class: then a row's own target would decide its fold.
    pub(super) fn new(n_rows: usize, seed: Seed) -> Self {
        let n_folds = FOLDS.min(n_rows).max(1);
        let mut rows: Vec<usize> = (0..n_rows).collect();
        rows.shuffle(&mut generator(seed, "cross-fit"));
        let mut fold_of = vec![0; n_rows];
        for (position, &row) in rows.iter().enumerate() {
            fold_of[row] = u8::try_from(position % n_folds).expect("few folds");
        }
        Self { fold_of, n_folds }
    }
}

/// What is learned: the target as one or more numbers per row (whether it is the positive class of
/// two, or each of several classes; the number).
pub(super) struct Outcomes<'a> {
    target: &'a Target,
    /// The class of each outcome; empty for a number.
    pub(super) classes: Vec<u32>,
    /// The outcome of each class.
    slots: Vec<Option<usize>>,
    /// What numbers are divided by, so that their squares do not overflow.
    pub(super) unit: f64,
}

/// Numbers larger than this are divided by the largest of them.
const PLAIN_MAX: f64 = 1e100;

impl<'a> Outcomes<'a> {
    pub(super) fn new(target: &'a Target) -> Self {
        match target {
            Target::Number(values) => {
                let largest = values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
                Self {
                    target,
                    classes: Vec::new(),
                    slots: Vec::new(),
                    unit: if largest > PLAIN_MAX { largest } else { 1.0 },
                }
            }
            Target::Class { codes, n_classes } => {
                let mut classes: Vec<u32> = if *n_classes <= 2 { vec![1] } else { (0..).take(*n_classes).collect() };
                if classes.len() > CLASSES_MAX {
                    let mut counts = vec![0usize; *n_classes];
                    codes.iter().for_each(|&code| counts[code as usize] += 1);
                    classes.sort_by_key(|&class| std::cmp::Reverse(counts[class as usize]));
                    classes.truncate(CLASSES_MAX);
                    classes.sort_unstable();
                }
                let slots =
                    (0..).take(*n_classes).map(|class: u32| classes.iter().position(|&one| one == class)).collect();
                Self { target, classes, slots, unit: 1.0 }
            }
        }
    }

    /// How many numbers a row has.
    pub(super) fn n(&self) -> usize {
        self.classes.len().max(1)
    }

    /// Whether the outcomes are zeros and ones.
    pub(super) fn are_classes(&self) -> bool {
        !self.classes.is_empty()
    }

    /// The number of a row, in [`Outcomes::unit`]s, or the outcome that is 1 (at most one is; the
    /// others are 0).
    pub(super) fn of(&self, row: usize) -> Outcome {
        match self.target {
            Target::Number(values) => Outcome::Number(values[row] / self.unit),
            Target::Class { codes, .. } => Outcome::Is(self.slots[codes[row] as usize]),
        }
    }

    /// One outcome of a row as a number.
    pub(super) fn value(&self, row: usize, outcome: usize) -> f64 {
        match self.of(row) {
            Outcome::Number(number) => number,
            Outcome::Is(slot) => f64::from(u8::from(slot == Some(outcome))),
        }
    }

    /// The classes to name when there are several columns.
    pub(super) fn named_classes(&self) -> Vec<u32> {
        if self.classes.len() > 1 { self.classes.clone() } else { Vec::new() }
    }
}

/// The outcomes of one row.
pub(super) enum Outcome {
    Number(f64),
    Is(Option<usize>),
}
