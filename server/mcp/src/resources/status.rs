//! Resources that no operation answers with: how endpoints and monitors stand, the state of the
//! workspace, cards of models, the schema of the settings. Whoever may call anything may read them.

use mlwright_base::{Problem, names};
use mlwright_engine::Engine;
use mlwright_engine::monitor::{DriftCheck, Monitor};
use mlwright_engine::settings::Settings;
use serde::Serialize;
use serde_json::{Value, json};

/// The most comparisons of a monitor that are shown.
const CHECKS_MAX: usize = 50;

/// How one endpoint stands.
///
/// # Errors
/// [`mlwright_base::ErrorCode::NotFound`] with the nearest names.
pub(super) fn endpoint(engine: &Engine, name: &str) -> Result<Value, Problem> {
    engine.known_endpoint(name)?;
    let listed = engine.list_endpoints()?;
    let server = listed.server;
    let endpoint = listed.endpoints.into_iter().find(|endpoint| endpoint.name == name);
    Ok(json!({ "endpoint": endpoint, "server": server, "inference_table": format!("inference/{name}") }))
}

#[derive(Serialize)]
struct MonitorStatus {
    monitor: Monitor,
    /// In full.
    last_check: Option<DriftCheck>,
    /// The newest first, without their columns' reasons.
    earlier_checks: Vec<EarlierCheck>,
}

#[derive(Serialize)]
struct EarlierCheck {
    time: String,
    current_rows: u64,
    n_columns: usize,
    drifted: Vec<String>,
    report: String,
}

/// What one monitor compares, and what it found.
///
/// # Errors
/// [`mlwright_base::ErrorCode::NotFound`] with the nearest names.
pub(super) fn monitor(engine: &Engine, name: &str) -> Result<Value, Problem> {
    let monitor = engine.monitor(name)?;
    let mut checks = engine.drift_history(name, CHECKS_MAX)?.into_iter();
    let last_check = checks.next();
    let earlier = checks.map(|check| EarlierCheck {
        time: check.time.to_string(),
        current_rows: check.current_rows,
        n_columns: check.columns.len(),
        drifted: check.drifted,
        report: check.report,
    });
    json_of(&MonitorStatus { monitor, last_check, earlier_checks: earlier.collect() })
}

/// The state of the workspace.
///
/// # Errors
/// When the database cannot be read.
pub(super) fn workspace(engine: &Engine) -> Result<Value, Problem> {
    json_of(&engine.overview()?)
}

/// The JSON Schema of `mlwright.toml`.
pub(super) fn settings_schema() -> Value {
    let mut schema = mlwright_operations::schema::of::<Settings>();
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("mlwright.toml");
    schema["description"] = json!("Settings of a workspace; every key is optional.");
    schema
}

/// The card of a model.
///
/// # Errors
/// [`mlwright_base::ErrorCode::NotFound`] with the nearest names.
pub(super) fn card(engine: &Engine, model: &str) -> Result<String, Problem> {
    let name = model.split(['/', '@']).next().unwrap_or(model);
    names::check_name("model", name)?;
    engine.model_card(model)
}

fn json_of<T: Serialize>(value: &T) -> Result<Value, Problem> {
    serde_json::to_value(value)
        .map_err(|error| Problem::new(mlwright_base::ErrorCode::Internal, format!("the resource cannot be written: {error}")))
}
