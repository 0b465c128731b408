//! From rows to machines.

use std::collections::BTreeMap;

use mlwright_base::{CancelToken, Cancelled, Progress, Seed};
use ndarray::{Array2, ArrayView1, ArrayView2, Axis};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use super::smo::Problem;
use super::{Answer, Kernel, KernelName, Machine, Svm, SvmPredictor};
use crate::calibrate::PlattScaling;
use crate::learners::classes_of;
use crate::linear::ridge::standardize_target;
use crate::linear::standardized::Standardized;
use crate::predictor::Link;
use crate::weights::row_weights;
use crate::{FitContext, LearnError, Predictor, Target};

/// Parts of the rows that decisions for Platt's scaling are made on by machines of the others, as LIBSVM.
const SCALING_FOLDS: usize = 5;

/// A machine whose vectors are rows of the table.
struct Fitted {
    rows: Vec<usize>,
    coefficients: Vec<f64>,
    offset: f64,
}

impl Fitted {
    /// The decision on each row asked about, beside the row.
    fn decisions(
        &self,
        z: ArrayView2<'_, f64>,
        kernel: Kernel,
        asked: &[usize],
        cancel: &CancelToken,
    ) -> Result<Vec<(usize, f64)>, Cancelled> {
        let vectors = z.select(Axis(0), &self.rows);
        let squares: Vec<f64> = vectors.rows().into_iter().map(|vector| vector.dot(&vector)).collect();
        let of = |&row: &usize| {
            cancel.check()?;
            let x = z.row(row);
            let square = x.dot(&x);
            let terms = vectors.rows().into_iter().zip(&squares).zip(&self.coefficients);
            let sum: f64 = terms.map(|((vector, &other), by)| by * kernel.of(vector.dot(&x), other, square)).sum();
            Ok((row, sum + self.offset))
        };
        asked.iter().map(of).collect()
    }
}

impl Svm {
    fn kernel(&self, columns: &Standardized) -> Kernel {
        match self.kernel {
            KernelName::Linear => Kernel::Linear,
            KernelName::Rbf => Kernel::Rbf { gamma: self.gamma.unwrap_or(1.0 / columns.z.ncols().max(1) as f64) },
        }
    }
}

pub(super) fn numbers(
    svm: &Svm,
    x: ArrayView2<'_, f64>,
    y: &Target,
    values: &[f64],
    cx: &FitContext<'_>,
) -> Result<Predictor, LearnError> {
    let weights = row_weights(y, cx.weights, svm.class_weight)?;
    let columns = Standardized::new(x, cx.matrix, cx.cancel)?;
    let (scale, values) = standardize_target(values);
    let n_rows = values.len();
    let bounds: Vec<f64> =
        (0..n_rows).map(|row| svm.c * weights.as_ref().map_or(1.0, |weights| weights[row])).collect();
    let sides = |sign: f64| values.iter().map(move |value| svm.epsilon - sign * value);
    let kernel = svm.kernel(&columns);
    let problem = Problem {
        z: columns.z.view(),
        kernel,
        // Errors above the tube, then those below.
        signs: [1.0, -1.0].into_iter().flat_map(|sign| std::iter::repeat_n(sign, n_rows)).collect(),
        linear: sides(1.0).chain(sides(-1.0)).collect(),
        bounds: bounds.iter().chain(&bounds).copied().collect(),
    };
    let solution = problem.solve(svm.tolerance, cx.cancel)?;
    let coefficients = (0..n_rows).map(|row| solution.alpha[row] - solution.alpha[n_rows + row]);
    let (rows, coefficients) = coefficients.enumerate().filter(|(_, coefficient)| *coefficient != 0.0).unzip();
    let fitted = Fitted { rows, coefficients, offset: -solution.rho };
    if svm.kernel == KernelName::Linear {
        let (weights, offset) = (linear_weights(&columns, &fitted), scale.center + scale.spread * fitted.offset);
        return Ok(Predictor::Linear(columns.predictor("svm", &[weights], &[offset], scale.spread, Link::Identity)?));
    }
    let answer = Answer::Number { center: scale.center, spread: scale.spread };
    Ok(Predictor::Svm(predictor(columns, kernel, vec![fitted], answer)))
}

pub(super) fn classes(
    svm: &Svm,
    x: ArrayView2<'_, f64>,
    y: &Target,
    cx: &FitContext<'_>,
) -> Result<Predictor, LearnError> {
    let (codes, n_classes) = classes_of(y)?;
    let weights = row_weights(y, cx.weights, svm.class_weight)?;
    let columns = Standardized::new(x, cx.matrix, cx.cancel)?;
    let bench = Bench {
        z: columns.z.view(),
        kernel: svm.kernel(&columns),
        codes,
        bounds: (0..codes.len()).map(|row| svm.c * weights.as_ref().map_or(1.0, |weights| weights[row])).collect(),
        tolerance: svm.tolerance,
        cancel: cx.cancel,
    };
    let seen: Vec<u32> = (0..n_classes as u32).filter(|code| codes.contains(code)).collect();
    let pairs: Vec<(u32, u32)> = seen
        .iter()
        .enumerate()
        .flat_map(|(at, &first)| seen[at + 1..].iter().map(move |&second| (first, second)))
        .collect();
    cx.progress.report(Progress::of(0.0, 1.0, format!("{} machines", pairs.len())));
    let machines: Vec<(Fitted, PlattScaling)> = pairs
        .into_par_iter()
        .map(|pair| bench.pair(pair, cx.seed.derive(&format!("scaling {} {}", pair.0, pair.1))))
        .collect::<Result<_, LearnError>>()?;
    cx.progress.report(Progress::of(1.0, 1.0, "machines fitted"));
    let (fitted, scalings): (Vec<Fitted>, Vec<PlattScaling>) = machines.into_iter().unzip();
    let kernel = bench.kernel;
    if let ([machine], [scaling], 2, Kernel::Linear) = (&*fitted, &*scalings, n_classes, kernel) {
        let weights: Vec<f64> = linear_weights(&columns, machine).into_iter().map(|w| scaling.slope * w).collect();
        let intercept = scaling.slope * machine.offset + scaling.intercept;
        return Ok(Predictor::Linear(columns.predictor("svm", &[weights], &[intercept], 1.0, Link::Logistic)?));
    }
    let answer = Answer::Classes { n_classes, codes: seen, scalings };
    Ok(Predictor::Svm(predictor(columns, kernel, fitted, answer)))
}

/// What the machines of all pairs have in common.
struct Bench<'a> {
    z: ArrayView2<'a, f64>,
    kernel: Kernel,
    codes: &'a [u32],
    bounds: Vec<f64>,
    tolerance: f64,
    cancel: &'a CancelToken,
}

impl Bench<'_> {
    /// The machine that tells the second class of a pair from the first, and what makes probabilities of its
    /// decisions.
    fn pair(&self, (first, second): (u32, u32), seed: Seed) -> Result<(Fitted, PlattScaling), LearnError> {
        let of = |code: u32| (0..self.codes.len()).filter(|&row| self.codes[row] == code).collect::<Vec<_>>();
        let (mut of_first, mut of_second) = (of(first), of(second));
        let mut all: Vec<usize> = of_first.iter().chain(&of_second).copied().collect();
        all.sort_unstable();
        let fitted = self.machine(&all, second)?;
        // Each class is dealt over the folds, so that none of them lacks one when there are as many rows.
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed.0);
        of_first.shuffle(&mut rng);
        of_second.shuffle(&mut rng);
        let mut fold_of = vec![0; self.codes.len()];
        for rows in [&of_first, &of_second] {
            rows.iter().enumerate().for_each(|(position, &row)| fold_of[row] = position % SCALING_FOLDS);
        }
        let decided: Vec<Vec<(usize, f64)>> = (0..SCALING_FOLDS)
            .into_par_iter()
            .map(|fold| {
                let (out, learned): (Vec<usize>, Vec<usize>) = all.iter().partition(|&&row| fold_of[row] == fold);
                let n_second = learned.iter().filter(|&&row| self.codes[row] == second).count();
                if n_second == 0 || n_second == learned.len() {
                    // Of one class, the decision is that class (LIBSVM's too).
                    let decision = if n_second == 0 { -1.0 } else { 1.0 };
                    return Ok(out.into_iter().map(|row| (row, decision)).collect());
                }
                self.machine(&learned, second)?.decisions(self.z, self.kernel, &out, self.cancel)
            })
            .collect::<Result<_, Cancelled>>()?;
        let mut decided: Vec<(usize, f64)> = decided.into_iter().flatten().collect();
        decided.sort_unstable_by_key(|(row, _)| *row);
        let (rows, decisions): (Vec<usize>, Vec<f64>) = decided.into_iter().unzip();
        let positive: Vec<bool> = rows.iter().map(|&row| self.codes[row] == second).collect();
        Ok((fitted, PlattScaling::fit(&decisions, &positive, None)?))
    }

    fn machine(&self, rows: &[usize], second: u32) -> Result<Fitted, Cancelled> {
        let z: Array2<f64> = self.z.select(Axis(0), rows);
        let signs: Vec<f64> = rows.iter().map(|&row| if self.codes[row] == second { 1.0 } else { -1.0 }).collect();
        let problem = Problem {
            z: z.view(),
            kernel: self.kernel,
            linear: vec![-1.0; rows.len()],
            bounds: rows.iter().map(|&row| self.bounds[row]).collect(),
            signs,
        };
        let solution = problem.solve(self.tolerance, self.cancel)?;
        let support = rows.iter().zip(&problem.signs).zip(&solution.alpha).filter(|(_, alpha)| **alpha > 0.0);
        let (rows, coefficients) = support.map(|((&row, sign), alpha)| (row, sign * alpha)).unzip();
        Ok(Fitted { rows, coefficients, offset: -solution.rho })
    }
}

/// Σ coefficient × vector.
fn linear_weights(columns: &Standardized, fitted: &Fitted) -> Vec<f64> {
    let mut weights = vec![0.0; columns.z.ncols()];
    for (&row, by) in fitted.rows.iter().zip(&fitted.coefficients) {
        weights.iter_mut().zip(columns.z.row(row)).for_each(|(weight, value)| *weight += by * value);
    }
    weights
}

/// Keeps each row that any machine rests on once.
fn predictor(columns: Standardized, kernel: Kernel, fitted: Vec<Fitted>, answer: Answer) -> SvmPredictor {
    let mut positions: BTreeMap<usize, u32> =
        fitted.iter().flat_map(|machine| &machine.rows).map(|&row| (row, 0)).collect();
    let (mut vectors, mut squares) = (Vec::new(), Vec::new());
    for (at, (&row, position)) in positions.iter_mut().enumerate() {
        let vector: ArrayView1<'_, f64> = columns.z.row(row);
        *position = at as u32;
        vectors.extend(vector);
        squares.push(vector.dot(&vector));
    }
    let machines = fitted.into_iter().map(|machine| Machine {
        vectors: machine.rows.iter().map(|row| positions[row]).collect(),
        coefficients: machine.coefficients,
        offset: machine.offset,
    });
    let machines = machines.collect();
    let (means, deviations) = columns.kept_scales();
    SvmPredictor { kernel, kept: columns.kept, means, deviations, vectors, squares, machines, answer }
}
