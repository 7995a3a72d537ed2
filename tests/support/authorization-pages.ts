const MAX_STEPS = 20;

export type Visit = { as?: string; decline?: boolean };

/**
 * Plays a person in a fresh browser: opens `authorizeUrl`, signs in, consents (or declines) on the authorization server's
 * own pages, by plain HTTP with a cookie jar.
 *
 * @returns where the browser would go next, the first address on another origin
 * @throws where a page has no form to go on with, with its text
 */
export async function passThroughPages(authorizeUrl: string, visit: Visit = {}): Promise<URL> {
  const cookies = new Map<string, string>();
  const { origin } = new URL(authorizeUrl);
  let request = new Request(authorizeUrl);

  for (let step = 0; step < MAX_STEPS; step += 1) {
    request.headers.set("cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    const response = await fetch(request, { redirect: "manual" });
    for (const cookie of response.headers.getSetCookie()) keep(cookies, cookie);

    const location = response.headers.get("location");
    if (location === null) {
      request = answerPage(request.url, await response.text(), visit);
      continue;
    }
    const next = new URL(location, request.url);
    if (next.origin !== origin) return next;
    request = new Request(next);
  }
  throw new Error(`The authorization server's pages did not end after ${MAX_STEPS} steps.`);
}

function answerPage(pageUrl: string, html: string, visit: Visit): Request {
  const prompt = /name="prompt" value="(login|consent)"/.exec(html)?.[1];
  const action = /<form[^>]* action="([^"]+)"/.exec(html)?.[1];
  if (!prompt || !action) throw new Error(`The authorization server showed no form: ${asText(html)}`);
  if (visit.decline) return new Request(new URL(`${action}/abort`, pageUrl));

  const body = new URLSearchParams({ prompt, login: visit.as ?? "ada", password: "any" });
  return new Request(new URL(action, pageUrl), { method: "POST", body });
}

function keep(cookies: Map<string, string>, cookie: string): void {
  const [name = "", value = ""] = (cookie.split(";")[0] ?? "").split(/=(.*)/s);
  if (value === "") cookies.delete(name);
  else cookies.set(name, value);
}

function asText(html: string): string {
  return html
    .replaceAll(/<style[\s\S]*?<\/style>|<[^>]+>/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim()
    .slice(0, 500);
}
