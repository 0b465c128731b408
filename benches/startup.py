"""From starting the process to the answer of `tools/list`, over MCP on stdio: mlwright, and a Python server of the same number of
trivial tools made with the official `mcp` package, as a yardstick of what clients are used to."""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

from measure import FOLDER, MLWRIGHT, keep, median, repeat

PEER = """
from mcp.server.fastmcp import FastMCP
server = FastMCP("peer")
for i in range(29):
    def tool(x: int) -> int:
        return x
    server.add_tool(tool, name=f"tool_{i}", description="A tool.")
server.run()
"""


def tools(command):
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        def send(message):
            server.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
            server.stdin.flush()

        def answer(wanted):
            while True:
                message = json.loads(server.stdout.readline())
                if message.get("id") == wanted:
                    return message["result"]

        send({"id": 1, "method": "initialize", "params": {"protocolVersion": "2025-06-18", "capabilities": {},
                                                          "clientInfo": {"name": "bench", "version": "1"}}})
        answer(1)
        send({"method": "notifications/initialized"})
        send({"id": 2, "method": "tools/list"})
        found = answer(2)["tools"]
        server.kill()
        return found


def main():
    folder = pathlib.Path(tempfile.mkdtemp(dir=FOLDER))
    try:
        ours = [MLWRIGHT, "--workspace", str(folder), "mcp"]
        peer = [sys.executable, "-c", PEER]
        n_tools = len(tools(ours))
        ours_seconds, peer_seconds = repeat(20, lambda: tools(ours)), repeat(5, lambda: tools(peer))
        keep("startup", {"n_tools": n_tools, "mlwright_ms": median(ours_seconds) * 1e3, "mlwright_ms_max": max(ours_seconds) * 1e3,
                         "python_ms": median(peer_seconds) * 1e3, "ratio": median(peer_seconds) / median(ours_seconds)})
    finally:
        shutil.rmtree(folder)


main()
