//! Jobs: long work in a child process, so that a crash or an out-of-memory kill takes the job and
//! nothing else, closing the editor does not stop it, and cancelling is certain.
//!
//! The record is written first, then `mlwright job run ID` is started. The child holds a lease in
//! its own name, which it renews while it lives; whoever looks at a job whose process is gone, or
//! whose lease ran out where the process cannot be seen, marks it `interrupted`. A job's end is one
//! transaction that checks the lease, so a job that was taken for dead can no longer report
//! anything as done.

mod follow;
mod record;
mod run;

pub use follow::{NewJob, Started};
pub use record::{Job, JobKind, JobState};
pub use run::JobContext;
