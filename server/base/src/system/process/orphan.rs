//! Processes that are nobody's children. Some assistants, when they end, end everything below the
//! server that they started, by its parent's id and through every process group and session
//! (OpenCode 1.18, Copilot CLI 1.0): only what is not below it goes on.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{Identity, host, started};

/// Starts the program in the background and ends, which leaves the program to the system's first
/// process; says its id.
#[cfg(unix)]
const SCRIPT: &str = r#"log=$1; shift; "$@" </dev/null >>"$log" 2>&1 & echo "$!""#;

/// Starts a program in a process group of its own and as nobody's child, with its output appended to
/// `log`: neither a closed terminal, nor a Ctrl-C, nor the end of whoever started this process ends it.
/// A program that cannot be run says so in the log.
///
/// # Errors
/// When there is no such program, the log cannot be opened, or there is no shell.
#[cfg(unix)]
pub fn spawn_orphan(program: &Path, arguments: &[String], directory: &Path, log: &Path) -> io::Result<Identity> {
    use std::os::unix::process::CommandExt;
    // The shell would only tell the log.
    std::fs::metadata(program)?;
    let errors = crate::system::files::open_append(log)?;
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", SCRIPT, "sh"]).arg(log).arg(program).args(arguments).current_dir(directory);
    shell.stdin(Stdio::null()).stderr(errors).process_group(0);
    let said = shell.output()?;
    let pid = String::from_utf8_lossy(&said.stdout).trim().parse::<u32>();
    let pid = pid.map_err(|_| io::Error::other(format!("the shell that starts it ended with {}", said.status)))?;
    Ok(Identity { host: host(), pid, started: started(pid).unwrap_or_default() })
}

/// Starts a program with its output appended to `log`. Nothing is known there to end what is below
/// another process.
///
/// # Errors
/// When the log cannot be opened or the program cannot be started.
#[cfg(not(unix))]
pub fn spawn_orphan(program: &Path, arguments: &[String], directory: &Path, log: &Path) -> io::Result<Identity> {
    let child = super::spawn_detached(program, arguments, directory, log)?;
    let pid = child.id();
    Ok(Identity { host: host(), pid, started: started(pid).unwrap_or_default() })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::system::process::{Standing, Stop, id, stop};

    fn parent(pid: u32) -> u32 {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        stat.rsplit_once(')').unwrap().1.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    #[test]
    fn it_is_nobodys_child_and_writes_to_the_log() {
        let log = std::env::temp_dir().join(format!("mlwright orphan's {}.log", id()));
        let arguments = ["-c", "echo \"$0\" said; exec sleep 60", "a b'c"].map(str::to_owned);
        let orphan = spawn_orphan(Path::new("/bin/sh"), &arguments, Path::new("/"), &log).unwrap();
        assert_eq!(orphan.standing(), Standing::Alive);
        assert_ne!(parent(orphan.pid()), id());
        while std::fs::read_to_string(&log).unwrap() != "a b'c said\n" {
            std::thread::yield_now();
        }
        stop(orphan.pid(), Stop::Ask).unwrap();
        while orphan.standing() == Standing::Alive {
            std::thread::yield_now();
        }
        assert_eq!(orphan.standing(), Standing::Gone);
        std::fs::remove_file(log).unwrap();
    }
}
