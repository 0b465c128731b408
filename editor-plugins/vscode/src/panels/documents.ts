/** Answers in full, as documents that cannot be edited: the summary, then everything. */

import * as vscode from "vscode";
import type { Outcome } from "../operation";

const SCHEME = "mlwright-answer";
/** The most answers that are kept for documents that may be open. */
const KEPT_MAX = 50;

export class AnswerDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly answers = new Map<string, string>();
  private readonly registered = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;

  /** Shows an answer under a name; the same name shows the newest answer. */
  async show(name: string, { summary, answer }: Outcome): Promise<void> {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name.replaceAll("/", "_")}.md` });
    this.answers.delete(uri.path);
    this.answers.set(uri.path, `# ${name}\n\n${summary.trim()}\n\n\`\`\`json\n${JSON.stringify(answer, undefined, 2)}\n\`\`\`\n`);
    for (const oldest of [...this.answers.keys()].slice(0, -KEPT_MAX)) {
      this.answers.delete(oldest);
    }
    this.changed.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preview: true, preserveFocus: true });
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.answers.get(uri.path) ?? "";
  }

  dispose(): void {
    this.registered.dispose();
    this.changed.dispose();
  }
}
