type Options = {
  status?: number;
  headers?: Record<string, string>;
  /** It holds a secret that is shown this once: nobody on the way may keep or change it, compressing it included. */
  showsSecret?: boolean;
};

/** A page as rendered by a view. What it shows is one person's, so nobody keeps it. */
export function page(
  html: string,
  { status = 200, headers = {}, showsSecret = false }: Options = {},
): Response {
  return new Response(html, {
    status,
    headers: {
      ...headers,
      "content-type": "text/html;charset=utf-8",
      "cache-control": showsSecret ? "no-store, no-transform" : "no-store",
    },
  });
}

/**
 * Sends the browser on to a path of ours, with GET (RFC 9110 §15.4.4), so that a reload repeats nothing.
 *
 * @param cookies - values for `Set-Cookie`
 */
export function seeOther(path: string, ...cookies: string[]): Response {
  const headers = new Headers({ location: path, "cache-control": "no-store" });
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  return new Response(null, { status: 303, headers });
}
