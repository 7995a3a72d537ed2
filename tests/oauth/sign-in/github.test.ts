import { expect, test } from "bun:test";
import { TokenError } from "#src/oauth/errors.ts";
import { github } from "#src/oauth/sign-in/github.ts";
import { begun, client, fakeProvider, redirectUri, refusal, tokens } from "#tests/oauth/sign-in/support.ts";
import { type Answer, fetch } from "#tests/oauth/support.ts";

const ada = { id: 42, login: "ada", name: "Ada" };
const primary = { email: "ada@example.com", primary: true, verified: true };

async function signIn({
  user = ada,
  emails = [primary],
  token = tokens(),
}: { user?: Answer; emails?: Answer; token?: Answer } = {}) {
  const seen: Record<string, string> = {};
  using fake = fakeProvider(() => ({
    "/access_token": async (request) => {
      seen["form"] = await request.text();
      return token instanceof Response ? token : Response.json(token);
    },
    "/user": (request) => {
      seen["authorization"] = request.headers.get("authorization") ?? "";
      return user instanceof Response ? user : Response.json(user);
    },
    "/user/emails": emails,
  }));
  const provider = github(client, {
    authorizationEndpoint: `${fake.origin}/authorize`,
    tokenEndpoint: `${fake.origin}/access_token`,
    api: fake.origin,
  });
  const answer = await begun(provider);
  return { person: await provider.finish(fetch, answer), url: answer.url, seen };
}

test("a person is known by the number, and by the primary address where it is verified", async () => {
  const { person } = await signIn({
    emails: [{ email: "old@example.com", primary: false, verified: true }, primary],
  });

  expect(person).toEqual({ subject: "42", verifiedEmail: "ada@example.com", name: "Ada" });
});

test("it is asked with PKCE, and for no more than addresses", async () => {
  const { url, seen } = await signIn();

  expect(url.searchParams.get("scope")).toBe("user:email");
  expect(url.searchParams.get("code_challenge_method")).toBe("S256");
  const form = new URLSearchParams(seen["form"]);
  expect(form.get("redirect_uri")).toBe(redirectUri);
  expect(form.get("code_verifier")).toMatch(/^[\w-]{43}$/);
  expect(seen["authorization"]).toBe("Bearer at-canary");
});

test.each<[string, Answer]>([
  ["is not verified", [{ ...primary, verified: false }]],
  ["is verified but not primary", [{ ...primary, primary: false }]],
  ["is verified in words", [{ ...primary, verified: "true" }]],
  ["is no text", [{ ...primary, email: 7 }]],
  ["is nowhere", []],
  ["is no list", { email: "ada@example.com" }],
])("an address that %s does not count", async (_, emails) => {
  expect((await signIn({ emails })).person.verifiedEmail).toBeNull();
});

test.each<[string, Answer]>([
  ["no number", { login: "ada" }],
  ["a number in words", { id: "42" }],
  ["half a number", { id: 4.2 }],
  ["a list", [ada]],
])("a user with %s is nobody", async (_, user) => {
  expect((await refusal(signIn({ user }))).kind).toBe("untrusted");
});

test("who has no name goes by the login", async () => {
  expect((await signIn({ user: { ...ada, name: null } })).person.name).toBe("ada");
});

test("an API that fails signs nobody in", async () => {
  expect((await refusal(signIn({ user: new Response("{}", { status: 401 }) }))).kind).toBe("unavailable");
  expect((await refusal(signIn({ emails: new Response("<html>") }))).kind).toBe("unavailable");
});

test("a code that GitHub refuses with status 200 is refused", async () => {
  const failing = signIn({ token: { error: "bad_verification_code" } });

  await expect(failing).rejects.toMatchObject({ name: TokenError.name, kind: "invalid_grant" });
});
