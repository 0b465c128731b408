//! The job's own process.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use mlwright_base::system::process;
use mlwright_base::{CancelToken, ErrorCode, JobId, Problem, Progress, ProgressSink};
use mlwright_store::{ReadTx, StoreError};
use serde::de::DeserializeOwned;

use super::follow::close_run;
use super::record::{JOBS, Job, JobKind, JobState, PROGRESS};
use crate::call::Actor;
use crate::engine::Engine;
use crate::{batch, train};

/// How long a lease lasts without being renewed.
pub(super) const LEASE_MS: i64 = 15_000;
/// How often the process renews its lease and looks whether it is to stop.
const HEARTBEAT: Duration = Duration::from_millis(250);
/// How many heartbeats go by between two renewals.
const RENEW_EVERY: u32 = 12;
/// The least time between two writes of progress.
const PROGRESS_EVERY: Duration = Duration::from_millis(200);

/// What a job's body is given.
pub struct JobContext<'a> {
    /// The job.
    pub job_id: &'a JobId,
    /// Who started it.
    pub actor: &'a Actor,
    /// Cancelled when somebody asked the job to stop, or took it for dead.
    pub cancel: &'a CancelToken,
    /// Cancelled when somebody asked the job to end with what it has.
    pub enough: &'a CancelToken,
    /// Receives progress, which everybody who follows the job sees.
    pub progress: &'a dyn ProgressSink,
}

impl Engine {
    /// Does the work of a queued job in this process and writes down how it ended.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when there is no such job, [`ErrorCode::Conflict`] when it is not
    /// queued, and the job's own error, which is then on its record too.
    pub fn run_job(&self, job_id: &JobId) -> Result<(), Problem> {
        let owner = process::Identity::own().to_string();
        let job = self.begin_job(job_id, &owner)?;
        let (cancel, enough) = (CancelToken::new(), CancelToken::new());
        let progress = StoredProgress { engine: self, job_id, last: Mutex::new(None) };
        let (stop, stopped) = channel::<()>();
        let outcome = std::thread::scope(|scope| {
            let (owner, cancel, enough) = (&owner, &cancel, &enough);
            scope.spawn(move || {
                let mut beats = 0_u32;
                while stopped.recv_timeout(HEARTBEAT) == Err(RecvTimeoutError::Timeout) {
                    beats = beats.wrapping_add(1);
                    self.heartbeat(job_id, owner, beats.is_multiple_of(RENEW_EVERY), cancel, enough);
                }
            });
            let cx = JobContext { job_id, actor: &job.actor, cancel, enough, progress: &progress };
            let outcome = catch_unwind(AssertUnwindSafe(|| self.run_body(&job, &cx))).unwrap_or_else(|panic| {
                let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
                Err(Problem::new(ErrorCode::Internal, format!("the job hit a defect: {}", text.unwrap_or("no message")))
                    .hint("please report it with the job's log"))
            });
            drop::<Sender<()>>(stop);
            outcome
        });
        progress.flush();
        self.end_job(&job, &owner, &outcome)?;
        outcome.map(|_| ())
    }

    fn run_body(&self, job: &Job, cx: &JobContext<'_>) -> Result<serde_json::Value, Problem> {
        match job.kind {
            JobKind::Train => train::run(self, &read_spec(job)?, cx),
            JobKind::BatchPredict => batch::run(self, &read_spec(job)?, cx),
        }
    }

    fn begin_job(&self, job_id: &JobId, owner: &str) -> Result<Job, Problem> {
        let (now, now_ms) = (self.now(), self.now_ms());
        let record = self.store.write(|tx| {
            tx.modify::<Job, Problem>(JOBS, job_id.as_str(), now_ms, |job| {
                if job.state != JobState::Queued || !tx.acquire_lease(&Job::lease(job_id), owner, now_ms, LEASE_MS)? {
                    return Err(Problem::new(ErrorCode::Conflict, format!("the job is {}, not queued", job.state.as_str())));
                }
                if job.cancel_requested {
                    job.state = JobState::Cancelled;
                    job.ended = Some(now);
                    return Ok(());
                }
                job.state = JobState::Running;
                job.started = Some(now);
                job.pid = Some(process::id());
                Ok(())
            })
        })?;
        if record.body.state == JobState::Cancelled { Err(mlwright_base::Cancelled.into()) } else { Ok(record.body) }
    }

    fn heartbeat(&self, job_id: &JobId, owner: &str, renew: bool, cancel: &CancelToken, enough: &CancelToken) {
        let goes_on = |job: &Job| job.state == JobState::Running && !job.cancel_requested;
        let look = |tx: &ReadTx<'_>| tx.get::<Job>(JOBS, job_id.as_str()).map(|found| found.map(|record| record.body));
        // A machine that slept lets the lease run out. While the record says that the job runs,
        // nobody has acted on that, and the lease is taken again.
        let looked: Result<(Option<Job>, bool), StoreError> = if renew {
            self.store.write(|tx| {
                let job = look(tx)?;
                let is_held = job.as_ref().is_some_and(goes_on) && tx.acquire_lease(&Job::lease(job_id), owner, self.now_ms(), LEASE_MS)?;
                Ok((job, is_held))
            })
        } else {
            self.store.read(|tx| {
                let job = look(tx)?;
                let goes_on = job.as_ref().is_some_and(goes_on);
                Ok((job, goes_on))
            })
        };
        // A database that is busy says nothing.
        let Ok((job, goes_on)) = looked else { return };
        if !goes_on {
            cancel.cancel();
        }
        if job.is_some_and(|job| job.end_requested) {
            enough.cancel();
        }
    }

    /// Ends the job's record, and that of a run that its body left open, in one transaction.
    fn end_job(&self, job: &Job, owner: &str, outcome: &Result<serde_json::Value, Problem>) -> Result<(), Problem> {
        let (now, now_ms) = (self.now(), self.now_ms());
        let (job_id, run_id) = (&job.job_id, &job.run_id);
        self.store.write(|tx| {
            let held = tx.lease(&Job::lease(job_id))?.is_some_and(|lease| lease.owner == owner);
            tx.modify::<Job, Problem>(JOBS, job_id.as_str(), now_ms, |job| {
                if !held || job.state != JobState::Running {
                    return Err(Problem::new(ErrorCode::Conflict, format!("the job was taken for {}", job.state.as_str())));
                }
                job.ended = Some(now);
                match outcome {
                    Ok(result) => {
                        job.state = JobState::Done;
                        job.result = Some(result.clone());
                    }
                    Err(problem) if problem.is_cancelled() => job.state = JobState::Cancelled,
                    Err(problem) => {
                        job.state = JobState::Failed;
                        job.error = Some(problem.clone());
                    }
                }
                Ok(())
            })?;
            if let (Some(run_id), Err(problem)) = (run_id, outcome) {
                close_run(tx, run_id, now, (!problem.is_cancelled()).then_some(problem))?;
            }
            tx.release_lease(&Job::lease(job_id), owner)?;
            Ok(())
        })
    }
}

fn read_spec<T: DeserializeOwned>(job: &Job) -> Result<T, Problem> {
    serde_json::from_value(job.spec.clone())
        .map_err(|error| Problem::new(ErrorCode::Internal, format!("the job's input cannot be read: {error}")))
}

/// Writes progress to the store, not too often.
struct StoredProgress<'a> {
    engine: &'a Engine,
    job_id: &'a JobId,
    last: Mutex<Option<(Instant, Option<Progress>)>>,
}

impl StoredProgress<'_> {
    fn write(&self, progress: &Progress) {
        // Progress that cannot be written is not worth failing a job for; its end will be.
        let now_ms = self.engine.now_ms();
        let written: Result<u64, StoreError> =
            self.engine.store.write(|tx| tx.put(PROGRESS, self.job_id.as_str(), None, None, progress, now_ms));
        if let Err(error) = written {
            tracing::warn!(%error, "progress was not written");
        }
    }

    fn flush(&self) {
        let pending = self.last.lock().ok().and_then(|mut last| last.as_mut().and_then(|(_, pending)| pending.take()));
        if let Some(progress) = pending {
            self.write(&progress);
        }
    }
}

impl ProgressSink for StoredProgress<'_> {
    fn report(&self, progress: Progress) {
        {
            let Ok(mut last) = self.last.lock() else { return };
            match last.as_mut() {
                Some((at, pending)) if at.elapsed() < PROGRESS_EVERY => {
                    *pending = Some(progress);
                    return;
                }
                _ => *last = Some((Instant::now(), None)),
            }
        }
        self.write(&progress);
    }
}
