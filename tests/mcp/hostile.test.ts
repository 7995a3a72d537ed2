import { afterEach, describe, expect, test } from "bun:test";
import { callTool } from "#src/mcp/call.ts";
import { listTools } from "#src/mcp/catalog.ts";
import { connect, type Connection } from "#src/mcp/connect.ts";
import type { McpLimits } from "#src/mcp/limits.ts";
import { loopbackFetch, QUICK, targetOf } from "#tests/mcp/support.ts";
import {
  type Answer,
  drip,
  error,
  hang,
  result,
  startFakeMcpServer,
  startRawServer,
  stream,
} from "#tests/support/fake-mcp-server.ts";

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

describe("a handshake", () => {
  const hostile: Record<string, Answer> = {
    "that hangs": hang,
    "that drips": (message) => stream(drip(`: ${message.method}\n`, 20)),
    "that drips half a JSON body": () => stream(drip(" ", 20), "application/json"),
    "that is answered with 202 and silence": () => new Response(null, { status: 202 }),
  };

  test.each(Object.entries(hostile))("%s ends as a timeout", async (_name, answer) => {
    const began = performance.now();

    const failure = await failureOf(connectTo({ initialize: answer }));

    expect(failure).toMatchObject({ name: "McpError", kind: "timeout" });
    expect(performance.now() - began).toBeLessThan(QUICK.connectMs * 4);
  });

  const broken: Record<string, Answer> = {
    "with a page": () => new Response("<html>Hello</html>", { headers: { "content-type": "text/html" } }),
    "with half a JSON": () =>
      new Response('{"jsonrpc":"2.0","id":0,', { headers: { "content-type": "application/json" } }),
    "with no JSON-RPC": () => Response.json({ hello: "world" }),
    "with a list": () => Response.json([1, 2, 3]),
    "with another's result": (message) => result(message, { tools: [] }),
    "with a stream that ends": () => stream((async function* () {})()),
    "with a session id of controls": (message) =>
      Response.json(
        { jsonrpc: "2.0", id: message.id, result: {} },
        { headers: { "mcp-session-id": "a\tb" } },
      ),
  };

  test.each(Object.entries(broken))("answered %s is an error", async (_name, answer) => {
    const failure = await failureOf(connectTo({ initialize: answer }));

    expect(failure).toMatchObject({
      name: "McpError",
      kind: "failed",
      stage: expect.stringMatching(/^(http|handshake)$/),
    });
  });

  test("with a line break in the session id adds no header of ours", async () => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 0, result: {} });
    const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n`;
    const server = await startRawServer(`${head}Mcp-Session-Id: a\rX-Evil: 1\r\n\r\n${body}`);
    open.push(server);

    const failure = await failureOf(connect(fetch, targetOf(server.url, { known }), { limits: QUICK }));

    expect(failure).toMatchObject({ name: "McpError", kind: "failed" });
  });
});

describe("a call", () => {
  const hostile: [string, Answer, string][] = [
    ["that hangs", hang, "timeout"],
    ["whose stream never ends", () => stream(drip(": still here\n\n", 20)), "timeout"],
    ["whose event drips", () => stream(drip("data: x\n", 20)), "timeout"],
    [
      "that is answered with another id",
      () => Response.json({ jsonrpc: "2.0", id: 999, result: {} }),
      "timeout",
    ],
    [
      "that is answered with a huge event",
      () => stream(drip(`data: ${"x".repeat(1_000_000)}\n`, 0)),
      "too_large",
    ],
    [
      "that is answered with a huge body",
      () => stream(drip("x".repeat(1_000_000), 0), "application/json"),
      "too_large",
    ],
    ["that is answered with many events", () => stream(drip(`: ${"x".repeat(500_000)}\n\n`, 0)), "too_large"],
    ["that is answered with no result", (message) => result(message, "text"), "failed"],
    ["whose content is no list", (message) => result(message, { content: "text" }), "failed"],
    ["whose content is too deep", (message) => result(message, { content: [deep(80)] }), "failed"],
    [
      "whose content is a million brackets",
      (message) => {
        const brackets = `${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}`;
        const body = `{"jsonrpc":"2.0","id":${message.id},"result":{"content":${brackets}}}`;
        return new Response(body, { headers: { "content-type": "application/json" } });
      },
      "failed",
    ],
    ["that is refused", (message) => error(message, -32602, "No such tool"), "rpc"],
  ];

  test.each(hostile)("%s ends inside its limit", async (_name, answer, kind) => {
    const connection = await connectTo(
      { "tools/call": answer },
      { ...QUICK, callMs: 600, streamBytes: 8_000_000 },
    );
    const began = performance.now();

    const failure = await failureOf(callTool(connection, { name: "t", arguments: {} }));

    expect(failure).toMatchObject({ name: "McpError", kind });
    expect(performance.now() - began).toBeLessThan(3_000);
  });

  test("is answered once the answer is there, though the stream stays open", async () => {
    const connection = await connectTo({
      "tools/call": (message) =>
        stream(
          (async function* () {
            yield `data: ${JSON.stringify({ jsonrpc: "2.0", id: message.id, result: { content: [] } })}\n\n`;
            await hang();
          })(),
        ),
    });
    const began = performance.now();

    await callTool(connection, { name: "t", arguments: {} });

    expect(performance.now() - began).toBeLessThan(QUICK.callMs);
  });

  test("that hung is called off", async () => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const connection = await connectTo({
      "tools/call": hang,
      "notifications/cancelled": (message) => {
        resolve(message.params);
        return new Response(null, { status: 202 });
      },
    });

    await failureOf(callTool(connection, { name: "t", arguments: {} }));

    expect(await promise).toEqual({ requestId: 1, reason: "timeout" });
  });

  test("that hung leaves the connection usable", async () => {
    const connection = await connectTo({
      "tools/call": hang,
      "tools/list": (message) => result(message, { tools: [TOOL] }),
    });
    await failureOf(callTool(connection, { name: "t", arguments: {} }));

    const { items } = await listTools(connection);

    expect(items).toHaveLength(1);
  });
});

test("an event stream that floods us while we ask nothing ends the connection", async () => {
  const { promise: asked, resolve: ask } = Promise.withResolvers<unknown>();
  const server = startFakeMcpServer({
    GET: () =>
      stream(
        (async function* () {
          yield "event: endpoint\ndata: /mcp\n\n";
          const value = {
            protocolVersion: "2024-11-05",
            capabilities: {},
            serverInfo: { name: "s", version: "1" },
          };
          yield `data: ${JSON.stringify({ jsonrpc: "2.0", id: await asked, result: value })}\n\n`;
          yield* drip(`: ${"x".repeat(10_000)}\n\n`, 1);
        })(),
      ),
    initialize: (message) => {
      ask(message.id);
      return new Response(null, { status: 202 });
    },
  });
  open.push(server);
  const target = targetOf(server.url, { known: { transport: "sse", protocolVersion: "2024-11-05" } });
  const connection = await connect(fetch, target, { limits: { ...QUICK, streamBytes: 200_000 } });

  while (connection.isOpen) await Bun.sleep(5);

  const failure = await failureOf(
    connection.request("ping", undefined, { stage: "http", signal: AbortSignal.timeout(100) }),
  );
  expect(failure).toMatchObject({ kind: "too_large" });
});

/** `{ inner: { inner: … } }` */
function deep(levels: number): unknown {
  let value: unknown = {};
  for (let level = 0; level < levels; level += 1) value = { inner: value };
  return value;
}
