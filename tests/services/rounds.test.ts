import { expect, test } from "bun:test";
import { type Place, ROUND, type Round, workThrough } from "#src/services/rounds.ts";

const never = new AbortController().signal;

/** Something to be done that ends when it is told to. */
function task(host = "a.example") {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { workspaceId: "w", host, promise, end: resolve };
}

/** What is claimed from the front of a list, and what was begun of it. */
function listOf<Item extends Place & { promise: Promise<void> }>(items: Item[]) {
  const waiting = [...items];
  const begun: Item[] = [];
  const round: Round<Item> = {
    claim: async ({ limit }) => waiting.splice(0, limit),
    placeOf: (item) => item,
    work(item) {
      begun.push(item);
      return item.promise;
    },
  };
  return { round, begun };
}

test("the next thing is begun as soon as one is done, while another hangs", async () => {
  const [hanging, ...quick] = Array.from({ length: 5 }, () => task());
  for (const { end } of quick) end();
  const last = Promise.withResolvers<void>();
  const { round, begun } = listOf([hanging!, ...quick]);
  const work: typeof round.work = (item) => {
    if (item === quick.at(-1)) last.resolve();
    return round.work(item);
  };

  const working = workThrough({ ...round, work }, never, { ...ROUND, atOnce: 2 });
  await last.promise;
  hanging?.end();
  await working;

  expect(begun).toHaveLength(5);
});

test("a place that becomes free during a claim is not forgotten", async () => {
  const [done, hanging, last] = [task(), task(), task()];
  done.end();
  last.end();
  const { round, begun } = listOf([done, hanging, last]);
  let claims = 0;
  const claim: typeof round.claim = async (turns) => {
    claims += 1;
    if (claims !== 2) return round.claim(turns);
    hanging.end();
    await Bun.sleep(0);
    return [];
  };

  await workThrough({ ...round, claim }, never, { ...ROUND, atOnce: 2 });

  expect(begun).toEqual([done, hanging, last]);
});

test("a claim is told whose share is under way", async () => {
  const tasks = [task("a.example"), task("a.example"), task("b.example")];
  const { round } = listOf(tasks);
  const busy: string[][] = [];
  const second = Promise.withResolvers<void>();
  const claim: typeof round.claim = (turns) => {
    busy.push(turns.busy.hosts);
    if (busy.length === 2) second.resolve();
    return round.claim(turns);
  };

  const working = workThrough({ ...round, claim }, never, { ...ROUND, atOnce: 3 });
  tasks[0]?.end();
  await second.promise;
  for (const { end } of tasks) end();
  await working;

  expect(busy.slice(0, 2)).toEqual([[], ["a.example", "b.example"]]);
});

test("a round does no more than its measure", async () => {
  const tasks = Array.from({ length: 5 }, () => task());
  for (const { end } of tasks) end();
  const { round, begun } = listOf(tasks);

  await workThrough(round, never, { ...ROUND, items: 3 });

  expect(begun).toHaveLength(3);
});

test("a round whose time is over begins nothing more", async () => {
  const { round, begun } = listOf([task()]);

  await workThrough(round, never, { ...ROUND, beginMs: -1 });

  expect(begun).toEqual([]);
});

test("a round that is told to stop begins nothing more, and ends when what it began has ended", async () => {
  const [first, second] = [task(), task()];
  const stopping = new AbortController();
  const { round, begun } = listOf([first, second]);
  let isOver = false;

  const working = workThrough(round, stopping.signal, { ...ROUND, atOnce: 1 }).then(() => (isOver = true));
  stopping.abort();
  await Promise.resolve();
  const wasOver = isOver;
  first.end();
  await working;

  expect(wasOver).toBe(false);
  expect(begun.length).toBeLessThanOrEqual(1);
});

test("a claim that fails ends the round, but not what it began", async () => {
  const first = task();
  const { round } = listOf([first]);
  let claims = 0;
  let hasEnded = false;
  void first.promise.then(() => (hasEnded = true));
  const claim: typeof round.claim = async (turns) => {
    claims += 1;
    if (claims > 1) throw new Error("The database is away.");
    return [...(await round.claim({ ...turns, limit: 1 })), { ...task(), promise: Promise.resolve() }];
  };

  const working = workThrough({ ...round, claim }, never).catch((failure: unknown) => failure);
  first.end();

  expect(await working).toMatchObject({ message: "The database is away." });
  expect(hasEnded).toBe(true);
});
