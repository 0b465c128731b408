//! The handler: each request of the protocol, answered by the file named for it.

use std::path::PathBuf;

use mlwright_base::Problem;
use rmcp::model::{
    CacheScope, CallToolRequestParams, CallToolResponse, CompleteRequestParams, CompleteResult, ErrorData, GetPromptRequestParams,
    GetPromptResponse, Implementation, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult, ListToolsResult,
    PaginatedRequestParams, ReadResourceRequestParams, ReadResourceResponse, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::RequestContext;
use rmcp::{RoleServer, ServerHandler};

use crate::answer::spoken;
use crate::calls::{Calls, SessionEnd};
use crate::{answer, completion, prompts, resources, tools};

/// How long a client may keep the lists that never change while the server runs.
const FIXED_TTL_MS: u64 = 3_600_000;
/// How long a client may keep the list of resources.
const RESOURCES_TTL_MS: u64 = 5_000;

/// What an assistant is told once, before any tool.
const INSTRUCTIONS: &str = "mlwright runs the machine-learning lifecycle on tables in this workspace: \
list_tables → profile_table → train → evaluate_model → register_model → set_alias (gate) → deploy_endpoint → predict → check_drift. \
Tables are named by path or catalog name; models by models:/name/3, models:/name@alias or runs:/ID/model. \
Long work answers with a job id after wait_seconds; follow it with get_job. \
Errors name the field at fault and what to do next. Destructive tools need confirm=true: ask the user first.";

/// What the server needs to know.
#[derive(Debug, Clone)]
pub struct Options {
    /// The workspace's folder. It is opened by the first call, not before.
    pub workspace: PathBuf,
    /// The user's name, for the audit.
    pub user: String,
}

/// One client's session.
pub struct Server {
    calls: Calls,
}

impl Server {
    /// A server that has not opened its workspace yet.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self { calls: Calls::new(options) }
    }

    /// The flag by which the transport tells that the client has gone.
    pub(crate) fn session_end(&self) -> SessionEnd {
        self.calls.session_end()
    }
}

/// A protocol error: the request itself cannot be answered.
pub(crate) fn invalid_params(problem: &Problem) -> ErrorData {
    ErrorData::invalid_params(spoken(problem), serde_json::to_value(problem).ok())
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let capabilities =
            ServerCapabilities::builder().enable_tools().enable_resources().enable_prompts().enable_completions().build();
        let implementation = Implementation::new("mlwright", env!("CARGO_PKG_VERSION")).with_title("mlwright");
        ServerConfig::new(capabilities).with_server_info(implementation).with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(&self, _: Option<PaginatedRequestParams>, _: RequestContext<RoleServer>) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools::all().to_vec()).with_ttl_ms(FIXED_TTL_MS).with_cache_scope(CacheScope::Public))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        tools::all().iter().find(|tool| tool.name == name).cloned()
    }

    async fn call_tool(&self, request: CallToolRequestParams, context: RequestContext<RoleServer>) -> Result<CallToolResponse, ErrorData> {
        let operation = mlwright_operations::find(&request.name).map_err(|problem| invalid_params(&problem))?;
        let input = serde_json::Value::Object(request.arguments.unwrap_or_default());
        let outcome = self.calls.run(operation, input, &context).await;
        Ok(answer::result(operation, outcome).into())
    }

    async fn list_resources(&self, _: Option<PaginatedRequestParams>, context: RequestContext<RoleServer>) -> Result<ListResourcesResult, ErrorData> {
        let resources = resources::list(&self.calls, &context).await?;
        Ok(ListResourcesResult::with_all_items(resources).with_ttl_ms(RESOURCES_TTL_MS).with_cache_scope(CacheScope::Private))
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Ok(ListResourceTemplatesResult::with_all_items(resources::templates()).with_ttl_ms(FIXED_TTL_MS).with_cache_scope(CacheScope::Public))
    }

    async fn read_resource(&self, request: ReadResourceRequestParams, context: RequestContext<RoleServer>) -> Result<ReadResourceResponse, ErrorData> {
        resources::read(&self.calls, &request.uri, &context).await.map(Into::into)
    }

    async fn list_prompts(&self, _: Option<PaginatedRequestParams>, _: RequestContext<RoleServer>) -> Result<ListPromptsResult, ErrorData> {
        Ok(ListPromptsResult::with_all_items(prompts::list()).with_ttl_ms(FIXED_TTL_MS).with_cache_scope(CacheScope::Public))
    }

    async fn get_prompt(&self, request: GetPromptRequestParams, _: RequestContext<RoleServer>) -> Result<GetPromptResponse, ErrorData> {
        prompts::get(&request.name, &request.arguments.unwrap_or_default()).map(Into::into).map_err(|problem| invalid_params(&problem))
    }

    async fn complete(&self, request: CompleteRequestParams, context: RequestContext<RoleServer>) -> Result<CompleteResult, ErrorData> {
        Ok(CompleteResult::new(completion::complete(&self.calls, &request, &context).await))
    }
}

#[cfg(test)]
mod tests;
