import { hasForbiddenCharacters } from "#src/lib/text.ts";

const MAX_URL_CHARS = 2_048;

/** `message` tells the person what to change and does not repeat what was typed. */
export type ParsedServerUrl = { ok: true; url: URL } | { ok: false; message: string };

/**
 * Reads the address of a registered server as a person typed it. The URL that comes out is what is stored and what is
 * dialled (its `href`), so two parsers never disagree about the host. Whether that host may be called is decided by the
 * egress policy, at every call.
 */
export function parseServerUrl(text: string): ParsedServerUrl {
  const typed = text.trim();
  if (typed === "") return refused("Write the server's URL.");
  if (typed.length > MAX_URL_CHARS) return refused(`A URL has at most ${MAX_URL_CHARS} characters.`);
  // The URL parser would drop tabs and line breaks in silence, and the rest of these hide what a person sees.
  if (/[\s\p{Cc}]/u.test(typed) || hasForbiddenCharacters(typed))
    return refused("A URL has no spaces or control characters.");
  if (!/^https?:\/\//i.test(typed)) return refused("The URL must begin with https:// or http://.");

  // The URL parser skips any number of slashes, and would take the path's first part for the host.
  if (/^https?:\/\/[/\\]/i.test(typed)) return refused("The URL must have a host.");

  const url = URL.parse(typed);
  if (!url) return refused("This is not a URL that can be read.");
  if (url.username !== "" || url.password !== "")
    return refused("The URL must not carry a user name or a password.");
  if (url.href.includes("#")) return refused("The URL must not have a fragment (the part from #).");
  if (url.href.length > MAX_URL_CHARS) return refused(`A URL has at most ${MAX_URL_CHARS} characters.`);
  return { ok: true, url };
}

/**
 * An address as people say it, `mcp.example.com/mcp`, with the scheme that it is meant with: https, but for hosts that
 * have no certificate. What has a scheme already, or is no address, stays as it is.
 *
 * @param isPlain - whether a host is called by http
 */
export function withScheme(text: string, isPlain: (hostname: string) => boolean): string {
  const typed = text.trim();
  // A name before a colon is a scheme, unless a port follows.
  if (!/^[^/\\?#]/.test(typed) || /^[a-z][a-z0-9+.-]*:(?!\d)/i.test(typed)) return text;
  const hostname = URL.parse(`https://${typed}`)?.hostname;
  if (hostname === undefined) return text;
  return `${isPlain(hostname) ? "http" : "https"}://${typed}`;
}

function refused(message: string): ParsedServerUrl {
  return { ok: false, message };
}
