import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Freshness } from "../src/freshness";

/** A workspace that is looked at: every look leaves an echo, as reading does in the audit. */
interface Workspace {
  readonly looks: number[];
  content: number;
  readonly freshness: Freshness;
  readonly pass: (ms: number) => Promise<void>;
}

function workspace(): Workspace {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  let seen = -1;
  const it: Workspace = {
    looks: [],
    content: 0,
    freshness: new Freshness(() => {
      it.looks.push(Date.now());
      const isNew = it.content !== seen;
      seen = it.content;
      setTimeout(() => {
        it.freshness.changed();
      }, 50);
      return Promise.resolve(isNew);
    }),
    async pass(ms: number): Promise<void> {
      for (let passed = 0; passed < ms; passed += 50) {
        mock.timers.tick(50);
        await Promise.resolve();
        await Promise.resolve();
        await Promise.resolve();
      }
    },
  };
  return it;
}

test("the echo of looking ends", async () => {
  const it = workspace();
  it.freshness.refresh();
  await it.pass(60_000);
  assert.ok(it.looks.length <= 4, `looked at ${it.looks.join(", ")}`);
  mock.timers.reset();
});

test("a change is seen at once when nothing was looked at lately", async () => {
  const it = workspace();
  it.freshness.refresh();
  await it.pass(60_000);
  const before = it.looks.length;
  it.content = 1;
  it.freshness.changed();
  await it.pass(400);
  assert.equal(it.looks.length, before + 1);
  mock.timers.reset();
});

test("a change that hides in an echo is seen within seconds", async () => {
  const it = workspace();
  it.freshness.refresh();
  await it.pass(100);
  it.content = 1;
  it.freshness.changed();
  await it.pass(2_000);
  assert.equal(it.looks.length, 2);
  mock.timers.reset();
});

test("a change of what looking leaves as it is is never taken for an echo", async () => {
  const it = workspace();
  it.freshness.refresh();
  // Each of these moments is shortly after a look, the last of which is not followed by another.
  for (let moment = 0; moment < 12; moment += 1) {
    await it.pass(700);
    const before = it.looks.length;
    it.content += 1;
    it.freshness.touched();
    await it.pass(400);
    assert.ok(it.looks.length > before, `moment ${moment}`);
  }
  await it.pass(9_000);
  const before = it.looks.length;
  it.freshness.changed();
  await it.pass(350);
  it.freshness.touched();
  await it.pass(350);
  assert.equal(it.looks.length, before + 2);
  mock.timers.reset();
});

test("a burst of changes is one look", async () => {
  const it = workspace();
  it.freshness.refresh();
  await it.pass(60_000);
  const before = it.looks.length;
  for (let change = 0; change < 20; change += 1) it.freshness.changed();
  await it.pass(400);
  assert.equal(it.looks.length, before + 1);
  mock.timers.reset();
});
