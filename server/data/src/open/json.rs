//! JSON: one object a line, or one array of objects.

use std::io::{Cursor, Read};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use mlwright_base::system::files;
use polars::prelude::*;

use super::columnar;
use super::text::TextForm;
use crate::error::DataError;
use crate::reading::{Format, ReadOptions, Reading};
use crate::table::{Origin, Table};

/// JSON lines of at most this size are examined whole and kept in memory.
const WHOLE_BYTES_MAX: u64 = 64 << 20;
/// JSON that cannot be scanned in place (arrays, compressed or not UTF-8) is read up to this size.
const MEMORY_BYTES_MAX: u64 = 1 << 30;
/// Lines of a larger file that types are decided on.
const SAMPLE_LINES: NonZeroUsize = NonZeroUsize::new(100_000).expect("not zero");

/// Opens a file of JSON. The content decides whether it is lines or an array.
pub(crate) fn open(path: &Path, format: Format, options: &ReadOptions) -> Result<Table, DataError> {
    let form = TextForm::detect(path, options.encoding.as_deref())?;
    let size_bytes = files::stamp(path).map_err(|error| DataError::io(path, error))?.size_bytes;
    let mut start = Vec::new();
    let unreadable = |error: std::io::Error| DataError::unreadable(path, error.to_string());
    form.reader()?.take(64 << 10).read_to_end(&mut start).map_err(unreadable)?;
    let mut format = match start.trim_ascii_start().first() {
        None => return Err(DataError::EmptyFile { path: path.to_path_buf() }),
        Some(b'[') => Format::Json,
        Some(b'{') => Format::Ndjson,
        Some(_) => {
            return Err(DataError::unreadable(path, format!("a file of {} starts with '[' or '{{'", format.as_str())));
        }
    };
    let mut reading = Reading::of(format);
    reading.encoding = Some(form.encoding.name().to_owned());
    reading.compression = form.gzip.then(|| "gzip".to_owned());
    if !form.reason.is_empty() {
        reading.notes.push(format!("the text was read as {}: {}", form.encoding.name(), form.reason));
    }
    let failed = move |error| explain(path, format, error);
    if format == Format::Ndjson && form.is_seekable() && form.mark_bytes == 0 && size_bytes > WHOLE_BYTES_MAX {
        reading.notes.push(format!(
            "types were decided on the first {SAMPLE_LINES} lines; values that do not fit are read as missing"
        ));
        let plain = PlRefPath::try_from_path(path).map_err(failed)?;
        let lazy = LazyJsonLineReader::new(plain)
            .with_infer_schema_length(Some(SAMPLE_LINES))
            .with_ignore_errors(true)
            .with_n_rows(options.n_rows)
            .finish()
            .map_err(failed)?;
        return columnar::typed(path, reading, lazy);
    }
    let mut text = Vec::new();
    form.reader()?.take(MEMORY_BYTES_MAX + 1).read_to_end(&mut text).map_err(unreadable)?;
    if text.len() as u64 > MEMORY_BYTES_MAX {
        return Err(DataError::TooLarge {
            what: format!("the text of {}", path.display()),
            limit_bytes: MEMORY_BYTES_MAX,
            hint: "convert it to Parquet, or to uncompressed lines of JSON in UTF-8".to_owned(),
        });
    }
    if format == Format::Ndjson
        && let Some(object) = whole_object(&text)
    {
        if object.values().any(|value| value.is_array() || value.is_object()) {
            return Err(DataError::unreadable(
                path,
                "it is one JSON object; an array of objects or one object a line was expected",
            ));
        }
        text.insert(0, b'[');
        text.push(b']');
        format = Format::Json;
        reading.format = format;
        reading.notes.push("the file is one JSON object, which was read as one row".to_owned());
    }
    let layout = if format == Format::Json { JsonFormat::Json } else { JsonFormat::JsonLines };
    let mut frame =
        JsonReader::new(Cursor::new(text)).with_json_format(layout).infer_schema_len(None).finish().map_err(failed)?;
    if let Some(n) = options.n_rows {
        frame = frame.head(Some(n));
    }
    let mut table = columnar::typed(path, reading, frame.lazy())?;
    let frame = table.lazy().collect().map_err(failed)?;
    for column in &mut table.columns {
        column.n_missing = frame.column(&column.name).map_or(0, |values| values.null_count() as u64);
    }
    table.lazy = frame.clone().lazy();
    table.origin = Arc::new(Origin::FileInMemory(frame));
    Ok(table)
}

/// The file as one object that goes over several lines.
fn whole_object(text: &[u8]) -> Option<serde_json::Map<String, serde_json::Value>> {
    let first_line = text.trim_ascii_start().split(|byte| *byte == b'\n').next()?;
    if serde_json::from_slice::<serde::de::IgnoredAny>(first_line).is_ok() {
        return None;
    }
    serde_json::from_slice(text).ok()
}

fn explain(path: &Path, format: Format, error: PolarsError) -> DataError {
    let expected = match format {
        Format::Json => "an array of objects was expected",
        _ => "one object a line was expected",
    };
    match DataError::polars_at(path, error) {
        DataError::Unreadable { path, reason } => {
            DataError::Unreadable { path, reason: format!("{expected}: {reason}") }
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use mlwright_base::CancelToken;

    use super::*;
    use crate::write::rows_as_json;

    fn open_text(name: &str, text: &str) -> Result<Table, DataError> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        files::write_atomic(&path, text.as_bytes()).expect("write");
        crate::open(&path, &ReadOptions::default())
    }

    fn check(name: &str, text: &str, expected: &str) {
        let table = open_text(name, text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let frame = table.collect(&CancelToken::new()).expect("rows");
        assert_eq!(serde_json::to_string(&rows_as_json(&frame)).expect("JSON"), expected, "{text}");
    }

    #[test]
    fn lines_and_arrays_are_read() {
        let expected = r#"[{"a":1,"b":"x"},{"a":2,"b":null}]"#;
        check("t.ndjson", "{\"a\":1,\"b\":\"x\"}\n{\"a\":2}\n", expected);
        check("t.jsonl", "{\"a\":1,\"b\":\"x\"}\r\n\r\n{\"a\":2,\"b\":null}", expected);
        check("t.json", "[{\"a\":1,\"b\":\"x\"},\n {\"a\":2}]", expected);
        check("t.json", "{\"a\":1,\"b\":\"x\"}\n{\"a\":2}\n", expected);
        check("t.json", "{\n  \"a\": 1,\n  \"b\": \"x\"\n}\n", r#"[{"a":1,"b":"x"}]"#);
        check("t.ndjson", "{\"a\":1}\n{\"a\":2.5}\n", r#"[{"a":1.0},{"a":2.5}]"#);
        check("t.ndjson", "{\"a\":\"1.5\"}\n{\"a\":\" \"}\n", r#"[{"a":1.5},{"a":null}]"#);
        check("t.ndjson", "{\"a\":[1,2],\"b\":{\"c\":true}}\n", r#"[{"a":[1,2],"b":{"c":true}}]"#);
    }

    #[test]
    fn a_late_key_is_no_lost_column() {
        let mut text = "{\"a\":1}\n".repeat(5_000);
        text.push_str("{\"a\":1,\"late\":2}\n");
        let table = open_text("t.ndjson", &text).expect("a table");
        assert_eq!(table.column_names(), ["a", "late"]);
        assert_eq!(table.columns[1].n_missing, 5_000);
    }

    #[test]
    fn what_is_no_table_is_said() {
        for text in ["3", "{\n\"a\": [1]}", "{\"a\": [", "[1, 2]", "[{\"a\":1}", "text"] {
            let found = open_text("t.json", text);
            assert!(matches!(found, Err(DataError::Unreadable { .. })), "{text}: {found:?}");
        }
        assert!(matches!(open_text("t.json", "  \n"), Err(DataError::EmptyFile { .. })));
    }
}
