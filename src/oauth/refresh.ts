import type { Secret } from "#src/lib/secret.ts";
import type { GuardedFetch } from "#src/net/fetch.ts";
import type { Tokens } from "#src/oauth/exchange.ts";
import { requestTokens, type TokenRequest } from "#src/oauth/token-request.ts";

export type Refresh = TokenRequest & {
  refreshToken: Secret;
  /** What the tokens now have: no `scope` is sent, so the grant stays as it is (RFC 6749 §6). */
  scopes: readonly string[];
};

/**
 * Trades a refresh token for new tokens (RFC 6749 §6), once: one caller at a time is the caller's concern, for a server
 * that rotates takes a second use for theft.
 *
 * @returns the old refresh token where the server sends no new one
 * @throws {TokenError}
 */
export async function refreshTokens(
  fetch: GuardedFetch,
  refresh: Refresh,
): Promise<Tokens & { refreshToken: Secret }> {
  const answer = await requestTokens(fetch, refresh, {
    grant_type: "refresh_token",
    refresh_token: refresh.refreshToken.reveal(),
  });
  return {
    ...answer,
    refreshToken: answer.refreshToken ?? refresh.refreshToken,
    scopes: answer.scopes ?? [...refresh.scopes],
  };
}
