/** Commands on jobs, runs and registered models. */

import * as vscode from "vscode";
import type { ModelVersion } from "../answers";
import { askName, pickModel, pickRun, pickVersion } from "../pick";
import { runAndShow } from "../show";
import type { Surface } from "../surface";
import type { Commands } from "./register";
import { subjectOf } from "./subject";

type Version = Pick<ModelVersion, "version"> & { readonly model: string };

export function modelCommands(surface: Surface): Commands {
  const { operations } = surface;
  const run = async (target: unknown, title: string): Promise<string | undefined> => subjectOf(target, "run")?.runId ?? (await pickRun(operations, title));
  const version = async (target: unknown, title: string): Promise<Version | undefined> => {
    const clicked = subjectOf(target, "version");
    if (clicked !== undefined) return clicked;
    const model = subjectOf(target, "model")?.model ?? (await pickModel(operations, title));
    const number = model === undefined ? undefined : await pickVersion(operations, model, title);
    return model === undefined || number === undefined ? undefined : { model, version: number };
  };

  return {
    "mlwright.cancelJob": async (target) => {
      const job = subjectOf(target, "job");
      if (job !== undefined) await runAndShow(surface, "cancel_job", { job_id: job.jobId }, "Cancelling the job");
    },
    "mlwright.showRun": async (target) => {
      const runId = await run(target, "Show which run?");
      if (runId !== undefined) await runAndShow(surface, "get_run", { run_id: runId }, "Reading the run");
    },
    "mlwright.showCard": async (target) => {
      const runId = await run(target, "Show the model card of which run?");
      if (runId === undefined) return;
      const { card } = ((await operations.run("get_run", { run_id: runId }, "Reading the run"))?.answer ?? {}) as { card?: string };
      try {
        if (card !== undefined) await surface.panels.report(card);
        else void vscode.window.showInformationMessage("This run has no model card; those of trainings that ended have one.");
      } catch (error) {
        operations.tell("show the model card", error);
      }
    },
    "mlwright.registerRun": async (target) => {
      const runId = await run(target, "Register the model of which run?");
      if (runId === undefined) return;
      const name = await askName("Register it as a version of which model?", "");
      if (name !== undefined) await runAndShow(surface, "register_model", { run_id: runId, name: name.trim() }, `Registering ${name}`);
    },
    "mlwright.explain": async (target) => {
      const clicked = subjectOf(target, "version");
      const runId = clicked === undefined ? await run(target, "Explain the model of which run?") : undefined;
      if (clicked === undefined && runId === undefined) return;
      const model = clicked === undefined ? `runs:/${runId ?? ""}/model` : `models:/${clicked.model}/${clicked.version}`;
      await runAndShow(surface, "explain_model", { model }, `Explaining ${model}`);
    },
    "mlwright.testModel": async (target) => {
      const chosen = await version(target, "Test which version?");
      if (chosen !== undefined) await runAndShow(surface, "test_model", { model: `models:/${chosen.model}/${chosen.version}` }, `Testing ${chosen.model} v${chosen.version}`);
    },
    "mlwright.makeChampion": async (target) => {
      const chosen = await version(target, "Make which version the champion?");
      if (chosen !== undefined) {
        await runAndShow(surface, "set_alias", { name: chosen.model, alias: "champion", version: chosen.version }, `The gate judges ${chosen.model} v${chosen.version}`);
      }
    },
  };
}
