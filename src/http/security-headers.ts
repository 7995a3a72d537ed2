import { Elysia } from "elysia";
import { requestOf } from "#src/http/request.ts";

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** What every answer carries, an error's included. A route may set a stricter policy of its own. */
export const securityHeaders = (publicUrl: URL) =>
  new Elysia({ name: "http.security-headers" })
    .onRequest(({ request, set }) => {
      Object.assign(set.headers, requestOf(request).headers);
      set.headers["content-security-policy"] = policy;
      set.headers["x-content-type-options"] = "nosniff";
      set.headers["referrer-policy"] = "same-origin";
      set.headers["cross-origin-opener-policy"] = "same-origin";
      set.headers["cross-origin-resource-policy"] = "same-origin";
      if (publicUrl.protocol === "https:") set.headers["strict-transport-security"] = "max-age=31536000";
    })
    // Once more, for what was learnt on the way, such as how much is left of a limit.
    .mapResponse({ as: "global" }, ({ request, set }) => {
      Object.assign(set.headers, requestOf(request).headers);
    });
