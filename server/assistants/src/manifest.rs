//! What was written, so that exactly that can be taken away again.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use mlwright_base::system::files;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::assistant::{Assistant, Scope};
use crate::error::InstallError;
use crate::found;
use crate::places::project_places;
use crate::splice::Splice;
use crate::surroundings::{Platform, Surroundings};

/// The manifest's name.
const FILE_NAME: &str = "install.json";
/// The folder that mlwright keeps in a project, and the file that keeps it out of version control: what one
/// user installed is nothing that others could uninstall.
const PROJECT_FOLDER: &str = ".mlwright";
const IGNORE: (&str, &str) = (".gitignore", "*\n");
/// The version of the manifest's form.
const VERSION: u32 = 1;

/// What was written in one scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    version: u32,
    /// Entries in settings files.
    pub(crate) entries: Vec<Entry>,
    /// Files of skills.
    pub(crate) files: Vec<File>,
    /// Folders that were made.
    pub(crate) folders: BTreeSet<PathBuf>,
}

impl Default for Manifest {
    fn default() -> Self {
        Self { version: VERSION, entries: Vec::new(), files: Vec::new(), folders: BTreeSet::new() }
    }
}

/// An entry in a settings file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// The file, without links; below the project's folder where that is the scope.
    pub(crate) path: PathBuf,
    /// Who reads it.
    pub(crate) assistants: BTreeSet<Assistant>,
    pub(crate) container: String,
    /// The entry as it was written.
    pub(crate) value: Value,
    /// What it takes the place of while a write may be half done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) replaces: Option<Value>,
    /// The hash of the file before; `None` when there was no file.
    pub(crate) before: Option<String>,
    /// The hash of the file after.
    pub(crate) after: String,
    pub(crate) splice: Splice,
    /// Whether the container was made, too.
    pub(crate) made_container: bool,
    /// The entry that the user had there, when it was overwritten by force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) overwrote: Option<Value>,
}

/// A file of a skill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    pub(crate) path: PathBuf,
    pub(crate) assistants: BTreeSet<Assistant>,
    /// The hash of what was written.
    pub(crate) hash: String,
    /// The hash of what it takes the place of while a write may be half done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) replaces: Option<String>,
    /// What the user had there, when it was overwritten by force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) overwrote: Option<String>,
}

/// A scope's manifest and where it lies.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    /// The folder that paths in the manifest are relative to; `None` where they are absolute.
    base: Option<PathBuf>,
    path: PathBuf,
    /// What the file holds now.
    text: Option<String>,
    pub(crate) manifest: Manifest,
}

impl Kept {
    /// Reads the manifest of a scope.
    pub(crate) fn load(scope: Scope, around: &Surroundings) -> Result<Self, InstallError> {
        let (base, folder) = match scope {
            Scope::Project => {
                let project = files::canonical(around.project()).map_err(InstallError::io("find", around.project()))?;
                let folder = project.join(PROJECT_FOLDER);
                (Some(project), folder)
            }
            Scope::User => (None, user_folder(around)?),
        };
        let path = folder.join(FILE_NAME);
        let text = found::read(&path)?;
        let wrong = |what: String| InstallError::Manifest { path: path.clone(), what };
        let manifest = match &text {
            None => Manifest::default(),
            Some(text) => serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?,
        };
        if manifest.version != VERSION {
            return Err(wrong(format!("it has version {}, where this program knows version {VERSION}", manifest.version)));
        }
        let kept = Self { base, path, text, manifest };
        kept.check(around)?;
        Ok(kept)
    }

    /// That a project's manifest names nothing but assistants' places in the project: it may have come with the
    /// project, and must not decide about other files.
    fn check(&self, around: &Surroundings) -> Result<(), InstallError> {
        if self.base.is_none() || self.manifest == Manifest::default() {
            return Ok(());
        }
        let known = project_places(around)?;
        let is_plain = |path: &Path| path.components().all(|part| matches!(part, Component::Normal(_)));
        let is_inside = |path: &Path| is_plain(path) && files::canonical(&self.real(path)).is_ok_and(|real| self.owns(&real));
        let entries = self.manifest.entries.iter().map(|entry| (&entry.path, known.settings.contains(&self.real(&entry.path))));
        let skills = self.manifest.files.iter().map(|file| (&file.path, known.skills.iter().any(|folder| self.real(&file.path).starts_with(folder))));
        match entries.chain(skills).find(|(path, is_known)| !is_known || !is_inside(path)) {
            Some((path, _)) => Err(InstallError::Manifest { path: self.path.clone(), what: format!("{} is no place of an assistant in the project", path.display()) }),
            None if self.manifest.folders.iter().all(|folder| is_plain(folder)) => Ok(()),
            None => Err(InstallError::Manifest { path: self.path.clone(), what: "it names folders outside of the project".to_owned() }),
        }
    }

    /// Whether a file is this scope's to write: in a project, one that lies in its folder, and not in that of
    /// version control.
    pub(crate) fn owns(&self, real: &Path) -> bool {
        let Some(base) = &self.base else { return true };
        real.strip_prefix(base).is_ok_and(|inside| inside.components().all(|part| !part.as_os_str().eq_ignore_ascii_case(".git")))
    }

    /// The folder that the manifest lies in.
    pub(crate) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("/"))
    }

    /// A path as the manifest names it.
    pub(crate) fn named(&self, real: &Path) -> PathBuf {
        self.base.as_ref().and_then(|base| real.strip_prefix(base).ok()).unwrap_or(real).to_path_buf()
    }

    /// The path that the manifest names.
    pub(crate) fn real(&self, named: &Path) -> PathBuf {
        self.base.as_ref().map_or_else(|| named.to_path_buf(), |base| base.join(named))
    }

    /// Writes another manifest in place of this one; an empty one is no file.
    pub(crate) fn store(&mut self, manifest: &Manifest) -> Result<(), InstallError> {
        if found::read(&self.path)? != self.text {
            return Err(InstallError::Changed { path: self.path.clone() });
        }
        if manifest.entries.is_empty() && manifest.files.is_empty() {
            files::remove_file(&self.path).map_err(InstallError::io("remove", &self.path))?;
            self.text = None;
        } else {
            let mut text = serde_json::to_string_pretty(manifest)
                .map_err(|error| InstallError::Manifest { path: self.path.clone(), what: error.to_string() })?;
            text.push('\n');
            files::create_dir_all(self.folder()).map_err(InstallError::io("make", self.folder()))?;
            self.ignore()?;
            files::write_atomic_private(&self.path, text.as_bytes()).map_err(InstallError::io("write", &self.path))?;
            self.text = Some(text);
        }
        self.manifest = manifest.clone();
        Ok(())
    }

    fn ignore(&self) -> Result<(), InstallError> {
        let path = self.folder().join(IGNORE.0);
        if self.base.is_none() || files::exists(&path) {
            return Ok(());
        }
        files::write_atomic(&path, IGNORE.1.as_bytes()).map_err(InstallError::io("write", path))
    }

    /// Takes the manifest's folder away when it was made for it and nobody has put anything else into it.
    pub(crate) fn tidy(&self) -> Result<(), InstallError> {
        let ignore = self.folder().join(IGNORE.0);
        let entries = files::list_dir(self.folder()).unwrap_or_default();
        let is_untouched = entries.iter().all(|entry| entry.path == ignore);
        if self.base.is_some() && is_untouched && found::read(&ignore)?.as_deref() == Some(IGNORE.1) {
            files::remove_file(&ignore).map_err(InstallError::io("remove", ignore))?;
        }
        Ok(())
    }
}

/// Where programs keep what they remember of a user.
fn user_folder(around: &Surroundings) -> Result<PathBuf, InstallError> {
    let state = match (around.folder("XDG_STATE_HOME"), around.platform()) {
        (Some(folder), _) => folder,
        (None, Platform::Xdg) => around.home()?.join(".local/state"),
        (None, Platform::MacOs) => around.home()?.join("Library/Application Support"),
        (None, Platform::Windows) => around.folder("LOCALAPPDATA").ok_or(InstallError::NoHome { variable: "LOCALAPPDATA" })?,
    };
    files::canonical(&state.join("mlwright")).map_err(InstallError::io("find", state))
}
