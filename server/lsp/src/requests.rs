//! The table of requests about documents, and how one is answered: on a worker, from the document as it was when the
//! request was read, unless it is cancelled or outlived.

use std::collections::HashMap;

use lsp_server::{ErrorCode, Request, RequestId, ResponseError};
use lsp_types::request as methods;
use lsp_types::request::Request as Method;
use lsp_types::{DocumentDiagnosticReport, Uri};
use mlwright_base::CancelToken;
use serde_json::{Value, json};

use crate::client::error;
use crate::documents::Key;
use crate::features::{self, Question};
use crate::inline;
use crate::session::{Event, Session};
use crate::source::Source;
use crate::workers::{Urgency, guarded};

/// A request that was read and not answered yet.
#[derive(Debug)]
struct Waiting {
    /// The document that the answer is made of; none for commands.
    key: Option<Key>,
    is_diagnostics: bool,
    /// Whether it is asked while somebody types, so that an edit does not make it worthless.
    is_typing: bool,
    /// The method, where the same question asked again makes this one worthless.
    repeated: Option<&'static str>,
    cancel: CancelToken,
}

/// What editors ask for at a key and show when the answer comes, narrowed to what was typed since. Some wait for it before they
/// ask again.
const TYPING: [&str; 2] = [methods::Completion::METHOD, methods::SignatureHelpRequest::METHOD];

/// The requests that wait for their answer. Each is answered once: whoever takes it out answers.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    waiting: HashMap<RequestId, Waiting>,
}

impl Pending {
    /// Adds a command, which goes on whatever is edited.
    pub(crate) fn add_command(&mut self, id: RequestId, cancel: CancelToken) {
        self.waiting.insert(id, Waiting { key: None, is_diagnostics: false, is_typing: false, repeated: None, cancel });
    }

    /// Adds a question about a document that is worth nothing after an edit, nor when it is asked again.
    pub(crate) fn add_question(&mut self, id: RequestId, key: &str, method: &'static str, cancel: CancelToken) {
        let key = Some(key.to_owned());
        self.waiting
            .insert(id, Waiting { key, is_diagnostics: false, is_typing: false, repeated: Some(method), cancel });
    }

    /// Takes a request that is to be answered now; whether nobody has answered it.
    pub(crate) fn take(&mut self, id: &RequestId) -> bool {
        self.waiting.remove(id).is_some()
    }

    /// `$/cancelRequest`: what the request is answered with, when it still waits.
    pub(crate) fn cancel(&mut self, id: &RequestId) -> Option<ResponseError> {
        let waiting = self.waiting.remove(id)?;
        waiting.cancel.cancel();
        Some(error(ErrorCode::RequestCanceled, "cancelled by the client"))
    }

    /// A document has changed: its requests but for those of typing, and what they are answered with. Asking for diagnostics again
    /// is what the client does after each change anyway.
    pub(crate) fn outlived(&mut self, key: &str) -> Vec<(RequestId, ResponseError)> {
        self.end(|waiting| waiting.key.as_deref() == Some(key) && !waiting.is_typing)
    }

    /// A document was closed: all its requests.
    pub(crate) fn closed(&mut self, key: &str) -> Vec<(RequestId, ResponseError)> {
        self.end(|waiting| waiting.key.as_deref() == Some(key))
    }

    /// The same is asked anew of a document: what was asked before.
    pub(crate) fn asked_again(&mut self, key: &str, method: &str) -> Vec<(RequestId, ResponseError)> {
        self.end(|waiting| waiting.key.as_deref() == Some(key) && waiting.repeated == Some(method))
    }

    fn end(&mut self, is_over: impl Fn(&Waiting) -> bool) -> Vec<(RequestId, ResponseError)> {
        let outlived = self.waiting.extract_if(|_, waiting| is_over(waiting));
        let answered = outlived.map(|(id, waiting)| {
            waiting.cancel.cancel();
            let mut reason = error(ErrorCode::ContentModified, "the document has changed");
            if waiting.is_diagnostics {
                reason.code = ErrorCode::ServerCancelled as i32;
                reason.data = Some(json!({ "retriggerRequest": false }));
            }
            (id, reason)
        });
        answered.collect()
    }

    /// Ends everything: the client has asked to shut down.
    pub(crate) fn cancel_all(&mut self) -> Vec<RequestId> {
        self.waiting
            .drain()
            .map(|(id, waiting)| {
                waiting.cancel.cancel();
                id
            })
            .collect()
    }
}

/// Starts to answer a request about a document; gives it back when it is none.
pub(crate) fn start(session: &mut Session, request: Request) -> Option<Request> {
    let Request { id, method, params } = request;
    let about = match method.as_str() {
        methods::Completion::METHOD => document::<methods::Completion>(
            Urgency::Typing,
            |params| &params.text_document_position.text_document.uri,
            |asked, params| features::completion(asked, &params),
        ),
        methods::SignatureHelpRequest::METHOD => document::<methods::SignatureHelpRequest>(
            Urgency::Typing,
            |params| &params.text_document_position_params.text_document.uri,
            |asked, params| features::signature_help(asked, &params),
        ),
        methods::HoverRequest::METHOD => document::<methods::HoverRequest>(
            Urgency::Typing,
            |params| &params.text_document_position_params.text_document.uri,
            |asked, params| features::hover(asked, &params),
        ),
        methods::GotoDefinition::METHOD => document::<methods::GotoDefinition>(
            Urgency::Typing,
            |params| &params.text_document_position_params.text_document.uri,
            |asked, params| features::definition(asked, &params),
        ),
        methods::PrepareRenameRequest::METHOD => document::<methods::PrepareRenameRequest>(
            Urgency::Typing,
            |params| &params.text_document.uri,
            |asked, params| features::prepare_rename(asked, &params),
        ),
        methods::Rename::METHOD => document::<methods::Rename>(
            Urgency::Typing,
            |params| &params.text_document_position.text_document.uri,
            |asked, params| features::rename(asked, &params),
        ),
        methods::CodeActionRequest::METHOD => document::<methods::CodeActionRequest>(
            Urgency::Background,
            |params| &params.text_document.uri,
            |asked, params| features::code_actions(asked, &params),
        ),
        methods::InlayHintRequest::METHOD => document::<methods::InlayHintRequest>(
            Urgency::Background,
            |params| &params.text_document.uri,
            |asked, params| features::inlay_hints(asked, &params),
        ),
        methods::DocumentSymbolRequest::METHOD => document::<methods::DocumentSymbolRequest>(
            Urgency::Background,
            |params| &params.text_document.uri,
            |asked, params| features::symbols(asked, &params),
        ),
        methods::CodeLensRequest::METHOD => document::<methods::CodeLensRequest>(
            Urgency::Background,
            |params| &params.text_document.uri,
            |asked, params| features::lenses(asked, &params),
        ),
        methods::DocumentDiagnosticRequest::METHOD => document::<methods::DocumentDiagnosticRequest>(
            Urgency::Background,
            |params| &params.text_document.uri,
            |asked, params| features::diagnostic_report(asked, &params).into(),
        ),
        inline::METHOD => {
            inline::start(session, id, params);
            return None;
        }
        #[cfg(test)]
        "test/panic" | "test/text" | "test/wait" => {
            let answer: fn(&Question<'_>, _) -> String = match method.as_str() {
                "test/panic" => tests::panic,
                "test/text" => tests::text,
                _ => tests::wait,
            };
            document::<tests::Inside>(Urgency::Typing, |params| &params.text_document.uri, answer)
        }
        _ => return Some(Request { id, method, params }),
    };
    about(session, id, &method, params);
    None
}

type Start = Box<dyn FnOnce(&mut Session, RequestId, &str, Value)>;

/// How requests of a method are answered.
fn document<M: Method>(
    urgency: Urgency,
    uri_of: fn(&M::Params) -> &Uri,
    answer: fn(&Question<'_>, M::Params) -> M::Result,
) -> Start
where
    M::Params: Send + 'static,
    M::Result: 'static,
{
    Box::new(move |session, id, method, params| {
        let params: M::Params = match serde_json::from_value(params) {
            Ok(params) => params,
            Err(problem) => return session.client.refuse(id, ErrorCode::InvalidParams, format!("{method}: {problem}")),
        };
        let is_diagnostics = method == methods::DocumentDiagnosticRequest::METHOD;
        let uri = uri_of(&params).clone();
        let Some(snapshot) = session.documents.get(&uri).cloned() else {
            // Of what is not open, or is in a language that is not understood, there is nothing to say.
            let nothing = if is_diagnostics {
                json!(DocumentDiagnosticReport::Full(lsp_types::RelatedFullDocumentDiagnosticReport::default()))
            } else {
                Value::Null
            };
            return session.client.answer(id, Ok(nothing));
        };
        let cancel = CancelToken::new();
        let typing = TYPING.into_iter().find(|typing| *typing == method);
        if let Some(typing) = typing {
            for (id, reason) in session.pending.asked_again(snapshot.key(), typing) {
                session.client.answer(id, Err(reason));
            }
        }
        session.pending.waiting.insert(
            id.clone(),
            Waiting {
                key: Some(snapshot.key().to_owned()),
                is_diagnostics,
                is_typing: typing.is_some(),
                repeated: typing,
                cancel: cancel.clone(),
            },
        );
        let (world, client, events, method) =
            (session.world.clone(), session.profile.clone(), session.events.clone(), method.to_owned());
        session.workers.add(urgency, move || {
            // Somebody has answered it already.
            if cancel.is_cancelled() {
                return;
            }
            let source = Source::new(&world, &snapshot.asked, snapshot.document.path());
            let asked = Question { snapshot: &snapshot, uri: &uri, source: &source, client: &client, cancel: &cancel };
            let outcome =
                guarded(|| serde_json::to_string(&answer(&asked, params)).expect("the protocol's results are JSON"));
            let outcome = outcome.map_err(|defect| {
                tracing::error!(method, %defect, "a request broke off");
                error(ErrorCode::InternalError, format!("{method} broke off: {defect}"))
            });
            // Before anybody hears of the answer and changes the document: or the last to hold what it was, and to let go of all
            // that, would be this thread, which is to answer the next.
            drop(snapshot);
            // A session that has ended wants no answers.
            let _ = events.send(Event::Answered { id, outcome });
        });
    })
}

#[cfg(test)]
mod tests {
    use lsp_types::DocumentSymbolParams;
    use lsp_types::request::Request;

    use super::Question;

    /// Requests that show from outside what goes on inside.
    pub(super) enum Inside {}

    impl Request for Inside {
        type Params = DocumentSymbolParams;
        type Result = String;
        const METHOD: &'static str = "test";
    }

    pub(super) fn panic(_: &Question<'_>, _: DocumentSymbolParams) -> String {
        panic!("made to")
    }

    pub(super) fn text(asked: &Question<'_>, _: DocumentSymbolParams) -> String {
        asked.snapshot.document.text().to_string()
    }

    /// Goes on until the request is taken back.
    pub(super) fn wait(asked: &Question<'_>, _: DocumentSymbolParams) -> String {
        while !asked.cancel.is_cancelled() {
            std::thread::yield_now();
        }
        String::new()
    }
}
