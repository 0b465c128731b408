//! Experiments and runs, in MLflow's terms.

pub mod compare;
pub mod filter;
pub mod record;
pub mod search;

pub use record::{Experiment, MetricPoint, Run, RunData, RunStatus};
