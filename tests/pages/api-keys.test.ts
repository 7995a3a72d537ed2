import { expect, test } from "bun:test";
import { readToken } from "#src/lib/tokens.ts";
import { testApp } from "#tests/support/app.ts";
import { browse, sentBack } from "#tests/support/pages.ts";
import { makePeople } from "#tests/support/people.ts";

const app = await testApp({ RATE_LIMIT: "0" });
const { ada, bob, vic } = await makePeople(app);
const path = `/w/${ada.workspaceId}/api-keys`;
const { cookie } = await ada.signedIn();
const asAda = browse(app, cookie);
const typed = { name: "Nightly report", scope: "apps:read", expiresInDays: "30" };

const keyIn = (html: string) => /value="(sy_[0-9A-Za-z]{60})"/.exec(html)?.[1];

test("a key is shown once, after the redirect, sealed on its way", async () => {
  const made = await asAda.post(`${path}/new`, typed);
  const once = sentBack(made, "sy_once");
  const shown = await browse(app, `${cookie}; ${once}`).get(path);

  const key = keyIn(shown.html) ?? "";
  expect([made.status, made.location]).toEqual([303, path]);
  expect(readToken("sy_", key)?.workspaceId).toBe(ada.workspaceId);
  expect(once).not.toContain(key);
  expect(keyIn((await asAda.get(path)).html)).toBeUndefined();
  expect(
    keyIn((await browse(app, `${cookie}; ${once}`).get(path.replace("api-keys", "members"))).html),
  ).toBeUndefined();
});

test("nobody sees another's keys, nor what was meant for another", async () => {
  const made = await asAda.post(`${path}/new`, { ...typed, name: "Ada's own" });
  const asBob = browse(app, `${(await bob.signedIn()).cookie}; ${sentBack(made, "sy_once")}`);

  const { html } = await asBob.get(path);

  expect(html).not.toContain("Ada&#39;s own");
  expect(html).not.toContain("Ada's own");
  expect(keyIn(html)).toBeUndefined();
});

test("somebody is offered what they hold, and gets no more", async () => {
  const asVic = browse(app, (await vic.signedIn()).cookie);

  const { html } = await asVic.get(`${path}/new`);
  const seen = await asVic.post(`${path}/new`, { ...typed, scope: "apps:admin" });

  expect(html).toContain('value="apps:read"');
  expect(html).not.toContain('value="apps:admin"');
  expect(seen.status).toBe(403);
});

test.each([
  ["no name", { name: "" }, "A name has 1 to 80 characters."],
  ["no scope", { scope: "" }, "Choose what the key may do."],
  ["a scope that is none", { scope: "apps:all" }, "Choose what the key may do."],
  ["an end that was not offered", { expiresInDays: "31" }, "Choose how long the key works."],
])("%s shows the form again, with the rest kept", async (_, fields, words) => {
  const seen = await asAda.post(`${path}/new`, { ...typed, ...fields });

  expect(seen.status).toBe(422);
  expect(seen.html).toContain(words);
  if (!("name" in fields)) expect(seen.html).toContain('value="Nightly report"');
});

test("a key is deleted, once", async () => {
  const { body } = await ada.post<{ id: number }>("api-keys", { name: "Old one", scopes: ["apps:read"] });

  const first = await asAda.post(`${path}/${body.id}/revoke`);
  const second = await asAda.post(`${path}/${body.id}/revoke`);

  expect([first.status, first.location, second.status]).toEqual([303, path, 404]);
  expect((await asAda.get(path)).html).not.toContain("Old one");
});

test("fifty stand on a page, and the rest on the next", async () => {
  const asBob = browse(app, (await bob.signedIn()).cookie);
  for (let n = 0; n < 50; n++) await bob.post("api-keys", { name: `Key ${n}.`, scopes: ["apps:read"] });

  const first = await asBob.get(path);
  const next = /href="([^"]*cursor=[^"]*)"/.exec(first.html)?.[1] ?? "";
  const second = await asBob.get(next);

  expect(first.html).not.toContain("Key 49.");
  expect(second.html).toContain("Key 49.");
  expect(second.html).toContain("First page");
  expect((await asBob.get(`${path}?cursor=nonsense`)).status).toBe(400);
});
