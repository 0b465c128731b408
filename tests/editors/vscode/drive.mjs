// Drives the extension in VS Code as a user would, and asserts what is to be seen and what became of the workspace.
//   node drive.mjs FOLDER PACKAGES BROWSER VSIX [STEP…]
// FOLDER is this case's own; PACKAGES has code-server and playwright-core. Each step prints a line; the exit code says whether all passed.
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { Editor } from "./editor.mjs";
import { Provider } from "./provider.mjs";
import { steps } from "./steps.mjs";
import { providerEnvironment, suggestionSteps } from "./suggest.mjs";
import { trustSteps } from "./trust.mjs";

const [folder, packages, browser, vsix, ...only] = process.argv.slice(2);
const program = process.env.MLWRIGHT;
const workspace = path.join(folder, "workspace");
const answerFile = path.join(folder, "probe.json");
const screenshots = path.join(folder, "screenshots");
const probe = path.join(import.meta.dirname, "probe");

/** The program on the command line, beside the editor: another user of the same workspace. */
function operation(name, ...flags) {
  return JSON.parse(execFileSync(program, ["--workspace", workspace, name, "--json", "--quiet", ...flags], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }));
}

/** A message without the colours that the driver puts into it. */
function plain(message) {
  return message.replaceAll(/\u001b\[\d+m/g, "").split("\n").slice(0, 12).join("\n    ");
}

async function run(title, options, all) {
  const chosen = all.filter(([name]) => only.length === 0 || only.includes(name));
  if (chosen.length === 0) return { passed: 0, failed: 0 };
  const home = path.join(folder, title);
  mkdirSync(home, { recursive: true });
  const environment = { PROBE_ANSWER: answerFile, ...providerEnvironment };
  const editor = await Editor.start({ packages, browser, home, folder: workspace, vsix, probe, screenshots, environment, ...options });
  let passed = 0;
  try {
    for (const [name, step] of chosen) {
      const started = Date.now();
      let hasFailed = false;
      try {
        await editor.showViews();
        await step({ editor, page: editor.page, home, folder, workspace, answerFile, operation, provider });
        passed += 1;
        console.log(`  ok: ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
      } catch (error) {
        hasFailed = true;
        console.log(`  FAILED: ${name}: ${plain(error.message)}`);
      }
      await editor.screenshot(`${title}-${name}`);
      // Whatever a step left open must not be in the next one's way.
      for (let press = 0; press < 3; press += 1) await editor.page.keyboard.press("Escape");
      if (hasFailed) await editor.discard().catch((error) => console.log(`    ${plain(error.message)}`));
    }
  } finally {
    await editor.stop();
  }
  return { passed, failed: chosen.length - passed };
}

const provider = await Provider.start();
const results = [await run("trusted", {}, [...steps, ...suggestionSteps]), await run("untrusted", { trust: true }, trustSteps)];
provider.stop();
const failed = results.reduce((sum, result) => sum + result.failed, 0);
const passed = results.reduce((sum, result) => sum + result.passed, 0);
console.log(`  ${passed} steps passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
