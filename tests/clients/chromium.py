"""A headless Chromium, driven over its DevTools pipe with nothing but the standard library.

    with Chromium() as browser:
        page = browser.page(width=760, height=600)
        page.content("<!doctype html>…")
        page.evaluate("document.title")
"""

import base64
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time

NAMES = ["chromium", "chromium-browser", "google-chrome"]
FLAGS = [
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    # A sandboxed frame in the page's own process can be looked into through the page's session.
    "--disable-site-isolation-trials",
    "--disable-features=IsolateSandboxedIframes,Translate,OptimizationHints,MediaRouter",
]
ANSWER_SECONDS_MAX = 60


def program():
    """The browser, by the first name that is known on this machine."""
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    assert found, f"none of {', '.join(NAMES)} is installed; `make test` installs chromium on Debian as root"
    return found


class Chromium:
    """One browser process with a profile of its own."""

    def __enter__(self):
        self.profile = tempfile.mkdtemp(prefix="chromium-")
        to_browser, self.to = os.pipe()
        self.source, from_browser = os.pipe()
        flags = FLAGS + [f"--user-data-dir={self.profile}"] + (["--no-sandbox"] if os.geteuid() == 0 else [])

        def pipes():
            # The browser reads descriptor 3 and writes descriptor 4; the copies out of the way first.
            read, write = os.dup(to_browser), os.dup(from_browser)
            os.dup2(read, 3)
            os.dup2(write, 4)

        self.process = subprocess.Popen(
            [program(), *flags, "about:blank"], preexec_fn=pipes, close_fds=False, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self.buffer, self.next_id, self.events = b"", 1, []
        return self

    def __exit__(self, *_):
        os.close(self.to)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self.source)
        shutil.rmtree(self.profile, ignore_errors=True)

    def read(self, until):
        """The next message, or None when there is none by then."""
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.source], [], [], max(0, until - time.monotonic()))
            if not ready:
                return None
            part = os.read(self.source, 1 << 20)
            assert part, "the browser has ended"
            self.buffer += part
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def command(self, method, params=None, session=None):
        """Sends a command and waits for its answer; events that come before it are kept."""
        number, self.next_id = self.next_id, self.next_id + 1
        message = {"id": number, "method": method, "params": params or {}} | ({"sessionId": session} if session else {})
        with os.fdopen(os.dup(self.to), "wb") as pipe:
            pipe.write(json.dumps(message).encode() + b"\0")
        until = time.monotonic() + ANSWER_SECONDS_MAX
        while True:
            answer = self.read(until)
            assert answer is not None, f"the browser does not answer {method}"
            if answer.get("id") == number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]
            self.events.append(answer)

    def page(self, width, height):
        target = self.command("Target.createTarget", {"url": "about:blank"})["targetId"]
        session = self.command("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        return Page(self, session, width, height)


class Page:
    """One page of the browser."""

    def __init__(self, browser, session, width, height):
        self.browser, self.session = browser, session
        for domain in ["Page", "Runtime", "Log", "Network"]:
            self.command(f"{domain}.enable")
        self.resize(width, height)

    def command(self, method, **params):
        return self.browser.command(method, params, self.session)

    def resize(self, width, height):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=2, mobile=False)

    def content(self, html):
        frame = self.command("Page.getFrameTree")["frameTree"]["frame"]["id"]
        self.command("Page.setDocumentContent", frameId=frame, html=html)

    def frame_context(self):
        """The script context of the first frame within the page."""
        children = self.command("Page.getFrameTree")["frameTree"].get("childFrames", [])
        assert children, "the page has no frame"
        wanted = children[0]["frame"]["id"]
        found = [event["params"]["context"] for event in self.browser.events if event["method"] == "Runtime.executionContextCreated"]
        found = [one["id"] for one in found if one["auxData"].get("frameId") == wanted and one["auxData"].get("isDefault")]
        return found[-1] if found else None

    def evaluate(self, expression, context=None):
        given = {"contextId": context} if context else {}
        answer = self.command("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True, **given)
        assert "exceptionDetails" not in answer, f"{expression[:200]}: {answer['exceptionDetails']}"
        return answer["result"].get("value")

    def wait(self, expression, context=None, seconds=20):
        until = time.monotonic() + seconds
        while not (value := self.evaluate(expression, context)):
            assert time.monotonic() < until, f"it does not become true: {expression[:300]}"
            time.sleep(0.02)
        return value

    def press(self, key, code=None, text=None):
        params = {"key": key, "code": code or key, "windowsVirtualKeyCode": {"Enter": 13, "Tab": 9, " ": 32}.get(key, 0)}
        self.command("Input.dispatchKeyEvent", type="keyDown", **params, **({"text": text} if text else {}))
        self.command("Input.dispatchKeyEvent", type="keyUp", **params)

    def screenshot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.command("Page.captureScreenshot", format="png")["data"]))

    def happened(self, method):
        """The events of a kind so far."""
        self.command("Runtime.evaluate", expression="0")
        return [event["params"] for event in self.browser.events if event.get("method") == method and event.get("sessionId") == self.session]
