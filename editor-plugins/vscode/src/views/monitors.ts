/** Monitors, when each was checked, and below each what it compares. */

import type { Lineage } from "../answers";
import type { Operations } from "../operations";
import type { Snapshot } from "../snapshot";
import { ago } from "../words";
import { detail, Line } from "./tree";

export function monitorLines(operations: Operations, { monitors }: Snapshot): Line[] {
  return monitors.map(
    ({ name, lastCheck }) =>
      new Line(
        name,
        { kind: "monitor", monitor: name },
        {
          id: `monitor:${name}`,
          icon: "pulse",
          description: lastCheck === undefined ? "not checked yet" : `checked ${ago(lastCheck)}`,
          context: lastCheck === undefined ? "monitor" : "monitor.checked",
        },
        () => loadWatched(operations, name),
      ),
  );
}

async function loadWatched(operations: Operations, monitor: string): Promise<Line[]> {
  const { upstream } = await operations.ask<Lineage>("lineage", { asset: `monitor:${monitor}` });
  return upstream.map((edge) => detail(edge.from, edge.relation, "table"));
}
