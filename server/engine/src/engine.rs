//! An open workspace and everything that can be done in it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use mlwright_base::system::files::{self, Stamp};
use mlwright_base::system::{Clock, SystemClock, process};
use mlwright_base::{ErrorCode, Problem};
use mlwright_store::{Artifacts, Store};

use crate::settings::{FILE_NAME, Settings};
use crate::workspace::Workspace;

/// Unfinished artifacts in which nothing was written for this long are nobody's any more: a day.
const UNFINISHED_MS_MAX: i64 = 24 * 3_600 * 1_000;

/// An open workspace. Any number of engines, in any number of processes, may have the same
/// workspace open; clones within a process share connections and caches.
#[derive(Clone)]
pub struct Engine {
    pub(crate) workspace: Workspace,
    pub(crate) settings: Settings,
    /// Of `mlwright.toml` when it was read; `None` when there was none.
    settings_stamp: Option<Stamp>,
    pub(crate) store: Store,
    pub(crate) inference_store: Store,
    pub(crate) artifacts: Artifacts,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) program: PathBuf,
    pub(crate) models: Arc<crate::serving::ModelCache>,
}

impl Engine {
    /// Opens a folder as a workspace, making `.mlwright/` when it is not there.
    ///
    /// # Errors
    /// When the folder does not exist or cannot be written, when `mlwright.toml` is wrong, or when
    /// the database was made by a newer version.
    pub fn open(directory: &Path) -> Result<Self, Problem> {
        let program = process::current_program()
            .map_err(|error| Problem::new(ErrorCode::Storage, format!("cannot find this program: {error}")))?;
        Self::open_with(directory, Arc::new(SystemClock), program)
    }

    /// As [`Engine::open`], with the clock and the program that job and server processes run.
    ///
    /// # Errors
    /// As [`Engine::open`].
    pub fn open_with(directory: &Path, clock: Arc<dyn Clock>, program: PathBuf) -> Result<Self, Problem> {
        let (settings, settings_stamp) = read_settings(directory)?;
        let workspace = Workspace::open(directory, &settings)?;
        let store = Store::open(&workspace.metadata())?;
        let inference_store = Store::open(&workspace.inference())?;
        let artifacts = Artifacts::new(workspace.artifacts());
        // A process that died may have left artifacts half written; that is no reason not to open.
        if let Err(error) = artifacts.sweep_staging(clock.now().as_millisecond() - UNFINISHED_MS_MAX) {
            tracing::warn!(%error, "unfinished artifacts could not be cleaned away");
        }
        let models = Arc::default();
        Ok(Self { workspace, settings, settings_stamp, store, inference_store, artifacts, clock, program, models })
    }

    /// This engine with `mlwright.toml` as it is now: a clone, whose settings and roots were read
    /// again if the file changed since this engine read it. Costs one look at the file's size and
    /// time while it is unchanged.
    ///
    /// # Errors
    /// As [`Settings::load`], and [`ErrorCode::Storage`] for a root that cannot be resolved.
    pub fn refreshed(&self) -> Result<Self, Problem> {
        let directory = self.workspace.directory();
        if settings_stamp(directory) == self.settings_stamp {
            return Ok(self.clone());
        }
        let (settings, settings_stamp) = read_settings(directory)?;
        let workspace = self.workspace.with_roots(&settings)?;
        Ok(Self { workspace, settings, settings_stamp, ..self.clone() })
    }

    /// The workspace's folders and roots.
    #[must_use]
    pub fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// `mlwright.toml`, as it was when the workspace was opened or [`Engine::refreshed`] read it.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The present moment in milliseconds since 1970 (UTC), as the store counts.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.clock.now().as_millisecond()
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("workspace", &self.workspace.directory()).finish_non_exhaustive()
    }
}

/// The settings of a folder and the stamp of their file. The stamp is taken first, so that a change
/// made while the file is read is seen at the next look.
fn read_settings(directory: &Path) -> Result<(Settings, Option<Stamp>), Problem> {
    let stamp = settings_stamp(directory);
    Ok((Settings::load(directory)?, stamp))
}

fn settings_stamp(directory: &Path) -> Option<Stamp> {
    files::stamp(&directory.join(FILE_NAME)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serving::fixture::Fixture;

    #[test]
    fn a_long_lived_engine_follows_its_settings_file() {
        let fixture = Fixture::new();
        let elsewhere = tempfile::tempdir().unwrap();
        let file = elsewhere.path().join("a.csv");
        files::write_atomic(&file, b"x\n1\n").unwrap();
        let outside = file.to_str().unwrap();
        let engine = &fixture.engine;
        assert!(engine.refreshed().unwrap().open_table(outside).is_err());
        let put = |text: &str| files::write_atomic(&fixture.folder.path().join(FILE_NAME), text.as_bytes()).unwrap();
        put(&format!("roots = [{:?}]\n[gate]\ntolerance = 0.5\n", elsewhere.path()));
        let changed = engine.refreshed().unwrap();
        assert_eq!(changed.settings().gate.tolerance, 0.5);
        assert!(changed.open_table(outside).is_ok(), "the new root is open");
        assert!(engine.open_table(outside).is_err(), "the engine itself stays as it was");
        put("[gate]\ntolerence = 0.5\n");
        assert_eq!(changed.refreshed().unwrap_err().code, ErrorCode::InvalidArgument);
        files::remove_file(&fixture.folder.path().join(FILE_NAME)).unwrap();
        assert_eq!(changed.refreshed().unwrap().settings(), &Settings::default());
    }
}
