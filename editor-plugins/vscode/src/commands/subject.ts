/** What a command was called on: a line of a view, a file of the explorer or the editor, or nothing. */

import * as vscode from "vscode";
import { Line, type Subject } from "../views/tree";
import { tableOf } from "../workspace";

/** The subject of one kind, when the command was called on such a one. */
export function subjectOf<Kind extends Subject["kind"]>(target: unknown, kind: Kind): Extract<Subject, { kind: Kind }> | undefined {
  const subject = target instanceof Line ? target.subject : isSubject(target) ? target : undefined;
  return subject?.kind === kind ? (subject as Extract<Subject, { kind: Kind }>) : undefined;
}

/** The table that a command was called on: a line, a column's line, a file. */
export function tableTarget(target: unknown): string | undefined {
  if (target instanceof vscode.Uri) {
    return tableOf(target);
  }
  return subjectOf(target, "table")?.table ?? subjectOf(target, "column")?.table;
}

function isSubject(target: unknown): target is Subject {
  return typeof target === "object" && target !== null && "kind" in target && typeof target.kind === "string";
}
