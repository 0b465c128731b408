//! Paths as texts write them: `/` between parts.

/// What files of tables are called.
const TABLE_EXTENSIONS: [&str; 17] = [
    "csv", "tsv", "txt", "psv", "parquet", "pq", "json", "jsonl", "ndjson", "feather", "arrow", "ipc", "gz", "zst",
    "bz2", "xlsx", "avro",
];

/// Whether a name looks like that of a file rather than a table's.
pub fn is_file_name(name: &str) -> bool {
    let extension = name
        .rsplit('/')
        .next()
        .and_then(|file| file.rsplit_once('.'))
        .map(|(_, extension)| extension.to_ascii_lowercase());
    extension.is_some_and(|extension| TABLE_EXTENSIONS.contains(&extension.as_str()))
}

/// `name` against `folder`, with `.` and `..` resolved; an absolute `name` stays.
pub fn join(folder: &str, name: &str) -> String {
    let name = name.replace('\\', "/");
    let is_absolute = name.starts_with('/') || name.as_bytes().get(1) == Some(&b':');
    let whole = if is_absolute { name } else { format!("{}/{name}", folder.trim_end_matches('/')) };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "." => {}
            "" if !parts.is_empty() => {}
            ".." if parts.len() > 1 => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    if parts.len() == 1 && parts[0].is_empty() { "/".to_owned() } else { parts.join("/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_and_made_short() {
        assert_eq!(join("/projects/", "data/./x.csv"), "/projects/data/x.csv");
        assert_eq!(join("/work", "../x.csv"), "/x.csv");
        assert_eq!(join("/work", "/data/x.csv"), "/data/x.csv");
        assert_eq!(join("/work", ""), "/work");
        assert_eq!(join("C:/work", "x.csv"), "C:/work/x.csv");
        assert_eq!(join("/", ".."), "/..");
    }

    #[test]
    fn files_are_told_from_tables() {
        assert!(is_file_name("data/x.csv") && is_file_name("telco.CSV") && is_file_name("x.csv.gz"));
        assert!(!is_file_name("public.users") && !is_file_name("users"));
    }
}
