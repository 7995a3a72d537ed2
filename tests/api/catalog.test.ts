import { afterAll, expect, test } from "bun:test";
import { testApp } from "#tests/support/app.ts";
import {
  type Answer,
  error,
  type Message,
  result,
  startFakeMcpServer,
} from "#tests/support/fake-mcp-server.ts";
import { startModernMcpServer } from "#tests/support/modern-mcp-server.ts";
import { type Caller, makePeople, type People } from "#tests/support/people.ts";
import { addReadyServer } from "#tests/support/servers.ts";

const app = await testApp();
const odd = "a/b c?d#é%41";
const asked: Message[] = [];
const noted =
  (answer: Answer): Answer =>
  (message, request) => (asked.push(message), answer(message, request));

const upstream = startFakeMcpServer({
  "tools/list": (message) =>
    result(message, {
      tools: [{ name: odd, title: "Odd", inputSchema: { type: "object" }, "x-own": { deep: [1, null] } }],
    }),
  "tools/call": noted((message) => {
    const { name } = message.params ?? {};
    if (name === "missing") return error(message, -32602, "Unknown tool: missing");
    if (name === "broken") return error(message, -32603, "It broke <b>here</b>");
    if (name === "failing")
      return result(message, { content: [{ type: "text", text: "no" }], isError: true });
    return result(message, { content: [], structuredContent: { ok: true } });
  }),
  "prompts/list": (message) => result(message, { prompts: [{ name: "p", arguments: [{ name: "city" }] }] }),
  "prompts/get": noted((message) =>
    message.params?.["name"] === "p"
      ? result(message, {
          description: "A prompt",
          messages: [{ role: "user", content: { type: "text", text: "hi" } }],
        })
      : error(message, -32602, "Unknown prompt"),
  ),
  "resources/list": (message) => result(message, { resources: [{ uri: "r:1", name: "One" }] }),
  "resources/templates/list": (message) => result(message, { resourceTemplates: [{ uriTemplate: "r:{n}" }] }),
  "resources/read": noted((message) =>
    message.params?.["uri"] === "r:1"
      ? result(message, { contents: [{ uri: "r:1", text: "one" }] })
      : message.params?.["uri"] === "r:2"
        ? error(message, -32602, "Resource not found: r:2")
        : error(message, -32002, "Resource not found"),
  ),
});
const modern = startModernMcpServer();
afterAll(() => Promise.all([upstream.stop(), modern.stop()]));

/** Bob, connected to the server that Ada added. */
async function connected(url = upstream.url): Promise<People & { path: string }> {
  const people = await makePeople(app);
  const { id } = await addReadyServer(people.ada, url);
  await people.bob.post(`mcp-servers/${id}/credentials`);
  return { ...people, path: `mcp-servers/${id}` };
}

test("items are what the server said, field for field", async () => {
  const { bob, path } = await connected();

  const [tools, prompts, resources] = await Promise.all([
    bob.get(`${path}/tools`),
    bob.get(`${path}/prompts`),
    bob.get(`${path}/resources`),
  ]);

  expect(tools.body).toEqual({
    tools: [{ name: odd, title: "Odd", inputSchema: { type: "object" }, "x-own": { deep: [1, null] } }],
  });
  expect(prompts.body).toEqual({ prompts: [{ name: "p", arguments: [{ name: "city" }] }] });
  expect(resources.body).toEqual({
    resources: [{ uri: "r:1", name: "One" }],
    resourceTemplates: [{ uriTemplate: "r:{n}" }],
  });
});

test("a list that a client still has is not sent again", async () => {
  const { bob, path } = await connected();
  const etag = (await bob.get(`${path}/tools`)).headers.get("etag") ?? "";

  const { status } = await bob.get(`${path}/tools`, { "if-none-match": etag });

  expect(status).toBe(304);
});

test("what a server does not offer is an empty list, and what fails never looks like one", async () => {
  const bare = startFakeMcpServer({
    initialize: (message) =>
      result(message, {
        protocolVersion: "2025-11-25",
        capabilities: { tools: {} },
        serverInfo: { name: "bare", version: "1" },
      }),
    "tools/list": (message) => error(message, -32603, "Out of order"),
  });
  const { bob, path } = await connected(bare.url);

  expect((await bob.get(`${path}/prompts`)).body).toEqual({ prompts: [] });
  expect((await bob.get(`${path}/resources`)).body).toEqual({ resources: [], resourceTemplates: [] });
  expect(await bob.get(`${path}/tools`)).toMatchObject({
    status: 502,
    body: { detail: { code: "upstream_failed", stage: "list", rpcCode: -32603 } },
  });
  await bare.stop();
});

test("a list without an end is cut and marked", async () => {
  let page = 0;
  const endless = startFakeMcpServer({
    "tools/list": (message) => result(message, { tools: [{ name: `t${page}` }], nextCursor: `c${++page}` }),
  });
  const { bob, path } = await connected(endless.url);

  const { body } = await bob.get<{ tools: unknown[]; truncated?: boolean }>(`${path}/tools`);

  expect([body.tools.length, body.truncated]).toEqual([50, true]);
  await endless.stop();
});

test("a call takes its arguments as they are, and a tool's name whatever it holds", async () => {
  const { bob, path } = await connected();
  const args = { text: "ü 🚦", list: [1, { a: null }], __proto__x: 1 };
  asked.length = 0;

  const call = await bob.post(`${path}/tools/${encodeURIComponent(odd)}/call`, { arguments: args });
  const bare = await bob.post(`${path}/tools/t/call`);
  const empty = await bob.post(`${path}/tools/t/call`, {});

  expect([call.status, call.body]).toEqual([
    200,
    { content: [], structuredContent: { ok: true }, isError: false },
  ]);
  expect([bare.status, empty.status]).toEqual([200, 200]);
  expect(asked.map(({ params }) => params)).toEqual([
    { name: odd, arguments: args },
    { name: "t", arguments: {} },
    { name: "t", arguments: {} },
  ]);
});

test("a tool's own failure is an answer; a call that the server refuses is an error with its words", async () => {
  const { bob, path } = await connected();

  const failing = await bob.post(`${path}/tools/failing/call`);
  const missing = await bob.post(`${path}/tools/missing/call`);
  const broken = await bob.post(`${path}/tools/broken/call`);

  expect([failing.status, failing.body]).toEqual([
    200,
    { content: [{ type: "text", text: "no" }], isError: true },
  ]);
  expect(missing).toMatchObject({
    status: 422,
    body: { detail: { code: "invalid", rpcCode: -32602, message: expect.stringContaining("Unknown tool") } },
  });
  expect(broken).toMatchObject({
    status: 502,
    body: {
      detail: {
        code: "upstream_failed",
        rpcCode: -32603,
        message: expect.stringContaining("says: It broke <b>here</b>"),
      },
    },
  });
});

test("a tool that asks back is answered in a second call", async () => {
  const { bob, path } = await connected(modern.url);

  const first = await bob.post<{ inputRequired: { inputRequests: object; requestState: string } }>(
    `${path}/tools/deploy/call`,
    { arguments: { target: "production" } },
  );
  const { requestState } = first.body.inputRequired;
  const second = await bob.post(`${path}/tools/deploy/call`, {
    arguments: { target: "production" },
    inputResponses: { confirm: { action: "accept", content: { sure: true } } },
    requestState,
  });

  expect(first.status).toBe(200);
  expect(first.body.inputRequired.inputRequests).toMatchObject({ confirm: { method: "elicitation/create" } });
  expect([second.status, JSON.stringify(second.body)]).toEqual([200, expect.stringContaining("accept")]);
});

type Asked = { inputRequired: { inputRequests: object; requestState: string } };
const accepted = (content: object) => ({ action: "accept", content });

test("a prompt that asks back is answered in a second request", async () => {
  const { bob, path } = await connected(modern.url);
  const get = `${path}/prompts/letter/get`;

  const first = await bob.post<Asked>(get, { arguments: { to: "Ada" } });
  const second = await bob.post(get, {
    arguments: { to: "Ada" },
    inputResponses: { tone: accepted({ tone: "warm" }) },
    requestState: first.body.inputRequired.requestState,
  });

  expect(first.body.inputRequired.inputRequests).toMatchObject({ tone: { method: "elicitation/create" } });
  expect([second.status, JSON.stringify(second.body)]).toEqual([200, expect.stringContaining("warm")]);
  expect(modern.seen.at(-1)?.body.params["arguments"]).toEqual({ to: "Ada" });
});

test("a resource that asks back is answered by the same with a body", async () => {
  const { bob, path } = await connected(modern.url);
  const uri = "letters://draft";

  const first = await bob.get<Asked>(`${path}/resources/read?uri=${encodeURIComponent(uri)}`);
  const second = await bob.post(`${path}/resources/read`, {
    uri,
    inputResponses: { language: accepted({ language: "fr" }) },
    requestState: first.body.inputRequired.requestState,
  });
  const bare = await bob.post<Asked>(`${path}/resources/read`, { uri });

  expect([first.status, first.body.inputRequired.requestState]).toEqual([200, "language-1"]);
  expect(second.body).toMatchObject({ contents: [{ uri, text: expect.stringContaining("fr") }] });
  expect(bare.body).toEqual(first.body);
});

test("a prompt is filled in, and one that is not there is an error", async () => {
  const { vic, ada, bob, path } = await connected();
  asked.length = 0;

  const filled = await bob.post(`${path}/prompts/p/get`, { arguments: { city: "Bremen" } });
  const missing = await bob.post(`${path}/prompts/q/get`);

  expect([filled.status, filled.body]).toEqual([
    200,
    { description: "A prompt", messages: [{ role: "user", content: { type: "text", text: "hi" } }] },
  ]);
  expect(asked[0]?.params).toEqual({ name: "p", arguments: { city: "Bremen" } });
  expect([missing.status, missing.code]).toEqual([422, "invalid"]);
  expect((await vic.post(`${path}/prompts/p/get`)).code).toBe("member_auth_required");
  expect((await ada.post(`${path}/prompts/p/get`)).code).toBe("member_auth_required");
});

test("a resource is read, and one that is not there is not found", async () => {
  const { bob, path } = await connected();

  const read = await bob.get(`${path}/resources/read?uri=${encodeURIComponent("r:1")}`);
  const missing = await bob.get(`${path}/resources/read?uri=r:3`);
  const refused = await bob.get(`${path}/resources/read?uri=r:2`);

  expect([read.status, read.body]).toEqual([200, { contents: [{ uri: "r:1", text: "one" }] }]);
  expect([missing.status, missing.code]).toEqual([404, "not_found"]);
  expect([refused.status, refused.body]).toMatchObject([422, { detail: { errors: [{ path: "/uri" }] } }]);
});

test.each(["", "uri=", "uri=%00", `uri=${"x".repeat(8193)}`])("%p is no resource to read", async (query) => {
  const { bob, path } = await connected();

  const answer = await bob.get(`${path}/resources/read?${query}`);

  expect([answer.status, answer.code]).toEqual([400, "bad_request"]);
});

test.each([
  ["tools/t/call", { arguments: [] }],
  ["tools/t/call", { arguments: "x" }],
  ["tools/t/call", { arguments: { a: "\0" } }],
  ["tools/t/call", { argument: {} }],
  ["tools/t/call", { inputResponses: 1 }],
  ["tools/t/call", { requestState: {} }],
  ["tools/t/call", []],
  ["prompts/p/get", { arguments: { city: 7 } }],
  ["prompts/p/get", { arguments: null }],
  ["prompts/p/get", { name: "p" }],
  ["prompts/p/get", { inputResponses: [] }],
  ["prompts/p/get", { requestState: 1 }],
  ["resources/read", {}],
  ["resources/read", { uri: "" }],
  ["resources/read", { uri: "r:\0" }],
  ["resources/read", { uri: "x".repeat(8193) }],
  ["resources/read", { uri: "r:1", inputResponses: "x" }],
  ["resources/read", { uri: "r:1", arguments: {} }],
])("%s with %j is refused before anybody is asked", async (use, body) => {
  const { bob, path } = await connected();
  asked.length = 0;

  const answer = await bob.post(`${path}/${use}`, body);

  expect([answer.status, answer.code]).toEqual([422, "invalid"]);
  expect(asked).toEqual([]);
});

test("a name that is too long is nobody's", async () => {
  const { bob, path } = await connected();

  expect((await bob.post(`${path}/tools/${"x".repeat(1025)}/call`)).code).toBe("not_found");
});

test("a viewer reads and does not call; strangers and other workspaces do neither", async () => {
  const { vic, eve, stranger, bob, path } = await connected();
  const reads = [`${path}/tools`, `${path}/prompts`, `${path}/resources`, `${path}/resources/read?uri=r:1`];
  const posts = [`${path}/tools/t/call`, `${path}/prompts/p/get`, `${path}/resources/read`];
  const statuses = async (by: Caller, absolute = (one: string) => one) =>
    [
      ...(await Promise.all(reads.map((one) => by.get(absolute(one))))),
      ...(await Promise.all(posts.map((one) => by.post(absolute(one), { nonsense: true })))),
    ].map(({ status }) => status);

  expect(await statuses(stranger)).toEqual(Array<number>(7).fill(401));
  expect((await statuses(eve, bob.path)).slice(0, 4)).toEqual([404, 404, 404, 404]);
  expect((await vic.post(`${path}/tools/t/call`)).body).toMatchObject({
    detail: { code: "insufficient_scope", requiredScope: "apps:write" },
  });
  expect((await vic.get(`${path}/tools`)).code).toBe("member_auth_required");
  expect((await vic.post(`${path}/resources/read`, { uri: "r:1" })).code).toBe("member_auth_required");
});

test("a list that a server calls invalid is its own failure: the caller sent it nothing", async () => {
  const odd = startFakeMcpServer({ "tools/list": (message) => error(message, -32602, "Invalid params") });
  const { bob, path } = await connected(odd.url);

  const answer = await bob.get(`${path}/tools`);

  expect([answer.status, answer.code]).toEqual([502, "upstream_failed"]);
  await odd.stop();
});
