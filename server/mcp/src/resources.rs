//! Tables, profiles, runs, models and reports as resources, read through the operations.

use std::io;
use std::path::Path;

use base64::Engine as _;
use mlwright_base::system::files;
use mlwright_base::{ErrorCode, Problem, names as checked};
use mlwright_engine::changes::Thing;
use rmcp::RoleServer;
use rmcp::model::{ErrorData, ReadResourceResult, Resource, ResourceContents, ResourceTemplate};
use rmcp::service::RequestContext;
use serde_json::{Value, json};

use crate::answer::{self, spoken};
use crate::calls::Calls;
use crate::names::{self, Kind};
use crate::uri;

const TABLES: &str = "mlwright://tables/";
const PROFILES: &str = "mlwright://profiles/";
const PROFILE_PAGES: &str = "mlwright://profile-pages/";
const RUNS: &str = "mlwright://runs/";
const MODELS: &str = "mlwright://models/";
/// Where the addresses of reports begin.
pub(crate) const REPORTS: &str = "mlwright://reports/";

/// Where addresses begin.
const PREFIXES: [&str; 6] = [TABLES, PROFILES, PROFILE_PAGES, RUNS, MODELS, REPORTS];

/// The most resources of one kind in the list; templates reach the others.
const LISTED_PER_KIND_MAX: usize = 50;
/// The largest report that is sent whole. A page with charts easily has ten times what a model can
/// read; whoever wants to look at one opens its file.
const REPORT_BYTES_MAX: u64 = 200_000;

const JSON: &str = "application/json";
const MARKDOWN: &str = "text/markdown";
const HTML: &str = "text/html";
const TEXT: &str = "text/plain";

/// A thing that an address leads to, by its name.
pub(crate) struct Addressed {
    prefix: &'static str,
    name: String,
}

impl Addressed {
    /// What the engine can tell changes of.
    pub(crate) fn borrowed(&self) -> Thing<'_> {
        match self.prefix {
            RUNS => Thing::Run(&self.name),
            MODELS => Thing::Model(&self.name),
            REPORTS => Thing::Report(&self.name),
            _ => Thing::Table(&self.name),
        }
    }
}

/// What an address leads to; `None` when none of ours begins so.
pub(crate) fn thing(address: &str) -> Option<Addressed> {
    let (prefix, rest) = PREFIXES.iter().find_map(|prefix| Some((*prefix, address.strip_prefix(prefix)?)))?;
    let name = uri::decode(rest).filter(|name| !name.is_empty())?;
    Some(Addressed { prefix, name })
}

/// The templates.
pub(crate) fn templates() -> Vec<ResourceTemplate> {
    let template = |uri: String, name: &str, title: &str, description: &str, media_type: &str| {
        ResourceTemplate::new(uri, name).with_title(title).with_description(description).with_mime_type(media_type)
    };
    vec![
        template(format!("{TABLES}{{+table}}"), "table", "Table", "Schema, semantic types, how the file was read, a sample", JSON),
        template(format!("{PROFILES}{{+table}}"), "profile", "Profile", "Findings for modelling, ranked, as a short text", MARKDOWN),
        template(format!("{PROFILE_PAGES}{{+table}}"), "profile_page", "Profile page", "The whole profile with charts, a page of its own", HTML),
        template(format!("{RUNS}{{run_id}}"), "run", "Run", "Parameters, metrics and data of a training run", JSON),
        template(format!("{MODELS}{{model}}"), "model", "Model", "Versions and aliases of a registered model", JSON),
        template(format!("{REPORTS}{{name}}"), "report", "Report", "A report page or chart that an operation wrote", HTML),
    ]
}

/// What there is to read now.
///
/// # Errors
/// When the workspace cannot be opened or listed.
pub(crate) async fn list(calls: &Calls, context: &RequestContext<RoleServer>) -> Result<Vec<Resource>, ErrorData> {
    let mut resources = Vec::new();
    let mut add = |prefix: &str, kind: &str, media_type: &str, names: &[String]| {
        for name in names.iter().take(LISTED_PER_KIND_MAX) {
            let address = format!("{prefix}{}", uri::encode(name));
            resources.push(Resource::new(address, name.clone()).with_title(format!("{kind} {name}")).with_mime_type(media_type));
        }
    };
    let fail = |problem: Problem| internal(&problem);
    let tables = names::of(Kind::Table, calls, context).await.map_err(fail)?;
    add(TABLES, "Table", JSON, &tables);
    add(PROFILES, "Profile of", MARKDOWN, &tables);
    add(RUNS, "Run", JSON, &names::of(Kind::Run, calls, context).await.map_err(fail)?);
    add(MODELS, "Model", JSON, &names::of(Kind::Model, calls, context).await.map_err(fail)?);
    for report in reports(calls, context).await.map_err(fail)?.iter().take(LISTED_PER_KIND_MAX) {
        add(REPORTS, "Report", media_type(report), std::slice::from_ref(report));
    }
    Ok(resources)
}

/// Reads one resource.
///
/// # Errors
/// The protocol's "resource not found" when nothing is there, and what the operation answers.
pub(crate) async fn read(calls: &Calls, address: &str, context: &RequestContext<RoleServer>) -> Result<ReadResourceResult, ErrorData> {
    let unknown = || {
        let problem = Problem::new(ErrorCode::NotFound, format!("no resource has the address {address:?}"))
            .hint(format!("addresses begin with {}", PREFIXES.join(", ")));
        not_found(&problem, address)
    };
    let Addressed { prefix, name } = thing(address).ok_or_else(unknown)?;
    let outcome = match prefix {
        TABLES => structured(calls, "describe_table", json!({ "table": name }), address, context).await,
        PROFILES => profile(calls, &name, address, context).await,
        PROFILE_PAGES => profile_page(calls, &name, address, context).await,
        RUNS => structured(calls, "get_run", json!({ "run_id": name }), address, context).await,
        MODELS => structured(calls, "get_model", json!({ "name": name }), address, context).await,
        _ => report(calls, &name, address, context).await,
    };
    match outcome {
        Ok(contents) => Ok(ReadResourceResult::new(vec![contents])),
        Err(problem) if problem.code == ErrorCode::NotFound => Err(not_found(&problem, address)),
        Err(problem) if problem.code == ErrorCode::InvalidArgument => Err(crate::server::invalid_params(&problem)),
        Err(problem) => Err(internal(&problem)),
    }
}

async fn structured(
    calls: &Calls,
    operation: &str,
    input: Value,
    address: &str,
    context: &RequestContext<RoleServer>,
) -> Result<ResourceContents, Problem> {
    let operation = mlwright_operations::find(operation)?;
    let answer = calls.run(operation, input, context).await?;
    let fitted = answer::fit(operation, &answer.structured, answer::TOKENS_MAX);
    Ok(ResourceContents::text(fitted.to_string(), address).with_mime_type(JSON))
}

async fn profile(calls: &Calls, table: &str, address: &str, context: &RequestContext<RoleServer>) -> Result<ResourceContents, Problem> {
    let answer = calls.run(mlwright_operations::find("profile_table")?, json!({ "table": table }), context).await?;
    Ok(ResourceContents::text(answer.summary, address).with_mime_type(MARKDOWN))
}

async fn profile_page(calls: &Calls, table: &str, address: &str, context: &RequestContext<RoleServer>) -> Result<ResourceContents, Problem> {
    let answer = calls.run(mlwright_operations::find("profile_table")?, json!({ "table": table }), context).await?;
    let path = answer.structured.get("report").and_then(Value::as_str).unwrap_or_default().to_owned();
    let file = path.rsplit('/').next().unwrap_or_default().to_owned();
    report(calls, &file, address, context).await
}

async fn report(calls: &Calls, name: &str, address: &str, context: &RequestContext<RoleServer>) -> Result<ResourceContents, Problem> {
    checked::check_name("name", name)?;
    let file = name.to_owned();
    let report = calls
        .blocking(context, move |engine, _| {
            let workspace = engine.workspace();
            let path = workspace.reports().join(&file);
            read_report(&path, &workspace.shown(&path), &file)
        })
        .await?;
    let (contents, media_type) = match report {
        Report::Whole(bytes) => {
            let contents = match String::from_utf8(bytes) {
                Ok(text) => ResourceContents::text(text, address),
                Err(binary) => ResourceContents::blob(base64::engine::general_purpose::STANDARD.encode(binary.as_bytes()), address),
            };
            (contents, media_type(name))
        }
        Report::TooLarge(said) => (ResourceContents::text(said, address), TEXT),
    };
    Ok(contents.with_mime_type(media_type))
}

/// A report, or where it is.
#[derive(Debug, PartialEq, Eq)]
enum Report {
    Whole(Vec<u8>),
    TooLarge(String),
}

fn read_report(path: &Path, shown: &str, name: &str) -> Result<Report, Problem> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Problem::new(ErrorCode::NotFound, format!("there is no report {name:?}")),
        _ => Problem::new(ErrorCode::Storage, format!("cannot read the report {name:?}: {error}")),
    };
    let size_bytes = files::stamp(path).map_err(failed)?.size_bytes;
    if size_bytes > REPORT_BYTES_MAX {
        let kilobytes = size_bytes / 1000;
        return Ok(Report::TooLarge(format!(
            "This report has {kilobytes} kB, too much to be sent. It is the file {shown} in the workspace: {}. Open it there, e.g. in a web browser.",
            path.display()
        )));
    }
    files::read(path).map(Report::Whole).map_err(failed)
}

/// The files among the workspace's reports, by name.
pub(crate) async fn reports(calls: &Calls, context: &RequestContext<RoleServer>) -> Result<Vec<String>, Problem> {
    calls
        .blocking(context, |engine, _| {
            let entries = files::list_dir(&engine.workspace().reports())
                .map_err(|error| Problem::new(ErrorCode::Storage, format!("cannot list the reports: {error}")))?;
            let names = entries.iter().filter(|entry| entry.is_file).filter_map(|entry| entry.path.file_name()?.to_str());
            Ok(names.filter(|name| checked::check_name("name", name).is_ok()).map(str::to_owned).collect())
        })
        .await
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => HTML,
        Some("png") => "image/png",
        Some("svg") => "image/svg+xml",
        Some("json") => JSON,
        Some("md") => MARKDOWN,
        _ => TEXT,
    }
}

fn not_found(problem: &Problem, address: &str) -> ErrorData {
    ErrorData::resource_not_found(spoken(problem), Some(json!({ "uri": address })))
}

fn internal(problem: &Problem) -> ErrorData {
    ErrorData::internal_error(spoken(problem), serde_json::to_value(problem).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_read_by_operations_that_exist() {
        for operation in ["describe_table", "profile_table", "get_run", "get_model"] {
            assert!(mlwright_operations::find(operation).is_ok(), "{operation}");
        }
        assert_eq!(templates().len(), PREFIXES.len());
        let schema = &mlwright_operations::find("profile_table").unwrap().output_schema;
        assert_eq!(schema["properties"]["report"]["type"], "string", "the page is found by its path");
    }

    #[test]
    fn a_large_report_is_told_where_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("big.html");
        let read = |n_bytes: u64| {
            files::write_atomic(&path, &vec![b'x'; usize::try_from(n_bytes).unwrap()]).unwrap();
            read_report(&path, ".mlwright/reports/big.html", "big.html").unwrap()
        };
        let Report::Whole(bytes) = read(REPORT_BYTES_MAX) else { panic!("it is sent whole") };
        assert_eq!(bytes.len() as u64, REPORT_BYTES_MAX);
        let Report::TooLarge(said) = read(REPORT_BYTES_MAX + 1) else { panic!("it is not sent") };
        assert!(said.len() < 1_000 && said.contains(".mlwright/reports/big.html") && said.contains(&*path.to_string_lossy()), "{said}");
    }

    #[test]
    fn media_types_follow_the_extension() {
        assert_eq!(media_type("telco.html"), "text/html");
        assert_eq!(media_type("a.b.png"), "image/png");
        assert_eq!(media_type("readme"), "text/plain");
    }
}
