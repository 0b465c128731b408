//! Categories with few levels: one-hot columns, or codes for learners that know categories.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::spec::{CategoryEncoding, PreparationSpec};
use super::{Coerced, Encoder, Fitting};
use crate::LearnError;

/// The most codes of one feature, so that a tree's histogram holds one bin per code.
const CODES_MAX: usize = 254;
/// Levels above which a column whose levels are mostly rare is better told by its target mean.
const FEW_LEVELS: usize = 30;

/// The most levels, beside the rare ones, that are kept apart.
fn levels_max(spec: &PreparationSpec) -> usize {
    match spec.categories {
        CategoryEncoding::Native => CODES_MAX,
        CategoryEncoding::OneHot => spec.one_hot_levels_max,
        CategoryEncoding::Ordinal | CategoryEncoding::Target => usize::MAX,
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

    /// How many rows a level needs so as not to be rare: unless told, 1 % of the rows, at least 2, at
    /// most 5. Below that, nothing can be learned of a level alone.
    fn frequent_min(&self, spec: &PreparationSpec) -> usize {
        spec.rare_rows_min.unwrap_or_else(|| (self.of_row.len() / 100).clamp(2, 5))
    }

    /// Whether a target mean says more than levels apart: there are too many levels that are not
    /// rare, or many levels of which the rare ones, which would share one code, hold most rows.
    pub(super) fn are_many(&self, spec: &PreparationSpec) -> bool {
        let min = self.frequent_min(spec);
        let frequent = || self.counts.iter().filter(|count| **count >= min);
        let n_rows: usize = self.counts.iter().sum();
        frequent().count() > levels_max(spec)
            || (self.distinct() > FEW_LEVELS && frequent().sum::<usize>() * 2 < n_rows)
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
pub(super) fn fit(levels: &Levels, fitting: &Fitting<'_>) -> Encoder {
    let spec = fitting.spec;
    let min = levels.frequent_min(spec);
    let frequent: Vec<String> = levels
        .names
        .iter()
        .zip(&levels.counts)
        .filter(|(_, count)| **count >= min)
        .map(|(name, _)| name.clone())
        .collect();
    let rare = frequent.len() < levels.names.len();
    let ordinal = spec.categories == CategoryEncoding::Native;
    // With all levels rare and none missing there is nothing to tell rows apart.
    let n_kinds = frequent.len() + usize::from(rare) + usize::from(levels.n_missing > 0);
    if n_kinds < 2 {
        return Encoder::Dropped;
    }
    let missing = !ordinal && levels.n_missing > 0 && spec.indicators;
    Encoder::Category(CategoryEncoder { rare, missing, ordinal, levels: frequent })
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

    pub(super) fn treatment(&self) -> String {
        let how = if self.ordinal { "codes of" } else { "a column for each of" };
        let rare = if self.rare { ", one for rare levels" } else { "" };
        let missing = if self.missing { ", one for missing" } else { "" };
        format!("{how} {} level(s){rare}{missing}", self.levels.len())
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
        let fits = self.levels.is_sorted() && (!self.ordinal || self.levels.len() <= CODES_MAX);
        if fits { Ok(()) } else { Err("levels are not sorted, or too many".to_owned()) }
    }
}
