//! Inference tables: what each endpoint was asked, and what it answered.
//!
//! Entries are appended by the server process to the stream `inference/ENDPOINT` of a database of
//! its own, so that many requests never stand in the way of the workspace's records. An entry holds
//! up to [`ENTRY_ROWS_MAX`] rows of one request as values without names; names and kinds are those
//! of its deployment. [`Engine::inference_frame`] puts them together as a table, which every
//! operation that takes a table knows as `inference/ENDPOINT`.

#[cfg(test)]
pub(crate) mod fixture;
mod frame;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use jiff::Timestamp;
use mlwright_base::{DeploymentId, Problem, RequestId};
use mlwright_learn::RowPrediction;
use mlwright_store::{Query, StoreError};
use polars::prelude::DataFrame;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::endpoints::{Deployed, Deployment};
use crate::engine::Engine;
use crate::serving::{Rows, json_number};

/// The most rows of one entry: a large request becomes several.
pub const ENTRY_ROWS_MAX: usize = 1_000;
/// The most rows that an inference table gives, the newest.
pub const TABLE_ROWS_MAX: usize = 1_000_000;
/// Entries that are read at once.
const PAGE_ENTRIES: usize = 256;

pub(crate) fn stream(endpoint: &str) -> String {
    format!("inference/{endpoint}")
}

/// Some rows of one request, and their predictions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InferenceEntry {
    /// When the request was answered (UTC).
    pub time: Timestamp,
    /// The request.
    pub request: RequestId,
    /// The deployment that answered.
    pub deployment: DeploymentId,
    /// The position of the first of these rows in the request.
    pub first_row: usize,
    /// The rows as they arrived, one value per feature of the deployment.
    pub rows: Vec<Vec<Json>>,
    /// Values of columns that the model does not use, by row; empty when no row has any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extras: Vec<Map<String, Json>>,
    /// One class or number per row.
    pub predictions: Vec<Json>,
    /// One list of probabilities per row; empty for numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub probabilities: Vec<Vec<f64>>,
}

impl InferenceEntry {
    /// The entry of some rows of a request.
    ///
    /// # Panics
    /// When the range is not within the rows and predictions.
    #[must_use]
    pub fn of(
        deployed: &Deployed,
        request: RequestId,
        time: Timestamp,
        rows: &Rows,
        predictions: &[RowPrediction],
        range: Range<usize>,
    ) -> Self {
        let extras: Vec<Map<String, Json>> = if rows.extra_names().is_empty() {
            Vec::new()
        } else {
            range.clone().map(|row| rows.extras(row).map(|(name, value)| (name.to_owned(), value.clone())).collect()).collect()
        };
        let answered = &predictions[range.clone()];
        Self {
            time,
            request,
            deployment: deployed.deployment.deployment_id.clone(),
            first_row: range.start,
            rows: range.map(|row| rows.json(row)).collect(),
            extras,
            predictions: answered
                .iter()
                .map(|prediction| match prediction {
                    RowPrediction::Class { label, .. } => Json::from(deployed.served.class(*label)),
                    RowPrediction::Number(number) => json_number(*number),
                })
                .collect(),
            probabilities: answered
                .iter()
                .filter_map(|prediction| match prediction {
                    RowPrediction::Class { probabilities, .. } => Some(probabilities.clone()),
                    RowPrediction::Number(_) => None,
                })
                .collect(),
        }
    }
}

impl Engine {
    /// Appends entries, of any endpoints and in their order, in one durable step.
    ///
    /// # Errors
    /// When the database cannot be written; then nothing was.
    pub fn append_inference(&self, entries: &[(String, InferenceEntry)]) -> Result<(), Problem> {
        let mut by_endpoint: BTreeMap<&str, Vec<&InferenceEntry>> = BTreeMap::new();
        for (endpoint, entry) in entries {
            by_endpoint.entry(endpoint).or_default().push(entry);
        }
        Ok(self.inference_store.write::<_, StoreError>(|tx| {
            for (endpoint, entries) in by_endpoint {
                tx.append_all(&stream(endpoint), entries.into_iter().map(|entry| (None, entry)))?;
            }
            Ok(())
        })?)
    }

    /// An endpoint's inference table: the newest `limit` rows (at most [`TABLE_ROWS_MAX`]), in the
    /// order they were answered.
    ///
    /// Columns: `time` (UTC), `request_id`, `row` (its position in the request), `deployment_id`,
    /// `model`; the columns of the model, typed as it reads them (columns whose kind changed between
    /// deployments are texts); columns that were sent but not used, their numbers exactly as they were
    /// sent; `prediction`; and for classes `probability_CLASS`. A column of the model that has one of
    /// these names keeps it, and ours gets underscores in front.
    ///
    /// While the server runs, what it answered before is waited for, for a moment.
    ///
    /// # Errors
    /// [`mlwright_base::ErrorCode::NotFound`] when there is no such endpoint.
    pub fn inference_frame(&self, endpoint: &str, limit: Option<usize>) -> Result<DataFrame, Problem> {
        self.known_endpoint(endpoint)?;
        if let Ok(Some(server)) = self.find_server() {
            server.await_records();
        }
        let limit = limit.unwrap_or(TABLE_ROWS_MAX).min(TABLE_ROWS_MAX);
        let entries = self.newest_entries(endpoint, limit)?;
        let deployments: HashMap<DeploymentId, Deployment> = self
            .store
            .read::<_, StoreError>(|tx| {
                tx.list::<Deployment>(crate::endpoints::DEPLOYMENTS, &Query { parent: Some(endpoint), ..Query::default() })
            })?
            .into_iter()
            .map(|record| (record.body.deployment_id.clone(), record.body))
            .collect();
        frame::build(&entries, &deployments, limit)
    }

    /// What the models learned from that answered the rows of an inference table: the columns of each.
    pub(crate) fn learned_columns(&self, endpoint: &str, frame: &DataFrame) -> Result<Vec<HashSet<String>>, Problem> {
        let query = Query { parent: Some(endpoint), ..Query::default() };
        let deployments = self.store.read::<_, StoreError>(|tx| tx.list::<Deployment>(crate::endpoints::DEPLOYMENTS, &query))?;
        let answered = frame::deployment_ids(frame);
        let columns = |deployment: &Deployment| deployment.features.iter().map(|feature| feature.name.clone()).collect();
        Ok(deployments
            .iter()
            .filter(|record| answered.contains(record.body.deployment_id.as_str()))
            .map(|record| columns(&record.body))
            .collect())
    }

    /// The entries that hold the newest `n_rows` rows, the oldest first.
    fn newest_entries(&self, endpoint: &str, n_rows: usize) -> Result<Vec<InferenceEntry>, Problem> {
        let name = stream(endpoint);
        let mut found: Vec<InferenceEntry> = Vec::new();
        let mut n_found = 0;
        let mut before = None;
        while n_found < n_rows {
            let page = self
                .inference_store
                .read::<_, StoreError>(|tx| tx.read_stream_back::<InferenceEntry>(&name, before, PAGE_ENTRIES))?;
            let Some(last) = page.last() else { break };
            before = Some(last.seq);
            for entry in page {
                if n_found >= n_rows {
                    break;
                }
                n_found += entry.body.rows.len();
                found.push(entry.body);
            }
        }
        found.reverse();
        Ok(found)
    }
}
