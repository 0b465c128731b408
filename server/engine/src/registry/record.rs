//! What is kept of a registered model.
//!
//! Collections: `models` (key: name), `model_versions` (key: `name/00000003`, parent: name),
//! `model_registrations` (key: name and run, the intent to make a version) and `model_tests` (key:
//! the model's address, the latest report). Stream: `aliases/NAME`, one [`AliasChange`] per attempt.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mlwright_base::RunId;
use mlwright_learn::Task;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::call::Actor;
use crate::model_uri::RUN_MODEL;

/// The collection of registered models; the key is the name.
pub(crate) const MODELS: &str = "models";
/// The collection of versions; see [`ModelVersion::key`].
pub(crate) const VERSIONS: &str = "model_versions";
/// The collection of registrations that were begun; gone when done.
pub(super) const REGISTRATIONS: &str = "model_registrations";
/// The collection of the latest test reports; the key is the model's address.
pub(super) const TESTS: &str = "model_tests";

/// A registered model: a name, its versions (kept apart) and its aliases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RegisteredModel {
    /// Its name.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Alias → version number.
    pub aliases: BTreeMap<String, u64>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// The newest version number.
    pub latest_version: u64,
    /// When it was first registered (UTC).
    #[schemars(with = "String")]
    pub created: Timestamp,
    /// When it last changed (UTC).
    #[schemars(with = "String")]
    pub updated: Timestamp,
}

/// One version of a registered model. Never changes once written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ModelVersion {
    /// The registered model's name.
    pub name: String,
    /// 1, 2, 3, …
    pub version: u64,
    /// The run it comes from.
    pub run_id: RunId,
    /// Who registered it.
    pub created_by: String,
    /// When (UTC).
    #[schemars(with = "String")]
    pub created: Timestamp,
    /// What it predicts.
    pub task: Task,
    /// The target column.
    pub target: String,
    /// The learner's name.
    pub learner: String,
    /// The metric that chose it.
    pub metric: String,
    /// Metrics on the held-out test rows.
    pub test_metrics: BTreeMap<String, f64>,
    /// The baseline learner's metrics on the same rows.
    pub baseline_metrics: BTreeMap<String, f64>,
    /// SHA-256 of `model.mlw`, hexadecimal.
    pub digest: String,
    /// The folder with `MLmodel` and `model.mlw` below the workspace's artifacts; `baseline/` and
    /// the held-out rows lie beside it.
    pub folder: String,
}

/// One attempt to move an alias, whether it succeeded or not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AliasChange {
    /// When (UTC).
    #[schemars(with = "String")]
    pub time: Timestamp,
    /// Who asked, through what.
    pub actor: Actor,
    /// The alias.
    pub alias: String,
    /// The version it pointed at before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_version: Option<u64>,
    /// The version asked for.
    pub to_version: u64,
    /// Whether the alias was moved.
    pub moved: bool,
    /// The gate's checks, each with its outcome and reason.
    pub checks: Vec<GateCheck>,
    /// The reason given for moving it although a check failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub override_reason: Option<String>,
}

/// One check of the gate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GateCheck {
    /// `beats_baseline`, `not_worse_than_champion`, `passes_test_model`, `metric:NAME` or
    /// `alias_unmoved`.
    pub name: String,
    /// Whether it holds.
    pub passed: bool,
    /// The numbers behind it, in words.
    pub reason: String,
}

/// What `test_model` found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TestReport {
    /// The model's address, e.g. `models:/churn/3`.
    pub model: String,
    /// When (UTC).
    #[schemars(with = "String")]
    pub time: Timestamp,
    /// Who asked, through what.
    pub actor: Actor,
    /// Whether every check passed.
    pub passed: bool,
    /// The checks, in the order they were made; one that fails may leave out those after it.
    pub checks: Vec<TestCheck>,
    /// Rows for which batch and online predictions were compared.
    pub n_rows_compared: usize,
    /// Median time of a one-row request, read and predicted, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_ms_p50: Option<f64>,
    /// 99th percentile of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_ms_p99: Option<f64>,
}

/// One check of `test_model`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TestCheck {
    /// `files_complete`, `file_intact`, `example_answers`, `output_well_formed`,
    /// `batch_equals_online` or `latency`.
    pub name: String,
    /// Whether it holds.
    pub passed: bool,
    /// What was found.
    pub reason: String,
}

impl ModelVersion {
    /// The key of a version in its collection; keys sort by number.
    #[must_use]
    pub fn key(name: &str, version: u64) -> String {
        format!("{name}/{version:08}")
    }

    /// The folder of all files of a version below the workspace's artifacts.
    #[must_use]
    pub fn files_folder(name: &str, version: u64) -> String {
        format!("models/{name}/{version}")
    }

    /// [`ModelVersion::folder`] of a version.
    #[must_use]
    pub fn model_folder(name: &str, version: u64) -> String {
        format!("{}/{RUN_MODEL}", Self::files_folder(name, version))
    }

    /// The version's address, e.g. `models:/churn/3`.
    #[must_use]
    pub fn uri(&self) -> String {
        format!("models:/{}/{}", self.name, self.version)
    }

    /// The version's name in lineage, e.g. `model:churn/3`.
    #[must_use]
    pub fn asset(&self) -> String {
        format!("model:{}/{}", self.name, self.version)
    }
}

/// The stream of a model's [`AliasChange`]s.
pub(super) fn alias_stream(name: &str) -> String {
    format!("aliases/{name}")
}
