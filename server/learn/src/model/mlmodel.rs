//! `MLmodel`: the YAML beside `model.mlw` that MLflow's tools read.
//!
//! Keys and their forms are those of MLflow 3 (`mlflow.models.Model`; 3.17.2 loads it): the
//! signature's `inputs` and `outputs` are JSON inside YAML.

use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::{Value as Json, json};

use super::Model;
use super::file::FORMAT_VERSION;
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

/// The text of a model's `MLmodel`. The input example is `input_example.json` beside it, in the
/// form `{"dataframe_split": {"columns": […], "data": […]}}` that endpoints take.
///
/// Signature: one input per feature (`double`, `boolean`, `datetime` or `string`; every column must
/// be there, a value may be null), one output `prediction` (`string` for a class, `double` for a
/// number). Equal models and fields give equal bytes.
#[must_use]
pub fn mlmodel_yaml(model: &Model, fields: &MlmodelFields) -> String {
    let mut metadata = json!({ "task": model.task, "target": model.target });
    if model.task != Task::Regression {
        metadata["classes"] = json!(model.classes);
    }
    if let Some(positive) = &model.positive_class {
        metadata["positive_class"] = json!(positive);
    }
    if let Some(threshold) = model.threshold {
        metadata["threshold"] = json!(threshold);
    }
    metadata["learner"] = json!(model.learner);
    metadata["n_training_rows"] = json!(model.n_training_rows);
    let document = json!({
        "artifact_path": "model",
        "flavors": {
            "mlwright": {
                "model": MODEL_FILE,
                "format_version": FORMAT_VERSION,
                "mlwright_version": env!("CARGO_PKG_VERSION"),
            },
        },
        "metadata": metadata,
        "model_id": fields.model_id,
        "model_size_bytes": model.to_bytes().len(),
        "run_id": fields.run_id,
        "saved_input_example_info": {
            "artifact_path": EXAMPLE_FILE,
            "type": "json_object",
            "serving_input_path": EXAMPLE_FILE,
        },
        "signature": { "inputs": inputs(model).to_string(), "outputs": outputs(model).to_string(), "params": null },
        "utc_time_created": mlflow_time(&fields.utc_time_created),
    });
    let mut yaml = String::new();
    write_yaml(&mut yaml, &document, 0);
    yaml
}

/// Writes objects and lists as blocks and everything else as JSON, whose scalars YAML reads alike.
/// All texts are quoted: MLflow reads YAML 1.1, where a class that is just `No` is a truth value, an
/// id `0123` or `1e5` a number, and a time a date.
fn write_yaml(yaml: &mut String, value: &Json, indent: usize) {
    let open = |value: &Json| {
        matches!(value, Json::Object(map) if !map.is_empty()) || matches!(value, Json::Array(list) if !list.is_empty())
    };
    let mut write = |lead: &str, value: &Json| {
        yaml.push_str(&"  ".repeat(indent));
        yaml.push_str(lead);
        if open(value) {
            yaml.push('\n');
            write_yaml(yaml, value, indent + 1);
        } else {
            yaml.push(' ');
            yaml.push_str(&scalar(value));
            yaml.push('\n');
        }
    };
    match value {
        Json::Object(map) => map.iter().for_each(|(key, value)| write(&format!("{key}:"), value)),
        Json::Array(list) => list.iter().for_each(|value| write("-", value)),
        _ => write("", value),
    }
}

/// A scalar as JSON, with what YAML does not take as it is in a quoted text escaped as well.
fn scalar(value: &Json) -> String {
    let mut escaped = String::new();
    for c in value.to_string().chars() {
        match c {
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                escaped.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            _ => escaped.push(c),
        }
    }
    escaped
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
