"""A model on loopback that plays a script, for whichever API an assistant speaks.

Each request and reply is kept in a file, a line each, so that a failure can be read afterwards.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from dialects import anthropic, chat, gemini, responses


class ModelServer:
    """Serves a script on a free port until it is closed."""

    def __init__(self, script, record):
        self.script = script
        self.unknown = []
        self._record = open(record, "w", encoding="utf-8")
        self._lock = threading.Lock()
        handler = type("Handler", (ModelHandler,), {"model": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._record.close()

    def reply(self, path, request, conversation):
        with self._lock:
            reply = self.script.reply(conversation)
            self._note({"path": path, "request": request, "reply": repr(reply)})
            return reply

    def does_not_know(self, method, path, body):
        with self._lock:
            self.unknown.append(f"{method} {path}")
            self._note({"path": path, "unknown": method, "body": body.decode(errors="replace")})

    def _note(self, line):
        self._record.write(json.dumps(line) + "\n")
        self._record.flush()


class ModelHandler(BaseHTTPRequestHandler):
    """One request: which dialect it is in, and whether a stream is wanted."""

    protocol_version = "HTTP/1.1"
    model: ModelServer

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.refuse()

    do_HEAD = do_DELETE = do_PUT = do_GET

    def do_POST(self):
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = self.path.split("?")[0]
        try:
            request = json.loads(self.body or b"{}")
        except ValueError:
            return self.refuse()
        if path.endswith("/messages/count_tokens"):
            return self.send(json.dumps({"input_tokens": 1}))
        if path.endswith(":countTokens"):
            return self.send(json.dumps({"totalTokens": 1}))
        for ending, dialect, whole, stream in DIALECTS:
            if path.endswith(ending):
                reply = self.model.reply(path, request, dialect.read(request))
                is_streamed = request.get("stream") or "stream" in ending
                return self.send(*((stream(reply, request), "text/event-stream") if is_streamed else (json.dumps(whole(reply, request)),)))
        return self.refuse()

    def send(self, text, content_type="application/json", status=200):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self):
        self.model.does_not_know(self.command, self.path, getattr(self, "body", b""))
        self.send(json.dumps({"error": {"type": "not_found", "message": "the scripted model has no such route"}}), status=404)


def named_events(events):
    return "".join(f"event: {name}\ndata: {json.dumps({'type': name, **data})}\n\n" for name, data in events)


def plain_events(events):
    return "".join(f"data: {json.dumps(data)}\n\n" for data in events)


# How a path ends, the dialect, the reply as a whole, and as the text of a stream.
DIALECTS = [
    ("/messages", anthropic, anthropic.message, lambda *reply: named_events(anthropic.events(*reply))),
    ("/responses", responses, responses.response, lambda *reply: named_events(responses.events(*reply))),
    ("/chat/completions", chat, chat.completion, lambda *reply: plain_events(chat.chunks(*reply)) + "data: [DONE]\n\n"),
    (":generateContent", gemini, gemini.response, None),
    (":streamGenerateContent", gemini, None, lambda *reply: plain_events([gemini.response(*reply)])),
]
