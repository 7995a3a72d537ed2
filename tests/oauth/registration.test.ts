import { describe, expect, test } from "bun:test";
import { type ClientDescription, clientMetadataDocument } from "#src/oauth/client-metadata.ts";
import { RegistrationError } from "#src/oauth/errors.ts";
import { registerClient } from "#src/oauth/registration.ts";
import { type Answer, endless, failure, fetch, startFake } from "#tests/oauth/support.ts";

const description: ClientDescription = {
  clientName: "Switchyard",
  clientUri: "https://app.example",
  redirectUri: "https://app.example/callback/1",
};
const register = (
  registrationEndpoint: string | null,
  methods: string[] = [],
  changes: Partial<ClientDescription> = {},
) =>
  registerClient(
    fetch,
    { registrationEndpoint, tokenEndpointAuthMethodsSupported: methods },
    { ...description, ...changes },
  );

describe("registering a client", () => {
  test("sends all that RFC 7591 wants, and no scope", async () => {
    let sent: unknown;
    using server = startFake({
      "/register": async (request) => {
        sent = await request.json();
        return Response.json({ client_id: "c1", client_secret: "s1" }, { status: 201 });
      },
    });

    await register(`${server.origin}/register`, ["client_secret_post", "none"]);

    expect(sent).toEqual({
      client_name: "Switchyard",
      client_uri: "https://app.example",
      redirect_uris: ["https://app.example/callback/1"],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "client_secret_post",
      application_type: "web",
    });
  });

  const answers: [
    fact: string,
    methods: string[],
    answer: object,
    expected: [string, string | null, string, number | null],
  ][] = [
    [
      "takes a secret and its end",
      [],
      { client_secret: "s", client_secret_expires_at: 2_000_000_000 },
      ["c", "s", "client_secret_basic", 2_000_000_000],
    ],
    [
      "takes 0 for never",
      [],
      { client_secret: "s", client_secret_expires_at: 0 },
      ["c", "s", "client_secret_basic", null],
    ],
    [
      "takes the end of time for never",
      [],
      { client_secret: "s", client_secret_expires_at: 1e300 },
      ["c", "s", "client_secret_basic", null],
    ],
    [
      "takes nonsense for never",
      [],
      { client_secret: "s", client_secret_expires_at: [] },
      ["c", "s", "client_secret_basic", null],
    ],
    [
      "lets the server choose another method",
      [],
      { client_secret: "s", token_endpoint_auth_method: "client_secret_post" },
      ["c", "s", "client_secret_post", null],
    ],
    ["is a public client where no secret comes", [], {}, ["c", null, "none", null]],
    ["keeps no secret that it will not use", ["none"], { client_secret: "s" }, ["c", null, "none", null]],
    [
      "takes redirect URIs with ours among them",
      ["none"],
      { redirect_uris: ["https://x.example", description.redirectUri] },
      ["c", null, "none", null],
    ],
  ];
  for (const [fact, methods, answer, [clientId, secret, method, expiresAt]] of answers) {
    test(fact, async () => {
      using server = startFake({
        "/register": Response.json({ client_id: "c", ...answer }, { status: 201 }),
      });

      const client = await register(`${server.origin}/register`, methods);

      expect(client.clientId).toBe(clientId);
      expect(client.clientSecret?.reveal() ?? null).toBe(secret);
      expect(client.tokenEndpointAuthMethod as string).toBe(method);
      expect(client.clientSecretExpiresAt).toEqual(expiresAt === null ? null : new Date(expiresAt * 1000));
    });
  }

  const failures: [what: string, answer: Answer, kind: string, code: string | null][] = [
    [
      "a refusal",
      Response.json({ error: "invalid_redirect_uri" }, { status: 400 }),
      "refused",
      "invalid_redirect_uri",
    ],
    [
      "a refusal in words of its own",
      Response.json({ error: "echo-of-secret" }, { status: 400 }),
      "refused",
      null,
    ],
    ["a page", new Response("<h1>Forbidden", { status: 403 }), "refused", null],
    ["500", new Response(null, { status: 500 }), "unavailable", null],
    ["429", new Response(null, { status: 429 }), "unavailable", null],
    ["a redirect", Response.redirect("https://evil.example/", 307), "unavailable", null],
    ["an endless answer", () => endless(" "), "unavailable", null],
    ["no JSON", new Response("Created", { status: 201 }), "unusable", null],
    ["no identifier", Response.json({ client_secret: "s" }, { status: 201 }), "unusable", null],
    ["a number for identifier", Response.json({ client_id: 7 }, { status: 201 }), "unusable", null],
    [
      "a method that we do not have",
      Response.json({ client_id: "c", token_endpoint_auth_method: "private_key_jwt" }),
      "unusable",
      null,
    ],
    [
      "a method without its secret",
      Response.json({ client_id: "c", token_endpoint_auth_method: "client_secret_basic" }),
      "unusable",
      null,
    ],
    [
      "another redirect URI",
      Response.json({ client_id: "c", redirect_uris: ["https://evil.example"] }),
      "unusable",
      null,
    ],
  ];
  for (const [what, answer, kind, code] of failures) {
    test(`ends as ${kind} with ${what}`, async () => {
      using server = startFake({ "/register": answer });

      const error = await failure(RegistrationError, register(`${server.origin}/register`));

      expect([error.kind as string, error.code, error.stage]).toEqual([kind, code, "http"]);
      expect(error.message).not.toMatch(/evil|echo/);
    });
  }

  test("is refused without an endpoint, and where no method is ours", async () => {
    expect((await failure(RegistrationError, register(null))).kind).toBe("refused");
    expect(
      (await failure(RegistrationError, register("https://as.example/r", ["tls_client_auth"]))).kind,
    ).toBe("refused");
  });

  for (const host of ["127.0.0.1:3000", "localhost:3000", "[::1]:3000"]) {
    test(`is for a native client where we are at ${host}`, async () => {
      let type: unknown;
      using server = startFake({
        "/register": async (request) => {
          type = ((await request.json()) as { application_type: string }).application_type;
          return Response.json({ client_id: "c" });
        },
      });

      await register(`${server.origin}/register`, ["none"], { redirectUri: `http://${host}/callback` });

      expect(type).toBe("native");
    });
  }
});

describe("the Client ID Metadata Document", () => {
  test("names itself, and a public client without secret", () => {
    const clientId = "https://app.example/oauth/client-metadata/1.json";

    expect(clientMetadataDocument(clientId, { ...description, clientUri: null })).toEqual({
      client_id: clientId,
      client_name: "Switchyard",
      redirect_uris: ["https://app.example/callback/1"],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
      application_type: "web",
    });
  });
});
