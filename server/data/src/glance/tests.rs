use std::io::{Seek, SeekFrom, Write};

use super::*;
use crate::write::write_file;

fn folder_with(name: &str, bytes: &[u8]) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    files::write_atomic(&path, bytes).expect("write");
    (folder, path)
}

fn shown(glance: &Glance) -> Vec<String> {
    glance.columns.iter().map(|column| format!("{}:{} {:?} {:?}", column.name, column.dtype, column.missing_share, column.example)).collect()
}

#[test]
fn text_is_known_by_its_first_rows() {
    let (_folder, path) = folder_with("t.csv", b"a;b;c\n1;x;2024-01-02\n2;;2024-01-03\n");
    let glanced = glance(&path, 100).expect("a glance");
    assert_eq!(shown(&glanced), ["a:i64 Some(0.0) Some(\"1\")", "b:str Some(0.5) Some(\"x\")", "c:date Some(0.0) Some(\"2024-01-02\")"]);
    assert_eq!(glanced.n_rows, Some(2));
    assert_eq!(glance(&path, 1).expect("a glance").n_rows, Some(2), "a small file is counted");
}

#[test]
fn the_rows_of_a_large_file_of_text_are_not_counted() {
    let line = format!("{}\n", "x".repeat(1023));
    let (_folder, path) = folder_with("t.csv", format!("a\n{}", line.repeat(8 * 1024)).as_bytes());
    assert_eq!(glance(&path, 100).expect("a glance").n_rows, None);
    assert_eq!(crate::open(&path, &ReadOptions::default()).expect("a table").n_rows().expect("a count"), 8 * 1024);
}

#[test]
fn json_is_known_by_its_first_objects() {
    for (name, text) in [
        ("t.jsonl", "{\"a\": 1, \"b\": null}\n{\"a\": 2.5, \"c\": [1]}\n{\"a\": "),
        ("t.json", " [ {\"a\": 1, \"b\": null}, {\"a\": 2.5, \"c\": [1]} ]"),
    ] {
        let (_folder, path) = folder_with(name, text.as_bytes());
        let glanced = glance(&path, 100).expect("a glance");
        assert_eq!(shown(&glanced), ["a:f64 Some(0.0) Some(\"1\")", "b:null Some(1.0) None", "c:list Some(0.5) Some(\"[1]\")"], "{name}");
    }
    let (_folder, path) = folder_with("t.jsonl", b"no json");
    assert!(glance(&path, 10).is_err());
}

#[test]
fn of_parquet_and_arrow_the_footer_is_enough() {
    let mut frame = df!("n" => [1_i64, 2, 3], "s" => ["a", "b", "c"], "x" => [0.5, 1.5, 2.5]).expect("a frame");
    let folder = tempfile::tempdir().expect("a folder");
    for (name, n_rows) in [("t.parquet", Some(3)), ("t.arrow", None)] {
        let path = folder.path().join(name);
        write_file(&mut frame, &path).expect("write");
        let glanced = glance(&path, 100).expect("a glance");
        let types: Vec<String> = glanced.columns.iter().map(|column| format!("{}:{}", column.name, column.dtype)).collect();
        assert_eq!((types.join(" ").as_str(), glanced.n_rows), ("n:i64 s:str x:f64", n_rows), "{name}");
        let (values, schema) = sample_column(&path, "x", 2, 1_000).expect("values");
        assert_eq!((values.height(), values.width(), schema.len()), (2, 1, 1), "{name}");
    }
}

#[test]
fn the_rows_of_a_large_parquet_file_are_not_read() {
    let mut frame = df!("n" => (0..1_000_i64).collect::<Vec<_>>(), "s" => vec!["text"; 1_000]).expect("a frame");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.parquet");
    write_file(&mut frame, &path).expect("write");
    // The footer moved to five gigabytes further, behind a hole where the pages were.
    let bytes = files::read(&path).expect("the file");
    let footer_bytes = u32::from_le_bytes(bytes[bytes.len() - 8..bytes.len() - 4].try_into().expect("four bytes")) as usize + 8;
    let mut file = files::create(&path).expect("a file");
    file.write_all(b"PAR1").expect("write");
    file.seek(SeekFrom::Start(5 << 30)).expect("seek");
    file.write_all(&bytes[bytes.len() - footer_bytes..]).expect("write");
    drop(file);
    let glanced = glance(&path, 100).expect("a glance");
    assert_eq!((glanced.columns.len(), glanced.n_rows), (2, Some(1_000)));
}

#[test]
fn a_file_of_ten_thousand_columns_is_glanced_at() {
    let row = |value: &str| (0..10_000).map(|index| format!("{value}{index}")).collect::<Vec<_>>().join(",");
    let text = format!("{}\n{}\n{}\n", row("c"), row(""), row("1"));
    let (_folder, path) = folder_with("wide.csv", text.as_bytes());
    let glanced = glance(&path, 200).expect("a glance");
    assert_eq!((glanced.columns.len(), glanced.columns[9_999].dtype.as_str()), (10_000, "i64"));
    let (values, _) = sample_column(&path, "c7", 10_000, 1_000_000).expect("values");
    assert_eq!((values.width(), values.height()), (1, 2));
}

#[test]
fn what_is_damaged_or_gone_is_an_error() {
    for (name, bytes) in [("a.parquet", &b"PAR1 cut"[..]), ("b.arrow", b"ARROW1 cut"), ("c.csv", b""), ("d.parquet", b"PAR1\xff\xff\xff\x7fPAR1")] {
        let (_folder, path) = folder_with(name, bytes);
        assert!(glance(&path, 10).is_err(), "{name}");
    }
    assert!(glance(Path::new("/no/such.csv"), 10).is_err());
}
