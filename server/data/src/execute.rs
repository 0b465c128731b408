//! Running polars' plans so that they can be cancelled, bounded and read in batches.
//!
//! polars cannot be stopped inside one of its operators, so the work runs on a thread of its own:
//! whoever waits leaves at once, and the thread ends at its next batch. How many such threads of
//! queries there may be is limited; reading tables is never refused for them.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use mlwright_base::CancelToken;
use mlwright_base::system::memory;
use polars::prelude::{DataFrame, Engine, LazyFrame, PlanCallback};

use crate::error::DataError;

/// The most threads of queries that may work on though nobody waits for them.
const ABANDONED_MAX: usize = 4;
/// How often a waiting thread looks at its cancel token and at the memory.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Batches that wait to be taken.
const BATCHES_AHEAD: usize = 2;
/// Stack of a thread that works, in bytes: plans are walked down to their leaves.
const STACK_BYTES: usize = 8 << 20;

/// The most characters of a panic's message that are shown.
const PANIC_CHARS_MAX: usize = 160;

static ABANDONED: AtomicUsize = AtomicUsize::new(0);

const RUNNING: u8 = 0;
const ENDED: u8 = 1;
const LEFT: u8 = 2;

/// How far a query may go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// The longest it may run.
    time: Duration,
    /// The most bytes by which this process's memory may grow meanwhile, whatever for; `None` when the system
    /// does not tell.
    memory_bytes: Option<u64>,
    /// What this process holds.
    resident: fn() -> Option<u64>,
    /// Counts those that were left and have not ended.
    abandoned: &'static AtomicUsize,
}

impl Bounds {
    /// So long, and one of `share` equal parts of the memory that is available now.
    pub(crate) fn new(time: Duration, share: u64) -> Self {
        Self {
            time,
            memory_bytes: memory::available_bytes().map(|bytes| bytes / share),
            resident: memory::resident_bytes,
            abandoned: &ABANDONED,
        }
    }

    /// Bounds that are not shared with anything else.
    #[cfg(test)]
    pub(crate) fn of_test(
        time: Duration,
        memory_bytes: u64,
        resident: fn() -> Option<u64>,
        abandoned: &'static AtomicUsize,
    ) -> Self {
        Self { time, memory_bytes: Some(memory_bytes), resident, abandoned }
    }

    fn check_abandoned(&self) -> Result<(), DataError> {
        match self.abandoned.load(Ordering::Acquire) {
            count if count >= ABANDONED_MAX => Err(DataError::TooManyAbandonedQueries { count }),
            _ => Ok(()),
        }
    }
}

/// What is looked at while a query runs.
struct Watch<'b> {
    bounds: &'b Bounds,
    resident_before: Option<u64>,
    waited: Duration,
}

impl<'b> Watch<'b> {
    fn begin(bounds: &'b Bounds) -> Self {
        Self { bounds, resident_before: (bounds.resident)(), waited: Duration::ZERO }
    }

    fn until_next_look(&self) -> Duration {
        self.bounds.time.saturating_sub(self.waited).min(LOOK_EVERY)
    }

    /// Why the query must end, if it must.
    fn look(&self, work: &Work) -> Option<DataError> {
        if self.waited >= self.bounds.time {
            return Some(DataError::QueryTooLong { seconds: self.bounds.time.as_secs_f64() });
        }
        let limit = self.bounds.memory_bytes?;
        let grown = (self.bounds.resident)()?.saturating_sub(self.resident_before?);
        work.grown_bytes.store(grown, Ordering::Release);
        (grown > limit).then(|| too_much_memory(limit))
    }
}

/// More memory than a query may take.
pub(crate) fn too_much_memory(limit_bytes: u64) -> DataError {
    DataError::TooLarge {
        what: "the memory that the query needs".to_owned(),
        limit_bytes,
        hint: "filter earlier, select fewer columns, or aggregate before joining and sorting".to_owned(),
    }
}

/// Work on its own thread.
struct Work {
    standing: AtomicU8,
    /// How much memory has grown, as far as that is watched.
    grown_bytes: AtomicU64,
    /// How much it may grow.
    memory_bytes: u64,
}

impl Work {
    fn new(bounds: Option<&Bounds>) -> Self {
        let memory_bytes = bounds.and_then(|bounds| bounds.memory_bytes).unwrap_or(u64::MAX);
        Self { standing: AtomicU8::new(RUNNING), grown_bytes: AtomicU64::new(0), memory_bytes }
    }
}

/// Tells the work whether anybody still waits for it.
#[derive(Clone)]
pub(crate) struct Waited(Arc<Work>);

impl Waited {
    /// Whether nobody waits any more.
    pub(crate) fn is_over(&self) -> bool {
        self.0.standing.load(Ordering::Acquire) == LEFT
    }

    /// The most bytes of memory that may be taken.
    pub(crate) fn memory_bytes(&self) -> u64 {
        self.0.memory_bytes
    }

    /// One of `share` equal parts of the memory that may be taken, when more than that is.
    pub(crate) fn taken_beyond(&self, share: u64) -> Option<u64> {
        let part = self.0.memory_bytes / share;
        (self.0.grown_bytes.load(Ordering::Acquire) > part).then_some(part)
    }
}

/// Does the work on another thread and waits for it, within `bounds` when there are any.
///
/// # Errors
/// The work's; [`DataError::Cancelled`]; a panic of polars as [`DataError::Compute`]; with bounds
/// [`DataError::QueryTooLong`], [`DataError::TooLarge`] for the memory, and
/// [`DataError::TooManyAbandonedQueries`].
pub(crate) fn run<T: Send + 'static>(
    work: impl FnOnce(&Waited) -> Result<T, DataError> + Send + 'static,
    bounds: Option<&Bounds>,
    cancel: &CancelToken,
) -> Result<T, DataError> {
    cancel.check()?;
    bounds.map_or(Ok(()), Bounds::check_abandoned)?;
    let abandoned = bounds.map(|bounds| bounds.abandoned);
    let mut watch = bounds.map(Watch::begin);
    let waited = Waited(Arc::new(Work::new(bounds)));
    let state = Arc::clone(&waited.0);
    let (sender, receiver) = sync_channel(1);
    spawn(move || {
        let result = guarded(|| work(&waited));
        if waited.0.standing.swap(ENDED, Ordering::AcqRel) == LEFT
            && let Some(abandoned) = abandoned
        {
            abandoned.fetch_sub(1, Ordering::AcqRel);
        }
        // Nobody receives what was abandoned.
        let _ = sender.send(result);
    })?;
    let leave = |reason: DataError| {
        if let Some(abandoned) = abandoned {
            abandoned.fetch_add(1, Ordering::AcqRel);
        }
        if state.standing.swap(LEFT, Ordering::AcqRel) == ENDED
            && let Some(abandoned) = abandoned
        {
            abandoned.fetch_sub(1, Ordering::AcqRel);
        }
        Err(reason)
    };
    loop {
        let left = watch.as_ref().map_or(LOOK_EVERY, Watch::until_next_look);
        match receiver.recv_timeout(left) {
            Ok(result) => return result,
            Err(RecvTimeoutError::Disconnected) => return Err(stopped()),
            Err(RecvTimeoutError::Timeout) => {
                if cancel.is_cancelled() {
                    return leave(DataError::Cancelled);
                }
                if let Some(watch) = &mut watch {
                    watch.waited += left;
                    if let Some(reason) = watch.look(&state) {
                        return leave(reason);
                    }
                }
            }
        }
    }
}

/// Reads the whole plan into memory: for tables, whose size is the user's own choice.
///
/// # Errors
/// As [`run`] without bounds.
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

/// Does the same to every item, on as many threads as there are cores; answers in the items' order.
/// Heavy items are begun first, so that no thread is left alone with one at the end. For work that
/// calls polars' parallel operations: a thread of rayon that waits for polars takes up another of its
/// own jobs, which waits in turn, until its stack is full.
pub(crate) fn spread<T: Sync, R: Send>(items: &[T], weight: impl Fn(&T) -> usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = cores.min(SPREAD_MAX).min(items.len());
    if threads < 2 {
        return items.iter().map(work).collect();
    }
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by_key(|&index| std::cmp::Reverse(weight(&items[index])));
    let next = AtomicUsize::new(0);
    let share = || {
        let mut done = Vec::new();
        while let Some(&index) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
            done.push((index, work(&items[index])));
        }
        done
    };
    let mut done: Vec<(usize, R)> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(share)).collect();
        let own = share();
        let others =
            others.into_iter().flat_map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        own.into_iter().chain(others).collect()
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

fn spawn(work: impl FnOnce() + Send + 'static) -> Result<(), DataError> {
    std::thread::Builder::new()
        .name("mlwright-data".to_owned())
        .stack_size(STACK_BYTES)
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

    /// Bounds of their own, so that tests beside them are not refused.
    fn bounds(time_ms: u64) -> Bounds {
        Bounds::of_test(Duration::from_millis(time_ms), u64::MAX, || None, Box::leak(Box::default()))
    }

    /// Work that ends when the sender is dropped.
    fn endless() -> (SyncSender<()>, impl FnOnce(&Waited) -> Result<(), DataError> + Send + 'static) {
        let (release, wait) = sync_channel::<()>(0);
        let work = move |waited: &Waited| {
            let _ = wait.recv();
            assert!(waited.is_over());
            Ok(())
        };
        (release, work)
    }

    #[test]
    fn work_that_takes_too_long_is_left() {
        let (release, work) = endless();
        let result = run(work, Some(&bounds(30)), &CancelToken::new());
        assert!(matches!(result, Err(DataError::QueryTooLong { .. })));
        drop(release);
    }

    #[test]
    fn work_that_takes_too_much_memory_is_left() {
        static RESIDENT: AtomicUsize = AtomicUsize::new(1_000);
        let (release, wait) = sync_channel::<()>(0);
        let resident = || Some(RESIDENT.load(Ordering::Acquire) as u64);
        let bounds = Bounds::of_test(Duration::from_secs(60), 300, resident, Box::leak(Box::default()));
        let work = move |waited: &Waited| {
            RESIDENT.store(1_300, Ordering::Release);
            while waited.taken_beyond(2).is_none() {
                std::thread::yield_now();
            }
            assert_eq!(waited.taken_beyond(2), Some(150));
            assert!(!waited.is_over());
            RESIDENT.store(1_301, Ordering::Release);
            let _ = wait.recv();
            Ok(())
        };
        let result = run(work, Some(&bounds), &CancelToken::new());
        assert!(matches!(result, Err(DataError::TooLarge { limit_bytes: 300, .. })), "{result:?}");
        drop(release);
    }

    #[test]
    fn queries_that_were_left_stop_new_ones_and_no_reading() {
        let bounds = bounds(1);
        let mut releases = Vec::new();
        for _ in 0..ABANDONED_MAX {
            let (release, work) = endless();
            assert!(matches!(run(work, Some(&bounds), &CancelToken::new()), Err(DataError::QueryTooLong { .. })));
            releases.push(release);
        }
        let refused = run(|_| Ok(()), Some(&bounds), &CancelToken::new());
        assert!(matches!(refused, Err(DataError::TooManyAbandonedQueries { count: ABANDONED_MAX })), "{refused:?}");
        let frame = df!("x" => [1_i64]).expect("a frame");
        assert_eq!(collect(frame.lazy(), &CancelToken::new()).expect("rows").height(), 1);
        drop(releases);
        while bounds.abandoned.load(Ordering::Acquire) > 0 {
            std::thread::yield_now();
        }
        let patient = Bounds { time: Duration::from_secs(60), ..bounds };
        assert!(run(|_| Ok(()), Some(&patient), &CancelToken::new()).is_ok());
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
            assert_eq!(spread(&items, |item| *item as usize, |item| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_stream_ends_with_its_error() {
        let plan = df!("x" => [1_i64]).expect("a frame").lazy().select([polars::prelude::col("y")]);
        let last = stream(plan, 10).expect("a stream").last();
        assert!(matches!(last, Some(Err(DataError::ColumnNotFound { .. }))));
    }
}
