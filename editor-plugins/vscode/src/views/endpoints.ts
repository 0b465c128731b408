/** Endpoints and whether they answer. */

import type { EndpointLine } from "../answers";
import type { Snapshot } from "../snapshot";
import { Line } from "./tree";

const ICONS: Readonly<Record<EndpointLine["state"], readonly [string, string]>> = {
  serving: ["pass-filled", "testing.iconPassed"],
  starting: ["sync~spin", "charts.blue"],
  down: ["error", "testing.iconFailed"],
  stopped: ["circle-slash", "testing.iconSkipped"],
};

export function endpointLines({ endpoints }: Snapshot): Line[] {
  return endpoints.map((endpoint) => {
    const [icon, color] = ICONS[endpoint.state];
    return new Line(
      endpoint.name,
      { kind: "endpoint", endpoint: endpoint.name, url: endpoint.url },
      {
        id: `endpoint:${endpoint.name}`,
        icon,
        color,
        context: endpoint.state === "stopped" ? "endpoint.stopped" : "endpoint.deployed",
        description: [endpoint.state, endpoint.model ?? endpoint.asked].filter((word) => word !== undefined).join(" · "),
        tooltip: endpoint.url ?? endpoint.state,
      },
    );
  });
}
