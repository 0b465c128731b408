//! Finding runs.

use mlwright_base::{ErrorCode, Problem, RunId, names};
use mlwright_store::{Query, StoreError};

use super::filter::{Filter, OrderBy};
use super::record::{EXPERIMENTS, Experiment, Listed, METRICS, MetricPoint, RUNS, Run, RunStatus};
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
    /// `limit`, and how many there are in all. They come without [`Run::data`].
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
        let parent = parent.as_ref().map(mlwright_base::ExperimentId::as_str);
        // Only what filters or orders has to see every run.
        let takes_newest = filter == Filter::default() && order.is_empty();
        let query = Query { parent, newest_first: true, limit: takes_newest.then_some(limit), ..Query::default() };
        let (n_runs, records) = self.store.read::<_, StoreError>(|tx| Ok((tx.count(RUNS, parent)?, tx.list::<Listed>(RUNS, &query)?)))?;
        let mut runs = Vec::new();
        for record in records {
            let run = self.settled(record.body.0)?;
            if filter.accepts(&run) {
                runs.push(run);
            }
        }
        runs.sort_by(|a, b| order.iter().map(|key| key.compare(a, b)).find(|o| o.is_ne()).unwrap_or(std::cmp::Ordering::Equal));
        let total = if takes_newest { usize::try_from(n_runs).unwrap_or(usize::MAX) } else { runs.len() };
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::lab::{Lab, Recipe};

    #[test]
    fn a_listing_has_all_of_a_run_but_its_data_and_counts_what_it_leaves_out() {
        let lab = Lab::new();
        let ids = [1, 2, 3].map(|seed| lab.train(&Recipe { seed, ..Recipe::default() }));
        let list = |filter: Option<&str>, limit| lab.engine.list_runs(None, filter, &[], limit).unwrap();
        let (newest, total) = list(None, 2);
        assert_eq!(total, 3);
        assert_eq!(newest.iter().map(|run| &run.run_id).collect::<Vec<_>>(), [&ids[2], &ids[1]]);
        let whole = lab.engine.run(ids[2].as_str()).unwrap();
        assert!(whole.data.is_some());
        assert_eq!(newest[0], Run { data: None, ..whole });
        assert_eq!(list(Some("params.learner = 'decision_tree'"), 2), (newest, 3));
        assert_eq!(list(Some("params.learner = 'baseline'"), 2), (Vec::new(), 0));
        assert_eq!(lab.engine.list_runs(Some("lab"), None, &[], 1).unwrap().1, 3);
    }
}
