import { afterAll, afterEach, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import * as serverRows from "#src/db/servers.ts";
import { credentials } from "#src/db/schema.ts";
import { refreshAhead } from "#src/services/oauth/refresh-ahead.ts";
import { ROUND } from "#src/services/rounds.ts";
import { grantsAt } from "#tests/services/oauth/support.ts";
import { testApp } from "#tests/support/app.ts";
import { endTokens } from "#tests/support/authorizing.ts";
import { issueTokens, startFakeAuthorizationServer, startFakeProtected } from "#tests/support/fake-oauth.ts";

const app = await testApp({ RATE_LIMIT: "0" });
const { deps } = app;
const { db } = deps;
const issuer = startFakeAuthorizationServer();
const remote = startFakeProtected(issuer);
const { connected, elsewhere, requests, gate } = grantsAt(app, issuer, remote);
const never = new AbortController().signal;

afterEach(async () => {
  issuer.answers = {};
  await db.update(credentials).set({ refreshAt: null });
});
afterAll(async () => {
  await remote.stop();
  await issuer.stop();
});

test("the background refreshes ahead of the end, once over all instances, and leaves paused servers alone", async () => {
  const [due, disabled, paused] = [await connected(), await connected(), await connected()];
  for (const { server } of [due, disabled, paused]) await endTokens(app, server.id);
  await disabled.ada.post(`mcp-servers/${disabled.server.id}/disable`);
  await serverRows.noteOtherIssuer(db, paused.server, "https://other.example");
  const before = requests("/token");

  await Promise.all([
    refreshAhead(elsewhere(), never),
    refreshAhead(elsewhere(), never),
    refreshAhead(deps, never),
  ]);

  expect(requests("/token") - before).toBe(1);
  expect((await due.row())?.refreshedAt).toBeDate();
  expect((await due.row())?.refreshAt?.getTime()).toBeGreaterThan(Date.now() + 60_000);
});

test("the background says of a token that cannot be refreshed that it has ended", async () => {
  issuer.answers["/token"] = ({ form }) =>
    Response.json({ ...issueTokens(issuer, form), refresh_token: null });
  const { server, row } = await connected();
  await endTokens(app, server.id);

  await refreshAhead(deps, never);

  expect((await row())?.status).toBe("expired");
});

/** So many grants, each in a workspace of its own, whose tokens have just ended. */
async function ended(count: number) {
  const all: Awaited<ReturnType<typeof connected>>[] = [];
  while (all.length < count) all.push(await connected());
  for (const { server } of all) await endTokens(app, server.id);
  return all;
}

test("a round refreshes all that is due, however much is at once", async () => {
  const all = await ended(6);

  await refreshAhead(deps, never, { ...ROUND, atOnce: 2 });

  for (const { row } of all) expect((await row())?.refreshedAt).toBeDate();
});

test("tokens that live a moment are asked for once in a round, and once only", async () => {
  await ended(4);
  const before = requests("/token");
  const lives = [0.001, 1, 30, 65];
  issuer.answers["/token"] = ({ form }) =>
    Response.json({ ...issueTokens(issuer, form), expires_in: lives[requests("/token") % lives.length] });

  await refreshAhead(deps, never);
  await refreshAhead(deps, never);

  expect(requests("/token") - before).toBe(4);
});

test("what fails is tried at growing intervals up to an hour, until tokens come", async () => {
  const [one] = await ended(1);
  issuer.answers["/token"] = () => new Response(null, { status: 500 });
  const minutes = sql<number>`round(extract(epoch from ${credentials.refreshAt} - now()) / 60)::int`;

  const waited: number[] = [];
  for (let attempt = 0; attempt < 8; attempt += 1) {
    await one?.change({ refreshAt: sql`now()`, retryAt: null });
    await refreshAhead(deps, never);
    const [row] = await db
      .select({ minutes })
      .from(credentials)
      .where(sql`${credentials.refreshAt} is not null`);
    waited.push(row?.minutes ?? 0);
  }
  issuer.answers = {};
  await one?.change({ refreshAt: sql`now()`, retryAt: null });
  await refreshAhead(deps, never);

  expect(waited).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  expect((await one?.row())?.refreshAttempts).toBe(0);
});

test("what failed is tried again at once where an admin changes how the server is authorized", async () => {
  const [one] = await ended(1);
  issuer.answers["/token"] = () => new Response(null, { status: 500 });
  await refreshAhead(deps, never);
  issuer.answers = {};
  const before = requests("/token");
  await refreshAhead(deps, never);
  const unchanged = requests("/token") - before;

  await one?.ada.patch(`mcp-servers/${one.server.id}`, { oauth: { tokenParameters: { audience: "x" } } });
  await refreshAhead(deps, never);

  expect(unchanged).toBe(0);
  expect(requests("/token") - before).toBe(1);
  expect(await one?.row()).toMatchObject({ refreshAttempts: 0, refreshedAt: expect.any(Date) });
});

test("a host that hangs has no more than its share under way, and holds up no other", async () => {
  const other = startFakeAuthorizationServer();
  const elsewhereProtected = startFakeProtected(other);
  const there = grantsAt(app, other, elsewhereProtected);
  await ended(4);
  const honest = await there.connected();
  await honest.change({ refreshAt: sql`now()`, expiresAt: sql`now()` });
  const before = requests("/token");
  const { open, arrived } = gate();
  const answered = Promise.withResolvers<void>();
  other.answers["/token"] = ({ form }) => {
    answered.resolve();
    return Response.json(issueTokens(other, form));
  };

  const round = refreshAhead(deps, never, { ...ROUND, atOnce: 3, perHost: 2 });
  await arrived;
  await answered.promise;
  const hanging = requests("/token") - before;
  open();
  await round;

  expect(hanging).toBeLessThanOrEqual(2);
  expect(requests("/token") - before).toBe(4);
  expect((await honest.row())?.refreshedAt).toBeDate();
  await elsewhereProtected.stop();
  await other.stop();
});

test("told to stop, it begins nothing more, and stores what is under way", async () => {
  const all = await ended(2);
  const stopping = new AbortController();
  const { open, arrived } = gate();

  const round = refreshAhead(deps, stopping.signal, { ...ROUND, atOnce: 1 });
  await arrived;
  stopping.abort();
  open();
  await round;

  const rows = await Promise.all(all.map(({ row }) => row()));
  expect(rows.filter((row) => row?.refreshedAt)).toHaveLength(1);
  expect(rows.filter((row) => row?.refreshAttempts === 0 && !row.refreshedAt)).toHaveLength(1);
});
