import { afterEach, beforeEach, expect, onTestFinished, test } from "bun:test";
import { callTool } from "#src/mcp/call.ts";
import { listTools } from "#src/mcp/catalog.ts";
import { connect } from "#src/mcp/connect.ts";
import type { GuardedFetch } from "#src/net/fetch.ts";
import { loopbackFetch, QUICK, targetOf } from "#tests/mcp/support.ts";
import {
  type Answer,
  error,
  hang,
  result,
  startFakeMcpServer,
  stream,
} from "#tests/support/fake-mcp-server.ts";
import { type LegacyMcpServer, startLegacyMcpServer } from "#tests/support/legacy-mcp-server.ts";
import { everything } from "#tests/support/peers.ts";

const fetch = loopbackFetch();
const HANDSHAKE = ["initialize", "notifications/initialized"];
const known = { transport: "streamable_http", protocolVersion: "2025-11-25" } as const;

let server: LegacyMcpServer;
beforeEach(() => {
  server = startLegacyMcpServer();
});
afterEach(() => server.stop());

test("a session is kept from call to call and ended when the connection is closed", async () => {
  const connection = await connect(fetch, targetOf(server.url, { known }));

  await callTool(connection, { name: "count", arguments: {} });
  await callTool(connection, { name: "count", arguments: {} });
  const during = server.sessions.size;
  await connection.close();

  expect(during).toBe(1);
  expect(server.sessions.size).toBe(0);
  expect(server.seen).toEqual([...HANDSHAKE, "tools/call", "tools/call", "DELETE"]);
  expect(connection.isOpen).toBe(false);
});

test("a session that the server has forgotten is begun again, and the call repeated", async () => {
  const connection = await connect(fetch, targetOf(server.url, { known }));
  server.forgetSessions();
  server.seen.length = 0;

  const answer = await callTool(connection, { name: "count", arguments: {} });

  expect(answer).toEqual({ content: [{ type: "text", text: "called count" }], isError: false });
  expect(server.seen).toEqual(["tools/call", ...HANDSHAKE, "tools/call"]);
});

test("calls that find the same session gone begin one new session between them", async () => {
  const connection = await connect(fetch, targetOf(server.url, { known }));
  server.forgetSessions();
  server.seen.length = 0;

  await Promise.all([
    callTool(connection, { name: "count", arguments: {} }),
    callTool(connection, { name: "count", arguments: {} }),
    listTools(connection),
  ]);

  expect(server.seen.filter((method) => method === "initialize")).toHaveLength(1);
  expect(server.sessions.size).toBe(1);
});

test("a server whose sessions never last is asked twice and no more", async () => {
  const withSession = { headers: { "mcp-session-id": "s-1" } };
  const initialize: Answer = async (message) => {
    const value = {
      protocolVersion: "2025-11-25",
      capabilities: { tools: {} },
      serverInfo: { name: "s", version: "1" },
    };
    return new Response(await result(message, value).text(), {
      headers: { ...withSession.headers, "content-type": "application/json" },
    });
  };
  const forgetful = startFakeMcpServer({
    initialize,
    "tools/call": (message) => error(message, -32001, "Session not found", 404),
  });
  const connection = await connect(fetch, targetOf(forgetful.url, { known }));
  forgetful.seen.length = 0;

  const calling = callTool(connection, { name: "count", arguments: {} });

  await expect(calling).rejects.toMatchObject({ kind: "rpc", status: 404 });
  expect(forgetful.seen).toEqual(["tools/call", ...HANDSHAKE, "tools/call"]);
  await forgetful.stop();
});

test("an error without a session is no lost session", async () => {
  const sessionless = startFakeMcpServer({
    "tools/call": (message) => error(message, -32001, "No such session", 404),
  });
  const connection = await connect(fetch, targetOf(sessionless.url, { known }));

  const calling = callTool(connection, { name: "count", arguments: {} });

  await expect(calling).rejects.toMatchObject({ kind: "rpc", status: 404 });
  expect(sessionless.seen).toEqual([...HANDSHAKE, "tools/call"]);
  await sessionless.stop();
});

test("a server that does not want to be left is left in time", async () => {
  const clingy = startFakeMcpServer({
    initialize: (message) =>
      Response.json(
        {
          jsonrpc: "2.0",
          id: message.id,
          result: {
            protocolVersion: "2025-11-25",
            capabilities: {},
            serverInfo: { name: "s", version: "1" },
          },
        },
        { headers: { "mcp-session-id": "s-1" } },
      ),
    DELETE: hang,
  });
  const connection = await connect(fetch, targetOf(clingy.url, { known }), { limits: QUICK });
  const began = performance.now();

  await connection.close();

  expect(performance.now() - began).toBeLessThan(10 * QUICK.closeMs);
  expect(clingy.seen).toContain("DELETE");
  await clingy.stop();
});

test("a stream that is closed with an event id is taken up again where it ended, after the wait it asks for", async () => {
  const began: number[] = [];
  const resumable = startFakeMcpServer({
    "tools/call": (message) =>
      stream(
        (async function* () {
          began.push(performance.now());
          yield `id: ${message.id}\nretry: 80\ndata: \n\n`;
        })(),
      ),
    GET: (_message, request) => {
      began.push(performance.now());
      const id = Number(request.headers.get("last-event-id"));
      const answer = { jsonrpc: "2.0", id, result: { content: [] } };
      return stream(
        (async function* () {
          yield `data: ${JSON.stringify(answer)}\n\n`;
        })(),
      );
    },
  });
  const connection = await connect(fetch, targetOf(resumable.url, { known }));

  const answer = await callTool(connection, { name: "count", arguments: {} });

  expect(answer).toEqual({ content: [], isError: false });
  expect((began[1] ?? 0) - (began[0] ?? 0)).toBeGreaterThanOrEqual(75);
  expect(resumable.seen).toEqual([...HANDSHAKE, "tools/call", "GET"]);
  await resumable.stop();
});

test("a call whose stream just ends is not repeated: nobody knows whether it ran", async () => {
  const breaking = startFakeMcpServer({ "tools/call": () => stream((async function* () {})()) });
  const connection = await connect(fetch, targetOf(breaking.url, { known }));

  const calling = callTool(connection, { name: "count", arguments: {} });

  await expect(calling).rejects.toMatchObject({ kind: "failed", stage: "http" });
  expect(breaking.seen).toEqual([...HANDSHAKE, "tools/call"]);
  await breaking.stop();
});

test("the reference server's 400 for an unknown session is understood as well", async () => {
  const peer = await everything.http();
  onTestFinished(() => peer.stop());
  const responses: Response[] = [];
  const listening = Object.assign(
    async (...request: Parameters<GuardedFetch>) => {
      const response = await fetch(...request);
      responses.push(response);
      return response;
    },
    { check: fetch.check, close: fetch.close },
  );
  const connection = await connect(listening, targetOf(peer.url, { known }));
  const headers = {
    "mcp-session-id": responses[0]?.headers.get("mcp-session-id") ?? "",
    "mcp-protocol-version": "2025-11-25",
  };
  await fetch(peer.url, { method: "DELETE", headers });

  const answer = await callTool(connection, { name: "echo", arguments: { message: "still here" } });

  expect(answer).toMatchObject({ content: [{ text: "Echo: still here" }] });
  expect(responses.map(({ status }) => status)).toEqual([200, 202, 400, 200, 202, 200]);
});
