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
//!           searches/    candidates of trainings that have no model yet
//! ```

use std::path::{Path, PathBuf};

use mlwright_base::system::files;
use mlwright_base::{ErrorCode, Problem};

use crate::settings::{FILE_NAME, Settings};

/// The folder that holds everything mlwright keeps.
pub const FOLDER: &str = ".mlwright";
/// Why a path into such a folder is refused.
const KEPT: &str = "is inside a folder that mlwright keeps for itself";

/// An open workspace: its folder and the roots that paths may lie in.
#[derive(Debug, Clone)]
pub struct Workspace {
    directory: PathBuf,
    roots: Vec<PathBuf>,
    /// Where `.mlwright/` and its reports really are: they may be links.
    real_folder: PathBuf,
    real_reports: PathBuf,
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
        let storage = |error: std::io::Error| {
            Problem::new(ErrorCode::Storage, format!("cannot set up {}: {error}", directory.join(FOLDER).display()))
                .hint("the folder must be writable")
        };
        let mut workspace = Self::seen(directory, settings)?;
        for folder in [workspace.artifacts(), workspace.tables(), workspace.reports(), workspace.logs(), workspace.run()] {
            files::create_dir_all(&folder).map_err(storage)?;
        }
        let ignore = workspace.folder().join(".gitignore");
        if !files::exists(&ignore) {
            files::write_atomic(&ignore, b"*\n").map_err(storage)?;
        }
        workspace.real_folder = files::canonical(&workspace.folder()).map_err(storage)?;
        workspace.real_reports = files::canonical(&workspace.reports()).map_err(storage)?;
        Ok(workspace)
    }

    /// A folder as a workspace, for whoever only looks at it: nothing is made.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when the folder does not exist, [`ErrorCode::Storage`] when it or a root
    /// cannot be resolved.
    pub fn seen(directory: &Path, settings: &Settings) -> Result<Self, Problem> {
        if !files::is_dir(directory) {
            return Err(Problem::new(ErrorCode::NotFound, format!("the workspace folder {} does not exist", directory.display()))
                .hint("make the folder, or name another with --workspace"));
        }
        let directory = files::canonical(directory).map_err(|error| {
            Problem::new(ErrorCode::Storage, format!("cannot resolve {}: {error}", directory.display()))
        })?;
        let (real_folder, real_reports) = (directory.join(FOLDER), directory.join(FOLDER).join("reports"));
        Self { directory, roots: Vec::new(), real_folder, real_reports }.with_roots(settings)
    }

    /// The same workspace with the roots of other settings.
    ///
    /// # Errors
    /// [`ErrorCode::Storage`] when a root cannot be resolved.
    pub fn with_roots(&self, settings: &Settings) -> Result<Self, Problem> {
        let mut roots = vec![self.directory.clone()];
        for root in &settings.roots {
            let resolved = files::canonical(&self.directory.join(root)).map_err(|error| {
                Problem::new(ErrorCode::Storage, format!("cannot resolve the root {root:?}: {error}"))
                    .hint(format!("correct `roots` in {FILE_NAME}"))
            })?;
            roots.push(resolved);
        }
        Ok(Self { roots, ..self.clone() })
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

    /// `.mlwright/searches/`; there once a training has tried something.
    #[must_use]
    pub fn searches(&self) -> PathBuf {
        self.folder().join("searches")
    }

    /// The full path of a path that a client gave and that is to be read: it must lie in one of the
    /// roots. Folders named `.mlwright`, of this workspace or another, are not open to clients,
    /// except this workspace's reports.
    ///
    /// # Errors
    /// [`ErrorCode::Refused`] when it lies outside, also by `..` or a link.
    pub fn resolve(&self, path: &str) -> Result<PathBuf, Problem> {
        let full = self.full(path)?;
        if full.starts_with(&self.real_reports) {
            return Ok(full);
        }
        if !self.roots.iter().any(|root| full.starts_with(root)) {
            return Err(refusal(path, "is outside the workspace's roots")
                .hint(format!("copy the file into {}, or add its folder to `roots` in {FILE_NAME}", self.directory.display())));
        }
        if self.is_kept(&full) || is_in_mlwright(Path::new(path)) {
            return Err(refusal(path, KEPT).hint("list_tables shows what can be read"));
        }
        Ok(full)
    }

    /// The full path of a path that a client gave and that is to be written: it must lie in the
    /// workspace's own folder, as its roots are only read, and not in `.mlwright/`.
    ///
    /// # Errors
    /// [`ErrorCode::Refused`] when it lies elsewhere, also by `..` or a link.
    pub fn resolve_for_writing(&self, path: &str) -> Result<PathBuf, Problem> {
        let full = self.full(path)?;
        let why = if !full.starts_with(&self.directory) {
            "is outside the workspace's own folder"
        } else if self.is_kept(&full) || is_in_mlwright(Path::new(path)) {
            KEPT
        } else {
            return Ok(full);
        };
        Err(refusal(path, why).hint(format!("name a file in {}, not in {FOLDER}", self.directory.display())))
    }

    /// Whether a path without links is in a folder that mlwright keeps for itself, of this workspace
    /// or another.
    pub(crate) fn is_kept(&self, full: &Path) -> bool {
        full.starts_with(&self.real_folder) || is_in_mlwright(full.strip_prefix(&self.directory).unwrap_or(full))
    }

    fn full(&self, path: &str) -> Result<PathBuf, Problem> {
        if path.contains('\0') {
            return Err(refusal(path, "holds a NUL character").hint("name the file by its path"));
        }
        files::canonical(&self.directory.join(path))
            .map_err(|error| Problem::new(ErrorCode::Storage, format!("cannot resolve {path:?}: {error}")))
    }

    /// A path as it is shown to people: relative to the workspace when inside it.
    #[must_use]
    pub fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.directory).unwrap_or(path).to_string_lossy().replace('\\', "/")
    }
}

fn refusal(path: &str, why: &str) -> Problem {
    Problem::new(ErrorCode::Refused, format!("{path:?} {why}"))
}

/// Whether a part of the path is `.mlwright`, in any case: some file systems do not tell cases apart.
fn is_in_mlwright(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str().eq_ignore_ascii_case(FOLDER))
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
    fn what_any_workspace_keeps_for_itself_is_refused() {
        let (folder, workspace) = workspace();
        let nested = folder.path().join("sub");
        files::create_dir_all(&nested).unwrap();
        Workspace::open(&nested, &Settings::default()).unwrap();
        for bad in ["sub/.mlwright/metadata.db", "sub/.mlwright/reports/a.html", ".MLWRIGHT/metadata.db", ".mlwright", "sub/.mlwright/../a.csv"] {
            assert_eq!(workspace.resolve(bad).unwrap_err().code, ErrorCode::Refused, "{bad:?}");
            assert_eq!(workspace.resolve_for_writing(bad).unwrap_err().code, ErrorCode::Refused, "{bad:?}");
        }
        assert!(workspace.resolve(".mlwright/reports/a.html").is_ok());
        assert!(workspace.resolve_for_writing(".mlwright/reports/a.csv").is_err());
    }

    #[test]
    fn roots_are_read_and_not_written() {
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let settings = Settings { roots: vec![other.path().to_str().unwrap().to_owned()], ..Settings::default() };
        let workspace = Workspace::open(folder.path(), &settings).unwrap();
        let path = other.path().join("a.csv");
        let path = path.to_str().unwrap();
        assert!(workspace.resolve(path).is_ok());
        let problem = workspace.resolve_for_writing(path).unwrap_err();
        assert!(problem.code == ErrorCode::Refused && problem.message.contains("own folder"), "{problem:?}");
        assert!(workspace.resolve_for_writing("new/a.csv").is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_is_a_link_is_kept_where_it_leads() {
        let folder = tempfile::tempdir().unwrap();
        files::create_dir_all(&folder.path().join("disk")).unwrap();
        std::os::unix::fs::symlink(folder.path().join("disk"), folder.path().join(FOLDER)).unwrap();
        let workspace = Workspace::open(folder.path(), &Settings::default()).unwrap();
        for bad in ["disk/metadata.db", ".mlwright/metadata.db", "disk/artifacts/a.parquet"] {
            assert_eq!(workspace.resolve(bad).unwrap_err().code, ErrorCode::Refused, "{bad:?}");
            assert_eq!(workspace.resolve_for_writing(bad).unwrap_err().code, ErrorCode::Refused, "{bad:?}");
        }
        assert!(workspace.resolve(".mlwright/reports/a.html").is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn links_that_lead_out_are_not_written_through() {
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let settings = Settings { roots: vec![other.path().to_str().unwrap().to_owned()], ..Settings::default() };
        let workspace = Workspace::open(folder.path(), &settings).unwrap();
        std::os::unix::fs::symlink(other.path(), folder.path().join("link")).unwrap();
        assert!(workspace.resolve("link/a.csv").is_ok());
        assert_eq!(workspace.resolve_for_writing("link/a.csv").unwrap_err().code, ErrorCode::Refused);
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
