import type { GuardedFetch } from "#src/net/fetch.ts";
import { ask, jsonOf } from "#src/oauth/ask.ts";
import { authorizationServerUrls } from "#src/oauth/authorization-server.ts";
import { bearerChallenge } from "#src/oauth/challenge.ts";
import { isObject } from "#src/oauth/fields.ts";
import { protectedResourceUrls } from "#src/oauth/protected-resource.ts";

const WITHIN_MS = 10_000;
/** What tells metadata from a JSON "not found" that comes with status 200. */
const NAMES = ["resource", "authorization_servers", "issuer"];

/**
 * Whether a server that answered 401 wants OAuth, rather than a secret that somebody types in: it advertises metadata, or
 * there is something like it where the metadata of it or of its origin would be. A guess from what is there, without
 * judging it; `discover` does that. What cannot be reached counts as not there.
 *
 * @param challenges - `WWW-Authenticate`, one value per line
 * @param caller - ends it early, by its reason, when nobody waits for the answer any more
 */
export async function wantsOAuth(
  fetch: GuardedFetch,
  serverUrl: string,
  challenges: readonly string[],
  caller?: AbortSignal,
): Promise<boolean> {
  if (bearerChallenge(challenges)?.resourceMetadata) return true;
  const deadline = AbortSignal.timeout(WITHIN_MS);
  const signal = caller ? AbortSignal.any([caller, deadline]) : deadline;
  const url = new URL(serverUrl);
  for (const place of [...protectedResourceUrls(url), ...authorizationServerUrls(new URL(url.origin))]) {
    if (await isMetadata(fetch, place, signal)) return true;
    caller?.throwIfAborted();
  }
  return false;
}

async function isMetadata(fetch: GuardedFetch, url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await ask(fetch, url, { followRedirects: "same-host", signal });
    if (response.status !== 200) {
      await response.body?.cancel();
      return false;
    }
    const json = await jsonOf(response);
    return isObject(json) && NAMES.some((name) => Object.hasOwn(json, name));
  } catch {
    return false;
  }
}
