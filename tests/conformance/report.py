"""Sums up what the conformance suite wrote, and judges it more strictly than the suite does.

    python report.py FOLDER NAME

FOLDER is what was given to the suite as --output-dir, NAME says what was tested: `fixture` or `product`. Fails when a check failed
or warned that is not excused below, when one that is excused passed after all, and when a scenario checked nothing.
"""

import json
import re
import sys
from collections import Counter
from pathlib import Path

# What may fail or warn (a warning is a SHOULD of the specification), each with its reason.
EXCUSED = {
    "fixture": {
        # Resumption by polling asks for an empty first event and a retry hint on each stream. One widely used client takes the empty
        # event for a broken message, so our sessions send neither.
        ("server-sse-polling", "server-sse-priming-event"),
        ("server-sse-polling", "server-sse-retry-field"),
        ("server-sse-polling", "server-sse-disconnect-resume"),
    },
    "product": {
        # The suite calls tools that the product does not have.
        ("server-stateless", "sep-2575-server-rejects-undeclared-capability"),
        ("server-stateless", "sep-2575-missing-capability-http-400"),
        ("server-stateless", "sep-2575-http-server-no-independent-requests-on-stream"),
        ("server-stateless", "sep-2575-server-no-log-without-loglevel"),
        ("server-stateless", "sep-2575-server-sends-tools-list-changed-on-subscription"),
        ("tasks-capability-negotiation", "sep-2663-server-rejects-undeclared-client"),
        ("tasks-capability-negotiation", "tasks-per-request-meta-opt-in"),
        # Skills are found by skills/list alone; the suite looks for their files in resources/list, too.
        ("sep-2640-skills-manifest", "sep-2640-skillmd-metadata-name"),
        ("sep-2640-skills-manifest", "sep-2640-skillmd-metadata-description"),
    },
}
# Scenarios that check nothing, and why.
EMPTY = {
    # The suite itself skips it until it listens where the notifications are sent now.
    "tasks-status-notifications",
}

# The folder of a scenario is called by its name and by when it ran.
SCENARIO = re.compile(r"server-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z")


def main(folder, name):
    excused, met = EXCUSED[name], set()
    problems, counts = [], Counter()
    scenarios = sorted(Path(folder).glob("*/checks.json"))
    assert scenarios, f"the suite wrote nothing to {folder}"
    for path in scenarios:
        scenario = SCENARIO.fullmatch(path.parent.name)[1]
        checks = json.loads(path.read_text())
        statuses = Counter(check["status"] for check in checks)
        counts += statuses
        judged = [check for check in checks if check["status"] in ("SUCCESS", "FAILURE", "WARNING")]
        if not judged and scenario not in EMPTY:
            problems.append(f"{scenario}: nothing was checked: {dict(statuses)}")
        for check in judged:
            key = (scenario, check["id"])
            if check["status"] == "SUCCESS":
                if key in excused:
                    problems.append(f"{scenario}: {check['id']} is excused and passed")
            elif key in excused:
                met.add(key)
            else:
                problems.append(f"{scenario}: {check['id']}: {check['status']}: {check.get('errorMessage')}")
    told = ", ".join(f"{n} {status.lower()}" for status, n in sorted(counts.items()) if status in ("SUCCESS", "FAILURE", "WARNING", "SKIPPED"))
    print(f"{name}: {len(scenarios)} scenarios: {told}; {len(met)} excused", flush=True)
    for problem in problems:
        print(f"  {problem}", file=sys.stderr)
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
