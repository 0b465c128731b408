//! What matters for modelling in a profile, most important first, each with what to do about it.
//!
//! Noise is a defect: a finding is made only where a careful expert would change what they do next.
//! Every threshold is a named constant with its reason.

mod columns;
mod order;
mod pairs;
mod target;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::profile::Profile;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// A model trained in spite of it would be wrong or worthless.
    Error,
    /// A model suffers unless it is dealt with.
    Warning,
    /// Good to know when choosing features, metrics or a split.
    Note,
}

impl Severity {
    /// As it is written in answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// What a finding is about: stable names to branch on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// The table has no rows, or too few to learn from.
    TooFewRows,
    /// The target has one value, or none.
    TargetUnusable,
    /// The target is missing in some rows.
    TargetMissing,
    /// A column says nearly everything about the target.
    LeakageSuspect,
    /// A column is filled in only for some outcomes.
    KnownAfterOutcome,
    /// A class is rare.
    Imbalance,
    /// A class has too few rows to be learned or tested.
    RareClass,
    /// A numeric target piles up at its largest or smallest value.
    CappedTarget,
    /// A numeric target spreads over orders of magnitude.
    SkewedTarget,
    /// A column names each row.
    Identifier,
    /// A column has one value.
    ConstantColumn,
    /// A column has no value.
    EmptyColumn,
    /// A column has nearly one value.
    NearlyConstant,
    /// Rows repeat.
    DuplicateRows,
    /// Two columns hold the same.
    DuplicateColumn,
    /// Two columns say nearly the same.
    CollinearPair,
    /// Much of a column is missing.
    MuchMissing,
    /// Whether a column is missing says something about the target.
    InformativeMissing,
    /// A category has very many levels.
    HighCardinality,
    /// Free text.
    FreeText,
    /// Numbers or dates stored as text.
    StoredAsText,
    /// Numbers that a few words keep from being read as numbers.
    WordsAmongNumbers,
    /// Infinite values.
    InfiniteValues,
    /// A number stands in for "missing" (-999, 9999, …).
    SentinelValue,
    /// A feature spreads over orders of magnitude.
    SkewedFeature,
    /// Rows are in order of time.
    TimeOrdered,
    /// No column says anything about the target.
    NoSignal,
}

impl FindingKind {
    /// A few words for a heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::TooFewRows => "Too few rows",
            Self::TargetUnusable => "Unusable target",
            Self::TargetMissing => "Target is missing",
            Self::LeakageSuspect => "Leakage suspect",
            Self::KnownAfterOutcome => "Known after the outcome?",
            Self::Imbalance => "Unbalanced classes",
            Self::RareClass => "Rare class",
            Self::CappedTarget => "Target piles up",
            Self::SkewedTarget => "Skewed target",
            Self::Identifier => "Identifier",
            Self::ConstantColumn => "Constant",
            Self::EmptyColumn => "Empty column",
            Self::NearlyConstant => "Nearly constant",
            Self::DuplicateRows => "Duplicate rows",
            Self::DuplicateColumn => "Duplicate column",
            Self::CollinearPair => "Collinear columns",
            Self::MuchMissing => "Missing values",
            Self::InformativeMissing => "Informative missing",
            Self::HighCardinality => "Many levels",
            Self::FreeText => "Free text",
            Self::StoredAsText => "Stored as text",
            Self::WordsAmongNumbers => "Words among numbers",
            Self::InfiniteValues => "Infinite values",
            Self::SentinelValue => "Sentinel value",
            Self::SkewedFeature => "Far outliers",
            Self::TimeOrdered => "Ordered by time",
            Self::NoSignal => "No signal",
        }
    }
}

/// One thing to know, why, and what to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// What it is about.
    pub kind: FindingKind,
    /// How much it matters.
    pub severity: Severity,
    /// The columns concerned; none for the table as a whole.
    pub columns: Vec<String>,
    /// What was seen, with the numbers.
    pub reason: String,
    /// What to do.
    pub action: String,
}

/// The findings of a profile whose other parts are complete, most important first. Findings alike
/// are joined, so that a table with 500 constant columns has one finding that names them.
#[must_use]
pub fn findings(profile: &Profile) -> Vec<Finding> {
    let mut found = order::Collected::default();
    target::look(profile, &mut found);
    columns::look(profile, &mut found);
    pairs::look(profile, &mut found);
    found.ranked()
}
