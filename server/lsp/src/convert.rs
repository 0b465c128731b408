//! Between the protocol's shapes and ours. The only file that knows both.

use lsp_types as lsp;
use mlwright_base::Problem;
use mlwright_language::{
    Action, ActionKind, Command, Completion, CompletionKind, Diagnostic, Encoding, Hover, InlayHint, Lens, Position,
    Severity, Signature, Symbol, SymbolKind, Target, TextEdit,
};
use serde_json::json;

use crate::capabilities::Profile;
use crate::documents::Snapshot;
use crate::uri::uri_of;

/// What diagnostics are said to come from.
const SOURCE: &str = "mlwright";
/// The start of the names of commands that are operations.
pub(crate) const COMMAND_PREFIX: &str = "mlwright.";
/// The command that makes an edit, for clients that take commands only.
pub(crate) const APPLY_EDIT: &str = "mlwright.applyEdit";
/// The kind of the action that mends everything at once.
pub(crate) const FIX_ALL: &str = "source.fixAll.mlwright";

pub(crate) fn position(position: lsp::Position) -> Position {
    Position { line: position.line, column: position.character }
}

pub(crate) fn lsp_position(position: Position) -> lsp::Position {
    lsp::Position { line: position.line, character: position.column }
}

pub(crate) fn encoding_kind(encoding: Encoding) -> lsp::PositionEncodingKind {
    match encoding {
        Encoding::Utf8 => lsp::PositionEncodingKind::UTF8,
        Encoding::Utf16 => lsp::PositionEncodingKind::UTF16,
        Encoding::Utf32 => lsp::PositionEncodingKind::UTF32,
    }
}

/// A diagnostic at one address; `None` when it is in another cell.
pub(crate) fn diagnostic(
    found: &Diagnostic,
    snapshot: &Snapshot,
    uri: &lsp::Uri,
    client: &Profile,
) -> Option<lsp::Diagnostic> {
    let range = snapshot.range_at(uri, found.range)?;
    let related = found.related.iter().filter_map(|related| {
        let (uri, range) = snapshot.place(related.range)?;
        let location = lsp::Location { uri: uri.clone(), range };
        Some(lsp::DiagnosticRelatedInformation { location, message: related.message.clone() })
    });
    let related: Vec<_> = if client.related_information { related.collect() } else { Vec::new() };
    Some(lsp::Diagnostic {
        range,
        severity: Some(severity(found.severity)),
        code: Some(lsp::NumberOrString::String(found.code.to_owned())),
        code_description: None,
        source: Some(SOURCE.to_owned()),
        message: found.message.clone(),
        related_information: (!related.is_empty()).then_some(related),
        tags: (found.unnecessary && client.diagnostic_tags).then(|| vec![lsp::DiagnosticTag::UNNECESSARY]),
        data: None,
    })
}

fn severity(severity: Severity) -> lsp::DiagnosticSeverity {
    match severity {
        Severity::Error => lsp::DiagnosticSeverity::ERROR,
        Severity::Warning => lsp::DiagnosticSeverity::WARNING,
        Severity::Information => lsp::DiagnosticSeverity::INFORMATION,
        Severity::Hint => lsp::DiagnosticSeverity::HINT,
    }
}

pub(crate) fn completion(
    offer: &Completion,
    snapshot: &Snapshot,
    uri: &lsp::Uri,
    client: &Profile,
) -> Option<lsp::CompletionItem> {
    let edit = text_edit(&offer.edit, snapshot, uri)?;
    // Clients match what stands in the range against this: it begins as that does, with the quote or bracket.
    let typed = offer.edit.range.of(snapshot.document.text());
    let filter = if offer.edit.text.starts_with(typed.chars().next().unwrap_or_default()) {
        &offer.edit.text
    } else {
        &*offer.label
    };
    Some(lsp::CompletionItem {
        label: offer.label.to_string(),
        kind: Some(completion_kind(offer.kind)),
        detail: offer.detail.clone(),
        documentation: offer.documentation.as_ref().map(|text| documentation(text, client.completion_markdown)),
        sort_text: Some(format!("{:08}", offer.rank)),
        filter_text: (filter != &*offer.label).then(|| filter.to_owned()),
        insert_text_format: Some(lsp::InsertTextFormat::PLAIN_TEXT),
        text_edit: Some(lsp::CompletionTextEdit::Edit(edit)),
        ..lsp::CompletionItem::default()
    })
}

fn completion_kind(kind: CompletionKind) -> lsp::CompletionItemKind {
    match kind {
        CompletionKind::Column => lsp::CompletionItemKind::FIELD,
        CompletionKind::Table => lsp::CompletionItemKind::STRUCT,
        CompletionKind::File => lsp::CompletionItemKind::FILE,
        CompletionKind::Folder => lsp::CompletionItemKind::FOLDER,
        CompletionKind::Function => lsp::CompletionItemKind::FUNCTION,
        CompletionKind::Keyword => lsp::CompletionItemKind::KEYWORD,
        CompletionKind::Property => lsp::CompletionItemKind::PROPERTY,
        CompletionKind::Value => lsp::CompletionItemKind::VALUE,
        CompletionKind::Model => lsp::CompletionItemKind::CLASS,
        CompletionKind::Variable => lsp::CompletionItemKind::VARIABLE,
    }
}

pub(crate) fn hover(found: &Hover, snapshot: &Snapshot, uri: &lsp::Uri, client: &Profile) -> lsp::Hover {
    let contents = lsp::HoverContents::Markup(markup(&found.markdown, client.hover_markdown));
    lsp::Hover { contents, range: snapshot.range_at(uri, found.range) }
}

/// Markdown is readable as it is, so a client without it gets the same text as plain text.
fn markup(text: &str, is_markdown: bool) -> lsp::MarkupContent {
    let kind = if is_markdown { lsp::MarkupKind::Markdown } else { lsp::MarkupKind::PlainText };
    lsp::MarkupContent { kind, value: text.to_owned() }
}

/// A client that names no formats takes a bare text only.
fn documentation(text: &str, is_markdown: bool) -> lsp::Documentation {
    if is_markdown {
        lsp::Documentation::MarkupContent(markup(text, true))
    } else {
        lsp::Documentation::String(text.to_owned())
    }
}

pub(crate) fn signature(found: &Signature, client: &Profile) -> lsp::SignatureHelp {
    let units = |bytes: u32| found.label.get(..bytes as usize).map_or(0, |text| text.encode_utf16().count() as u32);
    let label = |range: &mlwright_language::TextRange| {
        if client.label_offsets {
            return lsp::ParameterLabel::LabelOffsets([units(range.start), units(range.end)]);
        }
        lsp::ParameterLabel::Simple(range.of(&found.label).to_owned())
    };
    let parameters =
        found.parameters.iter().map(|range| lsp::ParameterInformation { label: label(range), documentation: None });
    let active = u32::try_from(found.active_parameter).ok();
    let information = lsp::SignatureInformation {
        label: found.label.clone(),
        documentation: found.documentation.as_ref().map(|text| documentation(text, client.signature_markdown)),
        parameters: Some(parameters.collect()),
        active_parameter: active,
    };
    lsp::SignatureHelp { signatures: vec![information], active_signature: Some(0), active_parameter: active }
}

pub(crate) fn hint(found: &InlayHint, snapshot: &Snapshot, uri: &lsp::Uri) -> Option<lsp::InlayHint> {
    let range = snapshot.range_at(uri, mlwright_language::TextRange::empty(found.offset))?;
    Some(lsp::InlayHint {
        position: range.start,
        label: lsp::InlayHintLabel::String(found.label.clone()),
        kind: Some(lsp::InlayHintKind::TYPE),
        text_edits: None,
        tooltip: found.tooltip.clone().map(lsp::InlayHintTooltip::String),
        padding_left: Some(true),
        padding_right: None,
        data: None,
    })
}

/// Where something is defined. `text_of` gives the lines of other texts.
pub(crate) fn target(
    target: &Target,
    snapshot: &Snapshot,
    range_in: impl Fn(&str, mlwright_language::TextRange) -> lsp::Range,
) -> Option<lsp::Location> {
    match target {
        Target::Here(range) => snapshot.place(*range).map(|(uri, range)| lsp::Location { uri: uri.clone(), range }),
        Target::Text { path, range } => Some(lsp::Location { uri: uri_of(path)?, range: range_in(path, *range) }),
        Target::File { path } => Some(lsp::Location { uri: uri_of(path)?, range: lsp::Range::default() }),
    }
}

/// An entry of the outline with those inside it; `None` when it is in another cell.
#[allow(deprecated)] // The protocol's deprecated field has to be given.
pub(crate) fn symbol(found: &Symbol, snapshot: &Snapshot, uri: &lsp::Uri) -> Option<lsp::DocumentSymbol> {
    let children: Vec<_> = found.children.iter().filter_map(|child| symbol(child, snapshot, uri)).collect();
    Some(lsp::DocumentSymbol {
        name: found.name.clone(),
        detail: found.detail.clone(),
        kind: symbol_kind(found.kind),
        tags: None,
        deprecated: None,
        range: snapshot.range_at(uri, found.range)?,
        selection_range: snapshot.range_at(uri, found.selection)?,
        children: (!children.is_empty()).then_some(children),
    })
}

/// The outline as a list, for clients that know no tree.
#[allow(deprecated)]
pub(crate) fn flat(
    symbols: Vec<lsp::DocumentSymbol>,
    uri: &lsp::Uri,
    container: Option<&str>,
    into: &mut Vec<lsp::SymbolInformation>,
) {
    for symbol in symbols {
        into.push(lsp::SymbolInformation {
            name: symbol.name.clone(),
            kind: symbol.kind,
            tags: None,
            deprecated: None,
            location: lsp::Location { uri: uri.clone(), range: symbol.range },
            container_name: container.map(str::to_owned),
        });
        flat(symbol.children.unwrap_or_default(), uri, Some(&symbol.name), into);
    }
}

fn symbol_kind(kind: SymbolKind) -> lsp::SymbolKind {
    match kind {
        SymbolKind::Stage => lsp::SymbolKind::EVENT,
        SymbolKind::Function => lsp::SymbolKind::FUNCTION,
        SymbolKind::Class | SymbolKind::Model => lsp::SymbolKind::CLASS,
        SymbolKind::Frame => lsp::SymbolKind::VARIABLE,
        SymbolKind::Table => lsp::SymbolKind::STRUCT,
        SymbolKind::Section => lsp::SymbolKind::NAMESPACE,
        SymbolKind::Key => lsp::SymbolKind::KEY,
    }
}

pub(crate) fn lens(found: &Lens, snapshot: &Snapshot, uri: &lsp::Uri) -> Option<lsp::CodeLens> {
    let command = found.command.as_ref().map(|call| command(&found.title, call, snapshot));
    // A lens without a command is a text.
    let command =
        command.unwrap_or_else(|| lsp::Command { title: found.title.clone(), command: String::new(), arguments: None });
    Some(lsp::CodeLens { range: snapshot.range_at(uri, found.range)?, command: Some(command), data: None })
}

/// The command that runs an operation from a document: its input, and where the call comes from. The user, who clicked on
/// it, is shown what came of it.
fn command(title: &str, call: &Command, snapshot: &Snapshot) -> lsp::Command {
    let from = json!({ "document": snapshot.uri, "show": true });
    lsp::Command {
        title: title.to_owned(),
        command: format!("{COMMAND_PREFIX}{}", call.operation),
        arguments: Some(vec![call.input.clone(), from]),
    }
}

pub(crate) fn text_edit(edit: &TextEdit, snapshot: &Snapshot, uri: &lsp::Uri) -> Option<lsp::TextEdit> {
    Some(lsp::TextEdit { range: snapshot.range_at(uri, edit.range)?, new_text: edit.text.clone() })
}

/// Edits anywhere in a document, each at the address that it is at; `None` when one is nowhere.
#[allow(clippy::mutable_key_type)] // The protocol's map has addresses for keys, and nothing changes them.
pub(crate) fn workspace_edit(edits: &[TextEdit], snapshot: &Snapshot, client: &Profile) -> Option<lsp::WorkspaceEdit> {
    let mut by_address: Vec<(&lsp::Uri, Vec<lsp::TextEdit>)> = Vec::new();
    for edit in edits {
        let (uri, range) = snapshot.place(edit.range)?;
        let edit = lsp::TextEdit { range, new_text: edit.text.clone() };
        match by_address.iter_mut().find(|(address, _)| *address == uri) {
            Some((_, edits)) => edits.push(edit),
            None => by_address.push((uri, vec![edit])),
        }
    }
    if !client.document_changes {
        let changes = by_address.into_iter().map(|(uri, edits)| (uri.clone(), edits)).collect();
        return Some(lsp::WorkspaceEdit { changes: Some(changes), ..lsp::WorkspaceEdit::default() });
    }
    // The version of a cell is not kept apart from its notebook's.
    let version = snapshot.document.notebook().is_none().then_some(snapshot.version);
    let changes = by_address.into_iter().map(|(uri, edits)| lsp::TextDocumentEdit {
        text_document: lsp::OptionalVersionedTextDocumentIdentifier { uri: uri.clone(), version },
        edits: edits.into_iter().map(lsp::OneOf::Left).collect(),
    });
    Some(lsp::WorkspaceEdit {
        document_changes: Some(lsp::DocumentChanges::Edits(changes.collect())),
        ..lsp::WorkspaceEdit::default()
    })
}

/// An action of the document, as the client takes it.
pub(crate) fn action(found: &Action, snapshot: &Snapshot, client: &Profile) -> Option<lsp::CodeActionOrCommand> {
    let kind = match found.kind {
        ActionKind::QuickFix => lsp::CodeActionKind::QUICKFIX,
        ActionKind::Refactor => lsp::CodeActionKind::REFACTOR,
        ActionKind::Source => lsp::CodeActionKind::SOURCE,
    };
    let edit = if found.edits.is_empty() { None } else { Some(workspace_edit(&found.edits, snapshot, client)?) };
    let command = found.command.as_ref().map(|call| command(&found.title, call, snapshot));
    let preferred = found.is_preferred.then_some(true);
    let action = lsp::CodeAction {
        title: found.title.clone(),
        kind: Some(kind),
        edit,
        command,
        is_preferred: preferred,
        ..lsp::CodeAction::default()
    };
    Some(offered(action, client))
}

/// A client that knows no code actions gets a command that does the same.
pub(crate) fn offered(action: lsp::CodeAction, client: &Profile) -> lsp::CodeActionOrCommand {
    if client.code_actions {
        return lsp::CodeActionOrCommand::CodeAction(action);
    }
    match (action.command, action.edit) {
        (Some(command), None) => lsp::CodeActionOrCommand::Command(command),
        (_, edit) => {
            let arguments = edit.map(|edit| vec![json!(edit)]);
            lsp::CodeActionOrCommand::Command(lsp::Command {
                title: action.title,
                command: APPLY_EDIT.to_owned(),
                arguments,
            })
        }
    }
}

/// What went wrong, for somebody who reads one line.
pub(crate) fn spoken(problem: &Problem) -> String {
    let hint = if problem.hint.is_empty() { String::new() } else { format!(" — {}", problem.hint) };
    format!("{}{hint}", problem.message)
}
