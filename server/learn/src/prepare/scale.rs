//! Filling in missing numbers and bringing numbers to one scale, in the order of scikit-learn's
//! `SimpleImputer`, `PowerTransformer`, and `StandardScaler`, `RobustScaler` or `MinMaxScaler`.

use mlwright_base::{CancelToken, Cancelled};
use serde::{Deserialize, Serialize};

use super::power;
use super::spec::{Impute, Power, PreparationSpec, Scaling};
use crate::target_scale::TargetScale;

/// Fill, transform, shift and divide, as learned from training rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Scale {
    /// What a missing value becomes.
    pub(super) fill: f64,
    /// The exponent of the Yeo-Johnson transform, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) lambda: Option<f64>,
    /// What is taken away after that: the mean, the median or the smallest value.
    #[serde(rename = "mean")]
    pub(super) center: f64,
    /// What is divided by: standard deviation (population), distance of the quartiles, or range.
    #[serde(rename = "scale")]
    pub(super) spread: f64,
}

impl Scale {
    /// Leaves numbers as they are.
    pub(super) fn neutral(fill: f64) -> Self {
        Self { fill, lambda: None, center: 0.0, spread: 1.0 }
    }

    /// Learns from training values; NaN is missing. `None` without any value or any difference.
    /// Statistics are those of the filled values, as in scikit-learn's pipelines.
    pub(super) fn fit(values: &[f64], spec: &PreparationSpec, cancel: &CancelToken) -> Result<Option<Self>, Cancelled> {
        let Some(fill) = fill_of(values, spec, cancel)? else { return Ok(None) };
        Self::fit_with_fill(values, fill, spec, cancel)
    }

    /// As [`Scale::fit`] with a given fill.
    pub(super) fn fit_with_fill(
        values: &[f64],
        fill: f64,
        spec: &PreparationSpec,
        cancel: &CancelToken,
    ) -> Result<Option<Self>, Cancelled> {
        cancel.check()?;
        let mut filled: Vec<f64> = values.iter().map(|v| if v.is_finite() { *v } else { fill }).collect();
        let measured = TargetScale::fit(&filled);
        if measured.is_constant {
            return Ok(None);
        }
        let lambda = match spec.power {
            Power::None => None,
            Power::YeoJohnson => power::fit(&filled, cancel)?,
        };
        if let Some(lambda) = lambda {
            filled.iter_mut().for_each(|value| *value = power::apply(lambda, *value));
        }
        let measured = if lambda.is_some() { TargetScale::fit(&filled) } else { measured };
        cancel.check()?;
        let (center, spread) = match spec.scaling {
            Scaling::None => (0.0, 1.0),
            Scaling::Standard => (measured.center, measured.spread),
            Scaling::Robust => {
                let low = quantile(&mut filled, 0.25);
                let middle = quantile(&mut filled, 0.5);
                let distance = quantile(&mut filled, 0.75) - low;
                // More than half of the values equal: the quartiles say nothing of the others.
                (middle, if distance > 0.0 && distance.is_finite() { distance } else { measured.spread })
            }
            Scaling::MinMax => {
                let (low, high) = filled
                    .iter()
                    .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)));
                // Halves: the range of two huge values must not overflow.
                (low, ((high / 2.0 - low / 2.0) * 2.0).min(f64::MAX))
            }
        };
        Ok(Some(Self { fill, lambda, center, spread }))
    }

    /// The value of the matrix.
    pub(super) fn apply(&self, value: Option<f64>) -> f64 {
        let value = value.unwrap_or(self.fill);
        let value = self.lambda.map_or(value, |lambda| power::apply(lambda, value));
        // Divided first: the difference of two huge values must not overflow.
        value / self.spread - self.center / self.spread
    }

    /// What it does, e.g. `missing becomes 3.5, less 4, divided by 1.25`.
    pub(super) fn in_words(&self, keep_missing: bool) -> String {
        let fill = (!keep_missing).then(|| format!("missing becomes {}", self.fill));
        let power = self.lambda.map(|lambda| format!("Yeo-Johnson of exponent {lambda:.3}"));
        let center = (self.center != 0.0).then(|| format!("less {:.6}", self.center));
        let spread = (self.spread != 1.0).then(|| format!("divided by {:.6}", self.spread));
        [fill, power, center, spread].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// What a missing value becomes; `None` without any value.
fn fill_of(values: &[f64], spec: &PreparationSpec, cancel: &CancelToken) -> Result<Option<f64>, Cancelled> {
    let mut present: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    cancel.check()?;
    if present.is_empty() {
        return Ok(None);
    }
    Ok(Some(match spec.impute {
        // Under `Keep` nothing is filled in, but a scale still needs a stand-in for its statistics.
        Impute::Keep | Impute::Median => quantile(&mut present, 0.5),
        Impute::Mean => TargetScale::fit(&present).center,
        Impute::MostFrequent => most_frequent(present),
        Impute::Constant => spec.fill,
    }))
}

/// The most frequent value, the smallest of equals.
fn most_frequent(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let mut best = (0, f64::NAN);
    for run in values.chunk_by(|a, b| a == b) {
        if run.len() > best.0 {
            best = (run.len(), run[0]);
        }
    }
    best.1
}

/// The quantile by linear interpolation (NumPy's default). Reorders `values`, of which there is one
/// at least, all finite.
pub(super) fn quantile(values: &mut [f64], share: f64) -> f64 {
    let place = share * (values.len() - 1) as f64;
    let below = place.floor() as usize;
    let weight = place - below as f64;
    let (_, &mut low, above) = values.select_nth_unstable_by(below, f64::total_cmp);
    let next = above.iter().copied().min_by(f64::total_cmp);
    // Shares are added: the sum or difference of two huge values must not overflow.
    next.map_or(low, |high| if weight == 0.0 { low } else { low * (1.0 - weight) + high * weight })
}
