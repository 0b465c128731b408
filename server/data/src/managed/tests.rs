use std::path::PathBuf;
use std::thread;

use mlwright_base::{CancelToken, ErrorCode, Problem};

use super::*;

fn rows(table: &Table) -> Vec<Option<i64>> {
    let frame = table.collect(&CancelToken::new()).expect("rows");
    frame.column("x").expect("x").i64().expect("i64").iter().collect()
}

fn numbers(values: std::ops::Range<i64>) -> DataFrame {
    df!("x" => values.clone().collect::<Vec<_>>(), "s" => values.map(|n| n.to_string()).collect::<Vec<_>>())
        .expect("a frame")
}

#[test]
fn versions_are_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().join("my table");
    assert!(matches!(write(&dir, &mut numbers(0..1), WriteMode::Append), Err(DataError::NotATable { .. })));
    assert!(matches!(open_version(&dir, None), Err(DataError::NotATable { .. })));
    assert_eq!(write(&dir, &mut numbers(0..3), WriteMode::Create).expect("create"), 0);
    assert!(matches!(write(&dir, &mut numbers(0..3), WriteMode::Create), Err(DataError::TableExists { .. })));
    assert_eq!(write(&dir, &mut numbers(3..5), WriteMode::Append).expect("append"), 1);
    let mut other = df!("x" => [7_i64], "y" => [0.5]).expect("a frame");
    assert_eq!(write(&dir, &mut other, WriteMode::Overwrite).expect("overwrite"), 2);

    let latest = open_version(&dir, None).expect("open");
    assert_eq!(
        (rows(&latest), latest.version(), latest.column_names()),
        (vec![Some(7)], Some(2), vec!["x".into(), "y".into()])
    );
    let first = open_version(&dir, Some(0)).expect("open");
    assert_eq!(rows(&first), [Some(0), Some(1), Some(2)]);
    let second = open_version(&dir, Some(1)).expect("open");
    assert_eq!((rows(&second), second.n_rows().expect("rows")), ((0..5).map(Some).collect(), 5));
    assert!(matches!(open_version(&dir, Some(9)), Err(DataError::VersionNotFound { version: 9, latest: 2 })));
    assert_ne!(first.fingerprint().expect("a digest"), second.fingerprint().expect("a digest"));
    assert!(crate::is_table_file(&dir));
    assert_eq!(crate::open(&dir, &crate::ReadOptions::default()).expect("open").version(), Some(2));

    let listed: Vec<_> =
        versions(&dir).expect("versions").into_iter().map(|v| (v.version, v.rows, v.operation)).collect();
    assert_eq!(
        listed,
        [
            (2, Some(1), "CREATE OR REPLACE TABLE".into()),
            (1, Some(5), "WRITE".into()),
            (0, Some(3), "CREATE TABLE".into())
        ]
    );
}

#[test]
fn appended_rows_must_match() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path();
    write(dir, &mut numbers(0..2), WriteMode::Create).expect("create");
    let difference = |mut frame: DataFrame| match write(dir, &mut frame, WriteMode::Append) {
        Err(DataError::SchemaMismatch { difference }) => difference,
        other => panic!("{other:?}"),
    };
    assert_eq!(difference(df!("x" => [1_i64], "t" => ["a"]).expect("a frame")), "missing s; not expected t");
    assert_eq!(difference(df!("x" => ["1"], "s" => ["a"]).expect("a frame")), "x is str where i64 is expected");
    // Another order, a narrower type and a column without values fit.
    let mut fits = df!("s" => [None::<&str>], "x" => [5_i32]).expect("a frame");
    assert_eq!(write(dir, &mut fits, WriteMode::Append).expect("append"), 1);
    assert_eq!(rows(&open_version(dir, None).expect("open")), [Some(0), Some(1), Some(5)]);
    assert_eq!(versions(dir).expect("versions").len(), 2);
}

#[test]
fn all_types_come_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let moment =
        Series::new("t".into(), [0_i64, 1_709_200_800_500]).cast(&DataType::Datetime(TimeUnit::Milliseconds, None));
    let zoned =
        Series::new("z".into(), [0_i64, 1]).cast(&DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)));
    let day = Series::new("d".into(), [0_i32, 19_782]).cast(&DataType::Date);
    let label = Series::new("c".into(), ["u", "v"]).cast(&DataType::from_categories(Categories::global()));
    let list = Series::new("l".into(), [Series::new("".into(), [1_i64, 2]), Series::new("".into(), [3_i64])]);
    let mut frame =
        df!("b" => [true, false], "f" => [f64::NAN, 1.5], "u" => [1_u32, 2], "i" => [1_i32, 2]).expect("a frame");
    for series in [moment.expect("t"), zoned.expect("z"), day.expect("d"), label.expect("c"), list] {
        frame.with_column(series.into_column()).expect("a column");
    }
    write(folder.path(), &mut frame, WriteMode::Create).expect("create");
    let read = open_version(folder.path(), None).expect("open").collect(&CancelToken::new()).expect("rows");
    assert!(read.equals_missing(&frame), "{read:?} {frame:?}");
    let time = Series::new("t".into(), [0_i64]).cast(&DataType::Duration(TimeUnit::Microseconds)).expect("a duration");
    let mut odd = DataFrame::new_infer_height(vec![time.into_column()]).expect("a frame");
    assert!(matches!(
        write(&folder.path().join("odd"), &mut odd, WriteMode::Create),
        Err(DataError::UnsupportedType { .. })
    ));
    let mut twins = df!("a" => [1_i64], "A" => [1_i64]).expect("a frame");
    assert!(matches!(
        write(&folder.path().join("twins"), &mut twins, WriteMode::Create),
        Err(DataError::Compute { .. })
    ));
}

#[test]
fn writers_at_the_same_time_lose_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path();
    write(dir, &mut numbers(0..1), WriteMode::Create).expect("create");
    thread::scope(|scope| {
        for writer in 0..4_i64 {
            scope.spawn(move || {
                for n in 0..5 {
                    let from = 1 + writer * 5 + n;
                    write(dir, &mut numbers(from..from + 1), WriteMode::Append).expect("append");
                }
            });
        }
    });
    let table = open_version(dir, None).expect("open");
    let mut found = rows(&table);
    found.sort();
    assert_eq!(found, (0..21).map(Some).collect::<Vec<_>>());
    assert_eq!(table.version(), Some(20));
}

#[test]
fn one_of_two_creators_wins() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path();
    let results: Vec<_> = thread::scope(|scope| {
        let writers: Vec<_> =
            (0..4).map(|n| scope.spawn(move || write(dir, &mut numbers(n..n + 1), WriteMode::Create))).collect();
        writers.into_iter().map(|writer| writer.join().expect("no panic")).collect()
    });
    assert_eq!(results.iter().filter(|result| matches!(result, Ok(0))).count(), 1, "{results:?}");
    assert_eq!(
        results.iter().filter(|result| matches!(result, Err(DataError::TableExists { .. }))).count(),
        3,
        "{results:?}"
    );
    assert_eq!(rows(&open_version(dir, None).expect("open")).len(), 1);
}

#[test]
fn what_a_crash_leaves_is_no_table_and_no_row() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path();
    // Crashed before the first commit.
    files::create_dir_all(&dir.join(log::FOLDER)).expect("a folder");
    write::write_file(&mut numbers(0..9), &dir.join("part-mlwright-lost.parquet")).expect("write");
    assert!(!is_table(dir));
    assert_eq!(write(dir, &mut numbers(0..2), WriteMode::Create).expect("create"), 0);
    // Crashed between a file and its commit.
    write::write_file(&mut numbers(2..9), &dir.join("part-mlwright-lost2.parquet")).expect("write");
    assert_eq!(rows(&open_version(dir, None).expect("open")), [Some(0), Some(1)]);
}

#[test]
fn a_long_log_is_summed_up_and_old_versions_stay() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path();
    write(dir, &mut numbers(0..1), WriteMode::Create).expect("create");
    for n in 1..=51 {
        write(dir, &mut numbers(n..n + 1), WriteMode::Append).expect("append");
    }
    let summed = files::list_dir(&dir.join(log::FOLDER)).expect("list");
    assert!(summed.iter().any(|entry| entry.path.to_string_lossy().contains("checkpoint")));
    assert_eq!(rows(&open_version(dir, None).expect("open")).len(), 52);
    assert_eq!(rows(&open_version(dir, Some(3)).expect("open")).len(), 4);
    assert_eq!(versions(dir).expect("versions")[0].rows, Some(52));
}

#[test]
fn an_empty_frame_makes_a_table() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), &mut numbers(0..0), WriteMode::Create).expect("create");
    let table = open_version(folder.path(), None).expect("open");
    assert_eq!((rows(&table), table.n_rows().expect("rows")), (Vec::new(), 0));
    assert_eq!(table.column_names(), ["x", "s"]);
}

/// A table of one file beside a file that is not its own; answers with both paths.
fn table_beside_a_secret(folder: &Path) -> (PathBuf, PathBuf) {
    let (dir, secret) = (folder.join("table"), folder.join("secret.parquet"));
    write::write_file(&mut numbers(100..103), &secret).expect("write");
    write(&dir, &mut numbers(0..3), WriteMode::Create).expect("create");
    (dir, secret)
}

/// The name of the only data file.
fn part_name(dir: &Path) -> String {
    let entries = files::list_dir(dir).expect("list");
    let part = entries.iter().find(|entry| entry.is_file).expect("a data file");
    part.path.file_name().expect("a name").to_string_lossy().into_owned()
}

#[test]
fn a_log_that_names_files_outside_the_folder_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let (dir, secret) = table_beside_a_secret(folder.path());
    let (part, commit) = (part_name(&dir), log::commit_path(&dir, 0));
    let sound = files::read_to_string(&commit).expect("read");
    let absolute = secret.to_string_lossy().into_owned();
    for name in [
        "../secret.parquet",
        "%2e%2e/secret.parquet",
        "%2E%2E%2Fsecret.parquet",
        "a/../../secret.parquet",
        "./../secret.parquet",
        &absolute,
        &format!("file://{absolute}"),
    ] {
        files::write_atomic(&commit, sound.replace(&part, name).as_bytes()).expect("write");
        let refused = Problem::from(open_version(&dir, None).err().unwrap_or_else(|| panic!("{name} was opened")));
        assert_eq!(refused.code, ErrorCode::Refused, "{name}: {refused:?}");
    }
    // A file that is missing is said when it is read.
    files::write_atomic(&commit, sound.replace(&part, "lost/part.parquet").as_bytes()).expect("write");
    assert!(open_version(&dir, None).and_then(|table| table.collect(&CancelToken::new())).is_err());
    files::write_atomic(&commit, sound.as_bytes()).expect("write");
    assert_eq!(rows(&open_version(&dir, None).expect("open")), [Some(0), Some(1), Some(2)]);
}

#[cfg(unix)]
#[test]
fn links_that_lead_out_of_the_folder_are_refused() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().expect("a folder");
    let (dir, secret) = table_beside_a_secret(folder.path());
    let (part, commit) = (dir.join(part_name(&dir)), log::commit_path(&dir, 0));
    let code = || Problem::from(open_version(&dir, None).expect_err("refused")).code;
    // Within the folder a link may lead anywhere.
    let moved = dir.join("moved.parquet");
    files::rename_durably(&part, &moved).expect("rename");
    symlink(&moved, &part).expect("a link");
    assert_eq!(rows(&open_version(&dir, None).expect("open")).len(), 3);
    files::remove_file(&part).expect("remove");
    symlink(&secret, &part).expect("a link");
    assert_eq!(code(), ErrorCode::Refused);
    // The table itself may be reached through a link, its parts may not.
    let sound = files::read_to_string(&commit).expect("read");
    let named = sound.replace(&part_name_of(&part), "linked/secret.parquet");
    files::write_atomic(&commit, named.as_bytes()).expect("write");
    symlink(folder.path(), dir.join("linked")).expect("a link");
    assert_eq!(code(), ErrorCode::Refused);
    let other = folder.path().join("link to the table");
    files::write_atomic(&commit, sound.replace(&part_name_of(&part), "moved.parquet").as_bytes()).expect("write");
    symlink(&dir, &other).expect("a link");
    assert_eq!(rows(&open_version(&other, None).expect("open")).len(), 3);
}

#[cfg(unix)]
fn part_name_of(part: &Path) -> String {
    part.file_name().expect("a name").to_string_lossy().into_owned()
}
