//! Minimising a smooth convex function plus an L1 penalty: proximal quasi-Newton. The smooth part is
//! modelled by the matrix of limited-memory BFGS in its compact form (Byrd, Nocedal & Schnabel 1994,
//! theorem 2.3), the model plus the penalty is minimised by coordinate descent, and the step is
//! shortened until the sum decreases (Lee, Sun & Saunders 2014; Scheinberg & Tang 2016).
//!
//! Coordinate descent costs no pass over the rows, so that a step costs what one of plain L-BFGS does.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use mlwright_base::{CancelToken, Cancelled};
use ndarray::{Array2, ArrayView1};

use super::lbfgs::{MEMORY, Step, Trial, dot};

/// The most sweeps of the coordinate descent of one step.
const SWEEPS_MAX: usize = 100;
/// The descent ends when a sweep moves nothing further than this share of what the first one moved.
const SWEEP_SHARE: f64 = 0.01;

/// A penalty of `strength` × Σ |weight| on the first `n_weights` numbers of a point.
#[derive(Debug, Clone, Copy)]
pub(super) struct L1 {
    pub strength: f64,
    pub n_weights: usize,
}

impl L1 {
    fn of(self, point: &[f64]) -> f64 {
        self.strength * point[..self.n_weights].iter().map(|weight| weight.abs()).sum::<f64>()
    }

    fn on(self, position: usize) -> f64 {
        if position < self.n_weights { self.strength } else { 0.0 }
    }
}

/// As [`super::lbfgs::minimize`], for the smooth `function` plus the penalty; the largest slope is that
/// of the smallest subgradient.
pub(super) fn minimize(
    point: &mut Vec<f64>,
    l1: L1,
    tolerance: f64,
    iterations_max: usize,
    cancel: &CancelToken,
    mut function: impl FnMut(&[f64], &mut [f64]) -> Result<f64, Cancelled>,
    mut each: impl FnMut(usize) -> Result<ControlFlow<()>, Cancelled>,
) -> Result<f64, Cancelled> {
    let n = point.len();
    let mut gradient = vec![0.0; n];
    let mut value = function(point, &mut gradient)? + l1.of(point);
    let mut steps: VecDeque<Step> = VecDeque::with_capacity(MEMORY);
    let mut trial = Trial::new(n);
    for iteration in 0..iterations_max {
        if each(iteration)?.is_break() || largest_slope(point, &gradient, l1) <= tolerance {
            break;
        }
        let mut direction = direction(&steps, point, &gradient, l1, cancel)?;
        let mut promised = promise(point, &direction, &gradient, l1);
        if promised >= 0.0 {
            // The memory has gone bad by rounding: start over downhill.
            steps.clear();
            direction = self::direction(&steps, point, &gradient, l1, cancel)?;
            promised = promise(point, &direction, &gradient, l1);
        }
        let penalized = |point: &[f64], gradient: &mut [f64]| Ok(function(point, gradient)? + l1.of(point));
        let Some(trial_value) = trial.find(point, value, &direction, promised, 1.0, penalized)? else { break };
        Step::remember(&mut steps, (point, &gradient), (&trial.point, &trial.gradient));
        std::mem::swap(point, &mut trial.point);
        std::mem::swap(&mut gradient, &mut trial.gradient);
        value = trial_value;
    }
    Ok(value)
}

/// The largest number of the smallest subgradient: 0 at the minimum.
fn largest_slope(point: &[f64], gradient: &[f64], l1: L1) -> f64 {
    let slopes = point.iter().zip(gradient).enumerate().map(|(position, (weight, slope))| {
        let strength = l1.on(position);
        if *weight == 0.0 { (slope.abs() - strength).max(0.0) } else { (slope + strength * weight.signum()).abs() }
    });
    slopes.fold(0.0, f64::max)
}

/// What a full step decreases to first order.
fn promise(point: &[f64], direction: &[f64], gradient: &[f64], l1: L1) -> f64 {
    let moved: f64 = point[..l1.n_weights].iter().zip(direction).map(|(w, d)| (w + d).abs() - w.abs()).sum();
    dot(direction, gradient) + l1.strength * moved
}

/// Minimises g·d + ½ d·B·d + penalty(point + d) by coordinate descent.
fn direction(
    steps: &VecDeque<Step>,
    point: &[f64],
    gradient: &[f64],
    l1: L1,
    cancel: &CancelToken,
) -> Result<Vec<f64>, Cancelled> {
    let model = Model::new(steps, gradient);
    let n = point.len();
    let mut direction = vec![0.0; n];
    // Qᵀ d, kept up with every move.
    let mut product = vec![0.0; model.rows.ncols()];
    let mut first_move = 0.0;
    for sweep in 0..SWEEPS_MAX {
        cancel.check()?;
        let mut largest_move = 0.0_f64;
        for position in 0..n {
            let (row, solved) = (model.rows.row(position), model.solved.row(position));
            let curvature = model.diagonal[position];
            let slope =
                gradient[position] + model.scale * direction[position] - solved.dot(&ArrayView1::from(&product));
            let at = point[position] + direction[position];
            let moved = shrink(at - slope / curvature, l1.on(position) / curvature) - at;
            if moved != 0.0 {
                direction[position] += moved;
                product.iter_mut().zip(row).for_each(|(sum, value)| *sum += moved * value);
                largest_move = largest_move.max(moved.abs());
            }
        }
        if sweep == 0 {
            first_move = largest_move;
        }
        // Without memory the model is a ball, which one sweep solves.
        if largest_move <= SWEEP_SHARE * first_move || steps.is_empty() {
            break;
        }
    }
    Ok(direction)
}

fn shrink(value: f64, by: f64) -> f64 {
    value.signum() * (value.abs() - by).max(0.0)
}

/// B = scale × I − Q M⁻¹ Qᵀ.
struct Model {
    scale: f64,
    /// Q, shape `(n, 2 × steps)`.
    rows: Array2<f64>,
    /// Q M⁻¹, same shape.
    solved: Array2<f64>,
    /// The diagonal of B.
    diagonal: Vec<f64>,
}

impl Model {
    fn new(steps: &VecDeque<Step>, gradient: &[f64]) -> Self {
        let (n, k) = (gradient.len(), steps.len());
        let Some(last) = steps.back() else {
            // A first step of length 1 at most.
            let scale = dot(gradient, gradient).sqrt().max(1.0);
            let none = Array2::zeros((n, 0));
            return Self { scale, rows: none.clone(), solved: none, diagonal: vec![scale; n] };
        };
        let scale = dot(&last.bent, &last.bent) / last.curvature;
        let mut rows = Array2::zeros((n, 2 * k));
        let mut middle = Array2::zeros((2 * k, 2 * k));
        for (i, step) in steps.iter().enumerate() {
            for position in 0..n {
                rows[[position, i]] = scale * step.moved[position];
                rows[[position, k + i]] = step.bent[position];
            }
            for (j, other) in steps.iter().enumerate() {
                middle[[i, j]] = scale * dot(&step.moved, &other.moved);
                if i > j {
                    let value = dot(&step.moved, &other.bent);
                    middle[[i, k + j]] = value;
                    middle[[k + j, i]] = value;
                }
            }
            middle[[k + i, k + i]] = -step.curvature;
        }
        let solved = rows.dot(&inverse(middle));
        let least = 1e-8 * scale;
        let diagonal =
            rows.rows().into_iter().zip(solved.rows()).map(|(q, s)| (scale - q.dot(&s)).max(least)).collect();
        Self { scale, rows, solved, diagonal }
    }
}

/// The inverse of a small symmetric matrix, by Gauss-Jordan elimination with partial pivoting. Of a
/// singular one, that of the part that is not.
fn inverse(mut a: Array2<f64>) -> Array2<f64> {
    let n = a.nrows();
    let mut inverse = Array2::eye(n);
    for column in 0..n {
        let pivot = (column..n)
            .fold(column, |best, row| if a[[row, column]].abs() > a[[best, column]].abs() { row } else { best });
        if a[[pivot, column]] == 0.0 {
            continue;
        }
        for k in 0..n {
            a.swap([pivot, k], [column, k]);
            inverse.swap([pivot, k], [column, k]);
        }
        let by = a[[column, column]];
        a.row_mut(column).iter_mut().for_each(|value| *value /= by);
        inverse.row_mut(column).iter_mut().for_each(|value| *value /= by);
        for row in (0..n).filter(|&row| row != column) {
            let factor = a[[row, column]];
            for k in 0..n {
                a[[row, k]] -= factor * a[[column, k]];
                inverse[[row, k]] -= factor * inverse[[column, k]];
            }
        }
    }
    inverse
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ½ Σ scale (x − centre)² + coupling, with a known lasso solution found by its optimality.
    #[test]
    fn the_subgradient_vanishes_and_small_weights_are_zero() {
        let (scales, centres) = ([1.0, 100.0, 0.5, 3.0], [2.0, -3.0, 0.05, 7.0]);
        let l1 = L1 { strength: 0.1, n_weights: 3 };
        let function = |x: &[f64], gradient: &mut [f64]| {
            let coupling = x[0] + x[1] + x[3];
            let mut value = 0.5 * coupling * coupling;
            for i in 0..4 {
                gradient[i] = scales[i] * (x[i] - centres[i]) + if i == 2 { 0.0 } else { coupling };
                value += 0.5 * scales[i] * (x[i] - centres[i]).powi(2);
            }
            Ok(value)
        };
        let mut point = vec![0.0; 4];
        let each = |_| Ok(ControlFlow::Continue(()));
        let value = minimize(&mut point, l1, 1e-10, 200, &CancelToken::new(), function, each).expect("not cancelled");
        let mut gradient = vec![0.0; 4];
        let smooth = function(&point, &mut gradient).expect("not cancelled");
        assert_eq!(point[2], 0.0, "its slope of 0.025 is below the penalty");
        assert!(largest_slope(&point, &gradient, l1) <= 1e-10, "{point:?} {gradient:?}");
        assert!((smooth + l1.of(&point) - value).abs() < 1e-12);
    }

    #[test]
    fn an_inverse_needs_its_pivots() {
        let a = ndarray::array![[0.0, 2.0, 1.0], [2.0, 0.0, -1.0], [1.0, -1.0, 5.0]];
        let product = a.dot(&inverse(a.clone()));
        assert!((product - Array2::<f64>::eye(3)).iter().all(|difference| difference.abs() < 1e-14));
    }
}
