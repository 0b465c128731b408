/** Shows what an operation answered, whoever asked for it: a view, a lens, a code action. */

import * as vscode from "vscode";
import type { AliasMove, Chart, Drift, Profile, Rows, Training, WithReport } from "./answers";
import { capitalized } from "./operation";
import type { Origin } from "./server";
import type { Surface } from "./surface";
import { reached } from "./walkthrough";
import { counted, score } from "./words";

type Show = (surface: Surface, answer: unknown, input: unknown) => Promise<void>;

/** Runs an operation and shows its answer; undefined when it was cancelled or failed. */
export async function runAndShow(surface: Surface, operation: string, input: unknown, title = titleOf(operation, input), origin?: Origin): Promise<unknown> {
  const outcome = await surface.operations.run(operation, input, title, origin);
  if (outcome !== undefined) {
    try {
      const show = SHOWN[operation];
      await (show === undefined ? surface.documents.show(operation.replaceAll("_", " "), outcome) : show(surface, outcome.answer, input));
    } catch (error) {
      surface.operations.tell(operation, error);
    }
  }
  return outcome?.answer;
}

/** What an operation does in words, and to what: `profile_table` reads “Profile table · telco.csv”. */
function titleOf(operation: string, input: unknown): string {
  const { table, monitor, endpoint, model, name } = input as Readonly<Record<string, unknown>>;
  const subject = [table, monitor, endpoint, model, name].find((value) => typeof value === "string");
  return [capitalized(operation.replaceAll("_", " ")), ...(subject === undefined ? [] : [subject])].join(" · ");
}

const SHOWN: Readonly<Record<string, Show>> = {
  profile_table: async ({ panels }, answer) => {
    const { name, report, findings } = answer as Profile;
    reached("hasProfile");
    if (report !== undefined) {
      await panels.report(report);
    }
    const warnings = findings.filter((finding) => finding.severity !== "note").length;
    vscode.window.setStatusBarMessage(`${name}: ${counted(findings.length, "finding")}, ${counted(warnings, "warning")}`, 10_000);
  },
  plot: ({ panels }, answer) => panels.chart(answer as Chart),
  query: ({ panels }, answer) => {
    panels.rows("Rows", answer as Rows);
    return Promise.resolve();
  },
  train: showTraining,
  check_drift: async ({ panels }, answer) => {
    const { drifted, columns, report } = answer as Drift & WithReport;
    if (report !== undefined) {
      await panels.report(report);
    }
    const compared = counted(columns.length, "column");
    if (drifted.length === 0) {
      void vscode.window.showInformationMessage(`No drift in ${compared}.`);
    } else {
      void vscode.window.showWarningMessage(`${drifted.length} of ${compared} drifted: ${drifted.slice(0, 5).join(", ")}${drifted.length > 5 ? ", …" : ""}.`);
    }
  },
  register_model: async (surface, answer) => {
    const { model_uri: uri, name, version } = answer as { model_uri: string; name: string; version: number };
    const choice = await vscode.window.showInformationMessage(`Registered as ${uri}.`, "Make It the Champion");
    if (choice !== undefined) {
      await runAndShow(surface, "set_alias", { name, alias: "champion", version });
    }
  },
  set_alias: async (surface, answer, input) => {
    const { alias_uri: uri, moved, already_there: alreadyThere, checks } = answer as AliasMove;
    if (moved || alreadyThere) {
      const choice = await vscode.window.showInformationMessage(`${uri} is version ${(input as { version: number }).version}.`, "Deploy It");
      if (choice !== undefined) {
        await runAndShow(surface, "deploy_endpoint", { endpoint: (input as { name: string }).name, model: uri });
      }
      return;
    }
    const refused = checks.filter((check) => !check.passed).map((check) => check.reason);
    void vscode.window.showWarningMessage(`The gate refused ${uri}: ${refused.join("; ")}.`);
  },
  deploy_endpoint: async (_, answer) => {
    const { name, model, url } = answer as { name: string; model?: string; url?: string };
    const choice = await vscode.window.showInformationMessage(`Endpoint ${name} answers with ${model ?? "its model"}.`, ...(url === undefined ? [] : ["Copy the Address"]));
    if (choice !== undefined && url !== undefined) {
      await vscode.env.clipboard.writeText(url);
    }
  },
  stop_endpoint: () => Promise.resolve(),
  cancel_job: () => Promise.resolve(),
  create_monitor: async (surface, answer) => {
    const { name } = answer as { name: string };
    const choice = await vscode.window.showInformationMessage(`Monitor ${name} is set up.`, "Check Now");
    if (choice !== undefined) {
      await runAndShow(surface, "check_drift", { monitor: name });
    }
  },
};

async function showTraining(surface: Surface, answer: unknown): Promise<void> {
  const { result, job } = answer as Training;
  if (result === undefined) {
    void vscode.window.showInformationMessage(`The training goes on as job ${job.job_id}; the Runs view shows it, and its run when it is done.`);
    return;
  }
  const value = result.test_metrics?.[result.metric];
  const scored = value === undefined ? "" : `, ${result.metric} ${score(value)} on the test rows`;
  const choice = await vscode.window.showInformationMessage(`${result.best_learner} predicts ${result.target}${scored}.`, ...(result.card === undefined ? [] : ["Model Card"]), "Register", "Details");
  if (choice === "Model Card" && result.card !== undefined) {
    await surface.panels.report(result.card);
  } else if (choice === "Details") {
    await runAndShow(surface, "get_run", { run_id: result.run_id });
  } else if (choice === "Register") {
    await vscode.commands.executeCommand("mlwright.registerRun", { kind: "run", runId: result.run_id });
  }
}
