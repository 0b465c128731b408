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

/// The user's name, for the audit: that of the process's user where the system keeps a list of
/// them, else `USER`, `USERNAME` or `LOGNAME`, else `unknown`.
#[must_use]
pub fn user_name() -> String {
    listed_user_name()
        .or_else(|| ["USER", "USERNAME", "LOGNAME"].iter().find_map(|name| variable(name)))
        .unwrap_or_else(|| "unknown".to_owned())
}

#[cfg(unix)]
fn listed_user_name() -> Option<String> {
    let id = rustix::process::getuid().as_raw().to_string();
    let list = std::fs::read_to_string("/etc/passwd").ok()?;
    let named = |line: &str| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == id).then(|| name.to_owned())
    };
    list.lines().find_map(named)
}

#[cfg(not(unix))]
fn listed_user_name() -> Option<String> {
    None
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
