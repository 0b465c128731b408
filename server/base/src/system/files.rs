//! Files: reading, listing, locking, and writes that survive a crash.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};

/// Reads a whole file.
///
/// # Errors
/// As [`std::fs::read`].
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    fs::read(path)
}

/// Reads a whole file as UTF-8.
///
/// # Errors
/// As [`std::fs::read_to_string`].
pub fn read_to_string(path: &Path) -> io::Result<String> {
    fs::read_to_string(path)
}

/// Reads at most `bytes_max` bytes from the start of a file.
///
/// # Errors
/// As [`File::open`] and [`Read::read`].
pub fn read_start(path: &Path, bytes_max: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(bytes_max as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Opens a file for reading.
///
/// # Errors
/// As [`File::open`].
pub fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Makes a new, empty file for writing, replacing what is there.
///
/// # Errors
/// As [`File::create`].
pub fn create(path: &Path) -> io::Result<File> {
    File::create(path)
}

/// Opens a file for appending, making it when it does not exist.
///
/// # Errors
/// As [`OpenOptions::open`].
pub fn open_append(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

/// Makes a folder and its parents.
///
/// # Errors
/// As [`fs::create_dir_all`].
pub fn create_dir_all(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// Whether something exists at the path.
#[must_use]
pub fn exists(path: &Path) -> bool {
    path.exists()
}

/// Whether a folder is at the path.
#[must_use]
pub fn is_dir(path: &Path) -> bool {
    path.is_dir()
}

/// Whether a plain file is at the path, also through a link.
#[must_use]
pub fn is_file(path: &Path) -> bool {
    path.is_file()
}

/// Makes one folder; that it was there already is an error, so that only one of many can have made it.
///
/// # Errors
/// As [`fs::create_dir`].
pub fn create_dir(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

/// Where a link leads, as it is written in it; `None` when the path is no link, or nothing.
#[must_use]
pub fn link_target(path: &Path) -> Option<PathBuf> {
    fs::read_link(path).ok()
}

/// Whether the file's owner has forbidden to write it.
///
/// # Errors
/// As [`fs::metadata`].
pub fn is_read_only(path: &Path) -> io::Result<bool> {
    Ok(fs::metadata(path)?.permissions().readonly())
}

/// Whether a plain file that may be run is at the path.
#[must_use]
pub fn is_program(path: &Path) -> bool {
    let Ok(metadata) = fs::metadata(path) else { return false };
    #[cfg(unix)]
    let may_run = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o111 != 0;
    #[cfg(not(unix))]
    let may_run = true;
    metadata.is_file() && may_run
}

/// Bytes that a user without privileges may still write to the file system of a path; `None` where the
/// system does not tell.
#[must_use]
pub fn free_bytes(path: &Path) -> Option<u64> {
    #[cfg(unix)]
    return rustix::fs::statvfs(path).ok().map(|at| at.f_bavail.saturating_mul(at.f_frsize));
    #[cfg(not(unix))]
    return {
        let _ = path;
        None
    };
}

/// Size and time of change of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Size in bytes.
    pub size_bytes: u64,
    /// Time of the last change, nanoseconds since 1970 (0 where the file system does not tell).
    pub modified_ns: u128,
}

/// Size and time of change of a file.
///
/// # Errors
/// As [`fs::metadata`].
pub fn stamp(path: &Path) -> io::Result<Stamp> {
    let metadata = fs::metadata(path)?;
    let modified_ns = metadata
        .modified()
        .ok()
        .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok())
        .map_or(0, |duration| duration.as_nanos());
    Ok(Stamp { size_bytes: metadata.len(), modified_ns })
}

/// One entry of a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Its full path.
    pub path: PathBuf,
    /// Whether it is a folder (a link to a folder is not followed and counts as neither).
    pub is_dir: bool,
    /// Whether it is a plain file.
    pub is_file: bool,
}

/// The entries of a folder, sorted by path.
///
/// # Errors
/// As [`fs::read_dir`].
pub fn list_dir(path: &Path) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        entries.push(Entry { path: entry.path(), is_dir: kind.is_dir(), is_file: kind.is_file() });
    }
    entries.sort();
    Ok(entries)
}

/// Removes a file; one that is not there is no error.
///
/// # Errors
/// As [`fs::remove_file`].
pub fn remove_file(path: &Path) -> io::Result<()> {
    ignore_missing(fs::remove_file(path))
}

/// Removes a folder if it is empty. Whether it was removed: one that holds something stays, and one that
/// is not there is no error.
///
/// # Errors
/// As [`fs::remove_dir`], but for these two.
pub fn remove_empty_dir(path: &Path) -> io::Result<bool> {
    match fs::remove_dir(path) {
        Ok(()) => Ok(true),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::DirectoryNotEmpty) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Removes a folder and all in it; one that is not there is no error.
///
/// # Errors
/// As [`fs::remove_dir_all`].
pub fn remove_dir_all(path: &Path) -> io::Result<()> {
    ignore_missing(fs::remove_dir_all(path))
}

fn ignore_missing(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Renames, then makes the rename durable by syncing the target's folder.
///
/// # Errors
/// As [`fs::rename`] and [`File::sync_all`].
pub fn rename_durably(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    sync_dir(to.parent().unwrap_or(Path::new(".")))
}

/// As [`rename_durably`], to a path where nothing is. Where a file system has no hard links, an empty
/// file takes the name first; a crash before the rename leaves that file.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] when something is there, else any failure to link, rename or sync.
pub fn rename_new_durably(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Ok(()) => fs::remove_file(from)?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
        Err(_) => {
            write_new(to, b"")?;
            fs::rename(from, to)?;
        }
    }
    sync_dir(to.parent().unwrap_or(Path::new(".")))
}

/// Writes a file so that a crash leaves either the old content or the new: a temporary file
/// beside it, sync, rename, sync of the folder.
///
/// # Errors
/// Any failure of these steps; the target is then unchanged.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace(path, bytes, OpenOptions::new().write(true).create_new(true), None)
}

/// As [`write_atomic`], for a file of the user's: one that is there keeps its permissions.
///
/// # Errors
/// As [`write_atomic`], and when the permissions cannot be read or set.
pub fn write_atomic_keeping_mode(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let permissions = match fs::metadata(path) {
        Ok(metadata) => Some(metadata.permissions()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    // What is there may hold secrets: nobody else may read the new file while it has another mode.
    #[cfg(unix)]
    if permissions.is_some() {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    replace(path, bytes, &options, permissions)
}

/// As [`write_atomic`], for a file that holds a secret: on Unix only its owner may read it; elsewhere
/// the folder's rights decide.
///
/// # Errors
/// As [`write_atomic`].
pub fn write_atomic_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    replace(path, bytes, &options, None)
}

fn replace(path: &Path, bytes: &[u8], options: &OpenOptions, permissions: Option<fs::Permissions>) -> io::Result<()> {
    let temporary = temporary_beside(path);
    let written = (|| {
        let mut file = options.open(&temporary)?;
        file.write_all(bytes)?;
        if let Some(permissions) = permissions {
            file.set_permissions(permissions)?;
        }
        file.sync_all()
    })();
    match written.and_then(|()| rename_durably(&temporary, path)) {
        Ok(()) => Ok(()),
        Err(error) => {
            let _ = fs::remove_file(&temporary);
            Err(error)
        }
    }
}

/// Writes a file that is not there yet; one that is there stays as it is.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] when it is there, else as [`OpenOptions::open`] and
/// [`Write::write_all`].
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// A path in the same folder that nobody else uses: `.NAME.PID-UUID.tmp`.
#[must_use]
pub fn temporary_beside(path: &Path) -> PathBuf {
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let unique = uuid::Uuid::now_v7().simple();
    path.with_file_name(format!(".{name}.{}-{unique}.tmp", std::process::id()))
}

/// Syncs every file below a folder, then the folders, so that a rename of the whole may follow.
///
/// # Errors
/// As [`File::sync_all`].
pub fn sync_tree(path: &Path) -> io::Result<()> {
    for entry in list_dir(path)? {
        if entry.is_dir {
            sync_tree(&entry.path)?;
        } else if entry.is_file {
            File::open(&entry.path)?.sync_all()?;
        }
    }
    sync_dir(path)
}

/// Makes the entries of a folder durable: what was created, renamed or removed in it.
///
/// # Errors
/// As [`File::open`] and [`File::sync_all`].
#[cfg(unix)]
pub fn sync_dir(path: &Path) -> io::Result<()> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    File::open(path)?.sync_all()
}

/// Does nothing: this system makes folders durable by itself.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn sync_dir(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// The path without `.`, `..` and links. The last parts may not exist yet; what exists is resolved.
///
/// # Errors
/// When the existing part cannot be resolved.
pub fn canonical(path: &Path) -> io::Result<PathBuf> {
    let mut existing = if path.is_absolute() { path.to_path_buf() } else { std::env::current_dir()?.join(path) };
    let mut rest: Vec<std::ffi::OsString> = Vec::new();
    loop {
        match fs::canonicalize(&existing) {
            Ok(mut resolved) => {
                for part in rest.iter().rev() {
                    match Path::new(part).components().next() {
                        Some(Component::ParentDir) => {
                            resolved.pop();
                        }
                        Some(Component::CurDir) | None => {}
                        Some(_) => resolved.push(part),
                    }
                }
                return Ok(resolved);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let last = existing.components().next_back().map(|c| c.as_os_str().to_owned());
                match (last, existing.parent()) {
                    (Some(last), Some(parent)) => {
                        rest.push(last);
                        existing = parent.to_path_buf();
                    }
                    _ => return Err(error),
                }
            }
            Err(error) => return Err(error),
        }
    }
}

/// A lock on a file that the operating system releases when the holder ends, however it ends.
#[derive(Debug)]
pub struct FileLock {
    _file: File,
}

/// Waits for the lock of a file, making the file when it does not exist.
///
/// # Errors
/// As [`OpenOptions::open`] and [`File::lock`].
pub fn lock(path: &Path) -> io::Result<FileLock> {
    let file = OpenOptions::new().create(true).read(true).write(true).truncate(false).open(path)?;
    file.lock()?;
    Ok(FileLock { _file: file })
}

/// Takes the lock of a file when nobody holds it; `None` when somebody does.
///
/// # Errors
/// As [`OpenOptions::open`] and [`File::try_lock`].
pub fn try_lock(path: &Path) -> io::Result<Option<FileLock>> {
    let file = OpenOptions::new().create(true).read(true).write(true).truncate(false).open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(FileLock { _file: file })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}
