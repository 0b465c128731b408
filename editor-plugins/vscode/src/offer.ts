/** Offers the profile of a data file when it is opened for the first time. */

import * as path from "node:path";
import * as vscode from "vscode";
import type { Server } from "./server";

const DATA_FILES = new Set([".csv", ".tsv", ".parquet", ".ndjson", ".jsonl", ".arrow", ".feather"]);
const OFFERED = "mlwright.profilesOffered";
/** The most files that are remembered as offered. */
const REMEMBERED_MAX = 500;

export function offerProfiles(context: vscode.ExtensionContext, server: Server): vscode.Disposable {
  // Tabs and not documents: a Parquet file is never a text document.
  return vscode.window.tabGroups.onDidChangeTabs(({ opened, changed }) => {
    for (const tab of [...opened, ...changed.filter((tab) => tab.isActive)]) {
      const file = fileOf(tab);
      if (file !== undefined) {
        void offer(context, server, file);
      }
    }
  });
}

function fileOf({ input }: vscode.Tab): vscode.Uri | undefined {
  const uri = input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom ? input.uri : undefined;
  return uri?.scheme === "file" && DATA_FILES.has(path.extname(uri.fsPath).toLowerCase()) ? uri : undefined;
}

async function offer(context: vscode.ExtensionContext, server: Server, file: vscode.Uri): Promise<void> {
  const settings = vscode.workspace.getConfiguration("mlwright");
  if (server.state !== "running" || !settings.get<boolean>("offerProfile", true) || vscode.workspace.getWorkspaceFolder(file) === undefined) {
    return;
  }
  const name = vscode.workspace.asRelativePath(file);
  const offered = context.workspaceState.get<string[]>(OFFERED, []);
  if (name.startsWith(".mlwright/") || offered.includes(name)) {
    return;
  }
  await context.workspaceState.update(OFFERED, [...offered, name].slice(-REMEMBERED_MAX));
  const choice = await vscode.window.showInformationMessage(`Profile ${name}? Every column is measured, and what matters for a model is ranked.`, "Profile", "Never Ask");
  if (choice === "Profile") {
    await vscode.commands.executeCommand("mlwright.profileTable", file);
  } else if (choice === "Never Ask") {
    await settings.update("offerProfile", false, vscode.ConfigurationTarget.Global);
  }
}
