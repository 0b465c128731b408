//! The commands that run until somebody ends them, and the jobs.

use std::sync::Arc;

use clap::ArgMatches;
use mlwright_base::system::environment;
use mlwright_base::{ErrorCode, JobId, Problem};
use mlwright_engine::access::Scopes;
use mlwright_http::{Host, Mount, ServeOptions};
use mlwright_mcp::http::{Hosts, METADATA_PATH, METADATA_PATH_OF_MCP, Sharing};
use mlwright_mcp::{Caller, Offer};

use crate::exit::Exit;
use crate::output;
use crate::run::Setting;

/// Where MCP is served over HTTP.
const MCP_PATH: &str = "/mcp";

/// `mlwright mcp`: one client on standard input and output, or any number over HTTP.
///
/// # Errors
/// When the session cannot be opened or breaks off; over HTTP, when the workspace cannot be opened or
/// the port cannot be listened on.
pub(crate) fn mcp(setting: &Setting, matches: &ArgMatches) -> Result<Exit, Problem> {
    let toolsets: Vec<String> = matches.get_many::<String>("toolsets").into_iter().flatten().cloned().collect();
    let scopes = if matches.get_flag("read-only") { Scopes::READ } else { Scopes::ALL };
    let offer = Offer::new(scopes, &toolsets)?;
    if !matches.get_flag("http") {
        mlwright_mcp::serve(setting.workspace()?, Caller { name: environment::user_name(), offer })?;
        return Ok(Exit::Done);
    }
    let anonymous = matches.get_one::<String>("anonymous").map(|scopes| Scopes::parse(scopes)).transpose()?;
    let host = matches.get_one::<String>("host").cloned();
    let engine = Arc::new(setting.engine()?);
    if anonymous.is_some() && !is_loopback(host.as_deref().unwrap_or(&engine.settings().server.host)) {
        return Err(Problem::new(ErrorCode::Refused, "without a token, requests are answered on loopback only")
            .hint("make a token with `mlwright token create`, or listen on 127.0.0.1")
            .field("anonymous"));
    }
    let options = ServeOptions { host, port: matches.get_one::<u16>("port").copied() };
    let mounts = |host: &Host| mounts(host, anonymous, offer);
    mlwright_http::serve_mounts(engine, options, mounts, |address| {
        output::result(&format!("{address}{MCP_PATH}"));
    })?;
    Ok(Exit::Done)
}

/// `mlwright lsp`: one editor on standard input and output. The exit code is the protocol's: 0 after `shutdown` and `exit`, else 1.
///
/// # Errors
/// When no session can be started.
pub(crate) fn lsp(setting: &Setting) -> Result<Exit, Problem> {
    let start = mlwright_lsp::Start { directory: setting.workspace()?, user: environment::user_name() };
    Ok(match mlwright_lsp::serve(start, std::io::stdin(), std::io::stdout())? {
        mlwright_lsp::Ended::Orderly => Exit::Done,
        mlwright_lsp::Ended::Abrupt => Exit::Failed,
    })
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// MCP, and what tells clients how to get in.
fn mounts(host: &Host, anonymous: Option<Scopes>, offer: Offer) -> Vec<Mount> {
    let service = mlwright_mcp::http::service(Sharing {
        engine: host.engine.clone(),
        user: environment::user_name(),
        owner_token: host.owner_token.clone(),
        anonymous,
        offer,
        hosts: if host.loopback { Hosts::Loopback } else { Hosts::Any },
    });
    let mcp = Mount::new(MCP_PATH, move |request| {
        let service = service.clone();
        async move { service.handle(request).await }
    });
    let metadata = |path| Mount::new(path, |request| async move { mlwright_mcp::http::resource_metadata(&request) });
    vec![mcp, metadata(METADATA_PATH), metadata(METADATA_PATH_OF_MCP)]
}

/// `mlwright serve`.
///
/// # Errors
/// When the workspace cannot be opened or the port cannot be listened on.
pub(crate) fn serve(setting: &Setting, host: Option<String>, port: Option<u16>) -> Result<Exit, Problem> {
    mlwright_http::serve(Arc::new(setting.engine()?), ServeOptions { host, port }, |host| {
        mounts(host, None, Offer::ALL)
    })?;
    Ok(Exit::Done)
}

/// `mlwright job run ID`.
///
/// # Errors
/// The job's own error, which is then on its record too.
pub(crate) fn job(setting: &Setting, matches: &ArgMatches) -> Result<Exit, Problem> {
    let Some(id) = matches.subcommand_matches("run").and_then(|run| run.get_one::<String>("id")) else {
        return Ok(Exit::Usage);
    };
    setting.engine()?.run_job(&JobId::new(id.as_str()))?;
    Ok(Exit::Done)
}
