import type { Secret } from "#src/lib/secret.ts";
import type { GuardedFetch } from "#src/net/fetch.ts";
import { checkIssuer, type ExpectedIssuer, readAnswer } from "#src/oauth/callback.ts";
import type { Client } from "#src/oauth/client-authentication.ts";
import { readFields } from "#src/oauth/fields.ts";
import { SignInError } from "#src/oauth/sign-in/error.ts";
import type { SignInAnswer } from "#src/oauth/sign-in/provider.ts";
import { readTokenAnswer } from "#src/oauth/token-answer.ts";
import { askForTokens } from "#src/oauth/token-request.ts";

/** Longer than any access token: groups and roles stand in it. */
const MAX_ID_TOKEN_LENGTH = 65_536;

export type SignInTokens = { accessToken: Secret; idToken: string | null };

/**
 * Reads what the browser brought back and trades the code in it.
 *
 * @param expected - whose answer it has to be; null where the provider does not say `iss`
 * @throws {CallbackError | TokenError | SignInError}
 */
export async function exchangeForSignIn(
  fetch: GuardedFetch,
  {
    tokenEndpoint,
    client,
    expected,
  }: { tokenEndpoint: string; client: Client; expected: ExpectedIssuer | null },
  { query, redirectUri, codeVerifier }: SignInAnswer,
): Promise<SignInTokens> {
  if (expected) checkIssuer(query.getAll("iss"), expected);
  const answer = readAnswer(query);
  if ("error" in answer)
    throw new SignInError("declined", "The provider did not sign you in.", {
      said: answer.description ?? answer.error,
    });

  const { json, sentAt } = await askForTokens(
    fetch,
    { tokenEndpoint, client, resource: null, tokenParameters: {} },
    {
      grant_type: "authorization_code",
      code: answer.code,
      code_verifier: codeVerifier.reveal(),
      redirect_uri: redirectUri,
    },
  );
  const { accessToken } = readTokenAnswer(json, sentAt);
  return { accessToken, idToken: readFields(json, untrusted).text("id_token", MAX_ID_TOKEN_LENGTH) };
}

const untrusted = (what: string): Error =>
  new SignInError("untrusted", `The provider's token answer ${what}.`);
