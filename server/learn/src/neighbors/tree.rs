//! A k-d tree (Bentley 1975) as plain arrays: rows halved at the median of the column in which they
//! spread most, until few are left. The nearest rows are found exactly.

use mlwright_base::{CancelToken, Cancelled};
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

/// Rows of a leaf at most; their distances are cheaper to compute than to rule out.
const LEAF_ROWS: usize = 32;
/// A bound is taken as less by this share, so that its rounding rules no row out.
const BOUND_SHARE: f64 = 1.0 - 1e-12;

/// Rows and how they are halved. Node `i` has children `2 i + 1` and `2 i + 2`; the leaves follow the
/// nodes and all lie at the same depth, so that the rows of a node follow from how many there are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct KdTree {
    width: usize,
    /// Shape `(n_rows, width)`, in the order of the leaves.
    cells: Vec<f64>,
    /// Position in the table of each row.
    order: Vec<u32>,
    /// For each node the column at which its rows are halved.
    columns: Vec<u32>,
    /// For each node a value: rows of the first half have no more, rows of the second no less.
    values: Vec<f64>,
}

/// A row and its squared distance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Nearest {
    pub square: f64,
    pub row: u32,
}

impl Nearest {
    fn is_before(self, other: Self) -> bool {
        (self.square, self.row) < (other.square, other.row)
    }
}

impl KdTree {
    pub fn new(z: ArrayView2<'_, f64>, cancel: &CancelToken) -> Result<Self, Cancelled> {
        let (n_rows, width) = z.dim();
        let n_nodes = n_nodes(n_rows);
        let mut order: Vec<u32> = (0..n_rows as u32).collect();
        let (mut columns, mut values) = (vec![0; n_nodes], vec![0.0; n_nodes]);
        // Nodes in the order of their numbers: each depth halves the ranges of the one above it.
        let mut ranges = Vec::from([std::ops::Range { start: 0, end: n_rows }]);
        while ranges.len() <= n_nodes {
            let first_node = ranges.len() - 1;
            let mut halves = Vec::with_capacity(2 * ranges.len());
            for (position, range) in ranges.into_iter().enumerate() {
                cancel.check()?;
                let middle = range.start + range.len() / 2;
                if width > 0 && middle < range.end {
                    let rows = &mut order[range.clone()];
                    let column = widest(z, rows);
                    let value = |row: u32| z[[row as usize, column]];
                    let half = rows.len() / 2;
                    rows.select_nth_unstable_by(half, |&a, &b| value(a).total_cmp(&value(b)).then(a.cmp(&b)));
                    columns[first_node + position] = column as u32;
                    values[first_node + position] = value(rows[half]);
                }
                halves.extend([range.start..middle, middle..range.end]);
            }
            ranges = halves;
        }
        // Within a leaf the order is that of the table, whatever the selection left.
        for range in ranges {
            order[range].sort_unstable();
        }
        let cells = order.iter().flat_map(|&row| z.row(row as usize).to_vec()).collect();
        Ok(Self { width, cells, order, columns, values })
    }

    /// The `k` rows nearest to `x`, nearest first, of equally near ones those that come first in the table.
    pub fn nearest(&self, x: &[f64], k: usize) -> Vec<Nearest> {
        let mut found = Vec::with_capacity(k + 1);
        let mut offsets = vec![0.0; self.width];
        self.search(0, 0..self.order.len(), x, 0.0, &mut offsets, k, &mut found);
        found
    }

    /// `bound` is the squared distance from x to the box of the node, the sum of the squares of `offsets`
    /// (Arya & Mount 1993).
    #[expect(clippy::too_many_arguments, reason = "the state of a recursion")]
    fn search(
        &self,
        node: usize,
        range: std::ops::Range<usize>,
        x: &[f64],
        bound: f64,
        offsets: &mut [f64],
        k: usize,
        found: &mut Vec<Nearest>,
    ) {
        if node >= self.columns.len() {
            for position in range {
                let cells = &self.cells[position * self.width..(position + 1) * self.width];
                let square: f64 = cells.iter().zip(x).map(|(cell, x)| (cell - x) * (cell - x)).sum();
                let candidate = Nearest { square, row: self.order[position] };
                if found.len() < k || found.last().is_some_and(|last| candidate.is_before(*last)) {
                    let at = found.partition_point(|one| one.is_before(candidate));
                    found.insert(at, candidate);
                    found.truncate(k);
                }
            }
            return;
        }
        let middle = range.start + range.len() / 2;
        let column = self.columns[node] as usize;
        // Without columns all rows are the same.
        let apart = x.get(column).map_or(0.0, |x| x - self.values[node]);
        let (first, second) = ((2 * node + 1, range.start..middle), (2 * node + 2, middle..range.end));
        let (near, far) = if apart < 0.0 { (first, second) } else { (second, first) };
        self.search(near.0, near.1, x, bound, offsets, k, found);
        let before = offsets.get(column).copied().unwrap_or(0.0);
        let far_bound = bound - before * before + apart * apart;
        if found.len() < k || found.last().is_some_and(|last| far_bound * BOUND_SHARE <= last.square) {
            if let Some(offset) = offsets.get_mut(column) {
                *offset = apart;
            }
            self.search(far.0, far.1, x, far_bound, offsets, k, found);
            if let Some(offset) = offsets.get_mut(column) {
                *offset = before;
            }
        }
    }

    /// Whether a tree read from a file can be searched among so many rows and columns.
    pub fn is_sound(&self, n_rows: usize, width: usize) -> bool {
        self.width == width
            && self.order.len() == n_rows
            && self.order.iter().all(|&row| (row as usize) < n_rows)
            && self.cells.len() == n_rows * width
            && self.columns.len() == n_nodes(n_rows)
            && self.values.len() == self.columns.len()
            && (width == 0 || self.columns.iter().all(|&column| (column as usize) < width))
    }
}

/// The nodes above the leaves.
fn n_nodes(n_rows: usize) -> usize {
    let mut n_leaves = 1;
    while n_rows.div_ceil(n_leaves) > LEAF_ROWS {
        n_leaves *= 2;
    }
    n_leaves - 1
}

/// The column in which rows spread most; the first of equals.
fn widest(z: ArrayView2<'_, f64>, rows: &[u32]) -> usize {
    let mut bounds = vec![(f64::INFINITY, f64::NEG_INFINITY); z.ncols()];
    for &row in rows {
        for ((least, most), &value) in bounds.iter_mut().zip(z.row(row as usize)) {
            (*least, *most) = (least.min(value), most.max(value));
        }
    }
    let spread = |column: usize| bounds[column].1 - bounds[column].0;
    (0..z.ncols()).fold(0, |best, column| if spread(column) > spread(best) { column } else { best })
}
