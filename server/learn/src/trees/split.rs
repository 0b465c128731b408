//! The best split of one node, from its histogram.
//!
//! The gain of a split is score(left) + score(right) − score(node) with score = Σ G² / (H + λ) over
//! the gradient sums G and the hessian sum H (Chen & Guestrin 2016, eq. 7, without the factor ½).
//! With gradients −indicator(class), hessians 1 and λ = 0 it is the decrease of n × Gini impurity;
//! with gradients −y, the decrease of the squared error.

mod categories;
mod numbers;

use super::bins::Bins;
use super::constraints::Bounds;
use super::fixed_point::Units;
use super::grow::Growth;
use super::histogram::Occupied;
use super::matrix::BinnedMatrix;

/// A split of a node.
#[derive(Debug, Clone)]
pub(crate) struct Split {
    /// The matrix column's slot.
    pub slot: usize,
    /// By how much the score rises.
    pub gain: f64,
    /// Which bins go left.
    pub bins: LeftBins,
    /// Whether the missing bin goes left.
    pub missing_left: bool,
    /// The sums over the left child's rows, shape `(k + 1,)`.
    pub left: Vec<i64>,
}

/// Which bins of a column go left.
#[derive(Debug, Clone)]
pub(crate) enum LeftBins {
    /// This bin and those below.
    UpTo(u8),
    /// Those whose place holds `true`.
    Among(Vec<bool>),
}

impl Split {
    /// Whether each bin goes left; `n_bins` is the missing bin's number.
    pub fn table(&self, n_bins: usize) -> [bool; 256] {
        let mut table = [false; 256];
        for (bin, left) in table.iter_mut().enumerate().take(n_bins) {
            *left = match &self.bins {
                LeftBins::UpTo(last) => bin <= usize::from(*last),
                LeftBins::Among(left) => left[bin],
            };
        }
        table[n_bins] = self.missing_left;
        table
    }
}

/// What a search of a node needs beside the columns' cells.
#[derive(Clone, Copy)]
pub(crate) struct NodeView<'a> {
    /// The node's sums, shape `(k + 1,)`.
    pub sums: &'a [i64],
    pub units: Units,
    pub growth: &'a Growth,
    /// Between which the node's values must stay.
    pub bounds: Bounds,
    /// For trees whose thresholds are drawn: a number that differs from node to node.
    pub draw: Option<u64>,
}

/// The one of two splits that gains more; of equal gains, the first.
pub(crate) fn better(best: Option<Split>, other: Option<Split>) -> Option<Split> {
    match (&best, &other) {
        (Some(a), Some(b)) if b.gain > a.gain => other,
        (Some(_), _) => best,
        _ => other,
    }
}

/// The best split of one slot, from its cells: those of `occupied` bins, where that is told; it must be for a
/// column of numbers then.
pub(crate) fn of_slot(
    matrix: &BinnedMatrix,
    slot: usize,
    cells: &[i64],
    occupied: Option<Occupied>,
    node: NodeView<'_>,
) -> Option<Split> {
    let column = matrix.usable[slot];
    let k = node.sums.len() - 1;
    let mut search = Search {
        slot,
        cells,
        k,
        n_bins: cells.len() / (k + 1) - 1,
        occupied,
        node,
        sign: node.growth.monotone.get(column).copied().unwrap_or(0),
        n_rows: node.units.count(node.sums[k]),
        best: None,
        gain_min: 0.0,
        node_score: 0.0,
    };
    search.node_score = search.score(node.sums, node.growth.l2);
    // What is below is rounding, not gain.
    search.gain_min = node.growth.min_gain.max(1e-12 * search.node_score.abs());
    if search.n_rows < 2 * node.growth.min_samples_leaf {
        return None;
    }
    match matrix.bins_of(slot) {
        Bins::Numeric { .. } => search.numbers(),
        Bins::Categorical { .. } => search.categories(),
    }
    search.best
}

/// The search of one column.
struct Search<'a> {
    slot: usize,
    cells: &'a [i64],
    /// Gradients per cell.
    k: usize,
    n_bins: usize,
    /// The bins whose cells may be read, when not all.
    occupied: Option<Occupied>,
    node: NodeView<'a>,
    /// 1 when predictions must not fall with the column, −1 when they must not rise, 0 for neither.
    sign: i8,
    n_rows: i64,
    best: Option<Split>,
    gain_min: f64,
    node_score: f64,
}

impl<'a> Search<'a> {
    fn cell(&self, bin: usize) -> &'a [i64] {
        &self.cells[bin * (self.k + 1)..(bin + 1) * (self.k + 1)]
    }

    /// The bins below a number that may have rows, ascending.
    fn bins_below(&self, end: usize) -> impl Iterator<Item = usize> + use<> {
        self.occupied.unwrap_or_else(|| Occupied::all(self.n_bins)).below(end)
    }

    fn rows(&self, bin: usize) -> i64 {
        self.node.units.count(self.cells[bin * (self.k + 1) + self.k])
    }

    /// Whether gains are the plain formula, without L1 penalty or bounds of values.
    fn is_plain(&self) -> bool {
        self.node.growth.l1 == 0.0 && self.node.growth.monotone.is_empty()
    }

    /// How good sums are for a leaf: Σ G² / (H + λ), or with what the leaf may answer when that is limited.
    fn score(&self, sums: &[i64], l2: f64) -> f64 {
        let units = self.node.units;
        let weight = units.hessian(sums[self.k]) + l2;
        if weight <= 0.0 {
            return 0.0;
        }
        let gradients = sums[..self.k].iter().map(|&sum| units.gradient(sum));
        if self.is_plain() {
            return gradients.map(|gradient| gradient * gradient).sum::<f64>() / weight;
        }
        let of = |gradient: f64| {
            let shrunk = shrink(gradient, self.node.growth.l1);
            let value = self.node.bounds.clamp(-shrunk / weight);
            -(2.0 * shrunk * value + weight * value * value)
        };
        gradients.map(of).sum()
    }

    /// Offers a split whose left side has the sums `left`.
    fn offer(&mut self, left: &[i64], l2: f64, missing_left: bool, bins: impl FnOnce(&Self) -> LeftBins) {
        let (k, units, growth) = (self.k, self.node.units, self.node.growth);
        let left_rows = units.count(left[k]);
        if left_rows < growth.min_samples_leaf || self.n_rows - left_rows < growth.min_samples_leaf {
            return;
        }
        let right: Vec<i64> = self.node.sums.iter().zip(left).map(|(all, left)| all - left).collect();
        let (left_hessian, right_hessian) = (units.hessian(left[k]), units.hessian(right[k]));
        if left_hessian < growth.min_hessian_leaf || right_hessian < growth.min_hessian_leaf {
            return;
        }
        if self.sign != 0 && !self.keeps_order(left, &right) {
            return;
        }
        let gain = self.score(left, l2) + self.score(&right, l2) - self.node_score;
        if gain > self.gain_min && self.best.as_ref().is_none_or(|best| gain > best.gain) {
            let bins = bins(self);
            self.best = Some(Split { slot: self.slot, gain, bins, missing_left, left: left.to_vec() });
        }
    }

    /// Whether the children's values follow the column's direction.
    fn keeps_order(&self, left: &[i64], right: &[i64]) -> bool {
        let value = |sums: &[i64]| value_of(sums, self.node.units, self.node.growth, self.node.bounds)[0];
        (value(right) - value(left)) * f64::from(self.sign) >= 0.0
    }
}

/// A gradient sum with an L1 penalty: nearer to zero by it.
pub(crate) fn shrink(gradient: f64, l1: f64) -> f64 {
    if l1 == 0.0 { gradient } else { gradient.signum() * (gradient.abs() - l1).max(0.0) }
}

/// What a leaf with these sums answers, shape `(k,)`: −G / (H + λ) within its bounds.
pub(crate) fn value_of(sums: &[i64], units: Units, growth: &Growth, bounds: Bounds) -> Vec<f64> {
    let k = sums.len() - 1;
    let weight = units.hessian(sums[k]) + growth.l2;
    let of = |&sum: &i64| {
        let gradient = shrink(units.gradient(sum), growth.l1);
        bounds.clamp(if weight > 0.0 { -gradient / weight } else { 0.0 })
    };
    sums[..k].iter().map(of).collect()
}
