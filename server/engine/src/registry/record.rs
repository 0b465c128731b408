//! What is kept of a registered model.
//!
//! Collections: `models` (key: name) and `model_versions` (key: `name/00000003`, parent: name).
//! Stream: `aliases/NAME`, one [`AliasChange`] per attempt.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mlwright_base::RunId;
use mlwright_learn::Task;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

/// One version of a registered model. Never changes once written, except `test`.
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
    /// The folder of its files below the workspace's artifacts.
    pub folder: String,
}

/// One attempt to move an alias, whether it succeeded or not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AliasChange {
    /// When (UTC).
    #[schemars(with = "String")]
    pub time: Timestamp,
    /// Who asked.
    pub actor: String,
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
    /// `beats_baseline`, `not_worse_than_champion`, `passes_test_model` or `metric:NAME`.
    pub name: String,
    /// Whether it holds.
    pub passed: bool,
    /// The numbers behind it, in words.
    pub reason: String,
}

impl ModelVersion {
    /// The key of a version in its collection; keys sort by number.
    #[must_use]
    pub fn key(name: &str, version: u64) -> String {
        format!("{name}/{version:08}")
    }

    /// The version's address, e.g. `models:/churn/3`.
    #[must_use]
    pub fn uri(&self) -> String {
        format!("models:/{}/{}", self.name, self.version)
    }
}
