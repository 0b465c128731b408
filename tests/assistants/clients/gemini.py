"""Gemini CLI."""

import json

from clients import Http

# How the assistant calls itself towards the server.
ACTOR = "gemini-cli-mcp-client/"
CALLS_DESTRUCTIVE_TOOLS = True
# Files below its home, and what they say when it is not content with the server.
COMPLAINTS = ("../client.err", r"\[(?:WARN|ERROR)\].*|.*schema.*")


def command(setting):
    """The command, and its environment besides HOME and PATH."""
    folder = setting.home / ".gemini"
    folder.mkdir()
    (folder / "settings.json").write_text(json.dumps({
        "mcpServers": {"mlwright": {**entry(setting.server), "trust": True, "timeout": 300_000}},
        "security": {"auth": {"selectedType": "gemini-api-key"}},
        "general": {"enableAutoUpdate": False, "enableAutoUpdateNotification": False},
        "privacy": {"usageStatisticsEnabled": False},
        "telemetry": {"enabled": False},
    }))
    arguments = [
        str(setting.programs / "gemini"), "--prompt", setting.prompt, "--model", "gemini-2.5-pro", "--output-format", "json",
        "--skip-trust", "--allowed-mcp-server-names", "mlwright", "--approval-mode", "yolo",
    ]
    return arguments, {"GEMINI_API_KEY": "scripted", "GOOGLE_GEMINI_BASE_URL": setting.model_url}


def entry(server):
    if isinstance(server, Http):
        return {"httpUrl": server.url, "headers": {"Authorization": f"Bearer {server.token}"}}
    return {"command": server.command[0], "args": server.command[1:]}
