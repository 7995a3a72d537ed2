import { afterAll, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { credentials, servers } from "#src/db/schema.ts";
import type { McpServer } from "#src/services/servers/index.ts";
import { testApp } from "#tests/support/app.ts";
import { startLegacyMcpServer } from "#tests/support/legacy-mcp-server.ts";
import { startFakeMcpServer } from "#tests/support/fake-mcp-server.ts";
import { makePeople, makePerson, type Person } from "#tests/support/people.ts";
import { addReadyServer, addServer, nowhere, startGuardedMcpServer } from "#tests/support/servers.ts";
import { serveSite } from "#tests/support/site.ts";

const app = await testApp();
const { db } = app.deps;
const open = startLegacyMcpServer();
const guarded = startGuardedMcpServer("the right secret");
const guardedElsewhere = startGuardedMcpServer("the right secret", "x-api-key");
afterAll(() => Promise.all([open.stop(), guarded.stop(), guardedElsewhere.stop()]));

const rowsOf = (serverId: number) => db.select().from(credentials).where(eq(credentials.serverId, serverId));

test("direct_auth: no body links the member, once or twice, and nothing is sent", async () => {
  const { ada, bob } = await makePeople(app);
  const { id } = await addReadyServer(ada, open.url);
  const calls = open.seen.length;

  const once = await bob.post(`mcp-servers/${id}/credentials`);
  const [first] = await rowsOf(id);
  const twice = await bob.post(`mcp-servers/${id}/credentials`, {});

  const connected = { connected: true, serverId: id, memberId: bob.memberId };
  expect([once.status, once.body, twice.status, twice.body]).toEqual([200, connected, 200, connected]);
  expect(open.seen.length).toBe(calls);
  expect(first).toMatchObject({ memberId: bob.memberId, kind: "direct_auth", sealed: null });
  expect(await rowsOf(id)).toEqual(first ? [first] : []);
  expect((await ada.get("audit-events?action=credential.connected")).body).toHaveLength(1);
  expect((await bob.get(`mcp-servers/${id}/tools`)).status).toBe(200);
  expect((await ada.get(`mcp-servers/${id}/tools`)).code).toBe("member_auth_required");
});

test("direct_auth: a secret is not taken from somebody who thinks it is wanted", async () => {
  const { ada } = await makePeople(app);
  const { id } = await addReadyServer(ada, open.url);

  const answer = await ada.post(`mcp-servers/${id}/credentials`, { secret: "mine" });

  expect(answer).toMatchObject({ status: 422, body: { detail: { errors: [{ path: "/secret" }] } } });
  expect(await rowsOf(id)).toEqual([]);
});

test("api_key: a good secret is kept sealed, shown to nobody, and makes the server ready", async () => {
  const { ada, bob } = await makePeople(app);
  const { id } = await addServer(ada, { url: guarded.url, authType: "api_key" });

  const { status, body } = await bob.post(`mcp-servers/${id}/credentials`, { secret: "the right secret" });

  expect([status, body]).toEqual([200, { connected: true, serverId: id, memberId: bob.memberId }]);
  expect((await bob.get(`mcp-servers/${id}`)).body).toMatchObject({
    state: "READY",
    enabled: true,
    connection: "connected",
  });
  expect((await bob.get(`mcp-servers/${id}/tools`)).body).toMatchObject({ tools: [{ name: "count" }] });
  const [row] = await rowsOf(id);
  expect(row?.sealed).toStartWith("v1:test:");
  expect(JSON.stringify(row)).not.toContain("the right secret");
});

test("api_key: the secret goes where the server's admin said", async () => {
  const { ada, bob } = await makePeople(app);
  const header = { name: "X-Api-Key", prefix: "" };
  const { id } = await addServer(ada, { url: guardedElsewhere.url, authType: "api_key", header });

  const { status } = await bob.post(`mcp-servers/${id}/credentials`, { secret: "the right secret" });

  expect([status, (await bob.get(`mcp-servers/${id}/tools`)).status]).toEqual([200, 200]);
});

test("api_key: a secret that the server refuses is not kept, and the one before it is", async () => {
  const { ada, bob } = await makePeople(app);
  const { id } = await addServer(ada, { url: guarded.url, authType: "api_key" });

  const fresh = await bob.post(`mcp-servers/${id}/credentials`, { secret: "a wrong secret" });
  await bob.post(`mcp-servers/${id}/credentials`, { secret: "the right secret" });
  const later = await bob.post(`mcp-servers/${id}/credentials`, { secret: "a wrong secret" });

  for (const answer of [fresh, later]) {
    expect([answer.status, answer.code]).toEqual([422, "invalid"]);
    expect(answer.body).toMatchObject({ detail: { errors: [{ path: "/secret" }] } });
    expect(JSON.stringify(answer.body)).not.toContain("a wrong secret");
  }
  expect((await bob.get(`mcp-servers/${id}/tools`)).status).toBe(200);
});

test("api_key: a new secret takes the place of the old one, also on live connections", async () => {
  const { ada, bob } = await makePeople(app);
  const seen: (string | null)[] = [];
  const any = startLegacyMcpServer({
    guard: (request) => (seen.push(request.headers.get("authorization")), null),
  });
  const { id } = await addServer(ada, { url: any.url, authType: "api_key" });
  await bob.post(`mcp-servers/${id}/credentials`, { secret: "first-secret" });
  await bob.get(`mcp-servers/${id}/tools`);

  await bob.post(`mcp-servers/${id}/credentials`, { secret: "second-secret" });
  seen.length = 0;
  await bob.get(`mcp-servers/${id}/tools`);

  expect(new Set(seen)).toEqual(new Set(["Bearer second-secret"]));
  await any.stop();
});

const losses: [what: string, change: (by: Person, of: Person) => Promise<unknown>, status: number][] = [
  ["was removed", (by, of) => by.delete(`members/${of.memberId}`), 404],
  ["may only view by now", (by, of) => by.patch(`members/${of.memberId}`, { role: "viewer" }), 403],
  ["no longer sees the server", (by, of) => by.patch(`members/${of.memberId}`, { role: "member" }), 404],
];
test.each(losses)(
  "api_key: a member who %s while the secret is tried keeps none",
  async (_, change, status) => {
    const { ada } = await makePeople(app);
    const gus = await makePerson(app, { name: "Gus", role: "admin", workspaceId: ada.workspaceId });
    const slow = startFakeMcpServer({
      "notifications/initialized": async () => {
        await change(ada, gus);
        return new Response(null, { status: 202 });
      },
    });
    const { id } = await addServer(ada, { url: slow.url, authType: "api_key" });
    await ada.put(`mcp-servers/${id}/access`, { access: "restricted" });

    const answer = await gus.post(`mcp-servers/${id}/credentials`, { secret: "the right secret" });

    expect(answer.status).toBe(status);
    expect(await rowsOf(id)).toEqual([]);
    await slow.stop();
  },
);

test("api_key: a server that is down keeps no secret, and says that it is down", async () => {
  const { ada, bob } = await makePeople(app);
  const closed = serveSite();
  await closed.close();
  const { id } = await addServer(ada, { url: closed.at("/mcp"), authType: "api_key" });

  const answer = await bob.post(`mcp-servers/${id}/credentials`, { secret: "the right secret" });

  expect([answer.status, answer.code]).toEqual([502, "upstream_failed"]);
  expect(await rowsOf(id)).toEqual([]);
});

test("oauth: there is an address to open, and nothing to send here", async () => {
  const { ada, bob } = await makePeople(app);
  const { id } = await addServer(ada, { url: nowhere(), authType: "oauth" });

  for (const body of [undefined, { secret: "mine" }])
    expect(await bob.post(`mcp-servers/${id}/credentials`, body)).toMatchObject({
      status: 409,
      body: {
        detail: {
          code: "authorization_required",
          authorizeUrl: `http://127.0.0.1:3000${ada.path(`mcp-servers/${id}/oauth/authorize`)}`,
        },
      },
    });
  expect(await rowsOf(id)).toEqual([]);
});

test.each([
  [{}],
  [{ secret: "" }],
  [{ secret: null }],
  [{ secret: 42 }],
  [{ secret: "line\nbreak" }],
  [{ secret: "carriage\rreturn" }],
  [{ secret: "nul\0" }],
  [{ secret: " space before" }],
  [{ secret: "ünicode" }],
  [{ secret: "\ud800" }],
  [{ secret: "x".repeat(8193) }],
  [{ secret: "good enough", token: "x" }],
  [[]],
  ["the right secret"],
  [undefined],
])("api_key: %j is no secret, and does not come back in the answer", async (body) => {
  const { ada } = await makePeople(app);
  const { id } = await addServer(ada, { url: guarded.url, authType: "api_key" });
  const calls = guarded.seen.length;

  const answer = await ada.post<{ detail: unknown }>(`mcp-servers/${id}/credentials`, body);

  expect([answer.status, answer.code]).toEqual([422, "invalid"]);
  expect(await rowsOf(id)).toEqual([]);
  expect(guarded.seen.length).toBe(calls);
  const given = typeof body === "object" && "secret" in body ? String(body.secret).trim() : "";
  if (given.length > 8) expect(JSON.stringify(answer.body)).not.toContain(given.slice(0, 8));
});

test("disconnect: the member is no longer connected, once or twice, and live connections end", async () => {
  const { ada, bob } = await makePeople(app);
  const { id } = await addReadyServer(ada, open.url);
  await bob.post(`mcp-servers/${id}/credentials`);
  await bob.get(`mcp-servers/${id}/tools`);

  const once = await bob.delete(`mcp-servers/${id}/credentials`);
  const twice = await bob.delete(`mcp-servers/${id}/credentials`);

  const disconnected = { connected: false, revocation: "unsupported" };
  expect([once.status, once.body, twice.status, twice.body]).toEqual([200, disconnected, 200, disconnected]);
  expect((await bob.get(`mcp-servers/${id}/tools`)).code).toBe("member_auth_required");
  expect((await bob.get<McpServer>(`mcp-servers/${id}`)).body).toMatchObject({
    connection: "not_connected",
    memberCount: 0,
    state: "READY",
  });
  expect((await ada.get("audit-events?action=credential.disconnected")).body).toHaveLength(1);
});

test("a secret whose key is gone is a bad credential, and no fault of ours", async () => {
  const { ada, bob } = await makePeople(app);
  const { id } = await addServer(ada, { url: guarded.url, authType: "api_key" });
  await bob.post(`mcp-servers/${id}/credentials`, { secret: "the right secret" });
  await db.update(credentials).set({ sealed: "v1:lost:AAAA" }).where(eq(credentials.serverId, id));

  const tools = await bob.get(`mcp-servers/${id}/tools`);
  const tested = await bob.post(`mcp-servers/${id}/test`);

  expect([tools.status, tools.code]).toEqual([403, "member_auth_required"]);
  expect(tested.body).toMatchObject({ success: false, error: { code: "member_auth_required" } });
});

test("a secret that is moved to another member's row does not open there", async () => {
  const { ada, bob } = await makePeople(app);
  const { id } = await addServer(ada, { url: guarded.url, authType: "api_key" });
  await bob.post(`mcp-servers/${id}/credentials`, { secret: "the right secret" });
  await db.update(credentials).set({ memberId: ada.memberId }).where(eq(credentials.serverId, id));

  expect((await ada.get(`mcp-servers/${id}/tools`)).code).toBe("member_auth_required");
});

test("a server that moved while a secret was tried does not keep it", async () => {
  const { ada, bob } = await makePeople(app);
  const arrived = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const held = serveSite({
    "/mcp": async (request) => {
      arrived.resolve();
      await release.promise;
      return fetch(new Request(open.url, request));
    },
  });
  const { id } = await addServer(ada, { url: held.at("/mcp"), authType: "api_key" });

  const connecting = bob.post(`mcp-servers/${id}/credentials`, { secret: "meant for the old place" });
  await arrived.promise;
  await ada.patch(`mcp-servers/${id}`, { url: nowhere() });
  release.resolve();

  expect(await connecting).toMatchObject({ status: 409, code: "conflict" });
  expect(await rowsOf(id)).toEqual([]);
  await held.close();
});

test("a member who lost access while a secret was tried does not keep it", async () => {
  const { ada, bob } = await makePeople(app);
  const arrived = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const held = serveSite({
    "/mcp": async (request) => {
      arrived.resolve();
      await release.promise;
      return fetch(new Request(open.url, request));
    },
  });
  const { id } = await addServer(ada, { url: held.at("/mcp"), authType: "api_key" });

  const connecting = bob.post(`mcp-servers/${id}/credentials`, { secret: "too late by then" });
  await arrived.promise;
  await ada.put(`mcp-servers/${id}/access`, { access: "restricted", memberIds: [] });
  release.resolve();

  expect(await connecting).toMatchObject({ status: 404, code: "not_found" });
  expect(await rowsOf(id)).toEqual([]);
  await held.close();
});

test("who may not connect does not", async () => {
  const { ada, vic, eve, stranger } = await makePeople(app);
  const { id } = await addReadyServer(ada, open.url);
  await db.update(servers).set({ access: "everyone" }).where(eq(servers.id, id));

  for (const verb of ["post", "delete"] as const) {
    const answers = [
      await stranger[verb](`mcp-servers/${id}/credentials`, { nonsense: true }),
      await vic[verb](`mcp-servers/${id}/credentials`),
      await eve[verb](ada.path(`mcp-servers/${id}/credentials`)),
      await eve[verb](`mcp-servers/${id}/credentials`),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 403, 404, 404]);
    expect(answers[1]?.body).toMatchObject({ detail: { requiredScope: "apps:write" } });
  }
  expect(await rowsOf(id)).toEqual([]);
});
