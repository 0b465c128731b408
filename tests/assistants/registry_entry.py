"""Checks OUT/server.json by the rules that the MCP registry gives for it, against the bundle that it names.

    python registry_entry.py OUT
"""

import hashlib
import json
import re
import sys
from pathlib import Path

out = Path(sys.argv[1])
entry = json.loads((out / "server.json").read_text())
(package,) = entry["packages"]
(bundle,) = out.glob("*.mcpb")

problems = [
    problem
    for problem, found in [
        ("its schema is not that of a release", not re.search(r"/schemas/\d{4}-\d\d-\d\d/server\.schema\.json$", entry["$schema"])),
        ("its name is no namespace and name", not re.fullmatch(r"[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+", entry["name"]) or not 3 <= len(entry["name"]) <= 200),
        ("its description has not 1 to 100 characters", not 1 <= len(entry["description"]) <= 100),
        ("its title has not 1 to 100 characters", not 1 <= len(entry["title"]) <= 100),
        ("its version is no exact one", not re.fullmatch(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?", entry["version"])),
        ("its version is not the package's", package["version"] != entry["version"]),
        ("its package is no bundle over stdio", (package["registryType"], package.get("transport")) != ("mcpb", {"type": "stdio"})),
        ("it has words that were not filled in", "@" in json.dumps(entry)),
        ("it names another file", not package["identifier"].startswith("https://") or not package["identifier"].endswith("/" + bundle.name)),
        ("the registry asks for \"mcp\" or \"mcpb\" in a bundle's address", "mcp" not in package["identifier"]),
        ("its hash is not the bundle's", package["fileSha256"] != hashlib.sha256(bundle.read_bytes()).hexdigest()),
    ]
    if found
]
if problems:
    sys.exit("server.json: " + "; ".join(problems))
print(f"server.json is sound: {entry['name']} {entry['version']}")
