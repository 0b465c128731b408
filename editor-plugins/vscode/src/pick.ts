/** Lets the user choose among what the workspace holds. Undefined: they chose nothing. */

import * as vscode from "vscode";
import type { Column, Endpoints, Model, Models, Runs, TableDescription, Tables } from "./answers";
import type { Operations } from "./operations";
import { readSnapshot } from "./snapshot";
import { ago, counted, score } from "./words";

const LISTED_MAX = 500;

interface Choice<Value> extends vscode.QuickPickItem {
  readonly value: Value;
}

async function pick<Value>(operations: Operations, title: string, choices: () => Promise<Choice<Value>[]>, none: string): Promise<Value | undefined> {
  try {
    const all = await choices();
    if (all.length === 0) {
      void vscode.window.showInformationMessage(none);
      return undefined;
    }
    return (await vscode.window.showQuickPick(all, { title, matchOnDescription: true }))?.value;
  } catch (error) {
    operations.tell(title, error);
    return undefined;
  }
}

export function pickTable(operations: Operations, title: string): Promise<string | undefined> {
  const choices = async (): Promise<Choice<string>[]> =>
    (await operations.ask<Tables>("list_tables", { limit: LISTED_MAX })).tables.map((table) => ({
      label: table.name,
      value: table.name,
      ...(table.n_rows === undefined ? {} : { description: counted(table.n_rows, "row") }),
    }));
  return pick(operations, title, choices, "There are no tables in this folder.");
}

/** Whether a column can be predicted: not one that only names rows, or is the same in all of them. */
export function isTarget(column: Column): boolean {
  return column.semantic !== "id" && column.semantic !== "constant";
}

/** A column that suits; with `without`, the first choice is to take none, which is null. */
export async function pickColumn(operations: Operations, table: string, title: string, suits: (column: Column) => boolean, without?: string): Promise<string | null | undefined> {
  const choices = async (): Promise<Choice<string | null>[]> => {
    const { columns } = await operations.ask<TableDescription>("describe_table", { table, limit: 200, sample_rows: 0 });
    const named = columns.filter(suits).map((column) => ({ label: column.name, description: column.semantic, value: column.name }));
    return without === undefined ? named : [{ label: without, value: null }, ...named];
  };
  return pick<string | null>(operations, title, choices, `There is no column in ${table} that suits.`);
}

export function pickRun(operations: Operations, title: string): Promise<string | undefined> {
  const choices = async (): Promise<Choice<string>[]> =>
    (await operations.ask<Runs>("list_runs", { limit: LISTED_MAX })).runs
      .filter((run) => run.status === "FINISHED")
      .map((run) => {
        const value = run.metric === undefined ? undefined : run.metrics[`test_${run.metric}`];
        return {
          label: run.run_name,
          description: [run.experiment, value === undefined ? undefined : `${run.metric ?? ""} ${score(value)}`, ago(run.start_time)].filter((word) => word !== undefined).join(" · "),
          value: run.run_id,
        };
      });
  return pick(operations, title, choices, "There are no finished runs. Train on a table first.");
}

export function pickModel(operations: Operations, title: string): Promise<string | undefined> {
  const choices = async (): Promise<Choice<string>[]> =>
    (await operations.ask<Models>("list_models")).models.map((model) => ({ label: model.name, description: model.target, value: model.name }));
  return pick(operations, title, choices, "There are no registered models. Register the model of a run first.");
}

export function pickVersion(operations: Operations, model: string, title: string): Promise<number | undefined> {
  const choices = async (): Promise<Choice<number>[]> =>
    (await operations.ask<Model>("get_model", { name: model })).versions.map((version) => ({
      label: `v${version.version}`,
      description: [...version.aliases.map((alias) => `@${alias}`), version.learner, ago(version.created)].join(" · "),
      value: version.version,
    }));
  return pick(operations, title, choices, `Model ${model} has no versions.`);
}

export function pickEndpoint(operations: Operations, title: string): Promise<string | undefined> {
  const choices = async (): Promise<Choice<string>[]> =>
    (await operations.ask<Endpoints>("list_endpoints")).endpoints
      .filter((endpoint) => endpoint.state !== "stopped")
      .map((endpoint) => ({ label: endpoint.name, description: endpoint.state, value: endpoint.name }));
  return pick(operations, title, choices, "There are no endpoints that could be stopped.");
}

export function pickMonitor(operations: Operations, title: string): Promise<string | undefined> {
  const choices = async (): Promise<Choice<string>[]> =>
    (await readSnapshot(operations)).monitors.map(({ name, lastCheck }) => ({ label: name, description: lastCheck === undefined ? "not checked yet" : `checked ${ago(lastCheck)}`, value: name }));
  return pick(operations, title, choices, "There are no monitors.");
}

/** A name of the user's; the engine says what is wrong with one it does not take. */
export function askName(title: string, value: string): Promise<string | undefined> {
  return Promise.resolve(vscode.window.showInputBox({ title, value, validateInput: (text) => (text.trim() === "" ? "A name is needed." : undefined) }));
}

