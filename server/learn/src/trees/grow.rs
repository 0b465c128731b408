//! Grows one tree, best leaf first (Shi 2007; Ke et al. 2017): of all leaves, the one whose split
//! gains most is split next; or level by level.

mod compact;
mod measure;
mod partition;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

use mlwright_base::{CancelToken, Cancelled, Seed};
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Tree;
use super::bins::Bins;
use super::constraints::{Bounds, may_follow};
use super::fixed_point::FixedPoint;
use super::histogram::{self, Histogram, Layout};
use super::matrix::BinnedMatrix;
use super::split::{self, NodeView, Split, value_of};

/// The most bytes of histograms kept for subtraction; a tree that would need more makes both
/// children's histograms from their rows.
const KEPT_BYTES_MAX: usize = 512 << 20;

/// Rows added up by one piece of parallel work.
const ROWS_PER_PIECE: usize = 1 << 15;

/// Which leaf is split next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrowthPolicy {
    /// The leaf whose split gains most.
    LeafWise,
    /// All leaves of a level before those of the next; of one level, the greatest gain first.
    DepthWise,
}

/// How categories are split. LightGBM's names and values stand beside each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CategoryRule {
    /// Up to this many categories in a node, none of the following applies (`max_cat_to_onehot`, 4).
    pub few: usize,
    /// Categories with fewer rows in the node go right together: too few to tell where they belong
    /// (`cat_smooth`, 10).
    pub rows_min: i64,
    /// Added to a category's hessian when categories are sorted, so that small ones count as neutral
    /// (`cat_smooth`, 10).
    pub smoothing: f64,
    /// The most categories on the explicit side of a split (`max_cat_threshold`, 32).
    pub side_max: usize,
    /// Added to λ for splits of many categories, which fit noise more easily (`cat_l2`, 10).
    pub l2: f64,
    /// The least rows between two subsets that are tried (`min_data_per_group`, 100).
    pub rows_step: i64,
}

/// When to stop, and how leaves are shrunk. Checked by the learners.
#[derive(Debug, Clone)]
pub(crate) struct Growth {
    pub policy: GrowthPolicy,
    pub max_leaves: usize,
    pub max_depth: usize,
    /// The fewest rows in a leaf.
    pub min_samples_leaf: i64,
    /// The least sum of hessians in a leaf.
    pub min_hessian_leaf: f64,
    /// The least gain of a split.
    pub min_gain: f64,
    /// Taken from the magnitude of each leaf's gradient.
    pub l1: f64,
    /// λ: added to the hessian of each leaf.
    pub l2: f64,
    pub categories: CategoryRule,
    /// 1, −1 or 0 for each matrix column: see `Search::sign`. Empty when none has a direction.
    pub monotone: Vec<i8>,
    /// Columns that may act together: see [`may_follow`].
    pub interactions: Vec<Vec<usize>>,
    /// How many columns each split looks at, drawn; `None` for all.
    pub columns_per_split: Option<usize>,
    /// Whether thresholds are drawn too.
    pub draws_thresholds: bool,
    /// Of what a split draws.
    pub seed: Seed,
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
    /// Shape `(k + 1,)`.
    sums: Vec<i64>,
    bounds: Bounds,
    /// The matrix columns asked about on the way here; only kept when they matter.
    path: Vec<usize>,
    split: Option<Split>,
    /// Left and right, once split.
    children: Option<(usize, usize)>,
    histogram: Option<Histogram>,
}

/// A leaf that can be split; the heap gives the first in the policy's order, of equal ones the oldest.
struct Candidate {
    level: usize,
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
        let by_level = other.level.cmp(&self.level);
        by_level.then(self.gain.total_cmp(&other.gain)).then(other.node.cmp(&self.node))
    }
}

/// What a tree is grown on.
pub(crate) struct Sample<'a> {
    /// Ascending.
    pub slots: &'a [usize],
    /// Ascending; reordered so that each leaf's rows lie together.
    pub rows: &'a mut [u32],
}

/// Histograms that are free to be used again, from tree to tree.
#[derive(Default)]
pub(crate) struct Pool {
    free: Vec<Histogram>,
}

/// Grows a tree on a sample. Adds each split's gain to `gain`, shape `(n_columns,)`.
/// Cost: about rows × columns × depth of a balanced tree / 2.
pub(crate) fn grow(
    matrix: &BinnedMatrix,
    fixed: &FixedPoint,
    sample: Sample<'_>,
    growth: &Growth,
    gain: &mut [f64],
    pool: &mut Pool,
    cancel: &CancelToken,
) -> Result<Grown, Cancelled> {
    let Sample { slots, rows } = sample;
    let layout = Layout::new(matrix, fixed.k);
    let bytes = layout.size().saturating_mul(8).saturating_mul(growth.max_leaves.min(rows.len()));
    let keeps = growth.columns_per_split.is_none() && bytes <= KEPT_BYTES_MAX;
    let mut grower =
        Grower { matrix, fixed, layout, slots, growth, keeps, pool, scratch: Vec::new(), cells: Vec::new() };
    let mut nodes = vec![grower.root(rows)];
    grower.measure(&mut nodes[0], 0, rows);
    let mut heap = BinaryHeap::new();
    push(&mut heap, &nodes, 0, growth.policy);
    let mut n_leaves = 1;
    while n_leaves < growth.max_leaves {
        let Some(Candidate { node, .. }) = heap.pop() else { break };
        cancel.check()?;
        let (left, right) = grower.split(&mut nodes, node, rows);
        n_leaves += 1;
        push(&mut heap, &nodes, left, growth.policy);
        push(&mut heap, &nodes, right, growth.policy);
    }
    for node in &mut nodes {
        grower.pool.free.extend(node.histogram.take());
        if let (Some(_), Some(split)) = (node.children, &node.split) {
            gain[matrix.usable[split.slot]] += split.gain;
        }
    }
    Ok(compact::compact(matrix, fixed.units, growth, &nodes))
}

fn push(heap: &mut BinaryHeap<Candidate>, nodes: &[Node], node: usize, policy: GrowthPolicy) {
    if let Some(split) = &nodes[node].split {
        let level = if policy == GrowthPolicy::DepthWise { nodes[node].depth } else { 0 };
        heap.push(Candidate { level, gain: split.gain, node });
    }
}

struct Grower<'a> {
    matrix: &'a BinnedMatrix,
    fixed: &'a FixedPoint,
    layout: Layout,
    slots: &'a [usize],
    growth: &'a Growth,
    /// Whether histograms are kept for subtraction.
    keeps: bool,
    pool: &'a mut Pool,
    scratch: Vec<u32>,
    /// Cells of one slot, when each split looks at few.
    cells: Vec<i64>,
}

impl Grower<'_> {
    fn root(&self, rows: &[u32]) -> Node {
        let (k, one) = (self.fixed.k, 1_i64 << self.fixed.units.shift);
        let sum = |rows: &[u32]| {
            let mut sums = vec![0_i64; k + 1];
            for &row in rows {
                let word = &self.fixed.words[row as usize * (k + 1)..][..k + 1];
                sums.iter_mut().zip(word).for_each(|(sum, part)| *sum += i64::from(*part));
                sums[k] += one;
            }
            sums
        };
        let add = |mut all: Vec<i64>, part: Vec<i64>| {
            all.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
            all
        };
        let sums = rows.par_chunks(ROWS_PER_PIECE).map(sum).reduce(|| vec![0; k + 1], add);
        let (bounds, path) = (Bounds::NONE, Vec::new());
        Node { start: 0, end: rows.len(), depth: 0, sums, bounds, path, split: None, children: None, histogram: None }
    }

    /// Whether a node could be split at all.
    fn is_open(&self, node: &Node) -> bool {
        let rows = (node.end - node.start) as i64;
        node.depth < self.growth.max_depth && rows >= 2 * self.growth.min_samples_leaf.max(1)
    }

    fn view<'n>(&'n self, node: &'n Node, position: usize) -> NodeView<'n> {
        NodeView {
            sums: &node.sums,
            units: self.fixed.units,
            growth: self.growth,
            bounds: node.bounds,
            draw: self.growth.draws_thresholds.then_some(self.growth.seed.0 ^ ((position as u64) << 32)),
        }
    }

    /// Makes a node's histogram from its rows and finds its best split.
    fn measure(&mut self, node: &mut Node, position: usize, rows: &[u32]) {
        if !self.is_open(node) {
            return;
        }
        let rows = &rows[node.start..node.end];
        if let Some(n_columns) = self.growth.columns_per_split {
            node.split = self.split_of_few(node, position, rows, n_columns);
            return;
        }
        let mut histogram = self.pool.free.pop().unwrap_or_else(|| self.layout.empty());
        let view = self.view(node, position);
        let (split, _) = self.fill_and_search(rows, &self.allowed(node), (&mut histogram, Some(view)), None);
        node.split = split;
        self.keep(node, histogram);
    }

    /// The best split over some columns, drawn; over more when these have none (as scikit-learn's forests).
    fn split_of_few(&mut self, node: &Node, position: usize, rows: &[u32], n_columns: usize) -> Option<Split> {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(self.growth.seed.0.wrapping_add(position as u64));
        let mut slots = self.allowed(node).into_owned();
        let mut best: Option<Split> = None;
        let mut cells = std::mem::take(&mut self.cells);
        let n_slots = slots.len();
        for tried in 0..n_slots {
            if tried >= n_columns && best.is_some() {
                break;
            }
            slots.swap(tried, rng.gen_range(tried..n_slots));
            let slot = slots[tried];
            cells.resize(self.layout.n_cells[slot] * (self.fixed.k + 1), 0);
            // Most cells of a small node are empty: passing over all of them would cost more than its rows.
            let is_small =
                rows.len() < self.layout.n_cells[slot] && matches!(self.matrix.bins_of(slot), Bins::Numeric { .. });
            let occupied = if is_small {
                Some(histogram::build_slot_of_few(self.matrix, self.fixed, slot, rows, &mut cells))
            } else {
                histogram::build_slot(self.matrix, self.fixed, slot, rows, &mut cells);
                None
            };
            let found = split::of_slot(self.matrix, slot, &cells, occupied, self.view(node, position));
            if let Some(found) = found
                && best.as_ref().is_none_or(|best| found.gain > best.gain)
            {
                best = Some(found);
            }
        }
        self.cells = cells;
        best
    }

    /// The slots that a node may be split on.
    fn allowed(&self, node: &Node) -> Cow<'_, [usize]> {
        if self.growth.interactions.is_empty() {
            return Cow::Borrowed(self.slots);
        }
        let may = |slot: &&usize| may_follow(&self.growth.interactions, &node.path, self.matrix.usable[**slot]);
        Cow::Owned(self.slots.iter().filter(may).copied().collect())
    }

    /// Keeps a node's histogram for its children, if it will have any.
    fn keep(&mut self, node: &mut Node, histogram: Histogram) {
        if self.keeps && node.split.is_some() {
            node.histogram = Some(histogram);
        } else {
            self.pool.free.push(histogram);
        }
    }

    /// Splits a node and measures its children: the smaller one from its rows, the larger one by
    /// taking the smaller one's histogram from the parent's.
    fn split(&mut self, nodes: &mut Vec<Node>, parent: usize, rows: &mut [u32]) -> (usize, usize) {
        let node = &nodes[parent];
        let (start, end, depth) = (node.start, node.end, node.depth + 1);
        let split = node.split.as_ref().expect("only nodes with a split are on the heap");
        let table = split.table(self.matrix.bins_of(split.slot).n_bins());
        let bins = self.matrix.slot(split.slot);
        let middle = start + partition::partition(bins, &table, &mut rows[start..end], &mut self.scratch);
        let column = self.matrix.usable[split.slot];
        let left_sums = split.left.clone();
        let right_sums: Vec<i64> = node.sums.iter().zip(&left_sums).map(|(all, left)| all - left).collect();
        let (left_bounds, right_bounds) = self.bounds_of_children(node, column, &left_sums, &right_sums);
        let mut path = Vec::new();
        if !self.growth.interactions.is_empty() {
            path = node.path.clone();
            path.push(column);
        }
        let child = |start, end, sums, bounds| Node {
            start,
            end,
            depth,
            sums,
            bounds,
            path: path.clone(),
            split: None,
            children: None,
            histogram: None,
        };
        let left = child(start, middle, left_sums, left_bounds);
        let right = child(middle, end, right_sums, right_bounds);
        let position = nodes.len();
        let left_is_small = middle - start <= end - middle;
        let (mut small, mut large) = if left_is_small { (left, right) } else { (right, left) };
        let (small_position, large_position) =
            if left_is_small { (position, position + 1) } else { (position + 1, position) };
        match nodes[parent].histogram.take() {
            Some(mut histogram) if self.is_open(&large) => {
                let mut own = self.pool.free.pop().unwrap_or_else(|| self.layout.empty());
                let small_view = self.is_open(&small).then(|| self.view(&small, small_position));
                let large_view = self.view(&large, large_position);
                // Both came here by the same questions: the same columns may follow.
                let (of_small, of_large) = self.fill_and_search(
                    &rows[small.start..small.end],
                    &self.allowed(&large),
                    (&mut own, small_view),
                    Some((&mut histogram, large_view)),
                );
                (small.split, large.split) = (of_small, of_large);
                self.keep(&mut small, own);
                self.keep(&mut large, histogram);
            }
            Some(histogram) => self.pool.free.push(histogram),
            None => {
                self.measure(&mut small, small_position, rows);
                self.measure(&mut large, large_position, rows);
            }
        }
        let (left, right) = if left_is_small { (small, large) } else { (large, small) };
        nodes.push(left);
        nodes.push(right);
        nodes[parent].children = Some((position, position + 1));
        (position, position + 1)
    }

    fn bounds_of_children(&self, node: &Node, column: usize, left: &[i64], right: &[i64]) -> (Bounds, Bounds) {
        if self.growth.monotone.is_empty() {
            return (Bounds::NONE, Bounds::NONE);
        }
        let value = |sums: &[i64]| value_of(sums, self.fixed.units, self.growth, node.bounds)[0];
        let sign = self.growth.monotone.get(column).copied().unwrap_or(0);
        node.bounds.of_children(sign, value(left), value(right))
    }
}
