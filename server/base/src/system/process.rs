//! Child processes: started so that they outlive their parent, asked to stop, found again.

mod dialogue;
mod orphan;

pub use dialogue::Dialogue;
pub use orphan::spawn_orphan;

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

/// The program of that name in the folders of `PATH`, links in its path kept; `None` when there is none.
#[must_use]
pub fn find_program(name: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let names = [name.to_owned(), format!("{name}{}", std::env::consts::EXE_SUFFIX), format!("{name}.cmd")];
    let names = if cfg!(windows) { &names[..] } else { &names[..1] };
    std::env::split_paths(&folders)
        .filter(|folder| folder.is_absolute())
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)))
        .find(|path| super::files::is_program(path))
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

/// One process, told from every other: also from one that gets its id later, and from those of
/// other machines and containers that see the same files. Written `host/pid/started`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The machine since it was started, and the namespace that the id counts in; empty when the
    /// operating system does not tell.
    host: String,
    pid: u32,
    /// When it was started, in the operating system's own count; empty when it does not tell.
    started: String,
}

/// What is known of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It runs.
    Alive,
    /// It has ended.
    Gone,
    /// It cannot be seen from here.
    Unknown,
}

impl Identity {
    /// This process.
    #[must_use]
    pub fn own() -> Self {
        Self::of(id())
    }

    /// The process of this machine that has an id now.
    #[must_use]
    pub fn of(pid: u32) -> Self {
        Self { host: host(), pid, started: started(pid).unwrap_or_default() }
    }

    /// The process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Reads what `Display` wrote; `None` for any other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let identity = Self { host: parts.next()?.to_owned(), pid: parts.next()?.parse().ok()?, started: parts.next()?.to_owned() };
        parts.next().is_none().then_some(identity)
    }

    /// Whether it still runs.
    #[must_use]
    pub fn standing(&self) -> Standing {
        if self.host != host() {
            return Standing::Unknown;
        }
        if !is_alive(self.pid) {
            return Standing::Gone;
        }
        match started(self.pid) {
            Some(started) if started == self.started && !started.is_empty() => Standing::Alive,
            Some(_) => Standing::Gone,
            None => Standing::Unknown,
        }
    }
}

impl std::fmt::Display for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}", self.host, self.pid, self.started)
    }
}

/// The start of the machine and the namespace of process ids: no two containers share both.
#[cfg(target_os = "linux")]
fn host() -> String {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let namespace = std::fs::read_link("/proc/self/ns/pid").map(|link| link.to_string_lossy().into_owned()).unwrap_or_default();
    format!("{}-{namespace}", boot.trim())
}

/// Where the operating system does not tell, no process is known by more than its id.
#[cfg(not(target_os = "linux"))]
fn host() -> String {
    String::new()
}

/// Field 22 of `/proc/PID/stat` (proc_pid_stat(5)): clock ticks from the machine's start to the
/// process's. The second field may hold any character, so fields are counted after its last bracket.
#[cfg(target_os = "linux")]
fn started(pid: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let after_name = stat.rsplit_once(')')?.1;
    let mut fields = after_name.split_whitespace();
    // A process that has ended and was not reaped yet does nothing any more.
    if fields.next()? == "Z" {
        return Some(String::new());
    }
    fields.nth(18).map(str::to_owned)
}

#[cfg(not(target_os = "linux"))]
fn started(_pid: u32) -> Option<String> {
    None
}

/// Whether a process of that id exists, also one of another user.
#[cfg(unix)]
fn is_alive(pid: u32) -> bool {
    let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw);
    pid.is_some_and(|pid| !matches!(rustix::process::test_kill_process(pid), Err(rustix::io::Errno::SRCH)))
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
fn is_alive(pid: u32) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_told_from_one_that_has_its_id_later_or_elsewhere() {
        let own = Identity::own();
        assert_eq!(Identity::parse(&own.to_string()), Some(own.clone()));
        for wrong in ["", "host/1", "host/one/2", "host/1/2/3"] {
            assert_eq!(Identity::parse(wrong), None, "{wrong:?}");
        }
        assert_eq!(Identity { host: "elsewhere".to_owned(), ..own.clone() }.standing(), Standing::Unknown);
        if cfg!(target_os = "linux") {
            assert_eq!(own.standing(), Standing::Alive);
            assert_eq!(Identity { started: "1".to_owned(), ..own }.standing(), Standing::Gone);
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_that_ended_is_gone_before_and_after_it_is_reaped() {
        let mut child = Command::new("true").spawn().expect("`true` starts");
        let identity = Identity { host: host(), pid: child.id(), started: started(child.id()).expect("it is there until it is reaped") };
        let mut standing = identity.standing();
        while standing == Standing::Alive {
            std::thread::yield_now();
            standing = identity.standing();
        }
        assert_eq!(standing, Standing::Gone);
        child.wait().expect("it ended");
        assert_eq!(identity.standing(), Standing::Gone);
    }
}
