//! Finding runs.

use mlwright_base::{ErrorCode, Problem, RunId, names};
use mlwright_store::{Query, StoreError};

use super::filter::{Filter, OrderBy};
use super::record::{EXPERIMENTS, Experiment, METRICS, MetricPoint, RUNS, Run, RunStatus};
use crate::engine::Engine;

/// The most points of metric history in one answer.
pub const HISTORY_MAX: usize = 1_000;

impl Engine {
    /// Every experiment, the newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn experiments(&self) -> Result<Vec<Experiment>, Problem> {
        let query = Query { newest_first: true, ..Query::default() };
        let records = self.store.read::<_, StoreError>(|tx| tx.list::<Experiment>(EXPERIMENTS, &query))?;
        Ok(records.into_iter().map(|record| record.body).collect())
    }

    /// The runs that pass `filter`, ordered by `order_by` and then the newest first; at most
    /// `limit`, and how many there are in all.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] for an unknown experiment, [`ErrorCode::InvalidArgument`] for a
    /// filter or order that cannot be read.
    pub fn list_runs(
        &self,
        experiment: Option<&str>,
        filter: Option<&str>,
        order_by: &[String],
        limit: usize,
    ) -> Result<(Vec<Run>, usize), Problem> {
        let filter = Filter::parse(filter.unwrap_or_default())?;
        let order = order_by.iter().map(|text| OrderBy::parse(text)).collect::<Result<Vec<_>, _>>()?;
        let parent = experiment.map(|name| self.experiment(name)).transpose()?.map(|found| found.experiment_id);
        let query = Query { parent: parent.as_ref().map(mlwright_base::ExperimentId::as_str), newest_first: true, ..Query::default() };
        let records = self.store.read::<_, StoreError>(|tx| tx.list::<Run>(RUNS, &query))?;
        let mut runs = Vec::new();
        for record in records {
            let run = self.settled(record.body)?;
            if filter.accepts(&run) {
                runs.push(run);
            }
        }
        runs.sort_by(|a, b| order.iter().map(|key| key.compare(a, b)).find(|o| o.is_ne()).unwrap_or(std::cmp::Ordering::Equal));
        let total = runs.len();
        runs.truncate(limit);
        Ok((runs, total))
    }

    /// The experiment of that name or id.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] with the nearest names.
    pub fn experiment(&self, name: &str) -> Result<Experiment, Problem> {
        let all = self.experiments()?;
        let found = all.iter().find(|one| one.name == name || one.experiment_id.as_str() == name);
        found.cloned().ok_or_else(|| {
            Problem::new(ErrorCode::NotFound, format!("there is no experiment {name:?}"))
                .hint(names::did_you_mean(name, all.iter().map(|one| one.name.as_str())))
                .field("experiment")
        })
    }

    /// The run of that id; a prefix that only one run has is enough.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`].
    pub fn run(&self, run_id: &str) -> Result<Run, Problem> {
        let query = Query { prefix: Some(run_id), limit: Some(2), ..Query::default() };
        let records = self.store.read::<_, StoreError>(|tx| tx.list::<Run>(RUNS, &query))?;
        let exact = records.iter().position(|record| record.key == run_id);
        match (records.len(), exact) {
            (_, Some(at)) => self.settled(records.into_iter().nth(at).expect("the position was just found").body),
            (1, None) if !run_id.is_empty() => self.settled(records.into_iter().next().expect("there is one").body),
            _ => Err(Problem::new(ErrorCode::NotFound, format!("there is no run {run_id:?}"))
                .hint("list_runs shows the runs there are")
                .field("run_id")),
        }
    }

    /// The history of a run's metrics, oldest first, at most [`HISTORY_MAX`] points.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn metric_history(&self, run_id: &RunId) -> Result<Vec<MetricPoint>, Problem> {
        let stream = format!("{METRICS}/{run_id}");
        let entries = self.store.read::<_, StoreError>(|tx| tx.read_stream::<MetricPoint>(&stream, 0, HISTORY_MAX))?;
        Ok(entries.into_iter().map(|entry| entry.body).collect())
    }

    /// A run as it stands: when it says "running", its job is asked, which finds out a dead one.
    fn settled(&self, run: Run) -> Result<Run, Problem> {
        if run.status != RunStatus::Running || run.job_id.is_empty() {
            return Ok(run);
        }
        if !self.job(&run.job_id.clone().into())?.state.is_ended() {
            return Ok(run);
        }
        let key = run.run_id.as_str();
        let record = self.store.read::<_, StoreError>(|tx| tx.get::<Run>(RUNS, key))?;
        Ok(record.map_or(run, |record| record.body))
    }
}
