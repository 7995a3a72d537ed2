import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import type { Provider, SignInAnswer } from "#src/oauth/sign-in/provider.ts";
import { SignInError } from "#src/oauth/sign-in/error.ts";
import { type Answer, type Fake, fetch, startFake } from "#tests/oauth/support.ts";

export const clientId = "switchyard";
export const redirectUri = "https://app.example/api/v2/session/x/callback";
export const client = { clientId, clientSecret: "secret" };

/** A key pair as a provider publishes and uses it. */
export async function makeKey(kid: string, alg = "RS256") {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid, alg, use: "sig" };
  const sign = (claims: JWTPayload, header: object = {}) =>
    new SignJWT(claims).setProtectedHeader({ alg, kid, ...header }).sign(privateKey);
  return { jwk, sign };
}

export const key = await makeKey("one");

/** Claims of an ID token that breaks no rule but by the changes; what is undefined is left out. */
export const claimsOf = (
  issuer: string,
  nonce: string,
  changes: Record<string, unknown> = {},
): JWTPayload => {
  const now = Math.floor(Date.now() / 1000);
  return { iss: issuer, aud: clientId, sub: "person-1", exp: now + 300, iat: now, nonce, ...changes };
};

export const tokens = (idToken?: string, changes: object = {}) => ({
  access_token: "at-canary",
  token_type: "Bearer",
  ...(idToken === undefined ? {} : { id_token: idToken }),
  ...changes,
});

/** A fake provider; `answers` may be made with its origin. */
export function fakeProvider(answers: (origin: string) => Record<string, Answer>): Fake {
  const fake = startFake();
  Object.assign(fake.answers, answers(fake.origin));
  return fake;
}

/** Begins, and comes back with a code; what the token endpoint then says may depend on the nonce. */
export async function begun(provider: Provider): Promise<SignInAnswer & { url: URL }> {
  const { url, state, nonce, codeVerifier } = await provider.begin(fetch, redirectUri);
  return {
    url: new URL(url),
    query: new URLSearchParams({ state, code: "code" }),
    redirectUri,
    nonce,
    codeVerifier,
  };
}

/** The typed error that a sign-in ends in. Anything else fails the test. */
export async function refusal(finishing: Promise<unknown>): Promise<SignInError> {
  try {
    await finishing;
  } catch (error) {
    if (error instanceof SignInError) return error;
    throw error;
  }
  throw new Error("It signed somebody in.");
}
