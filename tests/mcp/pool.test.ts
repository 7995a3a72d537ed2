import { afterEach, beforeEach, expect, test } from "bun:test";
import { callTool } from "#src/mcp/call.ts";
import { listPrompts, listTools } from "#src/mcp/catalog.ts";
import type { Connection } from "#src/mcp/connect.ts";
import { type ConnectionPool, createPool, type PoolOptions } from "#src/mcp/pool.ts";
import type { Target } from "#src/mcp/target.ts";
import { loopbackFetch, QUICK, targetOf } from "#tests/mcp/support.ts";
import { error, hang, result, startFakeMcpServer, stream } from "#tests/support/fake-mcp-server.ts";
import { type LegacyMcpServer, startLegacyMcpServer } from "#tests/support/legacy-mcp-server.ts";

const fetch = loopbackFetch();
const known = { transport: "streamable_http", protocolVersion: "2025-11-25" } as const;
const count = (connection: Connection) => callTool(connection, { name: "count", arguments: {} });

let server: LegacyMcpServer;
let pools: ConnectionPool[];
beforeEach(() => {
  server = startLegacyMcpServer();
  pools = [];
});
afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.close()));
  await server.stop();
});

const poolOf = (options: Partial<PoolOptions> = {}): ConnectionPool => {
  const pool = createPool({ fetch, ...options });
  pools.push(pool);
  return pool;
};
const target = (different: Partial<Target> = {}): Target => targetOf(server.url, { known, ...different });
const how = (method: string): number => server.seen.filter((seen) => seen === method).length;

/** Waits for something that the pool does by itself and tells nobody. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await Bun.sleep(5);
}

test("a warm call is one request to the server and nothing else", async () => {
  const pool = poolOf();
  await pool.use(target(), count);
  server.seen.length = 0;

  await pool.use(target(), count);

  expect(server.seen).toEqual(["tools/call"]);
  expect(pool.size).toBe(1);
});

test("whoever comes while a connection is being made waits for the same one", async () => {
  const pool = poolOf();

  await Promise.all([pool.use(target(), count), pool.use(target(), count), pool.use(target(), listPrompts)]);

  expect(how("initialize")).toBe(1);
});

test("another member's key has a connection of its own", async () => {
  const pool = poolOf();
  const bob = target({ key: "w/7/2/1.1", memberId: 2 });

  const [ada, other] = await Promise.all([pool.use(target(), async (c) => c), pool.use(bob, async (c) => c)]);

  expect(ada).not.toBe(other);
  expect(server.sessions.size).toBe(2);
  expect(pool.size).toBe(2);
});

test("equal reads under way are one request, and later ones another", async () => {
  const pool = poolOf({ slots: { perMember: 1, perWorkspace: 1, perHost: 1 } });
  const release = server.hold();
  const reading = Array.from({ length: 5 }, () => pool.read(target(), listTools));
  release();

  const lists = await Promise.all(reading);
  const later = await pool.read(target(), listTools);

  expect(new Set(lists).size).toBe(1);
  expect(later).toEqual(lists[0] as typeof later);
  expect(how("tools/list")).toBe(2);
});

test("different reads, and the reads of different members, are told apart", async () => {
  const pool = poolOf();
  const bob = target({ key: "w/7/2/1.1", memberId: 2 });

  await Promise.all([
    pool.read(target(), listTools),
    pool.read(target(), listPrompts),
    pool.read(bob, listTools),
  ]);

  expect(how("tools/list")).toBe(2);
});

test("an unused connection is closed after a while, and its session ended", async () => {
  const pool = poolOf({ idleMs: 20 });
  await pool.use(target(), count);

  await until(() => server.sessions.size === 0);

  expect(pool.size).toBe(0);
  expect(how("DELETE")).toBe(1);
});

test("past its cap the pool lets go of what was used least recently", async () => {
  const pool = poolOf({ maxConnections: 2 });
  const [first, second, third] = ["a/", "b/", "c/"].map((key) => target({ key }));
  if (!first || !second || !third) throw new Error("three targets");
  await pool.use(first, count);
  await pool.use(second, count);
  await pool.use(first, count);

  await pool.use(third, count);
  server.seen.length = 0;
  await pool.use(first, count);

  expect(pool.size).toBe(2);
  expect(server.seen).not.toContain("initialize");
});

test("a dropped key lets its work finish and begins anew", async () => {
  const pool = poolOf();
  await pool.use(target(), count);
  const release = server.hold();
  const calling = pool.use(target(), count);
  await until(() => how("tools/call") === 2);

  pool.drop("6a0e5a1e-0000-4000-8000-000000000001/7/");
  const sizeAfter = pool.size;
  release();
  const answer = await calling;
  await until(() => server.sessions.size === 0);
  await pool.use(target(), count);

  expect(sizeAfter).toBe(0);
  expect(answer).toMatchObject({ isError: false });
  expect(how("initialize")).toBe(2);
});

test("dropping one server's connections leaves those of another", async () => {
  const pool = poolOf();
  await pool.use(target({ key: "w/7/1/1.1" }), count);
  await pool.use(target({ key: "w/70/1/1.1" }), count);

  pool.drop("w/7/");

  expect(pool.size).toBe(1);
});

test("a connection that failed is not used again, one that answered with an error is", async () => {
  const fake = startFakeMcpServer({
    "tools/call": (message) =>
      message.params?.["name"] === "refused"
        ? error(message, -32602, "no")
        : stream((async function* () {})()),
    "tools/list": (message) => result(message, { tools: [] }),
  });
  const pool = poolOf();
  const to = targetOf(fake.url, { known });

  await pool
    .use(to, (connection) => callTool(connection, { name: "refused", arguments: {} }))
    .catch(() => {});
  const afterRefusal = pool.size;
  await pool.use(to, (connection) => callTool(connection, { name: "breaks", arguments: {} })).catch(() => {});

  expect(afterRefusal).toBe(1);
  expect(pool.size).toBe(0);
  await fake.stop();
});

test("a connection that cannot be made is tried anew the next time", async () => {
  let isUp = false;
  const guarded = startLegacyMcpServer({ guard: () => (isUp ? null : new Response(null, { status: 503 })) });
  const pool = poolOf();
  const to = targetOf(guarded.url, { known });

  const outcome = await pool.use(to, count).catch((caught: unknown) => caught);
  const sizeBetween = pool.size;
  isUp = true;
  const answer = await pool.use(to, count);

  expect(outcome).toMatchObject({ kind: "failed", status: 503 });
  expect(sizeBetween).toBe(0);
  expect(answer).toMatchObject({ isError: false });
  await guarded.stop();
});

test("a failure that is not the server's leaves the connection in the pool", async () => {
  const pool = poolOf();

  const outcome = await pool
    .use(target(), () => Promise.reject(new Error("a bug of ours")))
    .catch((caught: unknown) => caught);

  expect(outcome).toMatchObject({ message: "a bug of ours" });
  expect(pool.size).toBe(1);
});

test("closing the pool ends every session", async () => {
  const pool = poolOf();
  await pool.use(target(), count);
  await pool.use(target({ key: "other" }), count);

  await pool.close();

  expect(server.sessions.size).toBe(0);
  expect(pool.size).toBe(0);
});

test("two hundred hanging tests take four slots, and slow nobody else", async () => {
  const hanging = startFakeMcpServer({ "server/discover": hang });
  const pool = poolOf({ limits: { ...QUICK, handshakeMs: 1_000, connectMs: 1_000 } });
  const tests = Array.from({ length: 200 }, () =>
    pool.probe(targetOf(hanging.url)).catch((caught: unknown) => caught),
  );
  const began = performance.now();

  const answer = await pool.use(target({ memberId: 2, key: "bob" }), count);
  const tookMs = performance.now() - began;
  const outcomes = await Promise.all(tests);

  const busy = outcomes.filter(
    (outcome) => outcome instanceof Error && "kind" in outcome && outcome.kind === "busy",
  );
  expect(answer).toMatchObject({ isError: false });
  expect(tookMs).toBeLessThan(500);
  expect(busy).toHaveLength(196);
  expect(hanging.seen).toHaveLength(4);
  await hanging.stop();
});
