//! Runs side by side.

use std::collections::BTreeMap;

use mlwright_base::{ErrorCode, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::record::Run;
use crate::engine::Engine;

/// The most runs in one comparison.
pub const COMPARE_MAX: usize = 20;

/// Runs side by side: each row's values are in the order of `runs`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// The runs, as they were named.
    pub runs: Vec<ComparedRun>,
    /// Metrics that at least one run has.
    pub metrics: BTreeMap<String, Vec<Option<f64>>>,
    /// Parameters that differ.
    pub different_params: BTreeMap<String, Vec<Option<String>>>,
    /// Parameters that all runs share.
    pub same_params: BTreeMap<String, String>,
    /// Whether all runs held out the same rows of the same data; if not, their test metrics
    /// cannot be compared fairly.
    pub same_test_rows: bool,
}

/// One run of a comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ComparedRun {
    /// Its id.
    pub run_id: String,
    /// Its name.
    pub run_name: String,
    /// Its status.
    pub status: String,
    /// The data's name and the start of its fingerprint.
    pub data: String,
}

impl Engine {
    /// Compares runs by metrics and parameters.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] for an unknown run, [`ErrorCode::InvalidArgument`] for fewer than
    /// two or more than [`COMPARE_MAX`].
    pub fn compare_runs(&self, run_ids: &[String]) -> Result<Comparison, Problem> {
        if run_ids.len() < 2 || run_ids.len() > COMPARE_MAX {
            return Err(Problem::new(
                ErrorCode::InvalidArgument,
                format!("expected 2 to {COMPARE_MAX} runs, found {}", run_ids.len()),
            )
            .hint("list_runs shows the runs there are")
            .field("run_ids"));
        }
        let runs = run_ids.iter().map(|id| self.run(id)).collect::<Result<Vec<_>, _>>()?;
        let test_rows = runs.iter().map(|run| self.test_rows_digest(run)).collect::<Result<Vec<_>, _>>()?;
        let same_test_rows = test_rows[0].is_some() && test_rows.iter().all(|digest| *digest == test_rows[0]);
        Ok(compare(&runs, same_test_rows))
    }

    /// SHA-256 of the rows that a run held out; `None` when it kept none.
    fn test_rows_digest(&self, run: &Run) -> Result<Option<String>, Problem> {
        let Some(data) = &run.data else { return Ok(None) };
        let path = format!("{}/{}", Run::artifact_folder(&run.run_id), data.test_rows_artifact);
        if self.artifacts.exists(&path)? { Ok(Some(self.artifacts.sha256(&path)?)) } else { Ok(None) }
    }
}

fn compare(runs: &[Run], same_test_rows: bool) -> Comparison {
    let metrics = side_by_side(runs, |run| &run.metrics);
    let params = side_by_side(runs, |run| &run.params);
    let mut same_params = BTreeMap::new();
    let mut different_params = BTreeMap::new();
    for (name, values) in params {
        match &values[0] {
            Some(first) if values.iter().all(|value| value.as_ref() == Some(first)) => {
                same_params.insert(name, first.clone());
            }
            _ => {
                different_params.insert(name, values);
            }
        }
    }
    let runs = runs.iter().map(compared).collect();
    Comparison { runs, metrics, different_params, same_params, same_test_rows }
}

fn compared(run: &Run) -> ComparedRun {
    let data = run.data.as_ref().map_or_else(String::new, |data| {
        format!("{} {}", data.table, data.fingerprint.chars().take(8).collect::<String>())
    });
    ComparedRun { run_id: run.run_id.to_string(), run_name: run.run_name.clone(), status: run.status.as_str().to_owned(), data }
}

fn side_by_side<V: Clone>(runs: &[Run], of: impl Fn(&Run) -> &BTreeMap<String, V>) -> BTreeMap<String, Vec<Option<V>>> {
    let mut names: Vec<&String> = runs.iter().flat_map(|run| of(run).keys()).collect();
    names.sort();
    names.dedup();
    names.into_iter().map(|name| (name.clone(), runs.iter().map(|run| of(run).get(name).cloned()).collect())).collect()
}
