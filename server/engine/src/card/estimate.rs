//! Numbers with how sure they are, and how they are written.

use mlwright_explore::stats::{mean_interval, wilson};
use serde::{Deserialize, Serialize};

/// A share or a mean of some rows with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The value.
    pub value: f64,
    /// The lower end of its interval; absent with too few rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// The upper end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// Rows that it is of.
    pub n_rows: usize,
}

impl Estimate {
    /// A share of rows (Wilson 1927); `None` of none.
    pub(crate) fn share(n_hits: usize, n_rows: usize) -> Option<Self> {
        let (low, high) = wilson(n_hits as f64, n_rows as f64)?;
        // Exactly, where rounding leaves a little.
        let (low, high) = (if n_hits == 0 { 0.0 } else { low }, if n_hits == n_rows { 1.0 } else { high });
        Some(Self { value: n_hits as f64 / n_rows as f64, low: Some(low), high: Some(high), n_rows })
    }

    /// A mean of values; `None` of none.
    pub(crate) fn mean(values: &[f64]) -> Option<Self> {
        let n = values.len() as f64;
        if values.is_empty() {
            return None;
        }
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0);
        let ends = mean_interval(mean, variance, n);
        Some(Self { value: mean, low: ends.map(|ends| ends.0), high: ends.map(|ends| ends.1), n_rows: values.len() })
    }
}

/// Four significant digits.
#[must_use]
pub(crate) fn number(value: f64) -> String {
    if !value.is_finite() || value == 0.0 {
        return value.to_string();
    }
    let magnitude = value.abs().log10().floor() as i32;
    let decimals = usize::try_from(3 - magnitude).unwrap_or(0).min(12);
    format!("{value:.decimals$}")
}

/// Three significant digits.
#[must_use]
pub(crate) fn short(value: f64) -> String {
    if !value.is_finite() || value == 0.0 {
        return value.to_string();
    }
    if value.abs() < 1e-6 {
        return format!("{value:.2e}");
    }
    let magnitude = value.abs().log10().floor() as i32;
    let decimals = usize::try_from(2 - magnitude).unwrap_or(0).min(12);
    format!("{value:.decimals$}")
}

/// At most six significant digits, without zeros at the end: a value of the data as a person would say it.
#[must_use]
pub(crate) fn tidy(value: f64) -> String {
    if !value.is_finite() || (value.fract() == 0.0 && value.abs() < 1e15) {
        return value.to_string();
    }
    let magnitude = value.abs().log10().floor() as i32;
    let decimals = usize::try_from(5 - magnitude).unwrap_or(0).min(12);
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A share as a percentage.
#[must_use]
pub(crate) fn percent(share: f64) -> String {
    if !share.is_finite() {
        return "–".to_owned();
    }
    let value = share * 100.0;
    if value != 0.0 && value.abs() < 10.0 { format!("{value:.1} %") } else { format!("{value:.0} %") }
}

/// `1 row`, `2 rows`.
#[must_use]
pub(crate) fn plural(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}
