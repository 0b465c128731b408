// The tools that the editor offers its agent, seen and called as the agent would: through the editor's own MCP client.
const { writeFileSync, renameSync } = require("node:fs");
const vscode = require("vscode");

const ANSWER_FILE = process.env.PROBE_ANSWER;
const TOOLS_SECONDS_MAX = 30;

exports.activate = (context) => {
  context.subscriptions.push(vscode.commands.registerCommand("probe.callTool", callTool));
};

async function callTool() {
  const answer = { tools: [] };
  try {
    answer.tools = await mlwrightTools();
    const tool = answer.tools.find((name) => name.endsWith("list_tables"));
    if (tool === undefined) throw new Error("the editor offers no tool list_tables");
    const result = await vscode.lm.invokeTool(tool, { input: {}, toolInvocationToken: undefined });
    answer.tool = tool;
    answer.text = result.content.map((part) => part.value ?? "").join("\n");
  } catch (error) {
    answer.error = String(error);
  }
  // Renamed into place: whoever waits for the file reads it whole.
  writeFileSync(`${ANSWER_FILE}.part`, JSON.stringify(answer));
  renameSync(`${ANSWER_FILE}.part`, ANSWER_FILE);
}

/** The names of the MCP server's tools, once the editor has them. */
async function mlwrightTools() {
  for (let second = 0; second < TOOLS_SECONDS_MAX; second += 1) {
    const names = vscode.lm.tools.map((tool) => tool.name).filter((name) => name.includes("mlwright"));
    if (names.length > 0) return names;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  return [];
}
