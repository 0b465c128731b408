"""Claude Code."""

import json

from clients import Http

# How the assistant calls itself towards the server.
ACTOR = "claude-code/"
CALLS_DESTRUCTIVE_TOOLS = True
# Files below its home, and what they say when it is not content with the server.
COMPLAINTS = ("debug.log", r'MCP server "mlwright": .*(?:Connection error|invalid|schema|with errors).*')


def command(setting):
    """The command, and its environment besides HOME and PATH."""
    config = setting.home / "mcp.json"
    config.write_text(json.dumps({"mcpServers": {"mlwright": entry(setting.server)}}))
    arguments = [
        str(setting.programs / "claude"), "-p", setting.prompt, "--mcp-config", str(config), "--strict-mcp-config",
        "--allowedTools", "mcp__mlwright", "--output-format", "json", "--debug-file", str(setting.home / "debug.log"),
    ]
    return arguments, {
        "ANTHROPIC_BASE_URL": setting.model_url,
        "ANTHROPIC_API_KEY": "scripted",
        # All tools are declared at once; the scripted model does not search for them.
        "ENABLE_TOOL_SEARCH": "false",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_AUTOUPDATER": "1",
        "DISABLE_TELEMETRY": "1",
    }


def entry(server):
    if isinstance(server, Http):
        return {"type": "http", "url": server.url, "headers": {"Authorization": f"Bearer {server.token}"}}
    return {"type": "stdio", "command": server.command[0], "args": server.command[1:]}
