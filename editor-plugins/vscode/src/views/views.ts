/** The views and the status bar: shown again whenever something changed, whoever changed it. */

import * as vscode from "vscode";
import { Freshness } from "../freshness";
import type { Operations } from "../operations";
import type { Server } from "../server";
import { readSnapshot, type Snapshot } from "../snapshot";
import type { Status } from "../status";
import { endpointLines } from "./endpoints";
import { modelLines } from "./models";
import { monitorLines } from "./monitors";
import { runLines } from "./runs";
import { tableLines } from "./tables";
import { withoutFolders } from "../workspace";
import { Tree, type Line } from "./tree";

const DATABASE = ".mlwright/metadata.db";

/** What changes when somebody does something with mlwright; looking is recorded in it, too. */
const DATABASE_FILES = "**/.mlwright/metadata.db*";
/** Reports, settings without which nothing can be read, and data files that come and go. */
const OTHER_FILES = ["**/.mlwright/reports/*.html", "**/mlwright.toml", "**/*.{csv,tsv,parquet,ndjson,jsonl,arrow,feather}"];

export class Views implements vscode.Disposable {
  private readonly trees: readonly Tree[];
  private readonly freshness: Freshness;
  private readonly parts: vscode.Disposable[] = [];
  private shown: Snapshot | undefined;
  private trouble: Error | undefined;
  /** Something changed while nobody looked at the window. */
  private isStale = false;

  constructor(
    private readonly operations: Operations,
    private readonly server: Server,
    private readonly status: Status,
  ) {
    const shown = (lines: (snapshot: Snapshot) => Line[]) => (): Line[] => (this.shown === undefined ? [] : lines(this.shown));
    this.trees = [
      new Tree("mlwright.tables", shown((snapshot) => tableLines(operations, snapshot))),
      new Tree("mlwright.runs", shown(runLines)),
      new Tree("mlwright.models", shown((snapshot) => modelLines(operations, snapshot))),
      new Tree("mlwright.endpoints", shown(endpointLines)),
      new Tree("mlwright.monitors", shown((snapshot) => monitorLines(operations, snapshot))),
    ];
    this.freshness = new Freshness(() => this.load());
    const watch = (pattern: string, tell: () => void): void => {
      const watcher = vscode.workspace.createFileSystemWatcher(pattern);
      const changed = (): void => {
        if (vscode.window.state.focused) tell();
        else this.isStale = true;
      };
      this.parts.push(watcher, watcher.onDidCreate(changed), watcher.onDidChange(changed), watcher.onDidDelete(changed));
    };
    watch(DATABASE_FILES, () => {
      this.freshness.changed();
    });
    for (const pattern of OTHER_FILES) {
      watch(pattern, () => {
        this.freshness.touched();
      });
    }
    this.parts.push(
      operations.onDidChange(() => {
        this.refresh();
      }),
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused && this.isStale) this.refresh();
      }),
    );
  }

  /** Loads everything again now. */
  refresh(): void {
    this.isStale = false;
    this.freshness.refresh();
  }

  dispose(): void {
    this.freshness.stop();
    vscode.Disposable.from(...this.trees, ...this.parts).dispose();
  }

  /** Reads what the workspace holds, and shows it when it is something new. */
  private async load(): Promise<boolean> {
    const before = JSON.stringify([this.shown, String(this.trouble)]);
    try {
      this.shown = this.server.state === "running" ? await readSnapshot(this.operations) : undefined;
      this.trouble = undefined;
    } catch (error) {
      this.shown = undefined;
      this.trouble = error instanceof Error ? error : new Error(String(error));
    }
    if (JSON.stringify([this.shown, String(this.trouble)]) === before) {
      return false;
    }
    const trouble = this.trouble === undefined ? undefined : withoutFolders(this.trouble.message);
    this.status.update(this.shown, trouble);
    // What is wrong concerns all of them, and is said once.
    for (const [index, tree] of this.trees.entries()) {
      tree.refresh(index === 0 ? trouble : undefined);
    }
    const { nTables = 0, nRuns = 0, models = [], endpoints = [] } = this.shown ?? {};
    const contexts = { isRead: this.shown !== undefined, hasTables: nTables > 0, hasRuns: nRuns > 0, hasModels: models.length > 0, hasEndpoints: endpoints.length > 0 };
    for (const [context, holds] of Object.entries(contexts)) {
      void vscode.commands.executeCommand("setContext", `mlwright.${context}`, holds);
    }
    // Lenses tell of runs, models and endpoints as well, and the server hears of no change but those of files that hold text or data.
    this.server.tellChanged((vscode.workspace.workspaceFolders ?? []).map((folder) => vscode.Uri.joinPath(folder.uri, DATABASE)));
    return true;
  }
}
