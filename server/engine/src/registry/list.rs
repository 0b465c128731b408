//! Looking at registered models.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mlwright_base::{ErrorCode, Problem, names};
use mlwright_learn::Task;
use mlwright_store::{Query, ReadTx, StoreError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::record::{AliasChange, MODELS, ModelVersion, RegisteredModel, TESTS, TestReport, VERSIONS, alias_stream};
use crate::engine::Engine;

/// The most attempts to move an alias in one answer.
pub const ALIAS_HISTORY_MAX: usize = 100;

/// A registered model in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ModelLine {
    /// Its name.
    pub name: String,
    /// What its latest version predicts.
    pub task: Task,
    /// The target column of its latest version.
    pub target: String,
    /// The learner of its latest version.
    pub learner: String,
    /// How many versions there are.
    pub n_versions: u64,
    /// The newest version number.
    pub latest_version: u64,
    /// Alias → version number.
    pub aliases: BTreeMap<String, u64>,
    /// The metric that chose the latest version.
    pub metric: String,
    /// That metric of the latest version on its test rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// When it last changed (UTC).
    #[schemars(with = "String")]
    pub updated: Timestamp,
}

/// Everything of a registered model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ModelDetails {
    /// The model and its aliases.
    pub model: RegisteredModel,
    /// Its versions, the newest first.
    pub versions: Vec<VersionDetails>,
    /// Attempts to move an alias, the newest first, at most [`ALIAS_HISTORY_MAX`].
    pub alias_history: Vec<AliasChange>,
}

/// A version with what was found about it since.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VersionDetails {
    /// Its address.
    pub model_uri: String,
    /// The aliases that point at it.
    pub aliases: Vec<String>,
    /// The version.
    #[serde(flatten)]
    pub version: ModelVersion,
    /// The latest report of `test_model`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<TestReport>,
}

impl Engine {
    /// Every registered model, by name.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn list_models(&self) -> Result<Vec<ModelLine>, Problem> {
        Ok(self.store.read::<_, StoreError>(|tx| {
            let models = tx.list::<RegisteredModel>(MODELS, &Query::default())?;
            models.into_iter().map(|record| line(tx, record.body)).collect::<Result<Vec<_>, _>>()
        })?)
    }

    /// A registered model with its versions, test reports and the history of its aliases.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] with the nearest names.
    pub fn get_model(&self, name: &str) -> Result<ModelDetails, Problem> {
        let found = self.store.read::<_, StoreError>(|tx| {
            let Some(model) = tx.get::<RegisteredModel>(MODELS, name)? else { return Ok(None) };
            let model = model.body;
            let mut versions = Vec::new();
            for record in tx.list::<ModelVersion>(VERSIONS, &Query { parent: Some(name), ..Query::default() })? {
                let version = record.body;
                let test = tx.get::<TestReport>(TESTS, &version.uri())?.map(|record| record.body);
                let aliases = model.aliases.iter().filter(|(_, number)| **number == version.version).map(|(alias, _)| alias.clone());
                versions.push(VersionDetails { model_uri: version.uri(), aliases: aliases.collect(), version, test });
            }
            versions.reverse();
            let history = tx.read_stream_back::<AliasChange>(&alias_stream(name), None, ALIAS_HISTORY_MAX)?;
            let alias_history = history.into_iter().map(|entry| entry.body).collect();
            Ok(Some(ModelDetails { model, versions, alias_history }))
        })?;
        found.map_or_else(|| Err(self.no_model(name)), Ok)
    }

    /// A version and its model.
    pub(super) fn version(&self, name: &str, number: u64) -> Result<(RegisteredModel, ModelVersion), Problem> {
        let details = self.get_model(name)?;
        let known: Vec<String> = details.versions.iter().map(|one| one.version.version.to_string()).collect();
        let found = details.versions.into_iter().find(|one| one.version.version == number);
        match found {
            Some(found) => Ok((details.model, found.version)),
            None => Err(Problem::new(ErrorCode::NotFound, format!("the model {name:?} has no version {number}"))
                .hint(format!("it has {}", known.join(", ")))
                .field("version")),
        }
    }

    fn no_model(&self, name: &str) -> Problem {
        let known = self.list_models().unwrap_or_default();
        let mut hint = names::did_you_mean(name, known.iter().map(|line| line.name.as_str()));
        if known.is_empty() {
            hint = "no model is registered yet: register_model makes the first version".to_owned();
        }
        Problem::new(ErrorCode::NotFound, format!("there is no model {name:?}")).hint(hint).field("name")
    }
}

fn line(tx: &ReadTx<'_>, model: RegisteredModel) -> Result<ModelLine, StoreError> {
    let key = ModelVersion::key(&model.name, model.latest_version);
    let not_found = || StoreError::NotFound { collection: VERSIONS.to_owned(), key: key.clone() };
    let latest = tx.get::<ModelVersion>(VERSIONS, &key)?.ok_or_else(not_found)?.body;
    Ok(ModelLine {
        task: latest.task,
        score: latest.test_metrics.get(&latest.metric).copied(),
        target: latest.target,
        learner: latest.learner,
        n_versions: tx.count(VERSIONS, Some(&model.name))?,
        latest_version: model.latest_version,
        aliases: model.aliases,
        metric: latest.metric,
        updated: model.updated,
        name: model.name,
    })
}
