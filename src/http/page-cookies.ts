/*
 * Small things that a page leaves for the next one, in cookies that no script reads. They tell nobody who asks: the
 * session's cookie alone does that.
 */

/** The value of a cookie as the browser sent it, or null. */
export function cookieIn(request: Request, name: string): string | null {
  for (const pair of request.headers.get("cookie")?.split(";") ?? []) {
    const [key, ...value] = pair.trim().split("=");
    if (key === name) return value.join("=") || null;
  }
  return null;
}

/** @param value - of base64url, digits and punctuation that a cookie may hold (RFC 6265 §4.1.1) */
export const cookieFor = (name: string, value: string, maxAgeSeconds: number, publicUrl: URL): string =>
  `${name}=${value}; Max-Age=${maxAgeSeconds}; Path=/; HttpOnly; SameSite=Lax${publicUrl.protocol === "https:" ? "; Secure" : ""}`;
