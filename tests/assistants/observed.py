"""What an assistant said to the server, read from a tap's record."""

import json
from collections import Counter
from dataclasses import dataclass, field

VERSION = "io.modelcontextprotocol/protocolVersion"
CAPABILITIES = "io.modelcontextprotocol/clientCapabilities"
CLIENT = "io.modelcontextprotocol/clientInfo"


@dataclass
class Observed:
    """A summary of one conversation over MCP."""

    client: str = ""
    versions: list = field(default_factory=list)
    capabilities: dict = field(default_factory=dict)
    methods: Counter = field(default_factory=Counter)
    errors: list = field(default_factory=list)
    stderr: list = field(default_factory=list)

    def __str__(self):
        methods = ", ".join(name if n == 1 else f"{name} ×{n}" for name, n in self.methods.items())
        return f"{self.client}; protocol {' then '.join(self.versions)}; declares {', '.join(declared(self.capabilities)) or 'nothing'}; sent {methods}"


def observe(record):
    """Reads a record."""
    seen = Observed()
    for line in open(record, encoding="utf-8"):
        entry = json.loads(line)
        message = entry["message"]
        if entry["from"] == "stderr":
            seen.stderr.append(message)
        elif entry["from"] == "client":
            note_version(seen, (entry.get("headers") or {}).get("mcp-protocol-version"))
            for one in message if isinstance(message, list) else [message]:
                from_client(seen, one, entry)
        elif isinstance(message, dict):
            from_server(seen, message)
        # A server may have nothing to say of its own accord: the specification has it refuse the listening GET so.
        elif entry.get("status", 200) >= 400 and (entry["method"], entry["status"]) != ("GET", 405):
            seen.errors.append(f"HTTP {entry['status']}: {message}")
    return seen


def from_client(seen, message, entry):
    if not isinstance(message, dict):
        seen.methods[f"{entry.get('method', '?')} {entry.get('path', '')}".strip()] += 1
        return
    if "method" not in message:
        return
    seen.methods[message["method"]] += 1
    params = message.get("params") or {}
    if message["method"] == "initialize":
        seen.client = name_of(params["clientInfo"])
        seen.capabilities = params.get("capabilities", {})
    meta = params.get("_meta") or {}
    if CLIENT in meta:
        seen.client = name_of(meta[CLIENT])
    if CAPABILITIES in meta:
        seen.capabilities = meta[CAPABILITIES]
    note_version(seen, meta.get(VERSION))


def from_server(seen, message):
    result = message.get("result")
    if isinstance(result, dict) and "protocolVersion" in result:
        note_version(seen, result["protocolVersion"])
    if "error" in message:
        seen.errors.append(json.dumps(message["error"]))
    if isinstance(result, dict) and result.get("isError"):
        seen.errors.append(json.dumps(result.get("content"))[:500])


def note_version(seen, version):
    if version and version not in seen.versions:
        seen.versions.append(version)


def name_of(info):
    return f"{info['name']}/{info['version']}"


def declared(capabilities):
    """Capabilities in words, extensions by their own names."""
    names = [name for name in capabilities if name not in ("extensions", "experimental")]
    for group in ("extensions", "experimental"):
        names += [f"{group[:-1] if group == 'extensions' else group} {name}" for name in capabilities.get(group) or {}]
    return names
