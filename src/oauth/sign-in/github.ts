import { generateState } from "arctic";
import { Secret } from "#src/lib/secret.ts";
import { startAuthorization } from "#src/oauth/authorization.ts";
import { isObject } from "#src/oauth/fields.ts";
import { SignInError } from "#src/oauth/sign-in/error.ts";
import { exchangeForSignIn } from "#src/oauth/sign-in/exchange.ts";
import { textIn } from "#src/oauth/sign-in/id-token.ts";
import { fetchJson } from "#src/oauth/sign-in/json.ts";
import type { Provider } from "#src/oauth/sign-in/provider.ts";
import type { ProviderClient } from "#src/settings.ts";

const PLACES = {
  authorizationEndpoint: "https://github.com/login/oauth/authorize",
  tokenEndpoint: "https://github.com/login/oauth/access_token",
  api: "https://api.github.com",
};

/**
 * GitHub speaks OAuth without OpenID Connect: who it is, its API says to the access token.
 *
 * @param places - where GitHub is; a test has one of its own
 */
export function github({ clientId, clientSecret }: ProviderClient, places = PLACES): Provider {
  const client = {
    clientId,
    clientSecret: new Secret(clientSecret),
    tokenEndpointAuthMethod: "client_secret_post" as const,
  };
  return {
    id: "github",
    name: "GitHub",

    async begin(_, redirectUri) {
      const { authorizationEndpoint } = places;
      const started = startAuthorization({
        authorizationEndpoint,
        clientId,
        redirectUri,
        scopes: ["user:email"],
        resource: null,
        authorizationParameters: {},
      });
      return { ...started, nonce: generateState() };
    },

    async finish(fetch, answer) {
      const { tokenEndpoint, api } = places;
      const { accessToken } = await exchangeForSignIn(
        fetch,
        { tokenEndpoint, client, expected: null },
        answer,
      );
      const asked = { what: "GitHub's answer", accessToken };
      const [user, emails] = await Promise.all([
        fetchJson(fetch, `${api}/user`, asked),
        fetchJson(fetch, `${api}/user/emails?per_page=100`, asked),
      ]);
      if (!isObject(user) || !Number.isSafeInteger(user["id"]))
        throw new SignInError("untrusted", "GitHub's answer names nobody.");
      return {
        // A login can be given up and taken by somebody else; the number cannot.
        subject: String(user["id"]),
        verifiedEmail: primaryIn(emails),
        name: textIn(user, "name") ?? textIn(user, "login"),
      };
    },
  };
}

/** The one address that GitHub writes to, where its owner has answered. */
function primaryIn(emails: unknown): string | null {
  const listed = Array.isArray(emails) ? emails.filter(isObject) : [];
  const primary = listed.find((email) => email["primary"] === true && email["verified"] === true);
  return primary ? textIn(primary, "email") : null;
}
