//! Numbers and truth values.

use serde::{Deserialize, Serialize};

use super::{Coerced, Encoder, Fitted};
use crate::frame::FeatureKind;
use crate::target_scale::TargetScale;
use crate::{LearnError, Preparation};

/// A number column. For trees it is passed on; for linear models it is imputed and standardised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct NumberEncoder {
    /// How to make it dense; `None` passes it on with NaN for missing.
    dense: Option<Standard>,
    /// Whether a column says where the value is missing (training had some missing).
    indicator: bool,
    /// Whether the value itself has a column (training had two different values).
    value: bool,
}

/// Imputing and standardising.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Standard {
    /// The training rows' median: what a missing value becomes.
    pub(super) fill: f64,
    /// The training rows' mean after imputing.
    pub(super) mean: f64,
    /// The training rows' standard deviation (population) after imputing.
    pub(super) scale: f64,
}

impl Standard {
    /// Learns from training values; NaN is missing. `None` without any value or any difference.
    pub(super) fn fit(values: &[f64]) -> Option<Self> {
        let mut present: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
        if present.is_empty() {
            return None;
        }
        present.sort_by(f64::total_cmp);
        let middle = present.len() / 2;
        // Halves are added, not sums halved: two huge values must not overflow.
        let median = if present.len() % 2 == 1 { present[middle] } else { present[middle - 1] / 2.0 + present[middle] / 2.0 };
        Self::fit_with_fill(values, median)
    }

    /// As [`Standard::fit`] with a given fill.
    pub(super) fn fit_with_fill(values: &[f64], fill: f64) -> Option<Self> {
        let filled: Vec<f64> = values.iter().map(|v| if v.is_finite() { *v } else { fill }).collect();
        let measured = TargetScale::fit(&filled);
        (!measured.is_constant).then_some(Self { fill, mean: measured.center, scale: measured.spread })
    }

    pub(super) fn apply(&self, value: Option<f64>) -> f64 {
        // Divided first: the difference of two huge values must not overflow.
        value.unwrap_or(self.fill) / self.scale - self.mean / self.scale
    }
}

/// Learns from training values.
pub(super) fn fit<'a>(
    kind: FeatureKind,
    preparation: Preparation,
    values: impl Iterator<Item = Result<Coerced<'a>, LearnError>>,
) -> Result<Fitted, LearnError> {
    let values: Vec<f64> = values.map(|value| Ok(number_of(&value?).unwrap_or(f64::NAN))).collect::<Result<_, LearnError>>()?;
    let mut range = (f64::INFINITY, f64::NEG_INFINITY);
    let mut n_missing = 0;
    for &value in &values {
        if value.is_nan() {
            n_missing += 1;
        } else {
            range = (range.0.min(value), range.1.max(value));
        }
    }
    let some_missing = n_missing > 0 && n_missing < values.len();
    let varies = range.0 < range.1;
    if !varies && !some_missing {
        return Ok(Fitted { encoder: Encoder::Dropped, training: None });
    }
    let encoder = match preparation {
        Preparation::Tree => NumberEncoder { dense: None, indicator: false, value: true },
        Preparation::Dense => {
            let standard = if kind == FeatureKind::Boolean {
                let n_true = values.iter().filter(|v| **v == 1.0).count();
                let fill = f64::from(u8::from(n_true * 2 > values.len() - n_missing));
                Standard::fit_with_fill(&values, fill).map(|standard| Standard { mean: 0.0, scale: 1.0, ..standard })
            } else {
                Standard::fit(&values)
            };
            let value = varies && standard.is_some();
            let neutral = Standard { fill: 0.0, mean: 0.0, scale: 1.0 };
            NumberEncoder { dense: Some(standard.unwrap_or(neutral)), indicator: some_missing, value }
        }
    };
    if encoder.width() == 0 {
        return Ok(Fitted { encoder: Encoder::Dropped, training: None });
    }
    Ok(Fitted { encoder: Encoder::Number(encoder), training: None })
}

fn number_of(value: &Coerced<'_>) -> Option<f64> {
    if let Coerced::Number(number) = value { Some(*number) } else { None }
}

impl NumberEncoder {
    pub(super) fn width(&self) -> usize {
        usize::from(self.value) + usize::from(self.indicator)
    }

    pub(super) fn names(&self, feature: &str) -> Vec<String> {
        let value = self.value.then(|| feature.to_owned());
        let indicator = self.indicator.then(|| format!("{feature} is missing"));
        value.into_iter().chain(indicator).collect()
    }

    pub(super) fn encode(&self, value: &Coerced<'_>, out: &mut [f64]) {
        let number = number_of(value);
        let mut out = out.iter_mut();
        if self.value && let Some(slot) = out.next() {
            *slot = match &self.dense {
                Some(standard) => standard.apply(number),
                None => number.unwrap_or(f64::NAN),
            };
        }
        if self.indicator && let Some(slot) = out.next() {
            *slot = f64::from(u8::from(number.is_none()));
        }
    }
}
