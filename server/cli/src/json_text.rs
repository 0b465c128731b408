//! JSON on a command line: as text, `@FILE`, or `@-` for standard input.

use std::io::Read;
use std::path::Path;

use mlwright_base::limits::REQUEST_BYTES_MAX;
use mlwright_base::system::files;
use serde_json::Value;

/// Reads one value, or the values of a file of JSON lines as a list. One line is one value: where a
/// list is wanted, the caller makes it one.
///
/// # Errors
/// What is wrong with the text or the file, in words for the user.
pub(crate) fn read(text: &str) -> Result<Value, String> {
    match text.strip_prefix('@') {
        None => parse(text),
        Some("-") => {
            parse(&limited(std::io::stdin().lock()).map_err(|error| format!("cannot read standard input: {error}"))?)
        }
        Some(path) => {
            let file = files::open(Path::new(path)).map_err(|error| format!("cannot read {path:?}: {error}"))?;
            parse(&limited(file).map_err(|error| format!("cannot read {path:?}: {error}"))?)
                .map_err(|error| format!("{path:?}: {error}"))
        }
    }
}

fn limited(from: impl Read) -> std::io::Result<String> {
    let mut text = String::new();
    let n_bytes = from.take(REQUEST_BYTES_MAX as u64 + 1).read_to_string(&mut text)?;
    if n_bytes > REQUEST_BYTES_MAX {
        return Err(std::io::Error::other(format!("it is over {REQUEST_BYTES_MAX} bytes")));
    }
    Ok(text)
}

fn parse(text: &str) -> Result<Value, String> {
    let mut values: Vec<Value> = Vec::new();
    for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        values.push(value.map_err(|error| format!("expected JSON, or @FILE with JSON: {error}"))?);
    }
    match values.len() {
        0 => Err("expected JSON, or @FILE with JSON, found nothing".to_owned()),
        1 => Ok(values.remove(0)),
        _ => Ok(Value::Array(values)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn text_and_json_lines_are_read() {
        assert_eq!(read(r#"[{"a": 1}]"#).unwrap(), json!([{"a": 1}]));
        assert_eq!(read("{\"a\": 1}\n{\"a\": 2}\n").unwrap(), json!([{"a": 1}, {"a": 2}]));
        for bad in ["", "  ", "{a: 1}", "[1", "1 x"] {
            assert!(read(bad).unwrap_err().contains("expected JSON"), "{bad:?}");
        }
    }

    #[test]
    fn files_are_read_and_named_in_errors() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.json");
        files::write_atomic(&path, b"[1, 2]").unwrap();
        assert_eq!(read(&format!("@{}", path.display())).unwrap(), json!([1, 2]));
        files::write_atomic(&path, b"[1,").unwrap();
        assert!(read(&format!("@{}", path.display())).unwrap_err().contains("rows.json"));
        assert!(read("@no/such/file.json").unwrap_err().contains("no/such/file.json"));
    }
}
