import { afterAll, afterEach, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { EgressError } from "#src/net/fetch.ts";
import type { Deps } from "#src/services/context.ts";
import { findGrant, GrantEnded } from "#src/services/oauth/grants.ts";
import { freshGrant } from "#src/services/oauth/refresh.ts";
import { TIMES } from "#src/services/oauth/refresh-times.ts";
import { testApp } from "#tests/support/app.ts";
import { authorize, authorizeUrlOf } from "#tests/support/authorizing.ts";
import { grantsAt } from "#tests/services/oauth/support.ts";
import { issueTokens, startFakeAuthorizationServer, startFakeProtected } from "#tests/support/fake-oauth.ts";
import type { Person } from "#tests/support/people.ts";

const app = await testApp({ RATE_LIMIT: "0" });
const { deps } = app;
const issuer = startFakeAuthorizationServer();
const remote = startFakeProtected(issuer);

afterEach(() => {
  issuer.answers = {};
});
afterAll(async () => {
  await remote.stop();
  await issuer.stop();
});

const { connected, elsewhere, requests, gate } = grantsAt(app, issuer, remote);

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

test("a process that dies between the answer and the commit costs that one grant, and it is said why", async () => {
  const { ada, bob, server, shown, stale, change, row } = await connected();
  await authorize(app, bob, authorizeUrlOf(app, shown), issuer);
  const used = new Set<string>();
  issuer.answers["/token"] = ({ form }) => {
    const token = form.get("refresh_token") ?? "";
    if (used.has(token)) return Response.json({ error: "invalid_grant" }, { status: 400 });
    used.add(token);
    return Response.json(issueTokens(issuer, form));
  };
  // From the answer on, it does not reach the database any more.
  const update: Deps["db"]["update"] = (table) => {
    if (used.size > 0) throw new Error("This process is dead.");
    return deps.db.update(table);
  };
  const times = { ...TIMES, storeMs: 0 };

  const dying = freshGrant(elsewhere({ update }), stale, times);
  await expect(dying).rejects.toThrow("This process is dead.");
  await change({ leaseUntil: sql`now()`, expiresAt: sql`now()` });
  const tools = (person: Person) =>
    person.get<{ detail: { message: string } }>(`mcp-servers/${server.id}/tools`);
  const [lost, again, other] = [await tools(ada), await tools(ada), await tools(bob)];
  const { body: events } = await ada.get("audit-events?action=credential.ended");

  for (const { status, body } of [lost, again]) {
    expect(status).toBe(403);
    expect(body.detail).toMatchObject({ code: "member_auth_required", reason: "answer_lost" });
    expect(body.detail.message).toContain("was lost on the way");
  }
  expect(other.status).toBe(200);
  expect(await row()).toMatchObject({ status: "expired", sealed: null, endedBecause: "answer_lost" });
  expect(events).toMatchObject([{ details: { memberId: ada.memberId, reason: "answer_lost" } }]);
});

test("an answer that got lost on the way explains a no to what it may have used up, and nothing later", async () => {
  const { stale, change, row } = await connected();
  issuer.answers["/token"] = () => new Response("{", { status: 200 });
  await freshGrant(deps, stale).catch(() => {});
  const lost = (await row())?.unansweredAt;
  await change({ retryAt: null });
  issuer.answers = {};
  const { grant } = await freshGrant(deps, stale);
  const found = (await row())?.unansweredAt;
  issuer.answers["/token"] = () => Response.json({ error: "invalid_grant" }, { status: 400 });

  const ended = freshGrant(deps, { ...stale, accessToken: grant.accessToken });

  await expect(ended).rejects.toMatchObject({ reason: "refused" });
  expect(lost).toBeDate();
  expect(found).toBeNull();
});
