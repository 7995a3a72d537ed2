import { describe, expect, test } from "bun:test";
import {
  authorizationServerUrls,
  findAuthorizationServer,
  isSameIssuer,
} from "#src/oauth/authorization-server.ts";
import { DiscoveryError } from "#src/oauth/errors.ts";
import { failure, fetch, metadata, startFake } from "#tests/oauth/support.ts";

const OAUTH = "/.well-known/oauth-authorization-server";
const OPENID = "/.well-known/openid-configuration";
const reach = { fetch, signal: new AbortController().signal };
const find = (issuer: string, allowMissingPkceMetadata = false) =>
  findAuthorizationServer(reach, issuer, { allowMissingPkceMetadata });

describe("well-known places", () => {
  const cases: [issuer: string, places: string[]][] = [
    ["https://as.example", [OAUTH, OPENID]],
    ["https://as.example/", [OAUTH, OPENID]],
    ["https://as.example/a/b", [`${OAUTH}/a/b`, `${OPENID}/a/b`, `/a/b${OPENID}`]],
    ["https://as.example/a/", [`${OAUTH}/a`, `${OPENID}/a`, `/a${OPENID}`]],
  ];
  for (const [issuer, places] of cases) {
    test(`of ${issuer} are asked in the prescribed order`, () => {
      expect(authorizationServerUrls(new URL(issuer))).toEqual(
        places.map((place) => `https://as.example${place}`),
      );
    });
  }
});

describe("an issuer", () => {
  const cases: [listed: string, published: string, isSame: boolean][] = [
    ["https://as.example", "https://as.example", true],
    ["https://as.example/", "https://as.example", true],
    ["https://as.example", "https://as.example/", true],
    ["https://as.example/a", "https://as.example/a/", false],
    ["https://as.example/a/", "https://as.example/a", false],
    ["https://as.example", "https://AS.example", false],
    ["https://as.example", "https://as.example:443", false],
    ["https://as.example", "http://as.example", false],
    ["https://as.example", "https://as.example//", false],
    ["https://as.example", "https://as.example.evil.example", false],
  ];
  for (const [listed, published, isSame] of cases) {
    test(`listed as ${listed} ${isSame ? "is" : "is not"} ${published}`, () => {
      expect(isSameIssuer(listed, published)).toBe(isSame);
    });
  }
});

describe("authorization server metadata", () => {
  test("gives what is known, and nothing else", async () => {
    using fake = startFake();
    fake.answers[OAUTH] = metadata(fake.origin, {
      revocation_endpoint: `${fake.origin}/revoke`,
      scopes_supported: ["a", "not valid", "b"],
      token_endpoint_auth_methods_supported: ["none"],
      client_id_metadata_document_supported: true,
      authorization_response_iss_parameter_supported: true,
      something_else: { deep: true },
    });

    expect(await find(fake.origin)).toEqual({
      metadataUrl: `${fake.origin}${OAUTH}`,
      issuer: fake.origin,
      authorizationEndpoint: `${fake.origin}/authorize`,
      tokenEndpoint: `${fake.origin}/token`,
      registrationEndpoint: `${fake.origin}/register`,
      revocationEndpoint: `${fake.origin}/revoke`,
      scopesSupported: ["a", "b"],
      codeChallengeMethodsSupported: ["S256"],
      tokenEndpointAuthMethodsSupported: ["none"],
      clientIdMetadataDocumentSupported: true,
      authorizationResponseIssParameterSupported: true,
    });
  });

  test("does without what is optional, absent or null", async () => {
    using fake = startFake();
    const changes = {
      registration_endpoint: null,
      scopes_supported: null,
      response_types_supported: undefined,
    };
    fake.answers[OAUTH] = metadata(fake.origin, changes);

    expect(await find(fake.origin)).toMatchObject({
      registrationEndpoint: null,
      revocationEndpoint: null,
      scopesSupported: [],
      tokenEndpointAuthMethodsSupported: [],
      clientIdMetadataDocumentSupported: false,
      authorizationResponseIssParameterSupported: false,
    });
  });

  for (const place of [`${OAUTH}/tenant`, `${OPENID}/tenant`, `/tenant${OPENID}`]) {
    test(`is found at ${place}`, async () => {
      using fake = startFake();
      fake.answers[place] = metadata(`${fake.origin}/tenant`);

      expect((await find(`${fake.origin}/tenant`))?.metadataUrl).toBe(`${fake.origin}${place}`);
      expect(fake.requests.at(-1)).toBe(`GET ${place}`);
    });
  }

  test("that is nowhere is null", async () => {
    using fake = startFake();

    expect(await find(fake.origin)).toBeNull();
  });

  test("is found behind a place that answers with a page or an error", async () => {
    using fake = startFake();
    fake.answers[`${OAUTH}/tenant`] = new Response("<!doctype html><h1>Welcome");
    fake.answers[`${OPENID}/tenant`] = new Response(null, { status: 500 });
    fake.answers[`/tenant${OPENID}`] = metadata(`${fake.origin}/tenant`);

    expect((await find(`${fake.origin}/tenant`))?.issuer).toBe(`${fake.origin}/tenant`);
  });

  test("that is nowhere else leaves the error of the first place", async () => {
    using fake = startFake({ [OAUTH]: new Response(null, { status: 500 }) });

    expect((await failure(DiscoveryError, find(fake.origin))).rule).toBe("metadata_status");
  });

  test("of another issuer ends the search", async () => {
    using fake = startFake();
    fake.answers[OAUTH] = metadata(fake.origin, { issuer: "https://evil.example" });
    fake.answers[OPENID] = metadata(fake.origin);

    const error = await failure(DiscoveryError, find(fake.origin));

    expect(error.rule).toBe("issuer_identical");
    expect(error.message).not.toContain("evil");
    expect(fake.requests).toEqual([`GET ${OAUTH}`]);
  });

  const broken: [what: string, changes: Record<string, unknown>, rule: string][] = [
    ["no issuer", { issuer: undefined }, "metadata_shape"],
    ["no token endpoint", { token_endpoint: undefined }, "metadata_shape"],
    ["an empty authorization endpoint", { authorization_endpoint: "" }, "metadata_shape"],
    ["a number for an endpoint", { token_endpoint: 7 }, "metadata_shape"],
    ["an endpoint that is no URL", { token_endpoint: "/token" }, "metadata_shape"],
    ["an endpoint with a user name", { token_endpoint: "https://a:b@as.example/token" }, "metadata_shape"],
    [
      "an endpoint with a fragment",
      { authorization_endpoint: "https://as.example/authorize#x" },
      "metadata_shape",
    ],
    ["an endless endpoint", { token_endpoint: `https://as.example/${"x".repeat(3_000)}` }, "metadata_shape"],
    ["a line break in an endpoint", { token_endpoint: "https://as.example/to\nken" }, "metadata_shape"],
    ["an http authorization endpoint", { authorization_endpoint: "http://as.example/authorize" }, "https"],
    ["an http token endpoint", { token_endpoint: "http://as.example/token" }, "https"],
    ["a javascript: authorization endpoint", { authorization_endpoint: "javascript:alert(1)" }, "https"],
    ["a data: registration endpoint", { registration_endpoint: "data:text/html,x" }, "https"],
    ["a file: revocation endpoint", { revocation_endpoint: "file:///etc/passwd" }, "https"],
    ["a token endpoint inside", { token_endpoint: "https://169.254.169.254/token" }, "egress_policy"],
    ["an authorization endpoint inside", { authorization_endpoint: "https://192.168.1.1/" }, "egress_policy"],
    ["a list of numbers for scopes", { scopes_supported: [1, 2] }, "metadata_shape"],
    ["a text for scopes", { scopes_supported: "a b" }, "metadata_shape"],
    ["an object for auth methods", { token_endpoint_auth_methods_supported: {} }, "metadata_shape"],
    ["a text for a flag", { authorization_response_iss_parameter_supported: "true" }, "metadata_shape"],
    ["no code flow", { response_types_supported: ["token"] }, "response_type_code"],
    ["no word about PKCE", { code_challenge_methods_supported: undefined }, "pkce_s256"],
    ["no PKCE method", { code_challenge_methods_supported: [] }, "pkce_s256"],
    ["plain PKCE alone", { code_challenge_methods_supported: ["plain"] }, "pkce_s256"],
  ];
  for (const [what, changes, rule] of broken) {
    test(`with ${what} breaks the rule ${rule}`, async () => {
      using fake = startFake();
      fake.answers[OAUTH] = metadata(fake.origin, changes);

      const error = await failure(DiscoveryError, find(fake.origin));

      expect([error.rule as string, error.message.includes("evil")]).toEqual([rule, false]);
    });
  }

  test("without a word about PKCE passes where an admin allowed it; with the wrong word it does not", async () => {
    using fake = startFake();
    fake.answers[OAUTH] = metadata(fake.origin, { code_challenge_methods_supported: undefined });
    const allowed = await find(fake.origin, true);
    fake.answers[OAUTH] = metadata(fake.origin, { code_challenge_methods_supported: ["plain"] });

    expect(allowed?.codeChallengeMethodsSupported).toEqual([]);
    expect((await failure(DiscoveryError, find(fake.origin, true))).rule).toBe("pkce_s256");
  });
});
