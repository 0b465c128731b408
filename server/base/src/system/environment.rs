//! The process's environment. Secrets come from here and must reach no log, answer or error.

use std::path::PathBuf;

/// The value of an environment variable that is set, not empty and valid Unicode.
#[must_use]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The folder that relative paths start from.
///
/// # Errors
/// When the folder was removed or cannot be read.
pub fn current_dir() -> std::io::Result<PathBuf> {
    std::env::current_dir()
}

/// The user's name, for the audit: `USER`, `USERNAME` or `LOGNAME`, else `unknown`.
#[must_use]
pub fn user_name() -> String {
    ["USER", "USERNAME", "LOGNAME"].iter().find_map(|name| variable(name)).unwrap_or_else(|| "unknown".to_owned())
}

/// The command line of this process, without the program's name.
#[must_use]
pub fn arguments() -> Vec<std::ffi::OsString> {
    std::env::args_os().skip(1).collect()
}

/// The operating system and the processor's architecture, e.g. `("linux", "x86_64")`.
#[must_use]
pub fn platform() -> (&'static str, &'static str) {
    (std::env::consts::OS, std::env::consts::ARCH)
}
