//! Opening a table file.

use std::path::Path;

use mlwright_base::system::files;

use crate::error::DataError;
use crate::execute;
use crate::managed;
use crate::reading::{Format, ReadOptions};
use crate::table::Table;

pub(crate) mod adorned;
pub(crate) mod cells;
pub(crate) mod columnar;
pub(crate) mod dates;
pub(crate) mod delimited;
pub(crate) mod dialect;
pub(crate) mod evidence;
pub(crate) mod header;
pub(crate) mod json;
pub(crate) mod rows;
pub(crate) mod splitter;
pub(crate) mod text;
pub(crate) mod values;

/// Bytes that the format is judged by.
const MAGIC_BYTES: usize = 512;

/// Opens any supported file, or a Delta table's folder (one with `_delta_log`). The content decides
/// on the format where it is unmistakable, else the name. Cost: small files are read into memory; a
/// large text file is read to its end once, and not again by this process while it does not change.
///
/// # Errors
/// [`DataError::FileNotFound`], [`DataError::EmptyFile`], [`DataError::UnknownFormat`],
/// [`DataError::Unreadable`], [`DataError::TooLarge`] for text of over a gigabyte that cannot be
/// read piece by piece, [`DataError::InvalidOption`].
pub fn open(path: &Path, options: &ReadOptions) -> Result<Table, DataError> {
    if files::is_dir(path) {
        return managed::open_version(path, None);
    }
    match format_of_file(path)? {
        format @ (Format::Csv | Format::Tsv) => {
            let table = delimited::open(path, format, options)?;
            if Named::of(path) == Named::Other && delimited::is_prose(&table) {
                return Err(DataError::UnknownFormat {
                    path: path.to_path_buf(),
                    reason: ": it is text without columns".to_owned(),
                });
            }
            Ok(table)
        }
        // polars panics on some damaged files.
        format => execute::guarded(|| match format {
            Format::Json | Format::Ndjson => json::open(path, format, options),
            _ => columnar::open(path, format, options),
        })
        .map_err(|error| match error {
            DataError::Compute { message } => DataError::unreadable(path, message),
            other => other,
        }),
    }
}

/// Whether the path's name (and, for folders and `.json` files, content) is that of a table.
#[must_use]
pub fn is_table_file(path: &Path) -> bool {
    if files::is_dir(path) {
        return managed::is_table(path);
    }
    match Named::of(path) {
        Named::Text | Named::Tabs | Named::Parquet | Named::Lines | Named::Arrow => true,
        // Most `.json` files are settings; those with an array may be tables.
        Named::Json => files::read_start(path, MAGIC_BYTES).is_ok_and(
            |start| matches!(start.trim_ascii_start(), [b'[', rest @ ..] if rest.trim_ascii_start().starts_with(b"{")),
        ),
        Named::Other => false,
    }
}

/// What the path's extension says, without `.gz`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    Text,
    Tabs,
    Parquet,
    Lines,
    Json,
    Arrow,
    Other,
}

impl Named {
    fn of(path: &Path) -> Self {
        let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
        let (name, compressed) = match name.strip_suffix(".gz") {
            Some(inner) => (inner, true),
            None => (name.as_str(), false),
        };
        match name.rsplit_once('.').map(|(_, extension)| extension) {
            Some("csv" | "psv") => Self::Text,
            Some("tsv" | "tab") => Self::Tabs,
            Some("ndjson" | "jsonl") => Self::Lines,
            Some("json") => Self::Json,
            Some("parquet" | "pq") if !compressed => Self::Parquet,
            Some("arrow" | "ipc" | "feather") if !compressed => Self::Arrow,
            _ => Self::Other,
        }
    }
}

/// The format of a file by its first bytes and its name.
///
/// # Errors
/// When it cannot be read, is empty, or is in no format that is read here.
pub(crate) fn format_of_file(path: &Path) -> Result<Format, DataError> {
    let start = files::read_start(path, MAGIC_BYTES).map_err(|error| DataError::io(path, error))?;
    if start.is_empty() {
        return Err(DataError::EmptyFile { path: path.to_path_buf() });
    }
    format_of(path, &start)
}

fn format_of(path: &Path, start: &[u8]) -> Result<Format, DataError> {
    let unknown =
        |reason: &str| Err(DataError::UnknownFormat { path: path.to_path_buf(), reason: format!(": {reason}") });
    if start.starts_with(b"PAR1") {
        return Ok(Format::Parquet);
    }
    if start.starts_with(b"ARROW1") {
        return Ok(Format::ArrowIpc);
    }
    for (magic, reason) in [
        (&b"PK\x03\x04"[..], "it is a zip archive or a workbook; export the sheet as CSV"),
        (b"\xd0\xcf\x11\xe0", "it is an old Excel workbook; export the sheet as CSV"),
        (b"SQLite format 3\0", "it is an SQLite database; export the table as CSV"),
        (b"%PDF", "it is a PDF document"),
        (b"\x89PNG", "it is a picture"),
        (b"\x28\xb5\x2f\xfd", "it is compressed with zstandard; decompress it, or use gzip"),
        (b"BZh", "it is compressed with bzip2; decompress it, or use gzip"),
        (b"\xfd7zXZ\0", "it is compressed with xz; decompress it, or use gzip"),
        (b"FEA1", "it is a Feather file of version 1; write it as version 2"),
        (b"\xff\xff\xff\xff", "it is an Arrow stream; write it as an Arrow file"),
    ] {
        if start.starts_with(magic) {
            return unknown(reason);
        }
    }
    let text = String::from_utf8_lossy(start).to_lowercase();
    let arff = text.lines().any(|line| line.starts_with("@relation"))
        || path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("arff"));
    if arff {
        return unknown("it is an ARFF file; export it as CSV");
    }
    if text.trim_start().starts_with("<!doctype html") || text.trim_start().starts_with("<html") {
        return unknown("it is a web page");
    }
    match Named::of(path) {
        Named::Parquet => Err(DataError::unreadable(path, "it does not start as a Parquet file does")),
        Named::Arrow => Err(DataError::unreadable(path, "it does not start as an Arrow file does")),
        Named::Lines => Ok(Format::Ndjson),
        Named::Json => Ok(Format::Json),
        Named::Tabs => Ok(Format::Tsv),
        Named::Text | Named::Other => Ok(Format::Csv),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(name: &str, bytes: &[u8]) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        files::write_atomic(&path, bytes).expect("write");
        (folder, path)
    }

    #[test]
    fn tables_are_known_by_their_name() {
        for (name, bytes, expected) in [
            ("a.csv", &b"x"[..], true),
            ("a.CSV.gz", b"x", true),
            ("a.tsv", b"x", true),
            ("a.parquet", b"x", true),
            ("a.jsonl", b"x", true),
            ("a.feather", b"x", true),
            ("rows.json", b" [ {\"a\": 1}]", true),
            ("package.json", b"{\"name\": \"x\"}", false),
            ("words.json", b"[\"a\"]", false),
            ("a.py", b"x,y", false),
            ("csv", b"x,y", false),
            ("a.parquet.gz", b"x", false),
        ] {
            let (_folder, path) = written(name, bytes);
            assert_eq!(is_table_file(&path), expected, "{name}");
        }
        let folder = tempfile::tempdir().expect("a folder");
        assert!(!is_table_file(folder.path()));
        assert!(!is_table_file(&folder.path().join("gone.txt")));
    }

    #[test]
    fn content_decides_before_the_name() {
        let options = ReadOptions::default();
        let (_folder, table) = written("data.txt", b"a;b\n1;2\n3;4\n");
        assert_eq!(open(&table, &options).expect("a table").column_names(), ["a", "b"]);
        let (_folder, numbers) = written("numbers", b"1\n2\n3\n");
        assert_eq!(open(&numbers, &options).expect("a table").n_rows().expect("rows"), 3);
        for (name, bytes) in [
            ("prose.md", &b"# Title\n\nIt is a long day.\n"[..]),
            ("page.csv", b"<!DOCTYPE html><html>"),
            ("weather.arff", b"% comment\n@RELATION weather\n"),
            ("book.xlsx", b"PK\x03\x04...."),
        ] {
            let (_folder, path) = written(name, bytes);
            let found = open(&path, &options);
            assert!(matches!(found, Err(DataError::UnknownFormat { .. })), "{name}: {found:?}");
        }
        let gone = open(Path::new("/no/such/file.csv"), &options);
        assert!(matches!(gone, Err(DataError::FileNotFound { .. })));
        let folder = tempfile::tempdir().expect("a folder");
        assert!(matches!(open(folder.path(), &options), Err(DataError::NotATable { .. })));
    }
}
