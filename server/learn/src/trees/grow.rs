//! Grows one tree, best leaf first (Shi 2007; Ke et al. 2017): of all leaves, the one whose split
//! gains most is split next.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use mlwright_base::{CancelToken, Cancelled};

use super::Tree;
use super::bins::{BinnedMatrix, Bins};
use super::histogram::{self, Derivatives, Layout};
use super::split::{self, LeftBins, Split};
use super::tree::{CategorySet, NUMERIC};

/// The most bytes of histograms kept for subtraction; a tree that would need more makes both
/// children's histograms from their rows.
const KEPT_BYTES_MAX: usize = 512 << 20;

/// When to stop, and how leaves are shrunk. Checked by the learners.
#[derive(Debug, Clone)]
pub(crate) struct Growth {
    pub max_leaves: usize,
    pub max_depth: usize,
    /// The fewest rows in a leaf.
    pub min_samples_leaf: f64,
    /// The least sum of hessians in a leaf.
    pub min_hessian_leaf: f64,
    /// The least gain of a split.
    pub min_gain: f64,
    /// λ: added to the hessian of each leaf.
    pub l2: f64,
}

/// A grown tree and where the rows went.
pub(crate) struct Grown {
    /// Leaf values are −G / (H + λ), one per gradient.
    pub tree: Tree,
    /// The rows of each leaf, by position in `rows`: `(leaf, start, end)`.
    pub leaf_rows: Vec<(usize, usize, usize)>,
}

/// A node while the tree grows.
struct Node {
    start: usize,
    end: usize,
    depth: usize,
    sums: Vec<f64>,
    split: Option<Split>,
    /// Left and right, once split.
    children: Option<(usize, usize)>,
    histogram: Option<Vec<f64>>,
}

/// A leaf that can be split; the heap gives the greatest gain, of equal ones the oldest.
struct Candidate {
    gain: f64,
    node: usize,
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Candidate {}
impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.gain.total_cmp(&other.gain).then(other.node.cmp(&self.node))
    }
}

/// What a tree is grown on.
pub(crate) struct Sample<'a> {
    /// Ascending, of the usable ones.
    pub columns: &'a [usize],
    /// Ascending; reordered so that each leaf's rows lie together.
    pub rows: &'a mut [u32],
}

/// Grows a tree on a sample. Adds each split's gain to `gain`, shape `(n_columns,)`.
/// Cost: about rows × columns × depth of a balanced tree / 2.
pub(crate) fn grow(
    matrix: &BinnedMatrix,
    derivatives: Derivatives<'_>,
    n_gradients: usize,
    sample: Sample<'_>,
    growth: &Growth,
    gain: &mut [f64],
    cancel: &CancelToken,
) -> Result<Grown, Cancelled> {
    let Sample { columns, rows } = sample;
    let layout = Layout::new(matrix, n_gradients);
    let keeps = layout.size().saturating_mul(8).saturating_mul(growth.max_leaves.min(rows.len())) <= KEPT_BYTES_MAX;
    let mut grower =
        Grower { matrix, derivatives, layout, columns, growth, keeps, free: Vec::new(), scratch: Vec::new() };
    let mut nodes = vec![grower.root(rows)];
    grower.measure(&mut nodes[0], rows);
    let mut heap = BinaryHeap::new();
    push(&mut heap, &nodes, 0);
    let mut n_leaves = 1;
    while n_leaves < growth.max_leaves {
        let Some(Candidate { node, .. }) = heap.pop() else { break };
        cancel.check()?;
        let (left, right) = grower.split(&mut nodes, node, rows);
        n_leaves += 1;
        push(&mut heap, &nodes, left);
        push(&mut heap, &nodes, right);
    }
    for node in nodes.iter().filter(|node| node.children.is_some()) {
        if let Some(split) = &node.split {
            gain[split.column] += split.gain;
        }
    }
    Ok(compact(matrix, &nodes, n_gradients, growth.l2))
}

fn push(heap: &mut BinaryHeap<Candidate>, nodes: &[Node], node: usize) {
    if let Some(split) = &nodes[node].split {
        heap.push(Candidate { gain: split.gain, node });
    }
}

struct Grower<'a> {
    matrix: &'a BinnedMatrix,
    derivatives: Derivatives<'a>,
    layout: Layout,
    columns: &'a [usize],
    growth: &'a Growth,
    /// Whether histograms are kept for subtraction.
    keeps: bool,
    free: Vec<Vec<f64>>,
    scratch: Vec<u32>,
}

impl Grower<'_> {
    fn root(&self, rows: &[u32]) -> Node {
        let k = self.layout.n_gradients;
        let mut sums = vec![0.0; k + 2];
        for &row in rows {
            let row = row as usize;
            let gradients = &self.derivatives.gradients[row * k..(row + 1) * k];
            sums.iter_mut().zip(gradients).for_each(|(sum, gradient)| *sum += gradient);
            sums[k] += self.derivatives.hessians[row];
        }
        sums[k + 1] = rows.len() as f64;
        Node { start: 0, end: rows.len(), depth: 0, sums, split: None, children: None, histogram: None }
    }

    /// Whether a node could be split at all.
    fn is_open(&self, node: &Node) -> bool {
        let rows = (node.end - node.start) as f64;
        node.depth < self.growth.max_depth && rows >= 2.0 * self.growth.min_samples_leaf && rows >= 2.0
    }

    /// Makes a node's histogram from its rows and finds its best split.
    fn measure(&mut self, node: &mut Node, rows: &[u32]) {
        if !self.is_open(node) {
            return;
        }
        let mut histogram = self.free.pop().unwrap_or_else(|| vec![0.0; self.layout.size()]);
        let rows = &rows[node.start..node.end];
        histogram::build(self.matrix, &self.layout, self.derivatives, self.columns, rows, &mut histogram);
        self.adopt(node, histogram);
    }

    /// Finds a node's best split from its histogram.
    fn adopt(&mut self, node: &mut Node, histogram: Vec<f64>) {
        node.split = split::best(self.matrix, &self.layout, &histogram, self.columns, &node.sums, self.growth);
        if self.keeps && node.split.is_some() {
            node.histogram = Some(histogram);
        } else {
            self.free.push(histogram);
        }
    }

    /// Splits a node and measures its children: the smaller one from its rows, the larger one by
    /// taking the smaller one's histogram from the parent's.
    fn split(&mut self, nodes: &mut Vec<Node>, parent: usize, rows: &mut [u32]) -> (usize, usize) {
        let (start, end, depth) = (nodes[parent].start, nodes[parent].end, nodes[parent].depth + 1);
        let split = nodes[parent].split.as_ref().expect("only nodes with a split are on the heap");
        let middle = start + self.partition(split, &mut rows[start..end]);
        let left_sums = split.left.clone();
        let right_sums = nodes[parent].sums.iter().zip(&left_sums).map(|(all, left)| all - left).collect();
        let child = |start, end, sums| Node { start, end, depth, sums, split: None, children: None, histogram: None };
        let (left, right) = (child(start, middle, left_sums), child(middle, end, right_sums));
        let left_is_small = left.end - left.start <= right.end - right.start;
        let (mut small, mut large) = if left_is_small { (left, right) } else { (right, left) };
        match nodes[parent].histogram.take() {
            Some(histogram) if self.is_open(&large) => {
                self.measure_pair(&mut small, &mut large, histogram, rows);
            }
            Some(histogram) => self.free.push(histogram),
            None => {
                self.measure(&mut small, rows);
                self.measure(&mut large, rows);
            }
        }
        let (left, right) = if left_is_small { (small, large) } else { (large, small) };
        let position = nodes.len();
        nodes.push(left);
        nodes.push(right);
        nodes[parent].children = Some((position, position + 1));
        (position, position + 1)
    }

    fn measure_pair(&mut self, small: &mut Node, large: &mut Node, mut parent: Vec<f64>, rows: &[u32]) {
        let mut histogram = self.free.pop().unwrap_or_else(|| vec![0.0; self.layout.size()]);
        let small_rows = &rows[small.start..small.end];
        histogram::build(self.matrix, &self.layout, self.derivatives, self.columns, small_rows, &mut histogram);
        histogram::subtract(&mut parent, &histogram);
        if self.is_open(small) {
            self.adopt(small, histogram);
        } else {
            self.free.push(histogram);
        }
        self.adopt(large, parent);
    }

    /// Moves the rows that go left to the front, keeping the order on both sides; answers with their number.
    fn partition(&mut self, split: &Split, rows: &mut [u32]) -> usize {
        let bins = &self.matrix.columns[split.column];
        let n_bins = self.matrix.bins[split.column].n_bins();
        let mut goes_left = [false; 256];
        for (bin, left) in goes_left.iter_mut().enumerate().take(n_bins + 1) {
            *left = split.goes_left(bin as u8, n_bins);
        }
        self.scratch.clear();
        let mut n_left = 0;
        for position in 0..rows.len() {
            let row = rows[position];
            if goes_left[usize::from(bins[row as usize])] {
                rows[n_left] = row;
                n_left += 1;
            } else {
                self.scratch.push(row);
            }
        }
        rows[n_left..].copy_from_slice(&self.scratch);
        n_left
    }
}

/// Numbers nodes from the root downwards and leaves as they come.
fn compact(matrix: &BinnedMatrix, nodes: &[Node], n_gradients: usize, l2: f64) -> Grown {
    let mut tree = Tree::leaf(&vec![0.0; n_gradients], 1.0);
    tree.leaf_value.clear();
    tree.leaf_cover.clear();
    let mut leaf_rows = Vec::new();
    // (node, its parent and whether it is the left child)
    let mut open: Vec<(usize, Option<(usize, bool)>)> = vec![(0, None)];
    while let Some((position, parent)) = open.pop() {
        let node = &nodes[position];
        let rows = (node.end - node.start) as f64;
        let reference = if let (Some((left, right)), Some(split)) = (node.children, &node.split) {
            let inner = tree.column.len();
            push_inner(&mut tree, matrix, split, rows);
            open.push((right, Some((inner, false))));
            open.push((left, Some((inner, true))));
            inner as i32
        } else {
            let leaf = tree.leaf_cover.len();
            let weight = node.sums[n_gradients] + l2;
            let value = |gradient: &f64| if weight > 0.0 { -gradient / weight } else { 0.0 };
            tree.leaf_value.extend(node.sums[..n_gradients].iter().map(value));
            tree.leaf_cover.push(rows);
            leaf_rows.push((leaf, node.start, node.end));
            !(leaf as i32)
        };
        match parent {
            Some((inner, true)) => tree.left[inner] = reference,
            Some((inner, false)) => tree.right[inner] = reference,
            None => {}
        }
    }
    Grown { tree, leaf_rows }
}

fn push_inner(tree: &mut Tree, matrix: &BinnedMatrix, split: &Split, cover: f64) {
    let (threshold, set) = match (&matrix.bins[split.column], &split.bins) {
        // "All values left, missing right" has no edge above it.
        (Bins::Numeric { upper }, LeftBins::UpTo(bin)) => {
            (upper.get(usize::from(*bin)).copied().unwrap_or(f64::MAX), NUMERIC)
        }
        (Bins::Categorical { bin_of_code, .. }, LeftBins::Among(left)) => {
            let mut codes = CategorySet::new(bin_of_code.len() as u32);
            for (code, bin) in bin_of_code.iter().enumerate() {
                if bin.map_or(split.missing_left, |bin| left[usize::from(bin)]) {
                    codes.insert(code as u32);
                }
            }
            tree.sets.push(codes);
            (0.0, tree.sets.len() as u32 - 1)
        }
        _ => unreachable!("numbers are split by an edge, categories by a subset"),
    };
    tree.column.push(split.column as u32);
    tree.threshold.push(threshold);
    tree.set.push(set);
    tree.missing_left.push(split.missing_left);
    tree.left.push(0);
    tree.right.push(0);
    tree.cover.push(cover);
}
