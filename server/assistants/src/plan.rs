//! What will be done, before anything is done.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use mlwright_base::system::files;

use crate::assistant::{Assistant, Scope};
use crate::diff;
use crate::manifest::{Kept, Manifest};

/// What happens to one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The entry or file is new.
    Added,
    /// What an earlier install wrote is replaced.
    Updated,
    /// It is there already.
    Unchanged,
    /// The user has something else there, which stays.
    Kept,
    /// What was written is taken away.
    Removed,
    /// What was written is still needed by another assistant.
    Shared,
    /// It was gone already.
    Gone,
}

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It lists servers.
    Settings,
    /// It belongs to a skill.
    Skill,
}

/// What happens to one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What the file is for.
    pub kind: Kind,
    /// The assistants that read it.
    pub assistants: BTreeSet<Assistant>,
    /// The file, without links.
    pub path: PathBuf,
    /// What happens to it.
    pub action: Action,
    /// Why, or what to do next; empty when there is nothing to say.
    pub note: String,
    pub(crate) before: Option<String>,
    /// What it will hold; the same as before where nothing is written.
    pub(crate) after: Option<String>,
    pub(crate) is_locked: bool,
}

impl Change {
    /// Whether the file will be different.
    #[must_use]
    pub fn writes(&self) -> bool {
        self.before != self.after
    }

    /// The change as a unified diff; empty when there is none.
    #[must_use]
    pub fn diff(&self, shown: &str) -> String {
        diff::unified(shown, self.before.as_deref(), self.after.as_deref())
    }
}

/// What will be done in one scope, and what will be remembered of it.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The scope.
    pub scope: Scope,
    /// Every file that was looked at.
    pub changes: Vec<Change>,
    pub(crate) kept: Kept,
    /// What is remembered before and after the files are written.
    pub(crate) intent: Manifest,
    pub(crate) done: Manifest,
}

impl Plan {
    /// Whether a file will be different.
    #[must_use]
    pub fn writes(&self) -> bool {
        self.changes.iter().any(Change::writes)
    }
}

/// Remembers the folders that will have to be made for a file.
pub(crate) fn note_folders(manifest: &mut Manifest, kept: &Kept, path: &Path) {
    for folder in path.ancestors().skip(1).take_while(|folder| !files::exists(folder)) {
        manifest.folders.insert(kept.named(folder));
    }
}
