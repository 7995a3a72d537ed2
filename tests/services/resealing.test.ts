import { describe, expect, test } from "bun:test";
import { and, eq, inArray, sql } from "drizzle-orm";
import { rowsOf } from "#src/db/rows.ts";
import {
  accounts,
  credentials,
  members,
  oauthClients,
  oauthFlows,
  revocations,
  servers,
  workspaces as workspaceRows,
} from "#src/db/schema.ts";
import { countByKey, replace } from "#src/db/sealed.ts";
import { StartError } from "#src/db/start-error.ts";
import * as workspaces from "#src/db/workspaces.ts";
import { createKeyring, type Keyring } from "#src/lib/keyring.ts";
import { createLogger } from "#src/lib/log.ts";
import { createMetrics } from "#src/lib/metrics.ts";
import { sealedFor } from "#src/services/credential-seal.ts";
import { manualSecretFor } from "#src/services/oauth/clients.ts";
import { aadOf as flowBinding } from "#src/services/oauth/flow.ts";
import { secretFor } from "#src/services/oauth/registered-clients.ts";
import { aadOf as orderBinding } from "#src/services/oauth/revocation-orders.ts";
import { requireKeys, reseal, startResealing } from "#src/services/resealing.ts";
import { testDatabase } from "#tests/support/database.ts";

const { db } = await testDatabase();
const [old, next] = ["k1", "k2"].map((id, index) => ({ id, key: new Uint8Array(32).fill(index + 1) }));
const before = createKeyring([old!]);
const rotating = createKeyring([next!, old!]);
const after = createKeyring([next!]);
const never = new AbortController().signal;

/** One process: what it writes into its log, and what it tells about itself. */
function instance(keyring: Keyring) {
  const lines: { msg: string; resealed?: number; left?: number; unopened?: number }[] = [];
  const log = createLogger({ level: "info", destination: { write: (line) => lines.push(JSON.parse(line)) } });
  return { db, keyring, log, metrics: createMetrics(), lines };
}

const outdatedIn = async (metrics: ReturnType<typeof createMetrics>) =>
  Number(/^secrets_under_old_keys (\d+)$/m.exec(await metrics.render())?.[1]);

/** A workspace with one server, so many members, and a secret of each kind; emptied before. */
async function filled(memberCount: number, keyring = before) {
  await db.delete(workspaceRows);
  const { id: workspaceId } = await workspaces.insert(db, "Ours");
  const people = Array.from({ length: memberCount }, (_, n) => ({
    email: `${crypto.randomUUID()}@a.example`,
    name: `${n}`,
  }));
  const made = await db.insert(accounts).values(people).returning({ id: accounts.id });
  const joined = await db
    .insert(members)
    .values(made.map(({ id }) => ({ workspaceId, accountId: id, role: "member" as const })))
    .returning({ id: members.id });

  const url = "https://mcp.example/mcp";
  const appUuid = crypto.randomUUID();
  const [server] = await db
    .insert(servers)
    .values({
      workspaceId,
      name: "Docs",
      url,
      appUuid,
      authType: "oauth",
      oauthSecret: keyring.seal("manual", manualSecretFor({ workspaceId, appUuid, url })),
    })
    .returning();
  if (!server) throw new Error("There is no server.");
  const place = { issuer: "https://login.example", redirectUri: "https://app.example/callback" };
  const stateHash = crypto.randomUUID();
  const order = crypto.randomUUID();
  const soon = new Date(Date.now() + 600_000);

  await db.insert(credentials).values(
    joined.map(({ id: memberId }) => ({
      workspaceId,
      serverId: server.id,
      memberId,
      kind: "oauth" as const,
      sealed: keyring.seal(`grant ${memberId}.0`, sealedFor(server, memberId)),
    })),
  );
  await db.insert(oauthClients).values({
    workspaceId,
    serverId: server.id,
    ...place,
    clientId: "client",
    clientSecret: keyring.seal("registered", secretFor(server, place)),
    tokenEndpointAuthMethod: "client_secret_basic",
  });
  await db.insert(oauthFlows).values({
    workspaceId,
    stateHash,
    serverId: server.id,
    memberId: joined[0]!.id,
    browserHash: "",
    ...place,
    sealed: keyring.seal("flow", flowBinding({ workspaceId, stateHash })),
    expiresAt: soon,
  });
  await db.insert(revocations).values({
    workspaceId,
    id: order,
    serverName: "Docs",
    sealed: keyring.seal("order", orderBinding(workspaceId, order)),
    retryAt: soon,
  });
  const opened = async (ring: Keyring) => {
    const open = (sealed: string | null | undefined, aad: string) => ring.open(sealed ?? "", aad);
    const [client] = await db.select().from(oauthClients).where(eq(oauthClients.workspaceId, workspaceId));
    const [flow] = await db.select().from(oauthFlows).where(eq(oauthFlows.workspaceId, workspaceId));
    const [kept] = await db.select().from(revocations).where(eq(revocations.workspaceId, workspaceId));
    const [row] = await db.select().from(servers).where(eq(servers.workspaceId, workspaceId));
    return {
      manual: open(row?.oauthSecret, manualSecretFor(server)),
      registered: open(client?.clientSecret, secretFor(server, place)),
      flow: open(flow?.sealed, flowBinding({ workspaceId, stateHash })),
      order: open(kept?.sealed, orderBinding(workspaceId, order)),
      grants: (await db.select().from(credentials).where(eq(credentials.workspaceId, workspaceId))).map(
        ({ memberId, sealed }) => open(sealed, sealedFor(server, memberId)),
      ),
    };
  };
  return { workspaceId, server, memberIds: joined.map(({ id }) => id), opened };
}

const secrets = { manual: "manual", registered: "registered", flow: "flow", order: "order" };
const grantsOf = (memberIds: number[], version = 0) => memberIds.map((id) => `grant ${id}.${version}`);

test("everything that is sealed ends under the first key, and nothing else of it changes", async () => {
  const { memberIds, opened } = await filled(60);
  const rest = () =>
    rowsOf(
      db,
      sql`select to_jsonb(s) - 'oauth_secret' as server, to_jsonb(c) - 'sealed' as credential
        from ${servers} s join ${credentials} c on c.server_id = s.id order by c.member_id`,
    );
  const untouched = await rest();
  const one = instance(rotating);

  const left = await reseal(one, never);

  const { grants, ...others } = await opened(after);
  expect(left).toBe(0);
  expect(others).toEqual(secrets);
  expect(grants.sort()).toEqual(grantsOf(memberIds).sort());
  expect(await rest()).toEqual(untouched);
  expect((await countByKey(db)).map(({ keyId }) => keyId)).toEqual(["k2", "k2", "k2", "k2", "k2"]);
});

test("the log and a gauge tell how far it is, and when the old key can go", async () => {
  const { server } = await filled(3);
  const one = instance(rotating);
  await db.update(credentials).set({ leaseUntil: new Date(Date.now() + 60_000) });

  await reseal(one, never);
  const during = await outdatedIn(one.metrics);
  await db.update(credentials).set({ leaseUntil: null }).where(eq(credentials.serverId, server.id));
  await reseal(one, never);

  expect(during).toBe(3);
  expect(await outdatedIn(one.metrics)).toBe(0);
  expect(one.lines.map(({ msg, resealed, left }) => [msg, resealed, left])).toEqual([
    ["sealing stored secrets anew", undefined, 7],
    ["some stored secrets are not sealed anew yet", 4, 3],
    ["sealing stored secrets anew", undefined, 3],
    ["everything is sealed under the first key: the others can be dropped", 3, undefined],
  ]);
});

test("instances share the work: each row is sealed anew once", async () => {
  const { memberIds, opened } = await filled(400);
  const [one, other] = [instance(rotating), instance(rotating)];

  await Promise.all([reseal(one, never), reseal(other, never)]);

  const shares = [one, other].map(({ lines }) => lines.at(-1)?.resealed ?? 0);
  expect(shares[0]! + shares[1]!).toBe(404);
  expect(Math.min(...shares)).toBeGreaterThan(0);
  expect((await opened(after)).grants.sort()).toEqual(grantsOf(memberIds).sort());
});

/** As a refresh does it: takes the lease on what it read, asks for new tokens, and stores them in the place of that. */
async function refresh(
  server: { workspaceId: string; id: number; url: string },
  memberId: number,
  ring: Keyring,
) {
  const binding = sealedFor(server, memberId);
  const mine = and(eq(credentials.serverId, server.id), eq(credentials.memberId, memberId));
  for (;;) {
    const [row] = await db.select().from(credentials).where(mine);
    const sealed = row?.sealed ?? "";
    const [, version = "0"] = /\.(\d+)$/.exec(ring.open(sealed, binding)) ?? [];
    const taken = await db
      .update(credentials)
      .set({ leaseUntil: sql`now() + interval '15 seconds'` })
      .where(and(mine, eq(credentials.sealed, sealed)))
      .returning();
    if (taken.length === 0) continue;
    // The server takes its time.
    for (let turns = 0; turns < 5; turns += 1) await rowsOf(db, sql`select 1`);
    const kept = await db
      .update(credentials)
      .set({ sealed: ring.seal(`grant ${memberId}.${Number(version) + 1}`, binding), leaseUntil: null })
      .where(and(mine, eq(credentials.sealed, sealed)))
      .returning();
    // What the server gave for the old token is worth the grant: it must not be lost.
    expect(kept).toHaveLength(1);
    return;
  }
}

test("no refresh is lost or undone, by instances that have the new key first and such that do not yet", async () => {
  const { server, memberIds, opened } = await filled(120);
  const early = createKeyring([old!, next!]);
  const refreshes = 4;

  const everybody = memberIds.map(async (memberId, index) => {
    for (let n = 0; n < refreshes; n += 1) await refresh(server, memberId, index % 2 ? early : rotating);
  });
  const passes = [instance(rotating), instance(rotating)].map(async (one) => {
    for (let n = 0; n < 5; n += 1) await reseal(one, never);
  });
  await Promise.all([...everybody, ...passes]);
  await reseal(instance(rotating), never);

  expect((await opened(after)).grants.sort()).toEqual(grantsOf(memberIds, refreshes).sort());
});

test("what stands somewhere else by now is not replaced", async () => {
  const { server, memberIds } = await filled(1);
  const key = [server.workspaceId, server.id, memberIds[0]!];
  const [row] = await db.select().from(credentials);

  const stale = await replace(db, "credentials", [{ key, before: "v1:k1:AAAA", after: "v1:k2:AAAA" }]);
  const present = await replace(db, "credentials", [{ key, before: row?.sealed ?? "", after: "v1:k2:AAAA" }]);

  expect([stale, present]).toEqual([0, 1]);
});

test("what does not open stays as it is, and keeps nobody else from it", async () => {
  const { memberIds, opened } = await filled(130);
  const moved = memberIds.slice(0, 70);
  const stranger = before.seal("stranger", "elsewhere");
  await db.update(credentials).set({ sealed: stranger }).where(inArray(credentials.memberId, moved));
  const one = instance(rotating);

  const left = await reseal(one, never);

  expect(left).toBe(70);
  expect(one.lines.find(({ unopened }) => unopened)?.unopened).toBe(70);
  await db.delete(credentials).where(inArray(credentials.memberId, moved));
  expect((await opened(after)).grants).toHaveLength(60);
});

test("it runs in the background until it is stopped", async () => {
  await filled(10);
  const done = Promise.withResolvers<void>();
  const log = createLogger({
    level: "info",
    destination: { write: (line) => void (line.includes("can be dropped") && done.resolve()) },
  });

  const stop = startResealing({ ...instance(rotating), log });
  await done.promise;
  await stop();

  expect((await countByKey(db)).every(({ keyId }) => keyId === "k2")).toBe(true);
});

describe("a start without a key that rows still need", () => {
  test("is refused, with how much needs which key", async () => {
    await filled(12);

    const refused = await requireKeys({ db, keyring: after }).catch((error: unknown) => error);

    expect(refused).toBeInstanceOf(StartError);
    expect(String(refused)).toContain('key "k1": 12 in credentials, 1 in oauth_clients, 1 in oauth_flows');
    expect(String(refused)).toContain("Put each back behind the first key");
  });

  test("is not, once everything is sealed under another, or nobody will read it again", async () => {
    await filled(2);
    await reseal(instance(rotating), never);
    await db.update(oauthFlows).set({ sealed: before.seal("flow", "x"), expiresAt: new Date(0) });

    await requireKeys({ db, keyring: after });
  });

  test("is not, as long as the key is listed anywhere", async () => {
    await filled(2);

    await requireKeys({ db, keyring: rotating });
  });
});
