//! Ordered categories: a level's place, from 0, in a given order or in the natural one, where
//! numbers inside texts compare as numbers (`9-10` before `11-12`).
//!
//! In lexicographic order (levels without digits) it agrees with scikit-learn's `OrdinalEncoder`.
//! A level that is not in the order counts as missing.

use std::cmp::Ordering;

use mlwright_base::CancelToken;
use serde::{Deserialize, Serialize};

use super::category::Levels;
use super::scale::Scale;
use super::spec::Impute;
use super::{Coerced, Encoder, Fitting, level_text};
use crate::LearnError;
use crate::frame::Value;

/// A categorical column as places in an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct OrdinalEncoder {
    /// Sorted by text.
    levels: Vec<String>,
    /// The matrix value of each level.
    places: Vec<f64>,
    /// Of missing values and of levels that are not in the order.
    missing: f64,
    /// Whether a column says where the value is missing (training had some missing).
    indicator: bool,
}

/// Learns from counted levels; `order` has the levels from low to high.
pub(super) fn fit(
    levels: &Levels,
    order: Option<&[String]>,
    fitting: &Fitting<'_>,
    cancel: &CancelToken,
) -> Result<Encoder, LearnError> {
    let spec = fitting.spec;
    let ordered: Vec<String> = match order {
        Some(order) => {
            order.iter().filter_map(|level| level_text(Value::text(level)).map(std::borrow::Cow::into_owned)).collect()
        }
        None => {
            let mut names = levels.names.clone();
            names.sort_by(|a, b| natural(a, b));
            names
        }
    };
    let mut by_text: Vec<(String, f64)> =
        ordered.into_iter().zip(0u32..).map(|(level, place)| (level, f64::from(place))).collect();
    by_text.sort_by(|a, b| a.0.cmp(&b.0));
    by_text.dedup_by(|later, earlier| later.0 == earlier.0);
    let place_of =
        |level: &str| by_text.binary_search_by(|(known, _)| known.as_str().cmp(level)).ok().map(|at| by_text[at].1);
    let places: Vec<f64> = levels.names.iter().map(|level| place_of(level).unwrap_or(f64::NAN)).collect();
    let of_row: Vec<f64> =
        levels.of_row.iter().map(|level| level.map_or(f64::NAN, |level| places[level as usize])).collect();
    let n_missing = of_row.iter().filter(|place| place.is_nan()).count();
    let indicator = spec.indicators && n_missing > 0 && n_missing < of_row.len();
    let scale = Scale::fit(&of_row, spec, cancel)?;
    let Some(scale) = scale.or_else(|| (n_missing > 0 && n_missing < of_row.len()).then_some(Scale::neutral(0.0)))
    else {
        return Ok(Encoder::Dropped);
    };
    let missing = if spec.impute == Impute::Keep { f64::NAN } else { scale.apply(None) };
    let (levels, places) = by_text.into_iter().map(|(level, place)| (level, scale.apply(Some(place)))).unzip();
    Ok(Encoder::Ordinal(OrdinalEncoder { levels, places, missing, indicator }))
}

impl OrdinalEncoder {
    pub(super) fn width(&self) -> usize {
        1 + usize::from(self.indicator)
    }

    pub(super) fn names(&self, feature: &str) -> Vec<String> {
        std::iter::once(format!("{feature} place"))
            .chain(self.indicator.then(|| format!("{feature} is missing")))
            .collect()
    }

    pub(super) fn treatment(&self) -> String {
        let missing = if self.indicator { ", a column for missing" } else { "" };
        format!("places of {} level(s) in their order{missing}", self.levels.len())
    }

    pub(super) fn encode(&self, value: &Coerced<'_>, out: &mut [f64]) {
        let place = match value {
            Coerced::Text(level) => self.levels.binary_search_by(|known| known.as_str().cmp(level.as_ref())).ok(),
            _ => None,
        };
        out[0] = place.map_or(self.missing, |place| self.places[place]);
        if self.indicator {
            out[1] = f64::from(u8::from(place.is_none()));
        }
    }

    pub(super) fn check(&self) -> Result<(), String> {
        let fits = self.levels.is_sorted() && self.levels.len() == self.places.len();
        if fits { Ok(()) } else { Err("an ordinal encoding is incomplete".to_owned()) }
    }
}

/// Compares texts piece by piece: runs of digits as numbers, all else as text.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let (in_a, in_b) = (digits(a), digits(b));
        if in_a > 0 && in_b > 0 {
            let (x, y) = (a[..in_a].trim_start_matches('0'), b[..in_b].trim_start_matches('0'));
            let by_value = x.len().cmp(&y.len()).then_with(|| x.cmp(y)).then_with(|| in_a.cmp(&in_b));
            if by_value != Ordering::Equal {
                return by_value;
            }
            (a, b) = (&a[in_a..], &b[in_b..]);
            continue;
        }
        match (a.chars().next(), b.chars().next()) {
            (Some(x), Some(y)) if x == y => (a, b) = (&a[x.len_utf8()..], &b[y.len_utf8()..]),
            (x, y) => return x.cmp(&y),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_inside_texts_compare_as_numbers() {
        let mut levels = ["11-12", "9-10", "b2", "b10", "a", "", "010", "10", "b"];
        levels.sort_by(|a, b| natural(a, b));
        assert_eq!(levels, ["", "9-10", "10", "010", "11-12", "a", "b", "b2", "b10"]);
    }
}
