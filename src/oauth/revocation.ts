import type { Secret } from "#src/lib/secret.ts";
import type { GuardedFetch } from "#src/net/fetch.ts";
import { askWithForm, failureOf, jsonOf } from "#src/oauth/ask.ts";
import { authenticateClient, type Client } from "#src/oauth/client-authentication.ts";
import { readErrorCode } from "#src/oauth/error-code.ts";
import { isObject } from "#src/oauth/fields.ts";

/** `unsupported` stays so; `failed` may be tried again. */
export type RevocationOutcome = "confirmed" | "unsupported" | "failed";

export type Revocation = {
  /** Null where the server has none. */
  revocationEndpoint: string | null;
  client: Client;
  token: Secret;
  /** Revoking a refresh token should end its access tokens as well (RFC 7009 §2.1). */
  tokenType: "access_token" | "refresh_token";
};

/**
 * Tells the authorization server to forget a token (RFC 7009). A token that it no longer knows is confirmed too: 200 by
 * §2.2, though several servers say it with an error.
 */
export async function revokeToken(fetch: GuardedFetch, revocation: Revocation): Promise<RevocationOutcome> {
  if (revocation.revocationEndpoint === null) return "unsupported";
  const form = new URLSearchParams({
    token: revocation.token.reveal(),
    token_type_hint: revocation.tokenType,
  });
  const headers = new Headers();
  authenticateClient(revocation.client, headers, form);
  try {
    const response = await askWithForm(fetch, revocation.revocationEndpoint, headers, form);
    if (response.status === 200 || response.status === 204) {
      await response.body?.cancel();
      return "confirmed";
    }
    return outcomeOfError(response.status, await jsonOf(response));
  } catch (error) {
    failureOf(error);
    return "failed";
  }
}

/** Codes for a token that is not known, or not any more: such as when another one of its grant was revoked before it. */
const UNKNOWN_TOKEN: readonly unknown[] = ["invalid_token", "invalid_grant"];

function outcomeOfError(status: number, json: unknown): RevocationOutcome {
  if (readErrorCode(json) === "unsupported_token_type") return "unsupported";
  return status === 400 && isObject(json) && UNKNOWN_TOKEN.includes(json["error"]) ? "confirmed" : "failed";
}
