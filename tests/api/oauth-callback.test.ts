import { afterAll, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { credentials, oauthFlows } from "#src/db/schema.ts";
import type { McpServer } from "#src/services/servers/index.ts";
import { testApp } from "#tests/support/app.ts";
import { authorize, begin, comeBack, flowAt } from "#tests/support/authorizing.ts";
import { startFakeAuthorizationServer, startFakeProtected } from "#tests/support/fake-oauth.ts";
import { makePerson, type Person } from "#tests/support/people.ts";

const app = await testApp({ RATE_LIMIT: "0" });
const { db } = app.deps;
const issuer = startFakeAuthorizationServer();
const remote = startFakeProtected(issuer);

afterAll(async () => {
  await remote.stop();
  await issuer.stop();
});

/** Ada's browser, back from the authorization server and about to open our callback. */
const flow = (returnTo?: string) => flowAt(app, { url: remote.url, login: issuer.login }, returnTo);
type Flow = Awaited<ReturnType<typeof flow>>;

const held = (serverId: number) => db.select().from(credentials).where(eq(credentials.serverId, serverId));
const tokenRequests = () => issuer.asked.filter(({ path }) => path === "/token").length;

/** Nothing was traded, and nothing kept. */
async function expectNothing(serverId: number, tokensBefore: number): Promise<void> {
  expect(tokenRequests()).toBe(tokensBefore);
  expect(await held(serverId)).toEqual([]);
}

test("it works once, however often and however parallel it is opened", async () => {
  const { callback, cookies, server } = await flow();
  const before = tokenRequests();

  const answers = await Promise.all(Array.from({ length: 8 }, () => comeBack(app, callback, ...cookies)));
  const late = await comeBack(app, callback, ...cookies);

  expect(answers.map(({ status }) => status).sort()).toEqual([303, ...Array.from({ length: 7 }, () => 404)]);
  expect(late.status).toBe(404);
  expect(tokenRequests()).toBe(before + 1);
  expect(await held(server.id)).toHaveLength(1);
});

test("it takes the browser back to where it began, and its cookie away", async () => {
  const { callback, cookies } = await flow("/w/somewhere?tab=tools");

  const answer = await comeBack(app, callback, ...cookies);

  const [notice, gone] = answer.headers.getSetCookie();
  expect(answer.headers.get("location")).toBe(
    new URL("/w/somewhere?tab=tools", app.deps.settings.publicUrl).href,
  );
  expect(gone).toMatch(/^sy_flow_[0-9a-f]{16}=; Max-Age=0; Path=\/; HttpOnly; SameSite=Lax$/);
  expect(notice).toStartWith("sy_notice=connected;");
  expect(answer.headers.get("cache-control")).toBe("no-store");
});

test.each(["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])(
  "it takes nobody to %s",
  async (returnTo) => {
    const { callback, cookies } = await flow(returnTo);

    const answer = await comeBack(app, callback, ...cookies);

    expect(answer.status).toBe(303);
    expect(new URL(answer.headers.get("location") ?? "").pathname).toMatch(/^\/w\/[^/]+\/servers\/\d+$/);
  },
);

test("in a browser that has no session any more, the flow cookie is enough", async () => {
  const { callback, begun, server } = await flow();

  const answer = await comeBack(app, callback, begun.flowCookie);

  expect(answer.status).toBe(303);
  expect(await held(server.id)).toHaveLength(1);
});

const withQuery = (callback: URL, change: (query: URLSearchParams) => void): URL => {
  const changed = new URL(callback);
  change(changed.searchParams);
  return changed;
};

const badStates: [what: string, change: (query: URLSearchParams) => void][] = [
  ["no state", (query) => query.delete("state")],
  ["an empty state", (query) => query.set("state", "")],
  ["a forged state", (query) => query.set("state", "A".repeat(43))],
  ["two states", (query) => query.append("state", query.get("state") ?? "")],
  ["two states, the first a forged one", (query) => query.set("state", "x") ?? query.append("state", "y")],
];
test.each(badStates)("with %s nothing is traded, and the flow is still there", async (_, change) => {
  const { callback, cookies, server } = await flow();
  const before = tokenRequests();

  const refused = await comeBack(app, withQuery(callback, change), ...cookies);

  expect(refused.status).toBe(404);
  await expectNothing(server.id, before);
  expect((await comeBack(app, callback, ...cookies)).status).toBe(303);
});

test("without the cookie of the browser that began, or with another's, nothing is traded", async () => {
  const { callback, begun, server, bob, authorizeUrl } = await flow();
  const other = await begin(app, bob, authorizeUrl);
  const before = tokenRequests();
  const [name = ""] = begun.flowCookie.split("=");
  const forged = [
    `${name}=${other.flowCookie.split("=")[1]}`,
    `${name}=${server.workspaceUuid}.${"A".repeat(43)}`,
    `${name}=------------------------------------.x`,
    `${name}=not-a-cookie`,
    other.flowCookie,
  ];

  const answers = [await comeBack(app, callback)];
  for (const cookie of forged) answers.push(await comeBack(app, callback, begun.sessionCookie, cookie));

  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 404));
  await expectNothing(server.id, before);
});

test("another member's session ends it, even with the cookie of the one who began", async () => {
  const { callback, begun, bob, server } = await flow();
  const { cookie } = await bob.signedIn();
  const before = tokenRequests();

  const refused = await comeBack(app, callback, cookie, begun.flowCookie);

  expect(refused.status).toBe(404);
  await expectNothing(server.id, before);
});

test("an answer to one server's flow is none to another's", async () => {
  const { callback, cookies, server, ada } = await flow();
  const { body: other } = await ada.post<McpServer>("mcp-servers", {
    url: remote.url.replace("/mcp", "/mcp2"),
  });
  const before = tokenRequests();

  const refused = await comeBack(app, callback.href.replace(server.appUuid, other.appUuid), ...cookies);

  expect(refused.status).toBe(404);
  await expectNothing(server.id, before);
});

test("ten minutes later it is too late", async () => {
  const { callback, cookies, server } = await flow();
  await db.update(oauthFlows).set({ expiresAt: new Date() }).where(eq(oauthFlows.serverId, server.id));
  const before = tokenRequests();

  const refused = await comeBack(app, callback, ...cookies);

  expect(refused.status).toBe(404);
  await expectNothing(server.id, before);
});

type Change = (flow: Flow) => Promise<unknown>;
const removals: [what: string, change: Change, status: number][] = [
  ["the server is deleted", ({ ada, server }) => ada.delete(`mcp-servers/${server.id}`), 404],
  [
    "the registration is cleared",
    ({ ada, server }) => ada.post(`mcp-servers/${server.id}/disable?clear_registration=true`),
    404,
  ],
  [
    "the server is moved to another origin",
    ({ ada, server }) => ada.patch(`mcp-servers/${server.id}`, { url: "https://moved.invalid/mcp" }),
    404,
  ],
];
test.each(removals)("when %s meanwhile, nothing is traded", async (_, change, status) => {
  const begun = await flow();
  const before = tokenRequests();

  await change(begun);
  const refused = await comeBack(app, begun.callback, ...begun.cookies);

  expect(refused.status).toBe(status);
  await expectNothing(begun.server.id, before);
});

const demotions: [
  what: string,
  change: (by: Person, of: Person, id: number) => Promise<unknown>,
  status: number,
][] = [
  ["was removed", (by, of) => by.delete(`members/${of.memberId}`), 404],
  ["may only view now", (by, of) => by.patch(`members/${of.memberId}`, { role: "viewer" }), 403],
  [
    "may not see the server now",
    (by, _, id) => by.put(`mcp-servers/${id}/access`, { access: "restricted" }),
    404,
  ],
];
test.each(demotions)("for a member who %s meanwhile, nothing is traded", async (_, change, status) => {
  const { ada, server, authorizeUrl } = await flow();
  const gus = await makePerson(app, { name: "Gus", role: "member", workspaceId: ada.workspaceId });
  const { location, flowCookie } = await begin(app, gus, authorizeUrl);
  const callback = await issuer.login(location.href);
  const before = tokenRequests();

  await change(ada, gus, server.id);
  const refused = await comeBack(app, callback, flowCookie);

  expect(refused.status).toBe(status);
  await expectNothing(server.id, before);
});

const losses: [what: string, change: (by: Person, of: Person) => Promise<unknown>][] = [
  ["has been removed", (by, of) => by.delete(`members/${of.memberId}`)],
  ["may only view by now", (by, of) => by.patch(`members/${of.memberId}`, { role: "viewer" })],
  ["no longer sees the server", (by, of) => by.patch(`members/${of.memberId}`, { role: "member" })],
];
test.each(losses)("tokens that come when the member %s are revoked, and not kept", async (_, change) => {
  const { ada, server, authorizeUrl } = await flow();
  await ada.put(`mcp-servers/${server.id}/access`, { access: "restricted" });
  const gus = await makePerson(app, { name: "Gus", role: "admin", workspaceId: ada.workspaceId });
  const { location, flowCookie } = await begin(app, gus, authorizeUrl);
  const callback = await issuer.login(location.href);
  const revoked = issuer.asked.filter(({ path }) => path === "/revoke").length;
  issuer.answers["/token"] = async ({ form }) => {
    delete issuer.answers["/token"];
    await change(ada, gus);
    return fetch(`${issuer.issuer}/token`, { method: "POST", body: form });
  };

  const refused = await comeBack(app, callback, flowCookie);

  expect(refused.status).toBe(404);
  expect(await held(server.id)).toEqual([]);
  expect(issuer.asked.filter(({ path }) => path === "/revoke").length).toBe(revoked + 2);
});

const refusals: [what: string, change: (query: URLSearchParams) => void, status: number][] = [
  ["says no", (query) => (query.delete("code"), query.set("error", "access_denied")), 409],
  ["is another than the one that was asked", (query) => query.set("iss", "https://evil.example"), 400],
  ["refuses the code", (query) => query.set("code", "x"), 409],
];
test.each(refusals)("the cookie is taken away as well where the server %s", async (_, change, status) => {
  const { callback, cookies, begun } = await flow();
  issuer.answers["/token"] = () => Response.json({ error: "invalid_grant" }, { status: 400 });

  const refused = await comeBack(app, withQuery(callback, change), ...cookies);

  delete issuer.answers["/token"];
  const [name = ""] = begun.flowCookie.split("=");
  expect(refused.status).toBe(status);
  expect(refused.headers.getSetCookie()).toEqual([`${name}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax`]);
});

test("no connection lives on that was made with the tokens from before", async () => {
  const { callback, cookies, ada, server, authorizeUrl } = await flow();
  await comeBack(app, callback, ...cookies);
  const { pool } = app.deps;
  const before = pool.size;
  const tools = await ada.get(`mcp-servers/${server.id}/tools`);
  const connected = pool.size;

  await authorize(app, ada, authorizeUrl, issuer);

  expect([tools.status, connected - before]).toEqual([200, 1]);
  expect(pool.size).toBe(before);
});
