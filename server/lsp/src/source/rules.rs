//! The rules that a workspace wants, kept as long as its settings do not change: they are asked for at each edit.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use mlwright_base::system::files::{self, Stamp};
use mlwright_engine::settings::{FILE_NAME, Settings};
use mlwright_language::check::Selection;

use super::lock;
use super::workspaces::slashed;

/// Workspaces that are remembered.
const WORKSPACES_MAX: usize = 64;

/// What `[check]` says in each workspace's settings.
#[derive(Debug, Default)]
pub(super) struct RulesCache {
    known: Mutex<HashMap<PathBuf, (Stamp, Selection)>>,
}

/// Where a workspace's settings lie.
pub(super) fn file_of(directory: &Path) -> String {
    slashed(&directory.join(FILE_NAME))
}

impl RulesCache {
    /// The rules that the workspace in `directory` wants now.
    pub(super) fn of(&self, directory: &Path) -> Selection {
        let stamp = || files::stamp(&directory.join(FILE_NAME)).ok();
        let Some(before) = stamp() else { return Selection::default() };
        if let Some((_, rules)) = lock(&self.known).get(directory).filter(|(known, _)| *known == before) {
            return rules.clone();
        }
        // A file that cannot be read, or names rules that do not exist, is reported where it is edited.
        let check = Settings::load(directory).map(|settings| settings.check).unwrap_or_default();
        let rules = Selection::new(&check.select, &check.ignore).unwrap_or_default();
        // What changed while it was read is read again.
        if stamp() == Some(before) {
            let mut known = lock(&self.known);
            if known.len() >= WORKSPACES_MAX {
                known.clear();
            }
            known.insert(directory.to_owned(), (before, rules.clone()));
        }
        rules
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_settings_are_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let put = |text: &str| files::write_atomic(&folder.path().join(FILE_NAME), text.as_bytes()).unwrap();
        let rules = RulesCache::default();
        assert!(rules.of(folder.path()).takes("MLW203"));
        put("[check]\nignore = [\"MLW203\"]\n");
        assert!(!rules.of(folder.path()).takes("MLW203"));
        assert!(!rules.of(folder.path()).takes("MLW203"), "when it is asked for again");
        put("[check]\nignore = [\"MLW203\", \"MLW101\"]\n");
        assert!(!rules.of(folder.path()).takes("MLW101"));
        files::remove_file(&folder.path().join(FILE_NAME)).unwrap();
        assert!(rules.of(folder.path()).takes("MLW101"));
    }
}
