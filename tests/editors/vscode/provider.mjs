// A model provider on loopback that says what a test wants, and keeps what it was asked.
import { createServer } from "node:http";

export class Provider {
  /** What it was asked: path, headers and question of each request, in their order. */
  asked = [];
  /** What it answers to a question, which is the text of all its messages. */
  says = (_question) => "";

  static async start() {
    const provider = new Provider();
    provider.server = createServer((request, response) => void provider.answer(request, response));
    await new Promise((resolve, reject) => provider.server.once("error", reject).listen(0, "127.0.0.1", resolve));
    return provider;
  }

  /** What `base_url` says in settings. */
  get address() {
    return `http://127.0.0.1:${this.server.address().port}/v1`;
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }

  async answer(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { messages } = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    const question = messages.map((message) => message.content).join("\n");
    this.asked.push({ path: request.url, headers: request.headers, question });
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ choices: [{ message: { role: "assistant", content: this.says(question) } }] }));
  }
}
