//! Columns that say the same in every training row.

use std::collections::HashMap;

use mlwright_base::CancelToken;

use super::coerce::{DigitBuffer, coerce_in};
use super::{CHUNK_ROWS, Coerced, coerce};
use crate::LearnError;
use crate::frame::{Column, Feature, FeatureKind};

/// What tells columns apart before they are compared value by value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fingerprint {
    values: u64,
    missing: u64,
    n_missing: usize,
}

/// An odd number without pattern (the golden ratio's), to spread bits.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(hash: u64, word: u64) -> u64 {
    (hash ^ word).wrapping_mul(SPREAD).rotate_left(29)
}

fn mix_text(hash: u64, text: &str) -> u64 {
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    let hash = words.iter().fold(mix(hash, text.len() as u64), |hash, word| mix(hash, u64::from_le_bytes(*word)));
    rest.iter().fold(hash, |hash, byte| mix(hash, u64::from(*byte)))
}

impl Fingerprint {
    /// Reads the whole column, as its feature's kind.
    pub(super) fn of(feature: &Feature, column: &Column, cancel: &CancelToken) -> Result<Self, LearnError> {
        let mut print = Self { values: SPREAD, missing: SPREAD, n_missing: 0 };
        for row in 0..column.len() {
            if row % CHUNK_ROWS == 0 {
                cancel.check()?;
            }
            let mut digits: DigitBuffer = [0; 20];
            print.values = match coerce_in(feature, column.value(row), &mut digits)? {
                Coerced::Missing => {
                    print.n_missing += 1;
                    print.missing = mix(print.missing, row as u64);
                    mix(print.values, SPREAD)
                }
                // Zero has two signs.
                Coerced::Number(number) => mix(print.values, (number + 0.0).to_bits()),
                Coerced::Moment(moment) => mix(print.values, moment.cast_unsigned()),
                Coerced::Text(text) => mix_text(print.values, &text),
            };
        }
        Ok(print)
    }

    /// Whether no row has a value.
    pub(super) fn is_empty(&self, n_rows: usize) -> bool {
        self.n_missing == n_rows
    }
}

/// For each feature, the position of the first one of its kind that has the same value in every row.
pub(super) fn duplicates(
    features: &[Feature],
    columns: &[&Column],
    prints: &[Fingerprint],
    cancel: &CancelToken,
) -> Result<Vec<Option<usize>>, LearnError> {
    let mut first: HashMap<(FeatureKind, u64), usize> = HashMap::new();
    let mut found = vec![None; features.len()];
    for (position, (feature, print)) in features.iter().zip(prints).enumerate() {
        let earlier = *first.entry((feature.kind, print.values)).or_insert(position);
        if earlier < position
            && are_equal((&features[earlier], columns[earlier]), (feature, columns[position]), cancel)?
        {
            found[position] = Some(earlier);
        }
    }
    Ok(found)
}

fn are_equal(a: (&Feature, &Column), b: (&Feature, &Column), cancel: &CancelToken) -> Result<bool, LearnError> {
    for row in 0..a.1.len() {
        if row % CHUNK_ROWS == 0 {
            cancel.check()?;
        }
        if coerce(a.0, a.1.value(row))? != coerce(b.0, b.1.value(row))? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// For each feature, whether one before it is missing in the very same rows and has a column that
/// says so. `may_tell` are the features that have such a column when some of their rows are missing.
pub(super) fn known_indicators(prints: &[Fingerprint], n_rows: usize, may_tell: &[bool]) -> Vec<bool> {
    let mut seen = std::collections::HashSet::new();
    prints
        .iter()
        .zip(may_tell)
        .map(|(print, may_tell)| {
            let some_missing = print.n_missing > 0 && print.n_missing < n_rows;
            *may_tell && some_missing && !seen.insert((print.missing, print.n_missing))
        })
        .collect()
}
