import { afterAll, afterEach, expect, test } from "bun:test";
import * as serverRows from "#src/db/servers.ts";
import type { McpServer } from "#src/services/servers/index.ts";
import { testApp } from "#tests/support/app.ts";
import { authorize, authorizeUrlOf } from "#tests/support/authorizing.ts";
import { startFakeAuthorizationServer, startFakeProtected } from "#tests/support/fake-oauth.ts";
import { textOf } from "#tests/support/markup.ts";
import { browse } from "#tests/support/pages.ts";
import { makePeople, type Person } from "#tests/support/people.ts";
import { addServer, nowhere } from "#tests/support/servers.ts";

const app = await testApp({ RATE_LIMIT: "0" });
const issuer = startFakeAuthorizationServer();
const remote = startFakeProtected(issuer);
afterEach(() => {
  remote.refusal = null;
});
afterAll(async () => {
  await remote.stop();
  await issuer.stop();
});

async function pageOf(person: Person, { id, workspaceUuid }: McpServer, tab = ""): Promise<string> {
  const { html } = await browse(app, (await person.signedIn()).cookie).get(
    `/w/${workspaceUuid}/servers/${id}${tab}`,
  );
  return textOf(html);
}

test("how a server signs people in is told as far as it is known, and where", async () => {
  const { ada, bob } = await makePeople(app);
  const { body: server } = await ada.post<McpServer>("mcp-servers", { url: remote.url });

  const before = await pageOf(ada, server);
  await authorize(app, ada, authorizeUrlOf(app, server), issuer);
  const after = await pageOf(bob, server);

  expect(before).toContain("Signs people in by OAuth; we can register there by ourselves");
  expect(after).toContain(
    `Signs people in by OAuth at ${new URL(issuer.issuer).host}; we registered there by ourselves`,
  );
});

test("nothing is said of a server that nobody has reached", async () => {
  const { ada } = await makePeople(app);
  const server = await addServer(ada, { url: nowhere() });

  const page = await pageOf(ada, server);

  expect(page).toContain("Signs people in not known until it has answered");
  expect(page).not.toContain("not at all");
});

test("a client that is still missing is called missing, and one that is there is not", async () => {
  const { ada } = await makePeople(app);
  const server = await addServer(ada, { url: nowhere(), authType: "oauth" });
  const row = { registration: "manual" } as const;
  await serverRows.update(app.deps.db, ada.workspaceId, server.id, row);

  const missing = await pageOf(ada, server);
  await ada.patch(`mcp-servers/${server.id}`, { oauth: { clientId: "by-hand" } });
  const there = await pageOf(ada, server);

  expect(missing).toContain("somebody registers there by hand, which is still missing");
  expect(there).toContain("our client there was registered by hand");
});

test("of a server's protocol no more is said than is known", async () => {
  const { ada } = await makePeople(app);
  const server = await addServer(ada, { url: nowhere() });
  const learn = (protocolVersion: string) =>
    serverRows.update(app.deps.db, ada.workspaceId, server.id, { protocolVersion });

  await learn("2025-11-25");
  const legacy = await pageOf(ada, server);
  await learn("2026-07-28");
  const modern = await pageOf(ada, server);

  expect(legacy).toContain("Protocol MCP 2025-11-25 Transport");
  expect(modern).toContain("Protocol MCP 2026-07-28, without sessions Transport");
});

test("more access is asked for by the names of what is missing, on each page that asks", async () => {
  const { ada } = await makePeople(app);
  const { body: server } = await ada.post<McpServer>("mcp-servers", { url: remote.url });
  await authorize(app, ada, authorizeUrlOf(app, server), issuer);

  remote.refusal = '403 Bearer error="insufficient_scope", scope="mcp:use mcp:admin <b>write"';
  const tools = await pageOf(ada, server, "/tools");
  const overview = await pageOf(ada, server);

  for (const page of [tools, overview])
    expect(page).toContain("asks for more access than you gave: mcp:admin, <b>write.");
});

test("a receipt has no rows of 0, and says where there were no tokens", async () => {
  const { ada } = await makePeople(app);
  const without = await addServer(ada, { url: nowhere() });
  const { body: server } = await ada.post<McpServer>("mcp-servers", { url: remote.url });
  await authorize(app, ada, authorizeUrlOf(app, server), issuer);

  await ada.delete(`mcp-servers/${without.id}`);
  await ada.delete(`mcp-servers/${server.id}`);
  const [plain, told] = [await pageOf(ada, without, "/deleted"), await pageOf(ada, server, "/deleted")];

  expect(plain).toContain("No tokens were kept there.");
  expect(plain).not.toMatch(/ 0 /);
  expect(told).toContain("Connections ended 1 Tokens revoked there 1 Go to your servers");
});
