import { expect, test } from "bun:test";
import { testApp } from "#tests/support/app.ts";
import { browse, sentBack } from "#tests/support/pages.ts";
import { makePeople, makePerson } from "#tests/support/people.ts";

const app = await testApp({ RATE_LIMIT: "0" });

async function workspace() {
  const people = await makePeople(app);
  const { cookie } = await people.ada.signedIn();
  const path = `/w/${people.ada.workspaceId}/members`;
  return { ...people, cookie, path, asAda: browse(app, cookie) };
}

test("members are listed with their roles, and oneself is marked", async () => {
  const { asAda, path } = await workspace();

  const { html } = await asAda.get(path);

  expect(html).toContain("3 people are in this workspace.");
  for (const words of ["Ada", "Bob", "Vic", "Owner", "Member", "Viewer", ">you<"])
    expect(html).toContain(words);
});

test("whoever is no admin sees everybody and is offered nothing", async () => {
  const { bob, path } = await workspace();

  const { html } = await browse(app, (await bob.signedIn()).cookie).get(path);

  expect(html).toContain("Vic");
  for (const words of ["Invite", "Change role", "Remove", "/activity"]) expect(html).not.toContain(words);
});

test("a name that looks like markup is text", async () => {
  const { asAda, ada, path } = await workspace();
  await makePerson(app, {
    name: '<img src=x onerror="x()"> hx-get',
    role: "member",
    workspaceId: ada.workspaceId,
  });

  const { html } = await asAda.get(path);

  expect(html).toContain("&lt;img src=x onerror=");
  expect(html).not.toContain("<img");
});

test("an invitation's link is shown once, to who made it, and stands in no URL", async () => {
  const { asAda, bob, cookie, path } = await workspace();

  const made = await asAda.post(`${path}/invite`, { role: "viewer", email: "grace@example.com" });
  const once = sentBack(made, "sy_once");
  const shown = await browse(app, `${cookie}; ${once}`).get(path);
  const reloaded = await asAda.get(path);
  const asBob = await browse(app, `${(await bob.signedIn()).cookie}; ${once}`).get(path);

  expect([made.status, made.location]).toEqual([303, path]);
  expect(once).not.toContain("syi_");
  expect(shown.html).toMatch(/value="http:\/\/127\.0\.0\.1:3000\/invitations\/syi_[0-9A-Za-z]{60}"/);
  expect(shown.cookies["sy_once"]).toBe("");
  expect(reloaded.html).toContain("grace@example.com");
  for (const { html } of [reloaded, asBob]) expect(html).not.toContain("/invitations/syi_");
});

test.each([
  ["no role", { email: "" }, "Choose a role."],
  ["a role that is none", { role: "emperor" }, "Choose a role."],
  ["no address", { role: "member", email: "grace" }, "This is not an e-mail address."],
])("an invitation with %s shows the form again", async (_, fields, words) => {
  const { asAda, path } = await workspace();

  const seen = await asAda.post(`${path}/invite`, fields);

  expect(seen.status).toBe(422);
  expect(seen.html).toContain(words);
});

test("an invitation is taken back", async () => {
  const { ada, asAda, path } = await workspace();
  const { body } = await ada.post<{ id: number }>("invitations", {
    role: "viewer",
    email: "grace@example.com",
  });

  const seen = await asAda.post(`${path}/invitations/${body.id}/delete`);

  expect([seen.status, seen.location]).toEqual([303, path]);
  expect((await asAda.get(path)).html).not.toContain("grace@example.com");
});

test("a role is changed, and said once", async () => {
  const { asAda, vic, cookie, path } = await workspace();

  const changed = await asAda.post(`${path}/${vic.memberId}/role`, { role: "admin" });
  const shown = await browse(app, `${cookie}; ${sentBack(changed, "sy_notice")}`).get(path);

  expect([changed.status, changed.location]).toEqual([303, path]);
  expect(shown.html).toContain("The role is changed.");
  expect((await asAda.get(path)).html).not.toContain("The role is changed.");
});

test("the last owner cannot be demoted, nor leave, and the page says why", async () => {
  const { ada, asAda, path } = await workspace();

  const demoted = await asAda.post(`${path}/${ada.memberId}/role`, { role: "viewer" });
  const left = await asAda.post(`${path}/${ada.memberId}/remove`);

  for (const seen of [demoted, left]) {
    expect(seen.status).toBe(409);
    expect(seen.html).toContain("This is the last owner.");
    expect(seen.html).toContain("Members");
  }
});

test("the only owner is told what to do before leaving, and offered it beside another one", async () => {
  const { ada, bob, asAda, path } = await workspace();

  const alone = await asAda.get(path);
  await ada.patch(`members/${bob.memberId}`, { role: "owner" });
  const accompanied = await asAda.get(path);

  expect(alone.html).toContain("To leave, make somebody else an owner first.");
  expect(alone.html).not.toContain("Leave this workspace?");
  expect(accompanied.html).not.toContain("To leave,");
  expect(accompanied.html).toContain("Leave this workspace?");
});

test("a member is not invited again, and the form says who it is", async () => {
  const { asAda, bob, path } = await workspace();

  const seen = await asAda.post(`${path}/invite`, { role: "viewer", email: bob.account.email });

  expect(seen.status).toBe(409);
  expect(seen.html).toContain("Bob is a member already.");
  expect(seen.html).toContain(`value="${bob.account.email}"`);
});

test("an admin has no say about owners", async () => {
  const { ada, path } = await workspace();
  const kim = await makePerson(app, { name: "Kim", role: "admin", workspaceId: ada.workspaceId });
  const asKim = browse(app, (await kim.signedIn()).cookie);

  const { html } = await asKim.get(path);
  const removed = await asKim.post(`${path}/${ada.memberId}/remove`);
  const invited = await asKim.post(`${path}/invite`, { role: "owner" });

  expect(html).not.toContain("Remove Ada");
  expect(html).toContain("Remove Bob");
  expect([removed.status, invited.status]).toEqual([403, 403]);
});

test("a member who leaves is sent to what is left to them", async () => {
  const { ada, path } = await workspace();
  const kim = await makePerson(app, { name: "Kim", role: "admin", workspaceId: ada.workspaceId });
  const asKim = browse(app, (await kim.signedIn()).cookie);

  const left = await asKim.post(`${path}/${kim.memberId}/remove`);

  expect([left.status, left.location]).toEqual([303, "/"]);
  expect((await asKim.get(path)).status).toBe(404);
  expect((await asKim.get("/")).location).toBe("/workspaces/new");
});

test("an id that is none of this workspace, or no number, is not there", async () => {
  const { asAda, eve, path } = await workspace();

  for (const id of [eve.memberId + 1000, "1e3", "-1", "0x1", "abc"])
    expect((await asAda.post(`${path}/${id}/remove`)).status).toBe(404);
});
