//! Where a workspace is, its layout on disk, and which paths are inside it.
//!
//! ```text
//! mlwright.toml          optional
//! .mlwright/metadata.db  records (SQLite)
//!           inference.db requests and predictions of endpoints
//!           artifacts/   runs and model versions, one folder each
//!           tables/      managed tables, one Delta folder each
//!           reports/     HTML pages and charts
//!           logs/        a file per job, and the server's
//!           run/         locks, and the server's address
//! ```

use std::path::{Path, PathBuf};

use mlwright_base::system::files;
use mlwright_base::{ErrorCode, Problem};

use crate::settings::{FILE_NAME, Settings};

/// The folder that holds everything mlwright keeps.
pub const FOLDER: &str = ".mlwright";

/// An open workspace: its folder and the roots that paths may lie in.
#[derive(Debug, Clone)]
pub struct Workspace {
    directory: PathBuf,
    roots: Vec<PathBuf>,
}

impl Workspace {
    /// The workspace folder for a start folder: the nearest upwards that has `mlwright.toml` or
    /// `.mlwright/`, else the start folder itself.
    #[must_use]
    pub fn find(start: &Path) -> PathBuf {
        start
            .ancestors()
            .find(|folder| files::exists(&folder.join(FILE_NAME)) || files::is_dir(&folder.join(FOLDER)))
            .unwrap_or(start)
            .to_path_buf()
    }

    /// Opens a folder as a workspace, making `.mlwright/` when it is not there.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when the folder does not exist, [`ErrorCode::Storage`] when it
    /// cannot be written.
    pub fn open(directory: &Path, settings: &Settings) -> Result<Self, Problem> {
        if !files::is_dir(directory) {
            return Err(Problem::new(ErrorCode::NotFound, format!("the workspace folder {} does not exist", directory.display()))
                .hint("make the folder, or name another with --workspace"));
        }
        let storage = |error: std::io::Error| {
            Problem::new(ErrorCode::Storage, format!("cannot set up {}: {error}", directory.join(FOLDER).display()))
                .hint("the folder must be writable")
        };
        let directory = files::canonical(directory).map_err(storage)?;
        let mut roots = vec![directory.clone()];
        for root in &settings.roots {
            roots.push(files::canonical(&directory.join(root)).map_err(storage)?);
        }
        let workspace = Self { directory, roots };
        for folder in [workspace.artifacts(), workspace.tables(), workspace.reports(), workspace.logs(), workspace.run()] {
            files::create_dir_all(&folder).map_err(storage)?;
        }
        let ignore = workspace.folder().join(".gitignore");
        if !files::exists(&ignore) {
            files::write_atomic(&ignore, b"*\n").map_err(storage)?;
        }
        Ok(workspace)
    }

    /// The workspace's own folder, without links.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// `.mlwright/`.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.directory.join(FOLDER)
    }

    /// `.mlwright/metadata.db`.
    #[must_use]
    pub fn metadata(&self) -> PathBuf {
        self.folder().join("metadata.db")
    }

    /// `.mlwright/inference.db`.
    #[must_use]
    pub fn inference(&self) -> PathBuf {
        self.folder().join("inference.db")
    }

    /// `.mlwright/artifacts/`.
    #[must_use]
    pub fn artifacts(&self) -> PathBuf {
        self.folder().join("artifacts")
    }

    /// `.mlwright/tables/`.
    #[must_use]
    pub fn tables(&self) -> PathBuf {
        self.folder().join("tables")
    }

    /// `.mlwright/reports/`.
    #[must_use]
    pub fn reports(&self) -> PathBuf {
        self.folder().join("reports")
    }

    /// `.mlwright/logs/`.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.folder().join("logs")
    }

    /// `.mlwright/run/`.
    #[must_use]
    pub fn run(&self) -> PathBuf {
        self.folder().join("run")
    }

    /// The full path of a path that a client gave, which must lie in one of the roots.
    /// `.mlwright/` itself is not open to clients, except its reports.
    ///
    /// # Errors
    /// [`ErrorCode::Refused`] when it lies outside, also by `..` or a link.
    pub fn resolve(&self, path: &str) -> Result<PathBuf, Problem> {
        let refused = |why: &str| {
            Err(Problem::new(ErrorCode::Refused, format!("{path:?} {why}"))
                .hint(format!("copy the file into {}, or add its folder to `roots` in {FILE_NAME}", self.directory.display())))
        };
        if path.contains('\0') {
            return refused("holds a NUL character");
        }
        let full = files::canonical(&self.directory.join(path))
            .map_err(|error| Problem::new(ErrorCode::Storage, format!("cannot resolve {path:?}: {error}")))?;
        if !self.roots.iter().any(|root| full.starts_with(root)) {
            return refused("is outside the workspace's roots");
        }
        if full.starts_with(self.folder()) && !full.starts_with(self.reports()) {
            return refused("is inside mlwright's own folder");
        }
        Ok(full)
    }

    /// A path as it is shown to people: relative to the workspace when inside it.
    #[must_use]
    pub fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.directory).unwrap_or(path).to_string_lossy().replace('\\', "/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace() -> (tempfile::TempDir, Workspace) {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::open(folder.path(), &Settings::default()).unwrap();
        (folder, workspace)
    }

    #[test]
    fn paths_outside_the_roots_are_refused() {
        let (folder, workspace) = workspace();
        files::create_dir_all(&folder.path().join("data")).unwrap();
        files::write_atomic(&folder.path().join("data/a.csv"), b"x\n1\n").unwrap();
        assert!(workspace.resolve("data/a.csv").is_ok());
        assert!(workspace.resolve("data/../data/a.csv").is_ok());
        assert!(workspace.resolve("new/b.csv").is_ok(), "a file that is to be written need not exist");
        for bad in ["/etc/passwd", "../x.csv", "data/../../x.csv", "nowhere/../../x.csv", ".mlwright/metadata.db", "a\0b"] {
            assert_eq!(workspace.resolve(bad).unwrap_err().code, ErrorCode::Refused, "{bad:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_that_lead_outside_are_refused() {
        let (folder, workspace) = workspace();
        let outside = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(outside.path(), folder.path().join("link")).unwrap();
        assert_eq!(workspace.resolve("link/a.csv").unwrap_err().code, ErrorCode::Refused);
    }

    #[test]
    fn the_nearest_folder_upwards_is_the_workspace() {
        let (folder, workspace) = workspace();
        let deep = folder.path().join("a/b");
        files::create_dir_all(&deep).unwrap();
        assert_eq!(files::canonical(&Workspace::find(&deep)).unwrap(), workspace.directory());
        let other = tempfile::tempdir().unwrap();
        assert_eq!(Workspace::find(other.path()), other.path());
    }
}
