"""A client of MCP on stdio that does nothing but write and read lines, so that what is measured is the server."""

import json
import subprocess


class Client:
    """A session of the older era, which every server speaks."""

    def __init__(self, command, env=None):
        self.process = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.next_id = 0
        self.ask("initialize", {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "bench", "version": "1"}})
        self._write({"method": "notifications/initialized"})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def _write(self, message):
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
        self.process.stdin.flush()

    def send(self, method, params):
        """Sends a request; its id."""
        self.next_id += 1
        self._write({"id": self.next_id, "method": method, "params": params})
        return self.next_id

    def receive(self):
        """The id and the answer of the next request that is answered."""
        while True:
            line = self.process.stdout.readline()
            if not line:
                raise SystemExit(f"{self.process.args}: the server ended")
            message = json.loads(line)
            if "id" in message and "method" not in message:
                if "error" in message:
                    raise SystemExit(f"{self.process.args}: {message['error']}")
                return message["id"], message["result"]

    def ask(self, method, params):
        wanted = self.send(method, params)
        while True:
            found, result = self.receive()
            if found == wanted:
                return result

    def tools(self):
        """Every page of the list of tools."""
        tools, cursor = [], {}
        while True:
            page = self.ask("tools/list", cursor)
            tools += page["tools"]
            if not page.get("nextCursor"):
                return tools
            cursor = {"cursor": page["nextCursor"]}

    def call(self, tool, arguments):
        result = self.ask("tools/call", {"name": tool, "arguments": arguments})
        if result.get("isError"):
            raise SystemExit(f"{self.process.args}: {tool}: {result}")
        return result
