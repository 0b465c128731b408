//! Output that nobody reads any more.

use std::io::pipe;

use mlwright_tests::Workspace;

/// A writing end whose reader has gone.
fn closed() -> std::io::PipeWriter {
    pipe().expect("a pipe").1
}

#[test]
fn a_closed_stderr_ends_nothing() {
    let workspace = Workspace::new();
    workspace.put("t.csv", b"a,b\n1,2\n3,4\n");
    let output = workspace
        .command(&["profile-table", "--table", "t.csv", "--json", "-vv"])
        .env("MLWRIGHT_LOG", "trace")
        .stderr(closed())
        .output()
        .expect("the binary starts");
    assert_eq!(output.status.code(), Some(0), "logs and progress that cannot be written");
    assert!(serde_json::from_slice::<serde_json::Value>(&output.stdout).is_ok(), "{output:?}");
    let output = workspace.command(&["describe-table", "--table", "none.csv"]).stderr(closed()).output().expect("the binary starts");
    assert_eq!(output.status.code(), Some(1), "an error that cannot be said");
}

#[test]
fn a_closed_stdout_ends_nothing() {
    let workspace = Workspace::new();
    let output = workspace.command(&["list-tables"]).stdout(closed()).output().expect("the binary starts");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}
