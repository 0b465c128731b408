//! Making a version of a run's model: intent, copy of the files, commit.
//!
//! The version's number is given with the intent. A registration that a crash cut off is taken up
//! by the next one of the same run and name; until then its number is missing among the versions.

use std::collections::BTreeMap;

use mlwright_base::names::check_name;
use mlwright_base::{ErrorCode, Problem, RunId};
use mlwright_store::{Query, ReadTx, StoreError, WriteTx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::files::{self, ModelFiles};
use super::record::{MODELS, ModelVersion, REGISTRATIONS, RegisteredModel, VERSIONS};
use crate::call::Call;
use crate::engine::Engine;
use crate::lineage;
use crate::tracking::{Run, RunStatus};

/// What is to be registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterModelRequest {
    /// A finished run's id.
    pub run_id: String,
    /// Model name; new or known.
    pub name: String,
}

/// A version that is registered now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RegisteredVersion {
    /// Its address, e.g. `models:/churn/3`.
    pub model_uri: String,
    /// The version.
    #[serde(flatten)]
    pub version: ModelVersion,
    /// Whether the same run was registered under this name before: then nothing was done.
    pub already_registered: bool,
    /// What to know before pointing clients at it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// A registration that was begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Registration {
    pub(super) version: u64,
}

impl Engine {
    /// Makes a version of a finished run's model. Registering the same run under the same name
    /// again answers with the version there is.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] for an unknown run, [`ErrorCode::Conflict`] when the run is not
    /// finished, [`ErrorCode::InvalidArgument`] for a name that cannot be used.
    pub fn register_model(&self, call: &Call<'_>, request: &RegisterModelRequest) -> Result<RegisteredVersion, Problem> {
        check_name("name", &request.name)?;
        let run = self.run(&request.run_id)?;
        if run.status != RunStatus::Finished {
            let hint = if run.status == RunStatus::Running { "follow its job with get_job, then register it" } else { "train again" };
            return Err(Problem::new(ErrorCode::Conflict, format!("the run {} is {}, expected FINISHED", run.run_id, run.status.as_str()))
                .hint(hint)
                .field("run_id"));
        }
        if let Some(found) = self.version_of_run(&request.name, &run.run_id)? {
            return self.registered_version(found, true);
        }
        call.cancel.check()?;
        let number = self.begin_registration(&request.name, &run.run_id)?;
        let version = self.copy_version(call, &run, &request.name, number)?;
        let (version, already_registered) = self.finish_registration(version)?;
        self.registered_version(version, already_registered)
    }

    fn registered_version(&self, version: ModelVersion, already_registered: bool) -> Result<RegisteredVersion, Problem> {
        let query = Query { parent: Some(&version.name), ..Query::default() };
        let versions = self.store.read::<_, StoreError>(|tx| tx.list::<ModelVersion>(VERSIONS, &query))?;
        let earlier = versions.into_iter().map(|record| record.body).filter(|other| other.version < version.version);
        let before = earlier.max_by_key(|other| other.version);
        let changed = before.filter(|before| (&before.target, before.task) != (&version.target, version.task));
        let warning = |before: ModelVersion| {
            format!(
                "{} predicts {} ({}), but {} before it predicts {} ({}): who follows {} gets other answers; register it under a name of its own",
                version.uri(),
                version.target,
                version.task,
                before.uri(),
                before.target,
                before.task,
                version.name
            )
        };
        let warnings = changed.map(warning).into_iter().collect();
        Ok(RegisteredVersion { model_uri: version.uri(), version, already_registered, warnings })
    }

    fn version_of_run(&self, name: &str, run_id: &RunId) -> Result<Option<ModelVersion>, Problem> {
        Ok(self.store.read::<_, StoreError>(|tx| version_of_run(tx, name, run_id))?)
    }

    /// Writes the intent and answers with the version's number.
    pub(super) fn begin_registration(&self, name: &str, run_id: &RunId) -> Result<u64, Problem> {
        let now_ms = self.now_ms();
        let key = registration_key(name, run_id);
        Ok(self.store.write::<_, StoreError>(|tx| {
            if let Some(found) = version_of_run(tx, name, run_id)? {
                return Ok(found.version);
            }
            if let Some(begun) = tx.get::<Registration>(REGISTRATIONS, &key)? {
                return Ok(begun.body.version);
            }
            let version = tx.next(&format!("model_versions/{name}"))?;
            tx.insert(REGISTRATIONS, &key, Some(name), &Registration { version }, now_ms)?;
            Ok(version)
        })?)
    }

    /// Puts the version's files in place and says what it is.
    pub(super) fn copy_version(&self, call: &Call<'_>, run: &Run, name: &str, number: u64) -> Result<ModelVersion, Problem> {
        let from = Run::artifact_folder(&run.run_id);
        let uri = format!("runs:/{}/model", run.run_id);
        let resolved = self.resolve_model(&uri)?;
        let source = ModelFiles::of(self, &resolved);
        let missing = source.missing()?;
        if !missing.is_empty() {
            return Err(Problem::new(ErrorCode::Conflict, format!("the run lacks {}", missing.join(", "))).hint("train again").field("run_id"));
        }
        let model = source.model()?;
        let digest = source.digest()?;
        let folder = ModelVersion::model_folder(name, number);
        let version = ModelVersion {
            name: name.to_owned(),
            version: number,
            run_id: run.run_id.clone(),
            created_by: call.actor.name.clone(),
            created: self.now(),
            task: model.task,
            target: model.target,
            learner: model.learner,
            metric: run.params.get("metric").cloned().unwrap_or_default(),
            test_metrics: with_prefix(&run.metrics, "test_"),
            baseline_metrics: with_prefix(&run.metrics, "baseline_test_"),
            digest,
            folder,
        };
        let to = ModelVersion::files_folder(name, number);
        // The files may be there from a registration that was cut off, or that is under way.
        if !files::copy(self, &from, &to)? && ModelFiles::of_version(self, &version).digest()? != version.digest {
            return Err(Problem::new(ErrorCode::Conflict, format!("the files of another model are in artifacts/{to}"))
                .hint("they may be left over from a workspace whose metadata.db was removed: move that folder away"));
        }
        Ok(version)
    }

    /// The commit: the version, its model and its lineage. Answers with the version that is kept,
    /// and whether it was there before.
    pub(super) fn finish_registration(&self, version: ModelVersion) -> Result<(ModelVersion, bool), Problem> {
        let (now, now_ms) = (self.now(), self.now_ms());
        Ok(self.store.write::<_, StoreError>(|tx| {
            if let Some(found) = version_of_run(tx, &version.name, &version.run_id)? {
                return Ok((found, true));
            }
            tx.insert(VERSIONS, &ModelVersion::key(&version.name, version.version), Some(&version.name), &version, now_ms)?;
            let model = match tx.get::<RegisteredModel>(MODELS, &version.name)? {
                Some(found) => {
                    let latest_version = found.body.latest_version.max(version.version);
                    RegisteredModel { latest_version, updated: now, ..found.body }
                }
                None => RegisteredModel {
                    name: version.name.clone(),
                    description: String::new(),
                    aliases: BTreeMap::new(),
                    tags: BTreeMap::new(),
                    latest_version: version.version,
                    created: now,
                    updated: now,
                },
            };
            tx.put(MODELS, &version.name, None, None, &model, now_ms)?;
            lineage::record(tx, &format!("run:{}", version.run_id), "registered", &version.asset(), now)?;
            tx.delete(REGISTRATIONS, &registration_key(&version.name, &version.run_id), None)?;
            Ok((version, false))
        })?)
    }
}

fn registration_key(name: &str, run_id: &RunId) -> String {
    format!("{name}/{run_id}")
}

fn version_of_run(tx: &ReadTx<'_>, name: &str, run_id: &RunId) -> Result<Option<ModelVersion>, StoreError> {
    let versions = tx.list::<ModelVersion>(VERSIONS, &Query { parent: Some(name), ..Query::default() })?;
    Ok(versions.into_iter().map(|record| record.body).find(|version| version.run_id == *run_id))
}

/// The metrics whose names start with `prefix`, without it.
fn with_prefix(metrics: &BTreeMap<String, f64>, prefix: &str) -> BTreeMap<String, f64> {
    metrics.iter().filter_map(|(name, value)| Some((name.strip_prefix(prefix)?.to_owned(), *value))).collect()
}

/// The registered model of that name in a running transaction.
pub(super) fn model_in(tx: &WriteTx<'_>, name: &str) -> Result<RegisteredModel, StoreError> {
    let found = tx.get::<RegisteredModel>(MODELS, name)?;
    found.map(|record| record.body).ok_or_else(|| StoreError::NotFound { collection: MODELS.to_owned(), key: name.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::super::lab::{Lab, Recipe};
    use super::*;

    #[test]
    fn a_version_that_predicts_something_else_is_said() {
        let lab = Lab::new();
        let register = |run_id: &RunId| {
            let request = RegisterModelRequest { run_id: run_id.to_string(), name: "churn".to_owned() };
            lab.engine.register_model(&lab.call(), &request).unwrap()
        };
        let (churn, spend) = (lab.train(&Recipe::default()), lab.train(&Recipe { target: "spend", ..Recipe::default() }));
        assert_eq!(register(&churn).warnings, Vec::<String>::new());
        for _ in 0..2 {
            let warnings = register(&spend).warnings;
            assert_eq!(warnings.len(), 1, "{warnings:?}");
            assert!(warnings[0].starts_with("models:/churn/2 predicts spend (regression), but models:/churn/1 before it predicts churn (binary)"), "{warnings:?}");
        }
        assert_eq!(register(&churn).warnings, Vec::<String>::new());
        assert_eq!(register(&lab.train(&Recipe { seed: 7, target: "spend", ..Recipe::default() })).warnings, Vec::<String>::new());
    }
}
