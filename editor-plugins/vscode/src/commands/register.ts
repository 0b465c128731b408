/** Registers commands. */

import * as vscode from "vscode";

/** What each command does when it is called on a line, a file, or nothing. */
export type Commands = Readonly<Record<string, (target?: unknown) => unknown>>;

export function registerCommands(commands: Commands): vscode.Disposable {
  return vscode.Disposable.from(...Object.entries(commands).map(([name, does]) => vscode.commands.registerCommand(name, (target?: unknown) => does(target))));
}
