//! Learning from tables in memory: raw columns in, fitted models out.
//!
//! This crate knows no file of the user's, no store and no protocol. Start with [`frame::Frame`]
//! (raw columns), [`contract`] (what a learner is), [`model::Model`] (everything from raw columns
//! to a prediction, saved as `model.mlw`) and [`search`] (how `train` chooses).

pub mod contract;
pub mod error;
pub mod frame;

pub use contract::{Estimator, FitContext, Predictor, Target, Task};
pub use error::LearnError;
pub use frame::{Column, Feature, FeatureKind, Frame, Value};
