import { expect, test } from "bun:test";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import type { IncomingMessage, ServerResponse } from "node:http";

import { EgressError, type GuardedFetch } from "#src/net/fetch.ts";
import { guard, localGuard } from "#tests/net/support/guards.ts";
import { type Peer, startHttp } from "#tests/net/support/peers.ts";

/** A server of the v1 SDK with a session and one tool, which tells of its progress on the way. */
async function startMcpServer(): Promise<Peer> {
  const server = new McpServer({ name: "counting", version: "1.0.0" }, { capabilities: { logging: {} } });
  server.registerTool("count", { description: "Counts to three" }, async ({ sendNotification }) => {
    for (const step of [1, 2, 3])
      await sendNotification({ method: "notifications/message", params: { level: "info", data: step } });
    return { content: [{ type: "text", text: "three" }] };
  });
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => crypto.randomUUID() });
  await server.connect(transport);
  return startHttp(
    (request: IncomingMessage, response: ServerResponse) => void transport.handleRequest(request, response),
  );
}

async function connect(peer: Peer, fetch: GuardedFetch): Promise<Client> {
  const client = new Client({ name: "test", version: "1.0.0" });
  const url = new URL(`http://127.0.0.1:${peer.port}/mcp`);
  await client.connect(new StreamableHTTPClientTransport(url, { fetch }));
  return client;
}

test("it carries a session of the MCP client: handshake, stream, list, call, goodbye", async () => {
  await using peer = await startMcpServer();
  using fetch = localGuard();

  const client = await connect(peer, fetch);
  const { tools } = await client.listTools();
  const result = await client.callTool({ name: "count", arguments: {} });
  await client.close();

  expect(tools.map(({ name }) => name)).toEqual(["count"]);
  expect(result.content).toEqual([{ type: "text", text: "three" }]);
  expect(peer.connections).toBeLessThanOrEqual(3);
});

/** What the client threw, down to our own error. */
async function causeOf(attempt: Promise<unknown>): Promise<EgressError> {
  let error: unknown = await attempt.catch((thrown: unknown) => thrown);
  while (error instanceof Error && !(error instanceof EgressError)) error = error.cause;
  if (!(error instanceof EgressError)) throw new Error("the client passed on no EgressError");
  return error;
}

test("the MCP client passes on what was refused", async () => {
  await using canary = await startHttp((_request, response) => response.end());
  using fetch = guard();

  const error = await causeOf(connect(canary, fetch));

  expect(error).toMatchObject({ kind: "refused", stage: "dns" });
  expect(canary.connections).toBe(0);
});

test("the MCP client, which follows redirects itself, is given none to follow", async () => {
  const asked: string[] = [];
  await using peer = await startHttp((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(307, { location: "/elsewhere" }).end();
  });
  using fetch = localGuard();

  const error = await causeOf(connect(peer, fetch));

  expect(error).toMatchObject({ kind: "failed", stage: "http" });
  expect(asked).toEqual(["POST /mcp"]);
});
