"""Stands between an assistant and a server on stdio, passes every byte on, and keeps each message.

    python tap_stdio.py RECORD COMMAND [ARGUMENT…]

The record has a JSON object a line: `from` (`client`, `server` or `stderr`) and `message`.
"""

import json
import os
import signal
import subprocess
import sys
import threading


def main():
    record = open(sys.argv[1], "a", encoding="utf-8")
    lock = threading.Lock()
    server = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: server.send_signal(number))

    def keep(sender, line):
        text = line.decode(errors="replace").rstrip("\n")
        if not text:
            return
        try:
            message = json.loads(text)
        except ValueError:
            message = text
        with lock:
            record.write(json.dumps({"from": sender, "message": message}) + "\n")
            record.flush()

    def relay(sender, source, sink):
        for line in iter(source.readline, b""):
            keep(sender, line)
            try:
                sink.write(line)
                sink.flush()
            except OSError:
                break
        if sender == "client":
            # The server is told that the client has gone, and ends by itself.
            server.stdin.close()

    threading.Thread(target=relay, args=("client", sys.stdin.buffer, server.stdin), daemon=True).start()
    answers = [
        threading.Thread(target=relay, args=("server", server.stdout, sys.stdout.buffer)),
        threading.Thread(target=relay, args=("stderr", server.stderr, sys.stderr.buffer)),
    ]
    for thread in answers:
        thread.start()
    for thread in answers:
        thread.join()
    code = server.wait()
    # At once: the thread that reads from the client may wait for it forever.
    os._exit(code if code >= 0 else 128 - code)


if __name__ == "__main__":
    main()
