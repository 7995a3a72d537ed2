import { Elysia } from "elysia";
import { compressed } from "#src/http/compression.ts";
import { isUnsafe } from "#src/http/request.ts";

/**
 * Gives every JSON answer to a GET or HEAD a weak validator, and answers 304 to a client that still has it (RFC 9110
 * §13.1.2). What a member reads is never stored by anybody else's cache.
 */
export const etags = new Elysia({ name: "http.etags" }).mapResponse(
  { as: "global" },
  ({ request, responseValue, set }) => {
    if (isUnsafe(request) || responseValue instanceof Response) return;
    if (typeof responseValue !== "object" || responseValue === null) return;

    const body = JSON.stringify(responseValue);
    const etag = `W/"${Bun.hash(body).toString(36)}"`;
    const headers = {
      etag,
      "cache-control": "private, no-cache",
      vary: "Authorization, Cookie, Accept-Encoding",
    };
    if (matches(request.headers.get("if-none-match"), etag))
      return new Response(null, { status: 304, headers });
    return compressed(
      request,
      new Response(body, {
        status: typeof set.status === "number" ? set.status : 200,
        headers: { ...headers, "content-type": "application/json;charset=utf-8" },
      }),
    );
  },
);

function matches(ifNoneMatch: string | null, etag: string): boolean {
  if (!ifNoneMatch) return false;
  if (ifNoneMatch.trim() === "*") return true;
  return ifNoneMatch.split(",").some((candidate) => candidate.trim().replace(/^(?!W\/)/, "W/") === etag);
}
