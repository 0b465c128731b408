//! Free text: TF-IDF of the most frequent words and four measures of the text as a whole.
//!
//! The weights are those of scikit-learn's `TfidfVectorizer` (words of two or more letters, lower
//! case, smoothed idf `ln((1 + n) / (1 + df)) + 1`, rows of length 1), see Salton and Buckley 1988.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::{Coerced, Encoder, Fitted};
use crate::{LearnError, Preparation};

/// Words that a linear model gets a column for, at most.
const WORDS_MAX_DENSE: usize = 500;
/// Words that a tree gets a column for, at most: each costs a histogram at every node.
const WORDS_MAX_TREE: usize = 200;
/// Matrix cells of one text column, at most: many rows get fewer words.
const CELLS_MAX: usize = 40_000_000;
/// Rows that must have a word for it to get a column.
const DOCUMENTS_MIN: u32 = 2;
/// Different words that are counted at most; beyond it, words seen once are forgotten.
const VOCABULARY_MAX: usize = 1_000_000;

const MEASURES: [&str; 4] = ["characters", "words", "digits", "capitals"];

/// A text column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct TextEncoder {
    /// Sorted.
    words: Vec<String>,
    /// Inverse document frequency per word.
    idf: Vec<f64>,
    /// Whether a missing text is NaN in the measures (trees) or as an empty text.
    missing_is_nan: bool,
}

/// Calls `each` with every word: a run of two or more letters, digits or underscores, in lower case.
fn for_each_word(text: &str, mut each: impl FnMut(&str)) {
    let lower = text.to_lowercase();
    for word in lower.split(|c: char| !(c.is_alphanumeric() || c == '_')) {
        if word.chars().nth(1).is_some() {
            each(word);
        }
    }
}

/// ln(1 + count) of characters and words; the shares of digits and capital letters.
fn measures(text: &str) -> [f64; MEASURES.len()] {
    let (mut characters, mut digits, mut capitals) = (0u32, 0u32, 0u32);
    for c in text.chars() {
        characters += 1;
        digits += u32::from(c.is_numeric());
        capitals += u32::from(c.is_uppercase());
    }
    let mut words = 0u32;
    for_each_word(text, |_| words += 1);
    let share = |part: u32| f64::from(part) / f64::from(characters.max(1));
    [f64::from(characters).ln_1p(), f64::from(words).ln_1p(), share(digits), share(capitals)]
}

/// Learns from training values.
pub(super) fn fit<'a>(
    preparation: Preparation,
    values: impl Iterator<Item = Result<Coerced<'a>, LearnError>>,
) -> Result<Fitted, LearnError> {
    // (rows that have it, times it occurs)
    let mut found: HashMap<String, (u32, u32)> = HashMap::new();
    let mut n_rows = 0usize;
    let mut different: BTreeSet<String> = BTreeSet::new();
    for value in values {
        n_rows += 1;
        let Coerced::Text(text) = value? else { continue };
        if different.len() < 2 {
            different.insert(text.to_string());
        }
        let mut in_row: BTreeMap<String, u32> = BTreeMap::new();
        for_each_word(&text, |word| match in_row.get_mut(word) {
            Some(count) => *count += 1,
            None => {
                in_row.insert(word.to_owned(), 1);
            }
        });
        for (word, count) in in_row {
            let entry = found.entry(word).or_default();
            entry.0 += 1;
            entry.1 += count;
        }
        if found.len() > VOCABULARY_MAX {
            found.retain(|_, (documents, _)| *documents > 1);
        }
    }
    if different.len() < 2 {
        return Ok(Fitted { encoder: Encoder::Dropped, training: None });
    }
    let words_max = if preparation == Preparation::Dense { WORDS_MAX_DENSE } else { WORDS_MAX_TREE };
    let words_max = words_max.min((CELLS_MAX / n_rows).max(10));
    let mut ranked: Vec<(String, u32, u32)> = found
        .into_iter()
        .filter(|(_, (documents, _))| *documents >= DOCUMENTS_MIN)
        .map(|(word, (documents, times))| (word, documents, times))
        .collect();
    ranked.sort_unstable_by(|a, b| b.2.cmp(&a.2).then_with(|| a.0.cmp(&b.0)));
    ranked.truncate(words_max);
    ranked.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    let idf = ranked.iter().map(|(_, documents, _)| ((1.0 + n_rows as f64) / (1.0 + f64::from(*documents))).ln() + 1.0).collect();
    let words = ranked.into_iter().map(|(word, _, _)| word).collect();
    let encoder = TextEncoder { words, idf, missing_is_nan: preparation == Preparation::Tree };
    Ok(Fitted { encoder: Encoder::Text(encoder), training: None })
}

impl TextEncoder {
    pub(super) fn width(&self) -> usize {
        MEASURES.len() + self.words.len()
    }

    pub(super) fn names(&self, feature: &str) -> Vec<String> {
        let measures = MEASURES.iter().map(|measure| format!("{feature} {measure}"));
        measures.chain(self.words.iter().map(|word| format!("{feature} has {word:?}"))).collect()
    }

    pub(super) fn encode(&self, value: &Coerced<'_>, out: &mut [f64]) {
        let (head, weights) = out.split_at_mut(MEASURES.len());
        weights.fill(0.0);
        let Coerced::Text(text) = value else {
            head.fill(if self.missing_is_nan { f64::NAN } else { 0.0 });
            return;
        };
        head.copy_from_slice(&measures(text));
        for_each_word(text, |word| {
            if let Ok(position) = self.words.binary_search_by(|known| known.as_str().cmp(word)) {
                weights[position] += self.idf[position];
            }
        });
        let length = weights.iter().map(|weight| weight * weight).sum::<f64>().sqrt();
        if length > 0.0 {
            weights.iter_mut().for_each(|weight| *weight /= length);
        }
    }

    pub(super) fn check(&self) -> Result<(), String> {
        if self.words.is_sorted() && self.idf.len() == self.words.len() { Ok(()) } else { Err("a text encoding is incomplete".to_owned()) }
    }
}
