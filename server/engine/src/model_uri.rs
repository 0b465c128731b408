//! Model addresses: `models:/churn/3`, `models:/churn@champion`, `models:/churn/latest` and
//! `runs:/ID/model`, as MLflow writes them.

use mlwright_base::{ErrorCode, Problem, RunId, names};
use mlwright_store::{Query, ReadTx, StoreError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::registry::{ModelVersion, RegisteredModel};
use crate::tracking::Run;

/// Where the models of a run and of a version lie below their folders: the folder with `MLmodel`,
/// `model.mlw` and `input_example.json`.
pub const RUN_MODEL: &str = "model";
/// The file that holds the model itself.
pub const MODEL_FILE: &str = "model.mlw";
/// The file that holds a few rows a client may send.
pub const EXAMPLE_FILE: &str = "input_example.json";

const FORMS: &str = "write models:/NAME/VERSION, models:/NAME@ALIAS, models:/NAME/latest or runs:/RUN_ID/model";

/// An address as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelUri {
    /// `models:/name/3`
    Version {
        /// The registered model.
        name: String,
        /// Its version.
        version: u64,
    },
    /// `models:/name@alias`
    Alias {
        /// The registered model.
        name: String,
        /// The alias.
        alias: String,
    },
    /// `models:/name/latest`
    Latest {
        /// The registered model.
        name: String,
    },
    /// `runs:/ID/model`
    Run {
        /// The run.
        run_id: RunId,
    },
}

impl ModelUri {
    /// Reads an address.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidArgument`] when it has none of the four forms.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let wrong = || {
            Problem::new(ErrorCode::InvalidArgument, format!("{text:?} is not a model address")).hint(FORMS).field("model")
        };
        let text = text.trim();
        if let Some(rest) = text.strip_prefix("runs:/") {
            let (run_id, path) = rest.trim_start_matches('/').split_once('/').ok_or_else(wrong)?;
            if path != RUN_MODEL || names::check_name("model", run_id).is_err() {
                return Err(wrong());
            }
            return Ok(Self::Run { run_id: RunId::new(run_id) });
        }
        let rest = text.strip_prefix("models:/").ok_or_else(wrong)?.trim_start_matches('/');
        let checked = |name: &str| match names::check_name("model", name) {
            Ok(()) => Ok(name.to_owned()),
            Err(problem) => Err(Problem { hint: FORMS.to_owned(), ..problem }),
        };
        if let Some((name, alias)) = rest.split_once('@') {
            return Ok(Self::Alias { name: checked(name)?, alias: checked(alias)? });
        }
        let (name, version) = rest.split_once('/').ok_or_else(wrong)?;
        let name = checked(name)?;
        if version == "latest" {
            return Ok(Self::Latest { name });
        }
        match version.parse::<u64>() {
            Ok(version) if version > 0 => Ok(Self::Version { name, version }),
            _ => Err(wrong()),
        }
    }
}

impl std::fmt::Display for ModelUri {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Version { name, version } => write!(f, "models:/{name}/{version}"),
            Self::Alias { name, alias } => write!(f, "models:/{name}@{alias}"),
            Self::Latest { name } => write!(f, "models:/{name}/latest"),
            Self::Run { run_id } => write!(f, "runs:/{run_id}/{RUN_MODEL}"),
        }
    }
}

/// What an address pointed at when it was looked up. Aliases and `latest` move; this does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ResolvedModel {
    /// The unmoving address: `models:/churn/3` or `runs:/ID/model`.
    pub uri: String,
    /// Its name in lineage: `model:churn/3` or `run:ID`.
    pub asset: String,
    /// The folder of its files below the workspace's artifacts.
    pub folder: String,
    /// The registered model's name; absent for a run's model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The version; absent for a run's model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// The run it comes from.
    pub run_id: RunId,
    /// SHA-256 of `model.mlw` as it was registered, hexadecimal; absent for a run's model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

impl ResolvedModel {
    fn of_version(version: ModelVersion) -> Self {
        Self {
            uri: version.uri(),
            asset: format!("model:{}/{}", version.name, version.version),
            folder: version.folder,
            name: Some(version.name),
            version: Some(version.version),
            run_id: version.run_id,
            digest: Some(version.digest),
        }
    }

    /// The path of one of its files below the workspace's artifacts.
    #[must_use]
    pub fn file(&self, name: &str) -> String {
        format!("{}/{name}", self.folder)
    }
}

impl Engine {
    /// Finds what an address points at now.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidArgument`] for a text that is no address, [`ErrorCode::NotFound`] with
    /// the nearest names when the model, version, alias or run does not exist.
    pub fn resolve_model(&self, address: &str) -> Result<ResolvedModel, Problem> {
        let uri = match ModelUri::parse(address) {
            Ok(uri) => uri,
            Err(problem) => return Err(self.with_address_of(address, problem)),
        };
        let (name, version) = match uri {
            ModelUri::Run { run_id } => return self.resolve_run(run_id),
            ModelUri::Version { name, version } => {
                self.registered(&name)?;
                (name, version)
            }
            ModelUri::Latest { name } => {
                let latest = self.registered(&name)?.latest_version;
                (name, latest)
            }
            ModelUri::Alias { name, alias } => {
                let model = self.registered(&name)?;
                let version = *model.aliases.get(&alias).ok_or_else(|| {
                    let known = names::did_you_mean(&alias, model.aliases.keys().map(String::as_str));
                    let hint = if known.is_empty() { format!("set_alias gives {name} an alias") } else { known };
                    not_found(format!("the model {name:?} has no alias {alias:?}"), hint)
                })?;
                (name, version)
            }
        };
        let key = ModelVersion::key(&name, version);
        let found = self.store.read(|tx: &ReadTx<'_>| tx.get::<ModelVersion>("model_versions", &key))?;
        match found {
            Some(record) => Ok(ResolvedModel::of_version(record.body)),
            None => Err(not_found(format!("the model {name:?} has no version {version}"), self.versions_hint(&name)?)),
        }
    }

    fn registered(&self, name: &str) -> Result<RegisteredModel, Problem> {
        if let Some(record) = self.store.read(|tx: &ReadTx<'_>| tx.get::<RegisteredModel>("models", name))? {
            return Ok(record.body);
        }
        let known = self.store.read(|tx: &ReadTx<'_>| tx.list::<serde_json::Value>("models", &Query::default()))?;
        let mut hint = names::did_you_mean(name, known.iter().map(|record| record.key.as_str()));
        if hint.is_empty() {
            hint = "no model is registered yet: register_model makes the first version".to_owned();
        }
        Err(not_found(format!("there is no model {name:?}"), hint))
    }

    fn versions_hint(&self, name: &str) -> Result<String, StoreError> {
        let query = Query { parent: Some(name), ..Query::default() };
        let versions = self.store.read(|tx: &ReadTx<'_>| tx.list::<ModelVersion>("model_versions", &query))?;
        let texts: Vec<String> = versions.iter().map(|record| record.body.version.to_string()).collect();
        Ok(if texts.is_empty() { "it has none".to_owned() } else { format!("it has {}", texts.join(", ")) })
    }

    fn resolve_run(&self, run_id: RunId) -> Result<ResolvedModel, Problem> {
        let folder = format!("{}/{RUN_MODEL}", Run::artifact_folder(&run_id));
        let resolved = ResolvedModel {
            uri: format!("runs:/{run_id}/{RUN_MODEL}"),
            asset: format!("run:{run_id}"),
            folder,
            name: None,
            version: None,
            run_id,
            digest: None,
        };
        if self.artifacts.exists(&resolved.file(MODEL_FILE))? {
            return Ok(resolved);
        }
        let id = resolved.run_id.as_str();
        if self.store.read(|tx: &ReadTx<'_>| tx.get::<serde_json::Value>("runs", id))?.is_some() {
            return Err(not_found(format!("the run {id} has no model"), "get_run says how it ended".to_owned()));
        }
        let recent = Query { newest_first: true, limit: Some(100), ..Query::default() };
        let known = self.store.read(|tx: &ReadTx<'_>| tx.list::<serde_json::Value>("runs", &recent))?;
        let near = names::nearest(id, known.iter().map(|record| record.key.as_str()));
        let hint = if near.is_empty() { "list_runs shows the runs there are".to_owned() } else { format!("did you mean {}?", near.join(" or ")) };
        Err(not_found(format!("there is no run {id:?}"), hint))
    }

    /// Someone who wrote `churn`, `churn@champion` or `churn/3` meant the registered model.
    fn with_address_of(&self, text: &str, problem: Problem) -> Problem {
        let name = text.split(['/', '@']).next().unwrap_or_default();
        let found = self.store.read(|tx: &ReadTx<'_>| tx.get::<RegisteredModel>("models", name)).ok().flatten();
        match (found, ModelUri::parse(&format!("models:/{text}"))) {
            (Some(_), Ok(uri)) => problem.hint(format!("did you mean {uri}?")),
            (Some(_), Err(_)) if text == name => problem.hint(format!("did you mean models:/{name}/latest?")),
            _ => problem,
        }
    }
}

fn not_found(message: String, hint: String) -> Problem {
    Problem::new(ErrorCode::NotFound, message).hint(hint).field("model")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_four_forms_are_read_and_written_back() {
        for text in ["models:/churn/3", "models:/churn@champion", "models:/churn/latest", "runs:/0192ab/model"] {
            assert_eq!(ModelUri::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(ModelUri::parse("models:/a.b/12").unwrap(), ModelUri::Version { name: "a.b".into(), version: 12 });
    }

    #[test]
    fn anything_else_is_refused_with_the_forms() {
        for text in [
            "", "churn", "churn/3", "models:/", "models:/churn", "models:/churn/", "models:/churn/0", "models:/churn/-1",
            "models:/churn/3/x", "models:/../x/1", "models:/churn@", "models:/@a", "models:/churn@a@b", "runs:/", "runs:/abc",
            "runs:/../model", "runs:/../../x/model", "runs:/abc/other", "models:/churn/99999999999999999999",
        ] {
            let problem = ModelUri::parse(text).unwrap_err();
            assert_eq!(problem.code, ErrorCode::InvalidArgument, "{text:?}");
            assert!(problem.hint.contains("models:/NAME/VERSION"), "{text:?}: {problem:?}");
        }
    }
}
