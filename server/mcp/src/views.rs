//! Interactive views (MCP Apps, `io.modelcontextprotocol/ui`, revision 2026-01-26): pages that a host
//! shows in place of a tool's answer. Only a client that declares the extension is told of them;
//! every answer is complete without.
//!
//! A page brings nothing with it but its own style and script, asks no network, and puts what it is
//! told on the screen as text alone. `views/` holds the parts that [`all`] joins into pages.

use std::sync::LazyLock;

use base64::Engine as _;
use mlwright_base::{Problem, limits};
use mlwright_operations::{Answer, Registered, bounds};
use rmcp::RoleServer;
use rmcp::model::{CallToolResult, MetaObject, ReadResourceResult, Resource, ResourceContents, Tool};
use rmcp::service::RequestContext;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::answer::{self, Detail};

/// The extension's name.
pub(crate) const EXTENSION: &str = "io.modelcontextprotocol/ui";
/// What a page is, as the extension calls it.
const MEDIA_TYPE: &str = "text/html;profile=mcp-app";
/// The key of a result's `_meta` with what the page shows: an answer's structure in full, where the
/// model is given a brief one. Hosts pass it to the page, not to the model.
const CONTENT: &str = "mlwright/view";

/// A page for the answers of some operations.
struct View {
    address: &'static str,
    name: &'static str,
    title: &'static str,
    description: &'static str,
    /// The operations whose answers it is shown for.
    shown_for: &'static [&'static str],
    /// Operations that the page itself may call, and whose answers it can show too.
    follows: &'static [&'static str],
    page: String,
}

fn all() -> &'static [View] {
    static ALL: LazyLock<[View; 2]> = LazyLock::new(|| {
        [
            View {
                address: "ui://mlwright/profile",
                name: "profile",
                title: "Profile of a table",
                description: "The answer of profile_table: findings, what each column says about the target, every column with its distribution",
                shown_for: &["profile_table"],
                follows: &[],
                page: page("Profile", include_str!("../views/profile.css"), include_str!("../views/profile.js")),
            },
            View {
                address: "ui://mlwright/leaderboard",
                name: "leaderboard",
                title: "Leaderboard",
                description: "The answers of train, list_runs and compare_runs: scores with their spread beside the baseline, sortable; follows a training that still runs",
                shown_for: &["train", "list_runs", "compare_runs"],
                follows: &["get_job"],
                page: page("Leaderboard", include_str!("../views/leaderboard.css"), include_str!("../views/leaderboard.js")),
            },
        ]
    });
    &*ALL
}

/// Joins the parts of a page. Its own policy, which the host's can only narrow, lets this one script
/// and this one style have effect, by their hashes: nothing that came in later could run.
fn page(title: &str, style: &str, script: &str) -> String {
    let style = format!("{}{style}", include_str!("../views/common.css"));
    let script = format!("{}{}{script}", include_str!("../views/host.js"), include_str!("../views/draw.js")).replace("{{version}}", env!("CARGO_PKG_VERSION"));
    include_str!("../views/page.html")
        .replace("{{title}}", title)
        .replace("{{style-hash}}", &policy_hash(&style))
        .replace("{{script-hash}}", &policy_hash(&script))
        .replace("{{style}}", &style)
        .replace("{{script}}", &script)
}

/// How a Content Security Policy names a text (CSP level 3, section 2.3.1).
fn policy_hash(text: &str) -> String {
    format!("sha256-{}", base64::engine::general_purpose::STANDARD.encode(Sha256::digest(text)))
}

/// Whether the client of a request shows pages.
pub(crate) fn are_shown(context: &RequestContext<RoleServer>) -> bool {
    let declared = context.client_capabilities().and_then(|capabilities| capabilities.extensions?.remove(EXTENSION));
    declared.is_some_and(|settings| shows_pages(&Value::Object(settings)))
}

/// Hosts that declare the extension without saying what they show, show pages: there is nothing else.
fn shows_pages(settings: &Value) -> bool {
    match settings.get("mimeTypes") {
        Some(Value::Array(types)) => types.iter().any(|kind| kind == MEDIA_TYPE),
        Some(_) => false,
        None => true,
    }
}

/// Says of each tool that has one which page shows its answers.
pub(crate) fn link(tools: &mut [Tool]) {
    for tool in tools {
        if let Some(view) = all().iter().find(|view| view.shown_for.contains(&tool.name.as_ref())) {
            // The flat key of earlier drafts is left out: hosts of this revision do without.
            tool.meta.get_or_insert_default().0.insert("ui".to_owned(), json!({ "resourceUri": view.address }));
        }
    }
}

/// The pages as resources.
pub(crate) fn list() -> Vec<Resource> {
    let resource = |view: &View| {
        Resource::new(view.address, view.name).with_title(view.title).with_description(view.description).with_mime_type(MEDIA_TYPE).with_meta(meta())
    };
    all().iter().map(resource).collect()
}

/// The page at an address.
pub(crate) fn read(address: &str) -> Option<ReadResourceResult> {
    let view = all().iter().find(|view| view.address == address)?;
    Some(ReadResourceResult::new(vec![ResourceContents::text(&view.page, address).with_mime_type(MEDIA_TYPE).with_meta(meta())]))
}

/// No origin is named, so the host lets the page reach none; it draws its own border.
fn meta() -> MetaObject {
    let meta = json!({ "ui": { "csp": {}, "prefersBorder": false } });
    MetaObject(meta.as_object().cloned().unwrap_or_default())
}

/// The outcome of a call, with what its page shows when there is one and the client shows it.
pub(crate) fn result(operation: &Registered, outcome: Result<Answer, Problem>, detail: Detail, shown: bool) -> CallToolResult {
    let is_viewed = |view: &&View| view.shown_for.contains(&operation.name) || view.follows.contains(&operation.name);
    let content = match &outcome {
        Ok(answer) if shown && all().iter().any(|view| is_viewed(&view)) => {
            Some(bounds::fit(answer.structured.clone(), limits::ANSWER_BYTES_MAX, &bounds::rest_of(operation, None)))
        }
        _ => None,
    };
    let mut result = answer::result(operation, outcome, detail);
    if let Some(content) = content {
        result.meta.get_or_insert_default().0.insert(CONTENT.to_owned(), content);
    }
    result
}

#[cfg(test)]
mod tests;
