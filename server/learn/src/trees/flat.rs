//! Trees laid out for asking many rows.
//!
//! A few rows walk down a tree side by side, each the same number of steps: leaves lead to
//! themselves. No step waits for a guess about a row's way, and the rows' reads overlap.

use super::TreesPredictor;
use super::tree::{CategorySet, NUMERIC, Tree};

/// Rows that walk side by side.
const LANES: usize = 8;
/// Rows that all trees are asked about before the next ones: they stay in the nearest cache.
const BLOCK_ROWS: usize = 128;

/// Marks a node that asks for a category.
const CATEGORICAL: u32 = 1 << 31;
/// Marks a node that sends missing values left.
const MISSING_LEFT: u32 = 1 << 30;
const COLUMN: u32 = MISSING_LEFT - 1;

#[derive(Clone, Copy)]
struct Node {
    threshold: f64,
    /// The column and the marks.
    asks: u32,
    left: u32,
    right: u32,
    set: u32,
}

struct FlatTree<'a> {
    /// Inner nodes, then leaves.
    nodes: Vec<Node>,
    n_inner: usize,
    n_steps: usize,
    sets: &'a [CategorySet],
    leaf_value: &'a [f64],
    n_values: usize,
}

/// A predictor's trees, laid out.
pub(crate) struct FlatForest<'a> {
    base: &'a [f64],
    trees: Vec<FlatTree<'a>>,
}

impl<'a> FlatForest<'a> {
    pub fn new(predictor: &'a TreesPredictor) -> Self {
        Self { base: &predictor.base, trees: predictor.trees.iter().map(FlatTree::new).collect() }
    }

    /// Writes the margins of rows, shape `(n_rows, n_columns)`, to the first `n_margins` numbers of each
    /// chunk of `stride` numbers of `out`. As [`TreesPredictor::margins`], to the bit.
    pub fn margins(&self, rows: &[f64], n_columns: usize, out: &mut [f64], stride: usize) {
        let n_margins = self.base.len();
        for (block, out) in out.chunks_mut(BLOCK_ROWS * stride).enumerate() {
            let n_rows = out.len() / stride;
            let rows = &rows[block * BLOCK_ROWS * n_columns..][..n_rows * n_columns];
            out.chunks_exact_mut(stride).for_each(|out| out[..n_margins].copy_from_slice(self.base));
            for (position, tree) in self.trees.iter().enumerate() {
                let first = if tree.n_values == n_margins { 0 } else { position % n_margins };
                for start in (0..n_rows).step_by(LANES) {
                    // The last rows are asked twice rather than fewer at a time.
                    let n_lanes = LANES.min(n_rows - start);
                    let row = |lane: usize| (start + lane.min(n_lanes - 1)) * n_columns;
                    let leaves = tree.leaves(rows, std::array::from_fn(row), n_columns);
                    for (lane, &leaf) in leaves.iter().enumerate().take(n_lanes) {
                        let at = (start + lane) * stride + first;
                        let values = &tree.leaf_value[leaf * tree.n_values..][..tree.n_values];
                        out[at..at + tree.n_values].iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
                    }
                }
            }
        }
    }
}

impl<'a> FlatTree<'a> {
    fn new(tree: &'a Tree) -> Self {
        let n_inner = tree.column.len();
        let reference = |child: i32| if child >= 0 { child as u32 } else { n_inner as u32 + !child as u32 };
        let inner = (0..n_inner).map(|node| Node {
            threshold: tree.threshold[node],
            asks: tree.column[node]
                | if tree.set[node] == NUMERIC { 0 } else { CATEGORICAL }
                | if tree.missing_left[node] { MISSING_LEFT } else { 0 },
            left: reference(tree.left[node]),
            right: reference(tree.right[node]),
            set: tree.set[node],
        });
        let leaf = |position: u32| Node { threshold: 0.0, asks: 0, left: position, right: position, set: NUMERIC };
        let leaves = (0..tree.n_leaves()).map(|position| leaf((n_inner + position) as u32));
        let mut depth = vec![0; n_inner];
        let mut n_steps = 0;
        for node in 0..n_inner {
            n_steps = n_steps.max(depth[node] + 1);
            for child in [tree.left[node], tree.right[node]] {
                if child >= 0 {
                    depth[child as usize] = depth[node] + 1;
                }
            }
        }
        Self {
            nodes: inner.chain(leaves).collect(),
            n_inner,
            n_steps,
            sets: &tree.sets,
            leaf_value: &tree.leaf_value,
            n_values: tree.n_values,
        }
    }

    /// The leaves of the rows that start at these places.
    #[inline]
    fn leaves(&self, rows: &[f64], starts: [usize; LANES], n_columns: usize) -> [usize; LANES] {
        if self.n_steps == 0 {
            return [0; LANES];
        }
        let rows: [&[f64]; LANES] = starts.map(|start| &rows[start..start + n_columns]);
        let mut at = [0_u32; LANES];
        for _ in 0..self.n_steps {
            for (at, row) in at.iter_mut().zip(rows) {
                let node = &self.nodes[*at as usize];
                let value = row[(node.asks & COLUMN) as usize];
                let missing_left = node.asks & MISSING_LEFT != 0;
                let left = if node.asks & CATEGORICAL == 0 {
                    let known = value.is_finite();
                    (known & (value <= node.threshold)) | (!known & missing_left)
                } else {
                    self.sets[node.set as usize].contains(value).unwrap_or(missing_left)
                };
                *at = if left { node.left } else { node.right };
            }
        }
        at.map(|at| at as usize - self.n_inner)
    }
}
