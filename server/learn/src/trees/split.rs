//! The best split of one node, from its histogram.
//!
//! The gain of a split is score(left) + score(right) − score(node) with score = Σ G² / (H + λ) over
//! the gradient sums G and the hessian sum H (Chen & Guestrin 2016, eq. 7, without the factor ½).
//! With gradients −indicator(class), hessians 1 and λ = 0 it is the decrease of n × Gini impurity;
//! with gradients −y, the decrease of the squared error.

use rayon::prelude::*;

use super::bins::{BinnedMatrix, Bins};
use super::grow::Growth;
use super::histogram::Layout;

/// Categories with fewer rows in the node go right together: too few to tell where they belong.
const CATEGORY_ROWS_MIN: f64 = 10.0;
/// Added to a category's hessian when categories are sorted, so that small ones count as neutral
/// (`cat_smooth` of LightGBM, `MIN_CAT_SUPPORT` of scikit-learn).
const CATEGORY_SMOOTHING: f64 = 10.0;
/// The most categories on the explicit side of a split (`max_cat_threshold` of LightGBM).
const CATEGORY_SIDE_MAX: usize = 32;
/// Up to this many categories, no further regularisation (`max_cat_to_onehot` of LightGBM).
const CATEGORY_FEW: usize = 4;
/// Added to λ for splits of many categories, which fit noise more easily (`cat_l2` of LightGBM).
const CATEGORY_L2: f64 = 10.0;
/// Below this many cells, columns are searched on one thread.
const PARALLEL_CELLS_MIN: usize = 1 << 13;

/// A split of a node.
#[derive(Debug, Clone)]
pub(crate) struct Split {
    /// The matrix column.
    pub column: usize,
    /// By how much the score rises.
    pub gain: f64,
    /// Which bins go left.
    pub bins: LeftBins,
    /// Whether the missing bin goes left.
    pub missing_left: bool,
    /// The sums over the left child's rows: gradients, hessian, rows.
    pub left: Vec<f64>,
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
    /// Whether a bin goes left; `n_bins` is the missing bin's number.
    pub fn goes_left(&self, bin: u8, n_bins: usize) -> bool {
        if usize::from(bin) == n_bins {
            return self.missing_left;
        }
        match &self.bins {
            LeftBins::UpTo(last) => bin <= *last,
            LeftBins::Among(left) => left[usize::from(bin)],
        }
    }
}

/// Σ G² / (H + λ) of a cell or a sum of cells.
pub(crate) fn score(sums: &[f64], n_gradients: usize, l2: f64) -> f64 {
    let weight = sums[n_gradients] + l2;
    if weight > 0.0 { sums[..n_gradients].iter().map(|g| g * g).sum::<f64>() / weight } else { 0.0 }
}

/// The best split of a node over `columns`; of equal gains, the lowest column's.
/// `total` holds the node's sums.
pub(crate) fn best(
    matrix: &BinnedMatrix,
    layout: &Layout,
    histogram: &[f64],
    columns: &[usize],
    total: &[f64],
    growth: &Growth,
) -> Option<Split> {
    if total[layout.n_gradients + 1] < 2.0 * growth.min_samples_leaf {
        return None;
    }
    let find = |&column: &usize| {
        let cells = layout.cells(histogram, column);
        let mut search = Search::new(column, cells, total, layout.n_gradients, growth);
        match &matrix.bins[column] {
            Bins::Numeric { .. } => search.numbers(),
            Bins::Categorical { .. } => search.categories(),
        }
        search.best
    };
    let found: Vec<Option<Split>> = if layout.size() < PARALLEL_CELLS_MIN {
        columns.iter().map(find).collect()
    } else {
        columns.par_iter().map(find).collect()
    };
    let mut best: Option<Split> = None;
    for split in found.into_iter().flatten() {
        if best.as_ref().is_none_or(|best| split.gain > best.gain) {
            best = Some(split);
        }
    }
    best
}

/// The search of one column.
struct Search<'a> {
    column: usize,
    cells: &'a [f64],
    total: &'a [f64],
    /// Gradients per cell.
    k: usize,
    n_bins: usize,
    growth: &'a Growth,
    gain_min: f64,
    node_score: f64,
    best: Option<Split>,
}

impl<'a> Search<'a> {
    fn new(column: usize, cells: &'a [f64], total: &'a [f64], k: usize, growth: &'a Growth) -> Self {
        let node_score = score(total, k, growth.l2);
        Self {
            column,
            cells,
            total,
            k,
            n_bins: cells.len() / (k + 2) - 1,
            growth,
            // What is below is rounding, not gain.
            gain_min: growth.min_gain.max(1e-12 * node_score.abs()),
            node_score,
            best: None,
        }
    }

    fn cell(&self, bin: usize) -> &'a [f64] {
        &self.cells[bin * (self.k + 2)..(bin + 1) * (self.k + 2)]
    }

    fn rows(&self, bin: usize) -> f64 {
        self.cell(bin)[self.k + 1]
    }

    /// Each edge between bins, with missing values right and, when there are any, left; and all
    /// values left against missing ones right.
    fn numbers(&mut self) {
        let missing = self.rows(self.n_bins) > 0.0;
        let mut left = vec![0.0; self.k + 2];
        let last = if missing { self.n_bins } else { self.n_bins - 1 };
        for bin in 0..last {
            add(&mut left, self.cell(bin));
            if self.rows(bin) > 0.0 {
                self.offer(&left, self.growth.l2, false, |_| LeftBins::UpTo(bin as u8));
            }
        }
        if missing {
            left.copy_from_slice(self.cell(self.n_bins));
            for bin in 0..self.n_bins - 1 {
                add(&mut left, self.cell(bin));
                if self.rows(bin) > 0.0 {
                    self.offer(&left, self.growth.l2, true, |_| LeftBins::UpTo(bin as u8));
                }
            }
        } else if let Some(best) = &mut self.best {
            best.missing_left = 2.0 * best.left[self.k + 1] > self.total[self.k + 1];
        }
    }

    /// Categories sorted by gradient over hessian (Fisher 1958: for one gradient the best subset is
    /// a prefix), taken from the low and from the high end; missing is one category more. With
    /// several gradients, one order each.
    fn categories(&mut self) {
        let eligible: Vec<usize> = (0..=self.n_bins).filter(|&bin| self.rows(bin) >= CATEGORY_ROWS_MIN).collect();
        let occurring = (0..=self.n_bins).filter(|&bin| self.rows(bin) > 0.0).count();
        let l2 = self.growth.l2 + if occurring > CATEGORY_FEW { CATEGORY_L2 } else { 0.0 };
        // Two gradients that add up to a constant (two classes) order alike.
        let n_orders = if self.k == 2 { 1 } else { self.k };
        for gradient in 0..n_orders {
            let key = |bin: usize| self.cell(bin)[gradient] / (self.cell(bin)[self.k] + CATEGORY_SMOOTHING);
            let mut order = eligible.clone();
            order.sort_by(|&a, &b| key(a).total_cmp(&key(b)).then(a.cmp(&b)));
            self.prefixes(&order, l2);
            order.reverse();
            self.prefixes(&order, l2);
        }
    }

    fn prefixes(&mut self, order: &[usize], l2: f64) {
        let mut left = vec![0.0; self.k + 2];
        let unseen_left = |left: &[f64], total: &[f64], k: usize| 2.0 * left[k + 1] > total[k + 1];
        for taken in 1..=order.len().min(CATEGORY_SIDE_MAX) {
            add(&mut left, self.cell(order[taken - 1]));
            let side = &order[..taken];
            let missing_seen = self.rows(self.n_bins) > 0.0;
            let missing_left =
                if missing_seen { side.contains(&self.n_bins) } else { unseen_left(&left, self.total, self.k) };
            // Categories that do not occur in the node go where missing values go.
            self.offer(&left, l2, missing_left, |search| {
                let goes = |bin: usize| if search.rows(bin) > 0.0 { side.contains(&bin) } else { missing_left };
                LeftBins::Among((0..search.n_bins).map(goes).collect())
            });
        }
    }

    fn offer(&mut self, left: &[f64], l2: f64, missing_left: bool, bins: impl FnOnce(&Self) -> LeftBins) {
        let k = self.k;
        let mut right_gradients = 0.0;
        let (left_rows, right_rows) = (left[k + 1], self.total[k + 1] - left[k + 1]);
        if left_rows < self.growth.min_samples_leaf || right_rows < self.growth.min_samples_leaf {
            return;
        }
        let (left_hessian, right_hessian) = (left[k], self.total[k] - left[k]);
        if left_hessian < self.growth.min_hessian_leaf || right_hessian < self.growth.min_hessian_leaf {
            return;
        }
        for (total, left) in self.total[..k].iter().zip(&left[..k]) {
            right_gradients += (total - left) * (total - left);
        }
        let right_weight = right_hessian + l2;
        let right_score = if right_weight > 0.0 { right_gradients / right_weight } else { 0.0 };
        let gain = score(left, k, l2) + right_score - self.node_score;
        if gain > self.gain_min && self.best.as_ref().is_none_or(|best| gain > best.gain) {
            let bins = bins(self);
            self.best = Some(Split { column: self.column, gain, bins, missing_left, left: left.to_vec() });
        }
    }
}

fn add(sums: &mut [f64], cell: &[f64]) {
    sums.iter_mut().zip(cell).for_each(|(sum, value)| *sum += value);
}
