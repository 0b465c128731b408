/** Gives the operations to the editor's agent: one MCP server for each folder that is open. */

import * as vscode from "vscode";
import { findProgram, ProgramMissing } from "./program";

const PROVIDER = "mlwright.operations";
/** Where `mlwright install vscode`, or the user, names servers of this folder. */
const FOLDER_SERVERS = ".vscode/mcp.json";

export function provideMcpServers(extension: vscode.Extension<unknown>, output: vscode.LogOutputChannel): vscode.Disposable {
  // Editors built from VS Code may not have it.
  const lm = vscode.lm as typeof vscode.lm | undefined;
  if (typeof lm?.registerMcpServerDefinitionProvider !== "function") {
    output.info("this editor takes no MCP servers from extensions");
    return new vscode.Disposable(() => undefined);
  }
  const changed = new vscode.EventEmitter<void>();
  const watcher = vscode.workspace.createFileSystemWatcher(`**/${FOLDER_SERVERS}`);
  const fire = (): void => {
    changed.fire();
  };
  const version = (extension.packageJSON as { version: string }).version;
  return vscode.Disposable.from(
    lm.registerMcpServerDefinitionProvider(PROVIDER, { onDidChangeMcpServerDefinitions: changed.event, provideMcpServerDefinitions: () => definitions(extension.extensionUri, version, output) }),
    vscode.workspace.onDidGrantWorkspaceTrust(fire),
    vscode.workspace.onDidChangeWorkspaceFolders(fire),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("mlwright.path") || event.affectsConfiguration("mlwright.mcp")) fire();
    }),
    watcher,
    watcher.onDidCreate(fire),
    watcher.onDidChange(fire),
    watcher.onDidDelete(fire),
    changed,
  );
}

async function definitions(extension: vscode.Uri, version: string, output: vscode.LogOutputChannel): Promise<vscode.McpStdioServerDefinition[]> {
  if (!vscode.workspace.isTrusted || !vscode.workspace.getConfiguration("mlwright").get<boolean>("mcp.enabled", true)) {
    return [];
  }
  const folders = (vscode.workspace.workspaceFolders ?? []).filter((folder) => folder.uri.scheme === "file");
  try {
    const { file } = await findProgram(extension);
    const found: vscode.McpStdioServerDefinition[] = [];
    for (const folder of folders) {
      if (await namesServer(folder.uri)) {
        output.info(`${folder.name} names its own MCP server in ${FOLDER_SERVERS}`);
        continue;
      }
      const label = folders.length === 1 ? "mlwright" : `mlwright (${folder.name})`;
      found.push(new vscode.McpStdioServerDefinition(label, file, ["--workspace", folder.uri.fsPath, "mcp"], {}, version));
    }
    return found;
  } catch (error) {
    // The language server tells the user; twice would be once too often.
    if (error instanceof ProgramMissing) return [];
    throw error;
  }
}

async function namesServer(folder: vscode.Uri): Promise<boolean> {
  try {
    const text = Buffer.from(await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder, FOLDER_SERVERS))).toString("utf8");
    return /"mlwright"\s*:/.test(text);
  } catch {
    // The folder has no such file.
    return false;
  }
}
