//! Predicting a whole table: a job that reads, predicts and writes batch by batch, with the same
//! model, the same preparation and the same answers as an endpoint.

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use mlwright_base::system::files;
use mlwright_base::{CancelToken, ErrorCode, Problem, Progress};
use mlwright_data::write::{BatchWriter, Existing};
use mlwright_learn::Predictions;
use mlwright_learn::conformal::Interval;
use polars::prelude::{Column, DataFrame, IntoColumn, NamedFrom, PlSmallStr, Series};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::convert::{frame_from, no_column};
use crate::engine::Engine;
use crate::jobs::{Job, JobContext, JobKind, NewJob, Started};
use crate::lineage;
use crate::serving::ServedModel;
use crate::tables::OpenTable;

/// Rows that are in memory at once.
const BATCH_ROWS: usize = 50_000;
/// Seconds to wait for the result unless told otherwise.
const WAIT_SECONDS_DEFAULT: u64 = 20;
/// Endings of files that can be written row by row.
const ENDINGS: [&str; 5] = ["csv", "tsv", "parquet", "ndjson", "jsonl"];
/// How lineage calls the way from model and table to the file. Only files with such a link are ever
/// replaced.
const SCORED: &str = "scored";

/// What to predict, by what, and where to put it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchPredictRequest {
    /// Model address, e.g. `models:/churn@champion`.
    pub model: String,
    /// Table by path or catalog name; it needs every column of the model.
    pub table: String,
    /// File to write: csv, tsv, parquet or ndjson, in the workspace's own folder.
    pub output: String,
    /// Replace the file when an earlier batch_predict wrote it (false); no other file is replaced.
    #[serde(default)]
    pub overwrite: bool,
    /// Seconds to wait for the result (20); past them, follow the job with get_job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_seconds: Option<u64>,
}

/// A batch prediction that was started.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BatchPredictOutcome {
    /// The job that predicts.
    pub job: Job,
    /// Whether this very prediction was running already: then this is it, and no second one was started.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub already_running: bool,
    /// What came out; absent while the job works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<BatchPredictResult>,
}

/// What came out of a batch prediction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BatchPredictResult {
    /// Rows written.
    pub rows: u64,
    /// The file.
    pub output: String,
    /// The model version, e.g. `models:/churn/3`.
    pub model: String,
    /// The table that was read, with its version when it has one.
    pub table: String,
    /// The columns that were added to the table's own.
    pub columns: Vec<String>,
}

impl Engine {
    /// Starts a batch prediction and waits for it, at most `wait_seconds` of the request.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] for model, table or a column the model needs, [`ErrorCode::Refused`]
    /// for an output outside the workspace's own folder, [`ErrorCode::Conflict`] when it exists and
    /// may not be replaced, and the job's own error when it failed within the wait.
    pub fn batch_predict(&self, call: &Call<'_>, request: &BatchPredictRequest) -> Result<BatchPredictOutcome, Problem> {
        let served = self.load_model(&request.model)?;
        let open = self.open_table(&request.table)?;
        check_columns(&served, &open.table.column_names())?;
        self.check_output(request, &open)?;
        // The job predicts with what the address points at now, on the version that is there now.
        let spec = BatchPredictRequest { model: served.resolved.uri.clone(), table: open.versioned_name(), wait_seconds: None, ..request.clone() };
        let subject = format!("{} by {} → {}", spec.table, spec.model, spec.output);
        let json = serde_json::to_value(&spec)
            .map_err(|error| Problem::new(ErrorCode::Internal, format!("the request cannot be written: {error}")))?;
        let wait_seconds = request.wait_seconds.unwrap_or(WAIT_SECONDS_DEFAULT);
        let new = NewJob { kind: JobKind::BatchPredict, run_id: None, spec: json, subject, data_changed_ms: open.changed_ms() };
        let Started { job, already_running } = self.start_job(call, new, wait_seconds)?;
        Ok(BatchPredictOutcome { already_running, ..self.batch_prediction(job)? })
    }

    /// A job of batch prediction as [`Engine::batch_predict`] answers with it.
    ///
    /// # Errors
    /// As [`Engine::batch_predict`], for a job that ended badly.
    pub fn batch_prediction(&self, job: Job) -> Result<BatchPredictOutcome, Problem> {
        let result = job.outcome()?;
        Ok(BatchPredictOutcome { job: job.without_result(), already_running: false, result })
    }

    /// The file to write, when it may be written, and what to do when a file is there by then.
    fn check_output(&self, request: &BatchPredictRequest, open: &OpenTable) -> Result<(PathBuf, Existing), Problem> {
        let wrong = |code: ErrorCode, message: String| Problem::new(code, message).field("output");
        let path = self.workspace.resolve_for_writing(&request.output).map_err(|problem| problem.field("output"))?;
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
        if !ENDINGS.contains(&ending.as_str()) {
            let message = format!("output {:?} has no ending that says its form", request.output);
            return Err(wrong(ErrorCode::InvalidArgument, message).hint(format!("end it with one of {}", ENDINGS.join(", "))));
        }
        if files::canonical(&open.table.source_path).is_ok_and(|source| source == path) {
            return Err(wrong(ErrorCode::InvalidArgument, "output is the table that is read".to_owned()).hint("write another file"));
        }
        if files::is_dir(&path) {
            return Err(wrong(ErrorCode::InvalidArgument, format!("output {:?} is a folder", request.output)).hint("name a file in it"));
        }
        if !files::exists(&path) {
            return Ok((path, Existing::Keep));
        }
        let ours = self.is_made_by(SCORED, &self.output_asset(&path))?;
        match (ours, request.overwrite) {
            (true, true) => Ok((path, Existing::Replace)),
            (true, false) => Err(wrong(ErrorCode::Conflict, format!("there is a file {:?} already", request.output))
                .hint("choose another name, or set overwrite to true")),
            (false, _) => Err(wrong(ErrorCode::Conflict, format!("there is a file {:?} that batch_predict did not write", request.output))
                .hint("choose another name, or delete the file first")),
        }
    }

    /// The name in lineage of a file that was written.
    fn output_asset(&self, path: &Path) -> String {
        format!("table:{}", self.workspace.shown(path))
    }
}

fn check_columns(served: &ServedModel, columns: &[String]) -> Result<(), Problem> {
    let known: HashSet<&str> = columns.iter().map(String::as_str).collect();
    let missing: Vec<&str> = served.layout.names().filter(|name| !known.contains(name)).collect();
    let Some(first) = missing.first() else { return Ok(()) };
    let problem = no_column(first, columns.iter().map(String::as_str), "table");
    let message = format!("the table lacks {} that {} takes", missing.join(", "), served.resolved.uri);
    Err(Problem { message, ..problem })
}

/// Does the work of a batch prediction job.
///
/// # Errors
/// What reading, predicting or writing gives; nothing appears at the output then.
pub(crate) fn run(engine: &Engine, spec: &BatchPredictRequest, cx: &JobContext<'_>) -> Result<serde_json::Value, Problem> {
    let served = engine.load_model(&spec.model)?;
    let open = engine.open_table(&spec.table)?;
    let (path, _) = engine.check_output(spec, &open)?;
    cx.progress.report(Progress { done: 0.0, total: None, message: format!("counting the rows of {}", spec.table) });
    let total = open.table.n_rows()? as f64;
    if let Some(folder) = path.parent() {
        files::create_dir_all(folder)
            .map_err(|error| Problem::new(ErrorCode::Storage, format!("cannot make the folder of {:?}: {error}", spec.output)))?;
    }
    let (writer, columns) = write(&served, &open, &path, cx.cancel, |done| {
        cx.progress.report(Progress::of(done as f64, total.max(done as f64), format!("{done} rows predicted")));
    })?;
    // Predicting may have taken long: what is at the path now decides, and not what was there before.
    let (_, existing) = engine.check_output(spec, &open)?;
    let rows = writer.finish(existing).map_err(|error| engine.shorten_paths(error.into()).field("output"))?;
    let (output, asset) = (engine.workspace.shown(&path), engine.output_asset(&path));
    let now = engine.now();
    engine.store.write::<_, mlwright_store::StoreError>(|tx| {
        lineage::record(tx, &served.resolved.asset, SCORED, &asset, now)?;
        lineage::record(tx, &open.asset, SCORED, &asset, now)
    })?;
    let result = BatchPredictResult { rows, output, model: served.resolved.uri.clone(), table: open.versioned_name(), columns };
    serde_json::to_value(result).map_err(|error| Problem::new(ErrorCode::Internal, format!("the result cannot be written: {error}")))
}

/// Predicts the table into a file that is whole but not in place yet; answers also with the names of
/// the columns added.
fn write(
    served: &ServedModel,
    open: &OpenTable,
    path: &Path,
    cancel: &CancelToken,
    mut after_batch: impl FnMut(u64),
) -> Result<(BatchWriter, Vec<String>), Problem> {
    let mut names: Option<Vec<String>> = None;
    let mut writer = BatchWriter::create(path)?;
    let mut done = 0;
    for batch in open.table.batches(BATCH_ROWS)? {
        cancel.check()?;
        let (batch, added) = predicted(served, batch?, cancel)?;
        names.get_or_insert(added);
        writer.write(&batch)?;
        done += batch.height() as u64;
        after_batch(done);
    }
    let names = match names {
        Some(names) => names,
        // A table without rows gives a file without rows, with all its columns.
        None => {
            let (empty, added) = predicted(served, open.table.head(0)?, cancel)?;
            writer.write(&empty)?;
            added
        }
    };
    Ok((writer, names))
}

/// The rows with their predictions, and the names of the columns added.
fn predicted(served: &ServedModel, mut batch: DataFrame, cancel: &CancelToken) -> Result<(DataFrame, Vec<String>), Problem> {
    let frame = frame_from(&batch, &served.model.features)?;
    let predictions = served.model.predict(&frame, cancel)?;
    let added = prediction_columns(served, &predictions, &batch);
    let names = added.iter().map(|column| column.name().to_string()).collect();
    for column in added {
        batch.with_column(column).map_err(|error| Problem::new(ErrorCode::Internal, format!("a prediction cannot be added: {error}")))?;
    }
    Ok((batch, names))
}

/// `prediction`, for classes `probability_CLASS`, and of a model with intervals or sets `prediction_low` and
/// `prediction_high` or `prediction_set` (the classes, joined by `|`), under names that the table does not have.
fn prediction_columns(served: &ServedModel, predictions: &Predictions, table: &DataFrame) -> Vec<Column> {
    let mut taken: HashSet<String> = table.get_column_names().into_iter().map(ToString::to_string).collect();
    let mut columns = Vec::new();
    let mut add = |wanted: &str, of: &dyn Fn(PlSmallStr) -> Series| {
        columns.push(of(free_name(wanted, &mut taken).into()).into_column());
    };
    match predictions {
        Predictions::Numbers(numbers) => add("prediction", &|name| Series::new(name, numbers.as_slice())),
        Predictions::Classes { labels, probabilities } => {
            let classes: Vec<&str> = labels.iter().map(|label| served.class(*label)).collect();
            add("prediction", &|name| Series::new(name, classes.as_slice()));
            for (class, values) in served.model.classes.iter().zip(probabilities.columns()) {
                add(&probability_name(class), &|name| Series::new(name, values.to_vec()));
            }
        }
    }
    let Some(regions) = &served.model.regions else { return columns };
    match predictions {
        Predictions::Numbers(numbers) => {
            let intervals: Vec<Interval> = numbers.iter().map(|number| regions.interval(*number)).collect();
            let end = |of: fn(&Interval) -> f64| intervals.iter().map(of).collect::<Vec<_>>();
            add("prediction_low", &|name| Series::new(name, end(|interval| interval.low)));
            add("prediction_high", &|name| Series::new(name, end(|interval| interval.high)));
        }
        Predictions::Classes { probabilities, .. } => {
            let rows = probabilities.rows().into_iter();
            let sets: Vec<String> = rows.map(|row| served.classes(&regions.set(&row.to_vec())).join("|")).collect();
            add("prediction_set", &|name| Series::new(name, sets.as_slice()));
        }
    }
    columns
}

/// The name of the column with a class's probability.
pub(crate) fn probability_name(class: &str) -> String {
    format!("probability_{class}")
}

/// The wanted name with as many underscores in front as make it free; it is taken from then on.
pub(crate) fn free_name(wanted: &str, taken: &mut HashSet<String>) -> String {
    let mut name = wanted.to_owned();
    while taken.contains(&name) {
        name.insert(0, '_');
    }
    taken.insert(name.clone());
    name
}
