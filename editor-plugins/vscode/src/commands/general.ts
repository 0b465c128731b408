/** Commands that belong to no stage: reports, lineage, any operation, the server. */

import * as vscode from "vscode";
import { pickTable } from "../pick";
import type { Server } from "../server";
import { runAndShow } from "../show";
import type { Surface } from "../surface";
import { ago } from "../words";
import { Line } from "../views/tree";
import type { Commands } from "./register";
import { subjectOf, tableTarget } from "./subject";

/** The most reports that are offered, the newest first. */
const REPORTS_MAX = 200;
const REPORTS = ".mlwright/reports";

export function generalCommands(surface: Surface, server: Server, output: vscode.LogOutputChannel, refresh: () => void): Commands {
  return {
    "mlwright.openReport": async (target) => {
      try {
        const monitor = subjectOf(target, "monitor")?.monitor;
        const report = monitor === undefined ? await pickReport() : (await reports()).find((found) => found.label.startsWith(`drift-${monitor}-2`))?.report;
        if (report !== undefined) await surface.panels.report(report);
      } catch (error) {
        surface.operations.tell("open report", error);
      }
    },
    "mlwright.showLineage": async (target) => {
      const asset = assetOf(target) ?? (await pickTable(surface.operations, "Show the lineage of which table?").then((table) => (table === undefined ? undefined : `table:${table}`)));
      if (asset !== undefined) await runAndShow(surface, "lineage", { asset }, `Tracing ${asset}`);
    },
    "mlwright.runOperation": async () => {
      const operation = await vscode.window.showQuickPick([...server.operations], { title: "Run which operation?" });
      if (operation === undefined) return;
      const text = await vscode.window.showInputBox({ title: `${operation}: its input, as JSON`, value: "{}", prompt: "docs/operations.md of mlwright lists the fields", validateInput: wrongJson });
      if (text !== undefined) await runAndShow(surface, operation, JSON.parse(text));
    },
    "mlwright.refresh": refresh,
    "mlwright.restartServer": () => server.restart(),
    "mlwright.showOutput": () => {
      output.show();
    },
    "mlwright.showMenu": showMenu,
    "mlwright.openWalkthrough": () => vscode.commands.executeCommand("workbench.action.openWalkthrough", "mlwright.mlwright#start", false),
  };
}

interface Report {
  readonly label: string;
  readonly description: string;
  readonly time: number;
  readonly report: string;
}

/** The reports of the folders that are open, the newest first. */
async function reports(): Promise<Report[]> {
  const found: Report[] = [];
  for (const folder of vscode.workspace.workspaceFolders ?? []) {
    const reports = vscode.Uri.joinPath(folder.uri, REPORTS);
    for (const [name, type] of await filesIn(reports)) {
      if (type === vscode.FileType.File && name.endsWith(".html")) {
        const { mtime } = await vscode.workspace.fs.stat(vscode.Uri.joinPath(reports, name));
        found.push({ label: name.replace(/\.html$/, ""), description: ago(new Date(mtime).toISOString()), time: mtime, report: `${REPORTS}/${name}` });
      }
    }
  }
  return found.sort((a, b) => b.time - a.time);
}

async function pickReport(): Promise<string | undefined> {
  const found = await reports();
  if (found.length === 0) {
    void vscode.window.showInformationMessage("There are no reports yet. Profile a table first.");
    return undefined;
  }
  return (await vscode.window.showQuickPick(found.slice(0, REPORTS_MAX), { title: "Open which report?" }))?.report;
}

async function filesIn(folder: vscode.Uri): Promise<[string, vscode.FileType][]> {
  try {
    return await vscode.workspace.fs.readDirectory(folder);
  } catch {
    // No report was ever written here.
    return [];
  }
}

function wrongJson(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? undefined : "An object in braces is expected.";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** How lineage names what a command was called on. */
function assetOf(target: unknown): string | undefined {
  const table = tableTarget(target);
  if (table !== undefined) return `table:${table}`;
  if (!(target instanceof Line)) return undefined;
  const { subject } = target;
  switch (subject.kind) {
    case "run":
      return `run:${subject.runId}`;
    case "model":
      return `model:${subject.model}`;
    case "version":
      return `model:${subject.model}/${subject.version}`;
    case "endpoint":
      return `endpoint:${subject.endpoint}`;
    case "monitor":
      return `monitor:${subject.monitor}`;
    default:
      return undefined;
  }
}

async function showMenu(): Promise<void> {
  const entries = [
    { label: "$(graph) Profile a table", command: "mlwright.profileTable" },
    { label: "$(play) Train on a table", command: "mlwright.trainModel" },
    { label: "$(open-preview) Open a report", command: "mlwright.openReport" },
    { label: "$(list-tree) Show the views", command: "workbench.view.extension.mlwright" },
    { label: "$(debug-restart) Restart the language server", command: "mlwright.restartServer" },
    { label: "$(output) Show the log", command: "mlwright.showOutput" },
    { label: "$(gear) Settings", command: "workbench.action.openSettings", argument: "@ext:mlwright.mlwright" },
  ];
  const chosen = await vscode.window.showQuickPick(entries, { title: "mlwright" });
  if (chosen !== undefined) {
    await vscode.commands.executeCommand(chosen.command, ...(chosen.argument === undefined ? [] : [chosen.argument]));
  }
}
