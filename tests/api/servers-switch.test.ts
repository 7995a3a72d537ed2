import { afterAll, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import * as credentials from "#src/db/credentials.ts";
import { servers } from "#src/db/schema.ts";
import type { McpServer } from "#src/services/servers/index.ts";
import { testApp } from "#tests/support/app.ts";
import { startLegacyMcpServer } from "#tests/support/legacy-mcp-server.ts";
import { makePeople, type Person } from "#tests/support/people.ts";
import { addReadyServer, addServer, nowhere, startGuardedMcpServer } from "#tests/support/servers.ts";
import { serveSite } from "#tests/support/site.ts";

const app = await testApp();
const { db } = app.deps;
const open = startLegacyMcpServer();
const guarded = startGuardedMcpServer("the right secret");
afterAll(() => Promise.all([open.stop(), guarded.stop()]));

/** As if OAuth's discovery and registration had been done. */
async function addAuthorizeServer(ada: Person): Promise<McpServer> {
  const { id } = await addServer(ada, { url: nowhere(), authType: "oauth" });
  const issuer = "https://login.example.com";
  await db
    .update(servers)
    .set({ state: "AUTHORIZE", registration: "dynamic", issuer })
    .where(eq(servers.id, id));
  return (await ada.get<McpServer>(`mcp-servers/${id}`)).body;
}

test("enable: from REGISTER, a handshake makes an open server ready", async () => {
  const { ada, bob } = await makePeople(app);
  const { id } = await addServer(ada, { url: open.url });

  const { status, body } = await bob.post<McpServer>(`mcp-servers/${id}/enable`);

  expect(status).toBe(200);
  expect(body).toMatchObject({
    state: "READY",
    enabled: true,
    connection: "not_connected",
    protocolVersion: "2025-11-25",
    serverInfo: { name: "legacy" },
    lastTest: { success: true },
  });
  expect((await ada.get("audit-events")).body).toMatchObject([
    { action: "server.enabled", actor: { name: "Bob" }, target: { id } },
    { action: "server.created" },
  ]);
});

test("enable: READY and enabled is returned as it is, and nobody is called", async () => {
  const { ada } = await makePeople(app);
  const { id } = await addReadyServer(ada, open.url);
  const before = (await ada.get<McpServer>(`mcp-servers/${id}`)).body;
  const calls = open.seen.length;

  const { status, body } = await ada.post(`mcp-servers/${id}/enable`);

  expect([status, body]).toEqual([200, before]);
  expect(open.seen.length).toBe(calls);
});

test("enable: READY and disabled is switched on, and nobody is called", async () => {
  const { ada } = await makePeople(app);
  const { id } = await addReadyServer(ada, open.url);
  await ada.post(`mcp-servers/${id}/disable`);
  const calls = open.seen.length;

  const { body } = await ada.post<McpServer>(`mcp-servers/${id}/enable`);

  expect([body.state, body.enabled]).toEqual(["READY", true]);
  expect(open.seen.length).toBe(calls);
});

test("enable: AUTHORIZE waits for somebody to sign in", async () => {
  const { ada } = await makePeople(app);
  const { id } = await addAuthorizeServer(ada);

  const { status, body } = await ada.post(`mcp-servers/${id}/enable`);

  expect([status, body]).toMatchObject([
    409,
    {
      detail: {
        code: "authorization_required",
        authorizeUrl: `http://127.0.0.1:3000${ada.path(`mcp-servers/${id}/oauth/authorize`)}`,
      },
    },
  ]);
  expect((await ada.get(`mcp-servers/${id}`)).body).toMatchObject({ state: "AUTHORIZE", enabled: false });
});

test("enable: where a secret is wanted and this member has given none, they are told to", async () => {
  const { ada } = await makePeople(app);
  const known = await addServer(ada, { url: guarded.url, authType: "api_key" });
  const guessed = await addServer(ada, { url: `${guarded.url}?2`, authType: "direct_auth" });

  const answers = [
    await ada.post(`mcp-servers/${known.id}/enable`),
    await ada.post(`mcp-servers/${guessed.id}/enable`),
  ];

  for (const [index, { appUuid }] of [known, guessed].entries())
    expect(answers[index]).toMatchObject({
      status: 403,
      body: { detail: { code: "member_auth_required", authType: "api_key", appUuid } },
    });
  expect((await ada.get<McpServer>(`mcp-servers/${guessed.id}`)).body).toMatchObject({
    authType: "api_key",
    state: "REGISTER",
    enabled: false,
    lastTest: { success: false },
  });
});

test("enable: a member who has given a good secret makes the server ready", async () => {
  const { ada } = await makePeople(app);
  const { id } = await addServer(ada, { url: guarded.url, authType: "api_key" });
  await ada.post(`mcp-servers/${id}/credentials`, { secret: "the right secret" });
  await db.update(servers).set({ state: "REGISTER", enabled: false }).where(eq(servers.id, id));

  const { body } = await ada.post<McpServer>(`mcp-servers/${id}/enable`);

  expect(body).toMatchObject({ state: "READY", enabled: true, connection: "connected" });
});

test("enable: a server that was taken for another kind is corrected while it is REGISTER", async () => {
  const { ada } = await makePeople(app);
  const { id } = await addServer(ada, { url: open.url, authType: "oauth" });

  const { status, body } = await ada.post<McpServer>(`mcp-servers/${id}/enable`);

  expect([status, body.authType, body.state]).toEqual([200, "direct_auth", "READY"]);
});

test("enable: what is not there, or speaks no MCP, fails with a stage and stays REGISTER", async () => {
  const { ada } = await makePeople(app);
  const closed = serveSite();
  await closed.close();
  const site = serveSite({ "/mcp": Response.json({ hello: "world" }) });
  const absent = await addServer(ada, { url: closed.at("/mcp") });
  const foreign = await addServer(ada, { url: site.at("/mcp") });

  const answers = [
    await ada.post(`mcp-servers/${absent.id}/enable`),
    await ada.post(`mcp-servers/${foreign.id}/enable`),
  ];

  expect(answers.map(({ status, code }) => [status, code])).toEqual([
    [502, "upstream_failed"],
    [502, "upstream_failed"],
  ]);
  expect(answers[0]?.body).toMatchObject({ detail: { stage: "connect" } });
  for (const { id } of [absent, foreign])
    expect((await ada.get(`mcp-servers/${id}`)).body).toMatchObject({
      state: "REGISTER",
      enabled: false,
      lastTest: { success: false, stage: expect.any(String), message: expect.any(String) },
    });
  await site.close();
});

test("disable: live connections are closed, and the server keeps its set-up and its members", async () => {
  const { ada, bob } = await makePeople(app);
  const { id } = await addReadyServer(ada, open.url);
  await bob.post(`mcp-servers/${id}/credentials`);
  await bob.get(`mcp-servers/${id}/tools`);
  const sessions = open.sessions.size;

  const { body } = await bob.post<McpServer>(`mcp-servers/${id}/disable`);
  const refused = await bob.get(`mcp-servers/${id}/tools`);

  expect(body).toMatchObject({ state: "READY", enabled: false, memberCount: 1, connection: "connected" });
  expect(refused.code).toBe("server_disabled");
  expect(app.deps.pool.size).toBe(0);
  for (let tries = 0; open.sessions.size >= sessions && tries < 100; tries += 1) await Bun.sleep(10);
  expect(open.sessions.size).toBeLessThan(sessions);
});

test("disable: twice is the same as once, in any state", async () => {
  const { ada } = await makePeople(app);
  const { id } = await addReadyServer(ada, open.url);
  const waiting = await addAuthorizeServer(ada);
  const fresh = await addServer(ada, { url: nowhere() });

  const once = await ada.post<McpServer>(`mcp-servers/${id}/disable`);
  const twice = await ada.post<McpServer>(`mcp-servers/${id}/disable`);

  expect(twice.body).toEqual(once.body);
  expect((await ada.post(`mcp-servers/${waiting.id}/disable`)).body).toEqual(waiting);
  expect((await ada.post(`mcp-servers/${fresh.id}/disable`)).body).toEqual(fresh);
  expect((await ada.get("audit-events?action=server.disabled")).body).toHaveLength(1);
});

test.each([
  "clear_registration=true",
  "clear_registration=True",
  "clear_registration=1",
  "clearRegistration=true",
])("disable with %s forgets the OAuth client and members' tokens", async (query) => {
  const { ada, bob } = await makePeople(app);
  const oauth = { clientId: "mine", clientSecret: "hush-hush", scopes: ["read"] };
  const { id } = await addServer(ada, { url: nowhere(), authType: "oauth", oauth });
  await db
    .update(servers)
    .set({ state: "READY", enabled: true, registration: "manual", issuer: "https://login.example.com" })
    .where(eq(servers.id, id));
  for (const { memberId } of [ada, bob])
    await credentials.put(
      db,
      { workspaceId: ada.workspaceId, serverId: id, memberId },
      { kind: "oauth", sealed: "v1:lost:key" },
    );

  const { status, body } = await ada.post<McpServer>(`mcp-servers/${id}/disable?${query}`);

  expect(status).toBe(200);
  expect(body).toMatchObject({ state: "REGISTER", enabled: false, registration: null, memberCount: 0 });
  expect(body.oauth).toMatchObject({
    clientId: null,
    scopes: ["read"],
    issuer: null,
    otherIssuer: null,
    hasClientSecret: false,
  });
});

test.each([
  "",
  "clear_registration=false",
  "clearRegistration=false",
  "clear_registration=false&clearRegistration=true",
])("disable with %j keeps the registration", async (query) => {
  const { ada } = await makePeople(app);
  const { id } = await addAuthorizeServer(ada);

  const { body } = await ada.post<McpServer>(`mcp-servers/${id}/disable?${query}`);

  expect(body).toMatchObject({ state: "AUTHORIZE", registration: "dynamic" });
});

test("disable with clear_registration keeps what members hold of a server that is not OAuth's", async () => {
  const { ada, bob } = await makePeople(app);
  const { id } = await addReadyServer(ada, open.url);
  await bob.post(`mcp-servers/${id}/credentials`);

  const { body } = await bob.post<McpServer>(`mcp-servers/${id}/disable?clear_registration=true`);

  expect(body).toMatchObject({ state: "REGISTER", enabled: false, connection: "connected" });
});

test("disable with a flag that is none is a bad query, and switches nothing off", async () => {
  const { ada } = await makePeople(app);
  const { id } = await addReadyServer(ada, open.url);

  const answers = [
    await ada.post(`mcp-servers/${id}/disable?clear_registration=perhaps`),
    await ada.post(`mcp-servers/${id}/disable?clear_registration=`),
  ];

  expect(answers.map(({ status, code }) => [status, code])).toEqual([
    [400, "bad_request"],
    [400, "bad_request"],
  ]);
  expect((await ada.get(`mcp-servers/${id}`)).body).toMatchObject({ enabled: true });
});

test("who may not switch a server switches none", async () => {
  const { ada, vic, eve, stranger } = await makePeople(app);
  const { id } = await addReadyServer(ada, open.url);

  for (const verb of ["enable", "disable"]) {
    const answers = [
      await stranger.post(`mcp-servers/${id}/${verb}`, { nonsense: true }),
      await vic.post(`mcp-servers/${id}/${verb}`),
      await eve.post(ada.path(`mcp-servers/${id}/${verb}`)),
      await eve.post(`mcp-servers/${id}/${verb}`),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 403, 404, 404]);
    expect(answers[1]?.body).toMatchObject({ detail: { requiredScope: "apps:write" } });
  }
  expect((await ada.get(`mcp-servers/${id}`)).body).toMatchObject({ enabled: true });
});
