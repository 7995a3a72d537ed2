import { generateState } from "arctic";
import type { Secret } from "#src/lib/secret.ts";
import type { GuardedFetch } from "#src/net/fetch.ts";
import { startAuthorization } from "#src/oauth/authorization.ts";
import type { ExpectedIssuer } from "#src/oauth/callback.ts";
import type { TokenEndpointAuthMethod } from "#src/oauth/client-authentication.ts";
import { isObject } from "#src/oauth/fields.ts";
import { SignInError } from "#src/oauth/sign-in/error.ts";
import { exchangeForSignIn } from "#src/oauth/sign-in/exchange.ts";
import {
  type Claims,
  type Signer,
  textIn,
  unprovedClaims,
  verifyIdToken,
} from "#src/oauth/sign-in/id-token.ts";
import { fetchJson } from "#src/oauth/sign-in/json.ts";
import type { Provider, ProviderId } from "#src/oauth/sign-in/provider.ts";

/** Where a provider is asked, and how. */
export type OpenIdEndpoints = {
  authorizationEndpoint: string;
  tokenEndpoint: string;
  tokenEndpointAuthMethod: TokenEndpointAuthMethod;
  /** Null where the ID token says everything. */
  userinfoEndpoint: string | null;
  /** Null where the callback cannot tell which of several issuers it is from. */
  callbackIssuer: ExpectedIssuer | null;
  /**
   * Whose signature an ID token needs.
   *
   * @param claims - what it says of itself, unproved
   * @throws {SignInError} `untrusted`
   */
  signerOf(claims: Record<string, unknown>): Signer;
};

/** What one provider of OpenID Connect does in its own way. */
export type OpenIdProvider = {
  id: ProviderId;
  name: string;
  clientId: string;
  clientSecret: Secret;
  endpoints(fetch: GuardedFetch): Promise<OpenIdEndpoints>;
  /** From a verified ID token. */
  subjectOf(claims: Claims): string;
  /** Whether the provider vouches for the `email` that stands beside. */
  vouchesForEmail(claims: Record<string, unknown>): boolean;
};

const SCOPES = ["openid", "email", "profile"];

/** Sign-in by the code flow of OpenID Connect Core §3.1, with PKCE, state and nonce. */
export function openIdProvider(provider: OpenIdProvider): Provider {
  const { id, name, clientId, clientSecret } = provider;
  return {
    id,
    name,

    async begin(fetch, redirectUri) {
      const { authorizationEndpoint } = await provider.endpoints(fetch);
      const nonce = generateState();
      const started = startAuthorization({
        authorizationEndpoint,
        clientId,
        redirectUri,
        scopes: SCOPES,
        resource: null,
        authorizationParameters: { nonce },
      });
      return { ...started, nonce };
    },

    async finish(fetch, answer) {
      const endpoints = await provider.endpoints(fetch);
      const { tokenEndpoint, tokenEndpointAuthMethod, callbackIssuer } = endpoints;
      const client = { clientId, clientSecret, tokenEndpointAuthMethod };
      const tokens = await exchangeForSignIn(
        fetch,
        { tokenEndpoint, client, expected: callbackIssuer },
        answer,
      );
      if (tokens.idToken === null)
        throw new SignInError("untrusted", "The provider's token answer has no ID token.");

      const signer = endpoints.signerOf(unprovedClaims(tokens.idToken));
      const claims = await verifyIdToken(fetch, tokens.idToken, { signer, clientId, nonce: answer.nonce });
      const about = await profileOf(fetch, claims, endpoints.userinfoEndpoint, tokens.accessToken);
      return {
        subject: provider.subjectOf(claims),
        verifiedEmail: provider.vouchesForEmail(about) ? textIn(about, "email") : null,
        name: textIn(about, "name") ?? textIn(claims, "name"),
      };
    },
  };
}

/**
 * Where the ID token has no address, what the userinfo endpoint says. It has to be about the same person (OpenID Connect
 * Core §5.3.2); and one of both speaks alone, so that neither vouches for the other's address.
 */
async function profileOf(
  fetch: GuardedFetch,
  claims: Claims,
  userinfoEndpoint: string | null,
  accessToken: Secret,
): Promise<Record<string, unknown>> {
  if (claims["email"] !== undefined || userinfoEndpoint === null) return claims;
  const userinfo = await fetchJson(fetch, userinfoEndpoint, { what: "The provider's userinfo", accessToken });
  if (!isObject(userinfo) || userinfo["sub"] !== claims.sub)
    throw new SignInError("untrusted", "The provider's userinfo is about somebody else.");
  return userinfo;
}
