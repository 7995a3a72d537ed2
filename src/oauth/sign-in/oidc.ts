import { Secret } from "#src/lib/secret.ts";
import type { GuardedFetch } from "#src/net/fetch.ts";
import { methodForSecret } from "#src/oauth/client-authentication.ts";
import { checkEndpoint } from "#src/oauth/endpoint.ts";
import { readFields } from "#src/oauth/fields.ts";
import { SignInError } from "#src/oauth/sign-in/error.ts";
import { fetchJson } from "#src/oauth/sign-in/json.ts";
import { type OpenIdEndpoints, openIdProvider } from "#src/oauth/sign-in/openid.ts";
import type { Provider } from "#src/oauth/sign-in/provider.ts";
import type { SignInProviders } from "#src/settings.ts";

const NAME = "The sign-in provider's metadata";
const MAX_METHODS = 50;
const KEPT_MS = 5 * 60_000;

/** Any provider of OpenID Connect that publishes its metadata. */
export function oidc({ issuer, clientId, clientSecret }: NonNullable<SignInProviders["oidc"]>): Provider {
  let kept: { endpoints: OpenIdEndpoints; until: number } | null = null;
  return openIdProvider({
    id: "oidc",
    name: new URL(issuer).host,
    clientId,
    clientSecret: new Secret(clientSecret),
    async endpoints(fetch) {
      if (kept === null || kept.until < Date.now())
        kept = { endpoints: await discover(fetch, issuer), until: Date.now() + KEPT_MS };
      return kept.endpoints;
    },
    // The operator may point to another issuer some day, and its "1" is somebody else.
    subjectOf: ({ sub }) => `${issuer}#${sub}`,
    // A flag by the standard; several providers write it as text in their userinfo.
    vouchesForEmail: ({ email_verified: flag }) => flag === true || flag === "true",
  });
}

/**
 * OpenID Connect Discovery §4.
 *
 * @throws {SignInError | DiscoveryError}
 */
async function discover(fetch: GuardedFetch, issuer: string): Promise<OpenIdEndpoints> {
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const fields = readFields(await fetchJson(fetch, url, { what: NAME }), (what) => untrusted(what));
  // Letter by letter (§4.3).
  if (fields.requiredText("issuer") !== issuer) throw untrusted("names another issuer than OIDC_ISSUER");

  const endpoint = (field: string) => checkEndpoint({ fetch }, fields.requiredText(field), field, NAME);
  const jwksUri = endpoint("jwks_uri");
  const methods = fields.texts("token_endpoint_auth_methods_supported", MAX_METHODS) ?? [];
  return {
    authorizationEndpoint: endpoint("authorization_endpoint"),
    tokenEndpoint: endpoint("token_endpoint"),
    tokenEndpointAuthMethod: methodForSecret(methods, true),
    userinfoEndpoint: fields.text("userinfo_endpoint") === null ? null : endpoint("userinfo_endpoint"),
    callbackIssuer: {
      issuer,
      authorizationResponseIssParameterSupported: fields.flag(
        "authorization_response_iss_parameter_supported",
      ),
    },
    signerOf: () => ({ issuers: [issuer], jwksUri }),
  };
}

const untrusted = (what: string): SignInError => new SignInError("untrusted", `${NAME} ${what}.`);
