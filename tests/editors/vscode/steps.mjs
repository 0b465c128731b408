// What a user does with the extension, in the order in which one thing builds on another.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { jsonOf, until, WAIT_MS_MAX } from "./editor.mjs";

const TRAINING_MS_MAX = 180_000;

export const steps = [
  [
    "the status bar tells what the workspace holds",
    async ({ editor }) => {
      await until("the status bar counts one table", async () => (await editor.statusBarItem().getAttribute("aria-label"))?.includes("1 table"));
    },
  ],
  [
    "the walkthrough opens",
    async ({ editor, page }) => {
      await editor.command("mlwright: Get Started");
      await page.getByRole("heading", { level: 2, name: "Get started with mlwright" }).waitFor({ timeout: WAIT_MS_MAX });
      await page.locator(".getting-started-step", { hasText: "Let the editor's agent do it" }).waitFor({ timeout: WAIT_MS_MAX });
      await editor.panelFrame().getByText("Any folder with data is a workspace").waitFor({ timeout: WAIT_MS_MAX });
      await editor.screenshot("get-started");
      await editor.command("View: Close All Editors");
    },
  ],
  [
    "the tables view shows a table and its columns",
    async ({ editor, page }) => {
      const table = editor.line("Tables", "telco.csv");
      await table.waitFor({ timeout: WAIT_MS_MAX });
      assert.match(await table.innerText(), /7,043 rows/);
      await table.click();
      await editor.line("Tables", "SeniorCitizen").waitFor({ timeout: WAIT_MS_MAX });
      await editor.screenshot("columns");
      // Only lines that can be seen are there: scroll to the end.
      await page.keyboard.press("End");
      const column = editor.line("Tables", "TotalCharges");
      await column.waitFor({ timeout: WAIT_MS_MAX });
      assert.match(await column.innerText(), /numeric · 0\.2 % missing/);
      await page.keyboard.press("Home");
      await table.click();
    },
  ],
  [
    "a column is completed inside a string",
    async ({ editor, page, workspace }) => {
      await editor.openFile("look.py");
      await editor.goTo(4, 1);
      await page.keyboard.type('long = df["Mon');
      const suggestion = page.locator(".suggest-widget .monaco-list-row", { hasText: "MonthlyCharges" });
      await suggestion.waitFor({ timeout: WAIT_MS_MAX });
      await editor.screenshot("completion");
      await suggestion.click();
      await page.keyboard.type('"]');
      await editor.save();
      assert.match(readFileSync(path.join(workspace, "look.py"), "utf8"), /^long = df\["MonthlyCharges"\]$/m);
    },
  ],
  [
    "a column of a frame of an earlier cell is completed in a notebook",
    async ({ editor, page }) => {
      await editor.openFile("look.ipynb");
      // The lens makes its cell taller, which scrolls the notebook; a list of suggestions that is open then is closed by the editor.
      await page.locator(".notebook-editor .codelens-decoration a", { hasText: "Profile telco.csv" }).waitFor({ timeout: WAIT_MS_MAX });
      const cell = page.locator(".notebook-editor .cell-list-container .code-cell-row, .notebook-editor .monaco-list-row.code-cell-row").nth(1);
      await cell.locator(".monaco-editor").click({ timeout: WAIT_MS_MAX });
      await page.keyboard.type('df["tot');
      await page.locator(".suggest-widget .monaco-list-row", { hasText: "TotalCharges" }).waitFor({ timeout: WAIT_MS_MAX });
      await editor.screenshot("notebook");
      await page.keyboard.press("Escape");
      await editor.revert();
    },
  ],
  [
    "a query in a file is run by its lens, and its rows are shown",
    async ({ editor, page }) => {
      await editor.openFile("customers.sql");
      const lens = page.locator(".codelens-decoration a", { hasText: /^Run/i });
      await lens.first().click({ timeout: WAIT_MS_MAX });
      await editor.panelFrame().getByText("Month-to-month").waitFor({ timeout: WAIT_MS_MAX });
      await editor.screenshot("rows");
      assert.equal(await editor.panelFrame().locator("tbody tr").count(), 3);
      await editor.command("View: Close All Editors");
    },
  ],
  [
    "hovering over a column tells what is in it",
    async ({ editor, page }) => {
      await editor.openFile("train.py");
      // Its lens moves the lines below it.
      await page.locator(".codelens-decoration a", { hasText: "Profile telco.csv" }).waitFor({ timeout: WAIT_MS_MAX });
      const hover = await editor.hover(page.locator(".view-line span", { hasText: /MonthlyCharges/ }).last(), "MonthlyCharges");
      assert.match(await hover.innerText(), /numeric/);
    },
  ],
  [
    "leakage is underlined, and its fix mends the code",
    async ({ editor, page, workspace }) => {
      await editor.openFile("train.py");
      await page.locator(".squiggly-warning, .squiggly-error").first().waitFor({ timeout: WAIT_MS_MAX });
      await editor.command("Problems: Focus on Problems View");
      const problem = page.locator(".markers-panel .monaco-list-row", { hasText: "MLW101" });
      await problem.first().waitFor({ timeout: WAIT_MS_MAX });
      await editor.screenshot("squiggle");
      await editor.goTo(10, 20);
      await page.keyboard.press("Control+.");
      const fix = page.locator(".action-widget", { hasText: "Split first" });
      await fix.waitFor({ timeout: WAIT_MS_MAX });
      await editor.screenshot("quick-fixes");
      await fix.getByText("Split first").first().click();
      await until("the finding is gone", async () => (await page.locator(".markers-panel .monaco-list-row", { hasText: "MLW101" }).count()) === 0);
      await editor.save();
      const code = readFileSync(path.join(workspace, "train.py"), "utf8");
      assert.match(code, /train_test_split\(X, y, random_state=0\)\nX_train = scaler\.fit_transform\(X_train\)\nX_test = scaler\.transform\(X_test\)\n/);
      await editor.command("View: Toggle Panel Visibility");
    },
  ],
  [
    "a lens trains",
    async ({ editor, page, operation }) => {
      await editor.openFile("mlwright.toml");
      const lens = page.locator(".codelens-decoration a", { hasText: /^Train/i });
      await lens.first().waitFor({ timeout: WAIT_MS_MAX });
      await editor.screenshot("lenses");
      await lens.first().click();
      await editor.notification("Train").first().waitFor({ timeout: WAIT_MS_MAX });
      await editor.screenshot("training");
      await editor.notification("on the test rows").waitFor({ timeout: TRAINING_MS_MAX });
      const { runs } = operation("list-runs");
      assert.equal(runs.length, 1);
      assert.equal(runs[0].status, "FINISHED");
      await editor.line("Runs", "roc_auc").waitFor({ timeout: WAIT_MS_MAX });
    },
  ],
  [
    "a training is cancelled where its progress is shown",
    async ({ editor, page, operation }) => {
      await editor.command("mlwright: Run Any Operation");
      await editor.choice("train").first().click({ timeout: WAIT_MS_MAX });
      const question = page.locator(".quick-input-widget", { hasText: "its input, as JSON" });
      await question.locator("input.input").fill('{"table": "telco.csv", "target": "Contract", "folds": 20, "budget_seconds": 300}', { timeout: WAIT_MS_MAX });
      await page.keyboard.press("Enter");
      await until("the training runs", () => operation("list-jobs").jobs.some((job) => job.subject.includes("Contract") && job.state === "running"));
      await editor.line("Runs", "train").waitFor({ timeout: WAIT_MS_MAX });
      await editor.screenshot("running");
      await editor.notification("Train").getByText("Cancel", { exact: true }).click({ timeout: WAIT_MS_MAX });
      await until("the training is cancelled", () => operation("list-jobs").jobs.some((job) => job.subject.includes("Contract") && job.state === "cancelled"));
      await editor.line("Runs", "running").waitFor({ state: "detached", timeout: WAIT_MS_MAX });
    },
  ],
  [
    "the views follow what is done outside the editor",
    async ({ editor, page, operation }) => {
      const [{ run_id: runId }] = operation("list-runs").runs.filter((run) => run.status === "FINISHED");
      operation("register-model", "--run-id", runId, "--name", "churn");
      await editor.line("Models", "churn").waitFor({ timeout: WAIT_MS_MAX });
      operation("set-alias", "--name", "churn", "--alias", "champion", "--version", "1");
      await editor.line("Models", "champion v1").waitFor({ timeout: WAIT_MS_MAX });
      await page.locator(".codelens-decoration", { hasText: "churn/1 is champion" }).waitFor({ timeout: WAIT_MS_MAX });
      operation("create-monitor", "--name", "churn-drift", "--baseline", "telco.csv", "--current", "telco.csv");
      await editor.line("Monitors", "churn-drift").waitFor({ timeout: WAIT_MS_MAX });
    },
  ],
  [
    "a model is deployed from its line, and the endpoint answers",
    async ({ editor, page, operation }) => {
      await editor.menu(editor.line("Models", "churn"), "Deploy a Model", page.locator(".quick-input-widget", { hasText: "Deploy it to which endpoint" }));
      await page.keyboard.press("Enter");
      await editor.line("Endpoints", "serving").waitFor({ timeout: TRAINING_MS_MAX });
      const [endpoint] = operation("list-endpoints").endpoints;
      assert.equal(endpoint.state, "serving");
      await editor.screenshot("serving");
      operation("stop-endpoint", "--endpoint", "churn", "--confirm");
      await editor.line("Endpoints", "stopped").waitFor({ timeout: WAIT_MS_MAX });
    },
  ],
  [
    "opening a data file offers its profile, once",
    async ({ editor, page, workspace }) => {
      writeFileSync(path.join(workspace, "again.csv"), "a,b\n1,2\n");
      await editor.openFile("telco.csv");
      const offer = editor.notification("Profile telco.csv?");
      await offer.waitFor({ timeout: WAIT_MS_MAX });
      await editor.screenshot("offer");
      await offer.getByText("Profile", { exact: true }).click();
      const question = page.locator(".quick-input-widget", { hasText: "towards which column" });
      await question.locator("input.input").fill("Churn", { timeout: WAIT_MS_MAX });
      await editor.choice("Churn").first().click({ timeout: WAIT_MS_MAX });
      const heading = editor.panelFrame().getByText("Findings").first();
      await heading.waitFor({ timeout: WAIT_MS_MAX });
      await editor.screenshot("report");
      assert.equal(await editor.panelFrame().locator("script").count(), 0);
      await editor.command("View: Close All Editors");
      await editor.openFile("telco.csv");
      // Another file is offered, this one no more.
      await editor.openFile("again.csv");
      await editor.notification("Profile again.csv?").waitFor({ timeout: WAIT_MS_MAX });
      assert.equal(await offer.count(), 0);
    },
  ],
  [
    "a table is plotted",
    async ({ editor, page }) => {
      await editor.command("mlwright: Plot a Table");
      const question = (text) => page.locator(".quick-input-widget", { hasText: text }).locator("input.input");
      await question("Plot which table?").fill("telco", { timeout: WAIT_MS_MAX });
      await editor.choice("telco").first().click({ timeout: WAIT_MS_MAX });
      await question("Draw telco").fill("histogram", { timeout: WAIT_MS_MAX });
      await editor.choice("histogram").first().click({ timeout: WAIT_MS_MAX });
      await question("Column along x").fill("tenure", { timeout: WAIT_MS_MAX });
      await editor.choice("tenure").first().click({ timeout: WAIT_MS_MAX });
      const picture = editor.panelFrame().locator("img");
      await picture.waitFor({ timeout: WAIT_MS_MAX });
      assert.match(await editor.panelFrame().locator("h1").innerText(), /tenure/);
      // It is told in words too, and the picture is there and not only its place.
      assert.match(await picture.getAttribute("alt"), /highest bar/);
      assert.ok((await picture.evaluate((image) => image.naturalWidth)) > 300);
      await editor.screenshot("plot");
      await editor.command("View: Close All Editors");
    },
  ],
  [
    "the MCP server is listed and a tool of it is called",
    async ({ editor, page, answerFile }) => {
      await editor.command("MCP: List Servers");
      const listed = editor.choice("mlwright");
      await listed.first().waitFor({ timeout: WAIT_MS_MAX });
      await editor.screenshot("mcp-servers");
      await listed.first().click();
      await editor.choice("Start Server").first().click({ timeout: WAIT_MS_MAX });
      // Its log opens and takes the keys.
      await page.locator(".panel .view-line", { hasText: /Discovered\s+\d+\s+tools/ }).waitFor({ timeout: WAIT_MS_MAX });
      await editor.command("Probe: Call list_tables");
      const answer = await until("the probe has called the tool", () => jsonOf(answerFile), 2 * WAIT_MS_MAX);
      assert.equal(answer.error, undefined, JSON.stringify(answer));
      assert.ok(answer.tools.length >= 25, `tools: ${answer.tools}`);
      assert.match(answer.text, /telco\.csv/);
      assert.match(answer.text, /7,?043/);
    },
  ],
  [
    "broken settings are told once, and the views are back when they are mended",
    async ({ editor, page, workspace }) => {
      const file = path.join(workspace, "mlwright.toml");
      const text = readFileSync(file, "utf8");
      const trouble = page.getByText("mlwright.toml: line 5: unknown field `use_cases`");
      try {
        writeFileSync(file, `${text}[use_cases]\n`);
        await trouble.waitFor({ timeout: WAIT_MS_MAX });
        assert.equal(await trouble.count(), 1);
        assert.ok(!(await editor.view("Tables").innerText()).includes(workspace));
        await editor.screenshot("broken-settings");
      } finally {
        writeFileSync(file, text);
      }
      await editor.line("Tables", "telco.csv").waitFor({ timeout: WAIT_MS_MAX });
      await trouble.waitFor({ state: "detached", timeout: WAIT_MS_MAX });
    },
  ],
  [
    "the walkthrough knows what is done",
    async ({ editor, page }) => {
      await editor.command("mlwright: Get Started");
      for (const title of ["Profile it", "Write code that knows the columns", "Train", "Register, promote, deploy"]) {
        const step = page.locator(".getting-started-step", { has: page.getByText(title, { exact: true }) });
        await step.locator(".codicon-getting-started-step-checked").waitFor({ timeout: WAIT_MS_MAX });
      }
      await editor.screenshot("walkthrough");
      await editor.command("View: Close All Editors");
    },
  ],
];
