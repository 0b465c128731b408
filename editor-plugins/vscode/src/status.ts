/** The status bar: how the server stands, and what the workspace holds. */

import * as vscode from "vscode";
import type { Snapshot } from "./snapshot";
import type { Server } from "./server";
import { counted } from "./words";

export class Status implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("mlwright.status", vscode.StatusBarAlignment.Left, -10);
  private snapshot: Snapshot | undefined;
  private trouble: string | undefined;

  constructor(private readonly server: Server) {
    this.item.name = "mlwright";
    this.item.command = "mlwright.showMenu";
    this.draw();
  }

  /** What the workspace holds now; undefined when that is not known, with the reason if something is wrong. */
  update(snapshot: Snapshot | undefined, trouble?: string): void {
    this.snapshot = snapshot;
    this.trouble = trouble;
    this.draw();
  }

  draw(): void {
    if (!vscode.workspace.getConfiguration("mlwright").get<boolean>("statusBar.enabled", true)) {
      this.item.hide();
      return;
    }
    const { text, tooltip, isWrong } = this.look();
    this.item.text = text;
    this.item.tooltip = tooltip;
    this.item.accessibilityInformation = { label: `mlwright: ${tooltip}` };
    this.item.backgroundColor = isWrong ? new vscode.ThemeColor("statusBarItem.errorBackground") : undefined;
    this.item.show();
  }

  dispose(): void {
    this.item.dispose();
  }

  private look(): { text: string; tooltip: string; isWrong: boolean } {
    switch (this.server.state) {
      case "untrusted":
        return { text: "$(shield) mlwright", tooltip: "Nothing runs until the folder is trusted", isWrong: false };
      case "starting":
        return { text: "$(sync~spin) mlwright", tooltip: "The language server starts", isWrong: false };
      case "missing":
      case "failed":
        return { text: "$(error) mlwright", tooltip: this.server.trouble, isWrong: true };
      case "stopped":
        return { text: "$(circle-slash) mlwright", tooltip: "The language server is stopped", isWrong: false };
      case "running":
        return this.holdings();
    }
  }

  private holdings(): { text: string; tooltip: string; isWrong: boolean } {
    if (this.trouble !== undefined) {
      return { text: "$(error) mlwright", tooltip: this.trouble, isWrong: true };
    }
    if (this.snapshot === undefined) {
      return { text: "$(graph-line) mlwright", tooltip: "The language server runs", isWrong: false };
    }
    const { nTables, nRuns, models, endpoints, jobs } = this.snapshot;
    const parts = [counted(nTables, "table"), counted(nRuns, "run"), counted(models.length, "model"), counted(endpoints.length, "endpoint")];
    const isServing = endpoints.some((endpoint) => endpoint.state === "serving");
    const icon = jobs.length > 0 ? "sync~spin" : isServing ? "pass" : "graph-line";
    const doing = jobs.map((job) => `${job.kind}: ${job.subject}`);
    const counts = [["table", nTables], ["beaker", nRuns], ["package", models.length], ["rocket", endpoints.length]] as const;
    const text = counts.filter(([, count]) => count > 0).map(([of, count]) => `$(${of}) ${count}`);
    return { text: [`$(${icon}) mlwright`, ...text].join("  "), tooltip: [parts.join(", "), ...doing].join("\n"), isWrong: false };
  }
}
