import { afterAll, afterEach, describe, expect, test } from "bun:test";
import type { McpServer } from "#src/services/servers/index.ts";
import { testApp } from "#tests/support/app.ts";
import { authorize, authorizeUrlOf, begin } from "#tests/support/authorizing.ts";
import { startFakeAuthorizationServer, startFakeProtected } from "#tests/support/fake-oauth.ts";
import { makePeople, type Person } from "#tests/support/people.ts";
import { nowhere } from "#tests/support/servers.ts";

/*
 * Whom members sign in at is an admin's to say: no way that a member has leads around that.
 */

const app = await testApp({ RATE_LIMIT: "0" });
const old = startFakeAuthorizationServer();
const other = startFakeAuthorizationServer();
const remote = startFakeProtected(old, other);

afterEach(() => remote.authorizationServers.splice(0, 9, old.issuer));
afterAll(async () => {
  await remote.stop();
  await old.stop();
  await other.stop();
});

type Problem = { detail: Record<string, unknown> };
type Paused = Awaited<ReturnType<typeof signedIn>>;

/** Ada and Bob are signed in at the old issuer, and then the server names another one. Nobody has noticed yet. */
async function signedIn() {
  const people = await makePeople(app);
  const { body: server } = await people.ada.post<McpServer>("mcp-servers", { url: remote.url });
  for (const person of [people.ada, people.bob])
    await authorize(app, person, authorizeUrlOf(app, server), old);
  remote.authorizationServers.splice(0, 9, other.issuer);
  return { ...people, server, path: `mcp-servers/${server.id}` };
}

/** The same, noticed by Bob. */
async function paused(): Promise<Paused> {
  const all = await signedIn();
  expect((await all.bob.get(`${all.path}/oauth/authorize`)).code).toBe("issuer_changed");
  return all;
}

const issuersOf = async (admin: Person, path: string) => {
  const { issuer, otherIssuer } = (await admin.get<McpServer>(path)).body.oauth ?? {};
  return { issuer, otherIssuer };
};

describe("while a server is paused", () => {
  test("a member who clears its registration meets the pause again, and nothing is sent to the new issuer", async () => {
    const { ada, bob, path } = await paused();
    const asked = other.asked.length;

    const cleared = await bob.post<McpServer>(`${path}/disable?clear_registration=true`);
    const refusals = [await bob.post<Problem>(`${path}/enable`), await bob.get(`${path}/oauth/authorize`)];

    expect(cleared.body).toMatchObject({ state: "REGISTER", enabled: false, connection: "not_connected" });
    expect(refusals.map(({ code }) => code)).toEqual(["issuer_changed", "issuer_changed"]);
    expect(await issuersOf(ada, path)).toEqual({ issuer: old.issuer, otherIssuer: other.issuer });
    expect(other.asked.length).toBe(asked);
  });

  const edits: [what: string, edit: object][] = [
    ["to another origin", { url: nowhere() }],
    ["to another origin, with a name", { url: nowhere(), name: "Elsewhere" }],
    ["to another way to connect", { authType: "api_key" }],
  ];
  test.each(edits)("a member does not change it %s", async (_, edit) => {
    const { ada, bob, path } = await paused();
    const before = (await ada.get(path)).body;

    const refused = await bob.patch<Problem>(path, edit);

    expect([refused.status, refused.code]).toEqual([403, "insufficient_scope"]);
    expect(refused.body.detail).toMatchObject({
      requiredScope: "apps:admin",
      message: expect.stringContaining("names another authorization server"),
    });
    expect((await ada.get(path)).body).toEqual(before);
  });

  test("a member still renames it, and moves it at its origin, where the pause goes along", async () => {
    const { ada, bob, path } = await paused();

    const edited = await bob.patch(path, { name: "Renamed", url: `${remote.url}/elsewhere` });

    expect(edited.status).toBe(200);
    expect(await issuersOf(ada, path)).toEqual({ issuer: old.issuer, otherIssuer: other.issuer });
  });

  test("an admin's own key has the admin's way only where it carries apps:admin", async () => {
    const { ada, path } = await paused();
    const narrow = await ada.withScopes("apps:write");

    const refused = await narrow.patch(path, { authType: "api_key" });
    await narrow.post(`${path}/disable?clear_registration=true`);

    expect(refused.code).toBe("insufficient_scope");
    expect(await issuersOf(ada, path)).toEqual({ issuer: old.issuer, otherIssuer: other.issuer });
  });

  const adminsWays: [what: string, act: (ada: Person, path: string) => Promise<unknown>][] = [
    ["clears the registration", (ada, path) => ada.post(`${path}/disable?clear_registration=true`)],
    ["moves it to another origin", (ada, path) => ada.patch(path, { url: nowhere() })],
    ["changes how members connect", (ada, path) => ada.patch(path, { authType: "api_key" })],
  ];
  test.each(adminsWays)("an admin who %s has looked, and the server begins anew", async (_, act) => {
    const { ada, path } = await paused();

    await act(ada, path);

    expect(await issuersOf(ada, path)).toEqual({ issuer: null, otherIssuer: null });
  });
});

describe("before anybody has noticed", () => {
  const ways: [what: string, act: (bob: Person, path: string) => Promise<unknown>][] = [
    ["clears the registration", (bob, path) => bob.post(`${path}/disable?clear_registration=true`)],
    [
      "changes how members connect, and back",
      async (bob, path) => {
        await bob.patch(path, { authType: "api_key" });
        await bob.patch(path, { authType: "oauth" });
      },
    ],
  ];
  test.each(ways)("a member who %s comes to the pause all the same", async (_, act) => {
    const { ada, bob, path } = await signedIn();

    await act(bob, path);
    const enabled = await bob.post(`${path}/enable`);

    expect(enabled.code).toBe("issuer_changed");
    expect(await issuersOf(ada, path)).toEqual({ issuer: old.issuer, otherIssuer: other.issuer });
  });

  test("a member who moves the server to another origin ends what was held for the old one, and trust with it", async () => {
    const { ada, bob, path } = await signedIn();
    const revoked = old.asked.filter(({ path: at }) => at === "/revoke").length;

    const moved = await bob.patch<{ warnings: { code: string }[] }>(path, { url: nowhere() });

    expect(moved.body.warnings.map(({ code }) => code)).toEqual(["set_up_again"]);
    expect(await issuersOf(ada, path)).toEqual({ issuer: null, otherIssuer: null });
    // Two tokens of each of the two members.
    expect(old.asked.filter(({ path: at }) => at === "/revoke").length - revoked).toBe(4);
  });
});

test("the issuer that an admin chose of several survives a member's clearing", async () => {
  const { ada, bob } = await makePeople(app);
  remote.authorizationServers.splice(0, 9, other.issuer, old.issuer);
  const { body: server } = await ada.post<McpServer>("mcp-servers", {
    url: remote.url,
    oauth: { issuer: old.issuer },
  });

  await bob.post(`mcp-servers/${server.id}/disable?clear_registration=true`);
  await bob.post(`mcp-servers/${server.id}/enable`);
  const { location } = await begin(app, bob, authorizeUrlOf(app, server));

  expect(location.origin).toBe(old.issuer);
});
