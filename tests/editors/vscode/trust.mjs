// A folder that nobody trusts yet: nothing is started, and the folder's own settings name no program.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { until, WAIT_MS_MAX } from "./editor.mjs";

/** Command lines of all processes of the program that came with the extension in this home. */
function servers(home) {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      } catch {
        return "";
      }
    })
    .filter((line) => line.startsWith(home) && /\/bin\/mlwright\b/.test(line));
}

export const trustSteps = [
  [
    "nothing is started in a folder that is not trusted",
    async ({ editor, page, home, workspace }) => {
      // Named by the workspace: were it honoured, it would leave a trace.
      const trap = path.join(workspace, "trap.sh");
      writeFileSync(trap, `#!/bin/sh\ntouch "${workspace}/sprung"\n`, { mode: 0o755 });
      mkdirSync(path.join(workspace, ".vscode"), { recursive: true });
      writeFileSync(path.join(workspace, ".vscode/settings.json"), JSON.stringify({ "mlwright.path": trap }));
      await page.reload();
      await until("the status bar says that nothing runs", async () => (await editor.statusBarItem().getAttribute("aria-label"))?.includes("trusted"));
      await editor.showViews();
      await editor.view("Tables").getByText("Nothing runs in this folder until you trust it").waitFor({ timeout: WAIT_MS_MAX });
      assert.deepEqual(servers(home), []);
      assert.equal(existsSync(path.join(workspace, "sprung")), false);
    },
  ],
  [
    "once it is trusted it starts, and the folder's settings count",
    async ({ editor, page, home, workspace }) => {
      await editor.view("Tables").getByText("Manage Workspace Trust").click();
      await page.locator(".workspace-trust-editor .monaco-button", { hasText: /^Trust/ }).first().click({ timeout: WAIT_MS_MAX });
      // The trap was a live one.
      await until("the folder's program is started", () => existsSync(path.join(workspace, "sprung")));
      await editor.notification("did not start as a language server").waitFor({ timeout: WAIT_MS_MAX });
      await editor.command("View: Close All Editors");
      await page.locator(".workspace-trust-editor").waitFor({ state: "detached", timeout: WAIT_MS_MAX });
    },
  ],
  [
    "a program that is not there is told, with the way out",
    async ({ editor, page, workspace }) => {
      writeFileSync(path.join(workspace, ".vscode/settings.json"), JSON.stringify({ "mlwright.path": "/nowhere/mlwright" }));
      await editor.view("Tables").getByText("The program mlwright was not found").waitFor({ timeout: WAIT_MS_MAX });
      assert.match(await editor.statusBarItem().getAttribute("aria-label"), /\/nowhere\/mlwright/);
      // Where they are kept: a notification that comes while another one is shown may not pop up.
      await editor.command("Notifications: Show Notifications");
      const kept = page.locator(".notifications-center .notification-list-item", { hasText: "/nowhere/mlwright" });
      await kept.getByText("Set Its Path").waitFor({ timeout: WAIT_MS_MAX });
    },
  ],
  [
    "without a setting the program of the extension is started",
    async ({ editor, home, workspace }) => {
      writeFileSync(path.join(workspace, ".vscode/settings.json"), "{}");
      await editor.line("Tables", "telco.csv").waitFor({ timeout: WAIT_MS_MAX });
      assert.equal(servers(home).filter((line) => / lsp\b/.test(line)).length, 1, servers(home).join("\n"));
    },
  ],
];
