import { expect, test } from "bun:test";
import { createLanes } from "#src/lib/lanes.ts";

/** Work that lasts until it is told to end. */
function piece() {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  let hasBegun = false;
  const work = async () => {
    hasBegun = true;
    await promise.finally(() => done.resolve());
  };
  return { work, end: resolve, fail: reject, done: done.promise, hasBegun: () => hasBegun };
}

const quiet = { length: 2, onError: () => {} };

/** What follows in a lane has had its turn. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

test("work is done one after another in its lane, and beside that of others", async () => {
  const lanes = createLanes(quiet);
  const [first, second, other] = [piece(), piece(), piece()];

  lanes.run("ada", first.work);
  lanes.run("ada", second.work);
  lanes.run("bob", other.work);
  const before = [first, second, other].map(({ hasBegun }) => hasBegun());
  first.end();
  await turn();

  expect(before).toEqual([true, false, true]);
  expect(second.hasBegun()).toBeTrue();
});

test("a full lane takes no more until there is room", async () => {
  const lanes = createLanes(quiet);
  const [first, second, third, fourth] = [piece(), piece(), piece(), piece()];
  lanes.run("ada", first.work);
  lanes.run("ada", second.work);

  lanes.run("ada", third.work);
  first.end();
  await turn();
  lanes.run("ada", fourth.work);
  second.end();
  await turn();

  expect([third.hasBegun(), fourth.hasBegun()]).toEqual([false, true]);
});

test("what fails is told, and holds up nothing", async () => {
  const told: unknown[] = [];
  const lanes = createLanes({ length: 2, onError: (error) => told.push(error) });
  const [first, second] = [piece(), piece()];
  lanes.run("ada", first.work);
  lanes.run("ada", second.work);

  first.fail(new Error("no"));
  await turn();

  expect(told).toEqual([new Error("no")]);
  expect(second.hasBegun()).toBeTrue();
});

test("a lane that was emptied begins anew", async () => {
  const lanes = createLanes(quiet);
  const [first, second] = [piece(), piece()];
  lanes.run("ada", first.work);
  first.end();
  await turn();

  lanes.run("ada", second.work);

  expect(second.hasBegun()).toBeTrue();
});
