"""Copilot CLI."""

import json

from clients import Http

# How the assistant calls itself towards the server.
ACTOR = "copilot-cli/"
CALLS_DESTRUCTIVE_TOOLS = True
# Files below its home, and what they say when it is not content with the server.
COMPLAINTS = ("logs/*.log", r"\[(?:WARNING|ERROR)\] \[rust:(?:rmcp|mcp).*")


def command(setting):
    """The command, and its environment besides HOME and PATH."""
    config = setting.home / "mcp.json"
    config.write_text(json.dumps({"mcpServers": {"mlwright": {**entry(setting.server), "tools": ["*"]}}}))
    arguments = [
        str(setting.programs / "copilot"), "--prompt", setting.prompt, "--allow-all-tools", "--disable-builtin-mcps",
        "--additional-mcp-config", f"@{config}", "--log-dir", str(setting.home / "logs"), "--log-level", "debug",
        "--disable-client-telemetry",
    ]
    return arguments, {
        "COPILOT_PROVIDER_BASE_URL": setting.model_url + "/v1",
        "COPILOT_PROVIDER_API_KEY": "scripted",
        "COPILOT_MODEL": "scripted",
        "COPILOT_OFFLINE": "true",
        "COPILOT_AUTO_UPDATE": "false",
    }


def entry(server):
    if isinstance(server, Http):
        return {"type": "http", "url": server.url, "headers": {"Authorization": f"Bearer {server.token}"}}
    return {"type": "local", "command": server.command[0], "args": server.command[1:]}
