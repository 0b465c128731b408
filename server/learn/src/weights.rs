//! How much each row counts.

use serde::{Deserialize, Serialize};

use crate::{LearnError, Target};

/// How much the rows of each class count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassWeight {
    /// All rows the same.
    #[default]
    Equal,
    /// Each class the same in all: rows by 1 / the number of rows of their class.
    Balanced,
}

/// The rows' weights, of mean 1; `None` when all are equal.
///
/// # Errors
/// [`LearnError::Shape`] when there are not as many as rows, or one is negative or not finite, or all are zero.
pub(crate) fn row_weights(
    y: &Target,
    weights: Option<&[f64]>,
    class_weight: ClassWeight,
) -> Result<Option<Vec<f64>>, LearnError> {
    if let Some(weights) = weights {
        if weights.len() != y.len() {
            return Err(LearnError::Shape(format!("{} rows, but {} weights", y.len(), weights.len())));
        }
        if let Some(row) = weights.iter().position(|weight| !weight.is_finite() || *weight < 0.0) {
            return Err(LearnError::Shape(format!("the weight of row {row} is {}, expected at least 0", weights[row])));
        }
    }
    let mut all = weights.map_or_else(|| vec![1.0; y.len()], <[f64]>::to_vec);
    let largest = all.iter().copied().fold(0.0, f64::max);
    if largest == 0.0 {
        return Err(LearnError::Shape("every row's weight is 0, expected one above it".to_owned()));
    }
    // By the largest first, so that the sum does not overflow.
    all.iter_mut().for_each(|weight| *weight /= largest);
    if let (ClassWeight::Balanced, Target::Class { codes, n_classes }) = (class_weight, y) {
        let mut sums = vec![0.0; *n_classes];
        for (&code, weight) in codes.iter().zip(&all) {
            sums[code as usize] += weight;
        }
        for (&code, weight) in codes.iter().zip(&mut all) {
            if *weight > 0.0 {
                *weight /= sums[code as usize];
            }
        }
    }
    if all.iter().all(|&weight| weight == all[0]) {
        return Ok(None);
    }
    let mean = all.iter().sum::<f64>() / all.len() as f64;
    all.iter_mut().for_each(|weight| *weight /= mean);
    Ok(Some(all))
}
