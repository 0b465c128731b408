//! A registered model's card: what was measured of one version at the end of its training
//! ([`crate::card`]), and what became of it since: aliases, gate, tests, looks at the held-out rows,
//! lineage. It is made anew from the records each time, and says plainly where nothing is known.

mod text;

use std::collections::BTreeMap;

use mlwright_base::names::check_name;
use mlwright_base::{ErrorCode, JobId, Problem};
use serde::Deserialize;

use super::list::{ModelDetails, VersionDetails};
use super::record::{AliasChange, ModelVersion};
use crate::card::ModelCard;
use crate::engine::Engine;
use crate::lineage::Lineage;
use crate::model_uri::{ModelUri, RUN_MODEL};
use crate::tracking::Run;
use crate::train::TrainResult;

/// The file of a run with the intervals of its test metrics.
const EVALUATION: &str = "evaluation.json";
/// The largest such file that is read.
const EVALUATION_BYTES_MAX: u64 = 1 << 20;

/// What is on record about a version. What is gone is `None`.
pub(super) struct Facts {
    pub(super) details: ModelDetails,
    /// The place of the version that the card is about among `details.versions`.
    pub(super) at: usize,
    /// What the run's card says.
    pub(super) card: ModelCard,
    pub(super) n_openings: u64,
    pub(super) lineage: Option<Lineage>,
    /// Aliases that the gate guards.
    pub(super) guarded: Vec<String>,
}

impl Facts {
    /// The version that the card is about.
    pub(super) fn version(&self) -> &VersionDetails {
        &self.details.versions[self.at]
    }

    /// Attempts to move an alias to the version, the newest first.
    pub(super) fn attempts(&self) -> impl Iterator<Item = &AliasChange> {
        let number = self.version().version.version;
        self.details.alias_history.iter().filter(move |change| change.to_version == number)
    }
}

#[derive(Deserialize)]
struct Evaluation {
    #[serde(default)]
    test_intervals: BTreeMap<String, [f64; 2]>,
}

impl Engine {
    /// The card of a registered model as Markdown. `name` is about the version behind the first alias
    /// that the gate guards, else the newest; `name/3`, `name@alias` and `name/latest` about that one.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] with the nearest names.
    pub fn model_card(&self, model: &str) -> Result<String, Problem> {
        let model = model.trim().trim_start_matches("models:/");
        let (name, wanted) = if model.contains(['/', '@']) {
            let resolved = self.resolve_model(&ModelUri::parse(&format!("models:/{model}"))?.to_string())?;
            (resolved.name.unwrap_or_default(), resolved.version)
        } else {
            check_name("model", model)?;
            (model.to_owned(), None)
        };
        let details = self.get_model(&name)?;
        let guarded = &self.settings.gate.aliases;
        let in_use = || guarded.iter().find_map(|alias| details.model.aliases.get(alias).copied());
        let number = wanted.or_else(in_use);
        let at = number.and_then(|number| details.versions.iter().position(|one| one.version.version == number)).unwrap_or(0);
        let version = details.versions.get(at).ok_or_else(|| Problem::new(ErrorCode::NotFound, format!("the model {name:?} has no version")))?;
        let run_id = version.version.run_id.clone();
        let asset = version.version.asset();
        let run = known(self.run(run_id.as_str()))?;
        let card = match self.card_in(version.version.folder.trim_end_matches(RUN_MODEL).trim_end_matches('/'))? {
            Some(card) => card,
            None => self.card_of(run.as_ref(), &version.version)?,
        };
        let facts = Facts {
            at,
            card,
            n_openings: self.openings(&run_id)?,
            lineage: known(self.lineage(&asset))?,
            guarded: guarded.clone(),
            details,
        };
        Ok(text::text(&facts))
    }

    /// The card of a version without one of its own: its run's, or what is on record.
    fn card_of(&self, run: Option<&Run>, version: &ModelVersion) -> Result<ModelCard, Problem> {
        if let Some(run) = run {
            return match self.card_in(&Run::artifact_folder(&run.run_id))? {
                Some(card) => Ok(card),
                None => self.card_of_records(run),
            };
        }
        Ok(crate::card::facts::of_version(version))
    }

    /// What the job of a run answered; `None` when it is not on record any more.
    pub(crate) fn training_of(&self, run: &Run) -> Result<Option<TrainResult>, Problem> {
        if run.job_id.is_empty() {
            return Ok(None);
        }
        let job = known(self.job(&JobId::new(run.job_id.clone())))?;
        Ok(job.and_then(|job| job.result).and_then(|result| serde_json::from_value(result).ok()))
    }

    /// The intervals that a run wrote down; none when its files are gone.
    pub(crate) fn intervals_of(&self, folder: &str) -> Result<BTreeMap<String, [f64; 2]>, Problem> {
        let path = format!("{folder}/{EVALUATION}");
        if !self.artifacts.exists(&path)? || self.artifacts.size(&path)? > EVALUATION_BYTES_MAX {
            return Ok(BTreeMap::new());
        }
        let read: Result<Evaluation, _> = serde_json::from_slice(&self.artifacts.read(&path)?);
        Ok(read.map(|evaluation| evaluation.test_intervals).unwrap_or_default())
    }
}

/// What was found, `None` when there is nothing.
fn known<T>(outcome: Result<T, Problem>) -> Result<Option<T>, Problem> {
    match outcome {
        Ok(found) => Ok(Some(found)),
        Err(problem) if problem.code == ErrorCode::NotFound => Ok(None),
        Err(problem) => Err(problem),
    }
}

#[cfg(test)]
mod tests;
