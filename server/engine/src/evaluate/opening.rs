//! Looks at held-out rows, written down.

use jiff::Timestamp;
use mlwright_base::{Problem, RunId};
use mlwright_store::{StoreError, WriteTx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::call::{Actor, Call};
use crate::engine::Engine;
use crate::tracking::Run;
use crate::tracking::record::RUNS;

/// The run's tag with the number of looks at its held-out rows since training.
pub const OPENED_TAG: &str = "mlwright.test_rows_opened";

/// Why held-out rows were looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OpenedFor {
    /// `evaluate_model`
    Evaluate,
    /// `explain_model`
    Explain,
    /// The gate compared a version with the champion.
    Gate,
}

/// One look at the rows that a run held out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Opening {
    /// When (UTC).
    #[schemars(with = "String")]
    pub time: Timestamp,
    /// Who, through what.
    pub actor: Actor,
    /// Why.
    pub purpose: OpenedFor,
    /// The model that was judged.
    pub model_uri: String,
}

impl Engine {
    /// Writes down a look at a run's held-out rows and answers with how many there were.
    pub(crate) fn record_opening(&self, call: &Call<'_>, run_id: &RunId, purpose: OpenedFor, model_uri: &str) -> Result<u64, Problem> {
        let now_ms = self.now_ms();
        let opening = Opening { time: self.now(), actor: call.actor.clone(), purpose, model_uri: model_uri.to_owned() };
        Ok(self.store.write::<_, StoreError>(|tx: &WriteTx<'_>| {
            let n_openings = tx.append(&stream(run_id), None, &opening)?;
            // A version lives on when its run is gone.
            if tx.get::<Run>(RUNS, run_id.as_str())?.is_some() {
                tx.modify::<Run, StoreError>(RUNS, run_id.as_str(), now_ms, |run| {
                    run.tags.insert(OPENED_TAG.to_owned(), n_openings.to_string());
                    Ok(())
                })?;
            }
            Ok(n_openings)
        })?)
    }

    /// How often a run's held-out rows were looked at since training.
    pub(crate) fn openings(&self, run_id: &RunId) -> Result<u64, Problem> {
        Ok(self.store.read::<_, StoreError>(|tx| tx.stream_len(&stream(run_id)))?)
    }
}

fn stream(run_id: &RunId) -> String {
    format!("openings/{run_id}")
}
