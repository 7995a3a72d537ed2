import { createLocalJWKSet, decodeJwt, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from "jose";
import type { GuardedFetch } from "#src/net/fetch.ts";
import { SignInError } from "#src/oauth/sign-in/error.ts";
import { fetchJson } from "#src/oauth/sign-in/json.ts";

/** What an ID token says; the provider controls all of it. */
export type Claims = JWTPayload & { sub: string };

/** Who may have signed an ID token: any of the spellings of one issuer, with one of the keys that it publishes. */
export type Signer = { issuers: string[]; jwksUri: string };

export type ExpectedToken = { signer: Signer; clientId: string; nonce: string };

/** Signatures by a key that the provider keeps to itself: neither `none` nor a secret that it shares with us. */
const ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
];
const CLOCK_TOLERANCE_SECONDS = 60;
const MAX_SUBJECT_LENGTH = 255;

/**
 * Checks an ID token as OpenID Connect Core §3.1.3.7 says: signature, `iss`, `aud`, `azp`, `exp`, `iat`, `nonce`. The keys
 * are fetched each time: sign-ins are few, and a key that was withdrawn is worth nothing at once.
 *
 * @throws {SignInError} `untrusted`, or `unavailable` where the keys are
 */
export async function verifyIdToken(
  fetch: GuardedFetch,
  idToken: string,
  expected: ExpectedToken,
): Promise<Claims> {
  const keys = await fetchJson(fetch, expected.signer.jwksUri, { what: "The provider's keys" });
  const { payload } = await checked(() =>
    jwtVerify(idToken, createLocalJWKSet(keys as JSONWebKeySet), {
      issuer: expected.signer.issuers,
      audience: expected.clientId,
      algorithms: ALGORITHMS,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      requiredClaims: ["sub", "exp", "iat"],
    }),
  );

  const { sub, aud, azp, nonce } = payload;
  if (nonce !== expected.nonce) throw untrusted("was made for another sign-in");
  if (azp !== undefined ? azp !== expected.clientId : Array.isArray(aud) && aud.length > 1)
    throw untrusted("was made for another client as well");
  if (typeof sub !== "string" || sub === "" || sub.length > MAX_SUBJECT_LENGTH)
    throw untrusted("names nobody");
  return { ...payload, sub };
}

/**
 * What an ID token says, none of it proved: good for nothing but to choose whose keys prove it.
 *
 * @throws {SignInError} `untrusted`
 */
export function unprovedClaims(idToken: string): JWTPayload {
  try {
    return decodeJwt(idToken);
  } catch (error) {
    throw untrusted("cannot be read", error);
  }
}

async function checked<T>(verify: () => Promise<T>): Promise<T> {
  try {
    return await verify();
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw untrusted("has expired", error);
    if (error instanceof errors.JWTClaimValidationFailed)
      throw untrusted(`is not right in "${error.claim}"`, error);
    // Also what the runtime makes of a key that is none.
    throw untrusted("has no signature of the provider's", error);
  }
}

const untrusted = (what: string, cause?: unknown): SignInError =>
  new SignInError("untrusted", `The provider's ID token ${what}.`, { cause });

/** A claim as text; null where it is absent or something else. */
export const textIn = (claims: Record<string, unknown>, name: string): string | null => {
  const value = claims[name];
  return typeof value === "string" && value !== "" ? value : null;
};
