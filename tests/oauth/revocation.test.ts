import { describe, expect, test } from "bun:test";
import { Secret } from "#src/lib/secret.ts";
import { revokeToken } from "#src/oauth/revocation.ts";
import { type Answer, endless, fetch, startFake } from "#tests/oauth/support.ts";

const revocation = {
  client: {
    clientId: "me",
    clientSecret: new Secret("shh"),
    tokenEndpointAuthMethod: "client_secret_basic" as const,
  },
  token: new Secret("rt"),
  tokenType: "refresh_token" as const,
};

describe("revoking a token", () => {
  test("sends it, its type and the client's proof", async () => {
    let authorization: string | null = null;
    let body = "";
    using server = startFake({
      "/revoke": async (request) => {
        authorization = request.headers.get("authorization");
        body = await request.text();
        return new Response();
      },
    });

    const outcome = await revokeToken(fetch, {
      ...revocation,
      revocationEndpoint: `${server.origin}/revoke`,
    });

    expect(outcome).toBe("confirmed");
    expect(body).toBe("token=rt&token_type_hint=refresh_token");
    expect(authorization as string | null).toBe(`Basic ${btoa("me:shh")}`);
  });

  const outcomes: [what: string, answer: Answer, outcome: string][] = [
    ["200 and anything", new Response("<h1>Bye"), "confirmed"],
    ["200 and an endless body", () => endless(" "), "confirmed"],
    ["204", new Response(null, { status: 204 }), "confirmed"],
    [
      "unsupported_token_type",
      Response.json({ error: "unsupported_token_type" }, { status: 400 }),
      "unsupported",
    ],
    ["invalid_token", Response.json({ error: "invalid_token" }, { status: 400 }), "confirmed"],
    ["invalid_grant", Response.json({ error: "invalid_grant" }, { status: 400 }), "confirmed"],
    ["invalid_token, but with 401", Response.json({ error: "invalid_token" }, { status: 401 }), "failed"],
    ["invalid_request", Response.json({ error: "invalid_request" }, { status: 400 }), "failed"],
    ["invalid_client", Response.json({ error: "invalid_client" }, { status: 401 }), "failed"],
    ["503", new Response(null, { status: 503 }), "failed"],
    ["a redirect", Response.redirect("https://evil.example/"), "failed"],
    ["an endless refusal", () => new Response(endless(" ").body, { status: 400 }), "failed"],
  ];
  for (const [what, answer, outcome] of outcomes) {
    test(`is ${outcome} with ${what}`, async () => {
      using server = startFake({ "/revoke": answer });
      const revocationEndpoint = `${server.origin}/revoke`;

      expect((await revokeToken(fetch, { ...revocation, revocationEndpoint })) as string).toBe(outcome);
    });
  }

  test("is unsupported without an endpoint", async () => {
    expect(await revokeToken(fetch, { ...revocation, revocationEndpoint: null })).toBe("unsupported");
  });

  test("has failed where nothing may be reached", async () => {
    const revocationEndpoint = "https://10.0.0.1/revoke";

    expect(await revokeToken(fetch, { ...revocation, revocationEndpoint })).toBe("failed");
  });
});
