//! An open notebook: its cells in their order, each with its text.

use std::collections::HashMap;

use lsp_types::{
    DidChangeNotebookDocumentParams, DidOpenNotebookDocumentParams, NotebookCell, NotebookCellKind, TextDocumentItem,
    Uri,
};
use mlwright_language::{Document, Encoding, LineIndex, Notebook};

use super::snapshot::Snapshot;
use crate::{edits, uri};

#[derive(Debug)]
pub(super) struct OpenNotebook {
    uri: Uri,
    version: i32,
    cells: Vec<NotebookCell>,
    texts: HashMap<String, CellText>,
}

#[derive(Debug)]
struct CellText {
    language: String,
    text: String,
}

impl OpenNotebook {
    pub(super) fn new(params: DidOpenNotebookDocumentParams) -> Self {
        let document = params.notebook_document;
        let mut notebook =
            Self { uri: document.uri, version: document.version, cells: document.cells, texts: HashMap::new() };
        notebook.open(params.cell_text_documents);
        notebook
    }

    pub(super) fn uri(&self) -> &Uri {
        &self.uri
    }

    pub(super) fn cell_addresses(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().map(|cell| cell.document.as_str())
    }

    pub(super) fn change(&mut self, params: DidChangeNotebookDocumentParams, encoding: Encoding) {
        self.version = params.notebook_document.version;
        let Some(change) = params.change.cells else { return };
        if let Some(structure) = change.structure {
            let start = (structure.array.start as usize).min(self.cells.len());
            let end = start.saturating_add(structure.array.delete_count as usize).min(self.cells.len());
            self.cells.splice(start..end, structure.array.cells.unwrap_or_default());
            for closed in structure.did_close.unwrap_or_default() {
                self.texts.remove(closed.uri.as_str());
            }
            self.open(structure.did_open.unwrap_or_default());
        }
        for cell in change.data.unwrap_or_default() {
            if let Some(known) = self.cells.iter_mut().find(|known| known.document == cell.document) {
                *known = cell;
            }
        }
        for content in change.text_content.unwrap_or_default() {
            if let Some(cell) = self.texts.get_mut(content.document.uri.as_str()) {
                cell.text = edits::apply(&cell.text, &LineIndex::new(&cell.text), content.changes, encoding);
            }
        }
    }

    fn open(&mut self, items: Vec<TextDocumentItem>) {
        for item in items {
            self.texts.insert(item.uri.as_str().to_owned(), CellText { language: item.language_id, text: item.text });
        }
    }

    /// The notebook as it is now, read with what reading `before` has found out.
    pub(super) fn snapshot(&self, encoding: Encoding, before: Option<&Document>) -> Snapshot {
        let code = self.cells.iter().enumerate().filter(|(_, cell)| cell.kind == NotebookCellKind::Code);
        let code = code.filter_map(|(index, cell)| Some((index, cell, self.texts.get(cell.document.as_str())?)));
        let code: Vec<_> = code.filter(|(_, _, text)| text.language.starts_with("python")).collect();
        let notebook = Notebook::from_cells(code.iter().map(|(index, _, text)| (*index, text.text.as_str())));
        let addresses = code.iter().map(|(_, cell, _)| cell.document.clone()).collect();
        let document = Document::from_notebook(uri::name_of(&self.uri), notebook);
        let document = match before {
            Some(before) => document.after(before),
            None => document,
        };
        Snapshot::of_notebook(self.uri.clone(), self.version, document, encoding, addresses)
    }
}
