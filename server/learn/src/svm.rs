//! Support vector machines: for classes the widest margin between each pair of them, for numbers a
//! tube that ignores small errors.
//!
//! linfa-svm 0.8.1 is not used: it can be neither cancelled nor followed, keeps the whole kernel matrix
//! (3 GB for 20,000 rows), takes no weights, and on 8,000 × 20 took 13.4 s of CPU time where scikit-learn's
//! LIBSVM took 1.2 s for the same decisions. The solver here is LIBSVM's method, and agrees with
//! scikit-learn's `SVC` and `SVR`, which are LIBSVM: 5.9 s against 7.7 s on those rows with the machines
//! that make probabilities.

mod coupling;
mod fit;
mod smo;

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use crate::calibrate::PlattScaling;
use crate::contract::Preparation;
use crate::learners::{check_rows, described, in_range, refuse_start};
use crate::weights::ClassWeight;
use crate::{Estimator, FitContext, LearnError, Predictor, Target, Task};

/// The most rows: time grows with their square and more, 20,000 take about a minute, and as many may have
/// to be kept.
pub const ROWS_MAX: usize = 20_000;
/// The most numbers in those rows: what a model of support vectors keeps of them goes into its file.
pub const CELLS_MAX: usize = 10_000_000;
/// The most classes: there is a machine for each pair.
pub const CLASSES_MAX: usize = 50;

/// Scikit-learn's `SVC(probability=True)` and `SVR` behind its `StandardScaler`, for numbers with a
/// standardised target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Svm {
    /// Inverse strength of the penalty, above 0. The default 1 is scikit-learn's.
    pub c: f64,
    /// How alike two rows are.
    pub kernel: KernelName,
    /// How fast likeness falls with the squared distance, above 0; by default 1 / the number of columns that
    /// vary, which is scikit-learn's `scale` for standardised columns.
    pub gamma: Option<f64>,
    /// For numbers: errors up to this share of the target's standard deviation count nothing; at least 0.
    /// The default 0.1 is scikit-learn's.
    pub epsilon: f64,
    /// How much the rows of each class count.
    pub class_weight: ClassWeight,
    /// How far the optimality conditions may be violated, above 0. The default 1e-3 is scikit-learn's.
    pub tolerance: f64,
}

/// How alike two rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KernelName {
    /// exp(−gamma × squared distance).
    Rbf,
    /// Their product: a linear model, which can be explained. Its weights are what is kept, for two classes
    /// and for numbers.
    Linear,
}

impl Default for Svm {
    fn default() -> Self {
        Self {
            c: 1.0,
            kernel: KernelName::Rbf,
            gamma: None,
            epsilon: 0.1,
            class_weight: ClassWeight::Equal,
            tolerance: 1e-3,
        }
    }
}

impl Svm {
    pub(crate) fn checked(self) -> Result<Self, LearnError> {
        in_range("c", self.c, |c| c > 0.0, "above 0")?;
        in_range("gamma", self.gamma.unwrap_or(1.0), |gamma| gamma > 0.0, "above 0")?;
        in_range("epsilon", self.epsilon, |epsilon| epsilon >= 0.0, "at least 0")?;
        in_range("tolerance", self.tolerance, |tolerance| (1e-12..=1.0).contains(&tolerance), "from 1e-12 to 1")?;
        Ok(self)
    }
}

/// A kernel with its number.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kernel {
    Rbf { gamma: f64 },
    Linear,
}

impl Kernel {
    /// From the product of two rows and their squares.
    fn of(self, product: f64, square: f64, other_square: f64) -> f64 {
        match self {
            // Rounding may leave a distance below 0.
            Self::Rbf { gamma } => (-gamma * (square + other_square - 2.0 * product).max(0.0)).exp(),
            Self::Linear => product,
        }
    }
}

/// The rows that machines rest on, and the machines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SvmPredictor {
    kernel: Kernel,
    /// The matrix columns that vary.
    kept: Vec<usize>,
    /// Mean of each kept column.
    means: Vec<f64>,
    /// Standard deviation of each kept column.
    deviations: Vec<f64>,
    /// Standardised support vectors, shape `(n_vectors, kept)`, row by row.
    vectors: Vec<f64>,
    /// The square of each.
    squares: Vec<f64>,
    machines: Vec<Machine>,
    answer: Answer,
}

/// A decision: Σ coefficient × kernel(vector, x) + offset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Machine {
    /// Positions of its support vectors.
    vectors: Vec<u32>,
    coefficients: Vec<f64>,
    offset: f64,
}

/// What decisions become.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    /// Center + spread × the one decision.
    Number { center: f64, spread: f64 },
    /// There is a machine for each pair of these codes, (0, 1), (0, 2), …, (1, 2), …; its decision is above 0 for
    /// the second, and scaled to the probability of it.
    Classes { n_classes: usize, codes: Vec<u32>, scalings: Vec<PlattScaling> },
}

impl SvmPredictor {
    pub(crate) fn n_outputs(&self) -> usize {
        match &self.answer {
            Answer::Number { .. } => 1,
            Answer::Classes { n_classes, .. } => *n_classes,
        }
    }

    /// The decision of each machine.
    fn decisions(&self, x: &[f64]) -> Vec<f64> {
        let scaled = self.kept.iter().zip(&self.means).zip(&self.deviations);
        let row: Vec<f64> = scaled.map(|((&column, mean), deviation)| (x[column] - mean) / deviation).collect();
        let square: f64 = row.iter().map(|value| value * value).sum();
        let width = row.len();
        let kernel: Vec<f64> = self
            .squares
            .iter()
            .enumerate()
            .map(|(position, &other)| {
                let vector = &self.vectors[position * width..(position + 1) * width];
                let product = ndarray::ArrayView1::from(vector).dot(&ndarray::ArrayView1::from(&row));
                self.kernel.of(product, square, other)
            })
            .collect();
        let of = |machine: &Machine| {
            let sum: f64 =
                machine.vectors.iter().zip(&machine.coefficients).map(|(&at, by)| by * kernel[at as usize]).sum();
            let decision = sum + machine.offset;
            // Only rows beyond all numbers have none.
            if decision.is_nan() { machine.offset } else { decision }
        };
        self.machines.iter().map(of).collect()
    }

    pub(crate) fn predict(&self, x: &[f64], out: &mut [f64]) {
        let decisions = self.decisions(x);
        match &self.answer {
            Answer::Number { center, spread } => out[0] = center + spread * decisions[0],
            Answer::Classes { codes, scalings, .. } => {
                let k = codes.len();
                let mut pairs = vec![0.5; k * k];
                let mut machines = decisions.iter().zip(scalings);
                for first in 0..k {
                    for second in first + 1..k {
                        let (decision, scaling) = machines.next().expect("there is a machine for each pair");
                        let probability = scaling.predict(*decision);
                        (pairs[second * k + first], pairs[first * k + second]) = (probability, 1.0 - probability);
                    }
                }
                let mut probabilities = vec![0.0; k];
                if k == 2 {
                    probabilities.copy_from_slice(&[pairs[1], pairs[2]]);
                } else {
                    coupling::couple(&mut pairs, &mut probabilities);
                }
                out.fill(0.0);
                for (&code, probability) in codes.iter().zip(probabilities) {
                    out[code as usize] = probability;
                }
            }
        }
    }

    pub(crate) fn check(&self, n_columns: usize) -> Result<(), LearnError> {
        let (width, n_vectors) = (self.kept.len(), self.squares.len());
        let sound = |machine: &Machine| {
            machine.vectors.len() == machine.coefficients.len()
                && machine.vectors.iter().all(|&at| (at as usize) < n_vectors)
        };
        let n_machines = match &self.answer {
            Answer::Number { .. } => 1,
            Answer::Classes { n_classes, codes, scalings } => {
                let fits = codes.len() >= 2 && codes.iter().all(|&code| (code as usize) < *n_classes);
                let n_machines = codes.len() * codes.len().saturating_sub(1) / 2;
                if fits && scalings.len() == n_machines { n_machines } else { 0 }
            }
        };
        let fits = n_machines > 0
            && self.machines.len() == n_machines
            && self.machines.iter().all(sound)
            && self.vectors.len() == n_vectors * width
            && self.means.len() == width
            && self.deviations.len() == width
            && self.kept.iter().all(|&column| column < n_columns);
        if fits {
            Ok(())
        } else {
            Err(LearnError::ModelFile(format!("the support vectors do not fit {n_columns} columns")))
        }
    }
}

impl Estimator for Svm {
    fn name(&self) -> &'static str {
        "svm"
    }

    fn parameters(&self) -> Vec<(String, serde_json::Value)> {
        described(self)
    }

    fn preparation(&self) -> Preparation {
        Preparation::Distance
    }

    fn supports(&self, _task: Task) -> bool {
        true
    }

    fn fit(&self, x: ArrayView2<'_, f64>, y: &Target, cx: &FitContext<'_>) -> Result<Predictor, LearnError> {
        check_rows(x, y)?;
        refuse_start(self.name(), cx)?;
        let refused = |found: String, expected: String, hint: &str| {
            Err(LearnError::UnsuitableData {
                message: format!("svm: {found}, expected {expected}"),
                hint: hint.to_owned(),
            })
        };
        if x.nrows() > ROWS_MAX || x.len() > CELLS_MAX {
            let expected =
                format!("at most {ROWS_MAX} rows and {CELLS_MAX} numbers: its time grows with the square of the rows");
            return refused(
                format!("{} rows of {} columns", x.nrows(), x.ncols()),
                expected,
                "use gradient_boosting or logistic_regression, or give a sample of the rows",
            );
        }
        match y {
            Target::Class { n_classes, .. } if *n_classes > CLASSES_MAX => {
                let expected = format!("at most {CLASSES_MAX}: there is a machine for each pair of them");
                refused(format!("{n_classes} classes"), expected, "use gradient_boosting or logistic_regression")
            }
            Target::Class { .. } => fit::classes(self, x, y, cx),
            Target::Number(values) => fit::numbers(self, x, y, values, cx),
        }
    }
}

#[cfg(test)]
mod tests;
