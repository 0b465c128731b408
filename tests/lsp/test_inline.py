"""Inline completion: nothing unless settings name a provider, and then what is sent, what comes of it, and what goes wrong.

The provider is a script on loopback.
"""

import asyncio
import http.server
import json
import os
import socket
import threading

import pytest
import pytest_lsp
from conftest import PROGRAM, Editor
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities
from test_python import TABLE

KEY = "sk-this-is-secret"
METHOD = "textDocument/inlineCompletion"
SCRIPT = """\
import pandas as pd
from sklearn.model_selection import train_test_split

df = pd.read_csv("churn.csv")
X_train, X_test = train_test_split(df[["tenure", "charges"]], random_state=0)
mean = df[|
"""
PATIENCE = 20


class Provider:
    """Answers each request with what `says` makes of it: a status and a body, or nothing at all until the client leaves."""

    def __init__(self):
        self.asked: list[dict] = []
        self.says = lambda _: (200, openai("pass"))
        self.arrived, self.left = threading.Event(), threading.Event()
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                provider.asked.append({"path": self.path, "headers": {k.lower(): v for k, v in self.headers.items()}, "body": body})
                provider.arrived.set()
                answer = provider.says(body)
                if answer is None:
                    while self.connection.recv(1024):
                        pass
                    provider.left.set()
                    self.close_connection = True
                    return
                status, text = answer
                self.send_response(status)
                self.send_header("content-length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def question(self, n: int = -1) -> str:
        """All text of a request."""
        return json.dumps(self.asked[n]["body"], ensure_ascii=False).replace('\\"', '"').replace("\\n", "\n")


def openai(text: str) -> str:
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}]})


def anthropic(text: str) -> str:
    return json.dumps({"content": [{"type": "text", "text": text}], "stop_reason": "end_turn"})


def settings(address: str, api: str = "openai", key: str = "", inline: str = "") -> str:
    return f"""
[providers.local]
api = "{api}"
base_url = "{address}"
model = "small"
{key}
[inline_completion]
provider = "local"
{inline}
"""


@pytest.fixture
def provider():
    made = Provider()
    yield made
    made.server.shutdown()
    made.server.server_close()


def recording_client() -> LanguageClient:
    """A client that remembers what was registered with it."""
    made = pytest_lsp.make_test_lsp_client()
    made.registered = []
    for method in ["workspace/inlayHint/refresh", "workspace/codeLens/refresh"]:
        made.feature(method)(lambda *_: None)

    @made.feature("client/registerCapability")
    def register(params):
        made.registered += [registration.method for registration in params.registrations]

    @made.feature("client/unregisterCapability")
    def unregister(params):
        for registration in params.unregisterations:
            made.registered.remove(registration.method)

    return made


# Without a proxy: what is on this machine is asked directly, whatever the environment says.
ENVIRONMENT = {**os.environ, "LOCAL_KEY": KEY, "HTTP_PROXY": "http://127.0.0.1:1", "http_proxy": "http://127.0.0.1:1"}
CONFIG = ClientServerConfig(server_command=[PROGRAM, "lsp"], client_factory=recording_client, server_env=ENVIRONMENT)


async def begin(lsp_client: LanguageClient, folder, inline: types.InlineCompletionClientCapabilities | None) -> types.InitializeResult:
    capabilities = client_capabilities("visual_studio_code")
    capabilities.text_document.inline_completion = inline
    root = types.WorkspaceFolder(folder.as_uri(), "folder")
    return await lsp_client.initialize_session(types.InitializeParams(capabilities=capabilities, process_id=os.getpid(), workspace_folders=[root]))


@pytest_lsp.fixture(config=CONFIG)
async def connection(lsp_client: LanguageClient, tmp_path):
    await begin(lsp_client, tmp_path, types.InlineCompletionClientCapabilities(dynamic_registration=True))
    yield
    await lsp_client.shutdown_session()


@pytest.fixture
def editor(connection, tmp_path) -> Editor:
    made = Editor(connection, tmp_path)
    made.put("churn.csv", TABLE)
    return made


@pytest_lsp.fixture(config=CONFIG)
async def plain_connection(lsp_client: LanguageClient, tmp_path, provider):
    """An editor that can be told at the beginning only, in a folder with settings."""
    (tmp_path / "mlwright.toml").write_text(settings(provider.address))
    lsp_client.told = await begin(lsp_client, tmp_path, types.InlineCompletionClientCapabilities())
    yield
    await lsp_client.shutdown_session()


@pytest_lsp.fixture(config=CONFIG)
async def old_connection(lsp_client: LanguageClient, tmp_path, provider):
    """An editor that knows no inline completion, in a folder with settings."""
    (tmp_path / "mlwright.toml").write_text(settings(provider.address))
    lsp_client.told = await begin(lsp_client, tmp_path, None)
    yield
    await lsp_client.shutdown_session()


def configure(editor: Editor, text: str) -> None:
    editor.put("mlwright.toml", text)
    changed = types.FileEvent(editor.uri("mlwright.toml"), types.FileChangeType.Changed)
    editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([changed]))


async def until(condition) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.01)


INVOKED, AUTOMATIC = types.InlineCompletionTriggerKind.Invoked, types.InlineCompletionTriggerKind.Automatic


async def suggested(editor: Editor, text: str = SCRIPT, kind=INVOKED, name: str = "a.py"):
    document, place = editor.open(name, text)
    params = types.InlineCompletionParams(context=types.InlineCompletionContext(trigger_kind=kind), text_document=document, position=place)
    return await editor.client.text_document_inline_completion_async(params)


def warnings(editor: Editor) -> list[str]:
    return [message.message for message in editor.client.messages]


@pytest.mark.parametrize("text", ["", '[providers.local]\nbase_url = "ADDRESS"\nmodel = "small"\n'])
async def test_without_a_named_provider_nothing_is_announced_and_nothing_sent(editor, provider, text):
    configure(editor, text.replace("ADDRESS", provider.address))
    assert not await suggested(editor)
    assert await editor.labels("b.py", SCRIPT.replace("df[|", 'df["|')), "the session goes on"
    assert METHOD not in editor.client.registered and provider.asked == [] and warnings(editor) == []


async def test_an_openai_compatible_provider(editor, provider):
    provider.says = lambda _: (200, openai('```python\nmean = df["charges"].mean()\n```'))
    configure(editor, settings(f"{provider.address}/v1", key='key_variable = "LOCAL_KEY"'))
    await until(lambda: METHOD in editor.client.registered)
    [item] = await suggested(editor)
    assert item.insert_text == '"charges"].mean()'
    assert item.range.start == item.range.end == types.Position(5, len("mean = df["))
    [asked] = provider.asked
    assert asked["path"] == "/v1/chat/completions" and asked["headers"]["authorization"] == f"Bearer {KEY}"
    assert asked["body"]["model"] == "small" and asked["body"]["max_tokens"] <= 1_000


async def test_what_is_sent_are_names_and_types_and_no_values(editor, provider):
    configure(editor, settings(provider.address))
    await suggested(editor)
    question = provider.question()
    for told in ['df: pandas frame, 60 × 4; columns "tenure" (integer), "charges" (float), "contract" (string), "churn" (boolean)', "- churn.csv", "the first part of the split in line 5", ": split", "mean = df[<cursor/>"]:
        assert told in question, f"{told!r} is missing:\n{question}"
    assert "monthly" not in question and str(editor.folder) not in question
    configure(editor, settings(provider.address, inline="send_examples = true"))
    await suggested(editor)
    assert '"contract" (string, e.g. "' in provider.question()


async def test_an_anthropic_compatible_provider(editor, provider):
    provider.says = lambda _: (200, anthropic('"charges"].mean()'))
    configure(editor, settings(provider.address, api="anthropic", key='key_variable = "LOCAL_KEY"'))
    [item] = await suggested(editor)
    assert item.insert_text == '"charges"].mean()'
    [asked] = provider.asked
    assert asked["path"] == "/v1/messages" and asked["headers"]["x-api-key"] == KEY and asked["headers"]["anthropic-version"]
    assert "authorization" not in asked["headers"] and "mean = df[<cursor/>" in provider.question()


async def test_sql_is_completed_too(editor, provider):
    provider.says = lambda _: (200, openai("avg(charges)"))
    configure(editor, settings(provider.address))
    [item] = await suggested(editor, 'select | from "churn.csv"', name="a.sql")
    assert item.insert_text == "avg(charges)"
    assert '- churn.csv: table, 60 × 4; columns "tenure" (integer)' in provider.question()


async def trouble(editor: Editor, n_asked_again: int = 2) -> str:
    """What the user is told, once, however often there is no answer."""
    for n in range(n_asked_again):
        assert not await suggested(editor, name=f"{n}.py")
    await until(lambda: warnings(editor))
    assert await editor.labels("b.py", SCRIPT.replace("df[|", 'df["|')), "the session goes on"
    [message] = warnings(editor)
    assert message.startswith("Inline completion: provider local") and KEY not in message
    return message


async def test_a_provider_that_is_not_there(editor):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    configure(editor, settings(f"http://127.0.0.1:{port}", key='key_variable = "LOCAL_KEY"'))
    assert "cannot be reached" in await trouble(editor)


async def test_a_provider_that_does_not_answer(editor, provider):
    provider.says = lambda _: None
    configure(editor, settings(provider.address, inline="timeout_seconds = 1"))
    assert "did not answer within 1 s" in await trouble(editor)
    assert await asyncio.to_thread(provider.left.wait, PATIENCE), "its connection was ended"


@pytest.mark.parametrize("answer", ["<html>", "{}", '{"choices": []}', '{"choices": [{"message": {"content": 1}}]}', "null", ""])
async def test_a_provider_that_answers_rubbish(editor, provider, answer):
    provider.says = lambda _: (200, answer)
    configure(editor, settings(provider.address))
    assert "answered what is no answer" in await trouble(editor)


async def test_a_provider_that_never_ends(editor, provider):
    provider.says = lambda _: (200, openai("x" * 1_000_000))
    configure(editor, settings(provider.address))
    assert "more than 262144 bytes" in await trouble(editor)


async def test_words_and_nothing_are_no_code_and_no_trouble(editor, provider):
    for answer in ["", "   \n", "\u0007"]:
        provider.says = lambda _, answer=answer: (200, openai(answer))
        configure(editor, settings(provider.address))
        assert not await suggested(editor)
    assert warnings(editor) == []


async def test_a_key_that_is_refused(editor, provider):
    provider.says = lambda _: (401, json.dumps({"error": f"wrong key {KEY}"}))
    configure(editor, settings(provider.address, key='key_variable = "LOCAL_KEY"'))
    assert "refused the key (status 401)" in await trouble(editor, n_asked_again=3)
    assert len(provider.asked) == 1, "it is not asked again with the same key"
    provider.says = lambda _: (200, openai("1"))
    configure(editor, settings(f"{provider.address}/v1", key='key_variable = "LOCAL_KEY"'))
    assert await suggested(editor), "until settings change"


async def test_a_key_that_is_not_there(editor, provider):
    configure(editor, settings(provider.address, key='key_variable = "MISSING_KEY"'))
    assert "MISSING_KEY" in await trouble(editor)
    assert provider.asked == []


async def test_a_key_in_the_file_is_not_repeated(editor, provider):
    configure(editor, settings(provider.address, key=f'key_variable = "{KEY}"'))
    assert "is not the name of an environment variable" in await trouble(editor)
    assert provider.asked == []


@pytest.mark.parametrize("how", ["cancelled", "edited"])
async def test_what_nobody_waits_for_any_more_is_taken_back(editor, provider, how):
    provider.says = lambda _: None
    configure(editor, settings(provider.address))
    document, place = editor.open("a.py", SCRIPT)
    context = types.InlineCompletionContext(trigger_kind=INVOKED)
    params = types.InlineCompletionParams(context=context, text_document=document, position=place)
    waiting = editor.client.protocol.send_request_async(METHOD, params, msg_id="the-question")
    task = asyncio.ensure_future(waiting)
    await until(provider.arrived.is_set)
    if how == "cancelled":
        editor.client.cancel_request(types.CancelParams(id="the-question"))
    else:
        change = types.TextDocumentContentChangePartial(range=types.Range(place, place), text='"')
        versioned = types.VersionedTextDocumentIdentifier(version=2, uri=document.uri)
        editor.client.text_document_did_change(types.DidChangeTextDocumentParams(versioned, [change]))
    with pytest.raises((JsonRpcException, asyncio.CancelledError)):
        async with asyncio.timeout(PATIENCE):
            await task
    assert await asyncio.to_thread(provider.left.wait, PATIENCE), "the provider can stop"
    assert warnings(editor) == []


async def test_while_one_types_nobody_is_asked(editor, provider):
    configure(editor, settings(provider.address))
    document, place = editor.open("a.py", SCRIPT)
    context = types.InlineCompletionContext(trigger_kind=AUTOMATIC)
    waiting = []
    for n, letter in enumerate('"charges'):
        here = types.Position(place.line, place.character + n)
        change = types.TextDocumentContentChangePartial(range=types.Range(here, here), text=letter)
        versioned = types.VersionedTextDocumentIdentifier(version=n + 2, uri=document.uri)
        editor.client.text_document_did_change(types.DidChangeTextDocumentParams(versioned, [change]))
        after = types.Position(here.line, here.character + 1)
        params = types.InlineCompletionParams(context=context, text_document=document, position=after)
        waiting.append(asyncio.ensure_future(editor.client.text_document_inline_completion_async(params)))
    *outlived, last = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(answer, JsonRpcException) for answer in outlived) and last[0].insert_text == "pass"
    assert len(provider.asked) == 1 and 'df["charges<cursor/>' in provider.question()


async def test_settings_that_drop_it_take_it_back(editor, provider):
    configure(editor, settings(provider.address))
    await until(lambda: METHOD in editor.client.registered)
    configure(editor, "")
    await until(lambda: METHOD not in editor.client.registered)
    assert not await suggested(editor) and provider.asked == []


async def test_an_editor_that_can_be_told_at_the_beginning_only(plain_connection, tmp_path, provider):
    assert plain_connection.told.capabilities.inline_completion_provider is True
    assert METHOD not in plain_connection.registered
    [item] = await suggested(Editor(plain_connection, tmp_path))
    assert item.insert_text == "pass"


async def test_an_editor_without_inline_completion_is_told_nothing(old_connection, tmp_path, provider):
    assert not old_connection.told.capabilities.inline_completion_provider
    await Editor(old_connection, tmp_path).labels("b.py", "|")
    assert METHOD not in old_connection.registered and old_connection.messages == []
