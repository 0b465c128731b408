//! The folders that the editor has open, and the workspaces that they are in.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use mlwright_base::Problem;
use mlwright_base::system::files;
use mlwright_engine::workspace::FOLDER;
use mlwright_engine::{Engine, Workspace, tables};

use super::lock;

/// The open folders, in the client's order, and the engines of their workspaces.
#[derive(Debug)]
pub struct Workspaces {
    /// Where the server was started: for calls that come from no folder.
    start: PathBuf,
    roots: RwLock<Vec<Arc<str>>>,
    engines: Mutex<HashMap<PathBuf, Engine>>,
}

impl Workspaces {
    pub fn new(start: PathBuf) -> Self {
        Self { start, roots: RwLock::default(), engines: Mutex::default() }
    }

    /// The open folders, absolute, `/` between parts.
    pub(crate) fn roots(&self) -> Vec<Arc<str>> {
        self.roots.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Opens and closes folders.
    pub fn change_roots(&self, added: Vec<String>, removed: &[String]) {
        let mut roots = self.roots.write().unwrap_or_else(PoisonError::into_inner);
        roots.retain(|root| !removed.iter().any(|gone| **gone == **root));
        for folder in added {
            if !roots.iter().any(|root| **root == *folder) {
                roots.push(folder.into());
            }
        }
    }

    /// The folder of the workspace that a path is in: the nearest with one between it and its root, else the root.
    pub(crate) fn directory_of(&self, path: Option<&str>) -> PathBuf {
        let roots = self.roots();
        let inside = path.and_then(|path| {
            let root =
                roots.iter().filter(|root| Path::new(path).starts_with(&***root)).max_by_key(|root| root.len())?;
            Some((root, Path::new(path)))
        });
        let Some((root, path)) = inside else {
            return roots.first().map_or_else(|| self.start.clone(), |root| Workspace::find(Path::new(&**root)));
        };
        let nearest = Workspace::find(path.parent().unwrap_or(path));
        if nearest.starts_with(&**root) && is_workspace(&nearest) {
            nearest
        } else {
            Workspace::find(Path::new(&**root))
        }
    }

    /// The engine of a workspace, with mlwright.toml as it is now. The folder becomes a workspace if it is none.
    ///
    /// # Errors
    /// As [`Engine::open`].
    pub(crate) fn engine(&self, directory: &Path) -> Result<Engine, Problem> {
        let mut engines = lock(&self.engines);
        let engine = match engines.get(directory) {
            Some(engine) => engine.refreshed()?,
            None => Engine::open(directory)?,
        };
        engines.insert(directory.to_path_buf(), engine.clone());
        Ok(engine)
    }

    /// The engines of the open folders that are workspaces already.
    pub(crate) fn engines(&self) -> Vec<Engine> {
        let there = self.directories().into_iter().filter(|directory| files::is_dir(&directory.join(FOLDER)));
        let opened = there.filter_map(|directory| match self.engine(&directory) {
            Ok(engine) => Some(engine),
            Err(problem) => {
                tracing::debug!(message = %problem.message, "a workspace cannot be opened");
                None
            }
        });
        opened.collect()
    }

    /// The workspaces' folders, whether or not anything is kept in them yet.
    pub(crate) fn directories(&self) -> Vec<PathBuf> {
        let mut directories: Vec<PathBuf> = Vec::new();
        for root in self.roots() {
            let directory = Workspace::find(Path::new(&*root));
            if !directories.contains(&directory) {
                directories.push(directory);
            }
        }
        if directories.is_empty() {
            directories.push(self.start.clone());
        }
        directories
    }

    /// Where a table of that name lies: a managed table, else a file inside a workspace.
    pub(crate) fn table_path(&self, name: &str) -> Option<String> {
        let managed = self.engines().iter().find_map(|engine| engine.managed_directory(name));
        let path = managed.or_else(|| {
            let is_plain = !name.is_empty()
                && !Path::new(name).is_absolute()
                && !name.split('/').any(|part| part == ".." || part.starts_with('.'));
            let joined = self.directories().into_iter().map(|directory| directory.join(name));
            is_plain
                .then(|| joined.into_iter().find(|path| mlwright_data::is_table_file(path) && files::exists(path)))
                .flatten()
        })?;
        Some(slashed(&path))
    }

    /// The names of all tables: managed ones, then files.
    pub(crate) fn tables(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for directory in self.directories() {
            if files::is_dir(&directory.join(FOLDER))
                && let Ok(engine) = self.engine(&directory)
            {
                names.extend(engine.table_names());
            } else {
                names.extend(tables::files_below(&directory));
            }
        }
        names.dedup();
        names
    }
}

fn is_workspace(folder: &Path) -> bool {
    files::is_dir(&folder.join(FOLDER)) || files::exists(&folder.join(mlwright_engine::settings::FILE_NAME))
}

/// A path as documents have theirs.
pub(crate) fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}
