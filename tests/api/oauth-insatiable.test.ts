import { afterAll, beforeAll, expect, test } from "bun:test";
import type { McpServer } from "#src/services/servers/index.ts";
import { testApp } from "#tests/support/app.ts";
import { type AuthorizationServer, startAuthorizationServer } from "#tests/support/authorization-server.ts";
import { authorize, authorizeUrlOf, begin } from "#tests/support/authorizing.ts";
import { makePeople } from "#tests/support/people.ts";
import { type FakeMcpServer, startFakeMcpServer } from "#tests/support/fake-mcp-server.ts";

/*
 * A server that lets nobody shake hands before they hold more scopes than its challenge for strangers names.
 */

const app = await testApp({ RATE_LIMIT: "0" });
let issuer: AuthorizationServer;
const servers: FakeMcpServer[] = [];

beforeAll(async () => {
  issuer = await startAuthorizationServer();
});

afterAll(async () => {
  for (const server of servers) await server.stop();
  await issuer.stop();
});

/**
 * @param named - the scope that its challenge for strangers names
 * @param isEnough - whether the scopes of a token are; where they are not, it wants `mcp:admin`
 */
function startDemandingServer(named: string, isEnough: (scopes: string[]) => boolean): FakeMcpServer {
  const server = startFakeMcpServer({
    GET: (_, request) => {
      const { origin, pathname } = new URL(request.url);
      if (!pathname.startsWith("/.well-known/oauth-protected-resource"))
        return new Response(null, { status: 404 });
      return Response.json({ resource: `${origin}/mcp`, authorization_servers: [issuer.issuer] });
    },
    "server/discover": async (_, request) => {
      const [, token] = /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "") ?? [];
      if (token === undefined) return refusal(401, `Bearer scope="${named}"`);
      const { scopes } = (await issuer.verify(token)) ?? { scopes: [] };
      if (isEnough(scopes)) return new Response(null, { status: 404 });
      return refusal(403, 'Bearer error="insufficient_scope", scope="mcp:admin"');
    },
  });
  servers.push(server);
  return server;
}

const refusal = (status: number, challenge: string) =>
  new Response(null, { status, headers: { "www-authenticate": challenge } });

test("what a handshake wants besides is asked for by the next authorization", async () => {
  const { ada } = await makePeople(app);
  const { url } = startDemandingServer("mcp:use", (scopes) => scopes.includes("mcp:admin"));
  const { body: server } = await ada.post<McpServer>("mcp-servers", { url });
  await ada.post(`mcp-servers/${server.id}/enable`);

  await authorize(app, ada, authorizeUrlOf(app, server), issuer);
  const { location } = await begin(app, ada, authorizeUrlOf(app, server));
  await authorize(app, ada, authorizeUrlOf(app, server), issuer);
  const { body: ready } = await ada.get<McpServer>(`mcp-servers/${server.id}`);

  expect(location.searchParams.get("scope")?.split(" ")).toEqual(
    expect.arrayContaining(["mcp:use", "mcp:admin"]),
  );
  expect(ready).toMatchObject({ state: "READY", enabled: true, connection: "connected" });
});

test.each([
  { named: "mcp:use", stepUps: 3 },
  { named: "mcp:admin", stepUps: 2 },
])(
  "no more than three authorizations ask for a scope in vain, where the first asks for $named",
  async ({ named, stepUps }) => {
    const { ada } = await makePeople(app);
    const { url } = startDemandingServer(named, () => false);
    const { body: server } = await ada.post<McpServer>("mcp-servers", { url });
    const path = `mcp-servers/${server.id}/enable`;
    await ada.post(path);
    await authorize(app, ada, authorizeUrlOf(app, server), issuer);

    for (let stepUp = 0; stepUp < stepUps; stepUp += 1) {
      const { code } = await ada.post(path);
      expect(code).toBe("member_auth_required");
      await authorize(app, ada, authorizeUrlOf(app, server), issuer);
    }
    const last = await ada.post(path);

    expect(last.code).toBe("upstream_failed");
  },
);
