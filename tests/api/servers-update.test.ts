import { afterAll, expect, test } from "bun:test";
import type { McpServer } from "#src/services/servers/index.ts";
import { testApp } from "#tests/support/app.ts";
import { startLegacyMcpServer } from "#tests/support/legacy-mcp-server.ts";
import { makePeople } from "#tests/support/people.ts";
import { addReadyServer, addServer, nowhere, startGuardedMcpServer } from "#tests/support/servers.ts";

type Updated = McpServer & { warnings: { code: string; message: string }[] };

const app = await testApp();
const open = startLegacyMcpServer();
const guarded = startGuardedMcpServer("s3cret-of-bob");
afterAll(() => Promise.all([open.stop(), guarded.stop()]));

test("what is absent stays as it is", async () => {
  const { ada, bob } = await makePeople(app);
  const before = await addReadyServer(ada, open.url, { name: "Mine", description: "First" });

  const { status, body } = await bob.patch<Updated>(`mcp-servers/${before.id}`, { name: "Ours" });

  expect(status).toBe(200);
  expect(body).toEqual({
    ...(await bob.get<McpServer>(`mcp-servers/${before.id}`)).body,
    warnings: [],
  });
  const { name, updatedAt, warnings: _, ...rest } = body;
  const { name: _name, updatedAt: _updatedAt, oauth: _oauth, iconUrl: _iconUrl, ...kept } = before;
  expect(name).toBe("Ours");
  expect(updatedAt >= before.updatedAt).toBe(true);
  expect(rest).toMatchObject(kept);
});

test("a description may be taken away, and blank is none", async () => {
  const { ada } = await makePeople(app);
  const { id } = await addServer(ada, { url: nowhere(), description: "First" });

  const blank = await ada.patch<Updated>(`mcp-servers/${id}`, { description: "  " });
  await ada.patch(`mcp-servers/${id}`, { description: "Second" });
  const none = await ada.patch<Updated>(`mcp-servers/${id}`, { description: null });

  expect([blank.body.description, none.body.description]).toEqual([null, null]);
});

test("nothing to change changes nothing, nor the audit", async () => {
  const { ada } = await makePeople(app);
  const before = await addServer(ada, { url: nowhere() });

  const { status, body } = await ada.patch<Updated>(`mcp-servers/${before.id}`, {});

  expect([status, body]).toEqual([200, { ...before, warnings: [] }]);
  expect((await ada.get("audit-events")).body).toHaveLength(1);
});

test("another URL on the same origin keeps connections, and forgets what was negotiated", async () => {
  const { ada, bob } = await makePeople(app);
  const { id } = await addReadyServer(ada, open.url);
  await bob.post(`mcp-servers/${id}/credentials`);

  const { body } = await ada.patch<Updated>(`mcp-servers/${id}`, { url: `${open.url}?v=2` });

  expect(body).toMatchObject({ state: "READY", enabled: true, memberCount: 1, warnings: [] });
  expect(body.protocolVersion).toBeNull();
  expect((await bob.get(`mcp-servers/${id}/tools`)).status).toBe(200);
});

test("another origin drops credentials and set-up, says so, and never sees the old secret", async () => {
  const { ada, bob } = await makePeople(app);
  const { id } = await addServer(ada, { url: guarded.url, authType: "api_key" });
  await bob.post(`mcp-servers/${id}/credentials`, { secret: "s3cret-of-bob" });
  const seen: (string | null)[] = [];
  const other = startLegacyMcpServer({
    guard: (request) => (seen.push(request.headers.get("authorization")), null),
  });

  const { status, body } = await ada.patch<Updated>(`mcp-servers/${id}`, { url: other.url });
  const refused = await bob.get(`mcp-servers/${id}/tools`);
  await bob.post(`mcp-servers/${id}/test`);

  expect([status, body.state, body.enabled, body.serverInfo]).toEqual([200, "REGISTER", false, null]);
  expect([body.memberCount, body.connection, body.authType]).toEqual([0, "not_connected", "api_key"]);
  expect(body.warnings).toEqual([{ code: "set_up_again", message: expect.stringContaining("1 member has") }]);
  expect(refused.code).toBe("server_not_ready");
  expect(seen.length).toBeGreaterThan(0);
  expect(new Set(seen)).toEqual(new Set([null]));
  await other.stop();
});

test("another origin forgets the OAuth client that an admin entered for the old one", async () => {
  const { ada } = await makePeople(app);
  const oauth = { clientId: "mine", clientSecret: "hush-hush-hush", scopes: ["read"] };
  const { id } = await addServer(ada, { url: nowhere(), authType: "oauth", oauth });

  const moved = await ada.patch<Updated>(`mcp-servers/${id}`, { url: nowhere() });
  const movedWithClient = await ada.patch<Updated>(`mcp-servers/${id}`, {
    url: nowhere(),
    oauth: { clientId: "new", clientSecret: "also-hush" },
  });

  expect(moved.body.oauth).toMatchObject({ clientId: null, hasClientSecret: false, scopes: ["read"] });
  expect(movedWithClient.body.oauth).toMatchObject({ clientId: "new", hasClientSecret: true });
});

test("another authType drops what members hold of the old one", async () => {
  const { ada, bob } = await makePeople(app);
  const { id } = await addReadyServer(ada, open.url);
  await bob.post(`mcp-servers/${id}/credentials`);

  const { body } = await ada.patch<Updated>(`mcp-servers/${id}`, { authType: "api_key" });

  expect(body).toMatchObject({ authType: "api_key", state: "REGISTER", enabled: false, memberCount: 0 });
  expect(body.warnings).toMatchObject([{ code: "set_up_again" }]);
});

test("a blank or absent client secret keeps the old one, null takes it away", async () => {
  const { ada } = await makePeople(app);
  const oauth = { clientId: "c", clientSecret: "hush-hush-hush" };
  const { id } = await addServer(ada, { url: nowhere(), authType: "oauth", oauth });
  const hasSecret = async (change: object) =>
    (await ada.patch<Updated>(`mcp-servers/${id}`, { oauth: change })).body.oauth?.hasClientSecret;

  expect(await hasSecret({ clientSecret: "" })).toBe(true);
  expect(await hasSecret({ scopes: ["read"] })).toBe(true);
  expect(await hasSecret({ clientSecret: null })).toBe(false);
});

test("a header can be changed, each part by itself", async () => {
  const { ada } = await makePeople(app);
  const { id } = await addServer(ada, { url: nowhere(), authType: "api_key" });

  const named = await ada.patch<Updated>(`mcp-servers/${id}`, { header: { name: "X-Api-Key" } });
  const bare = await ada.patch<Updated>(`mcp-servers/${id}`, { header: { prefix: "" } });

  expect([named.body.header, bare.body.header]).toEqual([
    { name: "X-Api-Key", prefix: "Bearer " },
    { name: "X-Api-Key", prefix: "" },
  ]);
});

test("a name or URL that is taken is a conflict, and nothing of the change is kept", async () => {
  const { ada } = await makePeople(app);
  const first = await addServer(ada, { url: nowhere(), name: "First" });
  const second = await addServer(ada, { url: nowhere(), name: "Second" });

  const answers = [
    await ada.patch(`mcp-servers/${second.id}`, { name: "FIRST", description: "x" }),
    await ada.patch(`mcp-servers/${second.id}`, { url: first.url, description: "x" }),
  ];
  const own = await ada.patch<Updated>(`mcp-servers/${second.id}`, { name: "second", url: second.url });

  expect(answers).toMatchObject([
    { status: 409, body: { detail: { errors: [{ path: "/name" }] } } },
    { status: 409, body: { detail: { errors: [{ path: "/url" }] } } },
  ]);
  expect([own.status, own.body.name, own.body.description]).toEqual([200, "second", null]);
});

test.each([
  [{ url: "https://user@mcp.example.com/" }, "invalid"],
  [{ url: "http://10.0.0.1/mcp" }, "url_not_allowed"],
  [{ url: null }, "invalid"],
  [{ name: "" }, "invalid"],
  [{ name: null }, "invalid"],
  [{ enabled: true }, "invalid"],
  [{ state: "READY" }, "invalid"],
  [{ discover: false }, "invalid"],
  [{ appUuid: crypto.randomUUID() }, "invalid"],
  [{ header: { name: "" } }, "invalid"],
  [{ oauth: { clientSecret: "a\0b" } }, "invalid"],
  [null, "invalid"],
])("%j is no change, and nothing is lost", async (change, code) => {
  const { ada, bob } = await makePeople(app);
  const { id } = await addReadyServer(ada, open.url);
  await bob.post(`mcp-servers/${id}/credentials`);
  const before = (await ada.get(`mcp-servers/${id}`)).body;

  const answer = await ada.patch(`mcp-servers/${id}`, change);

  expect([answer.status, answer.code]).toEqual([422, code]);
  expect((await ada.get(`mcp-servers/${id}`)).body).toEqual(before);
});

test("who may not change a server changes none", async () => {
  const { ada, bob, vic, eve, stranger } = await makePeople(app);
  const before = await addServer(ada, { url: nowhere() });
  const path = `mcp-servers/${before.id}`;

  const answers = [
    await stranger.patch(path, { nonsense: true }),
    await vic.patch(path, { name: "x" }),
    await bob.patch(path, { oauth: { scopes: [] } }),
    await eve.patch(ada.path(path), { name: "x" }),
    await eve.patch(path, { name: "x" }),
  ];

  expect(answers.map(({ status, code }) => [status, code])).toEqual([
    [401, "not_authenticated"],
    [403, "insufficient_scope"],
    [403, "insufficient_scope"],
    [404, "not_found"],
    [404, "not_found"],
  ]);
  expect((await ada.get<McpServer>(path)).body).toEqual(before);
});
