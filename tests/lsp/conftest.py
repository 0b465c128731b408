"""A real editor's capabilities, and the real binary in a folder of its own.

A test takes `editor` (run once per editor profile) and opens texts in it: see `Editor`.
"""

import os
import pathlib

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

PROGRAM = os.environ["MLWRIGHT"]
# Their capabilities come with pytest-lsp, as the editors send them.
PROFILES = ["visual_studio_code", "neovim", "emacs"]


class Editor:
    """A client with a folder. Texts are opened in it, and asked about at the place of `|` in them."""

    def __init__(self, client: LanguageClient, folder: pathlib.Path):
        self.client, self.folder = client, folder
        self._version = 0

    @property
    def pulls(self) -> bool:
        """Whether it asks for diagnostics itself."""
        return self.client.capabilities.text_document.diagnostic is not None

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def put(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def open(self, name: str, text: str) -> tuple[types.TextDocumentIdentifier, types.Position]:
        """Opens a text; the place is that of its `|`, which is taken out."""
        before, _, after = text.partition("|")
        language = {"py": "python", "sql": "sql", "toml": "toml"}[name.rsplit(".")[-1]]
        self._version += 1
        item = types.TextDocumentItem(self.uri(name), language, self._version, before + after)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        line = before.rsplit("\n", 1)[-1]
        return types.TextDocumentIdentifier(item.uri), types.Position(before.count("\n"), len(line))

    async def labels(self, name: str, text: str) -> list[str]:
        """What is offered at `|`, best first."""
        document, place = self.open(name, text)
        answer = await self.client.text_document_completion_async(types.CompletionParams(document, place))
        return [item.label for item in sorted(answer.items, key=lambda item: (item.sort_text, item.label))]

    async def diagnostics(self, document: types.TextDocumentIdentifier) -> list[types.Diagnostic]:
        """What is wrong in an open text, in the way of this editor."""
        if self.pulls:
            report = await self.client.text_document_diagnostic_async(types.DocumentDiagnosticParams(document))
            return report.items
        while document.uri not in self.client.diagnostics:
            await self.client.wait_for_notification("textDocument/publishDiagnostics")
        return list(self.client.diagnostics[document.uri])

    async def run(self, operation: str, **values) -> dict:
        """Runs an operation as the command that it is."""
        params = types.ExecuteCommandParams(f"mlwright.{operation}", [values])
        return await self.client.workspace_execute_command_async(params)


def client() -> LanguageClient:
    """A client that agrees to everything a server may ask for by itself."""
    made = pytest_lsp.make_test_lsp_client()
    for method in ["client/registerCapability", "workspace/inlayHint/refresh", "workspace/codeLens/refresh"]:
        made.feature(method)(lambda *_: None)
    return made


@pytest_lsp.fixture(config=ClientServerConfig(server_command=[PROGRAM, "lsp"], client_factory=client), params=PROFILES)
async def connection(request, lsp_client: LanguageClient, tmp_path):
    root = tmp_path.as_uri()
    params = types.InitializeParams(
        capabilities=client_capabilities(request.param),
        process_id=os.getpid(),
        root_uri=root,
        workspace_folders=[types.WorkspaceFolder(root, "folder")],
        client_info=types.ClientInfo(request.param, "1"),
    )
    await lsp_client.initialize_session(params)
    yield
    await lsp_client.shutdown_session()


@pytest.fixture
def editor(connection, tmp_path) -> Editor:
    return Editor(connection, tmp_path)
