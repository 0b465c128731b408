//! Somebody changes the audit behind mlwright's back, in the database itself.

use std::process::Command;

use mlwright_tests::Workspace;

/// Runs SQL on the workspace's database, as anyone with Python can.
fn tamper(workspace: &Workspace, sql: &str) {
    let program = "import sqlite3, sys\nwith sqlite3.connect(sys.argv[1]) as db: db.execute(sys.argv[2])";
    let database = workspace.path().join(".mlwright/metadata.db");
    let python = std::env::var_os("MLWRIGHT_PYTHON").unwrap_or_else(|| "python3".into());
    let status = Command::new(python).args(["-c", program]).arg(database).arg(sql).status().expect("python3 starts");
    assert!(status.success(), "{sql}");
}

/// How `audit verify` ends, and what it says on stdout and stderr, after the SQL ran on a workspace of eight records.
fn after(sql: &str) -> (Option<i32>, String, String) {
    let workspace = Workspace::new();
    for _ in 0..8 {
        workspace.ok(&["list-jobs"]);
    }
    let intact = workspace.run(&["audit", "verify"]);
    assert!(intact.code == Some(0) && intact.stdout.starts_with("8 records"), "{intact:?}");
    tamper(&workspace, &sql.replace("audit", "(SELECT id FROM streams WHERE name = 'audit')"));
    let ended = workspace.run(&["audit", "verify"]);
    // Work goes on whatever the audit looks like.
    workspace.ok(&["list-jobs"]);
    assert_eq!(ended.stderr.is_empty(), ended.code == Some(0), "what is wrong is said on stderr too: {ended:?}");
    (ended.code, ended.stdout, ended.stderr)
}

#[test]
fn every_kind_of_tampering_is_found_where_it_was_done() {
    for (sql, words) in [
        ("UPDATE entries SET body = replace(body, 'list_jobs', 'nothing') WHERE stream = audit AND seq = 3", "record 3"),
        ("UPDATE entries SET body = json_set(body, '$.note', 'x') WHERE stream = audit AND seq = 3", "record 3"),
        ("UPDATE entries SET body = '{}' WHERE stream = audit AND seq = 5", "record 5"),
        ("UPDATE entries SET body = 'gone' WHERE stream = audit AND seq = 8", "record 8"),
        ("DELETE FROM entries WHERE stream = audit AND seq = 4", "record 4 is missing"),
        ("DELETE FROM entries WHERE stream = audit AND seq > 6", "the end is missing"),
        ("DELETE FROM entries WHERE stream = audit", "the end is missing"),
    ] {
        let (code, result, error) = after(sql);
        assert!(code == Some(1) && result.contains(words) && error.contains(words), "{sql}: {code:?} {result} {error}");
    }
}

#[test]
fn a_kept_hash_shows_an_end_that_was_cut_together_with_its_count() {
    let workspace = Workspace::new();
    for _ in 0..4 {
        workspace.ok(&["list-jobs"]);
    }
    let said = workspace.run(&["audit", "verify"]).stdout;
    let kept = said.trim().rsplit(' ').next().expect("the last hash").to_owned();
    assert_eq!(workspace.run(&["audit", "verify", "--expect", &kept]).code, Some(0));
    tamper(&workspace, "DELETE FROM entries WHERE seq > 2 AND stream = (SELECT id FROM streams WHERE name = 'audit')");
    tamper(&workspace, "UPDATE streams SET last_seq = 2 WHERE name = 'audit'");
    assert_eq!(workspace.run(&["audit", "verify"]).code, Some(0), "nothing in the database shows it");
    assert_eq!(workspace.run(&["audit", "verify", "--expect", &kept]).code, Some(1));
}
