import { afterAll, expect, test } from "bun:test";
import { eq, sql } from "drizzle-orm";
import { rowsOf } from "#src/db/rows.ts";
import { servers } from "#src/db/schema.ts";
import type { McpServer } from "#src/services/servers/index.ts";
import type { TestResult } from "#src/services/server-tests.ts";
import { testApp } from "#tests/support/app.ts";
import { hang, startFakeMcpServer } from "#tests/support/fake-mcp-server.ts";
import { startLegacyMcpServer } from "#tests/support/legacy-mcp-server.ts";
import { makePeople } from "#tests/support/people.ts";
import { addReadyServer, addServer, nowhere, startGuardedMcpServer } from "#tests/support/servers.ts";
import { serveSite } from "#tests/support/site.ts";

const app = await testApp();
const { db } = app.deps;
const open = startLegacyMcpServer();
const guarded = startGuardedMcpServer("the right secret");
afterAll(() => Promise.all([open.stop(), guarded.stop()]));

test("success tells how long each stage took, and makes the server ready, for a viewer too", async () => {
  const { ada, vic } = await makePeople(app);
  const { id } = await addServer(ada, { url: open.url });

  const { status, body } = await vic.post<TestResult>(`mcp-servers/${id}/test`);

  expect(status).toBe(200);
  expect(body).toEqual({
    success: true,
    latencyMs: expect.any(Number),
    protocolVersion: "2025-11-25",
    transport: "streamable_http",
    serverInfo: { name: "legacy", version: "1.0.0" },
    stages: [
      { stage: "dns", ok: true, ms: expect.any(Number) },
      { stage: "connect", ok: true, ms: expect.any(Number) },
      { stage: "http", ok: true, ms: expect.any(Number) },
      { stage: "handshake", ok: true, ms: expect.any(Number) },
    ],
    error: null,
    state: "READY",
    enabled: true,
  });
  expect((await ada.get(`mcp-servers/${id}`)).body).toMatchObject({
    state: "READY",
    enabled: true,
    instructions: "Be brief.",
    lastTest: { success: true, latencyMs: Math.round(body.latencyMs) },
  });
  expect((await ada.get("audit-events")).body).toMatchObject([
    { action: "server.enabled", actor: { name: "Vic" } },
    { action: "server.created" },
  ]);
});

test("success switches a disabled server on again", async () => {
  const { ada } = await makePeople(app);
  const { id } = await addReadyServer(ada, open.url);
  await ada.post(`mcp-servers/${id}/disable`);

  const { body } = await ada.post<TestResult>(`mcp-servers/${id}/test`);

  expect([body.success, body.enabled]).toEqual([true, true]);
  expect((await ada.get(`mcp-servers/${id}`)).body).toMatchObject({ enabled: true });
});

test("failure is 200 with a stage, disables nothing and drops nobody's credential", async () => {
  const { ada, bob } = await makePeople(app);
  const dying = startLegacyMcpServer();
  const { id } = await addReadyServer(ada, dying.url);
  await bob.post(`mcp-servers/${id}/credentials`);
  await dying.stop();

  const { status, body } = await bob.post<TestResult>(`mcp-servers/${id}/test`);

  expect([status, body]).toEqual([
    200,
    {
      success: false,
      latencyMs: expect.any(Number),
      protocolVersion: null,
      transport: null,
      serverInfo: null,
      stages: [
        { stage: "dns", ok: true, ms: expect.any(Number) },
        { stage: "connect", ok: false, ms: expect.any(Number) },
      ],
      error: { code: "upstream_failed", stage: "connect", message: expect.any(String) },
      state: "READY",
      enabled: true,
    },
  ]);
  expect((await bob.get(`mcp-servers/${id}`)).body).toMatchObject({
    state: "READY",
    enabled: true,
    connection: "connected",
    serverInfo: { name: "legacy" },
    lastTest: { success: false, stage: "connect", message: body.error?.message },
  });
});

test("a server that asks for a secret says what this member has to do, and how the secret fared", async () => {
  const { ada, bob } = await makePeople(app);
  const { id, appUuid } = await addServer(ada, { url: guarded.url, authType: "api_key" });
  await ada.post(`mcp-servers/${id}/credentials`, { secret: "the right secret" });

  const without = await bob.post<TestResult>(`mcp-servers/${id}/test`);
  const having = await ada.post<TestResult>(`mcp-servers/${id}/test`);

  expect(without.body).toMatchObject({
    success: false,
    error: { code: "member_auth_required", stage: "http", authType: "api_key", appUuid },
  });
  expect(without.body.error).not.toHaveProperty("authorizeUrl");
  expect(having.body).toMatchObject({ success: true });
});

test("an OAuth server says where to authorize", async () => {
  const { ada } = await makePeople(app);
  const { id } = await addServer(ada, { url: guarded.url, authType: "oauth" });
  await db.update(servers).set({ state: "AUTHORIZE" }).where(eq(servers.id, id));

  const { body } = await ada.post<TestResult>(`mcp-servers/${id}/test`);

  expect(body).toMatchObject({
    success: false,
    error: {
      code: "member_auth_required",
      authType: "oauth",
      authorizeUrl: `http://127.0.0.1:3000${ada.path(`mcp-servers/${id}/oauth/authorize`)}`,
    },
    state: "AUTHORIZE",
    enabled: false,
  });
});

test.each([
  ["HTML", () => new Response("<h1>hi</h1>", { headers: { "content-type": "text/html" } })],
  ["other JSON", () => Response.json({ hello: "world" })],
  ["500", () => new Response("broken", { status: 500 })],
  ["a redirect", () => Response.redirect("https://mcp.example.com/", 302)],
  ["nothing", () => new Response(null, { status: 204 })],
])("%s in place of MCP is a failure with a stage", async (_, answer) => {
  const { ada } = await makePeople(app);
  const site = serveSite({ "/mcp": answer });
  const { id } = await addServer(ada, { url: site.at("/mcp") });

  const { status, body } = await ada.post<TestResult>(`mcp-servers/${id}/test`);

  expect([status, body.success, body.error?.code]).toEqual([200, false, "upstream_failed"]);
  expect(["http", "handshake"]).toContain(String(body.error?.stage));
  expect(body.stages.at(-1)).toMatchObject({ stage: body.error?.stage, ok: false });
  await site.close();
});

test("an address that is not allowed is a failure that names the setting", async () => {
  const { ada } = await makePeople(app);
  const { id } = await addServer(ada, { url: nowhere() });

  const { body } = await ada.post<TestResult>(`mcp-servers/${id}/test`);

  expect(body.error).toMatchObject({
    code: "url_not_allowed",
    message: expect.stringContaining("EGRESS_ALLOW"),
  });
});

test("tests that hang leave no room for more than four of a member's, and slow nobody else", async () => {
  const { ada, bob } = await makePeople(app);
  const hanging = startFakeMcpServer({ "server/discover": hang, initialize: hang });
  const first = await addServer(ada, { url: hanging.url });
  const other = await addServer(ada, { url: open.url });
  const began = hanging.seen.length;
  const under = Array.from({ length: 4 }, () => ada.post<TestResult>(`mcp-servers/${first.id}/test`));
  while (hanging.seen.length < began + 4) await Bun.sleep(1);

  const fifth = await ada.post(`mcp-servers/${other.id}/test`);
  const others = [
    await ada.post(`mcp-servers/${other.id}/enable`),
    await ada.post("mcp-servers", { url: `${open.url}?x` }),
    await ada.post("mcp-servers/oauth-discovery", { url: open.url }),
  ];
  const ofBob = await bob.post<TestResult>(`mcp-servers/${other.id}/test`);
  await hanging.stop();

  for (const answer of [fifth, ...others]) {
    expect([answer.status, answer.code]).toEqual([429, "rate_limited"]);
    expect(answer.headers.get("retry-after")).toBe("1");
  }
  expect(ofBob.body.success).toBe(true);
  for (const answer of await Promise.all(under)) expect(answer.body.success).toBe(false);
  expect((await ada.get("mcp-servers")).headers.get("x-total-count")).toBe("2");
});

test("a test of what has been moved meanwhile does not make the new place ready", async () => {
  const { ada } = await makePeople(app);
  const arrived = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const slow = startLegacyMcpServer({ guard: () => (arrived.resolve(), null) });
  const held = serveSite({
    "/mcp": async (request) => {
      arrived.resolve();
      await release.promise;
      return fetch(new Request(slow.url, request));
    },
  });
  const { id } = await addServer(ada, { url: held.at("/mcp") });

  const testing = ada.post<TestResult>(`mcp-servers/${id}/test`);
  await arrived.promise;
  await ada.patch(`mcp-servers/${id}`, { url: nowhere() });
  release.resolve();

  expect((await testing).body).toMatchObject({ success: true, state: "REGISTER", enabled: false });
  expect((await ada.get<McpServer>(`mcp-servers/${id}`)).body).toMatchObject({
    state: "REGISTER",
    enabled: false,
    serverInfo: null,
  });
  await held.close();
  await slow.stop();
});

test("of a server's tests the last two hundred are kept", async () => {
  const { ada } = await makePeople(app);
  const { id } = await addServer(ada, { url: nowhere() });
  await db.execute(sql`
    insert into server_tests (workspace_id, server_id, success, latency_ms, stages)
    select ${ada.workspaceId}, ${id}, false, number + 100000, '[]' from generate_series(1, 300) number`);

  await ada.post(`mcp-servers/${id}/test`);

  const [kept] = await rowsOf<{ count: number; oldest: number }>(
    db,
    sql`select count(*)::int as count, min(latency_ms) as oldest from server_tests
      where server_id = ${id} and latency_ms > 100000`,
  );
  expect(kept).toMatchObject({ count: 199, oldest: 100_102 });
});

test("who may not see a server tests none", async () => {
  const { ada, eve, stranger } = await makePeople(app);
  const { id } = await addServer(ada, { url: open.url });
  const calls = open.seen.length;

  const answers = [
    await stranger.post(`mcp-servers/${id}/test`, { nonsense: true }),
    await eve.post(ada.path(`mcp-servers/${id}/test`)),
    await eve.post(`mcp-servers/${id}/test`),
    await ada.post("mcp-servers/2147483647/test"),
  ];

  expect(answers.map(({ status }) => status)).toEqual([401, 404, 404, 404]);
  expect(open.seen.length).toBe(calls);
});
