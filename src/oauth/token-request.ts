import type { GuardedFetch } from "#src/net/fetch.ts";
import { askWithForm, failureOf, jsonOf } from "#src/oauth/ask.ts";
import { authenticateClient, type Client } from "#src/oauth/client-authentication.ts";
import { TokenError } from "#src/oauth/errors.ts";
import { readTokenAnswer, type TokenAnswer } from "#src/oauth/token-answer.ts";
import { saysError, tokenRefusal } from "#src/oauth/token-refusal.ts";

/** What every request to a token endpoint needs. */
export type TokenRequest = {
  /** As recorded with the flow or the credential, never as discovered anew. */
  tokenEndpoint: string;
  client: Client;
  /** Canonical URI of the MCP server (RFC 8707 §2.2); null where an admin turned it off. */
  resource: string | null;
  /** Further parameters of an admin, such as `audience`. */
  tokenParameters: Readonly<Record<string, string>>;
};

/** Ours alone: an admin's parameters may not say these. */
export const reservedTokenParameters: readonly string[] = [
  "grant_type",
  "code",
  "code_verifier",
  "redirect_uri",
  "refresh_token",
  "scope",
  "resource",
  "client_id",
  "client_secret",
  "client_assertion",
  "client_assertion_type",
];

/**
 * Asks a token endpoint once (RFC 6749 §3.2), without following a redirect.
 *
 * @param grant - `grant_type` and what belongs to it
 * @throws {TokenError}
 */
export async function requestTokens(
  fetch: GuardedFetch,
  request: TokenRequest,
  grant: Readonly<Record<string, string>>,
): Promise<TokenAnswer> {
  const { json, sentAt } = await askForTokens(fetch, request, grant);
  return readTokenAnswer(json, sentAt);
}

/**
 * The same, for who reads more in the answer than tokens: it is a success, and otherwise a stranger's document.
 *
 * @throws {TokenError}
 */
export async function askForTokens(
  fetch: GuardedFetch,
  request: TokenRequest,
  grant: Readonly<Record<string, string>>,
): Promise<{ json: unknown; sentAt: Date }> {
  const form = new URLSearchParams(request.tokenParameters);
  for (const name of reservedTokenParameters) form.delete(name);
  for (const [name, value] of Object.entries(grant)) form.set(name, value);
  if (request.resource !== null) form.set("resource", request.resource);
  const headers = new Headers();
  authenticateClient(request.client, headers, form);

  const sentAt = new Date();
  const { status, json } = await post(fetch, request.tokenEndpoint, headers, form);
  if (status >= 300 || saysError(json)) throw tokenRefusal(status, json);
  if (json === undefined)
    throw new TokenError(
      "unavailable",
      "The token endpoint's answer is no JSON document that is safe to use.",
      { mayHaveWorked: true },
    );
  return { json, sentAt };
}

async function post(
  fetch: GuardedFetch,
  url: string,
  headers: Headers,
  form: URLSearchParams,
): Promise<{ status: number; json: unknown }> {
  try {
    const response = await askWithForm(fetch, url, headers, form);
    return { status: response.status, json: await jsonOf(response) };
  } catch (error) {
    const { stage } = failureOf(error);
    throw new TokenError("unavailable", "The token endpoint gave no answer that can be read.", {
      stage,
      mayHaveWorked: stage === "http",
      cause: error,
    });
  }
}
