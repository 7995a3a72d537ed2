import { cookieFor, cookieIn } from "#src/http/page-cookies.ts";

/**
 * What a browser keeps of a sign-in elsewhere until it comes back. One at a time: the last one begun counts, and no page
 * can pile them up. `__Host-` as for the session.
 */
const nameFor = (publicUrl: URL): string =>
  publicUrl.protocol === "https:" ? "__Host-sy_sign_in" : "sy_sign_in";

export const signInCookie = (sealed: string, maxAgeSeconds: number, publicUrl: URL): string =>
  cookieFor(nameFor(publicUrl), sealed, maxAgeSeconds, publicUrl);

export const noSignInCookie = (publicUrl: URL): string => signInCookie("", 0, publicUrl);

export const signInCookieOf = (request: Request, publicUrl: URL): string | null =>
  cookieIn(request, nameFor(publicUrl));
