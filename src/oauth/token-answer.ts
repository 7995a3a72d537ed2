import { Secret } from "#src/lib/secret.ts";
import { TokenError } from "#src/oauth/errors.ts";
import { readFields } from "#src/oauth/fields.ts";
import { parseScope } from "#src/oauth/scopes.ts";

/** Longer ones fit into no header. */
const MAX_TOKEN_LENGTH = 16_384;
/** What must travel in a header, alone (RFC 6750 §2.1), and in a form (RFC 6749 §A.17). */
const ACCESS_TOKEN = /^[\x21-\x7e]+$/;
const REFRESH_TOKEN = /^[\x20-\x7e]+$/;
const MAX_LIFETIME_SECONDS = 10 * 365 * 24 * 60 * 60;

/** What a token endpoint gave (RFC 6749 §5.1). */
export type TokenAnswer = {
  accessToken: Secret;
  refreshToken: Secret | null;
  /** Null where the server does not say: it granted what was asked for. */
  scopes: string[] | null;
  /** A moment, so that nobody adds `expires_in` to the wrong now; null where it is good until the server says no. */
  expiresAt: Date | null;
};

/**
 * Checks a successful answer.
 *
 * @param sentAt - when it was asked for: a token's life may have begun as early as that
 * @throws {TokenError} `unavailable` for a token that cannot be used
 */
export function readTokenAnswer(json: unknown, sentAt: Date): TokenAnswer {
  const unusable = (what: string): Error =>
    new TokenError("unavailable", `The token endpoint's answer ${what}.`, { mayHaveWorked: true });
  const fields = readFields(json, unusable);
  if (fields.requiredText("token_type").toLowerCase() !== "bearer")
    throw unusable("has a token that is no bearer token (RFC 6750)");

  const accessToken = fields.text("access_token", MAX_TOKEN_LENGTH) ?? "";
  if (!ACCESS_TOKEN.test(accessToken)) throw unusable("has no access token that fits into a header");
  const refreshToken = fields.text("refresh_token", MAX_TOKEN_LENGTH) || null;
  if (refreshToken !== null && !REFRESH_TOKEN.test(refreshToken))
    throw unusable("has an impossible refresh token");

  const scope = fields.text("scope", MAX_TOKEN_LENGTH);
  return {
    accessToken: new Secret(accessToken),
    refreshToken: refreshToken === null ? null : new Secret(refreshToken),
    scopes: scope === null ? null : parseScope(scope),
    expiresAt: expiry(fields.seconds("expires_in"), sentAt),
  };
}

/**
 * `expires_in` is a lifetime in seconds (RFC 6749 §5.1). Zero and less are how some servers say "never", and less than a
 * second is no life that anything can be done in; more than ten years is no date that anybody keeps.
 */
function expiry(expiresIn: number | null, sentAt: Date): Date | null {
  if (expiresIn === null) return null;
  return new Date(sentAt.getTime() + Math.min(expiresIn, MAX_LIFETIME_SECONDS) * 1000);
}
