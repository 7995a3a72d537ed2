import { afterAll, beforeAll, expect, test } from "bun:test";
import * as accounts from "#src/db/accounts.ts";
import * as installation from "#src/db/installation.ts";
import { testApp } from "#tests/support/app.ts";
import { startOpenIdProvider } from "#tests/support/openid-provider.ts";
import { type Visitor, visitorOf } from "#tests/support/visitor.ts";

const origin = "http://127.0.0.1:3000";
const provider = await startOpenIdProvider();
afterAll(provider.stop);
provider.people["ada"] = { email: "ada@example.com", email_verified: true };

const app = await testApp({
  RATE_LIMIT: "0",
  OIDC_ISSUER: provider.issuer,
  OIDC_CLIENT_ID: provider.clientId,
  OIDC_CLIENT_SECRET: provider.clientSecret,
  GOOGLE_CLIENT_ID: "google",
  GOOGLE_CLIENT_SECRET: "secret",
});

beforeAll(async () => {
  await installation.complete(app.deps.db);
  await accounts.insert(app.deps.db, { email: "ada@example.com", name: "Ada", passwordHash: null });
});

/** Begins at the provider. @returns where its pages are */
async function begin(visitor: Visitor, path = "/api/v2/session/oidc/authorize"): Promise<string> {
  return (await visitor.open(path)).headers.get("location") ?? "";
}

const comeBack = async (visitor: Visitor) => (await provider.login(await begin(visitor), { as: "ada" })).href;

async function expectRefusal(answer: Response, visitor: Visitor): Promise<void> {
  const { detail } = (await answer.json()) as { detail: { code: string } };
  expect([answer.status, detail.code]).toEqual([400, "sign_in_failed"]);
  expect(visitor.cookies.has("sy_session")).toBe(false);
}

test("what travels in the open is ours, once, and nothing in it is a secret", async () => {
  const url = new URL(await begin(visitorOf(app)));

  expect([...url.searchParams.keys()].sort()).toEqual([
    "client_id",
    "code_challenge",
    "code_challenge_method",
    "nonce",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
  ]);
  expect(url.searchParams.get("code_challenge_method")).toBe("S256");
  expect(url.searchParams.get("redirect_uri")).toBe(`${origin}/api/v2/session/oidc/callback`);
});

test("the cookie of a sign-in in flight is sealed, short-lived and out of reach of scripts and other sites", async () => {
  const answer = await visitorOf(app).open("/api/v2/session/oidc/authorize?return_to=/w/canary");
  const secure = await testApp({
    PUBLIC_URL: "https://switchyard.example.com",
    GOOGLE_CLIENT_ID: "a",
    GOOGLE_CLIENT_SECRET: "b",
  });
  await installation.complete(secure.deps.db);
  const onHttps = await visitorOf(secure).open("/api/v2/session/google/authorize");

  expect(answer.headers.get("set-cookie")).toMatch(
    /^sy_sign_in=v1:test:[\w-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/,
  );
  expect(answer.headers.get("set-cookie")).not.toContain("canary");
  expect(onHttps.headers.get("set-cookie")).toMatch(
    /^__Host-sy_sign_in=.+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
  );
});

test("an answer is worth nothing in another browser, whether that began something or not", async () => {
  const callback = await comeBack(visitorOf(app));
  const idle = visitorOf(app);
  const busy = visitorOf(app);
  await begin(busy);

  await expectRefusal(await idle.open(callback), idle);
  await expectRefusal(await busy.open(callback), busy);
});

test("an answer works once, also for who kept the cookie", async () => {
  const here = visitorOf(app);
  const callback = await comeBack(here);
  const kept = here.cookies.get("sy_sign_in") ?? "";

  const first = await here.open(callback);
  const thief = visitorOf(app);
  const without = await thief.open(callback);
  thief.cookies.set("sy_sign_in", kept);

  expect(first.status).toBe(303);
  expect(here.cookies.has("sy_sign_in")).toBe(false);
  await expectRefusal(without, thief);
  await expectRefusal(await thief.open(callback), thief);
});

test("of parallel replays one signs in at most", async () => {
  const here = visitorOf(app);
  const callback = await comeBack(here);
  const cookie = `sy_sign_in=${here.cookies.get("sy_sign_in")}`;

  const answers = await Promise.all(
    Array.from({ length: 5 }, () => app.handle(new Request(callback, { headers: { cookie } }))),
  );

  // The provider takes a code that comes twice for stolen, and may withdraw what the first one brought.
  expect(answers.filter(({ status }) => status === 303).length).toBeLessThanOrEqual(1);
  expect(
    answers.filter(({ headers }) => headers.get("set-cookie")?.includes("sy_session")).length,
  ).toBeLessThanOrEqual(1);
});

test("a sign-in that was begun at one provider does not end at another", async () => {
  const here = visitorOf(app);
  const atGoogle = new URL(await begin(here, "/api/v2/session/google/authorize")).searchParams.get("state");
  const other = visitorOf(app);
  const callback = new URL(await comeBack(other));

  const mixed = await here.open(
    `/api/v2/session/oidc/callback?state=${atGoogle}&code=x&iss=${provider.issuer}`,
  );
  await expectRefusal(mixed, here);
  const moved = await other.open(`/api/v2/session/google/callback${callback.search}`);
  await expectRefusal(moved, other);
});

test.each([
  ["no state", (query: URLSearchParams) => query.delete("state")],
  ["another state", (query: URLSearchParams) => query.set("state", "A".repeat(43))],
  ["two states", (query: URLSearchParams) => query.append("state", query.get("state") ?? "")],
  ["no code", (query: URLSearchParams) => query.delete("code")],
  ["two codes", (query: URLSearchParams) => query.append("code", "x")],
  ["another code", (query: URLSearchParams) => query.set("code", "x")],
  ["no issuer", (query: URLSearchParams) => query.delete("iss")],
  ["another issuer", (query: URLSearchParams) => query.set("iss", "https://evil.example")],
])("an answer with %s is refused, and cannot be mended afterwards", async (_, change) => {
  const here = visitorOf(app);
  const callback = new URL(await comeBack(here));
  const good = callback.href;

  change(callback.searchParams);

  await expectRefusal(await here.open(callback.href), here);
  await expectRefusal(await here.open(good), here);
});

test("a flow ends after ten minutes, whatever the browser keeps", async () => {
  const here = visitorOf(app);
  const callback = await comeBack(here);
  const now = Date.now;

  Date.now = () => now() + 601_000;
  const answer = await here.open(callback);
  Date.now = now;

  await expectRefusal(answer, here);
});

test("what a provider says when it refuses is text, and not looked at where the issuer is another", async () => {
  const said = "<img src=x onerror=alert(1)>\u202Eevil";
  const refusal = (iss: string, state: string) =>
    `/api/v2/session/oidc/callback?${new URLSearchParams({ state, iss, error: "access_denied", error_description: said })}`;
  const stateOf = async (visitor: Visitor) => new URL(await begin(visitor)).searchParams.get("state") ?? "";
  const [here, mixed, reader] = [visitorOf(app), visitorOf(app), visitorOf(app)];

  const answer = await here.open(refusal(provider.issuer, await stateOf(here)));
  const foreign = await mixed.open(refusal("https://evil.example", await stateOf(mixed)));
  const page = await reader.open(refusal(provider.issuer, await stateOf(reader)), { accept: "text/html" });

  expect(((await answer.json()) as { detail: object }).detail).toMatchObject({
    code: "sign_in_failed",
    errorDescription: said,
  });
  expect(await foreign.text()).not.toContain("onerror");
  expect(page.headers.get("content-type")).toStartWith("text/html");
  expect(await page.text()).toContain("“<bdi>&lt;img src=x onerror=alert(1)>⟨U+202E⟩evil</bdi>”");
});

test("nobody comes back to another site", async () => {
  for (const path of ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"]) {
    const here = visitorOf(app);
    const url = await begin(here, `/api/v2/session/oidc/authorize?return_to=${encodeURIComponent(path)}`);

    const answer = await here.open((await provider.login(url, { as: "ada" })).href);

    expect(answer.headers.get("location")).toBe(`${origin}/`);
  }
});

test("a provider that declines signs nobody in", async () => {
  const here = visitorOf(app);

  const callback = await provider.login(await begin(here), { as: "ada", decline: true });

  await expectRefusal(await here.open(callback.href), here);
});
