import { expect, test } from "bun:test";
import type { JWTPayload } from "jose";
import { CallbackError } from "#src/oauth/errors.ts";
import { google } from "#src/oauth/sign-in/google.ts";
import { begun, claimsOf, client, fakeProvider, key, refusal, tokens } from "#tests/oauth/sign-in/support.ts";
import { fetch } from "#tests/oauth/support.ts";

async function signIn(claims: JWTPayload, iss?: string) {
  using fake = fakeProvider(() => ({ "/certs": { keys: [key.jwk] } }));
  const provider = google(client, {
    authorizationEndpoint: `${fake.origin}/auth`,
    tokenEndpoint: `${fake.origin}/token`,
    jwksUri: `${fake.origin}/certs`,
  });
  const answer = await begun(provider);
  if (iss !== undefined) answer.query.set("iss", iss);
  fake.answers["/token"] = tokens(
    await key.sign(claimsOf("https://accounts.google.com", answer.nonce, claims)),
  );
  return await provider.finish(fetch, answer);
}

test("a person is known by the subject, under both names that Google has", async () => {
  const about = { email: "ada@gmail.com", email_verified: true, name: "Ada" };

  const one = await signIn(about);
  const other = await signIn({ ...about, iss: "accounts.google.com" }, "https://accounts.google.com");

  expect(one).toEqual({ subject: "person-1", verifiedEmail: "ada@gmail.com", name: "Ada" });
  expect(other).toEqual(one);
});

test("an address that Google does not vouch for is not verified", async () => {
  expect((await signIn({ email: "ada@gmail.com" })).verifiedEmail).toBeNull();
  expect((await signIn({ email: "ada@gmail.com", email_verified: false })).verifiedEmail).toBeNull();
});

test("nobody else speaks for Google", async () => {
  expect((await refusal(signIn({ iss: "https://accounts.google.com.evil.example" }))).kind).toBe("untrusted");
  await expect(signIn({}, "https://evil.example")).rejects.toBeInstanceOf(CallbackError);
});
