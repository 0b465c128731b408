//! Running one operation for a client: on a blocking thread, cancellable, with progress, and with
//! every outcome made into an answer.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use mlwright_base::{CancelToken, ErrorCode, Problem, limits};
use mlwright_engine::{Actor, Call, Engine, Surface};
use mlwright_operations::{Answer, Context, Registered, bounds};
use rmcp::RoleServer;
use rmcp::model::{CallToolResult, ContentBlock};
use rmcp::service::RequestContext;
use serde_json::Value;
use tokio::sync::Semaphore;

use crate::progress::Relay;
use crate::server::Options;

/// The most calls of one client that run at the same time; further ones wait.
const CALLS_AT_ONCE_MAX: usize = 16;

/// Runs operations in one workspace, which the first call opens.
pub(crate) struct Calls {
    options: Options,
    engine: Arc<Mutex<Option<Arc<Engine>>>>,
    slots: Semaphore,
}

impl Calls {
    pub(crate) fn new(options: Options) -> Self {
        Self { options, engine: Arc::default(), slots: Semaphore::new(CALLS_AT_ONCE_MAX) }
    }

    /// Runs one operation for a request.
    pub(crate) async fn run(&self, operation: &'static Registered, input: Value, context: &RequestContext<RoleServer>) -> Result<Answer, Problem> {
        let actor = self.actor(context);
        let (reporter, relay) = Relay::start(context);
        let outcome = self
            .blocking(context, move |engine, cancel| {
                let call = Call { actor: &actor, cancel, progress: &reporter };
                mlwright_operations::call(Context { engine, call: &call }, operation.name, input)
            })
            .await;
        relay.finish().await;
        outcome
    }

    /// Runs work that needs the engine on a blocking thread. When the client cancels, the work's
    /// token is cancelled and the work is waited for. A panic becomes an error.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        context: &RequestContext<RoleServer>,
        work: impl FnOnce(&Engine, &CancelToken) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let cancelled = || Problem::new(ErrorCode::Cancelled, "cancelled");
        let _slot = tokio::select! {
            slot = self.slots.acquire() => slot.map_err(|_| cancelled())?,
            () = context.ct.cancelled() => return Err(cancelled()),
        };
        let cancel = CancelToken::new();
        let (opened, directory, token) = (Arc::clone(&self.engine), self.options.workspace.clone(), cancel.clone());
        let mut task = tokio::task::spawn_blocking(move || {
            let run = || {
                let engine = {
                    let mut opened = opened.lock().unwrap_or_else(PoisonError::into_inner);
                    match opened.as_ref() {
                        Some(engine) => Arc::clone(engine),
                        None => Arc::clone(opened.insert(Arc::new(Engine::open(&directory)?))),
                    }
                };
                work(&engine, &token)
            };
            catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| Err(defect(panic.as_ref())))
        });
        let outcome = tokio::select! {
            outcome = &mut task => outcome,
            () = context.ct.cancelled() => {
                cancel.cancel();
                task.await
            }
        };
        outcome.unwrap_or_else(|error| Err(Problem::new(ErrorCode::Internal, format!("the work was lost: {error}"))))
    }

    fn actor(&self, context: &RequestContext<RoleServer>) -> Actor {
        let client = context.client_info().map_or_else(|| "mcp".to_owned(), |client| format!("{}/{}", client.name, client.version));
        let name: String = format!("{client} for {}", self.options.user).chars().filter(|c| !c.is_control()).take(200).collect();
        Actor { name, surface: Surface::Mcp }
    }
}

fn defect(panic: &(dyn std::any::Any + Send)) -> Problem {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
    Problem::new(ErrorCode::Internal, format!("the operation broke off: {}", text.unwrap_or_default()))
        .hint("this is a defect of mlwright; the workspace is unharmed, other operations still work")
}

/// A problem in one line: `code: message. hint`.
pub(crate) fn spoken(problem: &Problem) -> String {
    let hint = if problem.hint.is_empty() { String::new() } else { format!(". {}", problem.hint) };
    format!("{}: {}{hint}", problem.code, problem.message)
}

/// The outcome of a call as the protocol says it.
pub(crate) fn result(operation: &Registered, outcome: Result<Answer, Problem>) -> CallToolResult {
    match outcome {
        Ok(answer) => {
            let mut content = vec![ContentBlock::text(answer.summary)];
            content.extend(answer.images.iter().map(|image| {
                ContentBlock::image(base64::engine::general_purpose::STANDARD.encode(&image.bytes), image.media_type)
            }));
            let mut result = CallToolResult::success(content);
            result.structured_content = Some(bounds::fit(operation, answer.structured, limits::ANSWER_BYTES_MAX));
            result
        }
        Err(problem) => {
            let mut result = CallToolResult::error(vec![ContentBlock::text(spoken(&problem))]);
            result.structured_content = serde_json::to_value(&problem).ok();
            result
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_are_said_in_one_line_and_in_full() {
        let operation = &mlwright_operations::all()[0];
        let problem = Problem::new(ErrorCode::NotFound, "there is no column \"Chrun\"").hint("did you mean Churn?").field("target");
        let result = serde_json::to_value(result(operation, Err(problem))).unwrap();
        assert_eq!(result["isError"], true);
        assert_eq!(result["content"][0]["text"], "not_found: there is no column \"Chrun\". did you mean Churn?");
        assert_eq!(result["structuredContent"]["field"], "target");
    }

    #[test]
    fn answers_carry_text_pictures_and_bounded_structure() {
        let operation = &mlwright_operations::all()[0];
        let image = mlwright_operations::Image { media_type: "image/png", bytes: vec![1, 2, 3] };
        let answer = Answer {
            structured: serde_json::json!({"rows": vec!["x".repeat(100); 5_000]}),
            summary: "5,000 rows".to_owned(),
            images: vec![image],
        };
        let result = serde_json::to_value(result(operation, Ok(answer))).unwrap();
        assert_eq!(result["content"][0]["text"], "5,000 rows");
        assert_eq!(result["content"][1]["data"], "AQID");
        assert_eq!(result["content"][1]["mimeType"], "image/png");
        assert!(result["structuredContent"].to_string().len() <= limits::ANSWER_BYTES_MAX);
        assert!(result["structuredContent"].get(bounds::NOTE).is_some());
    }

    #[test]
    fn a_panic_is_told_as_a_defect() {
        let problem = defect(&"index out of range");
        assert_eq!(problem.code, ErrorCode::Internal);
        assert!(problem.message.contains("index out of range"));
    }
}
