//! Association with categories: chi-squared, Cramér's V, the correlation ratio.

use statrs::function::gamma::gamma_ur;

/// Pearson's chi-squared test of independence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChiSquared {
    /// The statistic.
    pub statistic: f64,
    /// Its p-value.
    pub p_value: f64,
    /// Degrees of freedom; 0 when one side has a single level, and then the p-value is 1.
    pub degrees_of_freedom: usize,
    /// The sum of the table.
    pub n: f64,
    /// Rows with a count.
    pub rows: usize,
    /// Columns with a count.
    pub columns: usize,
}

/// Pearson's chi-squared test of a contingency table of counts, without continuity correction, as
/// `scipy.stats.chi2_contingency(table, correction=False)` after rows and columns without any count are
/// left out. `table` holds `n_columns` counts for each row. `None` when the table is empty.
#[must_use]
pub fn chi_squared(table: &[f64], n_columns: usize) -> Option<ChiSquared> {
    if n_columns == 0 {
        return None;
    }
    let row_sums: Vec<f64> = table.chunks(n_columns).map(|row| row.iter().sum()).collect();
    let mut column_sums = vec![0.0; n_columns];
    for row in table.chunks(n_columns) {
        for (sum, count) in column_sums.iter_mut().zip(row) {
            *sum += count;
        }
    }
    let n: f64 = row_sums.iter().sum();
    if n <= 0.0 {
        return None;
    }
    let mut statistic = 0.0;
    for (row, row_sum) in table.chunks(n_columns).zip(&row_sums) {
        for (count, column_sum) in row.iter().zip(&column_sums) {
            let expected = row_sum * column_sum / n;
            if expected > 0.0 {
                statistic += (count - expected).powi(2) / expected;
            }
        }
    }
    let rows = row_sums.iter().filter(|sum| **sum > 0.0).count();
    let columns = column_sums.iter().filter(|sum| **sum > 0.0).count();
    let degrees_of_freedom = (rows - 1) * (columns - 1);
    Some(ChiSquared {
        statistic,
        p_value: chi_squared_sf(statistic, degrees_of_freedom),
        degrees_of_freedom,
        n,
        rows,
        columns,
    })
}

/// The upper tail of the chi-squared distribution: `Q(k / 2, x / 2)`, the regularised incomplete gamma
/// function (Abramowitz & Stegun 26.4.19). 1 for zero degrees of freedom.
#[must_use]
pub fn chi_squared_sf(statistic: f64, degrees_of_freedom: usize) -> f64 {
    if degrees_of_freedom == 0 || statistic <= 0.0 {
        return 1.0;
    }
    let shape = degrees_of_freedom as f64 / 2.0;
    let x = statistic / 2.0;
    // Beyond this the tail underflows; the series for it would lose all digits.
    if x > 745.0 + 40.0 * shape {
        return 0.0;
    }
    gamma_ur(shape, x).clamp(0.0, 1.0)
}

/// Cramér's V, corrected for bias (Bergsma 2013), in [0, 1]: 0 for independent columns however many
/// levels they have, where the plain V grows with the levels. `table` as for [`chi_squared`].
/// `None` when one side has a single level.
#[must_use]
pub fn cramers_v(table: &[f64], n_columns: usize) -> Option<f64> {
    let test = chi_squared(table, n_columns)?;
    if test.degrees_of_freedom == 0 || test.n < 2.0 {
        return None;
    }
    let (r, c) = (test.rows as f64, test.columns as f64);
    let phi2 = (test.statistic / test.n - (r - 1.0) * (c - 1.0) / (test.n - 1.0)).max(0.0);
    let r = r - (r - 1.0).powi(2) / (test.n - 1.0);
    let c = c - (c - 1.0).powi(2) / (test.n - 1.0);
    let least = (r - 1.0).min(c - 1.0);
    (least > 0.0).then(|| (phi2 / least).sqrt().min(1.0))
}

/// Rows that are added up side by side.
const TURNS: usize = 4;

/// The correlation ratio η of numbers within categories (Pearson 1905): the square root of the share of
/// variance between the categories, in [0, 1]. `codes` below `n_levels`, one for each value.
/// `None` below two values, with a single level, or without variance.
#[must_use]
pub fn correlation_ratio(codes: &[u32], values: &[f64], n_levels: usize) -> Option<f64> {
    debug_assert_eq!(codes.len(), values.len());
    let n = values.len() as f64;
    if values.len() < 2 {
        return None;
    }
    let mean = values.chunks(1024).map(|block| block.iter().sum::<f64>()).sum::<f64>() / n;
    // Rows take turns at sums of their own, so that none waits for the one before it.
    let mut turns = vec![[(0.0_f64, 0.0_f64); TURNS]; n_levels];
    let mut totals = [0.0; TURNS];
    for (codes, values) in codes.chunks(TURNS).zip(values.chunks(TURNS)) {
        for (turn, (&code, &value)) in codes.iter().zip(values).enumerate() {
            let d = value - mean;
            let cell = &mut turns[code as usize][turn];
            cell.0 += 1.0;
            cell.1 += d;
            totals[turn] += d * d;
        }
    }
    let total: f64 = totals.iter().sum();
    let joined = |turns: &[(f64, f64); TURNS]| turns.iter().fold((0.0, 0.0), |(n, sum), turn| (n + turn.0, sum + turn.1));
    let sums: Vec<(f64, f64)> = turns.iter().map(joined).collect();
    let levels = sums.iter().filter(|(count, _)| *count > 0.0).count();
    if levels < 2 || !total.is_finite() || (total / n).sqrt() <= 1e-13 * mean.abs() || total <= 0.0 {
        return None;
    }
    let between: f64 = sums.iter().filter(|(count, _)| *count > 0.0).map(|(count, sum)| sum * sum / count).sum();
    Some((between / total).clamp(0.0, 1.0).sqrt())
}
