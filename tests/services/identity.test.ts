import { expect, test } from "bun:test";
import { eq, sql } from "drizzle-orm";
import type { Db } from "#src/db/client.ts";
import { apiKeys, sessions } from "#src/db/schema.ts";
import { createLogger } from "#src/lib/log.ts";
import { hashToken, makeToken } from "#src/lib/tokens.ts";
import type { AppError } from "#src/errors.ts";
import { identify } from "#src/services/identity.ts";
import { testApp } from "#tests/support/app.ts";
import { bearer, makePeople } from "#tests/support/people.ts";

const app = await testApp();
const { deps } = app;

const cookieValue = (cookie: string) => cookie.slice("sy_session=".length);
const withKey = (key: string) => ({ ...bearer(key), cookie: null });
const refusalOf = (asked: Promise<unknown>) =>
  asked.then(
    () => null,
    (error: AppError) => [error.reason, error.message],
  );

/** The database, except that one method of it breaks. */
const withBroken = (method: "select" | "update"): Db =>
  new Proxy(deps.db, {
    get(db, name, receiver) {
      if (name === method) throw new Error(`The database was asked to ${method}.`);
      return Reflect.get(db, name, receiver);
    },
  });

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 2_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error("It did not come true within two seconds.");
    await Bun.sleep(5);
  }
}

test("a key says who asks, as which member, and with what scopes", async () => {
  const { bob } = await makePeople(app);

  const identity = await identify(deps, withKey(bob.key), bob.workspaceId.toUpperCase());

  expect(identity).toEqual({
    account: { id: bob.account.id, email: bob.account.email, name: "Bob", avatarUrl: null },
    via: {
      kind: "api_key",
      id: expect.any(Number),
      workspaceId: bob.workspaceId,
      granted: ["apps:admin"],
      expiresAt: null,
    },
    member: {
      id: bob.memberId,
      workspaceId: bob.workspaceId,
      role: "member",
      scopes: ["apps:read", "apps:write"],
    },
  });
});

test("there is one wording for missing, malformed, unknown, expired and revoked", async () => {
  const { ada, bob } = await makePeople(app);
  await deps.db
    .update(apiKeys)
    .set({ expiresAt: new Date() })
    .where(eq(apiKeys.keyHash, hashToken(ada.key)));
  await deps.db.delete(apiKeys).where(eq(apiKeys.keyHash, hashToken(bob.key)));
  const unknown = makeToken("sy_", ada.workspaceId).token;

  const proofs = [
    { authorization: null, cookie: null },
    { authorization: null, cookie: "nobody's" },
    { authorization: "", cookie: null },
    { authorization: "Bearer", cookie: null },
    { authorization: `Basic ${btoa("ada:secret")}`, cookie: null },
    { authorization: `Bearer ${ada.key} and more`, cookie: null },
    ...[unknown, ada.key, bob.key, `${ada.key}x`, "sy_", "\0"].map(withKey),
  ];
  const refusals = await Promise.all(
    proofs.map((proof) => refusalOf(identify(deps, proof, ada.workspaceId))),
  );

  expect(new Set(refusals.map((refusal) => JSON.stringify(refusal))).size).toBe(1);
  expect(refusals[0]?.[0]).toBe("not_authenticated");
});

test("what cannot be a key costs no look-up", async () => {
  const { ada } = await makePeople(app);
  const mistyped = ada.key.replace(/.$/, (char) => (char === "a" ? "b" : "a"));

  const refusals = ["", "sy_", mistyped, ada.key.replace("sy_", "syi_"), "x".repeat(100_000)].map((key) =>
    refusalOf(identify({ ...deps, db: withBroken("select") }, withKey(key), ada.workspaceId)),
  );

  for (const refusal of await Promise.all(refusals)) expect(refusal?.[0]).toBe("not_authenticated");
});

test("a header outweighs a cookie, also where it is bad", async () => {
  const { ada, bob } = await makePeople(app);
  const cookie = cookieValue((await ada.signedIn()).cookie);

  const asBob = await identify(deps, { ...bearer(bob.key), cookie }, ada.workspaceId);
  const bad = await refusalOf(identify(deps, { authorization: "Bearer sy_bad", cookie }, ada.workspaceId));

  expect(asBob.account.name).toBe("Bob");
  expect(bad?.[0]).toBe("not_authenticated");
});

test("a key makes nobody a member elsewhere, even where its account is one", async () => {
  const { ada, eve } = await makePeople(app);

  const elsewhere = await identify(deps, withKey(ada.key), eve.workspaceId);
  const nowhere = await identify(deps, withKey(ada.key), null);

  expect([elsewhere.member, nowhere.member]).toEqual([null, null]);
  expect(elsewhere.account.name).toBe("Ada");
});

test("a session makes a member only of the account's own workspaces", async () => {
  const { ada, eve } = await makePeople(app);
  const proof = { authorization: null, cookie: cookieValue((await ada.signedIn()).cookie) };

  const [own, others, garbage, none] = await Promise.all(
    [ada.workspaceId, eve.workspaceId, "' or 1=1 --\0", null].map((id) => identify(deps, proof, id)),
  );

  expect(own?.member).toMatchObject({
    id: ada.memberId,
    role: "owner",
    scopes: ["apps:read", "apps:write", "apps:admin"],
  });
  expect([others?.member, garbage?.member, none?.member]).toEqual([null, null, null]);
});

test("the last use of a key and a session is noted, once a minute", async () => {
  const { ada } = await makePeople(app);
  const cookie = cookieValue((await ada.signedIn()).cookie);
  const idHash = hashToken(cookie);
  const keyHash = hashToken(ada.key);
  const longAgo = sql`now() - interval '2 minutes'`;
  await deps.db.update(sessions).set({ lastSeenAt: longAgo }).where(eq(sessions.idHash, idHash));
  const usedAt = async () =>
    (await deps.db.select().from(apiKeys).where(eq(apiKeys.keyHash, keyHash)))[0]?.lastUsedAt;
  const seenAt = async () =>
    (await deps.db.select().from(sessions).where(eq(sessions.idHash, idHash)))[0]?.lastSeenAt;

  await identify(deps, withKey(ada.key), ada.workspaceId);
  await identify(deps, { authorization: null, cookie }, ada.workspaceId);

  const isRecent = (moment: Date | null | undefined) => Date.now() - (moment?.getTime() ?? 0) < 60_000;
  await until(async () => isRecent(await usedAt()) && isRecent(await seenAt()));
  const noted = [await usedAt(), await seenAt()];
  const readOnly = { ...deps, db: withBroken("update") };
  await identify(readOnly, withKey(ada.key), ada.workspaceId);
  await identify(readOnly, { authorization: null, cookie }, ada.workspaceId);
  expect([await usedAt(), await seenAt()]).toEqual(noted);
});

test("a use that cannot be noted is logged, and refuses nobody", async () => {
  const { ada } = await makePeople(app);
  const logged = Promise.withResolvers<string>();
  const log = createLogger({ level: "warn", destination: { write: logged.resolve } });

  const identity = await identify({ log, db: withBroken("update") }, withKey(ada.key), ada.workspaceId);

  expect(identity.account.name).toBe("Ada");
  expect(await logged.promise).toContain("could not note that a key or session was used");
});
