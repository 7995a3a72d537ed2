import { afterAll, afterEach, expect, test } from "bun:test";
import * as leases from "#src/db/credential-leases.ts";
import { bearer } from "#src/credentials/oauth.ts";
import { LIMITS } from "#src/oauth/ask.ts";
import { oauthAuthorization } from "#src/services/oauth/authorization.ts";
import { columnsOf, findGrant, sealGrant } from "#src/services/oauth/grants.ts";
import { freshGrant } from "#src/services/oauth/refresh.ts";
import { TIMES } from "#src/services/oauth/refresh-times.ts";
import { Secret } from "#src/lib/secret.ts";
import { grantsAt, refusing } from "#tests/services/oauth/support.ts";
import { testApp } from "#tests/support/app.ts";
import { issueTokens, startFakeAuthorizationServer, startFakeProtected } from "#tests/support/fake-oauth.ts";

/*
 * Who may refresh, for how long, and whose word counts in the end.
 */

const app = await testApp({ RATE_LIMIT: "0" });
const { deps } = app;
const { db } = deps;
const issuer = startFakeAuthorizationServer();
const remote = startFakeProtected(issuer);
const { connected, elsewhere, requests, gate } = grantsAt(app, issuer, remote);

afterEach(() => {
  issuer.answers = {};
});
afterAll(async () => {
  await remote.stop();
  await issuer.stop();
});

test("a lease lasts longer than the token request that it is for", async () => {
  const { stale, row } = await connected();
  const { open, arrived } = gate();

  const refreshing = freshGrant(deps, stale);
  await arrived;
  const { leaseUntil, unansweredAt } = (await row()) ?? {};
  open();
  await refreshing;

  // Both are written by the same statement, so by one clock.
  expect(Number(leaseUntil) - Number(unansweredAt)).toBeGreaterThan(LIMITS.totalMs);
});

test("whoever waits does so longer than a lease lasts", () => {
  expect(TIMES.patienceMs).toBeGreaterThan(TIMES.leaseMs);
});

test("whoever waits does so anew for each holder that comes", async () => {
  const { stale, change } = await connected();
  const leaseUntil = new Date(Date.now() + 3_600_000);
  let holders = 0;
  const handOn = async () => {
    holders += 1;
    await change(holders < 40 ? { leaseHolder: `holder ${holders}`, leaseUntil } : { leaseUntil: null });
  };
  const update: typeof db.update = (table) => {
    void handOn();
    return db.update(table);
  };
  await handOn();

  // Each look finds another holder, and all of them together take longer than the patience with one.
  const times = { ...TIMES, patienceMs: 100, firstWaitMs: 10, lastWaitMs: 10 };
  const fresh = await freshGrant(elsewhere({ update }), stale, times);

  expect(fresh.grant.accessToken).not.toBe(stale.accessToken);
  expect(holders).toBeGreaterThanOrEqual(40);
});

test("whoever has waited long enough for one that does not end says so, and the grant is kept", async () => {
  const { stale, change, row } = await connected();
  await change({ leaseHolder: "somebody", leaseUntil: new Date(Date.now() + 3_600_000) });

  const waiting = freshGrant(deps, stale, { ...TIMES, patienceMs: 50 });

  await expect(waiting).rejects.toMatchObject({ reason: "upstream_failed", fields: { stage: "token" } });
  expect((await row())?.status).toBe("connected");
});

test("in one process they do not even wait on the database: they share what is under way", async () => {
  const { stale } = await connected();

  const refreshing = [freshGrant(deps, stale), freshGrant(deps, stale)];

  expect(refreshing[0]).toBe(refreshing[1]!);
  await Promise.all(refreshing);
});

test("the lease is only to be had for what was read", async () => {
  const { key, row } = await connected();
  const { sealed } = (await row()) ?? {};
  const leaseMs = 1_000;

  const stale = await leases.take(db, key, { holder: "a", sealed: "what stood there before", leaseMs });
  const fresh = await leases.take(db, key, { holder: "b", sealed: sealed ?? "", leaseMs });

  expect([stale, fresh]).toEqual(["held", "taken"]);
});

test("a no that comes too late ends nothing that is newer", async () => {
  const { stale, change, row } = await connected();
  const { open, arrived } = gate(refusing("invalid_grant"));
  const late = freshGrant(elsewhere(), stale);
  await arrived;
  await change({ leaseUntil: new Date(0) });
  issuer.answers = {};

  const { grant } = await freshGrant(elsewhere(), stale);
  open();

  expect((await late).grant.accessToken).toBe(grant.accessToken);
  expect(await row()).toMatchObject({ status: "connected", endedBecause: null });
});

test("a failure that comes too late takes the lease from nobody, and cools nothing down", async () => {
  const { stale, change, row } = await connected();
  const { open, arrived } = gate(() => new Response(null, { status: 500 }));
  const late = freshGrant(elsewhere(), stale);
  await arrived;
  await change({ leaseHolder: "the next", leaseUntil: new Date(Date.now() + 60_000) });
  open();

  await expect(late).rejects.toMatchObject({ reason: "upstream_failed" });
  expect(await row()).toMatchObject({ leaseHolder: "the next", retryAt: null });
});

test("a database that stumbles over new tokens is asked again, so that they are not lost", async () => {
  const { stale, key, server } = await connected();
  let stumbles = 0;
  issuer.answers["/token"] = ({ form }) => {
    stumbles = 3;
    return Response.json(issueTokens(issuer, form));
  };
  const update: typeof db.update = (table) => {
    stumbles -= 1;
    if (stumbles >= 0) throw new Error("The connection was reset.");
    return db.update(table);
  };

  const { grant } = await freshGrant(elsewhere({ update }), stale);

  expect(stumbles).toBe(-1);
  expect((await findGrant(deps, server, key.memberId)).grant).toEqual(grant);
});

test("whoever was refused a token that is no longer ours tries again at once, without another refresh", async () => {
  const { server, stale, row } = await connected();
  const authorization = oauthAuthorization(deps, server, (await row()) ?? null);
  const refused = await authorization.headers();
  const first = await authorization.renew?.([], refused);
  const before = requests("/token");

  const second = await authorization.renew?.([], refused);

  expect([first, second]).toEqual([true, true]);
  expect(refused).toEqual(bearer(stale.accessToken));
  expect(await authorization.headers()).not.toEqual(refused);
  expect(requests("/token")).toBe(before);
});

test("a token that a refresh has just brought is not refreshed for being refused", async () => {
  const { server, stale, row, change } = await connected();
  await freshGrant(deps, stale);
  // However long this machine takes from here on.
  await change({ refreshedAt: new Date(Date.now() + 60_000) });
  const authorization = oauthAuthorization(deps, server, (await row()) ?? null);
  const before = requests("/token");

  expect(await authorization.renew?.([], await authorization.headers())).toBe(false);
  expect(requests("/token")).toBe(before);
});

test("how old a token is does not depend on the clock of the instance that got it", async () => {
  const { server, stale, key, row, change } = await connected();
  const { grant } = await freshGrant(deps, stale);
  const ahead = { ...grant, obtainedAt: Date.now() + 3_600_000 };
  const anHourAgo = new Date(Date.now() - 3_600_000);
  await change({ sealed: sealGrant(deps, server, key.memberId, ahead), refreshedAt: anHourAgo });
  const authorization = oauthAuthorization(deps, server, (await row()) ?? null);

  expect(await authorization.renew?.([], await authorization.headers())).toBe(true);
});

const living = (seconds: number) => ({
  accessToken: new Secret("a"),
  refreshToken: new Secret("r"),
  scopes: [],
  expiresAt: new Date(Date.now() + seconds * 1_000),
});

test("tokens are looked at between a half and the whole of a margin before they end, not all at once", () => {
  const tokens = living(36_000);

  const margins = Array.from(
    { length: 50 },
    () => Number(tokens.expiresAt) - Number(columnsOf(tokens).refreshAt),
  );

  expect(new Set(margins).size).toBeGreaterThan(1);
  expect(Math.min(...margins)).toBeGreaterThanOrEqual(300_000);
  expect(Math.max(...margins)).toBeLessThanOrEqual(600_000);
});

test("tokens of less than a minute are refreshed when they are needed, and not by the background", () => {
  expect(columnsOf(living(50)).refreshAt).toBeNull();
  expect(columnsOf(living(90)).refreshAt).toBeDate();
});

test("from one refresh of the background to the next there is a minute, whatever the tokens say", async () => {
  const { stale, row } = await connected();
  issuer.answers["/token"] = ({ form }) => Response.json({ ...issueTokens(issuer, form), expires_in: 65 });

  await freshGrant(deps, stale);

  const { refreshAt, refreshedAt } = (await row()) ?? {};
  expect(Number(refreshAt) - Number(refreshedAt)).toBe(60_000);
});
