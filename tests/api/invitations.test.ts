import { expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { invitations } from "#src/db/schema.ts";
import type { Invitation, NewInvitation } from "#src/services/invitations.ts";
import { testApp } from "#tests/support/app.ts";
import { callerOf, makePeople, type Person } from "#tests/support/people.ts";

const app = await testApp();

const password = "correct horse battery";

/** A browser in which nobody is signed in. */
const visitor = () => callerOf(app, "", { origin: app.deps.settings.publicUrl.origin });

const newcomer = (name: string) => ({ name, email: `${name}-${crypto.randomUUID()}@example.com`, password });

async function invite(person: Person, input: { email?: string; role: string }) {
  const { body } = await person.post<NewInvitation>("invitations", input);
  const token = new URL(body.url).pathname.split("/").at(-1) ?? "";
  return { ...body, token, accept: `/api/v2/invitations/${token}/accept` };
}

test("the link is shown once, on our own address, and lasts a week", async () => {
  const { ada } = await makePeople(app);

  const made = await ada.post<NewInvitation>("invitations", { email: " Kim@Example.com ", role: "viewer" });
  const listed = await ada.get<Invitation[]>("invitations");

  const { url, ...shown } = made.body;
  expect(made.status).toBe(201);
  expect(shown).toMatchObject({ id: expect.any(Number), email: "Kim@Example.com", role: "viewer" });
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:3000\/invitations\/syi_[0-9A-Za-z]{60}$/);
  expect((Date.parse(shown.expiresAt) - Date.now()) / 86_400_000).toBeWithin(6.99, 7.01);
  expect(listed.body).toEqual([shown]);
});

test("the address of a member is no address to invite, however it is written", async () => {
  const { ada, bob, eve } = await makePeople(app);

  const answers = [
    await ada.post("invitations", { email: bob.account.email.toUpperCase(), role: "viewer" }),
    await ada.post("invitations", { email: ada.account.email, role: "member" }),
  ];
  const elsewhere = await ada.post("invitations", { email: eve.account.email, role: "member" });

  expect(answers).toMatchObject([
    { status: 409, body: { detail: { message: "Bob is a member already.", errors: [{ path: "/email" }] } } },
    { status: 409, code: "conflict" },
  ]);
  expect(elsewhere.status).toBe(201);
  expect((await ada.get("invitations")).headers.get("x-total-count")).toBe("1");
});

test("a newcomer gets an account, the role and a session", async () => {
  const { ada } = await makePeople(app);
  const { accept } = await invite(ada, { role: "viewer" });
  const kim = newcomer("kim");

  const answer = await visitor().post(accept, kim);

  expect(answer.status).toBe(201);
  expect(answer.body).toEqual({
    workspace: { uuid: ada.workspaceId, name: "Ours" },
    member: { id: expect.any(Number), role: "viewer" },
  });
  const cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
  expect((await callerOf(app, ada.workspaceId, { cookie }).get("members")).body).toContainEqual(
    expect.objectContaining({ name: "kim", email: kim.email, role: "viewer" }),
  );
  expect((await visitor().post("/api/v2/session", { email: kim.email, password })).status).toBe(200);
  expect((await ada.get("audit-events")).body).toMatchObject([
    { action: "member.joined", actor: { name: "kim" }, details: { role: "viewer" } },
    { action: "invitation.created", actor: { name: "Ada" }, details: { role: "viewer" } },
  ]);
});

test.each([[undefined], [{}]])(
  "whoever is signed in accepts with the body %j, and gets a new session",
  async (body) => {
    const { ada, eve } = await makePeople(app);
    const { accept } = await invite(ada, { email: eve.account.email.toUpperCase(), role: "member" });
    const browser = await eve.signedIn();

    const answer = await browser.post(accept, body);

    expect([answer.status, answer.body]).toMatchObject([201, { member: { role: "member" } }]);
    expect((await eve.get("/api/v2/me")).body).toMatchObject({ workspaces: [{ name: "Theirs" }] });
    const cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
    expect((await callerOf(app, ada.workspaceId, { cookie }).get("members")).status).toBe(200);
    expect((await browser.get("/api/v2/me")).status).toBe(401);
  },
);

test("an invitation works once, also for two at the same moment", async () => {
  const { ada } = await makePeople(app);
  const { accept } = await invite(ada, { role: "member" });

  const together = await Promise.all([
    visitor().post(accept, newcomer("kim")),
    visitor().post(accept, newcomer("lou")),
  ]);
  const later = await visitor().post(accept, newcomer("max"));

  expect(together.map((answer) => answer.status).toSorted()).toEqual([201, 404]);
  expect([later.status, later.code]).toEqual([404, "not_found"]);
  expect((await ada.get("members")).headers.get("x-total-count")).toBe("4");
  expect((await ada.get("invitations")).body).toEqual([]);
});

test("a token that is unknown, expired, taken back or of another kind opens nothing", async () => {
  const { ada } = await makePeople(app);
  const expired = await invite(ada, { role: "member" });
  await app.deps.db.update(invitations).set({ expiresAt: new Date() }).where(eq(invitations.id, expired.id));
  const takenBack = await invite(ada, { role: "member" });
  await ada.delete(`invitations/${takenBack.id}`);
  const mistyped = expired.accept.replace(/.(?=\/accept)/, (char) => (char === "0" ? "1" : "0"));

  const paths = [
    expired.accept,
    takenBack.accept,
    mistyped,
    `/api/v2/invitations/${ada.key}/accept`,
    "/api/v2/invitations/%00/accept",
  ];

  for (const path of paths)
    expect(await visitor().post(path, newcomer("kim")), path).toMatchObject({
      status: 404,
      code: "not_found",
    });
  expect((await ada.get("invitations")).body).toEqual([]);
});

test("an invitation dies with its maker's power to invite", async () => {
  const { ada, bob } = await makePeople(app);
  await ada.patch(`members/${bob.memberId}`, { role: "owner" });
  const asOwner = await invite(bob, { role: "owner" });
  const asAdmin = await invite(bob, { role: "member" });

  await ada.patch(`members/${bob.memberId}`, { role: "admin" });
  const listed = await ada.get<Invitation[]>("invitations");
  const ownerAfterDemotion = await visitor().post(asOwner.accept, newcomer("kim"));
  await ada.delete(`members/${bob.memberId}`);
  const memberAfterRemoval = await visitor().post(asAdmin.accept, newcomer("kim"));

  expect(listed.body.map(({ id }) => id)).toEqual([asAdmin.id]);
  expect([ownerAfterDemotion.code, memberAfterRemoval.code]).toEqual(["not_found", "not_found"]);
});

test("an address with an account is told to sign in, and the invitation stays good", async () => {
  const { ada, eve } = await makePeople(app);
  const { accept } = await invite(ada, { role: "member" });

  const refused = await visitor().post(accept, {
    ...newcomer("eve"),
    email: eve.account.email.toUpperCase(),
  });
  const accepted = await (await eve.signedIn()).post(accept);

  expect([refused.status, refused.code]).toEqual([409, "conflict"]);
  expect(accepted.status).toBe(201);
});

test("a member already is no reason to use the invitation up", async () => {
  const { ada, bob, eve } = await makePeople(app);
  const { accept } = await invite(ada, { role: "admin" });
  const browser = await bob.signedIn();

  const refused = await browser.post(accept);
  const accepted = await (await eve.signedIn()).post(accept);

  expect([refused.status, refused.code]).toEqual([409, "conflict"]);
  expect((await browser.get("/api/v2/me")).body).toMatchObject({ workspaces: [{ role: "member" }] });
  expect(accepted.status).toBe(201);
});

test("an invitation for one address is no use to another", async () => {
  const { ada, eve } = await makePeople(app);
  const { accept } = await invite(ada, { email: "kim@example.com", role: "owner" });

  const newAccount = await visitor().post(accept, newcomer("lou"));
  const account = await (await eve.signedIn()).post(accept);

  expect([newAccount.code, account.code]).toEqual(["invalid", "invalid"]);
  expect((await ada.get("members")).headers.get("x-total-count")).toBe("3");
});

test("without a body somebody must be signed in, and a key is nobody", async () => {
  const { ada, eve } = await makePeople(app);
  const { accept } = await invite(ada, { role: "member" });

  const nobody = await visitor().post(accept);
  const withKey = await eve.post(accept);
  const withBadKey = await (await eve.signedIn()).post(accept, undefined, { authorization: "Bearer sy_bad" });

  expect([nobody.status, nobody.code]).toEqual([401, "not_authenticated"]);
  expect(withKey).toMatchObject({ status: 403, body: { detail: { requiredScope: "session" } } });
  expect([withBadKey.status, withBadKey.code]).toEqual([401, "not_authenticated"]);
});

test("another site's page accepts nothing in a member's name", async () => {
  const { ada, eve } = await makePeople(app);
  const { accept } = await invite(eve, { role: "member" });
  const { cookie } = await ada.signedIn();

  const answer = await callerOf(app, "", { cookie, origin: "https://evil.example" }).post(accept);

  expect([answer.status, answer.code]).toEqual([403, "cross_origin"]);
});

test("admins invite anybody but owners", async () => {
  const { ada, bob } = await makePeople(app);
  await ada.patch(`members/${bob.memberId}`, { role: "admin" });

  const owner = await bob.post("invitations", { role: "owner" });
  const admin = await bob.post("invitations", { role: "admin" });

  expect(owner).toMatchObject({ status: 403, body: { detail: { requiredScope: "owner" } } });
  expect(admin.status).toBe(201);
});

test("members cannot invite, and another workspace's invitations are not there", async () => {
  const { ada, bob, eve, stranger } = await makePeople(app);
  const { id } = await invite(ada, { role: "viewer" });

  const bobs = [
    await bob.get("invitations"),
    await bob.post("invitations", { role: "viewer" }),
    await bob.delete(`invitations/${id}`),
  ];
  const eves = [
    await eve.get(ada.path("invitations")),
    await eve.post(ada.path("invitations"), { role: "owner" }),
    await eve.delete(ada.path(`invitations/${id}`)),
    await eve.delete(`invitations/${id}`),
  ];
  const strangers = [
    await stranger.get("invitations"),
    await stranger.post("invitations"),
    await stranger.delete(`invitations/${id}`),
  ];

  expect(new Set(bobs.map((answer) => answer.code))).toEqual(new Set(["insufficient_scope"]));
  expect(new Set(eves.map((answer) => answer.code))).toEqual(new Set(["not_found"]));
  expect(new Set(strangers.map((answer) => answer.code))).toEqual(new Set(["not_authenticated"]));
  expect((await ada.get<Invitation[]>("invitations")).body.map((invitation) => invitation.id)).toEqual([id]);
});

test("taking an invitation back answers once, and is in the audit", async () => {
  const { ada } = await makePeople(app);
  const { id, token } = await invite(ada, { email: "kim@example.com", role: "viewer" });

  const first = await ada.delete(`invitations/${id}`);
  const second = await ada.delete(`invitations/${id}`);

  const events = await ada.get("audit-events");
  expect([first.status, first.body]).toEqual([200, { deleted: true, id }]);
  expect([second.status, second.code]).toEqual([404, "not_found"]);
  expect(events.body).toMatchObject([
    { action: "invitation.deleted", target: { name: "kim@example.com" } },
    {},
  ]);
  expect(JSON.stringify(events.body)).not.toContain(token.slice(-20));
});

test.each([
  [{}],
  [{ role: "king" }],
  [{ role: "viewer", email: "kim" }],
  [{ role: "viewer", days: 9 }],
  [undefined],
])("%j invites nobody", async (body) => {
  const { ada } = await makePeople(app);

  const answer = await ada.post("invitations", body);

  expect([answer.status, answer.code]).toEqual([422, "invalid"]);
});

test.each([
  [{ password: "short" }],
  [{ email: "kim" }],
  [{ name: "" }],
  [{ role: "owner" }],
  [{ name: undefined }],
])("a newcomer with %j is refused, and the invitation stays good", async (change) => {
  const { ada } = await makePeople(app);
  const { accept } = await invite(ada, { role: "viewer" });

  const refused = await visitor().post(accept, { ...newcomer("kim"), ...change });
  const accepted = await visitor().post(accept, newcomer("kim"));

  expect([refused.status, refused.code]).toEqual([422, "invalid"]);
  expect(accepted.status).toBe(201);
});
