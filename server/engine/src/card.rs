//! The model card of a training: what is known of a model for whoever has to decide about it.
//!
//! [`facts::ModelCard`] is measured once, at the end of a training ([`measure`]), and kept with the run as
//! `card.json`; `card.html` ([`page`]) and `card.md` ([`markdown`]) are made of it. The card of a registered
//! version is made of the same facts by the same code, with what became of the version since
//! (`registry::card`). Runs of before there were cards have one of what is on record of them, without
//! measurements ([`facts::ModelCard::measured`]).
//!
//! What a card costs is bounded: rows and columns are sampled with the training's seed, fewer where the
//! model is slow, and the card says so.

pub mod facts;
pub(crate) mod estimate;
mod fairness;
mod importance;
pub(crate) mod limits;
pub(crate) mod markdown;
pub(crate) mod measure;
mod outcomes;
mod page;
mod sample;
mod sensitive;
mod slices;
#[cfg(test)]
mod tests;

use mlwright_base::{Problem, RunId};

pub use facts::ModelCard;
pub(crate) use markdown::markdown;
pub(crate) use page::html;

use crate::engine::Engine;
use crate::tables::OpenTable;
use crate::tracking::Run;

/// The card's facts.
pub const CARD_JSON: &str = "card.json";
/// The card as a page.
pub const CARD_HTML: &str = "card.html";
/// The card as a text.
pub const CARD_MARKDOWN: &str = "card.md";
/// The largest `card.json` that is read.
const CARD_BYTES_MAX: u64 = 16 << 20;

impl Engine {
    /// The facts of a card in a folder of artifacts; `None` where there are none, or of a version that
    /// this program does not know.
    pub(crate) fn card_in(&self, folder: &str) -> Result<Option<ModelCard>, Problem> {
        let path = format!("{folder}/{CARD_JSON}");
        if !self.artifacts.exists(&path)? || self.artifacts.size(&path)? > CARD_BYTES_MAX {
            return Ok(None);
        }
        let read: Result<ModelCard, _> = serde_json::from_slice(&self.artifacts.read(&path)?);
        Ok(read.ok().filter(|card| card.version <= facts::CARD_VERSION))
    }

    /// Where the page of a run's card lies, as it is shown; `None` when the run has none.
    #[must_use]
    pub fn card_page(&self, run: &Run) -> Option<String> {
        let has_page = run.artifacts.iter().any(|file| file == CARD_HTML);
        has_page.then(|| self.shown_card_page(&run.run_id).ok()).flatten()
    }

    pub(crate) fn shown_card_page(&self, run_id: &RunId) -> Result<String, Problem> {
        Ok(self.workspace.shown(&self.artifacts.path(&format!("{}/{CARD_HTML}", Run::artifact_folder(run_id)))?))
    }

    /// Columns that `[use_case]` names as sensitive, when a training is of that case.
    pub(crate) fn sensitive_columns(&self, opened: &OpenTable, target: &str) -> Vec<String> {
        let case = &self.settings.use_case;
        let is_case = case.target.as_deref() == Some(target) && case.table.as_deref().is_some_and(|table| self.is_table(table, opened));
        if is_case { case.sensitive_columns.clone() } else { Vec::new() }
    }

    /// The card of a run as Markdown: the one written at the end of its training.
    ///
    /// # Errors
    /// [`mlwright_base::ErrorCode::NotFound`] with the nearest ids, or that the run has no card.
    pub fn run_card(&self, run_id: &str) -> Result<String, Problem> {
        let run = self.run(run_id)?;
        match self.card_in(&Run::artifact_folder(&run.run_id))? {
            Some(card) => Ok(markdown(&card)),
            None => Ok(markdown(&self.card_of_records(&run)?)),
        }
    }

    /// What is on record of a run that has no card.
    pub(crate) fn card_of_records(&self, run: &Run) -> Result<ModelCard, Problem> {
        let training = self.training_of(run)?;
        let intervals = self.intervals_of(&Run::artifact_folder(&run.run_id))?;
        Ok(facts::of_records(run, training.as_ref(), &intervals))
    }
}
