//! The scripts and notebooks that paths mean.

use std::path::{Path, PathBuf};

use mlwright_base::system::files;
use mlwright_base::{ErrorCode, Problem};

/// Folders that hold nobody's own code.
const LEFT_OUT: &[&str] = &["node_modules", "__pycache__", "venv", "env", "site-packages", "build", "dist"];
/// How deep folders are searched.
const DEPTH_MAX: usize = 32;
/// The most files of one call.
const N_FILES_MAX: usize = 100_000;

/// Files that are named, and scripts and notebooks below folders that are; each once, sorted.
///
/// # Errors
/// When a path that is named does not exist, or there are too many files.
pub(super) fn find(named: &[PathBuf], current: &Path, exclude: &[PathBuf]) -> Result<Vec<PathBuf>, Problem> {
    let mut found = Vec::new();
    for path in named {
        let full = current.join(path);
        if files::is_dir(&full) {
            below(path, current, exclude, 0, &mut found)?;
        } else if files::is_file(&full) {
            found.push(path.clone());
        } else {
            return Err(Problem::new(ErrorCode::NotFound, format!("there is no file or folder {}", path.display()))
                .field("paths"));
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

fn below(
    folder: &Path,
    current: &Path,
    exclude: &[PathBuf],
    depth: usize,
    found: &mut Vec<PathBuf>,
) -> Result<(), Problem> {
    // A folder that cannot be listed has nothing to check.
    let mut entries = files::list_dir(&current.join(folder)).unwrap_or_default();
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    for entry in entries {
        let Some(name) = entry.path.file_name().and_then(|name| name.to_str()) else { continue };
        if name.starts_with('.') || exclude.iter().any(|left_out| entry.path.starts_with(left_out)) {
            continue;
        }
        let path = folder.join(name);
        if entry.is_dir {
            if depth < DEPTH_MAX && !LEFT_OUT.contains(&name) {
                below(&path, current, exclude, depth + 1, found)?;
            }
        } else if matches!(path.extension().and_then(|extension| extension.to_str()), Some("py" | "ipynb")) {
            if found.len() >= N_FILES_MAX {
                return Err(Problem::new(ErrorCode::LimitExceeded, format!("more than {N_FILES_MAX} files"))
                    .hint("name the folders to check")
                    .field("paths"));
            }
            found.push(path);
        }
    }
    Ok(())
}
