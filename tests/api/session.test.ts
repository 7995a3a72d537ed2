import { expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import * as accounts from "#src/db/accounts.ts";
import { sessions } from "#src/db/schema.ts";
import { hashToken } from "#src/lib/tokens.ts";
import { hashPassword } from "#src/services/passwords.ts";
import { testApp } from "#tests/support/app.ts";
import { callerOf } from "#tests/support/people.ts";

const password = "correct horse battery";
// Every test signs in from the same address.
const app = await testApp({ RATE_LIMIT: "0" });

/** Somebody with a password, who belongs to no workspace yet. */
async function makeAccount(name: string): Promise<string> {
  const email = `${name}-${crypto.randomUUID()}@example.com`;
  await accounts.insert(app.deps.db, { email, name, passwordHash: await hashPassword(password) });
  return email;
}

const browser = (cookie?: string) =>
  callerOf(app, "", { origin: app.deps.settings.publicUrl.origin, ...(cookie ? { cookie } : {}) });

const cookieIn = (headers: Headers) => headers.get("set-cookie")?.split(";")[0] ?? "";

test("signing in answers what `me` answers, and gives a session for 30 days", async () => {
  const email = await makeAccount("ada");

  const answer = await browser().post("/api/v2/session", { email: ` ${email.toUpperCase()} `, password });

  expect(answer.status).toBe(200);
  expect(answer.body).toMatchObject({ account: { email, name: "ada" }, workspaces: [] });
  const expires = /Expires=([^;]+)/.exec(answer.headers.get("set-cookie") ?? "")?.[1] ?? "";
  const days = (Date.parse(expires) - Date.now()) / 86_400_000;
  expect(days).toBeWithin(29.99, 30.01);
  expect((await browser(cookieIn(answer.headers)).get("/api/v2/me")).body).toEqual(answer.body);
});

test("on https the cookie is the host's own and never travels in the open", async () => {
  const secure = await testApp({ PUBLIC_URL: "https://switchyard.example.com" });
  const email = "ada@example.com";
  await accounts.insert(secure.deps.db, { email, name: "Ada", passwordHash: await hashPassword(password) });

  const answer = await callerOf(secure, "", {}).post("/api/v2/session", { email, password });

  expect(answer.headers.get("set-cookie")).toMatch(
    /^__Host-sy_session=.+; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
  );
});

test("a wrong password and an unknown account get the same answer", async () => {
  const email = await makeAccount("ada");

  const wrong = await browser().post<{ detail: object }>("/api/v2/session", {
    email,
    password: `${password}!`,
  });
  const unknown = await browser().post<{ detail: object }>("/api/v2/session", {
    email: "no@example.com",
    password,
  });

  expect([wrong.status, wrong.code]).toEqual([401, "not_authenticated"]);
  expect({ ...wrong.body.detail, requestId: "" }).toEqual({ ...unknown.body.detail, requestId: "" });
  expect(wrong.headers.get("set-cookie")).toBeNull();
});

test("an account without a password cannot sign in with one", async () => {
  const email = `${crypto.randomUUID()}@example.com`;
  await accounts.insert(app.deps.db, { email, name: "Ada", passwordHash: null });

  const answer = await browser().post("/api/v2/session", { email, password: "" });

  expect([answer.status, answer.code]).toEqual([401, "not_authenticated"]);
});

test("signing in again gives the browser a new session and ends the old one", async () => {
  const email = await makeAccount("ada");
  const first = cookieIn((await browser().post("/api/v2/session", { email, password })).headers);

  const second = cookieIn((await browser(first).post("/api/v2/session", { email, password })).headers);

  expect(second).not.toBe(first);
  expect((await browser(first).get("/api/v2/me")).status).toBe(401);
  expect((await browser(second).get("/api/v2/me")).status).toBe(200);
});

test("a session that somebody planted is not taken over", async () => {
  const email = await makeAccount("ada");

  const answer = await browser("sy_session=planted").post("/api/v2/session", { email, password });

  expect(cookieIn(answer.headers)).not.toBe("sy_session=planted");
  expect((await browser("sy_session=planted").get("/api/v2/me")).status).toBe(401);
});

test("signing out ends the session, and twice is the same as once", async () => {
  const email = await makeAccount("ada");
  const cookie = cookieIn((await browser().post("/api/v2/session", { email, password })).headers);

  const first = await browser(cookie).delete("/api/v2/session");
  const second = await browser(cookie).delete("/api/v2/session");

  for (const answer of [first, second]) {
    expect([answer.status, answer.body]).toEqual([200, { signedOut: true }]);
    expect(answer.headers.get("set-cookie")).toContain("Max-Age=0");
  }
  expect((await browser(cookie).get("/api/v2/me")).status).toBe(401);
});

test("an expired session is no session, and the next sign-in sweeps it away", async () => {
  const email = await makeAccount("ada");
  const cookie = cookieIn((await browser().post("/api/v2/session", { email, password })).headers);
  const idHash = hashToken(cookie.slice("sy_session=".length));
  await app.deps.db
    .update(sessions)
    .set({ expiresAt: new Date(Date.now() - 1000) })
    .where(eq(sessions.idHash, idHash));

  const answer = await browser(cookie).get("/api/v2/me");
  await browser().post("/api/v2/session", { email, password });

  expect([answer.status, answer.code]).toEqual([401, "not_authenticated"]);
  expect(await app.deps.db.select().from(sessions).where(eq(sessions.idHash, idHash))).toEqual([]);
});

test("another site's page can neither sign somebody in nor out", async () => {
  const email = await makeAccount("ada");
  const cookie = cookieIn((await browser().post("/api/v2/session", { email, password })).headers);
  const foreign = callerOf(app, "", {
    cookie,
    origin: "https://evil.example",
    "sec-fetch-site": "cross-site",
  });

  const signIn = await foreign.post("/api/v2/session", { email, password });
  const signOut = await foreign.delete("/api/v2/session");
  const hidden = await callerOf(app, "", { cookie }).delete("/api/v2/session");

  expect([signIn.code, signOut.code, hidden.code]).toEqual(["cross_origin", "cross_origin", "cross_origin"]);
  expect((await browser(cookie).get("/api/v2/me")).status).toBe(200);
});

test.each([
  ["no password", { email: "ada@example.com" }],
  ["a number", { email: 1, password }],
  ["an unknown field", { email: "ada@example.com", password, remember: true }],
  ["an address that cannot be stored", { email: "a\0@example.com", password }],
  ["nothing", undefined],
])("%s is refused", async (_, body) => {
  const answer = await browser().post("/api/v2/session", body);

  expect([answer.status, answer.code]).toEqual([422, "invalid"]);
});

test("attempts on one account are limited, whatever the case of its address", async () => {
  const limited = await testApp();
  const stranger = callerOf(limited, "", {});

  const statuses = [];
  for (let n = 0; n < 11; n++) {
    const email = n % 2 ? "ada@example.com" : "ADA@example.com";
    statuses.push((await stranger.post("/api/v2/session", { email, password: "guess" })).status);
  }

  expect(statuses).toEqual([...Array<number>(10).fill(401), 429]);
});
