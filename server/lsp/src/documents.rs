//! The documents that the client has open. They change here, on the session's thread, in the order of the messages;
//! everybody else has snapshots.

mod notebook;
mod snapshot;

use std::collections::HashMap;
use std::sync::Arc;

use lsp_types::{
    DidChangeNotebookDocumentParams, DidChangeTextDocumentParams, DidOpenNotebookDocumentParams, TextDocumentItem, Uri,
};
use mlwright_language::{Document, Encoding, Language};

pub(crate) use snapshot::{Key, Snapshot};

use self::notebook::OpenNotebook;
use crate::{edits, uri};

/// What is open.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    encoding: Encoding,
    snapshots: HashMap<Key, Arc<Snapshot>>,
    notebooks: HashMap<Key, OpenNotebook>,
    /// The notebook that a cell belongs to, by the cell's address.
    notebook_of: HashMap<String, Key>,
    /// What documents were before they changed.
    outlived: Vec<Arc<Snapshot>>,
}

impl Documents {
    /// No documents, of a client that counts columns so.
    pub(crate) fn new(encoding: Encoding) -> Self {
        Self { encoding, ..Self::default() }
    }

    /// The document as it is now, by its own address or that of one of its cells.
    pub(crate) fn get(&self, uri: &Uri) -> Option<&Arc<Snapshot>> {
        let key = self.notebook_of.get(uri.as_str()).map_or(uri.as_str(), |key| key.as_str());
        self.snapshots.get(key)
    }

    /// All documents as they are now.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Snapshot>> {
        self.snapshots.values()
    }

    /// Opens a text; `None` when it is in no language that is understood.
    pub(crate) fn open(&mut self, item: TextDocumentItem) -> Option<Arc<Snapshot>> {
        let name = uri::name_of(&item.uri);
        let language = language_of(&item.language_id, &name)?;
        let document = Document::new(name, language, item.text);
        Some(self.put(Snapshot::of_text(item.uri, item.version, document, self.encoding)))
    }

    /// Makes changes in a text; `None` when it is not open.
    pub(crate) fn change(&mut self, params: DidChangeTextDocumentParams) -> Option<Arc<Snapshot>> {
        let before = self.snapshots.get(params.text_document.uri.as_str())?;
        let document = &before.document;
        let text = edits::apply(document.text(), document.lines(), params.content_changes, self.encoding);
        let document = Document::new(document.path().clone(), document.language(), text).after(document);
        let uri = before.uri.clone();
        Some(self.put(Snapshot::of_text(uri, params.text_document.version, document, self.encoding)))
    }

    /// Closes a text or notebook: what it was.
    pub(crate) fn close(&mut self, uri: &Uri) -> Option<Arc<Snapshot>> {
        if self.notebooks.remove(uri.as_str()).is_some() {
            self.notebook_of.retain(|_, notebook| notebook.as_str() != uri.as_str());
        }
        self.snapshots.remove(uri.as_str())
    }

    /// Opens a notebook.
    pub(crate) fn open_notebook(&mut self, params: DidOpenNotebookDocumentParams) -> Arc<Snapshot> {
        let notebook = OpenNotebook::new(params);
        self.put_notebook(notebook)
    }

    /// Makes changes in a notebook; `None` when it is not open.
    pub(crate) fn change_notebook(&mut self, params: DidChangeNotebookDocumentParams) -> Option<Arc<Snapshot>> {
        let mut notebook = self.notebooks.remove(params.notebook_document.uri.as_str())?;
        notebook.change(params, self.encoding);
        Some(self.put_notebook(notebook))
    }

    /// Forgets what was worked out about a document, because something that it depends on has changed.
    pub(crate) fn renew(&mut self, key: &str) -> Option<Arc<Snapshot>> {
        let renewed = self.snapshots.get(key)?.renewed();
        Some(self.put(renewed))
    }

    /// Gives away what documents were before they changed: to let go of all that was found out about a long text takes
    /// milliseconds, which the session's thread must not spend before the next message.
    pub(crate) fn take_outlived(&mut self) -> Vec<Arc<Snapshot>> {
        std::mem::take(&mut self.outlived)
    }

    fn put(&mut self, snapshot: Snapshot) -> Arc<Snapshot> {
        let snapshot = Arc::new(snapshot);
        self.outlived.extend(self.snapshots.insert(snapshot.key().to_owned(), snapshot.clone()));
        snapshot
    }

    fn put_notebook(&mut self, notebook: OpenNotebook) -> Arc<Snapshot> {
        let key = notebook.uri().as_str().to_owned();
        self.notebook_of.retain(|_, of| *of != key);
        self.notebook_of.extend(notebook.cell_addresses().map(|cell| (cell.to_owned(), key.clone())));
        let snapshot =
            notebook.snapshot(self.encoding, self.snapshots.get(key.as_str()).map(|before| &before.document));
        let snapshot = self.put(snapshot);
        self.notebooks.insert(key, notebook);
        snapshot
    }
}

/// The language of a text by what the editor calls it; a file's name decides where editors differ.
fn language_of(language_id: &str, name: &str) -> Option<Language> {
    let file_name = name.rsplit('/').next().unwrap_or_default();
    if file_name == "mlwright.toml" {
        return Some(Language::Config);
    }
    match language_id {
        "python" | "python3" => Some(Language::Python),
        "sql" => Some(Language::Sql),
        _ if file_name.ends_with(".py") => Some(Language::Python),
        _ if file_name.ends_with(".sql") => Some(Language::Sql),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
