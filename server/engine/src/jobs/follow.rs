//! Starting, watching, cancelling and listing jobs from other processes.

use std::time::{Duration, Instant};

use mlwright_base::system::process::{self, Identity, Standing, Stop};
use mlwright_base::{ErrorCode, JobId, Problem, Progress, RunId};
use mlwright_store::{Query, ReadTx, StoreError, WriteTx};

use super::record::{JOBS, Job, JobKind, JobState, PROGRESS};
use crate::call::Call;
use crate::engine::Engine;
use crate::tracking::record as runs;

/// How often a waiting call looks at the job.
const POLL: Duration = Duration::from_millis(50);
/// How long a process may take from being started to holding its lease.
const START_MS: i64 = 60_000;
/// How long a cancelled job may take to stop by itself before its process is ended.
const CANCEL_GRACE: Duration = Duration::from_secs(5);
/// Among how many of the newest jobs the same work is looked for.
const RUNNING_JOBS_SEEN: usize = 100;
/// The longest that one call waits for a job.
const WAIT_SECONDS_MAX: u64 = 24 * 3600;

/// The work of a new job.
#[derive(Debug, Clone, PartialEq)]
pub struct NewJob {
    /// What it does.
    pub kind: JobKind,
    /// The run that it makes, when it trains.
    pub run_id: Option<RunId>,
    /// Its input, as its process reads it.
    pub spec: serde_json::Value,
    /// What it works on, in words.
    pub subject: String,
    /// When the data that it reads was last changed, milliseconds since 1970 (UTC).
    pub data_changed_ms: i64,
}

/// A job that was started, or was found at the same work.
#[derive(Debug, Clone, PartialEq)]
pub struct Started {
    /// The job.
    pub job: Job,
    /// Whether another call had started it.
    pub already_running: bool,
}

impl Engine {
    /// Writes a job down and starts its process; answers when the job has ended or after
    /// `wait_seconds`, whichever comes first. Cancelling the call cancels the job.
    ///
    /// Whoever asks for what a job is doing already, on data that has not changed since, gets that
    /// job: a client that lost the answer and asks again must not pay twice. Cancelling such a call
    /// leaves the job alone.
    ///
    /// # Errors
    /// When the process cannot be started, or the call is cancelled. A job that fails is a result:
    /// look at [`Job::state`].
    pub fn start_job(&self, call: &Call<'_>, new: NewJob, wait_seconds: u64) -> Result<Started, Problem> {
        let NewJob { kind, run_id, spec, subject, data_changed_ms } = new;
        let job_id = JobId::generate();
        let job = Job {
            job_id: job_id.clone(),
            kind,
            subject,
            state: JobState::Queued,
            actor: call.actor.clone(),
            created: self.now(),
            started: None,
            ended: None,
            pid: None,
            run_id,
            progress: None,
            cancel_requested: false,
            end_requested: false,
            result: None,
            error: None,
            spec,
        };
        let now_ms = self.now_ms();
        let running = self.store.write::<_, StoreError>(|tx| {
            let running = running(tx, &job, data_changed_ms, now_ms)?;
            if running.is_none() {
                tx.insert(JOBS, job_id.as_str(), None, &job, now_ms)?;
            }
            Ok(running)
        })?;
        if let Some(running) = running {
            let job = self.follow_job(call, &running.job_id, wait_seconds)?;
            return Ok(Started { job, already_running: true });
        }
        let directory = self.workspace.directory();
        let arguments =
            ["--workspace".to_owned(), directory.to_string_lossy().into_owned(), "job".into(), "run".into(), job_id.to_string()];
        let log = self.workspace.logs().join(format!("job-{job_id}.log"));
        if let Err(error) = process::spawn_orphan(&self.program, &arguments, directory, &log) {
            let problem = Problem::new(ErrorCode::Storage, format!("cannot start {}: {error}", self.program.display()));
            self.close_job(&job_id, JobState::Failed, Some(problem.clone()))?;
            return Err(problem);
        }
        let followed = self.follow_job(call, &job_id, wait_seconds);
        if followed.as_ref().is_err_and(Problem::is_cancelled) {
            self.cancel_job(&job_id)?;
        }
        Ok(Started { job: followed?, already_running: false })
    }

    /// The job, at the latest `wait_seconds` from now, at the earliest when it has ended. Its
    /// progress goes to the call. Cancelling the call ends the waiting, not the job.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`], or [`ErrorCode::Cancelled`] when the call was cancelled.
    pub fn follow_job(&self, call: &Call<'_>, job_id: &JobId, wait_seconds: u64) -> Result<Job, Problem> {
        let until = Instant::now() + Duration::from_secs(wait_seconds.min(WAIT_SECONDS_MAX));
        let mut shown: Option<Progress> = None;
        loop {
            let job = self.job(job_id)?;
            if job.progress != shown {
                shown.clone_from(&job.progress);
                if let Some(progress) = job.progress.clone() {
                    call.progress.report(progress);
                }
            }
            if job.state.is_ended() || Instant::now() >= until {
                return Ok(job);
            }
            call.cancel.check()?;
            std::thread::sleep(POLL);
        }
    }

    /// The job as it stands. One whose process died is found out and marked.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when there is no such job.
    pub fn job(&self, job_id: &JobId) -> Result<Job, Problem> {
        let now_ms = self.now_ms();
        let found = self.store.read::<_, StoreError>(|tx| {
            let Some(record) = tx.get::<Job>(JOBS, job_id.as_str())? else { return Ok(None) };
            with_progress(tx, record.body, now_ms).map(Some)
        })?;
        let (job, dead) = found.ok_or_else(|| {
            Problem::new(ErrorCode::NotFound, format!("there is no job {job_id}"))
                .hint("list_jobs shows the jobs there are")
                .field("job_id")
        })?;
        if !dead {
            return Ok(job);
        }
        self.close_job(job_id, JobState::Interrupted, None)
    }

    /// The newest jobs, the newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn list_jobs(&self, limit: usize) -> Result<Vec<Job>, Problem> {
        let now_ms = self.now_ms();
        let query = Query { newest_first: true, limit: Some(limit), ..Query::default() };
        let jobs = self.store.read::<_, StoreError>(|tx| {
            let records = tx.list::<Job>(JOBS, &query)?;
            records.into_iter().map(|record| with_progress(tx, record.body, now_ms)).collect::<Result<Vec<_>, _>>()
        })?;
        jobs.into_iter()
            .map(|(job, dead)| if dead { self.close_job(&job.job_id, JobState::Interrupted, None) } else { Ok(job) })
            .collect()
    }

    /// Asks a job to stop, waits, and ends its process when it does not. A job that has ended
    /// already stays as it is.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when there is no such job.
    pub fn cancel_job(&self, job_id: &JobId) -> Result<Job, Problem> {
        if self.job(job_id)?.state.is_ended() {
            return self.job(job_id);
        }
        let now_ms = self.now_ms();
        self.store.write(|tx| {
            tx.modify::<Job, StoreError>(JOBS, job_id.as_str(), now_ms, |job| {
                job.cancel_requested = true;
                Ok(())
            })
        })?;
        let until = Instant::now() + CANCEL_GRACE;
        while Instant::now() < until {
            let job = self.job(job_id)?;
            if job.state.is_ended() {
                return Ok(job);
            }
            std::thread::sleep(POLL);
        }
        let holder = self.store.read::<_, StoreError>(|tx| process_of(tx, job_id))?;
        let job = self.close_job(job_id, JobState::Cancelled, None)?;
        // A process that cannot be seen from here stops at its next look at the record.
        if let Some(holder) = holder.filter(|holder| job.state == JobState::Cancelled && holder.standing() == Standing::Alive) {
            let pid = holder.pid();
            process::stop(pid, Stop::Kill)
                .map_err(|error| Problem::new(ErrorCode::Storage, format!("cannot end process {pid}: {error}")))?;
        }
        Ok(job)
    }

    /// Asks a training to end its search now, as if its time were up: the best so far is fitted on all training rows,
    /// tested and kept. Answers at once; [`Engine::follow_job`] waits for the result. A job that has ended already
    /// stays as it is.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when there is no such job, [`ErrorCode::InvalidArgument`] when it is no training.
    pub fn end_search(&self, job_id: &JobId) -> Result<Job, Problem> {
        let job = self.job(job_id)?;
        if job.kind != JobKind::Train {
            return Err(Problem::new(ErrorCode::InvalidArgument, format!("the job {job_id} is no training: it has no best so far"))
                .hint("leave keep_best out to stop it")
                .field("keep_best"));
        }
        if job.state.is_ended() {
            return Ok(job);
        }
        self.store.write(|tx| {
            tx.modify::<Job, StoreError>(JOBS, job_id.as_str(), self.now_ms(), |job| {
                job.end_requested = true;
                Ok(())
            })
        })?;
        self.job(job_id)
    }

    /// Ends the record of a job that is not ended, and of the run it was making.
    fn close_job(&self, job_id: &JobId, state: JobState, error: Option<Problem>) -> Result<Job, Problem> {
        let (now, now_ms) = (self.now(), self.now_ms());
        self.store.write(|tx| {
            let record = tx.get::<Job>(JOBS, job_id.as_str())?.ok_or_else(|| StoreError::NotFound {
                collection: JOBS.to_owned(),
                key: job_id.to_string(),
            })?;
            let dead = state != JobState::Interrupted || is_dead(tx, &record.body, now_ms)?;
            if record.body.state.is_ended() || !dead {
                return Ok(with_progress(tx, record.body, now_ms)?.0);
            }
            let job = tx.modify::<Job, StoreError>(JOBS, job_id.as_str(), now_ms, |job| {
                job.state = if job.cancel_requested { JobState::Cancelled } else { state };
                job.ended = Some(now);
                job.error = error;
                Ok(())
            })?;
            if let Some(run_id) = &job.body.run_id {
                close_run(tx, run_id, now, None)?;
            }
            Ok(with_progress(tx, job.body, now_ms)?.0)
        })
    }
}

/// Ends a run that is still open: failed when there is an error, else killed.
pub(super) fn close_run(tx: &WriteTx<'_>, run_id: &RunId, now: jiff::Timestamp, error: Option<&Problem>) -> Result<(), Problem> {
    let Some(record) = tx.get::<runs::Run>(runs::RUNS, run_id.as_str())? else { return Ok(()) };
    if record.body.status == runs::RunStatus::Running {
        tx.modify::<runs::Run, StoreError>(runs::RUNS, run_id.as_str(), now.as_millisecond(), |run| {
            run.status = if error.is_some() { runs::RunStatus::Failed } else { runs::RunStatus::Killed };
            run.end_time = Some(now);
            run.error = error.map(|problem| problem.message.clone());
            Ok(())
        })?;
    }
    Ok(())
}

/// The job that does the work of a new one already, on the data as it is.
fn running(tx: &ReadTx<'_>, new: &Job, data_changed_ms: i64, now_ms: i64) -> Result<Option<Job>, StoreError> {
    let newest = Query { newest_first: true, limit: Some(RUNNING_JOBS_SEEN), ..Query::default() };
    for record in tx.list::<Job>(JOBS, &newest)? {
        let job = record.body;
        let at_work = !job.state.is_ended() && !job.cancel_requested && job.does(new.kind, &new.spec);
        if at_work && data_changed_ms < job.created.as_millisecond() && !is_dead(tx, &job, now_ms)? {
            return Ok(Some(job));
        }
    }
    Ok(None)
}

fn with_progress(tx: &ReadTx<'_>, mut job: Job, now_ms: i64) -> Result<(Job, bool), StoreError> {
    job.progress = tx.get::<Progress>(PROGRESS, job.job_id.as_str())?.map(|record| record.body);
    let dead = is_dead(tx, &job, now_ms)?;
    Ok((job, dead))
}

/// The process that holds the job's lease, as it signed it.
fn process_of(tx: &ReadTx<'_>, job_id: &JobId) -> Result<Option<Identity>, StoreError> {
    Ok(tx.lease(&Job::lease(job_id))?.and_then(|lease| Identity::parse(&lease.owner)))
}

/// Whether a job that is not ended has no process any more. The process itself tells where it can
/// be seen; the lease, which also runs out while a machine sleeps, only where it cannot.
fn is_dead(tx: &ReadTx<'_>, job: &Job, now_ms: i64) -> Result<bool, StoreError> {
    Ok(match job.state {
        JobState::Queued => now_ms - job.created.as_millisecond() > START_MS,
        JobState::Running => match process_of(tx, &job.job_id)?.map_or(Standing::Unknown, |holder| holder.standing()) {
            Standing::Alive => false,
            Standing::Gone => true,
            Standing::Unknown => tx.lease(&Job::lease(&job.job_id))?.is_none_or(|lease| lease.is_expired(now_ms)),
        },
        _ => false,
    })
}
