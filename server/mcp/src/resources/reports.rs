//! Reports: pages and charts that operations wrote, whole while they are small.

use std::io;
use std::path::Path;

use base64::Engine as _;
use mlwright_base::system::files;
use mlwright_base::{ErrorCode, Problem, names};
use mlwright_engine::Engine;
use rmcp::model::ResourceContents;

/// The largest report that is sent whole. A page with charts easily has ten times what a model can
/// read; whoever wants to look at one opens its file.
const BYTES_MAX: u64 = 200_000;

/// The files among the workspace's reports, by name.
pub(crate) fn names_of(engine: &Engine) -> Result<Vec<String>, Problem> {
    let entries = files::list_dir(&engine.workspace().reports())
        .map_err(|error| Problem::new(ErrorCode::Storage, format!("cannot list the reports: {error}")))?;
    let found = entries.iter().filter(|entry| entry.is_file).filter_map(|entry| entry.path.file_name()?.to_str());
    Ok(found.filter(|name| names::check_name("name", name).is_ok()).map(str::to_owned).collect())
}

/// The report of that name.
///
/// # Errors
/// [`ErrorCode::NotFound`], and [`ErrorCode::InvalidArgument`] for a name that leads elsewhere.
pub(super) fn read(engine: &Engine, name: &str, address: &str) -> Result<ResourceContents, Problem> {
    names::check_name("name", name)?;
    let workspace = engine.workspace();
    let path = workspace.reports().join(name);
    let (contents, media_type) = match read_file(&path, &workspace.shown(&path), name)? {
        Report::Whole(bytes) => {
            let contents = match String::from_utf8(bytes) {
                Ok(text) => ResourceContents::text(text, address),
                Err(binary) => ResourceContents::blob(base64::engine::general_purpose::STANDARD.encode(binary.as_bytes()), address),
            };
            (contents, media_type(name))
        }
        Report::TooLarge(said) => (ResourceContents::text(said, address), "text/plain"),
    };
    Ok(contents.with_mime_type(media_type))
}

/// A report, or where it is.
#[derive(Debug, PartialEq, Eq)]
enum Report {
    Whole(Vec<u8>),
    TooLarge(String),
}

fn read_file(path: &Path, shown: &str, name: &str) -> Result<Report, Problem> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Problem::new(ErrorCode::NotFound, format!("there is no report {name:?}")),
        _ => Problem::new(ErrorCode::Storage, format!("cannot read the report {name:?}: {error}")),
    };
    let size_bytes = files::stamp(path).map_err(failed)?.size_bytes;
    if size_bytes > BYTES_MAX {
        let kilobytes = size_bytes / 1000;
        return Ok(Report::TooLarge(format!(
            "This report has {kilobytes} kB, too much to be sent. It is the file {shown} in the workspace: {}. Open it there, e.g. in a web browser.",
            path.display()
        )));
    }
    files::read(path).map(Report::Whole).map_err(failed)
}

/// What a report's name says that it is.
pub(super) fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html",
        Some("png") => "image/png",
        Some("svg") => "image/svg+xml",
        Some("json") => "application/json",
        Some("md") => "text/markdown",
        _ => "text/plain",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_report_is_told_where_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("big.html");
        let read = |n_bytes: u64| {
            files::write_atomic(&path, &vec![b'x'; usize::try_from(n_bytes).unwrap()]).unwrap();
            read_file(&path, ".mlwright/reports/big.html", "big.html").unwrap()
        };
        let Report::Whole(bytes) = read(BYTES_MAX) else { panic!("it is sent whole") };
        assert_eq!(bytes.len() as u64, BYTES_MAX);
        let Report::TooLarge(said) = read(BYTES_MAX + 1) else { panic!("it is not sent") };
        assert!(said.len() < 1_000 && said.contains(".mlwright/reports/big.html") && said.contains(&*path.to_string_lossy()), "{said}");
    }

    #[test]
    fn media_types_follow_the_extension() {
        assert_eq!(media_type("telco.html"), "text/html");
        assert_eq!(media_type("a.b.png"), "image/png");
        assert_eq!(media_type("readme"), "text/plain");
    }
}
