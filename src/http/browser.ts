import { sessionCookie, sessionCookieOf } from "#src/http/session-cookie.ts";
import type { Browser, OpenedSession } from "#src/services/sessions.ts";

/** What a session is opened for, and which earlier one it replaces. */
export const browserOf = (request: Request, publicUrl: URL): Browser => ({
  cookie: sessionCookieOf(request, publicUrl),
  userAgent: request.headers.get("user-agent"),
});

/** Signs the browser in with the answer. */
export function giveSession(
  set: { headers: Record<string, unknown> },
  { secret, expiresAt }: OpenedSession,
  publicUrl: URL,
): void {
  set.headers["set-cookie"] = sessionCookie(secret, expiresAt, publicUrl);
}
