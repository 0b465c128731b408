//! Cholesky factorisation: in blocks while the matrix is clearly definite, else with diagonal pivoting,
//! which also finds the rank (Higham 2002, §10.3).

use mlwright_base::{CancelToken, Cancelled};
use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView1, ArrayView2, Axis, Slice};
use rayon::prelude::*;

/// A diagonal that falls below this share of the largest is rounding: its column depends on others.
const RANK_TOLERANCE: f64 = 1e-11;
/// Columns factorised before what is right of them is brought up to date.
const BLOCK: usize = 64;
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
    /// Factorises the matrix; cost n × rank² / 2 multiplications, n³ / 6 for a definite one.
    pub fn new(a: ArrayView2<'_, f64>, cancel: &CancelToken) -> Result<Self, Cancelled> {
        match definite(a, cancel)? {
            Some(lower) => {
                let rows = lower
                    .rows()
                    .into_iter()
                    .enumerate()
                    .map(|(i, row)| row.iter().take(i + 1).copied().collect())
                    .collect();
                Ok(Self { lower: rows, order: (0..a.nrows()).collect(), rank: a.nrows() })
            }
            None => Self::pivoted(a, cancel),
        }
    }

    /// Of equal diagonals the first is taken.
    fn pivoted(a: ArrayView2<'_, f64>, cancel: &CancelToken) -> Result<Self, Cancelled> {
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
    fn solve_half(&self, b: &[f64]) -> Vec<f64> {
        let mut solution: Vec<f64> = Vec::with_capacity(self.rank);
        for i in 0..self.rank {
            let known = dot(&self.lower[i][..i], &solution);
            solution.push((b[self.order[i]] - known) / self.lower[i][i]);
        }
        solution
    }
}

/// The lower factor of a definite matrix, block by block (Golub & Van Loan 2013, §4.2.9), or nothing
/// when a column depends on those before it up to rounding. Above the diagonal are remains.
fn definite(a: ArrayView2<'_, f64>, cancel: &CancelToken) -> Result<Option<Array2<f64>>, Cancelled> {
    let n = a.nrows();
    let least = RANK_TOLERANCE * a.diag().iter().copied().fold(0.0, f64::max);
    let mut l = a.to_owned();
    for start in (0..n).step_by(BLOCK) {
        cancel.check()?;
        let end = (start + BLOCK).min(n);
        for j in start..end {
            let known: Vec<f64> = l.row(j).iter().take(j).skip(start).copied().collect();
            let left = l[[j, j]] - dot(&known, &known);
            if left.is_nan() || left <= least {
                return Ok(None);
            }
            let root = left.sqrt();
            l[[j, j]] = root;
            for row in j + 1..end {
                let product: f64 = (start..j).zip(&known).map(|(k, value)| l[[row, k]] * value).sum();
                l[[row, j]] = (l[[row, j]] - product) / root;
            }
        }
        let (head, tail) = l.view_mut().split_at(Axis(0), end);
        let pivots: Vec<Vec<f64>> =
            (start..end).map(|row| head.row(row).iter().take(row + 1).skip(start).copied().collect()).collect();
        let (mut before, mut rest) = tail.split_at(Axis(1), end);
        let mut panel = before.slice_axis_mut(Axis(1), Slice::from(start..));
        panel.axis_chunks_iter_mut(Axis(0), BLOCK).into_par_iter().try_for_each(|mut rows| {
            cancel.check()?;
            for mut row in rows.rows_mut() {
                let row = row.as_slice_mut().expect("a row lies in one piece");
                for (j, pivots) in pivots.iter().enumerate() {
                    row[j] = (row[j] - dot(&row[..j], &pivots[..j])) / pivots[j];
                }
            }
            Ok(())
        })?;
        let panel = panel.view();
        rest.axis_chunks_iter_mut(Axis(0), BLOCK).into_par_iter().enumerate().try_for_each(|(block, mut rows)| {
            cancel.check()?;
            let first = block * BLOCK;
            let last = first + rows.nrows();
            let mut lower = rows.slice_axis_mut(Axis(1), Slice::from(..last));
            let (own, before) =
                (panel.slice_axis(Axis(0), Slice::from(first..last)), panel.slice_axis(Axis(0), Slice::from(..last)));
            general_mat_mul(-1.0, &own, &before.t(), 1.0, &mut lower);
            Ok(())
        })?;
    }
    Ok(Some(l))
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    ArrayView1::from(a).dot(&ArrayView1::from(b))
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    /// R with the columns in A's order, shape `(rank, n)`.
    fn factor(cholesky: &Cholesky) -> Array2<f64> {
        let mut factor = Array2::zeros((cholesky.rank, cholesky.order.len()));
        for (row, &i) in cholesky.lower.iter().zip(&cholesky.order) {
            for (position, value) in row.iter().enumerate() {
                factor[[position, i]] = *value;
            }
        }
        factor
    }

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
        let factor = factor(&cholesky);
        assert!((factor.t().dot(&factor) - singular).iter().all(|difference| difference.abs() < 1e-14));
    }

    #[test]
    fn blocks_and_pivots_agree() {
        let mut state = 5_u64;
        let mut next = || {
            state = (1_103_515_245 * state + 12345) % 2_147_483_648;
            state as f64 / 2_147_483_648.0 - 0.5
        };
        let b = Array2::from_shape_fn((200, 150), |_| next());
        let a = b.t().dot(&b);
        let cancel = CancelToken::new();
        let (blocks, pivots) = (Cholesky::new(a.view(), &cancel), Cholesky::pivoted(a.view(), &cancel));
        let (blocks, pivots) = (blocks.expect("not cancelled"), pivots.expect("not cancelled"));
        let factor = factor(&blocks);
        assert_eq!((blocks.rank, blocks.order[149]), (150, 149));
        assert!((factor.t().dot(&factor) - &a).iter().all(|difference| difference.abs() < 1e-12));
        let right: Vec<f64> = a.dot(&ndarray::Array1::ones(150)).to_vec();
        for (block, pivot) in blocks.solve(&right).iter().zip(pivots.solve(&right)) {
            assert!((block - pivot).abs() < 1e-9 && (block - 1.0).abs() < 1e-9, "{block} {pivot}");
        }
    }

    #[test]
    fn nothing_and_zeros_have_rank_zero() {
        for n in [0, 3] {
            let cholesky = Cholesky::new(Array2::zeros((n, n)).view(), &CancelToken::new()).expect("not cancelled");
            assert_eq!((cholesky.rank, cholesky.solve(&vec![1.0; n])), (0, vec![0.0; n]));
        }
    }
}
