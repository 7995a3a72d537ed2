import type { Secret } from "#src/lib/secret.ts";
import type { GuardedFetch } from "#src/net/fetch.ts";
import type { TokenAnswer } from "#src/oauth/token-answer.ts";
import { requestTokens, type TokenRequest } from "#src/oauth/token-request.ts";

/** A member's tokens for one MCP server. */
export type Tokens = Omit<TokenAnswer, "scopes"> & {
  /** What was granted: what the server says, else what was asked for (RFC 6749 §5.1). */
  scopes: string[];
};

export type CodeExchange = TokenRequest & {
  code: string;
  codeVerifier: Secret;
  /** The one that the code was asked for with. */
  redirectUri: string;
  /** What was asked for. */
  scopes: readonly string[];
};

/**
 * Trades the code from a callback for tokens bound to one MCP server (RFC 6749 §4.1.3, RFC 7636 §4.5, RFC 8707 §2.2).
 *
 * @throws {TokenError}
 */
export async function exchangeCode(fetch: GuardedFetch, exchange: CodeExchange): Promise<Tokens> {
  const answer = await requestTokens(fetch, exchange, {
    grant_type: "authorization_code",
    code: exchange.code,
    code_verifier: exchange.codeVerifier.reveal(),
    redirect_uri: exchange.redirectUri,
  });
  return { ...answer, scopes: answer.scopes ?? [...exchange.scopes] };
}
