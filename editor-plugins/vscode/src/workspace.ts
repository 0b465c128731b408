/** Files of the workspace that answers name by paths relative to it. */

import * as path from "node:path";
import * as vscode from "vscode";

/** Where a file that an answer names is: in the first folder that has it. */
export async function fileOf(relative: string): Promise<vscode.Uri> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  for (const folder of folders) {
    const file = vscode.Uri.joinPath(folder.uri, relative);
    if (await exists(file)) {
      return file;
    }
  }
  throw new Error(`there is no file "${relative}" in ${folders.length === 1 ? "the folder" : "any folder"} that is open`);
}

/** The name that operations take for a data file: its path within its folder. */
export function tableOf(file: vscode.Uri): string {
  return vscode.workspace.asRelativePath(file, false);
}

/** A text for people, with paths relative to the folders that are open. */
export function withoutFolders(text: string): string {
  return (vscode.workspace.workspaceFolders ?? []).reduce((shorter, folder) => shorter.replaceAll(`${folder.uri.fsPath}${path.sep}`, ""), text);
}

async function exists(file: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(file);
    return true;
  } catch {
    return false;
  }
}
