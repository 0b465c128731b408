/** Runs operations for the user: with progress that can be cancelled, errors with their hints, and answers shown for what they are. */

import * as vscode from "vscode";
import { OperationFailed, type Outcome } from "./operation";
import type { Origin, ProgressStep, Server } from "./server";

/** Operations whose run leaves the workspace as it was: after the others the views are loaded again. */
const ONLY_LOOK = new Set([
  "list_tables", "describe_table", "query", "list_jobs", "get_job", "list_runs", "get_run", "compare_runs", "list_models", "get_model",
  "list_endpoints", "lineage", "audit_log", "explain_model", "predict", "plot", "profile_table",
]);

/** What takes less time shows no progress. */
const SHOWN_AFTER_MS = 400;

export class Operations {
  private readonly done = new vscode.EventEmitter<string>();
  /** Fires after an operation that may have changed the workspace. */
  readonly onDidChange = this.done.event;

  constructor(
    private readonly server: Server,
    private readonly output: vscode.LogOutputChannel,
  ) {}

  /** Asks for something to be shown in a view: no progress, errors are the caller's. */
  async ask<Answer>(operation: string, input: object = {}): Promise<Answer> {
    return (await this.server.run(operation, input)).answer as Answer;
  }

  /** Runs what the user asked for; undefined when it was cancelled or failed, which the user was told. */
  async run(operation: string, input: unknown, title: string, origin?: Origin): Promise<Outcome | undefined> {
    this.output.info(`${operation} ${JSON.stringify(input)}`);
    try {
      return await this.runVisibly(operation, input, title, origin);
    } catch (error) {
      this.tell(operation, error);
      return undefined;
    } finally {
      if (!ONLY_LOOK.has(operation)) {
        this.done.fire(operation);
      }
    }
  }

  /** Runs it, and shows how far it is unless it is done at once. */
  private async runVisibly(operation: string, input: unknown, title: string, origin: Origin | undefined): Promise<Outcome> {
    const cancel = new vscode.CancellationTokenSource();
    let report: (step: ProgressStep) => void = () => undefined;
    let isDone = false;
    const running = this.server.run(operation, input, origin, { report: (step) => { report(step); } }, cancel.token).finally(() => {
      isDone = true;
    });
    const show = setTimeout(() => {
      if (isDone) return;
      void vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title, cancellable: true }, async (progress, token) => {
        report = (step) => {
          progress.report(step);
        };
        token.onCancellationRequested(() => {
          cancel.cancel();
        });
        // How it ended is told by whoever waits for it.
        await running.catch(() => undefined);
      });
    }, SHOWN_AFTER_MS);
    try {
      return await running;
    } finally {
      clearTimeout(show);
      cancel.dispose();
    }
  }

  /** Tells the user of an error; of a cancelled operation nothing, it was their wish. */
  tell(operation: string, error: unknown): void {
    if (error instanceof vscode.CancellationError) {
      this.output.info(`${operation} was cancelled`);
      return;
    }
    const message = error instanceof Error ? error.message : String(error);
    this.output.error(`${operation}: ${message}`);
    const code = error instanceof OperationFailed ? error.problem.code : undefined;
    if (code === "cancelled") {
      return;
    }
    void vscode.window.showErrorMessage(`mlwright: ${message}`, "Show the Log").then((choice) => {
      if (choice !== undefined) {
        this.output.show(true);
      }
    });
  }
}
