//! Testing a model the way it will be used: its files, its example, batch against online, latency.

use std::time::Instant;

use mlwright_base::{Problem, Progress};
use mlwright_learn::{Model, Predictions, RowPrediction};
use polars::prelude::DataFrame;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::files::ModelFiles;
use super::record::{TESTS, TestCheck, TestReport};
use crate::call::Call;
use crate::convert::frame_from;
use crate::engine::Engine;
use crate::model_uri::ResolvedModel;
use crate::serving::{Layout, Rows, read_json, read_records};

/// Held-out rows that are predicted both ways.
pub const ROWS_COMPARED_MAX: usize = 1_000;
/// One-row requests that are timed, after [`WARM_UP`] that are not.
const TIMED: usize = 200;
const WARM_UP: usize = 20;
/// A model whose one-row request takes longer (99th percentile, milliseconds) cannot be served in
/// real time.
pub const LATENCY_MS_MAX: f64 = 1_000.0;
/// How far the probabilities of a row may be from adding up to 1.
const SUM_TOLERANCE: f64 = 1e-9;

/// Which model to test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TestModelRequest {
    /// E.g. `models:/churn/3`, `models:/churn@champion` or `runs:/ID/model`.
    pub model: String,
}

type Found = (bool, String);

impl Engine {
    /// Tests a model as it will be used and keeps the report. A failed check is a result, not an
    /// error.
    ///
    /// # Errors
    /// [`mlwright_base::ErrorCode::NotFound`] when there is no such model, or the caller cancelled.
    pub fn test_model(&self, call: &Call<'_>, request: &TestModelRequest) -> Result<TestReport, Problem> {
        let resolved = self.resolve_model(&request.model)?;
        let mut report = TestReport {
            model: resolved.uri.clone(),
            time: self.now(),
            actor: call.actor.clone(),
            passed: false,
            checks: Vec::new(),
            n_rows_compared: 0,
            latency_ms_p50: None,
            latency_ms_p99: None,
        };
        examine(self, call, &resolved, &mut report)?;
        report.passed = report.checks.iter().all(|check| check.passed);
        let now_ms = self.now_ms();
        self.store.write(|tx| tx.put(TESTS, &report.model, resolved.name.as_deref(), None, &report, now_ms))?;
        Ok(report)
    }
}

impl TestReport {
    /// Adds a check's outcome. What goes wrong in it is its failure, except that the caller cancelled.
    fn check(&mut self, name: &str, found: Result<Found, Problem>) -> Result<bool, Problem> {
        let (passed, reason) = match found {
            Err(problem) if problem.is_cancelled() => return Err(problem),
            Err(problem) => (false, problem.message),
            Ok(found) => found,
        };
        self.checks.push(TestCheck { name: name.to_owned(), passed, reason });
        Ok(passed)
    }
}

fn examine(engine: &Engine, call: &Call<'_>, resolved: &ResolvedModel, report: &mut TestReport) -> Result<(), Problem> {
    let files = ModelFiles::of(engine, resolved);
    if !report.check("files_complete", complete(&files))? {
        return Ok(());
    }
    let mut loaded = None;
    let intact = intact(&files, resolved).map(|(model, found)| {
        loaded = Some(model);
        found
    });
    if !report.check("file_intact", intact)? {
        return Ok(());
    }
    let Some(model) = loaded else { return Ok(()) };
    call.progress.report(Progress::of(1.0, 4.0, "the file is intact"));
    let layout = Layout::new(&model.features);
    let body = files.example()?;
    report.check("example_answers", example_answers(&model, &layout, &body))?;
    call.cancel.check()?;
    call.progress.report(Progress::of(2.0, 4.0, "the example answers"));
    let predicted = files.first_test_rows(ROWS_COMPARED_MAX).and_then(|rows| {
        let batch = model.predict(&frame_from(&rows, &model.features)?, call.cancel)?;
        Ok((rows, batch))
    });
    let well_formed = predicted.as_ref().map_err(Clone::clone).and_then(|(_, batch)| well_formed(&model, batch));
    report.check("output_well_formed", well_formed)?;
    let equal = predicted.and_then(|(rows, batch)| {
        report.n_rows_compared = rows.height();
        batch_equals_online(&model, &layout, &rows, &batch)
    });
    report.check("batch_equals_online", equal)?;
    call.cancel.check()?;
    call.progress.report(Progress::of(3.0, 4.0, "batch and online were compared"));
    let timed = latency(&model, &layout, &body);
    if let Ok((p50, p99)) = timed {
        report.latency_ms_p50 = Some(p50);
        report.latency_ms_p99 = Some(p99);
    }
    report.check(
        "latency",
        timed.map(|(p50, p99)| {
            (p99 <= LATENCY_MS_MAX, format!("one row takes {p50:.3} ms (median), {p99:.3} ms (99th percentile); at most {LATENCY_MS_MAX} ms"))
        }),
    )?;
    call.progress.report(Progress::of(4.0, 4.0, "tested"));
    Ok(())
}

fn complete(files: &ModelFiles<'_>) -> Result<Found, Problem> {
    let missing = files.missing()?;
    let reason = if missing.is_empty() { "every file is there".to_owned() } else { format!("missing: {}", missing.join(", ")) };
    Ok((missing.is_empty(), reason))
}

fn intact(files: &ModelFiles<'_>, resolved: &ResolvedModel) -> Result<(Model, Found), Problem> {
    let digest = files.digest()?;
    let model = files.model()?;
    let short = &digest[..12];
    Ok(match &resolved.digest {
        Some(registered) if *registered != digest => {
            (model, (false, format!("its SHA-256 is {short}…, but {}… was registered", &registered[..registered.len().min(12)])))
        }
        _ => (model, (true, format!("its checksum fits, SHA-256 {short}…"))),
    })
}

fn example_answers(model: &Model, layout: &Layout, body: &[u8]) -> Result<Found, Problem> {
    let request = read_json(body, layout)?;
    let predictions = online(model, &request.rows)?;
    Ok((true, format!("{} rows were answered", predictions.len())))
}

/// Predicts rows one by one, as endpoints do.
fn online(model: &Model, rows: &Rows) -> Result<Vec<RowPrediction>, Problem> {
    let mut values = Vec::new();
    let mut predictions = Vec::with_capacity(rows.len());
    for row in 0..rows.len() {
        rows.read(row, &mut values);
        predictions.push(model.predict_row(&values)?);
    }
    Ok(predictions)
}

fn well_formed(model: &Model, predictions: &Predictions) -> Result<Found, Problem> {
    let wrong = match predictions {
        Predictions::Numbers(values) => {
            values.iter().position(|value| !value.is_finite()).map(|row| format!("row {row}: {} is not a finite number", values[row]))
        }
        Predictions::Classes { labels, probabilities } => labels.iter().zip(probabilities.rows()).enumerate().find_map(|(row, (label, shares))| {
            let sum: f64 = shares.sum();
            if shares.iter().any(|share| !(0.0..=1.0).contains(share)) {
                Some(format!("row {row}: a probability is outside [0, 1]"))
            } else if (sum - 1.0).abs() > SUM_TOLERANCE {
                Some(format!("row {row}: the probabilities add up to {sum}"))
            } else if *label as usize >= model.classes.len() {
                Some(format!("row {row}: class {label} of {}", model.classes.len()))
            } else {
                None
            }
        }),
    };
    Ok(match wrong {
        Some(reason) => (false, reason),
        None if model.classes.is_empty() => (true, format!("{} finite numbers", predictions.len())),
        None => (true, format!("{} rows with probabilities that add up to 1", predictions.len())),
    })
}

/// The rows as a client would send them, predicted one by one, must give the very bits that the
/// same rows of the table give.
fn batch_equals_online(model: &Model, layout: &Layout, rows: &DataFrame, batch: &Predictions) -> Result<Found, Problem> {
    let records = mlwright_data::write::rows_as_json(rows);
    let online = online(model, &read_records(&records, layout)?)?;
    let differs = online.iter().enumerate().find(|(row, one)| match (batch, one) {
        (Predictions::Numbers(values), RowPrediction::Number(number)) => values[*row].to_bits() != number.to_bits(),
        (Predictions::Classes { labels, probabilities }, RowPrediction::Class { label, probabilities: shares }) => {
            labels[*row] != *label || !probabilities.row(*row).iter().zip(shares).all(|(a, b)| a.to_bits() == b.to_bits())
        }
        _ => true,
    });
    Ok(match differs {
        _ if online.len() != batch.len() => (false, format!("{} rows in batch, {} online", batch.len(), online.len())),
        Some((row, one)) => (false, format!("row {row} differs: online it is {one:?}")),
        None => (true, format!("{} held-out rows are predicted alike, bit by bit", online.len())),
    })
}

/// Median and 99th percentile, in milliseconds, of reading and predicting a request of one row.
fn latency(model: &Model, layout: &Layout, body: &[u8]) -> Result<(f64, f64), Problem> {
    let example = read_json(body, layout)?;
    let columns: Vec<&str> = layout.names().collect();
    let one = json!({ "dataframe_split": { "columns": columns, "data": [example.rows.json(0)] } }).to_string();
    let mut times = Vec::with_capacity(TIMED);
    for round in 0..WARM_UP + TIMED {
        let started = Instant::now();
        online(model, &read_json(one.as_bytes(), layout)?.rows)?;
        if round >= WARM_UP {
            times.push(started.elapsed().as_secs_f64() * 1_000.0);
        }
    }
    times.sort_by(f64::total_cmp);
    Ok((times[TIMED / 2], times[TIMED * 99 / 100]))
}
