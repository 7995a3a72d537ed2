import { afterEach, beforeEach, expect, test } from "bun:test";
import { callTool } from "#src/mcp/call.ts";
import { connect } from "#src/mcp/connect.ts";
import { McpError } from "#src/mcp/errors.ts";
import type { Authorization } from "#src/mcp/target.ts";
import { loopbackFetch, targetOf } from "#tests/mcp/support.ts";
import { error, result, startFakeMcpServer } from "#tests/support/fake-mcp-server.ts";
import { type LegacyMcpServer, startLegacyMcpServer } from "#tests/support/legacy-mcp-server.ts";

const fetch = loopbackFetch();
const CHALLENGE = 'Basic realm="a", Bearer resource_metadata="http://127.0.0.1/prm", scope="tools"';

/** What the server lets in, and what it saw of `Authorization`. */
let accepted: string;
let seen: (string | null)[];
let server: LegacyMcpServer;

beforeEach(() => {
  accepted = "Bearer first-token";
  seen = [];
  server = startLegacyMcpServer({
    guard: (request) => {
      seen.push(request.headers.get("authorization"));
      if (request.headers.get("authorization") === accepted) return null;
      return new Response("who?", { status: 401, headers: { "www-authenticate": CHALLENGE } });
    },
  });
});
afterEach(() => server.stop());

const bearer = (token: () => string): Authorization => ({
  headers: async () => ({ authorization: `Bearer ${token()}` }),
});

test("the member's headers go with every request", async () => {
  const connection = await connect(
    fetch,
    targetOf(server.url, { authorization: bearer(() => "first-token") }),
  );

  await callTool(connection, { name: "count", arguments: {} });
  await connection.close();

  expect(new Set(seen)).toEqual(new Set([accepted]));
  expect(server.seen.at(-1)).toBe("DELETE");
});

test("a refused header is renewed once, and the request repeated with the new one", async () => {
  let token = "first-token";
  const challenges: (readonly string[])[] = [];
  const authorization: Authorization = {
    ...bearer(() => token),
    renew: async (challenge) => {
      challenges.push(challenge);
      token = "second-token";
      return true;
    },
  };
  const connection = await connect(fetch, targetOf(server.url, { authorization }));
  accepted = "Bearer second-token";
  seen.length = 0;

  const answer = await callTool(connection, { name: "count", arguments: {} });

  expect(answer).toMatchObject({ isError: false });
  expect(seen).toEqual(["Bearer first-token", "Bearer second-token"]);
  expect(challenges).toEqual([[CHALLENGE]]);
});

test("renewing in vain ends with the server's challenge", async () => {
  let renewed = 0;
  const authorization: Authorization = {
    ...bearer(() => "no-good-token"),
    renew: async () => {
      renewed += 1;
      return true;
    },
  };

  const connecting = connect(fetch, targetOf(server.url, { authorization }));

  await expect(connecting).rejects.toMatchObject({
    kind: "unauthorized",
    status: 401,
    challenge: [CHALLENGE],
  });
  expect(renewed).toBe(1);
  expect(seen).toEqual(["Bearer no-good-token", "Bearer no-good-token"]);
});

test("where nothing is to be renewed, nothing is repeated", async () => {
  const authorization: Authorization = { ...bearer(() => "no-good-token"), renew: async () => false };

  const connecting = connect(fetch, targetOf(server.url, { authorization }));

  await expect(connecting).rejects.toMatchObject({ kind: "unauthorized" });
  expect(seen).toHaveLength(1);
});

test("what breaks while a credential is read or renewed is the cause of the error", async () => {
  const reason = new Error("the issuer is down");
  const fail = () => Promise.reject(reason);

  const outcomes = await Promise.allSettled([
    connect(fetch, targetOf(server.url, { authorization: { headers: fail } })),
    connect(fetch, targetOf(server.url, { authorization: { headers: async () => ({}), renew: fail } })),
  ]);

  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({ reason: { kind: "unauthorized", cause: reason } });
  }
});

test("a credential that the server echoes is hidden, in results and in errors", async () => {
  const echoing = startFakeMcpServer({
    "tools/call": (message, request) => {
      const token = request.headers.get("authorization") ?? "";
      if (message.params?.["name"] === "fail") return error(message, -32000, `bad ${token}`);
      return result(message, {
        content: [{ type: "text", text: `you sent ${token}`, [token]: true }],
        structuredContent: { token: token.replace("Bearer ", "") },
      });
    },
  });
  const authorization = bearer(() => "abcdefgh.secret-part");
  const connection = await connect(fetch, targetOf(echoing.url, { authorization }));

  const answer = await callTool(connection, { name: "echo", arguments: {} });
  const failure = await callTool(connection, { name: "fail", arguments: {} }).catch(
    (caught: unknown) => caught,
  );

  expect(answer).toMatchObject({ structuredContent: { token: "[secret]" } });
  expect(JSON.stringify(answer)).not.toContain("secret-part");
  expect(failure).toBeInstanceOf(McpError);
  expect(failure).toMatchObject({ message: "bad [secret]", rpc: { message: "bad [secret]" } });
  await echoing.stop();
});
