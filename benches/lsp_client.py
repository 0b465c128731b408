"""A client of the language server on stdio: it asks and waits, or sends and looks at the answers later."""

import json
import pathlib
import subprocess
import sys
import threading
import time

from measure import MLWRIGHT


class Editor:
    """A client that pulls diagnostics, as VS Code does."""

    def __init__(self, folder):
        self.server = subprocess.Popen([MLWRIGHT, "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=folder)
        self.n_sent = 0
        # By the number of a request: when it was sent and its method; then what came back, and after how many seconds.
        self.waiting, self.answered = {}, {}
        self.arrived = threading.Condition()
        threading.Thread(target=self.listen, daemon=True).start()
        root = folder.as_uri()
        capabilities = {"general": {"positionEncodings": ["utf-16"]}, "textDocument": {"diagnostic": {}, "completion": {}}, "notebookDocument": {"synchronization": {}}}
        self.ask("initialize", {"processId": None, "rootUri": root, "workspaceFolders": [{"uri": root, "name": "bench"}], "capabilities": capabilities})
        self.tell("initialized", {})

    def write(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.server.stdin.flush()

    def listen(self):
        while (message := self.read()) is not None:
            if "method" in message and "id" in message:
                self.write({"id": message["id"], "result": None})
            elif "id" in message:
                with self.arrived:
                    sent, method = self.waiting.pop(message["id"])
                    self.answered[message["id"]] = (time.perf_counter() - sent, method, message)
                    self.arrived.notify_all()

    def read(self):
        length = 0
        while (line := self.server.stdout.readline()).strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        return json.loads(self.server.stdout.read(length)) if length else None

    def tell(self, method, parameters):
        self.write({"method": method, "params": parameters})

    def send(self, method, parameters):
        """Sends a request and returns its number, which `answered` has when the answer is there."""
        self.n_sent += 1
        self.waiting[self.n_sent] = (time.perf_counter(), method)
        self.write({"id": self.n_sent, "method": method, "params": parameters})
        return self.n_sent

    def ask(self, method, parameters):
        number = self.send(method, parameters)
        with self.arrived:
            if not self.arrived.wait_for(lambda: number in self.answered, timeout=60):
                sys.exit(f"{method}: no answer in a minute")
            message = self.answered.pop(number)[2]
        if "error" in message:
            sys.exit(f"{method}: {message['error']}")
        return message["result"]

    def memory_mb(self):
        status = pathlib.Path(f"/proc/{self.server.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024

    def end(self):
        self.ask("shutdown", None)
        self.tell("exit", None)
        self.server.wait(10)
