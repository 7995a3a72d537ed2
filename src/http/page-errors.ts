import type { AppError } from "#src/errors.ts";
import { page } from "#src/http/page-answer.ts";
import { isPartial } from "#src/http/page-request.ts";
import { isUnsafe, requestOf, urlOf } from "#src/http/request.ts";
import { returnPath } from "#src/lib/return-path.ts";
import { renderErrorFragment, renderErrorPage } from "#views/error.tsx";

/** A failure as a person reads it. Whoever is not signed in is asked to, and comes back. */
export function pageError(request: Request, failure: AppError, status: number, publicUrl: URL): Response {
  if (failure.reason === "not_authenticated") return toSignIn(request, publicUrl);

  const { pathname } = new URL(request.url);
  const { id: requestId, headers } = requestOf(request);
  const { retryAfterSeconds: retryAfter, requiredScope, authorizeUrl, errorDescription } = failure.fields;
  const problem = {
    code: failure.reason,
    message: failure.message,
    requiredScope: String(requiredScope ?? ""),
    authorizeUrl: String(authorizeUrl ?? ""),
    said: String(errorDescription ?? ""),
    serverPath: serverPathIn(pathname),
    isReturning: pathname.startsWith("/api/v2/oauth/callback/"),
    requestId,
  };
  return page(isPartial(request) ? renderErrorFragment(problem) : renderErrorPage(problem), {
    status,
    headers: { ...headers, ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }) },
  });
}

/** Of a request that is about one server, of ours or of the API that people meet: that server's page. */
function serverPathIn(pathname: string): string {
  const [, workspace, server] =
    /^\/(?:api\/v2\/)?w\/([0-9a-f-]{36})\/(?:mcp-)?servers\/([1-9]\d{0,9})(?:\/|$)/.exec(pathname) ?? [];
  return workspace && server ? `/w/${workspace}/servers/${server}` : "";
}

/** htmx would put the sign-in into the page that asked for it: it is told to leave that page instead. */
function toSignIn(request: Request, publicUrl: URL): Response {
  const back = returnPath(pathToComeBackTo(request));
  const path = back && back !== "/" ? `/sign-in?return_to=${encodeURIComponent(back)}` : "/sign-in";
  // What the API answers holds whole addresses, also where a person meets it.
  const location = urlOf(request).pathname.startsWith("/api/") ? new URL(path, publicUrl).href : path;
  const byHtmx = request.headers.has("hx-request");
  return new Response(null, {
    // After a form the browser is to ask with GET (RFC 9110 §15.4.4).
    status: byHtmx ? 401 : isUnsafe(request) ? 303 : 302,
    headers: {
      ...requestOf(request).headers,
      ...(byHtmx
        ? { "hx-redirect": location, "www-authenticate": 'Bearer realm="Switchyard"' }
        : { location }),
      "cache-control": "no-store",
    },
  });
}

/** A change cannot be repeated by coming back, so then it is the page that it was made from. */
function pathToComeBackTo(request: Request): string | null {
  const url =
    isUnsafe(request) || request.headers.has("hx-request") ? request.headers.get("referer") : request.url;
  const { pathname, search } = URL.parse(url ?? "") ?? {};
  return pathname === undefined ? null : `${pathname}${search}`;
}
