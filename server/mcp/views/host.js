"use strict";
// The conversation with the host: JSON-RPC 2.0 over postMessage (MCP Apps, 2026-01-26). Only the
// window that embeds this page is listened to.
const host = (() => {
  const PROTOCOL = "2026-01-26";
  const THEMED = /^--(color|font|border|shadow)-[a-z0-9-]+$/;
  const waiting = new Map();
  const on = { input: () => {}, result: () => {}, cancelled: () => {} };
  let nextId = 1;
  let context = {};
  let capabilities = {};
  let size = "";

  const send = (message) => window.parent.postMessage({ jsonrpc: "2.0", ...message }, "*");
  const notify = (method, params) => send({ method, params });
  const request = (method, params) =>
    new Promise((resolve, reject) => {
      const id = nextId++;
      waiting.set(id, { resolve, reject });
      send({ id, method, params });
    });

  // What the host says of colours and fonts; a part of it replaces what was said before.
  const take = (part) => {
    context = { ...context, ...part };
    const root = document.documentElement;
    if (context.theme === "light" || context.theme === "dark") root.dataset.theme = context.theme;
    const variables = (part.styles && part.styles.variables) || {};
    for (const [name, value] of Object.entries(variables)) {
      if (THEMED.test(name) && typeof value === "string") root.style.setProperty(name, value);
    }
  };

  const tellSize = () => {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    const width = Math.ceil(document.documentElement.getBoundingClientRect().width);
    if (size === `${width}x${height}`) return;
    size = `${width}x${height}`;
    notify("ui/notifications/size-changed", { width, height });
  };

  const told = {
    "ui/notifications/tool-input": (params) => on.input(params.arguments || {}),
    "ui/notifications/tool-result": (params) => on.result(params),
    "ui/notifications/tool-cancelled": (params) => on.cancelled(params.reason),
    "ui/notifications/host-context-changed": (params) => take(params),
  };
  const asked = { ping: () => ({}), "ui/resource-teardown": () => ({}) };

  window.addEventListener("message", ({ source, data }) => {
    if (source !== window.parent || !data || data.jsonrpc !== "2.0") return;
    if (data.method === undefined) {
      const one = waiting.get(data.id);
      if (!one) return;
      waiting.delete(data.id);
      if (data.error) one.reject(new Error(String(data.error.message)));
      else one.resolve(data.result);
    } else if (data.id === undefined) {
      const handle = told[data.method];
      if (handle) handle(data.params || {});
    } else if (asked[data.method]) {
      send({ id: data.id, result: asked[data.method](data.params || {}) });
    } else {
      send({ id: data.id, error: { code: -32601, message: `there is no method ${data.method}` } });
    }
  });

  return {
    on,
    locale: () => context.locale,
    // Whether the page may call tools of the server through the host.
    callsTools: () => capabilities.serverTools !== undefined,
    callTool: (name, given) => request("tools/call", { name, arguments: given }),
    begin: async (name) => {
      const hello = { protocolVersion: PROTOCOL, appInfo: { name, version: "{{version}}" }, appCapabilities: { availableDisplayModes: ["inline", "fullscreen"] } };
      const answer = await request("ui/initialize", hello);
      capabilities = answer.hostCapabilities || {};
      take(answer.hostContext || {});
      notify("ui/notifications/initialized", {});
      new ResizeObserver(tellSize).observe(document.body);
      tellSize();
    },
  };
})();
