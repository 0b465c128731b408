"""Stands between an assistant and a server over HTTP, passes everything on as it comes, and keeps each exchange.

The record has a JSON object a line: `from` (`client` or `server`), `message` (a JSON-RPC message, or text),
and for requests `headers`, for answers `status`, for both HTTP's `method`.
"""

import http.client
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# Headers of one connection, which are not passed on.
HOP_BY_HOP = {"connection", "host", "keep-alive", "transfer-encoding", "content-length"}


class HttpTap:
    """Listens on a free port and passes on to another port of this machine until it is closed."""

    def __init__(self, upstream_port, record):
        self.upstream_port = upstream_port
        self._record = open(record, "a", encoding="utf-8")
        self._lock = threading.Lock()
        handler = type("Handler", (TapHandler,), {"tap": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def keep(self, line):
        with self._lock:
            self._record.write(json.dumps(line) + "\n")
            self._record.flush()


class TapHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    tap: HttpTap

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        # What a client may keep to itself is noted as present, not copied.
        headers = {name.lower(): value if name.lower() != "authorization" else value.split(" ")[0] for name, value in self.headers.items()}
        self.tap.keep({"from": "client", "method": self.command, "path": self.path, "headers": headers, "message": parsed(body)})
        upstream = http.client.HTTPConnection("127.0.0.1", self.tap.upstream_port)
        upstream.putrequest(self.command, self.path, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in HOP_BY_HOP:
                upstream.putheader(name, value)
        if body or self.command == "POST":
            upstream.putheader("Content-Length", str(len(body)))
        upstream.endheaders(body)
        answer = upstream.getresponse()
        try:
            self.pass_on(answer)
        finally:
            upstream.close()

    do_GET = do_DELETE = do_OPTIONS = do_POST

    def pass_on(self, answer):
        """The answer, part by part: a stream's events must not wait for one another."""
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        has_body = answer.status not in (202, 204, 304)
        if has_body:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", "0")
        self.end_headers()
        whole = b""
        try:
            while part := answer.read1(65536):
                whole += part
                if has_body:
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            if has_body:
                self.wfile.write(b"0\r\n\r\n")
        except (OSError, http.client.HTTPException):
            self.close_connection = True  # the client or the server has gone
        for message in messages(whole, answer.getheader("Content-Type", "")):
            self.tap.keep({"from": "server", "method": self.command, "status": answer.status, "message": message})


def messages(body, content_type):
    if "text/event-stream" in content_type:
        lines = body.decode(errors="replace").splitlines()
        return [parsed(line[5:].strip().encode()) for line in lines if line.startswith("data:")] or [""]
    return [parsed(body)]


def parsed(body):
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
