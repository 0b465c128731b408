//! The files of a run: the model's folder, the baseline, the rows held out, and how it was made.

use mlwright_base::system::environment as environment_of;
use mlwright_base::{ErrorCode, Problem};
use mlwright_learn::SearchOutcome;
use mlwright_learn::model::{MlmodelFields, mlmodel_yaml};
use polars::prelude::DataFrame;
use serde::Serialize;
use serde_json::{Value, json};

use super::input::{TrainingInput, take};
use super::{TrainResult, TrainSpec};
use crate::card::{CARD_HTML, CARD_JSON, CARD_MARKDOWN, ModelCard};
use crate::engine::Engine;
use crate::tracking::Run;

/// The rows held out for the test, as they were read.
pub(crate) const TEST_ROWS: &str = "test.parquet";
/// Rows in the input example.
const EXAMPLE_ROWS: usize = 2;

/// Writes the run's folder and puts it in place; answers with the files' paths within it.
pub(super) fn write(
    engine: &Engine,
    spec: &TrainSpec,
    input: &TrainingInput,
    outcome: &SearchOutcome,
    result: &TrainResult,
    card: &ModelCard,
) -> Result<Vec<String>, Problem> {
    let staging = engine.artifacts.stage()?;
    let model = &outcome.model;
    let example = input_example(input, outcome)?;
    let created = engine.now().to_string();
    let yaml = mlmodel_yaml(
        model,
        &MlmodelFields { model_id: spec.run_id.to_string(), run_id: spec.run_id.to_string(), utc_time_created: created },
    );
    staging.write("model/MLmodel", yaml.as_bytes())?;
    staging.write("model/model.mlw", &model.to_bytes())?;
    staging.write("model/input_example.json", &json_bytes(&example)?)?;
    staging.write("baseline/model.mlw", &outcome.baseline.to_bytes())?;
    mlwright_data::write::write_file(&mut take(&input.rows, &outcome.test_rows)?, &staging.path(TEST_ROWS)?)?;
    staging.write("leaderboard.json", &json_bytes(&super::run::leaderboard(outcome).collect::<Vec<_>>())?)?;
    staging.write("preparation.json", &json_bytes(&model.preparer.plan())?)?;
    let evaluation = json!({
        "test_metrics": result.test_metrics,
        "test_intervals": result.test_intervals,
        "baseline_test_metrics": result.baseline_test_metrics,
        "n_test_rows": result.n_test_rows,
        "split": result.split,
    });
    staging.write("evaluation.json", &json_bytes(&evaluation)?)?;
    staging.write("environment.json", &json_bytes(&environment())?)?;
    staging.write(CARD_JSON, &json_bytes(card)?)?;
    staging.write(CARD_HTML, crate::card::html(card).as_bytes())?;
    staging.write(CARD_MARKDOWN, crate::card::markdown(card).as_bytes())?;
    let folder = Run::artifact_folder(&spec.run_id);
    staging.commit(&folder)?;
    Ok(engine.artifacts.list(&folder)?.into_iter().map(|file| file.path).collect())
}

fn environment() -> Value {
    let (os, arch) = environment_of::platform();
    json!({
        "mlwright": env!("CARGO_PKG_VERSION"),
        "os": os,
        "arch": arch,
        "threads": rayon::current_num_threads(),
    })
}

/// The first training rows, features only, in the `dataframe_split` form that endpoints take.
fn input_example(input: &TrainingInput, outcome: &SearchOutcome) -> Result<Value, Problem> {
    let mut held_out = vec![false; input.frame.n_rows()];
    for row in &outcome.test_rows {
        held_out[*row] = true;
    }
    let rows: Vec<usize> = (0..held_out.len()).filter(|row| !held_out[*row]).take(EXAMPLE_ROWS).collect();
    let names: Vec<String> = input.features.iter().map(|feature| feature.name.clone()).collect();
    let example: DataFrame = take(&input.rows, &rows)?
        .select(names.iter().map(String::as_str))
        .map_err(|error| Problem::new(ErrorCode::Internal, format!("the input example cannot be made: {error}")))?;
    let data: Vec<Vec<Value>> = mlwright_data::write::rows_as_json(&example)
        .into_iter()
        .map(|mut row| names.iter().map(|name| row.remove(name).unwrap_or_default()).collect())
        .collect();
    Ok(json!({ "dataframe_split": { "columns": names, "data": data } }))
}

fn json_bytes<T: Serialize>(value: &T) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec_pretty(value)
        .map_err(|error| Problem::new(ErrorCode::Internal, format!("a file of the run cannot be written: {error}")))
}
