//! A process of the binary that a test may treat badly: it may not panic, grow without bound, or outlive the test.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use mlwright_tests::{Workspace, kill};
use tempfile::NamedTempFile;

/// The longest that one test may take; a server that hangs is ended then, and the test fails.
const HANG: Duration = Duration::from_secs(240);

/// A running process and what it says on stderr.
pub struct Process {
    pub child: Child,
    log: NamedTempFile,
    /// Dropped when the process has been waited for: the watchdog stops.
    _watched: Sender<()>,
}

impl Process {
    /// Starts a command; its stdin and stdout are pipes where the caller made them so.
    pub fn start(mut command: Command) -> Self {
        let log = NamedTempFile::new().expect("a file");
        let errors: File = log.reopen().expect("a file");
        let child = command.env("RUST_BACKTRACE", "0").stderr(errors).spawn().expect("the binary starts");
        let pid = pid(&child);
        let (watched, watching) = channel::<()>();
        std::thread::spawn(move || {
            if watching.recv_timeout(HANG) == Err(RecvTimeoutError::Timeout) {
                kill(pid);
            }
        });
        Self { child, log, _watched: watched }
    }

    pub fn pid(&self) -> i32 {
        pid(&self.child)
    }

    /// What it said on stderr so far.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.log.path()).expect("a log")).into_owned()
    }

    /// The memory that it has in use, in bytes; `None` where the system does not tell.
    pub fn resident_bytes(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim().trim_end_matches(" kB").parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
    }

    /// Fails when it ended or panicked.
    pub fn assert_well(&mut self, when: &str) {
        let ended = self.child.try_wait().expect("it can be asked");
        assert!(ended.is_none(), "{when}: the server ended with {ended:?}\n{}", self.log());
        self.assert_no_panic(when);
    }

    /// Fails when it panicked.
    pub fn assert_no_panic(&self, when: &str) {
        let log = self.log();
        assert!(!log.contains("panicked"), "{when}: {log}");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn pid(child: &Child) -> i32 {
    i32::try_from(child.id()).expect("a pid")
}

/// `mlwright mcp --http` on a free port.
pub struct HttpServer {
    pub process: Process,
    /// `127.0.0.1:PORT`.
    pub host: String,
}

impl HttpServer {
    /// A server that answers with a token only, or as its arguments say.
    pub fn start(workspace: &Workspace, arguments: &[&str]) -> Self {
        let mut command = workspace.command(&[&["mcp", "--http", "--port", "0"], arguments].concat());
        command.stdout(Stdio::piped());
        let mut process = Process::start(command);
        let mut line = String::new();
        BufReader::new(process.child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        let host = line.trim().strip_prefix("http://").and_then(|rest| rest.strip_suffix("/mcp"));
        let host = host.unwrap_or_else(|| panic!("{line:?} is no address: {}", process.log())).to_owned();
        Self { process, host }
    }
}

/// A new token.
pub fn token(workspace: &Workspace, name: &str, scopes: &str) -> String {
    let ended = workspace.run(&["token", "create", "--name", name, "--scopes", scopes]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    ended.stdout.trim().to_owned()
}

/// A workspace with one small table.
pub fn flowers() -> Workspace {
    let workspace = Workspace::new();
    let rows: String = (0..120).map(|i| format!("{}.{},{}\n", i % 7, i % 10, ["rose", "tulip"][i % 2])).collect();
    workspace.put("flowers.csv", format!("petal,kind\n{rows}").as_bytes());
    workspace
}
