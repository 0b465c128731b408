//! A workspace of its own and the real binary, for tests that do what a user does.
//!
//! The binary is `$MLWRIGHT`, else `mlwright` in the folder that the tests were built in; build it
//! first (`make test` does).

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The binary under test.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn program() -> PathBuf {
    if let Some(path) = std::env::var_os("MLWRIGHT") {
        let path = PathBuf::from(path);
        assert!(path.is_file(), "$MLWRIGHT is {}, which is no file; run `make build`", path.display());
        return path;
    }
    let test = std::env::current_exe().expect("a running test has a path");
    let folder = test.ancestors().nth(2).expect("tests are built in PROFILE/deps");
    let path = folder.join(format!("mlwright{}", std::env::consts::EXE_SUFFIX));
    assert!(path.is_file(), "there is no {}; run `make build`", path.display());
    path
}

/// The checkout's root.
#[must_use]
pub fn root() -> PathBuf {
    // Asked when the tests run: what another checkout compiled into a shared target folder has the paths of that one.
    let tests = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    tests.parent().expect("tests/ is in the checkout").to_path_buf()
}

/// How one command ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// What it wrote to stdout.
    pub stdout: String,
    /// What it wrote to stderr.
    pub stderr: String,
}

impl Ended {
    /// From a process's output; the word "panicked" fails the test at once.
    ///
    /// # Panics
    /// When the process panicked.
    #[must_use]
    pub fn of(output: Output) -> Self {
        let ended = Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        assert!(!ended.stderr.contains("panicked") && !ended.stdout.contains("panicked"), "{ended:?}");
        ended
    }
}

/// A temporary folder that is a workspace. Its server, if one was started, is ended with it; that no
/// server and no job panicked is looked up in their logs then.
pub struct Workspace {
    folder: TempDir,
}

impl Default for Workspace {
    fn default() -> Self {
        Self::new()
    }
}

impl Workspace {
    /// An empty workspace.
    ///
    /// # Panics
    /// When no temporary folder can be made.
    #[must_use]
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir(folder.path().join(".mlwright")).expect("a folder");
        Self { folder }
    }

    /// A workspace with `telco.csv`: 7,043 customers, target `Churn`.
    #[must_use]
    pub fn telco() -> Self {
        let workspace = Self::new();
        workspace.put("telco.csv", &std::fs::read(root().join("examples/telco-churn/telco.csv")).expect("the bundled table"));
        workspace
    }

    /// A workspace with `housing.csv.gz`: 20,640 districts, target `median_house_value`.
    #[must_use]
    pub fn housing() -> Self {
        let workspace = Self::new();
        workspace.put("housing.csv.gz", &std::fs::read(root().join("tests/data/housing.csv.gz")).expect("the bundled table"));
        workspace
    }

    /// Its folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Puts a file into it.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn put(&self, name: &str, bytes: &[u8]) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
    }

    /// A command of the binary in this workspace, with nothing on its standard input.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        command.arg("--workspace").arg(self.path()).args(arguments).current_dir(self.path()).stdin(Stdio::null());
        command.env("RUST_BACKTRACE", "0");
        command
    }

    /// Runs a command to its end.
    ///
    /// # Panics
    /// When it cannot be started or panics.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        Ended::of(self.command(arguments).output().expect("the binary starts"))
    }

    /// Runs an operation that must succeed; its structured answer.
    ///
    /// # Panics
    /// When it fails or answers anything but JSON.
    pub fn ok(&self, arguments: &[&str]) -> Value {
        let ended = self.run(&[arguments, &["--json"]].concat());
        assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:?}");
        serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {ended:?}"))
    }

    /// Runs an operation that must be refused with exit code 1; what it said on stderr.
    ///
    /// # Panics
    /// When it ends in any other way.
    pub fn refused(&self, arguments: &[&str]) -> String {
        let ended = self.run(arguments);
        assert_eq!(ended.code, Some(1), "{arguments:?}: {ended:?}");
        assert!(!ended.stderr.trim().is_empty(), "{arguments:?} says nothing");
        ended.stderr
    }

    /// Runs a command line that is wrong in itself (exit code 2); what it said on stderr.
    ///
    /// # Panics
    /// When it ends in any other way.
    pub fn misused(&self, arguments: &[&str]) -> String {
        let ended = self.run(arguments);
        assert_eq!(ended.code, Some(2), "{arguments:?}: {ended:?}");
        ended.stderr
    }

    /// Looks through the logs of the server and of jobs.
    ///
    /// # Panics
    /// When one of them panicked.
    pub fn assert_no_panic(&self) {
        let Ok(logs) = std::fs::read_dir(self.path().join(".mlwright/logs")) else { return };
        for path in logs.map(|entry| entry.expect("an entry").path()) {
            let text = String::from_utf8_lossy(&std::fs::read(&path).expect("a log")).into_owned();
            assert!(!text.contains("panicked"), "{}: {text}", path.display());
        }
    }

    /// The server process's id and address, while its file says that one runs.
    #[must_use]
    pub fn server(&self) -> Option<(i32, String)> {
        let text = std::fs::read_to_string(self.path().join(".mlwright/run/server.json")).ok()?;
        let server: Value = serde_json::from_str(&text).ok()?;
        let host = server["host"].as_str().unwrap_or("127.0.0.1");
        Some((i32::try_from(server["pid"].as_i64()?).ok()?, format!("http://{host}:{}", server["port"].as_u64()?)))
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        if let Some((pid, _)) = self.server() {
            kill(pid);
        }
        if !std::thread::panicking() {
            self.assert_no_panic();
        }
    }
}

/// Ends a process at once, as `kill -9` does. One that is gone already is no error.
pub fn kill(pid: i32) {
    if let Some(pid) = rustix::process::Pid::from_raw(pid) {
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
    }
}

/// The folder of the clients written in Python, and the interpreter that has what they need.
///
/// # Panics
/// When `$MLWRIGHT_PYTHON` is not set; `make test` sets it.
#[must_use]
pub fn python(client: &str) -> Command {
    let python = std::env::var_os("MLWRIGHT_PYTHON").expect("$MLWRIGHT_PYTHON names a Python with the packages of tests/clients/requirements.txt");
    let mut command = Command::new(python);
    command.arg(root().join("tests/clients").join(client));
    command
}
