import { afterEach, beforeEach, expect, test } from "bun:test";
import { callTool, getPrompt, readResource } from "#src/mcp/call.ts";
import { listPrompts, listTools } from "#src/mcp/catalog.ts";
import { connect } from "#src/mcp/connect.ts";
import { loopbackFetch, targetOf } from "#tests/mcp/support.ts";
import { type Answer, error, result, startFakeMcpServer, stream } from "#tests/support/fake-mcp-server.ts";
import { type ModernMcpServer, startModernMcpServer } from "#tests/support/modern-mcp-server.ts";

const fetch = loopbackFetch();

let server: ModernMcpServer;
beforeEach(() => {
  server = startModernMcpServer();
});
afterEach(() => server.stop());

const headerOf = (name: string) => server.seen.at(-1)?.headers.get(name) ?? null;

test("every request says who asks, in which version and what for", async () => {
  const connection = await connect(fetch, targetOf(server.url));

  await callTool(connection, { name: "route", arguments: { region: "eu" } });

  expect(headerOf("mcp-protocol-version")).toBe("2026-07-28");
  expect(headerOf("mcp-method")).toBe("tools/call");
  expect(headerOf("mcp-name")).toBe("route");
  expect(headerOf("mcp-session-id")).toBeNull();
  expect(server.seen.at(-1)?.body.params["_meta"]).toMatchObject({
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": { name: "switchyard" },
    "io.modelcontextprotocol/clientCapabilities": { elicitation: { form: {}, url: {} } },
  });
});

test("a tool that needs to know more says so, and goes on with the answer", async () => {
  const connection = await connect(fetch, targetOf(server.url));

  const asked = await callTool(connection, { name: "deploy", arguments: { target: "production" } });
  const requestState = "inputRequired" in asked ? asked.inputRequired.requestState : undefined;
  const done = await callTool(connection, {
    name: "deploy",
    arguments: { target: "production" },
    inputResponses: { confirm: { action: "accept", content: { sure: true } } },
    requestState: requestState ?? "",
  });

  expect(asked).toEqual({
    inputRequired: {
      inputRequests: {
        confirm: {
          method: "elicitation/create",
          params: expect.objectContaining({ message: "Deploy to production?" }),
        },
      },
      requestState: "step-1",
    },
  });
  expect(done).toMatchObject({ isError: false });
  expect(JSON.stringify(done)).toContain("step-1");
  expect(JSON.stringify(done)).toContain("sure");
});

test("so do a prompt and a resource", async () => {
  const connection = await connect(fetch, targetOf(server.url));
  const answer = (key: string, content: object, requestState: string) => ({
    inputResponses: { [key]: { action: "accept", content } },
    requestState,
  });

  const prompt = await getPrompt(connection, { name: "letter", arguments: { to: "Bob" } });
  const filled = await getPrompt(connection, {
    name: "letter",
    arguments: { to: "Bob" },
    ...answer("tone", { tone: "dry" }, "tone-1"),
  });
  const resource = await readResource(connection, { uri: "letters://draft" });
  const read = await readResource(connection, {
    uri: "letters://draft",
    ...answer("language", { language: "de" }, "language-1"),
  });
  const plain = await readResource(connection, { uri: "letters://sent" });

  expect(prompt).toMatchObject({
    inputRequired: { inputRequests: { tone: { method: "elicitation/create" } }, requestState: "tone-1" },
  });
  expect(filled).toMatchObject({ messages: [{ content: { text: expect.stringContaining("tone-1") } }] });
  expect(resource).toMatchObject({
    inputRequired: { inputRequests: { language: expect.anything() }, requestState: "language-1" },
  });
  expect(read).toMatchObject({ contents: [{ text: expect.stringContaining('"language":"de"') }] });
  expect(plain).toMatchObject({ contents: [{ text: "Dear all" }] });
});

test("only what somebody waits for says that questions can be answered", async () => {
  const connection = await connect(fetch, targetOf(server.url));
  const declared = () => server.seen.at(-1)?.body.params["_meta"];

  await readResource(connection, { uri: "letters://sent" });
  const byRead = declared();
  await listPrompts(connection);
  const byList = declared();

  const key = "io.modelcontextprotocol/clientCapabilities";
  expect(byRead).toMatchObject({ [key]: { elicitation: { form: {}, url: {} } } });
  expect(byList).toHaveProperty([key], {});
});

test("arguments that a tool wants as headers travel as both", async () => {
  const connection = await connect(fetch, targetOf(server.url));
  await listTools(connection);

  await callTool(connection, {
    name: "route",
    arguments: { region: "Straße", place: { shelf: 4 }, note: "no header" },
  });

  expect(headerOf("mcp-param-region")).toBe("=?base64?U3RyYcOfZQ==?=");
  expect(headerOf("mcp-param-shelf")).toBe("4");
  expect(headerOf("mcp-param-note")).toBeNull();
  expect(server.seen.at(-1)?.body.params["arguments"]).toEqual({
    region: "Straße",
    place: { shelf: 4 },
    note: "no header",
  });
});

test("a tool whose header has no valid name is left out", async () => {
  const connection = await connect(fetch, targetOf(server.url));

  const { items } = await listTools(connection);

  expect(items.map((tool) => tool["name"])).toEqual(["deploy", "route"]);
});

test("lists are asked for anew, whatever lifetime the server gives them", async () => {
  const connection = await connect(fetch, targetOf(server.url));

  await listTools(connection);
  await listTools(connection);

  expect(server.seen.filter(({ body }) => body.method === "tools/list")).toHaveLength(2);
});

const discover: Answer = (message) =>
  result(message, {
    resultType: "complete",
    ttlMs: 0,
    cacheScope: "private",
    supportedVersions: ["2026-07-28"],
    capabilities: { tools: {}, prompts: {} },
  });

test("a server that misses a header is asked for its tools, and the call repeated with it", async () => {
  const inputSchema = {
    type: "object",
    properties: { region: { type: "string", "x-mcp-header": "Region" } },
  };
  const strict = startFakeMcpServer({
    "server/discover": discover,
    "tools/list": (message) =>
      result(message, { resultType: "complete", tools: [{ name: "route", inputSchema }] }),
    "tools/call": (message, request) =>
      request.headers.get("mcp-param-region") === "eu"
        ? result(message, { resultType: "complete", content: [] })
        : error(message, -32020, "Header mismatch", 400),
  });
  const connection = await connect(fetch, targetOf(strict.url));

  const answer = await callTool(connection, { name: "route", arguments: { region: "eu" } });

  expect(answer).toEqual({ content: [], isError: false });
  expect(strict.seen).toEqual(["server/discover", "tools/call", "tools/list", "tools/call"]);
  await strict.stop();
});

test("a request whose stream broke is sent once more, under a new id", async () => {
  const ids: unknown[] = [];
  const breaking = startFakeMcpServer({
    "server/discover": discover,
    "tools/call": (message) => {
      ids.push(message.id);
      if (ids.length === 1) return stream((async function* () {})());
      return result(message, { resultType: "complete", content: [] });
    },
  });
  const connection = await connect(fetch, targetOf(breaking.url));

  const answer = await callTool(connection, { name: "count", arguments: {} });

  expect(answer).toEqual({ content: [], isError: false });
  expect(connection.serverInfo).toBeNull();
  expect(ids).toHaveLength(2);
  expect(ids[0]).not.toBe(ids[1]);
  await breaking.stop();
});

test("a stream that breaks again is an error", async () => {
  const breaking = startFakeMcpServer({
    "server/discover": discover,
    "tools/list": () => stream((async function* () {})()),
  });
  const connection = await connect(fetch, targetOf(breaking.url));

  const listing = listTools(connection);

  await expect(listing).rejects.toMatchObject({ kind: "failed" });
  expect(breaking.seen).toEqual(["server/discover", "tools/list", "tools/list"]);
  await breaking.stop();
});

test("other kinds of result are errors, and so are questions where nobody can answer", async () => {
  const strange = startFakeMcpServer({
    "server/discover": discover,
    "tools/call": (message) => result(message, { resultType: "task", task: {} }),
    "prompts/list": (message) => result(message, { resultType: "input_required", requestState: "s" }),
    "tools/list": (message) => error(message, -32603, "Internal\u202eerror\n\u0000", 500),
  });
  const connection = await connect(fetch, targetOf(strange.url));

  const outcomes = await Promise.allSettled([
    callTool(connection, { name: "count", arguments: {} }),
    listPrompts(connection),
    listTools(connection),
  ]);

  expect(outcomes).toMatchObject([
    { reason: { kind: "failed" } },
    { reason: { kind: "failed" } },
    { reason: { kind: "rpc", status: 500, message: "Internalerror" } },
  ]);
  await strange.stop();
});
