//! Artifacts: folders of files that are written once, appear whole or not at all, and never change.
//!
//! A folder is filled under `.staging/` in the same file system, synced, and renamed to its place,
//! so that a crash at any moment leaves either nothing or all of it at that place. What a crash
//! left in `.staging/` is taken away by [`Artifacts::sweep_staging`].

use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use mlwright_base::system::files;
use sha2::{Digest, Sha256};

use crate::error::StoreError;

mod relative;
#[cfg(test)]
mod tests;

/// The folder for what is being written, within the artifacts' own.
const STAGING: &str = ".staging";
/// The file by whose lock processes take turns at putting artifacts in place.
const COMMIT_LOCK: &str = ".commit-lock";
/// How much of a file is hashed at once.
const HASH_BYTES: usize = 1 << 16;

/// A folder of artifacts. All paths within it are relative, with `/` between names.
#[derive(Debug, Clone)]
pub struct Artifacts {
    root: PathBuf,
}

/// One file of an artifact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct ArtifactFile {
    /// Its path within the listed artifact, with `/` between names.
    pub path: String,
    /// Size in bytes.
    pub size_bytes: u64,
}

impl Artifacts {
    /// The artifacts below `root`. Touches nothing yet.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder that holds the artifacts.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Starts a new artifact: an empty folder that nobody else sees.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn stage(&self) -> Result<Staging, StoreError> {
        let path = files::temporary_beside(&self.root.join(STAGING).join("artifact"));
        make_dir(&path)?;
        Ok(Staging { artifacts: self.clone(), path, committed: false })
    }

    /// Where an artifact or a file in it is, whether it exists or not.
    ///
    /// # Errors
    /// [`StoreError::ArtifactPath`] when `rel` is absolute, has `..`, or is not plain otherwise.
    pub fn path(&self, rel: &str) -> Result<PathBuf, StoreError> {
        let relative = relative::check(rel)?;
        if rel.split('/').next().is_some_and(|first| first.eq_ignore_ascii_case(STAGING)) {
            return Err(StoreError::ArtifactPath { path: rel.to_owned(), reason: "is where unfinished artifacts are" });
        }
        Ok(self.root.join(relative))
    }

    /// Whether there is an artifact or a file at the path.
    ///
    /// # Errors
    /// [`StoreError::ArtifactPath`].
    pub fn exists(&self, rel: &str) -> Result<bool, StoreError> {
        Ok(files::exists(&self.path(rel)?))
    }

    /// Reads a whole file.
    ///
    /// # Errors
    /// [`StoreError::ArtifactNotFound`], [`StoreError::ArtifactPath`], and failures to read.
    pub fn read(&self, rel: &str) -> Result<Vec<u8>, StoreError> {
        let path = self.path(rel)?;
        files::read(&path).map_err(|error| absent_or(error, "read", rel, &path))
    }

    /// The size of a file in bytes.
    ///
    /// # Errors
    /// As [`Artifacts::read`].
    pub fn size(&self, rel: &str) -> Result<u64, StoreError> {
        let path = self.path(rel)?;
        Ok(files::stamp(&path).map_err(|error| absent_or(error, "look at", rel, &path))?.size_bytes)
    }

    /// The SHA-256 of a file's content, as 64 hexadecimal digits. Reads it piece by piece.
    ///
    /// # Errors
    /// As [`Artifacts::read`].
    pub fn sha256(&self, rel: &str) -> Result<String, StoreError> {
        let path = self.path(rel)?;
        let mut file = files::open(&path).map_err(|error| absent_or(error, "open", rel, &path))?;
        let mut hash = Sha256::new();
        let mut buffer = vec![0; HASH_BYTES];
        loop {
            match file.read(&mut buffer) {
                Ok(0) => return Ok(hex::encode(hash.finalize())),
                Ok(n_bytes) => hash.update(&buffer[..n_bytes]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(absent_or(error, "read", rel, &path)),
            }
        }
    }

    /// All files of an artifact, in its folders too, sorted by path.
    ///
    /// # Errors
    /// As [`Artifacts::read`].
    pub fn list(&self, rel: &str) -> Result<Vec<ArtifactFile>, StoreError> {
        let path = self.path(rel)?;
        if !files::is_dir(&path) {
            return Err(StoreError::ArtifactNotFound { path: rel.to_owned() });
        }
        let mut found = Vec::new();
        list_below(&path, "", &mut found)?;
        found.sort();
        Ok(found)
    }

    /// Takes an artifact away: it is gone from its place at once, then its files are deleted.
    /// Answers `false` when there was none.
    ///
    /// # Errors
    /// [`StoreError::ArtifactPath`], and failures to rename or delete.
    pub fn remove(&self, rel: &str) -> Result<bool, StoreError> {
        let path = self.path(rel)?;
        if !files::is_dir(&path) {
            return Ok(false);
        }
        let staging = self.root.join(STAGING);
        make_dir(&staging)?;
        let grave = files::temporary_beside(&staging.join("removed"));
        match files::rename_durably(&path, &grave) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(io("remove", &path, error)),
        }
        files::remove_dir_all(&grave).map_err(|error| io("remove", &grave, error))?;
        Ok(true)
    }

    /// Deletes unfinished artifacts in which nothing was written since `before_ms` (milliseconds
    /// since 1970, UTC, by the file system's clock), and answers with their number. Choose a time
    /// far enough back that no living process may still be writing.
    ///
    /// # Errors
    /// Failures to look or delete.
    pub fn sweep_staging(&self, before_ms: i64) -> Result<usize, StoreError> {
        let staging = self.root.join(STAGING);
        if !files::is_dir(&staging) {
            return Ok(0);
        }
        let mut n_swept = 0;
        for entry in files::list_dir(&staging).map_err(|error| io("list", &staging, error))? {
            // A folder that went away meanwhile was committed or dropped by its owner.
            let Some(changed_ms) = last_change_ms(&entry)? else { continue };
            if entry.is_dir && changed_ms < before_ms {
                files::remove_dir_all(&entry.path).map_err(|error| io("remove", &entry.path, error))?;
                n_swept += 1;
            }
        }
        Ok(n_swept)
    }
}

/// An artifact being written. Dropping it without [`Staging::commit`] deletes it.
#[derive(Debug)]
pub struct Staging {
    artifacts: Artifacts,
    path: PathBuf,
    committed: bool,
}

impl Staging {
    /// The folder being filled, for writers that want a path.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.path
    }

    /// Where a file of that relative path is to be written; makes the folders above it.
    ///
    /// # Errors
    /// [`StoreError::ArtifactPath`], and when the folders cannot be made.
    pub fn path(&self, rel: &str) -> Result<PathBuf, StoreError> {
        let path = self.path.join(relative::check(rel)?);
        make_dir(path.parent().unwrap_or(&self.path))?;
        Ok(path)
    }

    /// Writes a file, replacing one of the same path.
    ///
    /// # Errors
    /// [`StoreError::ArtifactPath`], and failures to write.
    pub fn write(&self, rel: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let path = self.path(rel)?;
        let written = files::create(&path).and_then(|mut file| file.write_all(bytes));
        written.map_err(|error| io("write", &path, error))
    }

    /// Puts the artifact in its place, durably, and answers with that place. Nothing may be there
    /// yet.
    ///
    /// # Errors
    /// [`StoreError::ArtifactExists`], [`StoreError::ArtifactEmpty`], [`StoreError::ArtifactPath`],
    /// and failures to sync or rename. The staged files are then deleted.
    pub fn commit(mut self, final_rel: &str) -> Result<PathBuf, StoreError> {
        let target = self.artifacts.path(final_rel)?;
        let mut staged = Vec::new();
        list_below(&self.path, "", &mut staged)?;
        if staged.is_empty() {
            return Err(StoreError::ArtifactEmpty { path: final_rel.to_owned() });
        }
        files::sync_tree(&self.path).map_err(|error| io("sync", &self.path, error))?;
        make_dir_durably(target.parent().unwrap_or(self.artifacts.root()))?;
        // A rename may silently replace what is there, so look and rename while nobody else does.
        let lock = self.artifacts.root.join(STAGING).join(COMMIT_LOCK);
        let _turn = files::lock(&lock).map_err(|error| io("lock", &lock, error))?;
        if files::exists(&target) {
            return Err(StoreError::ArtifactExists { path: final_rel.to_owned() });
        }
        files::rename_durably(&self.path, &target).map_err(|error| io("put in place", &target, error))?;
        self.committed = true;
        Ok(target)
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.committed {
            // What cannot be deleted now is swept later.
            let _ = files::remove_dir_all(&self.path);
        }
    }
}

fn io(action: &'static str, path: &Path, source: std::io::Error) -> StoreError {
    StoreError::Io { action, path: path.to_path_buf(), source }
}

fn absent_or(error: std::io::Error, action: &'static str, rel: &str, path: &Path) -> StoreError {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => StoreError::ArtifactNotFound { path: rel.to_owned() },
        _ => io(action, path, error),
    }
}

fn make_dir(path: &Path) -> Result<(), StoreError> {
    files::create_dir_all(path).map_err(|error| io("make the folder", path, error))
}

/// Makes a folder and those above it, and syncs the folders that hold the new ones.
fn make_dir_durably(path: &Path) -> Result<(), StoreError> {
    let missing: Vec<&Path> = path.ancestors().take_while(|folder| !files::exists(folder)).collect();
    make_dir(path)?;
    for holder in missing.iter().filter_map(|folder| folder.parent()) {
        files::sync_dir(holder).map_err(|error| io("sync", holder, error))?;
    }
    Ok(())
}

fn list_below(dir: &Path, prefix: &str, found: &mut Vec<ArtifactFile>) -> Result<(), StoreError> {
    for entry in files::list_dir(dir).map_err(|error| io("list", dir, error))? {
        let name = entry.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        if entry.is_dir {
            list_below(&entry.path, &path, found)?;
        } else if entry.is_file {
            let stamp = files::stamp(&entry.path).map_err(|error| io("look at", &entry.path, error))?;
            found.push(ArtifactFile { path, size_bytes: stamp.size_bytes });
        }
    }
    Ok(())
}

/// The time of the last change in a file or anywhere in a folder; `None` when it went away.
fn last_change_ms(entry: &files::Entry) -> Result<Option<i64>, StoreError> {
    let gone = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => Ok(None),
        _ => Err(io("look at", &entry.path, error)),
    };
    let mut last = match files::stamp(&entry.path) {
        Ok(stamp) => i64::try_from(stamp.modified_ns / 1_000_000).unwrap_or(i64::MAX),
        Err(error) => return gone(error),
    };
    if entry.is_dir {
        let children = match files::list_dir(&entry.path) {
            Ok(children) => children,
            Err(error) => return gone(error),
        };
        for child in &children {
            last = last.max(last_change_ms(child)?.unwrap_or(last));
        }
    }
    Ok(Some(last))
}
