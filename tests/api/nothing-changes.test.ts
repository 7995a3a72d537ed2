import { afterAll, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { oauthClients } from "#src/db/schema.ts";
import { announce } from "#src/services/changes.ts";
import type { McpServer } from "#src/services/servers/index.ts";
import { testApp } from "#tests/support/app.ts";
import { dumpOf } from "#tests/support/dump.ts";
import { startLegacyMcpServer } from "#tests/support/legacy-mcp-server.ts";
import { makePeople } from "#tests/support/people.ts";
import { addReadyServer, addServer, nowhere } from "#tests/support/servers.ts";

/*
 * To ask for what is so already is answered as if it had been done, and leaves no trace: no later `updatedAt`, nothing in
 * the audit, no closed connection, and no page that draws itself anew.
 */

const app = await testApp();
const open = startLegacyMcpServer();
afterAll(() => open.stop());

const { ada, bob } = await makePeople(app);
const browser = await ada.signedIn();
const { id } = await addReadyServer(ada, open.url, {
  name: "Mine",
  description: "As it is",
  header: { name: "X-Key", prefix: "Key " },
  oauth: {
    clientId: "the-client",
    clientSecret: "kept",
    scopes: ["read"],
    authorizationParameters: { audience: "a", prompt: "consent" },
  },
});
const path = `mcp-servers/${id}`;
await ada.put(`${path}/access`, { access: "restricted", memberIds: [bob.memberId] });
await ada.post(`${path}/credentials`);
await ada.get(`${path}/tools`);
const off = await addServer(ada, { url: nowhere() });

const serverFields = {
  url: open.url,
  name: "  Mine ",
  description: "As it is ",
  authType: "direct_auth",
  header: { name: "X-Key", prefix: "Key " },
  oauth: {
    clientId: "the-client",
    clientSecret: "",
    scopes: ["read"],
    authorizationParameters: { prompt: "consent", audience: "a" },
    scopeCeiling: null,
  },
};

const marker = 2_147_483_647;
const heard: number[] = [];
let wake = (): void => {};
app.deps.changes.subscribe(ada.workspaceId, {
  onChange(serverId) {
    heard.push(serverId);
    if (serverId === marker) wake();
  },
  onMember(memberId) {
    heard.push(memberId);
  },
  onEnd() {},
});

/** What pages have been told until now. Listening takes a moment to begin, so the mark is set until it is heard. */
async function toldUntilNow(): Promise<number[]> {
  const marked = new Promise<void>((resolve) => (wake = resolve));
  const timer = setInterval(() => void announce(app.deps, { workspaceId: ada.workspaceId, id: marker }), 20);
  await marked;
  clearInterval(timer);
  return heard.splice(0).filter((serverId) => serverId !== marker);
}

test.each([
  ["PATCH of a server by all that it has", () => ada.patch(path, serverFields)],
  ["PATCH of a server by nothing", () => ada.patch(path, {})],
  ["PATCH of a server by no part of a part", () => ada.patch(path, { oauth: {}, header: {} })],
  [
    "PUT of the same access",
    () => ada.put(`${path}/access`, { access: "restricted", memberIds: [bob.memberId, bob.memberId] }),
  ],
  [
    "PUT of everyone, where everyone may",
    () => ada.put(`mcp-servers/${off.id}/access`, { access: "everyone" }),
  ],
  ["PATCH of a member by the same role", () => ada.patch(`members/${bob.memberId}`, { role: "member" })],
  [
    "PATCH of a workspace by the same name",
    () => browser.patch(`/api/v2/w/${ada.workspaceId}`, { name: "Ours" }),
  ],
  ["enable, of what is ready and enabled", () => ada.post(`${path}/enable`)],
  ["disable, of what is disabled", () => ada.post(`mcp-servers/${off.id}/disable`)],
  [
    "disable with clear_registration, where nothing is registered",
    () => ada.post(`mcp-servers/${off.id}/disable?clear_registration=true`),
  ],
  ["disconnecting where there is no connection", () => ada.delete(`mcp-servers/${off.id}/credentials`)],
  ["connecting a second time", () => ada.post(`${path}/credentials`)],
])("%s: nothing happens", async (_, ask) => {
  const before = await dumpOf(app.deps);
  await toldUntilNow();

  const { status } = await ask();

  expect(status).toBe(200);
  expect(await dumpOf(app.deps)).toEqual(before);
  expect(app.deps.pool.size).toBe(1);
  expect(await toldUntilNow()).toEqual([]);
});

test("what does change is written down by the fields that did, and no others", async () => {
  const before = (await ada.get<McpServer>(path)).body;

  const { body } = await ada.patch<McpServer>(path, { ...serverFields, description: "Another" });

  expect([body.description, body.updatedAt > before.updatedAt]).toEqual(["Another", true]);
  expect((await ada.get("audit-events?limit=1")).body).toMatchObject([
    { action: "server.updated", details: { fields: ["description"] } },
  ]);
});

test("a secret counts as another one even where it is the same, so that nobody guesses it", async () => {
  const before = (await ada.get<McpServer>(path)).body;

  const { body } = await ada.patch<McpServer>(path, { oauth: { clientSecret: "kept" } });

  expect(body.updatedAt > before.updatedAt).toBe(true);
});

test("clearing a registration is done also where only a client is left of it", async () => {
  const { db } = app.deps;
  const { id: serverId } = await addServer(ada, { url: nowhere(), authType: "oauth" });
  await db.insert(oauthClients).values({
    workspaceId: ada.workspaceId,
    serverId,
    issuer: "https://login.example.com",
    redirectUri: "https://switchyard.example.com/callback",
    clientId: "client-that-is-left",
    tokenEndpointAuthMethod: "none",
  });

  await ada.post(`mcp-servers/${serverId}/disable?clear_registration=true`);

  expect(await db.select().from(oauthClients).where(eq(oauthClients.serverId, serverId))).toEqual([]);
  expect(await toldUntilNow()).toContain(serverId);
});
