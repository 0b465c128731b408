//! What the client tells: first of all, how its documents change.

use std::sync::Arc;

use lsp_server::{Notification, RequestId};
use lsp_types::{ProgressToken, Uri};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Session, lifecycle};
use crate::documents::Snapshot;
use crate::uri::path_of;
use crate::{commands, diagnostics, inline, watch};

/// Takes one notification. What cannot be read is told in the log: there is nobody to answer.
pub(super) fn take(session: &mut Session, notification: Notification) {
    let Notification { method, params } = notification;
    let outcome = match method.as_str() {
        "initialized" => {
            lifecycle::initialized(session);
            Ok(())
        }
        "textDocument/didOpen" => read(params).map(|params: lsp_types::DidOpenTextDocumentParams| {
            if let Some(opened) = session.documents.open(params.text_document) {
                diagnostics::opened(session, &opened);
                changed(session, &opened);
                inline::look(session);
            }
        }),
        "textDocument/didChange" => read(params).map(|params| {
            if let Some(now) = session.documents.change(params) {
                edited(session, &now);
            }
        }),
        "textDocument/didClose" => {
            read(params).map(|params: lsp_types::DidCloseTextDocumentParams| close(session, &params.text_document.uri))
        }
        "notebookDocument/didOpen" => read(params).map(|params| {
            let opened = session.documents.open_notebook(params);
            diagnostics::opened(session, &opened);
            inline::look(session);
        }),
        "notebookDocument/didChange" => read(params).map(|params| {
            if let Some(now) = session.documents.change_notebook(params) {
                edited(session, &now);
            }
        }),
        "notebookDocument/didClose" => read(params)
            .map(|params: lsp_types::DidCloseNotebookDocumentParams| close(session, &params.notebook_document.uri)),
        "$/cancelRequest" => read(params).map(|Cancel { id }| {
            if let Some(reason) = session.pending.cancel(&id) {
                session.client.answer(id, Err(reason));
            }
        }),
        "window/workDoneProgress/cancel" => {
            read(params).map(|CancelProgress { token }| commands::cancel(session, &token))
        }
        "workspace/didChangeWatchedFiles" => read(params).map(|params: lsp_types::DidChangeWatchedFilesParams| {
            let paths: Vec<String> = params.changes.iter().filter_map(|change| path_of(&change.uri)).collect();
            watch::changed(session, &paths);
        }),
        "workspace/didChangeWorkspaceFolders" => read(params).map(|params: Folders| {
            let paths = |folders: &[Value]| {
                folders.iter().filter_map(|folder| lifecycle::folder_of(folder.get("uri")?)).collect::<Vec<_>>()
            };
            session.world.workspaces.change_roots(paths(&params.event.added), &paths(&params.event.removed));
            session.world.forget_names();
            inline::look(session);
            // Relative paths may lead elsewhere now.
            watch::renew(session, |_| true);
        }),
        _ => Ok(()),
    };
    if let Err(error) = outcome {
        tracing::warn!(method, %error, "a notification cannot be read");
    }
}

fn read<T: DeserializeOwned>(params: Value) -> Result<T, serde_json::Error> {
    serde_json::from_value(params)
}

#[derive(Deserialize)]
struct Cancel {
    id: RequestId,
}

#[derive(Deserialize)]
struct CancelProgress {
    token: ProgressToken,
}

#[derive(Deserialize)]
struct Folders {
    event: FoldersChange,
}

#[derive(Deserialize)]
struct FoldersChange {
    added: Vec<Value>,
    removed: Vec<Value>,
}

/// The user has edited a document: answers about what it was are of no use any more.
fn edited(session: &mut Session, now: &Arc<Snapshot>) {
    for (id, reason) in session.pending.outlived(now.key()) {
        session.client.answer(id, Err(reason));
    }
    diagnostics::changed(session, now);
    changed(session, now);
}

/// Other documents that read this one read it as it is in the editor.
fn changed(session: &mut Session, now: &Snapshot) {
    if now.document.notebook().is_some() {
        return;
    }
    let path = now.document.path();
    session.world.set_open_text(path, Some(now.document.text().clone()));
    concern(session, path, now.key());
}

fn concern(session: &mut Session, path: &str, key: &str) {
    watch::renew(session, |other| other.key() != key && other.asked.depends_on(path));
}

fn close(session: &mut Session, uri: &Uri) {
    let Some(closed) = session.documents.close(uri) else { return };
    for (id, reason) in session.pending.closed(closed.key()) {
        session.client.answer(id, Err(reason));
    }
    diagnostics::closed(session, &closed);
    session.world.set_open_text(closed.document.path(), None);
    concern(session, closed.document.path(), closed.key());
}
