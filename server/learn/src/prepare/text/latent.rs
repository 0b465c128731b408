//! Latent semantic analysis (Deerwester et al. 1990): the first right singular vectors of the rows ×
//! word sequences matrix, by the randomised range finder of Halko, Martinsson & Tropp 2011
//! (algorithms 4.4 and 5.1), as scikit-learn's `TruncatedSVD`.
//!
//! Bases are made orthogonal through the eigenvectors of their small Gram matrix (Stathopoulos & Wu
//! 2002), which needs one kind of decomposition only; it is worked out in blocks of fixed size, so
//! that the number of threads does not matter.

use mlwright_base::{CancelToken, Cancelled, Seed};
use rand::Rng;
use rayon::prelude::*;

use super::sparse::Sparse;
use crate::split::generator;

/// Directions looked for beside those that are kept.
const SPARE: usize = 10;
/// Times the basis is multiplied by the matrix and its transpose to tell directions of like strength
/// apart; `TruncatedSVD` does it five times.
const POWER_STEPS: usize = 4;
/// Rows of a dense matrix that are added up as one piece.
const PIECE_ROWS: usize = 1024;
/// The squared length, relative to the largest, below which a direction is rounding.
const RELATIVE_MIN: f64 = 1e-12;
/// Rounds over all pairs in the eigenvalue search; it converges quadratically, in six to ten.
const SWEEPS_MAX: usize = 30;

/// The first right singular vectors, at most `n_components`, strongest first: shape
/// `(n_columns, found)`, and `found`. Each is signed so that its largest number is positive.
pub(super) fn components(
    a: &Sparse,
    n_components: usize,
    seed: Seed,
    cancel: &CancelToken,
) -> Result<(Vec<f64>, usize), Cancelled> {
    let wanted = n_components.min(a.n_rows()).min(a.n_columns);
    if wanted == 0 || a.n_values() == 0 {
        return Ok((Vec::new(), 0));
    }
    let mut width = (wanted + SPARE).min(a.n_rows()).min(a.n_columns);
    let transposed = a.transposed();
    let mut rng = generator(seed, "latent");
    let start: Vec<f64> = (0..a.n_columns * width).map(|_| if rng.r#gen::<bool>() { 1.0 } else { -1.0 }).collect();
    let mut basis = a.times(&start, width, cancel)?;
    for step in 0..=POWER_STEPS {
        width = orthonormalise(&mut basis, width, cancel)?;
        if width == 0 {
            return Ok((Vec::new(), 0));
        }
        if step < POWER_STEPS {
            basis = a.times(&transposed.times(&basis, width, cancel)?, width, cancel)?;
        }
    }
    // The rows of QᵀA, seen as columns; their right singular vectors are A's.
    let projected = transposed.times(&basis, width, cancel)?;
    let (strengths, vectors) = symmetric_eigen(gram(&projected, width, cancel)?, width, cancel)?;
    let found = strengths.iter().take(wanted).take_while(|strength| **strength > RELATIVE_MIN * strengths[0]).count();
    let mut components = vec![0.0; a.n_columns * found];
    components.par_chunks_exact_mut(found.max(1)).zip(projected.par_chunks_exact(width)).for_each(|(out, row)| {
        for (k, out) in out.iter_mut().enumerate() {
            *out = row.iter().enumerate().map(|(i, value)| value * vectors[i * width + k]).sum::<f64>()
                / strengths[k].sqrt();
        }
    });
    for k in 0..found {
        let largest = components
            .iter()
            .skip(k)
            .step_by(found)
            .fold(0.0_f64, |best, v| if v.abs() > best.abs() { *v } else { best });
        if largest < 0.0 {
            components.iter_mut().skip(k).step_by(found).for_each(|value| *value = -*value);
        }
    }
    Ok((components, found))
}

/// YᵀY of a matrix of shape `(n, width)`.
fn gram(y: &[f64], width: usize, cancel: &CancelToken) -> Result<Vec<f64>, Cancelled> {
    let pieces: Vec<Vec<f64>> = y
        .par_chunks(PIECE_ROWS * width)
        .map(|piece| {
            cancel.check()?;
            let mut sums = vec![0.0; width * width];
            for row in piece.chunks_exact(width) {
                for (i, value) in row.iter().enumerate() {
                    sums[i * width..i * width + width]
                        .iter_mut()
                        .zip(row)
                        .for_each(|(sum, other)| *sum += value * other);
                }
            }
            Ok(sums)
        })
        .collect::<Result<_, Cancelled>>()?;
    let mut total = vec![0.0; width * width];
    for piece in pieces {
        total.iter_mut().zip(piece).for_each(|(total, sum)| *total += sum);
    }
    Ok(total)
}

/// Replaces the columns by an orthonormal basis of what they span; answers how many there are.
fn orthonormalise(y: &mut Vec<f64>, width: usize, cancel: &CancelToken) -> Result<usize, Cancelled> {
    let (strengths, vectors) = symmetric_eigen(gram(y, width, cancel)?, width, cancel)?;
    let found =
        strengths.iter().take_while(|strength| **strength > RELATIVE_MIN * strengths[0].max(f64::MIN_POSITIVE)).count();
    let mut basis = vec![0.0; y.len() / width * found];
    if found > 0 {
        basis.par_chunks_exact_mut(found).zip(y.par_chunks_exact(width)).for_each(|(out, row)| {
            for (i, value) in row.iter().enumerate() {
                out.iter_mut().zip(&vectors[i * width..]).for_each(|(out, vector)| *out += value * vector);
            }
            out.iter_mut().zip(&strengths).for_each(|(out, strength)| *out /= strength.sqrt());
        });
    }
    *y = basis;
    Ok(found)
}

/// Eigenvalues of a symmetric matrix, largest first, and eigenvectors as columns, by Jacobi rotations
/// (Golub & Van Loan 2013, section 8.5).
fn symmetric_eigen(mut a: Vec<f64>, n: usize, cancel: &CancelToken) -> Result<(Vec<f64>, Vec<f64>), Cancelled> {
    let mut vectors = vec![0.0; n * n];
    (0..n).for_each(|i| vectors[i * n + i] = 1.0);
    let total: f64 = a.iter().map(|value| value * value).sum();
    for _ in 0..SWEEPS_MAX {
        cancel.check()?;
        let mut off = 0.0;
        for p in 0..n {
            for q in p + 1..n {
                let apq = a[p * n + q];
                off += apq * apq;
                if apq == 0.0 {
                    continue;
                }
                let tau = (a[q * n + q] - a[p * n + p]) / (2.0 * apq);
                let t = tau.signum() / (tau.abs() + tau.hypot(1.0));
                let c = 1.0 / t.hypot(1.0);
                let s = t * c;
                for k in 0..n {
                    let (x, y) = (a[p * n + k], a[q * n + k]);
                    (a[p * n + k], a[q * n + k]) = (c * x - s * y, s * x + c * y);
                }
                for k in 0..n {
                    let (x, y) = (a[k * n + p], a[k * n + q]);
                    (a[k * n + p], a[k * n + q]) = (c * x - s * y, s * x + c * y);
                    let (x, y) = (vectors[k * n + p], vectors[k * n + q]);
                    (vectors[k * n + p], vectors[k * n + q]) = (c * x - s * y, s * x + c * y);
                }
            }
        }
        if off <= 1e-30 * total {
            break;
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| a[j * n + j].total_cmp(&a[i * n + i]));
    let values = order.iter().map(|&i| a[i * n + i].max(0.0)).collect();
    let sorted = (0..n * n).map(|at| vectors[at / n * n + order[at % n]]).collect();
    Ok((values, sorted))
}
