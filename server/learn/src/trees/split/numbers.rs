//! Splits of columns of numbers: each edge between bins.

use super::{LeftBins, Search, Split};

/// A drawn number of each node and column, from the node's and the column's place (SplitMix64, Steele et al. 2014).
fn mixed(draw: u64, slot: usize) -> u64 {
    let mut z = draw ^ (slot as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A position below `n`, drawn.
pub(super) fn drawn(draw: u64, slot: usize, n: usize) -> usize {
    ((u128::from(mixed(draw, slot)) * n as u128) >> 64) as usize
}

impl Search<'_> {
    /// Each edge between bins, with missing values right and, when there are any, left; and all
    /// values left against missing ones right.
    pub(super) fn numbers(&mut self) {
        let missing = self.rows(self.n_bins) > 0;
        let nothing = vec![0; self.k + 1];
        if let Some(draw) = self.node.draw {
            return self.drawn_edge(draw, missing);
        }
        let last = if missing { self.n_bins } else { self.n_bins - 1 };
        self.edges(last, &nothing, false);
        if missing {
            self.edges(self.n_bins - 1, self.cell(self.n_bins), true);
        }
        self.send_unseen();
    }

    /// Missing values that the node has not seen go with most rows.
    fn send_unseen(&mut self) {
        if self.rows(self.n_bins) == 0
            && let Some(best) = &mut self.best
        {
            best.missing_left = 2 * self.node.units.count(best.left[self.k]) > self.n_rows;
        }
    }

    fn edges(&mut self, last: usize, start: &[i64], missing_left: bool) {
        if self.k == 1 && self.sign == 0 && self.is_plain() && self.occupied.is_none() {
            return self.edges_of_one_gradient(last, [start[0], start[1]], missing_left);
        }
        let mut left = start.to_vec();
        for bin in self.bins_below(last) {
            add(&mut left, self.cell(bin));
            if self.rows(bin) > 0 {
                self.offer(&left, self.node.growth.l2, missing_left, |_| LeftBins::UpTo(bin as u8));
            }
        }
    }

    /// As [`Search::edges`] for one gradient and the plain score: sums first, then gains without a
    /// branch, over the edges that leave enough rows on both sides.
    fn edges_of_one_gradient(&mut self, last: usize, start: [i64; 2], missing_left: bool) {
        let (units, growth) = (self.node.units, self.node.growth);
        let (cells, _) = self.cells.as_chunks::<2>();
        let mut sums = [[0_i64; 2]; 256];
        let mut left = start;
        for (sum, cell) in sums.iter_mut().zip(&cells[..last]) {
            left = [left[0] + cell[0], left[1] + cell[1]];
            *sum = left;
        }
        let fits = |rows: i64, hessian: f64| rows >= growth.min_samples_leaf && hessian >= growth.min_hessian_leaf;
        let total = [self.node.sums[0], self.node.sums[1]];
        let is_left = |sum: &[i64; 2]| fits(units.count(sum[1]), units.hessian(sum[1]));
        let is_right = |sum: &[i64; 2]| fits(units.count(total[1] - sum[1]), units.hessian(total[1] - sum[1]));
        let first = sums[..last].partition_point(|sum| !is_left(sum));
        let end = sums[..last].partition_point(is_right);
        if first >= end {
            return;
        }
        let mut gains = [f64::NEG_INFINITY; 256];
        let (gradient, hessian) = (units.gradient(total[0]), units.hessian(total[1]));
        let l2 = growth.l2;
        for (gain, sum) in gains[first..end].iter_mut().zip(&sums[first..end]) {
            let (left_gradient, left_hessian) = (units.gradient(sum[0]), units.hessian(sum[1]));
            let (right_gradient, right_hessian) = (gradient - left_gradient, hessian - left_hessian);
            *gain = left_gradient * left_gradient / (left_hessian + l2)
                + right_gradient * right_gradient / (right_hessian + l2);
        }
        let floor = self.best.as_ref().map_or(self.gain_min, |best| best.gain) + self.node_score;
        let mut best: Option<(usize, f64)> = None;
        for (bin, &gain) in gains.iter().enumerate().take(end).skip(first) {
            if gain > best.map_or(floor, |(_, gain)| gain) {
                best = Some((bin, gain));
            }
        }
        if let Some((bin, gain)) = best {
            self.best = Some(Split {
                slot: self.slot,
                gain: gain - self.node_score,
                bins: LeftBins::UpTo(bin as u8),
                missing_left,
                left: sums[bin].to_vec(),
            });
        }
    }

    /// One edge, drawn among those between bins that have rows (Geurts et al. 2006, with bins for values).
    fn drawn_edge(&mut self, draw: u64, missing: bool) {
        let has_rows = |bin: &usize| self.rows(*bin) > 0;
        let mut with_rows = self.bins_below(self.n_bins).filter(has_rows);
        let Some(low) = with_rows.next() else { return };
        let high = with_rows.last().unwrap_or(low);
        let edge = if high > low { low + drawn(draw, self.slot, high - low) } else { low };
        let mut left = vec![0; self.k + 1];
        for bin in self.bins_below(edge + 1) {
            add(&mut left, self.cell(bin));
        }
        let l2 = self.node.growth.l2;
        self.offer(&left, l2, false, |_| LeftBins::UpTo(edge as u8));
        if missing && high > low {
            add(&mut left, self.cell(self.n_bins));
            self.offer(&left, l2, true, |_| LeftBins::UpTo(edge as u8));
        }
        self.send_unseen();
    }
}

pub(super) fn add(sums: &mut [i64], cell: &[i64]) {
    sums.iter_mut().zip(cell).for_each(|(sum, value)| *sum += value);
}
