import { expect, test } from "bun:test";
import { credentials, serverMembers, servers } from "#src/db/schema.ts";
import * as connections from "#src/services/account-connections.ts";
import type { AccountCtx, Via } from "#src/services/context.ts";
import { testApp } from "#tests/support/app.ts";
import { makePeople, type Person } from "#tests/support/people.ts";

const app = await testApp();
const { db } = app.deps;

const ctxOf = ({ account }: Person): AccountCtx => ({
  ...app.deps,
  requestId: "r",
  signal: new AbortController().signal,
  account,
  via: { kind: "session", idHash: "" },
});

/** A server of the person's workspace that they are connected to. */
async function connected(person: Person, name: string, access: "everyone" | "restricted" = "everyone") {
  const { workspaceId, memberId } = person;
  const url = `https://${crypto.randomUUID()}.example.com/mcp`;
  const [server] = await db
    .insert(servers)
    .values({ workspaceId, name, url, authType: "direct_auth", access })
    .returning();
  if (!server) throw new Error("The server was not inserted.");
  await db.insert(credentials).values({ workspaceId, serverId: server.id, memberId, kind: "direct_auth" });
  return server;
}

test("an account sees its own connections in all its workspaces, and nobody else's", async () => {
  const { ada, bob, eve } = await makePeople(app);
  const linear = await connected(ada, "Linear");
  await connected(bob, "Sentry");
  await connected(eve, "Notion");

  const list = await connections.list(ctxOf(ada));

  expect(list).toEqual([
    {
      workspace: { uuid: ada.workspaceId, name: "Ours" },
      server: { id: linear.id, name: "Linear", authType: "direct_auth" },
      mayChange: true,
      connection: "connected",
      connectedAt: expect.any(String),
      lastUsedAt: null,
    },
  ]);
});

test("a restricted server is named only to those who may see it", async () => {
  const { ada, bob, vic } = await makePeople(app);
  await connected(bob, "Payroll", "restricted");
  await connected(ada, "Legal", "restricted");
  const chosen = await connected(vic, "Kitchen", "restricted");
  await db
    .insert(serverMembers)
    .values({ workspaceId: vic.workspaceId, serverId: chosen.id, memberId: vic.memberId });

  const names = async (person: Person) =>
    (await connections.list(ctxOf(person))).map(({ server }) => server.name);

  expect(await names(bob)).toEqual([]);
  expect(await names(ada)).toEqual(["Legal"]);
  expect(await names(vic)).toEqual(["Kitchen"]);
});

test("an API key does not see beyond its workspace, so it is refused", async () => {
  const { ada } = await makePeople(app);
  const via: Via = { kind: "api_key", id: 1, workspaceId: ada.workspaceId, granted: [], expiresAt: null };

  const asked = connections.list({ ...ctxOf(ada), via });

  expect(asked).rejects.toMatchObject({ reason: "insufficient_scope" });
});
