//! The rules by their codes.

use mlwright_source_text::Severity;
use serde::Serialize;

/// A rule as it is listed, configured and shown.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Rule {
    pub code: &'static str,
    /// In words, for settings and SARIF.
    pub name: &'static str,
    pub category: Category,
    pub severity: Severity,
    /// One sentence.
    pub summary: &'static str,
}

/// What kind of mistake a rule finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    /// Test rows went into the preparation of training data.
    PreprocessingLeakage,
    /// Only scores within the training part are too good: a choice may be wrong, the last test is not.
    CrossValidationLeakage,
    /// Test rows, or copies of them, are training rows.
    OverlapLeakage,
    /// The test rows were used to choose.
    MultiTestLeakage,
    TargetLeakage,
    TemporalLeakage,
    GroupLeakage,
    /// Not leakage, but the result does not mean what it seems to.
    Soundness,
    Frames,
}

use Category::*;
use Severity::*;

const fn new(
    code: &'static str,
    name: &'static str,
    category: Category,
    severity: Severity,
    summary: &'static str,
) -> Rule {
    Rule { code, name, category, severity, summary }
}

/// All rules, by code.
pub const RULES: &[Rule] = &[
    new(
        "MLW101",
        "preprocessing-before-split",
        PreprocessingLeakage,
        Warning,
        "something is fitted or computed on rows that later are test rows",
    ),
    new("MLW102", "fit-on-test", PreprocessingLeakage, Warning, "a transformer is fitted on the test rows"),
    new(
        "MLW103",
        "preprocessing-outside-folds",
        PreprocessingLeakage,
        Warning,
        "cross-validation on data that was prepared as a whole",
    ),
    new(
        "MLW104",
        "resampling-before-split",
        OverlapLeakage,
        Warning,
        "rows are copied or synthesised before the split, so that copies are on both sides",
    ),
    new("MLW105", "train-test-overlap", OverlapLeakage, Warning, "a model is judged on rows that it was fitted on"),
    new("MLW106", "multi-test", MultiTestLeakage, Warning, "several models are judged on the same test rows"),
    new("MLW107", "tuning-on-test", MultiTestLeakage, Warning, "settings are chosen on the test rows"),
    new(
        "MLW108",
        "target-in-features",
        TargetLeakage,
        Warning,
        "the target, or something made from it, is among the features",
    ),
    new("MLW109", "future-values", TemporalLeakage, Warning, "a feature holds values of later rows"),
    new("MLW110", "shuffled-time-split", TemporalLeakage, Warning, "rows in the order of time are split at random"),
    new("MLW111", "groups-across-split", GroupLeakage, Warning, "rows of one group can be on both sides of the split"),
    new(
        "MLW112",
        "resampling-outside-folds",
        OverlapLeakage,
        Warning,
        "cross-validation on rows that were copied or synthesised before",
    ),
    new(
        "MLW113",
        "training-part-prepared-before-folds",
        CrossValidationLeakage,
        Information,
        "folds of the training part see what was fitted on all of it",
    ),
    new(
        "MLW201",
        "no-held-out-data",
        Soundness,
        Information,
        "a model is fitted and used without being judged on any held-out rows",
    ),
    new(
        "MLW202",
        "accuracy-on-imbalanced",
        Soundness,
        Warning,
        "accuracy is the only metric although one class is rare",
    ),
    new("MLW203", "missing-random-state", Soundness, Information, "the result changes from run to run"),
    new("MLW204", "different-splits", Soundness, Warning, "models are compared that were judged on different splits"),
    new("MLW205", "class-weight-ignored", Soundness, Warning, "class weights were meant but do not reach the model"),
    new("MLW206", "labels-for-score-metric", Soundness, Warning, "a metric that needs scores is given labels"),
    new(
        "MLW207",
        "unscaled-distance-model",
        Soundness,
        Information,
        "a model of distances is fitted on columns of different scales",
    ),
    new(
        "MLW208",
        "silent-coercion",
        Soundness,
        Information,
        "values that cannot be read become missing without a word",
    ),
    new("MLW209", "chained-assignment", Soundness, Warning, "values are assigned to a copy"),
    new("MLW210", "merge-cardinality", Soundness, Warning, "a merge multiplies rows"),
    new("MLW211", "pickle-model", Soundness, Warning, "a pickle runs code when it is loaded"),
    new("MLW301", "unknown-column", Frames, Warning, "the frame has no such column"),
];

/// The rule of a code.
pub fn rule(code: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.code == code)
}
