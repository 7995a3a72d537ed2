import { afterAll, afterEach, expect, test } from "bun:test";
import { eq, sql } from "drizzle-orm";
import * as serverRows from "#src/db/servers.ts";
import { credentials } from "#src/db/schema.ts";
import { EgressError } from "#src/net/fetch.ts";
import type { Deps } from "#src/services/context.ts";
import { findGrant, GrantEnded } from "#src/services/oauth/grants.ts";
import { freshGrant } from "#src/services/oauth/refresh.ts";
import { refreshAhead } from "#src/services/oauth/refresh-ahead.ts";
import { testApp } from "#tests/support/app.ts";
import { authorize, authorizeUrlOf, comeBack, endTokens, flowAt } from "#tests/support/authorizing.ts";
import { issueTokens, startFakeAuthorizationServer, startFakeProtected } from "#tests/support/fake-oauth.ts";

const app = await testApp({ RATE_LIMIT: "0" });
const { deps } = app;
const { db } = deps;
const issuer = startFakeAuthorizationServer();
const remote = startFakeProtected(issuer);

const never = new AbortController().signal;

afterEach(() => {
  issuer.answers = {};
});
afterAll(async () => {
  await remote.stop();
  await issuer.stop();
});

/** As another instance on the same database: it shares nothing of what this process keeps in memory. */
const elsewhere = (): Deps => ({ ...deps, db: Object.create(db) as Deps["db"] });

/** Ada's grant at a server, and what it takes to refresh it. */
async function connected() {
  const {
    callback,
    cookies,
    ada,
    server: shown,
  } = await flowAt(app, { url: remote.url, login: issuer.login });
  await comeBack(app, callback, ...cookies);
  const [server] = await serverRows.byIds(db, shown.workspaceUuid, [shown.id]);
  if (!server) throw new Error("There is no server.");
  const { grant } = await findGrant(deps, server, ada.memberId);
  const stale = { server, memberId: ada.memberId, accessToken: grant.accessToken };
  const ofServer = eq(credentials.serverId, server.id);
  return {
    ada,
    server,
    shown,
    stale,
    grant,
    row: async () => (await db.select().from(credentials).where(ofServer))[0],
    change: (values: Parameters<ReturnType<typeof db.update<typeof credentials>>["set"]>[0]) =>
      db.update(credentials).set(values).where(ofServer),
  };
}

const requests = (path: string) => issuer.asked.filter((asked) => asked.path === path).length;

/** Holds token requests until they are let go; `arrived` counts them. */
function gate() {
  const opened = Promise.withResolvers<void>();
  const first = Promise.withResolvers<void>();
  issuer.answers["/token"] = async ({ form }) => {
    first.resolve();
    await opened.promise;
    return Response.json(issueTokens(issuer, form));
  };
  return { open: () => opened.resolve(), arrived: first.promise };
}

test("three instances that find the same token stale make one request, and all get the new one", async () => {
  const { stale } = await connected();
  const before = requests("/token");
  const { open, arrived } = gate();

  const refreshing = [elsewhere(), elsewhere(), elsewhere()].flatMap((one) => [
    freshGrant(one, stale),
    freshGrant(one, stale),
  ]);
  await arrived;
  open();
  const fresh = await Promise.all(refreshing);

  expect(requests("/token") - before).toBe(1);
  expect(new Set(fresh.map(({ grant }) => grant.accessToken)).size).toBe(1);
  expect(fresh[0]?.grant.accessToken).not.toBe(stale.accessToken);
});

test("whoever comes when it is done gets what the others got, without a request", async () => {
  const { stale } = await connected();
  const first = await freshGrant(deps, stale);
  const before = requests("/token");

  const late = await freshGrant(elsewhere(), stale);

  expect(late.grant.accessToken).toBe(first.grant.accessToken);
  expect(requests("/token")).toBe(before);
});

test("a holder that died is waited for as long as its lease, and no longer", async () => {
  const { stale, change } = await connected();
  await change({ leaseHolder: "the dead", leaseUntil: sql`now() + interval '700 milliseconds'` });
  const began = performance.now();

  const { grant } = await freshGrant(deps, stale);

  expect(grant.accessToken).not.toBe(stale.accessToken);
  expect(performance.now() - began).toBeWithin(600, 3_000);
});

test("who disconnects in mid-refresh stays disconnected, and the new tokens are revoked as well", async () => {
  const { stale, ada, server, row } = await connected();
  const { open, arrived } = gate();
  const revoked = requests("/revoke");

  const refreshing = freshGrant(deps, stale).catch((failure: unknown) => failure);
  await arrived;
  await ada.delete(`mcp-servers/${server.id}/credentials`);
  open();

  expect(await refreshing).toBeInstanceOf(GrantEnded);
  expect(await row()).toBeUndefined();
  // A refresh and an access token of each.
  expect(requests("/revoke") - revoked).toBe(4);
});

test("who signs in anew in mid-refresh keeps what that brought", async () => {
  const { stale, ada, shown, server } = await connected();
  const { open, arrived } = gate();
  const revoked = requests("/revoke");

  const refreshing = freshGrant(deps, stale);
  await arrived;
  issuer.answers = {};
  await authorize(app, ada, authorizeUrlOf(app, shown), issuer);
  const { grant } = await findGrant(deps, server, ada.memberId);
  open();

  expect((await refreshing).grant.accessToken).toBe(grant.accessToken);
  expect((await findGrant(deps, server, ada.memberId)).grant).toEqual(grant);
  expect(requests("/revoke")).toBe(revoked);
});

test("tokens that come after the lease ran out are kept, where nobody else brought newer ones", async () => {
  const { stale, change, server, ada, row } = await connected();
  const { open, arrived } = gate();

  const refreshing = freshGrant(deps, stale);
  await arrived;
  await change({ leaseHolder: "somebody else", leaseUntil: sql`now() + interval '1 minute'` });
  open();

  const { grant } = await refreshing;
  expect((await findGrant(deps, server, ada.memberId)).grant).toEqual(grant);
  expect((await row())?.leaseHolder).toBeNull();
});

test("a grant that was sealed anew under another key in mid-refresh is none the worse for it", async () => {
  const { stale, change, row, server, ada } = await connected();
  const { open, arrived } = gate();

  const refreshing = freshGrant(deps, stale);
  await arrived;
  const place = `credential/${server.workspaceId}/${server.id}/${ada.memberId}/${new URL(server.url).origin}`;
  const plaintext = deps.keyring.open((await row())?.sealed ?? "", place);
  await change({ sealed: deps.keyring.seal(plaintext, place) });
  open();

  const { grant } = await refreshing;
  expect((await findGrant(deps, server, ada.memberId)).grant).toEqual(grant);
});

test("an authorization server that does not answer in time is said to be that, and keeps the grant", async () => {
  const { stale, row } = await connected();
  const late = async () => {
    throw new EgressError("timeout", "http", "The server did not answer in time.");
  };
  const fetch: Deps["fetch"] = Object.assign(late, { close: () => {}, check: () => {} });

  const refreshing = freshGrant({ ...elsewhere(), fetch }, stale);

  await expect(refreshing).rejects.toMatchObject({ reason: "upstream_timeout", fields: { stage: "token" } });
  expect((await row())?.status).toBe("connected");
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

test("the background refreshes however many there are", async () => {
  const all: Awaited<ReturnType<typeof connected>>[] = [];
  while (all.length < 12) all.push(await connected());
  for (const { server } of all) await endTokens(app, server.id);

  await refreshAhead(deps, never);

  for (const { row } of all) expect((await row())?.refreshedAt).toBeDate();
});
