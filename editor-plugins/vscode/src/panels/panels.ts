/** Reports, charts and rows beside the code: one panel for each thing, shown again instead of opened twice. */

import * as path from "node:path";
import * as vscode from "vscode";
import type { Chart, Rows } from "../answers";
import { counted } from "../words";
import { fileOf } from "../workspace";
import { document, escaped, guarded } from "./html";

/** The largest report that is shown; the widest tables stay far below it. */
const REPORT_BYTES_MAX = 64 * 1024 * 1024;

export class Panels implements vscode.Disposable {
  private readonly open = new Map<string, vscode.WebviewPanel>();

  constructor(private readonly icon: vscode.Uri) {}

  /** Shows an HTML page that mlwright wrote, and shows it anew when it is written again. */
  async report(relative: string): Promise<void> {
    const file = await fileOf(relative);
    const key = `report:${file.toString()}`;
    const isWatched = this.open.has(key);
    const panel = this.panel(key, path.basename(relative), "mlwright.report");
    await load(panel, file);
    if (isWatched) {
      return;
    }
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(vscode.Uri.joinPath(file, ".."), path.basename(relative)));
    const again = (): void => {
      load(panel, file).catch(() => {
        // It is being written, or gone: what is shown stays.
      });
    };
    watcher.onDidChange(again);
    watcher.onDidCreate(again);
    panel.onDidDispose(() => {
      watcher.dispose();
    });
  }

  /** Shows a picture of one or two columns. */
  async chart(chart: Chart): Promise<void> {
    const bytes = await vscode.workspace.fs.readFile(await fileOf(chart.path));
    const picture = `<img alt="${escaped(chart.description)}" src="data:image/png;base64,${Buffer.from(bytes).toString("base64")}">`;
    const panel = this.panel(`chart:${chart.path}`, chart.title, "mlwright.chart");
    panel.webview.html = document(chart.title, `<h1>${escaped(chart.title)}</h1><p>${escaped(chart.description)}</p>${picture}`);
  }

  /** Shows rows that a query gave. */
  rows(title: string, rows: Rows): void {
    const panel = this.panel("rows", title, "mlwright.rows");
    panel.title = title;
    const shown = `${counted(rows.n_rows, "row")}${rows.truncated ? ", and more that are not shown" : ""}`;
    panel.webview.html = document(title, `<h1>${escaped(title)}</h1><p>${shown}</p>${tableOf(rows)}`);
  }

  dispose(): void {
    for (const panel of this.open.values()) {
      panel.dispose();
    }
  }

  private panel(key: string, title: string, type: string): vscode.WebviewPanel {
    const known = this.open.get(key);
    if (known !== undefined) {
      known.reveal(undefined, true);
      return known;
    }
    const made = vscode.window.createWebviewPanel(type, title, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true }, { enableScripts: false, enableForms: false, enableCommandUris: false, enableFindWidget: true, localResourceRoots: [] });
    made.iconPath = this.icon;
    this.open.set(key, made);
    made.onDidDispose(() => this.open.delete(key));
    return made;
  }
}

async function load(panel: vscode.WebviewPanel, file: vscode.Uri): Promise<void> {
  const { size } = await vscode.workspace.fs.stat(file);
  if (size > REPORT_BYTES_MAX) {
    throw new Error(`${path.basename(file.fsPath)} is larger than ${REPORT_BYTES_MAX / 1024 / 1024} MB; open it in a browser`);
  }
  const page = Buffer.from(await vscode.workspace.fs.readFile(file)).toString("utf8");
  const title = /<title>([^<]*)<\/title>/i.exec(page)?.[1];
  if (title !== undefined && title !== "") {
    panel.title = unescaped(title);
  }
  panel.webview.html = guarded(page);
}

function unescaped(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&");
}

function tableOf(rows: Rows): string {
  const head = rows.columns.map((column) => `<th>${escaped(column.name)}<small>${escaped(column.dtype)}</small></th>`).join("");
  const body = rows.rows.map((row) => `<tr>${rows.columns.map((column) => cell(row[column.name])).join("")}</tr>`).join("\n");
  return `<table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`;
}

function cell(value: unknown): string {
  if (value === null || value === undefined) {
    return `<td class="missing">missing</td>`;
  }
  if (typeof value === "number") {
    return `<td class="number">${value}</td>`;
  }
  return `<td>${escaped(typeof value === "string" ? value : JSON.stringify(value))}</td>`;
}
