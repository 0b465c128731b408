//! Numbers and truth values.

use mlwright_base::CancelToken;
use serde::{Deserialize, Serialize};

use super::scale::Scale;
use super::spec::{Impute, PreparationSpec, Scaling};
use super::{Coerced, Encoder, Fitting};
use crate::LearnError;
use crate::frame::FeatureKind;

/// A number column, passed on with NaN for missing or made dense.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct NumberEncoder {
    /// How to make it dense; `None` passes it on with NaN for missing.
    dense: Option<Scale>,
    /// Whether a missing value stays NaN though the others are scaled.
    #[serde(default)]
    keep_missing: bool,
    /// Whether a column says where the value is missing (training had some missing).
    indicator: bool,
    /// Whether the value itself has a column (training had two different values).
    value: bool,
}

/// Learns from training values.
pub(super) fn fit(fitting: &Fitting<'_>, cancel: &CancelToken) -> Result<Encoder, LearnError> {
    let values: Vec<f64> = fitting
        .values(cancel)
        .map(|value| Ok(number_of(&value?).unwrap_or(f64::NAN)))
        .collect::<Result<_, LearnError>>()?;
    let (spec, kind) = (fitting.spec, fitting.feature.kind);
    let mut range = (f64::INFINITY, f64::NEG_INFINITY);
    let mut n_missing = 0;
    for &value in &values {
        if value.is_nan() {
            n_missing += 1;
        } else {
            range = (range.0.min(value), range.1.max(value));
        }
    }
    let varies = range.0 < range.1;
    let some_missing = n_missing > 0 && n_missing < values.len();
    let indicator = some_missing && spec.indicators && !fitting.indicator_is_known;
    let keep_missing = spec.impute == Impute::Keep;
    let is_plain = keep_missing && (kind == FeatureKind::Boolean || spec.is_unscaled());
    if is_plain {
        // One value and missing ones: the value's column tells them apart.
        let value = varies || (some_missing && !indicator);
        return Ok(or_dropped(NumberEncoder { dense: None, keep_missing, indicator, value }));
    }
    let dense = if kind == FeatureKind::Boolean {
        let n_true = values.iter().filter(|v| **v == 1.0).count();
        Some(Scale::neutral(f64::from(u8::from(n_true * 2 > values.len() - n_missing))))
    } else {
        Scale::fit(&values, spec, cancel)?
    };
    let (value, dense) = match dense {
        Some(scale) if varies => (true, scale),
        // A constant fill beside one value tells missing rows apart as an indicator would.
        Some(scale) if some_missing && !indicator && spec.impute == Impute::Constant => (true, scale),
        _ if keep_missing && some_missing && !indicator => (true, Scale::neutral(0.0)),
        _ => (false, Scale::neutral(0.0)),
    };
    Ok(or_dropped(NumberEncoder { dense: Some(dense), keep_missing, indicator, value }))
}

impl PreparationSpec {
    /// Whether numbers are passed on as they are.
    pub(super) fn is_unscaled(&self) -> bool {
        self.scaling == Scaling::None && self.power == super::spec::Power::None
    }
}

fn or_dropped(encoder: NumberEncoder) -> Encoder {
    if encoder.width() == 0 { Encoder::Dropped } else { Encoder::Number(encoder) }
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

    pub(super) fn treatment(&self) -> String {
        let value = match (&self.dense, self.value) {
            (_, false) => None,
            (None, true) => Some("as it is".to_owned()),
            (Some(scale), true) => Some(scale.in_words(self.keep_missing)),
        };
        value
            .into_iter()
            .chain(self.indicator.then(|| "a column for missing".to_owned()))
            .collect::<Vec<_>>()
            .join(", ")
    }

    pub(super) fn encode(&self, value: &Coerced<'_>, out: &mut [f64]) {
        let number = number_of(value);
        let mut out = out.iter_mut();
        if self.value
            && let Some(slot) = out.next()
        {
            *slot = match &self.dense {
                Some(scale) if number.is_some() || !self.keep_missing => scale.apply(number),
                _ => number.unwrap_or(f64::NAN),
            };
        }
        if self.indicator
            && let Some(slot) = out.next()
        {
            *slot = f64::from(u8::from(number.is_none()));
        }
    }
}
