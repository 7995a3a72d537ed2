import { Secret } from "#src/lib/secret.ts";
import { openIdProvider } from "#src/oauth/sign-in/openid.ts";
import type { Provider } from "#src/oauth/sign-in/provider.ts";
import type { ProviderClient } from "#src/settings.ts";

const ISSUER = "https://accounts.google.com";
const PLACES = {
  authorizationEndpoint: "https://accounts.google.com/o/oauth2/v2/auth",
  tokenEndpoint: "https://oauth2.googleapis.com/token",
  jwksUri: "https://www.googleapis.com/oauth2/v3/certs",
};

/**
 * Google, at the addresses that its discovery document has named since there is one.
 *
 * @param places - where Google is; a test has one of its own
 */
export const google = ({ clientId, clientSecret }: ProviderClient, places = PLACES): Provider =>
  openIdProvider({
    id: "google",
    name: "Google",
    clientId,
    clientSecret: new Secret(clientSecret),
    endpoints: async () => ({
      authorizationEndpoint: places.authorizationEndpoint,
      tokenEndpoint: places.tokenEndpoint,
      tokenEndpointAuthMethod: "client_secret_post",
      userinfoEndpoint: null,
      callbackIssuer: { issuer: ISSUER, authorizationResponseIssParameterSupported: false },
      // Google documents both spellings.
      signerOf: () => ({ issuers: [ISSUER, "accounts.google.com"], jwksUri: places.jwksUri }),
    }),
    subjectOf: ({ sub }) => sub,
    vouchesForEmail: (claims) => claims["email_verified"] === true,
  });
