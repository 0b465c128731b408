//! Splits of columns of categories: a subset against the rest.

use super::numbers::{add, drawn};
use super::{LeftBins, Search};

impl Search<'_> {
    /// Categories sorted by gradient over hessian (Fisher 1958: for one gradient the best subset is
    /// a prefix), taken from the low and from the high end; missing is one category more. With
    /// several gradients, one order each.
    pub(super) fn categories(&mut self) {
        let rule = self.node.growth.categories;
        let occurring = (0..=self.n_bins).filter(|&bin| self.rows(bin) > 0).count();
        let few = occurring <= rule.few;
        let rows_min = if few { 1 } else { rule.rows_min };
        let eligible: Vec<usize> = (0..=self.n_bins).filter(|&bin| self.rows(bin) >= rows_min).collect();
        let l2 = self.node.growth.l2 + if few { 0.0 } else { rule.l2 };
        // Two gradients that add up to a constant (two classes) order alike.
        let n_orders = if self.k == 2 { 1 } else { self.k };
        let side_max = if few { occurring } else { rule.side_max.min(occurring.div_ceil(2)) };
        for gradient in 0..n_orders {
            let units = self.node.units;
            let key = |bin: usize| {
                let cell = self.cell(bin);
                units.gradient(cell[gradient]) / (units.hessian(cell[self.k]) + rule.smoothing)
            };
            let mut order: Vec<(f64, usize)> = eligible.iter().map(|&bin| (key(bin), bin)).collect();
            order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let mut order: Vec<usize> = order.into_iter().map(|(_, bin)| bin).collect();
            if let Some(draw) = self.node.draw {
                let taken = if order.len() > 1 { 1 + drawn(draw, self.slot, order.len() - 1) } else { order.len() };
                self.prefixes(&order, taken..=taken, l2, 0);
                continue;
            }
            let rows_step = if few { 0 } else { rule.rows_step };
            self.prefixes(&order, 1..=side_max.min(order.len()), l2, rows_step);
            order.reverse();
            self.prefixes(&order, 1..=side_max.min(order.len()), l2, rows_step);
        }
    }

    /// Offers the prefixes of `order` with so many categories, at least `rows_step` rows apart.
    fn prefixes(&mut self, order: &[usize], sizes: std::ops::RangeInclusive<usize>, l2: f64, rows_step: i64) {
        let mut left = vec![0; self.k + 1];
        let mut rows_since = 0;
        for taken in 1..=*sizes.end() {
            let bin = order[taken - 1];
            add(&mut left, self.cell(bin));
            rows_since += self.rows(bin);
            if taken < *sizes.start() || rows_since < rows_step {
                continue;
            }
            if self.n_rows - self.node.units.count(left[self.k]) < rows_step {
                break;
            }
            rows_since = 0;
            let side = &order[..taken];
            let missing_seen = self.rows(self.n_bins) > 0;
            let missing_left = if missing_seen {
                side.contains(&self.n_bins)
            } else {
                2 * self.node.units.count(left[self.k]) > self.n_rows
            };
            // Categories that do not occur in the node go where missing values go.
            self.offer(&left, l2, missing_left, |search| {
                let goes = |bin: usize| if search.rows(bin) > 0 { side.contains(&bin) } else { missing_left };
                LeftBins::Among((0..search.n_bins).map(goes).collect())
            });
        }
    }
}
