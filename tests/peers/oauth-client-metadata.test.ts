import { afterAll, expect, test } from "bun:test";
import type { McpServer } from "#src/services/servers/index.ts";
import { testApp } from "#tests/support/app.ts";
import { startAuthorizationServer } from "#tests/support/authorization-server.ts";
import { authorize, authorizeUrlOf, begin, endTokens } from "#tests/support/authorizing.ts";
import { makePeople, type Person } from "#tests/support/people.ts";
import { startProtectedMcpServer } from "#tests/support/protected-mcp-server.ts";

/*
 * oidc-provider reads our client metadata documents at another host, which forwards that one path to us: nobody outside
 * reaches our own address. It registers nobody.
 */

const app = await testApp({
  RATE_LIMIT: "0",
  CLIENT_METADATA_URL: "https://clients.example/switchyard/{appUuid}.json",
});
const { publicUrl } = app.deps.settings;
const read: string[] = [];

/** What the other host does. */
async function forward(clientId: string): Promise<Response> {
  read.push(clientId);
  const [, file] = /^https:\/\/clients\.example\/switchyard\/([^/]+)$/.exec(clientId) ?? [];
  return file === undefined
    ? new Response(null, { status: 404 })
    : app.handle(new Request(new URL(`/oauth/client-metadata/${file}`, publicUrl)));
}

const issuer = await startAuthorizationServer({ registration: false, clientMetadata: forward });
const one = startProtectedMcpServer(issuer);
const two = startProtectedMcpServer(issuer);
afterAll(async () => {
  await one.stop();
  await two.stop();
  await issuer.stop();
});

const add = async (by: Person, url: string) => (await by.post<McpServer>("mcp-servers", { url })).body;
const clientIdOf = ({ appUuid }: McpServer) => `https://clients.example/switchyard/${appUuid}.json`;

test("two servers are two clients, each with its own document, from sign-in to refresh and revocation", async () => {
  const { ada } = await makePeople(app);
  const servers = [await add(ada, one.url), await add(ada, two.url)];

  for (const server of servers) {
    const path = `mcp-servers/${server.id}`;
    const back = await authorize(app, ada, authorizeUrlOf(app, server), issuer);
    const tools = await ada.get(`${path}/tools`);
    await endTokens(app, server.id);
    const refreshed = await ada.get(`${path}/tools`);
    const left = await ada.delete<{ revocation: string }>(`${path}/credentials`);

    expect([back.status, tools.status, refreshed.status]).toEqual([303, 200, 200]);
    expect(left.body.revocation).toBe("confirmed");
    expect((await ada.get<McpServer>(path)).body.registration).toBe("client_id_metadata");
    expect(read).toContain(clientIdOf(server));
  }
});

test("one server's client does not come back to another server's redirect URI", async () => {
  const { ada } = await makePeople(app);
  const [server, other] = [await add(ada, one.url), await add(ada, two.url)];
  const { location } = await begin(app, ada, authorizeUrlOf(app, server));
  location.searchParams.set(
    "redirect_uri",
    new URL(`/api/v2/oauth/callback/${other.appUuid}`, publicUrl).href,
  );

  const refused = await fetch(location, { redirect: "manual" });

  expect(location.searchParams.get("client_id")).toBe(clientIdOf(server));
  expect(refused.status).toBe(400);
  expect(await refused.text()).toContain("redirect_uri");
});

test("a server that was deleted is no client any more", async () => {
  const { ada } = await makePeople(app);
  const server = await add(ada, one.url);
  const { location } = await begin(app, ada, authorizeUrlOf(app, server));
  await ada.delete(`mcp-servers/${server.id}`);

  const refused = await fetch(location, { redirect: "manual" });

  expect(refused.status).toBe(400);
  expect(await refused.text()).toContain("client");
});
