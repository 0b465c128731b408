/** Jobs that run now, then runs, the newest first. */

import type { JobLine, RunLine } from "../answers";
import type { Snapshot } from "../snapshot";
import { ago, score } from "../words";
import { detail, Line, more } from "./tree";

const RUN_ICONS: Readonly<Record<RunLine["status"], readonly [string, string]>> = {
  FINISHED: ["pass", "testing.iconPassed"],
  FAILED: ["error", "testing.iconFailed"],
  KILLED: ["circle-slash", "testing.iconSkipped"],
  RUNNING: ["sync~spin", "charts.blue"],
  SCHEDULED: ["clock", "charts.blue"],
};

/** How a run ended that has no model. */
const ENDED: Readonly<Partial<Record<RunLine["status"], string>>> = { FAILED: "failed", KILLED: "cancelled" };

export function runLines({ jobs, runs, nRuns }: Snapshot): Line[] {
  return [...jobs.map(jobLine), ...runs.filter((run) => run.status !== "RUNNING").map(runLine), ...more(nRuns - runs.length)];
}

function jobLine(job: JobLine): Line {
  return new Line(job.subject, { kind: "job", jobId: job.job_id }, { id: `job:${job.job_id}`, icon: "sync~spin", color: "charts.blue", description: `${job.kind} · ${job.state}` });
}

function runLine(run: RunLine): Line {
  const value = run.metric === undefined ? undefined : run.metrics[`test_${run.metric}`];
  const scored = run.metric !== undefined && value !== undefined ? `${run.metric} ${score(value)}` : undefined;
  const [icon, color] = RUN_ICONS[run.status];
  const lines = metricLines(run);
  return new Line(
    run.run_name,
    { kind: "run", runId: run.run_id },
    {
      id: `run:${run.run_id}`,
      icon,
      color,
      context: run.status === "FINISHED" ? "run.finished" : "run",
      description: [ENDED[run.status], scored, run.learner, ago(run.start_time)].filter((word) => word !== undefined && word !== "").join(" · "),
      tooltip: `${run.experiment}\n${run.run_id}`,
    },
    lines.length === 0 ? undefined : () => Promise.resolve(lines),
  );
}

/** What the test rows said, beside the baseline that a model has to beat. */
function metricLines(run: RunLine): Line[] {
  return Object.entries(run.metrics)
    .filter(([name]) => name.startsWith("test_"))
    .map(([name, value]) => {
      const baseline = run.metrics[`baseline_${name}`];
      return detail(name.slice("test_".length), baseline === undefined ? score(value) : `${score(value)} (baseline ${score(baseline)})`, "symbol-ruler");
    });
}
