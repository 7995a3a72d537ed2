import { urlOf } from "#src/http/request.ts";

/** Where a browser is sent in the course of an authorization or a sign-in: of the API, but met by people. */
const navigated =
  /^\/api\/v2\/(?:oauth\/callback\/|session\/[^/]+\/(?:authorize|callback)$|w\/[^/]+\/mcp-servers\/[^/]+\/oauth\/authorize$)/;

/** Whether a person reads the answer: then it is a page, and what a form sent is its question. */
export function wantsPage(request: Request): boolean {
  const { pathname } = urlOf(request);
  const accept = request.headers.get("accept") ?? "";
  if (navigated.test(pathname)) return accept.includes("text/html");
  if (/^\/(?:api|oauth)(?:\/|$)/.test(pathname)) return false;
  return accept.includes("text/html") || !accept.includes("json");
}

/** Whether htmx will put the whole answer into a part of the page; where it selects from it, it wants the page. */
export const isPartial = (request: Request): boolean => request.headers.get("hx-request-type") === "partial";
