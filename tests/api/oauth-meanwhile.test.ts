import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { credentials, servers } from "#src/db/schema.ts";
import type { McpServer } from "#src/services/servers/index.ts";
import { testApp } from "#tests/support/app.ts";
import { begin, comeBack, flowAt } from "#tests/support/authorizing.ts";
import { startFakeAuthorizationServer, startFakeProtected } from "#tests/support/fake-oauth.ts";

/*
 * What changes between the redirect to an authorization server and the tokens that come of it.
 */

const app = await testApp({ RATE_LIMIT: "0" });
const { db } = app.deps;
const issuer = startFakeAuthorizationServer();
const other = startFakeAuthorizationServer();
const remote = startFakeProtected(issuer, other);

afterEach(() => {
  issuer.answers = {};
  remote.authorizationServers.splice(0, 9, issuer.issuer);
});
afterAll(async () => {
  await remote.stop();
  await issuer.stop();
  await other.stop();
});

const flow = () => flowAt(app, { url: remote.url, login: issuer.login });
type Flow = Awaited<ReturnType<typeof flow>>;

const held = (serverId: number) => db.select().from(credentials).where(eq(credentials.serverId, serverId));
const count = (path: string) => issuer.asked.filter((asked) => asked.path === path).length;

/** Ada accepts the issuer that the metadata names now. */
async function acceptOther({ ada, server }: Flow): Promise<void> {
  remote.authorizationServers.splice(0, 9, other.issuer);
  await ada.get(`mcp-servers/${server.id}/oauth/authorize`);
  const { status } = await ada.patch(`mcp-servers/${server.id}`, { oauth: { issuer: other.issuer } });
  expect(status).toBe(200);
}

type Change = [what: string, change: (flow: Flow) => Promise<unknown>];

const sameOrigin: Change = [
  "the server moves at its origin",
  ({ ada, server }) => ada.patch(`mcp-servers/${server.id}`, { url: `${remote.url}/elsewhere` }),
];
const toOther: Change = ["an admin accepts another issuer", acceptOther];
const cleared: Change = [
  "a member clears the registration",
  ({ bob, server }) => bob.post(`mcp-servers/${server.id}/disable?clear_registration=true`),
];
const anotherWay: Change = [
  "members are to connect in another way, and back",
  async ({ bob, server }) => {
    await bob.patch(`mcp-servers/${server.id}`, { authType: "api_key" });
    await bob.patch(`mcp-servers/${server.id}`, { authType: "oauth" });
  },
];

describe("before the browser is back", () => {
  test.each([sameOrigin, toOther, cleared, anotherWay])(
    "when %s, the code goes nowhere",
    async (_, change) => {
      const begun = await flow();
      await change(begun);
      const before = count("/token") + other.asked.length;

      const refused = await comeBack(app, begun.callback, ...begun.cookies);

      expect(refused.status).toBe(404);
      expect(count("/token") + other.asked.length).toBe(before);
      expect(await held(begun.server.id)).toEqual([]);
    },
  );

  // Flows are dropped with what they began at; these were put down in the same moment.
  test.each([
    ["issuer", { issuer: other.issuer }],
    ["address", { url: `${remote.url}/elsewhere` }],
  ])("a flow that was put down while the %s changed is not gone on with", async (_, change) => {
    const { callback, cookies, server } = await flow();
    await db.update(servers).set(change).where(eq(servers.id, server.id));
    const before = count("/token");

    const refused = await comeBack(app, callback, ...cookies);

    expect(refused.status).toBe(404);
    expect(count("/token")).toBe(before);
    expect(await held(server.id)).toEqual([]);
  });
});

describe("while the code is traded", () => {
  test.each([sameOrigin, toOther, cleared, anotherWay])(
    "when %s, the tokens are revoked, and not kept",
    async (_, change) => {
      const begun = await flow();
      const revoked = count("/revoke");
      issuer.answers["/token"] = async ({ form }) => {
        delete issuer.answers["/token"];
        await change(begun);
        return fetch(`${issuer.issuer}/token`, { method: "POST", body: form });
      };

      const refused = await comeBack(app, begun.callback, ...begun.cookies);

      expect(refused.status).toBe(404);
      expect(await held(begun.server.id)).toEqual([]);
      // The access token and the refresh token.
      expect(count("/revoke") - revoked).toBe(2);
    },
  );
});

describe("a server that is disabled meanwhile", () => {
  test("stays disabled for everybody, keeps the tokens, and the member is told", async () => {
    const { ada, bob, server, authorizeUrl, callback, cookies } = await flow();
    await comeBack(app, callback, ...cookies);
    const { location, sessionCookie, flowCookie } = await begin(app, bob, authorizeUrl);
    const back = await issuer.login(location.href);
    await ada.post(`mcp-servers/${server.id}/disable`);

    const answer = await comeBack(app, back, sessionCookie, flowCookie);

    const shown = await bob.get<McpServer>(`mcp-servers/${server.id}`);
    const used = [ada, bob].map((one) => one.get(`mcp-servers/${server.id}/tools`));
    expect(answer.status).toBe(303);
    expect(answer.headers.getSetCookie().join()).toContain("sy_notice=connected_disabled;");
    expect(shown.body).toMatchObject({ state: "READY", enabled: false, connection: "connected" });
    expect((await Promise.all(used)).map(({ code }) => code)).toEqual(["server_disabled", "server_disabled"]);
  });

  test("is enabled by the first sign-in all the same where it never was ready", async () => {
    const { ada, server, callback, cookies } = await flow();
    await ada.post(`mcp-servers/${server.id}/disable`);

    const answer = await comeBack(app, callback, ...cookies);

    const shown = await ada.get<McpServer>(`mcp-servers/${server.id}`);
    expect(answer.headers.getSetCookie().join()).toContain("sy_notice=connected;");
    expect(shown.body).toMatchObject({ state: "READY", enabled: true });
  });
});
