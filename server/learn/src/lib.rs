//! Learning from tables in memory: raw columns in, fitted models out.
//!
//! This crate knows no file of the user's, no store and no protocol. Start with [`frame::Frame`]
//! (raw columns), [`contract`] (what a learner is), [`model::Model`] (everything from raw columns
//! to a prediction, saved as `model.mlw`) and [`search`] (how `train` chooses).
//!
//! The way through it: [`target`] encodes the column to predict, [`split`] sets rows apart,
//! [`prepare`] turns raw columns into a numeric matrix, [`learners`] lists who can learn from it,
//! [`metrics`] scores, [`search`] chooses, [`evaluate`] and [`explain`] account for the result.

pub mod baseline;
pub mod calibrate;
pub mod conformal;
pub mod contract;
pub mod error;
pub mod evaluate;
pub mod explain;
pub mod frame;
pub mod learners;
pub mod linear;
pub mod metrics;
pub mod model;
pub mod naive_bayes;
pub mod neighbors;
pub mod predictor;
pub mod prepare;
#[cfg(test)]
mod reference;
pub mod search;
pub mod split;
pub mod svm;
pub mod target;
mod target_scale;
pub mod trees;
pub mod weights;

pub use contract::{Estimator, FitContext, MatrixInfo, Predictor, Preparation, Target, Task};
pub use error::LearnError;
pub use frame::{Column, Feature, FeatureKind, Frame, Value};
pub use learners::LearnerSpec;
pub use metrics::Metric;
pub use model::{Model, Predictions, RowExplanation, RowPrediction};
pub use prepare::{PreparationSpec, Preparer};
pub use search::{Candidate, Coverage, Memory, MemoryLimit, SearchContext, SearchOptions, SearchOutcome, search};
pub use split::{SplitChoice, SplitKind};
