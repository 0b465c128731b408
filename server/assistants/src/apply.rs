//! Doing what was planned. Intent, files, commit: after a crash between any two writes, what is remembered
//! covers what is on disk, and the same command again ends the work.

use std::collections::BTreeSet;
use std::path::Path;

use mlwright_base::system::files;

use crate::error::InstallError;
use crate::found;
use crate::lock::Lock;
use crate::manifest::{Kept, Manifest};
use crate::plan::{Change, Plan};

/// Writes what was planned.
///
/// # Errors
/// [`InstallError::Changed`] when somebody wrote one of the files since the plan was made; the plan can be made
/// anew. Else when a file cannot be written; what was written before it is remembered.
pub fn carry_out(plan: Plan) -> Result<(), InstallError> {
    let Plan { changes, mut kept, intent, mut done, .. } = plan;
    if intent != kept.manifest {
        kept.store(&intent)?;
    }
    for change in changes.iter().filter(|change| change.writes()) {
        write(change)?;
    }
    let leaves_nothing = done.entries.is_empty() && done.files.is_empty();
    if leaves_nothing || changes.iter().any(|change| change.after.is_none() && change.before.is_some()) {
        remove_folders(&kept, &mut done)?;
    }
    if done != kept.manifest {
        kept.store(&done)?;
    }
    if leaves_nothing {
        kept.tidy()?;
        remove_folders(&kept, &mut done)?;
    }
    Ok(())
}

/// Removes the folders that were made and are empty, the deepest first, so that a folder is empty when its turn
/// comes. One that holds something stays, and is remembered as long as anything is.
fn remove_folders(kept: &Kept, manifest: &mut Manifest) -> Result<(), InstallError> {
    let mut left = BTreeSet::new();
    for folder in manifest.folders.iter().rev() {
        let real = kept.real(folder);
        if !files::remove_empty_dir(&real).map_err(InstallError::io("remove", &real))? && files::exists(&real) {
            left.insert(folder.clone());
        }
    }
    manifest.folders = left;
    Ok(())
}

fn write(change: &Change) -> Result<(), InstallError> {
    let path = &change.path;
    let folder = path.parent().unwrap_or(Path::new("/"));
    files::create_dir_all(folder).map_err(InstallError::io("make", folder))?;
    let _lock = if change.is_locked { Some(Lock::of(path)?) } else { None };
    if found::read(path)? != change.before {
        return Err(InstallError::Changed { path: path.clone() });
    }
    match &change.after {
        Some(text) => files::write_atomic_keeping_mode(path, text.as_bytes()).map_err(InstallError::io("write", path)),
        None => {
            files::remove_file(path).map_err(InstallError::io("remove", path))?;
            files::sync_dir(folder).map_err(InstallError::io("sync", folder))
        }
    }
}
