//! One progress bar over many fits, some of them at the same time.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mlwright_base::{CancelToken, Progress, ProgressSink};

/// Reports are this share of the total apart at least, so that a fast search does not flood its sink.
const STEP: f64 = 0.005;

/// Adds up the parts that are done. What it reports never decreases.
pub(super) struct Meter<'a> {
    sink: &'a dyn ProgressSink,
    total: f64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    done: f64,
    reported: f64,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic while a number is added leaves the number whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'a> Meter<'a> {
    /// `total` is the number of parts.
    pub(super) fn new(sink: &'a dyn ProgressSink, total: f64) -> Self {
        Self { sink, total, state: Mutex::default() }
    }

    /// Some more (of) parts are done.
    pub(super) fn advance(&self, parts: f64, message: &str) {
        let mut state = locked(&self.state);
        state.done = (state.done + parts).min(self.total);
        self.report(&mut state, STEP, message);
    }

    /// At least this many parts are done: what was given up counts as done.
    pub(super) fn reach(&self, parts: f64, message: &str) {
        self.reach_by(STEP, parts, message);
    }

    /// As [`Meter::reach`], and reported however small the step.
    pub(super) fn tell(&self, parts: f64, message: &str) {
        self.reach_by(0.0, parts, message);
    }

    fn reach_by(&self, step: f64, parts: f64, message: &str) {
        let mut state = locked(&self.state);
        state.done = state.done.max(parts.min(self.total));
        self.report(&mut state, step, message);
    }

    /// Reports what is more done than was reported by at least a share of the total.
    fn report(&self, state: &mut State, step: f64, message: &str) {
        // Rounding of many small additions must not keep the last report away from the total.
        let done = if self.total - state.done < 1e-6 { self.total } else { state.done };
        if (done > state.reported && done - state.reported >= step * self.total) || done == self.total {
            state.reported = done;
            self.sink.report(Progress::of(done, self.total, message));
        }
    }
}

/// When a search is to end with what it has.
#[derive(Clone, Copy)]
pub(super) struct Limit<'a> {
    pub(super) elapsed: &'a (dyn Fn() -> Duration + Sync),
    /// What it may take of the time; [`Duration::MAX`] for all it wants.
    pub(super) budget: Duration,
    /// Cancelled by whoever wants it to end sooner.
    pub(super) enough: Option<&'a CancelToken>,
}

impl Limit<'_> {
    pub(super) fn is_reached(&self) -> bool {
        self.enough.is_some_and(CancelToken::is_cancelled) || (self.elapsed)() >= self.budget
    }
}

/// When a fit is to be given up.
#[derive(Clone, Copy)]
pub(super) struct Deadline<'a> {
    pub(super) limit: Limit<'a>,
    /// Cancelled when the limit is reached.
    pub(super) token: &'a CancelToken,
}

impl<'a> Deadline<'a> {
    /// For the next of so many fits, one after the other: its part of the time that is left, with a token of its own.
    /// `None` when there is none left.
    pub(super) fn share<'b>(&self, token: &'b CancelToken, n_fits: usize) -> Option<Deadline<'b>>
    where
        'a: 'b,
    {
        let now = (self.limit.elapsed)();
        let left = self.limit.budget.checked_sub(now).filter(|left| !left.is_zero())?;
        let budget = now + left / u32::try_from(n_fits.max(1)).unwrap_or(u32::MAX);
        Some(Deadline { limit: Limit { budget, ..self.limit }, token })
    }

    /// Cancels the fit when it is time.
    pub(super) fn look(&self) {
        if self.limit.is_reached() {
            self.token.cancel();
        }
    }
}

/// One fit: one part of a meter. Each report of the learner is a look at the deadline too.
pub(super) struct FitProgress<'a> {
    meter: &'a Meter<'a>,
    deadline: Option<Deadline<'a>>,
    label: String,
    seen: Mutex<f64>,
}

impl<'a> FitProgress<'a> {
    pub(super) fn new(meter: &'a Meter<'a>, deadline: Option<Deadline<'a>>, label: String) -> Self {
        Self { meter, deadline, label, seen: Mutex::new(0.0) }
    }

    /// The fit has ended.
    pub(super) fn finish(&self) {
        self.at(1.0);
    }

    fn at(&self, share: f64) {
        let mut seen = locked(&self.seen);
        if share > *seen {
            self.meter.advance(share - *seen, &self.label);
            *seen = share;
        }
    }
}

impl ProgressSink for FitProgress<'_> {
    fn report(&self, progress: Progress) {
        if let Some(deadline) = &self.deadline {
            deadline.look();
        }
        if let Some(share) = progress.fraction() {
            self.at(share);
        }
    }
}
