//! What a preparation does with each feature, for a run's record, a model card, and explanations.

use serde::{Deserialize, Serialize};

use super::Preparer;
use crate::frame::FeatureKind;

/// Why a feature has no column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DropReason {
    /// No training row has a value.
    Empty,
    /// All training rows have the same value, or no level often enough to be told from others.
    Constant,
    /// It is the same as an earlier feature in every training row.
    Duplicate {
        /// That feature's name.
        of: String,
    },
    /// Constant or empty: the file does not say which.
    Unsaid,
}

/// What becomes of one feature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct FeaturePlan {
    /// The feature's name.
    pub feature: String,
    /// What it holds.
    pub kind: FeatureKind,
    /// What is done with it, in words.
    pub treatment: String,
    /// The names of the matrix columns made of it; empty when it is dropped.
    pub columns: Vec<String>,
    /// Why it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropped: Option<DropReason>,
}

/// One column of the matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct DerivedColumn {
    /// Its name, which the same raw columns always give.
    pub name: String,
    /// The raw features it is made of: one, or two for the days between dates. What it contributes
    /// to a prediction is counted under the first.
    pub features: Vec<String>,
}

impl Preparer {
    /// What becomes of each feature, in the order of the features.
    #[must_use]
    pub fn plan(&self) -> Vec<FeaturePlan> {
        let mut of_parts = self.parts.iter().map(Self::plan);
        if let Some(mut plans) = of_parts.next() {
            for other in of_parts {
                for (plan, other) in plans.iter_mut().zip(other) {
                    if !plan.treatment.split("; ").any(|known| known == other.treatment) {
                        plan.treatment = format!("{}; {}", plan.treatment, other.treatment);
                    }
                    plan.columns.extend(other.columns);
                }
            }
            return plans;
        }
        let mut plans: Vec<FeaturePlan> = self
            .features
            .iter()
            .zip(&self.encoders)
            .enumerate()
            .map(|(position, (feature, encoder))| {
                let dropped = encoder.is_dropped().then(|| match self.reasons.get(position) {
                    Some(Some(reason)) => reason.clone(),
                    _ => DropReason::Unsaid,
                });
                FeaturePlan {
                    feature: feature.name.clone(),
                    kind: feature.kind,
                    treatment: dropped.as_ref().map_or_else(|| encoder.treatment(), DropReason::in_words),
                    columns: Vec::new(),
                    dropped,
                }
            })
            .collect();
        for (name, &source) in self.matrix.names.iter().zip(&self.matrix.source) {
            plans[source].columns.push(name.clone());
        }
        plans
    }

    /// The matrix's columns and what each is made of.
    #[must_use]
    pub fn derived_columns(&self) -> Vec<DerivedColumn> {
        if !self.parts.is_empty() {
            return self.parts.iter().flat_map(Self::derived_columns).collect();
        }
        let name = |position: usize| self.features[position].name.clone();
        let n_plain = self.matrix.names.len() - self.differences.len();
        let columns = self.matrix.names.iter().zip(&self.matrix.source).enumerate();
        columns
            .map(|(column, (derived, &source))| {
                let other = column.checked_sub(n_plain).map(|at| name(self.differences[at].from));
                DerivedColumn { name: derived.clone(), features: std::iter::once(name(source)).chain(other).collect() }
            })
            .collect()
    }
}

impl DropReason {
    /// The reason in words, e.g. `the same as price`.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self {
            Self::Empty => "empty in the training rows".to_owned(),
            Self::Constant => "constant in the training rows".to_owned(),
            Self::Duplicate { of } => format!("the same as {of} in the training rows"),
            Self::Unsaid => "constant or empty in the training rows".to_owned(),
        }
    }
}
