//! Running polars' plans so that they can be cancelled, timed and read in batches.
//!
//! polars cannot be stopped inside one of its operators, so the work runs on a thread of its own:
//! whoever waits leaves at once, and the thread ends at its next batch. How many such threads there
//! may be is limited.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use mlwright_base::CancelToken;
use polars::prelude::{DataFrame, Engine, LazyFrame, PlanCallback};

use crate::error::DataError;

/// The most threads that may work on though nobody waits for them.
const ABANDONED_MAX: usize = 4;
/// How often a waiting thread looks at its cancel token.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Batches that wait to be taken.
const BATCHES_AHEAD: usize = 2;

/// The most characters of a panic's message that are shown.
const PANIC_CHARS_MAX: usize = 160;

static ABANDONED: AtomicUsize = AtomicUsize::new(0);

const RUNNING: u8 = 0;
const ENDED: u8 = 1;
const LEFT: u8 = 2;

/// Tells the work whether anybody still waits for it.
#[derive(Clone)]
pub(crate) struct Waited(Arc<AtomicU8>);

impl Waited {
    /// Whether nobody waits any more.
    pub(crate) fn is_over(&self) -> bool {
        self.0.load(Ordering::Acquire) == LEFT
    }
}

/// Does the work on another thread and waits for it, at most `time`.
///
/// # Errors
/// The work's; [`DataError::Cancelled`]; [`DataError::QueryTooLong`]; a panic of polars as
/// [`DataError::Compute`].
pub(crate) fn run<T: Send + 'static>(
    work: impl FnOnce(&Waited) -> Result<T, DataError> + Send + 'static,
    time: Option<Duration>,
    cancel: &CancelToken,
) -> Result<T, DataError> {
    cancel.check()?;
    let abandoned = ABANDONED.load(Ordering::Acquire);
    if abandoned >= ABANDONED_MAX {
        return Err(DataError::TooManyAbandonedQueries { count: abandoned });
    }
    let state = Arc::new(AtomicU8::new(RUNNING));
    let waited = Waited(Arc::clone(&state));
    let (sender, receiver) = sync_channel(1);
    spawn(move || {
        let result = guarded(|| work(&waited));
        if waited.0.swap(ENDED, Ordering::AcqRel) == LEFT {
            ABANDONED.fetch_sub(1, Ordering::AcqRel);
        }
        // Nobody receives what was abandoned.
        let _ = sender.send(result);
    })?;
    let leave = |reason: DataError| {
        ABANDONED.fetch_add(1, Ordering::AcqRel);
        if state.swap(LEFT, Ordering::AcqRel) == ENDED {
            ABANDONED.fetch_sub(1, Ordering::AcqRel);
        }
        Err(reason)
    };
    let mut waiting = Duration::ZERO;
    loop {
        let left = time.map_or(LOOK_EVERY, |time| time.saturating_sub(waiting).min(LOOK_EVERY));
        match receiver.recv_timeout(left) {
            Ok(result) => return result,
            Err(RecvTimeoutError::Disconnected) => return Err(stopped()),
            Err(RecvTimeoutError::Timeout) => {
                waiting += left;
                if cancel.is_cancelled() {
                    return leave(DataError::Cancelled);
                }
                if let Some(time) = time.filter(|time| waiting >= *time) {
                    return leave(DataError::QueryTooLong { seconds: time.as_secs_f64() });
                }
            }
        }
    }
}

/// Reads the whole plan into memory.
///
/// # Errors
/// As [`run`].
pub(crate) fn collect(plan: LazyFrame, cancel: &CancelToken) -> Result<DataFrame, DataError> {
    run(move |_| Ok(plan.collect()?), None, cancel)
}

/// A plan's rows in order, in batches of about `rows`, read while they are taken.
pub(crate) struct Stream {
    receiver: Receiver<Result<Option<DataFrame>, DataError>>,
    ended: bool,
}

/// Starts reading.
///
/// # Errors
/// When no thread can be started.
pub(crate) fn stream(plan: LazyFrame, rows: usize) -> Result<Stream, DataError> {
    let (sender, receiver) = sync_channel(BATCHES_AHEAD);
    spawn(move || {
        let end = match guarded(|| send_batches(plan, rows, sender.clone())) {
            Ok(()) => Ok(None),
            Err(error) => Err(error),
        };
        // A reader that went away needs no end.
        let _ = sender.send(end);
    })?;
    Ok(Stream { receiver, ended: false })
}

fn send_batches(
    plan: LazyFrame,
    rows: usize,
    sender: SyncSender<Result<Option<DataFrame>, DataError>>,
) -> Result<(), DataError> {
    // Answering `true` stops the plan: the reader went away.
    let take = PlanCallback::new(move |frame: DataFrame| Ok(sender.send(Ok(Some(frame))).is_err()));
    plan.sink_batches(take, true, NonZeroUsize::new(rows))?.collect_with_engine(Engine::Streaming)?;
    Ok(())
}

/// Runs the plan and hands each batch, in order, to `take`, until that answers `false` or nobody
/// waits any more.
///
/// # Errors
/// polars' own.
pub(crate) fn feed(
    plan: LazyFrame,
    waited: &Waited,
    take: impl Fn(DataFrame) -> bool + Send + Sync + 'static,
) -> Result<(), DataError> {
    let waited = waited.clone();
    let take = PlanCallback::new(move |frame: DataFrame| Ok(waited.is_over() || !take(frame)));
    plan.sink_batches(take, true, None)?.collect_with_engine(Engine::Streaming)?;
    Ok(())
}

impl Iterator for Stream {
    type Item = Result<DataFrame, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        match self.receiver.recv() {
            Ok(Ok(Some(frame))) => Some(Ok(frame)),
            Ok(Ok(None)) => {
                self.ended = true;
                None
            }
            Ok(Err(error)) => {
                self.ended = true;
                Some(Err(error))
            }
            Err(_) => {
                self.ended = true;
                Some(Err(stopped()))
            }
        }
    }
}

/// The most threads that share one piece of work.
const SPREAD_MAX: usize = 16;

/// Does the same to every item, on as many threads as there are cores, in the items' order. For work
/// that calls polars' parallel operations: a thread of rayon that waits for polars takes up another
/// of its own jobs, which waits in turn, until its stack is full.
pub(crate) fn spread<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = cores.min(SPREAD_MAX).min(items.len());
    if threads < 2 {
        return items.iter().map(work).collect();
    }
    let shares: Vec<Vec<R>> = std::thread::scope(|scope| {
        let share = |first: usize| items.iter().skip(first).step_by(threads).map(&work).collect::<Vec<R>>();
        let others: Vec<_> = (1..threads).map(|first| scope.spawn(move || share(first))).collect();
        let own = share(0);
        let others =
            others.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        std::iter::once(own).chain(others).collect()
    });
    let mut shares: Vec<_> = shares.into_iter().map(Vec::into_iter).collect();
    (0..items.len()).map(|index| shares[index % threads].next().expect("the shares make up the items")).collect()
}

fn spawn(work: impl FnOnce() + Send + 'static) -> Result<(), DataError> {
    std::thread::Builder::new()
        .name("mlwright-data".to_owned())
        .spawn(work)
        .map(drop)
        .map_err(|error| DataError::Compute { message: format!("no thread could be started: {error}") })
}

/// polars panics on some plans it cannot run; to the caller that is an error like others.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, DataError>) -> Result<T, DataError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let message = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no reason given");
        let message: String = crate::error::first_line(message).chars().take(PANIC_CHARS_MAX).collect();
        Err(DataError::Compute { message: format!("polars gave up: {message}") })
    })
}

fn stopped() -> DataError {
    DataError::Compute { message: "polars stopped without an answer".to_owned() }
}

#[cfg(test)]
mod tests {
    use polars::prelude::{IntoLazy, df};

    use super::*;

    #[test]
    fn work_that_takes_too_long_is_left() {
        let (release, wait) = sync_channel::<()>(0);
        let work = move |waited: &Waited| {
            // Ends when the test drops its side.
            let _ = wait.recv();
            assert!(waited.is_over());
            Ok(())
        };
        let result = run(work, Some(Duration::from_millis(30)), &CancelToken::new());
        assert!(matches!(result, Err(DataError::QueryTooLong { .. })));
        drop(release);
    }

    #[test]
    fn cancelled_work_is_left() {
        let cancel = CancelToken::new();
        let (release, wait) = sync_channel::<()>(0);
        let inner = cancel.clone();
        let work = move |_: &Waited| {
            inner.cancel();
            let _ = wait.recv();
            Ok(())
        };
        assert!(matches!(run(work, None, &cancel), Err(DataError::Cancelled)));
        drop(release);
    }

    #[test]
    fn a_stream_gives_all_rows_in_order_and_may_be_dropped() {
        let frame = df!("x" => (0..10_000_i64).collect::<Vec<_>>()).expect("a frame");
        let mut next = 0;
        for batch in stream(frame.clone().lazy(), 100).expect("a stream") {
            for value in batch.expect("a batch").column("x").expect("x").i64().expect("i64").iter() {
                assert_eq!(value, Some(next));
                next += 1;
            }
        }
        assert_eq!(next, 10_000);
        let mut early = stream(frame.lazy(), 10).expect("a stream");
        assert!(early.next().is_some_and(|batch| batch.is_ok()));
    }

    #[test]
    fn spread_work_keeps_the_order() {
        for n in [0, 1, 2, 7, 100] {
            let items: Vec<usize> = (0..n).collect();
            assert_eq!(spread(&items, |item| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_stream_ends_with_its_error() {
        let plan = df!("x" => [1_i64]).expect("a frame").lazy().select([polars::prelude::col("y")]);
        let last = stream(plan, 10).expect("a stream").last();
        assert!(matches!(last, Some(Err(DataError::ColumnNotFound { .. }))));
    }
}
