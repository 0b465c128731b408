use std::path::Path;

use mlwright_base::ErrorCode;
use mlwright_base::system::files;
use mlwright_data::managed::WriteMode;
use mlwright_store::StoreError;

use super::record::{COLLECTION, stream};
use super::{CreateTable, DescribeTable, ListTables, ManagedTable, PendingWrite, SourceRead, TableCommit, TableKind};
use crate::engine::Engine;
use crate::serving::fixture::Fixture;

const PEOPLE: &str = "id,age,plan\n1,30,basic\n2,,pro\n3,41,basic\n";

fn fixture() -> Fixture {
    let fixture = Fixture::new();
    put(&fixture, "people.csv", PEOPLE);
    fixture
}

fn put(fixture: &Fixture, name: &str, text: &str) {
    let path = fixture.folder.path().join(name);
    files::create_dir_all(path.parent().unwrap()).unwrap();
    files::write_atomic(&path, text.as_bytes()).unwrap();
}

fn request(name: &str, sql: &str, mode: WriteMode) -> CreateTable {
    CreateTable { name: name.to_owned(), sql: Some(sql.to_owned()), file: None, mode, description: None }
}

fn create(fixture: &Fixture, name: &str, sql: &str, mode: WriteMode) -> super::CreatedTable {
    fixture.engine.create_table(&fixture.call(), &request(name, sql, mode)).unwrap_or_else(|problem| panic!("{problem:?}"))
}

fn refused(fixture: &Fixture, request: &CreateTable) -> (ErrorCode, String) {
    let problem = fixture.engine.create_table(&fixture.call(), request).unwrap_err();
    (problem.code, problem.field)
}

fn record(fixture: &Fixture, name: &str) -> Option<ManagedTable> {
    fixture.engine.store.read::<_, StoreError>(|tx| tx.get::<ManagedTable>(COLLECTION, name)).unwrap().map(|record| record.body)
}

fn n_rows(fixture: &Fixture, name: &str) -> u64 {
    fixture.engine.open_table(name).unwrap().table.n_rows().unwrap()
}

#[test]
fn tables_are_found_by_path_and_name_and_others_are_answered_with_the_nearest() {
    let fixture = fixture();
    put(&fixture, "data/deep.csv", PEOPLE);
    let open = fixture.engine.open_table("./data/../people.csv").unwrap();
    assert_eq!((open.name.as_str(), open.asset.as_str(), open.kind, open.version), ("people.csv", "table:people.csv", TableKind::File, None));
    assert_eq!(fixture.engine.open_table("data/deep.csv").unwrap().name, "data/deep.csv");
    for (name, code, hint) in [
        ("peple.csv", ErrorCode::NotFound, "people.csv"),
        ("", ErrorCode::InvalidArgument, "list_tables"),
        ("data", ErrorCode::InvalidArgument, "data/deep.csv"),
        ("../people.csv", ErrorCode::Refused, "roots"),
        (".mlwright/metadata.db", ErrorCode::Refused, "list_tables"),
        ("inference/none", ErrorCode::NotFound, ""),
    ] {
        let Err(problem) = fixture.engine.open_table(name) else { panic!("{name:?} was opened") };
        assert_eq!((problem.code, problem.field.as_str()), (code, "table"), "{name:?}");
        assert!(problem.hint.contains(hint), "{name:?}: {}", problem.hint);
    }
}

#[test]
fn every_write_is_a_version_with_its_sources() {
    let fixture = fixture();
    let first = create(&fixture, "adults", "SELECT * FROM 'people.csv' WHERE age > 35", WriteMode::Create);
    assert_eq!((first.version, first.n_rows_written, first.n_rows, first.n_columns), (0, 1, 1, 3));
    assert_eq!(first.sources, [SourceRead { asset: "table:people.csv".into(), version: None }]);
    let second = create(&fixture, "adults", "SELECT * FROM 'people.csv' WHERE age <= 35", WriteMode::Append);
    assert_eq!((second.version, second.n_rows_written, second.n_rows), (1, 1, 2));
    let third = create(&fixture, "adults", "SELECT id FROM adults", WriteMode::Overwrite);
    assert_eq!((third.version, third.n_rows, third.n_columns), (2, 2, 1));
    assert_eq!(third.sources, [SourceRead { asset: "table:adults".into(), version: Some(1) }]);
    assert_eq!((n_rows(&fixture, "adults@v0"), n_rows(&fixture, "adults@v1"), n_rows(&fixture, "adults")), (1, 2, 2));
    assert_eq!(fixture.engine.open_table("adults@v1").unwrap().versioned_name(), "adults@v1");
    let commits = fixture.engine.store.read::<_, StoreError>(|tx| tx.read_stream::<TableCommit>(&stream("adults"), 0, 10)).unwrap();
    assert_eq!(commits.iter().map(|commit| commit.body.version).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(commits[2].body.sql.as_deref(), Some("SELECT id FROM adults"));
    let lineage = fixture.engine.lineage("table:adults").unwrap();
    let upstream: Vec<&str> = lineage.upstream.iter().map(|link| link.from.as_str()).collect();
    assert_eq!(upstream, ["table:people.csv"], "a table is not its own source");
}

#[test]
fn a_file_becomes_a_managed_table() {
    let fixture = fixture();
    let from_file = CreateTable { sql: None, file: Some("people.csv".into()), description: Some("who".into()), ..request("people", "", WriteMode::Create) };
    let made = fixture.engine.create_table(&fixture.call(), &from_file).unwrap();
    assert_eq!((made.n_rows, made.n_columns), (3, 3));
    let described = fixture.engine.describe_table(&DescribeTable { table: "people".into(), ..DescribeTable::default() }, &fixture.cancel).unwrap();
    assert_eq!((described.kind, described.owner.as_str(), described.description.as_str()), (TableKind::Managed, "ada", "who"));
    assert_eq!(described.versions.len(), 1);
}

#[test]
fn what_cannot_be_written_leaves_everything_as_it_was() {
    let fixture = fixture();
    let select = "SELECT id FROM 'people.csv'";
    for (request, expected) in [
        (request("a/b", select, WriteMode::Create), (ErrorCode::InvalidArgument, "name")),
        (request("people.csv", select, WriteMode::Create), (ErrorCode::InvalidArgument, "name")),
        (CreateTable { sql: None, ..request("t", "", WriteMode::Create) }, (ErrorCode::InvalidArgument, "sql")),
        (CreateTable { file: Some("people.csv".into()), ..request("t", select, WriteMode::Create) }, (ErrorCode::InvalidArgument, "sql")),
        (CreateTable { sql: None, file: Some("none.csv".into()), ..request("t", "", WriteMode::Create) }, (ErrorCode::NotFound, "file")),
    ] {
        let (code, field) = refused(&fixture, &request);
        assert_eq!((code, field.as_str()), expected, "{request:?}");
    }
    assert_eq!(record(&fixture, "t"), None);
    create(&fixture, "t", select, WriteMode::Create);
    let before = record(&fixture, "t");
    assert_eq!(refused(&fixture, &request("t", select, WriteMode::Create)), (ErrorCode::Conflict, "mode".to_owned()));
    let (code, _) = refused(&fixture, &request("t", "SELECT plan FROM 'people.csv'", WriteMode::Append));
    assert!(matches!(code, ErrorCode::UnsuitableData | ErrorCode::InvalidArgument | ErrorCode::Conflict), "{code}");
    assert_eq!(record(&fixture, "t"), before, "the intent is taken back");
    assert_eq!(n_rows(&fixture, "t"), 3);
    fixture.cancel.cancel();
    let cancelled = fixture.engine.create_table(&fixture.call(), &request("t", select, WriteMode::Overwrite)).unwrap_err();
    assert!(cancelled.is_cancelled());
}

#[test]
fn two_writers_of_one_table_take_turns() {
    let fixture = fixture();
    create(&fixture, "t", "SELECT id FROM 'people.csv'", WriteMode::Create);
    let lock = files::try_lock(&fixture.engine.workspace.run().join("table-t.lock")).unwrap();
    assert!(lock.is_some());
    let (code, _) = refused(&fixture, &request("t", "SELECT id FROM 'people.csv'", WriteMode::Append));
    assert!(matches!(code, ErrorCode::Conflict | ErrorCode::Unavailable), "{code}");
    drop(lock);
    assert_eq!(create(&fixture, "t", "SELECT id FROM 'people.csv'", WriteMode::Append).n_rows, 6);
}

#[test]
fn a_write_that_a_crash_cut_short_is_cleared_by_the_next() {
    let fixture = fixture();
    let engine = &fixture.engine;
    let now = engine.now();
    let pending = ManagedTable {
        name: "t".into(),
        description: "kept".into(),
        owner: "bob".into(),
        created: now,
        updated: now,
        pending: Some(PendingWrite { actor: "bob".into(), since: now, mode: WriteMode::Create }),
    };
    engine.store.write::<_, StoreError>(|tx| tx.insert(COLLECTION, "t", None, &pending, 0)).unwrap();
    assert_eq!(engine.open_table("t").err().map(|problem| problem.code), Some(ErrorCode::NotFound), "the Delta log is the truth");
    assert_eq!(create(&fixture, "t", "SELECT id FROM 'people.csv'", WriteMode::Create).version, 0);
    let record = record(&fixture, "t").unwrap();
    assert_eq!((record.pending, record.description.as_str()), (None, "kept"));
}

#[test]
fn a_process_that_died_inside_the_first_commit_leaves_no_table() {
    let fixture = fixture();
    let log = fixture.engine.workspace.tables().join("t/_delta_log");
    files::create_dir_all(&log).unwrap();
    files::write_atomic(&log.join("00000000000000000000.json#1"), b"{").unwrap();
    files::write_atomic(&log.join("_commit_0b.json.tmp"), b"{").unwrap();
    files::write_atomic(&log.parent().unwrap().join("part-mlwright-lost.parquet"), b"PAR1").unwrap();
    assert!(!fixture.engine.table_names().contains(&"t".to_owned()));
    assert_eq!(fixture.engine.open_table("t").err().map(|problem| problem.code), Some(ErrorCode::NotFound));
    let (code, _) = refused(&fixture, &request("t", "SELECT id FROM 'people.csv'", WriteMode::Append));
    assert_eq!(code, ErrorCode::NotFound);
    assert_eq!(create(&fixture, "t", "SELECT id FROM 'people.csv'", WriteMode::Create).version, 0);
    assert_eq!(create(&fixture, "t", "SELECT id FROM 'people.csv'", WriteMode::Append).n_rows, 6);
}

#[test]
fn a_version_that_was_written_but_not_recorded_is_said() {
    let fixture = fixture();
    create(&fixture, "t", "SELECT id FROM 'people.csv'", WriteMode::Create);
    fixture.engine.store.write::<_, StoreError>(|tx| tx.delete(COLLECTION, "t", None)).unwrap();
    let commit = TableCommit {
        version: 3,
        time: fixture.engine.now(),
        actor: "ada".into(),
        mode: WriteMode::Append,
        n_rows_written: 1,
        sql: None,
        sources: Vec::new(),
    };
    let problem = fixture.engine.commit("t", &commit).unwrap_err();
    assert!(problem.message.starts_with("version 3 of table \"t\" was written, but it was not recorded: "), "{problem:?}");
    assert!(problem.hint.contains("do not repeat") && problem.hint.contains("t@v3"), "{problem:?}");
}

#[cfg(unix)]
#[test]
fn folders_that_mlwright_keeps_are_not_listed() {
    let folder = tempfile::tempdir().unwrap();
    for path in ["disk/x.csv", "sub/.mlwright/tables/x.csv", "sub/y.csv"] {
        let path = folder.path().join(path);
        files::create_dir_all(path.parent().unwrap()).unwrap();
        files::write_atomic(&path, PEOPLE.as_bytes()).unwrap();
    }
    std::os::unix::fs::symlink(folder.path().join("disk"), folder.path().join(".mlwright")).unwrap();
    std::os::unix::fs::symlink(folder.path().join("sub/.mlwright/tables/x.csv"), folder.path().join("z.csv")).unwrap();
    let engine = Engine::open(folder.path()).unwrap();
    assert_eq!(engine.table_names(), ["sub/y.csv"]);
}

#[test]
fn listing_pages_and_skips_what_is_not_the_users() {
    let fixture = fixture();
    for name in ["data/b.csv", "data/a.parquet.csv", ".hidden/x.csv", "node_modules/x.csv", "venv2/pyvenv.cfg", "venv2/x.csv", "notes.md"] {
        put(&fixture, name, PEOPLE);
    }
    create(&fixture, "zoo", "SELECT * FROM 'people.csv'", WriteMode::Create);
    let list = |contains: Option<&str>, limit: Option<usize>, offset: usize| {
        fixture.engine.list_tables(&ListTables { contains: contains.map(str::to_owned), limit, offset }).unwrap()
    };
    let all = list(None, None, 0);
    let names: Vec<&str> = all.tables.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["zoo", "data/a.parquet.csv", "data/b.csv", "people.csv"]);
    assert_eq!((all.tables[0].n_rows, all.tables[0].version, all.tables[0].owner.as_str()), (Some(3), Some(0), "ada"));
    assert_eq!((all.tables[3].n_rows, all.tables[3].format.as_str()), (Some(3), "csv"));
    let page = list(None, Some(3), 0);
    assert_eq!((page.tables.len(), page.n_tables, page.next_offset), (3, 4, Some(3)));
    assert_eq!(list(None, Some(3), 3).next_offset, None);
    assert_eq!(list(Some("DATA"), None, 0).n_tables, 2);
}

#[test]
fn descriptions_page_through_columns_and_cut_long_texts() {
    let fixture = Fixture::new();
    let names: Vec<String> = (0..300).map(|i| format!("c{i}")).collect();
    let long = "x".repeat(500);
    let row: Vec<String> = (0..300).map(|i| if i == 0 { long.clone() } else { format!("{i}") }).collect();
    put(&fixture, "wide.csv", &format!("{}\n{}\n{}\n", names.join(","), row.join(","), row.join(",")));
    let describe = |from: Option<&str>, limit: Option<usize>| {
        let request = DescribeTable { table: "wide.csv".into(), columns_from: from.map(str::to_owned), limit, sample_rows: Some(1) };
        fixture.engine.describe_table(&request, &fixture.cancel)
    };
    let first = describe(None, Some(100)).unwrap();
    assert_eq!((first.n_rows, first.n_columns, first.columns.len()), (2, 300, 100));
    assert_eq!(first.next_columns_from.as_deref(), Some("c100"));
    assert_eq!(first.sample.len(), 1);
    assert!(first.sample[0]["c0"].as_str().is_some_and(|text| text.chars().count() <= 60), "long texts are cut");
    assert_eq!(describe(Some("c290"), None).unwrap().columns.len(), 10);
    let problem = describe(Some("c3000"), None).unwrap_err();
    assert_eq!((problem.code, problem.field.as_str()), (ErrorCode::NotFound, "columns_from"));
}

#[test]
fn queries_read_any_mixture_and_stay_within_their_limits() {
    let fixture = fixture();
    create(&fixture, "plans", "SELECT plan, COUNT(*) AS n FROM 'people.csv' GROUP BY plan", WriteMode::Create);
    let query = |sql: &str, limit| fixture.engine.query(&fixture.call(), sql, limit);
    let joined = query("SELECT p.id, q.n FROM 'people.csv' AS p JOIN plans AS q ON p.plan = q.plan ORDER BY p.id", None).unwrap();
    assert_eq!(joined.rows.iter().map(|row| row["n"].as_u64().unwrap()).collect::<Vec<_>>(), [2, 1, 2]);
    assert_eq!(joined.sources.len(), 2);
    let cut = query("SELECT id FROM 'people.csv'", Some(2)).unwrap();
    assert!(cut.truncated && cut.n_rows == 2);
    for (sql, limit, code) in [
        ("SELECT 1", Some(0), ErrorCode::InvalidArgument),
        ("DROP TABLE plans", None, ErrorCode::Refused),
        ("SELECT idd FROM 'people.csv'", None, ErrorCode::NotFound),
        ("SELECT 1 FROM nowhere", None, ErrorCode::NotFound),
        ("SELECT * FROM '/etc/passwd'", None, ErrorCode::Refused),
    ] {
        assert_eq!(query(sql, limit).unwrap_err().code, code, "{sql}");
    }
    assert!(files::exists(&Path::new(fixture.folder.path()).join("people.csv")));
}
