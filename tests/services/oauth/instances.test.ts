import { afterAll, expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { eq, sql } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";
import { rowsOf } from "#src/db/rows.ts";
import { credentials } from "#src/db/schema.ts";
import { createKeyring } from "#src/lib/keyring.ts";
import type { McpServer } from "#src/services/servers/index.ts";
import { testApp } from "#tests/support/app.ts";
import { startAuthorizationServer } from "#tests/support/authorization-server.ts";
import { authorize, authorizeUrlOf, endTokens } from "#tests/support/authorizing.ts";
import { TEST_DATABASE_URL, urlOfDatabase } from "#tests/support/database.ts";
import { type Instance, startInstance } from "#tests/support/instance.ts";
import { bearer, makePeople, type Person } from "#tests/support/people.ts";
import { startProtectedMcpServer } from "#tests/support/protected-mcp-server.ts";

/*
 * Three real processes on one real Postgres, and an authorization server that rotates refresh tokens and revokes the whole
 * family when one is used twice.
 */

const isMissing = process.env["TEST_DATABASE_URL"] === undefined && Boolean(process.env["CI"]);
const withoutLease = fileURLToPath(new URL("../../support/without-lease.ts", import.meta.url));
const publicUrl = "http://switchyard.test";
const key = new Uint8Array(32).fill(9);
const callsEach = 20;

let running: Instance[] = [];

if (TEST_DATABASE_URL !== undefined) prove(await setUp());
test.if(isMissing)("three processes need a Postgres: set TEST_DATABASE_URL", () => {
  expect(TEST_DATABASE_URL).toBeDefined();
});

/** A database of their own, and this process beside them to set things up. */
async function setUp() {
  // Before the database goes.
  afterAll(stopAll);
  const issuer = await startAuthorizationServer();
  const remote = startProtectedMcpServer(issuer);
  const keyring = createKeyring([{ id: "shared", key }]);
  const app = await testApp({ PUBLIC_URL: publicUrl, RATE_LIMIT: "0" }, { keyring });
  const ports = [issuer.issuer, remote.url].map((address) => `127.0.0.1:${new URL(address).port}`);
  const env = {
    DATABASE_URL: await urlOfDatabase(app.deps.db),
    PUBLIC_URL: publicUrl,
    ENCRYPTION_KEYS: `shared:${key.toBase64()}`,
    EGRESS_ALLOW: ports.join(),
    RATE_LIMIT: "0",
    LOG_LEVEL: "debug",
  };
  afterAll(async () => {
    await remote.stop();
    await issuer.stop();
  });
  return { app, issuer, remote, env };
}

async function stopAll(): Promise<void> {
  await Promise.all(running.map((instance) => instance.kill()));
  running = [];
}

function prove({ app, issuer, remote, env }: Awaited<ReturnType<typeof setUp>>): void {
  const start = async (preload?: string) => {
    await stopAll();
    const options = { env, ...(preload === undefined ? {} : { preload }) };
    running = await Promise.all([startInstance(options), startInstance(options), startInstance(options)]);
    return running;
  };

  /** Ada, connected, with a token that has just ended. */
  async function stale(): Promise<{ ada: Person; path: string }> {
    const { ada } = await makePeople(app);
    const { body: server } = await ada.post<McpServer>("mcp-servers", { url: remote.url });
    await authorize(app, ada, authorizeUrlOf(app, server), issuer);
    await endTokens(app, server.id);
    return { ada, path: ada.path(`mcp-servers/${server.id}/tools`) };
  }

  /** Twenty calls to each, at once. */
  function callAll(instances: Instance[], { ada, path }: { ada: Person; path: string }) {
    let settled = 0;
    const calls = instances.flatMap(({ origin }) =>
      Array.from({ length: callsEach }, async () => {
        const headers = { host: new URL(publicUrl).host, ...bearer(ada.key) };
        const status = await fetch(origin + path, { headers }).then(
          (response) => response.status,
          () => "gone" as const,
        );
        settled += 1;
        return { origin, status };
      }),
    );
    return { answers: Promise.all(calls), settled: () => settled };
  }

  const tokenRequests = () => issuer.requests.filter((request) => request === "POST /token").length;

  /** Token requests wait from here on, until they are let go. */
  function hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    issuer.held.until = promise;
    return () => {
      issuer.held.until = null;
      resolve();
    };
  }

  /** Ends when so many token requests have arrived. */
  async function arrived(count: number): Promise<void> {
    while (tokenRequests() < count) await Bun.sleep(10);
  }

  const isWaiting = (instance: Instance) => instance.logged("waiting for a refresh elsewhere");
  const hasWaited = ({ lines }: Instance) => lines.some((line) => line.includes("waiting for a refresh"));

  test("three instances refresh once for sixty calls at the same moment, and all of them succeed", async () => {
    const instances = await start();
    const grant = await stale();
    const before = { tokens: tokenRequests(), reads: remote.seen.filter(isRead).length };
    const letGo = hold();

    const { answers, settled } = callAll(instances, grant);
    await arrived(before.tokens + 1);
    await Promise.any([0, 1, 2].map((holder) => Promise.all(instances.toSpliced(holder, 1).map(isWaiting))));
    const settledBefore = settled();
    letGo();
    const statuses = (await answers).map(({ status }) => status);

    expect(settledBefore).toBe(0);
    expect(statuses).toEqual(Array.from({ length: 60 }, () => 200));
    expect(tokenRequests() - before.tokens).toBe(1);
    // Whoever had come by then shares one read of its process: fewer reads than calls, so the calls overlapped.
    expect(remote.seen.filter(isRead).length - before.reads).toBeLessThan(3 * callsEach);
  }, 30_000);

  test("three instances go on without the one that is killed in mid-refresh", async () => {
    const instances = running;
    for (const { lines } of instances) lines.length = 0;
    const grant = await stale();
    const before = tokenRequests();
    const letGo = hold();

    const { answers } = callAll(instances, grant);
    await arrived(before + 1);
    await Promise.any([0, 1, 2].map((holder) => Promise.all(instances.toSpliced(holder, 1).map(isWaiting))));
    const holder = instances.find((instance) => !hasWaited(instance));
    await holder?.kill();
    // The server has to see that its client is gone, or it would answer the dead and take the next one for a thief.
    while (issuer.held.gone === 0) await Bun.sleep(10);
    letGo();
    const statuses = Map.groupBy(await answers, ({ origin }) => origin === holder?.origin);

    expect(statuses.get(true)?.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => "gone"));
    expect(statuses.get(false)?.map(({ status }) => status)).toEqual(Array.from({ length: 40 }, () => 200));
    expect(tokenRequests() - before).toBe(2);
  }, 30_000);

  test("an instance that is killed between the answer and its commit costs that one grant, and it is said why", async () => {
    const [holder, other] = await start();
    const [{ ada, path }, untouched] = [await stale(), await stale()];
    const before = tokenRequests();
    const letGo = hold();
    const get = (instance: Instance | undefined, person: Person, at: string) =>
      fetch(`${instance?.origin}${at}`, {
        headers: { host: new URL(publicUrl).host, ...bearer(person.key) },
      });

    const dying = get(holder, ada, path).catch(() => "gone");
    await arrived(before + 1);
    await app.deps.db.transaction(async (tx) => {
      const ofAda = eq(credentials.memberId, ada.memberId);
      await tx.select().from(credentials).where(ofAda).for("update");
      letGo();
      // The answer is there once its new tokens wait to be stored. With the process its statement ends as well.
      while ((await waitingToStore(app.deps.db)).length === 0) await Bun.sleep(10);
      await holder?.kill();
      for (const pid of await waitingToStore(app.deps.db))
        await app.deps.db.execute(sql`select pg_terminate_backend(${pid}, 5000)`);
      await tx
        .update(credentials)
        .set({ leaseUntil: sql`now()` })
        .where(ofAda);
    });
    const lost = await get(other, ada, path);
    const { detail } = (await lost.json()) as { detail: Record<string, unknown> };
    const { body: events } = await ada.get("audit-events?action=credential.ended");

    expect(await dying).toBe("gone");
    expect([lost.status, detail["code"], detail["reason"]]).toEqual([
      403,
      "member_auth_required",
      "answer_lost",
    ]);
    expect(events).toMatchObject([{ details: { memberId: ada.memberId, reason: "answer_lost" } }]);
    expect((await get(other, untouched.ada, untouched.path)).status).toBe(200);
  }, 30_000);

  test("three instances without the lease would ask three times, and lose the grant", async () => {
    const instances = await start(withoutLease);
    const grant = await stale();
    const before = tokenRequests();
    const letGo = hold();

    const { answers } = callAll(instances, grant);
    await arrived(before + 3);
    letGo();
    const statuses = (await answers).map(({ status }) => status);

    expect(tokenRequests() - before).toBeGreaterThanOrEqual(3);
    expect(statuses).toContain(403);
  }, 30_000);
}

const isRead = (method: string): boolean => method === "tools/list";

/** The connections that wait for a credential's row. Not to be asked in a transaction, which is told the same each time. */
async function waitingToStore(db: Db): Promise<number[]> {
  const waiting = await rowsOf<{ pid: number }>(
    db,
    sql`select pid from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query like 'update "credentials"%'`,
  );
  return waiting.map(({ pid }) => pid);
}
