//! What is at a path, before anything is decided about it.

use std::io;
use std::path::{Path, PathBuf};

use mlwright_base::system::files;

use crate::error::InstallError;

/// The largest file that is taken for settings or a skill.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// A text file, or the place of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// The path without links: what is written, so that links stay.
    pub(crate) real: PathBuf,
    /// What it holds; `None` when there is no file.
    pub(crate) text: Option<String>,
}

/// Reads what is at a path.
///
/// # Errors
/// For a folder, a link to nothing, a file that is too large or no UTF-8, and when it cannot be read.
pub(crate) fn look(path: &Path) -> Result<Found, InstallError> {
    if let Some(target) = files::link_target(path)
        && !files::exists(path)
    {
        return Err(InstallError::DanglingLink { path: path.to_path_buf(), target });
    }
    if files::is_dir(path) {
        return Err(InstallError::Folder { path: path.to_path_buf() });
    }
    let real = files::canonical(path).map_err(InstallError::io("find", path))?;
    Ok(Found { text: read(&real)?, real })
}

/// The text of a file; `None` when there is none.
///
/// # Errors
/// As [`look`], links aside.
pub(crate) fn read(path: &Path) -> Result<Option<String>, InstallError> {
    match files::stamp(path) {
        Ok(stamp) if stamp.size_bytes > FILE_BYTES_MAX => {
            return Err(InstallError::TooLarge { path: path.to_path_buf(), size_bytes: stamp.size_bytes, max_bytes: FILE_BYTES_MAX });
        }
        Ok(_) => {}
        Err(error) if is_missing(&error) => return Ok(None),
        Err(error) => return Err(InstallError::io("read", path)(error)),
    }
    match files::read(path) {
        Ok(bytes) => String::from_utf8(bytes).map(Some).map_err(|_| InstallError::NotText { path: path.to_path_buf() }),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(InstallError::io("read", path)(error)),
    }
}

/// A path below a file is missing, too, as far as reading goes; making its folders will say what is wrong.
fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// That the file may be replaced.
///
/// # Errors
/// [`InstallError::ReadOnly`]
pub(crate) fn check_writable(path: &Path) -> Result<(), InstallError> {
    match files::is_read_only(path) {
        Ok(true) => Err(InstallError::ReadOnly { path: path.to_path_buf() }),
        _ => Ok(()),
    }
}
