//! The quadratic programme of a support vector machine, by sequential minimal optimisation: two
//! variables at a time, chosen by second-order information (Fan, Chen & Lin 2005, WSS 2), as LIBSVM does.

use mlwright_base::{CancelToken, Cancelled};
use ndarray::{ArrayView1, ArrayView2};

use super::Kernel;

/// LIBSVM's limit; it is not reached but with a penalty so weak that the machine is of no use.
const ITERATIONS_MAX: usize = 10_000_000;
/// Bytes of kernel rows kept for the next time they are asked for.
const CACHE_BYTES: usize = 128 << 20;
/// Taken for a curvature that is not above 0, as for equal rows (LIBSVM's `TAU`).
const CURVATURE_MIN: f64 = 1e-12;

/// Minimise ½ αᵀQα + pᵀα with 0 ≤ α ≤ bound and Σ sign α = 0, where Q = sign signᵀ × K. There may be more
/// variables than rows: variable `i` belongs to row `i % n_rows`.
pub(super) struct Problem<'a> {
    /// Shape `(n_rows, n_columns)`.
    pub z: ArrayView2<'a, f64>,
    pub kernel: Kernel,
    /// 1 or −1 for each variable.
    pub signs: Vec<f64>,
    /// p.
    pub linear: Vec<f64>,
    pub bounds: Vec<f64>,
}

pub(super) struct Solution {
    pub alpha: Vec<f64>,
    /// What is taken off Σ sign α K(row, x) to give the decision.
    pub rho: f64,
}

impl Problem<'_> {
    /// Solves until no pair of variables violates the optimality conditions by more than `tolerance`.
    pub fn solve(&self, tolerance: f64, cancel: &CancelToken) -> Result<Solution, Cancelled> {
        let (n, n_rows) = (self.signs.len(), self.z.nrows());
        let mut rows = KernelRows::new(self.z, self.kernel);
        let mut alpha = vec![0.0; n];
        let mut gradient = self.linear.clone();
        for _ in 0..ITERATIONS_MAX {
            cancel.check()?;
            let Some((i, most)) = self.most_violating(&alpha, &gradient) else { break };
            let from = rows.of(i % n_rows).to_vec();
            let Some(j) = self.partner(i, most, tolerance, &alpha, &gradient, &from, &rows.diagonal) else { break };
            let (before_i, before_j) = (alpha[i], alpha[j]);
            self.step((i, j), &mut alpha, &gradient, curvature(&rows.diagonal, i % n_rows, j % n_rows, &from));
            let to = rows.of(j % n_rows);
            let (moved_i, moved_j) = (alpha[i] - before_i, alpha[j] - before_j);
            let (by_i, by_j) = (moved_i * self.signs[i], moved_j * self.signs[j]);
            for (gradient, signs) in gradient.chunks_mut(n_rows).zip(self.signs.chunks(n_rows)) {
                for (((gradient, sign), from), to) in gradient.iter_mut().zip(signs).zip(&from).zip(to) {
                    *gradient += sign * (by_i * from + by_j * to);
                }
            }
        }
        let rho = self.rho(&alpha, &gradient);
        Ok(Solution { alpha, rho })
    }

    /// Whether sign α may grow.
    fn may_rise(&self, i: usize, alpha: &[f64]) -> bool {
        if self.signs[i] > 0.0 { alpha[i] < self.bounds[i] } else { alpha[i] > 0.0 }
    }

    /// Whether sign α may shrink.
    fn may_fall(&self, i: usize, alpha: &[f64]) -> bool {
        if self.signs[i] > 0.0 { alpha[i] > 0.0 } else { alpha[i] < self.bounds[i] }
    }

    fn most_violating(&self, alpha: &[f64], gradient: &[f64]) -> Option<(usize, f64)> {
        let mut best: Option<(usize, f64)> = None;
        for (i, slope) in gradient.iter().enumerate() {
            let pull = -self.signs[i] * slope;
            if self.may_rise(i, alpha) && best.is_none_or(|(_, most)| pull > most) {
                best = Some((i, pull));
            }
        }
        best
    }

    /// The variable that decreases the objective most together with `i`; none when the conditions hold.
    #[expect(clippy::too_many_arguments, reason = "the state of the solver")]
    fn partner(
        &self,
        i: usize,
        most: f64,
        tolerance: f64,
        alpha: &[f64],
        gradient: &[f64],
        from: &[f64],
        diagonal: &[f64],
    ) -> Option<usize> {
        let n_rows = from.len();
        let mut least = f64::INFINITY;
        let mut best: Option<(usize, f64)> = None;
        for (j, slope) in gradient.iter().enumerate() {
            if !self.may_fall(j, alpha) {
                continue;
            }
            let pull = -self.signs[j] * slope;
            least = least.min(pull);
            let apart = most - pull;
            if apart > 0.0 {
                let gain = apart * apart / curvature(diagonal, i % n_rows, j % n_rows, from);
                if best.is_none_or(|(_, most)| gain > most) {
                    best = Some((j, gain));
                }
            }
        }
        best.filter(|_| most - least > tolerance).map(|(j, _)| j)
    }

    /// Moves two variables to the minimum along the line that keeps Σ sign α, within their bounds.
    fn step(&self, (i, j): (usize, usize), alpha: &mut [f64], gradient: &[f64], curvature: f64) {
        let (sign_i, sign_j) = (self.signs[i], self.signs[j]);
        // sign α of i grows by `length`, that of j shrinks by it.
        let length = (sign_j * gradient[j] - sign_i * gradient[i]) / curvature;
        let room_i = if sign_i > 0.0 { self.bounds[i] - alpha[i] } else { alpha[i] };
        let room_j = if sign_j > 0.0 { alpha[j] } else { self.bounds[j] - alpha[j] };
        let length = length.min(room_i).min(room_j);
        alpha[i] += sign_i * length;
        alpha[j] -= sign_j * length;
        // What has no room left lies on its bound exactly.
        if length == room_i {
            alpha[i] = if sign_i > 0.0 { self.bounds[i] } else { 0.0 };
        }
        if length == room_j {
            alpha[j] = if sign_j > 0.0 { 0.0 } else { self.bounds[j] };
        }
    }

    /// The mean over variables between their bounds; without any, the middle of what bounds allow.
    fn rho(&self, alpha: &[f64], gradient: &[f64]) -> f64 {
        let (mut sum, mut n_free) = (0.0, 0.0);
        let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
        for (i, slope) in gradient.iter().enumerate() {
            let value = self.signs[i] * slope;
            match (self.may_rise(i, alpha), self.may_fall(i, alpha)) {
                (true, true) => {
                    sum += value;
                    n_free += 1.0;
                }
                (true, false) => high = high.min(value),
                (false, true) => low = low.max(value),
                (false, false) => {}
            }
        }
        if n_free > 0.0 {
            return sum / n_free;
        }
        match (low.is_finite(), high.is_finite()) {
            (true, true) => 0.5 * (low + high),
            (true, false) => low,
            (false, true) => high,
            (false, false) => 0.0,
        }
    }
}

fn curvature(diagonal: &[f64], i: usize, j: usize, from: &[f64]) -> f64 {
    let curvature = diagonal[i] + diagonal[j] - 2.0 * from[j];
    if curvature > 0.0 { curvature } else { CURVATURE_MIN }
}

/// Rows of the kernel matrix, computed when asked for; the ones not asked for the longest are dropped.
struct KernelRows<'a> {
    z: ArrayView2<'a, f64>,
    kernel: Kernel,
    squares: Vec<f64>,
    diagonal: Vec<f64>,
    kept: Vec<Option<Vec<f64>>>,
    asked: Vec<u64>,
    n_kept: usize,
    clock: u64,
}

impl<'a> KernelRows<'a> {
    fn new(z: ArrayView2<'a, f64>, kernel: Kernel) -> Self {
        let squares: Vec<f64> = z.rows().into_iter().map(|row| row.dot(&row)).collect();
        let diagonal = squares.iter().map(|&square| kernel.of(square, square, square)).collect();
        let n_rows = z.nrows();
        Self { z, kernel, squares, diagonal, kept: vec![None; n_rows], asked: vec![0; n_rows], n_kept: 0, clock: 0 }
    }

    fn of(&mut self, i: usize) -> &[f64] {
        self.clock += 1;
        self.asked[i] = self.clock;
        if self.kept[i].is_none() {
            let n_rows = self.z.nrows();
            if self.n_kept >= (CACHE_BYTES / (8 * n_rows)).max(2) {
                let oldest = (0..n_rows).filter(|&row| self.kept[row].is_some()).min_by_key(|&row| self.asked[row]);
                if let Some(oldest) = oldest {
                    self.kept[oldest] = None;
                    self.n_kept -= 1;
                }
            }
            let row: ArrayView1<'_, f64> = self.z.row(i);
            let square = self.squares[i];
            let values = self
                .z
                .rows()
                .into_iter()
                .zip(&self.squares)
                .map(|(other, &other_square)| self.kernel.of(other.dot(&row), other_square, square));
            self.kept[i] = Some(values.collect());
            self.n_kept += 1;
        }
        self.kept[i].as_deref().expect("just kept")
    }
}
