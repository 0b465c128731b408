//! What is answered about one document: convert, ask the document, convert.

use lsp_types as lsp;
use mlwright_base::CancelToken;
use mlwright_language::{Fix, LineIndex, SchemaSource, TextEdit, TextRange};

use crate::capabilities::Profile;
use crate::convert::{self, FIX_ALL};
use crate::documents::Snapshot;

/// What every feature is given beside its parameters.
pub(crate) struct Question<'a> {
    /// The document, or the notebook that the cell is in.
    pub(crate) snapshot: &'a Snapshot,
    /// The address that is asked about.
    pub(crate) uri: &'a lsp::Uri,
    pub(crate) source: &'a dyn SchemaSource,
    pub(crate) client: &'a Profile,
    /// Cancelled when nobody wants the answer any more.
    pub(crate) cancel: &'a CancelToken,
}

impl Question<'_> {
    fn offset(&self, position: lsp::Position) -> Option<u32> {
        self.snapshot.offset(self.uri, position)
    }
}

pub(crate) fn completion(asked: &Question<'_>, params: &lsp::CompletionParams) -> Option<lsp::CompletionResponse> {
    let offset = asked.offset(params.text_document_position.position)?;
    let offers = asked.snapshot.document.complete(offset, asked.source);
    asked.cancel.check().ok()?;
    let items =
        offers.iter().filter_map(|offer| convert::completion(offer, asked.snapshot, asked.uri, asked.client)).collect();
    Some(lsp::CompletionResponse::List(lsp::CompletionList { is_incomplete: false, items }))
}

pub(crate) fn signature_help(asked: &Question<'_>, params: &lsp::SignatureHelpParams) -> Option<lsp::SignatureHelp> {
    let offset = asked.offset(params.text_document_position_params.position)?;
    let found = asked.snapshot.document.signature(offset, asked.source)?;
    Some(convert::signature(&found, asked.client))
}

pub(crate) fn hover(asked: &Question<'_>, params: &lsp::HoverParams) -> Option<lsp::Hover> {
    let offset = asked.offset(params.text_document_position_params.position)?;
    let found = asked.snapshot.document.hover(offset, asked.source)?;
    Some(convert::hover(&found, asked.snapshot, asked.uri, asked.client))
}

pub(crate) fn definition(
    asked: &Question<'_>,
    params: &lsp::GotoDefinitionParams,
) -> Option<lsp::GotoDefinitionResponse> {
    let offset = asked.offset(params.text_document_position_params.position)?;
    let targets = asked.snapshot.document.definition(offset, asked.source);
    let range_in = |path: &str, range: TextRange| {
        let text = asked.source.text(path).unwrap_or_default();
        let lines = LineIndex::new(&text);
        let at = |offset| convert::lsp_position(lines.position(&text, offset, asked.client.encoding));
        lsp::Range { start: at(range.start), end: at(range.end) }
    };
    let places = targets.iter().filter_map(|target| convert::target(target, asked.snapshot, range_in));
    Some(lsp::GotoDefinitionResponse::Array(places.collect()))
}

pub(crate) fn prepare_rename(
    asked: &Question<'_>,
    params: &lsp::TextDocumentPositionParams,
) -> Option<lsp::PrepareRenameResponse> {
    let offset = asked.offset(params.position)?;
    let range = asked.snapshot.document.can_rename(offset, asked.source)?;
    asked.snapshot.range_at(asked.uri, range).map(lsp::PrepareRenameResponse::Range)
}

pub(crate) fn rename(asked: &Question<'_>, params: &lsp::RenameParams) -> Option<lsp::WorkspaceEdit> {
    let offset = asked.offset(params.text_document_position.position)?;
    let edits = asked.snapshot.document.rename(offset, &params.new_name, asked.source)?;
    convert::workspace_edit(&edits, asked.snapshot, asked.client)
}

pub(crate) fn inlay_hints(asked: &Question<'_>, params: &lsp::InlayHintParams) -> Option<Vec<lsp::InlayHint>> {
    let range = asked.snapshot.bytes(asked.uri, params.range)?;
    let hints = asked.snapshot.document.inlay_hints(range, asked.source);
    Some(hints.iter().filter_map(|hint| convert::hint(hint, asked.snapshot, asked.uri)).collect())
}

pub(crate) fn symbols(asked: &Question<'_>, _: &lsp::DocumentSymbolParams) -> Option<lsp::DocumentSymbolResponse> {
    let symbols = asked.snapshot.document.symbols(asked.source);
    let tree: Vec<_> = symbols.iter().filter_map(|symbol| convert::symbol(symbol, asked.snapshot, asked.uri)).collect();
    if asked.client.symbol_tree {
        return Some(lsp::DocumentSymbolResponse::Nested(tree));
    }
    let mut list = Vec::new();
    convert::flat(tree, asked.uri, None, &mut list);
    Some(lsp::DocumentSymbolResponse::Flat(list))
}

pub(crate) fn lenses(asked: &Question<'_>, _: &lsp::CodeLensParams) -> Option<Vec<lsp::CodeLens>> {
    let lenses = asked.snapshot.document.lenses(asked.source);
    Some(lenses.iter().filter_map(|lens| convert::lens(lens, asked.snapshot, asked.uri)).collect())
}

/// What is wrong at one address of a document.
pub(crate) fn diagnostics(
    snapshot: &Snapshot,
    uri: &lsp::Uri,
    source: &dyn SchemaSource,
    client: &Profile,
) -> Vec<lsp::Diagnostic> {
    let found = snapshot.diagnostics(source);
    found.iter().filter_map(|diagnostic| convert::diagnostic(diagnostic, snapshot, uri, client)).collect()
}

/// `textDocument/diagnostic`. The id of a result is made of what it says, so that what says the same is not sent again.
pub(crate) fn diagnostic_report(
    asked: &Question<'_>,
    params: &lsp::DocumentDiagnosticParams,
) -> lsp::DocumentDiagnosticReport {
    let items = diagnostics(asked.snapshot, asked.uri, asked.source, asked.client);
    let id = fingerprint(&items);
    if params.previous_result_id.as_deref() == Some(&id) {
        let unchanged = lsp::UnchangedDocumentDiagnosticReport { result_id: id };
        return lsp::RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report: unchanged,
        }
        .into();
    }
    let full = lsp::FullDocumentDiagnosticReport { result_id: Some(id), items };
    lsp::RelatedFullDocumentDiagnosticReport { related_documents: None, full_document_diagnostic_report: full }.into()
}

fn fingerprint(items: &[lsp::Diagnostic]) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(items).unwrap_or_default().hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

pub(crate) fn code_actions(
    asked: &Question<'_>,
    params: &lsp::CodeActionParams,
) -> Option<Vec<lsp::CodeActionOrCommand>> {
    let range = asked.snapshot.bytes(asked.uri, params.range)?;
    let only = params.context.only.as_deref();
    let wants = |kind: &lsp::CodeActionKind| only.is_none_or(|kinds| kinds.iter().any(|wanted| is_kind(kind, wanted)));
    let mut actions = Vec::new();
    if wants(&lsp::CodeActionKind::QUICKFIX) {
        actions.extend(quick_fixes(asked, range));
    }
    for action in asked.snapshot.document.actions(range, asked.source) {
        let converted = convert::action(&action, asked.snapshot, asked.client);
        let is_wanted = |action: &lsp::CodeActionOrCommand| match action {
            lsp::CodeActionOrCommand::CodeAction(action) => action.kind.as_ref().is_none_or(&wants),
            lsp::CodeActionOrCommand::Command(_) => only.is_none(),
        };
        actions.extend(converted.filter(is_wanted));
    }
    // Mending everything is offered where it is asked for by name, as editors do on saving, not under each light bulb.
    if only.is_some() && wants(&lsp::CodeActionKind::new(FIX_ALL)) {
        actions.extend(fix_all(asked));
    }
    Some(actions)
}

/// Whether `kind` is `wanted`, or a kind of it: `source.fixAll.mlwright` is `source.fixAll`.
fn is_kind(kind: &lsp::CodeActionKind, wanted: &lsp::CodeActionKind) -> bool {
    kind.as_str().strip_prefix(wanted.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn quick_fixes(asked: &Question<'_>, range: TextRange) -> Vec<lsp::CodeActionOrCommand> {
    let mut actions = Vec::new();
    for found in asked
        .snapshot
        .diagnostics(asked.source)
        .iter()
        .filter(|found| found.range.start <= range.end && range.start <= found.range.end)
    {
        let Some(diagnostic) = convert::diagnostic(found, asked.snapshot, asked.uri, asked.client) else { continue };
        for (index, fix) in found.fixes.iter().enumerate() {
            let Some(edit) = convert::workspace_edit(&fix.edits, asked.snapshot, asked.client) else { continue };
            let action = lsp::CodeAction {
                title: fix.title.clone(),
                kind: Some(lsp::CodeActionKind::QUICKFIX),
                diagnostics: Some(vec![diagnostic.clone()]),
                edit: Some(edit),
                is_preferred: (index == 0).then_some(true),
                ..lsp::CodeAction::default()
            };
            actions.push(convert::offered(action, asked.client));
        }
    }
    actions
}

/// The preferred mends of everything, as far as they do not get in each other's way.
fn fix_all(asked: &Question<'_>) -> Option<lsp::CodeActionOrCommand> {
    let fixes = asked.snapshot.diagnostics(asked.source).iter().filter_map(|found| found.fixes.first());
    let edits = together(fixes);
    let edit = convert::workspace_edit(&edits, asked.snapshot, asked.client).filter(|_| !edits.is_empty())?;
    let action = lsp::CodeAction {
        title: "Fix everything that has a safe fix".to_owned(),
        kind: Some(lsp::CodeActionKind::new(FIX_ALL)),
        edit: Some(edit),
        ..lsp::CodeAction::default()
    };
    Some(convert::offered(action, asked.client))
}

/// The edits of those fixes that touch nothing that an earlier one changes, sorted by place.
fn together<'a>(fixes: impl Iterator<Item = &'a Fix>) -> Vec<TextEdit> {
    let mut edits: Vec<TextEdit> = Vec::new();
    for fix in fixes {
        let is_new = |edit: &&TextEdit| !edits.contains(edit);
        let new: Vec<TextEdit> = fix.edits.iter().filter(is_new).cloned().collect();
        let meets = |edit: &TextEdit| {
            edits.iter().any(|taken| taken.range.start <= edit.range.end && edit.range.start <= taken.range.end)
        };
        if !new.iter().any(meets) {
            edits.extend(new);
        }
    }
    edits.sort_by_key(|edit| edit.range);
    edits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixes_that_meet_are_not_made_together() {
        let fix = |edits: &[(u32, u32, &str)]| Fix {
            title: String::new(),
            edits: edits
                .iter()
                .map(|(start, end, text)| TextEdit { range: TextRange::new(*start, *end), text: (*text).to_owned() })
                .collect(),
        };
        // The second shares its import with the first, the third overlaps the first.
        let fixes = [
            fix(&[(0, 0, "import a\n"), (10, 12, "x")]),
            fix(&[(0, 0, "import a\n"), (20, 21, "y")]),
            fix(&[(11, 15, "z")]),
        ];
        let edits: Vec<(u32, String)> =
            together(fixes.iter()).into_iter().map(|edit| (edit.range.start, edit.text)).collect();
        assert_eq!(edits, [(0, "import a\n".to_owned()), (10, "x".to_owned()), (20, "y".to_owned())]);
    }

    #[test]
    fn kinds_have_kinds() {
        let kind = |text: &'static str| lsp::CodeActionKind::new(text);
        assert!(is_kind(&kind(FIX_ALL), &kind("source.fixAll")) && is_kind(&kind(FIX_ALL), &kind("source")));
        assert!(!is_kind(&kind("quickfix"), &kind("source")) && !is_kind(&kind("sourcery"), &kind("source")));
    }
}
