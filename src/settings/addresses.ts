import { isIPv4, isIPv6 } from "node:net";

/** Reachable from this machine alone. An unusual spelling counts as reachable by others, which asks more, never less. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}

/** The address or name to listen on, IPv6 with or without brackets. */
export function parseHost(text: string): string | null {
  const host = text.toLowerCase().replace(/^\[(.*)\]$/, "$1");
  return isIPv6(host) || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(host) ? host : null;
}

/** Where a browser on this machine finds an app that listens on `host`. */
export function originOf(host: string, port: number): URL {
  return new URL(`http://${isIPv6(host) ? `[${host}]` : host}:${port}`);
}

/** Scheme, host and port alone: what every link is built from. */
export function parseOrigin(text: string): URL | null {
  const url = URL.parse(text);
  return url && isWeb(url) && url.href === `${url.origin}/` ? url : null;
}

/**
 * The address of Client ID Metadata Documents, https with a path (draft-ietf-oauth-client-id-metadata-document §3), with
 * `{appUuid}` in the path where each server's is another. Authorization servers compare them letter by letter, so it must be
 * spelled as a URL parser would.
 */
export function parseClientMetadataUrl(text: string): string | null {
  const [origin = ""] = /^https:[/][/][^/]+/.exec(text) ?? [];
  const filled = text.replaceAll("{appUuid}", "0");
  const url = URL.parse(filled);
  const isDocument = url?.protocol === "https:" && url.pathname !== "/" && isPlain(url);
  return isDocument && url.href === filled && !/[{}]/.test(origin) ? text : null;
}

/** An issuer identifier (OpenID Connect Discovery §3), kept as written, since it is compared as written. */
export function parseIssuer(text: string): string | null {
  const url = URL.parse(text);
  if (!url || !isWeb(url) || !isPlain(url)) return null;
  return url.protocol === "https:" || isLoopback(url.hostname) ? text : null;
}

function isWeb(url: URL): boolean {
  return url.protocol === "http:" || url.protocol === "https:";
}

/** Without userinfo, query and fragment, even empty ones. */
function isPlain(url: URL): boolean {
  return url.username === "" && url.password === "" && !/[?#]/.test(url.href);
}
