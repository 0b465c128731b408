//! The days between two dates of a row: how old, how long, how late.

use mlwright_base::CancelToken;
use serde::{Deserialize, Serialize};

use super::date::DAY_MICROSECONDS;
use super::scale::Scale;
use super::spec::{Impute, PreparationSpec};
use super::{Coerced, FrameReader, coerce};
use crate::frame::{Feature, FeatureKind, Value};
use crate::{Frame, LearnError};

/// Pairs of date columns that get a column, at most: those that come first in the table.
const PAIRS_MAX: usize = 15;

/// The days from one date column to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct DateDifference {
    /// The position of the feature that is taken away from.
    pub(super) to: usize,
    /// The position of the feature that is taken away.
    pub(super) from: usize,
    /// How it is filled in and scaled; `None` passes it on with NaN where a date is missing.
    dense: Option<Scale>,
    /// Whether a missing difference stays NaN.
    keep_missing: bool,
}

/// Learns from training rows: one difference for each pair of dates that are not always as far apart.
/// `is_used` tells the features that are not dropped.
pub(super) fn fit(
    frame: &Frame,
    features: &[Feature],
    is_used: &[bool],
    spec: &PreparationSpec,
    cancel: &CancelToken,
) -> Result<Vec<DateDifference>, LearnError> {
    if !spec.date_differences {
        return Ok(Vec::new());
    }
    let dates: Vec<usize> =
        (0..features.len()).filter(|&k| is_used[k] && features[k].kind == FeatureKind::Datetime).collect();
    let pairs = dates.iter().enumerate().flat_map(|(k, &to)| dates[..k].iter().map(move |&from| (to, from)));
    let reader = FrameReader::new(frame, features)?;
    let mut differences = Vec::new();
    for (to, from) in pairs.take(PAIRS_MAX) {
        let mut values = Vec::with_capacity(frame.n_rows());
        for row in 0..frame.n_rows() {
            if row % super::CHUNK_ROWS == 0 {
                cancel.check()?;
            }
            let days = days_between(
                moment(&features[to], reader.value(row, to))?,
                moment(&features[from], reader.value(row, from))?,
            );
            values.push(days.unwrap_or(f64::NAN));
        }
        let keep_missing = spec.impute == Impute::Keep;
        if let Some(scale) = Scale::fit(&values, spec, cancel)? {
            let dense = (!keep_missing || !spec.is_unscaled()).then_some(scale);
            differences.push(DateDifference { to, from, dense, keep_missing });
        }
    }
    Ok(differences)
}

fn moment(feature: &Feature, value: Value<'_>) -> Result<Option<i64>, LearnError> {
    Ok(if let Coerced::Moment(moment) = coerce(feature, value)? { Some(moment) } else { None })
}

fn days_between(to: Option<i64>, from: Option<i64>) -> Option<f64> {
    Some((i128::from(to?) - i128::from(from?)) as f64 / DAY_MICROSECONDS)
}

impl DateDifference {
    pub(super) fn name(&self, features: &[Feature]) -> String {
        format!("{} minus {} days", features[self.to].name, features[self.from].name)
    }

    /// The value of the matrix for a row of raw values.
    pub(super) fn encode(&self, features: &[Feature], values: &[Value<'_>]) -> Result<f64, LearnError> {
        let of = |position: usize| moment(&features[position], values[position]);
        let days = days_between(of(self.to)?, of(self.from)?);
        Ok(match &self.dense {
            Some(scale) if days.is_some() || !self.keep_missing => scale.apply(days),
            _ => days.unwrap_or(f64::NAN),
        })
    }
}
