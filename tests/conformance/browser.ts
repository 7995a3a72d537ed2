import { answerOf } from "#tests/conformance/api.ts";
import type { Access } from "#tests/conformance/subject.ts";

const MAX_HOPS = 10;

/**
 * The browser in which the member is signed in: follows an `authorizeUrl` through the authorization server, whose pages
 * let everybody in, to our callback and on to the page of ours that it ends at.
 *
 * @throws {Refused} where we refuse to begin, or what the authorization server sent back
 */
export async function openInBrowser({ origin, sessionCookie }: Access, authorizeUrl: string): Promise<void> {
  const cookies = new Map([cookieIn(sessionCookie)]);
  let url = authorizeUrl;
  for (let hop = 0; hop < MAX_HOPS; hop += 1) {
    const isOurs = new URL(url).origin === origin;
    const cookie = [...cookies].map((pair) => pair.join("=")).join("; ");
    const response = await fetch(url, { redirect: "manual", headers: isOurs ? { cookie } : {} });
    const location = response.headers.get("location");
    if (isOurs) for (const set of response.headers.getSetCookie()) cookies.set(...cookieIn(set));
    if (location === null) {
      if (isOurs) await answerOf(response);
      throw new Error(`The browser is stuck at ${url}, which answered ${response.status}.`);
    }
    if (isOurs && new URL(url).pathname.startsWith("/api/v2/oauth/callback/")) return;
    url = new URL(location, url).href;
  }
  throw new Error(`The browser was sent on more than ${MAX_HOPS} times.`);
}

function cookieIn(header: string): [name: string, value: string] {
  const [, name = "", value = ""] = /^([^=;]+)=([^;]*)/.exec(header) ?? [];
  return [name, value];
}
