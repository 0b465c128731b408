import assert from "node:assert/strict";
import { test } from "node:test";
import { OperationFailed, problemOf } from "../src/operation";
import { ago, counted, percent, score } from "../src/words";

test("numbers as people read them", () => {
  assert.equal(counted(1, "row"), "1 row");
  assert.equal(counted(7043, "row"), "7,043 rows");
  assert.equal(score(0.8486592), "0.849");
  assert.equal(score(1234.5), "1230");
  assert.equal(percent(11 / 7043), "0.2 %");
  assert.equal(percent(0.00001), "< 0.1 %");
  assert.equal(percent(0), "0 %");
});

test("times as people read them", () => {
  const now = Date.parse("2026-01-02T12:00:00Z");
  assert.equal(ago("2026-01-02T11:59:50Z", now), "now");
  assert.equal(ago("2026-01-02T09:00:00Z", now), "3 hours ago");
  assert.equal(ago("2026-01-01T12:00:00Z", now), "yesterday");
});

test("a failure is told with its hint", () => {
  const problem = problemOf({ message: "spoken", data: { code: "not_found", message: 'there is no table "x"', hint: "there are: y" } });
  assert.equal(new OperationFailed(problem).message, 'there is no table "x". There are: y');
  assert.deepEqual(problemOf({ message: "plain" }), { message: "plain" });
});
