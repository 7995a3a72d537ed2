import { expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { apiKeys } from "#src/db/schema.ts";
import type { ApiKey, NewApiKey } from "#src/services/api-keys.ts";
import { testApp } from "#tests/support/app.ts";
import { bearer, callerOf, makePeople } from "#tests/support/people.ts";

const app = await testApp();

const daysFromNow = (moment: string | null) => (Date.parse(moment ?? "") - Date.now()) / 86_400_000;

test("a key is shown once, works, and is listed without itself", async () => {
  const { bob } = await makePeople(app);

  const made = await bob.post<NewApiKey>("api-keys", { name: "CI", scopes: ["apps:read"] });
  const used = await callerOf(app, bob.workspaceId, bearer(made.body.key)).get("members");
  const listed = await bob.get<ApiKey[]>("api-keys");

  expect(made.status).toBe(201);
  expect(made.body).toEqual({
    id: expect.any(Number),
    name: "CI",
    key: expect.stringMatching(/^sy_[0-9A-Za-z]{60}$/),
    scopes: ["apps:read"],
    expiresAt: null,
    createdAt: expect.stringMatching(/Z$/),
  });
  expect(used.status).toBe(200);
  const { key, ...shown } = made.body;
  expect(listed.body.at(-1)).toEqual({ ...shown, lastUsedAt: expect.any(String) });
  expect(JSON.stringify(listed.body)).not.toContain(key);
});

test("neither the key nor its hash is in the audit", async () => {
  const { ada } = await makePeople(app);
  const { body } = await ada.post<NewApiKey>("api-keys", { name: "CI", scopes: ["apps:read"] });
  await ada.delete(`api-keys/${body.id}`);

  const events = await ada.get("audit-events");

  expect(events.body).toMatchObject([
    { action: "api_key.deleted", target: { type: "api_key", id: body.id, name: "CI" }, details: {} },
    {
      action: "api_key.created",
      target: { name: "CI" },
      details: { scopes: ["apps:read"], expiresAt: null },
    },
  ]);
  expect(JSON.stringify(events.body)).not.toContain(body.key.slice(-20));
});

test("a key gives no scope that its maker does not hold", async () => {
  const { ada, vic } = await makePeople(app);
  const narrow = await ada.withScopes("apps:read");

  const answers = [
    await vic.post("api-keys", { name: "More", scopes: ["apps:read", "apps:write"] }),
    await narrow.post("api-keys", { name: "More", scopes: ["apps:write"] }),
  ];

  for (const answer of answers)
    expect(answer).toMatchObject({
      status: 403,
      body: { detail: { code: "insufficient_scope", requiredScope: "apps:write" } },
    });
});

test("a key expires when it was asked to", async () => {
  const { bob } = await makePeople(app);
  const { body } = await bob.post<NewApiKey>("api-keys", {
    name: "Short",
    scopes: ["apps:read"],
    expiresInDays: 2,
  });
  const caller = callerOf(app, bob.workspaceId, bearer(body.key));
  const before = await caller.get("members");

  await app.deps.db.update(apiKeys).set({ expiresAt: new Date() }).where(eq(apiKeys.id, body.id));

  expect(daysFromNow(body.expiresAt)).toBeWithin(1.99, 2.01);
  expect([before.status, (await caller.get("members")).status]).toEqual([200, 401]);
});

test("a key made with a key does not outlive it", async () => {
  const { ada } = await makePeople(app);
  const short = await ada.post<NewApiKey>("api-keys", {
    name: "Short",
    scopes: ["apps:write"],
    expiresInDays: 2,
  });
  const caller = callerOf(app, ada.workspaceId, bearer(short.body.key));

  const endless = await caller.post<NewApiKey>("api-keys", { name: "Endless", scopes: ["apps:read"] });
  const longer = await caller.post<NewApiKey>("api-keys", {
    name: "Longer",
    scopes: ["apps:read"],
    expiresInDays: 9,
  });
  const shorter = await caller.post<NewApiKey>("api-keys", {
    name: "Shorter",
    scopes: ["apps:read"],
    expiresInDays: 1,
  });

  expect(endless.body.expiresAt).toBe(short.body.expiresAt);
  expect(longer.body.expiresAt).toBe(short.body.expiresAt);
  expect(daysFromNow(shorter.body.expiresAt)).toBeWithin(0.99, 1.01);
});

test("a deleted key is dead with the next request", async () => {
  const { bob } = await makePeople(app);
  const { body } = await bob.post<NewApiKey>("api-keys", { name: "CI", scopes: ["apps:read"] });

  const deleted = await bob.delete(`api-keys/${body.id}`);
  const again = await bob.delete(`api-keys/${body.id}`);

  expect([deleted.status, deleted.body]).toEqual([200, { deleted: true, id: body.id }]);
  expect([again.status, again.code]).toEqual([404, "not_found"]);
  expect((await callerOf(app, bob.workspaceId, bearer(body.key)).get("members")).status).toBe(401);
});

test("another member's keys are not there, not even for an owner", async () => {
  const { ada, bob, eve } = await makePeople(app);
  const { body } = await bob.post<NewApiKey>("api-keys", { name: "Bob's", scopes: ["apps:read"] });

  const answers = [
    await ada.delete(`api-keys/${body.id}`),
    await eve.delete(`api-keys/${body.id}`),
    await eve.delete(bob.path(`api-keys/${body.id}`)),
    await eve.get(bob.path("api-keys")),
    await eve.post(bob.path("api-keys"), { name: "Mine", scopes: ["apps:read"] }),
  ];

  expect(new Set(answers.map((answer) => `${answer.status} ${answer.code}`))).toEqual(
    new Set(["404 not_found"]),
  );
  expect((await ada.get<ApiKey[]>("api-keys")).body.map(({ name }) => name)).not.toContain("Bob's");
  expect((await callerOf(app, bob.workspaceId, bearer(body.key)).get("members")).status).toBe(200);
});

test("a stranger has none", async () => {
  const { stranger } = await makePeople(app);

  const answers = [
    await stranger.get("api-keys"),
    await stranger.post("api-keys", { name: "Mine", scopes: ["apps:read"] }),
    await stranger.delete("api-keys/1"),
  ];

  expect(new Set(answers.map((answer) => answer.code))).toEqual(new Set(["not_authenticated"]));
});

test.each([
  [{ name: "", scopes: ["apps:read"] }],
  [{ name: "a\0", scopes: ["apps:read"] }],
  [{ name: "x".repeat(81), scopes: ["apps:read"] }],
  [{ name: "CI", scopes: [] }],
  [{ name: "CI", scopes: ["apps:root"] }],
  [{ name: "CI", scopes: ["apps:read", "apps:read"] }],
  [{ name: "CI", scopes: "apps:read" }],
  [{ name: "CI", scopes: ["apps:read"], expiresInDays: 0 }],
  [{ name: "CI", scopes: ["apps:read"], expiresInDays: 1.5 }],
  [{ name: "CI", scopes: ["apps:read"], expiresInDays: 1e9 }],
  [{ name: "CI", scopes: ["apps:read"], memberId: 1 }],
  [null],
])("%j makes no key", async (body) => {
  const { bob } = await makePeople(app);

  const answer = await bob.post("api-keys", body);

  expect([answer.status, answer.code]).toEqual([422, "invalid"]);
  expect((await bob.get("api-keys")).headers.get("x-total-count")).toBe("1");
});
