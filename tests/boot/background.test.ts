import { afterAll, afterEach, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { startBackground } from "#src/boot/background.ts";
import { oauthFlows, revocations } from "#src/db/schema.ts";
import { createLogger } from "#src/lib/log.ts";
import { putDown } from "#src/services/oauth/revocation-orders.ts";
import { grantsAt } from "#tests/services/oauth/support.ts";
import { testApp } from "#tests/support/app.ts";
import { authorizeUrlOf, begin, endTokens } from "#tests/support/authorizing.ts";
import { issueTokens, startFakeAuthorizationServer, startFakeProtected } from "#tests/support/fake-oauth.ts";

const lines: string[] = [];
const log = createLogger({ level: "error", destination: { write: (line) => void lines.push(line) } });
const app = await testApp({ RATE_LIMIT: "0" }, { log });
const { deps } = app;
const { db } = deps;
const issuer = startFakeAuthorizationServer();
const remote = startFakeProtected(issuer);
const { connected } = grantsAt(app, issuer, remote);

afterEach(() => {
  issuer.answers = {};
});
afterAll(async () => {
  await remote.stop();
  await issuer.stop();
});

test("the app's own chores are done: tokens are refreshed, revocations tried again, old flows forgotten", async () => {
  const { ada, server, shown, row } = await connected();
  await begin(app, ada, authorizeUrlOf(app, shown));
  await db.update(oauthFlows).set({ expiresAt: new Date(0) });
  await begin(app, ada, authorizeUrlOf(app, shown));
  await endTokens(app, server.id);
  const order = {
    revocationEndpoint: `${issuer.issuer}/revoke`,
    token: randomUUID(),
    tokenType: "access_token" as const,
    clientId: "client",
    clientSecret: null,
    tokenEndpointAuthMethod: "none" as const,
  };
  await putDown(deps, server, [order]);
  await db.update(revocations).set({ retryAt: new Date(0) });
  const refreshed = Promise.withResolvers<void>();
  const revoked = Promise.withResolvers<void>();
  issuer.answers = {
    "/token": ({ form }) => {
      refreshed.resolve();
      return Response.json(issueTokens(issuer, form));
    },
    "/revoke": () => {
      revoked.resolve();
      return new Response();
    },
  };

  const stop = startBackground(deps, { everyMs: 1 });
  await Promise.all([refreshed.promise, revoked.promise]);
  while ((await db.$count(oauthFlows)) > 1) await Bun.sleep(5);
  await stop();

  expect((await row())?.refreshedAt).toBeDate();
  expect(await db.$count(revocations)).toBe(0);
  expect(await db.$count(oauthFlows)).toBe(1);
});

test("a chore that hangs or fails keeps no other from its turn, nor itself from the next", async () => {
  const hanging = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  const failed = Promise.withResolvers<void>();
  let failures = 0;
  let rounds = 0;
  const chores = {
    hangs: () => hanging.promise,
    async fails() {
      failures += 1;
      if (failures === 2) failed.resolve();
      throw new Error("It does not work.");
    },
    async works() {
      rounds += 1;
      if (rounds === 2) done.resolve();
    },
  };

  const stop = startBackground(deps, { chores, everyMs: 1 });
  await Promise.all([done.promise, failed.promise]);
  hanging.resolve();
  await stop();

  expect(lines.join()).toContain('"chore":"fails"');
});

test("to stop is told to what is under way, which is waited for, and nothing is begun after it", async () => {
  const began = Promise.withResolvers<void>();
  const told = Promise.withResolvers<void>();
  let hasEnded = false;
  let rounds = 0;
  const chores = {
    async one(_: unknown, signal: AbortSignal) {
      rounds += 1;
      began.resolve();
      signal.addEventListener("abort", () => told.resolve());
      await told.promise;
      hasEnded = true;
    },
  };

  const stop = startBackground(deps, { chores, everyMs: 1 });
  await began.promise;
  await stop();

  expect([hasEnded, rounds]).toEqual([true, 1]);
});
