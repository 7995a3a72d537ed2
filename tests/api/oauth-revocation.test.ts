import { afterAll, afterEach, expect, test } from "bun:test";
import { eq, inArray, sql } from "drizzle-orm";
import { revocations } from "#src/db/schema.ts";
import type { AuditEvent } from "#src/services/audit-events.ts";
import type { McpServer } from "#src/services/servers/index.ts";
import { retryRevocations } from "#src/services/oauth/revocation-retries.ts";
import { testApp } from "#tests/support/app.ts";
import { authorize, authorizeUrlOf } from "#tests/support/authorizing.ts";
import { issueTokens, startFakeAuthorizationServer, startFakeProtected } from "#tests/support/fake-oauth.ts";
import { makePeople, makePerson, type Person } from "#tests/support/people.ts";

const app = await testApp({ RATE_LIMIT: "0" });
const { db } = app.deps;
const issuer = startFakeAuthorizationServer();
const remote = startFakeProtected(issuer);

const never = new AbortController().signal;

afterEach(async () => {
  issuer.answers = {};
  issuer.metadata = {};
  await db.delete(revocations);
});
afterAll(async () => {
  await remote.stop();
  await issuer.stop();
});

/** A server of Ada's that she and Bob are connected to. */
async function connected() {
  const people = await makePeople(app);
  const { ada, bob } = people;
  const { body: server } = await ada.post<McpServer>("mcp-servers", { url: remote.url });
  for (const person of [ada, bob]) await authorize(app, person, authorizeUrlOf(app, server), issuer);
  return { ...people, server, path: `mcp-servers/${server.id}`, revokedBefore: revoked().length };
}

const revoked = () => issuer.asked.filter(({ path }) => path === "/revoke");
const pending = () => db.select().from(revocations);
const connectionOf = async (person: Person, path: string) =>
  (await person.get<McpServer>(path)).body.connection;

test("to disconnect revokes both of one's own tokens, as our client", async () => {
  const { bob, ada, path, revokedBefore } = await connected();

  const { body } = await bob.delete(`${path}/credentials`);
  const again = await bob.delete(`${path}/credentials`);

  const asked = revoked().slice(revokedBefore);
  expect(body).toEqual({ connected: false, revocation: "confirmed" });
  expect(again.body).toEqual({ connected: false, revocation: "unsupported" });
  expect(asked.map(({ form }) => form.get("token_type_hint")).sort()).toEqual([
    "access_token",
    "refresh_token",
  ]);
  for (const { form, authorization } of asked) {
    const [kind] = form.get("token_type_hint")?.split("_") ?? [];
    expect(form.get("token")).toStartWith(`${kind}-canary`);
    expect(authorization).toStartWith("Basic ");
  }
  expect(await connectionOf(ada, path)).toBe("connected");
  expect(await pending()).toEqual([]);
});

test("an access token is revoked where there is no refresh token", async () => {
  issuer.answers["/token"] = ({ form }) =>
    Response.json({ ...issueTokens(issuer, form), refresh_token: null });
  const { bob, path } = await connected();

  await bob.delete(`${path}/credentials`);

  expect(revoked().at(-1)?.form.get("token")).toStartWith("access-canary");
});

type Act = (ada: Person, bob: Person, path: string, server: McpServer) => Promise<unknown>;
const acts: [what: string, act: Act, connections: number][] = [
  ["an admin disconnects a member", (ada, bob, path) => ada.delete(`${path}/members/${bob.memberId}`), 1],
  ["the registration is cleared", (ada, _, path) => ada.post(`${path}/disable?clear_registration=true`), 2],
  ["the server is deleted", (ada, _, path) => ada.delete(path), 2],
  [
    "the server moves to another origin",
    (ada, _, path) => ada.patch(path, { url: "https://moved.invalid/mcp" }),
    2,
  ],
  ["the server is no longer for OAuth", (ada, _, path) => ada.patch(path, { authType: "api_key" }), 2],
  ["a member loses access", (ada, _, path) => ada.put(`${path}/access`, { access: "restricted" }), 1],
  ["a member is removed", (ada, bob) => ada.delete(`members/${bob.memberId}`), 1],
];
test.each(acts)("tokens are revoked when %s", async (_, act, connections) => {
  const { ada, bob, path, server, revokedBefore } = await connected();

  await act(ada, bob, path, server);

  expect(revoked().length - revokedBefore).toBe(2 * connections);
  expect(await pending()).toEqual([]);
});

test("an admin who becomes a member gives up what only admins may see, and keeps the rest", async () => {
  const { ada, server } = await connected();
  const oda = await makePerson(app, { name: "Oda", role: "admin", workspaceId: ada.workspaceId });
  const { body: open } = await ada.post<McpServer>("mcp-servers", { url: `${remote.url}?open` });
  await ada.put(`mcp-servers/${server.id}/access`, { access: "restricted" });
  await authorize(app, oda, authorizeUrlOf(app, server), issuer);
  await app.deps.db.execute(sql`insert into credentials (workspace_id, server_id, member_id, kind)
    values (${ada.workspaceId}, ${open.id}, ${oda.memberId}, 'direct_auth')`);
  const before = revoked().length;

  await ada.patch(`members/${oda.memberId}`, { role: "member" });

  expect(revoked().length - before).toBe(2);
  expect((await oda.get(`mcp-servers/${server.id}`)).status).toBe(404);
  expect(await connectionOf(oda, `mcp-servers/${open.id}`)).toBe("connected");
});

test("clearing the registration forgets the client and begins anew, twice like once", async () => {
  const { ada, path } = await connected();

  const { body } = await ada.post<McpServer>(`${path}/disable?clear_registration=true`);
  const again = await ada.post<McpServer>(`${path}/disable?clear_registration=true`);
  const enabled = await ada.post<McpServer>(`${path}/enable`);

  expect(body).toMatchObject({
    state: "REGISTER",
    enabled: false,
    registration: null,
    connection: "not_connected",
    memberCount: 0,
  });
  expect(again.body).toMatchObject({ state: "REGISTER", enabled: false });
  expect(enabled.body).toMatchObject({ state: "AUTHORIZE", registration: "dynamic" });
});

test("disabling alone revokes nothing, and keeps everybody connected", async () => {
  const { ada, bob, path, revokedBefore } = await connected();

  await ada.post(`${path}/disable`);
  const refused = await bob.get(`${path}/tools`);
  await ada.post(`${path}/enable`);

  expect([refused.status, refused.code]).toEqual([409, "server_disabled"]);
  expect(revoked().length).toBe(revokedBefore);
  expect((await bob.get(`${path}/tools`)).status).toBe(200);
});

test("a server without a way to revoke is said to have none", async () => {
  issuer.metadata = { revocation_endpoint: undefined };
  const { ada, bob, path } = await connected();

  const one = await bob.delete(`${path}/credentials`);
  const all = await ada.delete<{ revocations: object }>(path);

  expect(one.body).toEqual({ connected: false, revocation: "unsupported" });
  expect(all.body.revocations).toEqual({ confirmed: 0, unsupported: 1, failed: 0 });
});

test("what fails is said, kept sealed, and tried again in the background when all else is gone", async () => {
  const { ada, path } = await connected();
  issuer.answers["/revoke"] = () => new Response(null, { status: 503 });

  const { body } = await ada.delete<{ revocations: object }>(path);
  const kept = await pending();
  await retryRevocations(app.deps, never);
  const early = await pending();
  await db.update(revocations).set({ retryAt: sql`now()` });
  await retryRevocations(app.deps, never);
  const failedAgain = await pending();
  issuer.answers = {};
  await db.update(revocations).set({ retryAt: sql`now()` });
  await Promise.all([retryRevocations(app.deps, never), retryRevocations(app.deps, never)]);

  expect(body.revocations).toEqual({ confirmed: 0, unsupported: 0, failed: 2 });
  expect(kept).toHaveLength(4);
  expect(JSON.stringify(kept)).not.toContain("canary");
  expect(early.map(({ attempts }) => attempts)).toEqual([0, 0, 0, 0]);
  expect(failedAgain.map(({ attempts }) => attempts)).toEqual([1, 1, 1, 1]);
  expect(failedAgain.every(({ retryAt }) => retryAt.getTime() > Date.now() + 30_000)).toBe(true);
  expect(await pending()).toEqual([]);
});

/** What the two tokens of a connection are answered with. */
const receipts: [refresh: Response, access: Response, outcome: string][] = [
  [new Response(), new Response(), "confirmed"],
  [new Response(), Response.json({ error: "invalid_token" }, { status: 400 }), "confirmed"],
  [new Response(), Response.json({ error: "unsupported_token_type" }, { status: 400 }), "confirmed"],
  [Response.json({ error: "unsupported_token_type" }, { status: 400 }), new Response(), "unsupported"],
  [new Response(), new Response(null, { status: 503 }), "failed"],
  [new Response(null, { status: 503 }), new Response(), "failed"],
];
test.each(receipts)(
  "the receipt is what the refresh token got, unless either of the two failed (%#)",
  async (refresh, access, outcome) => {
    const { bob, path } = await connected();
    issuer.answers["/revoke"] = ({ form }) =>
      (form.get("token_type_hint") === "refresh_token" ? refresh : access).clone();

    const { body } = await bob.delete(`${path}/credentials`);

    expect(body).toEqual({ connected: false, revocation: outcome });
    expect(await pending()).toHaveLength(outcome === "failed" ? 1 : 0);
  },
);

test("both tokens are revoked at once, so that nobody waits twice", async () => {
  const { bob, path } = await connected();
  const both = Promise.withResolvers<void>();
  let waiting = 0;
  issuer.answers["/revoke"] = async () => {
    waiting += 1;
    if (waiting === 2) both.resolve();
    await both.promise;
    return new Response();
  };

  const { body } = await bob.delete(`${path}/credentials`);

  expect(body).toEqual({ connected: false, revocation: "confirmed" });
});

test("after ten attempts it is given up, and admins can see that", async () => {
  const { ada, path } = await connected();
  issuer.answers["/revoke"] = () => new Response(null, { status: 503 });
  await ada.delete(path);

  await db.update(revocations).set({ retryAt: sql`now()`, attempts: 9 });
  await retryRevocations(app.deps, never);

  const events = await ada.get<AuditEvent[]>("audit-events?action=revocation.abandoned");
  expect(await pending()).toEqual([]);
  expect(events.body).toHaveLength(4);
  expect(events.body[0]).toMatchObject({
    actor: { memberId: null, name: "Switchyard" },
    target: { type: "revocation", name: expect.any(String) },
    details: { tokens: 1, attempts: 10 },
  });
});

test("what a workspace has open beyond its measure is given up, the most tried first, and told of", async () => {
  const { ada, path } = await connected();
  issuer.answers["/revoke"] = () => new Response(null, { status: 503 });
  await ada.delete(path);
  const [first, second] = await pending();
  const most = inArray(
    revocations.id,
    [first, second].map((row) => row?.id ?? ""),
  );
  await db.update(revocations).set({ attempts: 5 }).where(most);

  await retryRevocations(app.deps, never, { most: 2 });

  const events = await ada.get<AuditEvent[]>("audit-events?action=revocation.abandoned");
  expect((await pending()).map(({ attempts }) => attempts)).toEqual([0, 0]);
  expect(events.body).toMatchObject([{ details: { tokens: 2, attempts: 5 } }]);
});

test("what fails again and again is tried at growing intervals, up to a day", async () => {
  const { bob, path } = await connected();
  issuer.answers["/revoke"] = () => new Response(null, { status: 503 });
  await bob.delete(`${path}/credentials`);
  const minutes = sql<number>`round(extract(epoch from ${revocations.retryAt} - now()) / 60)::int`;

  const waited: number[] = [];
  for (const attempts of [0, 1, 2, 3, 4, 5, 8]) {
    await db.update(revocations).set({ retryAt: sql`now()`, attempts });
    await retryRevocations(app.deps, never);
    const [row] = await db.select({ minutes }).from(revocations);
    waited.push(row?.minutes ?? 0);
  }

  expect(waited).toEqual([1, 4, 16, 64, 256, 1_024, 1_440]);
});

test("one that does not open keeps the others from nothing", async () => {
  const { ada, path } = await connected();
  issuer.answers["/revoke"] = () => new Response(null, { status: 503 });
  await ada.delete(path);
  const [first] = await pending();
  await db
    .update(revocations)
    .set({ sealed: "v1:gone:AAAA" })
    .where(eq(revocations.id, first?.id ?? ""));
  issuer.answers = {};

  await db.update(revocations).set({ retryAt: sql`now()` });
  await retryRevocations(app.deps, never);

  expect((await pending()).map(({ id }) => id)).toEqual([first?.id ?? ""]);
});

test("a revocation that hangs does not hold up whoever leaves for long", async () => {
  const { bob, path } = await connected();
  const { promise: never, resolve } = Promise.withResolvers<Response>();
  issuer.answers["/revoke"] = () => never;
  const began = performance.now();

  const { body } = await bob.delete(`${path}/credentials`);

  resolve(new Response());
  expect(body).toEqual({ connected: false, revocation: "failed" });
  expect(performance.now() - began).toBeLessThan(9_000);
}, 15_000);
