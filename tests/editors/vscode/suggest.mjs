// Inline completion: off until settings name a provider, then ghost text that Tab accepts. A model on loopback plays the provider.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { until, WAIT_MS_MAX } from "./editor.mjs";

const KEY_VARIABLE = "TEST_PROVIDER_KEY";
const KEY = "sk-this-is-secret";
/** What the editor is started with: the key is nowhere else. */
export const providerEnvironment = { [KEY_VARIABLE]: KEY };

const ASK = "Trigger Inline Suggestion";
const LINE = 'churned = df[df["tenure"]';
const REST = ' < 12]["Churn"]';

/** Adds lines to the settings as a user would, in the editor. */
async function addSettings(editor, lines) {
  const { keyboard } = editor.page;
  await editor.openFile("mlwright.toml");
  await keyboard.press("Control+End");
  for (const line of lines) {
    await keyboard.type(line);
    // What is offered is not wanted.
    await keyboard.press("Escape");
    await keyboard.press("Enter");
  }
  await editor.save();
}

/** Takes a section with its one line out of the settings. */
async function removeSettings(editor, workspace, header) {
  await editor.openFile("mlwright.toml");
  const line = settingsOf(workspace).split("\n").indexOf(header) + 1;
  assert.notEqual(line, 0, `${header} is in the settings`);
  await editor.goTo(line);
  for (let n = 0; n < 2; n += 1) await editor.page.keyboard.press("Control+Shift+K");
  await editor.save();
}

function settingsOf(workspace) {
  return readFileSync(path.join(workspace, "mlwright.toml"), "utf8");
}

/** Types a line at the end of the script and asks for a suggestion by the editor's own command. */
async function askAtTheEnd(editor) {
  await editor.openFile("look.py");
  await editor.page.keyboard.press("Control+End");
  await editor.page.keyboard.insertText(LINE);
  await editor.command(ASK);
}

/** The text that is shown at the cursor without being there. */
function ghost(page) {
  return page.locator(".ghost-text-decoration, .ghost-text");
}

/** Whatever has come of a question before is shown, or never will be: the server answers in the order of its requests. */
async function hovered(editor) {
  await editor.hover(editor.page.locator(".view-line span", { hasText: /read_csv/ }).first(), "telco.csv");
}

/** All files below a folder, with the text of each. */
function* texts(folder) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) {
      const file = path.join(entry.parentPath, entry.name);
      yield [file, readFileSync(file, "latin1")];
    }
  }
}

export const suggestionSteps = [
  [
    "no provider is asked until settings name it for inline completion",
    async ({ editor, page, workspace, provider }) => {
      provider.says = (question) => (question.includes(`${LINE}<cursor/>`) ? REST : "");
      await addSettings(editor, ["[providers.local]", `base_url = "${provider.address}"`, 'model = "small"', `key_variable = "${KEY_VARIABLE}"`]);
      await askAtTheEnd(editor);
      await hovered(editor);
      assert.equal(await ghost(page).count(), 0);
      assert.deepEqual(provider.asked, []);
      await editor.revert();
    },
  ],
  [
    "a provider's suggestion is shown at the cursor, and Tab accepts it",
    async ({ editor, page, workspace, home, folder, provider }) => {
      await addSettings(editor, ["[inline_completion]", 'provider = "local"']);
      await askAtTheEnd(editor);
      // Nothing shows when the editor has heard that there are suggestions now; who saw none asks again.
      await until("the suggestion is shown", async () => {
        if (await ghost(page).first().waitFor({ timeout: 2000 }).then(() => true, () => false)) return true;
        await editor.command(ASK);
        return false;
      });
      assert.equal((await ghost(page).allInnerTexts()).join("").replaceAll("\u00a0", " "), REST);
      await editor.screenshot("ghost-text");
      await page.keyboard.press("Tab");
      await ghost(page).first().waitFor({ state: "detached", timeout: WAIT_MS_MAX });
      await page.locator(".view-line", { hasText: `${LINE}${REST}`.replaceAll(" ", "\u00a0") }).waitFor({ timeout: WAIT_MS_MAX });
      await editor.save();
      assert.ok(readFileSync(path.join(workspace, "look.py"), "utf8").endsWith(`${LINE}${REST}`));
      const [asked] = provider.asked;
      assert.equal(asked.path, "/v1/chat/completions");
      assert.equal(asked.headers.authorization, `Bearer ${KEY}`);
      assert.match(asked.question, /"tenure" \(integer\)/);
      assert.ok(asked.question.includes(`${LINE}<cursor/>`), asked.question);
      const leaks = [...texts(home), ...texts(workspace)].filter(([, text]) => text.includes(KEY)).map(([file]) => path.relative(folder, file));
      assert.deepEqual(leaks, []);
    },
  ],
  [
    "without the setting it is asked no more",
    async ({ editor, page, workspace, provider }) => {
      await removeSettings(editor, workspace, "[inline_completion]");
      assert.doesNotMatch(settingsOf(workspace), /inline_completion|provider = /);
      const nAsked = provider.asked.length;
      await askAtTheEnd(editor);
      await hovered(editor);
      assert.equal(await ghost(page).count(), 0);
      assert.equal(provider.asked.length, nAsked);
      await editor.revert();
    },
  ],
];
