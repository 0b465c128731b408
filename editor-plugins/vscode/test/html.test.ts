import assert from "node:assert/strict";
import { test } from "node:test";
import { document, escaped, guarded, POLICY } from "../src/panels/html";

test("a page gets the panels' policy before anything that it brings itself", () => {
  const page = guarded('<!doctype html><html><head><script src="https://example.org/x.js"></script></head><body></body></html>');
  assert.ok(page.indexOf(POLICY) > 0 && page.indexOf(POLICY) < page.indexOf("<script"));
});

test("a page without a head gets one", () => {
  assert.ok(guarded("<p>nothing else").includes(POLICY));
});

test("a header element is no head", () => {
  const page = guarded("<html><body><header>x</header></body></html>");
  assert.ok(page.indexOf(POLICY) < page.indexOf("<header"));
});

test("values are texts", () => {
  assert.equal(escaped(`<img src=x onerror='a("b")'>&`), "&lt;img src=x onerror=&#39;a(&quot;b&quot;)&#39;&gt;&amp;");
  assert.ok(!document("<b>", "").includes("<title><b>"));
});
