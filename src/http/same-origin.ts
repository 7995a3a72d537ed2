import { AppError } from "#src/errors.ts";
import { isLoopbackHost } from "#src/http/hosts.ts";
import { isUnsafe } from "#src/http/request.ts";

/**
 * Refuses a change that another site's page may have caused.
 *
 * A request that brings a session cookie must show where it comes from; any other is refused only where the browser
 * says that it comes from elsewhere (a foreign page must not sign somebody in, either).
 *
 * @throws {AppError} `cross_origin`
 */
export function requireSameOrigin(request: Request, publicUrl: URL, hasSessionCookie: boolean): void {
  if (!isUnsafe(request)) return;
  const site = request.headers.get("sec-fetch-site");
  const origin = request.headers.get("origin");
  const shown = site !== null || origin !== null;
  const isSame =
    (site === null || site === "same-origin") && (origin === null || isOurs(origin, request, publicUrl));
  if (isSame && (shown || !hasSessionCookie)) return;

  throw new AppError(
    "cross_origin",
    `A change made with a session cookie must come from ${publicUrl.origin}: send that as Origin, or use an API key.`,
  );
}

/** The public one; or that of the machine's own name, where the request was made to exactly that. */
function isOurs(origin: string, request: Request, publicUrl: URL): boolean {
  const { host } = URL.parse(origin) ?? {};
  return (
    origin === publicUrl.origin ||
    (host !== undefined && isLoopbackHost(host) && host === request.headers.get("host"))
  );
}

/**
 * Whether a page of ours led here: for a navigation that begins something, which a link on another site or in a message
 * could do as well. Null where the browser does not say.
 */
export function cameFromOurPages(request: Request, publicUrl: URL): boolean | null {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin";
  const referer = URL.parse(request.headers.get("referer") ?? "");
  return referer && referer.origin === publicUrl.origin;
}
