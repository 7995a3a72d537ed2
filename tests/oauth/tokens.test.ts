import { describe, expect, test } from "bun:test";
import { Secret } from "#src/lib/secret.ts";
import type { Client } from "#src/oauth/client-authentication.ts";
import { TokenError } from "#src/oauth/errors.ts";
import { type CodeExchange, exchangeCode } from "#src/oauth/exchange.ts";
import { type Refresh, refreshTokens } from "#src/oauth/refresh.ts";
import { type Answer, endless, failure, fetch, startFake } from "#tests/oauth/support.ts";

const client: Client = {
  clientId: "client-1",
  clientSecret: new Secret("client-canary"),
  tokenEndpointAuthMethod: "client_secret_post",
};
const shared = { client, resource: "https://mcp.example/mcp", scopes: ["a", "b"], tokenParameters: {} };
const exchange: Omit<CodeExchange, "tokenEndpoint"> = {
  ...shared,
  code: "code-canary",
  codeVerifier: new Secret("verifier-canary"),
  redirectUri: "https://app.example/callback",
};
const refresh: Omit<Refresh, "tokenEndpoint"> = { ...shared, refreshToken: new Secret("refresh-canary") };
const answer = (changes: object = {}) => ({ access_token: "at", token_type: "Bearer", ...changes });

async function exchangeWith(reply: Answer, changes: Partial<CodeExchange> = {}) {
  using server = startFake({ "/token": reply });
  return await exchangeCode(fetch, { ...exchange, tokenEndpoint: `${server.origin}/token`, ...changes });
}

async function refreshWith(reply: Answer, changes: Partial<Refresh> = {}) {
  using server = startFake({ "/token": reply });
  return await refreshTokens(fetch, { ...refresh, tokenEndpoint: `${server.origin}/token`, ...changes });
}

/** What the token endpoint got. */
async function sent(send: (reply: Answer) => Promise<unknown>) {
  let headers = new Headers();
  let form = new URLSearchParams();
  await send(async (request) => {
    headers = request.headers;
    form = new URLSearchParams(await request.text());
    return Response.json(answer());
  });
  return { headers, form };
}

describe("the exchange", () => {
  test("sends the grant, the resource and the client's proof, each once, as a form", async () => {
    const { headers, form } = await sent((reply) => exchangeWith(reply));

    expect(headers.get("content-type")).toBe("application/x-www-form-urlencoded");
    expect([...form].sort()).toEqual([
      ["client_id", "client-1"],
      ["client_secret", "client-canary"],
      ["code", "code-canary"],
      ["code_verifier", "verifier-canary"],
      ["grant_type", "authorization_code"],
      ["redirect_uri", "https://app.example/callback"],
      ["resource", "https://mcp.example/mcp"],
    ]);
  });

  test("sends no resource where an admin turned it off", async () => {
    const { form } = await sent((reply) => exchangeWith(reply, { resource: null }));

    expect(form.has("resource")).toBe(false);
  });

  test("sends an admin's parameters, which replace none of ours", async () => {
    const ours = {
      code: "x",
      grant_type: "x",
      resource: "x",
      client_id: "x",
      client_secret: "x",
      scope: "x",
    };
    const tokenParameters = { audience: "api", ...ours, client_assertion: "x" };

    const { form } = await sent((reply) => exchangeWith(reply, { tokenParameters, resource: null }));

    expect(form.get("audience")).toBe("api");
    expect([...form.values()]).not.toContain("x");
  });
});

describe("the refresh", () => {
  test("sends the token and the resource, and no scope, so that the grant stays as it is", async () => {
    const { form } = await sent((reply) => refreshWith(reply));

    expect([...form].sort()).toEqual([
      ["client_id", "client-1"],
      ["client_secret", "client-canary"],
      ["grant_type", "refresh_token"],
      ["refresh_token", "refresh-canary"],
      ["resource", "https://mcp.example/mcp"],
    ]);
  });

  test("keeps the old refresh token where no new one comes", async () => {
    const kept = await refreshWith(answer());
    const rotated = await refreshWith(answer({ refresh_token: "rt2" }));

    expect(kept.refreshToken.reveal()).toBe("refresh-canary");
    expect(rotated.refreshToken.reveal()).toBe("rt2");
  });

  test("keeps the granted scopes unless the server says otherwise", async () => {
    expect((await refreshWith(answer())).scopes).toEqual(["a", "b"]);
    expect((await refreshWith(answer({ scope: "a" }))).scopes).toEqual(["a"]);
  });
});

describe("a token", () => {
  const shapes: [fact: string, changes: object, refreshToken: string | null, scopes: string[]][] = [
    ["may come alone, with what was asked for", {}, null, ["a", "b"]],
    ["comes with what was granted", { refresh_token: "rt", scope: "b c" }, "rt", ["b", "c"]],
    ["knows no case in its type", { token_type: "bEARER" }, null, ["a", "b"]],
    ["may come with an empty refresh token, which is none", { refresh_token: "" }, null, ["a", "b"]],
    [
      "may come with null, which is nothing",
      { refresh_token: null, scope: null, expires_in: null },
      null,
      ["a", "b"],
    ],
    ["may be granted nothing", { scope: "" }, null, []],
  ];
  for (const [fact, changes, refreshToken, scopes] of shapes) {
    test(fact, async () => {
      const tokens = await exchangeWith(answer(changes));

      expect(tokens.accessToken.reveal()).toBe("at");
      expect(tokens.refreshToken?.reveal() ?? null).toBe(refreshToken);
      expect(tokens.scopes).toEqual(scopes);
    });
  }

  test("may come with 201", async () => {
    expect((await exchangeWith(Response.json(answer(), { status: 201 }))).accessToken.reveal()).toBe("at");
  });

  const tenYears = 10 * 365 * 24 * 60 * 60;
  const lifetimes: [expiresIn: unknown, seconds: number | null][] = [
    [3_600, 3_600],
    [0.5, null],
    [0.001, null],
    [90.9, 90],
    ["90.9", null],
    ["3600", 3_600],
    [1e12, tenYears],
    ["999999999999999", tenYears],
    [undefined, null],
    [0, null],
    [-1, null],
    ["-1", null],
    ["soon", null],
    ["1e9999", null],
    [true, null],
    [{}, null],
  ];
  for (const [expiresIn, seconds] of lifetimes) {
    const life = seconds === null ? "until the server says no" : `${seconds} seconds`;
    test(`with expires_in ${JSON.stringify(expiresIn)} lives ${life}`, async () => {
      const before = Date.now();

      const { expiresAt } = await exchangeWith(answer({ expires_in: expiresIn }));

      if (seconds === null) expect(expiresAt).toBeNull();
      else expect(Math.abs((expiresAt?.getTime() ?? 0) - before - seconds * 1000)).toBeLessThan(1_000);
    });
  }

  test("with an expires_in that is no number of JSON's lives at most ten years", async () => {
    const { expiresAt } = await exchangeWith(
      new Response('{"access_token": "at", "token_type": "bearer", "expires_in": 1e9999}'),
    );

    expect(expiresAt?.getTime()).toBeLessThan(Date.now() + tenYears * 1000 + 1);
  });

  test("is not shown by what prints it", async () => {
    const tokens = await exchangeWith(answer({ access_token: "at-canary", refresh_token: "rt-canary" }));

    expect(JSON.stringify(tokens) + Bun.inspect(tokens)).not.toContain("canary");
  });
});

describe("a token endpoint's failure", () => {
  const error = (code: unknown, status = 400) =>
    Response.json({ error: code, error_description: "x" }, { status });
  const failures: [what: string, reply: Answer, kind: TokenError["kind"], code: string | null][] = [
    ["invalid_grant", error("invalid_grant"), "invalid_grant", "invalid_grant"],
    ["invalid_client", error("invalid_client", 401), "invalid_client", "invalid_client"],
    ["GitHub's refusal with 200", error("bad_refresh_token", 200), "invalid_grant", "invalid_grant"],
    ["invalid_scope", error("invalid_scope"), "refused", "invalid_scope"],
    ["invalid_target", error("invalid_target"), "refused", "invalid_target"],
    ["invalid_request", error("invalid_request"), "refused", "invalid_request"],
    ["unsupported_grant_type", error("unsupported_grant_type"), "refused", "unsupported_grant_type"],
    ["unauthorized_client", error("unauthorized_client"), "invalid_client", "unauthorized_client"],
    ["invalid_client with 400", error("invalid_client"), "invalid_client", "invalid_client"],
    ["invalid_grant with 403", error("invalid_grant", 403), "invalid_grant", "invalid_grant"],
    ["an unknown error", error("made_up"), "unavailable", null],
    ["an unknown error with 200", error("maintenance", 200), "unavailable", null],
    ["a word that objects inherit", error("constructor"), "unavailable", null],
    ["a code of another endpoint's", error("access_denied"), "unavailable", "access_denied"],
    ["a framework's 404", error("Not Found", 404), "unavailable", null],
    [
      "invalid_grant with 404, which is no token endpoint",
      error("invalid_grant", 404),
      "unavailable",
      "invalid_grant",
    ],
    ["a gateway's 403", error("Forbidden", 403), "unavailable", null],
    ["a gateway's 401", error("Unauthorized", 401), "unavailable", null],
    ["slow_down", error("slow_down"), "unavailable", null],
    ["an error that is no text", error({ code: "invalid_grant" }), "unavailable", null],
    ["a page with 400", new Response("<h1>Bad", { status: 400 }), "unavailable", null],
    ["temporarily_unavailable", error("temporarily_unavailable"), "unavailable", "temporarily_unavailable"],
    ["invalid_grant with 503, which is trouble", error("invalid_grant", 503), "unavailable", "invalid_grant"],
    ["500", new Response(null, { status: 500 }), "unavailable", null],
    ["429", new Response(null, { status: 429 }), "unavailable", null],
    ["408", new Response(null, { status: 408 }), "unavailable", null],
    ["204", new Response(null, { status: 204 }), "unavailable", null],
    ["a page with 200", new Response("<h1>Maintenance"), "unavailable", null],
    ["a cut-off answer", new Response('{"access_token": "a'), "unavailable", null],
    ["an endless answer", () => endless(" "), "unavailable", null],
    ["a redirect", Response.redirect("https://evil.example/", 307), "unavailable", null],
    ["a list", [], "unavailable", null],
    ["no token", { token_type: "Bearer" }, "unavailable", null],
    ["a number for token", answer({ access_token: 7 }), "unavailable", null],
    ["an empty token", answer({ access_token: "" }), "unavailable", null],
    ["a token with a line break", answer({ access_token: "a\r\nb: c" }), "unavailable", null],
    ["a token that no header holds", answer({ access_token: "x".repeat(20_000) }), "unavailable", null],
    ["no type", answer({ token_type: undefined }), "unavailable", null],
    ["another type", answer({ token_type: "DPoP" }), "unavailable", null],
    ["a number for refresh token", answer({ refresh_token: 7 }), "unavailable", null],
    ["a refresh token with a line break", answer({ refresh_token: "a\nb" }), "unavailable", null],
    ["a list for scope", answer({ scope: ["a"] }), "unavailable", null],
    [
      "__proto__",
      new Response('{"__proto__": {"access_token": "at", "token_type": "bearer"}}'),
      "unavailable",
      null,
    ],
  ];
  for (const [what, reply, kind, code] of failures) {
    test(`with ${what} is ${kind}`, async () => {
      const exchanging = await failure(TokenError, exchangeWith(reply));
      const refreshing = await failure(TokenError, refreshWith(reply));

      expect([exchanging.kind, exchanging.code]).toEqual([kind, code]);
      expect([refreshing.kind, refreshing.code]).toEqual([kind, code]);
    });
  }

  const doubts: [what: string, reply: Answer, mayHaveWorked: boolean][] = [
    ["invalid_grant", error("invalid_grant"), false],
    ["429", new Response(null, { status: 429 }), false],
    ["an unknown error", error("made_up"), false],
    ["500", new Response(null, { status: 500 }), true],
    ["a cut-off answer", new Response('{"access_token": "a'), true],
    ["tokens that cannot be used", answer({ access_token: 7 }), true],
  ];
  for (const [what, reply, mayHaveWorked] of doubts) {
    test(`with ${what} ${mayHaveWorked ? "may have used up" : "leaves"} what was sent`, async () => {
      expect((await failure(TokenError, refreshWith(reply))).mayHaveWorked).toBe(mayHaveWorked);
    });
  }

  test("tells the stage where nothing could be reached", async () => {
    const gone = startFake();
    gone[Symbol.dispose]();

    const closed = await failure(
      TokenError,
      refreshTokens(fetch, { ...refresh, tokenEndpoint: `${gone.origin}/token` }),
    );
    const inside = await failure(
      TokenError,
      refreshTokens(fetch, { ...refresh, tokenEndpoint: "https://10.0.0.1/token" }),
    );

    expect([closed.kind, closed.stage]).toEqual(["unavailable", "connect"]);
    expect([inside.kind, inside.stage]).toEqual(["unavailable", "dns"]);
    expect([closed.mayHaveWorked, inside.mayHaveWorked]).toEqual([false, false]);
  });

  for (const status of [200, 400, 500]) {
    test(`with status ${status} and everything we sent in it shows none of that`, async () => {
      const echo: Answer = async (request) => {
        const all = `${await request.text()} client-canary`;
        return Response.json({ error: all, error_description: all, token_type: all }, { status });
      };

      const exchanging = await failure(TokenError, exchangeWith(echo));
      const refreshing = await failure(TokenError, refreshWith(echo));

      expect(Bun.inspect(exchanging) + Bun.inspect(refreshing)).not.toContain("-canary");
    });
  }
});
