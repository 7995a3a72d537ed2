import { afterAll, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import * as credentials from "#src/db/credentials.ts";
import { credentials as rows, servers } from "#src/db/schema.ts";
import type { AuthType } from "#src/services/context.ts";
import { testApp } from "#tests/support/app.ts";
import { makePeople } from "#tests/support/people.ts";
import { type FakeMcpServer, result, startFakeMcpServer } from "#tests/support/fake-mcp-server.ts";
import { addServer } from "#tests/support/servers.ts";

const app = await testApp();
const { db } = app.deps;

/** Has one of each, for whoever asks. */
const upstream: FakeMcpServer = startFakeMcpServer({
  "tools/list": (message) => result(message, { tools: [{ name: "t", inputSchema: { type: "object" } }] }),
  "prompts/list": (message) => result(message, { prompts: [{ name: "p" }] }),
  "resources/list": (message) => result(message, { resources: [{ uri: "r:1", name: "r" }] }),
  "resources/templates/list": (message) => result(message, { resourceTemplates: [] }),
  "tools/call": (message) => result(message, { content: [{ type: "text", text: "done" }] }),
  "prompts/get": (message) => result(message, { messages: [] }),
  "resources/read": (message) => result(message, { contents: [{ uri: "r:1", text: "r" }] }),
});
afterAll(() => upstream.stop());

const uses = [
  ["GET", "mcp-servers/:id/tools"],
  ["GET", "app-connections/mcp-servers/:id/tools"],
  ["GET", "mcp-servers/:id/prompts"],
  ["GET", "mcp-servers/:id/resources"],
  ["GET", "mcp-servers/:id/resources/read?uri=r:1"],
  ["POST", "mcp-servers/:id/tools/t/call"],
  ["POST", "mcp-servers/:id/prompts/p/get"],
] as const;

type Row = {
  authType: AuthType;
  state: "REGISTER" | "AUTHORIZE" | "READY";
  enabled: boolean;
  connection: "connected" | "expired" | "not_connected";
  status: number;
  code: string | null;
};

const kinds: AuthType[] = ["oauth", "direct_auth", "api_key"];
const connections = ["connected", "expired", "not_connected"] as const;

const table: Row[] = kinds.flatMap((authType) =>
  connections.flatMap((connection) => [
    { authType, connection, state: "REGISTER", enabled: false, status: 409, code: "server_not_ready" },
    { authType, connection, state: "AUTHORIZE", enabled: false, status: 403, code: "member_auth_required" },
    { authType, connection, state: "READY", enabled: false, status: 409, code: "server_disabled" },
    connection === "connected"
      ? { authType, connection, state: "READY", enabled: true, status: 200, code: null }
      : { authType, connection, state: "READY", enabled: true, status: 403, code: "member_auth_required" },
  ]),
);

test.each(table)(
  "$authType, $state, enabled: $enabled, $connection: every use answers $status $code",
  async ({ authType, state, enabled, connection, status, code }) => {
    const { ada, bob } = await makePeople(app);
    const { id, appUuid } = await addServer(ada, { url: upstream.url, authType });
    await db.update(servers).set({ authType, state, enabled }).where(eq(servers.id, id));
    const connect = (memberId: number) =>
      credentials.put(
        db,
        { workspaceId: ada.workspaceId, serverId: id, memberId },
        { kind: authType, sealed: null },
      );
    // What an admin holds is of no use to anybody else.
    await connect(ada.memberId);
    if (connection !== "not_connected") await connect(bob.memberId);
    if (connection === "expired")
      await db.update(rows).set({ status: connection }).where(eq(rows.memberId, bob.memberId));
    const calls = upstream.seen.length;

    const answers = [];
    for (const [method, path] of uses)
      answers.push(await (method === "GET" ? bob.get : bob.post)(path.replace(":id", String(id))));

    expect(answers.map((answer) => [answer.status, answer.code])).toEqual(uses.map(() => [status, code]));
    if (status !== 200) expect(upstream.seen.length).toBe(calls);
    if (code !== "member_auth_required") return;
    const detail =
      authType === "oauth"
        ? { authType, authorizeUrl: expect.stringContaining(`/mcp-servers/${id}/oauth/authorize`) }
        : { authType, appUuid };
    for (const { body } of answers) expect(body).toMatchObject({ detail });
  },
);
