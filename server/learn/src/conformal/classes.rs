//! Sets of classes that hold the true one.

use std::cmp::Ordering;

/// 1 − the probability of the true class (Sadinle, Lei & Wasserman 2019): the smallest sets on average,
/// too small for rows that are hard to tell.
///
/// # Panics
/// When there is no class `code`.
#[must_use]
pub fn least_ambiguous_score(probabilities: &[f64], code: u32) -> f64 {
    1.0 - probabilities[code as usize]
}

/// The classes, in the order of their codes, for a threshold of [`least_ambiguous_score`]. Where none is
/// probable enough the most probable one stands alone, so that no set is empty; the promise still holds,
/// because a larger set holds the truth no less often.
#[must_use]
pub fn least_ambiguous_set(probabilities: &[f64], threshold: f64) -> Vec<u32> {
    set_within(probabilities, |_| threshold)
}

/// As [`least_ambiguous_set`], each class with a threshold of its own.
pub(super) fn set_within(probabilities: &[f64], threshold_of: impl Fn(u32) -> f64) -> Vec<u32> {
    let within = |code: &u32| 1.0 - probabilities[*code as usize] <= threshold_of(*code);
    let set: Vec<u32> = (0..probabilities.len() as u32).filter(within).collect();
    if set.is_empty() { ranked(probabilities).into_iter().take(1).collect() } else { set }
}

/// The sum of the probabilities of all classes more probable than the true one, and `share` of its own
/// (Romano, Sesia & Candès 2020, equation 5): sets as large as a row is hard to tell. With `share`
/// uniform in [0, 1), drawn for each row, the promise is kept exactly; with 1 the sets are larger than
/// they need be.
///
/// # Panics
/// When there is no class `code`.
#[must_use]
pub fn adaptive_score(probabilities: &[f64], code: u32, share: f64) -> f64 {
    let before: f64 =
        ranked(probabilities).into_iter().take_while(|one| *one != code).map(|one| probabilities[one as usize]).sum();
    before + share * probabilities[code as usize]
}

/// The classes, from the most probable on, for a threshold of [`adaptive_score`] and the row's own
/// `share`. The most probable one is always in it; see [`least_ambiguous_set`].
#[must_use]
pub fn adaptive_set(probabilities: &[f64], threshold: f64, share: f64) -> Vec<u32> {
    let mut before = 0.0;
    let mut set = Vec::new();
    for code in ranked(probabilities) {
        let probability = probabilities[code as usize];
        if !set.is_empty() && before + share * probability > threshold {
            break;
        }
        set.push(code);
        before += probability;
    }
    set
}

/// Codes from the most probable on; of equally probable ones the smaller first.
fn ranked(probabilities: &[f64]) -> Vec<u32> {
    let mut codes: Vec<u32> = (0..probabilities.len() as u32).collect();
    codes.sort_by(|&a, &b| match probabilities[b as usize].total_cmp(&probabilities[a as usize]) {
        Ordering::Equal => a.cmp(&b),
        other => other,
    });
    codes
}
