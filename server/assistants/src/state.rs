//! How one assistant is set up now.

use mlwright_skills::Skill;
use serde_json::Value;

use crate::assistant::{Assistant, Scope};
use crate::entry::{Launch, NAME, launch};
use crate::error::InstallError;
use crate::found::{look, read};
use crate::install::in_file;
use crate::manifest::Kept;
use crate::places::{Place, place};
use crate::splice::hash;
use crate::surroundings::Surroundings;
use crate::text::Slot;

/// How an assistant is set up in one scope.
#[derive(Debug)]
pub struct State {
    /// Where it looks.
    pub place: Place,
    /// What its settings say.
    pub settings: SettingsState,
    /// What became of the skills.
    pub skills: SkillsState,
}

/// What an assistant's settings say of the server.
#[derive(Debug)]
pub enum SettingsState {
    /// There is no file, or no entry in it.
    NoEntry,
    /// The file cannot be read, or not understood.
    Broken(InstallError),
    /// There is an entry.
    Entry {
        /// How it starts the server; `None` when it starts none, or in a way that is not known.
        launch: Option<Launch>,
    },
}

/// How many of the skills' files there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SkillsState {
    /// As this program has them.
    pub n_current: usize,
    /// As an earlier version wrote them.
    pub n_old: usize,
    /// Changed by hand.
    pub n_changed: usize,
    /// Not there.
    pub n_missing: usize,
}

/// How an assistant is set up in one scope.
///
/// # Errors
/// When the environment does not say where its files are, or what was installed cannot be read.
pub fn state(assistant: Assistant, scope: Scope, skills: &[Skill], around: &Surroundings) -> Result<State, InstallError> {
    let place = place(assistant, scope, around)?;
    let kept = Kept::load(scope, around)?;
    let mut found = SkillsState::default();
    for (skill, file) in skills.iter().flat_map(|skill| skill.files.iter().map(move |file| (skill, file))) {
        let path = place.skills.join(skill.name).join(file.path);
        match look(&path) {
            Ok(now) => match now.text {
                None => found.n_missing += 1,
                Some(text) if text == file.text => found.n_current += 1,
                Some(text) => {
                    let name = kept.named(&now.real);
                    let is_old = kept.manifest.files.iter().any(|file| file.path == name && file.hash == hash(&text));
                    *(if is_old { &mut found.n_old } else { &mut found.n_changed }) += 1;
                }
            },
            Err(_) => found.n_changed += 1,
        }
    }
    let settings = match entry(&place) {
        Ok(None) => SettingsState::NoEntry,
        Ok(Some(entry)) => SettingsState::Entry { launch: launch(assistant, &entry, around.project()) },
        Err(error) => SettingsState::Broken(error),
    };
    Ok(State { place, settings, skills: found })
}

fn entry(place: &Place) -> Result<Option<Value>, InstallError> {
    let Some(text) = read(&look(&place.settings)?.real)? else { return Ok(None) };
    let slot = Slot { container: place.container, name: NAME };
    place.format.get(&text, slot).map_err(in_file(&place.settings, place.format))
}
