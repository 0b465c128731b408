/** A tree: its first level is given, what is below a line is loaded when the line is opened. */

import * as vscode from "vscode";

/** What a line of a tree stands for; commands take it from the line they were called on. */
export type Subject =
  | { readonly kind: "table"; readonly table: string; readonly isFile: boolean }
  | { readonly kind: "column"; readonly table: string; readonly column: string }
  | { readonly kind: "job"; readonly jobId: string }
  | { readonly kind: "run"; readonly runId: string }
  | { readonly kind: "model"; readonly model: string; readonly aliases: readonly string[] }
  | { readonly kind: "version"; readonly model: string; readonly version: number }
  | { readonly kind: "endpoint"; readonly endpoint: string; readonly url: string | undefined }
  | { readonly kind: "monitor"; readonly monitor: string }
  | { readonly kind: "detail" };

export class Line extends vscode.TreeItem {
  constructor(
    label: string,
    readonly subject: Subject,
    look: { id?: string; description?: string; icon: string; color?: string; tooltip?: string | vscode.MarkdownString; context?: string; command?: vscode.Command },
    readonly children?: (() => Promise<Line[]>) | undefined,
  ) {
    super(label, children === undefined ? vscode.TreeItemCollapsibleState.None : vscode.TreeItemCollapsibleState.Collapsed);
    this.iconPath = new vscode.ThemeIcon(look.icon, look.color === undefined ? undefined : new vscode.ThemeColor(look.color));
    this.contextValue = `mlwright.${look.context ?? subject.kind}`;
    if (look.id !== undefined) this.id = look.id;
    if (look.description !== undefined) this.description = look.description;
    if (look.tooltip !== undefined) this.tooltip = look.tooltip;
    if (look.command !== undefined) this.command = look.command;
  }
}

export class Tree implements vscode.TreeDataProvider<Line>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  private readonly view: vscode.TreeView<Line>;
  readonly onDidChangeTreeData = this.changed.event;

  constructor(
    id: string,
    private readonly lines: () => Line[],
  ) {
    this.view = vscode.window.createTreeView(id, { treeDataProvider: this, showCollapseAll: true });
  }

  /** Shows it again, below a text where there is something to say. */
  refresh(text = ""): void {
    // The empty text takes away the one before.
    this.view.message = text;
    this.changed.fire(undefined);
  }

  getTreeItem(line: Line): Line {
    return line;
  }

  async getChildren(line?: Line): Promise<Line[]> {
    try {
      return line === undefined ? this.lines() : ((await line.children?.()) ?? []);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return [new Line(message, { kind: "detail" }, { icon: "error", color: "list.errorForeground", tooltip: message })];
    }
  }

  dispose(): void {
    this.view.dispose();
    this.changed.dispose();
  }
}

/** A line that only says something about the one above it. */
export function detail(label: string, description: string, icon = "symbol-field"): Line {
  return new Line(label, { kind: "detail" }, { icon, description });
}

/** The last line of a list that is longer than what is shown. */
export function more(count: number): Line[] {
  return count > 0 ? [new Line(`${count} more`, { kind: "detail" }, { icon: "ellipsis" })] : [];
}
