import { EgressError } from "#src/net/errors.ts";

/** `same-host` follows GET and HEAD within the origin, for metadata and icons. Everything else takes no redirect at all. */
export type RedirectMode = "none" | "same-host";

const REDIRECT_STATUSES = [301, 302, 303, 307, 308];
const MAX_HOPS = 3;

/**
 * Where a response sends us on. A redirect is either followed or an error, never handed back: the MCP client would follow it
 * itself, and repeat a POST.
 *
 * @param hops - how many redirects were followed before this one
 * @returns null where the response is no redirect
 * @throws {EgressError} `failed` for a redirect that is not followed
 */
export function redirectTarget(
  response: { statusCode?: number | undefined; headers: { location?: string | undefined } },
  request: { url: URL; method: string },
  mode: RedirectMode,
  hops: number,
): URL | null {
  const { location } = response.headers;
  if (location === undefined || !REDIRECT_STATUSES.includes(response.statusCode ?? 0)) return null;

  if (mode === "none" || !["GET", "HEAD"].includes(request.method))
    throw notFollowed("Redirects are not followed here.");
  if (hops >= MAX_HOPS) throw notFollowed(`More than ${MAX_HOPS} redirects are not followed.`);
  const target = URL.parse(location, request.url);
  // One origin, so there is no question of which headers may go along.
  if (target?.origin !== request.url.origin)
    throw notFollowed("A redirect to another origin is not followed.");
  return target;
}

function notFollowed(why: string): EgressError {
  return new EgressError("failed", "http", `The server redirected us. ${why}`);
}
