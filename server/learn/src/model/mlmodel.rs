//! `MLmodel`: the YAML beside `model.mlw` that MLflow's tools read.
//!
//! Keys and their forms are those of MLflow 3 (`mlflow.models.Model`): the signature's `inputs` and
//! `outputs` are JSON inside YAML.

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::file::FORMAT_VERSION;
use super::Model;
use crate::Task;
use crate::frame::FeatureKind;

/// The name of the file with the model itself, beside `MLmodel`.
const MODEL_FILE: &str = "model.mlw";
/// The name of the file with rows to try the model on, beside `MLmodel`.
const EXAMPLE_FILE: &str = "input_example.json";

/// What the model itself does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MlmodelFields {
    /// The model's id.
    pub model_id: String,
    /// The run that trained it.
    pub run_id: String,
    /// When it was made: ISO 8601 with an offset (`2026-01-31T12:00:00Z`). It is written as MLflow
    /// writes it (UTC, microseconds); a text of another form is written as it is.
    pub utc_time_created: String,
}

#[derive(Serialize)]
struct Mlmodel<'a> {
    artifact_path: &'static str,
    flavors: Flavors<'a>,
    metadata: Metadata<'a>,
    model_id: &'a str,
    model_size_bytes: usize,
    run_id: &'a str,
    saved_input_example_info: ExampleFile,
    signature: Signature,
    utc_time_created: String,
}

#[derive(Serialize)]
struct Flavors<'a> {
    mlwright: Flavor<'a>,
}

#[derive(Serialize)]
struct Flavor<'a> {
    model: &'static str,
    format_version: u32,
    mlwright_version: &'static str,
    task: Task,
    target: &'a str,
    learner: &'a str,
}

#[derive(Serialize)]
struct Metadata<'a> {
    task: Task,
    target: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    classes: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    positive_class: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    threshold: Option<f64>,
    learner: &'a str,
    n_training_rows: u64,
}

#[derive(Serialize)]
struct ExampleFile {
    artifact_path: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    serving_input_path: &'static str,
}

#[derive(Serialize)]
struct Signature {
    inputs: String,
    outputs: String,
    params: Option<String>,
}

/// The text of a model's `MLmodel`. The input example is `input_example.json` beside it, in the
/// form `{"dataframe_split": {"columns": […], "data": […]}}` that endpoints take.
///
/// Signature: one input per feature (`double`, `boolean`, `datetime` or `string`; every column must
/// be there, a value may be null), one output `prediction` (`string` for a class, `double` for a
/// number). Equal models and fields give equal bytes.
#[must_use]
pub fn mlmodel_yaml(model: &Model, fields: &MlmodelFields) -> String {
    let document = Mlmodel {
        artifact_path: "model",
        flavors: Flavors {
            mlwright: Flavor {
                model: MODEL_FILE,
                format_version: FORMAT_VERSION,
                mlwright_version: env!("CARGO_PKG_VERSION"),
                task: model.task,
                target: &model.target,
                learner: &model.learner,
            },
        },
        metadata: Metadata {
            task: model.task,
            target: &model.target,
            classes: &model.classes,
            positive_class: model.positive_class.as_deref(),
            threshold: model.threshold,
            learner: &model.learner,
            n_training_rows: model.n_training_rows,
        },
        model_id: &fields.model_id,
        model_size_bytes: model.to_bytes().len(),
        run_id: &fields.run_id,
        saved_input_example_info: ExampleFile {
            artifact_path: EXAMPLE_FILE,
            kind: "json_object",
            serving_input_path: EXAMPLE_FILE,
        },
        signature: Signature { inputs: inputs(model).to_string(), outputs: outputs(model).to_string(), params: None },
        utc_time_created: mlflow_time(&fields.utc_time_created),
    };
    serde_norway::to_string(&document).expect("texts and numbers can be written as YAML")
}

fn inputs(model: &Model) -> Json {
    let column = |name: &str, kind: FeatureKind| {
        let mlflow_type = match kind {
            FeatureKind::Numeric => "double",
            FeatureKind::Boolean => "boolean",
            FeatureKind::Datetime => "datetime",
            FeatureKind::Categorical | FeatureKind::Text => "string",
        };
        json!({"type": mlflow_type, "name": name, "required": true})
    };
    model.features.iter().map(|feature| column(&feature.name, feature.kind)).collect()
}

fn outputs(model: &Model) -> Json {
    let mlflow_type = if model.task == Task::Regression { "double" } else { "string" };
    json!([{"type": mlflow_type, "name": "prediction", "required": true}])
}

/// `2026-01-31 12:00:00.123456`, in UTC.
fn mlflow_time(text: &str) -> String {
    match text.parse::<Timestamp>() {
        Ok(moment) => Offset::UTC.to_datetime(moment).strftime("%Y-%m-%d %H:%M:%S.%6f").to_string(),
        Err(_) => text.to_owned(),
    }
}
