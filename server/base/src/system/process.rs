//! Child processes: started so that they outlive their parent, asked to stop, found again.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The id of this process.
#[must_use]
pub fn id() -> u32 {
    std::process::id()
}

/// The path of this program, to start it again as a child.
///
/// # Errors
/// When the operating system does not tell.
pub fn current_program() -> io::Result<PathBuf> {
    std::env::current_exe()
}

/// Starts a program in a process group of its own, with its output appended to `log`, so that
/// neither a closed terminal nor a Ctrl-C for the parent ends it. The caller reaps it by
/// [`Child::try_wait`] if it lives longer.
///
/// # Errors
/// When the log cannot be opened or the program cannot be started.
pub fn spawn_detached(program: &Path, arguments: &[String], directory: &Path, log: &Path) -> io::Result<Child> {
    let output: File = super::files::open_append(log)?;
    let errors = output.try_clone()?;
    let mut command = Command::new(program);
    command.args(arguments).current_dir(directory);
    command.stdin(Stdio::null()).stdout(output).stderr(errors);
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        command.process_group(0);
    }
    command.spawn()
}

/// Whether a process of that id exists. An id may be used again, so ask a lease, not this, whether
/// it is still the same process.
#[cfg(unix)]
#[must_use]
pub fn is_alive(pid: u32) -> bool {
    i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw).is_some_and(|pid| rustix::process::test_kill_process(pid).is_ok())
}

/// How to stop a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Ask it to finish (SIGTERM).
    Ask,
    /// End it at once (SIGKILL).
    Kill,
}

/// Stops a process; one that is gone already is no error.
///
/// # Errors
/// When the operating system refuses.
#[cfg(unix)]
pub fn stop(pid: u32, how: Stop) -> io::Result<()> {
    let Some(pid) = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw) else {
        return Ok(());
    };
    let signal = match how {
        Stop::Ask => rustix::process::Signal::TERM,
        Stop::Kill => rustix::process::Signal::KILL,
    };
    match rustix::process::kill_process(pid, signal) {
        Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Whether a process of that id exists (asks `tasklist`).
#[cfg(windows)]
#[must_use]
pub fn is_alive(pid: u32) -> bool {
    Command::new("tasklist")
        .args(["/NH", "/FI", &format!("PID eq {pid}")])
        .output()
        .is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains(&pid.to_string()))
}

/// Stops a process by `taskkill`; one that is gone already is no error.
///
/// # Errors
/// When `taskkill` cannot be started.
#[cfg(windows)]
pub fn stop(pid: u32, how: Stop) -> io::Result<()> {
    let mut command = Command::new("taskkill");
    command.args(["/PID", &pid.to_string()]);
    if how == Stop::Kill {
        command.arg("/F");
    }
    command.output().map(|_| ())
}

/// Ends this process at once with an exit code.
pub fn exit(code: i32) -> ! {
    std::process::exit(code)
}
