//! Paths that cannot leave the folder they are relative to, on any system.

use std::path::{Path, PathBuf};

use crate::error::StoreError;

/// Checks that `rel` is names separated by `/`, none of them empty, `.` or `..`, without the
/// characters that separate folders, drives or strings somewhere.
pub(super) fn check(rel: &str) -> Result<PathBuf, StoreError> {
    let refuse = |reason| Err(StoreError::ArtifactPath { path: rel.to_owned(), reason });
    if rel.is_empty() {
        return refuse("is empty");
    }
    if rel.starts_with('/') {
        return refuse("is absolute");
    }
    if rel.contains(['\\', ':', '\0']) {
        return refuse("holds '\\', ':' or a zero character");
    }
    for name in rel.split('/') {
        match name {
            "" => return refuse("has an empty name"),
            "." | ".." => return refuse("has the name '.' or '..'"),
            _ => {}
        }
    }
    Ok(Path::new(rel).components().collect())
}
