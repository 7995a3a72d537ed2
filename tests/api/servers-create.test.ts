import { afterAll, expect, test } from "bun:test";
import type { McpServer } from "#src/services/servers/index.ts";
import { testApp } from "#tests/support/app.ts";
import { startLegacyMcpServer } from "#tests/support/legacy-mcp-server.ts";
import { makePeople } from "#tests/support/people.ts";
import { addServer, nowhere, startGuardedMcpServer } from "#tests/support/servers.ts";
import { serveSite } from "#tests/support/site.ts";

const app = await testApp();
const open = startLegacyMcpServer();
const guarded = startGuardedMcpServer("a secret nobody gives");
const site = serveSite({
  "/mcp": new Response("<h1>Not here</h1>", { headers: { "content-type": "text/html" } }),
});
const closed = serveSite();
await closed.close();
afterAll(() => Promise.all([open.stop(), guarded.stop(), site.close()]));

const namesOf = (servers: McpServer[]) => servers.map(({ name }) => name);

test("a server that asks for nothing is recognised, and waits to be enabled", async () => {
  const { bob } = await makePeople(app);

  const { status, body, headers } = await bob.post<McpServer>("mcp-servers", { url: open.url });

  expect(status).toBe(201);
  expect(body).toEqual({
    id: expect.any(Number),
    appUuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
    workspaceUuid: bob.workspaceId,
    name: "legacy",
    description: null,
    url: open.url,
    transport: "streamable_http",
    protocolVersion: "2025-11-25",
    authType: "direct_auth",
    state: "REGISTER",
    enabled: false,
    registration: null,
    iconUrl: expect.stringContaining(`http://127.0.0.1:3000/api/v2/w/${bob.workspaceId}/mcp-servers/`),
    serverInfo: { name: "legacy", version: "1.0.0" },
    instructions: "Be brief.",
    connection: "not_connected",
    memberCount: 0,
    access: "everyone",
    lastTest: { success: true, latencyMs: expect.any(Number), testedAt: expect.stringMatching(/Z$/) },
    createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    updatedAt: body.createdAt,
  });
  expect(headers.get("location")).toBe(
    `http://127.0.0.1:3000/api/v2/w/${bob.workspaceId}/mcp-servers/${body.id}`,
  );
  expect((await bob.get(new URL(headers.get("location") ?? "").pathname)).body).toEqual(body);
});

test("a server that wants a secret is recognised as such, and nothing is said of how a test went", async () => {
  const { ada } = await makePeople(app);

  const { body } = await ada.post<McpServer>("mcp-servers", { url: guarded.url });

  expect(body).toMatchObject({
    authType: "api_key",
    state: "REGISTER",
    registration: null,
    lastTest: null,
    header: { name: "Authorization", prefix: "Bearer " },
  });
});

test.each([
  ["refuses connections", closed.at("/mcp"), ["connect"]],
  ["speaks no MCP", site.at("/mcp"), ["http", "handshake"]],
])("a server that %s is added all the same, and says why it did not answer", async (_, url, stages) => {
  const { ada } = await makePeople(app);

  const { status, body } = await ada.post<McpServer>("mcp-servers", { url, name: "Later" });

  expect([status, body.name, body.state, body.enabled]).toEqual([201, "Later", "REGISTER", false]);
  expect(body.lastTest).toMatchObject({ success: false, message: expect.any(String) });
  expect(stages).toContain(String(body.lastTest?.stage));
});

test("without a look, the given authType stands, direct_auth otherwise, and nobody is called", async () => {
  const { ada } = await makePeople(app);
  const before = open.seen.length;

  const plain = await addServer(ada, { url: open.url });
  const keyed = await addServer(ada, {
    url: nowhere(),
    authType: "api_key",
    header: { name: "X-Api-Key", prefix: "" },
  });
  const oauth = await addServer(ada, { url: nowhere(), authType: "oauth" });

  expect([plain.authType, keyed.authType, oauth.authType]).toEqual(["direct_auth", "api_key", "oauth"]);
  expect([plain.lastTest, plain.serverInfo, plain.protocolVersion]).toEqual([null, null, null]);
  expect(keyed).toMatchObject({ header: { name: "X-Api-Key", prefix: "" } });
  expect(open.seen.length).toBe(before);
});

test("a name is made of the host where the server gives none, and made unique by a number", async () => {
  const { ada } = await makePeople(app);
  const host = `${crypto.randomUUID()}.invalid`;

  for (const path of ["a", "b", "c"]) await addServer(ada, { url: `https://${host}/${path}` });
  await addServer(ada, { url: nowhere(), name: "Legacy" });
  const { body } = await ada.post<McpServer>("mcp-servers", { url: open.url });

  expect(body.name).toBe("legacy 2");
  expect(namesOf((await ada.get<McpServer[]>("mcp-servers")).body)).toEqual(
    [host, `${host} 2`, `${host} 3`, "Legacy", "legacy 2"].sort((a, b) =>
      a.toLowerCase().localeCompare(b.toLowerCase()),
    ),
  );
});

test("a made name of 80 characters keeps whole characters when it gets its number", async () => {
  const { ada } = await makePeople(app);
  const label = "x".repeat(60);
  const host = `${label}.${label}.invalid`;

  const first = await addServer(ada, { url: `https://${host}/1` });
  const second = await addServer(ada, { url: `https://${host}/2` });

  expect([first.name.length, second.name]).toEqual([80, `${host.slice(0, 75)} 2`]);
});

test("a chosen name is cleaned, counts characters and not bytes, and does not give way", async () => {
  const { ada } = await makePeople(app);

  const emoji = await addServer(ada, { url: nowhere(), name: "🚦".repeat(80) });
  const clean = await addServer(ada, { url: nowhere(), name: "  Two\tlines \nof it " });
  const again = await ada.post("mcp-servers", { url: nowhere(), name: "two LINES of it", discover: false });
  const tooLong = await ada.post("mcp-servers", { url: nowhere(), name: "🚦".repeat(81), discover: false });
  const empty = await ada.post("mcp-servers", { url: nowhere(), name: " \t ", discover: false });

  expect([...emoji.name]).toHaveLength(80);
  expect(clean.name).toBe("Two lines of it");
  expect(again).toMatchObject({
    status: 409,
    body: { detail: { code: "conflict", errors: [{ path: "/name" }] } },
  });
  expect([tooLong.code, empty.code]).toEqual(["invalid", "invalid"]);
});

test.each([
  ["turns the direction of text", "safe\u202egnp.exe"],
  ["has no width", "two\u200bparts"],
  ["controls a terminal", "\u001b[31mred"],
])("a name with a character that %s is refused, and a description keeps it", async (_, text) => {
  const { ada } = await makePeople(app);

  const named = await ada.post("mcp-servers", { url: nowhere(), name: text, discover: false });
  const described = await addServer(ada, { url: nowhere(), description: text });
  const renamed = await ada.patch(`mcp-servers/${described.id}`, { name: text });

  for (const refused of [named, renamed])
    expect(refused).toMatchObject({
      status: 422,
      body: {
        detail: {
          code: "invalid",
          errors: [{ path: "/name", message: expect.stringContaining("cannot be seen") }],
        },
      },
    });
  expect(JSON.stringify(named.body)).not.toContain(text);
  expect(described.description).toBe(text);
});

test("a URL that the workspace has is a conflict, however it is written; another workspace may have it too", async () => {
  const { ada, bob, eve } = await makePeople(app);
  await addServer(ada, { url: "https://mcp.example.com/mcp?team=1" });

  const answers = [
    await bob.post("mcp-servers", { url: "https://mcp.example.com/mcp?team=1", discover: false }),
    await bob.post("mcp-servers", { url: " HTTPS://MCP.Example.COM:443/x/../mcp?team=1 ", discover: false }),
  ];
  const other = await bob.post("mcp-servers", { url: "https://mcp.example.com/mcp?team=2", discover: false });
  const elsewhere = await eve.post("mcp-servers", {
    url: "https://mcp.example.com/mcp?team=1",
    discover: false,
  });

  for (const answer of answers)
    expect(answer).toMatchObject({
      status: 409,
      body: { detail: { code: "conflict", errors: [{ path: "/url" }] } },
    });
  expect([other.status, elsewhere.status]).toEqual([201, 201]);
});

test("of ten that add the same server at once, one does", async () => {
  const { ada, bob } = await makePeople(app);
  const url = nowhere();

  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      [ada, bob][index % 2]?.post("mcp-servers", { url, discover: false }),
    ),
  );

  expect(answers.map((answer) => answer?.status).sort()).toEqual([201, ...Array<number>(9).fill(409)]);
});

test("of ten that add servers on the same host at once, each gets a name of its own", async () => {
  const { ada } = await makePeople(app);
  const host = `${crypto.randomUUID()}.invalid`;

  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      ada.post<McpServer>("mcp-servers", { url: `https://${host}/${index}`, discover: false }),
    ),
  );

  expect(new Set(answers.map(({ body }) => body.name)).size).toBe(10);
});

test.each([
  "",
  "   ",
  "mcp.example.com/mcp",
  "/mcp",
  "//mcp.example.com/mcp",
  "ftp://mcp.example.com/mcp",
  "file:///etc/passwd",
  "javascript:alert(1)",
  "data:text/plain,hi",
  "ws://mcp.example.com/",
  "https://",
  "https:///mcp",
  "http://[::1",
  "https://user@mcp.example.com/mcp",
  "https://user:pass@mcp.example.com/mcp",
  "https://mcp.example.com/mcp#part",
  "https://mcp.example.com/mcp#",
  "https://mcp.example.com/a b",
  "https://mcp.example.com/a\nb",
  "https://mcp.example.com:99999/mcp",
  `https://mcp.example.com/${"a".repeat(3000)}`,
])("%j is no URL of a server", async (url) => {
  const { ada } = await makePeople(app);

  const { status, code, body } = await ada.post<{ detail: { message: string } }>("mcp-servers", { url });

  expect([status, code]).toEqual([422, "invalid"]);
  expect(body).toMatchObject({ detail: { errors: [{ path: "/url" }] } });
  if (url.trim().length > 3) expect(JSON.stringify(body)).not.toContain(url.trim());
  expect((await ada.get("mcp-servers")).body).toEqual([]);
});

test.each([
  "http://10.0.0.1/mcp",
  "http://192.168.1.1/mcp",
  "http://172.16.0.9:8080/mcp",
  "http://169.254.169.254/latest/meta-data",
  "http://100.64.0.1/mcp",
  "http://[fd00::1]/mcp",
  "http://[fe80::1]/mcp",
  "http://0x0a000001/mcp",
  "http://167772161/mcp",
  "http://012.0.0.1/mcp",
  "http://[::ffff:10.0.0.1]/mcp",
  "https://mcp.example.com:22/mcp",
  "https://nobody-has-this-name.invalid/mcp",
])("%s is not called, and the answer says which setting would allow it", async (url) => {
  const { ada } = await makePeople(app);

  const answers = [
    await ada.post("mcp-servers", { url }),
    await ada.post("mcp-servers/oauth-discovery", { url }),
  ];

  for (const answer of answers) {
    expect([answer.status, answer.code]).toEqual([422, "url_not_allowed"]);
    expect(JSON.stringify(answer.body)).toMatch(/EGRESS_ALLOW|port/);
  }
  expect((await ada.get("mcp-servers")).body).toEqual([]);
});

test.each([
  ["no URL", {}],
  ["a URL that is a number", { url: 7 }],
  ["an unknown field", { url: "https://mcp.example.com/mcp", state: "READY" }],
  ["an unknown field within", { url: "https://mcp.example.com/mcp", header: { name: "X-Key", value: "v" } }],
  ["an unknown authType", { url: "https://mcp.example.com/mcp", authType: "basic" }],
  ["a name that is no text", { url: "https://mcp.example.com/mcp", name: ["n"] }],
  ["a name with half a character", { url: "https://mcp.example.com/mcp", name: "a\ud800" }],
  ["a description with NUL", { url: "https://mcp.example.com/mcp", description: "a\0b" }],
  ["a header that is none", { url: "https://mcp.example.com/mcp", header: { name: "X Key" } }],
  ["a header with a line break", { url: "https://mcp.example.com/mcp", header: { prefix: "a\r\nHost: b" } }],
  ["a header that is ours", { url: "https://mcp.example.com/mcp", header: { name: "Mcp-Session-Id" } }],
  ["the Host header", { url: "https://mcp.example.com/mcp", header: { name: "host" } }],
  ["a discover that is a text", { url: "https://mcp.example.com/mcp", discover: "yes" }],
  ["a list", []],
  ["a text", "https://mcp.example.com/mcp"],
  ["null", null],
])("%s is refused, and nothing is stored", async (_, body) => {
  const { ada } = await makePeople(app);

  const answer = await ada.post("mcp-servers", body);

  expect([answer.status, answer.code]).toEqual([422, "invalid"]);
  expect((await ada.get("mcp-servers")).body).toEqual([]);
  expect((await ada.get("audit-events")).body).toEqual([]);
});

test("who may not add servers adds none", async () => {
  const { ada, vic, eve, stranger } = await makePeople(app);
  const narrow = await ada.withScopes("apps:read");
  const body = { url: nowhere(), discover: false };

  const answers = [
    await stranger.post("mcp-servers", { nonsense: true }),
    await vic.post("mcp-servers", body),
    await narrow.post("mcp-servers", body),
    await eve.post(ada.path("mcp-servers"), body),
  ];

  expect(answers.map(({ status, code }) => [status, code])).toEqual([
    [401, "not_authenticated"],
    [403, "insufficient_scope"],
    [403, "insufficient_scope"],
    [404, "not_found"],
  ]);
  expect(answers[1]?.body).toMatchObject({ detail: { requiredScope: "apps:write" } });
  expect((await ada.get("mcp-servers")).body).toEqual([]);
});

test("OAuth switches are an admin's to set", async () => {
  const { ada, bob } = await makePeople(app);
  const body = {
    url: nowhere(),
    authType: "oauth",
    discover: false,
    oauth: { clientId: "c1", scopes: ["read"] },
  };

  const refused = await bob.post("mcp-servers", body);
  const allowed = await ada.post<McpServer>("mcp-servers", body);

  expect(refused).toMatchObject({ status: 403, body: { detail: { requiredScope: "apps:admin" } } });
  expect(allowed.body.oauth).toMatchObject({ clientId: "c1", scopes: ["read"], hasClientSecret: false });
  expect((await bob.get<McpServer>(`mcp-servers/${allowed.body.id}`)).body.oauth).toBeUndefined();
});

test("the audit tells who added what", async () => {
  const { ada, bob } = await makePeople(app);

  const { id, name } = await addServer(bob, { url: nowhere() });

  expect((await ada.get("audit-events")).body).toMatchObject([
    { action: "server.created", actor: { name: "Bob" }, target: { type: "server", id, name } },
  ]);
});
