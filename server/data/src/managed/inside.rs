//! Whether the data files that a log names lie in the table's folder. Anybody may have written the
//! log: a path in it must not lead to a file that the reader could not have named.

use std::collections::{HashMap, HashSet};
use std::path::{Component, Path, PathBuf};

use mlwright_base::system::files;
use mlwright_base::{ErrorCode, Problem};

use crate::error::DataError;

/// The folder of a table, and what was found in it so far.
///
/// Costs one listing for each folder that holds data files; only links and missing files are
/// resolved one by one.
pub(super) struct Inside<'a> {
    dir: &'a Path,
    /// The folder without links.
    root: PathBuf,
    /// The plain files of each folder that was listed; `None` when it lies outside.
    listed: HashMap<PathBuf, Option<HashSet<PathBuf>>>,
}

impl<'a> Inside<'a> {
    /// # Errors
    /// [`DataError::Io`] when the folder cannot be resolved.
    pub(super) fn new(dir: &'a Path) -> Result<Self, DataError> {
        let root = files::canonical(dir).map_err(|error| DataError::io(dir, error))?;
        Ok(Self { dir, root, listed: HashMap::new() })
    }

    /// The full path of a data file that the log names, percent-decoded.
    ///
    /// # Errors
    /// [`ErrorCode::Refused`] when it leads out of the folder: an address, an absolute path, `..`, a
    /// link. A file that is missing is none of these.
    pub(super) fn path(&mut self, relative: &str) -> Result<PathBuf, DataError> {
        let only_names = Path::new(relative).components().all(|part| matches!(part, Component::Normal(_)));
        if relative.is_empty() || !only_names || relative.contains("://") || relative.contains('\0') {
            return Err(self.outside(relative));
        }
        let full = self.root.join(relative);
        let Some(folder) = full.parent() else { return Err(self.outside(relative)) };
        if !self.listed.contains_key(folder) {
            self.listed.insert(folder.to_path_buf(), self.plain_files(folder)?);
        }
        match self.listed.get(folder) {
            Some(Some(plain)) if plain.contains(&full) => Ok(full),
            Some(Some(_)) if self.leads_inside(&full)? => Ok(full),
            _ => Err(self.outside(relative)),
        }
    }

    /// The plain files of a folder; `None` when it lies outside.
    fn plain_files(&self, folder: &Path) -> Result<Option<HashSet<PathBuf>>, DataError> {
        if folder != self.root && !self.leads_inside(folder)? {
            return Ok(None);
        }
        // A folder that is missing holds nothing; reading says which file is not there.
        let entries = files::list_dir(folder).unwrap_or_default();
        Ok(Some(entries.into_iter().filter(|entry| entry.is_file).map(|entry| entry.path).collect()))
    }

    fn leads_inside(&self, path: &Path) -> Result<bool, DataError> {
        let real = files::canonical(path).map_err(|error| DataError::io(path, error))?;
        Ok(real.starts_with(&self.root))
    }

    fn outside(&self, relative: &str) -> DataError {
        let message = format!(
            "the Delta table at {} names the file {relative:?}, which is outside its folder",
            self.dir.display()
        );
        Problem::new(ErrorCode::Refused, message)
            .hint("copy the file's rows into the table, or read the file by its own path")
            .into()
    }
}
