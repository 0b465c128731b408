//! `workspace/executeCommand`: every operation as `mlwright.NAME`, with one argument, its input, and perhaps a second that
//! says where the call comes from. An operation runs on a thread of its own; the session hears of it by events.

mod progress;

use std::collections::HashMap;

use lsp_server::{ErrorCode, Request, RequestId, ResponseError};
use lsp_types::{ExecuteCommandParams, MessageType, ProgressToken, Uri};
use mlwright_base::{CancelToken, Problem, Progress};
use mlwright_engine::access::Scopes;
use mlwright_engine::{Actor, Call, Surface};
use mlwright_operations::{Answer, CONFIRM, Context, Effect, Registered};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use self::progress::{Reporter, Shown};
use crate::client::{Purpose, error};
use crate::convert::{self, APPLY_EDIT, COMMAND_PREFIX};
use crate::session::{Event, Session};
use crate::uri::path_of;
use crate::workers::guarded;

/// The most commands that run at the same time.
const RUNNING_MAX: usize = 16;
/// Characters of a message that the user is shown.
const SHOWN_CHARS_MAX: usize = 500;
/// How long a job is followed: as long as the engine follows one.
const FOLLOW_SECONDS: u64 = 24 * 3_600;

const CONFIRM_LABEL: &str = "Do it";
const CANCEL_LABEL: &str = "Cancel";

/// A running command.
pub(crate) type RunningId = u64;

/// Where a call comes from, and what is to be done with its outcome.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct From {
    /// The document that it was started in: its workspace is worked in.
    document: Option<Uri>,
    /// Whether the user is shown the outcome.
    show: bool,
}

/// An operation that is to be called.
pub(crate) struct Invocation {
    request: RequestId,
    operation: &'static Registered,
    input: Value,
    from: From,
    token: Option<ProgressToken>,
}

struct Running {
    request: RequestId,
    operation: &'static Registered,
    show: bool,
    cancel: CancelToken,
    shown: Shown,
}

/// The commands that run.
#[derive(Default)]
pub(crate) struct Commands {
    last_id: RunningId,
    running: HashMap<RunningId, Running>,
}

/// Starts the command of a request.
pub(crate) fn start(session: &mut Session, request: Request) {
    let params: ExecuteCommandParams = match serde_json::from_value(request.params) {
        Ok(params) => params,
        Err(problem) => return session.client.refuse(request.id, ErrorCode::InvalidParams, problem.to_string()),
    };
    let mut arguments = params.arguments.into_iter();
    let (first, second) = (arguments.next(), arguments.next());
    if params.command == APPLY_EDIT {
        return session.client.ask("workspace/applyEdit", json!({ "edit": first }), Purpose::ApplyEdit(request.id));
    }
    let Some(name) = params.command.strip_prefix(COMMAND_PREFIX) else {
        return session.client.refuse(
            request.id,
            ErrorCode::InvalidParams,
            format!("there is no command {:?}", params.command),
        );
    };
    let operation = match mlwright_operations::find(name) {
        Ok(operation) => operation,
        Err(problem) => return session.client.refuse(request.id, ErrorCode::InvalidParams, convert::spoken(&problem)),
    };
    let input = first.filter(|input| !input.is_null()).unwrap_or_else(|| Value::Object(Map::new()));
    let from = second.map(serde_json::from_value).transpose();
    let from: From = match from {
        Ok(from) => from.unwrap_or_default(),
        Err(problem) => {
            return session.client.refuse(
                request.id,
                ErrorCode::InvalidParams,
                format!("the second argument: {problem}"),
            );
        }
    };
    let token = params.work_done_progress_params.work_done_token;
    let invocation = Invocation { request: request.id, operation, input, from, token };
    if operation.effect != Effect::Destructive || invocation.input.get(CONFIRM) == Some(&Value::Bool(true)) {
        return run(session, invocation);
    }
    let question = json!({
        "type": MessageType::WARNING,
        "message": operation.question(&invocation.input),
        "actions": [{ "title": CONFIRM_LABEL }, { "title": CANCEL_LABEL }],
    });
    session.client.ask("window/showMessageRequest", question, Purpose::Confirm(Box::new(invocation)));
}

/// The user has answered whether something is to be done. Without a yes the operation refuses by itself, which is how
/// that gets into the audit.
pub(crate) fn answered(session: &mut Session, mut invocation: Invocation, answer: &Result<Value, ResponseError>) {
    let says_yes =
        answer.as_ref().is_ok_and(|answer| answer.get("title").and_then(Value::as_str) == Some(CONFIRM_LABEL));
    if invocation.input.is_object() {
        invocation.input[CONFIRM] = Value::Bool(says_yes);
    }
    run(session, invocation);
}

/// The client has made an edit, or not.
pub(crate) fn edit_applied(session: &Session, request: RequestId, answer: Result<Value, ResponseError>) {
    session.client.answer(request, answer);
}

fn run(session: &mut Session, invocation: Invocation) {
    let Invocation { request, operation, mut input, from, token } = invocation;
    if session.commands.running.len() >= RUNNING_MAX {
        return session.client.refuse(
            request,
            ErrorCode::RequestFailed,
            format!("{RUNNING_MAX} commands are running already"),
        );
    }
    // Its progress is followed to the end, and cancelling the call cancels the job.
    if operation.makes_job() && input.is_object() && input.get("wait_seconds").is_none() {
        input["wait_seconds"] = json!(FOLLOW_SECONDS);
    }
    session.commands.last_id += 1;
    let id = session.commands.last_id;
    let cancel = CancelToken::new();
    session.pending.add_command(request.clone(), cancel.clone());
    let running = Running {
        request,
        operation,
        show: from.show,
        cancel: cancel.clone(),
        shown: Shown::new(id, operation.title, token),
    };
    session.commands.running.insert(id, running);

    let path = from.document.as_ref().and_then(path_of);
    let actor = Actor { name: format!("{} for {}", session.profile.name, session.user), surface: Surface::Lsp };
    let (world, events) = (session.world.clone(), session.events.clone());
    let work = move || {
        let reporter = Reporter::new(id, events.clone());
        let outcome = guarded(|| {
            let directory = world.workspaces.directory_of(path.as_deref());
            let engine = world.workspaces.engine(&directory)?;
            let call = Call { actor: &actor, scopes: Scopes::ALL, cancel: &cancel, progress: &reporter };
            mlwright_operations::call(Context { engine: &engine, call: &call }, operation.name, input)
        });
        let outcome = outcome.unwrap_or_else(|defect| {
            Err(Problem::new(mlwright_base::ErrorCode::Internal, format!("{} broke off: {defect}", operation.name))
                .hint("this is a defect of mlwright; the workspace is unharmed"))
        });
        // A session that has ended wants no answers.
        let _ = events.send(Event::CommandEnded { id, outcome: Box::new(outcome) });
    };
    let started = std::thread::Builder::new().name(format!("lsp-{}", operation.name)).spawn(work);
    if let Err(problem) = started {
        let problem =
            Problem::new(mlwright_base::ErrorCode::Unavailable, format!("no thread can be started: {problem}"));
        ended(session, id, Err(problem));
    }
}

/// A command tells how far it is.
pub(crate) fn progressed(session: &mut Session, id: RunningId, progress: Progress) {
    if let Some(running) = session.commands.running.get_mut(&id) {
        running.shown.report(progress, session.profile.work_done_progress, &mut session.client);
    }
}

/// The client shows progress under the token that it was told, or does not.
pub(crate) fn progress_created(session: &mut Session, id: RunningId, is_shown: bool) {
    if let Some(running) = session.commands.running.get_mut(&id) {
        running.shown.created(is_shown, &session.client);
    }
}

/// `window/workDoneProgress/cancel`.
pub(crate) fn cancel(session: &Session, token: &ProgressToken) {
    for running in session.commands.running.values().filter(|running| running.shown.is(token)) {
        running.cancel.cancel();
    }
}

/// A command is over.
pub(crate) fn ended(session: &mut Session, id: RunningId, outcome: Result<Answer, Problem>) {
    let Some(running) = session.commands.running.remove(&id) else { return };
    running.shown.end(&session.client);
    let message = match &outcome {
        Ok(answer) => (MessageType::INFO, cut(&answer.summary)),
        Err(problem) => (MessageType::ERROR, cut(&convert::spoken(problem))),
    };
    let is_cancelled = outcome.as_ref().is_err_and(Problem::is_cancelled);
    if running.show && !is_cancelled {
        session.client.notify("window/showMessage", json!({ "type": message.0, "message": message.1 }));
    }
    if session.pending.take(&running.request) {
        session.client.answer(
            running.request,
            outcome.map_or_else(|problem| Err(refusal(&problem)), |answer| Ok(structured(&answer))),
        );
    }
    if running.operation.effect != Effect::Read {
        session.workspace_changed();
    }
}

fn structured(answer: &Answer) -> Value {
    json!({ "summary": answer.summary, "answer": answer.structured })
}

fn refusal(problem: &Problem) -> ResponseError {
    let code = if problem.is_cancelled() { ErrorCode::RequestCanceled } else { ErrorCode::RequestFailed };
    ResponseError { data: serde_json::to_value(problem).ok(), ..error(code, convert::spoken(problem)) }
}

/// The first paragraph: what follows are tables, which a message cannot show.
fn cut(text: &str) -> String {
    let text = text.split("\n\n").next().unwrap_or_default();
    if text.chars().count() <= SHOWN_CHARS_MAX {
        return text.to_owned();
    }
    format!("{}…", text.chars().take(SHOWN_CHARS_MAX - 1).collect::<String>())
}
