import type { Secret } from "#src/lib/secret.ts";
import type { GuardedFetch } from "#src/net/fetch.ts";
import { ask, failureOf, jsonOf } from "#src/oauth/ask.ts";
import { SignInError } from "#src/oauth/sign-in/error.ts";

/**
 * Asks a provider for a document, within the limits of all OAuth.
 *
 * @param what - begins the sentences about it, such as `The provider's keys`
 * @param accessToken - for what only the person may see; redirects are not followed with it
 * @throws {SignInError} `unavailable`
 */
export async function fetchJson(
  fetch: GuardedFetch,
  url: string,
  { what, accessToken }: { what: string; accessToken?: Secret },
): Promise<unknown> {
  const { status, json } = await get(fetch, url, what, accessToken);
  if (status !== 200) throw new SignInError("unavailable", `${what} came with status ${status}.`);
  if (json === undefined)
    throw new SignInError("unavailable", `${what} came as no JSON that is safe to use.`);
  return json;
}

async function get(
  fetch: GuardedFetch,
  url: string,
  what: string,
  accessToken: Secret | undefined,
): Promise<{ status: number; json: unknown }> {
  try {
    const response = await ask(
      fetch,
      url,
      accessToken
        ? { headers: { authorization: `Bearer ${accessToken.reveal()}` } }
        : { followRedirects: "same-host" },
    );
    return { status: response.status, json: await jsonOf(response) };
  } catch (error) {
    const { stage } = failureOf(error);
    throw new SignInError("unavailable", `${what} could not be fetched.`, { stage, cause: error });
  }
}
