"""Codex."""

import json

from clients import Http

# How the assistant calls itself towards the server.
ACTOR = "codex-mcp-client/"
# Without a person to ask it calls no tool that may destroy something.
CALLS_DESTRUCTIVE_TOOLS = False
# Files below its home, and what they say when it is not content with the server.
COMPLAINTS = ("../client.err", r"(?:.* )?(?:WARN|ERROR) .*")


def command(setting):
    """The command, and its environment besides HOME and PATH."""
    folder = setting.home / ".codex"
    folder.mkdir()
    (folder / "config.toml").write_text(SETTINGS.format(model_url=json.dumps(setting.model_url + "/v1"), server=entry(setting.server)))
    arguments = [str(setting.programs / "codex"), "exec", "--json", "--skip-git-repo-check", "--sandbox", "read-only", setting.prompt]
    return arguments, {"CODEX_HOME": str(folder), "SCRIPTED_KEY": "scripted", "MLWRIGHT_TOKEN": getattr(setting.server, "token", "")}


SETTINGS = """\
model = "scripted"
model_provider = "scripted"
approval_policy = "never"
check_for_update_on_startup = false

[model_providers.scripted]
name = "scripted"
base_url = {model_url}
env_key = "SCRIPTED_KEY"
wire_api = "responses"

[features]
plugins = false
apps = false

[analytics]
enabled = false

[mcp_servers.mlwright]
{server}
tool_timeout_sec = 300
"""


def entry(server):
    if isinstance(server, Http):
        return f'url = {json.dumps(server.url)}\nbearer_token_env_var = "MLWRIGHT_TOKEN"'
    return f"command = {json.dumps(server.command[0])}\nargs = {json.dumps(server.command[1:])}"
