/** Commands on tables: profile, plot, look at, train on. */

import type { Rows } from "../answers";
import { isTarget, pickColumn, pickTable } from "../pick";
import { runAndShow } from "../show";
import type { Surface } from "../surface";
import * as vscode from "vscode";
import { subjectOf, tableTarget } from "./subject";
import type { Commands } from "./register";

/** Rows that a first look shows. */
const FIRST_ROWS = 100;

const CHART_KINDS = [
  { label: "histogram", description: "the values of one column", x: true, y: false },
  { label: "bar", description: "how often each label occurs", x: true, y: false },
  { label: "box", description: "quartiles of one column", x: false, y: true },
  { label: "scatter", description: "two columns", x: true, y: true },
  { label: "line", description: "the mean of one column along another", x: true, y: true },
  { label: "heatmap", description: "correlations of all numeric columns", x: false, y: false },
] as const;

export function tableCommands(surface: Surface): Commands {
  const { operations } = surface;
  const table = async (target: unknown, title: string): Promise<string | undefined> => tableTarget(target) ?? (await pickTable(operations, title));

  return {
    "mlwright.profileTable": async (target) => {
      const name = await table(target, "Profile which table?");
      if (name === undefined) return;
      const column = await pickColumn(operations, name, `Profile ${name} towards which column?`, isTarget, "No target: describe the table alone");
      if (column === undefined) return;
      await runAndShow(surface, "profile_table", column === null ? { table: name } : { table: name, target: column }, `Profiling ${name}`);
    },
    "mlwright.plotTable": async (target) => {
      const name = await table(target, "Plot which table?");
      if (name === undefined) return;
      const kind = await vscode.window.showQuickPick([...CHART_KINDS], { title: `Draw ${name} as` });
      if (kind === undefined) return;
      const input: Record<string, string> = { table: name, kind: kind.label };
      const clicked = subjectOf(target, "column")?.column;
      for (const axis of ["x", "y"] as const) {
        if (!kind[axis]) continue;
        const isFirst = input.x === undefined && input.y === undefined;
        const column = clicked !== undefined && isFirst ? clicked : await pickColumn(operations, name, `Column along ${axis}`, () => true);
        if (typeof column !== "string") return;
        input[axis] = column;
      }
      await runAndShow(surface, "plot", input, `Drawing ${name}`);
    },
    "mlwright.showRows": async (target) => {
      const name = await table(target, "Show the rows of which table?");
      if (name === undefined) return;
      const rows = await operations.run("query", { sql: `SELECT * FROM '${name.replaceAll("'", "''")}'`, limit: FIRST_ROWS }, `Reading ${name}`);
      if (rows !== undefined) surface.panels.rows(name, rows.answer as Rows);
    },
    "mlwright.trainModel": async (target) => {
      const name = await table(target, "Train on which table?");
      if (name === undefined) return;
      const column = subjectOf(target, "column")?.column ?? (await pickColumn(operations, name, `Predict which column of ${name}?`, isTarget));
      if (typeof column !== "string") return;
      await runAndShow(surface, "train", { table: name, target: column }, `Training on ${name} to predict ${column}`);
    },
  };
}
