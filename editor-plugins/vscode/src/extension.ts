/**
 * mlwright in VS Code: a thin client. What code means, what an operation does and what it answers is known to the program alone; here it
 * is started, asked and shown. Start reading with `server.ts`, then `operations.ts`.
 */

import * as vscode from "vscode";
import { generalCommands } from "./commands/general";
import { modelCommands } from "./commands/models";
import { registerCommands } from "./commands/register";
import { servingCommands } from "./commands/serving";
import { tableCommands } from "./commands/tables";
import { provideMcpServers } from "./mcp";
import { offerProfiles } from "./offer";
import { Operations } from "./operations";
import { AnswerDocuments } from "./panels/documents";
import { Panels } from "./panels/panels";
import { Server, type ServerState } from "./server";
import { runAndShow } from "./show";
import { Status } from "./status";
import type { Surface } from "./surface";
import { Views } from "./views/views";
import { watchForCode } from "./walkthrough";

let running: Server | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const output = vscode.window.createOutputChannel("mlwright", { log: true });
  const server = new Server(context.extensionUri, output, (operation, input, origin) => runAndShow(surface, operation, input, undefined, origin));
  running = server;
  const operations = new Operations(server, output);
  const surface: Surface = {
    operations,
    panels: new Panels(vscode.Uri.joinPath(context.extensionUri, "media", "mlwright.svg")),
    documents: new AnswerDocuments(),
  };
  const status = new Status(server);
  const views = new Views(operations, server, status);
  const refresh = (): void => {
    views.refresh();
  };

  context.subscriptions.push(
    output,
    server,
    surface.panels,
    surface.documents,
    status,
    views,
    registerCommands(tableCommands(surface)),
    registerCommands(modelCommands(surface)),
    registerCommands(servingCommands(surface)),
    registerCommands(generalCommands(surface, server, output, refresh)),
    provideMcpServers(context.extension, output),
    offerProfiles(context, server),
    watchForCode(),
    server.onDidChangeState((state) => {
      void vscode.commands.executeCommand("setContext", "mlwright.serverState", state);
      status.draw();
      tellTrouble(state, server);
      refresh();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => server.restart()),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("mlwright.path") || event.affectsConfiguration("mlwright.inlineCompletion")) void server.restart();
      if (event.affectsConfiguration("mlwright.statusBar")) status.draw();
    }),
  );
  void server.restart();
}

export async function deactivate(): Promise<void> {
  await running?.stop();
}

/** Tells the user what keeps the server from running, with the way out as buttons. */
function tellTrouble(state: ServerState, server: Server): void {
  if (state === "missing") {
    void vscode.window.showErrorMessage(`${server.trouble}. Install it (“make install” in its sources), or say where it is.`, "Set Its Path", "Look Again").then((choice) => {
      if (choice === "Set Its Path") void vscode.commands.executeCommand("workbench.action.openSettings", "mlwright.path");
      if (choice === "Look Again") void server.restart();
    });
  } else if (state === "failed") {
    void vscode.window.showErrorMessage(`mlwright: ${server.trouble}.`, "Show the Log", "Restart").then((choice) => {
      if (choice === "Show the Log") void vscode.commands.executeCommand("mlwright.showOutput");
      if (choice === "Restart") void server.restart();
    });
  }
}
