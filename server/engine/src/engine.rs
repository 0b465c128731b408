//! An open workspace and everything that can be done in it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use mlwright_base::system::{Clock, SystemClock, process};
use mlwright_base::{ErrorCode, Problem};
use mlwright_store::{Artifacts, Store};

use crate::settings::Settings;
use crate::workspace::Workspace;

/// Unfinished artifacts in which nothing was written for this long are nobody's any more: a day.
const UNFINISHED_MS_MAX: i64 = 24 * 3_600 * 1_000;

/// An open workspace. Any number of engines, in any number of processes, may have the same
/// workspace open; clones within a process share connections and caches.
#[derive(Clone)]
pub struct Engine {
    pub(crate) workspace: Workspace,
    pub(crate) settings: Settings,
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
        let settings = Settings::load(directory)?;
        let workspace = Workspace::open(directory, &settings)?;
        let store = Store::open(&workspace.metadata())?;
        let inference_store = Store::open(&workspace.inference())?;
        let artifacts = Artifacts::new(workspace.artifacts());
        // A process that died may have left artifacts half written; that is no reason not to open.
        if let Err(error) = artifacts.sweep_staging(clock.now().as_millisecond() - UNFINISHED_MS_MAX) {
            tracing::warn!(%error, "unfinished artifacts could not be cleaned away");
        }
        let models = Arc::default();
        Ok(Self { workspace, settings, store, inference_store, artifacts, clock, program, models })
    }

    /// The workspace's folders and roots.
    #[must_use]
    pub fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// `mlwright.toml`, as it was when the workspace was opened.
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
