//! Diagnostics for clients that do not pull them: a moment after the last change, and only if there was none since.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use lsp_types as lsp;
use serde_json::json;

use crate::documents::{Key, Snapshot};
use crate::features;
use crate::session::{Event, Session};
use crate::source::Source;
use crate::workers::{Urgency, guarded};

/// How long typing has to pause.
const PAUSE: Duration = Duration::from_millis(150);

/// What was found at each address of a document.
pub(crate) type Found = Vec<(lsp::Uri, Vec<lsp::Diagnostic>)>;

/// The documents whose diagnostics are to be sent, and when.
#[derive(Debug, Default)]
pub(crate) struct Due {
    at: HashMap<Key, Instant>,
    /// The cells of each notebook that something was sent for.
    addresses: HashMap<Key, Vec<lsp::Uri>>,
}

impl Due {
    /// When the next is due.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.at.values().min().copied()
    }
}

/// A document was opened: there is nothing to wait for.
pub(crate) fn opened(session: &mut Session, snapshot: &Snapshot) {
    schedule(session, snapshot, Duration::ZERO);
}

/// A document, or something that it depends on, has changed.
pub(crate) fn changed(session: &mut Session, snapshot: &Snapshot) {
    schedule(session, snapshot, PAUSE);
}

fn schedule(session: &mut Session, snapshot: &Snapshot, wait: Duration) {
    if !session.profile.pulls_diagnostics {
        session.due.at.insert(snapshot.key().to_owned(), Instant::now() + wait);
    }
}

/// A document was closed: nothing is wrong in it any more.
pub(crate) fn closed(session: &mut Session, snapshot: &Snapshot) {
    session.due.at.remove(snapshot.key());
    let told = session.due.addresses.remove(snapshot.key()).unwrap_or_default();
    for uri in told {
        publish(session, &uri, &[], None);
    }
}

/// Starts to work out what is due.
pub(crate) fn run_due(session: &mut Session, now: Instant) {
    let due: Vec<Key> = session.due.at.extract_if(|_, at| *at <= now).map(|(key, _)| key).collect();
    for key in due {
        let Some(snapshot) = session.documents.all().find(|snapshot| snapshot.key() == key).cloned() else { continue };
        let (world, client, events) = (session.world.clone(), session.profile.clone(), session.events.clone());
        session.workers.add(Urgency::Background, move || {
            let source = Source::new(&world, &snapshot.asked, snapshot.document.path());
            let found = guarded(|| {
                let addresses = snapshot.addresses().iter();
                addresses
                    .map(|uri| (uri.clone(), features::diagnostics(&snapshot, uri, &source, &client)))
                    .collect::<Found>()
            });
            match found {
                Ok(found) => {
                    // A session that has ended wants no answers.
                    let _ = events.send(Event::Diagnosed { snapshot: snapshot.clone(), found });
                }
                Err(defect) => tracing::error!(%defect, "finding diagnostics broke off"),
            }
        });
    }
}

/// What was found is sent, if the document is still the one that it was found in.
pub(crate) fn found(session: &mut Session, snapshot: &Arc<Snapshot>, found: Found) {
    let is_current = session.documents.all().any(|current| Arc::ptr_eq(current, snapshot));
    if !is_current {
        return;
    }
    let now: Vec<lsp::Uri> = found.iter().map(|(uri, _)| uri.clone()).collect();
    let before = session.due.addresses.insert(snapshot.key().to_owned(), now.clone()).unwrap_or_default();
    for gone in before.iter().filter(|uri| !now.contains(uri)) {
        publish(session, gone, &[], None);
    }
    let version = snapshot.document.notebook().is_none().then_some(snapshot.version);
    for (uri, diagnostics) in found {
        publish(session, &uri, &diagnostics, version);
    }
}

fn publish(session: &Session, uri: &lsp::Uri, diagnostics: &[lsp::Diagnostic], version: Option<i32>) {
    let mut params = json!({ "uri": uri, "diagnostics": diagnostics });
    if let Some(version) = version.filter(|_| session.profile.diagnostic_versions) {
        params["version"] = json!(version);
    }
    session.client.notify("textDocument/publishDiagnostics", params);
}
