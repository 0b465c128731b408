"""The interactive views as a host shows them: real answers of the real server, in a headless Chromium.

    python views.py MLWRIGHT WORKSPACE TABLE TARGET PICTURES

Speaks the protocol to the server line by line, embeds each page in a sandboxed frame of `mcp_host.html`, plays the
host's side, and asserts on what stands on the page. Leaves pictures of it in the folder PICTURES.
"""

import contextlib
import csv
import json
import pathlib
import subprocess
import sys

from chromium import Chromium

PROGRAM, WORKSPACE, TABLE, TARGET, PICTURES = sys.argv[1:6]
HOST = (pathlib.Path(__file__).parent / "mcp_host.html").read_text()
UI = "io.modelcontextprotocol/ui"
PAGE_TYPE = "text/html;profile=mcp-app"
PROFILE, LEADERBOARD = "ui://mlwright/profile", "ui://mlwright/leaderboard"
HOSTILE = "<img src=x onerror=\"top.pwned=1;document.title='pwned'\">"
WIDTH = 760


def step(text):
    print(text, flush=True)


class Server:
    """A session on stdio; with `shows`, of a client that shows pages."""

    def __init__(self, shows):
        command = [PROGRAM, "--workspace", WORKSPACE, "mcp"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.next_id = 1
        capabilities = {"extensions": {UI: {"mimeTypes": [PAGE_TYPE]}}} if shows else {}
        hello = {"protocolVersion": "2025-11-25", "capabilities": capabilities, "clientInfo": {"name": "view-host", "version": "1"}}
        self.hello = self.ask("initialize", hello)
        self.send({"method": "notifications/initialized"})

    def send(self, message):
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0"} | message) + "\n")
        self.process.stdin.flush()

    def ask(self, method, params=None):
        number, self.next_id = self.next_id, self.next_id + 1
        self.send({"id": number, "method": method, "params": params or {}})
        for line in self.process.stdout:
            message = json.loads(line)
            if message.get("id") == number:
                assert "error" not in message, f"{method}: {message['error']}"
                return message["result"]
        raise AssertionError("the server has ended")

    def call(self, tool, arguments):
        return self.ask("tools/call", {"name": tool, "arguments": arguments})

    def page(self, address):
        (contents,) = self.ask("resources/read", {"uri": address})["contents"]
        assert contents["mimeType"] == PAGE_TYPE and contents["uri"] == address, contents.keys()
        return contents["text"]

    def close(self):
        self.process.stdin.close()
        self.process.wait(20)


class View:
    """A page in a host, with what was told it."""

    def __init__(self, browser, html, theme="light", capabilities=None):
        self.page = browser.page(WIDTH, 600)
        self.page.content(HOST)
        context = {"theme": theme, "locale": "en-US", "displayMode": "inline", "styles": {"variables": {"--font-sans": "sans-serif", "background": "red"}}}
        self.page.evaluate(f"embed({json.dumps(html)}, {json.dumps(context)}, {json.dumps(capabilities or {})})")
        self.page.wait("said.some((one) => one.method === 'ui/notifications/initialized')")
        self.frame = self.page.frame_context()
        hello = self.page.evaluate("said[0]")
        assert hello["method"] == "ui/initialize" and hello["params"]["protocolVersion"] == "2026-01-26", hello

    def tell(self, method, params):
        self.page.evaluate(f"tell({json.dumps('ui/notifications/' + method)}, {json.dumps(params)})")

    def show(self, arguments, result, until):
        self.tell("tool-input", {"arguments": arguments})
        self.tell("tool-result", result)
        self.wait(f"Boolean({until})")

    def look(self, expression):
        return self.page.evaluate(expression, self.frame)

    def wait(self, expression):
        return self.page.wait(expression, self.frame)

    def text(self):
        return self.look("document.body.innerText")

    def column(self, label, number):
        """What stands in a column of the table of that name, in the order of its rows."""
        rows = f"[...document.querySelectorAll('table[aria-label=\"{label}\"] > tbody > tr:not(.below)')]"
        return self.look(f"{rows}.map((row) => row.children[{number}].innerText.trim())")

    def click(self, selector):
        self.look(f"document.querySelector({json.dumps(selector)}).click()")

    def picture(self, name):
        # The host follows the page's height; only then is everything on the picture.
        height = self.page.wait("document.querySelector('iframe').clientHeight > 60 && document.documentElement.scrollHeight")
        self.page.resize(WIDTH, min(int(height), 2400))
        self.page.screenshot(f"{PICTURES}/{name}.png")

    def well(self):
        """That nothing was refused to the page, that nothing failed in it, and that it asked for nothing."""
        for kind in ["Log.entryAdded", "Runtime.exceptionThrown"]:
            assert not self.page.happened(kind), self.page.happened(kind)
        asked = [one["request"]["url"] for one in self.page.happened("Network.requestWillBeSent")]
        assert all(url.startswith("about:") for url in asked), asked
        assert self.look("document.querySelectorAll('img, iframe, object, embed, link, a').length") == 0
        assert self.page.evaluate("document.title + (window.pwned || '')") == ""
        sizes = self.page.evaluate("said.filter((one) => one.method === 'ui/notifications/size-changed').length")
        assert 0 < sizes < 40, f"{sizes} reports of the page's size"


def negotiation(shown, plain):
    assert UI in shown.hello["capabilities"]["extensions"], shown.hello
    tools = {tool["name"]: tool for tool in shown.ask("tools/list")["tools"]}
    for tool, page in {"profile_table": PROFILE, "train": LEADERBOARD, "list_runs": LEADERBOARD, "compare_runs": LEADERBOARD}.items():
        assert tools[tool]["_meta"]["ui"]["resourceUri"] == page, tools[tool]
    assert "_meta" not in tools["predict"], tools["predict"]
    listed = shown.ask("resources/list")["resources"]
    assert {PROFILE, LEADERBOARD} <= {one["uri"] for one in listed if one["mimeType"] == PAGE_TYPE}

    assert all("_meta" not in tool for tool in plain.ask("tools/list")["tools"]), "a plain client is told of pages"
    assert not any(one["uri"].startswith("ui://") for one in plain.ask("resources/list")["resources"])
    result = plain.call("profile_table", {"table": TABLE, "target": TARGET})
    assert "mlwright/view" not in result.get("_meta", {}) and result["content"][0]["text"], "plain answers are as they were"
    step("pages are offered to who shows them")


def profile(browser, server):
    arguments = {"table": TABLE, "target": TARGET}
    result = server.call("profile_table", arguments)
    whole = result["_meta"]["mlwright/view"]
    view = View(browser, server.page(PROFILE))
    view.show(arguments, result, "document.querySelectorAll('table tbody tr:not(.below)').length > 0")
    names = view.column("Columns", 0)
    assert len(names) == len(whole["columns"]) == whole["table"]["n_columns"], names
    strongest = [one["column"] for one in whole["target"]["ranking"]]
    assert names[:5] == strongest[:5], "columns are ordered by signal first"
    text = view.text()
    for finding in whole["findings"][:6]:
        assert finding["reason"] in text and finding["action"] in text, finding
    assert f"{whole['table']['n_rows']:,}" in text and "73.5 %" in text, text[:400]
    assert view.look("document.querySelectorAll('.spark').length") >= 3, "numbers have their distribution"
    # By name, both ways, with the keyboard alone.
    view.look("document.querySelector('th button').focus()")
    view.page.press("Enter", text="\r")
    view.wait("document.querySelector('th').getAttribute('aria-sort') === 'ascending'")
    by_name = view.column("Columns", 0)
    plain = [name.split("\n")[0] for name in by_name]
    assert plain == sorted(plain, key=str.lower) and by_name != names, by_name
    view.page.press("Enter", text="\r")
    view.wait("document.querySelector('th').getAttribute('aria-sort') === 'descending'")
    assert [name.split("\n")[0] for name in view.column("Columns", 0)] == plain[::-1]
    view.look("const box = document.querySelector('input'); box.value = 'tenu'; box.dispatchEvent(new Event('input'))")
    assert view.column("Columns", 0) == ["tenure"]
    view.click("button.opener")
    assert "quartiles" in view.text() and view.look("document.querySelector('button.opener').getAttribute('aria-expanded')") == "true"
    view.look("box.value = ''; box.dispatchEvent(new Event('input'))")
    view.look("document.querySelectorAll('th button')[4].click()")
    view.picture("profile-light")
    light = view.look("getComputedStyle(document.body).backgroundColor")
    view.tell("host-context-changed", {"theme": "dark"})
    view.wait(f"getComputedStyle(document.body).backgroundColor !== {json.dumps(light)}")
    view.picture("profile-dark")
    assert light == "rgb(255, 255, 255)", "a variable that is none of the extension's has no effect"
    view.well()
    step("the profile shows what was measured")


def hostile(browser, server):
    with open(f"{WORKSPACE}/hostile.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow([HOSTILE, "kind", "left"])
        rows.writerows([[i % 7, HOSTILE if i % 3 else "</script><script>top.pwned=1</script>", "yes" if i % 2 else HOSTILE] for i in range(120)])
    arguments = {"table": "hostile.csv", "target": "left"}
    view = View(browser, server.page(PROFILE))
    view.show(arguments, server.call("profile_table", arguments), "document.querySelectorAll('table tbody tr').length > 0")
    for opener in range(view.look("document.querySelectorAll('button.opener').length")):
        view.look(f"document.querySelectorAll('button.opener')[{opener}].click()")
    text = view.text()
    assert HOSTILE in text, "the cell is shown as it is"
    assert "</script><script>" in text, text
    assert view.look("document.querySelectorAll('script').length") == 1 and view.look("document.querySelectorAll('.legend > span').length") == 2
    view.picture("profile-hostile")
    view.well()
    step("markup in a table stays text")


def numbers(cells):
    return [float(cell.replace(",", "")) for cell in cells if cell not in ("–", "failed")]


def leaderboard(browser, server):
    arguments = {"table": TABLE, "target": TARGET, "seed": 42, "wait_seconds": 300}
    result = server.call("train", arguments)
    whole = result["_meta"]["mlwright/view"]
    training = whole["result"]
    view = View(browser, server.page(LEADERBOARD))
    view.show(arguments, result, "document.querySelector('table[aria-label=Leaderboard]')")
    board = training["leaderboard"]
    means = numbers(view.column("Leaderboard", 2))
    assert means == [round(one["cv_mean"], 4) for one in board], means
    assert "baseline" in view.column("Leaderboard", 1)[-1], "the baseline stands among the candidates"
    assert view.look("document.querySelectorAll('table[aria-label=Leaderboard] .range').length") == len(board) - 1, "each has its spread"
    low, high = training["test_intervals"][training["metric"]]
    interval = view.column("Metrics on the held-out rows", 2)[0]
    assert interval == f"{low:.4f} … {high:.4f}", interval
    assert numbers([view.column("Metrics on the held-out rows", 3)[0]]) == [training["baseline_test_metrics"][training["metric"]]]
    assert view.look("document.querySelectorAll('table[aria-label=\"Metrics on the held-out rows\"] .zero').length") >= 5, "the baseline is drawn beside the model"
    view.picture("leaderboard-light")
    for way in [1, -1]:
        view.click("table[aria-label=Leaderboard] th:nth-child(6) button")
        seconds = numbers(view.column("Leaderboard", 5))
        assert seconds == sorted(seconds)[::way], seconds
    view.click("table[aria-label=Leaderboard] th:first-child button")
    view.tell("host-context-changed", {"theme": "dark"})
    view.click("button.opener")
    opened = view.look("document.querySelector('.below').innerText")
    assert "learning_rate" in opened or "max_" in opened, opened
    assert "[object" not in view.look("document.body.innerText"), "an ensemble is shown by its members"
    view.picture("leaderboard-dark")
    view.well()
    step("the leaderboard shows scores, spreads and the baseline")
    return training["run_id"]


def following(browser, server):
    """A training that runs is followed through the host, until its leaderboard is there."""
    arguments = {"table": TABLE, "target": TARGET, "learners": ["decision_tree", "logistic_regression"], "seed": 7, "wait_seconds": 0}
    result = server.call("train", arguments)
    view = View(browser, server.page(LEADERBOARD), capabilities={"serverTools": {}})
    view.show(arguments, result, "document.querySelector('[role=progressbar]') || document.querySelector('table')")
    view.picture("leaderboard-running")
    answered = 0
    while not view.look("Boolean(document.querySelector('table[aria-label=Leaderboard]'))"):
        view.page.wait(f"calls.length > {answered} || document.querySelector('iframe').clientHeight > 400")
        calls = view.page.evaluate("calls")
        for call in calls[answered:]:
            assert call["params"]["name"] == "get_job", call
            view.page.evaluate(f"answer({call['id']}, {json.dumps(server.call('get_job', call['params']['arguments']))})")
        answered = len(calls)
    assert answered >= 1
    view.well()
    step("a running training is followed")
    return result["structuredContent"]["job"]["run_id"]


def runs(browser, server, first, second):
    listed = server.call("list_runs", {})
    view = View(browser, server.page(LEADERBOARD))
    view.show({}, listed, "document.querySelector('table[aria-label=Runs]')")
    scores = numbers(view.column("Runs", 2))
    assert len(scores) >= 2 and scores == sorted(scores, reverse=True), scores
    view.look("const pick = document.querySelector('select'); pick.value = 'log_loss'; pick.dispatchEvent(new Event('change'))")
    scores = numbers(view.column("Runs", 2))
    assert scores == sorted(scores), "a metric of which less is better begins with the least"
    view.picture("runs")
    compared = server.call("compare_runs", {"run_ids": [first, second]})
    view = View(browser, server.page(LEADERBOARD))
    view.show({}, compared, "document.querySelector('table[aria-label=\"Parameters that differ\"]')")
    assert "seed" in view.text() and "did not hold out the same rows" in view.text(), view.text()
    view.picture("comparison")
    failed = server.call("train", {"table": TABLE, "target": "Chrun"})
    view.show({"target": "Chrun"}, failed, "document.querySelector('[role=alert]')")
    assert TARGET in view.text() and "Chrun" in view.text(), view.text()
    view.well()
    step("runs are listed and compared, and failures said")


def manners(browser, server):
    """What a host may ask a page, and what does not come from the host."""
    view = View(browser, server.page(PROFILE))
    for number, method in [(101, "ping"), (102, "ui/resource-teardown"), (103, "no/such")]:
        view.page.evaluate(f"ask({number}, {json.dumps(method)}, {{}})")
    for number, kind in [(101, "result"), (102, "result"), (103, "error")]:
        view.page.wait(f"said.some((one) => one.id === {number} && one.{kind})")
    before = view.text()
    forged = {"jsonrpc": "2.0", "method": "ui/notifications/tool-result", "params": {"isError": True, "content": [{"type": "text", "text": "forged"}]}}
    view.look(f"window.postMessage({json.dumps(forged)}, '*')")
    view.look("new Promise((done) => setTimeout(done, 50))")
    assert view.text() == before, "only the embedding window is listened to"
    view.tell("tool-cancelled", {"reason": "by the user"})
    view.wait("document.body.innerText.includes('Cancelled')")
    view.well()
    step("the page keeps to the protocol")


def main():
    pathlib.Path(PICTURES).mkdir(parents=True, exist_ok=True)
    with Chromium() as browser, contextlib.closing(Server(shows=True)) as server:
        with contextlib.closing(Server(shows=False)) as plain:
            negotiation(server, plain)
        profile(browser, server)
        hostile(browser, server)
        first = leaderboard(browser, server)
        second = following(browser, server)
        runs(browser, server, first, second)
        manners(browser, server)
    step("done")


main()
