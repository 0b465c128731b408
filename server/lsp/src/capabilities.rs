//! What the client can do, and what it is told that this server does.

use lsp_types as lsp;
use mlwright_language::Encoding;
use serde_json::{Value, json};

use crate::convert::{self, APPLY_EDIT, COMMAND_PREFIX, FIX_ALL};
use crate::inline;

/// What of the client's capabilities matters here.
#[derive(Debug, Clone, Default)]
pub(crate) struct Profile {
    /// `name/version` of the editor.
    pub(crate) name: String,
    pub(crate) encoding: Encoding,
    pub(crate) pulls_diagnostics: bool,
    pub(crate) diagnostic_versions: bool,
    pub(crate) diagnostic_tags: bool,
    pub(crate) related_information: bool,
    pub(crate) completion_markdown: bool,
    pub(crate) hover_markdown: bool,
    pub(crate) signature_markdown: bool,
    pub(crate) label_offsets: bool,
    pub(crate) code_actions: bool,
    pub(crate) document_changes: bool,
    pub(crate) symbol_tree: bool,
    pub(crate) prepares_rename: bool,
    pub(crate) watches_files: bool,
    pub(crate) work_done_progress: bool,
    pub(crate) inline_completion: bool,
    /// Whether inline completion may be announced, and taken back, at any time.
    pub(crate) registers_inline_completion: bool,
    /// Where the user's editor allows questions to go, `https://api.example.com`.
    pub(crate) allowed_origins: Vec<String>,
    pub(crate) refresh: Refreshes,
}

/// What the client fetches again when it is told to.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Refreshes {
    pub(crate) diagnostics: bool,
    pub(crate) inlay_hints: bool,
    pub(crate) code_lenses: bool,
}

impl Profile {
    /// Reads them. The whole tree is optional, and clients differ in what they leave out.
    pub(crate) fn of(params: &Value) -> Self {
        let at = |path: &str| params.pointer(&format!("/capabilities/{path}"));
        let has = |path: &str| at(path) == Some(&Value::Bool(true));
        let exists = |path: &str| at(path).is_some_and(|value| !value.is_null());
        let lists = |path: &str, wanted: &str| {
            at(path).and_then(Value::as_array).is_some_and(|list| list.iter().any(|item| item == wanted))
        };
        let info = |field: &str| params.pointer(&format!("/clientInfo/{field}")).and_then(Value::as_str);
        let name = match (info("name"), info("version")) {
            (Some(name), Some(version)) => format!("{name}/{version}"),
            (name, _) => name.unwrap_or("editor").to_owned(),
        };
        // The client's list is in the order of its preference, but UTF-8 needs no counting here.
        let encoding = if lists("general/positionEncodings", "utf-8") {
            Encoding::Utf8
        } else if lists("general/positionEncodings", "utf-32") && !lists("general/positionEncodings", "utf-16") {
            Encoding::Utf32
        } else {
            Encoding::Utf16
        };
        Self {
            name: name.chars().filter(|character| !character.is_control()).take(100).collect(),
            encoding,
            pulls_diagnostics: exists("textDocument/diagnostic"),
            diagnostic_versions: has("textDocument/publishDiagnostics/versionSupport"),
            diagnostic_tags: exists("textDocument/publishDiagnostics/tagSupport"),
            related_information: has("textDocument/publishDiagnostics/relatedInformation"),
            completion_markdown: lists("textDocument/completion/completionItem/documentationFormat", "markdown"),
            hover_markdown: lists("textDocument/hover/contentFormat", "markdown"),
            signature_markdown: lists(
                "textDocument/signatureHelp/signatureInformation/documentationFormat",
                "markdown",
            ),
            label_offsets: has(
                "textDocument/signatureHelp/signatureInformation/parameterInformation/labelOffsetSupport",
            ),
            code_actions: exists("textDocument/codeAction/codeActionLiteralSupport"),
            document_changes: has("workspace/workspaceEdit/documentChanges"),
            symbol_tree: has("textDocument/documentSymbol/hierarchicalDocumentSymbolSupport"),
            prepares_rename: has("textDocument/rename/prepareSupport"),
            watches_files: has("workspace/didChangeWatchedFiles/dynamicRegistration"),
            work_done_progress: has("window/workDoneProgress"),
            inline_completion: exists("textDocument/inlineCompletion"),
            registers_inline_completion: has("textDocument/inlineCompletion/dynamicRegistration"),
            allowed_origins: params
                .pointer("/initializationOptions/inlineCompletion/allow")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(|origin| Some(origin.as_str()?.trim_end_matches('/').to_owned()))
                .collect(),
            refresh: Refreshes {
                diagnostics: has("workspace/diagnostics/refreshSupport"),
                inlay_hints: has("workspace/inlayHint/refreshSupport"),
                code_lenses: has("workspace/codeLens/refreshSupport"),
            },
        }
    }
}

/// What is answered to `initialize`. Made as JSON where `lsp-types` has no place for it.
pub(crate) fn of_server(client: &Profile, completes_inline: bool) -> Value {
    let progress = lsp::WorkDoneProgressOptions { work_done_progress: Some(true) };
    let commands = mlwright_operations::all().iter().map(|operation| format!("{COMMAND_PREFIX}{}", operation.name));
    let capabilities = lsp::ServerCapabilities {
        position_encoding: Some(convert::encoding_kind(client.encoding)),
        text_document_sync: Some(lsp::TextDocumentSyncCapability::Options(lsp::TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(lsp::TextDocumentSyncKind::INCREMENTAL),
            ..lsp::TextDocumentSyncOptions::default()
        })),
        completion_provider: Some(lsp::CompletionOptions {
            trigger_characters: Some(["\"", "'", ".", "[", "/", ",", " "].map(str::to_owned).to_vec()),
            ..lsp::CompletionOptions::default()
        }),
        signature_help_provider: Some(lsp::SignatureHelpOptions {
            trigger_characters: Some(vec!["(".to_owned(), ",".to_owned()]),
            ..lsp::SignatureHelpOptions::default()
        }),
        hover_provider: Some(lsp::HoverProviderCapability::Simple(true)),
        definition_provider: Some(lsp::OneOf::Left(true)),
        rename_provider: Some(if client.prepares_rename {
            lsp::OneOf::Right(lsp::RenameOptions {
                prepare_provider: Some(true),
                work_done_progress_options: lsp::WorkDoneProgressOptions::default(),
            })
        } else {
            lsp::OneOf::Left(true)
        }),
        inlay_hint_provider: Some(lsp::OneOf::Left(true)),
        document_symbol_provider: Some(lsp::OneOf::Left(true)),
        code_action_provider: Some(lsp::CodeActionProviderCapability::Options(lsp::CodeActionOptions {
            code_action_kinds: Some(vec![
                lsp::CodeActionKind::QUICKFIX,
                lsp::CodeActionKind::REFACTOR,
                lsp::CodeActionKind::SOURCE,
                lsp::CodeActionKind::new(FIX_ALL),
            ]),
            ..lsp::CodeActionOptions::default()
        })),
        code_lens_provider: Some(lsp::CodeLensOptions { resolve_provider: Some(false) }),
        execute_command_provider: Some(lsp::ExecuteCommandOptions {
            commands: commands.chain([APPLY_EDIT.to_owned()]).collect(),
            work_done_progress_options: progress,
        }),
        diagnostic_provider: client.pulls_diagnostics.then(|| {
            lsp::DiagnosticServerCapabilities::Options(lsp::DiagnosticOptions {
                identifier: Some("mlwright".to_owned()),
                inter_file_dependencies: true,
                workspace_diagnostics: false,
                ..lsp::DiagnosticOptions::default()
            })
        }),
        workspace: Some(lsp::WorkspaceServerCapabilities {
            workspace_folders: Some(lsp::WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(lsp::OneOf::Left(true)),
            }),
            file_operations: None,
        }),
        ..lsp::ServerCapabilities::default()
    };
    let mut answer = json!({
        "capabilities": capabilities,
        "serverInfo": { "name": "mlwright", "version": env!("CARGO_PKG_VERSION") },
    });
    if completes_inline {
        answer["capabilities"]["inlineCompletionProvider"] = json!(true);
    }
    // `lsp-types` writes the filter's field in snake case.
    answer["capabilities"]["notebookDocumentSync"] = json!({ "notebookSelector": [{ "notebook": { "notebookType": "jupyter-notebook" }, "cells": [{ "language": "python" }] }] });
    answer
}

const INLINE_ID: &str = "mlwright-inline-completion";

/// That code is suggested inline.
pub(crate) fn inline_completion() -> Value {
    json!({ "registrations": [{
        "id": INLINE_ID,
        "method": inline::METHOD,
        "registerOptions": { "documentSelector": [{ "language": "python" }, { "language": "sql" }] },
    }] })
}

/// That it is no more. The protocol's own spelling.
pub(crate) fn no_inline_completion() -> Value {
    json!({ "unregisterations": [{ "id": INLINE_ID, "method": inline::METHOD }] })
}

/// The files that answers depend on.
pub(crate) fn watchers() -> Value {
    let glob = "**/*.{csv,tsv,psv,tab,gz,parquet,pq,json,jsonl,ndjson,feather,arrow,ipc,sql,py,ipynb,toml}";
    json!({ "registrations": [{
        "id": "mlwright-files",
        "method": "workspace/didChangeWatchedFiles",
        "registerOptions": { "watchers": [{ "globPattern": glob }] },
    }] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_counted_in_what_the_client_offers() {
        let encoding = |offered: Value| {
            Profile::of(&json!({ "capabilities": { "general": { "positionEncodings": offered } } })).encoding
        };
        assert_eq!(encoding(json!(["utf-16", "utf-8"])), Encoding::Utf8);
        assert_eq!(encoding(json!(["utf-32", "utf-16"])), Encoding::Utf16);
        assert_eq!(encoding(json!(["utf-32"])), Encoding::Utf32);
        assert_eq!(encoding(Value::Null), Encoding::Utf16);
    }

    #[test]
    fn every_operation_is_a_command() {
        let answer = of_server(&Profile::default(), false);
        let commands = answer["capabilities"]["executeCommandProvider"]["commands"].as_array().unwrap();
        for operation in mlwright_operations::all() {
            assert!(commands.contains(&json!(format!("mlwright.{}", operation.name))), "{}", operation.name);
        }
        assert!(
            answer["capabilities"].get("diagnosticProvider").is_none(),
            "a client that does not pull is not told to"
        );
        assert!(
            answer["capabilities"]["notebookDocumentSync"]["notebookSelector"][0]["notebook"]["notebookType"]
                .is_string()
        );
    }
}
