import { afterEach, expect, test } from "bun:test";
import { type Probe, probe } from "#src/mcp/probe.ts";
import { createGuardedFetch } from "#src/net/fetch.ts";
import { loopbackFetch, QUICK, targetOf } from "#tests/mcp/support.ts";
import { error, hang, startFakeMcpServer, startRawServer } from "#tests/support/fake-mcp-server.ts";
import { startLegacyMcpServer } from "#tests/support/legacy-mcp-server.ts";
import { startModernMcpServer } from "#tests/support/modern-mcp-server.ts";
import { everything } from "#tests/support/peers.ts";

const fetch = loopbackFetch();
const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.stop()));
});
const keep = <T extends { stop(): Promise<void> }>(server: T): T => {
  open.push(server);
  return server;
};

const way = ({ stages }: Probe) => stages.map(({ stage, ok }) => (ok ? stage : `${stage}!`)).join(" ");
const byName = (url: string) => url.replace("127.0.0.1", "localhost");

test("a server that works is measured from its name to its handshake", async () => {
  const server = keep(startModernMcpServer());

  const result = await probe(fetch, targetOf(byName(server.url)));

  expect(result).toMatchObject({
    ok: true,
    protocolVersion: "2026-07-28",
    transport: "streamable_http",
    serverInfo: { name: "modern", version: "2.0.0" },
    instructions: null,
  });
  expect(way(result)).toBe("dns connect http handshake");
  expect(result.stages.every(({ ms }) => ms >= 0)).toBe(true);
  expect(result.latencyMs).toBeGreaterThanOrEqual(Math.max(...result.stages.map(({ ms }) => ms)));
});

test("every try uses a socket of its own and forgets what the server spoke before", async () => {
  const server = keep(startLegacyMcpServer());
  const target = targetOf(byName(server.url), { known: { transport: "sse", protocolVersion: "2024-11-05" } });

  const results = [await probe(fetch, target), await probe(fetch, target)];

  expect(results.map(way)).toEqual(["dns connect http handshake", "dns connect http handshake"]);
  expect(server.seen.filter((method) => method === "server/discover")).toHaveLength(2);
});

test("a server of HTTP+SSE is measured by its first answer and found by its second", async () => {
  const peer = keep(await everything.sse());

  const result = await probe(fetch, targetOf(byName(peer.url)));

  expect(result).toMatchObject({ ok: true, transport: "sse" });
  expect(way(result)).toBe("dns connect http handshake");
});

test("a failing stage comes last", async () => {
  const gone = startFakeMcpServer();
  await gone.stop();
  const silent = keep(await startRawServer(""));
  const down = keep(startFakeMcpServer({ "server/discover": () => new Response(null, { status: 502 }) }));
  const refusing = keep(startFakeMcpServer({ initialize: (message) => error(message, -32000, "Not today") }));
  const locked = keep(startFakeMcpServer({ "server/discover": () => new Response(null, { status: 401 }) }));
  const halfway = keep(startFakeMcpServer({ initialize: hang }));
  const notTls = down.url.replace("http:", "https:");

  const urls = [gone.url, silent.url, down.url, refusing.url, locked.url, halfway.url, notTls];
  const results = await Promise.all(
    urls.map((url) => probe(fetch, targetOf(byName(url)), { limits: QUICK })),
  );

  expect(results.map(way)).toEqual([
    "dns connect!",
    "dns connect http!",
    "dns connect http!",
    "dns connect http handshake!",
    "dns connect http!",
    "dns connect http handshake!",
    "dns connect tls!",
  ]);
  expect(results.map((result) => (result.ok ? "ok" : `${result.error.kind} ${result.error.stage}`))).toEqual([
    "failed connect",
    "timeout http",
    "failed http",
    "rpc handshake",
    "unauthorized http",
    "timeout handshake",
    "failed tls",
  ]);
});

test("a name that does not resolve, and an address that the policy forbids, fail before anything is dialled", async () => {
  const guarded = createGuardedFetch({
    allowLoopback: false,
    exceptions: [],
    resolve: () => Promise.reject(new Error("no such name")),
  });
  const server = keep(startModernMcpServer());

  const results = await Promise.all(
    ["https://nowhere.example/mcp", server.url].map((url) =>
      probe(guarded, targetOf(url), { limits: QUICK }),
    ),
  );

  expect(results.map(way)).toEqual(["dns!", "dns!"]);
  expect(results).toMatchObject([{ ok: false }, { ok: false, error: { kind: "refused" } }]);
  expect(server.seen).toEqual([]);
  guarded.close();
});
