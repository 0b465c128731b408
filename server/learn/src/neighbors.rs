//! Nearest neighbours: a row is answered by the training rows that are most like it.
//!
//! linfa-nn 0.8.1 is not used. Its trees borrow the rows and cannot be saved, so that every start of a
//! server, and every one-row request without one, would build them anew; neighbours at the same
//! distance come in the order of the tree; and an infinite value panics.

mod tree;

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use self::tree::{KdTree, Nearest};
use crate::contract::Preparation;
use crate::learners::{check_rows, classes_of, described, in_range, refuse_start, refuse_weights};
use crate::linear::standardized::Standardized;
use crate::{Estimator, FitContext, LearnError, Predictor, Target, Task};

/// Numbers of training rows that a model keeps at most: 90 MB in its file, and up to some milliseconds
/// a prediction where the columns are so many that the tree rules out few rows.
pub const CELLS_MAX: usize = 10_000_000;

/// Scikit-learn's `KNeighborsClassifier` and `KNeighborsRegressor` behind its `StandardScaler`, by
/// Euclidean distance. Rows at the same distance count in the order of the table, where scikit-learn's
/// order is that of its tree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KNeighbors {
    /// How many neighbours answer, from 1 to 1000. The default 5 is scikit-learn's.
    pub n_neighbors: usize,
    /// How much each of them counts.
    pub weights: NeighborWeights,
}

/// How much each neighbour counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NeighborWeights {
    /// All the same.
    Uniform,
    /// By 1 / distance; only rows that are equal, when there are any.
    Distance,
}

impl Default for KNeighbors {
    fn default() -> Self {
        Self { n_neighbors: 5, weights: NeighborWeights::Uniform }
    }
}

impl KNeighbors {
    pub(crate) fn checked(self) -> Result<Self, LearnError> {
        in_range("n_neighbors", self.n_neighbors as f64, |n| (1.0..=1000.0).contains(&n), "from 1 to 1000")?;
        Ok(self)
    }
}

/// The training rows, standardised, in a tree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NeighborsPredictor {
    n_neighbors: usize,
    weights: NeighborWeights,
    /// The matrix columns that vary.
    kept: Vec<usize>,
    /// Mean of each kept column.
    means: Vec<f64>,
    /// Standard deviation of each kept column.
    deviations: Vec<f64>,
    tree: KdTree,
    answers: Answers,
}

/// The target of each training row, in the order of the table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answers {
    Classes { codes: Vec<u32>, n_classes: usize },
    Numbers(Vec<f64>),
}

impl NeighborsPredictor {
    pub(crate) fn n_outputs(&self) -> usize {
        match &self.answers {
            Answers::Classes { n_classes, .. } => *n_classes,
            Answers::Numbers(_) => 1,
        }
    }

    /// The neighbours' shares of each class, or their mean.
    pub(crate) fn predict(&self, x: &[f64], out: &mut [f64]) {
        let scaled = self.kept.iter().zip(&self.means).zip(&self.deviations);
        let row: Vec<f64> = scaled.map(|((&column, mean), deviation)| (x[column] - mean) / deviation).collect();
        let nearest = self.tree.nearest(&row, self.n_neighbors);
        let equal = nearest.first().is_some_and(|first| first.square == 0.0);
        let weight = |neighbor: &Nearest| match self.weights {
            NeighborWeights::Uniform => 1.0,
            NeighborWeights::Distance if equal => f64::from(u8::from(neighbor.square == 0.0)),
            // Of distances beyond all numbers none is nearer than the others.
            NeighborWeights::Distance if neighbor.square.is_infinite() => 1.0,
            NeighborWeights::Distance => 1.0 / neighbor.square.sqrt(),
        };
        out.fill(0.0);
        let mut total = 0.0;
        for neighbor in &nearest {
            let weight = weight(neighbor);
            total += weight;
            match &self.answers {
                Answers::Classes { codes, .. } => out[codes[neighbor.row as usize] as usize] += weight,
                Answers::Numbers(values) => out[0] += weight * values[neighbor.row as usize],
            }
        }
        out.iter_mut().for_each(|value| *value /= total);
    }

    pub(crate) fn check(&self, n_columns: usize) -> Result<(), LearnError> {
        let width = self.kept.len();
        let n_rows = match &self.answers {
            Answers::Classes { codes, n_classes } => {
                codes.len() * usize::from(codes.iter().all(|&code| (code as usize) < *n_classes))
            }
            Answers::Numbers(values) => values.len(),
        };
        let fits = (1..=n_rows).contains(&self.n_neighbors)
            && self.kept.iter().all(|&column| column < n_columns)
            && self.means.len() == width
            && self.deviations.len() == width
            && self.tree.is_sound(n_rows, width);
        if fits { Ok(()) } else { Err(LearnError::ModelFile(format!("the neighbours do not fit {n_columns} columns"))) }
    }
}

impl Estimator for KNeighbors {
    fn name(&self) -> &'static str {
        "k_neighbors"
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
        refuse_weights(self.name(), cx)?;
        if x.len() > CELLS_MAX {
            return Err(LearnError::UnsuitableData {
                message: format!(
                    "k_neighbors keeps every row: {} rows of {} columns, expected at most {CELLS_MAX} numbers",
                    x.nrows(),
                    x.ncols()
                ),
                hint: "use gradient_boosting, or give a sample of the rows".to_owned(),
            });
        }
        let answers = match y {
            Target::Class { .. } => {
                let (codes, n_classes) = classes_of(y)?;
                Answers::Classes { codes: codes.to_vec(), n_classes }
            }
            Target::Number(values) => {
                let largest = values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
                if largest > f64::MAX / 1e4 {
                    return Err(LearnError::UnsuitableData {
                        message: format!("the target reaches {largest}, expected numbers whose sums are numbers"),
                        hint: "give the target in a larger unit".to_owned(),
                    });
                }
                Answers::Numbers(values.clone())
            }
        };
        let columns = Standardized::new(x, cx.matrix, cx.cancel)?;
        let (means, deviations) = columns.kept_scales();
        Ok(Predictor::Neighbors(NeighborsPredictor {
            n_neighbors: self.n_neighbors.min(y.len()),
            weights: self.weights,
            tree: KdTree::new(columns.z.view(), cx.cancel)?,
            kept: columns.kept,
            means,
            deviations,
            answers,
        }))
    }
}

#[cfg(test)]
mod tests;
