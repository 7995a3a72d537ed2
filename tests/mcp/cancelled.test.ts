import { afterEach, expect, test } from "bun:test";
import { listTools } from "#src/mcp/catalog.ts";
import { type ConnectionPool, createPool } from "#src/mcp/pool.ts";
import { probe } from "#src/mcp/probe.ts";
import { loopbackFetch, targetOf } from "#tests/mcp/support.ts";
import { type FakeMcpServer, startFakeMcpServer } from "#tests/support/fake-mcp-server.ts";

const fetch = loopbackFetch();
const known = { transport: "streamable_http", protocolVersion: "2025-11-25" } as const;
const slots = { perMember: 1, perWorkspace: 1, perHost: 1 };

let stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.map((stop) => stop()));
  stops = [];
});

type SilentServer = FakeMcpServer & {
  asked: Promise<void>;
  left: Promise<void>;
  /** Why the request was cancelled, in the words of the notification. */
  told: Promise<unknown>;
};

/** Answers everything but this method, and tells when it was asked for it and when it was left waiting. */
function startSilentServer(method: string): SilentServer {
  const asked = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  const told = Promise.withResolvers<unknown>();
  const server = startFakeMcpServer({
    [method]: (_, request) => {
      asked.resolve();
      request.signal.addEventListener("abort", () => left.resolve());
      return new Promise(() => {});
    },
    "notifications/cancelled": ({ params }) => {
      told.resolve(params?.["reason"]);
      return new Response(null, { status: 202 });
    },
  });
  stops.push(server.stop);
  return { ...server, asked: asked.promise, left: left.promise, told: told.promise };
}

function poolOf(): ConnectionPool {
  const pool = createPool({ fetch, slots });
  stops.push(() => pool.close());
  return pool;
}

test("who stops waiting for a call ends it at the server, and leaves slot and connection to the next", async () => {
  const server = startSilentServer("tools/list");
  const pool = poolOf();
  const caller = new AbortController();
  const target = targetOf(server.url, { known });

  const listing = pool.use(target, listTools, caller.signal);
  await server.asked;
  caller.abort();

  await expect(listing).rejects.toMatchObject({ kind: "cancelled" });
  await server.left;
  await pool.use(target, async () => {});
  expect(server.seen.filter((method) => method === "initialize")).toHaveLength(1);
  expect(await server.told).toBe("cancelled");
});

test("a read goes on as long as anybody waits for it, and ends with the last", async () => {
  const server = startSilentServer("tools/list");
  const pool = poolOf();
  const callers = [new AbortController(), new AbortController()];
  const target = targetOf(server.url, { known });

  const readings = callers.map(({ signal }) => pool.read(target, listTools, signal));
  await server.asked;
  callers[0]?.abort();
  await expect(readings[0]).rejects.toMatchObject({ kind: "cancelled" });
  const joined = pool.read(target, listTools, callers[1]?.signal);
  callers[1]?.abort();

  const gone = { status: "rejected", reason: { kind: "cancelled" } };
  expect(await Promise.allSettled([readings[1], joined])).toMatchObject([gone, gone]);
  await server.left;
  expect(server.seen.filter((method) => method === "tools/list")).toHaveLength(1);
});

test("whoever waits for the same connection gets it, though the first has gone", async () => {
  const opened = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const server = startFakeMcpServer({
    initialize: async ({ id }) => {
      asked.resolve();
      await opened.promise;
      const info = { capabilities: {}, serverInfo: { name: "slow", version: "1" } };
      return Response.json({ jsonrpc: "2.0", id, result: { protocolVersion: "2025-11-25", ...info } });
    },
  });
  stops.push(server.stop);
  const pool = createPool({ fetch });
  stops.push(() => pool.close());
  const caller = new AbortController();
  const target = targetOf(server.url, { known });

  const first = pool.use(target, async () => "first", caller.signal);
  const second = pool.use(target, async () => "second");
  await asked.promise;
  caller.abort();
  await expect(first).rejects.toMatchObject({ kind: "cancelled" });
  opened.resolve();

  expect(await second).toBe("second");
  expect(server.seen.filter((method) => method === "initialize")).toHaveLength(1);
});

test.each(["server/discover", "initialize"])(
  "a probe that is given up in %s leaves the server",
  async (method) => {
    const server = startSilentServer(method);
    const caller = new AbortController();

    const trying = probe(fetch, targetOf(server.url), { signal: caller.signal });
    await server.asked;
    caller.abort();

    await expect(trying).rejects.toMatchObject({ kind: "cancelled" });
    await server.left;
  },
);

test("what was given up before it began asks nobody", async () => {
  const server = startSilentServer("initialize");

  const trying = probe(fetch, targetOf(server.url), { signal: AbortSignal.abort() });

  await expect(trying).rejects.toMatchObject({ kind: "cancelled" });
  expect(server.seen).toEqual([]);
});
