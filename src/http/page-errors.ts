import type { AppError } from "#src/errors.ts";
import { memberOf } from "#src/http/known-member.ts";
import { page } from "#src/http/page-answer.ts";
import { isPartial } from "#src/http/page-request.ts";
import { isUnsafe, requestOf, urlOf } from "#src/http/request.ts";
import { sessionCookieOf } from "#src/http/session-cookie.ts";
import { returnPath } from "#src/lib/return-path.ts";
import { describe } from "#src/services/accounts.ts";
import { type Place, renderErrorFragment, renderErrorPage } from "#views/error.tsx";
import { sections } from "#views/layout.tsx";
import { pathWith } from "#views/servers/paths.ts";

/** A failure as a person reads it. Whoever is not signed in is asked to, and comes back. */
export async function pageError(
  request: Request,
  failure: AppError,
  status: number,
  publicUrl: URL,
): Promise<Response> {
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
  const html = isPartial(request)
    ? renderErrorFragment(problem)
    : renderErrorPage(problem, await placeOf(request, failure));
  return page(html, {
    status,
    headers: { ...headers, ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }) },
  });
}

/**
 * What stands around the page where it would have been one of the asking member's workspace. Not where something broke:
 * finding out might break as well.
 */
async function placeOf(request: Request, { reason }: AppError): Promise<Place | null> {
  const ctx = memberOf(request);
  if (!ctx || reason === "internal_error") return null;
  const me = await describe(ctx).catch(() => null);
  const workspace = me?.workspaces.find(({ uuid }) => uuid === ctx.member.workspaceId);
  if (!me || !workspace) return null;
  const [, , , first] = urlOf(request).pathname.split("/");
  const section = sections.find((one) => one === first) ?? null;
  return { shell: { me, workspace, notice: null }, section };
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
  const path = pathWith("/sign-in", {
    return_to: back === "/" ? null : back,
    why: whySignIn(request, publicUrl),
  });
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

/** Why somebody is to sign in who had not gone there: they were signed in, and maybe had sent something. */
function whySignIn(request: Request, publicUrl: URL): "unsent" | "expired" | null {
  // Only an open page of ours sends the header, also when the browser has dropped a cookie that ran out.
  const wasSignedIn = request.headers.has("hx-request") || sessionCookieOf(request, publicUrl) !== null;
  if (!wasSignedIn) return null;
  return isUnsafe(request) ? "unsent" : "expired";
}

/** A change cannot be repeated by coming back, so then it is the page that it was made from. */
function pathToComeBackTo(request: Request): string | null {
  const url =
    isUnsafe(request) || request.headers.has("hx-request") ? request.headers.get("referer") : request.url;
  const { pathname, search } = URL.parse(url ?? "") ?? {};
  return pathname === undefined ? null : `${pathname}${search}`;
}
