//! Cholesky factorisation with diagonal pivoting, which also finds the rank (Higham 2002, §10.3).

use mlwright_base::{CancelToken, Cancelled};
use ndarray::{Array2, ArrayView1, ArrayView2};
use rayon::prelude::*;

/// A diagonal that falls below this share of the largest is rounding: its column depends on others.
const RANK_TOLERANCE: f64 = 1e-11;
/// Below this many multiplications a column is done on one thread.
const PARALLEL_WORK_MIN: usize = 1 << 16;

/// A symmetric positive semi-definite matrix A with A = Rᵀ R, R of shape `(rank, n)`.
pub(crate) struct Cholesky {
    /// Row `i` belongs to row `order[i]` of A and holds up to `rank` numbers: those up to the diagonal.
    lower: Vec<Vec<f64>>,
    order: Vec<usize>,
    rank: usize,
}

impl Cholesky {
    /// Factorises the matrix; cost n × rank² / 2 multiplications. Of equal diagonals the first is taken.
    pub fn new(a: ArrayView2<'_, f64>, cancel: &CancelToken) -> Result<Self, Cancelled> {
        let n = a.nrows();
        let mut lower: Vec<Vec<f64>> = vec![Vec::new(); n];
        let mut order: Vec<usize> = (0..n).collect();
        let mut left: Vec<f64> = a.diag().to_vec();
        let least = RANK_TOLERANCE * left.iter().copied().fold(0.0, f64::max);
        let mut rank = 0;
        while rank < n {
            cancel.check()?;
            let pivot = (rank..n).fold(rank, |best, i| if left[i] > left[best] { i } else { best });
            if left[pivot] <= least {
                break;
            }
            order.swap(rank, pivot);
            left.swap(rank, pivot);
            lower.swap(rank, pivot);
            let root = left[rank].sqrt();
            let (head, tail) = lower.split_at_mut(rank + 1);
            let (pivot_row, column) = (&mut head[rank], a.row(order[rank]));
            let set = |row: &mut Vec<f64>, i: usize, left: &mut f64| {
                let value = (column[i] - dot(row, pivot_row)) / root;
                row.push(value);
                *left -= value * value;
            };
            let (order, left) = (&order[rank + 1..], &mut left[rank + 1..]);
            if tail.len() * rank < PARALLEL_WORK_MIN {
                tail.iter_mut().zip(order).zip(left).for_each(|((row, &i), left)| set(row, i, left));
            } else {
                tail.par_iter_mut().zip(order).zip(left).for_each(|((row, &i), left)| set(row, i, left));
            }
            pivot_row.push(root);
            rank += 1;
        }
        Ok(Self { lower, order, rank })
    }

    /// Solves A w = b for a `b` in A's range; rows that depend on others get 0.
    pub fn solve(&self, b: &[f64]) -> Vec<f64> {
        let mut solution = self.solve_half(b);
        for i in (0..self.rank).rev() {
            solution[i] /= self.lower[i][i];
            let value = solution[i];
            for (part, factor) in solution[..i].iter_mut().zip(&self.lower[i]) {
                *part -= factor * value;
            }
        }
        let mut w = vec![0.0; self.order.len()];
        for (value, &i) in solution.iter().zip(&self.order) {
            w[i] = *value;
        }
        w
    }

    /// Solves Rᵀ u = b for a `b` in A's range; shape `(rank,)`.
    pub fn solve_half(&self, b: &[f64]) -> Vec<f64> {
        let mut solution: Vec<f64> = Vec::with_capacity(self.rank);
        for i in 0..self.rank {
            let known = dot(&self.lower[i][..i], &solution);
            solution.push((b[self.order[i]] - known) / self.lower[i][i]);
        }
        solution
    }

    /// R with the columns in A's order, shape `(rank, n)`.
    pub fn factor(&self) -> Array2<f64> {
        let mut factor = Array2::zeros((self.rank, self.order.len()));
        for (row, &i) in self.lower.iter().zip(&self.order) {
            for (position, value) in row.iter().enumerate() {
                factor[[position, i]] = *value;
            }
        }
        factor
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    ArrayView1::from(a).dot(&ArrayView1::from(b))
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn full_rank_and_singular_systems() {
        let a = array![[4.0, 2.0, 0.6], [2.0, 5.0, 1.0], [0.6, 1.0, 3.0]];
        let cholesky = Cholesky::new(a.view(), &CancelToken::new()).expect("not cancelled");
        assert_eq!(cholesky.rank, 3);
        let w = cholesky.solve(&a.dot(&array![1.0, -2.0, 3.0]).to_vec());
        for (found, expected) in w.iter().zip([1.0, -2.0, 3.0]) {
            assert!((found - expected).abs() < 1e-14, "{w:?}");
        }
        // The third row is the sum of the first two.
        let b = array![[1.0, 0.0], [0.0, 2.0], [1.0, 2.0]];
        let singular = b.dot(&b.t());
        let cholesky = Cholesky::new(singular.view(), &CancelToken::new()).expect("not cancelled");
        assert_eq!(cholesky.rank, 2);
        let target = singular.dot(&array![1.0, 1.0, 1.0]);
        let again = singular.dot(&ndarray::Array1::from(cholesky.solve(&target.to_vec())));
        assert!((again - target).iter().all(|difference| difference.abs() < 1e-13));
        let factor = cholesky.factor();
        assert!((factor.t().dot(&factor) - singular).iter().all(|difference| difference.abs() < 1e-14));
    }

    #[test]
    fn nothing_and_zeros_have_rank_zero() {
        for n in [0, 3] {
            let cholesky = Cholesky::new(Array2::zeros((n, n)).view(), &CancelToken::new()).expect("not cancelled");
            assert_eq!((cholesky.rank, cholesky.solve(&vec![1.0; n])), (0, vec![0.0; n]));
        }
    }
}
