//! The handler: one for each session, and one for each request of a client that has none.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mlwright_mcp_transport::unread;
use rmcp::model::*;
use rmcp::service::{NotificationContext, RequestContext, SubscriptionContext};
use rmcp::task_manager::TaskManager;
use rmcp::{Peer, RoleServer, ServerHandler};
use tokio::sync::watch;

use crate::asking::Call;
use crate::{catalog, plain, prompts, resources, rounds, skills, tasks};

/// How long clients may keep what they were told.
const TTL_MS: u64 = 1_000;

/// How often the things that can change have changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Revision {
    pub(crate) tools: u64,
    pub(crate) prompts: u64,
    pub(crate) watched: u64,
}

/// What all sessions share.
pub(crate) struct State {
    pub(crate) tasks: TaskManager,
    pub(crate) seal: RequestStateCodec,
    pub(crate) revision: watch::Sender<Revision>,
}

impl State {
    /// # Errors
    /// When the operating system gives no random bytes.
    pub(crate) fn new() -> Result<Self, Box<dyn std::error::Error>> {
        let mut key = [0_u8; 32];
        std::io::Read::read_exact(&mut std::fs::File::open("/dev/urandom")?, &mut key)?;
        let seal = RequestStateCodec::try_new(key)?;
        Ok(Self { tasks: TaskManager::new(), seal, revision: watch::Sender::default() })
    }
}

/// What a session of the older era keeps.
#[derive(Default)]
pub(crate) struct Session {
    subscribed: Mutex<BTreeSet<String>>,
    log_level: Mutex<Option<LoggingLevel>>,
}

impl Session {
    /// The least severe message that the client wants; all of them until it says so.
    pub(crate) fn log_level(&self) -> Option<LoggingLevel> {
        *lock(&self.log_level)
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) struct Fixture {
    state: Arc<State>,
    session: Arc<Session>,
    /// Made with the handler, so that a stream misses nothing that happens after it was asked for.
    revision: watch::Receiver<Revision>,
}

impl Fixture {
    pub(crate) fn new(state: Arc<State>) -> Self {
        let revision = state.revision.subscribe();
        Self { state, session: Arc::default(), revision }
    }
}

/// Tells a client of the older era what has changed, until its session ends.
async fn tell(peer: Peer<RoleServer>, session: Arc<Session>, mut revision: watch::Receiver<Revision>) {
    let mut seen = *revision.borrow_and_update();
    while revision.changed().await.is_ok() {
        let now = *revision.borrow_and_update();
        let mut told = Ok(());
        if now.tools != seen.tools {
            told = told.and(peer.notify_tool_list_changed().await);
        }
        if now.prompts != seen.prompts {
            told = told.and(peer.notify_prompt_list_changed().await);
        }
        if now.watched != seen.watched && lock(&session.subscribed).contains(resources::WATCHED) {
            told =
                told.and(peer.notify_resource_updated(ResourceUpdatedNotificationParam::new(resources::WATCHED)).await);
        }
        if told.is_err() {
            return;
        }
        seen = now;
    }
}

impl ServerHandler for Fixture {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_logging()
            .enable_completions()
            .enable_prompts()
            .enable_prompts_list_changed()
            .enable_resources()
            .enable_resources_subscribe()
            .enable_tools()
            .enable_tool_list_changed()
            .enable_tasks()
            .enable_skills_with_directory_read()
            .build();
        ServerConfig::new(capabilities)
            .with_server_info(Implementation::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")))
            .with_instructions("what the conformance suite asks for, and nothing else")
    }

    async fn on_initialized(&self, context: NotificationContext<RoleServer>) {
        tokio::spawn(tell(context.peer, Arc::clone(&self.session), self.revision.clone()));
    }

    async fn set_level(
        &self,
        request: SetLevelRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        if Call::is_stateless(&context) {
            return Err(ErrorData::method_not_found::<SetLevelRequestMethod>());
        }
        *lock(&self.session.log_level) = Some(request.level);
        Ok(())
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let tools = catalog::tools(*self.revision.borrow());
        Ok(ListToolsResult::with_all_items(tools).with_ttl_ms(TTL_MS).with_cache_scope(CacheScope::Public))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        catalog::tools(*self.revision.borrow()).into_iter().find(|tool| tool.name == name)
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let name = request.name.into_owned();
        let Some(tool) = self.get_tool(&name) else {
            return Err(ErrorData::invalid_params(format!("there is no tool {name}"), None));
        };
        let call = Call::of_tool(&name, request.input_responses, request.request_state, context);
        let arguments = request.arguments.unwrap_or_default();
        if let Some(response) = tasks::call(&tool, &arguments, &call, &self.state).await? {
            return Ok(response);
        }
        if let Some(response) = rounds::call(&arguments, &call, &self.state.seal).await? {
            return Ok(response);
        }
        plain::call(&arguments, &call, &self.state.revision, &self.session).await.map(Into::into)
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let resources = resources::all().into_iter().chain(skills::resources()).collect();
        Ok(ListResourcesResult::with_all_items(resources).with_ttl_ms(TTL_MS).with_cache_scope(CacheScope::Public))
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Ok(ListResourceTemplatesResult::with_all_items(resources::templates())
            .with_ttl_ms(TTL_MS)
            .with_cache_scope(CacheScope::Public))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let uri = &request.uri;
        let contents =
            resources::read(uri, *self.revision.borrow()).or_else(|| skills::read(uri)).ok_or_else(|| {
                ErrorData::resource_not_found("there is no such resource", Some(serde_json::json!({ "uri": uri })))
            })?;
        Ok(ReadResourceResult::new(vec![contents]).with_ttl_ms(TTL_MS).with_cache_scope(CacheScope::Public).into())
    }

    async fn subscribe(&self, request: SubscribeRequestParams, _: RequestContext<RoleServer>) -> Result<(), ErrorData> {
        lock(&self.session.subscribed).insert(request.uri);
        Ok(())
    }

    async fn unsubscribe(
        &self,
        request: UnsubscribeRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        lock(&self.session.subscribed).remove(&request.uri);
        Ok(())
    }

    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        Some(requested.clone())
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        let mut revision = self.revision.clone();
        let mut seen = *revision.borrow_and_update();
        let accepted = context.accepted().clone();
        let watches = accepted
            .resource_subscriptions
            .as_ref()
            .is_some_and(|uris| uris.iter().any(|uri| uri == resources::WATCHED));
        loop {
            tokio::select! {
                () = context.cancelled() => return Ok(()),
                changed = revision.changed() => if changed.is_err() { return Ok(()) },
            }
            let now = *revision.borrow_and_update();
            let sink = context.sink();
            let mut told = Ok(());
            if now.tools != seen.tools && accepted.tools_list_changed == Some(true) {
                told = told.and(sink.notify_tool_list_changed().await);
            }
            if now.prompts != seen.prompts && accepted.prompts_list_changed == Some(true) {
                told = told.and(sink.notify_prompt_list_changed().await);
            }
            if now.watched != seen.watched && watches {
                told = told.and(sink.notify_resource_updated(resources::WATCHED).await);
            }
            if told.is_err() {
                return Ok(());
            }
            seen = now;
        }
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        let prompts = prompts::all(*self.revision.borrow());
        Ok(ListPromptsResult::with_all_items(prompts).with_ttl_ms(TTL_MS).with_cache_scope(CacheScope::Public))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        let arguments = request.arguments.unwrap_or_default();
        let call = Call::of_prompt(&request.name, request.input_responses, request.request_state, context);
        prompts::get(&arguments, &call).await
    }

    async fn complete(
        &self,
        request: CompleteRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        let values = prompts::complete(&request.r#ref, &request.argument.name, &request.argument.value);
        CompletionInfo::with_all_values(values)
            .map(CompleteResult::new)
            .map_err(|said| ErrorData::internal_error(said, None))
    }

    async fn on_custom_request(
        &self,
        request: CustomRequest,
        context: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        Err(unread::problem(&request, context.protocol_version().as_ref()))
    }

    async fn get_task(
        &self,
        request: GetTaskParams,
        _: RequestContext<RoleServer>,
    ) -> Result<GetTaskResult, ErrorData> {
        self.state.tasks.get_task(&request.task_id).map(GetTaskResult::new)
    }

    async fn update_task(&self, request: UpdateTaskParams, _: RequestContext<RoleServer>) -> Result<(), ErrorData> {
        self.state.tasks.update_task(&request.task_id, request.input_responses)
    }

    async fn cancel_task(&self, request: CancelTaskParams, _: RequestContext<RoleServer>) -> Result<(), ErrorData> {
        self.state.tasks.cancel_task(&request.task_id)
    }

    async fn list_skills(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListSkillsResult, ErrorData> {
        Ok(ListSkillsResult::with_all_items(vec![skills::skill()])
            .with_ttl_ms(TTL_MS)
            .with_cache_scope(CacheScope::Public))
    }

    async fn get_skill(
        &self,
        request: GetSkillRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<GetSkillResult, ErrorData> {
        let skill = skills::skill();
        if skill.uri != request.uri {
            return Err(ErrorData::invalid_params(
                "there is no such skill",
                Some(serde_json::json!({ "uri": request.uri })),
            ));
        }
        Ok(GetSkillResult::new(skill).with_ttl_ms(TTL_MS).with_cache_scope(CacheScope::Public))
    }

    async fn read_resource_directory(
        &self,
        request: ReadResourceDirectoryRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceDirectoryResult, ErrorData> {
        let children = skills::children(&request.uri).ok_or_else(|| {
            ErrorData::invalid_params("this is no folder", Some(serde_json::json!({ "uri": request.uri })))
        })?;
        Ok(ListResourcesResult::with_all_items(children).with_ttl_ms(TTL_MS).with_cache_scope(CacheScope::Public))
    }
}
