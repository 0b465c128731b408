/** What the walkthrough's steps wait for, however it was reached; the views tell it of tables, runs and endpoints. */

import * as vscode from "vscode";

/** Languages in which columns are known. */
const CODE = new Set(["python", "sql"]);

export function reached(what: "hasProfile" | "hasCode"): void {
  void vscode.commands.executeCommand("setContext", `mlwright.${what}`, true);
}

/** Tells when code is open. */
export function watchForCode(): vscode.Disposable {
  const look = (editor: vscode.TextEditor | undefined): void => {
    if (editor !== undefined && CODE.has(editor.document.languageId)) reached("hasCode");
  };
  look(vscode.window.activeTextEditor);
  return vscode.window.onDidChangeActiveTextEditor(look);
}
