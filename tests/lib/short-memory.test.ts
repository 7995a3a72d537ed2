import { afterEach, expect, jest, test } from "bun:test";
import { createShortMemory } from "#src/lib/short-memory.ts";

const bounds = { keepMs: 1_000, maxEntries: 3, maxChars: 10, charsOf: (text: string) => text.length };

/** Work that counts how often it was done. */
function counted(value = "x") {
  const work = Object.assign(async () => (work.times++, value), { times: 0 });
  return work;
}

afterEach(() => void jest.useRealTimers());

test("what is under way is waited for, and what was done is not done again", async () => {
  const memory = createShortMemory(bounds);
  const gate = Promise.withResolvers<string>();
  const work = counted();

  const both = [memory.once("a", () => gate.promise), memory.once("a", work)];
  gate.resolve("first");

  expect(await Promise.all(both)).toEqual([
    { value: "first", isRepeat: false },
    { value: "first", isRepeat: true },
  ]);
  expect(await memory.once("a", work)).toEqual({ value: "first", isRepeat: true });
  expect(work.times).toBe(0);
  expect(await memory.once("b", work)).toEqual({ value: "x", isRepeat: false });
});

test("a failure is that of all who wait, and of nobody after", async () => {
  const memory = createShortMemory(bounds);
  const gate = Promise.withResolvers<string>();

  const both = [memory.once("a", () => gate.promise), memory.once("a", counted())];
  gate.reject(new Error("broken"));

  expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await memory.once("a", counted())).toEqual({ value: "x", isRepeat: false });
});

test("it is forgotten in time", async () => {
  jest.useFakeTimers();
  const memory = createShortMemory(bounds);
  const work = counted();

  await memory.once("a", work);
  jest.advanceTimersByTime(999);
  await memory.once("a", work);
  expect(work.times).toBe(1);
  jest.advanceTimersByTime(1);
  await memory.once("a", work);

  expect(work.times).toBe(2);
});

test("the oldest goes where there are too many, or too much", async () => {
  const memory = createShortMemory(bounds);
  const isKept = async (key: string) => (await memory.once(key, async () => "")).isRepeat;

  for (const key of ["a", "b", "c", "d"]) await memory.once(key, counted());
  const [a, d] = [await isKept("a"), await isKept("d")];
  await memory.once("large", counted("123456789"));
  const [c, large] = [await isKept("c"), await isKept("large")];

  expect({ a, d, c, large }).toEqual({ a: false, d: true, c: false, large: true });
});

test("what is larger than all that may be kept pushes nothing out", async () => {
  const memory = createShortMemory(bounds);
  await memory.once("a", counted());

  await memory.once("huge", counted("x".repeat(11)));

  expect((await memory.once("huge", counted())).isRepeat).toBe(false);
  expect((await memory.once("a", counted())).isRepeat).toBe(true);
});
