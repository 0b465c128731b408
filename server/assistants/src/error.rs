//! Why an assistant could not be set up.

use std::io;
use std::path::PathBuf;

use mlwright_base::{ErrorCode, Problem};

/// Why an assistant could not be set up. No file is half written by any of them.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// A settings file is not in its format.
    #[error("{} is not valid {format}: line {line}, column {column}: {what}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Its format's name.
        format: &'static str,
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
        /// What is wrong there.
        what: String,
    },
    /// A settings file has something else where the entries of servers belong.
    #[error("{}: {what}", path.display())]
    Unexpected {
        /// The file.
        path: PathBuf,
        /// What was expected and what was found.
        what: String,
    },
    /// A file is not text.
    #[error("{} is not UTF-8 text", path.display())]
    NotText {
        /// The file.
        path: PathBuf,
    },
    /// A file is larger than any settings file.
    #[error("{} has {size_bytes} bytes; at most {max_bytes} are read", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        size_bytes: u64,
        /// The limit.
        max_bytes: u64,
    },
    /// A folder is where a file is expected.
    #[error("{} is a folder, where a file is expected", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
    },
    /// The user has forbidden to write the file.
    #[error("{} is read-only", path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// A link leads to nothing.
    #[error("{} is a link to {}, which does not exist", path.display(), target.display())]
    DanglingLink {
        /// The link.
        path: PathBuf,
        /// Where it leads.
        target: PathBuf,
    },
    /// A project's file is a link that leads out of the project.
    #[error("{} leads out of the project, to {}", path.display(), real.display())]
    OutsideProject {
        /// The file.
        path: PathBuf,
        /// Where it leads.
        real: PathBuf,
    },
    /// The project's folder is the user's home folder.
    #[error("the project's folder {} is your home folder, where the same files are for every project", path.display())]
    HomeIsNoProject {
        /// The folder.
        path: PathBuf,
    },
    /// Somebody else wrote the file between reading and writing.
    #[error("{} was changed by somebody else at this moment", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// The assistant is writing its own settings.
    #[error("{} is locked by its assistant, which is writing it", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// What was remembered cannot be read.
    #[error("{} does not say what was installed: {what}", path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// Why not.
        what: String,
    },
    /// The environment does not say where the user's settings are.
    #[error("the environment variable {variable} is not set, so the user's settings cannot be found")]
    NoHome {
        /// The variable.
        variable: &'static str,
    },
    /// The operating system refused.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl InstallError {
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}

impl From<InstallError> for Problem {
    fn from(error: InstallError) -> Self {
        let (code, hint) = match &error {
            InstallError::Invalid { .. } => (ErrorCode::UnreadableData, "correct the file, then run this again; it was not touched"),
            InstallError::Unexpected { .. } => (ErrorCode::Conflict, "correct the file, then run this again; it was not touched"),
            InstallError::NotText { .. } => (ErrorCode::UnreadableData, "save the file as UTF-8, then run this again; it was not touched"),
            InstallError::TooLarge { .. } => (ErrorCode::LimitExceeded, "look whether this is the right file; it was not touched"),
            InstallError::Folder { .. } => (ErrorCode::Conflict, "move the folder away, then run this again"),
            InstallError::ReadOnly { .. } => (ErrorCode::Refused, "make the file writable (chmod u+w), then run this again"),
            InstallError::DanglingLink { .. } => (ErrorCode::Conflict, "make the link's target or remove the link, then run this again"),
            InstallError::OutsideProject { .. } => {
                (ErrorCode::Refused, "a project must not decide about files elsewhere: remove the link, or install with --user")
            }
            InstallError::HomeIsNoProject { .. } => {
                (ErrorCode::InvalidArgument, "run this in the project's folder, or name it with --workspace; --user installs for every project")
            }
            InstallError::Changed { .. } => (ErrorCode::Unavailable, "run this again"),
            InstallError::Locked { .. } => (ErrorCode::Unavailable, "close the assistant, or run this again in a moment"),
            InstallError::Manifest { .. } => {
                (ErrorCode::Storage, "restore the file from a backup, or remove it, and with it the memory of what may be uninstalled")
            }
            InstallError::NoHome { .. } => (ErrorCode::NotFound, "set it, or install with --project"),
            InstallError::Io { .. } => (ErrorCode::Storage, ""),
        };
        Self::new(code, error.to_string()).hint(hint)
    }
}
