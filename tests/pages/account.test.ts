import { expect, test } from "bun:test";
import * as accounts from "#src/db/accounts.ts";
import { hashPassword } from "#src/services/passwords.ts";
import * as sessions from "#src/services/sessions.ts";
import { testApp } from "#tests/support/app.ts";
import { browse } from "#tests/support/pages.ts";
import { makePeople } from "#tests/support/people.ts";

const app = await testApp({ RATE_LIMIT: "0" });
const password = "correct horse battery";
const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/** Somebody with a password, signed in in two browsers. */
async function somebody() {
  const { ada } = await makePeople(app);
  await accounts.update(app.deps.db, ada.account.id, { passwordHash: await hashPassword(password) });
  const other = await sessions.open(app.deps.db, ada.account.id, { cookie: null, userAgent: firefox });
  const { cookie } = await ada.signedIn();
  return {
    ada,
    here: browse(app, cookie),
    there: browse(app, `sy_session=${other.secret}`),
    thereId: other.idHash.slice(0, 16),
  };
}

test("the page tells who one is and where one is signed in", async () => {
  const { ada, here } = await somebody();

  const { html } = await here.get("/account");

  for (const words of [
    ada.account.email,
    "Firefox on Linux",
    "this one",
    "You are connected to no server yet.",
  ])
    expect(html).toContain(words);
});

test("a name is changed, for everybody who sees it", async () => {
  const { ada, here } = await somebody();

  const seen = await here.post("/account/profile", { name: "  Ada Lovelace " });

  expect([seen.status, seen.location]).toEqual([303, "/account"]);
  expect((await here.get(`/w/${ada.workspaceId}/members`)).html).toContain("Ada Lovelace");
});

test("a name that is none is refused beside its field", async () => {
  const { here } = await somebody();

  const seen = await here.post("/account/profile", { name: "x".repeat(81) });

  expect(seen.status).toBe(422);
  expect(seen.html).toContain('id="name-error">A name has 1 to 80 characters.');
});

test("a changed password signs out every other browser", async () => {
  const { ada, here, there } = await somebody();

  const seen = await here.post("/account/password", { current: password, password: "another horse battery" });

  expect([seen.status, seen.location]).toEqual([303, "/account"]);
  expect((await here.get("/account")).status).toBe(200);
  expect((await there.get("/account")).status).toBe(302);
  const signIn = (guess: string) =>
    browse(app, null).post("/sign-in", { email: ada.account.email, password: guess });
  expect((await signIn(password)).status).toBe(422);
  expect((await signIn("another horse battery")).status).toBe(303);
});

test.each([
  [
    "a wrong password until now",
    { current: "a wrong guess", password: "another horse battery" },
    "This is not your password.",
  ],
  [
    "a new one that is too short",
    { current: password, password: "short" },
    "A password has 8 to 256 characters.",
  ],
])("%s changes nothing, and no password is shown", async (_, fields, words) => {
  const { here, there } = await somebody();

  const seen = await here.post("/account/password", fields);

  expect(seen.status).toBe(422);
  expect(seen.html).toContain(words);
  expect(seen.html).not.toContain(fields.password);
  expect((await there.get("/account")).status).toBe(200);
});

test("both passwords are looked at before either is refused", async () => {
  const { here } = await somebody();

  const seen = await here.post("/account/password", { current: "a wrong guess", password: "short" });

  expect(seen.html).toContain("This is not your password.");
  expect(seen.html).toContain("A password has 8 to 256 characters.");
});

test("guessing the password of a browser left open is limited", async () => {
  const limited = await testApp();
  const { ada } = await makePeople(limited);
  await accounts.update(limited.deps.db, ada.account.id, { passwordHash: await hashPassword(password) });
  const here = browse(limited, (await ada.signedIn()).cookie);

  const statuses = [];
  for (let n = 0; n < 11; n++)
    statuses.push(
      (await here.post("/account/password", { current: `guess ${n}`, password: "x".repeat(8) })).status,
    );

  expect(statuses).toEqual([...Array<number>(10).fill(422), 429]);
});

test("an account that came through a provider sets its first password", async () => {
  const { ada } = await makePeople(app);
  const here = browse(app, (await ada.signedIn()).cookie);

  const shown = await here.get("/account");
  const seen = await here.post("/account/password", { password });

  expect(shown.html).toContain("Set password");
  expect(shown.html).not.toContain('name="current"');
  expect(seen.status).toBe(303);
});

test("another browser is signed out, and so are all others at once", async () => {
  const one = await somebody();
  const all = await somebody();

  const ended = await one.here.post(`/account/sessions/${one.thereId}/end`);
  const endedAll = await all.here.post("/account/sessions/end-others");

  expect([ended.status, endedAll.status]).toEqual([303, 303]);
  for (const { here, there } of [one, all]) {
    expect((await there.get("/account")).status).toBe(302);
    expect((await here.get("/account")).status).toBe(200);
  }
});

test("nobody ends another's session", async () => {
  const [ada, eve] = [await somebody(), await somebody()];

  const seen = await eve.here.post(`/account/sessions/${ada.thereId}/end`);

  expect(seen.status).toBe(404);
  expect((await ada.there.get("/account")).status).toBe(200);
});

test("an API key has no account page", async () => {
  const { ada } = await somebody();

  const seen = await browse(app, null).get("/account", { authorization: `Bearer ${ada.key}` });

  expect(seen.status).toBe(403);
  expect(seen.html).toContain("an API key is not enough");
});
