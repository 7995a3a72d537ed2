import { afterEach, expect, test } from "bun:test";
import { listPrompts, listResources, listTools } from "#src/mcp/catalog.ts";
import { connect, type Connection } from "#src/mcp/connect.ts";
import { LIMITS, type McpLimits } from "#src/mcp/limits.ts";
import { loopbackFetch, QUICK, targetOf } from "#tests/mcp/support.ts";
import { type Answer, error, result, startFakeMcpServer, stream } from "#tests/support/fake-mcp-server.ts";

const fetch = loopbackFetch();
const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.stop()));
});

const known = { transport: "streamable_http", protocolVersion: "2025-11-25" } as const;
const TOOL = { name: "t", inputSchema: { type: "object" } };

const connectTo = async (answers: Record<string, Answer>, limits: McpLimits = QUICK): Promise<Connection> => {
  const server = startFakeMcpServer(answers);
  open.push(server);
  return connect(fetch, targetOf(server.url, { known }), { limits });
};

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (caught: unknown) => caught,
  );

test("a list without end is cut after fifty pages", async () => {
  let pages = 0;
  const connection = await connectTo({
    "tools/list": (message) => result(message, { tools: [TOOL], nextCursor: String((pages += 1)) }),
  });

  const { items, truncated } = await listTools(connection);

  expect(truncated).toBe(true);
  expect(items).toHaveLength(50);
  expect(pages).toBe(50);
});

test("a list that goes in a circle is cut where it closes", async () => {
  const connection = await connectTo({
    "prompts/list": (message) => {
      const nextCursor = message.params?.["cursor"] === "a" ? "b" : "a";
      return result(message, { prompts: [{ name: nextCursor }], nextCursor });
    },
  });

  const { items, truncated } = await listPrompts(connection);

  expect(truncated).toBe(true);
  expect(items.map((prompt) => prompt["name"])).toEqual(["a", "b", "a"]);
});

test.each([[null], [""], [7]])(
  "a list whose last page has %j for a cursor is complete",
  async (nextCursor) => {
    const connection = await connectTo({
      "tools/list": (message) => result(message, { tools: [TOOL], nextCursor }),
    });

    const list = await listTools(connection);

    expect(list).toEqual({ items: [TOOL], truncated: false });
  },
);

test("a list of 100,000 tools on one page is cut after 5,000", async () => {
  const tools = Array.from({ length: 100_000 }, (_, index) => ({ name: `t${index}` }));
  const connection = await connectTo({ "tools/list": (message) => result(message, { tools }) }, LIMITS);

  const { items, truncated } = await listTools(connection);

  expect(truncated).toBe(true);
  expect(items).toHaveLength(5_000);
});

test("a list with more text than a list may hold is cut", async () => {
  const tools = Array.from({ length: 10 }, (_, index) => ({
    name: `t${index}`,
    description: "x".repeat(100),
  }));
  const limits = { ...QUICK, listChars: 500 };
  const connection = await connectTo({ "tools/list": (message) => result(message, { tools }) }, limits);

  const { items, truncated } = await listTools(connection);

  expect(truncated).toBe(true);
  expect(items).toHaveLength(5);
});

test("a list with a schema of 50 MB is an error", async () => {
  const connection = await connectTo(
    {
      "tools/list": (message) =>
        stream(
          (async function* () {
            yield `{"jsonrpc":"2.0","id":${message.id},"result":{"tools":[{"name":"t","inputSchema":{"description":"`;
            for (let written = 0; written < 50; written += 1) yield "x".repeat(1_000_000);
            yield '"}}]}}';
          })(),
          "application/json",
        ),
    },
    LIMITS,
  );

  const failure = await failureOf(listTools(connection));

  expect(failure).toMatchObject({ kind: "too_large" });
});

test("a list fails as a whole when its second page does", async () => {
  const connection = await connectTo({
    "tools/list": (message) =>
      message.params?.["cursor"]
        ? error(message, -32603, "Lost it")
        : result(message, { tools: [TOOL], nextCursor: "2" }),
  });

  const failure = await failureOf(listTools(connection));

  expect(failure).toMatchObject({ kind: "rpc", message: "Lost it" });
});

const nonsense: [string, unknown][] = [
  ["nothing", {}],
  ["text", { tools: "none" }],
  ["numbers", { tools: [1] }],
  ["lists", { tools: [[]] }],
  ["a tool nested too deeply", { tools: [{ name: "t", inputSchema: deep(80) }] }],
];
test.each(nonsense)("a list of %s is an error and never an empty list", async (_name, value) => {
  const connection = await connectTo({ "tools/list": (message) => result(message, value) });

  const failure = await failureOf(listTools(connection));

  expect(failure).toMatchObject({ name: "McpError", kind: "failed", stage: "list" });
});

test("a list that the server never offered is empty, and not asked for", async () => {
  const server = startFakeMcpServer({
    initialize: (message) =>
      result(message, {
        protocolVersion: "2025-06-18",
        capabilities: {},
        serverInfo: { name: "s", version: "1" },
      }),
  });
  open.push(server);
  const connection = await connect(fetch, targetOf(server.url, { known }));

  const lists = await Promise.all([
    listTools(connection),
    listPrompts(connection),
    listResources(connection),
  ]);

  expect(lists).toEqual([
    { items: [], truncated: false },
    { items: [], truncated: false },
    { resources: [], resourceTemplates: [], truncated: false },
  ]);
  expect(server.seen).toEqual(["initialize", "notifications/initialized"]);
});

test("a list of templates that the server does not know is empty, of resources an error", async () => {
  const unknown: Answer = (message) => error(message, -32601, "Method not found");
  const resources: Answer = (message) => result(message, { resources: [{ uri: "a://b", name: "b" }] });
  const some = await connectTo({ "resources/list": resources, "resources/templates/list": unknown });
  const none = await connectTo({ "resources/list": unknown, "resources/templates/list": unknown });

  const list = await listResources(some);
  const failure = await failureOf(listResources(none));

  expect(list).toMatchObject({ resources: [{ uri: "a://b" }], resourceTemplates: [], truncated: false });
  expect(failure).toMatchObject({ kind: "rpc", rpc: { code: -32601 } });
});

test("a list keeps what it does not know and drops what is not safe", async () => {
  const said = `{"name":"t","x-own":{"a":[1,null,true]},"__proto__":{"isAdmin":true},"a":{"constructor":1,"ok":"\\u0000\\ud800"}}`;
  const connection = await connectTo({
    "tools/list": (message) =>
      new Response(`{"jsonrpc":"2.0","id":${message.id},"result":{"tools":[${said}]}}`, {
        headers: { "content-type": "application/json" },
      }),
  });

  const { items } = await listTools(connection);

  expect(items).toEqual([{ name: "t", "x-own": { a: [1, null, true] }, a: { ok: "\ufffd\ufffd" } }]);
  expect(Reflect.get(items[0] ?? {}, "isAdmin")).toBeUndefined();
});

/** `{ inner: { inner: … } }` */
function deep(levels: number): unknown {
  let value: unknown = {};
  for (let level = 0; level < levels; level += 1) value = { inner: value };
  return value;
}
