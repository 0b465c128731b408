//! What the environment says about where settings are, as values.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use mlwright_base::system::environment;

use crate::error::InstallError;

/// The variables that settings' places depend on.
const VARIABLES: [&str; 14] = [
    "HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "CLAUDE_CONFIG_DIR", "CODEX_HOME",
    "COPILOT_HOME", "GEMINI_CLI_HOME", "OPENCODE_CONFIG_DIR", "VSCODE_PORTABLE", "VSCODE_APPDATA", "PATH",
];

/// The kinds of systems on which folders have different places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// Linux and other systems that keep settings as XDG says.
    Xdg,
    /// macOS.
    MacOs,
    /// Windows.
    Windows,
}

/// Where the user and the project are, and what relocates their settings.
#[derive(Debug, Clone)]
pub struct Surroundings {
    project: PathBuf,
    platform: Platform,
    variables: BTreeMap<String, String>,
}

impl Surroundings {
    /// Those of this process, for a project's folder.
    #[must_use]
    pub fn of_process(project: &Path) -> Self {
        let platform = match environment::platform().0 {
            "macos" => Platform::MacOs,
            "windows" => Platform::Windows,
            _ => Platform::Xdg,
        };
        let set = |name: &&str| environment::variable(name).map(|value| ((*name).to_owned(), value));
        Self::new(project, platform, VARIABLES.iter().filter_map(set))
    }

    /// From their parts.
    #[must_use]
    pub fn new(project: &Path, platform: Platform, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { project: project.to_path_buf(), platform, variables: variables.into_iter().collect() }
    }

    /// The project's folder.
    #[must_use]
    pub fn project(&self) -> &Path {
        &self.project
    }

    pub(crate) fn platform(&self) -> Platform {
        self.platform
    }

    /// A variable that holds an absolute path; others would mean another place in every folder.
    pub(crate) fn folder(&self, variable: &str) -> Option<PathBuf> {
        self.variables.get(variable).map(PathBuf::from).filter(|path| path.is_absolute())
    }

    /// The user's home folder.
    pub(crate) fn home(&self) -> Result<PathBuf, InstallError> {
        let variable = if self.platform == Platform::Windows { "USERPROFILE" } else { "HOME" };
        self.folder(variable).ok_or(InstallError::NoHome { variable })
    }

    /// Where programs keep a user's settings as XDG says, whatever the platform.
    pub(crate) fn xdg_config(&self) -> Result<PathBuf, InstallError> {
        match self.folder("XDG_CONFIG_HOME") {
            Some(folder) => Ok(folder),
            None => Ok(self.home()?.join(".config")),
        }
    }
}
