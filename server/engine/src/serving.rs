//! Asking a model: loading it once, reading requests, predicting rows.
//!
//! A request goes from its bytes into [`Rows`] and from there through
//! [`mlwright_learn::Model::predict_row`], one row at a time and without a data frame. Batch
//! prediction runs the same preparation and the same predictor, so both give the same answers.

mod odd;
mod request;
mod rows;
#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError};

use mlwright_base::{CancelToken, ErrorCode, Problem, RequestId};
pub use mlwright_learn::RowPrediction;
use mlwright_learn::conformal::Interval;
use mlwright_learn::{LearnError, Model};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

pub use request::{PredictMethod, Request, read_csv, read_json, read_records};
pub use rows::{Layout, Rows};
pub(crate) use rows::json_number;

use crate::call::Call;
use crate::endpoints::RunningServer;
use crate::engine::Engine;
use crate::model_uri::{MODEL_FILE, ResolvedModel};

/// The most models that one process keeps loaded.
const MODELS_CACHED_MAX: usize = 16;
/// From this many rows on a request is predicted by all processors.
const PARALLEL_ROWS_MIN: usize = 512;

/// The models that a process has loaded, the last used last.
#[derive(Default)]
pub struct ModelCache {
    loaded: Mutex<Vec<Arc<Loaded>>>,
}

/// A model's content, whatever it is called.
struct Loaded {
    /// Its files' folder below the artifacts, which never changes once it is there.
    folder: String,
    digest: String,
    model: Arc<Model>,
    layout: Arc<Layout>,
}

impl ModelCache {
    fn find(&self, resolved: &ResolvedModel) -> Option<Arc<Loaded>> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |entry: &Arc<Loaded>| match &resolved.digest {
            Some(digest) => entry.digest == *digest,
            None => entry.folder == resolved.folder,
        };
        let position = loaded.iter().position(same)?;
        let found = loaded.remove(position);
        loaded.push(found.clone());
        Some(found)
    }

    fn keep(&self, entry: Arc<Loaded>) {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        loaded.retain(|other| other.folder != entry.folder);
        if loaded.len() == MODELS_CACHED_MAX {
            loaded.remove(0);
        }
        loaded.push(entry);
    }
}

/// A model that is loaded and can be asked.
#[derive(Debug, Clone)]
pub struct ServedModel {
    /// What it is called and where it comes from.
    pub resolved: ResolvedModel,
    /// SHA-256 of `model.mlw`, hexadecimal.
    pub digest: String,
    /// The model.
    pub model: Arc<Model>,
    /// Its features by name, for reading requests.
    pub layout: Arc<Layout>,
}

/// The answer to a prediction request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PredictionSet {
    /// One per row: a class, a number, or with `predict_proba` the probabilities of the classes.
    pub predictions: Vec<Json>,
    /// Class → probability, one object per row; absent when a number is predicted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub probabilities: Vec<Map<String, Json>>,
    /// Per row, from low to high, what holds the true number as often as the model was trained to promise; `null`
    /// for an end without bound. Absent unless it was trained with `coverage`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prediction_intervals: Vec<[Json; 2]>,
    /// Per row, the classes among which the true one is as often as promised; as above.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prediction_sets: Vec<Vec<String>>,
    /// The model version that answered, e.g. `models:/churn/3`.
    pub model: String,
    /// The endpoint that answered, when one was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The request's id in the endpoint's inference table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<RequestId>,
    /// What was odd about the request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// The most names that one warning lists.
const NAMES_SHOWN_MAX: usize = 10;

impl ServedModel {
    /// Predicts the rows of a request, in their order.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidArgument`] with `field` like `rows[0].age` when a value cannot be read as
    /// its feature's kind, or that the caller cancelled.
    pub fn predict(&self, rows: &Rows, cancel: &CancelToken) -> Result<Vec<RowPrediction>, Problem> {
        let one = |row: usize| {
            let mut values = Vec::with_capacity(self.model.features.len());
            rows.read(row, &mut values);
            self.model.predict_row(&values).map_err(|error| in_row(row, error))
        };
        cancel.check()?;
        if rows.len() < PARALLEL_ROWS_MIN {
            return (0..rows.len()).map(one).collect();
        }
        let indices: Vec<usize> = (0..rows.len()).collect();
        // The error of the first wrong row, whichever thread finds one first.
        let parts: Vec<Result<Vec<RowPrediction>, Problem>> = indices
            .par_chunks(PARALLEL_ROWS_MIN)
            .map(|chunk| {
                cancel.check()?;
                chunk.iter().copied().map(one).collect()
            })
            .collect();
        let mut predictions = Vec::with_capacity(rows.len());
        for part in parts {
            predictions.extend(part?);
        }
        Ok(predictions)
    }

    /// Puts predictions into an answer.
    #[must_use]
    pub fn answer(&self, predictions: &[RowPrediction], method: PredictMethod, rows: &Rows) -> PredictionSet {
        let mut warnings = Vec::new();
        let extra = rows.extra_names();
        if !extra.is_empty() {
            let shown = extra.iter().take(NAMES_SHOWN_MAX).map(String::as_str).collect::<Vec<_>>().join(", ");
            let more = if extra.len() > NAMES_SHOWN_MAX { format!(" and {} more", extra.len() - NAMES_SHOWN_MAX) } else { String::new() };
            warnings.push(format!("the model does not use {shown}{more}"));
        }
        warnings.extend(odd::warnings(&self.model, rows));
        let (mut prediction_intervals, mut prediction_sets) = (Vec::new(), Vec::new());
        if let Some(regions) = &self.model.regions {
            for prediction in predictions {
                match prediction {
                    RowPrediction::Number(number) => {
                        let Interval { low, high } = regions.interval(*number);
                        prediction_intervals.push([json_number(low), json_number(high)]);
                    }
                    RowPrediction::Class { probabilities, .. } => prediction_sets.push(self.classes(&regions.set(probabilities))),
                }
            }
        }
        PredictionSet {
            predictions: predictions.iter().map(|prediction| self.value(prediction, method)).collect(),
            probabilities: predictions.iter().filter_map(|prediction| self.probabilities(prediction)).collect(),
            prediction_intervals,
            prediction_sets,
            model: self.resolved.uri.clone(),
            endpoint: None,
            request_id: None,
            warnings,
        }
    }

    fn value(&self, prediction: &RowPrediction, method: PredictMethod) -> Json {
        match (prediction, method) {
            (RowPrediction::Number(number), _) => json_number(*number),
            (RowPrediction::Class { label, .. }, PredictMethod::Predict) => Json::from(self.class(*label)),
            (RowPrediction::Class { probabilities, .. }, PredictMethod::PredictProba) => {
                probabilities.iter().map(|probability| Json::from(*probability)).collect()
            }
        }
    }

    fn probabilities(&self, prediction: &RowPrediction) -> Option<Map<String, Json>> {
        match prediction {
            RowPrediction::Class { probabilities, .. } => {
                Some(self.model.classes.iter().cloned().zip(probabilities.iter().map(|probability| Json::from(*probability))).collect())
            }
            RowPrediction::Number(_) => None,
        }
    }

    /// The classes of codes.
    #[must_use]
    pub fn classes(&self, set: &[u32]) -> Vec<String> {
        set.iter().map(|label| self.class(*label).to_owned()).collect()
    }

    /// The class of a code.
    #[must_use]
    pub fn class(&self, label: u32) -> &str {
        self.model.classes.get(label as usize).map_or("", String::as_str)
    }
}

fn in_row(row: usize, error: LearnError) -> Problem {
    match error {
        LearnError::Value { column, expected, found } => {
            Problem::new(ErrorCode::InvalidArgument, format!("row {row}: {column}: expected {expected}, found {found}"))
                .hint("write null where the value is not known")
                .field(rows::place(row, &column))
        }
        other => other.into(),
    }
}

/// What to predict, and by what.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PredictRequest {
    /// Model address, e.g. `models:/churn@champion`; this or `endpoint`.
    pub model: Option<String>,
    /// Endpoint to ask, which records the request; this or `model`.
    pub endpoint: Option<String>,
    /// Rows as objects: every column of the model, `null` where unknown.
    pub rows: Vec<Map<String, Json>>,
}

impl Engine {
    /// Loads the model that an address points at now. A model that is loaded already is shared.
    ///
    /// # Errors
    /// As [`Engine::resolve_model`] and [`Engine::load_resolved`].
    pub fn load_model(&self, address: &str) -> Result<Arc<ServedModel>, Problem> {
        self.load_resolved(self.resolve_model(address)?)
    }

    /// Loads a model that was resolved already.
    ///
    /// # Errors
    /// [`ErrorCode::Storage`] when its file is gone or is not the one that was registered,
    /// [`ErrorCode::UnreadableData`] when it is damaged or of a newer version.
    pub fn load_resolved(&self, resolved: ResolvedModel) -> Result<Arc<ServedModel>, Problem> {
        let loaded = match self.models.find(&resolved) {
            Some(loaded) => loaded,
            None => {
                let loaded = Arc::new(self.read_model(&resolved)?);
                self.models.keep(loaded.clone());
                loaded
            }
        };
        Ok(Arc::new(ServedModel {
            resolved,
            digest: loaded.digest.clone(),
            model: loaded.model.clone(),
            layout: loaded.layout.clone(),
        }))
    }

    fn read_model(&self, resolved: &ResolvedModel) -> Result<Loaded, Problem> {
        let file = resolved.file(MODEL_FILE);
        let bytes = self.artifacts.read(&file).map_err(|error| {
            let problem = Problem::from(error);
            Problem { code: ErrorCode::Storage, message: format!("the file of {} cannot be read: {}", resolved.uri, problem.message), ..problem }
        })?;
        let digest = hex::encode(Sha256::digest(&bytes));
        if resolved.digest.as_ref().is_some_and(|registered| *registered != digest) {
            return Err(Problem::new(ErrorCode::Storage, format!("the file of {} is not the one that was registered: its SHA-256 differs", resolved.uri))
                .hint("restore .mlwright/artifacts from a backup, or register the model again"));
        }
        let model = Model::from_bytes(&bytes).map_err(|error| {
            let problem = Problem::from(error);
            Problem { message: format!("{}: {}", resolved.uri, problem.message), ..problem }
        })?;
        let layout = Arc::new(Layout::new(&model.features));
        Ok(Loaded { folder: resolved.folder.clone(), digest, model: Arc::new(model), layout })
    }

    /// Predicts rows by a model, here and unrecorded, or by an endpoint, which the server process
    /// answers and records.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidArgument`] naming row and column, [`ErrorCode::NotFound`] for the model or
    /// endpoint, [`ErrorCode::Unavailable`] when the server process is not there.
    pub fn predict(&self, call: &Call<'_>, request: &PredictRequest) -> Result<PredictionSet, Problem> {
        match (&request.model, &request.endpoint) {
            (Some(model), None) => {
                let served = self.load_model(model)?;
                let rows = read_records(&request.rows, &served.layout)?;
                let predictions = served.predict(&rows, call.cancel)?;
                Ok(served.answer(&predictions, PredictMethod::Predict, &rows))
            }
            (None, Some(endpoint)) => {
                self.known_endpoint(endpoint)?;
                let server = self.find_server()?.ok_or_else(RunningServer::absent)?;
                server.invoke(endpoint, &request.rows)
            }
            (Some(_), Some(_)) => Err(Problem::new(ErrorCode::InvalidArgument, "give model or endpoint, not both").field("endpoint")),
            (None, None) => {
                Err(Problem::new(ErrorCode::InvalidArgument, "give model or endpoint: what is to predict").field("model"))
            }
        }
    }
}
