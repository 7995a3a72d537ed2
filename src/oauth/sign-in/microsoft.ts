import { Secret } from "#src/lib/secret.ts";
import { SignInError } from "#src/oauth/sign-in/error.ts";
import { textIn } from "#src/oauth/sign-in/id-token.ts";
import { openIdProvider } from "#src/oauth/sign-in/openid.ts";
import type { Provider } from "#src/oauth/sign-in/provider.ts";
import type { SignInProviders } from "#src/settings.ts";

const HOST = "https://login.microsoftonline.com";
/** As Entra has written a flag over the years. */
const YES: unknown[] = [true, "true", 1, "1"];
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Microsoft Entra ID, for one directory or for all of them and personal accounts. Each directory is an issuer of its own, with
 * keys of its own; what the token says of its directory chooses whose signature it needs.
 *
 * A directory's admins write into `email` what they like, an address of ours as well ("nOAuth"). Only `xms_edov` says that
 * the address's domain is proved to be the directory's: without it an address is not verified.
 *
 * @param host - where Entra is; a test has one of its own
 */
export const microsoft = (
  { clientId, clientSecret, tenantId }: NonNullable<SignInProviders["microsoft"]>,
  host = HOST,
): Provider =>
  openIdProvider({
    id: "microsoft",
    name: "Microsoft",
    clientId,
    clientSecret: new Secret(clientSecret),
    endpoints: async () => ({
      authorizationEndpoint: `${host}/${tenantId ?? "common"}/oauth2/v2.0/authorize`,
      tokenEndpoint: `${host}/${tenantId ?? "common"}/oauth2/v2.0/token`,
      tokenEndpointAuthMethod: "client_secret_post",
      userinfoEndpoint: null,
      callbackIssuer: null,
      signerOf(claims) {
        const tid = textIn(claims, "tid") ?? "";
        if (!GUID.test(tid) || (tenantId !== null && tid !== tenantId))
          throw new SignInError("untrusted", "The provider's ID token is of another directory.");
        return { issuers: [`${host}/${tid}/v2.0`], jwksUri: `${host}/${tid}/discovery/v2.0/keys` };
      },
    }),
    // Verified by then, `iss` names the directory.
    subjectOf: ({ iss, sub }) => `${iss}#${sub}`,
    vouchesForEmail: (claims) => YES.includes(claims["xms_edov"]),
  });
