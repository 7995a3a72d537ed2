import { expect, test } from "bun:test";
import type { WorkspaceMember } from "#src/services/members.ts";
import { testApp } from "#tests/support/app.ts";
import { makePeople, makePerson } from "#tests/support/people.ts";

const app = await testApp();

test("every member sees who else is there, and no more of them than this", async () => {
  const { ada, vic } = await makePeople(app);

  const { status, body, headers } = await vic.get<WorkspaceMember[]>("members");

  expect(status).toBe(200);
  expect(headers.get("x-total-count")).toBe("3");
  expect(body.map(({ name, role }) => [name, role])).toEqual([
    ["Ada", "owner"],
    ["Bob", "member"],
    ["Vic", "viewer"],
  ]);
  expect(body[0]).toEqual({
    id: ada.memberId,
    name: "Ada",
    email: ada.account.email,
    avatarUrl: null,
    role: "owner",
    joinedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  });
});

test("pages neither repeat nor skip", async () => {
  const { ada } = await makePeople(app);
  const seen: string[] = [];

  let path: string | null = "members?limit=2";
  while (path !== null) {
    const page: Awaited<ReturnType<typeof ada.get<WorkspaceMember[]>>> =
      await ada.get<WorkspaceMember[]>(path);
    seen.push(...page.body.map(({ name }) => name));
    const next = /<([^>]+)>; rel="next"/.exec(page.headers.get("link") ?? "")?.[1];
    path = next ? new URL(next).pathname + new URL(next).search : null;
  }

  expect(seen).toEqual(["Ada", "Bob", "Vic"]);
});

test("a role given holds with the next request, for keys as for sessions", async () => {
  const { ada, bob } = await makePeople(app);
  const browser = await bob.signedIn();

  const raised = await ada.patch(`members/${bob.memberId}`, { role: "admin" });
  const asAdmin = [await bob.get("audit-events"), await browser.get("audit-events")];
  const lowered = await ada.patch(`members/${bob.memberId}`, { role: "viewer" });
  const asViewer = [await bob.get("audit-events"), await browser.get("audit-events")];

  expect([raised.status, raised.body]).toMatchObject([200, { id: bob.memberId, name: "Bob", role: "admin" }]);
  expect(asAdmin.map((answer) => answer.status)).toEqual([200, 200]);
  expect(lowered.body).toMatchObject({ role: "viewer" });
  expect(asViewer.map((answer) => answer.code)).toEqual(["insufficient_scope", "insufficient_scope"]);
});

test("a change of role is in the audit, and none is where nothing changed", async () => {
  const { ada, bob } = await makePeople(app);

  await ada.patch(`members/${bob.memberId}`, { role: "admin" });
  await ada.patch(`members/${bob.memberId}`, { role: "admin" });

  expect((await ada.get("audit-events")).body).toEqual([
    expect.objectContaining({
      action: "member.updated",
      actor: { memberId: ada.memberId, name: "Ada", apiKeyId: expect.any(Number) },
      target: { type: "member", id: bob.memberId, name: "Bob" },
      details: { from: "member", to: "admin" },
    }),
  ]);
});

test("a removed member's keys and sessions have no power here with the next request", async () => {
  const { ada, bob } = await makePeople(app);
  const browser = await bob.signedIn();

  const answer = await ada.delete(`members/${bob.memberId}`);

  expect([answer.status, answer.body]).toEqual([
    200,
    { deleted: true, id: bob.memberId, revocations: { confirmed: 0, unsupported: 0, failed: 0 } },
  ]);
  expect((await bob.get("members")).status).toBe(401);
  expect((await browser.get("members")).status).toBe(404);
  expect((await browser.get("/api/v2/me")).body).toMatchObject({ workspaces: [] });
  expect((await ada.get("audit-events")).body).toMatchObject([
    { action: "member.removed", target: { name: "Bob" } },
  ]);
});

test("only an owner makes, unmakes and removes owners", async () => {
  const { ada, bob, vic } = await makePeople(app);
  await ada.patch(`members/${bob.memberId}`, { role: "admin" });

  const refused = [
    await bob.patch(`members/${vic.memberId}`, { role: "owner" }),
    await bob.patch(`members/${bob.memberId}`, { role: "owner" }),
    await bob.patch(`members/${ada.memberId}`, { role: "member" }),
    await bob.delete(`members/${ada.memberId}`),
  ];
  const allowed = await bob.patch(`members/${vic.memberId}`, { role: "member" });

  for (const answer of refused)
    expect(answer).toMatchObject({
      status: 403,
      body: { detail: { code: "insufficient_scope", requiredScope: "owner" } },
    });
  expect(allowed.status).toBe(200);
});

test("the last owner stays", async () => {
  const { ada, bob } = await makePeople(app);

  const demoted = await ada.patch(`members/${ada.memberId}`, { role: "admin" });
  const removed = await ada.delete(`members/${ada.memberId}`);
  await ada.patch(`members/${bob.memberId}`, { role: "owner" });
  const demotedThen = await ada.patch(`members/${ada.memberId}`, { role: "admin" });

  expect([demoted.code, removed.code]).toEqual(["conflict", "conflict"]);
  expect(demotedThen.status).toBe(200);
});

test("of two owners who remove each other at once one stays", async () => {
  const { ada } = await makePeople(app);
  const oda = await makePerson(app, { name: "Oda", role: "owner", workspaceId: ada.workspaceId });

  const answers = await Promise.all([
    ada.delete(`members/${oda.memberId}`),
    oda.delete(`members/${ada.memberId}`),
  ]);

  expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
  const [survivor] = answers[0]?.status === 200 ? [ada] : [oda];
  expect(
    (await survivor?.get<WorkspaceMember[]>("members"))?.body.filter(({ role }) => role === "owner"),
  ).toHaveLength(1);
});

test("members and viewers change nobody, themselves included", async () => {
  const { ada, bob, vic } = await makePeople(app);
  const narrow = await ada.withScopes("apps:write");

  const answers = [
    await bob.patch(`members/${bob.memberId}`, { role: "admin" }),
    await vic.delete(`members/${bob.memberId}`),
    await narrow.delete(`members/${bob.memberId}`),
  ];

  for (const answer of answers)
    expect(answer).toMatchObject({ status: 403, body: { detail: { requiredScope: "apps:admin" } } });
});

test("another workspace's members are not found, rather than forbidden", async () => {
  const { ada, bob, eve } = await makePeople(app);

  const answers = [
    await eve.get(ada.path("members")),
    await eve.patch(ada.path(`members/${bob.memberId}`), { role: "viewer" }),
    await eve.delete(ada.path(`members/${bob.memberId}`)),
    await eve.patch(`members/${bob.memberId}`, { role: "viewer" }),
    await eve.delete(`members/${bob.memberId}`),
    await (await eve.signedIn()).get(ada.path("members")),
  ];

  expect(new Set(answers.map((answer) => `${answer.status} ${answer.code}`))).toEqual(
    new Set(["404 not_found"]),
  );
  expect((await bob.get("members")).status).toBe(200);
});

test("a stranger gets 401 before anything else is looked at", async () => {
  const { bob, stranger } = await makePeople(app);

  const answers = [
    await stranger.get("members"),
    await stranger.patch(`members/${bob.memberId}`, { nonsense: true }),
    await stranger.delete(`members/${bob.memberId}`),
    await stranger.get("/api/v2/w/no-uuid/members"),
  ];

  expect(new Set(answers.map((answer) => `${answer.status} ${answer.code}`))).toEqual(
    new Set(["401 not_authenticated"]),
  );
});

test.each(["0", "-1", "1e3", "0x1", "9007199254740993", "2147483648", "abc", "1.0", "%00"])(
  "the id %s is nobody",
  async (id) => {
    const { ada } = await makePeople(app);

    const answers = [await ada.patch(`members/${id}`, { role: "viewer" }), await ada.delete(`members/${id}`)];

    expect(answers.map((answer) => answer.code)).toEqual(["not_found", "not_found"]);
  },
);

test.each([[{ role: "king" }], [{ role: "viewer", name: "Robert" }], [{}], [[]], ["viewer"], [undefined]])(
  "%j is no change of role",
  async (body) => {
    const { ada, bob } = await makePeople(app);

    const answer = await ada.patch(`members/${bob.memberId}`, body);

    expect([answer.status, answer.code]).toEqual([422, "invalid"]);
    expect((await bob.get("/api/v2/me")).body).toMatchObject({ workspaces: [{ role: "member" }] });
  },
);
