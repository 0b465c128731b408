//! How much memory a search may take. A candidate that takes more is given up, and the next one tried.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use mlwright_base::CancelToken;

use super::trial::Workbench;
use crate::LearnError;

/// Between two looks: within it nothing that looks at its token for being cancelled takes much more.
const LOOK_EVERY: Duration = Duration::from_millis(20);
const MEGABYTE: u64 = 1 << 20;

/// A limit, and who tells what is taken.
#[derive(Clone, Copy)]
pub struct MemoryLimit<'a> {
    /// Bytes that the process may hold.
    pub bytes: u64,
    /// Bytes that it holds; `None` where the system does not tell, and then the limit cannot be kept.
    pub resident: &'a (dyn Fn() -> Option<u64> + Sync),
}

impl MemoryLimit<'_> {
    fn is_exceeded(&self) -> bool {
        (self.resident)().is_some_and(|resident| resident > self.bytes)
    }
}

impl Workbench<'_> {
    /// Does work that looks at `cancel`, which is set when the process takes more than it may.
    ///
    /// # Errors
    /// [`LearnError::Fit`] of the learner when it took more; else what the work gives.
    pub(super) fn within_limit<T>(
        &self,
        learner: &str,
        cancel: &CancelToken,
        work: impl FnOnce() -> Result<T, LearnError>,
    ) -> Result<T, LearnError> {
        let Some(limit) = self.memory_limit else { return work() };
        let (is_done, is_exceeded) = (AtomicBool::new(false), AtomicBool::new(false));
        let result = thread::scope(|scope| {
            let watch = scope.spawn(|| {
                while !is_done.load(Ordering::Acquire) {
                    if limit.is_exceeded() {
                        is_exceeded.store(true, Ordering::Release);
                        cancel.cancel();
                        return;
                    }
                    thread::park_timeout(LOOK_EVERY);
                }
            });
            let result = work();
            is_done.store(true, Ordering::Release);
            watch.thread().unpark();
            result
        });
        if !is_exceeded.load(Ordering::Acquire) {
            return result;
        }
        // What is kept for later candidates costs only time to make again.
        self.let_go();
        match result {
            Err(LearnError::Cancelled) if !self.cancel.is_cancelled() => Err(LearnError::Fit {
                learner: learner.to_owned(),
                message: format!(
                    "it takes more than the {} MB of memory that the search may hold",
                    limit.bytes / MEGABYTE
                ),
            }),
            result => result,
        }
    }
}
