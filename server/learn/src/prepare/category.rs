//! Categories with few levels: one-hot columns for linear models, ordinal codes for trees.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{Coerced, Encoder, Fitted};
use crate::{LearnError, Preparation};

/// The most one-hot columns of one feature; with more levels, a target mean says more per column.
const ONE_HOT_LEVELS_MAX: usize = 30;
/// The most ordinal codes of one feature, so that a tree's histogram holds one bin per code.
const ORDINAL_LEVELS_MAX: usize = 254;

/// The most levels, beside the rare ones, that are kept apart.
fn levels_max(preparation: Preparation) -> usize {
    match preparation {
        Preparation::Dense => ONE_HOT_LEVELS_MAX,
        Preparation::Tree => ORDINAL_LEVELS_MAX,
    }
}

/// The levels of a training column.
pub(super) struct Levels {
    /// Sorted by text.
    pub(super) names: Vec<String>,
    /// How many rows have each level.
    pub(super) counts: Vec<usize>,
    /// The level of each row; `None` is missing.
    pub(super) of_row: Vec<Option<u32>>,
    /// How many rows are missing.
    pub(super) n_missing: usize,
}

impl Levels {
    /// Counts the levels of a column.
    pub(super) fn count<'a>(values: impl Iterator<Item = Result<Coerced<'a>, LearnError>>) -> Result<Self, LearnError> {
        // Only looked up, never iterated: the order of a hash map must not reach the model.
        let mut found: HashMap<String, u32> = HashMap::new();
        let mut names: Vec<String> = Vec::new();
        let mut of_row = Vec::new();
        for value in values {
            of_row.push(match value? {
                Coerced::Text(level) => Some(match found.get(level.as_ref()) {
                    Some(&index) => index,
                    None => {
                        let index = u32::try_from(names.len()).expect("fewer than 2³² rows fit into memory");
                        names.push(level.to_string());
                        found.insert(level.into_owned(), index);
                        index
                    }
                }),
                _ => None,
            });
        }
        let mut order: Vec<usize> = (0..names.len()).collect();
        order.sort_by(|&a, &b| names[a].cmp(&names[b]));
        let mut rank = vec![0u32; names.len()];
        for (position, &index) in (0u32..).zip(&order) {
            rank[index] = position;
        }
        let mut counts = vec![0; names.len()];
        for level in of_row.iter_mut().flatten() {
            *level = rank[*level as usize];
            counts[*level as usize] += 1;
        }
        names.sort();
        let n_missing = of_row.iter().filter(|level| level.is_none()).count();
        Ok(Self { names, counts, of_row, n_missing })
    }

    /// How many different levels there are.
    pub(super) fn distinct(&self) -> usize {
        self.names.len()
    }

    /// How many rows a level needs so as not to be rare: 1 % of the rows, at least 2, at most 5.
    /// Below that, nothing can be learned of a level alone.
    fn frequent_min(&self) -> usize {
        (self.of_row.len() / 100).clamp(2, 5)
    }

    /// Whether a target mean says more than levels apart: there are too many levels that are not
    /// rare, or many levels of which the rare ones, which would share one code, hold most rows.
    pub(super) fn are_many(&self, preparation: Preparation) -> bool {
        let min = self.frequent_min();
        let frequent = || self.counts.iter().filter(|count| **count >= min);
        let n_rows: usize = self.counts.iter().sum();
        frequent().count() > levels_max(preparation)
            || (self.distinct() > ONE_HOT_LEVELS_MAX && frequent().sum::<usize>() * 2 < n_rows)
    }
}

/// A categorical column with few levels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct CategoryEncoder {
    /// The levels that are not rare, sorted: their position is their code or column.
    levels: Vec<String>,
    /// Whether rare levels (and levels never seen) share a code or column.
    rare: bool,
    /// One-hot: whether missing has a column.
    missing: bool,
    /// Whether the levels are codes in one column rather than columns.
    ordinal: bool,
}

/// Learns from counted levels.
pub(super) fn fit(levels: &Levels, preparation: Preparation) -> Fitted {
    let min = levels.frequent_min();
    let frequent: Vec<String> =
        levels.names.iter().zip(&levels.counts).filter(|(_, count)| **count >= min).map(|(name, _)| name.clone()).collect();
    let rare = frequent.len() < levels.names.len();
    let encoder = CategoryEncoder {
        rare,
        missing: preparation == Preparation::Dense && levels.n_missing > 0,
        ordinal: preparation == Preparation::Tree,
        levels: frequent,
    };
    // With all levels rare and none missing there is nothing to tell rows apart.
    let n_kinds = encoder.levels.len() + usize::from(rare) + usize::from(levels.n_missing > 0);
    Fitted { encoder: if n_kinds < 2 { Encoder::Dropped } else { Encoder::Category(encoder) }, training: None }
}

impl CategoryEncoder {
    fn n_kinds(&self) -> usize {
        self.levels.len() + usize::from(self.rare)
    }

    pub(super) fn width(&self) -> usize {
        if self.ordinal { 1 } else { self.n_kinds() + usize::from(self.missing) }
    }

    pub(super) fn n_codes(&self) -> Option<u32> {
        self.ordinal.then(|| u32::try_from(self.n_kinds()).expect("at most 255 codes"))
    }

    pub(super) fn names(&self, feature: &str) -> Vec<String> {
        if self.ordinal {
            return vec![feature.to_owned()];
        }
        let levels = self.levels.iter().map(|level| format!("{feature}={level}"));
        let rare = self.rare.then(|| format!("{feature} is rare"));
        let missing = self.missing.then(|| format!("{feature} is missing"));
        levels.chain(rare).chain(missing).collect()
    }

    /// The code of a value: its level's position, the code of rare levels, or `None`.
    fn code(&self, value: &Coerced<'_>) -> Option<usize> {
        let Coerced::Text(level) = value else { return None };
        match self.levels.binary_search_by(|known| known.as_str().cmp(level.as_ref())) {
            Ok(position) => Some(position),
            Err(_) => self.rare.then_some(self.levels.len()),
        }
    }

    pub(super) fn encode(&self, value: &Coerced<'_>, out: &mut [f64]) {
        if self.ordinal {
            out[0] = self.code(value).map_or(f64::NAN, |code| code as f64);
            return;
        }
        out.fill(0.0);
        if let Some(code) = self.code(value) {
            out[code] = 1.0;
        } else if self.missing && matches!(value, Coerced::Missing) {
            out[self.n_kinds()] = 1.0;
        }
    }

    pub(super) fn check(&self) -> Result<(), String> {
        if self.levels.is_sorted() && self.levels.len() <= ORDINAL_LEVELS_MAX { Ok(()) } else { Err("levels are not sorted".to_owned()) }
    }
}
