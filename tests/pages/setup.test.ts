import { expect, test } from "bun:test";
import { testApp } from "#tests/support/app.ts";
import { browse, sentBack } from "#tests/support/pages.ts";

const token = "the-token-of-the-first-start";
const typed = {
  workspaceName: "Engineering",
  name: "Ada",
  email: "ada@example.com",
  password: "correct horse battery",
};

async function firstStart() {
  const app = await testApp({ SETUP_TOKEN: token, RATE_LIMIT: "0" });
  return { app, stranger: browse(app, null) };
}

test("everything leads to the set-up until it is done", async () => {
  const { stranger } = await firstStart();

  const seen = await stranger.get("/sign-in");

  expect([seen.status, seen.location]).toEqual([303, "/setup"]);
});

test("setting up makes an owner who is signed in, and no key that nobody would see", async () => {
  const { app, stranger } = await firstStart();

  const done = await stranger.post("/setup", { ...typed, token });

  expect(done.status).toBe(303);
  expect(done.location).toMatch(/^\/w\/[0-9a-f-]{36}\/servers$/);
  const ada = browse(app, sentBack(done, "sy_session"));
  const workspace = done.location?.replace("/servers", "");
  expect((await ada.get(`${workspace}/members`)).html).toContain("Owner");
  expect((await ada.get(`${workspace}/api-keys`)).html).toContain("No keys yet");
});

test("a wrong token shows the form again, with what was typed but the password", async () => {
  const { stranger } = await firstStart();

  const seen = await stranger.post("/setup", { ...typed, token: "another" });

  expect(seen.status).toBe(422);
  expect(seen.html).toContain("The set-up token is wrong.");
  expect(seen.html).toContain('value="Engineering"');
  expect(seen.html).not.toContain(typed.password);
  expect(seen.cookies["sy_session"]).toBeUndefined();
});

test.each([
  ["email", "no address", "This is not an e-mail address."],
  ["password", "short", "A password has 8 to 256 characters."],
  ["name", "  ", "A name has 1 to 80 characters."],
  ["workspaceName", "x".repeat(81), "A name has 1 to 80 characters."],
])("a fault in %s stands beside it", async (field, value, words) => {
  const { stranger } = await firstStart();

  const seen = await stranger.post("/setup", { ...typed, token, [field]: value });

  expect(seen.status).toBe(422);
  expect(seen.html).toContain(`id="${field}-error">${words}`);
  expect(seen.html).toContain(`name="token" value="${token}"`);
});

test("done once, it is done for ever", async () => {
  const { stranger } = await firstStart();
  await stranger.post("/setup", { ...typed, token });

  const link = await stranger.get(`/setup?token=${token}`);
  const again = await stranger.post("/setup", { ...typed, token });

  expect([link.status, again.status]).toEqual([200, 409]);
  for (const { html } of [link, again]) expect(html).toContain("This is set up already");
});
