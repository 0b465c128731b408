//! Which word sequences tell most about the target, each alone: χ² between the weights' sums and the
//! classes (scikit-learn's `chi2`), or the squared correlation with the number (`f_regression` ranks
//! alike).

use super::sparse::Sparse;
use crate::prepare::cross_fit::{Outcome, Outcomes};

/// How much each column tells; `rows` are the positions of the matrix's rows in the target.
pub(super) fn relevance(a: &Sparse, rows: &[usize], outcomes: &Outcomes<'_>) -> Vec<f64> {
    if outcomes.are_classes() { chi_squared(a, rows, outcomes) } else { squared_correlation(a, rows, outcomes) }
}

fn chi_squared(a: &Sparse, rows: &[usize], outcomes: &Outcomes<'_>) -> Vec<f64> {
    // Classes without a slot (the first of two, the rare of many) are counted together.
    let k = outcomes.n() + 1;
    let mut observed = vec![0.0; a.n_columns * k];
    let mut shares = vec![0.0; k];
    for (at, &row) in rows.iter().enumerate() {
        let slot = match outcomes.of(row) {
            Outcome::Is(Some(slot)) => slot,
            Outcome::Is(None) | Outcome::Number(_) => k - 1,
        };
        shares[slot] += 1.0 / rows.len() as f64;
        let (columns, values) = a.row(at);
        columns.iter().zip(values).for_each(|(&column, value)| observed[column as usize * k + slot] += value);
    }
    observed
        .chunks_exact(k)
        .map(|observed| {
            let total: f64 = observed.iter().sum();
            let terms = observed.iter().zip(&shares).map(|(observed, share)| {
                let expected = share * total;
                if expected > 0.0 { (observed - expected).powi(2) / expected } else { 0.0 }
            });
            terms.sum()
        })
        .collect()
}

fn squared_correlation(a: &Sparse, rows: &[usize], outcomes: &Outcomes<'_>) -> Vec<f64> {
    let n = rows.len() as f64;
    let mean = rows.iter().map(|&row| outcomes.value(row, 0)).sum::<f64>() / n;
    let (mut sums, mut squares, mut products) =
        (vec![0.0; a.n_columns], vec![0.0; a.n_columns], vec![0.0; a.n_columns]);
    for (at, &row) in rows.iter().enumerate() {
        let centered = outcomes.value(row, 0) - mean;
        let (columns, values) = a.row(at);
        for (&column, value) in columns.iter().zip(values) {
            let column = column as usize;
            sums[column] += value;
            squares[column] += value * value;
            products[column] += value * centered;
        }
    }
    let correlation = |column: usize| {
        let variance = squares[column] - sums[column] * sums[column] / n;
        // The target's variance is the same for all columns.
        if variance > 1e-12 * squares[column] { products[column].powi(2) / variance } else { 0.0 }
    };
    (0..a.n_columns).map(correlation).collect()
}
