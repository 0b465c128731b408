//! The lock under which Claude Code writes its own `.claude.json`: a folder beside the file, named after it
//! with `.lock`, that whoever makes it holds until he removes it. One that was not touched for ten seconds is
//! left over (npm `proper-lockfile`, its defaults).

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use mlwright_base::system::{Clock, SystemClock, files};

use crate::error::InstallError;

const STALE_NS: u128 = 10_000_000_000;
const TRIES_MAX: usize = 80;
const BETWEEN_TRIES: Duration = Duration::from_millis(50);

/// The lock, held until it is dropped.
#[derive(Debug)]
pub(crate) struct Lock(PathBuf);

impl Lock {
    /// Waits for the lock of a file, at most four seconds.
    pub(crate) fn of(path: &Path) -> Result<Self, InstallError> {
        let mut name = path.as_os_str().to_owned();
        name.push(".lock");
        let folder = PathBuf::from(name);
        for _ in 0..TRIES_MAX {
            match files::create_dir(&folder) {
                Ok(()) => return Ok(Self(folder)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(InstallError::io("lock", path)(error)),
            }
            let now = u128::try_from(SystemClock.now().as_nanosecond()).unwrap_or_default();
            if files::stamp(&folder).is_ok_and(|stamp| now.saturating_sub(stamp.modified_ns) > STALE_NS) {
                files::remove_empty_dir(&folder).map_err(InstallError::io("unlock", path))?;
            } else {
                std::thread::sleep(BETWEEN_TRIES);
            }
        }
        Err(InstallError::Locked { path: path.to_path_buf() })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // One that stays is left over after ten seconds.
        let _ = files::remove_empty_dir(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_held_until_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".claude.json");
        let lock = Lock::of(&path).unwrap();
        assert!(folder.path().join(".claude.json.lock").is_dir());
        drop(lock);
        assert!(!folder.path().join(".claude.json.lock").exists());
    }

    #[test]
    fn a_lock_that_was_left_over_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let left = folder.path().join("f.lock");
        std::fs::create_dir(&left).unwrap();
        let old = std::time::SystemTime::now() - Duration::from_secs(60);
        std::fs::File::open(&left).unwrap().set_modified(old).unwrap();
        assert!(Lock::of(&folder.path().join("f")).is_ok());
    }
}
