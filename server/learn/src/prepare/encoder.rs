//! The fitted preparation of one feature, whatever its kind.

use mlwright_base::{CancelToken, Seed};
use serde::{Deserialize, Serialize};

use super::spec::{CategoryEncoding, PreparationSpec};
use super::{CHUNK_ROWS, Coerced, category, coerce, date, number, ordinal, target_mean, text};
use crate::frame::{Column, Feature, FeatureKind};
use crate::{LearnError, Target};

/// The fitted preparation of one feature. New kinds are added at the end; variants are named in the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Encoder {
    /// Of no use: no column.
    Dropped,
    Number(number::NumberEncoder),
    Category(category::CategoryEncoder),
    TargetMean(target_mean::TargetMeanEncoder),
    Date(date::DateEncoder),
    Text(text::TextEncoder),
    Ordinal(ordinal::OrdinalEncoder),
}

/// What one encoder is fitted on.
pub(super) struct Fitting<'a> {
    pub(super) feature: &'a Feature,
    pub(super) column: &'a Column,
    pub(super) spec: &'a PreparationSpec,
    pub(super) target: &'a Target,
    pub(super) seed: Seed,
    /// Whether another feature's column says already where this one is missing.
    pub(super) indicator_is_known: bool,
}

impl<'a> Fitting<'a> {
    /// The training values as the feature's kind, ending with an error when cancelled.
    pub(super) fn values(
        &self,
        cancel: &'a CancelToken,
    ) -> impl Iterator<Item = Result<Coerced<'a>, LearnError>> + use<'a> {
        let (feature, column) = (self.feature, self.column);
        (0..column.len()).map(move |row| {
            if row % CHUNK_ROWS == 0 {
                cancel.check()?;
            }
            coerce(feature, column.value(row))
        })
    }

    /// The training value of one row as the feature's kind.
    pub(super) fn value(&self, row: usize) -> Result<Coerced<'a>, LearnError> {
        coerce(self.feature, self.column.value(row))
    }
}

/// What training rows get where that differs from what new rows get.
pub(super) struct Training {
    /// The first of the encoder's columns that differs.
    pub(super) offset: usize,
    /// How many do.
    pub(super) width: usize,
    /// Shape `(n_samples, width)`, row by row.
    pub(super) values: Vec<f64>,
}

/// What fitting one encoder gives.
pub(super) struct Fitted {
    pub(super) encoder: Encoder,
    pub(super) training: Option<Training>,
}

impl From<Encoder> for Fitted {
    fn from(encoder: Encoder) -> Self {
        Self { encoder, training: None }
    }
}

/// Learns one feature's preparation.
pub(super) fn fit(fitting: &Fitting<'_>, cancel: &CancelToken) -> Result<Fitted, LearnError> {
    match fitting.feature.kind {
        FeatureKind::Numeric | FeatureKind::Boolean => number::fit(fitting, cancel).map(Fitted::from),
        FeatureKind::Datetime => date::fit(fitting, cancel).map(Fitted::from),
        FeatureKind::Text => text::fit(fitting, cancel),
        FeatureKind::Categorical => {
            let levels = category::Levels::count(fitting.values(cancel))?;
            let order = fitting.spec.orders.get(&fitting.feature.name);
            if levels.distinct() < 2 && !(levels.distinct() == 1 && levels.n_missing > 0) {
                Ok(Encoder::Dropped.into())
            } else if order.is_some() || fitting.spec.categories == CategoryEncoding::Ordinal {
                ordinal::fit(&levels, order.map(Vec::as_slice), fitting, cancel).map(Fitted::from)
            } else if fitting.spec.categories == CategoryEncoding::Target || levels.are_many(fitting.spec) {
                target_mean::fit(&levels, fitting, cancel)
            } else {
                Ok(category::fit(&levels, fitting).into())
            }
        }
    }
}

impl Encoder {
    pub(super) fn is_dropped(&self) -> bool {
        matches!(self, Self::Dropped)
    }

    pub(super) fn width(&self) -> usize {
        match self {
            Self::Dropped => 0,
            Self::Number(encoder) => encoder.width(),
            Self::Category(encoder) => encoder.width(),
            Self::TargetMean(encoder) => encoder.width(),
            Self::Date(encoder) => encoder.width(),
            Self::Text(encoder) => encoder.width(),
            Self::Ordinal(encoder) => encoder.width(),
        }
    }

    pub(super) fn names(&self, feature: &str) -> Vec<String> {
        match self {
            Self::Dropped => Vec::new(),
            Self::Number(encoder) => encoder.names(feature),
            Self::Category(encoder) => encoder.names(feature),
            Self::TargetMean(encoder) => encoder.names(feature),
            Self::Date(encoder) => encoder.names(feature),
            Self::Text(encoder) => encoder.names(feature),
            Self::Ordinal(encoder) => encoder.names(feature),
        }
    }

    /// The number of codes when the (one) column holds codes of categories.
    pub(super) fn n_codes(&self) -> Option<u32> {
        if let Self::Category(encoder) = self { encoder.n_codes() } else { None }
    }

    /// What it does, in words.
    pub(super) fn treatment(&self) -> String {
        match self {
            Self::Dropped => "left out".to_owned(),
            Self::Number(encoder) => encoder.treatment(),
            Self::Category(encoder) => encoder.treatment(),
            Self::TargetMean(encoder) => encoder.treatment(),
            Self::Date(encoder) => encoder.treatment(),
            Self::Text(encoder) => encoder.treatment(),
            Self::Ordinal(encoder) => encoder.treatment(),
        }
    }

    pub(super) fn encode(&self, value: &Coerced<'_>, out: &mut [f64]) {
        match self {
            Self::Dropped => {}
            Self::Number(encoder) => encoder.encode(value, out),
            Self::Category(encoder) => encoder.encode(value, out),
            Self::TargetMean(encoder) => encoder.encode(value, out),
            Self::Date(encoder) => encoder.encode(value, out),
            Self::Text(encoder) => encoder.encode(value, out),
            Self::Ordinal(encoder) => encoder.encode(value, out),
        }
    }

    /// Checks that the parts of an encoder read from a file fit together.
    pub(super) fn check(&self) -> Result<(), String> {
        match self {
            Self::Dropped | Self::Number(_) => Ok(()),
            Self::Category(encoder) => encoder.check(),
            Self::TargetMean(encoder) => encoder.check(),
            Self::Date(encoder) => encoder.check(),
            Self::Text(encoder) => encoder.check(),
            Self::Ordinal(encoder) => encoder.check(),
        }
    }
}
