import { afterAll, expect, test } from "bun:test";
import type { JWTPayload } from "jose";
import { microsoft } from "#src/oauth/sign-in/microsoft.ts";
import { begun, claimsOf, client, key, makeKey, refusal, tokens } from "#tests/oauth/sign-in/support.ts";
import { fetch, startFake } from "#tests/oauth/support.ts";

const contoso = "6babcaad-604b-40ac-a9d7-9fd97c0b779f";
const evil = "11111111-2222-4333-8444-555555555555";
const theirs = await makeKey("theirs");

// Every directory has keys of its own.
const entra = startFake({
  [`/${contoso}/discovery/v2.0/keys`]: { keys: [key.jwk] },
  [`/${evil}/discovery/v2.0/keys`]: { keys: [theirs.jwk] },
});
afterAll(() => entra[Symbol.dispose]());

async function signIn(
  claims: JWTPayload,
  { tenantId = null, sign = key.sign }: { tenantId?: string | null; sign?: typeof key.sign } = {},
) {
  const provider = microsoft({ ...client, tenantId }, entra.origin);
  const answer = await begun(provider);
  const tid = typeof claims["tid"] === "string" ? claims["tid"] : contoso;
  const all = claimsOf(`${entra.origin}/${tid}/v2.0`, answer.nonce, { tid, ...claims });
  entra.answers[answer.url.pathname.replace("/authorize", "/token")] = tokens(await sign(all));
  return { person: await provider.finish(fetch, answer), url: answer.url };
}

const mail = { email: "ada@contoso.example", name: "Ada" };

for (const xms_edov of [true, "true", 1, "1"]) {
  test(`an address whose domain is proved (${JSON.stringify(xms_edov)}) is verified`, async () => {
    const { person, url } = await signIn({ ...mail, xms_edov });

    expect(url.pathname).toBe("/common/oauth2/v2.0/authorize");
    expect(person).toEqual({
      subject: `${entra.origin}/${contoso}/v2.0#person-1`,
      verifiedEmail: "ada@contoso.example",
      name: "Ada",
    });
  });
}

test.each<[string, JWTPayload]>([
  ["that a directory's admin wrote", mail],
  ["that says so of itself", { ...mail, email_verified: true }],
  ["whose domain is not proved", { ...mail, xms_edov: false }],
  ["whose domain is proved by 0", { ...mail, xms_edov: "0" }],
  ["that stands in the name alone", { preferred_username: "ada@contoso.example", xms_edov: true }],
])("an address %s is not verified", async (_, claims) => {
  expect((await signIn(claims)).person.verifiedEmail).toBeNull();
});

test("one directory can be chosen, and people of another one do not get in", async () => {
  const { url } = await signIn({}, { tenantId: contoso });
  const refused = await refusal(signIn({ tid: evil }, { tenantId: contoso, sign: theirs.sign }));

  expect(url.pathname).toBe(`/${contoso}/oauth2/v2.0/authorize`);
  expect(refused.kind).toBe("untrusted");
});

test.each<[string, JWTPayload]>([
  ["with the issuer of another", { iss: `${entra.origin}/${contoso}/v2.0`, tid: evil }],
  ["that is no id", { tid: "../../evil" }],
  ["that is none", { tid: "" }],
])("a token of a directory %s is refused", async (_, claims) => {
  expect((await refusal(signIn(claims, { sign: theirs.sign }))).kind).toBe("untrusted");
});

test("a directory signs for its own people alone", async () => {
  const refused = await refusal(signIn({ tid: contoso }, { sign: theirs.sign }));

  expect(refused.kind).toBe("untrusted");
});

test("the same subject in two directories is two people", async () => {
  const here = await signIn({ tid: contoso });
  const there = await signIn({ tid: evil }, { sign: theirs.sign });

  expect(here.person.subject).not.toBe(there.person.subject);
});
