/** Where the program `mlwright` is: the user's setting, else beside the extension, else on PATH. */

import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { homedir } from "node:os";
import * as path from "node:path";
import * as vscode from "vscode";

export interface Program {
  readonly file: string;
  readonly from: "setting" | "extension" | "path";
}

/** Says why there is no program, in words for the user. */
export class ProgramMissing extends Error {}

const FILE_NAME = process.platform === "win32" ? "mlwright.exe" : "mlwright";

/**
 * The program to start. VS Code itself leaves a workspace's value of `mlwright.path` out where the workspace is not trusted; callers
 * start nothing there anyway.
 *
 * @throws {ProgramMissing} when there is none, or the setting names none.
 */
export async function findProgram(extension: vscode.Uri): Promise<Program> {
  const setting = vscode.workspace.getConfiguration("mlwright").get("path", "").trim();
  if (setting !== "") {
    const file = expand(setting);
    if (!path.isAbsolute(file)) {
      throw new ProgramMissing(`mlwright.path is "${setting}", which is not an absolute path`);
    }
    if (!(await isProgram(file))) {
      throw new ProgramMissing(`mlwright.path names "${file}", where there is no program`);
    }
    return { file, from: "setting" };
  }
  const bundled = vscode.Uri.joinPath(extension, "bin", FILE_NAME).fsPath;
  if (await isProgram(bundled)) {
    return { file: bundled, from: "extension" };
  }
  const onPath = await findOnPath();
  if (onPath !== undefined) {
    return { file: onPath, from: "path" };
  }
  throw new ProgramMissing("mlwright was not found: it did not come with the extension and is not on PATH");
}

function expand(setting: string): string {
  if (setting === "~" || setting.startsWith("~/") || setting.startsWith("~\\")) {
    return path.join(homedir(), setting.slice(1));
  }
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  return folder === undefined ? setting : setting.replaceAll("${workspaceFolder}", folder);
}

async function findOnPath(): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? "").split(path.delimiter)) {
    // A relative folder would be looked for in whatever folder is open.
    if (path.isAbsolute(folder)) {
      const file = path.join(folder, FILE_NAME);
      if (await isProgram(file)) {
        return file;
      }
    }
  }
  return undefined;
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
