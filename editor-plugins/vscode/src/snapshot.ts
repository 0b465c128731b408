/** What the workspace holds, read at once: the views and the status bar show it. */

import type { AuditRecords, Endpoints, EndpointLine, JobLine, Jobs, ModelLine, Models, MonitorLine, RunLine, Runs, TableLine, Tables } from "./answers";
import type { Operations } from "./operations";

/** The most that is listed of each. */
const TABLES_MAX = 200;
const RUNS_MAX = 100;
const JOBS_MAX = 50;
const RECORDS_MAX = 1000;

export interface Snapshot {
  readonly tables: readonly TableLine[];
  readonly nTables: number;
  readonly jobs: readonly JobLine[];
  readonly runs: readonly RunLine[];
  readonly nRuns: number;
  readonly models: readonly ModelLine[];
  readonly endpoints: readonly EndpointLine[];
  readonly monitors: readonly MonitorLine[];
}

export async function readSnapshot(operations: Operations): Promise<Snapshot> {
  const [tables, jobs, runs, models, endpoints, monitors] = await Promise.all([
    operations.ask<Tables>("list_tables", { limit: TABLES_MAX }),
    operations.ask<Jobs>("list_jobs", { limit: JOBS_MAX }),
    operations.ask<Runs>("list_runs", { limit: RUNS_MAX }),
    operations.ask<Models>("list_models"),
    operations.ask<Endpoints>("list_endpoints"),
    readMonitors(operations),
  ]);
  return {
    tables: tables.tables,
    nTables: tables.n_tables,
    jobs: jobs.jobs.filter((job) => job.state === "running" || job.state === "queued"),
    runs: runs.runs,
    nRuns: runs.total,
    models: models.models,
    endpoints: endpoints.endpoints,
    monitors,
  };
}

/** Monitors by name. No operation lists them, but the audit has each that was made, none is ever removed, and it has their checks. */
async function readMonitors(operations: Operations): Promise<MonitorLine[]> {
  const [made, checked] = await Promise.all(
    ["create_monitor", "check_drift"].map(async (operation) => {
      const { records } = await operations.ask<AuditRecords>("audit_log", { filter: operation, limit: RECORDS_MAX });
      return records.filter((record) => record.operation === operation && record.outcome === "done" && record.subject !== undefined);
    }),
  );
  const names = [...new Set((made ?? []).map((record) => record.subject ?? ""))].sort();
  return names.map((name) => {
    // The newest come first.
    const last = checked?.find((record) => record.subject === name);
    return last === undefined ? { name } : { name, lastCheck: last.time };
  });
}
