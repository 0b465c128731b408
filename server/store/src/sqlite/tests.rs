//! The conformance suite on SQLite, and what is SQLite's own: the file, its versions, its damage,
//! its locks, and processes that are killed.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use mlwright_base::system::{environment, files, process};
use rusqlite::Connection;

use super::{Sqlite, lock, open, records, schema};
use crate::backend::{Backend, Durability};
use crate::conformance::{check_numbered, conformance_tests, write_numbered};
use crate::{Query, Store, StoreError};

conformance_tests!(|path| Store::open(path).unwrap());

/// A database with one record, and its path.
fn database() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/metadata.db");
    Store::open(&path).unwrap().write(|tx| tx.insert("things", "a", None, &1_u64, 1)).unwrap();
    (folder, path)
}

fn pragma<T: rusqlite::types::FromSql>(path: &Path, name: &str) -> T {
    Connection::open(path).unwrap().query_row(&format!("PRAGMA {name}"), (), |row| row.get(0)).unwrap()
}

#[test]
fn the_log_is_written_ahead_and_every_commit_synced() {
    let (_folder, path) = database();
    assert_eq!(pragma::<String>(&path, "journal_mode"), "wal");
    let sqlite = Sqlite::open(&path).unwrap();
    // 2 is FULL: with NORMAL, 1, a commit in the write-ahead log is not synced, and could be lost.
    let synchronous = || lock(&sqlite.writer).query_row("PRAGMA synchronous", (), |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(synchronous(), 2);
    for (durability, expected) in [(Durability::Later, 1), (Durability::AtCommit, 2), (Durability::Later, 1), (Durability::AtCommit, 2)] {
        let writing = sqlite.begin_write(durability).unwrap();
        writing.next("n").unwrap();
        writing.commit().unwrap();
        assert_eq!(synchronous(), expected, "each transaction has its own, whatever was before it");
    }
}

#[test]
fn a_database_of_a_newer_version_is_refused_untouched() {
    let (_folder, path) = database();
    Connection::open(&path).unwrap().execute_batch("PRAGMA user_version = 99").unwrap();
    let before = files::read(&path).unwrap();
    match Store::open(&path) {
        Err(error @ StoreError::NewerSchema { found: 99, .. }) => assert!(error.hint().contains("newer mlwright")),
        other => panic!("{other:?}"),
    }
    assert_eq!(files::read(&path).unwrap(), before);
}

#[test]
fn files_that_are_no_database_of_ours_are_reported_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let garbage = folder.path().join("garbage.db");
    files::write_atomic(&garbage, &b"this is no database ".repeat(500)).unwrap();
    assert!(matches!(Store::open(&garbage), Err(StoreError::Damaged { .. })));
    assert_eq!(files::read(&garbage).unwrap(), b"this is no database ".repeat(500));

    let foreign = folder.path().join("foreign.db");
    Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)").unwrap();
    assert!(matches!(Store::open(&foreign), Err(StoreError::Foreign { .. })));
    let theirs: i64 = Connection::open(&foreign).unwrap().query_row("SELECT x FROM theirs", (), |row| row.get(0)).unwrap();
    assert_eq!(theirs, 1);

    let empty = folder.path().join("empty.db");
    files::create(&empty).unwrap();
    assert!(Store::open(&empty).is_ok(), "an empty file is a database that was never written");

    let under_a_file = garbage.join("metadata.db");
    assert!(Store::open(&under_a_file).is_err());
}

#[test]
fn damage_is_found() {
    let (_folder, path) = database();
    let store = Store::open(&path).unwrap();
    for i in 0..200_u64 {
        store.write(|tx| tx.insert("things", &format!("{i:04}"), None, &"x".repeat(400), 1)).unwrap();
    }
    store.check().unwrap();
    drop(store);
    // Everything into the file itself, then overwrite pages in its middle.
    Connection::open(&path).unwrap().query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |_| Ok(())).unwrap();
    let mut bytes = files::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8192].fill(0xff);
    files::write_atomic(&path, &bytes).unwrap();
    let checked = Store::open(&path).and_then(|store| store.check());
    assert!(matches!(&checked, Err(StoreError::Damaged { .. })), "{checked:?}");
    assert!(checked.unwrap_err().hint().contains("backup"));
}

#[test]
fn an_older_database_is_brought_up_to_date_step_by_step() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metadata.db");
    Store::open(&path).unwrap().write(|tx| tx.insert("things", "a", None, &1_u64, 1)).unwrap();
    let mut steps = schema::STEPS.to_vec();
    steps.push("CREATE TABLE added (x)");
    steps.push("CREATE TABLE this is no SQL");
    assert!(open::prepare(&path, &steps).is_err());
    let n_known = i64::try_from(schema::STEPS.len()).unwrap();
    assert_eq!(pragma::<i64>(&path, "user_version"), n_known + 1, "the good step is kept, the bad one undone");
    steps.pop();
    let connection = open::prepare(&path, &steps).unwrap();
    let kept: i64 = connection.query_row("SELECT count(*) FROM records", (), |row| row.get(0)).unwrap();
    assert_eq!(kept, 1);
    assert!(matches!(Store::open(&path), Err(StoreError::NewerSchema { .. })), "the older program refuses it");
}

#[test]
fn listings_use_an_index_and_never_sort() {
    let (_folder, path) = database();
    let connection = Connection::open(&path).unwrap();
    let queries = [
        Query::default(),
        Query { prefix: Some("a"), after: Some("ab"), ..Query::default() },
        Query { parent: Some("p"), limit: Some(5), ..Query::default() },
        Query { newest_first: true, limit: Some(5), ..Query::default() },
        Query { parent: Some("p"), newest_first: true, limit: Some(5), ..Query::default() },
    ];
    for query in queries {
        let after = query.newest_first.then_some(3);
        let (sql, parameters) = records::list_statement("things", &query, after);
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let rows = statement.query_map(rusqlite::params_from_iter(parameters), |row| row.get::<_, String>(3)).unwrap();
        let plan: Vec<String> = rows.map(Result::unwrap).collect();
        assert!(plan.iter().all(|step| step.starts_with("SEARCH")), "{query:?}: {plan:?}");
    }
}

#[test]
fn a_writer_waits_for_another_process_and_gives_up_in_the_end() {
    let (_folder, path) = database();
    let sqlite = Sqlite::open(&path).unwrap();
    // A connection of its own stands for another process.
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    lock(&sqlite.writer).busy_timeout(Duration::from_millis(20)).unwrap();
    match sqlite.begin_write(Durability::AtCommit).map(|_| ()) {
        Err(error @ StoreError::Busy { .. }) => assert_eq!(error.code(), mlwright_base::ErrorCode::Unavailable),
        other => panic!("{other:?}"),
    }
    lock(&sqlite.writer).busy_timeout(Duration::from_secs(30)).unwrap();
    let (began, waits) = channel();
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            began.send(()).unwrap();
            sqlite.begin_write(Durability::AtCommit).map(|_| ())
        });
        waits.recv().unwrap();
        other.execute_batch("COMMIT").unwrap();
        assert!(writer.join().unwrap().is_ok());
    });
}

#[test]
fn readers_beyond_the_idle_ones_get_connections_of_their_own() {
    let (_folder, path) = database();
    let store = Store::open(&path).unwrap();
    fn nest(store: &Store, depth: usize) -> u64 {
        if depth == 0 {
            return 0;
        }
        store.read::<_, StoreError>(|tx| Ok(tx.count("things", None)? + nest(store, depth - 1))).unwrap()
    }
    assert_eq!(nest(&store, 20), 20);
    assert_eq!(nest(&store, 20), 20, "and they can be used again");
}

// Processes. A child is this test program running one of the `child_…` tests below, which are
// ignored otherwise, in a folder that holds the database.

const DATABASE: &str = "metadata.db";
const REPORT: &str = "reported";
const WRITES_OF_A_CHILD: usize = 150;

fn spawn(test: &str, folder: &Path, name: &str) -> Child {
    let arguments = ["--exact", &format!("sqlite::tests::{test}"), "--ignored", "--nocapture"].map(str::to_owned);
    process::spawn_detached(&process::current_program().unwrap(), &arguments, folder, &folder.join(format!("{name}.log"))).unwrap()
}

#[test]
#[ignore = "runs as a child of two_processes_lose_and_double_nothing"]
fn child_writes() {
    let store = Store::open(&environment::current_dir().unwrap().join(DATABASE)).unwrap();
    write_numbered(&store, &process::id().to_string(), WRITES_OF_A_CHILD);
}

#[test]
#[ignore = "runs as a child of what_a_killed_process_reported_is_there"]
fn child_writes_and_reports_until_it_is_killed() {
    let folder = environment::current_dir().unwrap();
    let store = Store::open(&folder.join(DATABASE)).unwrap();
    let mut report = files::open_append(&folder.join(REPORT)).unwrap();
    loop {
        write_numbered(&store, "child", 1);
        let number = store.read(|tx| tx.counter("runs")).unwrap();
        writeln!(report, "{number}").unwrap();
    }
}

#[test]
fn two_processes_lose_and_double_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut children = ["one", "two"].map(|name| spawn("child_writes", folder.path(), name));
    for (child, name) in children.iter_mut().zip(["one", "two"]) {
        let status = child.wait().unwrap();
        let log = files::read_to_string(&folder.path().join(format!("{name}.log"))).unwrap();
        assert!(status.success(), "{log}");
        assert!(log.contains("1 passed"), "the child ran its test: {log}");
    }
    check_numbered(&Store::open(&folder.path().join(DATABASE)).unwrap(), 2 * WRITES_OF_A_CHILD as u64);
}

#[test]
fn what_a_killed_process_reported_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let reported = || -> Vec<u64> {
        let text = files::read_to_string(&folder.path().join(REPORT)).unwrap_or_default();
        // The last line may be cut off by the kill.
        text.split_inclusive('\n').filter(|line| line.ends_with('\n')).map(|line| line.trim().parse().unwrap()).collect()
    };
    for round in 0..5_usize {
        let before = reported().len();
        let mut child = spawn("child_writes_and_reports_until_it_is_killed", folder.path(), "child");
        while reported().len() < before + 10 + 7 * round {
            assert!(child.try_wait().unwrap().is_none(), "the child ended by itself");
            thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let store = Store::open(&folder.path().join(DATABASE)).unwrap();
        let n_stored = store.read(|tx| tx.counter("runs")).unwrap();
        let last = *reported().last().unwrap();
        assert!(n_stored == last || n_stored == last + 1, "reported {last}, stored {n_stored}");
        check_numbered(&store, n_stored);
    }
}
