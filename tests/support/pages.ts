import type { TestApp } from "#tests/support/app.ts";

/** A page as a browser gets it, before it follows a redirect. */
export type Seen = {
  status: number;
  headers: Headers;
  html: string;
  /** Where it sends the browser on to, or null. */
  location: string | null;
  /** What it leaves in the browser, by name. */
  cookies: Record<string, string>;
};

/** A browser without script: it asks for pages and sends forms. */
export type Browsing = {
  get(path: string, headers?: Record<string, string>): Promise<Seen>;
  post(path: string, fields?: Record<string, string>, headers?: Record<string, string>): Promise<Seen>;
};

/** @param cookie - such as `sy_session=…`; null for somebody who is not signed in */
export function browse(app: TestApp, cookie: string | null): Browsing {
  const { publicUrl } = app.deps.settings;
  const ask = async (
    path: string,
    { headers, ...init }: RequestInit & { headers: Record<string, string> },
  ) => {
    const known: Record<string, string> = { accept: "text/html", ...(cookie === null ? {} : { cookie }) };
    const request = new Request(new URL(path, publicUrl), { ...init, headers: { ...known, ...headers } });
    return await seen(await app.handle(request));
  };
  return {
    get: (path, headers = {}) => ask(path, { headers }),
    post: (path, fields = {}, headers = {}) =>
      ask(path, {
        method: "POST",
        body: new URLSearchParams(fields),
        headers: { origin: publicUrl.origin, ...headers },
      }),
  };
}

async function seen(response: Response): Promise<Seen> {
  const pairs = response.headers.getSetCookie().map((cookie) => cookie.split(";")[0]?.split("=") ?? []);
  return {
    status: response.status,
    headers: response.headers,
    html: await response.text(),
    location: response.headers.get("location"),
    cookies: Object.fromEntries(pairs.map(([name = "", ...value]) => [name, value.join("=")])),
  };
}

/** One cookie of an answer, as the browser sends it back. */
export const sentBack = ({ cookies }: Seen, name: string): string => `${name}=${cookies[name] ?? ""}`;

/** What a form carries without showing it, as the browser sends it. */
export const hiddenIn = (html: string): Record<string, string> =>
  Object.fromEntries(
    [...html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(
      ([, name = "", value = ""]) => [name, value.replaceAll("&quot;", '"').replaceAll("&amp;", "&")],
    ),
  );

/** Opens a page and sends its form with what it carries, as a person would. */
export async function fillIn(by: Browsing, path: string, fields: Record<string, string> = {}): Promise<Seen> {
  const { html } = await by.get(path);
  const { ticket = "" } = hiddenIn(html);
  return await by.post(path, { ticket, ...fields });
}
