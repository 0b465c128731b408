//! What a document's answers depend on beside its text.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::lock;

/// The most paths that are remembered; a document that asks for more depends on everything.
const PATHS_MAX: usize = 2_000;

/// The questions that were asked for one document.
#[derive(Debug, Default)]
pub struct Asked {
    paths: Mutex<BTreeSet<String>>,
    workspace: AtomicBool,
    too_many: AtomicBool,
}

impl Asked {
    /// A file or folder was asked for, whether or not it is there.
    pub(super) fn path(&self, path: &str) {
        let mut paths = lock(&self.paths);
        if paths.len() >= PATHS_MAX {
            self.too_many.store(true, Ordering::Release);
        } else if !paths.contains(path) {
            paths.insert(path.to_owned());
        }
    }

    /// The catalog or a name of the lifecycle was asked for.
    pub(super) fn workspace(&self) {
        self.workspace.store(true, Ordering::Release);
    }

    /// Whether the answers may change with a file: it was asked for, its folder was listed, or it lies in a table's
    /// folder.
    pub(crate) fn depends_on(&self, path: &str) -> bool {
        if self.too_many.load(Ordering::Acquire) {
            return true;
        }
        let paths = lock(&self.paths);
        let mut part = Some(path);
        while let Some(folder) = part {
            if paths.contains(folder) {
                return true;
            }
            part = folder.rsplit_once('/').map(|(above, _)| above).filter(|above| !above.is_empty());
        }
        false
    }

    /// Whether the answers may change with the workspace.
    pub(crate) fn depends_on_workspace(&self) -> bool {
        self.workspace.load(Ordering::Acquire)
    }

    /// The paths that were asked for.
    pub(crate) fn paths(&self) -> Vec<String> {
        lock(&self.paths).iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_matters_when_it_or_a_folder_above_was_asked_for() {
        let asked = Asked::default();
        asked.path("/a/x.csv");
        asked.path("/a/delta");
        assert!(asked.depends_on("/a/x.csv") && asked.depends_on("/a/delta/_delta_log/1.json"));
        assert!(!asked.depends_on("/a/y.csv") && !asked.depends_on("/a/x.csv.bak"));
        assert!(!asked.depends_on_workspace());
        asked.workspace();
        assert!(asked.depends_on_workspace());
        for index in 0..=PATHS_MAX {
            asked.path(&format!("/b/{index}"));
        }
        assert!(asked.depends_on("/anything"));
    }
}
