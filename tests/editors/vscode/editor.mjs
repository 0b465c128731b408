// VS Code itself, served by code-server and looked at in Chromium: what a user sees and does, as functions.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { createRequire } from "node:module";
import path from "node:path";

const START_MS_MAX = 90_000;
export const WAIT_MS_MAX = 30_000;

const SETTINGS = {
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "workbench.startupEditor": "none",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "window.commandCenter": false,
  // Tests type texts as they are.
  "editor.autoClosingBrackets": "never",
  "editor.autoClosingQuotes": "never",
  "editor.minimap.enabled": false,
  "editor.wordBasedSuggestions": "off",
  "files.autoSave": "off",
};

export class Editor {
  /** Starts an editor for a folder; `options.trust` switches workspace trust on. */
  static async start({ packages, browser, home, folder, vsix, probe, screenshots, environment = {}, trust = false }) {
    const entry = path.join(packages, "code-server/out/node/entry.js");
    const data = path.join(home, "data");
    const extensions = path.join(home, "extensions");
    mkdirSync(path.join(data, "User"), { recursive: true });
    mkdirSync(screenshots, { recursive: true });
    writeFileSync(path.join(data, "User/settings.json"), JSON.stringify({ ...SETTINGS, "security.workspace.trust.enabled": trust, "security.workspace.trust.startupPrompt": "never" }));
    const env = { ...process.env, ...environment, HOME: home };
    for (const name of ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"]) delete env[name];

    const folders = ["--user-data-dir", data, "--extensions-dir", extensions];
    // Before anything is installed: extensions that lie in a new folder are taken into its list when the list is made.
    if (probe !== undefined) cpSync(probe, path.join(extensions, "mlwright-tests.probe-0.0.1"), { recursive: true });
    const installed = spawnSync(process.execPath, [entry, ...folders, "--install-extension", vsix], { env, encoding: "utf8" });
    if (!`${installed.stdout}`.includes("successfully installed")) throw new Error(`the extension was not installed: ${installed.stdout}${installed.stderr}`);

    const port = await freePort();
    const log = openSync(path.join(home, "code-server.log"), "a");
    const flags = ["--auth", "none", "--bind-addr", `127.0.0.1:${port}`, "--disable-telemetry", "--disable-update-check", "--disable-getting-started-override"];
    const server = spawn(process.execPath, [entry, ...flags, ...folders, ...(trust ? [] : ["--disable-workspace-trust"])], { env, stdio: ["ignore", log, log], detached: true });
    const editor = new Editor(server, screenshots);
    try {
      const { chromium } = createRequire(path.join(packages, "playwright-core/package.json"))("playwright-core");
      editor.browser = await chromium.launch({ executablePath: browser, args: process.getuid() === 0 ? ["--no-sandbox"] : [] });
      editor.page = await editor.browser.newPage({ viewport: { width: 1400, height: 900 } });
      await reachable(`http://127.0.0.1:${port}/healthz`);
      await editor.page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(folder)}`);
      await editor.page.waitForSelector(".monaco-workbench .statusbar", { timeout: START_MS_MAX });
      return editor;
    } catch (error) {
      await editor.stop();
      throw error;
    }
  }

  constructor(server, screenshots) {
    this.server = server;
    this.screenshots = screenshots;
    this.pictures = 0;
  }

  async stop() {
    await this.browser?.close();
    const ended = new Promise((resolve) => this.server.once("exit", resolve));
    if (this.server.exitCode === null) {
      // Its own group: the extension host and the language server are its children.
      process.kill(-this.server.pid, "SIGTERM");
      await ended;
    }
  }

  async screenshot(name) {
    this.pictures += 1;
    const file = path.join(this.screenshots, `${String(this.pictures).padStart(2, "0")}-${name.replaceAll(/[^a-z0-9]+/gi, "-")}.png`);
    await this.page.screenshot({ path: file });
    return file;
  }

  /** Runs a command by its title in the palette. */
  async command(title) {
    await this.ask("F1", `>${title}`);
    // By the key and not by a click: lines move while the list is narrowed down.
    await this.page.locator(".quick-input-widget .monaco-list-row.focused", { hasText: title }).waitFor({ timeout: WAIT_MS_MAX });
    await this.page.keyboard.press("Enter");
  }

  /** Opens the list at the top by a key and types into it. A key that comes while another list closes is lost, so it is pressed again. */
  async ask(key, text) {
    const input = this.page.locator(".quick-input-widget input.input");
    await until(`${key} opens the list at the top`, async () => {
      await this.page.keyboard.press(key);
      try {
        await input.waitFor({ state: "visible", timeout: 2000 });
        await input.fill(text, { timeout: 1000 });
        return (await input.inputValue()) === text;
      } catch {
        return false;
      }
    });
    return input;
  }

  /** A line of the list that is open at the top. */
  choice(text) {
    return this.page.locator(".quick-input-widget .monaco-list-row", { hasText: text });
  }

  async openFile(name) {
    const isOpen = this.activeTab().filter({ hasText: path.basename(name) });
    const first = this.page.locator(".quick-input-widget .monaco-list-row.focused", { hasText: name });
    await until(`${name} is opened`, async () => {
      await this.ask("Control+P", name);
      await first.waitFor({ timeout: WAIT_MS_MAX });
      await this.page.keyboard.press("Enter");
      // The list goes on being sorted, so that it may have been another file.
      return isOpen.waitFor({ timeout: 5000 }).then(() => true, () => false);
    });
    // Its tab is there before its text is, and before keys go to it.
    const text = this.page.locator(`.editor-group-container.active .monaco-editor.focused[data-uri$="/${path.basename(name)}"] .view-line`);
    await text.or(this.page.locator(".editor-group-container.active .notebook-editor")).first().waitFor({ timeout: WAIT_MS_MAX });
  }

  /** Puts the cursor at a line and column, counted from one. */
  async goTo(line, column = 1) {
    const input = await this.ask("Control+G", `:${line}:${column}`);
    await this.page.keyboard.press("Enter");
    await input.waitFor({ state: "hidden", timeout: WAIT_MS_MAX });
  }

  /** The tab of the document that keys go to; each group of editors has an active tab of its own. */
  activeTab() {
    return this.page.locator(".editor-group-container.active .tab.active");
  }

  /** Saves what was changed. An edit may come from elsewhere, so it is waited for: what is not there yet would not be saved. */
  async save() {
    const dirty = this.activeTab().and(this.page.locator(".dirty"));
    await dirty.waitFor({ timeout: WAIT_MS_MAX });
    await this.page.keyboard.press("Control+S");
    await dirty.waitFor({ state: "detached", timeout: WAIT_MS_MAX });
  }

  /** Puts the document that keys go to back to what its file says. */
  async revert() {
    await this.command("File: Revert File");
    await this.activeTab().and(this.page.locator(".dirty")).waitFor({ state: "detached", timeout: WAIT_MS_MAX });
  }

  /** Closes everything without a question, whatever a step left in it. */
  async discard() {
    await until("all editors are closed", async () => {
      const tab = this.activeTab();
      if ((await tab.count()) === 0) return true;
      await this.command("View: Revert and Close Editor");
      return false;
    });
  }

  /** The section of the extension's side bar with a title. */
  view(title) {
    return this.page.locator(".pane", { has: this.page.locator(".pane-header", { hasText: new RegExp(`^${title}`, "i") }) });
  }

  line(view, text) {
    return this.view(view).locator(".monaco-list-row", { hasText: text });
  }

  async showViews() {
    // A second click would hide them.
    if (await this.view("Tables").isVisible()) return;
    await this.page.locator(".activitybar .action-item a[aria-label^=mlwright]").click();
    await this.view("Tables").waitFor({ timeout: WAIT_MS_MAX });
  }

  /** Chooses from the menu of a line. A menu takes no click in its first moments, so it is clicked until what follows is there. */
  async menu(line, title, following) {
    const entry = this.page.locator(".context-view .action-label", { hasText: title });
    await until(`“${title}” is chosen`, async () => {
      if (!(await entry.isVisible())) await line.click({ button: "right" });
      await entry.click({ timeout: 2000 }).catch(() => undefined);
      return following.waitFor({ timeout: 2000 }).then(() => true, () => false);
    });
  }

  /** Points at a place until a text about it is shown. Where the pointer was there already, the editor notices nothing: it comes anew. */
  async hover(place, text) {
    const shown = this.page.locator(".monaco-hover", { hasText: text }).first();
    await until(`“${text}” is told where one points`, async () => {
      await this.page.mouse.move(0, 0);
      await place.hover({ timeout: WAIT_MS_MAX });
      return shown.waitFor({ timeout: 3000 }).then(() => true, () => false);
    });
    return shown;
  }

  notification(text) {
    return this.page.locator(".notification-toast", { hasText: text });
  }

  statusBarItem() {
    return this.page.locator(".statusbar-item[id='mlwright.mlwright.mlwright.status'], .statusbar-item[id*='mlwright.status']");
  }

  /** The document inside the panel that is open. */
  panelFrame() {
    return this.page.frameLocator("iframe.webview.ready").last().frameLocator("iframe#active-frame");
  }
}

/** Waits until a condition holds, and says what it waited for when it does not come. */
export async function until(what, condition, waitMs = WAIT_MS_MAX) {
  const end = Date.now() + waitMs;
  let seen;
  while (Date.now() < end) {
    seen = await condition();
    if (seen) return seen;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`after ${waitMs / 1000} s: ${what}`);
}

export function jsonOf(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

async function reachable(url) {
  await until(`${url} answers`, async () => {
    try {
      return (await fetch(url)).ok;
    } catch {
      return false;
    }
  }, START_MS_MAX);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
