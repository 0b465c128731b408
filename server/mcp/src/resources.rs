//! What can be read: tables, profiles, runs, models and their cards, endpoints, monitors, jobs,
//! reports; the state of the workspace and the schema of its settings.

mod address;
mod reports;
mod status;

use mlwright_base::{ErrorCode, Problem};
use mlwright_engine::Engine;
use mlwright_operations::bounds;
use rmcp::RoleServer;
use rmcp::model::{ErrorData, ReadResourceResult, Resource, ResourceContents};
use rmcp::service::RequestContext;
use serde_json::{Value, json};

pub(crate) use address::{Addressed, Kind, templates};
pub(crate) use reports::names_of as report_names;

use crate::answer::{self, spoken, untrusted};
use crate::calls::Calls;
use crate::names;
use address::{SETTINGS_SCHEMA, SINGLES, WORKSPACE};

/// An address whose changes can be told, as what the engine looks at; `None` for any other.
pub(crate) fn thing(address: &str) -> Option<Addressed> {
    Addressed::parse(address).filter(|addressed| addressed.thing().is_some())
}

/// What there is to read now; of each kind at most [`names::NAMES_MAX`], templates reach the others.
///
/// # Errors
/// When the workspace cannot be opened or listed.
pub(crate) async fn list(calls: &Calls, context: &RequestContext<RoleServer>) -> Result<Vec<Resource>, ErrorData> {
    let listed = calls.blocking(context, |engine, _| listed(engine)).await;
    listed.map_err(|problem| internal(&problem))
}

fn listed(engine: &Engine) -> Result<Vec<Resource>, Problem> {
    let mut resources: Vec<Resource> = SINGLES
        .iter()
        .map(|one| Resource::new(one.address, one.name).with_title(one.title).with_description(one.description).with_mime_type(one.media_type))
        .collect();
    let mut add = |kind: Kind, names: &[String]| {
        resources.extend(names.iter().map(|name| {
            let media_type = if kind == Kind::Report { reports::media_type(name) } else { kind.media_type() };
            Resource::new(kind.address(name), name.clone())
                .with_title(format!("{} {name}", kind.title()))
                .with_description(kind.description())
                .with_mime_type(media_type)
        }));
    };
    let (tables, models) = (names::tables(engine), names::models(engine)?);
    add(Kind::Table, &tables);
    add(Kind::Profile, &tables);
    add(Kind::Model, &models);
    add(Kind::ModelCard, &models);
    add(Kind::Endpoint, &names::endpoints(engine)?);
    add(Kind::Monitor, &names::monitors(engine)?);
    add(Kind::Run, &names::runs(engine)?);
    add(Kind::RunCard, &names::finished_runs(engine)?);
    let mut reports = report_names(engine)?;
    reports.truncate(names::NAMES_MAX);
    add(Kind::Report, &reports);
    Ok(resources)
}

/// Reads one resource.
///
/// # Errors
/// The protocol's "resource not found" when nothing is there, and what the operation answers.
pub(crate) async fn read(calls: &Calls, address: &str, context: &RequestContext<RoleServer>) -> Result<ReadResourceResult, ErrorData> {
    let outcome = match (address, Addressed::parse(address)) {
        (SETTINGS_SCHEMA, _) => Ok(text(address, status::settings_schema().to_string(), SINGLES[1].media_type)),
        (WORKSPACE, _) => {
            let rest = "list_tables, list_models, list_endpoints and list_jobs answer with everything";
            fitted(calls, rest, address, context, status::workspace).await
        }
        (_, Some(Addressed { kind, name })) => of_kind(calls, kind, name, address, context).await,
        (_, None) => {
            let known: Vec<&str> = SINGLES.iter().map(|one| one.address).chain(Kind::ALL.map(Kind::prefix)).collect();
            Err(Problem::new(ErrorCode::NotFound, format!("no resource has the address {address:?}")).hint(format!("there are {}", known.join(", "))))
        }
    };
    match outcome {
        Ok(contents) => Ok(ReadResourceResult::new(vec![contents])),
        Err(problem) if problem.code == ErrorCode::NotFound => Err(not_found(&problem, address)),
        Err(problem) if problem.code == ErrorCode::InvalidArgument => Err(crate::server::invalid_params(&problem)),
        Err(problem) => Err(internal(&problem)),
    }
}

async fn of_kind(calls: &Calls, kind: Kind, name: String, address: &str, context: &RequestContext<RoleServer>) -> Result<ResourceContents, Problem> {
    match kind {
        Kind::Table => structured(calls, "describe_table", json!({ "table": name }), address, context).await,
        Kind::Profile => profile(calls, &name, address, context).await,
        Kind::ProfilePage => profile_page(calls, &name, address, context).await,
        Kind::Run => structured(calls, "get_run", json!({ "run_id": name }), address, context).await,
        Kind::Model => structured(calls, "get_model", json!({ "name": name }), address, context).await,
        Kind::Job => structured(calls, "get_job", json!({ "job_id": name }), address, context).await,
        Kind::Endpoint => fitted(calls, "list_endpoints answers with everything", address, context, move |engine| status::endpoint(engine, &name)).await,
        Kind::Monitor => fitted(calls, "the pages of its comparisons are among the reports", address, context, move |engine| status::monitor(engine, &name)).await,
        Kind::ModelCard => {
            let card = calls.blocking(context, move |engine, _| status::card(engine, &name)).await?;
            Ok(text(address, untrusted::marked(&card, &Value::Null), kind.media_type()))
        }
        Kind::RunCard => {
            let card = calls.blocking(context, move |engine, _| engine.run_card(&name)).await?;
            Ok(text(address, untrusted::marked(&card, &Value::Null), kind.media_type()))
        }
        Kind::Report => report(calls, name, address, context).await,
    }
}

/// What an operation answers.
async fn structured(calls: &Calls, operation: &str, input: Value, address: &str, context: &RequestContext<RoleServer>) -> Result<ResourceContents, Problem> {
    let operation = mlwright_operations::find(operation)?;
    let answer = calls.run(operation, input, context).await?;
    let fitted = answer::fit(answer.structured, answer::TOKENS_MAX, &bounds::rest_of(operation, None));
    Ok(text(address, fitted.to_string(), Kind::Table.media_type()))
}

/// What the engine knows, cut to what a model can read; then it says where the rest is.
async fn fitted(
    calls: &Calls,
    rest: &str,
    address: &str,
    context: &RequestContext<RoleServer>,
    look: impl FnOnce(&Engine) -> Result<Value, Problem> + Send + 'static,
) -> Result<ResourceContents, Problem> {
    let seen = calls.blocking(context, move |engine, _| look(engine)).await?;
    let fitted = answer::fit(seen, answer::TOKENS_MAX, rest);
    Ok(text(address, fitted.to_string(), Kind::Endpoint.media_type()))
}

async fn profile(calls: &Calls, table: &str, address: &str, context: &RequestContext<RoleServer>) -> Result<ResourceContents, Problem> {
    let answer = calls.run(mlwright_operations::find("profile_table")?, json!({ "table": table }), context).await?;
    Ok(text(address, untrusted::marked(&answer.summary, &answer.structured), Kind::Profile.media_type()))
}

async fn profile_page(calls: &Calls, table: &str, address: &str, context: &RequestContext<RoleServer>) -> Result<ResourceContents, Problem> {
    let answer = calls.run(mlwright_operations::find("profile_table")?, json!({ "table": table }), context).await?;
    let path = answer.structured.get("report").and_then(Value::as_str).unwrap_or_default();
    let file = path.rsplit('/').next().unwrap_or_default().to_owned();
    report(calls, file, address, context).await
}

async fn report(calls: &Calls, name: String, address: &str, context: &RequestContext<RoleServer>) -> Result<ResourceContents, Problem> {
    let address = address.to_owned();
    calls.blocking(context, move |engine, _| reports::read(engine, &name, &address)).await
}

fn text(address: &str, text: String, media_type: &str) -> ResourceContents {
    ResourceContents::text(text, address).with_mime_type(media_type)
}

fn not_found(problem: &Problem, address: &str) -> ErrorData {
    ErrorData::resource_not_found(spoken(problem), Some(json!({ "uri": address })))
}

fn internal(problem: &Problem) -> ErrorData {
    ErrorData::internal_error(spoken(problem), serde_json::to_value(problem).ok())
}

#[cfg(test)]
mod tests;
