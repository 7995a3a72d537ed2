import { expect, test } from "bun:test";
import * as accounts from "#src/db/accounts.ts";
import * as installation from "#src/db/installation.ts";
import { hashPassword } from "#src/services/passwords.ts";
import { testApp } from "#tests/support/app.ts";
import { browse, sentBack } from "#tests/support/pages.ts";

const app = await testApp({ RATE_LIMIT: "0" });
await installation.complete(app.deps.db);
const password = "correct horse battery";
const email = "ada@example.com";
await accounts.insert(app.deps.db, { email, name: "Ada", passwordHash: await hashPassword(password) });
const stranger = browse(app, null);

const signIn = (fields: Record<string, string> = {}) =>
  stranger.post("/sign-in", { email, password, ...fields });

test("signing in leads to the first page, and to the account of whoever signed in", async () => {
  const seen = await signIn();

  expect([seen.status, seen.location]).toEqual([303, "/"]);
  const account = await browse(app, sentBack(seen, "sy_session")).get("/account");
  expect(account.html).toContain(email);
});

test("signing in leads back to where somebody wanted to go, and nowhere else", async () => {
  const back = await signIn({ return_to: "/account?a=b" });
  const away = await signIn({ return_to: "//evil.example" });

  expect(back.location).toBe("/account?a=b");
  expect(away.location).toBe("/");
});

test("a way that leads to another site is gone on by a page, as no form may end there", async () => {
  const path = "/api/v2/w/0/mcp-servers/1/oauth/authorize?a=b";
  const back = await signIn({ return_to: path });

  expect([back.status, back.location]).toEqual([200, null]);
  expect(back.html).toContain(`<meta http-equiv="refresh" content="0;url=${path}"`);
  expect(back.html).toContain(`href="${path}"`);
  expect(back.cookies).toHaveProperty("sy_session");
});

test("the form carries on where somebody wanted to go, if that is a path of ours", async () => {
  const ours = await stranger.get(`/sign-in?return_to=${encodeURIComponent("/account?a=b")}`);
  const foreign = await stranger.get(`/sign-in?return_to=${encodeURIComponent("https://evil.example")}`);

  expect(ours.html).toContain('name="return_to" value="/account?a=b"');
  expect(foreign.html).not.toContain("evil.example");
});

test("whoever is signed in already goes on", async () => {
  const cookie = sentBack(await signIn(), "sy_session");

  const seen = await browse(app, cookie).get("/sign-in?return_to=/account");

  expect([seen.status, seen.location]).toEqual([303, "/account"]);
});

test("a wrong password shows the form again, with the address and without the password", async () => {
  const seen = await signIn({ password: "a wrong guess", return_to: "/account" });

  expect(seen.status).toBe(422);
  expect(seen.html).toContain("The e-mail address or the password is wrong.");
  expect(seen.html).toContain(`value="${email}"`);
  expect(seen.html).toContain('value="/account"');
  expect(seen.html).not.toContain("a wrong guess");
});

test("too many attempts are told to wait, on the form", async () => {
  const limited = await testApp();
  await installation.complete(limited.deps.db);
  const guesser = browse(limited, null);

  for (let n = 0; n < 10; n++) await guesser.post("/sign-in", { email, password: "guess" });
  const seen = await guesser.post("/sign-in", { email, password: "guess" });

  expect(seen.status).toBe(429);
  expect(Number(seen.headers.get("retry-after"))).toBeWithin(1, 61);
  expect(seen.html).toContain("Too many requests.");
});

test("signing out ends the session and says so once", async () => {
  const cookie = sentBack(await signIn(), "sy_session");

  const out = await browse(app, cookie).post("/sign-out");
  const notice = await browse(app, sentBack(out, "sy_notice")).get("/sign-in");

  expect([out.status, out.location, out.cookies["sy_session"]]).toEqual([303, "/sign-in", ""]);
  expect(notice.html).toContain("You are signed out.");
  expect(notice.cookies["sy_notice"]).toBe("");
  expect((await browse(app, cookie).get("/account")).status).toBe(302);
});

test("another site cannot sign somebody out", async () => {
  const cookie = sentBack(await signIn(), "sy_session");

  const seen = await browse(app, cookie).post("/sign-out", {}, { origin: "https://evil.example" });

  expect(seen.status).toBe(403);
  expect((await browse(app, cookie).get("/account")).status).toBe(200);
});

test("a planted notice says nothing that is not ours", async () => {
  for (const planted of ["<b>x</b>", "constructor", "__proto__", "toString"]) {
    const seen = await browse(app, `sy_notice=${planted}`).get("/sign-in");

    expect(seen.html).not.toContain('class="notice"');
  }
});
