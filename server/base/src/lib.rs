//! What every other crate stands on: ids, errors with a code and a hint, cancellation, progress,
//! limits, time, and the only door to files, environment and processes.
//!
//! It knows no table, model, record or protocol. Start with [`error::Problem`], which is the shape
//! every failure has by the time a user sees it, then [`system`], where all side effects live.

pub mod cancel;
pub mod error;
pub mod ids;
pub mod limits;
pub mod names;
pub mod progress;
pub mod system;

pub use cancel::{CancelToken, Cancelled};
pub use error::{ErrorCode, Problem};
pub use ids::{DeploymentId, ExperimentId, JobId, RequestId, RunId, Seed};
pub use progress::{NoProgress, Progress, ProgressSink};
