/** Commands on endpoints and monitors. */

import * as vscode from "vscode";
import { askName, pickEndpoint, pickModel, pickMonitor, pickTable } from "../pick";
import { runAndShow } from "../show";
import type { Surface } from "../surface";
import type { Commands } from "./register";
import { subjectOf } from "./subject";

export function servingCommands(surface: Surface): Commands {
  const { operations } = surface;
  return {
    "mlwright.deployModel": async (target) => {
      const version = subjectOf(target, "version");
      const name = version?.model ?? subjectOf(target, "model")?.model ?? (await pickModel(operations, "Deploy which model?"));
      if (name === undefined) return;
      const endpoint = await askName("Deploy it to which endpoint?", name);
      if (endpoint === undefined) return;
      const model = version === undefined ? `models:/${name}@champion` : `models:/${name}/${version.version}`;
      await runAndShow(surface, "deploy_endpoint", { endpoint: endpoint.trim(), model }, `Deploying ${model}`);
    },
    "mlwright.stopEndpoint": async (target) => {
      const endpoint = subjectOf(target, "endpoint")?.endpoint ?? (await pickEndpoint(operations, "Stop which endpoint?"));
      if (endpoint === undefined) return;
      const choice = await vscode.window.showWarningMessage(`Stop endpoint ${endpoint}?`, { modal: true, detail: "Every request to it fails from then on. What it answered so far stays." }, "Stop");
      if (choice !== undefined) await runAndShow(surface, "stop_endpoint", { endpoint, confirm: true }, `Stopping ${endpoint}`);
    },
    "mlwright.copyEndpointUrl": async (target) => {
      const url = subjectOf(target, "endpoint")?.url;
      if (url === undefined) {
        void vscode.window.showInformationMessage("The endpoint has no address while no server runs.");
        return;
      }
      await vscode.env.clipboard.writeText(url);
    },
    "mlwright.createMonitor": async (target) => {
      const baseline = subjectOf(target, "table")?.table ?? (await pickTable(operations, "Which table shows how things should be?"));
      if (baseline === undefined) return;
      const current = await pickTable(operations, `Compare what with ${baseline}?`);
      if (current === undefined) return;
      const name = await askName("The monitor's name", `${stem(current)}-drift`);
      if (name !== undefined) await runAndShow(surface, "create_monitor", { name: name.trim(), baseline, current }, `Setting up ${name}`);
    },
    "mlwright.checkMonitor": async (target) => {
      const monitor = subjectOf(target, "monitor")?.monitor ?? (await pickMonitor(operations, "Check which monitor?"));
      if (monitor !== undefined) await runAndShow(surface, "check_drift", { monitor }, `Checking ${monitor}`);
    },
  };
}

/** A table's name without its folder and ending. */
function stem(table: string): string {
  return table.replace(/^.*\//, "").replace(/\.[^.]*$/, "");
}
