//! Inline completion: code that a language model suggests, if settings name a provider of one and the user lets it be asked.
//!
//! Settings are in `mlwright.toml`, which comes with a folder that anybody may have written. So nothing goes to another machine
//! until the user has said yes to that address, in the editor's own settings or when asked.
//!
//! A request goes through three threads: here it is read, a worker makes the [`prompt`] of what the document knows once typing has
//! paused, and the thread of [`asking`] waits for the pause and the provider, so that a slow one keeps nobody else waiting.

mod asking;
mod prompt;

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lsp_server::{ErrorCode, RequestId, ResponseError};
use lsp_types::{MessageType, Position, Range, TextDocumentIdentifier};
use mlwright_base::{CancelToken, Problem};
use mlwright_engine::settings::Settings;
use mlwright_providers::{Bounds, Origin, ProviderError, ProviderSettings};
use serde::Deserialize;
use serde_json::{Value, json};

use self::asking::{Asker, Job};
use self::prompt::Prompt;
use crate::capabilities::{self, Profile};
use crate::client::Purpose;
use crate::convert;
use crate::documents::Snapshot;
use crate::session::{Event, Session};
use crate::source::{Source, World, lock};
use crate::workers::{Urgency, guarded};

pub(crate) const METHOD: &str = "textDocument/inlineCompletion";

/// How long typing has to pause before a provider is asked; who asks by a key of its own does not wait.
const PAUSE: Duration = Duration::from_millis(200);
/// Of an answer with all that is around the text.
const ANSWER_BYTES_MAX: usize = 256 << 10;

const ALLOW_LABEL: &str = "Allow";
const REFUSE_LABEL: &str = "Not now";

/// What the user has been asked about: where questions go, and what goes with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Consent {
    origin: String,
    key_variable: Option<String>,
    sends_examples: bool,
}

/// What settings of one folder say: the provider that is to be asked, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    folder: String,
    provider: Result<Use, Problem>,
}

/// A provider that is to be asked, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Use {
    name: String,
    settings: ProviderSettings,
    origin: Origin,
    sends_examples: bool,
    timeout: Duration,
}

impl Use {
    /// What settings want; none where inline completion is off.
    fn of(settings: &Settings) -> Result<Option<Self>, Problem> {
        let Some((name, provider)) = settings.inline_provider()? else { return Ok(None) };
        let inline = &settings.inline_completion;
        Ok(Some(Self {
            name: name.to_owned(),
            settings: provider.clone(),
            origin: provider.origin(name)?,
            sends_examples: inline.send_examples,
            timeout: Duration::from_secs(inline.timeout_seconds),
        }))
    }

    fn consent(&self) -> Consent {
        Consent {
            origin: self.origin.text.clone(),
            key_variable: self.settings.key_variable.clone(),
            sends_examples: self.sends_examples,
        }
    }
}

/// What workers have to know.
#[derive(Debug, Default)]
struct Permits {
    /// What the user has said yes to in this session.
    consents: Mutex<Vec<Consent>>,
    /// Providers that can only fail, as the settings had them then.
    resting: Mutex<Vec<(String, ProviderSettings)>>,
}

impl Permits {
    fn lets(&self, used: &Use, profile: &Profile) -> bool {
        used.origin.is_loopback
            || profile.allowed_origins.contains(&used.origin.text)
            || lock(&self.consents).contains(&used.consent())
    }

    fn rests(&self, used: &Use) -> bool {
        lock(&self.resting).iter().any(|(name, settings)| *name == used.name && *settings == used.settings)
    }

    fn rest(&self, used: &Use) {
        if !self.rests(used) {
            lock(&self.resting).push((used.name.clone(), used.settings.clone()));
        }
    }
}

/// What a session knows of inline completion.
#[derive(Default)]
pub(crate) struct Inline {
    wanted: Vec<Wanted>,
    is_registered: bool,
    permits: Arc<Permits>,
    /// What the user was asked about, whatever the answer.
    asked: Vec<Consent>,
    /// Troubles that the user was told.
    told: Vec<ProviderError>,
    /// Started with the first question.
    asker: Option<Asker>,
}

/// Whether it is announced with the answer to `initialize`: where that cannot be done, or taken back, later.
pub(crate) fn is_announced_at_once(profile: &Profile, world: &World) -> bool {
    let can_only_now = profile.inline_completion && !profile.registers_inline_completion;
    can_only_now && world.workspaces.directories().iter().any(|directory| is_wanted(directory))
}

fn is_wanted(directory: &Path) -> bool {
    Settings::load(directory).is_ok_and(|settings| settings.inline_completion.provider.is_some())
}

/// Looks, on a worker, what settings say now.
pub(crate) fn look(session: &Session) {
    if !session.profile.inline_completion {
        return;
    }
    let (world, events) = (session.world.clone(), session.events.clone());
    let paths: Vec<Arc<str>> = session.documents.all().map(|snapshot| snapshot.document.path().clone()).collect();
    session.workers.add(Urgency::Background, move || {
        let mut directories = world.workspaces.directories();
        directories.extend(paths.iter().map(|path| world.workspaces.directory_of(Some(path))));
        directories.sort();
        directories.dedup();
        let wanted = directories.iter().filter_map(|directory| {
            // A file that cannot be read is reported where it is edited.
            let settings = Settings::load(directory).ok()?;
            let provider = Use::of(&settings).transpose()?;
            Some(Wanted { folder: directory.display().to_string(), provider })
        });
        // A session that has ended wants no answers.
        let _ = events.send(Event::InlineSettings(wanted.collect()));
    });
}

/// Settings were looked at: what changed is announced, what the user has to decide is asked.
pub(crate) fn looked(session: &mut Session, wanted: Vec<Wanted>) {
    if session.inline.wanted == wanted {
        return;
    }
    // What was mended may go wrong in the same way again.
    session.inline.told.clear();
    let is_on = wanted.iter().any(|wanted| wanted.provider.is_ok());
    if session.profile.registers_inline_completion && is_on != session.inline.is_registered {
        session.inline.is_registered = is_on;
        if is_on {
            session.client.ask("client/registerCapability", capabilities::inline_completion(), Purpose::Nothing);
        } else {
            session.client.ask("client/unregisterCapability", capabilities::no_inline_completion(), Purpose::Nothing);
        }
    }
    let before = std::mem::take(&mut session.inline.wanted);
    for one in wanted.iter().filter(|one| !before.contains(one)) {
        match &one.provider {
            Ok(used) => ask_leave(session, &one.folder, used),
            Err(problem) => warn(session, problem),
        }
    }
    session.inline.wanted = wanted;
}

/// Asks the user, once, whether what settings want may leave the machine.
fn ask_leave(session: &mut Session, folder: &str, used: &Use) {
    let consent = used.consent();
    if session.inline.permits.lets(used, &session.profile) || session.inline.asked.contains(&consent) {
        return;
    }
    let values = if used.sends_examples { ", one value of each column" } else { "" };
    let key = match &used.settings.key_variable {
        Some(variable) => format!(", with the key in the environment variable {variable}"),
        None => String::new(),
    };
    let message = format!(
        "mlwright.toml in {folder} wants code suggestions from {}. The text around the cursor, names and types of columns and names \
         of tables{values} would be sent there{key}. Allow it until the editor is closed?",
        consent.origin
    );
    let question = json!({
        "type": MessageType::WARNING,
        "message": message,
        "actions": [{ "title": ALLOW_LABEL }, { "title": REFUSE_LABEL }],
    });
    session.inline.asked.push(consent.clone());
    session.client.ask("window/showMessageRequest", question, Purpose::Allow(consent));
}

/// The user has answered.
pub(crate) fn allowed(session: &Session, consent: Consent, answer: &Result<Value, ResponseError>) {
    let says_yes = answer.as_ref().is_ok_and(|answer| answer.get("title").and_then(Value::as_str) == Some(ALLOW_LABEL));
    if says_yes {
        lock(&session.inline.permits.consents).push(consent);
    }
}

/// A provider gave no answer: the user is told once of each kind of trouble.
pub(crate) fn failed(session: &mut Session, error: ProviderError) {
    if session.inline.told.iter().any(|told| told.is_like(&error)) {
        return;
    }
    session.inline.told.push(error.clone());
    warn(session, &Problem::from(error));
}

fn warn(session: &Session, problem: &Problem) {
    let message = format!("Inline completion: {}", convert::spoken(problem));
    session.client.notify("window/showMessage", json!({ "type": MessageType::WARNING, "message": message }));
}

/// A request that waits for its turn, and then for a worker.
#[derive(Debug)]
pub(crate) struct Waiting {
    id: RequestId,
    snapshot: Arc<Snapshot>,
    params: Params,
    cancel: CancelToken,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Params {
    text_document: TextDocumentIdentifier,
    position: Position,
    context: Context,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Context {
    trigger_kind: u32,
    selected_completion_info: Option<Selected>,
}

impl Context {
    /// Whether the user has asked by a key of its own.
    fn is_asked_for(&self) -> bool {
        self.trigger_kind == INVOKED
    }
}

/// `InlineCompletionTriggerKind.Invoked`
const INVOKED: u32 = 1;

/// What is chosen in the list of completions, and shown as if it were typed.
#[derive(Debug, Deserialize)]
struct Selected {
    range: Range,
    text: String,
}

/// Starts to answer a request.
pub(crate) fn start(session: &mut Session, id: RequestId, params: Value) {
    let params: Params = match serde_json::from_value(params) {
        Ok(params) => params,
        Err(problem) => return session.client.refuse(id, ErrorCode::InvalidParams, format!("{METHOD}: {problem}")),
    };
    let Some(snapshot) = session.documents.get(&params.text_document.uri).cloned() else {
        return session.client.answer(id, Ok(Value::Null));
    };
    for (id, reason) in session.pending.asked_again(snapshot.key(), METHOD) {
        session.client.answer(id, Err(reason));
    }
    if session.inline.asker.is_none() {
        match Asker::start(session.events.clone()) {
            Ok(asker) => session.inline.asker = Some(asker),
            Err(problem) => {
                tracing::error!(%problem, "no provider can be asked");
                return session.client.answer(id, Ok(Value::Null));
            }
        }
    }
    let cancel = CancelToken::new();
    session.pending.add_question(id.clone(), snapshot.key(), METHOD, cancel.clone());
    let waiting = Waiting { id, snapshot, params, cancel };
    match &session.inline.asker {
        Some(asker) if !waiting.params.context.is_asked_for() => asker.wait(PAUSE, waiting),
        _ => due(session, waiting),
    }
}

/// A worker makes the question, and has it asked.
pub(crate) fn due(session: &Session, waiting: Waiting) {
    let Some(asker) = session.inline.asker.clone() else { return };
    let (world, profile, events, permits) =
        (session.world.clone(), session.profile.clone(), session.events.clone(), session.inline.permits.clone());
    session.workers.add(Urgency::Background, move || {
        let Waiting { id, snapshot, params, cancel } = waiting;
        // Somebody has answered it already.
        if cancel.is_cancelled() {
            return;
        }
        let outcome = guarded(|| prepare(&snapshot, &params, &world, &profile, &permits));
        let outcome = outcome.unwrap_or_else(|defect| {
            tracing::error!(%defect, "what a provider is to be asked could not be made");
            None
        });
        match outcome {
            None => {
                // A session that has ended wants no answers.
                let _ = events.send(Event::Answered { id, outcome: Ok(Value::Null.to_string()) });
            }
            Some((used, prompt)) => {
                let bounds = Bounds { timeout: used.timeout, answer_bytes_max: ANSWER_BYTES_MAX };
                asker.ask(Job { id, prompt, used, bounds, cancel, permits });
            }
        }
    });
}

/// Who is to be asked, and what; none where nobody is, or there is nothing to complete.
fn prepare(
    snapshot: &Snapshot,
    params: &Params,
    world: &World,
    profile: &Profile,
    permits: &Permits,
) -> Option<(Use, Prompt)> {
    let path = snapshot.document.path();
    let settings = Settings::load(&world.workspaces.directory_of(Some(path))).ok()?;
    let used = Use::of(&settings).ok().flatten()?;
    if !permits.lets(&used, profile) || permits.rests(&used) {
        return None;
    }
    let uri = &params.text_document.uri;
    let selected = params.context.selected_completion_info.as_ref();
    let range = match selected {
        Some(selected) => selected.range,
        None => Range { start: params.position, end: params.position },
    };
    let text = selected.map_or("", |selected| selected.text.as_str());
    let bytes = snapshot.bytes(uri, range)?;
    let is_asked_for = params.context.is_asked_for();
    let source = Source::new(world, &snapshot.asked, path);
    let prompt = Prompt::at(&snapshot.document, bytes, text, is_asked_for, used.sends_examples, &source)?;
    Some((used, prompt.replacing(range)))
}

#[cfg(test)]
mod tests;
