import { CodeChallengeMethod, generateCodeVerifier, generateState, OAuth2Client } from "arctic";
import { Secret } from "#src/lib/secret.ts";

/** Ours alone: neither an endpoint's own query nor an admin may say these. */
export const reservedAuthorizationParameters: readonly string[] = [
  "response_type",
  "response_mode",
  "client_id",
  "redirect_uri",
  "state",
  "scope",
  "resource",
  "code_challenge",
  "code_challenge_method",
  // Either would replace everything else in the request (RFC 9101 §5).
  "request",
  "request_uri",
];

export type AuthorizationRequest = {
  authorizationEndpoint: string;
  clientId: string;
  redirectUri: string;
  /** What to ask for; empty leaves the choice to the server. */
  scopes: readonly string[];
  /** Canonical URI of the MCP server (RFC 8707 §2); null where an admin turned it off. */
  resource: string | null;
  /** Further parameters of an admin, such as `audience`. */
  authorizationParameters: Readonly<Record<string, string>>;
};

export type StartedAuthorization = {
  /** Where to send the browser. */
  url: string;
  /** 32 random bytes in base64url, new each time. */
  state: string;
  /** Proves in the exchange that we began this flow (RFC 7636 §4.1). */
  codeVerifier: Secret;
};

/**
 * Begins an authorization with PKCE (RFC 6749 §4.1.1, RFC 7636 §4.3, RFC 8707 §2).
 *
 * What the endpoint's URL already asks stays in it, an admin's parameters are added, and ours win: each stands there
 * exactly once.
 */
export function startAuthorization(request: AuthorizationRequest): StartedAuthorization {
  const state = generateState();
  const codeVerifier = generateCodeVerifier();
  const endpoint = new URL(request.authorizationEndpoint);
  for (const [name, value] of Object.entries(request.authorizationParameters))
    endpoint.searchParams.set(name, value);
  for (const name of reservedAuthorizationParameters) endpoint.searchParams.delete(name);

  const url = new OAuth2Client(request.clientId, null, request.redirectUri).createAuthorizationURLWithPKCE(
    endpoint.href,
    state,
    CodeChallengeMethod.S256,
    codeVerifier,
    [...request.scopes],
  );
  if (request.resource !== null) url.searchParams.set("resource", request.resource);
  // Without it a server that takes OpenID Connect Core §11 to the letter ignores `offline_access`.
  if (request.scopes.includes("offline_access") && !url.searchParams.has("prompt"))
    url.searchParams.set("prompt", "consent");
  return { url: url.href, state, codeVerifier: new Secret(codeVerifier) };
}
