import { expect, test } from "bun:test";
import type { NewInvitation } from "#src/services/invitations.ts";
import { testApp } from "#tests/support/app.ts";
import { textOf } from "#tests/support/markup.ts";
import { browse, sentBack } from "#tests/support/pages.ts";
import { makePeople } from "#tests/support/people.ts";

const app = await testApp({ RATE_LIMIT: "0" });
const { ada, eve } = await makePeople(app);
const stranger = browse(app, null);
const password = "correct horse battery";

async function invite(body: { role: string; email?: string } = { role: "member" }): Promise<string> {
  const { body: made } = await ada.post<NewInvitation>("invitations", body);
  return new URL(made.url).pathname;
}

const newEmail = () => `${crypto.randomUUID()}@example.com`;

test("a newcomer sees what they are invited to, and joins with an account of their own", async () => {
  const path = await invite({ role: "viewer" });

  const shown = await stranger.get(path);
  const joined = await stranger.post(path, { name: "Grace", email: newEmail(), password });

  expect(textOf(shown.html)).toContain("Join Ours");
  expect(shown.html).toContain(
    "as a viewer, who sees which servers there are and how they do, and uses and changes none.",
  );
  expect(shown.html).toContain(`href="/sign-in?return_to=${encodeURIComponent(path)}"`);
  expect([joined.status, joined.location]).toEqual([303, `/w/${ada.workspaceId}/servers`]);
  const members = await browse(app, sentBack(joined, "sy_session")).get(`/w/${ada.workspaceId}/members`);
  expect(members.html).toContain("Grace");
});

test("whoever is signed in joins with one press", async () => {
  const path = await invite();
  const { cookie } = await eve.signedIn();

  const shown = await browse(app, cookie).get(path);
  const joined = await browse(app, cookie).post(path, { as: "account" });

  expect(textOf(shown.html)).toContain("Join as Eve");
  expect([joined.status, joined.location]).toEqual([303, `/w/${ada.workspaceId}/servers`]);
});

test("an account that is a member already is told so", async () => {
  const path = await invite();
  const { cookie } = await ada.signedIn();

  const seen = await browse(app, cookie).post(path, { as: "account" });

  expect(seen.status).toBe(409);
  expect(seen.html).toContain("You are a member of this workspace already.");
});

test("an invitation for another address says so, to a newcomer and to an account", async () => {
  const email = newEmail();
  const path = await invite({ role: "member", email });
  const { cookie } = await eve.signedIn();

  const newcomer = await stranger.post(path, { name: "Grace", email: newEmail(), password });
  const account = await browse(app, cookie).post(path, { as: "account" });

  expect((await stranger.get(path)).html).toContain(`value="${email}"`);
  for (const seen of [newcomer, account]) {
    expect(seen.status).toBe(422);
    expect(seen.html).toContain("This invitation was made for another e-mail address.");
  }
});

test("a refused form keeps what was typed, but the password", async () => {
  const path = await invite();

  const seen = await stranger.post(path, { name: "Grace", email: "no address", password });

  expect(seen.status).toBe(422);
  expect(seen.html).toContain('value="Grace"');
  expect(seen.html).toContain('value="no address"');
  expect(seen.html).not.toContain(password);
});

test("a link that was used, taken back, cut or invented gets one answer", async () => {
  const used = await invite();
  await stranger.post(used, { name: "Grace", email: newEmail(), password });

  for (const path of [used, used.slice(0, -1), "/invitations/syi_invented"]) {
    const shown = await stranger.get(path);
    const sent = await stranger.post(path, { name: "Grace", email: newEmail(), password });

    expect([shown.status, sent.status]).toEqual([404, 404]);
    expect(shown.html).toContain("This invitation does not work");
  }
});

test("another site cannot make somebody join", async () => {
  const path = await invite();
  const { cookie } = await eve.signedIn();

  const seen = await browse(app, cookie).post(path, { as: "account" }, { origin: "https://evil.example" });

  expect(seen.status).toBe(403);
});

test("a session that ended in the meantime asks to sign in, and comes back to the invitation", async () => {
  const path = await invite();

  const seen = await stranger.post(
    path,
    { as: "account" },
    { referer: new URL(path, app.deps.settings.publicUrl).href },
  );

  expect([seen.status, seen.location]).toEqual([303, `/sign-in?return_to=${encodeURIComponent(path)}`]);
});
