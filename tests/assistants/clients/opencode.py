"""OpenCode."""

import json

from clients import Http

# How the assistant calls itself towards the server.
ACTOR = "opencode/"
CALLS_DESTRUCTIVE_TOOLS = True
# Files below its home, and what they say when it is not content with the server.
COMPLAINTS = (".local/share/opencode/log/*.log", r".*(?:WARN|ERROR).*mcp.*")


def command(setting):
    """The command, and its environment besides HOME and PATH."""
    config = setting.home / "opencode.json"
    config.write_text(json.dumps({
        "model": "scripted/scripted",
        "autoupdate": False,
        "share": "disabled",
        "permission": "allow",
        "provider": {
            "scripted": {
                "npm": "@ai-sdk/openai-compatible",
                "name": "scripted",
                "options": {"baseURL": setting.model_url + "/v1", "apiKey": "scripted"},
                "models": {"scripted": {"name": "scripted", "tool_call": True, "limit": {"context": 200_000, "output": 8_000}}},
            }
        },
        "mcp": {"mlwright": {**entry(setting.server), "enabled": True, "timeout": 300_000}},
    }))
    arguments = [str(setting.programs / "opencode"), "run", "--format", "json", setting.prompt]
    return arguments, {"OPENCODE_CONFIG": str(config), "OPENCODE_DISABLE_MODELS_FETCH": "1", "OPENCODE_DISABLE_AUTOUPDATE": "1"}


def entry(server):
    if isinstance(server, Http):
        return {"type": "remote", "url": server.url, "headers": {"Authorization": f"Bearer {server.token}"}, "oauth": False}
    return {"type": "local", "command": server.command}
