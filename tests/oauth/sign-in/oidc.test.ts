import { describe, expect, test } from "bun:test";
import { type JWTPayload, SignJWT, UnsecuredJWT } from "jose";
import { DiscoveryError } from "#src/oauth/errors.ts";
import { oidc } from "#src/oauth/sign-in/oidc.ts";
import {
  begun,
  claimsOf,
  client,
  clientId,
  fakeProvider,
  key,
  makeKey,
  redirectUri,
  refusal,
  tokens,
} from "#tests/oauth/sign-in/support.ts";
import { type Answer, endless, fetch } from "#tests/oauth/support.ts";

const metadataOf = (origin: string, changes: object = {}) => ({
  issuer: origin,
  authorization_endpoint: `${origin}/authorize`,
  token_endpoint: `${origin}/token`,
  jwks_uri: `${origin}/keys`,
  userinfo_endpoint: `${origin}/userinfo`,
  ...changes,
});

type Changes = {
  metadata?: (origin: string) => Answer;
  keys?: Answer;
  userinfo?: Answer;
  idToken?: (claims: JWTPayload) => string | Promise<string>;
  claims?: (origin: string) => Record<string, unknown>;
  token?: object;
};

/** One whole sign-in at a provider that keeps every rule but the changed ones. */
async function signIn({ metadata, keys, userinfo, idToken = key.sign, claims, token }: Changes = {}) {
  using fake = fakeProvider((origin) => ({
    "/.well-known/openid-configuration": metadata?.(origin) ?? metadataOf(origin),
    "/keys": keys ?? { keys: [key.jwk] },
    "/userinfo": userinfo ?? { sub: "person-1", email: "ada@example.com", email_verified: true, name: "Ada" },
  }));
  const provider = oidc({ ...client, issuer: fake.origin });
  const answer = await begun(provider);
  const made = claimsOf(fake.origin, answer.nonce, claims?.(fake.origin));
  fake.answers["/token"] = tokens(await idToken(made), token);
  const person = await provider.finish(fetch, answer);
  return { person, requests: fake.requests, origin: fake.origin };
}

test("a person is known by issuer and subject; address and name come from the userinfo", async () => {
  const { person, requests, origin } = await signIn();

  expect(person).toEqual({ subject: `${origin}#person-1`, verifiedEmail: "ada@example.com", name: "Ada" });
  expect(requests).toEqual([
    "GET /.well-known/openid-configuration",
    "POST /token",
    "GET /keys",
    "GET /userinfo",
  ]);
});

test("the userinfo is not asked where the ID token has the address, and vouches for none of it", async () => {
  const { person, requests } = await signIn({ claims: () => ({ email: "ada@example.com" }) });

  expect(person.verifiedEmail).toBeNull();
  expect(requests).not.toContain("GET /userinfo");
});

for (const email_verified of [false, "false", 1, "yes", null, {}]) {
  test(`an address with ${JSON.stringify(email_verified)} is not verified`, async () => {
    const { person } = await signIn({ claims: () => ({ email: "ada@example.com", email_verified }) });

    expect(person.verifiedEmail).toBeNull();
  });
}

describe("an ID token is refused", () => {
  const now = Math.floor(Date.now() / 1000);

  test.each<[string, NonNullable<Changes["claims"]>]>([
    ["of another sign-in", () => ({ nonce: "another" })],
    ["without a nonce", () => ({ nonce: undefined })],
    ["of another issuer", () => ({ iss: "https://evil.example" })],
    ["of an issuer that only begins alike", (origin) => ({ iss: `${origin}.evil.example` })],
    ["for another client", () => ({ aud: "somebody" })],
    ["for us among others", () => ({ aud: [clientId, "somebody"] })],
    ["authorized for another client", () => ({ aud: [clientId, "somebody"], azp: "somebody" })],
    ["for nobody", () => ({ aud: undefined })],
    ["that has expired", () => ({ exp: now - 120 })],
    ["that never expires", () => ({ exp: undefined })],
    ["that is not yet good", () => ({ nbf: now + 600 })],
    ["without a time", () => ({ iat: undefined })],
    ["that names nobody", () => ({ sub: undefined })],
    ["that names nobody by an empty text", () => ({ sub: "" })],
    ["that names somebody at length", () => ({ sub: "x".repeat(256) })],
  ])("%s", async (_, claims) => {
    expect((await refusal(signIn({ claims }))).kind).toBe("untrusted");
  });

  test("without a signature", async () => {
    expect((await refusal(signIn({ idToken: (claims) => new UnsecuredJWT(claims).encode() }))).kind).toBe(
      "untrusted",
    );
  });

  test("signed with the client secret, or with the public key as one", async () => {
    for (const secret of [client.clientSecret.padEnd(32), JSON.stringify(key.jwk)]) {
      const idToken = (claims: JWTPayload) =>
        new SignJWT(claims)
          .setProtectedHeader({ alg: "HS256", kid: "one" })
          .sign(new TextEncoder().encode(secret));

      expect((await refusal(signIn({ idToken }))).kind).toBe("untrusted");
    }
  });

  test("signed by somebody else under the same key id, or under their own key in the header", async () => {
    const other = await makeKey("one");

    expect((await refusal(signIn({ idToken: other.sign }))).kind).toBe("untrusted");
    const idToken = (claims: JWTPayload) => other.sign(claims, { jwk: other.jwk });
    expect((await refusal(signIn({ idToken }))).kind).toBe("untrusted");
  });

  test("changed after it was signed", async () => {
    const idToken = async (claims: JWTPayload) => {
      const [header, , signature] = (await key.sign(claims)).split(".");
      const changed = Buffer.from(JSON.stringify({ ...claims, sub: "victim" })).toString("base64url");
      return `${header}.${changed}.${signature}`;
    };

    expect((await refusal(signIn({ idToken }))).kind).toBe("untrusted");
  });

  for (const idToken of ["", "a", "a.b.c", "null", "e30.e30.", `${"x".repeat(70_000)}`]) {
    test(`that reads ${idToken.slice(0, 10)}`, async () => {
      expect((await refusal(signIn({ idToken: () => idToken }))).kind).toBe("untrusted");
    });
  }

  test("that is no text, or is missing", async () => {
    expect((await refusal(signIn({ token: { id_token: { sub: "ada" } } }))).kind).toBe("untrusted");
    expect((await refusal(signIn({ token: { id_token: null } }))).kind).toBe("untrusted");
  });
});

describe("keys", () => {
  test("that were exchanged since the last sign-in count at once", async () => {
    const newer = await makeKey("two", "ES256");

    const { person } = await signIn({ idToken: newer.sign, keys: { keys: [key.jwk, newer.jwk] } });

    expect(person.verifiedEmail).toBe("ada@example.com");
  });

  test.each<[string, Answer, string]>([
    ["are an error", new Response("no", { status: 500 }), "unavailable"],
    ["are a page", new Response("<html>"), "unavailable"],
    ["never end", endless("[ "), "unavailable"],
    ["are none", { keys: [] }, "untrusted"],
    ["are no list", { keys: "one" }, "untrusted"],
    ["are broken", { keys: [{ kid: "one", kty: "RSA", n: "!", e: "AQAB", alg: "RS256" }] }, "untrusted"],
    ["are a shared secret", { keys: [{ kid: "one", kty: "oct", k: "AAAA", alg: "HS256" }] }, "untrusted"],
  ])("that %s sign nobody in", async (_, keys, kind) => {
    expect((await refusal(signIn({ keys }))).kind as string).toBe(kind);
  });
});

test.each<[string, Answer, string]>([
  ["is about somebody else", { sub: "victim", email: "ada@example.com", email_verified: true }, "untrusted"],
  ["is about nobody", { email: "ada@example.com", email_verified: true }, "untrusted"],
  ["is a list", [{ sub: "person-1" }], "untrusted"],
  ["is an error", new Response("no", { status: 401 }), "unavailable"],
  ["is elsewhere", Response.redirect("http://127.0.0.1:1/"), "unavailable"],
])("userinfo that %s signs nobody in", async (_, userinfo, kind) => {
  expect((await refusal(signIn({ userinfo }))).kind as string).toBe(kind);
});

describe("metadata", () => {
  test.each<[string, (origin: string) => Answer, string]>([
    ["names another issuer", (origin) => metadataOf(origin, { issuer: "https://evil.example" }), "untrusted"],
    ["names the issuer with a slash", (origin) => metadataOf(origin, { issuer: `${origin}/` }), "untrusted"],
    ["has no keys", (origin) => metadataOf(origin, { jwks_uri: undefined }), "untrusted"],
    ["is no object", () => [], "untrusted"],
    ["is a page", () => new Response("<html>"), "unavailable"],
    ["is not there", () => new Response("no", { status: 404 }), "unavailable"],
    ["never ends", () => endless("[ "), "unavailable"],
    ["would become a prototype", () => new Response('{"__proto__":{"issuer":"x"}}'), "unavailable"],
  ])("that %s is refused before anybody is sent there", async (_, metadata, kind) => {
    expect((await refusal(signIn({ metadata }))).kind as string).toBe(kind);
  });

  for (const field of ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"]) {
    test.each([
      "javascript:alert(1)",
      "http://login.example.com/",
      "https://u:p@login.example.com/",
      "https://10.0.0.1/",
    ])(`that names ${field} %s is refused`, async (url) => {
      const failing = signIn({ metadata: (origin) => metadataOf(origin, { [field]: url }) });

      await expect(failing).rejects.toBeInstanceOf(DiscoveryError);
    });
  }

  test("is kept for a while, but not where it was refused", async () => {
    using fake = fakeProvider((origin) => ({
      "/.well-known/openid-configuration": metadataOf(origin, { issuer: "x" }),
    }));
    const provider = oidc({ ...client, issuer: fake.origin });
    await refusal(provider.begin(fetch, redirectUri));
    fake.answers["/.well-known/openid-configuration"] = metadataOf(fake.origin);

    await provider.begin(fetch, redirectUri);
    await provider.begin(fetch, redirectUri);

    expect(fake.requests).toHaveLength(2);
  });
});

test("what stands in the authorization endpoint's own address cannot take the place of ours", async () => {
  using fake = fakeProvider((origin) => ({
    "/.well-known/openid-configuration": metadataOf(origin, {
      authorization_endpoint: `${origin}/authorize?nonce=theirs&state=theirs&tenant=1`,
    }),
  }));

  const { url, nonce } = await oidc({ ...client, issuer: fake.origin }).begin(fetch, redirectUri);

  const { searchParams } = new URL(url);
  expect(searchParams.getAll("nonce")).toEqual([nonce]);
  expect(searchParams.getAll("state")).not.toContain("theirs");
  expect(searchParams.get("tenant")).toBe("1");
});
