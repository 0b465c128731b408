//! What a model relies on: permutation importance and partial dependence for any model, and contributions of matrix
//! columns gathered per raw feature.

pub mod dependence;
pub mod exchange;
pub mod permutation;

pub use dependence::{Dependence, DependencePoint, partial_dependence};
pub use exchange::ExchangeRows;
pub use permutation::{PermutationImportance, permutation_importance};

use crate::contract::MatrixInfo;
use crate::predictor::Contributions;

/// Adds up what the matrix columns of each raw feature contribute (Shapley values are additive, so
/// the sum over a feature's one-hot columns is that feature's share). `base + Σ values` stays the margin.
///
/// `matrix.source` says which raw feature each column comes from; there are `n_features` of them.
///
/// # Panics
/// When `matrix.source` holds a position that is not below `n_features`.
#[must_use]
pub fn contributions_per_feature(
    contributions: &Contributions,
    matrix: &MatrixInfo,
    n_features: usize,
) -> Contributions {
    Contributions {
        base: contributions.base.clone(),
        values: contributions.values.iter().map(|row| sum_per_feature(row, matrix, n_features)).collect(),
        link: contributions.link,
    }
}

/// Adds up a value per matrix column (importance, contribution) to a value per raw feature, shape `(n_features,)`.
///
/// # Panics
/// When `matrix.source` holds a position that is not below `n_features`.
#[must_use]
pub fn sum_per_feature(values: &[f64], matrix: &MatrixInfo, n_features: usize) -> Vec<f64> {
    let mut sums = vec![0.0; n_features];
    for (value, &source) in values.iter().zip(&matrix.source) {
        sums[source] += value;
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::predictor::Link;

    #[test]
    fn one_hot_columns_are_gathered() {
        let matrix = MatrixInfo {
            names: ["age", "city=a", "city=b"].map(str::to_owned).to_vec(),
            categorical: vec![None; 3],
            source: vec![0, 1, 1],
        };
        let columns = Contributions { base: vec![1.0], values: vec![vec![0.5, 0.25, -2.0]], link: Link::Logistic };
        let features = contributions_per_feature(&columns, &matrix, 3);
        assert_eq!(features.values, vec![vec![0.5, -1.75, 0.0]]);
        assert_eq!(features.base, vec![1.0]);
    }
}
