//! Gradients and hessians as whole numbers.
//!
//! Sums of whole numbers are the same in any order, so that histograms can be made by any number of
//! threads over rows and columns alike, and taking one child's histogram from its parent's leaves
//! the other child's exactly. LightGBM's quantised training (Shi et al. 2022) takes few bits for
//! speed and rounds at random; here a gradient keeps 30 bits below the largest, more than the
//! 24 bits of the single precision that other libraries sum.
//!
//! A *word* of a row or a cell is `k` gradients and one number more that holds both the hessian (low
//! bits) and the count of rows (high bits): one addition adds up both.

use rayon::prelude::*;

/// Bits of a gradient: sums over 2³² rows stay within 63 bits.
const GRADIENT_BITS: i32 = 30;
/// The most bits of a hessian.
const HESSIAN_BITS_MAX: u32 = 30;
/// Rows handled by one piece of parallel work.
const ROWS_PER_PIECE: usize = 16_384;

/// What the rows of a fit want, shape `(n_rows, k + 1)`: gradients, then the hessian.
pub(crate) struct FixedPoint {
    /// Gradients per row.
    pub k: usize,
    pub words: Vec<i32>,
    pub units: Units,
}

/// What the whole numbers stand for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Units {
    /// One gradient unit.
    pub gradient: f64,
    /// One hessian unit.
    pub hessian: f64,
    /// How far a count is shifted above the hessian.
    pub shift: u32,
}

impl Units {
    /// The count and the hessian of a sum's last number.
    #[inline]
    pub fn count(self, last: i64) -> i64 {
        last >> self.shift
    }

    /// The hessian of a sum's last number.
    #[inline]
    pub fn hessian(self, last: i64) -> f64 {
        (last & ((1 << self.shift) - 1)) as f64 * self.hessian
    }

    /// The gradient of a sum's number.
    #[inline]
    pub fn gradient(self, sum: i64) -> f64 {
        sum as f64 * self.gradient
    }
}

impl FixedPoint {
    pub fn empty(k: usize) -> Self {
        Self { k, words: Vec::new(), units: Units { gradient: 1.0, hessian: 1.0, shift: 32 } }
    }

    /// Rounds gradients, shape `(n_rows, k)`, and hessians, shape `(n_rows,)`, which are not negative.
    pub fn set(&mut self, gradients: &[f64], hessians: &[f64]) {
        let (k, n_rows) = (self.k, hessians.len());
        let count_bits = usize::BITS - n_rows.leading_zeros();
        let shift = 63 - count_bits;
        let hessian_bits = shift.saturating_sub(count_bits).clamp(1, HESSIAN_BITS_MAX);
        let gradient_unit = unit(largest(gradients), f64::from(GRADIENT_BITS).exp2());
        let hessian_unit = unit(largest(hessians), f64::from(hessian_bits).exp2() - 1.0);
        self.units = Units { gradient: gradient_unit, hessian: hessian_unit, shift };
        self.words.resize(n_rows * (k + 1), 0);
        let (per_gradient, per_hessian) = (1.0 / gradient_unit, 1.0 / hessian_unit);
        let pieces = self.words.par_chunks_mut(ROWS_PER_PIECE * (k + 1));
        let pieces = pieces.zip(gradients.par_chunks(ROWS_PER_PIECE * k)).zip(hessians.par_chunks(ROWS_PER_PIECE));
        pieces.for_each(|((words, gradients), hessians)| {
            for ((word, gradients), hessian) in
                words.chunks_exact_mut(k + 1).zip(gradients.chunks_exact(k)).zip(hessians)
            {
                for (word, gradient) in word.iter_mut().zip(gradients) {
                    *word = rounded(gradient * per_gradient);
                }
                word[k] = rounded(hessian * per_hessian);
            }
        });
    }
}

/// To the nearest whole number, without the call that `round` is on processors of the base level.
#[inline]
fn rounded(value: f64) -> i32 {
    (value + 0.5_f64.copysign(value)) as i32
}

/// The unit in which `largest` is `steps`. It and its inverse are finite and above zero.
fn unit(largest: f64, steps: f64) -> f64 {
    let unit = largest / steps;
    if unit > f64::MIN_POSITIVE { unit } else { f64::MIN_POSITIVE * 4.0 }
}

fn largest(values: &[f64]) -> f64 {
    let of = |values: &[f64]| values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    values.par_chunks(ROWS_PER_PIECE).map(of).reduce(|| 0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_come_back_as_they_went_in() {
        for n_rows in [1_usize, 7, 5000] {
            let gradients: Vec<f64> = (0..n_rows).map(|row| (row as f64 * 0.7).sin()).collect();
            let hessians: Vec<f64> = (0..n_rows).map(|row| 0.25 + 0.2 * (row as f64).cos()).collect();
            let mut fixed = FixedPoint::empty(1);
            fixed.set(&gradients, &hessians);
            let (mut gradient, mut last) = (0_i64, 0_i64);
            for word in fixed.words.chunks_exact(2) {
                gradient += i64::from(word[0]);
                last += (1_i64 << fixed.units.shift) + i64::from(word[1]);
            }
            assert_eq!(fixed.units.count(last), n_rows as i64);
            let close = |found: f64, expected: f64| (found - expected).abs() < 1e-7 * n_rows as f64;
            assert!(close(fixed.units.gradient(gradient), gradients.iter().sum()));
            assert!(close(fixed.units.hessian(last), hessians.iter().sum()));
        }
        let mut nothing = FixedPoint::empty(1);
        nothing.set(&[0.0, 0.0], &[0.0, 0.0]);
        assert_eq!(nothing.words, [0; 4]);
    }
}
