import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { credentials } from "#src/db/schema.ts";
import { testApp } from "#tests/support/app.ts";
import { authorize, comeBack, flowAt } from "#tests/support/authorizing.ts";
import { issueTokens, startFakeAuthorizationServer, startFakeProtected } from "#tests/support/fake-oauth.ts";

const app = await testApp({ RATE_LIMIT: "0" });
const { db } = app.deps;
const issuer = startFakeAuthorizationServer();
const remote = startFakeProtected(issuer);

afterEach(() => {
  issuer.answers = {};
  remote.refusal = null;
});
afterAll(async () => {
  await remote.stop();
  await issuer.stop();
});

const flow = () => flowAt(app, { url: remote.url, login: issuer.login });
const held = (serverId: number) => db.select().from(credentials).where(eq(credentials.serverId, serverId));
const tokenRequests = () => issuer.asked.filter(({ path }) => path === "/token").length;

/** What a browser gets, as a page and as JSON. */
async function asJson(callback: URL, cookies: string[]) {
  const headers = { accept: "application/json", cookie: cookies.join("; ") };
  const response = await app.handle(new Request(callback, { headers }));
  return { status: response.status, body: await response.json() };
}

describe("an answer by the authorization server", () => {
  const hostile = `<img src=x onerror=alert(1)>"'\u202e`;

  for (const [what, iss] of [
    ["another issuer", "https://evil.example"],
    ["the issuer with a slash more", `${issuer.issuer}/`],
    ["no issuer, though it promised one", null],
    ["two issuers", issuer.issuer],
  ] as const) {
    test(`with ${what} shows neither code nor error, and nothing is traded`, async () => {
      const { callback, cookies, server } = await flow();
      const before = tokenRequests();
      if (what === "two issuers") callback.searchParams.append("iss", iss ?? "");
      else if (iss === null) callback.searchParams.delete("iss");
      else callback.searchParams.set("iss", iss);
      callback.searchParams.set("code", "code-canary");
      callback.searchParams.set("error_description", "description-canary");

      const { status, body } = await asJson(callback, cookies);

      expect([status, body.detail.code]).toEqual([400, "bad_request"]);
      expect(JSON.stringify(body)).not.toContain("canary");
      expect(tokenRequests()).toBe(before);
      expect(await held(server.id)).toEqual([]);
    });
  }

  test("that is an error with markup is text, cleaned and escaped", async () => {
    const first = await flow();
    const second = await flow();
    for (const { callback } of [first, second]) {
      callback.searchParams.delete("code");
      callback.searchParams.set("error", `access_denied${hostile}`);
      callback.searchParams.set("error_description", `No.${hostile}`);
    }

    const json = await asJson(first.callback, first.cookies);
    const page = await comeBack(app, second.callback, ...second.cookies);
    const html = await page.text();

    expect([json.status, json.body.detail.code]).toEqual([409, "authorization_required"]);
    expect(json.body.detail.authorizeUrl).toBe(first.authorizeUrl);
    expect(json.body.detail.errorDescription).toBe(`No.<img src=x onerror=alert(1)>"'`);
    expect(page.status).toBe(409);
    expect(page.headers.get("content-security-policy")).toContain("script-src 'self'");
    expect(html).not.toContain("<img");
    expect(html).not.toContain("\u202e");
  });

  test.each([
    ["access_denied", "You stopped the sign-in at "],
    ["server_error", " did not let you in."],
  ])("with the error %s says whose doing it was", async (error, words) => {
    const { callback, cookies } = await flow();
    callback.searchParams.delete("code");
    callback.searchParams.set("error", error);

    const { body } = await asJson(callback, cookies);

    expect(body.detail).toMatchObject({ code: "authorization_required", error });
    expect(body.detail.message).toContain(words);
  });

  test("without code and error is refused", async () => {
    const { callback, cookies } = await flow();
    callback.searchParams.delete("code");

    const { status, body } = await asJson(callback, cookies);

    expect([status, body.detail.rule]).toEqual([400, "code_missing"]);
  });
});

const json =
  (body: unknown, status = 200) =>
  () =>
    Response.json(body, { status });
const tokens = { access_token: "a".repeat(40), token_type: "Bearer" };

describe("a token endpoint that answers the code with", () => {
  const failures: [what: string, answer: () => Response, status: number, code: string][] = [
    [
      "HTML",
      () => new Response("<h1>Hello", { headers: { "content-type": "text/html" } }),
      502,
      "upstream_failed",
    ],
    ["204", () => new Response(null, { status: 204 }), 502, "upstream_failed"],
    ["500", () => new Response("{}", { status: 500 }), 502, "upstream_failed"],
    ["half a document", () => new Response('{"access_token": "abc'), 502, "upstream_failed"],
    ["no token", json({ token_type: "Bearer" }), 502, "upstream_failed"],
    ["a number for a token", json({ ...tokens, access_token: 7 }), 502, "upstream_failed"],
    ["a token of another type", json({ ...tokens, token_type: "DPoP" }), 502, "upstream_failed"],
    ["a list", json([tokens]), 502, "upstream_failed"],
    ["a redirect", () => Response.redirect("https://evil.example/", 307), 502, "upstream_failed"],
    ["a code it does not know", json({ error: "invalid_grant" }, 400), 409, "authorization_required"],
    ["a client it does not know", json({ error: "invalid_client" }, 401), 409, "authorization_required"],
    ["another refusal", json({ error: "invalid_target" }, 400), 502, "upstream_failed"],
  ];
  for (const [what, answer, status, code] of failures) {
    test(`${what} connects nobody, and says so`, async () => {
      const { callback, cookies, server, ada, authorizeUrl } = await flow();
      issuer.answers["/token"] = answer;

      const refused = await asJson(callback, cookies);
      issuer.answers = {};
      const kept = await held(server.id);
      await authorize(app, ada, authorizeUrl, issuer);

      expect([refused.status, refused.body.detail.code]).toEqual([status, code]);
      expect(refused.body.detail.authorizeUrl).toBe(authorizeUrl);
      expect(kept).toEqual([]);
      expect((await ada.get(`mcp-servers/${server.id}/tools`)).status).toBe(200);
    });
  }

  const lives: [expiresIn: unknown, seconds: number | null][] = [
    [undefined, null],
    ["3600", 3_600],
    [-1, null],
    [0, null],
    [0.001, null],
    [90.9, 90],
    [1e15, 315_360_000],
    ["soon", null],
  ];
  for (const [expiresIn, seconds] of lives) {
    test(`expires_in ${JSON.stringify(expiresIn)} connects, ${seconds ?? "for no known number of"} seconds`, async () => {
      const { callback, cookies, server, ada } = await flow();
      issuer.answers["/token"] = ({ form }) =>
        Response.json({ ...issueTokens(issuer, form), expires_in: expiresIn });

      const answer = await comeBack(app, callback, ...cookies);
      const [row] = await held(server.id);

      expect(answer.status).toBe(303);
      if (seconds === null) expect(row?.expiresAt).toBeNull();
      else
        expect(Math.abs((row?.expiresAt?.getTime() ?? 0) - Date.now() - seconds * 1_000)).toBeLessThan(5_000);
      expect((await ada.get(`mcp-servers/${server.id}/tools`)).status).toBe(200);
    });
  }
});

test("tokens that the server then does not take are kept, and the person is told", async () => {
  const { callback, cookies, server, ada } = await flow();
  remote.refusal = '401 Bearer error="invalid_token"';

  const answer = await comeBack(app, callback, ...cookies);
  remote.refusal = null;
  const { body } = await ada.get(`mcp-servers/${server.id}`);
  const tested = await ada.post(`mcp-servers/${server.id}/test`);

  expect(answer.status).toBe(303);
  expect(answer.headers.getSetCookie().join()).toContain("sy_notice=connected_silently");
  expect(body).toMatchObject({ state: "AUTHORIZE", connection: "connected", lastTest: { success: false } });
  expect(tested.body).toMatchObject({ success: true, state: "READY", enabled: true });
});
