//! Tools whose work goes on as a task for clients that have declared the extension.

use std::collections::BTreeMap;
use std::time::Duration;

use rmcp::model::*;
use rmcp::task_manager::{TaskContext, TaskExit, TaskOptions};
use serde_json::Value;

use crate::asking::{Call, Round, ask_for, field};
use crate::plain::{failure, text};
use crate::server::State;

/// How often a client should ask.
const POLL_INTERVAL_MS: u64 = 200;
/// How long a job that fails takes to.
const FAILING_TIME: Duration = Duration::from_secs(1);

/// The answer of a tool of this kind; `None` when it is none.
///
/// # Errors
/// When the tool works as a task only and the client has not declared that it has tasks.
pub(crate) async fn call(
    tool: &Tool,
    arguments: &JsonObject,
    call: &Call,
    state: &State,
) -> Result<Option<CallToolResponse>, ErrorData> {
    let has_tasks = call.capabilities().supports_tasks();
    let needs_task = matches!(tool.name.as_ref(), "failing_job" | "test_tool_with_task");
    if needs_task && !has_tasks {
        return Err(ErrorData::missing_required_client_capability(
            ClientCapabilities::builder().enable_tasks().build(),
        ));
    }
    let Some(work) = Work::of(&tool.name, arguments, call).await? else { return Ok(None) };
    let work = match work {
        Ready::Work(work) => work,
        Ready::Asks(open) => return Ok(Some(open)),
    };
    if has_tasks && !work.is_immediate() {
        let options = TaskOptions::new().with_poll_interval_ms(POLL_INTERVAL_MS);
        let task = state.tasks.spawn(options, |context| Box::pin(work.run(context)));
        return Ok(Some(CreateTaskResult::new(task).into()));
    }
    work.answer(call).await.map(Some)
}

enum Work {
    Compute {
        seconds: u64,
        label: String,
    },
    Fail,
    BreakOff,
    /// Asks these, by key, before it is done.
    Ask(Vec<(&'static str, InputRequest)>),
    Greet(String),
}

/// Whether all is known that the work needs to start.
enum Ready {
    Work(Work),
    Asks(CallToolResponse),
}

impl Work {
    async fn of(name: &str, arguments: &JsonObject, call: &Call) -> Result<Option<Ready>, ErrorData> {
        let argument = |name: &str| arguments.get(name).and_then(Value::as_str).unwrap_or_default();
        let work = match name {
            "slow_compute" => {
                let seconds = arguments.get("seconds").and_then(Value::as_u64).unwrap_or(1);
                Self::Compute { seconds, label: argument("label").to_owned() }
            }
            "failing_job" => Self::Fail,
            "protocol_error_job" => Self::BreakOff,
            "confirm_delete" => {
                Self::Ask(vec![("confirm", confirmation(&format!("Delete {}?", argument("filename"))))])
            }
            "multi_input" => {
                Self::Ask(vec![("first", confirmation("The first?")), ("second", confirmation("The second?"))])
            }
            "test_tool_with_task" => {
                let questions =
                    BTreeMap::from([("user_name".to_owned(), ask_for("What is your name?", "name", "string"))]);
                match call.ask(questions).await? {
                    Round::Open(open) => {
                        return Ok(Some(Ready::Asks(InputRequiredResult::from_input_requests(open).into())));
                    }
                    Round::Answered(answers) => Self::Greet(
                        field(&answers, "user_name", "name").and_then(Value::as_str).unwrap_or_default().to_owned(),
                    ),
                }
            }
            _ => return Ok(None),
        };
        Ok(Some(Ready::Work(work)))
    }

    /// Whether a task would be over before the client heard of it.
    fn is_immediate(&self) -> bool {
        matches!(self, Self::Compute { seconds: 0, .. })
    }

    /// As a task, which can be cancelled and can ask.
    async fn run(self, context: TaskContext) -> Result<CallToolResult, TaskExit> {
        match self {
            Self::Ask(questions) => {
                // All at once: the client may answer them in any order, and apart from each other.
                let asked: Vec<_> = questions
                    .into_iter()
                    .map(|(key, question)| {
                        let context = context.clone();
                        tokio::spawn(async move {
                            context.request_input(key, question).await.map(|answer| (key.to_owned(), answer))
                        })
                    })
                    .collect();
                let mut answers = InputResponses::new();
                for asked in asked {
                    let (key, answer) =
                        asked.await.map_err(|error| ErrorData::internal_error(error.to_string(), None))??;
                    answers.insert(key, answer);
                }
                Ok(outcome(&answers))
            }
            work => tokio::select! {
                () = context.cancelled() => Err(TaskExit::Cancelled),
                done = work.finish() => Ok(done?),
            },
        }
    }

    /// Within the call, for clients without tasks.
    async fn answer(self, call: &Call) -> Result<CallToolResponse, ErrorData> {
        match self {
            Self::Ask(questions) => {
                let questions = questions.into_iter().map(|(key, question)| (key.to_owned(), question)).collect();
                Ok(match call.ask(questions).await? {
                    Round::Answered(answers) => outcome(&answers).into(),
                    Round::Open(open) => InputRequiredResult::from_input_requests(open).into(),
                })
            }
            work => tokio::select! {
                () = call.context.ct.cancelled() => Err(ErrorData::internal_error("cancelled", None)),
                done = work.finish() => done.map(Into::into),
            },
        }
    }

    async fn finish(self) -> Result<CallToolResult, ErrorData> {
        match self {
            Self::Compute { seconds, label } => {
                tokio::time::sleep(Duration::from_secs(seconds)).await;
                Ok(text(format!("computed {label} for {seconds} s")))
            }
            Self::Fail => {
                tokio::time::sleep(FAILING_TIME).await;
                Ok(failure("this job fails"))
            }
            Self::BreakOff => Err(ErrorData::internal_error("this job breaks off", None)),
            Self::Greet(name) => Ok(text(format!("Hello, {name}!"))),
            Self::Ask(_) => Err(ErrorData::internal_error("this job has to ask first", None)),
        }
    }
}

fn confirmation(message: &str) -> InputRequest {
    ask_for(message, "confirm", "boolean")
}

fn outcome(answers: &InputResponses) -> CallToolResult {
    let confirmed = |key: &String| field(answers, key, "confirm") == Some(&Value::Bool(true));
    let told: Vec<String> =
        answers.keys().map(|key| format!("{key}: {}", if confirmed(key) { "confirmed" } else { "declined" })).collect();
    text(told.join(", "))
}
