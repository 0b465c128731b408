//! One tree as plain arrays: quick to ask, small to store, checked when loaded.

use serde::{Deserialize, Serialize};

use crate::LearnError;

/// The most questions from root to leaf of any tree: explaining a row walks down by recursion.
pub(crate) const DEPTH_MAX: usize = 64;

/// Marks a split on numbers in [`Tree::set`].
pub(crate) const NUMERIC: u32 = u32::MAX;

/// A set of category codes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CategorySet {
    /// Codes at or above this are unknown and go where missing values go.
    pub n_codes: u32,
    /// Bit `code % 64` of word `code / 64` is set when the code goes left.
    pub words: Vec<u64>,
}

impl CategorySet {
    /// An empty set over codes `0..n_codes`.
    #[must_use]
    pub(crate) fn new(n_codes: u32) -> Self {
        Self { n_codes, words: vec![0; (n_codes as usize).div_ceil(64)] }
    }

    pub(crate) fn insert(&mut self, code: u32) {
        self.words[code as usize / 64] |= 1 << (code % 64);
    }

    /// Whether the code goes left; `None` when it is missing or unknown.
    #[inline]
    pub(crate) fn contains(&self, value: f64) -> Option<bool> {
        if value >= 0.0 && value < f64::from(self.n_codes) {
            let code = value as usize;
            Some(self.words[code / 64] >> (code % 64) & 1 == 1)
        } else {
            None
        }
    }
}

/// A binary tree. A child `c ≥ 0` is inner node `c`; `c < 0` is leaf `!c` (`−1 − c`). Inner node 0 is
/// the root, and children come after their parent; without inner nodes, leaf 0 is the whole tree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tree {
    /// How many numbers each leaf holds.
    pub n_values: usize,
    /// The matrix column each inner node looks at.
    pub column: Vec<u32>,
    /// Numbers at or below go left, above right.
    pub threshold: Vec<f64>,
    /// The position in [`Tree::sets`] of the codes that go left, or `u32::MAX` for a split on numbers.
    pub set: Vec<u32>,
    /// Whether missing values (NaN, infinite, unknown category) go left.
    pub missing_left: Vec<bool>,
    /// Left children.
    pub left: Vec<i32>,
    /// Right children.
    pub right: Vec<i32>,
    /// The number of training rows that came through each inner node.
    pub cover: Vec<f64>,
    /// Shape `(n_leaves, n_values)`, row by row.
    pub leaf_value: Vec<f64>,
    /// The number of training rows in each leaf.
    pub leaf_cover: Vec<f64>,
    /// Sets of categories that go left.
    pub sets: Vec<CategorySet>,
}

impl Tree {
    /// A tree of one leaf.
    #[must_use]
    pub(crate) fn leaf(values: &[f64], cover: f64) -> Self {
        Self {
            n_values: values.len(),
            column: Vec::new(),
            threshold: Vec::new(),
            set: Vec::new(),
            missing_left: Vec::new(),
            left: Vec::new(),
            right: Vec::new(),
            cover: Vec::new(),
            leaf_value: values.to_vec(),
            leaf_cover: vec![cover],
            sets: Vec::new(),
        }
    }

    /// The number of leaves.
    #[must_use]
    pub fn n_leaves(&self) -> usize {
        self.leaf_cover.len()
    }

    /// The root as a child reference.
    pub(crate) fn root(&self) -> i32 {
        if self.column.is_empty() { -1 } else { 0 }
    }

    /// Whether a row goes left at an inner node.
    pub(crate) fn goes_left(&self, node: usize, x: &[f64]) -> bool {
        let value = x[self.column[node] as usize];
        if self.set[node] == NUMERIC {
            if value.is_finite() { value <= self.threshold[node] } else { self.missing_left[node] }
        } else {
            self.sets[self.set[node] as usize].contains(value).unwrap_or(self.missing_left[node])
        }
    }

    /// The leaf that a row falls into.
    #[must_use]
    pub fn leaf_of(&self, x: &[f64]) -> usize {
        let mut child = self.root();
        while child >= 0 {
            let node = child as usize;
            child = if self.goes_left(node, x) { self.left[node] } else { self.right[node] };
        }
        !child as usize
    }

    /// The numbers of a leaf, shape `(n_values,)`.
    #[must_use]
    pub fn leaf_values(&self, leaf: usize) -> &[f64] {
        &self.leaf_value[leaf * self.n_values..(leaf + 1) * self.n_values]
    }

    /// The training rows that came through a child reference.
    pub(crate) fn cover_of(&self, child: i32) -> f64 {
        if child >= 0 { self.cover[child as usize] } else { self.leaf_cover[!child as usize] }
    }

    /// The mean of the leaves, weighted by their training rows, shape `(n_values,)`.
    #[must_use]
    pub fn expected_values(&self) -> Vec<f64> {
        let total: f64 = self.leaf_cover.iter().sum();
        let mut expected = vec![0.0; self.n_values];
        for (leaf, cover) in self.leaf_cover.iter().enumerate() {
            for (sum, value) in expected.iter_mut().zip(self.leaf_values(leaf)) {
                *sum += value * (cover / total);
            }
        }
        expected
    }

    /// Checks that a tree read from a file stays within its arrays and comes to an end.
    pub(crate) fn check(&self, n_columns: usize) -> Result<(), LearnError> {
        let damaged = |what: &str| Err(LearnError::ModelFile(format!("a tree is damaged: {what}")));
        let (n_nodes, n_leaves) = (self.column.len(), self.leaf_cover.len());
        let lengths = [
            self.threshold.len(),
            self.set.len(),
            self.missing_left.len(),
            self.left.len(),
            self.right.len(),
            self.cover.len(),
        ];
        if lengths.iter().any(|&length| length != n_nodes) || n_leaves != n_nodes + 1 {
            return damaged("its arrays differ in length");
        }
        if self.n_values == 0 || self.leaf_value.len() != n_leaves.saturating_mul(self.n_values) {
            return damaged("its leaves hold the wrong number of values");
        }
        if !self.leaf_cover.iter().chain(&self.cover).all(|&cover| cover > 0.0 && cover.is_finite()) {
            return damaged("a node has no training rows");
        }
        // There are as many children as inner nodes but the root, and leaves: each must occur once.
        let (mut depth, mut leaf_seen) = (vec![0_usize; n_nodes], vec![false; n_leaves]);
        for node in 0..n_nodes {
            for child in [self.left[node], self.right[node]] {
                let place = if child >= 0 { child as usize } else { !child as usize };
                let fits = if child >= 0 {
                    place > node && place < n_nodes && depth[place] == 0
                } else {
                    place < n_leaves && !std::mem::replace(&mut leaf_seen[place], true)
                };
                if !fits {
                    return damaged("a child is out of place");
                }
                if depth[node] + 1 > DEPTH_MAX {
                    return damaged("it is too deep");
                }
                if child >= 0 {
                    depth[place] = depth[node] + 1;
                }
            }
            if self.column[node] as usize >= n_columns {
                return damaged("a column is out of range");
            }
            if self.set[node] != NUMERIC && self.set[node] as usize >= self.sets.len() {
                return damaged("a category set is out of range");
            }
        }
        if self.sets.iter().any(|set| set.words.len() != (set.n_codes as usize).div_ceil(64)) {
            return damaged("a category set has the wrong size");
        }
        Ok(())
    }
}
