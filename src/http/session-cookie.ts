/** `__Host-` ties the cookie to this very host and to https (RFC 6265bis §4.1.3.2). */
export const sessionCookieName = (publicUrl: URL): string =>
  publicUrl.protocol === "https:" ? "__Host-sy_session" : "sy_session";

export const sessionCookieOf = (request: Request, publicUrl: URL): string | null => {
  const name = sessionCookieName(publicUrl);
  for (const pair of request.headers.get("cookie")?.split(";") ?? []) {
    const [key, ...value] = pair.trim().split("=");
    if (key === name) return value.join("=") || null;
  }
  return null;
};

/** The `Set-Cookie` value that signs a browser in until `expiresAt`. */
export const sessionCookie = (secret: string, expiresAt: Date, publicUrl: URL): string =>
  `${sessionCookieName(publicUrl)}=${secret}; Expires=${expiresAt.toUTCString()}; ${attributes(publicUrl)}`;

/** The `Set-Cookie` value that signs a browser out. */
export const noSessionCookie = (publicUrl: URL): string =>
  `${sessionCookieName(publicUrl)}=; Max-Age=0; ${attributes(publicUrl)}`;

const attributes = (publicUrl: URL): string =>
  `Path=/; HttpOnly; SameSite=Lax${publicUrl.protocol === "https:" ? "; Secure" : ""}`;
